"""Every change of one member of a document that changes what it means or breaks its form, without chance."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from upload_diag.contract.consistency import error_types
from upload_diag.contract.problems import pointer

__all__ = ["Mutation", "mutations"]

_OTHER_TYPES: tuple[Any, ...] = (None, True, False, 0, 3, 1.5, -1, "", " ", "3", "text", [], ["text"], {})
_FREE_TEXT = frozenset({"message", "awsError", "originalError", "suggestion", "stack", "name", "code"})
_ANY_IN_RANGE = frozenset({"partNumber", "chunkSize"})


@dataclass(frozen=True, slots=True)
class Mutation:
    """A document with one member changed.

    Attributes:
        name: what was done, such as `/error/partNumber = 0`.
        document: the whole document.
    """

    name: str
    document: Any


def mutations(document: dict[str, Any]) -> Iterator[Mutation]:
    """All mutations of an envelope that change its meaning, or give a member a form it does not have.

    Left out is what any envelope may differ in without meaning another failure: one sentence for another, one part
    number or id for another.
    """
    for path in _paths(document, ()):
        old = _at(document, path)
        where = pointer(path)
        yield Mutation(f"{where} removed", _with(document, path, ...))
        if not isinstance(path[-1], int):
            yield Mutation(f"{where} renamed", _renamed(document, path))
        for value in _other_values(path, old):
            yield Mutation(f"{where} = {value!r:.40}", _with(document, path, value))


def _other_values(path: tuple[Any, ...], old: Any) -> Iterator[Any]:
    name = path[-1]
    for value in _OTHER_TYPES:
        text_for_text = isinstance(value, str) and isinstance(old, str) and value.strip() and name in _FREE_TEXT
        same_kind = name in _ANY_IN_RANGE and value == 3 and not isinstance(value, str)
        if name == "videoId" and value in ("3", "text"):
            continue
        if not (text_for_text or same_kind or _same(value, old) or (name == "originalError" and value == "3")):
            yield value
    if name == "partNumber":
        yield from (0, 10_001, str(old), float(old) + 0.5)
    elif name == "chunkSize":
        yield from (0, 5 * 2**30 + 1, str(old))
    elif name == "errorType":
        yield from (old.lower(), old + "s", "Error", *_one_type_of_each_other_code(old))
    elif name == "actionRequired":
        yield from (old.lower(), "RETRY", *_other_actions(old))
    elif name == "videoId":
        yield from (f"{old} ", f"{old}\n", "../" + old)


def _one_type_of_each_other_code(old: str) -> list[str]:
    codes = error_types()
    first: dict[str, str] = {}
    for name, code in codes.items():
        if code != codes.get(old):
            first.setdefault(code, name)
    return list(first.values())


def _other_actions(old: str) -> list[str]:
    from upload_diag.codes import Action

    return [str(action) for action in Action if action != old]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _paths(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for name, child in node.items() if isinstance(node, dict) else ():
        yield (*path, name)
        yield from _paths(child, (*path, name))


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _with(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at a path; `...` takes the member away."""
    made = deepcopy(document)
    parent = _at(made, path[:-1])
    if value is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return made


def _renamed(document: Any, path: tuple[Any, ...]) -> Any:
    """A copy whose member has its name in the other common spelling: `partNumber` as `part_number`."""
    name = "".join("_" + c.lower() if c.isupper() else c for c in path[-1])
    name = name if name != path[-1] else name.capitalize()
    made = _with(document, path, ...)
    _at(made, path[:-1])[name] = _at(document, path)
    return made
