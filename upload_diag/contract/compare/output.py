"""Print a comparison, for people and programs."""

import json
from collections.abc import Sequence
from typing import Any

from upload_diag.contract.compare.verdict import Change, Comparison, Direction, Severity, Verdict
from upload_diag.contract.documents import Document
from upload_diag.contract.output import FORMATS, Checked, Result
from upload_diag.contract.problems import Problem

__all__ = ["written"]

SHOWN = 400  # characters of a witness in text; json has all of it


def written(comparison: Comparison, old: str, new: str, notes: Sequence[str], output_format: str) -> str:
    """The comparison of two schemas, called `old` and `new`, in one of the formats of a check."""
    if output_format == "text":
        return _text(comparison, old, new, notes)
    if output_format == "json":
        return _json(comparison, old, new, notes)
    problems = [_problem(change) for change in comparison.changes if _counts(change)]
    result = Result(f"the promise of {old}", [Checked(Document(new, None), problems)])
    return FORMATS[output_format](result)


def _text(comparison: Comparison, old: str, new: str, notes: Sequence[str]) -> str:
    lines = []
    for change in comparison.changes:
        lines.append(f"{change.severity:<9} {change.direction:<8}  {change.path or '/'}   {change.keyword}")
        lines.append(f"    {change.reason}")
        if change.witness is not ...:
            document = json.dumps(change.witness, ensure_ascii=False)
            lines.append(f"    witness {document if len(document) <= SHOWN else document[:SHOWN] + '…'}")
    lines += [f"note: {note}" for note in notes]
    told = ", ".join(f"{direction} {verdict}" for direction, verdict in comparison.verdicts.items())
    lines.append(f"{comparison.verdict}: {old} -> {new} ({told}); version step: {comparison.semver}")
    return "\n".join(lines) + "\n"


def _json(comparison: Comparison, old: str, new: str, notes: Sequence[str]) -> str:
    breaks = [change for change in comparison.changes if change.severity is Severity.ERROR]
    body = {
        "schema": "upload-diag/compare/1",
        "old": old,
        "new": new,
        "verdict": comparison.verdict,
        "directions": comparison.verdicts,
        "semver": comparison.semver,
        "witness": breaks[0].witness if breaks else None,
        "changes": [_row(change) for change in comparison.changes],
        "notes": list(notes),
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _row(change: Change) -> dict[str, Any]:
    row = {name: getattr(change, name) for name in ("path", "keyword", "direction", "severity", "reason")}
    return row | ({} if change.witness is ... else {"witness": change.witness})


def _counts(change: Change) -> bool:
    return change.severity in {Severity.ERROR, Severity.UNDECIDED}


def _problem(change: Change) -> Problem:
    rule = f"{change.direction}.{change.keyword}"
    seen = Verdict.BREAK if change.severity is Severity.ERROR else Verdict.CANNOT_DECIDE
    whom = "who still writes" if change.direction is Direction.PRODUCER else "who still reads"
    fix = f"keep the old form beside the new one, raise the major version, or permit it with --allow; {change.reason}"
    return Problem(rule, change.path, str(seen), f"nothing changed for those {whom} the old version", fix)
