"""The report as one JSON object a line, each with its `type`: the report's head, then its parts."""

from typing import TextIO

from upload_diag.analysis import Report
from upload_diag.report.json_ import dumps

__all__ = ["write"]

# The lists of the report, and the type of their rows.
_ROWS = {"inputs": "input", "groups": "group", "sessions": "session", "patterns": "pattern", "timeline": "bar"}


def write(report: Report, out: TextIO) -> None:
    """Write the head, `{"type": "report", …}`, and then each input, group, session, pattern and bar."""
    body = report.frame() | {"sessions": report.sessions_json()}  # one by one: there may be hundreds of thousands
    head = {key: value for key, value in body.items() if key not in _ROWS}
    out.write(f"{dumps({'type': 'report'} | head)}\n")
    for name, kind in _ROWS.items():
        for row in body[name]:
            out.write(f"{dumps({'type': kind} | row)}\n")
