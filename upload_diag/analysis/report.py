"""`Report`: what an analysis found, ready to print. Its JSON form is `schemas/report.schema.json`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from upload_diag.codes import Action, ErrorCode, Outcome
from upload_diag.redaction import redact
from upload_diag.sessions import RootCause, Step, Stories, UploadSession, UploadTrace, rfc3339

if TYPE_CHECKING:
    from upload_diag.analysis.tally import Tally

__all__ = ["SCHEMA", "Bucket", "Example", "Group", "Input", "Pattern", "Report"]

SCHEMA = "upload-diag/report/1"


@dataclass(frozen=True, slots=True)
class Input:
    """One file, archive member or stream that was read.

    Attributes:
        path: as given; a member of an archive is `archive.zip!member`.
        bytes: its size, after decompression.
        lines: how many lines it has.
        format: the log format that was recognised, such as `ndjson`; None when it is no log.
        encoding: `utf-8`, `utf-16-le`, `latin-1`, …
        unreadable_bytes: how many of its bytes could not be read.
        unreadable: why, and how often.
        by_code: findings by code.
        doubt: why it may be another format than it was read as; empty when all fits.
        assumes_year: its times have no year, nor does anything in it tell which.
    """

    path: str
    bytes: int
    lines: int
    format: str | None
    encoding: str | None
    unreadable_bytes: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)
    by_code: dict[ErrorCode, int] = field(default_factory=dict)
    doubt: str = ""
    assumes_year: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One finding of a group, with its place in the input.

    Attributes:
        line: the first line of the record, from 1.
        offset: the byte at which the record starts, after decompression.
        time: RFC 3339 in UTC, or None when the record tells none.
        text: the record, redacted and shortened; may have several lines.
        before: the lines above it, redacted; none unless they were asked for.
        after: the lines below it.
    """

    path: str
    line: int
    offset: int
    time: str | None
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that are the same failure.

    Attributes:
        fingerprint: stable across runs and versions of one `v1:` prefix.
        rule: the rule that decided, such as `s3.NoSuchUpload`.
        count: how many findings.
        sessions: how many uploads they touch.
        first: time of the earliest, RFC 3339 in UTC, or None.
        cause: one line for a developer: what it means.
        advice: what to do.
        user_message: what to tell the person who uploads.
        action: the next step of recovery.
        examples: the earliest few.
        follows: how many of the findings only follow from another failure of the same upload.
    """

    fingerprint: str
    code: ErrorCode
    service_code: str | None
    rule: str
    operation: str | None
    count: int
    sessions: int
    first: str | None
    last: str | None
    cause: str
    advice: str
    user_message: str
    action: Action
    examples: tuple[Example, ...]
    follows: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar of the histogram: findings by code from `start` (RFC 3339) for `Report.bucket_seconds`."""

    start: str
    counts: dict[ErrorCode, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that many sessions share.

    Attributes:
        text: one sentence, such as "36 of 38 sessions died 24 h (± 4 min) after they began".
        confirm: what to look at to be sure.
        count: in how many sessions it holds.
        of: out of how many.
    """

    text: str
    confirm: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Report:
    """What an analysis found.

    Attributes:
        inputs: by path.
        groups: most frequent first.
        sessions: in the order of their first event.
        timeline: findings over time, empty when no record has a time.
        bucket_seconds: the width of a bar of `timeline`.
        dropped: what a limit kept out, by the limit's name; empty when nothing was dropped.
        notes: what the reader must know about the input, one sentence each.
        tally: the counts behind it, for `merge`.
        beyond: groups that were counted and are not to be shown; see `top`.
    """

    version: str
    ruleset_version: str
    inputs: tuple[Input, ...]
    groups: tuple[Group, ...]
    sessions: Sequence[UploadSession]
    timeline: tuple[Bucket, ...]
    bucket_seconds: int
    patterns: tuple[Pattern, ...]
    first: str | None
    last: str | None
    dropped: dict[str, int]
    notes: tuple[str, ...]
    tally: "Tally | None" = field(default=None, compare=False, repr=False)
    beyond: tuple[Group, ...] = ()

    def top(self, most: int) -> "Report":
        """The report with its most frequent groups only; all totals stay, and `dropped` says how many groups more."""
        if len(self.groups) <= most:
            return self
        beyond = (*self.groups[most:], *self.beyond)
        dropped = self.dropped | {"kinds of failure": len(beyond)}
        return replace(self, groups=self.groups[:most], beyond=beyond, dropped=dropped)

    def merge(self, other: "Report") -> "Report":
        """The report on both inputs together: in any order, in any grouping, the same."""
        from upload_diag.analysis.build import build
        from upload_diag.analysis.tally import Tally

        whole = Tally()
        for report in (self, other):
            if report.tally is not None:
                whole.merge(deepcopy(report.tally))
        return build(whole, self.ruleset_version)

    @property
    def findings(self) -> int:
        """How many failures."""
        return sum(group.count for group in (*self.groups, *self.beyond))

    @property
    def by_code(self) -> dict[ErrorCode, int]:
        """Findings by code, most frequent first."""
        counts: dict[ErrorCode, int] = {}
        for group in (*self.groups, *self.beyond):
            counts[group.code] = counts.get(group.code, 0) + group.count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def outcomes(self) -> list[Outcome]:
        """How each session ended."""
        stories = self.sessions
        return stories.outcomes if isinstance(stories, Stories) else [one.outcome for one in stories]

    @property
    def by_outcome(self) -> dict[Outcome, int]:
        """Sessions by outcome, in the order of the vocabulary, zeros included."""
        counted = Counter(self.outcomes)
        return {outcome: counted[outcome] for outcome in Outcome}

    def totals(self) -> dict[str, Any]:
        """The counts of everything, as plain data."""
        return {
            "findings": self.findings,
            "byCode": dict(self.by_code),
            "sessions": len(self.sessions),
            "byOutcome": dict(self.by_outcome),
        }

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, as `schemas/report.schema.json` says."""
        return self.frame() | {"sessions": list(self.sessions_json())}

    def sessions_json(self) -> Iterator[dict[str, Any]]:
        """The sessions as plain data, one by one: there may be hundreds of thousands."""
        return map(_session, self.sessions)

    def frame(self) -> dict[str, Any]:
        """`to_json` with an empty list of sessions."""
        return {
            "schema": SCHEMA,
            "tool": {"version": self.version, "rulesetVersion": self.ruleset_version},
            "inputs": [_input(one) for one in self.inputs],
            "totals": self.totals(),
            "timeRange": {"first": self.first, "last": self.last},
            "groups": [_group(one) for one in self.groups],
            "sessions": [],
            "patterns": [
                {"text": one.text, "confirm": one.confirm, "count": one.count, "of": one.of} for one in self.patterns
            ],
            "bucketSeconds": self.bucket_seconds,
            "timeline": [{"start": one.start, "counts": dict(one.counts)} for one in self.timeline],
            "dropped": dict(self.dropped),
            "notes": list(self.notes),
            **(_requests(self.tally) if self.tally is not None else {}),
        }


def _input(one: Input) -> dict[str, Any]:
    return {
        "path": one.path,
        "bytes": one.bytes,
        "lines": one.lines,
        "format": one.format,
        "encoding": one.encoding,
        "byCode": dict(one.by_code),
        "unreadable": {"bytes": one.unreadable_bytes, "reasons": dict(one.unreadable)},
        **({"doubt": one.doubt} if one.doubt else {}),
        **({"assumesYear": True} if one.assumes_year else {}),
    }


def _group(one: Group) -> dict[str, Any]:
    return {
        "fingerprint": one.fingerprint,
        "code": one.code,
        "serviceCode": one.service_code,
        "rule": one.rule,
        "operation": one.operation,
        "count": one.count,
        "sessions": one.sessions,
        "first": one.first,
        "last": one.last,
        "cause": one.cause,
        "advice": one.advice,
        "userMessage": one.user_message,
        "actionRequired": one.action,
        "examples": [_example(example) for example in one.examples],
        **({"follows": one.follows} if one.follows else {}),
    }


def _requests(tally: "Tally") -> dict[str, Any]:
    """Which upload failed requests were of, and failures that name a request alone: other logs may tell its upload."""
    line = tally.lines()
    names = {name: _told(name) for name in set(tally.requests.values())}  # most come again
    uploads = {_told(request): names[name] for request, name in sorted(tally.requests.items())}
    shared = {_told(request): sorted(map(_told, several)) for request, several in sorted(tally.shared.items())}
    failures = [
        {
            "requestId": _told(request),
            "code": failure.code,
            "group": failure.fingerprint,
            "time": rfc3339(place[0]) if place[0] else None,
            "path": redact(place[1]),
            "line": line(place),
            "offset": place[2],
            **({"near": _told(near)} if near else {}),
        }
        for request, found in sorted(tally.unnamed.items())
        for failure, place, near in sorted(found, key=itemgetter(1, 0, 2))
    ]
    told = {"requests": uploads, "sharedRequests": shared, "unnamed": failures}
    return {what: found for what, found in told.items() if found}


def _told(name: bytes) -> str:
    return redact(name.decode("utf-8", "replace"))


def _example(one: Example) -> dict[str, Any]:
    around = {"before": list(one.before), "after": list(one.after)} if one.before or one.after else {}
    return {"path": one.path, "line": one.line, "offset": one.offset, "time": one.time, "text": one.text, **around}


def _session(one: UploadSession) -> dict[str, Any]:
    return {
        "videoId": one.video_id,
        "bucket": one.bucket,
        "key": one.key,
        "uploadIds": list(one.upload_ids),
        "outcome": one.outcome,
        "parts": one.parts,
        "refreshes": one.refreshes,
        "restarts": one.restarts,
        "retries": one.retries,
        "errors": dict(one.errors),
        "rootCause": _root_cause(one.root_cause),
        "first": one.first,
        "last": one.last,
        "timeline": [_step(step) for step in one.timeline],
        **({"partNumbers": [list(run) for run in one.part_numbers]} if one.part_numbers else {}),
        **({"traces": [_trace(trace) for trace in one.traces]} if one.traces else {}),
    }


def _trace(one: UploadTrace) -> dict[str, Any]:
    return {
        "uploadIds": list(one.upload_ids),
        "videoId": one.video_id,
        "bucket": one.bucket,
        "key": one.key,
        "timeline": [_step(step) for step in one.timeline],
        **({"partNumbers": [list(run) for run in one.part_numbers]} if one.part_numbers else {}),
    }


def _step(one: Step) -> dict[str, Any]:
    return {
        "event": one.event,
        "code": one.code,
        "operation": one.operation,
        "count": one.count,
        "first": one.first,
        "last": one.last,
        "path": one.path,
        "line": one.line,
        "offset": one.offset,
        "lastOffset": one.last_offset,
        "group": one.group,
        **({"lastPath": one.last_path} if one.last_path != one.path else {}),
    }


def _root_cause(one: RootCause | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "cause": one.cause,
        "evidence": list(one.evidence),
        "confirm": one.confirm,
        "unseen": list(one.unseen),
    }
