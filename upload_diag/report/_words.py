"""What several formats say in the same words: the verdict, when and how long, which uploads, what was not read."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest

from upload_diag.analysis import Bucket, Group, Input, Report
from upload_diag.codes import Action, ErrorCode, Outcome
from upload_diag.sessions import Cause, UploadSession
from upload_diag.terminal import one_line

__all__ = [
    "CAUSES",
    "Verdict",
    "bars",
    "counted",
    "excerpt",
    "facts",
    "lasted",
    "later",
    "listed",
    "moment",
    "name_of",
    "notable",
    "outcomes",
    "period",
    "place",
    "point",
    "size",
    "title",
    "unread",
    "verdict",
]

# Why a session died, as the end of "The session died because …".
CAUSES: dict[Cause, str] = {
    Cause.ALREADY_COMPLETED: "the upload was complete already: an earlier Complete went through",
    Cause.OWN_ABORT: "the client aborted it itself",
    Cause.LIFECYCLE: "a lifecycle rule, or the store's own time limit, removed it",
    Cause.KEY_OR_ENDPOINT: "the failing call names another key, bucket or endpoint than Create did",
    Cause.CREDENTIALS: "the credentials or the presigned URL ran out",
    Cause.RACE_AFTER_CREATE: "the store did not know it yet, right after Create",
    Cause.STORE_FAULT: "the store lost it, or has a fault of its own",
    Cause.UNKNOWN: "of something that the log does not show",
}

# Which uploads are shown first when there is not room for all.
_ATTENTION = (
    Outcome.FAILED,
    Outcome.ABANDONED,
    Outcome.UNKNOWN,
    Outcome.RECOVERED,
    Outcome.CANCELLED,
    Outcome.COMPLETED,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in three sentences; each is one line, and may hold text of strangers.

    Attributes:
        what: what failed.
        how_often: how often, in how many uploads, when.
        tell_user: what to tell the person who uploads; empty when there is nothing to say.
    """

    what: str
    how_often: str
    tell_user: str


def verdict(report: Report) -> Verdict:
    """The answer: what failed most, how often, what to tell the user."""
    from upload_diag.rules.explanations import EXPLANATIONS

    read = f"{counted(len(report.inputs), 'input')}, {counted(sum(one.lines for one in report.inputs), 'line')} read"
    if not report.groups:
        missed = sum(one.unreadable_bytes for one in report.inputs)
        but = f"; {size(missed)} could not be read" if missed else ""
        return Verdict("No upload failure found.", f"{_uploads(report)}{read}{but}.", "")
    lead = _lead(report)
    codes = f": {listed(report.by_code)}" if len(report.by_code) > 1 else ""  # of one, the first sentence tells
    often = (
        f"{counted(report.findings, 'failure')}{codes}",
        _failed(report),
        period(report.first, report.last),
    )
    return Verdict(
        f"{title(lead)}: {EXPLANATIONS[lead.code].meaning}",
        f"{'; '.join(filter(None, often))}.",
        _tell_user(report, lead),
    )


def _tell_user(report: Report, lead: Group) -> str:
    """What the failure means to the person who uploads, who need not hear of failures that were got over."""
    through = report.sessions and {Outcome.RECOVERED, Outcome.COMPLETED} >= set(report.outcomes)
    if through and all(group.sessions for group in report.groups):
        return "The upload went through in the end. There is nothing to do."
    return one_line(f"{lead.user_message} {lead.advice}")


def _lead(report: Report) -> Group:
    """The failure to talk about: of the most frequent code that somebody has to do something about.

    What only follows from another failure does not count, and what nobody understands comes last. Of equals, the one
    whose name is known, then the first.
    """
    weights: Counter[ErrorCode] = Counter()
    for group in report.groups:
        weights[group.code] += group.count - group.follows
    return max(
        report.groups,
        key=lambda group: (
            group.code is not ErrorCode.UNKNOWN,
            group.action is not Action.NONE,
            weights[group.code],
            bool(group.service_code),
            group.count - group.follows,
        ),
    )


def _failed(report: Report) -> str:
    total = len(report.sessions)
    more = " (there were more)" if "sessions" in report.dropped else ""
    return f"{report.by_outcome[Outcome.FAILED]:,} of {counted(total, 'upload')}{more} failed" if total else ""


def _uploads(report: Report) -> str:
    return f"{counted(len(report.sessions), 'upload')}: {outcomes(report)}; " if report.sessions else ""


def title(group: Group) -> str:
    """`SESSION_EXPIRED (NoSuchUpload)`."""
    return f"{group.code} ({one_line(group.service_code, limit=80)})" if group.service_code else str(group.code)


def outcomes(report: Report) -> str:
    """`31 failed, 3 recovered`."""
    return ", ".join(f"{count:,} {outcome}" for outcome, count in report.by_outcome.items() if count)


def listed(counts: dict[ErrorCode, int], most: int = 6) -> str:
    """`38 SESSION_EXPIRED, 3 NETWORK`, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ranked[most:])
    told = [f"{count:,} {code}" for code, count in ranked[:most]] + ([f"{rest:,} others"] if rest else [])
    return ", ".join(told)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 upload`, `2,000 uploads`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(count: int) -> str:
    """Bytes for people: `1.2 GB`."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def point(text: str | None) -> datetime | None:
    """A time of the report as a point in time; None when there is none."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def moment(text: str | None) -> str:
    """`2026-11-20 10:11:03` in UTC, or the text itself when it is not a time."""
    time = point(text)
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else one_line(text or "", limit=40)


def period(first: str | None, last: str | None) -> str:
    """`2026-11-20 10:11 to 14:02 UTC`; empty without times."""
    begin, end = point(first), point(last)
    if begin is None or end is None:
        return ""
    if begin == end:
        return f"{begin:%Y-%m-%d %H:%M:%S} UTC"
    form = "%H:%M:%S" if begin.date() == end.date() else "%Y-%m-%d %H:%M:%S"
    return f"{begin:%Y-%m-%d %H:%M:%S} to {end:{form}} UTC"


def lasted(first: str | None, last: str | None) -> str:
    """`24 h 3 min`; empty without times."""
    begin, end = point(first), point(last)
    if begin is None or end is None:
        return ""
    seconds = int((end - begin).total_seconds())
    for unit, length, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= length * (3 if unit == "d" else 1):  # "24 h 4 min" tells more than "1 d"
            rest = seconds % length // part
            return f"{seconds // length} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds} s"


def place(path: str, line: int) -> str:
    """`app.log:812`."""
    return f"{one_line(path, limit=200)}:{line}"


def excerpt(group: Group, text: str, limit: int) -> str:
    """What an example says, on one line: of one that is too long its beginning, and where it gives the reason."""
    whole = one_line(text)
    reason = whole.find(group.service_code) if group.service_code else -1
    if reason < 0 and ' File "' in whole:
        reason = whole.find(one_line(text.strip().rpartition("\n")[2]))
    begin = limit // 3
    if len(whole) <= limit or reason < limit // 2:
        return one_line(text, limit=limit)
    return f"{whole[: begin - 1]}… {one_line(whole[max(reason - begin // 2, begin) :], limit=limit - begin - 1)}"


def name_of(session: UploadSession) -> str:
    """What a person knows an upload by: its video id, else its key, else its upload id."""
    if session.video_id:
        return one_line(f"video {session.video_id}", limit=120)
    if session.key:
        return one_line("/".join(filter(None, (session.bucket, session.key))), limit=120)
    return one_line(f"upload {session.upload_ids[0]}", limit=120) if session.upload_ids else "upload without an id"


def facts(session: UploadSession) -> str:
    """`12 parts, 2 errors, 1 refresh`; what is zero is left out."""
    counts = (
        counted(session.parts, "part"),
        counted(sum(session.errors.values()), "error"),
        counted(session.refreshes, "refresh", "refreshes"),
        counted(session.restarts, "restart"),
        counted(session.retries, "retry", "retries"),
    )
    return ", ".join(told for told in counts if not told.startswith("0 ")) or "no part seen"


def notable(report: Report, most: int) -> list[UploadSession]:
    """The uploads to show: those that need attention first, otherwise in their order."""
    ranks = [_ATTENTION.index(outcome) for outcome in report.outcomes]
    return [report.sessions[index] for index in nsmallest(most, range(len(ranks)), key=ranks.__getitem__)]


def unread(report: Report) -> list[str]:
    """What was not read, one line for each input and each limit."""
    told = [_unread(one) for one in report.inputs if one.unreadable_bytes or one.unreadable]
    told += [f"{count:,} {name} left out by a limit" for name, count in report.dropped.items()]
    return [one_line(line, limit=500) for line in told]


def _unread(one: Input) -> str:
    reasons = ", ".join(f"{reason} ({count:,})" if count > 1 else reason for reason, count in one.unreadable.items())
    return f"{one.path}: {one.unreadable_bytes:,} of {one.bytes:,} bytes{': ' if reasons else ''}{reasons}"


def bars(report: Report, most: int) -> tuple[int, list[Bucket]]:
    """The histogram in at most so many bars, empty ones included: the width of one in seconds, and all of them."""
    timed = [(time, bucket) for bucket in report.timeline if (time := point(bucket.start))]
    if not timed:
        return 0, []
    begin, end = min(timed, key=_time)[0], max(timed, key=_time)[0]
    width = max(1, report.bucket_seconds)
    width *= math.ceil(((end - begin).total_seconds() + width) / (width * most))
    counts = [Counter[ErrorCode]() for _ in range(int((end - begin).total_seconds()) // width + 1)]
    for time, bucket in timed:
        counts[int((time - begin).total_seconds()) // width].update(bucket.counts)
    starts = (begin + timedelta(seconds=width * at) for at in range(len(counts)))
    return width, [Bucket(f"{start:%Y-%m-%dT%H:%M:%SZ}", dict(one)) for start, one in zip(starts, counts, strict=True)]


def _time(timed: tuple[datetime, Bucket]) -> datetime:
    return timed[0]


def later(time: datetime, seconds: int) -> str:
    """The moment so much later, as `moment` writes it."""
    room = datetime.max.replace(tzinfo=time.tzinfo) - time  # a log may say that it is the year 9999
    return f"{time + min(room, timedelta(seconds=seconds)):%Y-%m-%d %H:%M:%S}"
