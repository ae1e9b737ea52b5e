"""The report as one HTML file that opens anywhere, loads nothing, and can be read back."""

from typing import TextIO

from upload_diag.analysis import Report
from upload_diag.report._words import notable
from upload_diag.report.html._data import read_back
from upload_diag.report.html._kept import CAPS, budget, keep
from upload_diag.report.html._page import page

__all__ = ["read_back", "write"]


def write(report: Report, out: TextIO) -> None:
    """Write the page: at most 60 kB for 20 groups and 1 MB for any number, and what that leaves out is said."""
    text = ""
    stories = notable(report, CAPS[0].sessions)
    for caps in CAPS:
        text = page(keep(report, caps, stories))
        if len(text.encode()) <= budget(len(report.groups)):
            break
    out.write(text)
