"""What is told of a line at a glance is what is told when it and all around it is looked at."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.analysis import analyze
from upload_diag.codes import ErrorCode
from upload_diag.logs import entries
from upload_diag.logs.entries import begins_entry, entry_end, entry_start
from upload_diag.logs.layout import detect

LINES = (
    *("", " ", "\t", "\r", "  indented", "\ttab", "\r  x", " \r", "x ", "x:", "x: ", "?>", "<?xml version='1.0'?>"),
    *(
        "<Error>",
        "</Error>",
        "<Code>A</Code></Error>",
        "{",
        '{"a": 1}',
        "{ a: 1",
        "}",
        "[",
        "[x] y",
        "]",
        ")",
        "[1, 2]",
    ),
    *(
        "2026-11-22 10:00:00 ERROR x",
        "[2026-11-22T10:00:00.000Z] x:",
        "10:00:00 x",
        "10:00:00x",
        "<34>1 x",
        "E1122 10:00:",
    ),
    *(
        "name | 2026-11-22 10:00:00 x",
        "name  |x",
        "- | 2026-11-22 10:00:00 x",
        "a.b/c-d",
        "| 2026-11-22 10:00:00 x",
        "Nov: x",
        "E11 x",
        "[main] x",
        "*[main] x",
        "Nov 22 10:00:00 host x",
        "ERROR x",
        "ERRORS",
        "level=info",
        "- WARN x",
    ),
    *(
        "Traceback (most recent call last):",
        "Traceback",
        '  File "a.py", line 1',
        "KeyError: 'x'",
        "KeyError",
        "x.Y: z",
    ),
    *("During handling of the above exception, another exception occurred:", "Caused by: x", "at a.b(c.js:1:2)"),
    *(
        "x: Error returned by Service.",
        "Http Status Code: 409.",
        "Message: x",
        "[AWS s3 404 0.3s 0 retries] uploadPart({",
    ),
    *("```", "```text", "A sentence that says this:", "upload failed: a to s3://b/a", "could not upload it"),
    *(
        'File "a.py", line 1',
        "--> 12 x",
        "KeyError   Traceback (most recent call last)",
        "[...]",
        "<Message>",
        "│ x",
        "╵",
    ),
    *(
        "status code: 404, request id: x",
        "Status Message: x",
        "10:00:00 connectionpool x",
        "10:00:01 botocore.parsers x",
    ),
    *("> PUT /a HTTP/1.1", "< HTTP/1.1 404", "* Connection", "... 3 more", "goroutine 1 [running]:"),
    *(
        "a.Refused: the store did not want it at all",
        "FAILED: the store did not want it at all",
        "Treating Python exception as error 3(AWS_ERROR_UNKNOWN)",
        "  raise Refused",
    ),
    *(
        "Request URL: https://a.example",
        "Request Method: PUT",
        "Status Code: 403",
        "Referrer Policy: none",
        "&lt;a&gt;",
    ),
    *("PUT https://a.example/b 403 (Forbidden)", "send @ b.js:1", "Promise.then", "c failed with status 403"),
    *("Error: Network Error", "[x] Failed to fetch", "< HTTP/1.1 500", "HTTP/1.1 500", "x-amz-id-2: y"),
    *("this ends with the", "this ends with a\r", "and goes on", "At a.ps1:3 char:5", "+ b", "+ ~~~~"),
    *("**A::GoneError** in **B#c**", "a.BadError:  (Request ID: x)", ":55.902 ERROR a.B - part 4 failed", "a.b.C: x"),
    "2026-11-22 10:00:00 getting fresh session",
    "2026-11-22 10:00:00 Session expiration details: {",
    "Session expiration details: {",
    "10:00:00 blocked by CORS policy",
    "10:00:01 GET https://a.example net::ERR_FAILED",
    "Failed to load resource: net::ERR_FAILED",
    "x due to access control checks.",
    "10:00:00 x is not allowed by Access-Control-Allow-Origin.",
    *("10:00:02 botocore.hooks Event before-parse.s3", "10:00:02 botocore.hooks Event needs-retry.s3", "b'<Error>'"),
    *("10:00:03 s3transfer.tasks Exception raised.", "10:00:03 AWSErrorMarshaller x", "10:00:03 AWSXmlClient x"),
    *("HTTP request sent, awaiting response... 404", "2026-11-22 10:00:00 ERROR 404: Not Found."),
    *(
        "\tfrom a.rb:9:in `b'",
        "a.rb:9:in `b': x",
        '"""',
        "Source:",
        "10:00:00 x Network Error",
        "10:00:00 Failed to fetch",
    ),
    *("        ^", "\r  0  100 --:--:-- 9", "> PUT /a HTTP/1.1\r", "* connect to x", "curl: (7) x", "Context:"),
    *(f"10:00:00 {x}: An error occurred (NoSuchUpload) when calling UploadPart" for x in ("a", "b", "b c", "")),
    *("x" * 4095, "x" * 4096, "x" * 4097, "{" * 4096, " " * 5000, "2026-11-22 10:00:00 " + "x:" * 2100),
)


def starts(text):
    return [0, *(at + 1 for at, byte in enumerate(text[:-1]) if byte == 10)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=10), st.booleans(), st.booleans())
@example(["10:00:00 x", "Traceback (most recent call last):", "KeyError: 'x'", "10:00:00 x"], True, True)
@example(["10:00:00 x", "y", "Traceback (most recent call last):", "{", "10:00:00 x"], True, True)
@example(["x", "", "y", " ", "z", "?>", "<a>", "x: ", "<a>"], True, False)
@example(["x", 'File "a.py", line 1', "y", "[...]", "z"], False, True)
@example(["10:00:00 x net::ERR_FAILED", "10:00:01 Failed to load resource: net::ERR_FAILED", "x"], True, True)
def test_entries_end_where_the_next_line_begins_one_however_they_are_looked_for(lines, dated, ends):
    text = "\n".join(lines).encode() + b"\n" * ends
    begins = [at for at in starts(text) if entries._told_closely(text, at, 0, dated=dated)]
    for at in starts(text):
        assert begins_entry(text, at, 0, dated=dated) == (at in begins)
        assert entry_end(text, at, len(text), 0, dated=dated) == min((b for b in begins if b > at), default=len(text))
        assert entry_start(text, at, 0, 0, dated=dated) == max((b for b in begins if b <= at), default=0)


OSS = """\
2026/11/22 10:00:00 DEBUG : pacer: low level retry {n}/10 (error operation error UploadPart: Error returned by Service.
Http Status Code: 404.
Error Code: NoSuchUpload.
Request Id: 67C7F50B12BBA338{n:08}.
Message: The specified upload does not exist..
EC: 0042-00000002.
Timestamp: 2026-11-22 10:00:00 +0000 UTC.
Request Endpoint: PUT https://films.oss-cn-shenzhen.aliyuncs.com/a.mp4?partNumber=3&uploadId=E0FE398D3A1F4C88832F.)
"""
SDK = """\
[AWS s3 {status} 0.366s 0 retries] uploadPart({{ Body: <Buffer 52 3e 1c 00 ... >,
  PartNumber: 26,
  Bucket: 'films',
  UploadId: 'Qm7xTzRk2vLw' }})
"""


def test_an_answer_that_the_sdk_of_alibaba_cloud_prints_over_lines_is_one_failure(tmp_path):
    log = tmp_path / "rclone.log"
    log.write_text("".join(OSS.format(n=n) for n in (1, 2)))
    report = analyze([str(log)])
    assert report.by_code == {"SESSION_EXPIRED": 2}
    assert [example.line for group in report.groups for example in group.examples] == [1, 9]


def test_each_call_that_the_javascript_sdk_logs_is_an_entry(tmp_path):
    log = tmp_path / "app.log"
    log.write_text("".join(SDK.format(status=status) for status in (200, 404, 200)))
    (group,) = analyze([str(log)]).groups
    assert [(example.line, "404" in example.text, "200" in example.text) for example in group.examples] == [
        (5, True, False)
    ]


def test_what_the_sdks_log_of_calls_that_were_answered_well_is_part_of_the_story(tmp_path):
    log = tmp_path / "app.log"
    log.write_text("".join(SDK.format(status=status) for status in (200, 200, 404)))
    (session,) = analyze([str(log)]).to_json()["sessions"]
    assert [(event["event"], event["count"]) for event in session["timeline"]] == [("part", 2), ("error", 1)]


CPP = """\
[ERROR] 2026-11-22 10:00:00.237 AWSXmlClient [140709638149696] HTTP response code: 404
Resolved remote host IP address: 192.0.2.7
Request ID: 176238473742090{n}
Exception name: NoSuchUpload
Error message: The specified upload does not exist.
3 response headers:
connection : close
content-length : 486
x-amz-request-id : 176238473742090{n}
"""


def test_an_answer_that_the_sdk_for_c_plus_plus_prints_over_lines_is_one_failure(tmp_path):
    log = tmp_path / "node.log"
    log.write_text("".join(CPP.format(n=n) for n in (1, 2)))
    report = analyze([str(log)])
    assert report.by_code == {"SESSION_EXPIRED": 2}
    assert [example.line for group in report.groups for example in group.examples] == [1, 10]


def test_lines_that_are_alike_stay_entries(tmp_path):
    log = tmp_path / "app.log"
    log.write_text("Message: SlowDown: Please reduce your request rate.\n" * 3)
    assert analyze([str(log)]).by_code == {"THROTTLED": 3}


@pytest.mark.parametrize("name", ["app[web.1]", "my-app", "I,"])
def test_a_name_before_the_date_of_each_line_does_not_make_the_log_one_entry(name, tmp_path):
    log = tmp_path / "app.log"
    log.write_text(
        f"{name} 2026-11-22T18:40:00 part 1 stored\n"
        f"{name} 2026-11-22T18:40:01 api error NoSuchUpload: gone\n"
        f"{name} 2026-11-22T18:40:02 api error SlowDown: wait\n"
    )
    assert dict(analyze([str(log)]).by_code) == {"SESSION_EXPIRED": 1, "THROTTLED": 1}


@pytest.mark.parametrize(
    "head",
    [
        "ERROR 2026-11-22 10:00:0{}",
        "[WARN ] [2026-11-22T10:00:0{}.123Z]",
        "INFO  | 2026-11-22 10:00:0{} |",
        '10.0.0.1 - - [22/Nov/2026:10:00:0{} +0000] "PUT /a HTTP/1.1" 200 12 "-"',
        "I, [2026-11-22T10:00:0{}.123456 #9]  INFO -- :",
    ],
)
def test_a_date_behind_a_level_or_an_address_begins_an_entry_that_has_several_lines(head):
    log = "".join(f"{head.format(n)} x\n" + "NoSuchUpload: gone\n" * (n % 2) for n in range(9)).encode()
    begins = [at for at in starts(log.decode()) if begins_entry(log, at, 0, dated=True)]
    assert begins == [at for at in starts(log.decode()) if not log.startswith(b"NoSuch", at)]


def test_a_log_of_which_most_lines_are_tracebacks_is_dated():
    trace = "Traceback (most recent call last):\n  File 'a.py', line 1, in x\nKeyError: 'x'\nCaused by: y\n... 3 more\n"
    assert detect("".join(f"2026-11-22 10:00:0{n} ERROR x\n{trace}" for n in range(9)).encode()).dated
    assert not detect(b"2026-11-22 10:00:00 x\nstored part 3\nstored part 4\nstored part 5\n" * 9).dated


def test_json_that_is_printed_at_the_left_edge_is_one_failure(tmp_path):
    log = tmp_path / "app.log"
    body = '{\n"error": {\n"Code": "NoSuchUpload",\n"Message": "The specified upload does not exist."\n}\n}\n'
    log.write_text(f"answer of the store\n{body}SELECT 1\nFROM part\n" * 3)
    assert analyze([str(log)]).by_code == {"SESSION_EXPIRED": 3}


def test_what_django_says_of_a_request_and_the_traceback_below_it_are_one_failure(tmp_path):
    log = tmp_path / "django.log"
    log.write_text(
        "Internal Server Error: /videos/upload/\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/app/views.py", line 9, in upload\n'
        "    storage.save(name, file)\n"
        "botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart operation\n"
    )
    assert dict(analyze([str(log)]).by_code) == {"SESSION_EXPIRED": 1}


@pytest.mark.parametrize(
    "thrown",
    [
        "software.amazon.awssdk.services.s3.model.NoSuchUploadException: The specified upload does not exist.",
        "botocore.exceptions.ClientError: An error occurred (NoSuchUpload) when calling UploadPart: gone",
    ],
)
@pytest.mark.parametrize("time", ["[2026-11-22 10:00:00,923] ERROR", "2026-11-22T10:00:00Z error"])
def test_what_was_thrown_below_the_only_dated_line_of_a_snippet_is_part_of_it(time, thrown, tmp_path):
    log = tmp_path / "snippet.txt"
    log.write_text(f"{time} upload 5Qw8eRtYuIoP2aSdF failed: NoSuchUpload (x.Y)\n{thrown}\n\tat a.b.C.d(E.java:65)\n")
    report = analyze([str(log)])
    assert report.by_code == {"SESSION_EXPIRED": 1}
    assert [example.line for group in report.groups for example in group.examples] == [1]


@pytest.mark.parametrize(
    "entry",
    [
        "<record>\n  <date>2026-11-22T10:00:0{}Z</date>\n  <message>{}</message>\n</record>\n",
        '<log4j:event level="ERROR">\n<log4j:message><![CDATA[2026-11-22T10:00:0{}Z {}]]></log4j:message>\n',
        "<tr><td>2026-11-22T10:00:0{}Z</td><td>{}</td></tr>\n",
    ],
)
def test_records_of_an_xml_log_are_entries_with_times_of_their_own(entry, tmp_path):
    texts = ["part 1 uploaded", "part 2 failed: SlowDown", "part 3 uploaded", "part 4 failed: AccessDenied"]
    (tmp_path / "up.xml").write_text("".join(entry.format(at, text) for at, text in enumerate(texts)))
    report = analyze([str(tmp_path / "up.xml")])
    assert {group.code: group.first for group in report.groups} == {
        ErrorCode.ACCESS_DENIED: "2026-11-22T10:00:03Z",
        ErrorCode.THROTTLED: "2026-11-22T10:00:01Z",
    }


LOGURU = """\
2026-11-22 10:00:00.510 | ERROR    | up:store:117 - Upload of a.mp4 failed
Traceback (most recent call last):

  File "/srv/tasks.py", line 9, in run
    raise self._exception
          └ NoSuchUpload('An error occurred (NoSuchUpload) when calling the UploadPart operation')

> File "/srv/up.py", line 116, in store
    upload(name)
    └ 'a.mp4'

up.UploadError: Failed to upload a.mp4: An error occurred (NoSuchUpload) when calling the UploadPart operation: gone
"""


@pytest.mark.parametrize(
    "failure",
    [
        """\
[2026-11-22 10:00:00] production.ERROR: part 3: NoSuchUpload {"exception":"[object] (S3Exception(code: 0): part 3
[stacktrace]
#0 /app/vendor/handler.php(97): Handler->parseError()
#1 {main}
"}
""",
        """\
Write-S3Object : The specified upload does not exist.
At C:\\up.ps1:12 char:1
+ Write-S3Object -BucketName videos -File a.mp4
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.WriteS3ObjectCmdlet
""",
        """\
StorageError: The specified upload does not exist.
Recovery suggestion: Make sure that the upload is in progress.
Caused by:
ServiceError(code: "NoSuchUpload", statusCode: 404)
""",
        """\
--2026-11-22 10:00:00--  http://s3.example.org/films/a.mp4?partNumber=2&uploadId=Ab12Cd34Ef56
Connecting to s3.example.org:80... connected.
HTTP request sent, awaiting response... 404 Not Found
2026-11-22 10:00:01 ERROR 404: Not Found.
""",
        """\
*   Trying 192.0.2.7:443...
> PUT /films/a.mp4?partNumber=2&uploadId=Ab12Cd34Ef56 HTTP/1.1\r
> Host: s3.example.org\r
> \r
< HTTP/1.1 404 Not Found\r
< \r
{ [97 bytes data]
\r  0 5120k  100   431    0     0  72656      0 --:--:-- --:--:-- --:--:-- 86200
* Closing connection 0
<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>
""",
        """\
file:///srv/up.mjs:21
  if (!answer.ok) throw new Error(`Part ${n} upload failed: ${answer.status}`)
                        ^

Error: Part 2 upload failed: 404 <Error><Code>NoSuchUpload</Code></Error>
    at file:///srv/up.mjs:21:110
""",
        """\
Failed to upload part 2
404 Not Found
<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>
""",
        """\
opendal.exceptions.NotFound: NotFound (permanent) at write => S3Error { code: "NoSuchUpload", message: "gone" }

Context:
   service_operation: UploadPart
   response: Parts { status: 400 }
""",
        LOGURU,
        """\
opendal.exceptions.Unexpected: Unexpected at write, context: { service_operation: UploadPart } => NoSuchUpload

Context:
   service: s3

Source:
   error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)
""",
        """\
ERROR: LoadError: AWSException: NoSuchUpload -- The specified upload does not exist.

HTTP.Exceptions.StatusError(404, "PUT", "/films/a.mp4?partNumber=2&uploadId=Ab12Cd34Ef56", HTTP.Messages.Response:
\"\"\"
HTTP/1.1 404 Not Found
x-amz-request-id: 8QZ2EXAMPLE

<Error><Code>NoSuchUpload</Code></Error>\"\"\")
""",
        """\
/srv/uploader.rb:98:in `rescue in abort': failed to abort multipart upload: gone (Aws::S3::MultipartUploadError)
\tfrom /srv/uploader.rb:90:in `abort'
/srv/errors.rb:17:in `call': The specified upload does not exist. (Aws::S3::Errors::NoSuchUpload)
\tfrom /srv/sse.rb:24:in `call'
""",
        "E/Up: part 3 failed\nE/Up: S3Exception: The specified upload does not exist.\nE/Up:     at Up.put(U.kt:8)\n",
    ],
)
def test_a_failure_with_all_that_its_platform_prints_below_it_is_one(failure, tmp_path):
    ordinary = "I/Up: going on\n" if failure.startswith("E/") else "going on\n"
    (tmp_path / "up.log").write_text(2 * (ordinary + failure) + ordinary)
    assert analyze([str(tmp_path / "up.log")]).by_code == {ErrorCode.SESSION_EXPIRED: 2}


WIRE = """\
2026-11-22 10:00:00,1 urllib3.connectionpool [DEBUG] http://a.example "PUT /b/k?uploadId=Ab12Cd34 HTTP/1.1" 404 4
2026-11-22 10:00:00,1 botocore.hooks [DEBUG] Event before-parse.s3.UploadPart: calling handler <function x>
2026-11-22 10:00:00,1 botocore.parsers [DEBUG] Response headers: {'content-type': 'application/xml'}
2026-11-22 10:00:00,1 botocore.parsers [DEBUG] Response body:
b'<Error><Code>NoSuchUpload</Code></Error>'
2026-11-22 10:00:00,2 botocore.hooks [DEBUG] Event needs-retry.s3.UploadPart: calling handler <RetryHandler object>
2026-11-22 10:00:00,2 botocore.retryhandler [DEBUG] No retry needed.
2026-11-22 10:00:00,3 s3transfer.tasks [DEBUG] Exception raised.
Traceback (most recent call last):
  File "tasks.py", line 142, in __call__
NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart operation: gone
"""
MARSHALLED = """\
[WARN] 2026-11-22 10:00:00.237 AWSErrorMarshaller [1406] Encountered AWSError 'NoSuchUpload': The upload does not exist.
[ERROR] 2026-11-22 10:00:00.237 AWSXmlClient [1406] HTTP response code: 404
Exception name: NoSuchUpload
Error message: The upload does not exist.
"""


@pytest.mark.parametrize("failure", [WIRE, MARSHALLED])
def test_what_a_dated_log_says_of_one_failure_in_several_records_is_one(failure, tmp_path):
    ordinary = "2026-11-22 10:00:09,1 up.py [INFO] going on\n"
    (tmp_path / "up.log").write_text(ordinary + 30 * (failure + ordinary))
    assert analyze([str(tmp_path / "up.log")]).by_code == {ErrorCode.SESSION_EXPIRED: 30}


THROWN = "An error occurred (NoSuchUpload) when calling the UploadPart operation: The specified upload does not exist."


@pytest.mark.parametrize(
    ("above", "below", "count"),
    [
        ("10:00:00 ERROR up - Upload of a.mp4 failed", "10:00:00 ERROR api - Could not store the video", 1),
        ("10:00:00 WARN a.mp4 - Failed to copy", "10:00:00 ERROR Attempt 1/2 failed with 1 errors and", 1),
        ("10:00:00 ERROR up - Upload of a.mp4 failed", "10:00:30 ERROR api - Could not store the video", 2),
        ("10:00:00 ERROR up - Upload of a.mp4 failed", "10:00:00 ERROR up - Upload of b.mp4 failed", 2),
        ("10:00:00 ERROR up - Upload for alice failed", "10:00:00 ERROR up - Upload for bob failed", 2),
        ("10:00:00 ERROR up - Upload of 81ab7c failed", "10:00:00 ERROR api - Could not store the video", 1),
        ("10:00:00 ERROR up - Upload of 81ab7c failed", "10:00:00 ERROR api - Could not store the video 81ab7c", 1),
        ("10:00:00 ERROR up - Upload of 81ab7c failed", "10:00:00 ERROR api - Could not store the video 92cd8d", 2),
        ("10:00:00 WARN attempt 1 failed", "10:00:00 WARN attempt 2 failed", 2),
        ("10:00:00 ERROR", "10:00:00 ERROR", 2),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_layers_that_tell_in_their_own_words_what_was_thrown_tell_of_one_failure(above, below, count, end, tmp_path):
    ordinary = "2026-11-22 09:00:00 INFO going on" + end
    pair = f"2026-11-22 {above}: {THROWN}{end}2026-11-22 {below}: {THROWN}{end}"
    (tmp_path / "up.log").write_text(ordinary + 40 * (pair + ordinary), newline="")
    assert analyze([str(tmp_path / "up.log")]).by_code == {ErrorCode.SESSION_EXPIRED: 40 * count}


@pytest.mark.parametrize(("other", "count"), [("8QZ1", 1), ("8QZ2", 2)])
def test_what_is_said_again_of_a_request_that_is_named_is_one_failure_at_any_time(other, count, tmp_path):
    thrown = "api error NoSuchUpload: gone, status code: 404, request id: {}EXAMPLE"
    (tmp_path / "up.log").write_text(
        f"2026-11-22 10:00:00 WARN will not try again: {thrown.format('8QZ1')}\n"
        f"2026-11-22 10:00:07 ERROR copy of the video ended badly: {thrown.format(other)}\n"
    )
    assert analyze([str(tmp_path / "up.log")]).by_code == {ErrorCode.SESSION_EXPIRED: count}


def test_what_stands_behind_every_line_is_nothing_that_was_thrown(tmp_path):
    behind = "service: video-upload-service, environment: production, host: uploader-1"
    (tmp_path / "up.log").write_text(
        f"2026-11-22 10:00:00 WARN part 3 failed, connection reset by peer, {behind}\n"
        f"2026-11-22 10:00:00 ERROR upload rejected with SlowDown, {behind}\n"
    )
    assert analyze([str(tmp_path / "up.log")]).by_code == {ErrorCode.NETWORK: 1, ErrorCode.THROTTLED: 1}


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("10:00:00 ERROR Upload failed: AxiosError: Network Error", 1),
        ("10:00:00 ERROR part 3 TypeError: Failed to fetch", 1),
        ("10:00:09 ERROR part 4 TypeError: Failed to fetch", 2),
    ],
)
def test_what_a_page_logs_in_the_same_second_below_the_browser_is_one_failure(said, count, tmp_path):
    (tmp_path / "console.log").write_text(
        "2026-11-22 10:00:00 LOG part 2 sent\n"
        "2026-11-22 10:00:00 ERROR Access to fetch at 'https://s3.example.org/k' from origin 'https://a.example' has"
        " been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present.\n"
        f"2026-11-22 {said}\n2026-11-22 10:00:10 LOG going on\n"
    )
    assert sum(analyze([str(tmp_path / "console.log")]).by_code.values()) == count


@pytest.mark.parametrize(
    "above",
    [
        "# NoSuchUpload: The specified upload does not exist",
        "While uploading a large file it throws the following error until retries run out",
    ],
)
def test_what_stands_above_what_a_program_said_is_no_failure_of_its_own(above, tmp_path):
    said = "NoSuchUpload: The specified upload does not exist."
    (tmp_path / "post.md").write_text(f"{above}\n\nSince we upgraded:\n\n```\n{said}\n```\n")
    assert analyze([str(tmp_path / "post.md")]).by_code == {ErrorCode.SESSION_EXPIRED: 1}
    (tmp_path / "post.md").write_text(f"{above}\n")
    assert sum(analyze([str(tmp_path / "post.md")]).by_code.values()) == 1
