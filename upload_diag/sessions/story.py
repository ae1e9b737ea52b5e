"""Traces become `UploadSession`s: which upload ids belong to one upload, how it ended."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple, overload

from upload_diag.codes import ErrorCode, Operation, Outcome
from upload_diag.logs.markers import Event
from upload_diag.redaction import redact
from upload_diag.sessions.causes import root_cause
from upload_diag.sessions.session import RootCause, Step, UploadSession, UploadTrace
from upload_diag.sessions.trace import Failure, Mark, Place, Trace, what_order

__all__ = ["Stories", "rfc3339"]

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = attrgetter("first"), attrgetter("last")
_CANCELLED, _ABORT, _ERROR = (
    ErrorCode.CANCELLED,
    Operation.ABORT,
    Event.ERROR.value,
)  # an enum looks its members up in Python


class _Story(NamedTuple):
    """One upload: all that happened in it, its upload ids in their order, how it ended and why its session died.

    Attributes:
        pieces: the traces that it was put together from; none where there was but one.
    """

    begin: Place
    uploads: tuple[bytes, ...]
    outcome: Outcome
    trace: Trace
    cause: RootCause | None
    pieces: tuple[Trace, ...]


class Stories(Sequence[UploadSession]):
    """The sessions that traces tell, in the order of their first event.

    There may be hundreds of thousands, so each is made when it is asked for.
    """

    def __init__(self, traces: Mapping[str, Trace], line: Callable[[Place], int] = itemgetter(3)) -> None:
        self._line = line
        self._stories = sorted(_stories(traces), key=lambda story: (story.begin, story.uploads, story.trace.video))

    @overload
    def __getitem__(self, index: int) -> UploadSession: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[UploadSession, ...]: ...
    def __getitem__(self, index: int | slice) -> UploadSession | tuple[UploadSession, ...]:
        if isinstance(index, slice):
            return tuple(_session(story, self._line) for story in self._stories[index])
        return _session(self._stories[index], self._line)

    def __len__(self) -> int:
        return len(self._stories)

    @property
    def outcomes(self) -> list[Outcome]:
        """How each session ended."""
        return [story.outcome for story in self._stories]

    @property
    def traces(self) -> Iterator[tuple[Trace, RootCause | None]]:
        """What happened in each session, and why it died if it did."""
        return ((story.trace, story.cause) for story in self._stories)


def _stories(traces: Mapping[str, Trace]) -> Iterator[_Story]:
    for names in _together(traces):
        if len(names) == 1:
            pieces: tuple[Trace, ...] = ()
            whole = traces[names[0]]
            uploads = whole.uploads
        else:
            pieces = tuple(sorted((traces[name] for name in names), key=lambda piece: (_begin(piece), piece.uploads)))
            uploads = tuple(dict.fromkeys(upload for piece in pieces for upload in piece.uploads))
            whole = Trace()
            for piece in pieces:
                whole.merge(piece)
        if whole.marks:
            yield _Story(_begin(whole), uploads, _outcome(whole.marks), whole, root_cause(whole), pieces)


def _together(traces: Mapping[str, Trace]) -> Iterable[list[str]]:
    """The names of traces that are of one upload: the same video, or the same key begun anew after a failure."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.get(name, name) != name:
            name = parent[name]
        return name

    by_video: defaultdict[bytes, list[str]] = defaultdict(list)
    by_key: defaultdict[tuple[bytes, bytes], list[str]] = defaultdict(list)
    for name, trace in traces.items():
        if trace.video:
            by_video[trace.video].append(name)
        if trace.key:
            by_key[trace.bucket, trace.key].append(name)
    for first, *others in by_video.values():
        for name in others:
            parent[root(name)] = root(first)
    for same_key in by_key.values():
        same_key.sort(key=lambda name: (_begin(traces[name]), name))
        for before, after in pairwise(same_key):
            if Event.COMPLETE not in traces[before].marks:
                parent[root(after)] = root(before)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(traces):
        groups[root(name) if name in parent else name].append(name)
    return groups.values()


def _begin(trace: Trace) -> Place:
    return min(map(_FIRST, trace.marks.values()), default=(0, "", 0, 0))


def _session(story: _Story, line: Callable[[Place], int]) -> UploadSession:
    whole = story.trace
    marks = whole.marks
    errors: Counter[ErrorCode] = Counter()
    for what, mark in marks.items():
        if isinstance(what, Failure):
            errors[what.code] += mark.count
    refreshes = _count(marks, Event.REFRESHED)
    times = [place[0] for mark in marks.values() for place in (mark.first, mark.last) if place[0]]
    return UploadSession(
        video_id=_text(whole.video) or None,
        bucket=_text(whole.bucket) or None,
        key=_text(whole.key) or None,
        upload_ids=tuple(map(_text, story.uploads)),
        outcome=story.outcome,
        parts=whole.parts.bit_count() or _count(marks, Event.PART),
        refreshes=refreshes,
        restarts=max(0, len(story.uploads) - 1 - refreshes),
        retries=_count(marks, Event.RETRY),
        errors=dict(sorted(errors.items(), key=lambda item: (-item[1], item[0]))),
        root_cause=story.cause,
        first=rfc3339(min(times)) if times else None,
        last=rfc3339(max(times)) if times else None,
        timeline=_timeline(whole, line),
        part_numbers=_runs(whole.parts),
        traces=tuple(_trace(piece, line) for piece in story.pieces),
    )


def _trace(trace: Trace, line: Callable[[Place], int]) -> UploadTrace:
    return UploadTrace(
        upload_ids=tuple(map(_text, trace.uploads)),
        video_id=_text(trace.video) or None,
        bucket=_text(trace.bucket) or None,
        key=_text(trace.key) or None,
        part_numbers=_runs(trace.parts),
        timeline=_timeline(trace, line),
    )


def _runs(parts: int) -> tuple[tuple[int, int], ...]:
    """The first and the last of each run of bits that are set."""
    runs = []
    begin = 0
    while parts:
        gap = (parts & -parts).bit_length() - 1
        parts >>= gap
        length = (~parts & (parts + 1)).bit_length() - 1
        parts >>= length
        runs.append((begin + gap, begin + gap + length - 1))
        begin += gap + length
    return tuple(runs)


def _timeline(trace: Trace, line: Callable[[Place], int]) -> tuple[Step, ...]:
    marks = sorted(trace.marks.items(), key=_step_order)
    return tuple(_step(what, mark, line(mark.first)) for what, mark in marks)


def _step_order(item: tuple[Event | Failure, Mark]) -> tuple[Place, tuple[str, ...]]:
    return item[1].first, what_order(item[0])


def _step(what: Event | Failure, mark: Mark, line: int) -> Step:
    when, path, offset, _ = mark.first
    first = rfc3339(when) if when else None
    last = first if mark.last[0] == when else rfc3339(mark.last[0]) if mark.last[0] else None
    where = (mark.count, first, last, _redacted(path), line, offset, _redacted(mark.last[1]), mark.last[2])
    if isinstance(what, Failure):
        return Step(_ERROR, what.code, what.operation or None, *where, _fingerprint(what))
    return Step(what.value, None, None, *where)


_redacted = lru_cache(maxsize=4096)(redact)


@lru_cache(maxsize=4096)
def _fingerprint(failure: Failure) -> str:
    return failure.fingerprint


def _outcome(marks: Mapping[Event | Failure, Mark]) -> Outcome:
    """How it ended. What only follows from an earlier end (an Abort's 404) does not count as the last word."""
    failures: list[Mark] = []
    cancelled: list[Mark] = []
    for what, mark in marks.items():
        if not isinstance(what, Failure):
            if what is Event.CANCEL:
                cancelled.append(mark)
        elif what.code is _CANCELLED:
            cancelled.append(mark)
        elif what.operation != _ABORT:
            failures.append(mark)
    last_failure = max(map(_LAST, failures), default=None)
    complete = marks.get(Event.COMPLETE)
    gave_up = marks.get(Event.LIMIT) or marks.get(Event.REFRESH_FAILED)
    if complete is not None and (last_failure is None or complete.last > last_failure):
        return Outcome.RECOVERED if failures else Outcome.COMPLETED
    if cancelled and (last_failure is None or max(map(_LAST, cancelled)) >= last_failure):
        return Outcome.CANCELLED
    if last_failure is None:
        if Event.ABORT in marks:
            return Outcome.CANCELLED
        return Outcome.ABANDONED if marks.keys() & {Event.CREATE, Event.PART} else Outcome.UNKNOWN
    went_on = max((marks[event].last for event in (Event.PART, Event.REFRESHED) if event in marks), default=None)
    if went_on is not None and went_on > last_failure and (gave_up is None or gave_up.last < went_on):
        return Outcome.ABANDONED
    return Outcome.FAILED


def _count(marks: Mapping[Event | Failure, Mark], event: Event) -> int:
    return marks[event].count if event in marks else 0


def _text(value: bytes) -> str:
    return redact(value.decode("utf-8", "replace"))


def rfc3339(milliseconds: int) -> str:
    """Milliseconds since 1970 as a time in UTC."""
    seconds, fraction = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{fraction:03d}Z" if fraction else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    minutes, second = divmod(rest, 60)
    return f"{date.fromordinal(_EPOCH + days).isoformat()}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
