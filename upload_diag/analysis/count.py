"""Count what a piece of the input says: a file, an archive, or a range of a large file."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.judge import Judge
from upload_diag.analysis.tally import FileTally, Tally, Thread
from upload_diag.logs.documents import DocumentReader
from upload_diag.logs.layout import DOCUMENTS, Layout
from upload_diag.logs.opening import begin
from upload_diag.logs.reader import Reader
from upload_diag.logs.record import Record
from upload_diag.logs.source import STDIN, Stream, Unreadable, is_packed, open_streams

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["How", "Only", "Piece", "count_piece", "judge_for", "local_pool", "plan"]

Progress = Callable[[int], None]
RANGE = 64 << 20  # bytes of a file that are read as one piece


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to count by itself.

    Attributes:
        size: its bytes, as far as known before it is read.
        lo: where it begins, when it is a range of a plain file.
        hi: where the range ends; None for whole files and archives.
        layout: of the file that it is a range of.
    """

    path: str
    size: int
    lo: int = 0
    hi: int | None = None
    layout: Layout | None = None


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
    """How to count: with which rules, which search engine, which records. See `analyze`."""

    rules: "Ruleset | None" = None
    engine: str | None = None
    only: Only | None = None


def plan(paths: Iterable[str]) -> list[Piece]:
    """The pieces that the files are counted in, in order."""
    pieces: list[Piece] = []
    for path in paths:
        size = _size(path)
        layout = _splittable(path) if size > 2 * RANGE else None
        if layout is None:
            pieces.append(Piece(path, size))
            continue
        pieces += [
            Piece(path, min(RANGE, size - lo), lo, min(lo + RANGE, size), layout) for lo in range(0, size, RANGE)
        ]
    return pieces


def _size(path: str) -> int:
    try:
        return 0 if path == STDIN else Path(path).stat().st_size
    except (OSError, ValueError):
        return 0


def _splittable(path: str) -> Layout | None:
    """The layout of a file that can be read in ranges; None when it cannot."""
    with Path(path).open("rb") as file:
        if is_packed(file):
            return None
        layout, opened = begin(file)
    plain = (
        layout.format is not None
        and layout.format not in DOCUMENTS
        and not (layout.encoding or "").startswith("utf-16")
    )
    del opened
    return layout if plain else None


def local_pool(jobs: int) -> ProcessPoolExecutor:
    """Processes of this machine. Where that is safe they are forked, which spares them the start."""
    kind = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(min(jobs, os.cpu_count() or 1), multiprocessing.get_context(kind))


_judges: dict[tuple[int, str | None], Judge] = {}


def judge_for(how: How) -> Judge:
    """The judge for these rules and this engine; made once in every process."""
    key = (id(how.rules) if how.rules is not None else 0, how.engine)
    if key not in _judges:
        _judges.clear()
        _judges[key] = Judge(how.rules, how.engine)
    return _judges[key]


def count_piece(piece: Piece, how: How, progress: Progress | None = None) -> Tally:
    """What a piece says."""
    counter = _Counter(judge_for(how), how.only, progress)
    if piece.hi is None or piece.layout is None:
        for opened in open_streams(piece.path):
            counter.stream(opened)
        return counter.tally
    with Path(piece.path).open("rb", buffering=0) as stream:
        stream.seek(Reader.begin(piece.lo))
        reader = Reader(stream, piece.layout, counter.judge.scanner, counter.judge.known, lo=piece.lo, hi=piece.hi)
        counter.read(reader, piece.layout, counter.file(piece.path))
    return counter.tally


@dataclass(slots=True)
class _Counter:
    """Counts records."""

    judge: Judge
    only: Only | None
    progress: Progress | None
    tally: Tally = field(default_factory=Tally)

    def file(self, path: str) -> FileTally:
        """The counts of one input."""
        return self.tally.files.setdefault(path, FileTally(path))

    def stream(self, opened: Stream | Unreadable) -> None:
        """Count what a whole stream says."""
        file = self.file(opened.path)
        if isinstance(opened, Unreadable):
            file.bytes = file.unreadable_bytes = opened.bytes
            file.unreadable[opened.reason] += 1
            return
        layout, stream = begin(opened.file)
        if layout.format is None:
            file.encoding = layout.encoding
            _skip(stream, file)
        elif layout.format in DOCUMENTS:
            self.read(DocumentReader(stream, layout), layout, file)
        else:
            self.read(Reader(stream, layout, self.judge.scanner, self.judge.known), layout, file)

    def read(self, reader: Reader | DocumentReader, layout: Layout, file: FileTally) -> None:
        """Count what a reader finds."""
        file.format, file.encoding = layout.format, layout.encoding
        thread = Thread(0, 0) if layout.format == "text" else None
        judge, only, add = self.judge, self.only, self.tally.add
        seen = 0
        for record in reader.records():
            if self.progress is not None and reader.bytes != seen:
                self.progress(reader.bytes - seen)
                seen = reader.bytes
            verdict = judge(record)
            if (verdict.failure or verdict.event or record.ids.upload) and (only is None or only(record)):
                add(record, verdict, file, thread)
        file.bytes += reader.bytes
        file.pieces.append((reader.begun, reader.lines))
        for reason, count in reader.unreadable.items():
            file.unreadable[reason] += 1
            file.unreadable_bytes += count
        if thread is not None:
            thread.lo, thread.hi = reader.begun, reader.begun + reader.bytes
            self.tally.threads[file.path] = [thread]


def _skip(opened: Any, file: FileTally) -> None:
    """Account for something that is no text."""
    try:
        while chunk := opened.read(1 << 20):
            file.bytes += len(chunk)
    except OSError as error:
        file.unreadable[f"could not read on: {error.strerror or error}"] += 1
    file.unreadable_bytes = file.bytes
    file.unreadable["not text"] += 1
