"""`upload-diag redact`."""

import gzip
import io
import os
import subprocess
import sys

import pytest

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode

LOG = b"user=bob password=hunter2\r\nuploadId=abc.def_1 \xff\xe9\r\nmail bob@films.example\r\n"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes(LOG)
    return path


def test_the_copy_keeps_every_byte_but_the_secrets(log, tmp_path, capsys):
    copy = tmp_path / "copy.log"
    assert main(["redact", str(log), "-o", str(copy), "--salt", "x"]) == ExitCode.OK
    lines = copy.read_bytes().split(b"\r\n")
    assert lines[0].startswith(b"user=bob password=REDACTED-password-")
    assert lines[1] == b"uploadId=abc.def_1 \xff\xe9"
    assert lines[2].startswith(b"mail REDACTED-email-")
    assert log.read_bytes() == LOG
    assert capsys.readouterr() == ("", "redacted: 1 e-mail address, 1 password\n")


def test_equal_secrets_are_equal_within_a_copy_and_not_across_copies(tmp_path):
    log = tmp_path / "a.log"
    log.write_bytes(b"password=hunter2\npassword=hunter2\npassword=other\n")
    copies = []
    for name in ("one", "two"):
        main(["redact", str(log), "-o", str(tmp_path / name)])
        copies.append((tmp_path / name).read_text().split())
        assert copies[-1][0] == copies[-1][1] != copies[-1][2]
    assert copies[0] != copies[1]


def test_what_comes_gzipped_goes_gzipped(tmp_path):
    log, copy = tmp_path / "a.log.gz", tmp_path / "b.gz"
    log.write_bytes(gzip.compress(LOG[:30]) + gzip.compress(LOG[30:]))
    assert main(["redact", str(log), "-o", str(copy)]) == ExitCode.OK
    assert b"uploadId=abc.def_1 \xff\xe9\r\n" in gzip.decompress(copy.read_bytes())
    assert b"hunter2" not in gzip.decompress(copy.read_bytes())


def test_a_bomb_is_not_unpacked(tmp_path, capsys):
    bomb, copy = tmp_path / "bomb.log.gz", tmp_path / "copy.gz"
    with gzip.open(bomb, "wb") as file:
        for _ in range(80):
            file.write(bytes(1 << 20))
    assert main(["redact", str(bomb), "-o", str(copy)]) == ExitCode.FILES
    assert "more than 200 times its size" in capsys.readouterr().err
    assert not copy.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("command", ["redact", "classify"])
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_what_may_wait_or_go_on_for_ever_is_refused(tmp_path, capsys, command, what):
    path = tmp_path / "a.log"
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(os.devnull)
    assert main([command, str(path)]) == ExitCode.FILES
    assert "not a regular file" in capsys.readouterr().err


def test_standard_input_goes_to_standard_output():
    run = subprocess.run(
        [sys.executable, "-m", "upload_diag", "redact", "-"], input=LOG, capture_output=True, check=True, timeout=60
    )
    assert b"\r\nuploadId=abc.def_1 \xff\xe9\r\n" in run.stdout
    assert b"hunter2" not in run.stdout


@pytest.mark.parametrize(
    ("text", "code"), [(LOG, ExitCode.FOUND), (b"uploadId=abc\n", ExitCode.OK), (b"", ExitCode.OK)]
)
def test_check_writes_nothing_and_tells_by_its_exit_code(tmp_path, capsys, text, code):
    (tmp_path / "a.log").write_bytes(text)
    assert main(["redact", str(tmp_path / "a.log"), "--check"]) == code
    counted = "1 e-mail address, 1 password" if code else "no secret"
    assert capsys.readouterr() == ("", f"found: {counted}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_the_input_is_never_overwritten(log, tmp_path, link, capsys):
    target = log
    if link:
        target = tmp_path / "other.log"
        link(log, target)
    assert main(["redact", str(log), "-o", str(target)]) == ExitCode.USAGE
    assert log.read_bytes() == LOG
    assert "is the input" in capsys.readouterr().err


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LOG * 50, mtime=0)[:-9],
        gzip.compress(LOG, mtime=0)[:12],
        gzip.compress(LOG, mtime=0) + b"junk",
        b"PK\x03\x04....",
        b"BZh9",
    ],
)
def test_what_cannot_be_read_leaves_no_copy_and_gets_one_line(tmp_path, data, capsys):
    (tmp_path / "in").write_bytes(data)
    assert main(["redact", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == ExitCode.FILES
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("path", ["missing.log", ".", "nul\0name"])
def test_a_path_that_is_no_file_gets_one_line(path, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["redact", path]) == ExitCode.FILES
    assert capsys.readouterr().err.count("\n") == 1


def test_a_terminal_is_not_waited_for(monkeypatch, capsys):
    terminal = io.TextIOWrapper(io.BytesIO())
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    assert main(["redact", "-"]) == ExitCode.USAGE
