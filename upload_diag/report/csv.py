"""The groups as a table for a spreadsheet: one row a group."""

import csv
import re
from typing import TextIO

from upload_diag.analysis import Group, Report
from upload_diag.terminal import one_line

__all__ = ["write"]

COLUMNS = (
    "count", "code", "serviceCode", "operation", "rule", "sessions", "first", "last", "actionRequired", "cause",
    "advice", "userMessage", "fingerprint", "path", "line", "time", "text",
)  # fmt: skip

# How a spreadsheet knows a formula, in any width of the sign, behind any white space.
_FORMULA = re.compile(r"\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]")


def write(report: Report, out: TextIO) -> None:
    """Write a row of names and a row a group, with its earliest example; no cell is a formula."""
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_row(group) for group in report.groups)


def _row(group: Group) -> list[str | int]:
    cells: list[object] = [
        group.count, group.code, group.service_code, group.operation, group.rule, group.sessions, group.first,
        group.last, group.action, group.cause, group.advice, group.user_message, group.fingerprint,
    ]  # fmt: skip
    for example in group.examples[:1]:
        cells += [example.path, example.line, example.time, example.text]
    cells += [None] * (len(COLUMNS) - len(cells))
    return [cell if isinstance(cell, int) else _cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """The text on one line; an apostrophe keeps what looks like a formula from being one."""
    text = one_line(str(value)) if value is not None else ""
    return f"'{text}" if _FORMULA.match(text) else text
