"""Logs of OpenTelemetry as its exporters write them: many records in one object, values wrapped in their types."""

from collections.abc import Iterator
from typing import Any

from upload_diag.logs import records
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines

__all__ = ["NAME", "read"]

NAME = "otlp"


def read(resource: dict[str, Any], offset: int, lines: JsonLines) -> Iterator[Record]:
    """The records of one resource, in their order."""
    for scope in _list(resource, "scopeLogs") or _list(resource, "instrumentationLibraryLogs"):
        for one in _list(scope, "logRecords"):
            row = {name: value for name, value in one.items() if name not in ("attributes", "body")}
            moment = str(one.get("timeUnixNano") or one.get("observedTimeUnixNano") or "")
            row |= {"time": moment, "body": _plain(one.get("body")), "attributes": _attributes(one)}
            yield from records.read(row, offset, lines)


def _list(tree: Any, name: str) -> list[dict[str, Any]]:
    value = tree.get(name) if isinstance(tree, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _attributes(tree: Any) -> dict[str, Any]:
    return {str(one.get("key")): _plain(one.get("value")) for one in _list(tree, "attributes")}


def _plain(value: Any) -> Any:
    """`{"stringValue": "x"}` as `"x"`; lists and maps likewise."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    kind, inner = next(iter(value.items()))
    if kind == "kvlistValue":
        return {str(one.get("key")): one.get("value") for one in _list(inner, "values")}
    return _list(inner, "values") if kind == "arrayValue" else inner
