"""`upload-diag classify [FILE or -]`: one payload, or one a line, in; one ErrorInfo each out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from upload_diag.cli._console import named, notice, open_output, read_input
from upload_diag.cli._options import (
    examples,
    format_option,
    output_option,
    own_rules,
    rules_option,
    show_secrets_option,
)
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError
from upload_diag.terminal import columns, folded, one_line, spelled_out

if TYPE_CHECKING:
    from upload_diag.model import ErrorInfo

MAX_BYTES = 64 << 20  # more is a log, not an error


@click.command(
    epilog=examples(
        "classify response.json",
        "classify < message.txt",
        "classify --jsonl errors.ndjson -o verdicts.ndjson",
        "classify --exit-code --quiet error.xml && echo no error",
    )
)
@click.argument("file", required=False)
@format_option
@click.option("--jsonl", is_flag=True, help="one payload a line in, one ErrorInfo a line out")
@rules_option
@click.option(
    "--exit-code", is_flag=True, help="exit 75 when retrying can help, 1 when it cannot, 0 when there is no error"
)
@click.option("-q", "--quiet", is_flag=True, help="print nothing; for use with --exit-code")
@show_secrets_option
@output_option
def command(  # noqa: PLR0917  click passes by name
    file: str | None, format_: str, jsonl: bool, rules: str | None, exit_code: bool, quiet: bool, output: str | None
) -> ExitCode:
    """Say what one error means and what to do about it.

    FILE holds the error in whatever shape it arrived: an envelope, an exception's text, an XML body, a piece of a
    log. `-`, or no FILE, reads standard input.
    """
    from upload_diag.classifier import Classifier

    classifier = Classifier(own_rules(rules))
    payloads = _payloads(_read(file, most=-1 if jsonl else MAX_BYTES + 1), file or "-", jsonl)
    last: ErrorInfo | None = None
    with open_output(output) as out:
        for payload in payloads:
            last = classifier.diagnose(payload)
            if quiet:
                continue
            if jsonl or format_ == "json":
                out.write(spelled_out(last.model_dump_json(indent=None if jsonl else 2)) + "\n")
            else:
                out.write(_text(last, columns(out)))
    if not exit_code or last is None or not last.evidence:
        return ExitCode.OK
    return ExitCode.RETRYABLE if last.is_retryable else ExitCode.FOUND


def _read(file: str | None, most: int) -> bytes:
    try:
        return read_input(file, most=most)
    except InputError as error:
        if isinstance(error.__cause__, (IsADirectoryError, PermissionError)):
            raise
        raise InputError(f"{error}; wanted a file. Pipe a text in: echo TEXT | upload-diag classify") from error


def _payloads(data: bytes, name: str, jsonl: bool) -> Iterator[bytes]:
    """The payloads of the input; an error when there is none."""
    if not data.strip():
        raise InputError(f"{named(name)} is empty; wanted an error to classify, in any shape")
    if jsonl:
        lines = [line for line in data.splitlines() if line.strip()]
        return iter(lines)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name}: more than {MAX_BYTES >> 20} MiB are a log, not one error; try: upload-diag analyze {name}"
        )
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        notice(f"{one_line(name)}: looks like a binary file; read as text all the same")
    return iter([_decoded(data)])


def _decoded(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def _text(info: "ErrorInfo", width: int | None) -> str:
    """For people: the verdict, why, where, what to say and what to do."""
    if not info.evidence:
        return "no upload error found in this text\n"
    retry = {
        "same_request": "the same request may be sent again",
        "after_action": "then retry",
        "never": "do not retry",
    }
    lines = [f"{info.code}  {one_line(info.message)}", ""]
    lines.append(f"  Next      {info.action_required}  ({retry[info.retry]})")
    for number, evidence in enumerate(info.evidence[:6]):
        lead = "  Because   " if number == 0 else "            "
        what = f"{one_line(evidence.value, limit=100)}  at {one_line(evidence.path)}"
        lines.append(f"{lead}{what}  [{evidence.rule}, {evidence.strength}]")
    context = {
        name: value
        for name, value in info.context.model_dump(exclude_none=True, by_alias=False).items()
        if name != "service_code"
    }
    if context:
        lead = "  Where     "
        for name, value in context.items():
            lines.append(f"{lead}{name.replace('_', ' ')}: {one_line(str(value), limit=160)}")
            lead = "            "
    if info.secondary:
        lines.append(f"  Also      {', '.join(info.secondary)}")
    lines += [f"  Tell      {info.user_message}", f"            {info.suggested_action}", ""]
    lines.append(f"More: upload-diag explain {info.code}")
    return "".join(f"{folded(line, width, under=12 if line.startswith(' ') else None)}\n" for line in lines)
