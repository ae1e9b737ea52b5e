"""The verdict as the `ErrorInfo` that users get; the one place of the classifier that needs pydantic."""

from typing import Any, TypeVar

from pydantic import BaseModel

from upload_diag.classifier.hits import Hit, render
from upload_diag.classifier.verdict import Verdict, clean
from upload_diag.codes import Retry
from upload_diag.model import ErrorInfo, Evidence, UploadContext

__all__ = ["describe"]

MAX_EVIDENCE = 40
MAX_VALUE = 200  # characters of one piece of evidence

_M = TypeVar("_M", bound=BaseModel)
_NOTHING_KNOWN = dict(UploadContext())
_OF_ANSWER, _OF_EVIDENCE = set(ErrorInfo.model_fields), set(Evidence.model_fields)
_set = object.__setattr__


def describe(verdict: Verdict, ruleset_version: str) -> ErrorInfo:
    """The answer, free of secrets."""
    advice = verdict.advice
    fields: dict[str, Any] = {
        "code": verdict.code,
        "message": verdict.message,
        "user_message": advice.user_message,
        "suggested_action": advice.suggested_action,
        "is_retryable": advice.retry is not Retry.NEVER,
        "retry": advice.retry,
        "action_required": advice.action,
        "context": _context(verdict),
        "evidence": tuple(map(_evidence, verdict.hits[:MAX_EVIDENCE])),
        "secondary": tuple(verdict.secondary),
        "ruleset_version": ruleset_version,
    }
    return _made(ErrorInfo, fields, _OF_ANSWER)


def _context(verdict: Verdict) -> UploadContext:
    known: dict[str, Any] = {
        "http_status": verdict.status,
        "service_code": verdict.service_code,
        "operation": verdict.operation,
    }
    for name, (_, value) in verdict.found.ids.items():
        known[name] = clean(value) if isinstance(value, str) else value
    return _made(UploadContext, _NOTHING_KNOWN | known, set(known))


def _evidence(hit: Hit) -> Evidence:
    value = clean(hit.value)
    if len(value) > MAX_VALUE:
        value = value[: MAX_VALUE - 1] + "…"
    path = render(hit.path)
    fields = {
        "rule": hit.rule,
        "path": clean(path) if "'" in path else path,
        "value": value,
        "strength": max(0, hit.strength),
    }
    return _made(Evidence, fields, _OF_EVIDENCE)


def _made(model: type[_M], values: dict[str, Any], given: set[str]) -> _M:
    """A frozen model of every field's value, taken as it is: our own values need no proof of their types.

    Args:
        model: what to make.
        values: by every field's name.
        given: the names of the fields that are not left at their defaults.
    """
    made = model.__new__(model)
    _set(made, "__dict__", values)
    _set(made, "__pydantic_fields_set__", given)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made
