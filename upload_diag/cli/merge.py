"""`upload-diag merge REPORT...`."""

import click

from upload_diag.cli._options import examples, fail_on_option, output_option
from upload_diag.cli._options import fail_on as exit_code
from upload_diag.cli._reports import format_option, print_report, read_report
from upload_diag.cli.exit_codes import ExitCode


@click.command(epilog=examples("merge shard-1.json shard-2.json", "merge reports/*.json -o all.html"))
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@format_option
@output_option
@fail_on_option
def command(
    *, reports: tuple[str, ...], format_: str | None, output: str | None, fail_on: frozenset[str] | None
) -> ExitCode:
    """Make one report of several, written by `analyze -f json` or `-f html`, in any order."""
    from functools import reduce

    from upload_diag.analysis import Report

    report = reduce(Report.merge, map(read_report, reports))
    print_report(report, format_, output)
    return exit_code(fail_on, report.by_code)
