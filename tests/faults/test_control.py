"""The control API: what it does, and who may ask."""

import json
import socket
import time

import pytest
from raw import Client, send

from upload_diag.faults import FaultServer
from upload_diag.faults.routes import ROUTES

JSON = {"Content_Type": "application/json"}


@pytest.fixture
def control(server):
    base = server.control_url.removesuffix("/api")

    def call(method, path, data=None, **headers):
        body = json.dumps(data).encode() if data is not None else b""
        return send(base, method, path, body, **{**(JSON if method == "POST" else {}), **headers})

    call.url = base
    return call


@pytest.fixture
def upload_id(server):
    found = send(server.url, "POST", "/bkt/in/k?uploads").text("UploadId")
    send(server.url, "PUT", f"/bkt/in/k?partNumber=1&uploadId={found}", b"hello")
    return found


def test_health(control):
    answer = json.loads(control("GET", "/api/health").body)
    assert answer == {"status": "ok", "seed": 1, "uploads": 0}


def test_uploads_show_parts_state_and_why(control, upload_id):
    [upload] = json.loads(control("GET", "/api/uploads").body)["uploads"]
    assert (upload["uploadId"], upload["bucket"], upload["key"], upload["state"]) == (upload_id, "bkt", "in/k", "live")
    assert upload["parts"] == [{"partNumber": 1, "size": 5, "etag": "5d41402abc4b2a76b9719d911017c592"}]
    control("POST", f"/api/uploads/{upload_id}/expire")
    upload = json.loads(control("GET", f"/api/uploads/{upload_id}").body)
    assert (upload["state"], upload["why"]) == ("expired", "expired on demand")
    assert control("POST", "/api/uploads/nope/expire").status == 404


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"all": True}, True),
        ({"bucket": "bkt"}, True),
        ({"bucket": "other"}, False),
        ({"key": "in/*"}, True),
        ({"key": "out/*"}, False),
        ({"olderThanSeconds": 0}, True),
        ({"olderThanSeconds": 3600}, False),
    ],
)
def test_expire_by_bucket_key_and_age(control, upload_id, data, found):
    assert json.loads(control("POST", "/api/expire", data).body) == {"expired": [upload_id] if found else []}


@pytest.mark.parametrize(
    "data", [{}, {"all": False}, {"all": "yes"}, {"keys": "x"}, {"olderThanSeconds": True}, [], "x"]
)
def test_expire_wants_to_know_which(control, upload_id, data):
    assert control("POST", "/api/expire", data).status == 400


def test_faults_are_armed_listed_and_disarmed(control, server):
    armed = control(
        "POST", "/api/faults", {"kind": "respond", "code": "SlowDown", "when": {"partNumber": 2, "times": 3}}
    )
    assert armed.status == 201
    expected = {
        "id": "f1",
        "kind": "respond",
        "code": "SlowDown",
        "when": {"partNumber": 2, "times": 3},
        "seen": 0,
        "fired": 0,
    }
    assert json.loads(armed.body) == expected
    control("POST", "/api/faults", {"kind": "reset"})
    assert [each["id"] for each in json.loads(control("GET", "/api/faults").body)["faults"]] == ["f1", "f2"]
    assert control("DELETE", "/api/faults/f1").status == 200
    assert control("DELETE", "/api/faults/f1").status == 404
    assert json.loads(control("DELETE", "/api/faults").body) == {"disarmed": 1}


def test_a_wrong_fault_is_refused_with_a_sentence(control):
    answer = control("POST", "/api/faults", {"kind": "respond", "code": "Nope"})
    assert answer.status == 422
    assert "no service code 'Nope'" in json.loads(answer.body)["error"]


def test_the_clock_moves_and_tells_who_died(control, server, upload_id):
    server.app.lifetimes.ttl = 60
    assert json.loads(control("POST", "/api/clock", {"advanceSeconds": 61}).body)["expired"] == [upload_id]
    assert json.loads(control("GET", "/api/clock").body)["advancedSeconds"] == 61
    now = json.loads(control("POST", "/api/clock", {"set": "2031-01-02T03:04:05Z"}).body)["now"]
    assert now.startswith("2031-01-02T03:04:05")


@pytest.mark.parametrize(
    "data",
    [
        *({}, {"set": "soon"}, {"advanceSeconds": "1"}, {"advanceSeconds": 1, "set": "x"}, {"advanceSeconds": 1e12}),
        *({"advanceSeconds": float("nan")}, {"advanceSeconds": float("inf")}, {"advanceSeconds": None}, {"set": None}),
        *({"set": "9999-12-31T23:59:59Z"}, {"set": "0001-01-01T00:00:00Z"}),
    ],
)
def test_the_clock_cannot_go_anywhere(control, data):
    assert control("POST", "/api/clock", data).status == 400
    assert json.loads(control("GET", "/api/clock").body)["advancedSeconds"] == 0


def test_the_clock_is_kept_from_nowhere_in_python_too(server):
    for seconds in (float("nan"), float("inf"), -1e11):
        with pytest.raises(ValueError, match="seconds from real time"):
            server.clock.advance(seconds)
    assert send(server.url, "GET", "/bkt?uploads").status == 200


def test_the_journal_is_ndjson_and_goes_on_from_a_number(control, upload_id):
    entries = [json.loads(line) for line in control("GET", "/api/journal").body.splitlines()]
    assert [each["operation"] for each in entries] == ["CreateBucket", "CreateMultipartUpload", "UploadPart"]
    assert (entries[2]["uploadId"], entries[2]["partNumber"], entries[2]["status"]) == (upload_id, 1, 200)
    assert "time" not in entries[2]
    rest = control("GET", f"/api/journal?since={entries[1]['seq']}&times=true").body.splitlines()
    assert len(rest) == 1
    assert "time" in json.loads(rest[0])
    for since in ("x", "-1", "%C2%B2", "9" * 5000):
        assert control("GET", f"/api/journal?since={since}").status == 400


def test_a_scenario_is_loaded_by_name_or_as_a_document(control):
    assert json.loads(control("POST", "/api/scenario", {"name": "expire-at-complete"}).body)["armed"] == ["f1"]
    document = {"name": "mine", "description": "d", "faults": [{"kind": "reset"}]}
    assert json.loads(control("POST", "/api/scenario", document).body) == {"name": "mine", "armed": ["f2"]}
    assert control("POST", "/api/scenario", {"name": "../../etc/passwd"}).status == 400
    assert control("POST", "/api/scenario", {"name": "nope"}).status == 404
    assert [control("POST", "/api/scenario", {"name": name}).status for name in (5, None, ["x"], "")] == [
        404,
        400,
        400,
        400,
    ]
    assert len(json.loads(control("GET", "/api/scenarios").body)["scenarios"]) >= 14


def test_reset_is_back_to_the_start(control, server, upload_id):
    control("POST", "/api/faults", {"kind": "reset"})
    assert control("POST", "/api/reset").status == 200
    assert json.loads(control("GET", "/api/uploads").body) == {"uploads": []}
    assert json.loads(control("GET", "/api/faults").body) == {"faults": []}
    assert send(server.url, "GET", "/bkt?uploads").code == "NoSuchBucket"


def test_a_reset_takes_back_the_lifetimes_that_a_scenario_set(control, server):
    for name in ("lifecycle-seven-days", "expire-mid-upload"):
        assert control("POST", "/api/scenario", {"name": name}).status == 200
    control("POST", "/api/reset")
    send(server.url, "PUT", "/bkt")
    upload_id = send(server.url, "POST", "/bkt/k?uploads").text("UploadId")
    control("POST", "/api/clock", {"advanceSeconds": 30 * 86400})
    assert send(server.url, "GET", f"/bkt/k?uploadId={upload_id}").status == 200


def test_reset_of_some_buckets_leaves_the_others(control, server, upload_id):
    send(server.url, "PUT", "/t2-bkt")
    other = send(server.url, "POST", "/t2-bkt/k?uploads").text("UploadId")
    assert control("POST", "/api/reset", {"bucket": "t2-*"}).status == 200
    assert [each["uploadId"] for each in json.loads(control("GET", "/api/uploads").body)["uploads"]] == [upload_id]
    assert send(server.url, "GET", f"/t2-bkt/k?uploadId={other}").code == "NoSuchBucket"


def test_an_overview_is_bounded_and_says_what_time_will_kill(control, server, upload_id):
    for number in (2, 3, 5):
        send(server.url, "PUT", f"/bkt/in/k?partNumber={number}&uploadId={upload_id}", b"hello")
    newer = send(server.url, "POST", "/bkt/out/K2?uploads").text("UploadId")
    control("POST", f"/api/uploads/{newer}/expire")
    server.app.lifetimes.ttl = 3600
    told = json.loads(control("GET", "/api/overview?limit=1&ahead=60,3600").body)
    older = json.loads(control("GET", "/api/overview?match=IN/&state=live").body)["uploads"]
    assert [each["uploadId"] for each in told["uploads"]] == [newer]
    assert (told["matching"], told["counts"]["live"], told["counts"]["expired"]) == (2, 1, 1)
    assert told["due"] == [{"advanceSeconds": 60, "sessions": 0}, {"advanceSeconds": 3600, "sessions": 1}]
    assert [(each["uploadId"], each["partRanges"], each["bytes"]) for each in older] == [
        (upload_id, [[1, 3], [5, 5]], 20)
    ]
    assert older[0]["expiresWhy"] == "older than the session limit of 1 h"


@pytest.mark.parametrize(
    ("seconds", "told"), [(2_592_000, "30 d"), (5400, "90 min"), (1_000_001, "1000001 s"), (0.25, "0.25 s"), (0, "0 s")]
)
def test_the_limit_of_a_session_is_told_in_a_unit_that_people_read(control, server, upload_id, seconds, told):
    server.app.lifetimes.ttl = seconds
    [(_, why)] = [server.app.lifetimes.deadline(upload) for upload in server.app.ledger]
    assert why == f"older than the session limit of {told}"


def test_an_overview_is_sent_again_as_soon_as_anything_happens(control, server, upload_id, monkeypatch):
    monkeypatch.setattr("upload_diag.faults.overview.HOLDS_SECONDS", 1e9)

    def ask(tag):
        answer = control("GET", "/api/overview", If_None_Match=tag)
        return answer.status, answer.headers["etag"]

    def expire():
        server.app.lifetimes.ttl = 0

    happenings = (
        lambda: send(server.url, "PUT", f"/bkt/in/k?partNumber=2&uploadId={upload_id}", b"hello"),
        lambda: server.load("slow-down-storm"),
        server.app.disarm_all,
        expire,
        lambda: control("POST", "/api/reset", {"bucket": "other"}),
        lambda: control("POST", "/api/reset"),
    )
    status, tag = ask('"none"')
    for happen in happenings:
        assert (status, ask(tag)) == (200, (304, tag))
        happen()
        status, tag = ask(tag)
    assert status == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=many", "limit=100000", "ahead=soon", "ahead=1e9"])
def test_an_overview_wants_whole_numbers(control, query):
    assert control("GET", f"/api/overview?{query}").status == 400


def test_clients_are_told_where_to_connect(control, server):
    clients = json.loads(control("GET", "/api/clients").body)["clients"]
    assert {each["client"] for each in clients} == {"boto3", "aws-cli", "JS", "rclone"}
    assert all(server.url in each["connect"] for each in clients)


def test_the_snippet_of_boto3_uploads_as_it_stands(control, server, tmp_path, monkeypatch):
    (tmp_path / "video.mp4").write_bytes(bytes(9 * 1024 * 1024))
    monkeypatch.chdir(tmp_path)
    clients = {each["client"]: each for each in json.loads(control("GET", "/api/clients").body)["clients"]}
    exec("\n".join(clients["boto3"][name] for name in ("imports", "connect", "upload")), {})
    assert [entry.status for entry in server.journal.of("CompleteMultipartUpload", key="video.mp4")] == [200]


def test_metrics_count_requests_faults_and_uploads(control, server, upload_id):
    text = control("GET", "/metrics").body.decode()
    assert 'upload_diag_uploads{state="live"} 1' in text
    assert 'upload_diag_requests_total{operation="UploadPart",status="200"}' in text


def test_the_openapi_document_knows_every_route(control):
    document = json.loads(control("GET", "/openapi.json").body)
    for method, path, _ in ROUTES:
        assert document["paths"][path][method.lower()]["summary"]
    assert "/api/events" in document["paths"]
    assert "respond" in document["components"]["schemas"]


def test_the_dashboard_is_served_with_a_policy_and_nothing_else_is(control):
    page = control("GET", "/")
    assert page.status == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/../server.py", "/__init__.py", "/%2e%2e/server.py", "//etc/passwd", "/index.html/x"):
        assert control("GET", path).status == 404
    assert control("POST", "/", {}).status == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:9001"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:9001"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/api/health", "/api/events", "/metrics", "/"])
def test_no_other_web_page_drives_the_server(control, headers, status, path):
    if path == "/api/events" and status == 200:
        pytest.skip("an open stream is tried elsewhere")
    assert control("GET", path, **headers).status == status


def test_its_own_page_may_write(control):
    host = control.url.removeprefix("http://")
    assert control("POST", "/api/reset", {}, Origin=f"http://{host}").status == 200
    assert control("POST", "/api/reset", {}, Origin="http://evil.example").status == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_writes_are_json_also_with_an_empty_body(control, kind):
    assert control("POST", "/api/reset", Content_Type=kind).status == 415


def test_a_body_that_is_no_json_or_too_long(control):
    assert send(control.url, "POST", "/api/expire", b"{", **JSON).status == 400
    assert send(control.url, "POST", "/api/expire", b"[" * 100_000, **JSON).status == 400
    assert send(control.url, "POST", "/api/expire", b"x" * 1_100_000, **JSON).status == 413
    assert send(control.url, "POST", "/api/expire", b'{"olderThanSeconds": NaN}', **JSON).status == 400
    assert (
        send(control.url, "POST", "/api/faults", b'{"kind": "expire-session", "why": "\\ud800"}', **JSON).status == 400
    )


def test_a_head_has_no_body_and_a_target_that_is_no_url_is_refused(control):
    with Client(control.url) as client:
        assert client.send("HEAD", "/api/health").status == 405
        assert client.send("GET", "/api/health").status == 200
        assert client.send("GET", "//[").status == 400


def test_a_bug_is_told_as_one_and_the_connection_goes_on(control, server, monkeypatch, caplog):
    monkeypatch.setattr(server.app, "uploads", None)
    with Client(control.url) as client:
        assert client.send("GET", "/api/uploads").status == 500
        assert client.send("GET", "/api/faults").status == 200
    assert [record.message for record in caplog.records] == ["GET /api/uploads"]


def test_what_is_not_there_and_what_is_not_allowed(control):
    assert control("GET", "/api/nope").status == 404
    assert control("PUT", "/api/faults").status == 405


def test_upload_ids_in_paths_are_percent_encoded(control):
    assert control("POST", "/api/uploads/a%2Fb%3Fc/expire").status == 404


def stream(control):
    client = Client(control.url)
    client.socket.sendall(f"GET /api/events HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode())
    return client


def test_events_are_streamed_and_the_fourth_stream_is_sent_away(control, server):
    streams = [stream(control) for _ in range(3)]
    for each in streams:
        assert b"200 OK" in each._until(b"\r\n\r\n")
    fourth = stream(control)
    assert fourth.read().status == 204
    send(server.url, "POST", "/bkt/k?uploads")
    data = streams[2]._until(b"CreateMultipartUpload")
    assert b"id: 1\ndata: " in data
    server.reset()
    for each in (*streams, fourth):
        while each.socket.recv(4096):  # to its end, when there is room for another
            pass
        each.socket.close()


def test_a_stream_ends_when_the_server_is_reset(control, server):
    send(server.url, "POST", "/bkt/k?uploads")
    own = stream(control)
    own._until(b"CreateMultipartUpload")
    epoch = server.journal.epoch
    server.reset()
    assert server.journal.epoch != epoch
    while own.socket.recv(4096):
        pass
    own.socket.close()


def test_a_token_is_wanted_when_there_is_one():
    with FaultServer(control_token="s3cret") as own:
        base = own.control_url.removesuffix("/api")
        assert send(base, "GET", "/api/health").status == 401
        assert send(base, "GET", "/api/health", Authorization="Bearer wrong").status == 401
        assert send(base, "GET", "/api/health", Authorization="Bearer s3cret").status == 200
        assert send(base, "GET", "/api/events").status == 401
        assert own.ready()["token"] == "s3cret"


def test_outside_loopback_there_is_always_a_token():
    assert FaultServer(host="0.0.0.0").control_token
    assert FaultServer(host="127.0.0.1").control_token is None


def test_a_taken_port_is_said_in_one_line():
    from upload_diag.errors import UsageError

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="cannot be had"):
        FaultServer(port=taken.getsockname()[1]).start()


def test_moto_s_own_interface_is_not_reachable(server, control):
    for path in ("/moto-api/data.json", "/moto-api/reset", "/moto-api/"):
        assert send(server.url, "GET", path).code == "NoSuchBucket"
        assert control("GET", path).status == 404
    assert send(server.url, "POST", "/moto-api/reset").status == 405


def test_stopping_does_not_wait_for_open_streams(monkeypatch):
    monkeypatch.setattr("upload_diag.faults.control.HEARTBEAT_SECONDS", 60.0)
    with FaultServer() as own:
        control = type("C", (), {"url": own.control_url.removesuffix("/api")})
        clients = [stream(control) for _ in range(2)]
        for each in clients:
            each._until(b"\r\n\r\n")
        start = time.monotonic()
    assert time.monotonic() - start < 30
    for each in clients:
        each.socket.close()
