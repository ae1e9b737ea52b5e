"""The whole report as one JSON document."""

import json
from typing import TextIO

from upload_diag.analysis import Report

__all__ = ["write"]


def write(report: Report, out: TextIO) -> None:
    """Write the report as `schemas/report.schema.json` describes it."""
    json.dump(report.to_json(), out, indent=2, ensure_ascii=False)
    out.write("\n")
