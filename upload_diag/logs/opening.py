"""Open a stream: tell its layout from its beginning, and give it back whole, as UTF-8 or what is near to it."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import RawIOBase
from typing import Any

from upload_diag.logs.layout import SAMPLE, Layout, detect
from upload_diag.redaction import NARROW, SURELY

__all__ = ["Recoded", "Rejoined", "begin"]


def begin(file: Any) -> tuple[Layout, Any]:
    """The layout of a stream, and the stream from its beginning as UTF-8.

    A log that was cut to nothing while its writer kept its place begins with zeros, at times with gigabytes of them.
    """
    sample = bytearray()
    zeros = 0
    with suppress(OSError):  # the reader will meet it again, and account for it
        while len(sample) < SAMPLE and (chunk := file.read1(SAMPLE - len(sample))):
            sample += chunk
            if len(sample) == SAMPLE and not any(sample):
                zeros += SAMPLE
                sample.clear()
    opened: Any = Rejoined(bytes(sample), file, zeros)
    layout = detect(bytes(sample))
    if layout.wide:
        text = Recoded(opened, layout.encoding or "")
        return replace(detect(text.peek(SAMPLE)), encoding=layout.encoding), text
    if b"\n" not in sample and sample.count(b"\r") > 1:
        opened = _OldLines(opened)
        layout = detect(bytes(sample).replace(b"\r", b"\n"))
    return layout, opened


class _OldLines(RawIOBase):
    """A stream whose lines end in CR alone, with LF instead."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = int(self._file.readinto(buffer))
        buffer[:count] = bytes(buffer[:count]).replace(b"\r", b"\n")
        return count


class Rejoined(RawIOBase):
    """A stream whose beginning has been read already: zeros, so many, and a head."""

    def __init__(self, head: bytes, rest: Any, zeros: int = 0) -> None:
        self._zeros = zeros
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._zeros:
            count = min(len(buffer), self._zeros)
            buffer[:count] = bytes(count)
            self._zeros -= count
            return count
        if not self._head:
            return int(self._rest.readinto(buffer))
        count = min(len(buffer), len(self._head))
        buffer[:count] = self._head[:count]
        self._head = self._head[count:]
        return count


_NARROW_TO_ZERO = re.compile(NARROW.pattern + rb"[^\0]*")
_MAY_GO_ON = re.compile(rb"[\t\n\r -~]{2,%d}\Z" % SURELY)


class Recoded(RawIOBase):
    """A stream of UTF-16 or UTF-32 as UTF-8; what is UTF-8 in it stays so.

    Attributes:
        own_bytes: how many bytes were read, as the input counts them.
    """

    def __init__(self, file: Any, encoding: str) -> None:
        self.own_bytes = 0
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._zero_first = encoding.endswith("be")
        self._kept = b""  # the end of a chunk that may go on as UTF-8
        self._ready = b""
        self._over = False

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """So much of what comes next, or all of it."""
        while len(self._ready) < size and not self._over:
            self._recode()
        return self._ready[:size]

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._over:
            self._recode()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _recode(self) -> None:
        chunk = self._file.read(1 << 16)
        self.own_bytes += len(chunk)
        self._over = not chunk
        chunk = self._kept + chunk
        rest = _MAY_GO_ON.search(chunk, max(0, len(chunk) - SURELY)) if not self._over else None
        self._kept = rest[0] if rest else b""
        self._ready += b"".join(self._pieces(chunk.removesuffix(self._kept)))

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        """A chunk as UTF-8. A letter next to narrow ones shares its zero with none of them."""
        place = 0
        for run in _NARROW_TO_ZERO.finditer(chunk):
            start, end = run.span()
            if self._zero_first:
                start += chunk[:start].endswith(b"\0")
            else:
                end -= chunk.startswith(b"\0", end)
            yield self._wide(chunk[place:start], final=True)
            yield chunk[start:end]
            place = end
        yield self._wide(chunk[place:], final=self._over)

    def _wide(self, text: bytes, *, final: bool) -> bytes:
        return self._decoder.decode(text, final=final).removeprefix("\ufeff").encode("utf-8", "replace")
