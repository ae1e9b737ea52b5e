"""Show that every document which one schema takes is taken by another, place by place; or say where that fails.

It errs on one side only: what it shows is so, what it cannot show may still be so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from upload_diag.contract.compare.side import Schema, Side, View, all_of, equal, same, text_of

__all__ = ["Doubt", "Prover"]

WORK = 4000  # places looked at
CASES = 3  # alternatives inside alternatives that are told apart


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where it could not be shown.

    Attributes:
        path: the way to the value; `*` stands for any member or item.
        keyword: what the second schema asks for there.
    """

    path: tuple[str, ...]
    keyword: str


class Prover:
    """Shows that what `giver` takes, `taker` takes too."""

    def __init__(self, giver: Side, taker: Side) -> None:
        self.giver, self.taker = giver, taker
        self._assumed: dict[str, None] = {}
        self._work = 0

    def doubts(self) -> list[Doubt]:
        """Where it could not be shown; empty when it is so."""
        return list(dict.fromkeys(self._doubts(self.giver.root, self.taker.root, (), CASES)))

    def _implies(self, given: Schema, wanted: Schema, cases: int = 0) -> bool:
        return next(self._doubts(given, wanted, (), cases), None) is None

    def _doubts(self, given: Schema, wanted: Schema, path: tuple[str, ...], cases: int) -> Iterator[Doubt]:
        """What is being shown may be assumed further in: a document is finite, so a circle through its members ends."""
        key = f"{cases} {text_of(given)} {text_of(wanted)}"
        if wanted is True or key in self._assumed or same(self.giver, given, self.taker, wanted):
            return
        self._work += 1
        if self._work > WORK:
            yield Doubt(path, "size")
            return
        before = len(self._assumed)
        self._assumed[key] = None
        found = list(self._compared(given, wanted, path, cases))
        if found:  # whatever leaned on this falls with it
            for later in list(self._assumed)[before:]:
                del self._assumed[later]
        yield from found

    def _compared(self, given: Schema, wanted: Schema, path: tuple[str, ...], cases: int) -> Iterator[Doubt]:
        have, want = self.giver.view(given), self.taker.view(wanted)
        if self._impossible(have):
            return
        if have.values is not None and len(have.values) <= 2000:
            if not all(self.taker.valid(value, wanted) for value in have.values if self.giver.valid(value, given)):
                yield Doubt(path, "enum")
            return
        found = list(self._each(have, want, given, path))
        if found and cases and (split := self._split(given, have)):
            found = [doubt for case in split for doubt in self._doubts(case, wanted, path, cases - 1)]
        yield from found

    def _split(self, given: Schema, have: View) -> list[Schema]:
        """The cases of the first alternative: together they take all that `given` takes."""
        for keyword in ("anyOf", "oneOf"):
            for branches in have.plain.get(keyword, []):
                if len(branches) <= 40:
                    rest = _without(self.giver, given, keyword, branches)
                    return [all_of([rest, branch]) for branch in branches]
        for condition in have.plain.get("if", [])[:1]:
            rest = _without(self.giver, given, "if", condition)
            test = condition["if"]
            return [
                all_of([rest, test, condition.get("then", True)]),
                all_of([rest, {"not": test}, condition.get("else", True)]),
            ]
        kinds = sorted({"number" if kind in {"integer", "fraction"} else kind for kind in have.types})
        return [all_of([given, {"type": kind}]) for kind in kinds] if 1 < len(kinds) < 6 else []

    def _impossible(self, have: View) -> bool:
        if have.never or not have.types or have.values == []:
            return True
        if have.types <= {"object"}:
            return any(self._member(have.objects, name, self.giver) is False for name in have.union("required"))
        return False

    def _each(self, have: View, want: View, given: Schema, path: tuple[str, ...]) -> Iterator[Doubt]:
        if want.never:
            yield Doubt(path, "false")
            return
        if not have.types <= want.types:
            yield Doubt(path, "type")
        if want.values is not None and not _all_listed(have.types, want.values):
            yield Doubt(path, "enum")
        if have.types & {"integer", "fraction"}:
            yield from (Doubt(path, word) for word in _numbers(have, want))
        if "string" in have.types:
            yield from (Doubt(path, word) for word in self._texts(have, want))
        if "array" in have.types:
            yield from self._lists(have, want, path)
        if "object" in have.types:
            yield from self._members(have, want, path)
        yield from (Doubt(path, word) for word in self._combined(have, want, given))

    # ---- by type

    def _texts(self, have: View, want: View) -> Iterator[str]:
        if (want.bound("minLength") or 0) > (have.bound("minLength") or 0):
            yield "minLength"
        if not _at_most(have, want, "maxLength"):
            yield "maxLength"
        if set(want.plain.get("pattern", [])) - set(have.plain.get("pattern", [])) - {"", ".*", "^.*$"}:
            yield "pattern"
        if set(want.plain.get("format", [])) - set(have.plain.get("format", [])):
            yield "format"

    def _lists(self, have: View, want: View, path: tuple[str, ...]) -> Iterator[Doubt]:
        if (want.bound("minItems") or 0) > (have.bound("minItems") or 0):
            yield Doubt(path, "minItems")
        if not _at_most(have, want, "maxItems"):
            yield Doubt(path, "maxItems")
        if any(want.plain.get("uniqueItems", [])) and not any(have.plain.get("uniqueItems", [])):
            yield Doubt(path, "uniqueItems")
        if want.plain.get("contains") and have.plain.get("minContains") != want.plain.get("minContains"):
            yield Doubt(path, "contains")
        yield from (Doubt(path, word) for word in self._unlike(have, want, ("contains", "minContains", "maxContains")))
        most = have.bound("maxItems")
        length = max((len(first) for first, _ in [*have.arrays, *want.arrays]), default=0)
        for place in range(length + 1):
            if most is not None and place >= most:
                break
            given, wanted = _item(have.arrays, place), _item(want.arrays, place)
            yield from self._doubts(given, wanted, (*path, str(place) if place < length else "*"), CASES)

    def _members(self, have: View, want: View, path: tuple[str, ...]) -> Iterator[Doubt]:
        for _ in want.union("required") - have.union("required"):
            yield Doubt(path, "required")
        if (want.bound("minProperties") or 0) > max(have.bound("minProperties") or 0, len(have.union("required"))):
            yield Doubt(path, "minProperties")
        if not _at_most(have, want, "maxProperties"):
            yield Doubt(path, "maxProperties")
        names = {name for objects in (have.objects, want.objects) for part in objects for name in part[0]}
        for name in sorted(names):
            given, wanted = self._member(have.objects, name, self.giver), self._member(want.objects, name, self.taker)
            yield from self._doubts(given, wanted, (*path, name), CASES)
        patterns = {p for part in [*have.objects, *want.objects] for p in part[1]}
        for pattern in sorted(patterns):  # names that match this pattern, and perhaps others
            given = all_of([part[1].get(pattern, True if part[1] else part[2]) for part in have.objects])
            wanted = all_of([part[1][pattern] if pattern in part[1] else part[2] for part in want.objects])
            yield from self._doubts(given, wanted, (*path, "*"), CASES)
        rest = all_of([part[2] for part in have.objects])
        yield from self._doubts(rest, all_of([part[2] for part in want.objects]), (*path, "*"), CASES)
        yield from (Doubt(path, word) for word in self._unlike(have, want, _MEMBER_WORDS))

    def _member(self, objects: list[Any], name: str, side: Side) -> Schema:
        """The schema of one member."""
        told: list[Schema] = []
        for properties, patterns, rest in objects:
            own = [properties[name]] if name in properties else []
            own += [child for pattern, child in patterns.items() if re.search(pattern, name)]
            told += own or [rest]
        return False if False in told else all_of(told)

    # ---- combinations

    def _combined(self, have: View, want: View, given: Schema) -> Iterator[str]:
        for branches in want.plain.get("anyOf", []):
            known = any(self._same_list(branches, other) for other in have.plain.get("anyOf", []))
            if not known and not any(self._implies(given, branch) for branch in branches):
                yield "anyOf"
        for branches in want.plain.get("oneOf", []):
            known = any(self._same_list(branches, other) for other in have.plain.get("oneOf", []))
            if not known and not self._exactly_one(branches, given):
                yield "oneOf"
        for condition in want.plain.get("if", []):
            known = any(self._same(condition, other) for other in have.plain.get("if", []))
            if not known and not self._holds(condition, given):
                yield "if"
        for schema in want.plain.get("not", []):
            known = any(self._same(schema, other) for other in have.plain.get("not", []))
            if not known and not self._apart(given, schema):
                yield "not"
        yield from (word for word in _TOO_FAR if word in want.plain)

    def _unlike(self, have: View, want: View, words: tuple[str, ...]) -> Iterator[str]:
        """Keywords that the second schema has, and the first has not word for word."""
        for word in words:
            if any(not any(self._same(v, mine) for mine in have.plain.get(word, [])) for v in want.plain.get(word, [])):
                yield word

    def _same(self, mine: Schema, theirs: Schema) -> bool:
        return same(self.giver, theirs, self.taker, mine)

    def _same_list(self, wanted: list[Schema], have: list[Schema]) -> bool:
        """Whether two lists of alternatives are one and the same, in whatever order."""
        pairs = zip(sorted(wanted, key=text_of), sorted(have, key=text_of), strict=False)
        return len(wanted) == len(have) and all(self._same(mine, theirs) for mine, theirs in pairs)

    def _exactly_one(self, branches: list[Schema], given: Schema) -> bool:
        return any(
            self._implies(given, branch) and all(self._apart(given, other) for other in branches if other is not branch)
            for branch in branches
        )

    def _holds(self, condition: dict[str, Any], given: Schema) -> bool:
        """Both ends of a condition hold, the first where its test may be true, the second where it may be false."""
        then, otherwise = condition.get("then", True), condition.get("else", True)
        if self._implies(given, then) and self._implies(given, otherwise):
            return True
        if not self._implies(given, then) and not self._apart(given, condition["if"]):
            return False
        return self._implies(given, otherwise) or self._implies(given, condition["if"])

    def _apart(self, given: Schema, schema: Schema) -> bool:
        """Whether nothing that `given` takes can be taken by a schema of the taker."""
        have, other = self.giver.view(given), self.taker.view(schema)
        if not have.types & other.types or other.never:
            return True
        if have.values is not None:
            return not any(self.taker.valid(value, schema) for value in have.values if self.giver.valid(value, given))
        if other.values is not None:
            return not any(self.giver.valid(value, given) for value in other.values)
        if have.types <= {"object"}:
            both = have.union("required") & other.union("required")
            return any(
                self._apart(self._member(have.objects, n, self.giver), self._member(other.objects, n, self.taker))
                for n in both
            )
        return False


# These depend on what stands beside them, or on the way that led here.
_TOO_FAR = ("unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef")
_MEMBER_WORDS = ("propertyNames", "dependentRequired", "dependentSchemas")


def _all_listed(types: frozenset[str], values: list[Any]) -> bool:
    """Whether the few values that these types have are all in a list."""
    few: list[Any] = [None] * ("null" in types) + [True, False] * ("boolean" in types)
    return types <= {"null", "boolean"} and all(any(equal(one, value) for value in values) for one in few)


def _numbers(have: View, want: View) -> Iterator[str]:
    for limit, strict, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        mine, theirs = _edge(have, limit, strict, sign), _edge(want, limit, strict, sign)
        if theirs is not None and (mine is None or mine < theirs):
            yield limit
    steps = have.plain.get("multipleOf", [])
    for step in want.plain.get("multipleOf", []):
        if not any(mine % step == 0 for mine in steps) and not (step == 1 and "fraction" not in have.types):
            yield "multipleOf"


def _edge(view: View, limit: str, strict: str, sign: int) -> tuple[float, int] | None:
    """A limit as something to compare: larger is stricter."""
    edges = [(sign * value, 0) for value in view.plain.get(limit, [])]
    edges += [(sign * value, 1) for value in view.plain.get(strict, [])]
    return max(edges, default=None)


def _at_most(have: View, want: View, word: str) -> bool:
    mine, theirs = have.bound(word), want.bound(word)
    return theirs is None or (mine is not None and mine <= theirs)


def _item(arrays: list[Any], place: int) -> Schema:
    return all_of([first[place] if place < len(first) else rest for first, rest in arrays])


def _without(side: Side, schema: Schema, keyword: str, value: Any) -> Schema:
    """The schema without one alternative, its references followed; it takes at least as much."""
    if not isinstance(schema, dict):
        return schema
    if isinstance(reference := schema.get("$ref"), str):
        beside = {} if side.old_items else {key: child for key, child in schema.items() if key != "$ref"}
        return all_of([_without(side, side.resolve(reference), keyword, value), _without(side, beside, keyword, value)])
    left = dict(schema)
    if keyword == "if" and schema.get("if") is value["if"]:
        left = {key: child for key, child in schema.items() if key not in {"if", "then", "else"}}
    elif schema.get(keyword) is value:
        del left[keyword]
    if "allOf" in left:
        left["allOf"] = [_without(side, part, keyword, value) for part in left["allOf"]]
    return left
