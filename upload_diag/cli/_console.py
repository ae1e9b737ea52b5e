"""What the commands share: the two consoles, reading input, writing output, a polite kill."""

import errno
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from upload_diag.errors import InputError
from upload_diag.terminal import one_line

if TYPE_CHECKING:
    from rich.console import Console

STDIO = "-"
_IN_DEV = re.compile(r"/(?:dev|proc)/")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of a file that is written, never of one that is read


def console(*, stderr: bool = False) -> "Console":
    """A rich console that prints text as it is; it honours NO_COLOR and FORCE_COLOR. Pass it `safe` text."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def notice(text: str) -> None:
    """Tell the person something that is not the result: one line on stderr."""
    from upload_diag.redaction import redact

    click.echo(one_line(redact(text)), err=True)


@contextmanager
def on_sigterm(act: Callable[..., Any]) -> Iterator[None]:
    """Have SIGTERM, which `timeout` and service managers send, do something else meanwhile."""
    before = signal.signal(signal.SIGTERM, act)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _cleared_away(temporary: Path) -> Iterator[None]:
    """Have SIGTERM, or the terminal's end, delete the file before it ends the process, as it would have without us."""
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP
    ends = [end for end in ends if signal.getsignal(end) is signal.SIG_DFL]  # `nohup` ignores it; `--follow` goes on

    def end(number: int, _frame: object) -> None:
        with suppress(OSError):
            temporary.unlink()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    for number in ends:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ends:
            signal.signal(number, signal.SIG_DFL)


def named(path: str) -> str:
    """An input's name in a sentence."""
    return "standard input" if path == STDIO else path


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
    refuse_endless(path)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def refuse_endless(path: str) -> None:
    """Raise an InputError for a named pipe, which may wait for ever, or a device, which may never end.

    Below /dev and /proc they are meant: `/dev/stdin`, and what `<(command)` is.
    """
    with suppress(OSError, ValueError):
        if not Path(path).is_file() and not Path(path).is_dir() and Path(path).exists() and not _IN_DEV.match(path):
            raise InputError(
                f"{path}: not a regular file; to read it all the same, pipe it in: cat {shlex.quote(path)} |"
            )


def unreadable(path: str, error: OSError | ValueError) -> InputError:
    """How it is told that a file cannot be read; a NUL in its name is a ValueError."""
    reason = getattr(error, "strerror", None) or error
    return InputError(f"{path}: {reason}{'; name the files in it' if isinstance(error, IsADirectoryError) else ''}")


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
    try:
        with _replacing(target) if target.is_file() or not target.exists() else _writing(target) as file:
            yield file
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise InputError(f"cannot write {path}: {error.strerror}") from error


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
    from secrets import token_hex

    temporary = target.with_name(f".{target.name[:40]}.{token_hex(8)}")  # told before there is one to delete
    with _cleared_away(temporary):
        try:
            with _created(temporary, target) as file:
                yield file
            temporary.chmod(_mode_for(target))
            temporary.replace(target)
        except BaseException:  # Ctrl-C, too, which may come as soon as the file exists
            with suppress(OSError):
                temporary.unlink()
            raise


def _created(temporary: Path, target: Path) -> TextIO:
    """A new file that nobody else may read."""
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from error
    return os.fdopen(handle, "w", encoding="utf-8", newline="\n")


def _mode_for(target: Path) -> int:
    """The permissions of the file to be replaced, or the usual ones; the temporary one is private."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
