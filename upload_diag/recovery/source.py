"""The local file: which version of it is being sent, and its bytes."""

import os
import threading
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from upload_diag.errors import InputError
from upload_diag.recovery.plan import Part

__all__ = ["FileChangedError", "Identity", "Source"]


class FileChangedError(InputError):
    """The file is no longer the one whose upload began."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one version of a file from another.

    Attributes:
        mtime_ns: time of the last change, in nanoseconds; 0 where there is no file behind a file object.
    """

    size: int
    mtime_ns: int


class Source:
    """A file by its path, or an open binary file that can seek. Every method may be called from any thread.

    Attributes:
        size: bytes of what is meant: the file, or a piece of it.

    Raises:
        InputError: it cannot be opened, or cannot seek.
    """

    def __init__(self, path_or_file: str | Path | BinaryIO) -> None:
        self._lock = threading.Lock()
        self._owned = isinstance(path_or_file, (str, Path))
        try:
            self.path = Path(path_or_file).resolve() if isinstance(path_or_file, (str, Path)) else None
            self._file: BinaryIO = _opened(self.path) if self.path is not None else _binary(path_or_file)
            self.identity = self.look()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise InputError(f"{self.name(path_or_file)}: {reason}") from error
        self._offset, self.size = 0, self.identity.size

    @staticmethod
    def name(path_or_file: object) -> str:
        return str(path_or_file) if isinstance(path_or_file, (str, Path)) else "the file object"

    def look(self) -> Identity:
        """The version that is there now; by path, so that a file put in its place is seen too."""
        if self.path is not None:
            stat = self.path.stat()
            return Identity(stat.st_size, stat.st_mtime_ns)
        with self._lock:
            return Identity(self._file.seek(0, os.SEEK_END), _changed_at(self._file))

    def check(self) -> None:
        """Raises FileChangedError when the file is no longer the version that was opened."""
        try:
            now = self.look()
        except OSError as error:
            raise FileChangedError(f"{self.path}: {error.strerror}; it was there when the upload began.") from error
        if now != self.identity:
            was = self.identity.size
            how = "it was written to" if now.size == was else f"it had {was} bytes, it has {now.size} now"
            raise FileChangedError(f"{self.path or 'the file object'} changed while it was uploaded: {how}.")

    def read(self, part: Part) -> bytes:
        """The bytes of a part.

        Raises:
            FileChangedError: the file changed; nothing of it may be mixed with what was sent before.
            InputError: it cannot be read.
        """
        try:
            with self._lock:
                self._file.seek(self._offset + part.offset)
                data = self._file.read(part.size)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path or 'the file object'} cannot be read: {error}") from error
        self.check()
        if len(data) != part.size:
            raise FileChangedError(f"{self.path or 'the file object'} ends before part {part.number}")
        return data

    def pieces(self, part: Part, size: int = 1024 * 1024) -> Iterator[bytes]:
        """The bytes of a part, a mebibyte at a time; raises what `read` raises."""
        for start in range(0, part.size, size):
            yield self.read(Part(part.number, part.offset + start, min(size, part.size - start)))

    def piece(self, part: Part) -> "Source":
        """A piece of the same version of the file, as a source of its own; it lives as long as this one."""
        piece = copy(self)
        piece._narrow(part)  # noqa: SLF001 - its own kind
        return piece

    def _narrow(self, part: Part) -> None:
        self._offset, self.size, self._owned = self._offset + part.offset, part.size, False

    def close(self) -> None:
        """Close what was opened here; a file object stays open."""
        if self._owned:
            self._file.close()


def _opened(path: Path) -> BinaryIO:
    if path.is_fifo():  # opening one waits for a writer, and it cannot seek
        raise ValueError("not a regular file")
    return path.open("rb")


def _binary(file: Any) -> BinaryIO:
    file.seek(0, os.SEEK_END)
    if not isinstance(file.read(0), bytes):
        raise ValueError("opened as text; wanted binary, 'rb'")  # noqa: TRY004 - told like a file that cannot be read
    return cast("BinaryIO", file)


def _changed_at(file: BinaryIO) -> int:
    try:
        return os.fstat(file.fileno()).st_mtime_ns
    except (AttributeError, OSError):  # bytes in memory; io.UnsupportedOperation is an OSError
        return 0
