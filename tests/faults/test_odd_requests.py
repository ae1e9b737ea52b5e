"""Requests that no SDK sends but people, scripts and broken clients do: each is answered, and none leaves a trace."""

import logging
import socket
import struct
import time

import pytest
from raw import Client, send

from upload_diag.errors import InputError, UsageError
from upload_diag.faults import FaultServer, HttpPage, Respond, uploads

LONG = "9" * 5000  # more digits than Python turns into a number
STREAMING = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
COMPLETE = (
    b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
)


@pytest.fixture
def quiet(caplog):
    """Nothing of what follows is a bug of the server, so it has nothing to log."""
    with caplog.at_level(logging.WARNING):
        yield
    assert not caplog.records


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("GET", "/bkt/k", {"Range": f"bytes=0-{LONG}"}, b"", 200, ""),
        ("GET", "/bkt/k", {"Range": "bytes=0-١"}, b"", 200, ""),
        ("PUT", "/bkt/k", {"Content-Length": LONG}, b"", 400, "BadRequest"),
        ("PUT", "/bkt/k", STREAMING | {"x-amz-decoded-content-length": LONG}, b"", 411, "MissingContentLength"),
        ("GET", f"/bkt/k?uploadId={{id}}&max-parts={LONG}", {}, b"", 400, "InvalidArgument"),
        ("GET", "/bkt/k?uploadId={id}&max-parts=--5", {}, b"", 400, "InvalidArgument"),
        ("GET", "/bkt?uploads&max-uploads=%C2%B2", {}, b"", 400, "InvalidArgument"),
        ("POST", "/bkt/k?uploadId={id}", {"x-amz-mp-object-size": LONG}, COMPLETE, 400, "InvalidRequest"),
        (
            "PUT",
            "/bkt/k?uploadId={id}&partNumber=1",
            {"x-amz-copy-source": "/bkt/k", "x-amz-copy-source-range": f"bytes=0-{LONG}"},
            b"",
            400,
            "InvalidArgument",
        ),
        ("POST", "/bkt/k?uploadId={id}", {}, b"<?xml version='1.0' encoding='foo'?><a/>", 400, "MalformedXML"),
        ("GET", "/bkt?list-type=2&max-keys=abc", {}, b"", 400, "InvalidArgument"),
        ("GET", "/bkt?list-type=2&max-keys=-1", {}, b"", 400, "InvalidArgument"),
        ("GET", f"/bkt?max-keys={LONG}", {}, b"", 400, "InvalidArgument"),
        ("GET", "/bkt?versions&max-keys=x", {}, b"", 400, "InvalidArgument"),
        ("GET", "/bkt/%ff%fe", {}, b"", 400, "InvalidURI"),
        ("PUT", "/bkt/%ff%fe", {}, b"x", 400, "InvalidURI"),
        ("PUT", "/bkt/\xff", {}, b"x", 400, "InvalidURI"),
        ("POST", "/bkt/%ff?uploads", {}, b"", 400, "InvalidURI"),
        ("GET", "/%ff", {}, b"", 400, "InvalidURI"),
        ("PUT", "/bkt/a%0ab", {}, b"x", 501, "NotImplemented"),
        ("GET", "/bkt/k?response-content-type=a%0d%0aX-Evil:%201", {}, b"", 400, "InvalidArgument"),
        (
            "POST",
            "/",
            {"Content-Type": "application/x-www-form-urlencoded"},
            f"Action=GetSessionToken&DurationSeconds={LONG}".encode(),
            400,
            "InvalidParameterValue",
        ),
        ("GET", "/bkt/k", {"X-Long": "x" * 70_000}, b"", 431, "BadRequest"),
    ],
)
def test_it_is_refused_as_s3_would(server, method, path, headers, body, status, code):
    etag = send(server.url, "PUT", "/bkt/k", b"hello").headers["etag"]
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    send(server.url, "PUT", f"/bkt/k?partNumber=1&uploadId={upload_id}", b"hello")
    body = body.replace(b"{etag}", etag.encode())
    answer = send(server.url, method, path.replace("{id}", upload_id), body, **_latin(headers))
    assert (answer.status, answer.code) == (status, code)


def _latin(headers):
    return {name: value.encode().decode("latin-1") for name, value in headers.items()}


@pytest.mark.usefixtures("quiet")
def test_the_journal_can_be_read_after_a_path_that_is_no_utf_8(server):
    send(server.url, "GET", "/bkt/%ff")
    journal = send(server.control_url.removesuffix("/api"), "GET", "/api/journal").body.decode()
    assert '"key": "\N{REPLACEMENT CHARACTER}"' in journal
    assert send(server.control_url.removesuffix("/api"), "GET", "/api/journal?format=har").status == 200


@pytest.mark.parametrize("key", ["/bkt/\N{LATIN SMALL LETTER E WITH ACUTE}%20b", "/bkt/%C3%A9 b", "/bkt/%C3%A9%20b"])
def test_a_copy_source_may_be_encoded_or_not(server, key):
    send(server.url, "PUT", "/bkt/%C3%A9%20b", b"hello")
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    copied = send(server.url, "PUT", f"/bkt/k?partNumber=1&uploadId={upload_id}", **_latin({"x-amz-copy-source": key}))
    assert copied.text("ETag") == "&quot;5d41402abc4b2a76b9719d911017c592&quot;"


def test_a_bucket_in_the_host_name_is_read_without_regard_to_case(server):
    send(server.url, "PUT", "/bkt/k", b"hello")
    assert send(server.url, "GET", "/k", Host="BKT.localhost").body == b"hello"


def test_a_page_of_no_sessions_is_the_last_one(server):
    send(server.url, "POST", "/bkt/k?uploads")
    page = send(server.url, "GET", "/bkt?uploads&max-uploads=0")
    assert (page.text("IsTruncated"), page.texts("UploadId")) == ("false", [])


def test_the_oldest_session_that_is_over_is_forgotten_first(server, monkeypatch):
    monkeypatch.setattr(uploads, "REMEMBERED", 2)
    ids = [send(server.url, "POST", "/bkt/k?uploads").text("UploadId") for _ in range(4)]
    for upload_id in ids[:3]:
        server.expire(upload_id)
    assert [upload.id for upload in server.app.uploads()] == ids[1:]


def test_a_copy_keeps_the_conditions_on_what_is_there(server, s3):
    for key in ("from", "to"):
        s3.put_object(Bucket="bkt", Key=key, Body=key.encode())
    etag = s3.head_object(Bucket="bkt", Key="to")["ETag"]
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": '"other"'}):
        with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
            s3.copy_object(Bucket="bkt", Key="to", CopySource="bkt/from", **condition)
    assert s3.get_object(Bucket="bkt", Key="to")["Body"].read() == b"to"
    s3.copy_object(Bucket="bkt", Key="to", CopySource="bkt/from", IfMatch=etag)
    s3.copy_object(Bucket="bkt", Key="new", CopySource="bkt/from", IfNoneMatch="*")
    assert s3.get_object(Bucket="bkt", Key="to")["Body"].read() == b"from"


@pytest.mark.usefixtures("quiet")
def test_a_client_that_resets_within_a_chunk_head_is_gone_and_no_bug(server):
    with Client(server.url) as client:
        head = "PUT /bkt/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nx-amz-decoded-content-length: 5\r\n"
        client.socket.sendall(f"{head}x-amz-content-sha256: {STREAMING['x-amz-content-sha256']}\r\n\r\n5".encode())
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for _ in range(6000):  # a minute, for a busy machine
        if entries := server.journal.of("PutObject"):
            break
        time.sleep(0.01)
    assert [entry.delivery for entry in entries] == ["client gone"]


def test_a_tls_handshake_is_told_at_once_that_there_is_no_tls(server):
    for url in (server.url, server.control_url.removesuffix("/api")):
        with Client(url) as client:
            client.socket.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))
            answer = client.read()
        assert answer.status == 400
        assert b"http:// instead of https://" in answer.body


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("make", [lambda status: HttpPage(status=status), lambda status: Respond("SlowDown", status)])
def test_an_answer_without_a_body_leaves_the_connection_in_order(server, make, status):
    server.inject(make(status), operation="ListMultipartUploads", times=1)
    with Client(server.url) as client:
        client.socket.sendall(b"GET /bkt?uploads HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client._until(b"\r\n\r\n").startswith(f"HTTP/1.1 {status} ".encode())
        assert client.send("GET", "/bkt?uploads").status == 200


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"scenario": "none-such"}, InputError),
        ({"scenario": {}}, UsageError),
        ({"port": 70_000}, UsageError),
        ({"host": ""}, UsageError),
        ({"session_ttl": -1}, UsageError),
        ({"session_ttl": float("nan")}, UsageError),
    ],
)
def test_a_server_that_cannot_start_leaves_no_port_open(options, error, monkeypatch):
    from upload_diag.faults import http

    opened = []
    monkeypatch.setattr(http.Listener, "start", opened.append)
    with pytest.raises(error):
        FaultServer(**options).start()
    assert not opened


def test_a_presigned_url_of_the_future_is_not_yet_valid(server):
    fields = "Algorithm=AWS4-HMAC-SHA256 Credential=AK/20990101/us-east-1/s3/aws4_request Date=20990101T000000Z"
    query = "&".join(f"X-Amz-{each}" for each in f"{fields} Expires=60 SignedHeaders=host Signature=0".split())
    refused = send(server.url, "GET", f"/bkt/k?{query}")
    assert (refused.code, refused.text("Message")) == ("AccessDenied", "Request is not yet valid")


def test_a_rule_of_six_million_years_is_no_reason_to_fail(server, s3):
    abort = {"DaysAfterInitiation": 2**31 - 1}
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": abort}
    s3.put_bucket_lifecycle_configuration(Bucket="bkt", LifecycleConfiguration={"Rules": [rule]})
    assert s3.create_multipart_upload(Bucket="bkt", Key="k")["AbortDate"].year == 9999
    assert send(server.control_url.removesuffix("/api"), "GET", "/api/overview?ahead=3600").status == 200
    with FaultServer(session_ttl=1e15) as other:
        other.client().create_bucket(Bucket="bkt")
        other.client().create_multipart_upload(Bucket="bkt", Key="k")


def test_a_form_field_that_only_begins_like_a_free_one_needs_the_policy(server, s3):
    post = s3.generate_presigned_post("bkt", "k")
    fields = {**post["fields"], "signature-of-mine": "x"}
    rows = [f'--B\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    body = "".join(rows) + '--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhello\r\n--B--\r\n'
    answer = send(server.url, "POST", "/bkt", body.encode(), Content_Type="multipart/form-data; boundary=B")
    assert (answer.code, answer.text("Message")) == (
        "AccessDenied",
        "Invalid according to Policy: Extra input fields: signature-of-mine",
    )


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("videos", b'{"fileName": "\\ud800", "fileSize": 10, "chunkSize": 5}'),
        ("videos", b"[" * 100_000),
        ("sign", b'{"method": "PUT", "key": "\\ud800"}'),
        ("videos/{id}/complete", b'{"parts": [{"partNumber": 1e400, "etag": "x"}]}'),
    ],
)
def test_the_gateway_answers_documents_that_nobody_means(server, path, body):
    video = b'{"fileName": "f", "fileSize": 5, "chunkSize": 5}'
    made = send(server.url, "POST", "/_gateway/videos", video).body.decode()
    video_id = made.partition('"videoId": "')[2].partition('"')[0]
    assert send(server.url, "POST", f"/_gateway/{path.replace('{id}', video_id)}", body).status == 400


def test_a_head_of_the_gateway_has_no_body(server):
    with Client(server.url) as client:
        assert client.send("HEAD", "/_gateway/").status == 405
        assert client.send("GET", "/_gateway/").status == 200
