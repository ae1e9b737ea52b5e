"""Compressed data: gzip, zstd, xz and bzip2 behind one interface."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Protocol

__all__ = ["CHUNK", "RATIO", "RATIO_FREE", "BrokenError", "Decompressed", "compression"]

CHUNK = 1 << 16
RATIO = 200  # times its size; a log is rarely packed better than 1:50, a bomb is 1:1000
RATIO_FREE = 64 << 20  # bytes that may come out before the ratio counts
MEMORY = 128 << 20  # bytes that a decompressor may want
_AGAIN = 16 << 20  # packed bytes of a stream that are kept, to read it again when it turns out to be damaged
_SWALLOWED = 2  # chunks that may be read in vain before a damage shows: a block of zstd is no larger
_DAMAGES = 100  # places at which data may be damaged; what comes behind the last of them is not looked at


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


_FAILURES = (OSError, zlib.error, lzma.LZMAError, MemoryError)


class Decompressed:
    """Compressed data, also several streams after one another.

    What comes out before the data is damaged or cut short is given up to the very byte, and so are the streams behind.

    Args:
        file: what is compressed.
        kind: how; see `compression`. What is in a zip archive is also `deflate` or `lzma`, which have no sign.
        head: what stands before it.
    """

    def __init__(self, file: Any, kind: str, head: bytes = b"") -> None:
        self._file = file
        self._kind = kind
        self._rest = head  # read, but not given to a stream
        self._fed: list[bytes] = []  # what the stream was given; only the last of it when it is much
        self._fault = ""  # the first thing that is wrong with the data
        self._missing = 0
        self._pieces = self._all()
        self._piece = b""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end.

        Raises:
            BrokenError: at the end, when something could not be decompressed.
        """
        piece = self._piece or next(self._pieces, b"")
        self._piece = piece[size:]
        return piece[:size]

    def _all(self) -> Iterator[bytes]:
        magic = _MAGIC.get(self._kind)
        damages = 0
        while True:
            given, damaged = 0, False
            try:
                for piece in self._stream():
                    given += len(piece)
                    yield piece
            except _FAILURES as error:
                self._fault = self._fault or f"{self._kind} data: {error}"
                yield from self._before_damage(given)
                damages, damaged = damages + 1, True
            if magic is None or damages > _DAMAGES or not self._next_stream(magic):
                break
            if damaged:
                yield b"\n"  # what stands behind a damage begins anew
        if self._fault:
            raise BrokenError(self._fault, self._missing + len(self._rest) + self._drained())

    def _stream(self) -> Iterator[bytes]:
        """What one stream holds; leaves what follows it in `_rest`."""
        stream = _DECOMPRESSORS[self._kind]()
        self._fed, size = [], 0
        while not stream.eof:
            hungry = stream.needs_input
            data = b""
            if hungry:
                data, self._rest = self._rest or self._file.read(CHUNK), b""
                size += len(data)
                if size > _AGAIN:
                    del self._fed[:-_SWALLOWED]
                self._fed.append(data)
            out = stream.decompress(data, CHUNK)
            if out:
                yield out
            elif hungry and not data and not stream.eof:
                self._fault = self._fault or f"{self._kind} data without its end"
                return
        self._rest = stream.unused_data

    def _before_damage(self, given: int) -> Iterator[bytes]:
        """What the stream holds behind so many bytes, up to its damage; leaves what follows in `_rest`.

        A decompressor that fails keeps the piece to itself in which it does, so another one gets the last of the data
        byte by byte. What comes out of bzip2 is asked for like that, too: it checks a block with its last byte.
        """
        *whole, last = self._fed
        stream, got = _DECOMPRESSORS[self._kind](), 0
        step = 1 if self._kind == "bzip2" else CHUNK
        damage = -len(whole) - 1  # where in the last of the data
        try:
            for piece in (*whole, *(last[at : at + 1] for at in range(len(last)))):
                damage += 1
                out = stream.decompress(piece, min(CHUNK, max(given - got, 0)) or step)
                while out:
                    if got >= given:
                        yield out
                    got += len(out)
                    out = stream.decompress(b"", min(CHUNK, max(given - got, 0)) or step)
        except _FAILURES:
            damage = max(damage, 0)
        # Where the stream was cut and another one written behind it, the beginning of that one was taken for its data.
        before, magic = b"".join(whole[-_SWALLOWED:]), _MAGIC.get(self._kind)
        own = 4 if len(whole) <= _SWALLOWED else 0
        swallowed = magic and magic.search(before + last, own, len(before) + damage + 10)
        self._rest = (before + last)[swallowed.start() if swallowed else len(before) + damage :]

    def _next_stream(self, magic: re.Pattern[bytes]) -> bool:
        """Whether another stream follows, behind padding or, which is a fault, behind something else."""
        rest = self._rest.lstrip(b"\0")
        while (found := magic.search(rest)) is None and (more := self._file.read(CHUNK)):
            self._missing += max(len(rest) - 9, 0)
            rest = (rest[-9:] + more).lstrip(b"\0")
        skipped = found.start() if found else len(rest)
        if self._missing + skipped:
            self._fault = self._fault or f"what follows is not {self._kind} data"
        self._missing += skipped
        self._rest = rest[skipped:]
        return found is not None

    def _drained(self) -> int:
        """How many bytes are left; read, to be counted."""
        return sum(map(len, iter(lambda: self._file.read(CHUNK), b"")))


class _Zlib:
    """`zlib`, or the faster `isal`, with the interface of the others."""

    def __init__(self, wbits: int) -> None:
        try:
            module: Any = import_module("isal.isal_zlib")
        except ImportError:
            module = zlib
        self._one = module.decompressobj(wbits=wbits)
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
    "gzip": lambda: _Zlib(31),
    "zstd": _Zstd,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY),
    "bzip2": bz2.BZ2Decompressor,
    "deflate": lambda: _Zlib(-15),
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY),
}
# How a stream of each kind begins; those of a zip archive have no such sign.
_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # a frame, or one to be skipped
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "bzip2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),  # a block, or no block at all
}


def compression(head: bytes) -> str | None:
    """How data that begins so is compressed; None when it is not."""
    return next((kind for kind, magic in _MAGIC.items() if magic.match(head)), None)
