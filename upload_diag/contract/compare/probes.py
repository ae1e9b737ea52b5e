"""Make documents on which two schemas may disagree.

At every place the values are those that either schema mentions, and their neighbours: the bounds and one beyond, the
listed names, texts that fit and do not fit a pattern, a member too many, a member missing. One member is changed at a
time, in documents that the one schema takes; whatever else it asks for then is repaired by trying values for the other
members. All of it is bounded and without chance, so the same schemas give the same documents.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from upload_diag.contract.compare.side import Schema, Side, same
from upload_diag.contract.compare.strings import longest_text, matching

__all__ = ["STRANGER", "Prober"]

STRANGER = "memberThatNoSchemaNames"
PER_PLACE = 60  # values for one place
DOCUMENTS = 300  # for one object
BASES = 16  # documents in which pairs of members are tried
WORK = 60_000  # calls to a validator, in all
PLAIN: tuple[Any, ...] = (None, True, False, 0, 1, -1, 7, 1.5, "", "a", " ", "text", [], {})
FORMATS = {
    "date-time": "2026-11-22T10:00:00Z",
    "date": "2026-11-22",
    "time": "10:00:00Z",
    "email": "a@b.example",
    "uri": "https://b.example/k",
    "uri-reference": "/k",
    "uuid": "0b6f3c7e-52d4-4c55-9a3e-7f1d5b2a9c11",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "hostname": "b.example",
    "regex": "^a$",
    "json-pointer": "/a",
    "duration": "P1D",
}


class Prober:
    """Documents that `giver` takes, and that `taker` may refuse."""

    def __init__(self, giver: Side, taker: Side) -> None:
        self.giver, self.taker = giver, taker
        self.work = 0
        self._stack: list[str] = []

    def documents(self) -> list[Any]:
        """Documents valid under the giver's whole schema, the likeliest to be refused among them."""
        return [value for value in self.values(self.giver.root, self.taker.root) if self._takes(value, self.giver.root)]

    def _takes(self, value: Any, schema: Schema) -> bool:
        self.work += 1
        return self.giver.valid(value, schema)

    def values(self, given: Schema, taken: Schema) -> list[Any]:
        """Values for one place; most are valid there under `given`."""
        key = _key([given, taken])
        if self._stack.count(key) > 1 or len(self._stack) > 12:  # a reference to what it is inside of
            return self._simple(given)
        self._stack.append(key)
        try:
            return self._values(given, taken)
        finally:
            self._stack.pop()

    def _values(self, given: Schema, taken: Schema) -> list[Any]:
        mine, theirs = self.giver.flat(given), self.taker.flat(taken)
        alike = same(self.giver, given, self.taker, taken)
        scalars = _scalars(mine, theirs)
        if alike:
            scalars = _first_valid(scalars, lambda value: self._takes(value, given), 6)
        values = [*scalars, *self._arrays(given, mine, theirs), *self._objects(given, mine, theirs, few=alike)]
        return list(_unique(values))

    def _simple(self, given: Schema) -> list[Any]:
        scalars = _scalars(self.giver.flat(given), [])
        return _first_valid([*scalars, {}, []], lambda value: self._takes(value, given), 3)

    # ---- arrays

    def _arrays(self, given: Schema, mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> Iterator[Any]:
        both = [*mine, *theirs]
        if not self._may_be([], both, given, "array"):
            return
        prefix = max((len(part[0]) for part in map(_item_parts, both)), default=0)
        places = [
            self.values(_item_schema(mine, place), _item_schema(theirs, place)) or [None] for place in range(prefix + 1)
        ]
        counts = {0, 1, 2, prefix, prefix + 1}
        for part in both:
            counts |= {part[k] + d for k in ("minItems", "maxItems") if k in part for d in (-1, 0, 1)}
            counts |= {part[k] + d for k in ("minContains", "maxContains") if k in part for d in (-1, 0, 1)}
        good = [next(iter(self._good(options, mine, place)), options[0]) for place, options in enumerate(places)]
        for count in sorted(number for number in counts if 0 <= number <= 200):
            plain = [good[min(place, prefix)] for place in range(count)]
            yield plain
            rest = _distinct(places[prefix], count)
            yield [*plain[:prefix], *rest[: max(0, count - prefix)]]
            if count <= prefix + 2:
                for place in range(count):
                    for value in places[min(place, prefix)][:PER_PLACE]:
                        yield [*plain[:place], value, *plain[place + 1 :]]
        for part in both:
            if "contains" in part:
                yield from ([value] for value in self.values(part["contains"], part["contains"])[:PER_PLACE])

    def _good(self, options: list[Any], parts: list[dict[str, Any]], place: int) -> list[Any]:
        schema = _item_schema(parts, place)
        return _first_valid(options, lambda value: self._takes(value, schema), 1)

    def _may_be(self, empty: Any, both: list[dict[str, Any]], given: Schema, kind: str) -> bool:
        """Whether a value of this kind can be of interest: some schema speaks of the kind, or takes an empty one."""
        words = _WORDS[kind]
        return any(words & set(part) or kind in _names(part.get("type")) for part in both) or self._takes(empty, given)

    # ---- objects

    def _objects(
        self, given: Schema, mine: list[dict[str, Any]], theirs: list[dict[str, Any]], *, few: bool
    ) -> Iterator[Any]:
        if not self._may_be({}, [*mine, *theirs], given, "object"):
            return
        options = {name: self._options(name, mine, theirs) for name in _members(mine, theirs)}
        required = {name for part in mine for name in part.get("required", ())}
        start = {name: values[0] for name, values in options.items() if name in required and values}
        full = {name: values[0] for name, values in options.items() if name != STRANGER and values}
        repaired = (self._repaired(base, given, options, fixed=()) for base in (start, full))
        made = list(_unique(base for base in repaired if base is not None))
        yield from made
        if few or not made:
            yield from self._single(made, options, limit=4)
            return
        first = list(_unique(self._changed(made, given, options)))
        yield from first
        if _coupled([*mine, *theirs]):  # what depends on two members is found by changing one where another was changed
            for base in _spread(first, BASES):
                yield from self._single([base], options, limit=3)

    def _options(self, name: str, mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[Any]:
        """Values for a member: one that both sides take, those that only the giver takes, the rest."""
        strict, asked = _own_schema(mine, name), _own_schema(theirs, name)
        plain: list[Any] = []
        refused: list[Any] = []
        odd: list[Any] = []
        for value in self.values(_member_schema(mine, name), _member_schema(theirs, name)):
            if not self._takes(value, strict):
                odd.append(value)
            else:
                (plain if self.taker.valid(value, asked) else refused).append(value)
        ordered = [*plain[:1], *refused, *plain[1:], *odd[:8]]
        scalars = [value for value in ordered if not isinstance(value, dict | list)]
        filled = [value for value in ordered if isinstance(value, dict | list)]
        first, second = scalars[:PER_PLACE], filled[:DOCUMENTS]
        return [*second, *first] if ordered and isinstance(ordered[0], dict | list) else [*first, *second]

    def _changed(self, bases: list[Any], given: Schema, options: dict[str, list[Any]]) -> Iterator[Any]:
        """Every member with every value, each missing, repaired where the giver then asks for more."""
        made = 0
        for base in bases:
            for name, values in options.items():
                for value in [*values, ...]:
                    if made > DOCUMENTS or self.work > WORK:
                        return
                    one = _with(base, name, value)
                    found = one if self._takes(one, given) else self._repaired(one, given, options, fixed=(name,))
                    if found is not None:
                        made += 1
                        yield found

    def _single(self, bases: list[Any], options: dict[str, list[Any]], limit: int) -> Iterator[Any]:
        for base in bases:
            for name, values in options.items():
                yield from (
                    _with(base, name, value) for value in [*values[:limit], *_spread(values[limit:], limit), ...]
                )

    def _repaired(
        self, document: dict[str, Any], given: Schema, options: dict[str, list[Any]], fixed: tuple[str, ...]
    ) -> dict[str, Any] | None:
        """The document with other members changed, one by one, until the giver takes it; None if that fails."""
        now, errors = document, self._errors(document, given)
        for _ in range(8):
            if not errors or self.work > WORK:
                break
            for name, value in self._remedies(now, errors, options):
                if name in fixed:
                    continue
                other = _with(now, name, value)
                left = self._errors(other, given)
                if len(left) < len(errors):
                    now, errors = other, left
                    break
            else:
                break
        return None if errors else now

    def _errors(self, document: dict[str, Any], given: Schema) -> list[Any]:
        self.work += 1
        return self.giver.errors(document, given)

    def _remedies(
        self, document: dict[str, Any], errors: list[Any], options: dict[str, list[Any]]
    ) -> Iterator[tuple[str, Any]]:
        """What may put the errors right: first what they ask for, then what is known for the members in question."""
        named = [str(error.absolute_path[0]) for error in errors if error.absolute_path]
        for error in errors:
            if len(error.absolute_path) == 1 and error.validator in {"const", "enum"}:
                wanted = error.validator_value if error.validator == "enum" else [error.validator_value]
                yield from ((str(error.absolute_path[0]), value) for value in wanted[:3])
            if error.validator == "required":
                missing = [name for name in error.validator_value if name not in document and options.get(name)]
                yield from ((name, value) for name in missing for value in options[name][:3])
        yield from ((name, value) for name in dict.fromkeys(named) for value in [*options.get(name, [])[:20], ...])
        for name, values in options.items():
            if name not in named:
                yield from ((name, value) for value in [..., *values[:6]])


_WORDS = {
    "array": {"items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems", "additionalItems"},
    "object": {"properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties"}
    | {"propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"},
}
_COUPLING = {"if", "anyOf", "oneOf", "not", "dependentRequired", "dependentSchemas", "dependencies", "minProperties"}


def _coupled(parts: list[dict[str, Any]]) -> bool:
    return any(_COUPLING & set(part) for part in parts)


def _with(base: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A copy with one member changed; `...` takes it away."""
    changed = {key: old for key, old in base.items() if key != name}
    return changed if value is ... else changed | {name: value}


def _members(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    names: list[str] = []
    for part in [*mine, *theirs]:
        names += [*part.get("required", ()), *part.get("properties", {})]
        for name, needed in [*part.get("dependentRequired", {}).items(), *part.get("dependencies", {}).items()]:
            names += [name, *(needed if isinstance(needed, list) else ())]
        names += part.get("dependentSchemas", {})
        for pattern in part.get("patternProperties", {}):
            names += matching(pattern)[:2]
        limit = part.get("propertyNames")
        if isinstance(limit, dict):
            names += [text for text in _scalars([limit], []) if isinstance(text, str) and text][:6]
        for count in (part.get("minProperties", 0), part.get("maxProperties", -1) + 1):
            names += [f"member{number}" for number in range(min(count, 20))]
    return list(dict.fromkeys([*names, STRANGER]))


def _member_schema(parts: list[dict[str, Any]], name: str) -> Schema:
    """Everything that is said anywhere about a member, as hints: one of them is meant."""
    told: list[Schema] = []
    for part in parts:
        by_name = [part["properties"][name]] if name in part.get("properties", {}) else []
        by_name += [child for pattern, child in part.get("patternProperties", {}).items() if re.search(pattern, name)]
        told += by_name or [
            part.get(rest) for rest in ("additionalProperties", "unevaluatedProperties") if rest in part
        ]
    return _hints(told)


def _own_schema(parts: list[dict[str, Any]], name: str) -> Schema:
    return _member_schema([part for part in parts if name in part.get("properties", {})], name)


def _item_parts(part: dict[str, Any]) -> tuple[list[Schema], Schema]:
    items = part.get("items", True)
    if isinstance(items, list):
        return items, part.get("additionalItems", True)
    return part.get("prefixItems", []), items


def _item_schema(parts: list[dict[str, Any]], place: int) -> Schema:
    told = [first[place] if place < len(first) else rest for first, rest in map(_item_parts, parts)]
    return _hints(told)


def _hints(schemas: list[Any]) -> Schema:
    unique = list(_unique(schema for schema in schemas if isinstance(schema, dict) and schema))
    return unique[0] if len(unique) == 1 else {"anyOf": unique} if unique else True


# ---- single values


def _scalars(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[Any]:
    """Values that are neither objects nor lists with content, those of the giver's own words first."""
    both = [*mine, *theirs]
    patterns = {part["pattern"] for part in both if isinstance(part.get("pattern"), str)}
    longest = longest_text(patterns)
    values = [*_listed(mine, theirs), *_texts(both), *_numbers(both), *PLAIN]
    return list(_unique(value for value in values if not isinstance(value, str) or len(value) <= longest))


def _listed(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[Any]:
    """From the values that are listed, two of each group that is listed in the same places of both schemas."""
    lists = [values for part in [*mine, *theirs] if (values := _values_of(part))]
    keys = [{_key(value) for value in values} for values in lists]
    groups: dict[tuple[bool, ...], list[Any]] = {}
    for value in _unique(value for values in lists for value in values):
        groups.setdefault(tuple(_key(value) in listed for listed in keys), []).append(value)
    return [value for group in groups.values() for value in group[:2]]


def _values_of(part: dict[str, Any]) -> list[Any]:
    return [*part.get("enum", ()), *([part["const"]] if "const" in part else ())]


def _texts(both: list[dict[str, Any]]) -> Iterator[str]:
    lengths = sorted({part[word] for part in both for word in ("minLength", "maxLength") if word in part})
    near = tuple(sorted({length + d for length in lengths for d in (-1, 0, 1) if 0 <= length + d <= 5000}))
    for part in both:
        if isinstance(pattern := part.get("pattern"), str):
            found = matching(pattern, near)
            yield from found
            for text in found[:4]:
                yield from (text + "!", "!" + text, text[:-1], text.swapcase(), f" {text}")
        if part.get("format") in FORMATS:
            yield FORMATS[part["format"]]
            yield from ("not so", *FORMATS.values())
    yield from ("a" * length for length in near)


def _numbers(both: list[dict[str, Any]]) -> Iterator[Any]:
    for part in both:
        for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if isinstance(bound := part.get(word), int | float) and not isinstance(bound, bool):
                yield from (bound, bound - 1, bound + 1, bound + 0.5, bound - 0.5)
        if step := part.get("multipleOf"):
            yield from (step, 2 * step, 3 * step, step / 2, step * 1.5, 100 * step)


def _names(kind: Any) -> list[str]:
    return kind if isinstance(kind, list) else [kind] if kind else []


def _first_valid(values: Iterable[Any], valid: Any, count: int) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if len(found) == count:
            break
        if valid(value):
            found.append(value)
    return found


def _distinct(values: list[Any], count: int) -> list[Any]:
    """That many different values, of one type where possible: the options, then made-up ones like the first."""
    first = values[0] if values else 0
    more = [f"text{number}" if isinstance(first, str) else number + 2 for number in range(count)]
    return list(_unique([*(value for value in values if type(value) is type(first)), *more]))[:count]


def _spread(values: list[Any], count: int) -> list[Any]:
    """At most that many of the values, evenly from first to last."""
    return values if len(values) <= count else [values[number * len(values) // count] for number in range(count)]


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _unique(values: Iterable[Any]) -> Iterator[Any]:
    seen: set[str] = set()
    for value in values:
        key = _key(value)
        if key not in seen:
            seen.add(key)
            yield value
