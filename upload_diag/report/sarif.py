"""The report as SARIF 2.1.0, for tools that show findings beside files: each group is a result."""

from typing import Any, TextIO
from urllib.parse import quote

from upload_diag.analysis import Example, Group, Report
from upload_diag.codes import Action
from upload_diag.report import _words as words
from upload_diag.report.json_ import dumps
from upload_diag.terminal import one_line

__all__ = ["write"]


def write(report: Report, out: TextIO) -> None:
    """Write one run; its rules are those that decided."""
    rules = sorted({group.rule for group in report.groups})
    index = {rule: at for at, rule in enumerate(rules)}
    driver = {
        "name": "upload-diag",
        "version": report.version,
        "properties": {"rulesetVersion": report.ruleset_version},
        "rules": [{"id": rule, "shortDescription": {"text": _meaning(rule, report)}} for rule in rules],
    }
    notes = [{"level": "warning", "message": {"text": line}} for line in words.unread(report)]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(group, index[group.rule]) for group in report.groups],
    }
    body = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    out.write(f"{dumps(body, indent=True)}\n")


def _meaning(rule: str, report: Report) -> str:
    from upload_diag.rules.explanations import EXPLANATIONS

    code = next(group.code for group in report.groups if group.rule == rule)
    return f"{code}: {EXPLANATIONS[code].meaning}"


def _result(group: Group, index: int) -> dict[str, Any]:
    return {
        "ruleId": group.rule,
        "ruleIndex": index,
        "level": "note" if group.action is Action.NONE else "error",
        "message": {"text": one_line(f"{group.count} x {words.title(group)}: {group.cause}")},
        "locations": [_location(example) for example in group.examples],
        "partialFingerprints": {"uploadDiag/v1": group.fingerprint},
        "occurrenceCount": group.count,
    }


def _location(example: Example) -> dict[str, Any]:
    path = example.path.replace("\\", "/").encode("utf-8", "backslashreplace")
    scheme = "file://" if path.startswith(b"/") else ""
    snippet = {"text": one_line(example.text, limit=500)}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": scheme + quote(path)},
            "region": {"startLine": max(1, example.line), "snippet": snippet},
        }
    }
