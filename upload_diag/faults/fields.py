"""What a field of a fault or of a condition may hold: said beside its type, and held to wherever one is made."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from upload_diag.errors import UsageError
from upload_diag.faults.request import OPERATIONS
from upload_diag.rules.s3_codes import S3_CODES

__all__ = [
    "ByteRate", "NameOf", "Operation", "PartNumber", "Positive", "Probability", "Rate", "Seconds", "ServiceCode",
    "Shift", "Status", "Whole", "check", "field_schema", "field_types", "problem", "shown", "wanted",
]  # fmt: skip

LARGEST = 1e15  # of a number without a limit of its own; also turns away infinity and NaN


@dataclass(frozen=True, slots=True)
class Between:
    """The limits of a number; both belong to it."""

    least: float
    most: float | None = None

    def __str__(self) -> str:
        return f" from {self.least:,} on" if self.most is None else f" from {self.least:,} to {self.most:,}"


@dataclass(frozen=True, slots=True)
class NameOf:
    """A name out of a table.

    Attributes:
        what: what the table holds.
        told: where a person finds all of them.
    """

    what: str
    names: Collection[str]
    told: str


Whole = Annotated[int, Between(0)]
Positive = Annotated[int, Between(1)]
Seconds = Annotated[float, Between(0)]
Shift = Annotated[float, Between(-(10**9), 10**9)]  # seconds; thirty years stay within the calendar
Rate = Annotated[float, Between(0)]
ByteRate = Annotated[float, Between(1)]
Probability = Annotated[float, Between(0, 1)]
PartNumber = Annotated[int, Between(1, 10_000)]
Status = Annotated[int, Between(200, 599)]
ServiceCode = Annotated[str, NameOf("service code", S3_CODES, "`upload-diag explain --list` prints those there are.")]
Operation = Annotated[str, NameOf("S3 operation", OPERATIONS, "It is named as in the S3 API, such as UploadPart.")]

_NAMES = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", type(None): "null"}
_JSON_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}


def field_types(kind: type) -> dict[str, Any]:
    """The types of the fields of a fault or of conditions, by name."""
    types = get_type_hints(kind, include_extras=True)
    return {field.name: types[field.name] for field in fields(kind)}


def check(value: Any) -> None:
    """Hold every field of a fault or of conditions to its type.

    Raises:
        UsageError: one does not fit; a fault that can never strike as it was meant would be found out late.
    """
    for name, type_ in field_types(type(value)).items():
        if found := problem(name, getattr(value, name), type_):
            raise UsageError(f"{type(value).__name__}: {found}")


def problem(name: str, value: Any, type_: Any) -> str | None:
    """What is wrong with a field's value, in a sentence; None when it fits."""
    options = [_parted(option) for option in _options(type_)]
    if any(_fits(value, kind, limit) for kind, limit in options):
        return None
    for kind, limit in options:
        if isinstance(limit, NameOf) and isinstance(value, kind):
            close = get_close_matches(value, limit.names, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else limit.told
            return f"there is no {limit.what} {shown(value)}. {hint}"
    return f"{name} is {shown(value)}; wanted {wanted(type_)}."


def wanted(type_: Any) -> str:
    """What fits, in words: `a whole number from 1 on or null`."""
    return " or ".join(_worded(*_parted(option)) for option in _options(type_))


def shown(value: Any) -> str:
    """A value in a message, shortened."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def field_schema(type_: Any) -> dict[str, Any]:
    """The JSON Schema of a field. Names of a table stay out of it: a form offers to type them."""
    kind, limit = _parted(next(option for option in _options(type_) if option is not type(None)))
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    schema: dict[str, Any] = {"type": _JSON_TYPES[kind]}
    if isinstance(limit, Between):
        schema["minimum"] = limit.least
        if limit.most is not None:
            schema["maximum"] = limit.most
    return schema


def _options(type_: Any) -> tuple[Any, ...]:
    return get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)


def _parted(option: Any) -> tuple[Any, Between | NameOf | None]:
    """A type, and what limits it."""
    return get_args(option)[:2] if get_origin(option) is Annotated else (option, None)


def _fits(value: Any, kind: Any, limit: Between | NameOf | None) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind in (int, float):
        if isinstance(value, bool) or not isinstance(value, (int, kind)) or not abs(value) < LARGEST:
            return False
    elif kind in _NAMES and not isinstance(value, kind):  # a fault of somebody's own may hold anything
        return False
    match limit:
        case Between(least, most):
            return bool(least <= value) and (most is None or bool(value <= most))
        case NameOf(names=names):
            return value in names
    return True


def _worded(kind: Any, limit: Between | NameOf | None) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    return f"{_NAMES[kind]}{limit if isinstance(limit, Between) else ''}"
