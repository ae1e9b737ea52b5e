"""Breaks that a team has agreed to, until a day.

[[allow]]
path = "/error/errorType"      # as the comparison prints it
keyword = "enum"               # optional; also: direction
until = 2027-03-31             # the last day
reason = "all clients have a default branch since 4.2"
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

from upload_diag.contract.compare.verdict import Change, Comparison, Direction, Severity, verdict_of
from upload_diag.errors import InputError

__all__ = ["Permit", "permitted", "read_permits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One row of the file. What is None fits any."""

    path: str
    until: date
    reason: str
    keyword: str | None = None
    direction: str | None = None

    def covers(self, change: Change) -> bool:
        """Whether it speaks of this change, be it expired or not."""
        same_keyword = self.keyword in {None, change.keyword}
        return self.path == change.path and same_keyword and self.direction in {None, change.direction.value}


def read_permits(path: str) -> list[Permit]:
    """The rows of a file.

    Raises:
        InputError: the file cannot be read, or a row is not as it must be.
    """
    try:
        rows = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("allow", [])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{path}: no [[allow]] in it. Each has path, until, reason.")
    return [_permit(path, number, row) for number, row in enumerate(rows, 1)]


def _permit(path: str, number: int, row: object) -> Permit:
    where, known = f"{path}: allow {number}", {field.name for field in fields(Permit)}
    if not isinstance(row, dict) or not {"path", "until", "reason"} <= set(row) <= known:
        raise InputError(f"{where}: path, until and reason are wanted, keyword and direction may be there, no others.")
    if type(row["until"]) is not date:
        raise InputError(f"{where}: until is {row['until']!r}; a day without quotes is wanted, such as 2027-03-31.")
    if row.get("direction") not in {None, *map(str, Direction)}:
        raise InputError(f"{where}: direction is {row['direction']!r}; producer or consumer is wanted.")
    if not all(isinstance(row.get(name, ""), str) for name in ("path", "reason", "keyword")):
        raise InputError(f"{where}: path, reason and keyword are texts.")
    return Permit(**row)


def permitted(comparison: Comparison, permits: Sequence[Permit], today: date) -> tuple[Comparison, list[str]]:
    """The comparison with what is permitted marked so, and a line for each permit that is over or useless."""
    valid = [permit for permit in permits if permit.until >= today]
    changes = tuple(
        replace(change, severity=Severity.ALLOWED)
        if change.severity is not Severity.WARNING and any(permit.covers(change) for permit in valid)
        else change
        for change in comparison.changes
    )
    notes = []
    for permit in permits:
        if not any(permit.covers(change) for change in comparison.changes):
            notes.append(f"the permit for {permit.path} fits no change: remove it")
        elif permit not in valid:
            notes.append(f"the permit for {permit.path} ended on {permit.until}: {permit.reason}")
    verdicts = {
        direction: verdict_of(change for change in changes if change.direction is direction)
        for direction in comparison.verdicts
    }
    return replace(comparison, changes=changes, verdicts=verdicts), notes
