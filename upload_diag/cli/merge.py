"""`upload-diag merge REPORT...`."""

import json

import click

from upload_diag.cli._console import fail_on as exit_code
from upload_diag.cli._console import fail_on_option, open_output, read_input
from upload_diag.cli.analyze import format_option, output_option
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@format_option
@output_option
@fail_on_option
def command(*, reports: tuple[str, ...], format_: str, output: str | None, fail_on: frozenset[str] | None) -> ExitCode:
    """Make one report of several, written by `analyze -f json`, in any order."""
    from functools import reduce

    from upload_diag.analysis import Report
    from upload_diag.analysis.restore import restore
    from upload_diag.report import FORMATS as WRITERS

    def read(path: str) -> Report:
        try:
            return restore(json.loads(read_input(path)))
        except ValueError as error:
            raise InputError(f"{path}: not JSON: {error}") from error
        except InputError as error:
            raise InputError(f"{path}: {error}") from error

    report = reduce(Report.merge, map(read, reports))
    with open_output(output) as out:
        WRITERS[format_](report, out)
    return exit_code(fail_on, report.by_code)
