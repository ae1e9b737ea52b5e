"""Read a log that a collector wrote: lines of several processes, mixed; see `collectors`.

The lines of each process are put together again, and there the entries are found as in any other log. Only blocks that
hold a literal of the rules are looked at. An entry belongs to the block in which it begins, and may go on in the next.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from upload_diag.logs.collectors import Line, unstamped
from upload_diag.logs.entries import entry_end, entry_start, is_telling
from upload_diag.logs.fields import find_time
from upload_diag.logs.layout import COLLECTED, LINE_FORMATS, Layout
from upload_diag.logs.prefilter import Scanner
from upload_diag.logs.reader import CONTEXT, LINE_LIMIT, Reader, count_lines, read_text
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.watched import read_failure

__all__ = ["CollectedReader", "whole_entries"]

_BLOCK = 1 << 18
_AHEAD = 1 << 15  # bytes in which the lines of an entry may be mixed with others


@dataclass(slots=True)
class _Source:
    """The lines of one process, put together.

    Attributes:
        starts: where each of its lines begins in `text`.
        numbers: which line of the block each is.
    """

    text: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    whens: list[int] = field(default_factory=list)
    goes_on: bool = False

    def add(self, line: Line, number: int) -> None:
        """Add the next line of this process."""
        if self.text and not self.goes_on:
            self.text += b"\n"
        self.starts.append(len(self.text))
        self.numbers.append(number)
        self.whens.append(line.when)
        self.text += line.text
        self.goes_on = line.goes_on


def _take_apart(buffer: bytes, layout: Layout) -> tuple[list[int], dict[bytes, _Source], list[tuple[bytes, int]]]:
    """Where the lines begin; the lines by source; for each line its source, and its place there."""
    begins: list[int] = []
    owner: list[tuple[bytes, int]] = []
    sources: dict[bytes, _Source] = {}
    begin, read, stamped = 0, COLLECTED[layout.collector or ""].read, layout.stamped
    for number, raw in enumerate(buffer.split(b"\n")):
        line = read(raw.rstrip(b"\r")) or Line(b"" if number == 0 else owner[-1][0], 0, raw)
        line = unstamped(line) if stamped else line
        known = sources.get(line.source)
        if known is None:
            known = sources[line.source] = _Source()
        owner.append((line.source, len(known.starts)))
        known.add(line, number)
        begins.append(begin)
        begin += len(raw) + 1
    return begins, sources, owner


def whole_entries(lines: bytes, layout: Layout, old: int) -> int:
    """How many bytes of the lines are entries that will not go on.

    That is where their source has begun another, or has been silent since the first `old` bytes were written.
    """
    begins, sources, _ = _take_apart(lines.removesuffix(b"\n"), layout)
    stop = len(lines)
    for source in sources.values():
        if begins[source.numbers[-1]] >= old:
            start = entry_start(source.text, source.starts[-1], 0, 0, dated=layout.dated)
            stop = min(stop, begins[source.numbers[bisect_right(source.starts, start) - 1]])
    return stop


class CollectedReader:
    """Reads the entries of every process as records; counts as `Reader` does.

    Of a stream that stands at `Reader.begin(lo)`, it reads the entries that begin in a range whose edges are lines'.
    """

    def __init__(
        self,
        stream: Any,
        layout: Layout,
        scanner: Scanner,
        json_lines: JsonLines,
        *,
        lo: int = 0,
        hi: int | None = None,
    ) -> None:
        self.begun = lo
        self.bytes = 0
        self.lines = 0
        self.unreadable: dict[str, int] = {}
        self._stream = stream
        self._layout = layout
        self._scanner = scanner
        self._json = json_lines
        self._buffer = b""
        self._base = Reader.begin(lo)  # where in the stream the buffer begins
        self._start = lo - self._base  # where in the buffer the first line begins whose entry was not yet read
        self._hi = hi
        self._over = False

    def records(self, _count: object = None) -> Iterator[Record]:
        """The entries with a literal, in the order of their first lines."""
        while self._goes_on():
            self._fill()
            stop = self._stop()
            yield from self._search(stop)
            self.bytes += stop - self._start
            self.lines += count_lines(self._buffer, self._start, stop) + (
                self._over and stop == len(self._buffer) and stop > self._start and self._buffer[-1:] != b"\n"
            )
            keep = max(0, self._buffer.rfind(b"\n", 0, max(stop - CONTEXT, 0)) + 1)
            self._buffer, self._base, self._start = self._buffer[keep:], self._base + keep, stop - keep

    def _goes_on(self) -> bool:
        if self._hi is not None and self._base + self._start >= self._hi:
            return False
        return not self._over or self._start < len(self._buffer)

    def _fill(self) -> None:
        chunks = [self._buffer]
        wanted = _BLOCK + _AHEAD - (len(self._buffer) - self._start)
        while wanted > 0 and not self._over:
            try:
                chunk = self._stream.read(wanted) or b""
            except (OSError, EOFError, ValueError) as error:
                self.unreadable[read_failure(error)] = 0
                chunk = b""
            self._over = not chunk
            wanted -= len(chunk)
            chunks.append(chunk)
        self._buffer = b"".join(chunks)

    def _stop(self) -> int:
        """Entries that begin before this place are read now; what follows it shows how they go on."""
        stop = len(self._buffer) if self._over else self._before_the_rest()
        return stop if self._hi is None else min(stop, self._hi - self._base)

    def _before_the_rest(self) -> int:
        stop = self._buffer.rfind(b"\n", self._start, len(self._buffer) - _AHEAD) + 1
        return stop or self._buffer.rfind(b"\n", self._start) + 1 or min(len(self._buffer), self._start + LINE_LIMIT)

    def _search(self, stop: int) -> Iterator[Record]:
        with memoryview(self._buffer) as view:
            hits = self._scanner.hits(view[self._start :])
        if not hits:
            return
        begins, sources, owner = _take_apart(self._buffer, self._layout)
        wanted = sorted({bisect_right(begins, self._start + hit - 1) - 1 for hit in hits})
        found = sorted(self._entries(wanted, sources, owner, begins, stop), key=lambda one: one[0])
        line, counted = self.lines + 1, self._start
        for begin, record in found:
            line += count_lines(self._buffer, counted, begin)
            counted = begin
            record.line = line
            yield record

    def _entries(
        self,
        wanted: list[int],
        sources: dict[bytes, _Source],
        owner: list[tuple[bytes, int]],
        begins: list[int],
        stop: int,
    ) -> Iterator[tuple[int, Record]]:
        """The entries that the wanted lines belong to, of those that begin between the last place read and `stop`."""
        done: dict[bytes, int] = {}
        for number in wanted:
            name, place = owner[number]
            source = sources[name]
            at = source.starts[place]
            if at < done.get(name, 0):
                continue
            start, done[name] = self._bounds(source.text, at)
            first = bisect_right(source.starts, start) - 1
            begin = begins[source.numbers[first]]
            text = bytes(source.text[start : done[name]]).rstrip()
            if self._start <= begin < stop and text and not (self._layout.told and is_telling(text)):
                record = self._record(text, self._base + begin)
                if record is not None:
                    record.when = record.when or source.whens[first]
                    record.source = name
                    yield begin, record

    def _bounds(self, text: bytearray, at: int) -> tuple[int, int]:
        at = text.rfind(b"\n", 0, at) + 1
        if self._layout.whole_lines:
            return at, text.find(b"\n", at) + 1 or len(text)
        start = entry_start(text, at, 0, 0, dated=self._layout.dated)
        return start, entry_end(text, start, len(text), 0, dated=self._layout.dated)

    def _record(self, text: bytes, offset: int) -> Record | None:
        read = LINE_FORMATS.get(self._layout.format or "")
        if read is not None:
            return read(text, offset)
        if text[:1] == b"{" and b"\n" not in text:
            return self._json.read(text, offset)
        plain, ids = read_text(text)
        return Record(offset, find_time(text[: text.find(b"\n") + 1 or None][:400]), plain, text, ids)
