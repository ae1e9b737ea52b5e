"""Read logs while they are written: each finding as it comes, and the report on everything at the end."""

import io
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.build import build
from upload_diag.analysis.count import How, Only, judge_for
from upload_diag.analysis.judge import Verdict
from upload_diag.analysis.report import Report
from upload_diag.analysis.tally import FileTally, Tally, Thread
from upload_diag.logs.collected import CollectedReader, whole_entries
from upload_diag.logs.entries import entry_start
from upload_diag.logs.follow import Tail
from upload_diag.logs.layout import DOCUMENTS, SAMPLE, Layout, detect
from upload_diag.logs.reader import CONTEXT, LINE_LIMIT, Reader
from upload_diag.logs.readers import AnyReader
from upload_diag.logs.record import Record
from upload_diag.redaction import redact
from upload_diag.sessions import Failure, rfc3339

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["Finding", "Follower"]

_PATIENCE = 4  # looks without a new line after which the last entry is taken for whole


@dataclass(frozen=True, slots=True)
class Finding:
    """One failure, as it was just written.

    Attributes:
        line: counted, like the offset, from where following began, through all files of that name.
        time: RFC 3339 in UTC, or None.
        text: the record, redacted.
    """

    path: str
    line: int
    offset: int
    time: str | None
    code: str
    service_code: str | None
    operation: str | None
    rule: str
    fingerprint: str
    upload_id: str | None
    video_id: str | None
    bucket: str | None
    key: str | None
    message: str
    action: str
    text: str

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "path": self.path,
            "line": self.line,
            "offset": self.offset,
            "time": self.time,
            "code": self.code,
            "serviceCode": self.service_code,
            "operation": self.operation,
            "rule": self.rule,
            "fingerprint": self.fingerprint,
            "uploadId": self.upload_id,
            "videoId": self.video_id,
            "bucket": self.bucket,
            "key": self.key,
            "message": self.message,
            "action": self.action,
            "text": self.text,
        }


@dataclass(slots=True)
class _Log:
    """One path that is followed.

    Attributes:
        at: where what is pending begins in all that was written.
        before: what stands before it: as much as a reader wants to see.
        pending: what was written, but may not be whole yet.
        looks: how often there was nothing new since.
        aged: how much was pending at each of the last looks, and is still.
        sample: the beginning of the file, from which its layout is told.
    """

    tail: Tail
    file: FileTally
    threads: dict[bytes, Thread] = field(default_factory=dict)
    at: int = 0
    before: bytes = b""
    pending: bytearray = field(default_factory=bytearray)
    looks: int = 0
    aged: list[int] = field(default_factory=lambda: [0] * _PATIENCE)
    sample: bytes = b""
    layout: Layout = field(default_factory=lambda: Layout(None, None))

    def look(self) -> None:
        """Another look begins."""
        self.looks += 1
        self.aged = [*self.aged[1:], len(self.pending)]

    def write(self, data: bytes) -> None:
        """Take in what was written."""
        self.looks = 0
        self.pending += data
        if len(self.sample) < SAMPLE:
            self.sample += data[: SAMPLE - len(self.sample)]
            self.layout = detect(self.sample[: self.sample.rfind(b"\n") + 1])  # half a line would look like none

    def whole(self) -> int:
        """How much of what is pending is whole entries."""
        stop = self.pending.rfind(b"\n") + 1
        if len(self.pending) - stop > LINE_LIMIT:
            return len(self.pending)
        if not stop or self.layout.whole_lines or self.looks >= _PATIENCE or len(self.pending) > 4 * LINE_LIMIT:
            return stop
        if self.layout.collector:
            return whole_entries(bytes(self.pending[:stop]), self.layout, self.aged[0])
        line = self.pending.rfind(b"\n", 0, stop - 1) + 1
        return entry_start(self.pending, line, 0, 0, dated=self.layout.dated)

    def take(self, stop: int) -> bytes:
        """Move on; what is read, with what stands before it."""
        data = self.before + bytes(self.pending[:stop])
        del self.pending[:stop]
        self.aged = [max(0, size - stop) for size in self.aged]
        self.before = data[-CONTEXT:]
        self.at += stop
        return data

    def end(self) -> None:
        """Another file follows, whose first line is no continuation of this one's last."""
        self.sample = b""
        if self.before:
            self.before = self.before[:-1] + b"\n"


class Follower:
    """Follows logs.

    Args:
        paths: of files; they need not be there yet.
        rules: as of `analyze`.
        only: as of `analyze`.
    """

    def __init__(self, paths: Iterable[str], *, rules: "Ruleset | None" = None, only: Only | None = None) -> None:
        self._judge = judge_for(How(rules))
        self._only = only
        self._tally = Tally()
        self._logs = []
        for path in sorted(set(paths)):
            file = self._tally.files[path] = FileTally(path)
            self._logs.append(_Log(Tail(path), file))

    def look(self) -> Iterator[Finding]:
        """Read what was written since the last look; the failures in it."""
        for log in self._logs:
            log.look()
            for data, last in log.tail.read():
                if data:
                    log.write(data)
                yield from self._read(log, len(log.pending) if last else log.whole())
                if last:
                    log.end()
            yield from self._read(log, log.whole())

    def end(self) -> Iterator[Finding]:
        """Stop following; the failures in what was still waiting for its end."""
        for log in self._logs:
            yield from self._read(log, len(log.pending))
            log.tail.close()

    def report(self) -> Report:
        """The report on everything that was read; call `end` first."""
        for log in self._logs:
            for thread in log.threads.values():
                thread.hi = log.at
            self._tally.threads[log.file.path] = list(log.threads.values())
        return build(self._tally, self._judge.ruleset.version)

    def _read(self, log: _Log, stop: int) -> Iterator[Finding]:
        if not stop:
            return
        file, begin = log.file, log.at
        file.bytes += stop
        file.format, file.encoding = log.layout.name, log.layout.encoding
        data = log.take(stop)
        lines = sum(count for _, count in file.pieces)
        file.pieces = [(0, lines + data.count(b"\n", len(data) - stop) + (data[-1:] != b"\n"))]
        if (problem := _unfit(log.layout)) is not None:
            file.unreadable[problem] = 1
            file.unreadable_bytes += stop
            return
        reader = self._reader(log, data, begin)
        counted = len(data) - stop
        for record in reader.records():
            place = len(data) - stop + record.offset - begin
            lines, counted = lines + data.count(b"\n", counted, place), place
            record.line = lines + 1
            verdict = self._judge(record)
            if (verdict.failure or verdict.event or record.ids.upload) and (self._only is None or self._only(record)):
                thread = log.threads.setdefault(record.source, Thread(0, 0))
                self._tally.add(record, verdict, file, thread if log.layout.format == "text" else None)
                if verdict.failure is not None:
                    yield _finding(file.path, record, verdict, verdict.failure)
        for reason, count in reader.unreadable.items():
            file.unreadable[reason] += 1
            file.unreadable_bytes += count

    def _reader(self, log: _Log, data: bytes, begin: int) -> AnyReader:
        """A reader of what was taken; a collector's entries may go on in what was not yet."""
        scanner, json_lines = self._judge.scanner, self._judge.json_lines
        layout = log.layout.taken(int(time.time() * 1000))
        if log.layout.collector is None:
            return Reader(io.BytesIO(data), layout, scanner, json_lines, lo=begin)
        stream = io.BytesIO(data + log.pending)
        return CollectedReader(stream, layout, scanner, json_lines, lo=begin, hi=log.at)


def _unfit(layout: Layout) -> str | None:
    """Why a log cannot be read while it is written; None when it can."""
    if layout.format is None:
        return "not text"
    if layout.format in DOCUMENTS:
        return f"a {layout.format} document, which can be read when it is whole"
    if (layout.encoding or "").startswith("utf-16"):
        return "UTF-16, which can be read when it is whole"
    return None


def _finding(path: str, record: Record, verdict: Verdict, failure: Failure) -> Finding:
    ids = record.ids
    return Finding(
        path=redact(path),
        line=record.line,
        offset=record.offset,
        time=rfc3339(record.when) if record.when else None,
        code=failure.code,
        service_code=failure.service_code or None,
        operation=failure.operation or None,
        rule=failure.rule,
        fingerprint=failure.fingerprint,
        upload_id=_told(ids.upload),
        video_id=_told(ids.video),
        bucket=_told(ids.bucket),
        key=_told(ids.key),
        message=verdict.message,
        action=verdict.action,
        text=redact(record.text[:2000].decode("utf-8", "replace")),
    )


def _told(name: bytes) -> str | None:
    return redact(name.decode("utf-8", "replace")) or None
