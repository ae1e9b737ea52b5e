"""What the commands share: the two consoles, reading input, writing output, error codes as values, `--fail-on`."""

import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.shell_completion import CompletionItem

from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import one_line

if TYPE_CHECKING:
    from rich.console import Console

STDIO = "-"


def console(*, stderr: bool = False) -> "Console":
    """A rich console that prints text as it is; it honours NO_COLOR and FORCE_COLOR. Pass it `safe` text."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def notice(text: str) -> None:
    """Tell the person something that is not the result: one line on stderr."""
    from upload_diag.redaction import redact

    click.echo(one_line(redact(text)), err=True)


def read_input(path: str | None, *, most: int = -1) -> bytes:
    """All bytes of a file, or of standard input for `-` or nothing; at most so many, as a device may never end.

    Raises:
        click.UsageError: standard input is a terminal, where waiting would look like hanging.
        InputError: there is no such file, or it cannot be read.
    """
    if path is None or path == STDIO:
        if sys.stdin is None or sys.stdin.isatty():
            name = click.get_current_context().command_path
            raise click.UsageError(f"Nothing to read. Give a file, `{name} FILE`, or pipe into it, `... | {name} -`.")
        return sys.stdin.buffer.read(most)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path}: {reason}") from error


@contextmanager
def open_output(path: str | None) -> Iterator[TextIO]:
    """Write UTF-8 text to standard output (`-` or nothing) or to a file, which appears whole or not at all.

    Raises:
        InputError: the file cannot be written, or standard output is closed.
    """
    if path is None or path == STDIO:
        if sys.stdout is None:  # >&-
            raise InputError("standard output is closed; -o FILE writes to a file")
        yield sys.stdout
        return
    target = Path(path).resolve()  # through links: what they point to is replaced, not they
    with _replacing(target) if target.is_file() or not target.exists() else _writing(target) as file:
        yield file


@contextmanager
def _writing(target: Path) -> Iterator[TextIO]:
    """A device or a named pipe, which there is no replacing."""
    try:
        file = target.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from error
    with file:
        yield file


@contextmanager
def _replacing(target: Path) -> Iterator[TextIO]:
    """A temporary file beside `target` that takes its place at the end, and vanishes when anything went wrong."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        temporary.chmod(_mode_for(target))
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _mode_for(target: Path) -> int:
    """The permissions of the file to be replaced, or the usual ones; `mkstemp` makes private files."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


class OneOf(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """One of some names that are loaded only when needed."""

    def __init__(self, name: str, load: Callable[[], Iterable[str]]) -> None:
        self.name, self._load = name, load

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names = list(self._load())
        if value not in names:
            self.fail(f"'{value}' is not one of {', '.join(names)}.", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in self._load() if name.startswith(incomplete)]


class Code(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """An error code, in any case of letters."""

    name = "CODE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from difflib import get_close_matches

        from upload_diag.codes import ErrorCode

        code = str(value).strip().upper().replace("-", "_")
        if code not in ErrorCode.__members__:
            close = get_close_matches(code, ErrorCode.__members__, n=1)
            hint = f"Did you mean '{close[0]}'?" if close else "`upload-diag explain --list` begins with all of them."
            self.fail(f"'{value}' is not an error code. {hint}", param, ctx)
        return code


class FailOn(Code):
    """The value of `--fail-on`: `any`, or error codes joined by commas."""

    name = "CODE[,CODE]|any"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        if isinstance(value, frozenset):
            return value
        convert = super().convert
        names = map(str.strip, value.split(","))
        return frozenset(name if name == "any" else convert(name, param, ctx) for name in names)


def lines_option(help_: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`-f` of a command that tells things one by one; `help_` says what a line of ndjson is."""
    formats = click.Choice(["text", "ndjson"])
    return click.option("-f", "--format", "format_", type=formats, default="text", show_default=True, help=help_)


fail_on_option = click.option(
    "--fail-on", type=FailOn(), help="exit 1 if one of these codes, or `any` code at all, was found"
)


def fail_on(wanted: frozenset[str] | None, found: Collection[str]) -> ExitCode:
    """The exit code of a report: FOUND when `--fail-on` asked for one of the codes found, else OK."""
    matched = wanted and found and ("any" in wanted or not wanted.isdisjoint(found))
    return ExitCode.FOUND if matched else ExitCode.OK
