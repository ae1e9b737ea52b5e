"""`upload-diag check --url`: the answers of a running backend, with the storage behind it failing in every way."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen

import pytest

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.faults import Respond


@pytest.fixture
def gateway(fault_server):
    return ["check", "--url", f"{fault_server.url}/_gateway", "--control", fault_server.control_url]


def test_the_gateway_keeps_the_contract_for_every_kind_of_error(gateway, fault_server, capsys):
    assert main(gateway) == ExitCode.OK, capsys.readouterr().out
    assert capsys.readouterr().out.endswith("14 documents keep upload-error 1.0\n")
    faults = json.loads(urlopen(f"{fault_server.control_url}/faults").read())
    assert not (faults["faults"] if isinstance(faults, dict) else faults), "every fault is disarmed again"


def test_one_code_can_be_asked_for_and_an_unknown_one_is_refused(gateway, capsys):
    assert main([*gateway, "--code", "NoSuchUpload"]) == ExitCode.OK
    assert "1 document keeps" in capsys.readouterr().out
    assert main([*gateway, "--code", "NoSuchThing"]) == ExitCode.USAGE
    assert "NoSuchThing" in capsys.readouterr().err


def test_a_proxy_is_not_asked_for_this_machine(gateway, monkeypatch, capsys):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert main([*gateway, "--code", "NoSuchUpload"]) == ExitCode.OK, capsys.readouterr().err


def test_a_gateway_that_begins_no_video_is_told_in_one_line(gateway, fault_server, capsys):
    fault_server.inject(Respond("AccessDenied"), operation="CreateMultipartUpload")
    assert main(gateway) == ExitCode.FILES
    assert "/_gateway begins no video, but says {" in capsys.readouterr().err


@pytest.fixture
def own_backend(fault_server):
    """A backend of somebody's own, whose storage is the fault server, and which says 500 to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            self.rfile.read(int(self.headers["content-length"]))
            try:
                urlopen(Request(f"{fault_server.url}/bucket/key", data=b"x", method="PUT"))
                status, body = 200, {"success": True}
            except OSError:
                status, body = 500, {"success": False, "message": "failed", "error": {"errorType": "NoSuchUpload"}}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args):
            pass

    fault_server.client().create_bucket(Bucket="bucket")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/anything"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_own_backend_on_the_fault_server_is_held_to_the_contract(own_backend, fault_server, capsys):
    options = ["check", "--url", own_backend, "--control", fault_server.control_url, "--code", "NoSuchUpload"]
    assert main(options) == ExitCode.FOUND
    out = capsys.readouterr().out
    assert "status-fits-code" in out
    assert "HTTP 500" in out
    assert "the member 'isSessionExpired'" in out


def test_a_backend_that_does_not_answer_is_unreachable(fault_server, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        options = ["check", "--url", f"http://127.0.0.1:{port}/x", "--control", fault_server.control_url]
        assert main(options) == ExitCode.UNREACHABLE
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--url", "http://127.0.0.1:1/x"],
        ["--control", "http://127.0.0.1:1/api"],
        ["--code", "NoSuchUpload"],
        ["--url", "file:///etc/passwd", "--control", "http://127.0.0.1:1/api"],
        ["--url", "http://127.0.0.1:1/x", "--control", "http://127.0.0.1:1/api", "file.json"],
    ],
)
def test_wrong_use_of_url_is_said(options):
    assert main(["check", *options]) == ExitCode.USAGE
