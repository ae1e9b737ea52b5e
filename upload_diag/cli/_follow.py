"""`analyze --follow`: print findings as they come, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upload_diag.cli._console import notice, on_sigterm
from upload_diag.errors import InputError, UsageError
from upload_diag.logs.objects import is_in_s3
from upload_diag.logs.source import STDIN
from upload_diag.terminal import one_line

if TYPE_CHECKING:
    from upload_diag.analysis import Only, Report
    from upload_diag.analysis.follow import Finding
    from upload_diag.rules.ruleset import Ruleset

_PAUSE = 0.5  # seconds between two looks


def follow(paths: Sequence[str], *, rules: "Ruleset | None", only: "Only", format_: str | None) -> "Report":
    """Print what fails in files while they are written; the report on everything, at Ctrl-C or SIGTERM.

    Findings go to stdout as lines of text, or as objects with `-f ndjson`; where the format is another one, whose
    document must stand alone there, to stderr.

    Raises:
        UsageError: a path is no file.
        InputError: nothing was ever written to any of them.
    """
    from upload_diag.analysis.follow import Follower

    for path in paths:
        if path == STDIN or is_in_s3(path) or Path(path).is_dir():
            raise UsageError(f"--follow reads files while they are written; {path} is none. Leave it out to read it.")
    show = _PRINTERS.get(format_ or "text", _to_stderr)
    follower = Follower(paths, rules=rules, only=only)
    notice(f"following {', '.join(paths)}; Ctrl-C ends it with the report")
    _until_interrupted(lambda: _print(follower.look(), show))
    _print(follower.end(), show)
    report = follower.report()
    if not any(one.bytes for one in report.inputs):
        raise InputError(f"{one_line(paths[0])}: nothing was written there; wanted a log to follow")
    return report


def _print(findings: "Iterable[Finding]", show: "Callable[[Finding], None]") -> None:
    for finding in findings:
        show(finding)
    sys.stdout.flush()


def _as_text(finding: "Finding") -> str:
    from upload_diag.report import _words as words

    code = f"{finding.code} ({finding.service_code})" if finding.service_code else finding.code
    who = finding.video_id or finding.upload_id or "/".join(filter(None, (finding.bucket, finding.key))) or "-"
    when = words.moment(finding.time) or "-"
    place = words.place(finding.path, finding.line)
    return (
        f"{when}  {one_line(code, limit=120)}  {one_line(who, limit=80)}  {place}  {one_line(finding.text, limit=300)}"
    )


def _as_row(finding: "Finding") -> str:
    from upload_diag.report.json_ import dumps

    return dumps({"type": "finding"} | finding.to_json())


_PRINTERS: "dict[str, Callable[[Finding], None]]" = {
    "text": lambda finding: click.echo(_as_text(finding)),
    "ndjson": lambda finding: click.echo(_as_row(finding)),
}


def _to_stderr(finding: "Finding") -> None:
    click.echo(_as_text(finding), err=True)


def _until_interrupted(look: Callable[[], None]) -> None:
    """Look again and again, until Ctrl-C or SIGTERM."""
    with suppress(KeyboardInterrupt), on_sigterm(signal.default_int_handler):
        while True:
            look()
            time.sleep(_PAUSE)
