"""The bytes of parts and objects: in memory while small, else in a file that goes with its last reference."""

import io
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Content", "ContentStore", "Joined", "Pieces", "Source", "TooLongError"]

PIECE = 1024 * 1024
IN_MEMORY = 8 * 1024 * 1024  # the longest content that may stay in memory
MEMORY_BUDGET = 64 * 1024 * 1024  # of all contents in memory together


class Source(Protocol):
    """Where bytes come from: the body of a request, or a decoder around it."""

    def readinto(self, view: memoryview, /) -> int:
        """Fill the view as far as bytes are at hand; 0 at the end."""


class Content:
    """Bytes that do not change any more.

    Whoever holds a reference can read, also after the upload died; the file goes when the last reference goes.
    """

    def __init__(self, size: int, data: bytes | bytearray | None = None, path: Path | None = None) -> None:
        self.size = size
        self._data = data
        self._path = path

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes | memoryview]:
        """The bytes from `start` up to `stop`, a mebibyte at a time."""
        end = self.size if stop is None else min(stop, self.size)
        if self._data is not None:
            yield memoryview(self._data)[start:end]
        elif self._path is not None:
            with self._path.open("rb") as file:
                file.seek(start)
                while start < end and (piece := file.read(min(PIECE, end - start))):
                    start += len(piece)
                    yield piece


class Joined(io.RawIOBase):
    """Contents one after the other, as one file to read; an object made of its parts without a copy."""

    def __init__(self, contents: Sequence[Content]) -> None:
        self.contents = tuple(contents)
        self.size = sum(content.size for content in contents)
        self._at = 0

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes | memoryview]:
        """The bytes from `start` up to `stop`; independent of the reading position."""
        end = self.size if stop is None else min(stop, self.size)
        offset = 0
        for content in tuple(self.contents):
            low, high = max(start - offset, 0), min(end - offset, content.size)
            if low < high:
                yield from content.pieces(low, high)
            offset += content.size

    def close(self) -> None:
        """Let the contents go; who is reading pieces now can finish."""
        self.contents = ()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        stop = self.size if size is None or size < 0 else self._at + size
        data = b"".join(self.pieces(self._at, stop))
        self._at += len(data)
        return data


class Pieces:
    """Pieces of bytes as a source to read from."""

    def __init__(self, pieces: Iterator[bytes | memoryview]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readinto(self, view: memoryview, /) -> int:
        """Fill the view as far as the next piece goes; 0 at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class ContentStore:
    """Takes bodies in. Its directory is removed by `close`, and on a normal exit of the process."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="upload-diag-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._in_memory = 0
        self._files = 0

    def receive(
        self, source: Source, length: int | None, update: Callable[[memoryview], None], limit: int | None = None
    ) -> Content:
        """Read a source to its end.

        Args:
            source: the bytes.
            length: how many bytes it announces; None when it does not say.
            update: called with each piece, in order (digests).
            limit: the most bytes that are taken.

        Raises:
            TooLongError: more than `length` or `limit` came.
            ClientGoneError: the client left.
        """
        if length is not None and length <= IN_MEMORY and self._reserve(length):
            return self._to_memory(source, length, update)
        return self._to_file(source, update, length if length is not None else limit)

    def close(self) -> None:
        """Remove every file."""
        self._directory.cleanup()

    def _reserve(self, size: int) -> bool:
        with self._lock:
            if self._in_memory + size > MEMORY_BUDGET:
                return False
            self._in_memory += size
            return True

    def _release(self, size: int) -> None:
        with self._lock:
            self._in_memory -= size

    def _to_memory(self, source: Source, length: int, update: Callable[[memoryview], None]) -> Content:
        data = bytearray(length)
        content = Content(length, data)
        weakref.finalize(content, self._release, length).atexit = False
        view = memoryview(data)
        at = 0
        while at < length and (count := source.readinto(view[at : at + PIECE])):
            update(view[at : at + count])
            at += count
        if at == length and source.readinto(memoryview(bytearray(1))):
            raise TooLongError(length)
        content.size = at
        return content

    def _to_file(self, source: Source, update: Callable[[memoryview], None], limit: int | None) -> Content:
        with self._lock:
            self._files += 1
            path = Path(self._directory.name) / f"{self._files}"
        content = Content(0, path=path)
        weakref.finalize(content, path.unlink, missing_ok=True).atexit = False
        view = memoryview(bytearray(PIECE))
        with path.open("wb", buffering=0) as file:
            while count := source.readinto(view):
                update(view[:count])
                file.write(view[:count])
                content.size += count
                if limit is not None and content.size > limit:
                    raise TooLongError(limit)
        return content


class TooLongError(Exception):
    """More bytes came than were announced or allowed.

    Attributes:
        limit: how many bytes would have been right.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"More than {limit} bytes came.")
        self.limit = limit
