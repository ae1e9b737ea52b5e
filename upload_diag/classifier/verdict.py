"""From findings to the verdict: all the judgement there is, with `hits.rank`."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import BARE_STATUS, DOUBTFUL_STATUS, NO_ANSWER, Hit, rank, render
from upload_diag.codes import ErrorCode, Retry
from upload_diag.model import ErrorInfo
from upload_diag.redaction import redact
from upload_diag.rules.advice import advise
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.statuses import CONTEXT_STATUSES, STATUSES

__all__ = ["decide"]

_build: Callable[[dict[str, Any]], ErrorInfo] = ErrorInfo.__pydantic_validator__.validate_python
MAX_EVIDENCE = 40
MAX_VALUE = 200  # characters of one piece of evidence


def decide(found: Findings, ruleset: Ruleset) -> ErrorInfo:
    """The verdict that the findings support best."""
    status, told = _status(found)
    every = [*found.hits.values(), *told]
    # That something failed is news only where nothing says more.
    hits = [hit for hit in every if hit.code is not ErrorCode.UNKNOWN] or every
    hits.sort(key=lambda hit: rank(hit, ruleset.own))
    overruled = {code for hit in hits for code in hit.refines}
    kept = [hit for hit in hits if hit.code not in overruled or hit.refines] if overruled else hits
    best = kept[0] if kept else None
    if best is not None and best is not hits[0]:
        hits.remove(best)
        hits.insert(0, best)
    code = best.code if best is not None else ErrorCode.UNKNOWN
    operation = found.ids.get("operation", (0, None))[1]
    advice = advise(code, operation)
    service_code = _service_code(hits, code) or found.unnamed_code
    # As plain values under the names that pydantic looks for first: it builds the parts faster than we could.
    fields: dict[str, Any] = {
        "code": code,
        "message": _message(service_code, best, advice.message),
        "userMessage": advice.user_message,
        "suggestedAction": advice.suggested_action,
        "isRetryable": advice.retry is not Retry.NEVER,
        "retry": advice.retry,
        "actionRequired": advice.action,
        "context": _context(found, status, service_code),
        "evidence": [_evidence(hit) for hit in hits[:MAX_EVIDENCE]],
        "secondary": list(dict.fromkeys(hit.code for hit in kept if hit.code is not code)),
        "rulesetVersion": ruleset.version,
    }
    return _build(fields)


def _status(found: Findings) -> tuple[int | None, list[Hit]]:
    """The HTTP status of the payload, and what it says."""
    if not found.statuses:
        return None, []
    # An error before a success, then the sure before the doubtful, the innermost, the surest.
    sure, depth, status, path = max(found.statuses, key=lambda s: (s[2] >= 300, s[0] >= 60, s[1], s[0], s[2]))
    told = []
    if (verdict := STATUSES.get(status)) is not None:
        strength = NO_ANSWER if status == 0 else BARE_STATUS if sure >= 40 else DOUBTFUL_STATUS
        if verdict is not ErrorCode.OBJECT_NOT_FOUND or not _only_consequences(found):
            told.append(Hit(strength, depth, f"status.{status}", verdict, path, str(status)))
    operation = found.ids.get("operation", (0, None))[1]
    told += [
        Hit(row.strength, depth, row.rule, row.code, path, str(status))
        for row in CONTEXT_STATUSES
        if status in row.statuses
        and (row.marker in found.markers or (operation in row.operations and "upload_id" in found.ids))
    ]
    return status or None, told


def _only_consequences(found: Findings) -> bool:
    """Whether a dead session shows in nothing but an abort that failed: its 404 says no more than that."""
    expired = [hit for hit in found.hits.values() if hit.code is ErrorCode.SESSION_EXPIRED]
    return bool(expired) and all(hit.strength < BARE_STATUS for hit in expired)


def _service_code(hits: list[Hit], code: ErrorCode) -> str | None:
    """The service's code that goes with the verdict, or else the best there is."""
    named = [hit for hit in hits if hit.service_code]
    return next((hit.service_code for hit in named if hit.code is code), named[0].service_code if named else None)


def _context(found: Findings, status: int | None, service_code: str | None) -> dict[str, Any]:
    context: dict[str, Any] = {"http_status": status, "service_code": service_code and _clean(service_code)}
    for name, (_, value) in found.ids.items():
        context[name] = _clean(value) if isinstance(value, str) else value
    return context


def _message(service_code: str | None, best: Hit | None, fallback: str) -> str:
    """One line for a developer."""
    if service_code and best is not None and best.service_code == service_code:
        return f"{service_code}: {fallback}"
    return fallback


def _evidence(hit: Hit) -> dict[str, Any]:
    value = _clean(hit.value)
    if len(value) > MAX_VALUE:
        value = value[: MAX_VALUE - 1] + "…"
    path = render(hit.path)
    return {
        "rule": hit.rule,
        "path": _clean(path) if "'" in path else path,
        "value": value,
        "strength": max(0, hit.strength),
    }


@lru_cache(maxsize=4_096)  # codes, sentences and bucket names come again and again
def _clean(text: str) -> str:
    """Without secrets, and without the lone surrogates that no encoding can carry."""
    text = redact(text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
