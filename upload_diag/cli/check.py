"""`upload-diag check FILE…` and `upload-diag check --compare OLD NEW`."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from upload_diag.cli._console import STDIO, notice, open_output, read_input
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import safe

FORMATS = ("text", "json", "junit", "github", "sarif")


@click.command
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--schema", default="upload-error", show_default=True, help="the contract: a schema's name, or a file")
@click.option("--formats", is_flag=True, help="check `format` too, which by the standard is only a remark")
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="of the output",
)
@click.option("-o", "--output", help="write to this file instead of standard output")
def command(files: tuple[str, ...], schema: str, formats: bool, output_format: str, output: str | None) -> ExitCode:
    """Hold recorded answers to the error contract.

    FILE is JSON, NDJSON, a HAR, a recorded response (status and body), `curl -i` output, a glob, or - for standard
    input. Exits 0 when every document keeps the contract, 1 when one breaks it, 3 when an input cannot be read.
    """
    from upload_diag.contract.checks import Checker
    from upload_diag.contract.documents import documents_in
    from upload_diag.contract.output import FORMATS as WRITERS
    from upload_diag.contract.output import Checked, Result
    from upload_diag.contract.schemas import find, title_of

    body = find(schema)
    checker = Checker(body, formats=formats)
    checked: list[Checked] = []
    unread: list[str] = []
    for path in _expanded(files or (STDIO,)):
        try:
            documents = documents_in(path, read_input(path))
        except InputError as error:
            unread.append(str(error))
            notice(str(error))
            continue
        checked += [Checked(document, checker.problems(document)) for document in documents]
    result = Result(title_of(schema, body), checked, unread)
    with open_output(output) as out:
        out.write(safe(WRITERS[output_format](result)))
    if result.failed:
        return ExitCode.FOUND
    return ExitCode.FILES if unread else ExitCode.OK


def _expanded(files: Sequence[str]) -> Iterator[str]:
    """Every file; a pattern that the shell left alone is expanded, and one that matches nothing stays as it is."""
    for name in files:
        pattern = glob.has_magic(name) and not Path(name).exists()
        found = sorted(glob.glob(name, recursive=True)) if pattern else []  # noqa: PTH207 - Path.glob takes no absolute ones
        yield from found or [name]
