"""Many clients at once, the same journal again, and nothing left behind."""

import hashlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from raw import Client, send

from upload_diag.faults import Delay, ExpireSession, FaultServer, Reset, Respond

SESSIONS = 500
CLIENTS = 8


def complete(client, path, etags):
    parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>" for n, etag in etags)
    return client.send("POST", path, f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode())


def test_of_five_hundred_sessions_exactly_the_expired_ones_are_dead(server):
    chance = random.Random(7)
    doomed = set(chance.sample(range(SESSIONS), SESSIONS // 2))
    local = threading.local()

    def client():
        if not hasattr(local, "client"):
            local.client = Client(server.url)
            opened.append(local.client)
        return local.client

    opened: list[Client] = []

    def one(number):
        body = random.Random(number).randbytes(2000 + number)
        path = f"/bkt/k{number}"
        upload_id = client().send("POST", f"{path}?uploads").text("UploadId")
        etag = client().send("PUT", f"{path}?partNumber=1&uploadId={upload_id}", body).headers["etag"]
        if number in doomed:
            server.expire(upload_id)
        # the very next request, of whatever kind, knows
        call = random.Random(-number).choice(("PUT", "GET"))
        part = "&partNumber=1" if call == "PUT" else ""
        answer = client().send(call, f"{path}?uploadId={upload_id}{part}", body if call == "PUT" else b"")
        assert answer.status == (404 if number in doomed else 200)
        assert complete(client(), f"{path}?uploadId={upload_id}", [(1, etag)]).status == answer.status
        return number, hashlib.sha256(body).hexdigest()

    with ThreadPoolExecutor(CLIENTS) as pool:
        digests = dict(pool.map(one, range(SESSIONS)))
    for number, digest in digests.items():
        answer = send(server.url, "GET", f"/bkt/k{number}")
        if number in doomed:
            assert answer.code == "NoSuchKey"
        else:
            assert hashlib.sha256(answer.body).hexdigest() == digest
    for each in opened:
        each.socket.close()
    assert not [entry for entry in server.journal if entry.status and entry.status >= 500]


def test_one_part_number_sent_by_eight_at_once_is_one_of_the_eight(server):
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    path = f"/bkt/k?uploadId={upload_id}"
    bodies = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: send(server.url, "PUT", f"{path}&partNumber=1", body), bodies * 4))
    assert {answer.status for answer in answers} == {200}
    with Client(server.url) as client:
        etag = client.send("GET", path).text("ETag").replace("&quot;", '"')
        complete(client, path, [(1, etag)])
    assert send(server.url, "GET", "/bkt/k").body in bodies


def test_a_session_that_dies_while_a_part_is_sent_ends_it_with_404(server):
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    with Client(server.url) as client:
        head = f"PUT /bkt/k?partNumber=1&uploadId={upload_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
        client.socket.sendall(head.encode() + b"12345")
        while not server.app.upload(upload_id):
            pass
        server.expire(upload_id)
        client.socket.sendall(b"67890")
        assert client.read().code == "NoSuchUpload"


def scripted(server):
    """A fixed series of requests over faults of every determinism: counted, drawn, by state."""
    server.inject(Respond("SlowDown"), operation="UploadPart", probability=0.3)
    server.inject(Reset(at_byte=10), operation="UploadPart", nth=5)
    server.inject(Delay(seconds=0.0, jitter=0.001), operation="ListParts")
    server.inject(ExpireSession(), after_parts=4, times=1)
    send(server.url, "PUT", "/bkt")
    for key in ("a", "b"):
        upload_id = send(server.url, "POST", f"/bkt/{key}?uploads").text("UploadId")
        for number in range(1, 8):
            with suppress(ConnectionError):
                send(server.url, "PUT", f"/bkt/{key}?partNumber={number}&uploadId={upload_id}", b"x" * 100)
        send(server.url, "GET", f"/bkt/{key}?uploadId={upload_id}")
    return server.journal.ndjson(server.journal)


def test_the_same_seed_and_the_same_requests_give_the_same_journal():
    journals = set()
    for _ in range(5):
        with FaultServer(seed=42) as own:
            journals.add(scripted(own))
    with FaultServer(seed=42) as own:
        for _ in range(15):
            journals.add(scripted(own))
            own.reset()
    assert len(journals) == 1
    with FaultServer(seed=43) as own:
        assert scripted(own) not in journals


def test_nothing_is_left_behind(server, s3):
    folder = Path(server.app.store._directory.name)
    big = b"x" * (9 * 1024 * 1024)

    def upload(key):
        upload_id = send(server.url, "POST", f"/bkt/{key}?uploads").text("UploadId")
        etag = send(server.url, "PUT", f"/bkt/{key}?partNumber=1&uploadId={upload_id}", big).headers["etag"]
        return f"/bkt/{key}?uploadId={upload_id}", etag

    def finished(key):
        path, etag = upload(key)
        with Client(server.url) as client:
            complete(client, path, [(1, etag)])

    path, _ = upload("aborted")
    assert len(list(folder.iterdir())) == 1
    send(server.url, "DELETE", path)
    path, _ = upload("expired")
    server.expire(path.partition("uploadId=")[2])
    finished("deleted")
    send(server.url, "DELETE", "/bkt/deleted")
    finished("overwritten")
    send(server.url, "PUT", "/bkt/overwritten", b"")
    assert list(folder.iterdir()) == []
    finished("kept")
    server.reset()
    assert list(folder.iterdir()) == []


def test_two_servers_in_one_process_do_not_meet():
    with FaultServer() as one, FaultServer() as other:
        send(one.url, "PUT", "/bkt")
        assert send(other.url, "HEAD", "/bkt").status == 404
        send(other.url, "PUT", "/bkt")
        send(other.url, "PUT", "/bkt/k", b"other")
        assert send(one.url, "GET", "/bkt/k").code == "NoSuchKey"
        other.reset()
        assert send(one.url, "HEAD", "/bkt").status == 200
