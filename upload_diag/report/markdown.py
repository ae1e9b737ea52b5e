"""The report as Markdown: an answer that can be pasted into a ticket.

Text of strangers stands in code only, where nothing is markup: no link, no mention, no image, no HTML.
"""

import re
from collections.abc import Iterator
from typing import TextIO

from upload_diag.analysis import Group, Report
from upload_diag.report import _words as words
from upload_diag.sessions import UploadSession
from upload_diag.terminal import one_line, safe

__all__ = ["blocks", "write"]

GROUPS = 20
SESSIONS = 10

# Letters, digits and marks of which no link, mention, emphasis or HTML can be made.
_PLAIN = re.compile(
    r"""(?: (?!www\.)[^\W_] | [ .,;'"?%()/=±×…–-] | (?<=[^\W_])_(?=[^\W_]) | :(?=[ \d]|$) | \[ | \](?![(\[:]) )*""",
    re.IGNORECASE | re.VERBOSE,
)
_TICKS = re.compile("`+")


def write(report: Report, out: TextIO) -> None:
    """Write the answer first, then the table of failures, the uploads, what was not read."""
    out.write("\n\n".join(blocks(report)) + "\n")


def blocks(report: Report) -> Iterator[str]:
    """The document in pieces that each stand alone; a blank line goes between them."""
    answer = words.verdict(report)
    yield f"**{_prose(answer.what)}**"
    yield _prose(answer.how_often)
    if answer.tell_user:
        yield f"> {_prose(answer.tell_user)}"
    for pattern in report.patterns:
        confirm = f" To be sure: {_prose(pattern.confirm)}" if pattern.confirm else ""
        yield f"- {_prose(pattern.text)}{confirm}"
    if report.groups:
        yield _table(report)
        yield "### Failures"
        for group in report.groups[:GROUPS]:
            yield from _group(group)
        if len(report.groups) > GROUPS:
            yield f"… and {words.counted(len(report.groups) - GROUPS, 'more kind')}."
    if report.sessions:
        yield "### Uploads"
        yield "\n".join(_sessions(report))
    missed = [*words.unread(report), *report.notes]
    if missed:
        yield "### Not read, and to know"
        yield "\n".join(f"- {_prose(line)}" for line in missed)
    yield f"upload-diag {_prose(report.version)}, rules {_prose(report.ruleset_version)}"


def _table(report: Report) -> str:
    rows = [
        "| failures | code | service code | operation | uploads | first (UTC) | last (UTC) |",
        "|---:|---|---|---|---:|---|---|",
    ]
    for group in report.groups[:GROUPS]:
        cells = (
            f"{group.count:,}", group.code, _cell(group.service_code), _cell(group.operation), f"{group.sessions:,}",
            words.moment(group.first), words.moment(group.last),
        )  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _group(group: Group) -> Iterator[str]:
    yield f"**{group.count:,} × {_prose(words.title(group))}**: {_prose(group.cause)}"
    yield f"For the user: {_prose(f'{group.user_message} {group.advice}')}"
    for example in group.examples[:1]:
        time = f", {_prose(words.moment(example.time))}" if example.time else ""
        yield f"{_code(words.place(example.path, example.line))}{time}, rule {_code(group.rule)}:"
        yield _fenced(example.text)


def _sessions(report: Report) -> Iterator[str]:
    yield f"{words.counted(len(report.sessions), 'upload')}: {words.outcomes(report)}.\n"
    for session in words.notable(report, SESSIONS):
        began = f"from {words.moment(session.first)} UTC for {words.lasted(session.first, session.last)}"
        told = f"{f' {_prose(began)}' if session.first else ''}: {words.facts(session)}{_cause(session)}"
        yield f"- **{session.outcome}** {_code(words.name_of(session))}{told}"
    if len(report.sessions) > SESSIONS:
        yield f"- … and {len(report.sessions) - SESSIONS:,} more"


def _cause(session: UploadSession) -> str:
    cause = session.root_cause
    if cause is None:
        return ""
    told = [f"; because {words.CAUSES[cause.cause]}.", *map(_prose, cause.evidence)]
    told += [f"To be sure: {_prose(cause.confirm)}"] if cause.confirm else []
    told += [f"Not seen: {_prose(line)}" for line in cause.unseen]
    return " ".join(told)


def _prose(text: str) -> str:
    """A sentence as it is when nothing in it can be markup; else as code."""
    line = one_line(text)
    return line if _PLAIN.fullmatch(line) else _code(line)


def _cell(text: str | None) -> str:
    return _code(text).replace("|", "\\|") if text else ""


def _code(text: str) -> str:
    """Inline code with a fence that the text does not hold."""
    line = one_line(text) or " "
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _fenced(text: str) -> str:
    """A block of code with a fence that the text does not hold."""
    body = safe(text).replace("\r", "\n").strip("\n")
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(body)), default=0))
    return f"{ticks}text\n{body}\n{ticks}"
