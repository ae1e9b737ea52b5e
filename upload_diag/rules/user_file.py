"""A user's own rules: a TOML file of `[[codes]]` and `[[phrases]]`, whose fields are those of the rows.

For example `{name = "VideoGone", code = "SESSION_EXPIRED"}` as a code, and as a phrase `{rule = "acme.tape-full",
code = "QUOTA_EXCEEDED", keyword = "tape is full", hits = ["Cannot store: tape is full"]}`.
"""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from upload_diag.codes import ErrorCode
from upload_diag.errors import BadRuleError, InputError
from upload_diag.rules.rows import OtherCode, Phrase, S3Code

__all__ = ["read_rules"]

# Field to the type it must have; the first names of each table must be there.
_TABLES: dict[str, dict[str, type]] = {
    "codes": {"name": str, "code": ErrorCode, "status": int, "message": str, "weak": bool, "plain": bool, "seen": str},
    "phrases": {
        "rule": str, "code": ErrorCode, "keyword": str, "hits": tuple, "pattern": str, "refines": frozenset,
        "strength": int, "misses": tuple, "seen": str,
    },
}  # fmt: skip
_REQUIRED = {"codes": ("name", "code"), "phrases": ("rule", "code", "keyword", "hits")}
_WANTED = {str: "a text", int: "a whole number", bool: "true or false", tuple: "a list of texts"}


def read_rules(path: str | PathLike[str]) -> tuple[list[S3Code | OtherCode], list[Phrase]]:
    """The rows of a rule file; what they claim of themselves is not checked here (see `checks`)."""
    file = str(path)
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the rule file {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadRuleError(file, "", "encoding", "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BadRuleError(file, "", "no TOML", str(error)) from error
    for table in document:
        if table not in _TABLES:
            raise BadRuleError(file, "", table, _unknown(table, _TABLES))
    codes = [_code(row) for row in _rows(file, document, "codes")]
    phrases = [_phrase(row) for row in _rows(file, document, "phrases")]
    return codes, phrases


def _rows(file: str, document: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    rows = document.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRuleError(file, "", table, f"must be written as [[{table}]], once for each row")
    return [_checked(file, table, row, f"{table}[{number}]") for number, row in enumerate(rows)]


def _checked(file: str, table: str, row: dict[str, Any], position: str) -> dict[str, Any]:
    """The row with each value as its own type."""
    types, required = _TABLES[table], _REQUIRED[table]
    name = row.get(required[0])
    rule = name if isinstance(name, str) and name else position
    for field in row:
        if field not in types:
            raise BadRuleError(file, rule, field, _unknown(field, types))
    for field in required:
        if row.get(field) in (None, "", []):
            raise BadRuleError(file, rule, field, "is missing; " + ", ".join(required) + " are needed")
    checked = {}
    for field, value in row.items():
        try:
            checked[field] = _typed(value, types[field])
        except ValueError as error:
            raise BadRuleError(file, rule, field, str(error)) from None
    return checked


def _typed(value: Any, wanted: type) -> Any:
    if wanted is ErrorCode:
        return _error_code(value)
    if wanted in (tuple, frozenset):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{value!r} is not {_WANTED[tuple]}")
        return tuple(value) if wanted is tuple else tuple(_error_code(item) for item in value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ValueError(f"{value!r} is not {_WANTED[wanted]}")
    return value


def _error_code(value: Any) -> ErrorCode:
    try:
        return ErrorCode(value)
    except ValueError:
        raise ValueError(f"{value!r} is no ErrorCode{_hint(str(value).upper(), list(ErrorCode))}") from None


def _code(row: dict[str, Any]) -> S3Code | OtherCode:
    """A row with a status or a message is a service's own code, any other is a token."""
    if "status" in row or "message" in row:
        kept = {field: value for field, value in row.items() if field not in ("weak", "seen")}
        return S3Code(**({"status": 0} | kept), vendors="own")
    return OtherCode(**row, family="own")


def _phrase(row: dict[str, Any]) -> Phrase:
    return Phrase(**({"seen": "your own rule"} | row))


def _unknown(field: str, known: Mapping[str, object]) -> str:
    return f"is unknown{_hint(field, list(known)) or '.'} Known are {', '.join(known)}."


def _hint(word: str, known: list[Any]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!s}?" if close else ""
