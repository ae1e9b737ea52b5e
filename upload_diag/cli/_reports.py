"""What the commands that print a report share: its formats, printing it, reading one back."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._console import notice, open_output, read_input
from upload_diag.cli._options import OneOf
from upload_diag.errors import InputError
from upload_diag.terminal import is_terminal

if TYPE_CHECKING:
    from upload_diag.analysis import Report

# What a file's name says about the format that is wanted in it.
_SUFFIXES = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".jsonl": "ndjson",
    ".md": "markdown",
    ".ndjson": "ndjson",
    ".sarif": "sarif",
    ".xml": "junit",
}
_PAGE = "upload-diag-report.html"  # where a page goes that nobody wants to see as text on a terminal
_PAGES = frozenset({".html", ".htm"})
_LARGEST_PAGE = 4_000_000  # bytes; no page of ours has a quarter of that
_JSON_REPORT = re.compile(rb'\s*\{\s*"schema"\s*:\s*"upload-diag/report/')
_BEGINNING = 200  # bytes that show whether JSON is a report
_printed: "list[Report]" = []  # the last one stays until the process ends, which is faster than to take it apart


def _formats() -> Iterable[str]:
    from upload_diag.report import FORMATS

    return FORMATS


format_option = click.option(
    "-f",
    "--format",
    "format_",
    type=OneOf("FORMAT", _formats),
    help="text, json, ndjson, markdown, html, csv, junit, sarif or github (default: as FILE is named, else text)",
)


def print_report(report: "Report", format_: str | None, output: str | None) -> None:
    """Write the report where and how the two options say.

    Raises:
        InputError: the file cannot be written.
    """
    from upload_diag.report import FORMATS

    _printed[:] = [report]
    name = format_ or _SUFFIXES.get(Path(output or "").suffix.lower(), "text")
    if name == "html" and output is None and is_terminal(sys.stdout):
        output = _PAGE
        notice(f"the page goes to {_PAGE}; -o names another file, and -o - writes it here")
    with open_output(output) as out:
        FORMATS[name](report, out)


def read_report(path: str) -> "Report":
    """The report that `analyze -f json` or `-f html` wrote.

    Raises:
        InputError: the file cannot be read, or holds no report.
    """
    from upload_diag.analysis.restore import restore
    from upload_diag.report.html import read_back

    text = read_input(path).decode("utf-8", "replace")
    try:
        body = read_back(text) or json.loads(text)
        return restore(_told(body))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no report; wanted what `analyze -f json` or `-f html` writes ({error})") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _told(body: Any) -> Any:
    """What a page does not show counts as dropped."""
    left_out = body.get("leftOut", {}) if isinstance(body, dict) else {}
    if not left_out:
        return body
    return body | {"dropped": dict(Counter(body["dropped"]) + Counter(left_out))}


def is_report(path: str) -> bool:
    """Whether a file is a report that `analyze -f json` or `-f html` wrote; any other JSON or HTML is an input."""
    file = Path(path)
    try:
        if not file.is_file():
            return False
        if file.suffix.lower() not in _PAGES:
            with file.open("rb") as opened:
                return _JSON_REPORT.match(opened.read(_BEGINNING)) is not None
        if file.stat().st_size > _LARGEST_PAGE:
            return False
        from upload_diag.report.html import read_back

        return read_back(file.read_text(encoding="utf-8", errors="replace")) is not None
    except (OSError, ValueError):  # whoever reads it next says so
        return False
