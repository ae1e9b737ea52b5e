"""What clients print when their upload dies: `fixtures/captures`, where each file's name says what must be found."""

from pathlib import Path
from pprint import pformat

import pytest

from upload_diag import classify
from upload_diag.analysis import analyze
from upload_diag.report._words import verdict

FOLDER = Path(__file__).parents[1] / "fixtures" / "captures"
CAPTURES = sorted(path.name for path in FOLDER.glob("*.txt"))
STAGES = {"part": "SESSION_EXPIRED", "complete": "SESSION_EXPIRED", "500": "SERVER_ERROR", "none": None}
ID = "Qm9ndXNVcGxvYWRJZC0wMDE.7fK2pXw4Vt9sLzR1"


def wanted(name: str) -> str | None:
    return STAGES[name.split(".")[-2]]


@pytest.mark.parametrize("name", CAPTURES)
def test_what_a_client_prints_is_understood_as_one_text(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    info = classify(text)
    assert (str(info.code) if info.evidence else None) == wanted(name)
    if wanted(name) == "SESSION_EXPIRED" and ID in text:
        assert info.context.upload_id == ID


@pytest.mark.parametrize("name", CAPTURES)
def test_what_a_client_prints_is_understood_as_a_log(name):
    report = analyze([str(FOLDER / name)])
    counts = {str(code): count for code, count in report.by_code.items()}
    assert counts.get(wanted(name), 0) == max(counts.values(), default=0)
    if wanted(name) == "SESSION_EXPIRED" and ID in (FOLDER / name).read_text(encoding="utf-8"):
        assert any(ID in session.upload_ids for session in report.sessions)


@pytest.mark.parametrize(
    "name",
    [
        "aws-sdk-go-v1-debug.part",
        "aws-sdk-go-v2-debug.part",
        "aws-sdk-js-v2.500",
        "boto2.part",
        "curl-sigv4-v.part",
        "fog.part",
        "got.part",
        "httpx.part",
        "minio-go-trace.part",
        "object-store.part",
        "s3cmd-debug.part",
        "s3fs-debug.part",
        "s3fs.500",
    ],
)
def test_what_a_client_prints_of_one_failure_in_many_lines_is_counted_once(name):
    report = analyze([str(FOLDER / f"{name}.txt")])
    assert {str(code): count for code, count in report.by_code.items()} == {wanted(f"{name}.txt"): 1}


def test_that_an_abort_is_answered_404_only_follows_from_what_was_logged_before(tmp_path):
    call = (
        "{{\n  clientName: 'S3Client',\n  commandName: '{0}Command',\n"
        "  input: {{ Bucket: 'films', Key: 'clip.mp4', UploadId: 'Ab12Cd34Ef56' }},\n"
        "  error: {1}\n      at handleError (/app/node_modules/@aws-sdk/core/dist-cjs/index.js:1398:27) {{\n"
        "    '$metadata': {{ httpStatusCode: {2}, requestId: undefined, attempts: 2 }}\n  }},\n"
        "  metadata: {{ httpStatusCode: {2}, requestId: undefined, attempts: 2 }}\n}}\n"
    )
    log = tmp_path / "node.log"
    log.write_text(
        call.format("UploadPart", "Error: char '<' is not expected.:1:1\n    Deserialization error", 500)
        + call.format("AbortMultipartUpload", "NoSuchUpload: The specified upload does not exist.", 404)
    )
    assert [(group.code, group.operation, group.follows) for group in analyze([str(log)]).groups] == [
        ("SERVER_ERROR", "UploadPart", 0),
        ("SESSION_EXPIRED", "AbortMultipartUpload", 1),
    ]


def test_a_head_that_asks_whether_the_object_is_there_is_no_failure_in_a_dump_of_the_wire(tmp_path):
    log = tmp_path / "rclone.log"
    log.write_text(
        "2026/11/22 18:40:01 DEBUG : HTTP REQUEST (req 0xc000012345)\n"
        "2026/11/22 18:40:01 DEBUG : HEAD /films/clip.mp4 HTTP/1.1\nHost: s3.example.test\n\n"
        "2026/11/22 18:40:01 DEBUG : HTTP RESPONSE (req 0xc000012345)\n"
        "2026/11/22 18:40:01 DEBUG : HTTP/1.1 404 Not Found\nServer: AmazonS3\nX-Amz-Request-Id: 8QZ2EXAMPLE\n\n"
        "2026/11/22 18:40:01 DEBUG : clip.mp4: Need to transfer - File not found at Destination\n"
    )
    assert not analyze([str(log)]).findings


def test_the_upload_id_behind_the_words_multipart_upload_is_that_of_the_story(tmp_path):
    log = tmp_path / "rclone.log"
    log.write_text(
        f"2026/11/22 18:40:00 DEBUG : clip.mp4: open chunk writer: started multipart upload: {ID}\n"
        f'2026/11/22 18:40:09 ERROR : clip.mp4: Failed to copy: failed to complete multipart upload "{ID}": operation'
        " error S3: CompleteMultipartUpload, https response error StatusCode: 404, api error NoSuchUpload: gone\n"
        "2026/11/22 18:40:09 ERROR : clip.mp4: multipart upload failed: connection reset by peer 1234\n"
    )
    assert [session.upload_ids for session in analyze([str(log)]).sessions] == [(ID,)]


def test_a_browser_that_is_answered_404_for_a_part_has_lost_its_session():
    info = classify(
        "[console.error] clip.mp4?partNumber=3&uploadId=Ab12Cd34Ef56:NaN Failed to load resource: the server responded"
        " with a status of 404 (Not Found)"
    )
    assert (info.code, info.context.upload_id, info.context.part_number) == ("SESSION_EXPIRED", "Ab12Cd34Ef56", 3)


def test_an_id_that_a_dump_breaks_over_lines_is_one(tmp_path):
    upload = "Qm9ndXNVcGxvYWRJZC0wMDE.7fK2pXw4Vt9sLzR1-0123456789_abcdefghij"
    body = f'<?xml version="1.0"?>\n<Error><Code>NoSuchUpload</Code><UploadId>{upload}</UploadId></Error>'
    answers = [{"data": b" " * n + body.encode(), "reason": "Not Found", "status": 404} for n in range(60)]
    dumps = [f"DEBUG: Response:\n{pformat(answer, width=60)}\n" for answer in answers]
    log = tmp_path / "s3cmd.log"
    log.write_text("".join(dumps) + f"ERROR: Upload failed: /media/clip.mp4?partNumber=3&uploadId={upload} (404)\n")
    report = analyze([str(log)])
    assert [session.upload_ids for session in report.sessions] == [(upload,)]
    assert dict(report.by_code) == {"SESSION_EXPIRED": 61}


def test_an_abort_that_a_browser_blocks_does_not_hide_what_the_complete_met(tmp_path):
    where = "https://s3.example.org/media/clip.mp4?uploadId=Ab12Cd34Ef56"
    blocked = (
        f"[console.error] Access to fetch at '{where}&x-id=AbortMultipartUpload' from origin 'https://a.example.org'"
        " has been blocked by CORS policy: Response to preflight request doesn't pass access control check.\n"
    )
    log = tmp_path / "console.txt"
    log.write_text(
        f"[network] POST 200 {where}\n{blocked * 3}"
        "[console.error] UPLOAD FAILED NoSuchUpload: The specified upload does not exist. uploadId=Ab12Cd34Ef56\n"
    )
    report = analyze([str(log)])
    assert dict(report.by_code) == {"CORS_BLOCKED": 3, "SESSION_EXPIRED": 1}
    assert [group.follows for group in report.groups] == [3, 0]
    assert verdict(report).what.startswith("SESSION_EXPIRED")


def test_the_answer_is_the_failure_that_names_itself_and_not_the_status_in_the_line_above(tmp_path):
    log = tmp_path / "console.txt"
    log.write_text(
        "[console.error] clip.mp4:NaN Failed to load resource: the server responded with a status of 403 (Forbidden)\n"
        "[console.error] chunk 3 failed: <Error><Code>AccessDenied</Code><Message>Request has expired</Message>\n"
    )
    assert verdict(analyze([str(log)])).what.startswith("URL_EXPIRED")


def test_what_safari_says_of_each_blocked_request_in_three_lines_is_one_failure(tmp_path):
    refused = "Origin https://a.example.org is not allowed by Access-Control-Allow-Origin. Status code: 404"
    once = (
        f"[Error] {refused}\n"
        "[Error] Fetch API cannot load https://s3.example.org/bkt/k due to access control checks.\n"
        f"[Error] Failed to load resource: {refused} (k, line 0)\n"
    )
    log = tmp_path / "console.txt"
    log.write_text(once * 2)
    assert dict(analyze([str(log)]).by_code) == {"CORS_BLOCKED": 2}


def test_what_a_browser_says_of_one_blocked_request_in_three_lines_is_one_failure(tmp_path):
    log = tmp_path / "console.txt"
    log.write_text(
        "[console.error] Access to fetch at 'https://s3.example.org/bkt/k' from origin 'https://a.example.org' has "
        "been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n"
        "[requestfailed] PUT https://s3.example.org/bkt/k net::ERR_FAILED\n"
        "[console.error] k:NaN Failed to load resource: net::ERR_FAILED\n"
    )
    assert dict(analyze([str(log)]).by_code) == {"CORS_BLOCKED": 1}
