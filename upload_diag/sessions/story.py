"""Traces become `UploadSession`s: which upload ids belong to one upload, how it ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, overload

from upload_diag.codes import ErrorCode, Operation, Outcome
from upload_diag.logs.markers import Event
from upload_diag.redaction import redact
from upload_diag.sessions.causes import Telling, consequences, root_cause
from upload_diag.sessions.session import Cause, RootCause, Step, UploadSession, UploadTrace
from upload_diag.sessions.together import together
from upload_diag.sessions.trace import Failure, Place, Trace, What, what_order

__all__ = ["Stories", "rfc3339"]

_EPOCH = date(1970, 1, 1).toordinal()
_CANCELLED, _ABORT, _ERROR = (
    ErrorCode.CANCELLED,
    Operation.ABORT,
    Event.ERROR.value,
)  # an enum looks its members up in Python


class _Story(NamedTuple):
    """One upload: all that happened in it, its upload ids in their order, how it ended and why its session died.

    Attributes:
        pieces: the traces as they were counted; none where there is but this one.
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

    Args:
        traces: what happened, by name.
        counted: the same before anything was given to an upload that another log may tell better.
        shared: names that one request is known by, and that may stand for one upload.
        line: the line of a place in its file.

    Attributes:
        touched: what happened -> in how many sessions.
    """

    def __init__(
        self,
        traces: Mapping[bytes, Trace],
        counted: Mapping[bytes, Trace],
        shared: Iterable[tuple[bytes, ...]],
        line: Callable[[Place], int],
    ) -> None:
        self._line = line
        found = list(_uploads(traces, counted, shared))
        self.touched = Counter(chain.from_iterable(whole.first for whole, _, _ in found))
        self._telling = Telling(self.touched)
        self._stories = sorted((_story(*one, self._telling) for one in found), key=_order)

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

    @property
    def follows(self) -> Counter[Failure]:
        """How often each failure only followed from another one of its session."""
        follows: Counter[Failure] = Counter()
        for story in self._stories:
            for failure, count in consequences(story.trace, story.cause, self._telling):
                follows[failure] += count
        return follows


def _uploads(
    traces: Mapping[bytes, Trace], counted: Mapping[bytes, Trace], shared: Iterable[tuple[bytes, ...]]
) -> Iterator[tuple[Trace, tuple[bytes, ...], tuple[Trace, ...]]]:
    """Of each upload its whole trace, its upload ids in their order, and the pieces, see `_Story`."""
    for names in together(traces, shared):
        if len(names) == 1:
            whole = traces[names[0]]
            uploads = whole.uploads
            pieces: tuple[Trace, ...] = () if counted[names[0]] is whole else (counted[names[0]],)
        else:
            names.sort()
            pieces = _in_order(traces[name] for name in names)
            whole = Trace()
            for piece in pieces:
                whole.merge(piece)
            uploads = tuple(dict.fromkeys(upload for piece in pieces for upload in piece.uploads))
            if whole.video in uploads and len(uploads) > 1:  # an application's own name is no session at the store
                uploads = tuple(upload for upload in uploads if upload != whole.video)
                whole.uploads = tuple(sorted(uploads))
            pieces = _in_order(counted[name] for name in names)
        if whole.first:
            yield whole, uploads, pieces


def _story(whole: Trace, uploads: tuple[bytes, ...], pieces: tuple[Trace, ...], telling: Telling) -> _Story:
    cause = root_cause(whole, telling)
    return _Story(whole.begin, uploads, _outcome(whole, telling, cause), whole, cause, pieces)


def _order(story: _Story) -> tuple[Place, tuple[bytes, ...], bytes, bytes, bytes]:
    trace = story.trace
    return story.begin, story.uploads, trace.video, trace.bucket, trace.key


def _in_order(traces: Iterable[Trace]) -> tuple[Trace, ...]:
    return tuple(sorted(traces, key=lambda trace: (trace.begin, trace.uploads)))


def _session(story: _Story, line: Callable[[Place], int]) -> UploadSession:
    whole = story.trace
    counts = whole.counts
    errors: Counter[ErrorCode] = Counter()
    for what, count in counts.items():
        if isinstance(what, Failure):
            errors[what.code] += count
    resumed = counts.get(Event.RESUMED, 0)
    refreshes = max(counts.get(Event.REFRESHED, 0), resumed)
    if refreshes >= len(story.uploads) > 1 and _told_twice(story, Event.REFRESHED):
        refreshes = len(story.uploads) - 1
    restarts = max(counts.get(Event.RESTART, 0), counts.get(Event.RESTARTED, 0))
    times = [place[0] for place in chain(whole.first.values(), whole.last.values()) if place[0]]
    return UploadSession(
        video_id=_text(whole.video) or None,
        bucket=_text(whole.bucket) or None,
        key=_text(whole.key) or None,
        upload_ids=tuple(map(_text, story.uploads)),
        outcome=story.outcome,
        parts=whole.parts.bit_count() or counts.get(Event.PART, 0),
        refreshes=refreshes,
        restarts=max(restarts, len(story.uploads) - 1 - refreshes),
        retries=counts.get(Event.RETRY, 0) + resumed,
        errors=dict(sorted(errors.items(), key=lambda item: (-item[1], item[0]))),
        root_cause=story.cause,
        first=rfc3339(min(times)) if times else None,
        last=rfc3339(max(times)) if times else None,
        timeline=_timeline(whole, line),
        part_numbers=_runs(whole.parts),
        traces=tuple(_trace(piece, line) for piece in story.pieces),
    )


def _told_twice(story: _Story, event: Event) -> bool:
    """Whether two logs may tell of the same: of an upload id, or of the whole, what comes once."""
    trace = story.trace
    if any(piece.uploads and event in piece.again for piece in story.pieces):
        return True
    return event in trace.first and trace.first[event][1] != trace.last[event][1]


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
    counts, last = trace.counts, trace.last
    order = sorted((first, what_order(what), what) for what, first in trace.first.items())
    return tuple(_step(what, counts[what], first, last[what], line(first)) for first, _, what in order)


def _step(what: What, count: int, begin: Place, end: Place, line: int) -> Step:
    when, path, offset, _ = begin
    first = rfc3339(when) if when else None
    last = first if end[0] == when else rfc3339(end[0]) if end[0] else None
    where = (count, first, last, _redacted(path), line, offset, _redacted(end[1]), end[2])
    if isinstance(what, Failure):
        return Step(_ERROR, what.code, what.operation or None, *where, _fingerprint(what))
    return Step(what.value, None, None, *where)


_redacted = lru_cache(maxsize=4096)(redact)


@lru_cache(maxsize=4096)
def _fingerprint(failure: Failure) -> str:
    return failure.fingerprint


def _apart(one: tuple[int, str, int], other: tuple[int, str, int]) -> bool:
    """Whether nobody can tell which came first: two logs, and only one of them has times."""
    return one[1] != other[1] and bool(one[0]) != bool(other[0])


def _outcome(trace: Trace, telling: Telling, cause: RootCause | None) -> Outcome:
    """How it ended. What only follows from an earlier end (an Abort's 404) does not count as the last word."""
    if trace.first.keys().isdisjoint(telling.turns):
        return Outcome.FAILED  # most that fill a log are like this
    last = {what: place[:3] for what, place in trace.last.items()}  # a report that was written tells no last line
    failures: list[tuple[int, str, int]] = []
    cancelled: list[tuple[int, str, int]] = []
    for what, place in last.items():
        if not isinstance(what, Failure):
            if what is Event.CANCEL:
                cancelled.append(place)
        elif what.code is _CANCELLED:
            cancelled.append(place)
        elif what.operation != _ABORT:
            failures.append(place)
    last_failure = max(failures, default=None)
    complete = last.get(Event.COMPLETE)
    gave_up = last.get(Event.LIMIT) or last.get(Event.REFRESH_FAILED)
    if complete is not None and (last_failure is None or complete > last_failure or _apart(complete, last_failure)):
        return Outcome.RECOVERED if failures else Outcome.COMPLETED
    # Parts that were under way when the upload was cancelled miss its session.
    only_follow = cause is not None and cause.cause is Cause.OWN_ABORT and cause.earlier is None
    if cancelled and (last_failure is None or only_follow or max(cancelled) >= last_failure):
        return Outcome.CANCELLED
    if last_failure is None:
        if Event.ABORT in last:
            return Outcome.CANCELLED
        return Outcome.ABANDONED if Event.CREATE in last or Event.PART in last else Outcome.UNKNOWN
    went_on = max(
        (last[event] for event in (Event.PART, Event.REFRESHED, Event.RESUMED) if event in last), default=None
    )
    if went_on is not None and went_on > last_failure and (gave_up is None or gave_up < went_on):
        return Outcome.ABANDONED
    return Outcome.FAILED


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
