"""The command line: a table of commands, and a frame that turns every ending into one line and an exit code.

A command lives in `upload_diag.cli.NAME` as a click command called `command`. It is imported only when it is called, so
that `--help` and `--version` stay quick. It may return an exit code; nothing returned means success.
"""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from upload_diag import __version__
from upload_diag.cli._group import Group
from upload_diag.cli.exit_codes import ExitCode

# One row a command: its name, which is also its module's, and its line in `upload-diag --help`.
COMMANDS = {
    "analyze": "say which uploads failed in logs, and why",
    "merge": "make one report of several",
    "explain": "say what an error code means, why it happens and what to do",
    "rules": "list the rules, test them and your own, export them",
    "classify": "say what one error means and what to do about it",
    "check": "hold recorded answers, or a change of a schema, to the error contract",
    "serve": "run the fault server: a mock S3 whose upload sessions die on demand",
    "fault": "drive a running fault server: what fails, and when",
    "reproduce": "play a scenario: what a client sees and what we conclude",
    "upload": "send a file to S3, whatever happens on the way, and go on after a crash",
    "cleanup": "abort upload sessions in a bucket that nobody finished",
    "redact": "write a copy of a file that is safe to send on",
    "schema": "print or write the JSON Schemas",
    "completion": "print the completion script of a shell",
}

DEBUG_VARIABLE = "UPLOAD_DIAG_DEBUG"
EPILOG = "Exit codes: 0 done, 1 check failed, 2 wrong use, 3 files, 4 unreachable, 70 bug, 75 retryable."


class CommandTable(Group):
    """A group that knows its commands from `COMMANDS` and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"upload_diag.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=COMMANDS[name]) for name in COMMANDS if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _past_click():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _past_click():
            return super().invoke(ctx)


class _EndedError(Exception):
    """Carries, as its cause, an error that click would turn into an exit code of its own."""


@contextmanager
def _past_click() -> Iterator[None]:
    """Get a closed pipe past click, which would exit 1, and an EOFError, which it would take for Ctrl-C."""
    try:
        yield
    except (BrokenPipeError, EOFError) as error:
        raise _EndedError from error


@click.command(cls=CommandTable, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="upload-diag", message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help=f"show the traceback of a bug (as {DEBUG_VARIABLE}=1 does)")
def cli(verbose: bool) -> None:
    """Say why an upload failed and what to do; make uploads fail on purpose."""
    if verbose:
        os.environ[DEBUG_VARIABLE] = "1"


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; never a traceback, unless asked for."""
    try:
        _speak_utf8()
        try:
            code = cli.main(args, prog_name="upload-diag", standalone_mode=False)
            _flush()
        except _EndedError as ended:
            code = _ending(ended.__cause__ or ended)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - nothing may end in a traceback
            code = _ending(error)
    except BrokenPipeError:
        _drop_output()
        code = ExitCode.BROKEN_PIPE
    code = int(code or ExitCode.OK)
    if args is None:
        _leave(code)
    return code


def _leave(code: int) -> None:
    """End the process as it is: to take apart what is known of a large log takes longer than to print it.

    Threads that work are waited for, as ever; but not after Ctrl-C, for one may wait for a store's answer, a minute
    perhaps, and Python would end with a traceback at the next Ctrl-C.
    """
    try:
        _flush()
    except OSError:  # it has been told
        _drop_output()
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if code == ExitCode.INTERRUPTED or all(thread.daemon for thread in others):
        os._exit(code)


def _ending(error: BaseException) -> int:
    """Say in one line why the run ended, and give the exit code that fits."""
    from upload_diag.errors import UploadDiagError

    match error:
        case BrokenPipeError():
            raise error
        case click.Abort() | KeyboardInterrupt() | RuntimeError(__cause__=KeyboardInterrupt()):  # within a class's body
            return ExitCode.INTERRUPTED
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            return error.exit_code
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "upload-diag"
            message = error.format_message()
            stop = "" if message.endswith((".", "?")) else "."
            _say(f"{message}{stop} Try '{path} --help'.")
            return error.exit_code
        case click.ClickException():
            _say(error.format_message())
            return error.exit_code
        case UploadDiagError():
            _say(str(error))
            return error.exit_code
        case OSError(strerror=str(reason)):
            _say(f"{error.filename}: {reason}" if error.filename else reason)
            return ExitCode.FILES
    return _bug(error)


def _bug(error: BaseException) -> int:
    """Own up to a fault of upload-diag itself."""
    from upload_diag.redaction import redact
    from upload_diag.terminal import one_line

    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exception(error)
    what = one_line(redact(f"{type(error).__name__}: {error}"), limit=200)
    more = "" if os.environ.get(DEBUG_VARIABLE) else f" {DEBUG_VARIABLE}=1 shows the traceback to report it with."
    _say(f"a bug in upload-diag {__version__}: {what}.{more}")
    return ExitCode.BUG


def _say(text: str) -> None:
    from upload_diag.redaction import redact
    from upload_diag.terminal import one_line

    try:
        click.echo(f"upload-diag: {one_line(redact(text))}", err=True)
    except BrokenPipeError:
        raise
    except OSError:  # a full disk behind both outputs: the exit code is all that is left to say
        pass


def _speak_utf8() -> None:
    """Write UTF-8 into files and pipes whatever the system's code page, and never fail on a lone surrogate."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test's stand-in, or None, does not have it
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _drop_output() -> None:
    """Point both outputs at nothing, so that no later flush meets the closed pipe, or the full disk, again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError):  # no stream at all, or not a real file
            os.dup2(nothing, stream.fileno())
    os.close(nothing)
