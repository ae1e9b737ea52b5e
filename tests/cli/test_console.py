"""The helpers that commands share."""

import io
import os
import stat
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_diag.cli import main
from upload_diag.cli._console import console, open_output, read_input
from upload_diag.cli._options import FailOn, fail_on
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import one_line, safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ünï, 日本, 🔥", "plain, ünï, 日本, 🔥"),
        ("a\tb\nc", "a    b\nc"),
        ("dos\r\nline", "dos\nline"),
        ("over\rwritten", "over\ufffdwritten"),
        ("\x1b[31mred\x1b[0m", "\ufffdred\ufffd"),
        ("\x1b[2J\x1b[Hcleared", "\ufffd\ufffdcleared"),
        ("\x1b]0;new title\x07after", "\ufffdafter"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "\ufffdlink\ufffd"),
        ("\x1bP1$r\x1b\\dcs", "\ufffddcs"),
        ("\x9b31mC1 colour", "\ufffdC1 colour"),
        ("\x9d0;title\x9cC1 title", "\ufffdC1 title"),
        ("\x1b]unfinished\nnext line", "\ufffdunfinished\nnext line"),
        ("bell\x07 null\x00 del\x7f", "bell\ufffd null\ufffd del\ufffd"),
        ("file\u202egpj.exe", "file\ufffdgpj.exe"),
        ("\u2066isolated\u2069", "\ufffdisolated\ufffd"),
        ("lone \udc80", "lone \ufffd"),
        ("\x1bcreset", "\ufffdreset"),
    ],
)
def test_safe_leaves_nothing_that_a_terminal_obeys(text, shown):
    assert safe(text) == shown


@given(st.text())
def test_safe_text_stays_as_it_is(text):
    once = safe(text)
    assert safe(once) == once
    assert all(character in "\n\t" or character.isprintable() or ord(character) > 0x9F for character in once)


@given(st.text(), st.integers(2, 50))
def test_one_line_is_one_line_and_not_longer_than_asked(text, limit):
    line = one_line(text, limit=limit)
    assert "\n" not in line
    assert len(line) <= limit


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_environment(environment, coloured, monkeypatch, capsys):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    console().print("text", style="red")
    assert ("\x1b[31m" in capsys.readouterr().out) is coloured


def test_the_console_prints_text_as_it_is(capsys):
    line = "[key] [/oops] :smile: 12 'x' http://a.example/" + "x" * 300
    console().print(line)
    assert capsys.readouterr().out == line + "\n"


class Stdin(io.TextIOWrapper):
    def __init__(self, data: bytes, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data))
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("path", ["-", None])
def test_a_dash_or_nothing_reads_standard_input(path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Stdin(b"\xffraw"))
    assert read_input(path) == b"\xffraw"


def test_waiting_for_a_person_to_type_is_refused_with_the_two_ways_to_call(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Stdin(b"", terminal=True))
    with click.Context(click.Command("classify"), info_name="classify"), pytest.raises(click.UsageError) as caught:
        read_input(None)
    assert caught.value.message == (
        "Nothing to read. Give a file, `classify FILE`, or pipe into it, `... | classify -`."
    )


@pytest.mark.parametrize(("name", "reason"), [("absent", "No such file"), (".", "Is a directory"), ("a\0b", "null")])
def test_a_file_that_cannot_be_read_is_an_input_error(name, reason, tmp_path):
    with pytest.raises(InputError, match=reason):
        read_input(str(tmp_path / name))


def test_a_file_is_read_as_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"\r\n\xff")
    assert read_input(str(tmp_path / "x")) == b"\r\n\xff"


@pytest.mark.parametrize("path", ["-", None])
def test_a_dash_or_nothing_writes_to_standard_output(path, capsys):
    with open_output(path) as out:
        out.write("text")
    assert capsys.readouterr().out == "text"


def test_an_output_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "report.json"
    with open_output(str(target)) as out:
        out.write("é\n")
        assert not target.exists()
    assert target.read_bytes() == "é\n".encode()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_output_file_that_is_not_finished_leaves_the_old_one(error, tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old")

    def write_half() -> None:
        with open_output(str(target)) as out:
            out.write("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_an_output_file_has_the_permissions_of_the_one_it_replaces_or_the_usual_ones(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch(mode=0o640)
    before = os.umask(0o027)
    try:
        for path in (new, old):
            with open_output(str(path)) as out:
                out.write("x")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, old)] == [0o640, 0o640]


def test_an_output_file_through_a_link_replaces_what_it_points_to(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    with open_output(str(link)) as out:
        out.write("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize("name", ["no/such/folder/x.json", "."])
def test_an_output_file_that_cannot_be_written_is_said_in_one_line(name, tmp_path):
    with pytest.raises(InputError, match="cannot write"), open_output(str(tmp_path / name)):
        pytest.fail("opened")


@pytest.mark.parametrize(
    ("wanted", "found", "code"),
    [
        (None, {"NETWORK"}, ExitCode.OK),
        ("any", {"NETWORK"}, ExitCode.FOUND),
        ("any", set(), ExitCode.OK),
        ("NETWORK", {"NETWORK", "TIMEOUT"}, ExitCode.FOUND),
        ("NETWORK, TLS_ERROR", {"TLS_ERROR"}, ExitCode.FOUND),
        ("NETWORK,TLS_ERROR", {"TIMEOUT"}, ExitCode.OK),
        ("tls-error", {"TLS_ERROR"}, ExitCode.FOUND),
    ],
)
def test_fail_on(wanted, found, code):
    codes = FailOn().convert(wanted, None, None) if wanted else None
    assert fail_on(codes, found) == code


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("SESION_EXPIRED", "Did you mean 'SESSION_EXPIRED'"),
        ("", "explain --list"),
        ("NETWORK,", "explain --list"),
    ],
)
def test_fail_on_refuses_a_code_that_does_not_exist(value, hint):
    with pytest.raises(click.BadParameter, match=hint):
        FailOn().convert(value, None, None)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_told_with_the_name_of_the_file(capsys):
    assert main(["schema", "report", "-o", "/dev/full"]) == ExitCode.FILES
    assert capsys.readouterr().err == "upload-diag: cannot write /dev/full: No space left on device\n"
