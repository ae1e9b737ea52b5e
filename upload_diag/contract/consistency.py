"""The rules that a schema cannot say: no secrets, real ids, an HTTP status that agrees."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from upload_diag.codes import ErrorCode
from upload_diag.contract.documents import Document
from upload_diag.contract.problems import FIXES, Problem, brief, pointer
from upload_diag.contract.schemas import ENVELOPE, find
from upload_diag.redaction import find_secrets, redact

__all__ = ["actions", "beyond_schema", "error_types"]

DEPTH = 60  # levels that the rules follow
LONGEST = 100_000  # characters of a text that are searched for secrets

# The statuses that fit. 4xx says "do not send this again as it is", which is right for all that needs an action first.
_CLIENT = frozenset(range(400, 500)) - {408, 429}
STATUSES: dict[ErrorCode, frozenset[int]] = dict.fromkeys(ErrorCode, _CLIENT) | {
    ErrorCode.THROTTLED: frozenset({429, 503}),
    ErrorCode.SERVER_ERROR: frozenset({500, 502, 503, 504}),
    ErrorCode.TIMEOUT: frozenset({400, 408, 500, 503, 504}),
    ErrorCode.NETWORK: frozenset({500, 502, 503, 504}),
    ErrorCode.WRONG_REGION: _CLIENT | {301, 307},
    ErrorCode.QUOTA_EXCEEDED: _CLIENT | {507},
    ErrorCode.INVALID_REQUEST: _CLIENT | {501},
    ErrorCode.TLS_ERROR: frozenset({500, 502, 525, 526}),
    ErrorCode.LOCAL_IO: _CLIENT | {500},
    ErrorCode.UNKNOWN: frozenset(range(400, 600)),
}


def beyond_schema(document: Document) -> list[Problem]:
    """Every problem that no schema can find."""
    return [*_no_secret(document.value), *_ids_well_formed(document.value), *_status_fits_code(document)]


def _no_secret(value: Any) -> Iterator[Problem]:
    for path, text in _strings(value):
        named = json.dumps({str(path[-1]) if path else "": text[:LONGEST]}, ensure_ascii=False)
        for kind in sorted({cut.kind for cut in find_secrets(named)}):
            seen = brief(redact(named))
            yield Problem("no-secret", pointer(path), seen, f"no secret ({kind})", FIXES["no-secret"])


_ID_KEY = re.compile(r"(?:^id|[a-z]Id|_id|ID)$")
_NO_ID = {"undefined", "null", "none", "nan", "nil", "true", "false", "[object object]", "%s", "{}", "unknown"}
_NO_ID_IN_TEXT = re.compile(
    r"\bupload[ _-]?id['\"]?\s*[:=]\s*['\"]?(undefined|null|none|nan|\[object)\b", re.IGNORECASE
)


def _ids_well_formed(value: Any) -> Iterator[Problem]:
    wanted = "a real id: printable, no blanks, at most 1,024 characters"
    for path, text in _strings(value):
        bad = _ID_KEY.search(str(path[-1])) and not _is_id(text) if path else False
        if bad or _NO_ID_IN_TEXT.search(text):
            yield Problem("ids-well-formed", pointer(path), brief(text), wanted, FIXES["ids-well-formed"])


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 1024 and text.isprintable() and " " not in text and text.lower() not in _NO_ID


def _strings(value: Any) -> Iterator[tuple[list[str | int], str]]:
    """Every string in a document with its path, without recursion."""
    waiting: list[tuple[list[str | int], Any]] = [([], value)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, str):
            yield path, node
        elif len(path) < DEPTH and isinstance(node, dict):
            waiting += [([*path, str(key)], child) for key, child in node.items()]
        elif len(path) < DEPTH and isinstance(node, list):
            waiting += [([*path, position], child) for position, child in enumerate(node)]


def _status_fits_code(document: Document) -> Iterator[Problem]:
    """Only for a document that came with its HTTP status and says that it is an error."""
    code = _code_of(document.value)
    if document.status is None or code is None or document.status in STATUSES[code]:
        return
    few = sorted(STATUSES[code])[:4]
    wanted = f"a status that fits {code}, such as {', '.join(map(str, few))}"
    yield Problem("status-fits-code", "", f"HTTP {document.status}", wanted, "answer with a status that fits")


def _code_of(value: Any) -> ErrorCode | None:
    """The ErrorCode of an envelope, by its errorType, or of an ErrorInfo."""
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, dict) and isinstance(name := error.get("errorType"), str):
        return error_types().get(name, ErrorCode.UNKNOWN)
    code = value.get("code")
    return ErrorCode(code) if isinstance(code, str) and code in ErrorCode.__members__ else None


@cache
def error_types() -> dict[str, ErrorCode]:
    """What each errorType of the envelope's current schema means."""
    groups = find(ENVELOPE)["$defs"].items()
    return {name: ErrorCode(code) for code, group in groups if code in ErrorCode.__members__ for name in group["enum"]}


@cache
def actions() -> dict[ErrorCode, list[str]]:
    """The steps that the envelope's current schema allows for each ErrorCode, the usual one first."""
    rows = find(ENVELOPE)["$defs"]["error"]["allOf"]
    coupled = [row for row in rows if row["$comment"] == "action-fits-error-type"]
    codes = [row["if"]["properties"]["errorType"]["$ref"].rpartition("/")[2] for row in coupled]
    allowed = [row["then"]["properties"]["actionRequired"]["enum"] for row in coupled]
    return {ErrorCode(code): names for code, names in zip(codes, allowed, strict=True)}
