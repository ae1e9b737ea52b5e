"""`Tally`: what was counted in some input, in a form that adds up.

Adding is associative and commutative, so inputs can be cut into pieces, counted anywhere, and put together in any
order. Whatever is limited keeps the earliest of its kind, and counts what it left out.
"""

import os
from bisect import bisect, bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import accumulate, islice
from operator import itemgetter
from sys import maxsize
from typing import TypeVar

from upload_diag.analysis.judge import Verdict
from upload_diag.codes import ErrorCode
from upload_diag.logs.fields import UPLOAD
from upload_diag.logs.markers import Event
from upload_diag.logs.record import Record, Row
from upload_diag.sessions import Failure, Place, Trace
from upload_diag.sessions.trace import DOTS, What

__all__ = ["EXAMPLES", "FileTally", "GroupTally", "Tally", "Thread"]

EXAMPLES = 5  # of a group
EXCERPT = 2000  # bytes of a record that an example keeps
GROUPS = 5_000  # kinds of failure that keep the service's name and the operation, which are the input's own words
SESSIONS = 200_000
REQUESTS = 100_000  # ids of requests that failed
MOST_NAMES = 3  # of a request; more than two tell nothing
ORPHANS = 10_000  # records without an id, of one file, that wait for the upload they belong to
MINUTE = 60_000
_NEVER: Place = (maxsize, "", 0, 0)
_COMPLETE, _EXPIRED = Event.COMPLETE, ErrorCode.SESSION_EXPIRED  # an enum looks its members up in Python
# So many minutes are so long a time that no histogram has bars narrower than a day; of so many days, than a week.
MINUTES = 50_000
_COARSER = (1440, 7 * 1440)

_T = TypeVar("_T")


@dataclass(slots=True)
class FileTally:
    """What is known of one input; see `report.Input`.

    Attributes:
        pieces: where each piece that was read begins, and how many lines it has. Places count lines from the beginning
            of their piece.
    """

    path: str
    bytes: int = 0
    pieces: list[tuple[int, int]] = field(default_factory=list)
    format: str | None = None
    encoding: str | None = None
    unreadable_bytes: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    by_code: Counter[ErrorCode] = field(default_factory=Counter)
    doubt: str = ""
    assumes_year: bool = False


@dataclass(slots=True)
class GroupTally:
    """Findings that are the same failure.

    Attributes:
        latest: where the last of the examples stands, when there are as many as are kept.
    """

    verdict: Verdict
    count: int = 0
    first: int = 0
    last: int = 0
    examples: list[tuple[Place, bytes]] = field(default_factory=list)
    latest: Place = _NEVER

    def keep(self, place: Place, text: bytes, verdict: Verdict) -> None:
        """Keep one that comes before the `latest` example. The very first speaks for all."""
        examples = self.examples
        if not examples or place < examples[0][0]:
            self.verdict = verdict
        examples.append((place, text[:EXCERPT]))
        examples.sort()
        del examples[EXAMPLES:]
        if len(examples) == EXAMPLES:
            self.latest = examples[-1][0]

    def merge(self, other: "GroupTally") -> None:
        """Add another count of the same failure."""
        if other.examples[:1] < self.examples[:1]:
            self.verdict = other.verdict
        self.count += other.count
        self.first = min(filter(None, (self.first, other.first)), default=0)
        self.last = max(self.last, other.last)
        self.examples = nsmallest(EXAMPLES, self.examples + other.examples)
        self.latest = min(self.latest, other.latest, self.examples[-1][0] if len(self.examples) == EXAMPLES else _NEVER)


@dataclass(slots=True)
class Thread:
    """Which upload a text log is about, where its lines do not say.

    A record without ids belongs to the upload that was named last; before any was named, to the first that is. When
    that upload has completed, all it can still say is that its session is gone; anything else is another upload's.

    Attributes:
        lo: where the piece of the log begins.
        hi: where it ends.
        waiting: records without ids before the first upload that the piece names, and the requests that they name.
        first: that upload.
        current: the upload named last.
        done: it has completed since.
    """

    lo: int
    hi: int
    waiting: list[tuple[Event | Failure, Place, bytes]] = field(default_factory=list)
    first: bytes | None = None
    current: bytes | None = None
    done: bool = False


def _lines_before(pieces: list[tuple[int, int]]) -> list[int]:
    """How many lines stand before each piece of a file.

    Two machines may each have a file of this name, and then two pieces begin at 0.
    """
    before = [0, *accumulate(lines for _, lines in pieces)]
    return [before[bisect_left(pieces, begin, key=itemgetter(0))] for begin, _ in pieces]


class Tally:
    """Counts of some input; see the module."""

    def __init__(self) -> None:
        self.files: dict[str, FileTally] = {}
        self.groups: dict[Failure, GroupTally] = {}
        self.traces: dict[bytes, Trace] = {}
        self.minutes: defaultdict[int, Counter[ErrorCode]] = defaultdict(Counter)
        self._most_minutes = MINUTES
        self.dropped: Counter[str] = Counter()
        self.threads: dict[str, list[Thread]] = {}
        # A client's log may name a failure by its request alone; the store's log says which upload that request was of.
        self.requests: dict[bytes, bytes] = {}
        self.shared: dict[bytes, tuple[bytes, ...]] = {}  # all names, of requests that are known by several
        # With each stands the upload that its log named last, if any, for where no other log tells better.
        self.unnamed: dict[bytes, list[tuple[Failure, Place, bytes]]] = {}

    def add(self, record: Record, verdict: Verdict, file: FileTally, thread: Thread | None) -> None:
        """Count what a record says."""
        row = (record.offset, record.when, record.line, verdict, 0, len(record.text), record.ids)
        self.add_all(record.text, [row], file, thread)

    def add_all(  # noqa: C901 - millions come through here, and calls would take longer than all else
        self, block: bytes, rows: Iterable[Row], file: FileTally, thread: Thread | None = None
    ) -> None:
        """Count what parts of a block say, whose verdicts are known."""
        path, groups, traces = file.path, self.groups, self.traces
        failed: defaultdict[int, Counter[Failure]] = defaultdict(Counter)  # by minute, 0 where no time is known
        minute, in_minute = 0, failed[0]
        named: dict[bytes, bytes] = {}
        again: list[tuple[bytes, bytes]] = []
        for offset, when, line, verdict, begin, end, ids in rows:
            place = (when, path, offset, line)
            failure, event = verdict.failure, verdict.event
            if failure is not None:
                group = groups.get(failure)
                if group is None:
                    group, failure = self._group(verdict, failure)
                if when > group.last:  # noqa: PLR1730
                    group.last = when
                if when and (when < group.first or not group.first):
                    group.first = when
                if place < group.latest:
                    group.keep(place, block[begin:end], verdict)
                if when // MINUTE != minute:
                    minute = when // MINUTE
                    in_minute = failed[minute]
                in_minute[failure] += 1
            elif event is None and not ids[UPLOAD]:
                continue
            upload, video, bucket, key, request, part = ids
            trace = traces.get(upload)  # most have been named before, by this id
            if trace is None:
                name = upload.rstrip(DOTS) or video or (bucket + b"/" + key if key else b"")
                if not name:
                    self._orphan(failure, event, place, request, thread)
                    continue
                trace = traces.get(name) or self._begin(name, failure, event, thread)
                if trace is None:
                    continue
            if (
                upload not in trace.uploads
                or (video and video != trace.video)
                or (bucket and bucket != trace.bucket)
                or (key and key != trace.key)
            ):
                trace.learn(ids)
            if failure is not None:
                if trace.first.setdefault(failure, place) is not place:
                    trace.add(failure, 1, place, place)
                if request and named.setdefault(request, trace.name) is not trace.name:
                    again.append((request, trace.name))
            if event is not None:
                trace.mark(event, place, int(part or 0))
            if thread is not None:
                thread.first = thread.first or trace.name
                thread.current = trace.name
                thread.done = event is _COMPLETE
        self._count(failed, file)
        self._remember(named)
        for request, name in again:
            self._share(request, name)

    def _count(self, failed: dict[int, Counter[Failure]], file: FileTally) -> None:
        for minute, failures in failed.items():
            for failure, count in failures.items():
                self.groups[failure].count += count
                file.by_code[failure.code] += count
                if minute:
                    self.minutes[minute][failure.code] += count
        if len(self.minutes) > self._most_minutes:
            self._coarsen()

    def _group(self, verdict: Verdict, failure: Failure) -> tuple[GroupTally, Failure]:
        """The group of a new kind of failure; where there are too many already, of the kind without its names."""
        kind = self._room_for(failure)
        if kind not in self.groups:
            self.groups[kind] = GroupTally(verdict)
        return self.groups[kind], kind

    def _room_for(self, failure: Failure) -> Failure:
        plain = Failure(failure.code, "", failure.rule, "")
        if len(self.groups) < GROUPS or failure == plain:
            return failure
        self.dropped["names of failures"] += 1
        return plain

    def _coarsen(self) -> None:
        """Keep days for minutes, or weeks, which loses nothing that a histogram of so long a time shows."""
        for width in _COARSER:
            if len(self.minutes) > MINUTES:
                minutes, self.minutes = self.minutes, defaultdict(Counter)
                for minute, counts in minutes.items():
                    self.minutes[minute - minute % width].update(counts)
        self._most_minutes = max(MINUTES, 2 * len(self.minutes))

    def _begin(self, name: bytes, failure: Failure | None, event: Event | None, thread: Thread | None) -> Trace | None:
        """A new story; None when there is nothing to tell, or no room for it."""
        if failure is None and event is None and thread is None:
            return None
        if len(self.traces) >= SESSIONS:
            self.dropped["sessions"] += 1
            return None
        trace = self.traces[name] = Trace(name)
        return trace

    def _remember(self, named: dict[bytes, bytes]) -> None:
        """Remember of requests that failed the names of their traces."""
        requests = self.requests
        for request in requests.keys() & named.keys():
            name = named.pop(request)
            if name != requests[request]:
                self._share(request, name)
        self._add(requests, named, REQUESTS, "ids of requests")

    def _share(self, request: bytes, *names: bytes) -> None:
        """Remember more names of a request that is remembered; the least ones, in whatever order they come."""
        if request in self.requests:
            known = sorted({*self.shared.get(request, (self.requests[request],)), *names})[:MOST_NAMES]
            self.requests[request], self.shared[request] = known[0], tuple(known)

    def _add(self, known: dict[bytes, _T], new: dict[bytes, _T], most: int, what: str) -> None:
        """Add as much as there is room for to what is known, and count what is left out."""
        room = most - len(known)
        if len(new) > room:
            self.dropped[what] += len(new) - room
            new = dict(islice(new.items(), room))
        known.update(new)

    def _orphan(
        self, failure: Failure | None, event: Event | None, place: Place, request: bytes, thread: Thread | None
    ) -> None:
        if thread is None:
            self._by_request(failure, place, request)
            return
        for what in (failure, event):
            if what is None:
                continue
            if thread.current is not None:
                self._give(thread, thread.current, what, place, request)
            elif len(thread.waiting) < ORPHANS:
                thread.waiting.append((what, place, request))
            else:
                self.dropped["records without ids"] += 1

    def _by_request(self, what: What | None, place: Place, request: bytes) -> None:
        """Keep a failure that names nothing but its request."""
        if request and isinstance(what, Failure) and not self._kept(what, place, request, b""):
            self.dropped["records without ids"] += 1

    def _kept(self, failure: Failure, place: Place, request: bytes, near: bytes) -> bool:
        """Keep a failure until it is known which upload its request was of; False where there is no room."""
        if request not in self.unnamed and len(self.unnamed) >= ORPHANS:
            return False
        self.unnamed.setdefault(request, []).append((failure, place, near))
        return True

    def _give(self, thread: Thread, name: bytes, what: What, place: Place, request: bytes) -> None:
        """Count for an upload what names none. If it names a request, another log may say that it is another's."""
        late = thread.done and not (isinstance(what, Failure) and what.code is _EXPIRED)
        thread.done = thread.done or what is _COMPLETE
        if request and isinstance(what, Failure) and self._kept(what, place, request, b"" if late else name):
            return
        if not late:
            self.traces[name].mark(what, place)

    def merge(self, other: "Tally") -> None:
        """Add another tally; it must not be used afterwards."""
        for path, file in other.files.items():
            mine = self.files.setdefault(
                path, FileTally(path, format=file.format, encoding=file.encoding, doubt=file.doubt)
            )
            mine.assumes_year |= file.assumes_year
            mine.bytes += file.bytes
            mine.pieces = sorted(mine.pieces + file.pieces)
            mine.unreadable_bytes += file.unreadable_bytes
            mine.unreadable |= file.unreadable  # however many ranges met it, it is one reason of one input
            mine.by_code.update(file.by_code)
        for failure, group in other.groups.items():
            kind = failure if failure in self.groups else self._room_for(failure)
            if kind in self.groups:
                self.groups[kind].merge(group)
            else:
                self.groups[kind] = group
        for name in self.traces.keys() & other.traces.keys():
            self.traces[name].merge(other.traces.pop(name))
        self._add(self.traces, other.traces, SESSIONS, "sessions")
        for minute, counts in other.minutes.items():
            self.minutes[minute].update(counts)
        if len(self.minutes) > self._most_minutes:
            self._coarsen()
        self.dropped.update(other.dropped)
        for path, threads in other.threads.items():
            self.threads[path] = self._joined([*self.threads.get(path, ()), *threads])
        self._remember(other.requests)
        for request, names in other.shared.items():
            self._share(request, *names)
        for request, failures in other.unnamed.items():
            self.unnamed.setdefault(request, []).extend(failures)

    def _joined(self, threads: list[Thread]) -> list[Thread]:
        """Neighbouring pieces of a log become one; what waited in the second belongs to the first one's upload."""
        threads = sorted(
            (one for one in threads if one.hi > one.lo), key=lambda one: one.lo
        )  # none begins in the others
        joined = threads[:1]
        for piece in threads[1:]:
            before = joined[-1]
            if before.hi != piece.lo:
                joined.append(piece)
                continue
            if before.current is not None:
                for what, place, request in piece.waiting:
                    self._give(before, before.current, what, place, request)
            else:
                before.waiting += piece.waiting
            before.first = before.first or piece.first
            if piece.current is not None:
                before.current, before.done = piece.current, piece.done
            before.hi = piece.hi
        return joined

    def lines(self) -> Callable[[Place], int]:
        """What tells the line of a place, counted from the beginning of its file; of all that was counted by now."""
        begins = {path: [begin for begin, _ in file.pieces] for path, file in self.files.items()}
        before = {path: _lines_before(file.pieces) for path, file in self.files.items()}

        def line(place: Place) -> int:
            _, path, offset, number = place
            if path not in before:  # a page that was read back does not hold every input, nor long names whole
                return number
            return number + before[path][bisect(begins[path], offset) - 1]

        return line

    def settled(self) -> dict[bytes, Trace]:
        """The traces by name, when what still waits is given to the upload that comes first after it.

        A failure that names its request alone is given to the upload that its request was of, or else to the one that
        its log named last, in a copy of the trace: another log may tell better whose it is.
        """
        for path, threads in self.threads.items():
            for thread in threads:
                if thread.first is not None:
                    before = Thread(thread.lo, thread.lo)
                    for what, place, request in thread.waiting:
                        self._give(before, thread.first, what, place, request)
                elif any(isinstance(what, Event) for what, _, _ in thread.waiting):
                    unnamed = self.traces.setdefault(os.fsencode(path) + b"\0", Trace())
                    for what, place, _ in thread.waiting:
                        unnamed.mark(what, place)
                else:
                    for what, place, request in thread.waiting:
                        self._by_request(what, place, request)
                thread.waiting = []
        given: dict[bytes, Trace] = {}
        for request, failures in self.unnamed.items():
            known = self.requests.get(request, b"")
            for failure, place, near in failures:
                name = known if known in self.traces else near
                if name in self.traces:
                    trace = given.get(name) or given.setdefault(name, self.traces[name].copy())
                    trace.mark(failure, place)
        return self.traces | given
