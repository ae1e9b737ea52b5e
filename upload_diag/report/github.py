"""The report as annotations of GitHub Actions, and as the step's summary."""

import os
from pathlib import Path
from typing import TextIO

from upload_diag.analysis import Group, Report
from upload_diag.codes import Action
from upload_diag.report import _words as words
from upload_diag.report.markdown import blocks
from upload_diag.terminal import one_line

__all__ = ["write"]

ANNOTATIONS = 10  # GitHub drops more than ten errors of a step
SUMMARY = 1 << 20  # bytes of all summaries of a step; GitHub drops a longer one whole
_CUT = "\n\n… the rest is cut: a step's summary holds 1 MiB.\n"


def write(report: Report, out: TextIO) -> None:
    """Write one annotation a group, ten at most; append the report to the file that GITHUB_STEP_SUMMARY names."""
    for group in report.groups[:ANNOTATIONS]:
        out.write(f"{_annotation(group)}\n")
    answer = words.verdict(report)
    more = len(report.groups) - ANNOTATIONS
    rest = f" And {words.counted(more, 'more kind')}." if more > 0 else ""
    out.write(f"::notice title=upload-diag::{_message(f'{answer.what} {answer.how_often}{rest}')}\n")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append(report, Path(summary))


def _annotation(group: Group) -> str:
    level = "notice" if group.action is Action.NONE else "error"
    where = ""
    for example in group.examples[:1]:
        where = f"file={_property(example.path)},line={max(1, example.line)},"
    title = _property(f"{words.title(group)} x {group.count}")
    return f"::{level} {where}title={title}::{_message(f'{group.cause} (upload-diag explain {group.code})')}"


def _message(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _append(report: Report, summary: Path) -> None:
    """Append as many blocks of the report as there is room for."""
    room = SUMMARY - (summary.stat().st_size if summary.exists() else 0) - len(_CUT.encode())
    with summary.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
        for block in blocks(report):
            room -= len(block.encode("utf-8", "replace")) + 2
            if room < 0:
                file.write(_CUT)
                return
            file.write(f"{block}\n\n")
