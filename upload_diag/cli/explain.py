"""`upload-diag explain CODE`."""

from collections.abc import Iterator
from typing import Any

import click

from upload_diag.cli._console import open_output
from upload_diag.cli._options import examples, format_option, output_option
from upload_diag.codes import ErrorCode
from upload_diag.terminal import columns, folded

_WIDEST = 100  # columns of a text that is read


@click.command(epilog=examples("explain NoSuchUpload", "explain session-expired -f json", "explain 413"))
@click.argument("name", required=False, metavar="[CODE]")
@click.option("--list", "listing", is_flag=True, help="print every name that can be explained, with its error code")
@format_option
@output_option
def command(name: str | None, listing: bool, format_: str, output: str | None) -> None:
    """Explain an error: what it means, why it happens, what to do.

    CODE is an error code of upload-diag (SESSION_EXPIRED, session-expired), a service's error code (NoSuchUpload), the
    name that a client, protocol or backend gives to a failure (ECONNRESET), or an HTTP status (413). Case does not
    matter.
    """
    if listing:
        answer: Any = [{"name": entry["name"], "code": entry["code"]} for entry in _entries()]
    elif name is None:
        raise click.UsageError("Nothing to explain. Give a code, such as NoSuchUpload; `--list` prints them all.")
    else:
        answer = _explained(_found(name))
    with open_output(output) as out:
        if format_ == "json":
            import json

            out.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
        elif listing:
            out.writelines(f"{entry['name']:<44} {entry['code']}\n" for entry in answer)
        else:
            out.write(_as_text(answer, min(columns(out) or _WIDEST, _WIDEST)))


def _entries() -> Iterator[dict[str, Any]]:
    """Every name that can be explained, once, with what is known of it; error codes first, for they win."""
    for code in ErrorCode:
        yield {"name": str(code), "code": code}
    from upload_diag.rules.s3_codes import S3_CODES

    for row in S3_CODES.values():
        known = {"status": row.status or None, "message": row.message or None, "sentBy": row.vendors.split()}
        yield {"name": row.name, "code": row.code} | known
    from upload_diag.rules.other_codes import OTHER_CODES

    for token in OTHER_CODES.values():
        if token.name not in ErrorCode.__members__:
            yield {"name": token.name, "code": token.code, "usedBy": token.family, "seen": token.seen}
    from upload_diag.rules.statuses import STATUSES

    for status, code in STATUSES.items():
        yield {"name": str(status), "code": code, "usedBy": "HTTP; what else an answer says counts more", "seen": ""}


def _found(name: str) -> dict[str, Any]:
    """What is known of a name: as it is spelled, else by its letters and digits alone."""
    by_letters: dict[str, dict[str, Any]] = {}
    for entry in _entries():
        if entry["name"] == name:
            return entry
        by_letters.setdefault(_letters(entry["name"]), entry)
    if found := by_letters.get(_letters(name)):
        return found
    from difflib import get_close_matches

    close = [by_letters[match]["name"] for match in get_close_matches(_letters(name), by_letters, n=3)]
    hints = [f"Did you mean {' or '.join(close)}?"] if close else ["`upload-diag explain --list` prints what is known."]
    if not close or " " in name:
        hints.append("`upload-diag classify` reads a whole message.")
    raise click.UsageError(f"'{name}' is not known. {' '.join(hints)}")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _explained(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with what its error code means and asks for; also what `-f json` prints."""
    from upload_diag.rules.advice import ADVICE, ADVICE_BY_OPERATION
    from upload_diag.rules.explanations import EXPLANATIONS

    code: ErrorCode = entry["code"]
    explanation, advice = EXPLANATIONS[code], ADVICE[code]
    return entry | {
        "meaning": explanation.meaning,
        "causes": explanation.causes,
        "shows": explanation.shows,
        "developer": explanation.developer,
        "operations": explanation.operations,
        "retry": advice.retry,
        "actionRequired": advice.action,
        "actionByOperation": {
            operation: other.action for (of, operation), other in ADVICE_BY_OPERATION.items() if of is code
        },
        "userMessage": advice.user_message,
        "suggestedAction": advice.suggested_action,
        "example": explanation.example,
        "notToConfuse": {str(other): difference for other, difference in explanation.not_to_confuse},
    }


def _as_text(answer: dict[str, Any], width: int) -> str:
    lines = [*_heading(answer), "", answer["meaning"], "", "Why, most likely first"]
    lines += [f"  {number}. {cause}" for number, cause in enumerate(answer["causes"], 1)]
    actions = [f"{answer['actionRequired']} (retry: {answer['retry']})"]
    actions += [f"{action} at {operation}" for operation, action in answer["actionByOperation"].items()]
    for title, text in (
        ("How it shows", answer["shows"]),
        ("In the application", answer["developer"]),
        ("In operations", answer["operations"]),
        ("Recovery", "; ".join(actions)),
        ("Tell the user", f"{answer['userMessage']} {answer['suggestedAction']}"),
    ):
        lines += ["", title, f"  {text}"]
    lines += ["", "Example", f"  {answer['example']}"]
    if answer["notToConfuse"]:
        lines += ["", "Not to be confused with"]
        lines += [f"  {other}: {difference}" for other, difference in answer["notToConfuse"].items()]
    return "".join(f"{_wrapped(line, width)}\n" for line in lines)


def _heading(answer: dict[str, Any]) -> list[str]:
    """The name; for a code of others also what it stands for here, and who sends it."""
    if answer["name"] == answer["code"]:
        return [answer["name"]]
    lines = [f"{answer['name']}: {answer['code']}"]
    if "sentBy" in answer:
        status = f" with HTTP status {answer['status']}" if answer["status"] else ""
        lines.append(f"An error code of {', '.join(answer['sentBy'])}{status}.")
        if answer["message"]:
            lines.append(f'It says: "{answer["message"]}"')
    else:
        lines.append(f"Seen in: {answer['seen'] or answer['usedBy']}.")
    return lines


def _wrapped(line: str, width: int) -> str:
    """The line continued under its own text; an example in JSON or XML stays as it is."""
    text = line.lstrip()
    if text.startswith(("{", "<")):
        return line
    number, dot, _ = text.partition(". ")
    indent = len(line) - len(text)
    return folded(line, width, under=indent + 3 if dot and number.isdigit() else indent)
