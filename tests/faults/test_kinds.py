"""Every kind of fault, as a bare client meets it on the wire."""

import re
import socket
import time
from pathlib import Path

import pytest
from raw import Client, send

from upload_diag.faults import (
    KINDS,
    AdvanceClock,
    Bandwidth,
    Corrupt,
    Delay,
    ExpireCredentials,
    ExpireSession,
    ExpireUrl,
    HideEtag,
    HttpPage,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
    SkewClock,
    Stall,
    Throttle,
    Truncate,
)
from upload_diag.faults.exchange import Exchange
from upload_diag.rules.s3_codes import S3_CODES

BODY = b"x" * 300_000


@pytest.fixture
def session(server):
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    return f"/bkt/k?uploadId={upload_id}"


def put(server, session, number=1, body=BODY, **headers):
    return send(server.url, "PUT", f"{session}&partNumber={number}", body, **headers)


def parts_of(server, session):
    return server.app.upload(session.partition("uploadId=")[2]).parts


def test_every_kind_has_a_name_a_docstring_and_is_tried_here():
    source = Path(__file__).read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert re.fullmatch("[a-z]+(-[a-z]+)*", name)
        assert kind.__doc__
        assert f"inject({kind.__name__}(" in source, f"{kind.__name__} is not tried"


def test_expire_session(server, session):
    server.inject(ExpireSession(), operation="UploadPart", after_parts=1, times=1)
    assert [put(server, session, number).status for number in (1, 2, 3)] == [200, 404, 404]
    assert send(server.url, "GET", session).code == "NoSuchUpload"


@pytest.mark.parametrize(
    "name", sorted(name for name, row in S3_CODES.items() if row.status >= 300 and row.status != 304)
)
def test_respond_sends_every_row_of_the_table_with_its_status(server, name):
    server.inject(Respond(name), key=name.replace("[", "[[]"))
    from urllib.parse import quote

    answer = send(server.url, "GET", f"/bkt/{quote(name)}")
    assert (answer.status, answer.code) == (S3_CODES[name].status, name)


def test_respond_with_a_status_a_message_and_a_time_to_wait(server, session):
    server.inject(Respond("SlowDown", status=429, message="Easy <now>", retry_after=3))
    answer = put(server, session)
    assert (answer.status, answer.text("Message"), answer.headers["retry-after"]) == (429, "Easy &lt;now&gt;", "3")


@pytest.mark.parametrize(
    ("page", "server_header"), [("nginx", "nginx"), ("cloudflare", "cloudflare"), ("alb", "awselb")]
)
def test_http_page(server, session, page, server_header):
    server.inject(HttpPage(page=page, status=413))
    answer = put(server, session)
    assert (answer.status, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert server_header in answer.headers["server"]
    assert not parts_of(server, session)


def test_delay(server, session):
    server.inject(Delay(seconds=0.2))
    start = time.monotonic()
    assert put(server, session).status == 200
    assert time.monotonic() - start >= 0.2


def test_a_delay_is_drawn_anew_for_each_request_within_its_jitter(server, session, monkeypatch):
    slept = []
    monkeypatch.setattr(Exchange, "sleep", lambda _, seconds: slept.append(seconds))
    server.inject(Delay(seconds=5, jitter=2))
    for _ in range(20):
        put(server, session)
    assert all(5 <= seconds < 7 for seconds in slept)
    assert len(set(slept)) == 20


def test_bandwidth_slows_the_body_down(server, session):
    server.inject(Bandwidth(bytes_per_second=1_000_000))
    start = time.monotonic()
    assert put(server, session).status == 200
    assert time.monotonic() - start >= 0.25


def test_stall_is_silence_and_then_the_end(server, session):
    server.inject(Stall(seconds=0.2, at_byte=1000))
    start = time.monotonic()
    with pytest.raises(ConnectionError):
        put(server, session)
    assert time.monotonic() - start >= 0.2
    assert not parts_of(server, session)


@pytest.mark.parametrize("at_byte", [0, 100_000, len(BODY)])
def test_reset_is_a_tcp_reset(server, session, at_byte):
    server.inject(Reset(at_byte=at_byte))
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        put(server, session)
    assert not parts_of(server, session)
    assert server.journal.of("UploadPart")[0].delivery == "reset"


def test_truncate_cuts_the_body_that_was_announced(server, session):
    server.inject(Truncate(at_byte=10), operation="ListParts")
    with Client(server.url) as client:
        client.socket.sendall(f"GET {session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        data = b""
        while piece := client.socket.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    assert len(body) == 10
    assert int(re.search(rb"content-length: (\d+)", head)[1]) > 10


def test_corrupt_answers_look_whole_but_are_not(server, session):
    put(server, session)
    whole = send(server.url, "GET", session).body
    for form in ("bits", "empty", "cut", "html", "binary"):
        server.app.plan.clear()
        server.inject(Corrupt(form=form), operation="ListParts")
        answer = send(server.url, "GET", session)
        assert answer.status == 200
        assert answer.body != whole


def test_corrupt_requests_are_found_by_their_checksum(server, session):
    server.inject(Corrupt(form="request"))
    assert put(server, session, body=b"hello", Content_MD5="XUFAKrxLKna5cZ2REBfFkg==").code == "BadDigest"


@pytest.mark.parametrize("work", [False, True])
def test_ok_with_error(server, session, work):
    server.inject(OkWithError(code="InternalError", work=work), operation="UploadPart")
    answer = put(server, session)
    assert (answer.status, answer.code) == (200, "InternalError")
    assert len(parts_of(server, session)) == work


@pytest.mark.parametrize("reset", [False, True])
def test_lose_response_does_the_work(server, session, reset):
    server.inject(LoseResponse(reset=reset))
    with pytest.raises(ConnectionError):
        put(server, session)
    assert len(parts_of(server, session)) == 1
    assert server.journal.of("UploadPart")[0].delivery == "lost"


def test_hide_etag(server, session):
    server.inject(HideEtag())
    assert "etag" not in put(server, session).headers


def test_expire_credentials_is_for_good_but_only_for_these(server, session):
    server.inject(ExpireCredentials(), part_number=2, times=1)
    old = {"Authorization": "AWS4-HMAC-SHA256 Credential=OLD/20260101/us-east-1/s3/aws4_request"}
    new = {"Authorization": "AWS4-HMAC-SHA256 Credential=NEW/20260101/us-east-1/s3/aws4_request"}
    answers = [put(server, session, number, **who) for number, who in ((1, old), (2, old), (2, old), (2, new))]
    assert [(answer.status, answer.code) for answer in answers] == [
        (200, ""),
        (400, "ExpiredToken"),
        (400, "ExpiredToken"),
        (200, ""),
    ]


def test_expire_url_meets_presigned_requests_only(server, session):
    server.inject(ExpireUrl())
    signed = f"{session}&partNumber=1&Signature=x&AWSAccessKeyId=y&Expires=99999999999"
    answer = send(server.url, "PUT", signed, b"x")
    assert (answer.status, answer.code, answer.text("Message")) == (403, "AccessDenied", "Request has expired")
    assert put(server, session).status == 200


def test_skew_clock_beyond_a_quarter_of_an_hour(server, session):
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    armed = server.inject(SkewClock(seconds=-1000))
    answer = put(server, session, X_Amz_Date=stamp)
    assert (answer.code, answer.text("RequestTime"), answer.text("MaxAllowedSkewMilliseconds")) == (
        "RequestTimeTooSkewed",
        stamp,
        "900000",
    )
    server.app.plan.disarm(armed.id)
    server.inject(SkewClock(seconds=600))
    assert put(server, session, X_Amz_Date=stamp).status == 200


def test_advance_clock(server, session):
    server.app.lifetimes.abort_days = 7
    server.inject(AdvanceClock(seconds=7 * 86400 + 1), part_number=2)
    assert [put(server, session, number).status for number in (1, 2)] == [200, 404]


def test_throttle_lets_the_burst_through(server, session):
    server.inject(Throttle(requests_per_second=0.001, burst=2))
    assert [put(server, session, number).status for number in (1, 2, 3)] == [200, 200, 503]


def test_faults_meet_only_what_they_name(server, session):
    server.inject(Respond("SlowDown"), operation="UploadPart", bucket="b?t", key="k*", part_number=2, nth=2)
    assert [put(server, session, number).status for number in (1, 2, 2, 2)] == [200, 200, 503, 200]


def test_a_probability_is_drawn_from_the_seed(server, session):
    armed = server.inject(Respond("SlowDown"), probability=0.5)
    first = [put(server, session).status for _ in range(20)]
    server.app.plan.clear(restart=True)
    again = server.inject(Respond("SlowDown"), probability=0.5)
    assert (armed.id, again.id) == ("f1", "f1")
    assert [put(server, session).status for _ in range(20)] == first
    assert {200, 503} == set(first)


def test_after_bytes_counts_what_the_session_took(server, session):
    server.inject(ExpireSession(), after_bytes=2 * len(BODY))
    assert [put(server, session, number).status for number in (1, 2, 3)] == [200, 200, 404]


def test_a_preflight_is_never_faulted(server, s3):
    rule = {"AllowedOrigins": ["http://app.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket="bkt", CORSConfiguration={"CORSRules": [rule]})
    server.inject(Respond("InternalError"))
    asked = {"Origin": "http://app.example", "Access_Control_Request_Method": "PUT"}
    answer = send(server.url, "OPTIONS", "/bkt/k", **asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "http://app.example")
    assert send(server.url, "OPTIONS", "/bkt/k", **{**asked, "Origin": "http://evil.example"}).status == 403


def test_an_error_carries_the_cors_headers_of_the_bucket(server, s3, session):
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "ExposeHeaders": ["ETag", "x-amz-request-id"]}
    s3.put_bucket_cors(Bucket="bkt", CORSConfiguration={"CORSRules": [rule]})
    server.expire(session.partition("uploadId=")[2])
    answer = put(server, session, Origin="http://app.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (404, "*")
    server.inject(HideEtag())
    fresh = f"/bkt/k?uploadId={send(server.url, 'POST', '/bkt/k?uploads').text('UploadId')}"
    answer = put(server, fresh, Origin="http://app.example")
    assert "etag" in answer.headers
    assert "ETag" not in answer.headers["access-control-expose-headers"]


def test_stopping_wakes_a_stalled_request():
    from upload_diag.faults import FaultServer

    start = time.monotonic()
    with FaultServer() as own:
        own.inject(Stall(seconds=3600))
        client = socket.create_connection(("127.0.0.1", own.port))
        client.sendall(b"GET /bkt HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.1)
    client.close()
    assert time.monotonic() - start < 60
