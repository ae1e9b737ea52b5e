"""`upload-diag check FILE…` and `upload-diag check --compare OLD NEW`."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upload_diag.cli._console import STDIO, notice, open_output, read_input
from upload_diag.cli._options import examples, output_option
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import safe

if TYPE_CHECKING:
    from upload_diag.contract.documents import Document

FORMATS = ("text", "json", "junit", "github", "sarif")
ROLES = ("producer", "consumer", "both")


@click.command(
    epilog=examples(
        "check responses/*.json",
        "check recorded.har -f junit -o contract.xml",
        "check --url https://api.test/parts/1 --control http://127.0.0.1:9001/api",
        "check --compare old.schema.json new.schema.json --role consumer",
    )
)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--schema",
    metavar="NAME|FILE",
    default="upload-error",
    show_default=True,
    help="the contract: a schema's name, or a file",
)
@click.option("--formats", is_flag=True, help="check `format` too, which by the standard is only a remark")
@click.option(
    "--url",
    metavar="URL",
    help="ask a running backend: a URL to PUT to, or http://HOST:PORT/_gateway of the fault server",
)
@click.option(
    "--control", metavar="URL", help="with --url: the control API of the fault server behind it (http://…/api)"
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    envvar="UPLOAD_DIAG_CONTROL_TOKEN",
    help="with --control: its token (default: $UPLOAD_DIAG_CONTROL_TOKEN)",
)
@click.option(
    "--code",
    "codes",
    metavar="CODE",
    multiple=True,
    help="with --url: a service code to provoke; one of each kind if none",
)
@click.option("--compare", "pair", nargs=2, metavar="OLD NEW", help="compare two versions of a schema instead")
@click.option("--role", type=click.Choice(ROLES), default="both", show_default=True, help="who must not break")
@click.option("--allow", metavar="FILE", help="TOML with breaks that are agreed to, until a day")
@click.option(
    "-f", "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="how to tell it"
)
@output_option
def command(  # noqa: PLR0917 - click calls it by name
    files: tuple[str, ...],
    schema: str,
    formats: bool,
    url: str | None,
    control: str | None,
    control_token: str | None,
    codes: tuple[str, ...],
    pair: tuple[str, str] | None,
    role: str,
    allow: str | None,
    form: str,
    output: str | None,
) -> ExitCode:
    """Hold recorded answers, or a change of a schema, to the error contract.

    FILE is JSON, NDJSON, a HAR, a recorded response (status and body), `curl -i` output, a glob, or - for standard
    input. Exits 0 when every document keeps the contract, 1 when one breaks it, 3 when an input cannot be read.

    With --url, the storage behind a running backend is made to fail in every way, and each answer is checked.

    With --compare, OLD and NEW are names of schemas or files. A producer breaks when a document valid under OLD is
    refused by NEW, a consumer when one valid under NEW is refused by OLD. Exits 0 when nothing breaks, 1 on a break,
    also when it cannot be decided; --allow lists what is agreed to.
    """
    if pair is not None:
        if files:
            raise click.UsageError(f"--compare takes two schemas; '{files[0]}' is one more.")
        return _compare(*pair, role, allow, formats=formats, form=form, output=output)
    if allow is not None:
        raise click.UsageError("--allow goes with --compare.")
    if url is None and (control or codes):
        raise click.UsageError("--control and --code go with --url.")
    if url is not None and (files or not control):
        raise click.UsageError("--url wants --control, and no files.")
    found = _from_files(files or (STDIO,)) if url is None else _from_backend(url, str(control), control_token, codes)
    return _check(found, schema, formats=formats, form=form, output=output)


def _from_files(files: Sequence[str]) -> "Iterator[Document | InputError]":
    """The documents in all files, and an error for each file that cannot be read."""
    from upload_diag.contract.documents import documents_in

    for path in _expanded(files):
        try:
            yield from documents_in(path, read_input(path))
        except InputError as error:
            yield error


def _from_backend(url: str, control: str, token: str | None, codes: Sequence[str]) -> "Iterator[Document | InputError]":
    from upload_diag.contract.live import Live, answers

    return answers(Live(url, control, token=token), codes)


def _check(
    found: "Iterator[Document | InputError]", schema: str, *, formats: bool, form: str, output: str | None
) -> ExitCode:
    from upload_diag.contract.checks import Checker
    from upload_diag.contract.output import FORMATS as WRITERS
    from upload_diag.contract.output import Checked, Result
    from upload_diag.contract.schemas import find, title_of

    body = find(schema)
    checker = Checker(body, formats=formats)
    checked: list[Checked] = []
    unread: list[str] = []
    for document in found:
        if isinstance(document, InputError):
            unread.append(str(document))
            notice(str(document))
        else:
            checked.append(Checked(document, checker.problems(document)))
    result = Result(title_of(schema, body), checked, unread)
    with open_output(output) as out:
        out.write(safe(WRITERS[form](result)))
    if result.failed:
        return ExitCode.FOUND
    return ExitCode.FILES if unread else ExitCode.OK


def _compare(
    old: str, new: str, role: str, allow: str | None, *, formats: bool, form: str, output: str | None
) -> ExitCode:
    from datetime import UTC, datetime

    from upload_diag.contract.compare.output import written
    from upload_diag.contract.compare.permits import permitted, read_permits
    from upload_diag.contract.compare.verdict import Direction, Verdict, compare
    from upload_diag.contract.schemas import find, title_of

    before, after = find(old), find(new)
    directions = tuple(Direction) if role == "both" else (Direction(role),)
    notes: list[str] = []
    try:
        comparison = compare(before, after, directions, formats=formats)
    except InputError as error:
        raise InputError(f"{old} -> {new}: {error}") from error
    if allow is not None:
        comparison, notes = permitted(comparison, read_permits(allow), datetime.now(UTC).date())
    with open_output(output) as out:
        out.write(safe(written(comparison, title_of(old, before), title_of(new, after), notes, form)))
    return ExitCode.OK if comparison.verdict is Verdict.COMPATIBLE else ExitCode.FOUND


def _expanded(files: Sequence[str]) -> Iterator[str]:
    """Every file; a pattern that the shell left alone is expanded, and one that matches nothing stays as it is."""
    for name in files:
        pattern = glob.has_magic(name) and not Path(name).exists()
        found = sorted(glob.glob(name, recursive=True)) if pattern else []  # noqa: PTH207 - Path.glob takes no absolute ones
        yield from found or [name]
