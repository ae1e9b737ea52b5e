"""`upload-diag analyze PATH...`."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._console import named
from upload_diag.cli._options import (
    OneOf,
    Time,
    Whole,
    examples,
    fail_on_option,
    output_option,
    own_rules,
    rules_option,
    show_secrets_option,
)
from upload_diag.cli._options import fail_on as exit_code
from upload_diag.cli._reports import format_option, is_report, print_report, read_report
from upload_diag.cli._s3 import s3_options
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import is_terminal, one_line

if TYPE_CHECKING:
    from upload_diag.analysis import Report

_REFRESH = 0.2  # seconds between two looks at the progress
_WORTH_TELLING = 1_000_000  # bytes; less is over at once


def _input_formats() -> Iterable[str]:
    from upload_diag.logs.layout import FORMATS

    return FORMATS


@click.command(
    epilog=examples(
        "analyze ticket.har console.txt.gz",
        "analyze logs/ --since 2026-11-22T08:00:00Z -o report.html",
        "analyze --fail-on SESSION_EXPIRED - < app.log",
        "analyze s3://my-logs/2026/11/ --top 5",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@format_option
@output_option
@click.option("--since", type=Time(), default=0, help="leave out records before this time (default: none)")
@click.option("--until", type=Time(), default=0, help="leave out records from this time on (default: none)")
@click.option("--as-of", type=Time(), default=0, help="when logs were taken whose times have no year (default: now)")
@click.option("--session", metavar="ID", default="", help="only records with this upload id, video id or key")
@click.option("--top", type=Whole(1), help="show the N most frequent kinds of failure (default: as many as fit)")
@click.option("--context", type=Whole(0, 100), default=0, help="show N lines around each example (default: none)")
@click.option(
    "--input-format", type=OneOf("FORMAT", _input_formats), help="read every input as this (default: as it looks)"
)
@click.option("-j", "--jobs", type=Whole(1), help="how many processes to use (default: one a processor)")
@click.option(
    "--cluster", metavar="URL", help="use the workers of this Dask scheduler instead, such as tcp://HOST:8786"
)
@click.option("-F", "--follow", is_flag=True, help="print failures as they are written, the report at Ctrl-C")
@rules_option
@show_secrets_option
@fail_on_option
@s3_options
def command(
    *,
    paths: tuple[str, ...],
    format_: str | None,
    output: str | None,
    since: int,
    until: int,
    as_of: int,
    session: str,
    top: int | None,
    context: int,
    input_format: str | None,
    jobs: int | None,
    cluster: str | None,
    follow: bool,
    rules: str | None,
    fail_on: frozenset[str] | None,
    **where: str | None,
) -> ExitCode:
    """Say which uploads failed in logs, and why.

    PATH is a file, packed or not, an archive, a folder, a glob pattern, s3://BUCKET/PREFIX, or `-` for standard input;
    or a report that `analyze -f json` or `-f html` wrote, which is read back.
    """
    from functools import reduce

    from upload_diag.analysis import Only, Report
    from upload_diag.s3 import Store

    written = [] if follow else [path for path in paths if is_report(path)]
    logs = [path for path in paths if path not in written]
    reports = [read_report(path) for path in written]
    how: dict[str, Any] = {"rules": own_rules(rules), "only": Only(since, until, session)}
    store = Store(**where)
    if follow:
        from upload_diag.cli._follow import follow as follow_logs

        if input_format or cluster or as_of:
            raise click.UsageError("--input-format, --as-of and --cluster do not go with --follow.")
        reports.append(follow_logs(logs, **how, format_=format_))
    elif logs:
        how |= {
            "input_format": input_format,
            "as_of": as_of,
            "store": store,
            "jobs": jobs or os.cpu_count() or 1,
            "cluster": cluster,
        }
        reports.append(_read(logs, **how))
    report = reduce(Report.merge, reports)
    report = report if top is None else report.top(top)
    if context:
        from upload_diag.analysis.context import with_context

        report = with_context(report, logs, context, store)
    print_report(report, format_, output)
    return exit_code(fail_on, report.by_code)


def _read(logs: list[str], **how: Any) -> "Report":
    """The report on logs; an error when there is nothing in them."""
    from upload_diag.analysis import analyze

    with _progress() as progress:
        report = analyze(logs, progress=progress, **how)
    if not any(one.bytes for one in report.inputs):
        reasons = [f"{one.path}: {reason}" for one in report.inputs for reason in one.unreadable]
        raise InputError(one_line("; ".join(reasons[:3]) or f"{named(logs[0])} is empty; wanted a log to read"))
    return report


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Say on a terminal how much was read, how fast, and how long the rest will take; elsewhere nothing."""
    if not is_terminal(sys.stderr):
        yield None
        return
    begun = shown = time.monotonic()  # what is read at once needs no progress
    read = width = 0

    def advance(count: int, total: int) -> None:
        nonlocal read, shown, width
        read += count
        now = time.monotonic()
        if now - shown >= _REFRESH and read >= _WORTH_TELLING:
            shown = now
            line = _pace(read, total, now - begun)[: get_terminal_size().columns - 1]  # a wrapped line stays
            width = max(width, len(line))
            click.echo(f"\r{line:<{width}}", err=True, nl=False)

    try:
        yield advance
    finally:
        if width:
            click.echo("\r" + " " * width + "\r", err=True, nl=False)


def _pace(read: int, total: int, seconds: float) -> str:
    """How far it is; what is packed may turn out larger than the total."""
    rate = read / seconds
    if read >= total or not rate:
        return f"reading {read / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s"
    left = round((total - read) / rate)
    time_left = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
    return f"reading {read / 1e6:,.0f} of {total / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s, {time_left} left"
