"""A `Report` as text: one module an output format, one line here."""

from collections.abc import Callable
from typing import TextIO

from upload_diag.analysis import Report
from upload_diag.report import csv, github, html, json_, junit, markdown, ndjson, sarif, text

__all__ = ["FORMATS", "Writer"]

Writer = Callable[[Report, TextIO], None]

FORMATS: dict[str, Writer] = {
    "text": text.write,
    "json": json_.write,
    "ndjson": ndjson.write,
    "markdown": markdown.write,
    "html": html.write,
    "csv": csv.write,
    "junit": junit.write,
    "sarif": sarif.write,
    "github": github.write,
}
