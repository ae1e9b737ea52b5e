"""The control API in OpenAPI's words, made from the table of routes and the types of the faults."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from upload_diag.faults.forms import fault_schema, when_schema
from upload_diag.faults.kinds import KINDS

__all__ = ["document"]

_STREAM = {
    "get": {
        "summary": "Journal entries as server-sent events; at most three streams, then 204.",
        "operationId": "events",
        "responses": {
            "200": {"description": "OK", "content": {"text/event-stream": {}}},
            "204": {"description": "Too many"},
        },
    }
}
_BODIES: dict[str, dict[str, Any]] = {
    "arm": {"$ref": "#/components/schemas/Fault"},
    "expire": {
        "type": "object",
        "properties": {
            "bucket": {"type": "string", "description": "a glob"},
            "key": {"type": "string", "description": "a glob"},
            "accessKey": {"type": "string", "description": "a glob of who began the session"},
            "olderThanSeconds": {"type": "number"},
            "all": {"type": "boolean"},
        },
        "additionalProperties": False,
    },
    "move_clock": {
        "oneOf": [
            {"type": "object", "properties": {"advanceSeconds": {"type": "number"}}, "required": ["advanceSeconds"]},
            {"type": "object", "properties": {"set": {"type": "string", "format": "date-time"}}, "required": ["set"]},
        ]
    },
    "reset": {
        "type": "object",
        "properties": {
            "bucket": {"type": "string", "description": "a glob"},
            "accessKey": {"type": "string", "description": "a glob"},
        },
        "additionalProperties": False,
    },
}


def document(routes: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {"/api/events": _STREAM}
    for method, path, handler in routes:
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, handler)
    schemas = {name: _relinked(fault_schema(name)) for name in KINDS}
    schemas["Fault"] = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in KINDS]}
    schemas["When"] = when_schema()
    return {
        "openapi": "3.1.0",
        "info": {"title": "upload-diag fault server, control API", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(method: str, path: str, handler: Any) -> dict[str, Any]:
    name = handler.__name__.strip("_")
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": inspect.cleandoc(handler.__doc__ or ""),
        "parameters": [
            {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
            for each in re.findall(r"\{(\w+)\}", path)
        ],
        "responses": {
            "201" if name == "arm" else "200": {"description": "OK"},
            "default": {"description": "`error` says why"},
        },
    }
    if method == "POST":
        schema = _BODIES.get(name, {"type": "object"})
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation


def _relinked(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {**schema["properties"], "when": {"$ref": "#/components/schemas/When"}}
    return {**schema, "properties": properties}
