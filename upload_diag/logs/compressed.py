"""Compressed data: gzip, zstd, xz and bzip2 behind one interface."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

__all__ = ["CHUNK", "BrokenError", "Decompressed", "compression"]

CHUNK = 1 << 16
MEMORY = 128 << 20  # bytes that a decompressor may want


class BrokenError(Exception):
    """Packed data is broken.

    Attributes:
        missing: how many packed bytes were not read for it.
    """

    def __init__(self, reason: str, missing: int = 0) -> None:
        super().__init__(reason)
        self.missing = missing


class _Decompressor(Protocol):
    """One compressed stream, as `bz2` and `lzma` know it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Decompressed:
    """Compressed data, also several streams after one another, up to the very byte where it is cut short."""

    def __init__(self, file: Any, kind: str) -> None:
        self._file = file
        self._kind = kind
        self._stream: _Decompressor = _DECOMPRESSORS[kind]()
        self._left = b""  # read, but not given to the stream

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._stream.eof or self._follows():
            hungry = self._stream.needs_input
            data = b""
            if hungry:
                data, self._left = self._left or self._file.read(CHUNK), b""
            try:
                out = self._stream.decompress(data, size)
            except (OSError, zlib.error, lzma.LZMAError, MemoryError) as error:
                raise BrokenError(f"{self._kind} data: {error}", self._drained()) from error
            if out:
                return out
            if hungry and not data and not self._stream.eof:
                raise BrokenError(f"{self._kind} data without its end")
        return b""

    def _follows(self) -> bool:
        """Whether another stream follows; padding is allowed between them."""
        rest = self._stream.unused_data.lstrip(b"\0")
        while len(rest) < 6 and (more := self._file.read(CHUNK)):
            rest = (rest + more).lstrip(b"\0")
        if not rest:
            return False
        if compression(rest[:10]) != self._kind:
            raise BrokenError(f"what follows is not {self._kind} data", len(rest) + self._drained())
        self._stream, self._left = _DECOMPRESSORS[self._kind](), rest
        return True

    def _drained(self) -> int:
        """How many bytes are left; read, to be counted."""
        return sum(map(len, iter(lambda: self._file.read(CHUNK), b"")))


class _Gzip:
    """`zlib`, or the faster `isal`, with the interface of the others."""

    def __init__(self) -> None:
        try:
            module: Any = import_module("isal.isal_zlib")
        except ImportError:
            module = zlib
        self._one = module.decompressobj(wbits=31)
        self._error: type[Exception] = module.error

    @property
    def eof(self) -> bool:
        return bool(self._one.eof)

    @property
    def needs_input(self) -> bool:
        return not self._one.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return bytes(self._one.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            return bytes(self._one.decompress(self._one.unconsumed_tail or data, max_length))
        except self._error as error:
            raise OSError(str(error)) from error


class _Zstd:
    """`zstandard`, which knows no `max_length`: it is given little at a time."""

    _STEP = 1024  # bytes; at most 32 MiB come out of them

    def __init__(self) -> None:
        import zstandard

        self._one = zstandard.ZstdDecompressor(max_window_size=MEMORY).decompressobj()
        self._error = zstandard.ZstdError
        self._data = memoryview(b"")
        self._out = memoryview(b"")

    @property
    def eof(self) -> bool:
        return self._one.eof and not self._out

    @property
    def needs_input(self) -> bool:
        return not self._data and not self._out

    @property
    def unused_data(self) -> bytes:
        return self._one.unused_data + bytes(self._data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._data = memoryview(data) if data else self._data
        try:
            while self._data and not self._out and not self._one.eof:
                step, self._data = self._data[: self._STEP], self._data[self._STEP :]
                self._out = memoryview(self._one.decompress(step))
        except self._error as error:
            raise OSError(str(error)) from error
        out, self._out = self._out[:max_length], self._out[max_length:]
        return bytes(out)


_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "gzip": _Gzip,
    "zstd": _Zstd,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY),
    "bzip2": bz2.BZ2Decompressor,
}
_MAGIC = (
    (b"\x1f\x8b\x08", 0, "gzip"),
    (b"\x28\xb5\x2f\xfd", 0, "zstd"),
    (b"\x2a\x4d\x18", 1, "zstd"),  # a frame to be skipped
    (b"\xfd7zXZ\x00", 0, "xz"),
    (b"1AY&SY", 4, "bzip2"),  # a block; its three first letters might begin any text
    (b"\x17\x72\x45\x38\x50\x90", 4, "bzip2"),  # no block at all
)


def compression(head: bytes) -> str | None:
    """How data that begins so is compressed; None when it is not."""
    return next((kind for magic, offset, kind in _MAGIC if head[offset : offset + len(magic)] == magic), None)
