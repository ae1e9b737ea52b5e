"""Snippets as people paste them: each failure is counted once, at its line, however the snippet was passed on."""

import pytest

from upload_diag.analysis import analyze

GONE = "The specified upload does not exist. The upload ID may be invalid."

# Name -> the snippet, what it tells of, and in which lines.
SNIPPETS = {
    "a command that says why in the next line": (
        f"""\
$ aws s3 cp film.mp4 s3://films/film.mp4
upload failed: ./film.mp4 to s3://films/film.mp4
A client error (NoSuchUpload) occurred when calling the UploadPart operation: {GONE}
upload failed: ./trailer.mp4 to s3://films/trailer.mp4
An error occurred (SlowDown) when calling the UploadPart operation (reached max retries: 4): Please slow down
""",
        {"SESSION_EXPIRED": 1, "THROTTLED": 1},
        [2, 4],
    ),
    "an id that ends in three digits, and the reason below": (
        """\
closing the upload failed clip=c_83aa126404
java.net.SocketTimeoutException: timeout
    at com.example.Sender.send(Sender.java:52)
""",
        {"TIMEOUT": 1},
        [1],
    ),
    "an undated message and its traceback": (
        """\
part 6 stored
could not finish the upload of film.mp4
Traceback (most recent call last):
  File "/srv/app/send.py", line 8, in send
    s3.complete_multipart_upload(**args)
botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the CompleteMultipartUpload operation
""",
        {"SESSION_EXPIRED": 1},
        [2],
    ),
    "a traceback that lost its indent": (
        """\
Traceback (most recent call last):
File "/srv/app/send.py", line 8, in send
s3.complete_multipart_upload(**args)
File "/srv/lib/client.py", line 31, in call
raise error
botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the CompleteMultipartUpload operation
""",
        {"SESSION_EXPIRED": 1},
        [1],
    ),
    "a notebook's traceback": (
        """\
---------------------------------------------------------------------------
ClientError                               Traceback (most recent call last)
/srv/lib/transfer.py in upload_file(self, name)
    278         try:
--> 279             future.result()
    280         except KeyboardInterrupt as e:

[...]

S3UploadFailedError: Failed to upload a.csv to films/a.csv: An error occurred (AccessDenied) when calling the PutObject
""",
        {"ACCESS_DENIED": 1},
        [2],
    ),
    "errors of a program in Go that were wrapped by hand": (
        """\
MultipartUpload: upload multipart failed
upload id: 5Qw8eRtYuIoP2aSdF
caused by: NoSuchUpload: gone
status code: 404, request id: 7Hj2Kq, host id: x
""",
        {"SESSION_EXPIRED": 1},
        [1],
    ),
    "words around a fence": (
        """\
Hello, I get a 503 error every night, and my backup failed:

```
PUT https://films.example.org/upload/a returned status code 503
PUT https://films.example.org/upload/b returned status code 503
```

I also tried to upload it by hand, and I got 503 Service Unavailable again.
""",
        {"SERVER_ERROR": 2},
        [4, 5],
    ),
    "a sentence that announces what follows": (
        """\
Since yesterday we see messages like this one:

An error occurred (NoSuchUpload) when calling the UploadPart operation: gone

Any idea?
""",
        {"SESSION_EXPIRED": 1},
        [3],
    ),
    "a box of Terraform": (
        """\
╷
│ Error: putting object in bucket (films): AccessDenied: Access Denied
│ \tstatus code: 403, request id: 7Hj2Kq, host id: x
│
│   with module.films.aws_s3_object.readme,
╵
╷
│ Error: putting object in bucket (stills): NoSuchBucket: The specified bucket does not exist
│ \tstatus code: 404, request id: 8Hj2Kq, host id: x
╵
""",
        {"ACCESS_DENIED": 1, "BUCKET_NOT_FOUND": 1},
        [2, 8],
    ),
    "XML with text on lines of its own": (
        """\
<Error>
<Code>NoSuchUpload</Code>
<Message>
The specified upload does not exist.
</Message>
<UploadId>5Qw8eRtYuIoP2aSdF</UploadId>
</Error>
""",
        {"SESSION_EXPIRED": 1},
        [1],
    ),
    "Safari, which says three times that it blocks": (
        """\
[Error] Preflight response is not successful
[Error] Fetch API cannot load https://films.example.org/a?partNumber=3 due to access control checks.
[Error] Failed to load resource: Preflight response is not successful (a, line 0)
""",
        {"CORS_BLOCKED": 1},
        [1],
    ),
    "an answer in the debug log of botocore": (
        """\
2026-11-22 10:00:01,163 - Thread-7 - urllib3.connectionpool - DEBUG - "PUT /films/a?partNumber=2 HTTP/1.1" 403 None
2026-11-22 10:00:01,164 - Thread-7 - botocore.parsers - DEBUG - Response headers: {'server': 'AmazonS3'}
2026-11-22 10:00:01,164 - Thread-7 - botocore.parsers - DEBUG - Response body:
<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>
2026-11-22 10:00:01,165 - Thread-7 - botocore.hooks - DEBUG - Event needs-retry.s3.UploadPart: calling handler
""",
        {"ACCESS_DENIED": 1},
        [1],
    ),
    "lines that a program says again": (
        """\
INFO: 2026/11/22 10:00:20.462499 Starting part 19 ...
ERROR: 2026/11/22 10:00:30.574519 failed to upload 'base_1/part_019.tar.lz4' to bucket 'films': NoSuchUpload: gone
ERROR: 2026/11/22 10:00:30.574538 upload: could not upload 'base_1/part_019.tar.lz4'
""",
        {"SESSION_EXPIRED": 1},
        [2],
    ),
    "a traceback that the program says again": (
        f"""\
Traceback (most recent call last):
  File "/srv/lib/client.py", line 31, in call
    raise error
botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart operation: {GONE}
Treating Python exception as error 3(AWS_ERROR_UNKNOWN)
upload failed: ./a to s3://films/a An error occurred (NoSuchUpload) when calling the UploadPart operation: {GONE}
upload failed: ./b to s3://films/b An error occurred (NoSuchUpload) when calling the UploadPart operation: {GONE}
""",
        {"SESSION_EXPIRED": 2},
        [1, 7],
    ),
    "a page that says what the browser said": (
        """\
Access to fetch at 'https://films.example.org/a' from origin 'https://app.example.org' has been blocked by CORS policy
PUT https://films.example.org/a net::ERR_FAILED
Error: Network Error
    at createError (app.js:15:15)
send.js:33 PUT https://films.example.org/b?partNumber=2 403 (Forbidden)
sendPart @ send.js:33
await in sendPart
start @ send.js:12
send.js:40 Uncaught (in promise) Error: part 2 failed with status 403
send.js:40 Uncaught (in promise) Error: part 3 failed with status 403
""",
        {"CORS_BLOCKED": 1, "ACCESS_DENIED": 2},
        [1, 5, 10],
    ),
    "what the tools of a browser say of requests": (
        """\
Request URL: https://films.example.org/files/17
Request Method: PATCH
Status Code: 409 Conflict
Remote Address: 127.0.0.1:443
{"error": "mismatched offset"}
Request URL: https://films.example.org/files/18
Status Code: 423 Locked
""",
        {"CONFLICT": 2},
        [1, 7],
    ),
    "PowerShell": (
        """\
PS C:\\> Write-S3Object -BucketName films -File .\\a.mp4
Write-S3Object : The specified bucket does not exist
At line:1 char:1
+ Write-S3Object -BucketName films -File .\\a.mp4
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (:) [Write-S3Object], InvalidOperationException
    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.WriteS3ObjectCmdlet
""",
        {"BUCKET_NOT_FOUND": 1},
        [2],
    ),
    "text that was read from a picture": (
        """\
upload failed: film.mp4
An error occurred (NoSuchUpload) when calling the UploadPart operation: The
specified upload does not exist. The upload may
have been aborted or completed.
part 3 failed, the store said: SlowDown
""",
        {"SESSION_EXPIRED": 1, "THROTTLED": 1},
        [1, 5],
    ),
    "markup that was escaped": (
        """\
<p>We see this:</p>
<pre>&lt;html&gt;
&lt;head&gt;&lt;title&gt;413 Request Entity Too Large&lt;/title&gt;&lt;/head&gt;
&lt;center&gt;&lt;h1&gt;413 Request Entity Too Large&lt;/h1&gt;&lt;/center&gt;
&lt;/html&gt;</pre>
""",
        {"TOO_LARGE": 1},
        [3],
    ),
    "dates of which the beginning was cut off": (
        """\
:51.118 [worker-2] INFO  Uploads - part 40 stored
:55.902 [worker-2] ERROR Uploads - part 41 failed, and with it the upload
java.net.SocketException: Connection reset by peer
\tat java.base/java.net.SocketOutputStream.write(SocketOutputStream.java:139)
:59.910 [worker-2] INFO  Uploads - part 42 stored
""",
        {"NETWORK": 1},
        [2],
    ),
    "a failure in Japanese, and why in the next line": (
        f"""\
3 個目のパートを送信しました
アップロードに失敗しました (404)
An error occurred (NoSuchUpload) when calling the UploadPart operation: {GONE}
""",
        {"SESSION_EXPIRED": 1},
        [2],
    ),
    "words that announce what follows, and it follows": (
        """\
Seit gestern kommt folgende Meldung:
NoSuchUpload: The specified upload does not exist.
The same jobs gave this today:

SlowDown: Please reduce your request rate.
""",
        {"SESSION_EXPIRED": 1, "THROTTLED": 1},
        [2, 5],
    ),
    "a failure in Portuguese, and why in the next line": (
        """\
Mensagem:
Falha ao enviar o arquivo
Error: Request failed with status code 413
    at settle (/srv/lib/settle.js:17:12)
Falha ao enviar o arquivo
Error: Request failed with status code 503
    at settle (/srv/lib/settle.js:17:12)
""",
        {"TOO_LARGE": 1, "SERVER_ERROR": 1},
        [2, 5],
    ),
    "an exception and where it was, as Bugsnag writes it": (
        """\
**Aws::S3::Errors::SignatureDoesNotMatch** in **Film::PublishJob@films**
The request signature we calculated does not match the signature you provided.
SlowDownError in part3
SlowDownError in part4
""",
        {"CREDENTIALS_INVALID": 1, "THROTTLED": 2},
        [1, 3, 4],
    ),
    "headings": (
        """\
Console:
NoSuchUpload: The specified upload does not exist.
Response body:
<Error><Code>SlowDown</Code></Error>
""",
        {"SESSION_EXPIRED": 1, "THROTTLED": 1},
        [2, 4],
    ),
    "several failures of one kind": (
        """\
Upload failed
NoSuchUpload: The specified upload does not exist.
Upload failed
NoSuchUpload: The specified upload does not exist.
Upload failed
SlowDownError: Please reduce your request rate.
""",
        {"SESSION_EXPIRED": 2, "THROTTLED": 1},
        [1, 3, 5],
    ),
}

# How a snippet is passed on -> what becomes of its text.
PASSED_ON = {
    "as it is": lambda text: text,
    "from Windows": lambda text: text.replace("\n", "\r\n"),
    "quoted": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
    "quoted twice": lambda text: "".join(f">> {line}\n" for line in text.splitlines()),
    "numbered": lambda text: "".join(f"{number:>4} | {line}\n" for number, line in enumerate(text.splitlines(), 1)),
    "from an editor": lambda text: "".join(f"{number}: {line}\n" for number, line in enumerate(text.splitlines(), 97)),
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    "from a journal": lambda text: "".join(f"uploader[4711]: {line}\n" for line in text.splitlines()),
}


def told(text, path):
    path.write_text(text, encoding="utf-8", newline="")
    report = analyze([str(path)])
    counts = {str(code): count for code, count in report.by_code.items()}
    return counts, sorted(example.line for group in report.groups for example in group.examples)


@pytest.mark.parametrize("way", PASSED_ON)
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_tells_the_same_however_it_is_passed_on(name, way, tmp_path):
    text, counts, lines = SNIPPETS[name]
    assert told(PASSED_ON[way](text), tmp_path / "ticket.txt") == (counts, lines)


@pytest.mark.parametrize("way", PASSED_ON)
def test_a_snippet_between_fences_tells_the_same_however_it_got_there(way, tmp_path):
    text, counts, lines = SNIPPETS["an undated message and its traceback"]
    ticket = (
        f"Hello, my upload failed with this:\n\n```text\n{PASSED_ON[way](text)}```\nSince then I get a 503 error.\n"
    )
    assert told(ticket, tmp_path / "ticket.txt") == (counts, [line + 3 for line in lines])


def wrapped(text, width):
    pieces = ([line[at : at + width] for at in range(0, len(line), width)] or [""] for line in text.splitlines())
    return "".join(f"{piece}\n" for lines in pieces for piece in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_a_snippet_that_a_terminal_broke_tells_the_same(width, tmp_path):
    text = (
        f"botocore.ClientError: An error occurred (NoSuchUpload) when calling the UploadPart operation: {GONE}\n"
        "while sending https://films.example.org/a.mp4?partNumber=3&uploadId=5Qw8eRtYuIoP2aSdFgHjKl6zXcVbNm1QwErTyUiOp3As"
        "DfGhJkL4zXcVbNm7QwErTyUiOp9 to the store of the films\n"
        "part 4 stored\n"
        f"botocore.ClientError: An error occurred (SlowDown) when calling the UploadPart operation: {GONE[:9]}\n"
    )
    path = tmp_path / "ticket.txt"
    counts, lines = told(wrapped(text, width), path)
    assert counts == {"SESSION_EXPIRED": 1, "THROTTLED": 1}
    assert lines[0] == 1
    (session,) = analyze([str(path)]).sessions
    assert session.upload_ids == ("5Qw8eRtYuIoP2aSdFgHjKl6zXcVbNm1QwErTyUiOp3AsDfGhJkL4zXcVbNm7QwErTyUiOp9",)


@pytest.mark.parametrize("width", [80, 120])
def test_lines_that_are_as_long_as_a_terminal_is_wide_by_chance_stay_entries(width, tmp_path):
    line = "part {:02} failed: SlowDown: Please reduce your request rate".ljust(width, ".") + "\n"
    counts, _ = told("".join(map(line.format, range(6))), tmp_path / "app.log")
    assert counts == {"THROTTLED": 6}


def test_statuses_before_each_line_are_no_numbers_of_lines(tmp_path):
    log = "".join(f"{status}: part {n} failed\n" for n, status in enumerate((403, 503, 503, 403, 503, 504)))
    counts, _ = told(log, tmp_path / "app.log")
    assert counts == {"ACCESS_DENIED": 2, "SERVER_ERROR": 3, "TIMEOUT": 1}


def test_what_people_say_is_all_there_is_when_nothing_is_quoted(tmp_path):
    counts, lines = told("Hello,\nI get a 503 Service Unavailable when I upload my film.\n", tmp_path / "ticket.txt")
    assert (counts, lines) == ({"SERVER_ERROR": 1}, [2])


def test_what_people_say_of_a_failure_counts_once_and_only_where_no_program_says_it(tmp_path):
    said = (
        "Hello,\nI get 503 Service Unavailable when I upload my film.\nI tried again: 503 Service Unavailable.\n"
        "Sometimes I get 403 Forbidden, too.\nMy upload failed every time.\n"
    )
    counts, lines = told(said, tmp_path / "a.txt")
    assert (counts, lines) == ({"SERVER_ERROR": 1, "ACCESS_DENIED": 1}, [2, 4])
    counts, lines = told(f"{said}\nPUT /films/a: 503 Service Unavailable\n", tmp_path / "b.txt")
    assert (counts, lines) == ({"SERVER_ERROR": 1, "ACCESS_DENIED": 1}, [4, 7])
    counts, lines = told(f"{said}```\npart 3 of 4\n```\n", tmp_path / "c.txt")
    assert (counts, lines) == ({"SERVER_ERROR": 1, "ACCESS_DENIED": 1}, [2, 4])


def test_who_says_the_same_of_several_things_is_a_program(tmp_path):
    log = "".join(f"Sorry, we have trouble with part {n}: 503 Service Unavailable\n" for n in range(3))
    counts, _ = told(f"{log}PUT /films/a: 403 Forbidden\n", tmp_path / "app.log")
    assert counts == {"SERVER_ERROR": 3, "ACCESS_DENIED": 1}


def test_lines_of_a_mail_that_are_quoted_are_read_without_what_quotes_them(tmp_path):
    mail = (
        "Hi,\nstill the same, see below.\n\nOn Tue, 18 Aug 2026, Petra wrote:\n> what does it print?\n>\n"
        '>> Traceback (most recent call last):\n>>   File "/srv/a.py", line 8, in send\n>>     raise error\n'
        ">> botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart\n"
    )
    assert told(mail, tmp_path / "mail.txt") == ({"SESSION_EXPIRED": 1}, [7])


def test_ids_between_the_quotation_marks_of_a_letter_are_read(tmp_path):
    path = tmp_path / "letter.txt"
    text = "Our customer sees this:\n{ “error”: { “code”: “UPLOAD_SESSION_EXPIRED”, “uploadId”: “mp-5521-cc09” } }\n"
    assert told(text, path) == ({"SESSION_EXPIRED": 1}, [2])
    (session,) = analyze([str(path)]).sessions
    assert session.upload_ids == ("mp-5521-cc09",)


def test_an_answer_that_curl_prints_twice_is_one(tmp_path):
    answer = "".join(f"< {line}\n{line}\n" for line in ("HTTP/1.1 503 Service Unavailable", "x-amz-request-id: 7Hj2Kq"))
    log = f"* Connected to films.example.org\n> PUT /films/a HTTP/1.1\n> Host: films.example.org\n{answer}"
    assert told(log, tmp_path / "curl.txt") == ({"SERVER_ERROR": 1}, [2])


def test_lines_that_are_cut_behind_a_little_word_stay_entries(tmp_path):
    log = "".join(f"Part {n} failed: SlowDown: Please reduce your request rate for the\n" for n in range(5))
    counts, _ = told(log, tmp_path / "app.log")
    assert counts == {"THROTTLED": 5}


def test_rows_of_a_table_that_is_drawn_with_lines_stay_entries(tmp_path):
    counts, _ = told("".join(f"│ {n}.mp4 │ NoSuchUpload: gone │\n" for n in range(3)), tmp_path / "table.txt")
    assert counts == {"SESSION_EXPIRED": 3}
