"""The video backend in front of S3: its answers keep its contracts, whatever happens behind it."""

import json
import urllib.error
import urllib.request

import pytest
from raw import send

from upload_diag import classify
from upload_diag.contract.checks import Checker
from upload_diag.contract.documents import Document
from upload_diag.contract.schemas import find, validator
from upload_diag.faults import ExpireCredentials, ExpireSession, LoseResponse, Reset, Respond
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
        ("PUT", "videos/x/parts/1", None, 404),
        ("PUT", "videos/%00%20/parts/1", None, 404),
    ],
)
def test_what_the_gateway_does_not_serve_is_an_envelope_too(server, method, path, data, status):
    answer = call(server, method, path, data)
    assert answer[0] == status
    assert answer[1]["success"] is False
    assert list(Checker(find("upload-error")).problems(Document("answer", answer[1], status=status))) == []


def test_an_unknown_shape_is_named(server):
    status, answer = call(server, "POST", "videos", VIDEO, query="?shape=rot13")
    assert status == 400
    assert "rot13" in answer["error"]["originalError"]


def test_a_browser_may_call_it_from_any_page(server):
    answer = send(
        server.url, "OPTIONS", "/_gateway/videos", Origin="http://app.example", Access_Control_Request_Method="POST"
    )
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")


def put(url, body):
    request = urllib.request.Request(url, data=body, method="PUT")
    with urllib.request.urlopen(request) as answer:
        return answer.headers["etag"]


def sign(server, **wanted):
    return good(server, "POST", "sign", wanted)["url"]


def test_the_client_may_list_the_parts_itself(server, video):
    path = f"videos/{video['videoId']}"
    etags = [
        good(server, "PUT", f"{path}/parts/{number}", body=body)["etag"]
        for number, body in ((1, b"a" * VIDEO["chunkSize"]), (2, b"end"))
    ]
    listed = [{"partNumber": number, "etag": etag} for number, etag in ((2, etags[1]), (1, etags[0]))]
    good(server, "POST", f"{path}/complete", {"parts": listed})
    assert good(server, "GET", path)["complete"] is True


def test_parts_of_a_dead_session_are_refused_at_complete(server, video):
    path = f"videos/{video['videoId']}"
    dead = good(server, "PUT", f"{path}/parts/1", body=b"a")
    good(server, "POST", f"{path}/refresh")
    status, answer = call(server, "POST", f"{path}/complete", {"parts": [{"partNumber": 1, "etag": dead["etag"]}]})
    assert (status, answer["error"]["errorType"]) == (400, "InvalidPart")
    assert good(server, "GET", path)["complete"] is False


def test_an_object_of_another_size_is_not_the_video(server, video):
    path = f"videos/{video['videoId']}"
    good(server, "PUT", f"{path}/parts/1", body=b"a")
    good(server, "POST", f"{path}/complete")
    assert good(server, "GET", path)["complete"] is False


def test_a_whole_upload_goes_by_presigned_urls(server):
    key = "by-url/é.bin"
    created = send(server.url, "POST", sign(server, method="POST", key=key).removeprefix(server.url), b"")
    upload_id = created.text("UploadId")
    etag = put(sign(server, method="PUT", key=key, uploadId=upload_id, partNumber=1), b"whole")
    listed = send(server.url, "GET", sign(server, method="GET", key=key, uploadId=upload_id).removeprefix(server.url))
    assert listed.text("ETag").replace("&quot;", '"') == etag
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
    url = sign(server, method="POST", key=key, uploadId=upload_id)
    assert send(server.url, "POST", url.removeprefix(server.url), document.encode()).status == 200
    with urllib.request.urlopen(sign(server, method="GET", key=key)) as answer:
        assert answer.read() == b"whole"


def test_pages_of_other_origins_reach_the_bucket_by_presigned_urls(server):
    bucket = good(server, "GET", "")["bucket"]
    headers = {"Origin": "http://elsewhere.test", "Access-Control-Request-Method": "PUT"}
    answer = send(server.url, "OPTIONS", f"/{bucket}/key", None, **headers)
    assert answer.status == 200
    assert "ETag" in answer.headers["access-control-expose-headers"]


def test_expired_credentials_are_renewed_and_the_session_goes_on(server, video):
    server.inject(ExpireCredentials(), operation="UploadPart", times=1)
    path = f"videos/{video['videoId']}/parts/1"
    status, answer = call(server, "PUT", path, body=b"x")
    assert (status, answer["error"]["actionRequired"]) == (400, "REFRESH_CREDENTIALS")
    assert good(server, "PUT", path, body=b"x")["partNumber"] == 1


def test_a_url_is_signed_by_new_credentials_on_demand(server):
    good(server, "GET", "")  # makes the bucket
    old = sign(server, method="PUT", key="k")
    server.inject(ExpireCredentials(), operation="PutObject", times=1)
    with pytest.raises(urllib.error.HTTPError):
        put(old, b"x")
    with pytest.raises(urllib.error.HTTPError):
        put(sign(server, method="PUT", key="k"), b"x")
    assert put(sign(server, method="PUT", key="k", renew=True), b"x")


@pytest.mark.parametrize("wanted", [{}, {"method": "PUT"}, {"method": "HEAD", "key": "k"}, {"method": "PUT", "key": 3}])
def test_what_cannot_be_signed_is_told(server, wanted):
    status, answer = call(server, "POST", "sign", wanted)
    assert status == 400
    assert "method, key" in answer["error"]["awsError"]


@pytest.mark.parametrize("parts", [3, [3], [{}], [{"partNumber": "x", "etag": ""}], [{"partNumber": None, "etag": ""}]])
def test_a_list_of_parts_that_is_none_is_told(server, video, parts):
    status, _ = call(server, "POST", f"videos/{video['videoId']}/complete", {"parts": parts})
    assert status == 400


def test_the_page_comes_under_a_policy_that_lets_nothing_foreign_in(server):
    answer = send(server.url, "GET", "/_gateway/app/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nope.js", "README.md", "../web/app.js", "%2e%2e/app.js", "app", "/etc/passwd"])
def test_the_page_has_no_other_files(server, name):
    assert send(server.url, "GET", f"/_gateway/app/{name}").status == 404


def test_the_page_gets_the_rules_that_are_exported(server):
    from upload_diag.rules.ruleset import Ruleset

    answer = send(server.url, "GET", "/_gateway/app/rules.json")
    assert json.loads(answer.body) == json.loads(json.dumps(Ruleset.builtin().export()))
