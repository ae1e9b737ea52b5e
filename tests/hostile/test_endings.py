"""What ends a run from outside: a reader that leaves, a disk that is full, a folder that may not be written."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from hostile import FAILED

PROGRAM = [sys.executable, "-m", "upload_diag"]


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "ticket.log"
    path.write_bytes(FAILED * 3000)
    return path


def test_a_reader_that_leaves_ends_the_run_in_silence(log):
    lines = b"".join(FAILED.replace(b"abc123abc123", b"id%08d" % number) for number in range(3000))
    log.write_bytes(lines)
    with subprocess.Popen(
        [*PROGRAM, "analyze", "-f", "json", log], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        run.stdout.read(10)
        run.stdout.close()
        said = run.stderr.read()
    assert (run.returncode, said) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("as_file", [True, False])
def test_a_full_disk_is_one_line(log, as_file):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "analyze", log, *(["-f", "json", "-o", "/dev/full"] if as_file else [])],
            stdout=subprocess.PIPE if as_file else full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_folder_that_may_not_be_written_is_one_line_and_nothing_is_left_there(log):
    done = subprocess.run(
        [*PROGRAM, "analyze", log, "-f", "json", "-o", "/proc/self/report.json"], capture_output=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1
    assert b"cannot write" in done.stderr


def test_the_report_does_not_depend_on_the_locale(log):
    log.write_bytes(FAILED.replace(b"UploadPart", "Hochlädt \u4e0a \U0001f600".encode()))
    command = [*PROGRAM, "analyze", "-f", "json", log]
    locales = ({}, {"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0"})
    usual, *odd = (
        subprocess.run(command, capture_output=True, env=os.environ | locale, check=True).stdout for locale in locales
    )
    assert odd == [usual] * len(odd)
    assert "Hochlädt \u4e0a".encode() in usual


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
def test_a_device_that_never_ends_is_one_line(warm, tmp_path):
    for command in ("classify", "analyze"):
        run = warm.run((command, "/dev/zero"), cwd=tmp_path)
        assert (run.done[0].code, run.done[0].stdout, run.done[0].stderr.count(b"\n")) == (3, b"", 1)
        assert run.rss < 500 << 20


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_run_that_is_ended_leaves_no_half_written_copy(tmp_path, end):
    with subprocess.Popen([*PROGRAM, "redact", "/dev/zero", "-o", tmp_path / "copy"], stderr=subprocess.PIPE) as run:
        while not list(tmp_path.iterdir()):
            assert run.poll() is None
        run.send_signal(getattr(signal, end))
        said = run.stderr.read()
    assert run.returncode == (130 if end == "SIGINT" else -getattr(signal, end))
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_ended_as_soon_as_the_copy_exists_leaves_none(tmp_path):
    code = """
        import os, signal, sys
        from upload_diag.cli._console import open_output

        def opened(*args, create=os.open, **more):
            handle = create(*args, **more)
            signal.raise_signal(signal.SIGTERM)
            return handle

        os.open = opened
        with open_output(sys.argv[1]) as file:
            file.write("x")
    """
    run = subprocess.run([sys.executable, "-c", dedent(code), tmp_path / "copy"], check=False)
    assert run.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
