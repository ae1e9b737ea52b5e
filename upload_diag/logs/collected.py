"""Read a log that a collector wrote: lines of several processes, mixed; see `collectors`.

The lines of each process are put together again, and there the entries are found as in any other log. Only blocks that
hold a literal of the rules are looked at. An entry belongs to the block in which it begins, and may go on in the next.
"""

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add
from typing import Any, NamedTuple

from upload_diag.logs import web_json
from upload_diag.logs.collectors import Lines, read_stamp
from upload_diag.logs.entries import entry_start, is_telling
from upload_diag.logs.fields import UPLOAD, Ids
from upload_diag.logs.layout import COLLECTED, LINE_FORMATS, Layout
from upload_diag.logs.prefilter import Scanner
from upload_diag.logs.reader import CONTEXT, JSON, LINE_LIMIT, Reader, count_lines, read_entry, read_text
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.times import find_time
from upload_diag.logs.watched import read_failure

__all__ = ["CollectedReader", "whole_entries"]

_BLOCK = 1 << 18
_AHEAD = 1 << 15  # bytes in which the lines of an entry may be mixed with others


class _Source(NamedTuple):
    """The lines of one process, put together.

    Attributes:
        text: of all its lines.
        starts: where each of them begins in `text`.
        numbers: which line of the block each is.
    """

    text: bytes
    starts: list[int]
    numbers: Sequence[int]

    @classmethod
    def of(cls, lines: Lines, numbers: Sequence[int]) -> "_Source":
        """Put together the lines with these numbers."""
        pieces = [lines.texts[number] + (b"" if lines.goes_on[number] else b"\n") for number in numbers]
        blank = next((at for at, piece in enumerate(pieces) if piece != b"\n"), len(pieces))
        starts = [0] * blank + list(accumulate(map(len, pieces[blank:]), initial=0))
        return cls(b"".join(pieces[blank:]).removesuffix(b"\n"), starts, numbers)

    def first(self, place: int) -> int:
        """The number of the line in which a place of the text lies."""
        return self.numbers[bisect_right(self.starts, place, hi=len(self.numbers)) - 1]


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of lines, taken apart.

    Attributes:
        begins: where each line begins.
        owners: whose each line is.
        stamps: see `Line.stamp`.
    """

    begins: list[int]
    owners: list[bytes]
    stamps: Sequence[bytes]
    sources: dict[bytes, _Source]


def _take_apart(buffer: bytes, layout: Layout) -> _Block:
    """Put the lines of each process together."""
    lines = COLLECTED[layout.collector or ""].lines(buffer, stamped=layout.stamped)
    begins = list(map(add, accumulate(map(len, buffer.split(b"\n")), initial=0), range(len(lines.texts))))
    before = b""
    owners = [before := before if source is None else source for source in lines.sources]
    numbers: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, owner in enumerate(owners):
        numbers[owner].append(number)
    return _Block(begins, owners, lines.stamps, {owner: _Source.of(lines, own) for owner, own in numbers.items()})


def whole_entries(lines: bytes, layout: Layout, old: int) -> int:
    """How many bytes of the lines are entries that will not go on.

    That is where their source has begun another, or has been silent since the first `old` bytes were written.
    """
    block = _take_apart(lines.removesuffix(b"\n"), layout)
    stop = len(lines)
    for source in block.sources.values():
        if block.begins[source.numbers[-1]] >= old:
            start = entry_start(source.text, source.starts[len(source.numbers) - 1], 0, 0, dated=layout.dated)
            stop = min(stop, block.begins[source.first(start)])
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
        self._read_line = LINE_FORMATS.get(layout.format or "")
        self._buffer = b""
        self._base = Reader.begin(lo)  # where in the stream the buffer begins
        self._start = lo - self._base  # where in the buffer the first line begins whose entry was not yet read
        self._hi = hi
        self._over = False
        self._seen = sys.maxsize  # how far in the stream the blocks before this one could see
        self._unfinished: set[bytes] = set()  # whose last entry that was read went on there

    def records(self, _count: object = None) -> Iterator[Record]:
        """The entries with a literal, in the order of their first lines."""
        while self._goes_on():
            self._fill()
            stop = self._stop()
            yield from self._search(stop)
            self._seen = self._base + len(self._buffer)
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
        found = sorted(self._entries(hits, stop), key=lambda record: record.offset)
        line, counted = self.lines + 1, self._start
        for record in found:
            begin = record.offset - self._base
            line += count_lines(self._buffer, counted, begin)
            counted = begin
            record.line = line
            yield record

    def _entries(self, hits: list[int], stop: int) -> Iterator[Record]:
        """The entries around the hits, of those that begin between the last place read and `stop`."""
        block = _take_apart(self._buffer, self._layout)
        done: dict[bytes, int] = {}
        told = self._layout.told
        for number in sorted({bisect_right(block.begins, self._start + hit - 1) - 1 for hit in hits}):
            name = block.owners[number]
            source = block.sources[name]
            at = source.starts[bisect_left(source.numbers, number)]
            if at < done.get(name, 0):
                continue
            start, done[name], record = self._read(source.text, at)
            first = source.first(start)
            begin = block.begins[first]
            if begin < self._start and self._is_new(name, block.begins[number]):
                begin = self._start
            if self._start <= begin < stop:
                (self._unfinished.add if done[name] >= len(source.text) else self._unfinished.discard)(name)
            if record is not None and self._start <= begin < stop:
                record.told = told and not record.ids.upload and is_telling(record.text)
                record.offset = self._base + begin
                record.when = record.when or read_stamp(block.stamps[first], self._layout.calendar)
                record.source = name
                yield record

    def _is_new(self, name: bytes, place: int) -> bool:
        """Whether an entry that began in a block before has something to say for the first time at a place.

        That is so where it is so long that the block before ended in it; it counts where this block begins.
        """
        return self._base + place >= self._seen and name not in self._unfinished

    def _read(self, text: bytes, at: int) -> tuple[int, int, Record | None]:
        """Where the entry at a place begins and ends, and its record, unless it is known to say nothing."""
        line = text.rfind(b"\n", 0, at) + 1
        if self._layout.whole_lines:
            after = text.find(b"\n", line) + 1 or len(text)
            return line, after, self._line(text[line:after].rstrip())
        start, (end, after, plain, ids) = read_entry(text, line, 0, len(text), 0, dated=self._layout.dated)
        entry = text[start:end]
        if plain == JSON or self._read_line is not None:
            return start, after, self._line(entry)
        verdict = self._json.verdict(plain)
        if verdict is not None and not verdict.counts and not ids[UPLOAD]:
            return start, after, None
        return start, after, self._record(entry, plain, Ids.of(ids))

    def _line(self, text: bytes) -> Record | None:
        """The record of an entry that is a line, or of a format of its own."""
        if not text:
            return None
        if self._read_line is not None:
            return self._read_line(text, 0)
        if text[:1] != b"{":
            return self._record(text, *read_text(text))
        record = self._json.read(text, 0)
        return web_json.tell(record) if self._layout.requests else record

    def _record(self, text: bytes, plain: bytes, ids: Ids) -> Record:
        when = find_time(text[: text.find(b"\n") + 1 or None][:400], self._layout.calendar)
        return Record(0, when, plain, text, ids)
