"""The verdict as the `ErrorInfo` that users get; the one place of the classifier that needs pydantic."""

from collections.abc import Callable
from typing import Any

from upload_diag.classifier.hits import Hit, render
from upload_diag.classifier.verdict import Verdict, clean
from upload_diag.codes import Retry
from upload_diag.model import ErrorInfo

__all__ = ["describe"]

_build: Callable[[dict[str, Any]], ErrorInfo] = ErrorInfo.__pydantic_validator__.validate_python
MAX_EVIDENCE = 40
MAX_VALUE = 200  # characters of one piece of evidence


def describe(verdict: Verdict, ruleset_version: str) -> ErrorInfo:
    """The answer, free of secrets."""
    advice = verdict.advice
    # As plain values under the names that pydantic looks for first: it builds the parts faster than we could.
    return _build(
        {
            "code": verdict.code,
            "message": verdict.message,
            "userMessage": advice.user_message,
            "suggestedAction": advice.suggested_action,
            "isRetryable": advice.retry is not Retry.NEVER,
            "retry": advice.retry,
            "actionRequired": advice.action,
            "context": _context(verdict),
            "evidence": [_evidence(hit) for hit in verdict.hits[:MAX_EVIDENCE]],
            "secondary": verdict.secondary,
            "rulesetVersion": ruleset_version,
        }
    )


def _context(verdict: Verdict) -> dict[str, Any]:
    context: dict[str, Any] = {
        "http_status": verdict.status,
        "service_code": verdict.service_code,
        "operation": verdict.operation,
    }
    for name, (_, value) in verdict.found.ids.items():
        context[name] = clean(value) if isinstance(value, str) else value
    return context


def _evidence(hit: Hit) -> dict[str, Any]:
    value = clean(hit.value)
    if len(value) > MAX_VALUE:
        value = value[: MAX_VALUE - 1] + "…"
    path = render(hit.path)
    return {
        "rule": hit.rule,
        "path": clean(path) if "'" in path else path,
        "value": value,
        "strength": max(0, hit.strength),
    }
