"""Why an upload session died, as far as the log shows it."""

from collections.abc import Iterable, Iterator
from functools import cache

from upload_diag.codes import ErrorCode, Operation
from upload_diag.logs.markers import Event
from upload_diag.sessions.session import Cause, RootCause
from upload_diag.sessions.trace import Failure, Place, Trace, What

__all__ = ["Telling", "consequences", "root_cause"]

# An enum looks its members up in Python.
_EXPIRED, _ABORT = ErrorCode.SESSION_EXPIRED, Operation.ABORT
_CREATED, _STORED, _ABORTED, _COMPLETED = Event.CREATE, Event.PART, Event.ABORT, Event.COMPLETE
_CREDENTIALS = {ErrorCode.CREDENTIALS_EXPIRED, ErrorCode.URL_EXPIRED, ErrorCode.CREDENTIALS_INVALID}
_RAN_OUT = {ErrorCode.CREDENTIALS_EXPIRED, ErrorCode.URL_EXPIRED}
_SWEPT = RootCause(Cause.LIFECYCLE, ("The access log shows the lifecycle rule removing this upload.",))
# A proxy says of a client that did not wait for the answer that it went away.
_NO_ANSWER = {ErrorCode.TIMEOUT, ErrorCode.NETWORK, ErrorCode.SERVER_ERROR, ErrorCode.CANCELLED}
_GAVE_UP = {Event.LIMIT, Event.ABORT}  # which goes with a failure and says no more
_FRESH = {Event.REFRESHED, Event.RESUMED}
HOUR = 3_600_000
# Lifetimes that stores and lifecycle rules are set to: they count in days. The sweep comes late, never early.
_DAY = 24 * HOUR
_SWEEP = 6 * HOUR
_RACE = 2_000  # within this of Create, a store may not yet know the upload everywhere
_SAME_REQUEST = 5_000
_AT_ONCE = 60_000  # a first part that is refused this soon was never going to be accepted

_VAGUE = {"", "AccessDenied"}  # S3's own log says no more of a URL that ran out

# What a line says that knows a status only -> what the reason may be that another line gives.
_REASONS = {
    ErrorCode.OBJECT_NOT_FOUND: {ErrorCode.SESSION_EXPIRED},
    ErrorCode.ACCESS_DENIED: {
        ErrorCode.URL_EXPIRED,
        ErrorCode.CREDENTIALS_EXPIRED,
        ErrorCode.CREDENTIALS_INVALID,
        ErrorCode.CLOCK_SKEW,
    },
    ErrorCode.INVALID_REQUEST: {
        ErrorCode.CREDENTIALS_EXPIRED,
        ErrorCode.INTEGRITY,
        ErrorCode.PARTS_REJECTED,
        ErrorCode.TIMEOUT,
    },
}


class Telling:
    """What happened in some log, by what it may tell of a session. A session is asked for the few that matter.

    Attributes:
        turns: what may say that a session did not end with the last of its failures.
        expired: failures that say that a session is gone.
        dead: of these, the ones that killed it.
        alive: all other failures, but for those that say that somebody wanted it so.
        doubtful: failures that may only follow from another one.
        credentials: failures of credentials and signatures.
        no_answer: calls that ended without a clear answer; see `_is_complete`.
        store_faults: failures of the store itself.
    """

    def __init__(self, whats: Iterable[What]) -> None:
        whats = set(whats)
        failures = {what for what in whats if isinstance(what, Failure)}
        aborts = {what for what in failures if what.operation == _ABORT}
        self.turns = whats - failures | aborts | {what for what in failures if what.code is ErrorCode.CANCELLED}
        self.expired = {what for what in failures if what.code is _EXPIRED}
        self.dead = self.expired - aborts
        self.alive = {what for what in failures - self.dead if what.code is not ErrorCode.CANCELLED}
        self.doubtful = aborts | {what for what in failures if what.code in _REASONS and what.service_code in _VAGUE}
        self.credentials = {what for what in failures if what.code in _CREDENTIALS}
        self.no_answer = {what for what in failures if what.code in _NO_ANSWER}
        self.store_faults = {what for what in failures if what.code is ErrorCode.SERVER_ERROR}


def root_cause(trace: Trace, telling: Telling) -> RootCause | None:
    """Why the session died, or could not go on; None when the log tells of neither."""
    died = [(trace.first[what], what) for what in telling.dead & trace.first.keys()]
    if not died:
        return _stopped(trace, telling)
    place, what = min(died)
    for judge in (_completed, _lifecycle, _aborted, _raced, _never_known, _credentials, _store):
        found = judge(trace, what, place, telling)
        if found is not None:
            return found
    return _unknown(created=_CREATED in trace.first, aborted=_ABORTED in trace.first)


def _stopped(trace: Trace, telling: Telling) -> RootCause | None:
    """Why a session ended that nobody missed."""
    if Event.LIFECYCLE_ABORT in trace.first and _COMPLETED not in trace.first:
        return _SWEPT
    ran_out = {what for what in telling.credentials & trace.first.keys() if what.code in _RAN_OUT}
    if ran_out:
        last = trace.last
        latest = max(ran_out, key=lambda what: last[what])
        again = {what for what in telling.doubtful & last.keys() if latest.code in _REASONS.get(what.code, ())}
        if all(last[what] <= last[latest] for what in last.keys() - again - _GAVE_UP):
            return RootCause(
                Cause.CREDENTIALS,
                (f"{latest.code} was the last that was heard of the upload.",),
                "List the session's parts with fresh credentials: it may be alive, and can go on then.",
            )
    return None


def consequences(trace: Trace, cause: RootCause | None, telling: Telling) -> Iterator[tuple[Failure, int]]:
    """The failures of a session that only follow from another one, and how often each came.

    That is the session that is missed after its client aborted it, an abort that fails, and a status that tells again
    what another line gives the reason of.
    """
    led_to = cause is not None and cause.earlier is not None
    follow = telling.expired & trace.first.keys() if led_to else set()
    doubtful = telling.doubtful & trace.first.keys()
    if doubtful:
        failures = [what for what in trace.first if isinstance(what, Failure)]
        codes = {what.code for what in failures}
        follow |= {
            what
            for what in doubtful
            if (what.operation == _ABORT and len(failures) > 1)
            or (what.service_code in _VAGUE and not codes.isdisjoint(_REASONS.get(what.code, ())))
        }
    for what in follow:
        yield what, trace.again[what][0] if what in trace.again else 1


@cache
def _unknown(*, created: bool, aborted: bool) -> RootCause:
    unseen = []
    if not created:
        unseen.append("The log does not show when the session was created.")
    if not aborted:
        unseen.append("The log does not show any abort of it.")
    return RootCause(
        Cause.UNKNOWN,
        (),
        "Look for DELETE of this upload id, and for lifecycle rules, in the bucket's access log or CloudTrail.",
        tuple(unseen),
    )


def _before(trace: Trace, place: Place, failures: set[Failure]) -> list[tuple[Place, Failure]]:
    """Those of the failures that came first before something else did."""
    firsts = [(trace.first[what], what) for what in failures & trace.first.keys()]
    return [first for first in firsts if _earlier(first[0], place)]


def _earlier(one: Place, other: Place) -> bool:
    """Whether the one came first, as far as two times, or two places in one file, can tell."""
    if one[0] and other[0]:
        return one < other
    return one[1] == other[1] and one[2] < other[2]


def _completed(trace: Trace, what: Failure, died: Place, telling: Telling) -> RootCause | None:
    complete = trace.first.get(_COMPLETED)
    if complete is not None and _earlier(complete, died):
        return RootCause(
            Cause.ALREADY_COMPLETED,
            ("A Complete of this upload succeeded before the session was missed.",),
            "HEAD the key: its ETag ends in the number of parts, and its size is the file's.",
        )
    if _is_complete(trace, what, died) and _unanswered(trace, died, telling):
        return RootCause(
            Cause.ALREADY_COMPLETED,
            ("An earlier Complete of this upload ended without a clear answer.",),
            "HEAD the key: its ETag ends in the number of parts, and its size is the file's.",
            ("The log does not show whether that Complete went through.",),
        )
    return None


def _is_complete(trace: Trace, what: Failure, place: Place) -> bool:
    """Whether it was Complete that failed: the failure says so, or the client did that it had come to it."""
    asked = trace.first.get(Event.COMPLETING)
    if what.operation or asked is None:
        return what.operation == Operation.COMPLETE
    return asked <= place and (_STORED not in trace.first or trace.last[_STORED] < asked)


def _unanswered(trace: Trace, died: Place, telling: Telling) -> bool:
    """Whether a Complete had ended without a clear answer by then."""
    last = trace.last
    return any(
        _earlier(last[what], died) and _is_complete(trace, what, last[what])
        for what in telling.no_answer & trace.first.keys()
    )


def _lifecycle(trace: Trace, what: Failure, died: Place, _telling: Telling) -> RootCause | None:
    swept = trace.first.get(Event.LIFECYCLE_ABORT)
    if swept is not None and _earlier(swept, trace.last[what]):
        return _SWEPT
    begun = trace.first.get(_CREATED)
    if begun is None or not begun[0] or not died[0]:
        return None
    age = died[0] - begun[0]
    days = age // _DAY
    if days >= 1 and _ABORTED not in trace.first:
        return RootCause(
            Cause.LIFECYCLE,
            (f"The session was {age / HOUR:.1f} h old when it was missed first, and nobody aborted it.",),
            f"Look for a lifecycle rule that aborts incomplete uploads after {days} day{'s' * (days > 1)} or less, "
            "and for the store's own limit (MinIO: 24 h; R2: 7 days).",
        )
    return None


def _aborted(trace: Trace, _what: Failure, died: Place, telling: Telling) -> RootCause | None:
    abort = trace.first.get(_ABORTED)
    if abort is None or not _earlier(abort, died):
        return None
    before = [(first, other.code) for first, other in _before(trace, abort, telling.alive)]
    evidence = ["The session was aborted on request before it was missed."]
    if before:
        evidence.append(f"Before that abort came {min(before)[1]}: that is the failure to look at.")
    return RootCause(Cause.OWN_ABORT, tuple(evidence), earlier=min(before)[1] if before else None)


def _raced(trace: Trace, what: Failure, _died: Place, _telling: Telling) -> RootCause | None:
    begun = trace.first.get(_CREATED)
    if begun is None or not begun[0] or _STORED not in trace.first:
        return None
    if len(trace.uploads) > 1 or not trace.first.keys().isdisjoint(_FRESH):  # what was known afterwards is another one
        return None
    last = trace.last
    if not last[what][0] or last[_STORED] < last[what] or last[what][0] - begun[0] > _RACE:
        return None
    return RootCause(
        Cause.RACE_AFTER_CREATE,
        ("It was missed within two seconds of Create, and known again afterwards.",),
        "Repeat the same request after a short wait.",
    )


def _never_known(trace: Trace, what: Failure, died: Place, _telling: Telling) -> RootCause | None:
    begun = trace.first.get(_CREATED)
    if begun is None or _STORED in trace.first or not begun[0] or what.operation == Operation.COMPLETE:
        return None
    if not died[0] or died[0] - begun[0] > _AT_ONCE:
        return None
    if died < begun and len(trace.uploads) > 1:  # the one that was begun is another
        return None
    return RootCause(
        Cause.KEY_OR_ENDPOINT,
        ("The very first part was refused, right after Create.",),
        "Compare bucket, key, endpoint and region of Create with those of UploadPart.",
    )


def _credentials(trace: Trace, _what: Failure, died: Place, telling: Telling) -> RootCause | None:
    before = _before(trace, died, telling.credentials)
    if not before:
        return None
    return RootCause(
        Cause.CREDENTIALS,
        (f"{min(before)[1].code} came before the session was missed.",),
        "See whether the client aborts its upload when its credentials run out.",
    )


def _well_before(place: Place, died: Place) -> bool:
    """Whether it came so much earlier that it was another request: a browser logs the answer to one request twice."""
    return 0 < place[0] < died[0] - _SAME_REQUEST


def _store(trace: Trace, _what: Failure, died: Place, telling: Telling) -> RootCause | None:
    if not any(_well_before(first, died) for first, _ in _before(trace, died, telling.store_faults)):
        return None
    return RootCause(
        Cause.STORE_FAULT,
        ("The store answered with errors of its own before the session was missed.",),
        "Look into the store's own log of that time: restarts, disks, failover.",
    )
