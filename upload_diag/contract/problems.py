"""What a check finds: one problem in four short texts, and the names of the rules."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from upload_diag.redaction import redact

__all__ = ["FIXES", "RULES", "Problem", "brief", "pointer"]

SHOWN = 80  # characters of a value in a message: enough to find it, too few to drown the line


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a document breaks its contract.

    Attributes:
        rule: a stable name: of `RULES`, or `schema.KEYWORD`.
        pointer: JSON pointer to the value at fault; empty for the whole document.
        seen: the value, shortened and redacted.
        wanted: what the contract asks for.
        fix: what to change.
    """

    rule: str
    pointer: str
    seen: str
    wanted: str
    fix: str


# The named rules. All but the last three are parts of the schemas, marked there by a `$comment` of the same name.
RULES = {
    "known-error-type": "errorType is one of the names that S3 gives to its errors",
    "session-flag-fits-error-type": "isSessionExpired is true for an errorType that means a dead session, else false",
    "action-fits-error-type": "actionRequired is a step that helps against this errorType",
    "a-dead-session-is-restarted": "a part that met a dead session asks for RESTART_UPLOAD",
    "part-and-size-together": "partNumber and chunkSize are both there or both absent",
    "part-number-in-range": "partNumber is a whole number from 1 to 10,000",
    "retryable-fits-retry": "isRetryable is false only when retry is never",
    "no-secret": "no signature, token, key or password is in the answer",
    "ids-well-formed": "an id is a real id: not empty, no blanks, not a printed null or object",
    "status-fits-code": "the HTTP status tells generic clients the same as the envelope",
}

FIXES = {
    "known-error-type": "use one of the names, or add the new one to the schema and raise its version",
    "session-flag-fits-error-type": "set the flag from errorType in one place of the backend",
    "action-fits-error-type": "derive actionRequired from errorType in one place of the backend",
    "a-dead-session-is-restarted": "answer RESTART_UPLOAD: the same session will not come back",
    "part-and-size-together": "send both for a failed part, neither otherwise",
    "part-number-in-range": "count parts from 1, and as a number",
    "retryable-fits-retry": "compute isRetryable from retry",
    "no-secret": "redact the text before it leaves the backend (`upload-diag redact` shows how it could look)",
    "ids-well-formed": "leave the field out when the id is not known, and log why",
    "schema.required": "add the member",
    "schema.type": "send it as the type that is wanted",
    "schema.additionalProperties": "remove the member, or add it to the schema",
    "schema.enum": "use one of the names, or add the new name to the schema and raise its version",
}


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def brief(value: Any) -> str:
    """A value as short JSON without secrets; objects and lists by their size only."""
    if isinstance(value, dict):
        return f"an object with {len(value)} members"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        value = redact(value[:2000])
        return json.dumps(value if len(value) <= SHOWN else value[: SHOWN - 1] + "…", ensure_ascii=False)
    try:
        text = json.dumps(value, default=lambda other: f"a Python {type(other).__name__}")
    except ValueError:  # an integer of more digits than Python prints
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
