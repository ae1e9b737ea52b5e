"""What many sessions share: said once, instead of in each of their stories."""

from collections import Counter
from collections.abc import Iterable

from upload_diag.codes import ErrorCode
from upload_diag.logs.markers import Event
from upload_diag.sessions.session import Cause, RootCause
from upload_diag.sessions.trace import Failure, Trace, What

__all__ = ["find_patterns"]

_FEWEST = 3  # sessions that make a pattern
_MINUTE = 60_000
# Ages are one age when nearly all of them lie this close to the one in the middle; else there is none to be said.
_CLOSE = 0.1
_NEARLY_ALL = 0.8

# Cause -> what its sessions share, and what to look at.
_SAID = {
    Cause.ALREADY_COMPLETED: (
        "had been completed before",
        "Let the client treat a lost answer to Complete as success once HEAD shows its object.",
    ),
    Cause.OWN_ABORT: ("had been aborted on request before", "Look at the failure that came before the abort."),
    Cause.KEY_OR_ENDPOINT: (
        "were refused at their very first part: key, bucket or endpoint differ",
        "Compare bucket, key, endpoint and region of Create with those of UploadPart.",
    ),
    Cause.CREDENTIALS: ("died after credentials or a URL ran out", "See how the client renews its credentials."),
    Cause.RACE_AFTER_CREATE: ("were not yet known right after Create", "Repeat the request after a short wait."),
    Cause.STORE_FAULT: ("died after errors of the store itself", "Look into the store's own log of that time."),
}


def find_patterns(died: Iterable[tuple[Trace, RootCause]], happened: Iterable[What]) -> list[tuple[str, str, int, int]]:
    """Of dead sessions, each with its cause: sentence, what to look at, in how many it holds, how many died.

    The most frequent comes first. `happened` is what any of the sessions tells.
    """
    deaths = set(filter(_is_death, happened))
    causes: Counter[Cause] = Counter()
    ages: list[int] = []
    for trace, found in died:
        gone = [trace.first[what][0] for what in deaths & trace.first.keys()]
        if not gone:  # it was only left alone
            continue
        causes[found.cause] += 1
        if found.cause is Cause.LIFECYCLE and (age := _age(trace, min(gone))):
            ages.append(age)
    total = causes.total()
    patterns = []
    for cause, count in causes.items():
        if count < _FEWEST:
            continue
        if cause is Cause.LIFECYCLE:
            patterns.append((_lifecycle(sorted(ages), count, total), _LIFECYCLE_HINT, count, total))
        elif cause in _SAID:
            text, hint = _SAID[cause]
            patterns.append((f"{_share(count, total)} {text}.", hint, count, total))
    return sorted(patterns, key=lambda pattern: (-pattern[2], pattern[0]))


_LIFECYCLE_HINT = (
    "Look for a lifecycle rule on the bucket that aborts incomplete uploads, and for the store's own limit."
)


def _is_death(what: What) -> bool:
    """Whether it says that a session is gone."""
    code = what.code if isinstance(what, Failure) else None
    return code is ErrorCode.SESSION_EXPIRED or what is Event.LIFECYCLE_ABORT


def _age(trace: Trace, died: int) -> int:
    """Milliseconds from Create to the moment when a session was gone; 0 when the log does not tell."""
    begun = trace.first.get(Event.CREATE)
    return died - begun[0] if begun is not None and begun[0] and died else 0


def _share(count: int, died: int) -> str:
    return f"All {died} dead sessions" if count == died else f"{count} of {died} dead sessions"


def _lifecycle(ages: list[int], count: int, died: int) -> str:
    """How old the sessions were, if they were of one age. `ages` ascend; not every session was seen to begin."""
    if not ages:
        return f"{_share(count, died)} were removed by a lifecycle rule."
    from statistics import median

    middle = median(ages)
    near = [age for age in ages if abs(age - middle) <= _CLOSE * middle]
    if len(near) < _FEWEST or len(near) < _NEARLY_ALL * len(ages):
        hours = ages[0] // (60 * _MINUTE)
        return f"{_share(count, died)} were missed first {hours} h or more after they began, at no common age."
    spread = round(max(middle - near[0], near[-1] - middle) / _MINUTE)
    minutes = round(middle / _MINUTE)
    when = f"{minutes // 60} h {minutes % 60} min (± {spread} min)"
    rest = "" if len(near) == count else f", {count - len(near)} more at another age"
    return f"{_share(len(near), died)} were missed first {when} after they began{rest}."
