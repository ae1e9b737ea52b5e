"""Count what a piece of the input says."""

import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.judge import Judge, Verdict
from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.tally import FileTally, Tally, Thread
from upload_diag.codes import ErrorCode
from upload_diag.logs.layout import Layout, forced
from upload_diag.logs.opening import Recoded, begin
from upload_diag.logs.packed import Stream, Unreadable
from upload_diag.logs.reader import Reader
from upload_diag.logs.readers import AnyReader, open_reader
from upload_diag.logs.record import Record
from upload_diag.logs.watched import Progress, read_failure

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["How", "Only", "count_piece", "judge_for", "lost", "rare_collections"]

_COLLECT_AFTER = 1_000_000  # new objects


@dataclass(frozen=True, slots=True)
class Only:
    """Which records count.

    Attributes:
        since: milliseconds since 1970; records before it, and records without a time, are left out. 0: all count.
        until: the same for records at or after it.
        session: only records that hold this id.
    """

    since: int = 0
    until: int = 0
    session: str = ""

    def __call__(self, record: Record) -> bool:
        """Whether the record counts."""
        if self.since and record.when < self.since:
            return False
        if self.until and not 0 < record.when < self.until:
            return False
        return not self.session or self.session.encode() in record.text


@dataclass(frozen=True, slots=True)
class How:
    """How to count: which rules, search engine, records, place, format, and when the logs were taken. See `analyze`."""

    rules: "Ruleset | None" = None
    engine: str | None = None
    only: Only | None = None
    origin: Origin = field(default_factory=Origin)
    format: str | None = None
    as_of: int = 0


_judges: dict[str | None, tuple["Ruleset | None", Judge]] = {}  # by engine, the one that was used last


def judge_for(how: How) -> Judge:
    """The judge for these rules and this engine; made once in every process."""
    rules, judge = _judges.get(how.engine, (None, None))
    if judge is None or rules != how.rules:  # a task that comes from another process brings a copy of its rules
        judge = Judge(how.rules, how.engine)
        _judges[how.engine] = (how.rules, judge)
    return judge


def count_piece(piece: Piece, how: How, progress: Progress | None = None) -> Tally:
    """What a piece says."""
    with rare_collections():
        return _count_piece(piece, how, progress)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Counting makes millions of small values and hardly a cycle, so looking for cycles is a fifth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, before[1], _COLLECT_AFTER)  # and never among those that stay
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # what stays is old from now on, and need not be looked through to become so
            gc.freeze()
            gc.unfreeze()
        gc.set_threshold(*before)


def _count_piece(piece: Piece, how: How, progress: Progress | None) -> Tally:
    counter = _Counter(judge_for(how), how.only if how.only != Only() else None, how.format, how.as_of)
    if piece.hi is None or piece.layout is None:
        for opened in how.origin.streams(piece, progress):
            counter.stream(opened)
        return counter.tally
    try:
        layout = piece.layout.taken(how.as_of)
        with how.origin.open(piece, progress) as stream:
            reader = Reader(stream, layout, counter.judge.scanner, counter.judge.json_lines, lo=piece.lo, hi=piece.hi)
            counter.read(reader, layout, counter.file(piece.path), piece.hi)
    except OSError as error:
        return lost(piece, error.strerror or str(error))
    return counter.tally


def lost(piece: Piece, reason: str) -> Tally:
    """What is left of a piece that could not be counted: that it was there, and why."""
    tally = Tally()
    file = tally.files[piece.path] = FileTally(piece.path, piece.size, [(piece.lo, 0)])
    if piece.layout is not None:
        file.format, file.encoding = piece.layout.format, piece.layout.encoding
    file.unreadable_bytes = piece.size
    file.unreadable[reason] = 1
    return tally


@dataclass(slots=True)
class _Counter:
    """Counts records."""

    judge: Judge
    only: Only | None
    format: str | None = None
    as_of: int = 0
    tally: Tally = field(default_factory=Tally)

    def file(self, path: str) -> FileTally:
        """The counts of one input."""
        return self.tally.files.setdefault(path, FileTally(path))

    def stream(self, opened: Stream | Unreadable) -> None:
        """Count what a whole stream says."""
        file = self.file(opened.path)
        if isinstance(opened, Unreadable):
            file.bytes += opened.bytes
            file.unreadable_bytes += opened.bytes
            file.unreadable[opened.reason] += 1
            return
        layout, stream = begin(opened.file)
        layout = forced(layout, self.format).taken(self.as_of)
        if layout.format is None:
            file.encoding = layout.encoding
            _skip(stream, file, layout.doubt)
        else:
            self.read(open_reader(stream, layout, self.judge.scanner, self.judge.json_lines), layout, file, opened.size)
        if isinstance(stream, Recoded):  # what was counted is UTF-8
            file.unreadable_bytes = file.unreadable_bytes * stream.own_bytes // max(file.bytes, 1)
            file.bytes = stream.own_bytes

    def read(self, reader: AnyReader, layout: Layout, file: FileTally, end: int | None) -> None:
        """Count what a reader finds, and what it did not come to before the end that was promised."""
        file.format, file.encoding, file.doubt = layout.name, layout.encoding, layout.doubt
        file.assumes_year = layout.calendar is not None and layout.calendar.assumes
        threads = {b"": Thread(0, 0)} if layout.format == "text" else None
        judge, known, only, add = self.judge, self.judge.known, self.only, self.tally.add
        thread = None if threads is None else threads[b""]
        add_all = partial(self.tally.add_all, file=file, thread=thread) if only is None else None
        told: list[_Told] = []
        for record in reader.records(add_all):
            verdict = known.get(record.key) or judge(record)
            if record.told:
                if verdict.failure and (only is None or only(record)):
                    told.append((verdict.failure.code, record, verdict))
            elif (verdict.failure or verdict.event or record.ids.upload) and (only is None or only(record)):
                thread = None if threads is None else threads.setdefault(record.source, Thread(0, 0))
                add(record, verdict, file, thread)
        for _, record, verdict in _only_told(told, {*file.by_code}, fenced=layout.fenced):
            add(record, verdict, file, thread)
        file.bytes += reader.bytes
        file.pieces.append((reader.begun, reader.lines))
        for reason, count in reader.unreadable.items():
            file.unreadable[reason] += 1
            file.unreadable_bytes += count
        missing = (end or 0) - reader.begun - reader.bytes
        if missing > 0 and not layout.wide:  # what is wide is counted as UTF-8
            file.bytes += missing
            file.unreadable_bytes += missing
            if not reader.unreadable:
                file.unreadable["ends before its size"] += 1
        if threads is not None:
            for thread in threads.values():
                thread.lo, thread.hi = reader.begun, reader.begun + reader.bytes
            self.tally.threads[file.path] = list(threads.values())


_Told = tuple[ErrorCode, Record, Verdict]


def _only_told(told: list[_Told], said: set[ErrorCode], *, fenced: bool) -> list[_Told]:
    """What people tell of, and no program says: that it failed is nothing new beside a reason.

    Who says the same of one thing and of another is a program.
    """
    if said and fenced:
        return []
    texts: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for _, record, _ in told:
        texts[record.key].add(record.text)
    programs = [one for one in told if len(texts[one[1].key]) > 1]
    said |= {code for code, _, _ in programs}
    new = {code: one for one in reversed(told) if (code := one[0]) not in said}  # the first of each code
    reasons = [one for one in new.values() if one[0] is not ErrorCode.UNKNOWN]
    return programs + (reasons or ([] if said else list(new.values())))


def _skip(opened: Any, file: FileTally, what: str) -> None:
    """Account for something that is no log."""
    try:
        while chunk := opened.read(1 << 20):
            file.bytes += len(chunk)
    except OSError as error:
        file.unreadable[read_failure(error)] += 1
    file.unreadable_bytes = file.bytes
    file.unreadable[what] += 1
