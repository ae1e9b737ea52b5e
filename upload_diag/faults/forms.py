"""Faults and conditions as JSON: read with one clear line for what is wrong, written, and described by a schema.

All of it comes from the fields of the types; nothing is listed twice.
"""

import inspect
import re
from dataclasses import MISSING, Field, fields
from typing import Any

from upload_diag.errors import UsageError
from upload_diag.faults.fields import field_schema, field_types, problem, shown, wanted
from upload_diag.faults.kinds import KINDS, Fault
from upload_diag.faults.plan import Armed, When

__all__ = ["armed_as_json", "fault_from_json", "fault_schema", "summary", "when_from_json", "when_schema"]


def camel(name: str) -> str:
    """`part_number` → `partNumber`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def fault_from_json(data: Any) -> tuple[Fault, When]:
    """Read `{"kind": "respond", "code": "SlowDown", "when": {"operation": "UploadPart", "times": 3}}`.

    Raises:
        UsageError: it is no fault; the message names the field, what was seen and what was wanted.
    """
    if not isinstance(data, dict):
        raise UsageError(f"A fault is an object with a kind, not {shown(data)}.")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        seen = f"There is no fault {shown(kind)}" if "kind" in data else "kind is missing"
        raise UsageError(f"{seen}. Take one of: {', '.join(sorted(KINDS))}.")
    given = {name: value for name, value in data.items() if name not in ("kind", "when")}
    fault = _build(KINDS[kind], given, f"fault {kind}")
    return fault, when_from_json(data.get("when", {}))


def when_from_json(data: Any) -> When:
    """Read conditions; raises UsageError."""
    if not isinstance(data, dict):
        raise UsageError(f"`when` is an object of conditions, not {shown(data)}.")
    when: When = _build(When, data, "when")
    return when


def armed_as_json(armed: Armed) -> dict[str, Any]:
    """An armed fault, as `GET faults` lists it."""
    return {
        "id": armed.id,
        "kind": armed.fault.kind,
        **_given(armed.fault),
        "when": _given(armed.when),
        "seen": armed.seen,
        "fired": armed.fired,
    }


def fault_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a fault."""
    own = _object_schema(KINDS[kind], summary(KINDS[kind]))
    own["properties"] = {"kind": {"const": kind}, **own["properties"], "when": {"$ref": "#/$defs/when"}}
    own["required"] = ["kind", *own.get("required", [])]
    return own


def when_schema() -> dict[str, Any]:
    """The JSON Schema of the conditions."""
    return _object_schema(When, "The conditions under which the fault strikes; all that are given must hold.")


def summary(kind: type) -> str:
    """The first sentence of a type's docstring."""
    return inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _build(kind: type, data: dict[str, Any], where: str) -> Any:
    types = field_types(kind)
    known = {camel(field.name): field for field in fields(kind)}
    for name in data:
        if name not in known:
            raise UsageError(f"{where}: there is no field {shown(name)}. Take of: {', '.join(known) or 'none'}.")
    values = {}
    for name, field in known.items():
        if name in data:
            if found := problem(name, data[name], types[field.name]):
                raise UsageError(f"{where}: {found}")
            values[field.name] = data[name]
        elif _required(field):
            raise UsageError(f"{where}: {name} is missing; wanted {wanted(types[field.name])}.")
    return kind(**values)


def _given(value: Any) -> dict[str, Any]:
    pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {camel(name): each for name, each in pairs if each is not None}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _object_schema(kind: type, description: str) -> dict[str, Any]:
    types, texts = field_types(kind), _attribute_texts(kind)
    properties = {}
    for field in fields(kind):
        own = field_schema(types[field.name])
        if texts.get(field.name):
            own["description"] = texts[field.name]
        if field.default is not MISSING and field.default is not None:
            own["default"] = field.default
        properties[camel(field.name)] = own
    schema: dict[str, Any] = {"type": "object", "description": description, "properties": properties}
    required = [camel(field.name) for field in fields(kind) if _required(field)]
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False}


def _attribute_texts(kind: type) -> dict[str, str]:
    """The texts under `Attributes:` in a docstring."""
    _, _, block = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", block, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in found}
