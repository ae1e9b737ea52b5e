"""A written report as a `Report` again, so that reports made elsewhere can be merged."""

from collections import Counter
from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

from upload_diag.analysis.build import build
from upload_diag.analysis.judge import Verdict
from upload_diag.analysis.report import SCHEMA, Report
from upload_diag.analysis.tally import MINUTE, FileTally, GroupTally, Tally
from upload_diag.codes import Action, ErrorCode
from upload_diag.errors import InputError
from upload_diag.logs.markers import Event
from upload_diag.rules.advice import advise
from upload_diag.sessions import Failure, Trace
from upload_diag.sessions.trace import DOTS, What

__all__ = ["restore"]

_NOT_SHOWN = "not-shown"  # the rule of what is counted in a report that does not show its group


def restore(document: Any) -> Report:
    """The report that `Report.to_json` gave.

    Raises:
        InputError: it is no such document.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f'not a report: no "schema": "{SCHEMA}". `upload-diag analyze -f json` writes one.')
    try:
        return _restore(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"not a whole report: {type(error).__name__}: {error}") from error


def _restore(document: dict[str, Any]) -> Report:
    tally = Tally()
    for one in document["inputs"]:
        tally.files[one["path"]] = _file(one)
    failures = {}
    for group in document["groups"]:
        failure = _failure(group)
        failures[group["fingerprint"]] = failure
        tally.groups[failure] = _group(failure, group)
    for session in document["sessions"]:
        for told in session.get("traces") or [session]:
            trace = _trace(told, failures)
            tally.traces[_name(told, trace, tally.traces)] = trace
    _add_what_is_not_shown(tally, document["totals"]["byCode"])
    for bucket in document["timeline"]:
        minute = milliseconds(bucket["start"]) // MINUTE
        tally.minutes[minute] = Counter({ErrorCode(code): count for code, count in bucket["counts"].items()})
    tally.dropped.update(document["dropped"])
    tally.requests = {request.encode(): name.encode() for request, name in document.get("requests", {}).items()}
    for request, names in document.get("sharedRequests", {}).items():
        tally.shared[request.encode()] = tuple(name.encode() for name in names)
    for one in document.get("unnamed", ()):
        failure = failures.get(one["group"]) or _not_shown(one)
        place = (milliseconds(one["time"]), one["path"], one["offset"], one["line"])
        tally.unnamed.setdefault(one["requestId"].encode(), []).append((failure, place, one.get("near", "").encode()))
    return build(tally, document["tool"]["rulesetVersion"])


def _file(one: dict[str, Any]) -> FileTally:
    return FileTally(
        one["path"],
        one["bytes"],
        [(0, one["lines"])],
        one["format"],
        one["encoding"],
        one["unreadable"]["bytes"],
        Counter(one["unreadable"]["reasons"]),
        Counter({ErrorCode(code): count for code, count in one["byCode"].items()}),
        one.get("doubt", ""),
        one.get("assumesYear", False),
    )


def _failure(group: dict[str, Any]) -> Failure:
    return Failure(ErrorCode(group["code"]), group["serviceCode"] or "", group["rule"], group["operation"] or "")


def _group(failure: Failure, group: dict[str, Any]) -> GroupTally:
    action = Action(group["actionRequired"])
    return GroupTally(
        Verdict(failure, None, group["cause"], group["advice"], group["userMessage"], action),
        group["count"],
        milliseconds(group["first"]),
        milliseconds(group["last"]),
        [
            ((milliseconds(one["time"]), one["path"], one["offset"], one["line"]), one["text"].encode())
            for one in group["examples"]
        ],
    )


def _trace(told: dict[str, Any], failures: dict[str, Failure]) -> Trace:
    trace = Trace()
    trace.uploads = tuple(upload.encode() for upload in told["uploadIds"])
    trace.video = (told["videoId"] or "").encode()
    trace.bucket = (told["bucket"] or "").encode()
    trace.key = (told["key"] or "").encode()
    for first_part, last_part in told.get("partNumbers", ()):
        trace.parts |= (1 << last_part + 1) - (1 << first_part)
    for step in told["timeline"]:
        first = (milliseconds(step["first"]), step["path"], step["offset"], step["line"])
        # The last line is not written: the byte tells the place, and equal places must stay equal.
        last = (milliseconds(step["last"]), step.get("lastPath", step["path"]), step["lastOffset"], 0)
        trace.add(_what(step, failures), step["count"], last, first)
    return trace


def _what(step: dict[str, Any], failures: dict[str, Failure]) -> What:
    if step["event"] != Event.ERROR:
        return Event(step["event"])
    return failures.get(step["group"]) or _not_shown(step)


def _not_shown(told: dict[str, Any]) -> Failure:
    return Failure(ErrorCode(told["code"]), "", _NOT_SHOWN, told.get("operation") or "")


def _name(told: dict[str, Any], trace: Trace, taken: Container[bytes]) -> bytes:
    """The name that `Tally.add` gave the trace, or another one where redaction made two alike."""
    upload = next(iter(trace.uploads), b"").rstrip(DOTS)
    name = upload or trace.video or (trace.bucket + b"/" + trace.key if trace.key else b"")
    name = name or min(step["path"] for step in told["timeline"]).encode() + b"\0"
    while name in taken:
        name += b"\0"
    return name


def _add_what_is_not_shown(tally: Tally, totals: dict[str, int]) -> None:
    """Count failures that are in the totals and in no group: with `--top`, and in a page, some groups are left out."""
    for trace in tally.traces.values():
        for what, count in trace.counts.items():
            if isinstance(what, Failure) and what.rule == _NOT_SHOWN:
                first, last = trace.first[what][0], trace.last[what][0]
                _add_hidden(tally, what, GroupTally(_hidden(what), count, first, last))
    for name, total in totals.items():
        code = ErrorCode(name)
        rest = total - sum(group.count for failure, group in tally.groups.items() if failure.code == code)
        if rest > 0:
            what = Failure(code, "", _NOT_SHOWN, "")
            _add_hidden(tally, what, GroupTally(_hidden(what), rest))


def _add_hidden(tally: Tally, what: Failure, counted: GroupTally) -> None:
    tally.groups.setdefault(what, GroupTally(counted.verdict)).merge(counted)


def _hidden(what: Failure) -> Verdict:
    advice = advise(what.code, what.operation or None)
    text = "Of kinds that a report that was read back counts and does not show."
    return Verdict(what, None, text, advice.suggested_action, advice.user_message, advice.action)


def milliseconds(time: str | None) -> int:
    """The milliseconds since 1970 of a time in a report; 0 for none."""
    if time is None:
        return 0
    return round(datetime.fromisoformat(time).astimezone(UTC).timestamp() * 1000)
