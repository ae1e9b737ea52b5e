"""Bytes to records: the entries of a log that hold a literal of the rules.

One buffer is filled, searched, and filled again. Only whole entries are searched; what may go on in the next block is
carried over, with a little of what came before it, so that every entry is told from its own surroundings.

A range of a file is read from the first entry that begins in it to the first that begins after it. So neighbouring
ranges share nothing and leave nothing out, wherever a file is cut.
"""

import re
from collections.abc import Iterator
from typing import Any

from upload_diag.logs import web_json
from upload_diag.logs.echoes import DETAILS, is_echo
from upload_diag.logs.entries import WRAPPED, begins_entry, below_words, entry_end, entry_start, is_telling, lines_above
from upload_diag.logs.fields import NO_IDS, UPLOAD, Ids
from upload_diag.logs.forms import Forms, Found
from upload_diag.logs.layout import LINE_FORMATS, Layout
from upload_diag.logs.prefilter import Scanner
from upload_diag.logs.record import Record, Row
from upload_diag.logs.skeleton import Count, JsonLines
from upload_diag.logs.texts import Texts
from upload_diag.logs.times import find_time, usual_time
from upload_diag.logs.watched import read_failure

__all__ = ["CONTEXT", "JSON", "LINE_LIMIT", "Reader", "count_lines", "read_entry", "read_lines", "read_text"]

LINE_LIMIT = 1 << 20  # a longer line is cut, and what is cut off is counted
CONTEXT = 16_384  # bytes before an entry that are kept, to tell where it begins and when it was
_BLOCK = 1 << 18  # fits the processor's cache, which is half of the speed
_PIECE = 1 << 16  # bytes in which lines are counted
_DENSE = 192  # a literal in fewer bytes than this, on average: look at every line
_CROWDED = 64  # blocks that are read line by line when most lines of one hold a literal
_TASTE = 1 << 14  # bytes that tell whether it goes on like this: to search a dense block takes long
_DAMAGED = "lines that are not text"
JSON = b" "  # for what is left of an entry that is a line of JSON, which has a reader of its own
_TIME_LINES = 16  # how far above an entry its time may stand


class Reader:
    """Reads one stream, or a range of it, as records.

    Attributes:
        begun: where the first entry begins that belongs to the range.
        bytes: how many bytes were read so far.
        lines: how many lines.
        unreadable: why bytes could not be read -> how many bytes.
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
        self._counted = 0, 0  # how far in the buffer lines were counted, and how many since the last place read
        self._count: Count | None = None
        self._crowded = 0  # so many more blocks are read line by line without a search
        self._hi = hi
        self._lo = lo
        self._buffer = bytearray(_BLOCK)
        self._base = self.begin(lo)  # where in the stream the buffer begins
        self._floor = 0  # where in the buffer its first whole line begins
        self._start = lo - self._base  # where in the buffer the first entry that was not yet read begins
        self._end = 0  # how far the buffer is filled
        self._over = False
        self._ended = False

    @staticmethod
    def begin(lo: int) -> int:
        """Where a stream must stand when a range that begins at `lo` is read."""
        return max(0, lo - CONTEXT)

    def records(self, count: Count | None = None) -> Iterator[Record]:
        """The entries with a literal, in their order.

        Of dense lines of JSON, those that need no judge are counted instead: `count` takes a block and its rows.
        """
        self._count = count
        if self._lo and not self._to_first_entry():
            return
        while not self._over:
            last = not self._fill()
            stop = self._complete(last)
            if stop > self._start:
                yield from self._search(stop)
                self._advance(stop)
            elif last:
                break
            elif self._end - self._start >= LINE_LIMIT:
                yield from self._oversized()

    def _fill(self) -> bool:
        """Read on; False at the end of the stream. The buffer grows when one entry fills it."""
        if self._end == len(self._buffer):
            self._buffer.extend(bytes(len(self._buffer)))
        with memoryview(self._buffer) as view:
            try:
                count: int = self._stream.readinto(view[self._end :])
            except (OSError, EOFError, ValueError) as error:
                self.unreadable[read_failure(error)] = 0
                self._ended = True
                return False
        self._end += count
        self._ended = count == 0
        return count > 0

    def _to_first_entry(self) -> bool:
        """Move to the first entry that begins in the range; False when there is none."""
        while self._end <= self._start:
            if not self._fill():
                return False
        while self._buffer.find(b"\n", max(self._start - 1, 0), self._end) < 0:  # inside a very long line
            self._buffer[0] = self._buffer[self._end - 1]
            self._base += self._end - 1
            self._start = self._end = 1
            if (self._hi is not None and self._base >= self._hi) or not self._fill():
                self.begun = self._base + self._end
                return False
        if self._base:
            self._floor = self._buffer.find(b"\n", 0, self._end) + 1
        first = self._entry_from(self._start)
        self._start = first
        self.begun = self._base + first
        self._over = self._hi is not None and self._base + first >= self._hi
        return first < self._end

    def _entry_from(self, place: int) -> int:
        """Where the first entry at or after a place begins; reads on as far as needed, at most a line's limit."""
        while True:
            line = place if self._buffer[place - 1 : place] == b"\n" else self._line_after(place)
            while 0 < line < self._end:
                if self._layout.whole_lines or self._begins(line):
                    return line
                line = self._line_after(line)
            if self._end - place > LINE_LIMIT or not self._fill():
                return self._end

    def _line_after(self, place: int) -> int:
        return self._buffer.find(b"\n", place, self._end) + 1

    def _begins(self, line: int) -> bool:
        return begins_entry(self._buffer, line, self._floor, dated=self._layout.dated)

    def _complete(self, last: bool) -> int:
        """How far the buffer holds whole entries."""
        if self._hi is not None and self._base + self._end > self._hi:
            stop = self._entry_from(max(self._hi - self._base, self._start))
            if stop < self._end or self._ended or self._buffer[stop - 1 : stop] == b"\n":
                self._over = True
                return stop
            return self._buffer.rfind(b"\n", self._start, stop) + 1  # a very long line begins there
        if last:
            return self._end
        stop = self._buffer.rfind(b"\n", self._start, self._end) + 1
        if self._layout.whole_lines or stop <= self._start:
            return stop
        line = self._buffer.rfind(b"\n", self._start, stop - 1) + 1 or self._start
        stop_entry = entry_start(self._buffer, line, self._start, self._floor, dated=self._layout.dated)
        return stop_entry if stop_entry > self._start or stop - self._start < LINE_LIMIT else stop

    def _search(self, stop: int) -> Iterator[Record]:
        """The records of the whole entries between the last place read and `stop`."""
        self._counted = self._start, 0
        if not self._layout.whole_lines:
            yield from self._entries(stop)
            return
        if self._crowded == 1:
            taste = min(stop, self._start + _TASTE)
            self._crowded = _CROWDED if self._is_dense(self._hits(taste), taste) else 0
        if self._crowded:
            self._crowded -= 1
            yield from self._every_line(stop)
            return
        hits = self._hits(stop)
        if not hits:
            return
        if self._is_dense(hits, stop):
            self._crowded = _CROWDED
            yield from self._every_line(stop)
            return
        found = 0
        for record in self._around(hits, stop):
            found += 1
            yield record
        if 2 * found > count_lines(self._buffer, self._start, stop):
            self._crowded = _CROWDED

    def _hits(self, stop: int) -> list[int]:
        with memoryview(self._buffer) as view:
            return self._scanner.hits(view[self._start : stop])

    def _is_dense(self, hits: list[int], stop: int) -> bool:
        return len(hits) > (stop - self._start) // _DENSE + 8

    def _every_line(self, stop: int) -> Iterator[Record]:
        offset = self._base + self._start
        line = self.lines + 1
        block = bytes(memoryview(self._buffer)[self._start : stop])
        if self._read_line is None and not self._layout.requests and DETAILS not in block:
            last = yield from self._json.read_all(block, offset, self.lines, self._count)
            self._counted = stop, last - self.lines - 1
            return
        for text in block.split(b"\n"):
            record = self._line(text, offset) if text else None
            if record is not None:
                record.line = line
                yield record
            offset += len(text) + 1
            line += 1

    def _around(self, hits: list[int], stop: int) -> Iterator[Record]:
        """The records of the lines around hits, where every line is an entry."""
        buffer, done = self._buffer, self._start
        for hit in hits:
            place = self._start + hit - 1
            if place < done:
                continue
            begin = buffer.rfind(b"\n", done, place) + 1 or done
            done = buffer.find(b"\n", place, stop) + 1 or stop
            record = self._line(bytes(buffer[begin:done]).rstrip(), self._base + begin)
            if record is not None:
                record.line = self._line_at(begin)
                yield record

    def _entries(self, stop: int) -> Iterator[Record]:
        """The records of the entries around hits; those that need no judge are counted instead, see `records`."""
        with memoryview(self._buffer)[:stop] as view:
            first = self._scanner.finder(view)(self._start)
        if first < 0:
            return
        buffer, done, floor = bytes(memoryview(self._buffer)[:stop]), self._start, self._floor
        behind = buffer.rfind(b"\n", done, first - 1) + 1 or done
        find, known = self._scanner.finder(memoryview(buffer)), self._json.verdict
        dated, told, count, rows = self._layout.dated, self._layout.told, self._count, list[Row]()
        while (hit := find(behind)) >= 0:
            line = buffer.rfind(b"\n", done, hit - 1) + 1 or done
            begin, (end, done, plain, ids) = read_entry(buffer, line, done, stop, floor, dated=dated)
            behind = done
            verdict = known(plain)
            if verdict is not None and not verdict.counts and not ids[UPLOAD]:
                continue
            telling = told and not ids[UPLOAD] and is_telling(buffer[begin:end])
            when = self._when(buffer, begin, end) if self._layout.timed else 0
            number = self._line_at(begin)
            if verdict is not None and count is not None and not telling:
                rows.append((self._base + begin, when, number, verdict, begin, end, ids))
                continue
            if count is not None:
                count(buffer, rows)  # before the record, for they come before it
                rows.clear()
            record = Record(self._base + begin, when, plain, buffer[begin:end], Ids.of(ids), told=telling)
            if plain == JSON:
                record = self._line(record.text, record.offset) or record
            record.line = number
            yield record
        if count is not None:
            count(buffer, rows)

    def _line_at(self, place: int) -> int:
        """The number of the line that begins at a place in the buffer; places are asked for in their order."""
        counted, lines = self._counted
        lines += count_lines(self._buffer, counted, place)
        self._counted = place, lines
        return self.lines + 1 + lines

    def _line(self, text: bytes, offset: int) -> Record | None:
        """The record of a line that is an entry by itself."""
        read = self._read_line
        if read is not None:
            return read(text, offset)
        record = self._json.read(text, offset)
        if self._layout.requests:
            record = web_json.tell(record)
        if DETAILS in text and is_echo(text, next(lines_above(self._buffer, offset - self._base, self._floor), b"")):
            record.key, record.payload = b"echo", {}
        return record

    def _when(self, buffer: bytes, begin: int, end: int) -> int:
        """The time in the entry's first line, or in the nearest line above that has one."""
        when = usual_time(buffer, begin)
        if when:
            return when
        first = buffer.find(b"\n", begin, end) if buffer[begin : begin + 1] != b"<" else -1  # of XML, in any line
        when = find_time(buffer[begin : min(end if first < 0 else first, begin + 400)], self._layout.calendar)
        if not when and (says := _SAYS_WHEN.search(buffer, begin, min(end, begin + 400))) is not None:
            when = find_time(says["time"])
        above = begin
        for _ in range(_TIME_LINES):
            if when or above <= self._floor:
                break
            end, above = above, buffer.rfind(b"\n", self._floor, above - 1) + 1 or self._floor
            when = find_time(buffer[above : min(end, above + 400)], self._layout.calendar)
        return when

    def _advance(self, stop: int) -> None:
        """Leave what was read behind, but for a little context."""
        self.bytes += stop - self._start
        if self._buffer.find(b"\0", self._start, stop) >= 0:
            whole = self._buffer[self._start : stop].split(b"\n")
            damaged = sum(len(line) + 1 for line in whole if b"\0" in line)
            self.unreadable[_DAMAGED] = self.unreadable.get(_DAMAGED, 0) + min(damaged, stop - self._start)
        counted, lines = self._counted
        self.lines += lines + count_lines(self._buffer, counted, stop)
        if self._over or stop == self._end:
            self.lines += self._buffer[stop - 1 : stop] != b"\n"
        keep = max(0, stop - CONTEXT)
        self._buffer[: self._end - keep] = self._buffer[keep : self._end]
        self._base += keep
        self._start, self._end = stop - keep, self._end - keep
        self._floor = self._buffer.find(b"\n", 0, self._start) + 1 if self._base else 0

    def _oversized(self) -> Iterator[Record]:
        """Read a line that is longer than the limit as if it ended there, and skip the rest of it."""
        stop = self._start + LINE_LIMIT
        yield from self._search(stop)
        kept = self._base + stop
        skipped = 0
        rest = self._buffer.find(b"\n", stop, self._end)
        begin = stop
        while rest < 0:
            skipped += self._end - begin
            self._end = begin = 0
            if not self._fill():
                break
            rest = self._buffer.find(b"\n", 0, self._end)
        if rest >= 0:
            skipped += rest - begin
        after = rest + 1 if rest >= 0 else self._end
        self.bytes += LINE_LIMIT + skipped + (rest >= 0)
        self.lines += 1
        self.unreadable["line longer than 1 MiB"] = self.unreadable.get("line longer than 1 MiB", 0) + skipped
        self._base = kept + skipped + (rest >= 0)
        self._buffer[: self._end - after] = self._buffer[after : self._end]
        self._start, self._end, self._floor = 0, self._end - after, 0
        self._over = self._over or (self._hi is not None and self._base >= self._hi)


def count_lines(data: bytes | bytearray, begin: int, end: int) -> int:
    """How many lines end between two places.

    In much text `replace` is twice as fast as `count`: it leaps from one to the next where `count` looks at each byte.
    But the pieces must be small enough for memory that is at hand.
    """
    if end - begin < _PIECE:
        return data.count(b"\n", begin, end)
    lines = 0
    for place in range(begin, end, _PIECE):
        piece = data[place : min(place + _PIECE, end)]
        lines += len(piece) - len(piece.replace(b"\n", b""))
    return lines


# A line of an entry that says when, of MinIO.
_SAYS_WHEN = re.compile(rb"\nTime: (?P<time>[^\n]{16,60})")

_LINES: dict[bytes, tuple[bytes, Ids]] = {}
_LINES_LIMIT = 16_384
_NEW_LINES = Texts(unique=True)


def read_lines(text: bytes) -> tuple[bytes, Ids]:
    """See `read_text`. Lines that repeat, such as stack frames, are remembered."""
    plain: list[bytes] = []
    ids = NO_IDS
    for line in WRAPPED.sub(b"", text).splitlines():
        known = _LINES.get(line)
        if known is None:
            known = _NEW_LINES.read(line)
            if len(_LINES) >= _LINES_LIMIT:
                _LINES.clear()
            _LINES[line] = known
        plain.append(known[0])
        if known[1] is not NO_IDS:
            ids = ids.or_else(known[1])
    return b"\n".join(plain), ids


_FORMS, _DATED_FORMS = Forms(dated=False), Forms(dated=True)


def read_text(text: bytes) -> tuple[bytes, Ids]:
    """An entry without what varies, and the ids in it."""
    found = _FORMS.read(text, 0, len(text))
    if found is None:
        plain, ids = read_lines(text)
        _FORMS.learn(text, 0, len(text), len(text), plain)
        return plain, ids
    return found[2], Ids.of(found[3])


def read_entry(buffer: bytes, line: int, first: int, stop: int, floor: int, *, dated: bool) -> tuple[int, Found]:
    """Where the entry begins that a line belongs to, and what `Forms.read` says of it; see `entries.entry_start`."""
    found = _DATED_FORMS.read(buffer, line, stop) if dated else None
    if found is not None:
        return line, found
    begin = entry_start(buffer, line, first, floor, dated=dated)
    found = _DATED_FORMS.read(buffer, begin, stop) if dated and begin < line else None
    found = found or _read_new(buffer, begin, stop, floor, dated=dated)
    return begin if dated else below_words(buffer, begin, line), found


def _read_new(buffer: bytes, begin: int, stop: int, floor: int, *, dated: bool) -> Found:
    """What `Forms.read` says of an entry, the long way."""
    after = entry_end(buffer, begin, stop, floor, dated=dated)
    text = buffer[begin:after].rstrip()
    end = begin + len(text)
    if text[:1] == b"{" and b"\n" not in text:
        return end, after, JSON, NO_IDS
    if not dated:
        return end, after, *read_text(text)
    plain, ids = read_lines(text)
    _DATED_FORMS.learn(buffer, begin, end, after, plain)
    return end, after, plain, ids
