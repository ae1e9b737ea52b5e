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
_new = object.__new__
# What a model keeps its values in: set as it is, which takes half the time of `object.__setattr__`.
_set_values, _set_given, _set_extra, _set_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


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
    strength, _, rule, _, place, value, _, _ = hit
    value = clean(value)
    if len(value) > MAX_VALUE:
        value = value[: MAX_VALUE - 1] + "…"
    path = "$" if place is None else render(place)
    if "'" in path:
        path = clean(path)
    fields = {"rule": rule, "path": path, "value": value, "strength": max(0, strength)}
    return _made(Evidence, fields, _OF_EVIDENCE)


def _made(model: type[_M], values: dict[str, Any], given: set[str]) -> _M:
    """A frozen model of every field's value, taken as it is: our own values need no proof of their types.

    Args:
        model: what to make.
        values: by every field's name.
        given: the names of the fields that are not left at their defaults.
    """
    made = _new(model)
    _set_values(made, values)
    _set_given(made, given)
    _set_extra(made, None)
    _set_private(made, None)
    return made
