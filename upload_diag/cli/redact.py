"""`upload-diag redact PATH`."""

import gzip
import io
import os
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2s
from pathlib import Path
from typing import BinaryIO, cast

import click

from upload_diag.cli._console import STDIO, notice, open_output, refuse_endless, unreadable
from upload_diag.cli._options import examples, output_option
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.logs.compressed import RATIO, RATIO_FREE
from upload_diag.terminal import is_terminal

_GZIP = b"\x1f\x8b"
# What begins like this is no text: secrets in it would be copied unseen.
_NOT_TEXT = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "zstandard data",
    b"\xfd7zXZ\x00": "xz data",
    b"BZh": "bzip2 data",
    b"7z\xbc\xaf": "a 7z archive",
    b"%PDF-": "a PDF file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
}
_PLURALS = {"policy": "policies", "email": "e-mail addresses"}


@click.command(
    epilog=examples("redact ticket.har -o safe.har", "redact - < app.log > safe.log", "redact --check app.log")
)
@click.argument("path")
@output_option
@click.option("--check", is_flag=True, help="write nothing; exit 1 if there is a secret")
@click.option("--salt", help="mark equal secrets with equal digits under this text, so that two copies can be compared")
def command(path: str, output: str | None, check: bool, salt: str | None) -> ExitCode:
    """Write a copy of a log, HAR or any other text that is safe to send on.

    PATH is a file, or - for standard input; what is gzipped comes out gzipped. Keys, signatures, tokens, cookies,
    passwords and e-mail addresses become REDACTED-...; every other byte stays as it was, upload and request ids too.
    Secrets that are equal can be seen to be equal within the copy. How many were found goes to standard error.
    """
    from upload_diag.redaction import redact_stream

    if output not in (None, STDIO) and path != STDIO and _same_file(path, output):
        raise click.UsageError(f"{output} is the input. Give the copy another name.")
    key = blake2s(salt.encode()).digest() if salt is not None else os.urandom(32)
    with _opened(path) as (source, zipped):
        if check:
            counts = redact_stream(source, _Nowhere(), salt=key)
        else:
            if zipped and output in (None, STDIO) and is_terminal(sys.stdout):
                raise click.UsageError("The copy is gzipped, which no terminal can show. Give it a file, -o FILE.")
            with open_output(output) as text, _gzipped(text.buffer, zipped) as out:
                counts = redact_stream(source, out, salt=key)
    notice(f"{'found' if check else 'redacted'}: {_counted(counts)}")
    return ExitCode.FOUND if check and counts else ExitCode.OK


@contextmanager
def _opened(path: str) -> Iterator[tuple[BinaryIO, bool]]:
    """The input's bytes, unzipped, and whether they had been zipped."""
    if path == STDIO and (sys.stdin is None or sys.stdin.isatty()):
        raise click.UsageError("Nothing to read. Give a file, `upload-diag redact FILE`, or pipe into it.")
    if path != STDIO:
        refuse_endless(path)
    try:
        with sys.stdin.buffer if path == STDIO else Path(path).open("rb") as file:
            packed = cast("io.BufferedReader", file)
            start = packed.peek(8)
            for magic, what in _NOT_TEXT.items():
                if start.startswith(magic):
                    raise InputError(f"{path}: {what}; redact reads text, plain or gzipped. Unpack it first.")
            zipped = start.startswith(_GZIP)
            yield cast("BinaryIO", _Unpacked(path, packed) if zipped else file), zipped
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: the gzip data is broken ({error}), so no copy was written.") from error
    except (IsADirectoryError, ValueError) as error:
        raise unreadable(path, error) from error


class _Unpacked:
    """What is in a gzip file, unless that is a bomb."""

    def __init__(self, path: str, file: io.BufferedReader) -> None:
        self._path = path
        self._counted = _Counted(file)
        self._unpacked = gzip.GzipFile(fileobj=self._counted)
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        data = self._unpacked.read(size)
        self._given += len(data)
        if self._given > RATIO_FREE and self._given > RATIO * self._counted.taken:
            raise InputError(
                f"{self._path}: unpacks to more than {RATIO} times its size, as no log does; "
                "to copy it all the same: gzip -dc FILE | upload-diag redact -"
            )
        return data


class _Counted(io.RawIOBase):
    """A file, and how many bytes of it were read.

    Attributes:
        taken: so many.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        self.taken = 0
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.taken += len(data)
        return data


@contextmanager
def _gzipped(file: BinaryIO, zipped: bool) -> Iterator[BinaryIO]:
    if not zipped:
        yield file
        return
    with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as out:
        yield cast("BinaryIO", out)


def _same_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False


class _Nowhere(io.BytesIO):
    """Takes everything and keeps nothing."""

    def write(self, data: object, /) -> int:
        return 0


def _counted(counts: Counter[str]) -> str:
    """`12 tokens, 3 e-mail addresses`."""
    return ", ".join(f"{count} {_named(kind, count)}" for kind, count in sorted(counts.items())) or "no secret"


def _named(kind: str, count: int) -> str:
    name = kind.replace("-", " ") if kind != "email" else "e-mail address"
    return name if count == 1 else _PLURALS.get(kind, f"{name}s")
