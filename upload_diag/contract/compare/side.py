"""One schema of a comparison: its validator, its references, and what it says about one place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from upload_diag.contract.schemas import validator
from upload_diag.errors import InputError

__all__ = ["ATOMS", "Schema", "Side", "View", "all_of", "equal", "same", "text_of"]

Schema = dict[str, Any] | bool

# JSON's types, numbers in two: every integer is a number, so a type check is a comparison of sets.
ATOMS = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
_TYPES = {name: frozenset({name}) for name in ATOMS} | {"number": frozenset({"integer", "fraction"})}

IN_PLACE = ("allOf", "anyOf", "oneOf")  # keywords whose schemas speak of the same value
IN_PLACE_ONE = ("if", "then", "else", "not")
IN_PLACE_NAMED = ("dependentSchemas", "dependencies")
_REMARKS = frozenset(
    {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated"}
    | {"readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema", "$vocabulary", "$anchor"}
)
# What drafts read only beside another keyword; they have no validators of their own in jsonschema.
_ASIDE = frozenset({"then", "else", "exclusiveMinimum", "exclusiveMaximum"})
_BESIDE = {True: _ASIDE, False: _ASIDE | {"minContains", "maxContains"}}
_MAX_PLACES = 400  # schemas that speak of one value; more are not looked at


@dataclass(slots=True)
class View:
    """What a schema says about one value, its references resolved and its `allOf` merged. Children stay schemas.

    Attributes:
        types: which of `ATOMS` it may be.
        values: the only values there are, if it lists them.
        plain: every other keyword by name with all its values, one for each part of an `allOf` that has it.
        objects: for each part, its properties, patternProperties and additionalProperties; they belong together.
        arrays: for each part, the schemas of the first items, and of the rest.
    """

    types: frozenset[str] = ATOMS
    values: list[Any] | None = None
    plain: dict[str, list[Any]] = field(default_factory=dict)
    objects: list[tuple[dict[str, Schema], dict[str, Schema], Schema]] = field(default_factory=list)
    arrays: list[tuple[list[Schema], Schema]] = field(default_factory=list)
    never: bool = False

    def bound(self, keyword: str) -> Any:
        """The strictest value of a limit."""
        values = self.plain.get(keyword, [])
        return None if not values else max(values) if keyword.startswith(("min", "exclusiveMin")) else min(values)

    def union(self, keyword: str) -> set[str]:
        """All names of a keyword that lists names, such as `required`."""
        return {name for names in self.plain.get(keyword, []) for name in names}


class Side:
    """A schema with its validator. Sub-schemas are plain JSON that this side knows how to resolve."""

    def __init__(self, root: Schema, *, formats: bool = False) -> None:
        self.root = root
        self.formats = formats
        self._validator = validator(root, formats=formats)
        self._validator.is_valid(None)  # makes it find its own root before sub-schemas are asked for
        dialect = root.get("$schema", "") if isinstance(root, dict) else ""
        self.old_items = any(f"draft-0{number}" in str(dialect) for number in (3, 4, 6, 7))
        self.words = frozenset(self._validator.VALIDATORS) | _BESIDE[self.old_items]

    def valid(self, value: Any, schema: Schema | None = None) -> bool:
        """Whether the real validator takes a value, under the whole schema or a part of it."""
        kind = self._validator if schema is None else self._validator.evolve(schema=schema)
        return bool(kind.is_valid(value))

    def errors(self, value: Any, schema: Schema | None = None) -> list[Any]:
        """What the real validator has against a value."""
        kind = self._validator if schema is None else self._validator.evolve(schema=schema)
        return list(kind.iter_errors(value))

    def resolve(self, reference: str) -> Schema:
        """The schema that a `$ref` inside this schema points to.

        Raises:
            InputError: it points outside, or to nothing.
        """
        name = reference.removeprefix(str(self.root.get("$id", "#"))) if isinstance(self.root, dict) else reference
        node: Any = self.root
        fragment = name.removeprefix("#")
        if fragment and not fragment.startswith("/"):
            node = next((n for n in _walk(self.root) if n.get("$anchor") == fragment), None)
            fragment = ""
        for step in fragment.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list):
                node = node[int(key)] if key.isdigit() and int(key) < len(node) else None
            else:
                node = node.get(key) if isinstance(node, dict) else None
        if not isinstance(node, dict | bool):
            raise InputError(
                f"the reference {reference!r} leads to no schema. Only references inside the file are read."
            )
        return node

    def flat(self, schema: Schema) -> list[dict[str, Any]]:
        """Every schema that speaks of the same value as this one, whether it must hold or only may."""
        found: list[dict[str, Any]] = []
        seen: set[int] = set()
        waiting: list[Schema] = [schema]
        while waiting and len(found) < _MAX_PLACES:
            node = waiting.pop(0)
            if not isinstance(node, dict) or id(node) in seen:
                continue
            seen.add(id(node))
            found.append(node)
            waiting += self._beside(node)
        return found

    def _beside(self, node: dict[str, Any]) -> Iterator[Schema]:
        if isinstance(reference := node.get("$ref"), str):
            yield self.resolve(reference)
        for keyword in IN_PLACE:
            yield from node.get(keyword, ())
        for keyword in IN_PLACE_ONE:
            if keyword in node:
                yield node[keyword]
        for keyword in IN_PLACE_NAMED:
            yield from (child for child in node.get(keyword, {}).values() if isinstance(child, dict | bool))

    def view(self, schema: Schema) -> View:
        """What this schema says about its value.

        Raises:
            InputError: a reference leads nowhere, or only to itself.
        """
        view = View()
        self._merge(schema, view, frozenset())
        if view.values is not None:
            view.types &= frozenset(map(atom, view.values))
        return view

    def _merge(self, schema: Schema, view: View, through: frozenset[str]) -> None:
        if isinstance(schema, bool):
            view.never |= not schema
            return
        if isinstance(reference := schema.get("$ref"), str):
            if reference in through:
                raise InputError(f"the reference {reference!r} leads only to itself.")
            self._merge(self.resolve(reference), view, through | {reference})
            if self.old_items:  # draft-07 reads nothing beside a $ref
                return
        for part in schema.get("allOf", ()):
            self._merge(part, view, through)
        self._own(schema, view)

    def _own(self, schema: dict[str, Any], view: View) -> None:
        schema = self._in_new_words(schema)
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            view.types &= frozenset().union(*(_TYPES.get(name, frozenset()) for name in names))
        for values in ([schema["const"]] if "const" in schema else None, schema.get("enum")):
            if values is not None:
                view.values = list(values) if view.values is None else [v for v in view.values if _among(v, values)]
        if {"properties", "patternProperties", "additionalProperties"} & set(schema):
            rest = schema.get("additionalProperties", True)
            view.objects.append((schema.get("properties", {}), schema.get("patternProperties", {}), rest))
        if {"prefixItems", "items", "additionalItems"} & set(schema):
            view.arrays.append(self._items(schema))
        handled = {"type", "const", "enum", "properties", "patternProperties", "additionalProperties", "prefixItems"}
        handled |= {"items", "additionalItems", "$ref", "allOf", "then", "else"} | _REMARKS
        for keyword, value in schema.items():
            if keyword == "if":
                view.plain.setdefault("if", []).append({k: schema[k] for k in ("if", "then", "else") if k in schema})
            elif keyword.startswith("unevaluated"):  # depends on its neighbours, so it is kept with them
                view.plain.setdefault(keyword, []).append(schema)
            elif keyword not in handled:
                view.plain.setdefault(keyword, []).append(value)

    def _in_new_words(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What this side's draft reads of a schema's own keywords, where 2020-12 has other words in these."""
        read = {word: value for word, value in schema.items() if word in self.words}
        for limit, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):  # draft-04
            if isinstance(read.get(strict), bool) and read.pop(strict) and limit in read:
                read[strict] = read.pop(limit)
        for name, needed in read.pop("dependencies", {}).items():
            word = "dependentRequired" if isinstance(needed, list) else "dependentSchemas"
            read[word] = read.get(word, {}) | {name: needed}
        return read

    def _items(self, schema: dict[str, Any]) -> tuple[list[Schema], Schema]:
        if isinstance(schema.get("items"), list):
            return schema["items"], schema.get("additionalItems", True)
        return ([] if self.old_items else schema.get("prefixItems", [])), schema.get("items", True)


def all_of(schemas: list[Schema]) -> Schema:
    """The schema that asks for all of these."""
    told = [schema for schema in schemas if schema is not True and schema != {}]
    return True if not told else told[0] if len(told) == 1 else {"allOf": told}


def atom(value: Any) -> str:
    """Which of `ATOMS` a value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) or value.is_integer() else "fraction"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def equal(one: Any, other: Any) -> bool:
    """JSON equality: `true` is not 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return bool(one == other)


def _among(value: Any, values: list[Any]) -> bool:
    return any(equal(value, other) for other in values)


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _walk(child)


def stripped(node: Any, keyword: str = "") -> Any:
    """A schema without its remarks, to see whether two say the same."""
    if isinstance(node, list):
        return [stripped(item) for item in node]
    if not isinstance(node, dict):
        return node
    if keyword in {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}:
        return {name: stripped(child) for name, child in node.items()}
    if keyword in {"enum", "const"}:
        return node
    return {key: stripped(child, key) for key, child in node.items() if key not in _REMARKS - {"$defs", "definitions"}}


def text_of(schema: Any) -> str:
    """What a schema says, as text: Python takes `false` for 0, and would not see that they differ."""
    return json.dumps(stripped(schema), sort_keys=True)


def same(one: Side, mine: Schema, other: Side, theirs: Schema) -> bool:
    """Whether two schemas, and all that they refer to, say the same word for word, but for remarks."""
    if text_of(mine) != text_of(theirs) or not _read_alike(one, other, mine):
        return False
    waiting, seen = _references(mine), set[str]()
    while waiting:
        reference = waiting.pop()
        if reference in seen:
            continue
        seen.add(reference)
        left, right = one.resolve(reference), other.resolve(reference)
        if text_of(left) != text_of(right) or not _read_alike(one, other, left):
            return False
        waiting += _references(left)
    return True


def _read_alike(one: Side, other: Side, schema: Schema) -> bool:
    """Whether the drafts of both sides take the same words to say the same."""
    if (one.words, one.old_items) == (other.words, other.old_items):
        return True
    apart = one.words ^ other.words
    return not any(
        apart & node.keys() or isinstance(node.get("items"), list) or ("$ref" in node and len(node) > 1)
        for node in _walk(schema)
    )


def _references(node: Any) -> list[str]:
    return [found["$ref"] for found in _walk(node) if isinstance(found.get("$ref"), str)]
