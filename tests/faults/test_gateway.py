"""The video backend in front of S3: its answers keep its contracts, whatever happens behind it."""

import json

import pytest
from raw import send

from upload_diag import classify
from upload_diag.contract.schemas import find, validator
from upload_diag.faults import ExpireSession, LoseResponse, Reset, Respond
from upload_diag.faults.envelopes import SHAPES

VIDEO = {"fileName": "cat é.mp4", "fileSize": 5 * 1024 * 1024 + 3, "chunkSize": 5 * 1024 * 1024}


def call(server, method, path, data=None, *, body=None, query=""):
    answer = send(server.url, method, f"/_gateway/{path}{query}", json.dumps(data).encode() if body is None else body)
    return answer.status, json.loads(answer.body)


def good(server, method, path, data=None, **more):
    status, answer = call(server, method, path, data, **more)
    assert status in (200, 201), answer
    assert not list(validator(find("gateway")).iter_errors(answer))
    return answer["data"]


@pytest.fixture
def video(server):
    return good(server, "POST", "videos", VIDEO)


def test_a_video_is_uploaded(server, video):
    assert video["partCount"] == 2
    for number, body in ((1, b"a" * VIDEO["chunkSize"]), (2, b"end")):
        good(server, "PUT", f"videos/{video['videoId']}/parts/{number}", body=body)
    done = good(server, "POST", f"videos/{video['videoId']}/complete")
    stored = server.client().get_object(Bucket="gateway-videos", Key=done["key"])
    assert (stored["ETag"], stored["ContentLength"]) == (done["etag"], VIDEO["fileSize"])


def test_a_refresh_gives_a_new_session_to_the_same_video(server, video):
    again = good(server, "POST", f"videos/{video['videoId']}/refresh")
    assert again["videoId"] == video["videoId"]
    assert again["uploadId"] != video["uploadId"]


def test_a_dead_session_is_told_in_the_seed_s_envelope(server, video):
    server.inject(ExpireSession(), operation="UploadPart")
    status, answer = call(server, "PUT", f"videos/{video['videoId']}/parts/2", body=b"x" * 7)
    assert status == 404
    assert answer == {
        "success": False,
        "message": "Failed to upload video chunk",
        "error": {
            "videoId": video["videoId"],
            "partNumber": 2,
            "chunkSize": 7,
            "errorType": "NoSuchUpload",
            "awsError": "Upload session expired or invalid",
            "originalError": f"Upload session expired or invalid. UploadId: {video['uploadId']}",
            "actionRequired": "RESTART_UPLOAD",
            "isSessionExpired": True,
        },
    }


@pytest.mark.parametrize(
    "code",
    [
        "NoSuchUpload",
        "SlowDown",
        "InternalError",
        "AccessDenied",
        "ExpiredToken",
        "BadDigest",
        "EntityTooLarge",
        "InvalidPart",
    ],
)
def test_every_failure_keeps_the_contract_and_is_classified(server, video, code):
    server.inject(Respond(code), operation="UploadPart")
    _, answer = call(server, "PUT", f"videos/{video['videoId']}/parts/1", body=b"x")
    assert not list(validator(find("upload-error")).iter_errors(answer))
    assert classify(answer).context.service_code == code


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dead_session_is_recognised_in_every_shape(server, video, shape):
    server.inject(ExpireSession(), operation="UploadPart")
    path = f"/_gateway/videos/{video['videoId']}/parts/1?shape={shape}"
    answer = send(server.url, "PUT", path, b"x")
    assert answer.status == 404
    assert classify(answer.body).code == "SESSION_EXPIRED"


@pytest.mark.parametrize("fault", [Reset(), LoseResponse()])
def test_a_lost_connection_behind_the_gateway_is_a_bad_gateway(server, video, fault):
    server.inject(fault, operation="UploadPart")
    status, answer = call(server, "PUT", f"videos/{video['videoId']}/parts/1", body=b"x")
    assert status == 502
    assert not list(validator(find("upload-error")).iter_errors(answer))
    assert classify(answer).code == "NETWORK"


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("POST", "videos", {}, 400),
        ("POST", "videos", [], 400),
        ("POST", "videos", {**VIDEO, "chunkSize": 0}, 400),
        ("POST", "videos", {**VIDEO, "fileSize": 2**52}, 400),
        ("POST", "videos/nope/complete", None, 404),
        ("GET", "videos", None, 405),
        ("PUT", "videos/x/parts/x", None, 405),
    ],
)
def test_what_the_gateway_does_not_serve_is_an_envelope_too(server, method, path, data, status):
    answer = call(server, method, path, data)
    assert answer[0] == status
    assert answer[1]["success"] is False


def test_an_unknown_shape_is_named(server):
    status, answer = call(server, "POST", "videos", VIDEO, query="?shape=rot13")
    assert status == 400
    assert "rot13" in answer["error"]["originalError"]


def test_a_browser_may_call_it_from_any_page(server):
    answer = send(
        server.url, "OPTIONS", "/_gateway/videos", Origin="http://app.example", Access_Control_Request_Method="POST"
    )
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
