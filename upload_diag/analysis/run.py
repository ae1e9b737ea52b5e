"""`analyze`: read inputs, judge their records, count, report."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import RawIOBase
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.build import build
from upload_diag.analysis.judge import Judge
from upload_diag.analysis.report import Report
from upload_diag.analysis.tally import FileTally, Tally, Thread
from upload_diag.errors import InputError
from upload_diag.logs.layout import SAMPLE, Layout, detect
from upload_diag.logs.reader import Reader
from upload_diag.logs.record import Record
from upload_diag.logs.source import Stream, Unreadable, expand, open_streams

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["Only", "analyze"]

Progress = Callable[[int], None]


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


def analyze(
    paths: Iterable[str],
    *,
    rules: "Ruleset | None" = None,
    only: Only | None = None,
    engine: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read logs and say which uploads failed, and why.

    Args:
        paths: files, folders, glob patterns; `-` is standard input.
        rules: the rules to use; the built-in ones when None.
        only: which records count; all when None.
        engine: the search engine, `hyperscan` or `re`; the fastest one that is installed when None.
        progress: called with the number of bytes read since the last call.

    Raises:
        InputError: a path does not exist, or nothing could be read at all.
    """
    judge = Judge(rules, engine)
    tally = Tally()
    for path in expand(paths):
        for stream in open_streams(path):
            _count(stream, judge, tally, only, progress)
    if not any(file.bytes > file.unreadable_bytes or file.format for file in tally.files.values()):
        reasons = [f"{file.path}: {reason}" for file in tally.files.values() for reason in file.unreadable]
        raise InputError("; ".join(reasons[:3]) or "there is nothing to read")
    return build(tally, judge.ruleset.version)


def _count(
    stream: Stream | Unreadable, judge: Judge, tally: Tally, only: Only | None, progress: Progress | None
) -> None:
    """Count what one stream says."""
    file = tally.files.setdefault(stream.path, FileTally(stream.path))
    if isinstance(stream, Unreadable):
        file.bytes = file.unreadable_bytes = stream.bytes
        file.unreadable[stream.reason] += 1
        return
    layout, opened = _begin(stream.file)
    file.format, file.encoding = layout.format, layout.encoding
    if layout.format is None:
        _skip(opened, file)
        return
    reader = Reader(opened, layout, judge.scanner, judge.known)
    thread = Thread(0, 0) if not layout.whole_lines else None
    seen = 0
    for record in reader.records():
        if progress is not None and reader.bytes != seen:
            progress(reader.bytes - seen)
            seen = reader.bytes
        verdict = judge(record)
        if (verdict.failure or verdict.event or record.ids.upload) and (only is None or only(record)):
            tally.add(record, verdict, file, thread)
    file.bytes, file.lines = reader.bytes, reader.lines
    for reason, count in reader.unreadable.items():
        file.unreadable[reason] += 1
        file.unreadable_bytes += count
    if thread is not None:
        thread.hi = reader.bytes
        tally.threads[file.path] = [thread]


def _skip(opened: Any, file: FileTally) -> None:
    """Account for something that is no text."""
    while chunk := opened.read(1 << 20):
        file.bytes += len(chunk)
    file.unreadable_bytes = file.bytes
    file.unreadable["not text"] += 1


def _begin(file: Any) -> tuple[Layout, Any]:
    """The layout of a stream, and the stream from its beginning as UTF-8."""
    sample = bytearray()
    with suppress(OSError):  # the reader will meet it again, and account for it
        while len(sample) < SAMPLE and (chunk := file.read1(SAMPLE - len(sample))):
            sample += chunk
    opened: Any = _Rejoined(bytes(sample), file)
    layout = detect(bytes(sample))
    if layout.encoding is not None and layout.encoding.startswith("utf-16"):
        text = _Recoded(opened, layout.encoding)
        head = text.read(SAMPLE)
        utf8 = detect(head)
        return Layout(utf8.format, layout.encoding, utf8.dated, utf8.timed, utf8.whole_lines), _Rejoined(head, text)
    return layout, opened


class _Rejoined(RawIOBase):
    """A stream whose beginning has been read already."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._head:
            return int(self._rest.readinto(buffer))
        count = min(len(buffer), len(self._head))
        buffer[:count] = self._head[:count]
        self._head = self._head[count:]
        return count


class _Recoded(RawIOBase):
    """A stream of UTF-16 as UTF-8."""

    def __init__(self, file: Any, encoding: str) -> None:
        import codecs

        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and not self._over:
            chunk = self._file.read(1 << 16)
            self._over = not chunk
            text = self._decoder.decode(chunk, final=self._over)
            self._left = text.lstrip("\ufeff").encode("utf-8", "replace")
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
