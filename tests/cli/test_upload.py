"""`upload-diag upload`, as a person calls it."""

import json
import random
import signal
import stat
import subprocess
import sys
import time

import pytest

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.faults import Delay, ExpireSession, FaultServer, Respond, Stall

pytest.importorskip("moto")
pytest.importorskip("boto3")

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def shared():
    with FaultServer(seed=3) as server:
        yield server


@pytest.fixture
def server(shared, aws_credentials):
    shared.reset()
    shared.client().create_bucket(Bucket="bkt")
    return shared


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "movie.bin"
    path.write_bytes(random.Random(5).randbytes(11 * MIB))
    return path


def stored(server, key):
    return server.client().get_object(Bucket="bkt", Key=key)["Body"].read()


def test_a_file_arrives_though_its_session_dies_in_the_middle(server, file, capsys):
    server.inject(ExpireSession(), operation="UploadPart", part_number=2, times=1)
    assert main(["upload", str(file), "s3://bkt/in/", "--part-size", "5M", "--endpoint-url", server.url]) == 0
    assert stored(server, "in/movie.bin") == file.read_bytes()
    assert capsys.readouterr().out.startswith("s3://bkt/in/movie.bin: 11,534,336 bytes, ETag ")
    assert not file.with_name("movie.bin.upload").exists()


def test_an_upload_that_stopped_says_why_in_one_line_and_goes_on_with_resume(server, file, capsys):
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=3)
    call = ["upload", str(file), "s3://bkt/k", "--part-size", "5M", "--threads", "1", "--endpoint-url", server.url]
    assert main(call) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ACCESS_DENIED" in said
    state = file.with_name("movie.bin.upload")
    assert str(state) in said
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert main(call) == 2
    assert "--resume" in capsys.readouterr().err
    server.app.plan.disarm(armed.id)
    assert main([*call, "--resume"]) == 0
    assert stored(server, "k") == file.read_bytes()
    assert [e.part_number for e in server.journal.of("UploadPart") if e.status == 200] == [1, 2, 3]


def test_ctrl_c_ends_it_though_the_store_is_silent_and_says_how_to_go_on(server, file):
    armed = server.inject(Stall(), operation="UploadPart")
    call = ["upload", str(file), "s3://bkt/k", "--endpoint-url", server.url]
    process = subprocess.Popen([sys.executable, "-m", "upload_diag", *call], stderr=subprocess.PIPE, text=True)
    try:
        while not armed.fired and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=45)  # the client would wait for an answer for 60 seconds
    finally:
        process.kill()
    assert process.returncode == ExitCode.INTERRUPTED
    said = f"Interrupted. The session is kept: the same command with --resume goes on ({file}.upload)."
    assert err.strip() == said
    server.app.plan.clear()
    assert main([*call, "--resume"]) == 0
    assert stored(server, "k") == file.read_bytes()


def test_a_session_that_would_end_too_early_is_told_of(server, file, capsys):
    server.inject(Delay(seconds=0.05), operation="UploadPart")
    call = ["upload", str(file), "s3://bkt/k", "--part-size", "1M", "--threads", "1", "--endpoint-url", server.url]
    assert main([*call, "--session-ttl", "0.3s", "--no-replan"]) == 0
    assert "left, the rest takes" in capsys.readouterr().err


def test_events_are_lines_of_json(server, file, capsys):
    call = ["upload", str(file), "s3://bkt/k", "--part-size", "5M", "-f", "ndjson", "--endpoint-url", server.url]
    assert main(call) == 0
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["create", "part", "part", "part", "complete"]


@pytest.mark.parametrize(
    ("fault", "operation", "more", "says"),
    [
        (Respond("NoSuchBucket"), "CreateMultipartUpload", (), ""),  # there is nothing to go on with
        (Respond("AccessDenied"), "UploadPart", (), " The session is kept; resume from {state}."),
        (Respond("AccessDenied"), "UploadPart", ("--checkpoint-every", "1"), "; resume from {state}."),
    ],
)
def test_an_upload_that_stopped_says_what_to_resume_from(server, file, capsys, fault, operation, more, says):
    server.inject(fault, operation=operation)
    assert main(["upload", str(file), "s3://bkt/k", "--part-size", "5M", "--endpoint-url", server.url, *more]) == 1
    state = file.with_name("movie.bin.upload")
    assert capsys.readouterr().err.endswith(says.format(state=state) + "\n")
    assert state.exists() is bool(says)


@pytest.mark.parametrize(("name", "says"), [("none.bin", "No such file or directory"), (".", "not a regular file")])
def test_a_file_that_cannot_be_sent_is_one_line_and_exit_code_3(tmp_path, name, says, capsys):
    assert main(["upload", str(tmp_path / name), "s3://bkt/k"]) == 3
    assert capsys.readouterr().err == f"upload-diag: {tmp_path / name}: {says}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["https://bkt/k"], "write s3://bucket/key"),
        (["s3://bkt/k", "--part-size", "much"], "is no size"),
        (["s3://bkt/k", "--part-size", "9" * 100], "is no size"),
        (["s3://bkt/k", "--state", "movie.bin"], "is the file to be sent, which would be overwritten"),
        (["s3://bkt/k", "--state", "movie.bin", "--resume"], "is the file to be sent, which would be overwritten"),
        (["s3://bkt/k", "--state", "other.bin"], "is no state file of an upload: no JSON. Name another state file"),
        (["s3://bkt/k", "--metadata", "x"], "is no NAME=VALUE"),
        (["s3://bkt/k", "--resume"], "There is nothing to resume"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(file, arguments, says, capsys, monkeypatch):
    monkeypatch.chdir(file.parent)
    (file.parent / "other.bin").write_bytes(b"\0")
    assert main(["upload", str(file), *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said
