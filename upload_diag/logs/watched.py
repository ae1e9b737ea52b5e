"""A file that tells how far it was read, and what all files around files share."""

import io
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["Around", "Progress", "Slice", "Watched", "read_failure"]

Progress = Callable[[int], None]


class Around(io.RawIOBase):
    """A raw stream around another one, whose places are its own."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())


class Watched(Around):
    """A raw file that tells how many more of its bytes were read: in all as many as were promised, however it is read.

    Args:
        file: the raw file; closed with this one.
        size: how many bytes are promised; 0 when only reading tells.
        progress: called with the number of bytes.
    """

    def __init__(self, file: Any, size: int, progress: Progress) -> None:
        super().__init__(file)
        self._promised = size > 0
        self._left = size or sys.maxsize
        self._progress = progress

    def readinto(self, buffer: Any) -> int:
        count = int(self._file.readinto(buffer))
        self._tell(count)
        return count

    def close(self) -> None:
        if not self.closed:
            if self._promised:
                self._tell(self._left)
            self._file.close()
        super().close()

    def _tell(self, count: int) -> None:
        count = min(count, self._left)
        if count:
            self._left -= count
            self._progress(count)


class Slice:
    """So many of the bytes that come next in an archive, up to the very byte where it is cut short."""

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        data: bytes = self._file.read(min(size, self._left))
        if self._left and not data:
            raise EOFError("the archive ends in it")
        self._left -= len(data)
        return data


def read_failure(error: Exception) -> str:
    """Why a stream could not be read on, as reports say it."""
    return f"could not read on: {getattr(error, 'strerror', None) or str(error) or type(error).__name__}"
