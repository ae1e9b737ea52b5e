"""The report for a person at a terminal: the answer first, then the reasons."""

from typing import TextIO

from upload_diag.analysis import Group, Report
from upload_diag.codes import Outcome

__all__ = ["write"]


def write(report: Report, out: TextIO) -> None:
    """Write the report as plain lines."""
    out.write(f"{_headline(report)}\n")
    out.writelines(f"\n{_group(group)}" for group in report.groups)
    if report.sessions:
        outcomes = ", ".join(f"{n} {outcome}" for outcome, n in report.by_outcome.items() if n)
        out.write(f"\n{len(report.sessions)} uploads: {outcomes}\n")
    out.writelines(f"note: {note}\n" for note in report.notes)


def _headline(report: Report) -> str:
    if not report.groups:
        return "No upload failure found."
    failed = report.by_outcome[Outcome.FAILED]
    uploads = f" in {len(report.sessions)} uploads, {failed} of which failed" if report.sessions else ""
    return f"{report.findings} failures{uploads}"


def _group(group: Group) -> str:
    name = f"{group.code} ({group.service_code})" if group.service_code else group.code
    lines = [f"{group.count} x {name}", f"  {group.cause}", f"  {group.advice}"]
    lines += [f"  {example.path}:{example.line}" for example in group.examples]
    return "\n".join(lines) + "\n"
