"""The report for a person at a terminal: the answer in three lines, then the reasons."""

import os
from collections.abc import Callable, Iterator
from typing import TextIO

from upload_diag.analysis import Group, Report
from upload_diag.report import _words as words
from upload_diag.sessions import RootCause, UploadSession
from upload_diag.terminal import columns, folded, is_terminal, one_line

__all__ = ["write"]

GROUPS = 20
SESSIONS = 10
BARS = 24
BAR_WIDTH = 40  # characters of the longest bar
EXCERPT = 300  # characters of an example

# Without one of these in the environment rich gives files and pipes no colour; to load it is a tenth of a short run.
_ASKED = {"FORCE_COLOR", "TTY_COMPATIBLE", "JPY_PARENT_PID"}

Paint = Callable[[str, str], str]


def write(report: Report, out: TextIO) -> None:
    """Write the report: whole lines into files and pipes; for a terminal folded, and in colour if it wants that."""
    paint, width = _painter(out), columns(out)
    for line in _lines(report, paint):
        out.write(f"{folded(line, width)}\n")


def _painter(out: TextIO) -> Paint:
    """A function of a style and a text; NO_COLOR and FORCE_COLOR are honoured as rich does."""
    if not (is_terminal(out) or _ASKED & os.environ.keys()):
        return _plain
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style

    console = Console(file=out)
    if console.no_color or console.color_system is None:
        return _plain
    return lambda style, text: Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def _plain(_style: str, text: str) -> str:
    return text


def _lines(report: Report, paint: Paint) -> Iterator[str]:
    answer = words.verdict(report)
    yield paint("bold red" if report.groups else "bold green", answer.what)
    yield answer.how_often
    if answer.tell_user:
        yield f"{paint('bold', 'Tell the user:')} {answer.tell_user}"
    for heading, lines in (
        ("What they share", _patterns(report)),
        ("Failures", _groups(report, paint)),
        ("Uploads", _sessions(report, paint)),
        ("When (UTC)", _histogram(report)),
        ("Not read", words.unread(report)),
        ("Notes", [one_line(note) for note in report.notes]),
    ):
        told = list(lines)
        if told:
            yield ""
            yield paint("bold", heading)
            yield from (f"  {line}" for line in told)


def _patterns(report: Report) -> Iterator[str]:
    for pattern in report.patterns:
        yield one_line(pattern.text)
        if pattern.confirm:
            yield f"  to be sure: {one_line(pattern.confirm)}"


def _groups(report: Report, paint: Paint) -> Iterator[str]:
    groups = report.groups if report.beyond else report.groups[:GROUPS]
    for group in groups:
        yield from _group(group, paint)
    if report.beyond:
        yield f"… and {words.counted(len(report.beyond), 'more kind')}; a larger --top shows them"
    if len(report.groups) > len(groups):
        yield f"… and {words.counted(len(report.groups) - GROUPS, 'more kind')}; -f json has them all"


def _group(group: Group, paint: Paint) -> Iterator[str]:
    where = f" at {one_line(group.operation, limit=80)}" if group.operation else ""
    uploads = f" in {words.counted(group.sessions, 'upload')}" if group.sessions else ""
    when = words.period(group.first, group.last)
    yield f"{group.count:,} x {paint('bold', words.title(group))}{where}{uploads}{', ' if when else ''}{when}"
    if group.follows:
        yield f"  only following from another failure of the same upload: {group.follows:,} of {group.count:,}"
    yield f"  {one_line(group.cause)}"
    yield f"  rule {one_line(group.rule)}, next step {group.action}, {one_line(group.fingerprint)}"
    for example in group.examples:
        time = f"  {words.moment(example.time)}" if example.time else ""
        yield from (f"      {one_line(line, limit=EXCERPT)}" for line in example.before)
        yield f"  {words.place(example.path, example.line)}{time}  {words.excerpt(group, example.text, EXCERPT)}"
        yield from (f"      {one_line(line, limit=EXCERPT)}" for line in example.after)


def _sessions(report: Report, paint: Paint) -> Iterator[str]:
    total = len(report.sessions)
    if not total:
        return
    if total > 1:
        yield f"{words.counted(total, 'upload')}: {words.outcomes(report)}"
    for session in words.notable(report, SESSIONS):
        yield from _session(session, paint)
    if total > SESSIONS:
        yield f"… and {total - SESSIONS:,} more; -f json has them all"


def _session(session: UploadSession, paint: Paint) -> Iterator[str]:
    began = f" from {words.moment(session.first)} for {words.lasted(session.first, session.last)}"
    outcome = paint("bold", f"{session.outcome:<9}")
    yield f"{outcome} {words.name_of(session)}{began if session.first else ''}: {words.facts(session)}"
    if session.root_cause is not None:
        yield from (f"          {line}" for line in _cause(session.root_cause))


def _cause(cause: RootCause) -> Iterator[str]:
    yield f"because {words.CAUSES[cause.cause]}"
    yield from (f"seen: {one_line(line)}" for line in cause.evidence)
    if cause.confirm:
        yield f"to be sure: {one_line(cause.confirm)}"
    yield from (one_line(line) for line in cause.unseen)


def _histogram(report: Report) -> Iterator[str]:
    _, bars = words.bars(report, BARS)
    if len(bars) == 1:  # the second line tells when
        return
    most = max((sum(bar.counts.values()) for bar in bars), default=0)
    quiet = 0
    for at, bar in enumerate(bars):
        count = sum(bar.counts.values())
        if not count:
            quiet += 1
            continue
        if quiet:
            yield f"… none for {words.lasted(bars[at - quiet].start, bar.start)}"
            quiet = 0
        length = round(BAR_WIDTH * count / most)
        told = f"{words.moment(bar.start)} {count:>7,}  {'#' * length:<{BAR_WIDTH}}  {words.listed(bar.counts, 3)}"
        yield told.rstrip()
