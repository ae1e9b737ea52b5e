"""Where logs come from: files, folders, patterns, standard input."""

import errno
import glob
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from upload_diag.errors import InputError
from upload_diag.logs.packed import Stream, Unreadable, unpack
from upload_diag.logs.watched import Progress, Watched

__all__ = ["STDIN", "expand", "open_streams"]

STDIN = "-"
_ENDLESS = 1 << 26  # bytes that are read of a file without a size; those that say something have far less


def expand(paths: Iterable[str]) -> list[str]:
    """The files that the paths, folders and glob patterns mean, each once, sorted.

    Raises:
        InputError: a path does not exist, a folder is empty, or a pattern matches nothing.
    """
    found: set[str] = set()
    for path in paths:
        if path == STDIN:
            found.add(path)
        elif os.path.isdir(path):  # noqa: PTH112 - a path may hold what Path would normalise away
            files = set(_walk(path))
            if not files:
                raise InputError(f"{path}: an empty folder; wanted logs to read")
            found |= files
        elif os.path.lexists(path):
            found.add(path)
        else:
            matches = [match for match in glob.glob(path, recursive=True) if not os.path.isdir(match)]  # noqa: PTH112, PTH207
            if not matches:
                raise InputError(f"{path}: {os.strerror(errno.ENOENT)}")
            found.update(matches)
    return sorted(found)


def _walk(folder: str) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]  # noqa: PTH114, PTH118
        for name in names + links:  # a link to a folder is not followed, but not passed over in silence either
            yield os.path.join(root, name)  # noqa: PTH118


def open_streams(path: str, folder: str = "", progress: Progress | None = None) -> Iterator[Stream | Unreadable]:
    """Everything that can be read under one path: the file itself, or the members of the archive that it is.

    Each stream must be read before the next is asked for. `folder` is where a relative path begins.
    `progress` is told how many more bytes were read, before anything is unpacked.
    """
    if path == STDIN:
        if sys.stdin is None:  # <&-
            yield Unreadable(STDIN, 0, "standard input is closed")
            return
        given: Any = sys.stdin.buffer
        yield from unpack(STDIN, io.BufferedReader(Watched(given.raw, 0, progress)) if progress else given, None)
        return
    try:
        status = Path(folder, path).stat()
        if not stat.S_ISREG(status.st_mode):
            reason = "a link to a folder, not followed" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            yield Unreadable(path, 0, reason)
            return
        with _open(Path(folder, path), status.st_size, progress) as file:
            yield from unpack(path, file, status.st_size)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield Unreadable(path, 0, reason)


def _open(path: Path, size: int, progress: Progress | None) -> io.BufferedReader:
    raw = _AsItWas(path, size)
    watched: Any = raw if progress is None else Watched(raw, size, progress)
    return io.BufferedReader(watched)


class _AsItWas(io.FileIO):
    """A file as far as it went when it was opened: a log that is written while it is read might never end.

    Args:
        size: its bytes then; 0 for what tells no size, as below `/proc`, where some wait for more, and some never end.
    """

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(path, opener=_without_waiting)
        self._size = size or _ENDLESS

    def readinto(self, buffer: Any) -> int:
        place = self.tell()
        if place >= _ENDLESS == self._size:
            raise OSError(errno.EFBIG, "it tells no size and does not end")
        return super().readinto(memoryview(buffer)[: max(0, self._size - place)]) or 0


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
