"""A `Report` as text: one module an output format, one line here."""

from collections.abc import Callable
from typing import TextIO

from upload_diag.analysis import Report
from upload_diag.report import json_, text

__all__ = ["FORMATS", "Writer"]

Writer = Callable[[Report, TextIO], None]

FORMATS: dict[str, Writer] = {
    "text": text.write,
    "json": json_.write,
}
