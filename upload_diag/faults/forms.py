"""Faults and conditions as JSON: read with one clear line for what is wrong, written, and described by a schema.

All of it comes from the fields of the types; nothing is listed twice.
"""

import inspect
import re
import types
from dataclasses import MISSING, Field, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from upload_diag.errors import UsageError
from upload_diag.faults.kinds import KINDS, Fault
from upload_diag.faults.plan import Armed, When
from upload_diag.rules.s3_codes import S3_CODES

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
        raise UsageError(f"A fault is an object with a kind, not {_shown(data)}.")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UsageError(f"There is no fault {_shown(kind)}. Take one of: {', '.join(sorted(KINDS))}.")
    given = {name: value for name, value in data.items() if name not in ("kind", "when")}
    fault = _build(KINDS[kind], given, f"fault {kind}")
    code = given.get("code")
    if code is not None and code not in S3_CODES:
        raise UsageError(
            f"fault {kind}: there is no service code {_shown(code)}. `upload-diag explain` knows those there are."
        )
    return fault, when_from_json(data.get("when", {}))


def when_from_json(data: Any) -> When:
    """Read conditions; raises UsageError."""
    if not isinstance(data, dict):
        raise UsageError(f"`when` is an object of conditions, not {_shown(data)}.")
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
    hints = get_type_hints(kind)
    known = {camel(field.name): field for field in fields(kind)}
    for name in data:
        if name not in known:
            raise UsageError(f"{where}: there is no field {_shown(name)}. Take of: {', '.join(known) or 'none'}.")
    values = {}
    for name, field in known.items():
        if name in data:
            hint = hints[field.name]
            if not _fits(data[name], hint):
                raise UsageError(f"{where}: {name} is {_shown(data[name])}; wanted {_wanted(hint)}.")
            values[field.name] = data[name]
        elif _required(field):
            raise UsageError(f"{where}: {name} is missing; wanted {_wanted(hints[field.name])}.")
    return kind(**values)


def _given(value: Any) -> dict[str, Any]:
    pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {camel(name): each for name, each in pairs if each is not None}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _fits(value: Any, hint: Any) -> bool:
    for option in _options(hint):
        if option is type(None) and value is None:
            return True
        if get_origin(option) is Literal and value in get_args(option):
            return True
        if option is bool and isinstance(value, bool):
            return True
        if option in (int, float) and isinstance(value, (int, option)) and not isinstance(value, bool):
            return bool(abs(value) < 1e15)  # also turns away infinity and NaN
        if option is str and isinstance(value, str):
            return True
    return False


_NAMES = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "null"}


def _wanted(hint: Any) -> str:
    options = _options(hint)
    names = [" or ".join(map(str, get_args(each))) if get_origin(each) is Literal else _NAMES[each] for each in options]
    return " or ".join(names)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


_JSON_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}


def _object_schema(kind: type, description: str) -> dict[str, Any]:
    hints, texts = get_type_hints(kind), _attribute_texts(kind)
    properties = {}
    for field in fields(kind):
        own = _field_schema(hints[field.name])
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


def _field_schema(hint: Any) -> dict[str, Any]:
    options = [option for option in _options(hint) if option is not type(None)]
    if get_origin(options[0]) is Literal:
        return {"enum": list(get_args(options[0]))}
    return {"type": _JSON_TYPES[options[0]]}


def _attribute_texts(kind: type) -> dict[str, str]:
    """The texts under `Attributes:` in a docstring."""
    _, _, block = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", block, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in found}
