"""The HTTP layer: requests cut in awkward places, and requests that are none."""

import socket
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw import Client, send

from upload_diag.faults.http import BadRequestError, Head, parse_head

WHOLE = b"PUT /bkt/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nx-amz-decoded-content-length: 5\r\n"
AWS_CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"


def chunks(data, size):
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("inner", [1, 4, 100])
def test_a_chunked_request_reads_the_same_in_pieces_of_any_size(server, step, inner):
    head = WHOLE + b"x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\r\n"
    data = head + chunks(AWS_CHUNKED, inner)
    with Client(server.url) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), step):
            client.socket.sendall(data[at : at + step])
        assert client.read().headers["etag"] == '"5d41402abc4b2a76b9719d911017c592"'
        assert client.send("GET", "/bkt/k").body == b"hello"  # the connection goes on


def test_requests_that_follow_each_other_at_once_are_answered_in_order(server):
    with Client(server.url) as client:
        client.socket.sendall(
            b"\r\nGET /bkt?uploads HTTP/1.1\r\nHost: x\r\n\r\nGET /none-such HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        assert client.read().status == 200
        assert client.read().status == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET\r\n", 400),
        (b"GET / HTTP/2.0\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n", 400),
        (b"GET / HTTP/1.1\r\nSpace : x\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\x00\r\n", 400),
        (b"GET / HTTP/1.1\nA: b\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: +1\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n", 400),
        (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
    ],
)
def test_what_is_no_request_is_refused(server, head, status):
    with pytest.raises(BadRequestError) as caught:
        parse_head(head)
    assert caught.value.status == status
    with Client(server.url) as client:
        client.socket.sendall(head + b"\r\n")
        assert client.read().status == status


@given(st.binary(max_size=200))
def test_reading_a_head_never_fails_in_another_way(data):
    with suppress(BadRequestError):
        assert isinstance(parse_head(data), Head)


def test_a_header_that_never_ends_is_cut_off(server):
    with Client(server.url) as client:
        client.socket.sendall(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000)
        assert client.read().status == 431


def test_http_1_0_and_connection_close_end_the_connection(server):
    for request in (
        b"GET /bkt?uploads HTTP/1.0\r\n\r\n",
        b"GET /bkt?uploads HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ):
        with Client(server.url) as client:
            client.socket.sendall(request)
            assert client.read().headers["connection"] == "close"
            assert client.socket.recv(1) == b""


def test_an_early_refusal_arrives_while_the_client_still_sends(server):
    with Client(server.url) as client:
        size = 30_000_000
        client.socket.sendall(
            f"PUT /bkt/k?partNumber=1&uploadId=x HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        for _ in range(30):
            client.socket.sendall(b"x" * 1_000_000)
        assert client.read().code == "NoSuchUpload"
        assert client.send("GET", "/bkt?uploads").status == 200


def test_100_continue_is_sent_once_and_only_for_a_body_that_is_wanted(server):
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    with Client(server.url) as client:
        path = f"/bkt/k?partNumber=1&uploadId={upload_id}"
        client.socket.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert client._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
        client.socket.sendall(b"hello")
        assert client.read().status == 200


def test_a_client_that_leaves_in_the_middle_leaves_nothing(server):
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    with Client(server.url) as client:
        path = f"/bkt/k?partNumber=1&uploadId={upload_id}"
        client.socket.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello".encode())
    for _ in range(6000):  # a minute, for a busy machine
        if entries := server.journal.of("UploadPart"):
            break
        time.sleep(0.01)
    assert entries[0].delivery == "client gone"
    assert not server.app.upload(upload_id).parts


@pytest.mark.parametrize("host", ["bkt.localhost", "bkt.s3.us-east-1.amazonaws.com", "bkt.s3.localhost.localdomain"])
def test_a_bucket_may_stand_in_the_host_name(server, host):
    send(server.url, "PUT", "/bkt/k", b"hello")
    assert send(server.url, "GET", "/k", Host=host).body == b"hello"


def test_a_header_value_cannot_break_out_of_its_line(server):
    upload = send(server.url, "POST", "/bkt/k%0d%0aX-Evil:%201?uploads")
    assert upload.status == 200
    assert "x-evil" not in upload.headers
