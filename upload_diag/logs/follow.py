"""A log that is still being written, through rotation, as `tail -F` follows it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["Tail"]

_CHUNK = 1 << 20
_HEAD = 64  # bytes of a file's beginning by which it is known again


class Tail:
    """What is written to a path: to the file there, and to those that take its place.

    A file may be renamed and a new one made, or be copied and emptied (logrotate's `create` and `copytruncate`), or not
    be there yet. What a file of the same name held between two looks, and is gone again, is not seen.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file: Any = None
        self._head = b""

    def read(self) -> Iterator[tuple[bytes, bool]]:
        """What was written since the last look, in pieces; with the last piece of a file, that it is the last."""
        if self._file is not None and self._emptied():
            yield b"", True
            self._start_over()
        yield from self._rest()
        if self._replaced():
            yield from self._rest()  # what was written before its name was taken
            if self._file is not None:
                yield b"", True
            self.close()
            self._open()
            yield from self._rest()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file, self._head = None, b""

    def _open(self) -> None:
        with suppress(OSError):  # not there yet, or not to be read yet; the next look may find it
            self._file = Path(self.path).open("rb", buffering=0)  # noqa: SIM115 - open until it is replaced

    def _start_over(self) -> None:
        self._file.seek(0)
        self._head = b""

    def _rest(self) -> Iterator[tuple[bytes, bool]]:
        while self._file is not None and (data := self._file.read(_CHUNK)):
            self._head += data[: _HEAD - len(self._head)]
            yield data, False

    def _replaced(self) -> bool:
        """Whether another file has the name now."""
        try:
            there = Path(self.path).stat()
        except OSError:
            return False
        return self._file is None or not os.path.samestat(there, os.fstat(self._file.fileno()))

    def _emptied(self) -> bool:
        """Whether the file was written anew, which may have made it longer than it was."""
        at = self._file.tell()
        if os.fstat(self._file.fileno()).st_size < at:
            return True
        self._file.seek(0)
        head: bytes = self._file.read(len(self._head))
        self._file.seek(at)
        return head != self._head
