"""`Tally`: what was counted in some input, in a form that adds up.

Adding is associative and commutative, so inputs can be cut into pieces, counted anywhere, and put together in any
order. Whatever is limited keeps the earliest of its kind, and counts what it left out.
"""

from bisect import bisect, bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from operator import itemgetter

from upload_diag.analysis.judge import Verdict
from upload_diag.codes import ErrorCode
from upload_diag.logs.markers import Event
from upload_diag.logs.record import Record
from upload_diag.sessions import Failure, Place, Trace
from upload_diag.sessions.trace import DOTS

__all__ = ["EXAMPLES", "FileTally", "GroupTally", "Tally", "Thread"]

EXAMPLES = 5  # of a group
EXCERPT = 2000  # bytes of a record that an example keeps
GROUPS = 5_000  # kinds of failure that keep the service's name and the operation, which are the input's own words
SESSIONS = 200_000
REQUESTS = 100_000  # ids of requests that failed
ORPHANS = 10_000  # records without an id, of one file, that wait for the upload they belong to
MINUTE = 60_000
# So many minutes are so long a time that no histogram has bars narrower than a day; of so many days, than a week.
MINUTES = 50_000
_COARSER = (1440, 7 * 1440)


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


@dataclass(slots=True)
class GroupTally:
    """Findings that are the same failure."""

    verdict: Verdict
    count: int = 0
    first: int = 0
    last: int = 0
    examples: list[tuple[Place, bytes]] = field(default_factory=list)

    def add(self, place: Place, text: bytes, verdict: Verdict) -> None:
        """Count one; keep it when it is among the earliest. The very first speaks for all."""
        self.count += 1
        when = place[0]
        if when > self.last:  # noqa: PLR1730 - a call takes longer, and this comes for every finding
            self.last = when
        if when and (when < self.first or not self.first):
            self.first = when
        examples = self.examples
        if len(examples) == EXAMPLES and place >= examples[-1][0]:
            return
        if not examples or place < examples[0][0]:
            self.verdict = verdict
        examples.append((place, text[:EXCERPT]))
        examples.sort()
        del examples[EXAMPLES:]

    def merge(self, other: "GroupTally") -> None:
        """Add another count of the same failure."""
        if other.examples[:1] < self.examples[:1]:
            self.verdict = other.verdict
        self.count += other.count
        self.first = min(filter(None, (self.first, other.first)), default=0)
        self.last = max(self.last, other.last)
        self.examples = nsmallest(EXAMPLES, self.examples + other.examples)


@dataclass(slots=True)
class Thread:
    """Which upload a text log is about, where its lines do not say.

    A record without ids belongs to the upload that was named last; before any was named, to the first that is.

    Attributes:
        lo: where the piece of the log begins.
        hi: where it ends.
        waiting: records without ids before the first upload that the piece names.
        first: that upload.
        current: the upload named last.
    """

    lo: int
    hi: int
    waiting: list[tuple[Event | Failure, Place]] = field(default_factory=list)
    first: str | None = None
    current: str | None = None


class Tally:
    """Counts of some input; see the module."""

    def __init__(self) -> None:
        self.files: dict[str, FileTally] = {}
        self.groups: dict[Failure, GroupTally] = {}
        self.traces: dict[str, Trace] = {}
        self.minutes: defaultdict[int, Counter[ErrorCode]] = defaultdict(Counter)
        self._most_minutes = MINUTES
        self.dropped: Counter[str] = Counter()
        self.threads: dict[str, list[Thread]] = {}
        # A client's log may name a failure by its request alone; the store's log says which upload that request was of.
        self.requests: dict[bytes, str] = {}
        self.unnamed: dict[bytes, list[tuple[Failure, Place]]] = {}

    def add(self, record: Record, verdict: Verdict, file: FileTally, thread: Thread | None) -> None:
        """Count what a record says."""
        failure, event, when = verdict.failure, verdict.event, record.when
        place: Place = (when, file.path, record.offset, record.line)
        if failure is not None:
            code = failure.code
            file.by_code[code] += 1
            group = self.groups.get(failure)
            if group is None:
                verdict, failure = self._room_for(verdict, failure)
                group = self.groups.setdefault(failure, GroupTally(verdict))
            group.add(place, record.text, verdict)
            if when:
                self.minutes[when // MINUTE][code] += 1
                if len(self.minutes) > self._most_minutes:
                    self._coarsen()
        upload, video, bucket, key, request, part = ids = record.ids
        ref = upload.rstrip(DOTS) or video or (bucket + b"/" + key if key else b"")
        if not ref:
            self._orphan(verdict, place, request, thread)
            return
        name = ref.decode("utf-8", "replace")
        trace = self.traces.get(name) or self._begin(name, verdict, thread)
        if trace is None:
            return
        if video != trace.video or bucket != trace.bucket or key != trace.key or upload not in trace.uploads:
            trace.learn(ids)
        if failure is not None:
            trace.mark(failure, place, 0)
            if request:
                self._remember(request, name)
        if event is not None:
            trace.mark(event, place, part)
        if thread is not None:
            thread.first = thread.first or name
            thread.current = name

    def _room_for(self, verdict: Verdict, failure: Failure) -> tuple[Verdict, Failure]:
        """A new kind of failure; where there are too many already, without its names."""
        plain = Failure(failure.code, "", failure.rule, "")
        if len(self.groups) < GROUPS or failure == plain:
            return verdict, failure
        self.dropped["names of failures"] += 1
        return replace(verdict, failure=plain), plain

    def _coarsen(self) -> None:
        """Keep days for minutes, or weeks, which loses nothing that a histogram of so long a time shows."""
        for width in _COARSER:
            if len(self.minutes) > MINUTES:
                minutes, self.minutes = self.minutes, defaultdict(Counter)
                for minute, counts in minutes.items():
                    self.minutes[minute - minute % width].update(counts)
        self._most_minutes = max(MINUTES, 2 * len(self.minutes))

    def _begin(self, name: str, verdict: Verdict, thread: Thread | None) -> Trace | None:
        """A new story; None when there is nothing to tell, or no room for it."""
        if verdict.failure is None and verdict.event is None and thread is None:
            return None
        if len(self.traces) >= SESSIONS:
            self.dropped["sessions"] += 1
            return None
        trace = self.traces[name] = Trace()
        return trace

    def _remember(self, request: bytes, name: str) -> None:
        if request in self.requests or len(self.requests) < REQUESTS:
            self.requests[request] = min(name, self.requests.get(request, name))
        else:
            self.dropped["ids of requests"] += 1

    def _orphan(self, verdict: Verdict, place: Place, request: bytes, thread: Thread | None) -> None:
        if thread is None:
            if verdict.failure is not None and request:
                if request in self.unnamed or len(self.unnamed) < ORPHANS:
                    self.unnamed.setdefault(request, []).append((verdict.failure, place))
                else:
                    self.dropped["records without ids"] += 1
            return
        for what in _marks(verdict):
            if thread.current is not None:
                self.traces[thread.current].mark(what, place, 0)
            elif len(thread.waiting) < ORPHANS:
                thread.waiting.append((what, place))
            else:
                self.dropped["records without ids"] += 1

    def merge(self, other: "Tally") -> None:
        """Add another tally; it must not be used afterwards."""
        for path, file in other.files.items():
            mine = self.files.setdefault(
                path, FileTally(path, format=file.format, encoding=file.encoding, doubt=file.doubt)
            )
            mine.bytes += file.bytes
            mine.pieces = sorted(mine.pieces + file.pieces)
            mine.unreadable_bytes += file.unreadable_bytes
            mine.unreadable.update(file.unreadable)
            mine.by_code.update(file.by_code)
        for failure, group in other.groups.items():
            kind = failure if failure in self.groups else self._room_for(group.verdict, failure)[1]
            if kind in self.groups:
                self.groups[kind].merge(group)
            else:
                self.groups[kind] = group
        for name, trace in other.traces.items():
            if name in self.traces:
                self.traces[name].merge(trace)
            elif len(self.traces) < SESSIONS:
                self.traces[name] = trace
            else:
                self.dropped["sessions"] += 1
        for minute, counts in other.minutes.items():
            self.minutes[minute].update(counts)
        if len(self.minutes) > self._most_minutes:
            self._coarsen()
        self.dropped.update(other.dropped)
        for path, threads in other.threads.items():
            self.threads[path] = self._joined([*self.threads.get(path, ()), *threads])
        for request, name in other.requests.items():
            self._remember(request, name)
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
                for what, place in piece.waiting:
                    self.traces[before.current].mark(what, place, 0)
            else:
                before.waiting += piece.waiting
            before.first = before.first or piece.first
            before.current = piece.current or before.current
            before.hi = piece.hi
        return joined

    def line(self, place: Place) -> int:
        """The line of a place, counted from the beginning of its file."""
        pieces = self.files[place[1]].pieces
        begin = pieces[bisect(pieces, place[2], key=itemgetter(0)) - 1][0]
        # Not by its number: two machines may each have a file of this name, and then two pieces begin at 0.
        return place[3] + sum(lines for _, lines in pieces[: bisect_left(pieces, begin, key=itemgetter(0))])

    def settle(self) -> None:
        """Give what still waits to the upload that comes first after it, or that its request was of."""
        for path, threads in self.threads.items():
            for thread in threads:
                name = thread.first
                if name is None and any(isinstance(what, Event) for what, _ in thread.waiting):
                    name = f"{path}\0"
                    self.traces.setdefault(name, Trace())
                if name is not None:
                    for what, place in thread.waiting:
                        self.traces[name].mark(what, place, 0)
                thread.waiting = []
        for request in self.unnamed.keys() & self.requests.keys():
            trace = self.traces.get(self.requests[request])
            for failure, place in self.unnamed.pop(request):
                if trace is not None:
                    trace.mark(failure, place, 0)


def _marks(verdict: Verdict) -> tuple[Event | Failure, ...]:
    if verdict.failure is None:
        return (verdict.event,) if verdict.event is not None else ()
    return (verdict.failure, verdict.event) if verdict.event is not None else (verdict.failure,)
