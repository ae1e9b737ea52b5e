"""`upload-diag fault …` against a running server, as a person types it."""

import json

import pytest
from raw import send

from upload_diag.cli import main


@pytest.fixture
def fault(server, capsys, monkeypatch):
    monkeypatch.setenv("UPLOAD_DIAG_CONTROL", server.control_url)

    def run(*words, code=0):
        assert main(["fault", *words]) == code
        out, err = capsys.readouterr()
        return out if code == 0 else err

    return run


@pytest.fixture
def upload_id(server):
    return send(server.url, "POST", "/bkt/k?uploads").text("UploadId")


def test_list(fault, upload_id):
    assert fault("list") == f"no faults are armed\nlive      {upload_id}  bkt/k  0 parts\n"
    assert json.loads(fault("-f", "json", "list"))["uploads"][0]["uploadId"] == upload_id


def test_where_and_how_may_be_said_before_a_command_and_behind_it(fault, server, monkeypatch, upload_id):
    told = fault("-f", "json", "list")
    assert fault("list", "-f", "json") == told
    monkeypatch.setenv("UPLOAD_DIAG_CONTROL", "no URL")
    assert "'no URL' is no URL" in fault("list", code=2)
    assert fault("--control", server.control_url, "list", "-f", "json") == told
    assert fault("list", "--control", server.control_url, "-f", "json") == told
    assert fault("list", "--control", server.control_url, "--control-token", "none is wanted", "-f", "json") == told
    assert "is below /api/" in fault("list", "--control", server.control_url.removesuffix("/api"), code=2)
    armed = fault("add", "corrupt", "--form", "empty", "-f", "json", "--control", server.control_url)
    assert json.loads(armed)["form"] == "empty"


def test_expire_one_or_all(fault, server, upload_id):
    assert fault("expire", upload_id) == f"{upload_id}\n1 expired\n"
    assert server.app.upload(upload_id).state == "expired"
    other = send(server.url, "POST", "/bkt/other?uploads").text("UploadId")
    assert fault("expire", "--key", "oth*") == f"{other}\n1 expired\n"
    assert "Name upload ids" in fault("expire", code=2)
    assert "There is no upload nope" in fault("expire", "nope", code=2)


def test_add_and_clear(fault, server, upload_id):
    told = fault(
        "add", "respond", "--code", "SlowDown", "--operation", "UploadPart", "--part-number", "2", "--times", "3"
    )
    assert told == "f1 respond code=SlowDown operation=UploadPart partNumber=2 times=3\n"
    assert fault("list").startswith(
        "f1   respond code=SlowDown operation=UploadPart partNumber=2 times=3   seen 0, struck 0"
    )
    assert fault("clear", "f1") == "1 disarmed\n"
    assert "no service code 'Nope'" in fault("add", "respond", "--code", "Nope", code=2)
    assert "--page" in fault("add", "http-page", "--page", "none", code=2)


def test_clock_and_scenario(fault, server):
    fault("clock", "--advance", "1h")
    assert fault("clock").endswith("(3600 s ahead)\n")
    assert "lost-complete-response" in fault("scenario")
    assert fault("scenario", "expire-at-complete") == "expire-at-complete: armed f1\n"


def test_journal(fault, server, upload_id):
    lines = fault("journal").splitlines()
    assert lines[0].endswith("200  CreateBucket  bkt/")
    assert lines[1].endswith("200  CreateMultipartUpload  bkt/k")
    assert json.loads(fault("-f", "json", "journal", "--since", "1"))["operation"] == "CreateMultipartUpload"


def test_a_server_that_does_not_answer_is_exit_4(fault):
    assert "does not answer" in fault("--control", "http://127.0.0.1:1/api", "list", code=4)
    assert "is no URL" in fault("--control", "localhost", "list", code=2)
