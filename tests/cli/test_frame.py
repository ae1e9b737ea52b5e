"""What every command shares: help, endings, exit codes."""

import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from upload_diag import __version__, cli, errors
from upload_diag.cli import COMMANDS, _ending, main
from upload_diag.cli.exit_codes import ExitCode


@pytest.fixture
def run_command(monkeypatch) -> Callable[[Callable[[], object]], int]:
    """Run a function as if it were a command called `probe`, and give the exit code."""

    def run(body: Callable[[], object]) -> int:
        module = ModuleType("upload_diag.cli.probe")
        module.command = click.command()(body)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(COMMANDS, "probe", "a command of this test")
        monkeypatch.delenv(cli.DEBUG_VARIABLE, raising=False)
        return main(["probe"])

    return run


def commands(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, with the words that call them."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, f"{path} {name} is in the table but cannot be loaded"
            yield from commands(below, f"{path} {name}".strip())


ALL_COMMANDS = [pytest.param(command, id=path or "upload-diag") for path, command in commands(cli.cli)]


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_every_command_and_option_has_help(command):
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{option.opts[0]} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_ends_in_examples_that_parse(name, monkeypatch, capsys):
    assert main([name, "--help"]) == ExitCode.OK
    *_, end = capsys.readouterr().out.rpartition("\n\n")
    examples = re.findall(r"\bupload-diag (.*?)(?: [<>|&]|[;)]|$)", end, re.MULTILINE)
    assert examples
    monkeypatch.setattr(click.Command, "invoke", lambda command, context: None)
    for example in examples:
        assert main(shlex.split(example)) == ExitCode.OK, capsys.readouterr().err


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_what_commands_share_is_said_in_the_same_words(command):
    shared = {"-o": "write there, whole or not at all (default: standard output)", "--rules": "also use the rules in"}
    for option in command.params:
        for name in shared.keys() & set(option.opts):
            assert option.help.startswith(shared[name])


@pytest.mark.parametrize("words", [("fault",), ("fault", "add"), ("rules",)])
def test_no_line_of_a_help_is_cut(words, capsys):
    assert main([*words, "--help"]) == ExitCode.OK
    _, _, listed = capsys.readouterr().out.partition("Commands:\n")
    assert listed
    assert "..." not in listed


def test_every_command_has_its_line_in_the_help(capsys):
    assert main(["--help"]) == ExitCode.OK
    shown = " ".join(capsys.readouterr().out.split())
    for name, line in COMMANDS.items():
        assert f"{name} {line}" in shown


def test_no_arguments_at_all_show_the_help_and_are_wrong_use(capsys):
    assert main([]) == ExitCode.USAGE
    assert "Commands:" in capsys.readouterr().err


def test_the_version(capsys):
    assert main(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith(f"upload-diag {__version__}")


def test_python_dash_m_is_the_same_program():
    done = subprocess.run(
        [sys.executable, "-m", "upload_diag", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"upload-diag {__version__}")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["completon"],
            "upload-diag: No such command 'completon'. Did you mean 'completion'? Try 'upload-diag --help'.",
        ),
        (["rules", "lsit"], "No such command 'lsit'. Did you mean 'list'? Try 'upload-diag rules --help'."),
        (["fault", "add", "expire"], "'expire-credentials' or 'expire-url'? Try 'upload-diag fault add --help'."),
        (["xyzzy"], "upload-diag: No such command 'xyzzy'. Try 'upload-diag --help'."),
        (["--nope"], ". Try 'upload-diag --help'."),
        (
            ["completion", "tcsh"],
            "'tcsh' is not one of 'bash', 'zsh', 'fish', 'powershell'. Try 'upload-diag completion",
        ),
        (["serve", "--port", "99999"], "'99999' is no whole number from 0 to 65535."),
        (["analyze", "--jobs", "two", "a.log"], "'two' is no whole number from 1 on."),
        (["serve", "--auth", "key"], "--auth wants an access key and its secret with a colon between;"),
        (["a\x1b[2Jb\nc"], "No such command 'a\ufffdb c'."),
    ],
)
def test_wrong_use_is_one_line_that_says_what_to_do(args, message, capsys):
    assert main(args) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert message in err


def fail_with(error: BaseException) -> Callable[[], None]:
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.UsageError("no such code"), ExitCode.USAGE, "upload-diag: no such code\n"),
        (errors.InputError("a.log: not text"), ExitCode.FILES, "upload-diag: a.log: not text\n"),
        (errors.ServerUnreachableError("nobody there"), ExitCode.UNREACHABLE, "upload-diag: nobody there\n"),
        (click.UsageError("not so"), ExitCode.USAGE, "upload-diag: not so. Try 'upload-diag probe --help'.\n"),
        (FileNotFoundError(2, "No such file", "x.log"), ExitCode.FILES, "upload-diag: x.log: No such file\n"),
        (OSError(28, "No space left on device"), ExitCode.FILES, "upload-diag: No space left on device\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "\n"),
        (errors.InputError("\x1b]0;title\x07 two\nlines"), ExitCode.FILES, "upload-diag: \ufffd two lines\n"),
    ],
)
def test_an_error_ends_in_one_line_and_its_exit_code(error, code, said, run_command, capsys):
    assert run_command(fail_with(error)) == code
    assert capsys.readouterr() == ("", said)


READERS = ("classify", "check", "redact", "merge")  # of one file


@pytest.mark.parametrize(
    ("command", "name", "said"),
    [
        *((command, "absent", "No such file or directory") for command in ("analyze", "reproduce", "upload", *READERS)),
        *((command, ".", "Is a directory; name the files in it") for command in READERS),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_the_same_words(command, name, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([command, name, *(["s3://bucket/"] if command == "upload" else [])]) == ExitCode.FILES
    assert f"{name}: {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [ValueError("broken"), EOFError("broken"), RecursionError("broken"), AssertionError("broken")]
)
def test_a_bug_is_owned_up_to_in_one_line(error, run_command, capsys):
    assert run_command(fail_with(error)) == ExitCode.BUG
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"upload-diag: a bug in upload-diag {__version__}: {type(error).__name__}: broken. "
        "UPLOAD_DIAG_DEBUG=1 shows the traceback to report it with.\n"
    )


def test_verbose_shows_the_traceback_of_a_bug(run_command, monkeypatch, capsys):
    run_command(fail_with(ValueError("broken")))  # puts `probe` in the table
    capsys.readouterr()
    monkeypatch.setenv(cli.DEBUG_VARIABLE, "")  # so that what --verbose sets is taken back after the test
    assert main(["--verbose", "probe"]) == ExitCode.BUG
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize("result", [None, 0, ExitCode.OK, 1, ExitCode.RETRYABLE])
def test_what_a_command_returns_is_its_exit_code(result, run_command):
    assert run_command(lambda: result) == (result or 0)


def test_each_error_of_the_package_has_an_exit_code_that_is_in_the_list():
    for name in errors.__all__:
        assert getattr(errors, name).exit_code in set(ExitCode)


# --- in a process of its own: pipes and signals -----------------------------------------------------------------------

PROBE = """
import sys, types, click
from upload_diag import cli

@click.command()
def command():
    {body}

module = types.ModuleType("upload_diag.cli.probe")
module.command = command
sys.modules[module.__name__] = module
cli.COMMANDS["probe"] = "a command of this test"
sys.exit(cli.main({args}))
"""


def start(body: str, args: tuple[str, ...] = ("probe",), **options) -> subprocess.Popen[str]:
    script = PROBE.format(body=textwrap.indent(body, "    ").strip(), args=list(args))
    return subprocess.Popen([sys.executable, "-c", script], text=True, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize(
    ("body", "args"),
    [
        ("click.echo('a line')", ("probe",)),
        ("print('a line')", ("probe",)),  # stays in the buffer until the end
        ("print('line\\n' * 100_000)", ("probe",)),
        ("", ("--help",)),
        ("pass", ("probe", "--help")),
    ],
)
def test_a_closed_pipe_is_no_error_message_and_exit_code_141(body, args):
    reading, writing = os.pipe()
    os.close(reading)
    process = start(body or "pass", args, stdout=writing)
    os.close(writing)
    assert process.communicate()[1] == ""
    assert process.returncode == ExitCode.BROKEN_PIPE


def test_a_closed_pipe_for_messages_is_no_traceback_either():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "upload_diag", "xyzzy"]
    done = subprocess.run(command, stderr=writing, stdout=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stdout) == (ExitCode.BROKEN_PIPE, b"")


def test_a_closed_standard_output_is_no_traceback():
    command = ["sh", "-c", 'exec "$0" -m upload_diag --version >&-', sys.executable]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("explain NoSuchUpload >&-", "standard output is closed; -o FILE writes to a file"),
        ("completion bash >&-", "standard output is closed; -o FILE writes to a file"),
        ("analyze - <&-", "-: standard input is closed"),
    ],
)
def test_a_stream_that_is_closed_is_one_line(call, said):
    command = ["sh", "-c", f'"$0" -m upload_diag {call}', sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (ExitCode.FILES, f"upload-diag: {said}\n")


@pytest.mark.parametrize("call", ["analyze -f text", "analyze -f html", "redact"])
def test_without_standard_error_there_is_the_result_all_the_same(call, tmp_path):
    log = tmp_path / "app.log"
    log.write_text("2026-11-20 10:00:00 ERROR NoSuchUpload: The specified upload does not exist.\n")
    for closed, code in (("2>&-", ExitCode.OK), (">&-", ExitCode.FILES), ("<&- >&- 2>&-", ExitCode.FILES)):
        command = ["sh", "-c", f'"$0" -m upload_diag {call} "$1" {closed}', sys.executable, str(log)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "NoSuchUpload" in done.stdout) == (code, code == ExitCode.OK)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("call", ["--version", "--help", "explain NoSuchUpload", "rules list"])
def test_a_full_disk_behind_standard_output_is_one_line(call, unbuffered):
    command = [sys.executable, "-m", "upload_diag", *call.split()]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
        silent = subprocess.run(command, stdout=full, stderr=full, check=False, env=environment)
    assert (done.returncode, done.stderr) == (ExitCode.FILES, "upload-diag: No space left on device\n")
    assert silent.returncode == ExitCode.FILES


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_is_exit_code_130_without_a_traceback():
    body = "print('ready', flush=True); import time; time.sleep(60)"
    process = start(body, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.strip()) == (ExitCode.INTERRUPTED, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_before_the_program_is_loaded_prints_nothing():
    slow = "import sys, time, upload_diag.__main__ as m; sys.meta_path.insert(0, Slow());"
    finder = "class Slow:\n def find_spec(self, *_):\n  print('ready', flush=True); time.sleep(60)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{finder}{slow} m.main()"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (-signal.SIGINT, "")


def test_ctrl_c_in_the_body_of_a_class_is_no_bug(capsys):
    interrupted = RuntimeError("Error calling __set_name__")
    interrupted.__cause__ = KeyboardInterrupt()
    assert _ending(interrupted) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("options", [["--ready-file", "none/ready.json"], ["--host", "203.0.113.7"]])
def test_serve_that_cannot_begin_leaves_sigterm_as_it_was(options, capsys):
    before = signal.getsignal(signal.SIGTERM)
    assert main(["serve", "--port", "0", "--control-port", "0", *options]) != ExitCode.OK
    assert signal.getsignal(signal.SIGTERM) is before


def test_output_into_a_pipe_is_utf8_whatever_the_locale():
    process = start(
        r"click.echo('\u2026\udc80')", stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    out, _ = process.communicate()
    assert (process.returncode, out) == (0, "…\\udc80\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_prints_a_script_that_calls_this_program(shell, capsys):
    assert main(["completion", shell]) == ExitCode.OK
    assert "_UPLOAD_DIAG_COMPLETE" in capsys.readouterr().out


def test_completion_of_a_command_name_comes_from_the_table():
    asked = {"_UPLOAD_DIAG_COMPLETE": "bash_complete", "COMP_WORDS": "upload-diag comp", "COMP_CWORD": "1"}
    process = start("pass", (), stdout=subprocess.PIPE, env={**os.environ, **asked})
    out, _ = process.communicate()
    assert out == "plain,completion\n"
