"""A written report as a `Report` again, so that reports made elsewhere can be merged."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from upload_diag.analysis.build import build
from upload_diag.analysis.judge import Verdict
from upload_diag.analysis.report import SCHEMA, Report
from upload_diag.analysis.tally import MINUTE, FileTally, GroupTally, Tally
from upload_diag.codes import Action, ErrorCode
from upload_diag.errors import InputError
from upload_diag.logs.markers import Event
from upload_diag.sessions import Failure, Trace
from upload_diag.sessions.trace import DOTS, Mark

__all__ = ["restore"]


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
    for number, session in enumerate(document["sessions"]):
        upload = next(iter(session["uploadIds"]), "").encode().rstrip(DOTS).decode()
        name = upload or session["videoId"] or f"{session['bucket']}/{session['key']}"
        tally.traces[name if session["first"] or name else str(number)] = _trace(session, failures)
    for bucket in document["timeline"]:
        minute = milliseconds(bucket["start"]) // MINUTE
        tally.minutes[minute] = Counter({ErrorCode(code): count for code, count in bucket["counts"].items()})
    tally.dropped.update(document["dropped"])
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


def _trace(session: dict[str, Any], failures: dict[str, Failure]) -> Trace:
    trace = Trace()
    trace.uploads = tuple(upload.encode() for upload in session["uploadIds"])
    trace.video = (session["videoId"] or "").encode()
    trace.bucket = (session["bucket"] or "").encode()
    trace.key = (session["key"] or "").encode()
    trace.parts = (1 << session["parts"]) - 1
    for step in session["timeline"]:
        if step["group"] and step["group"] not in failures:
            continue  # a failure that the report does not show
        what = failures[step["group"]] if step["group"] else Event(step["event"])
        first = (milliseconds(step["first"]), step["path"], step["offset"], step["line"])
        last = (milliseconds(step["last"]), step["path"], step["lastOffset"], step["line"])
        trace.marks[what] = Mark(step["count"], first, last)
    return trace


def milliseconds(time: str | None) -> int:
    """The milliseconds since 1970 of a time in a report; 0 for none."""
    if time is None:
        return 0
    return round(datetime.fromisoformat(time).astimezone(UTC).timestamp() * 1000)
