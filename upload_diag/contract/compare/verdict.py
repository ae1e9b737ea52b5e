"""Compare two schemas: every break with its path, direction, severity and a document; or a proof that there is none."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from upload_diag.contract.compare.probes import STRANGER, Prober
from upload_diag.contract.compare.proof import Doubt, Prover
from upload_diag.contract.compare.side import Schema, Side, same
from upload_diag.contract.problems import brief, pointer
from upload_diag.errors import InputError

__all__ = ["Change", "Comparison", "Direction", "Semver", "Severity", "Verdict", "compare", "verdict_of"]


class Direction(StrEnum):
    """Who is hurt.

    PRODUCER: a document valid under OLD that NEW refuses, so whoever still writes OLD is refused.
    CONSUMER: a document valid under NEW that OLD refuses, so whoever still reads by OLD meets what it does not know.
    """

    PRODUCER = "producer"
    CONSUMER = "consumer"


class Verdict(StrEnum):
    """What can be said of one direction, or of all that were asked for."""

    BREAK = "break"
    COMPATIBLE = "compatible"
    CANNOT_DECIDE = "cannot decide"


class Severity(StrEnum):
    """ERROR breaks; WARNING breaks only documents with a member that the giving schema never named."""

    ERROR = "error"
    WARNING = "warning"
    UNDECIDED = "undecided"
    ALLOWED = "allowed"


class Semver(StrEnum):
    """The step of the version that a change asks for."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that matters.

    Attributes:
        path: JSON pointer into documents; `*` stands for any member or item.
        keyword: the schema's keyword that refuses.
        direction: who is hurt.
        severity: how much.
        reason: what is refused, in words.
        witness: a document that one schema takes and the other refuses; `...` when there is none.
    """

    path: str
    keyword: str
    direction: Direction
    severity: Severity
    reason: str
    witness: Any = ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two schemas compared.

    Attributes:
        verdicts: for each direction that was asked for.
        changes: breaks first.
        semver: the step of the version that the change asks for.
    """

    verdicts: dict[Direction, Verdict]
    changes: tuple[Change, ...]
    semver: Semver

    @property
    def verdict(self) -> Verdict:
        """The worst of all directions."""
        order = (Verdict.BREAK, Verdict.CANNOT_DECIDE, Verdict.COMPATIBLE)
        return next(verdict for verdict in order if verdict in {*self.verdicts.values(), Verdict.COMPATIBLE})


def compare(
    old: Schema, new: Schema, directions: Iterable[Direction] = tuple(Direction), *, formats: bool = False
) -> Comparison:
    """Compare two versions of a schema.

    Args:
        old: the version that others still follow.
        new: the version to come.
        directions: which of the two matters.
        formats: whether the validators on both sides check `format`, which by the standard is a remark.

    Raises:
        InputError: a reference leads out of its schema, nowhere, or only to itself.
    """
    from referencing.exceptions import Unresolvable

    try:
        return _compared(old, new, tuple(directions), formats=formats)
    except Unresolvable as error:
        raise InputError(f"the reference {error.ref!r} leads to no schema. Nothing is fetched.") from error
    except RecursionError as error:
        raise InputError("a reference leads only to itself, or the schema is nested too deeply.") from error


def _compared(old: Schema, new: Schema, directions: tuple[Direction, ...], *, formats: bool) -> Comparison:
    sides = Side(old, formats=formats), Side(new, formats=formats)
    if same(sides[0], old, sides[1], new):
        texts = {json.dumps(schema, sort_keys=True) for schema in (old, new)}
        step = Semver.PATCH if len(texts) > 1 else Semver.NONE
        return Comparison(dict.fromkeys(directions, Verdict.COMPATIBLE), (), step)
    found = {direction: _one_way(*_roles(sides, direction), direction) for direction in Direction}
    asked = [direction for direction in Direction if direction in set(directions)]
    changes = tuple(change for direction in asked for change in found[direction])
    verdicts = {direction: verdict_of(found[direction]) for direction in asked}
    return Comparison(verdicts, changes, _semver(verdicts, any(found.values())))


def _roles(sides: tuple[Side, Side], direction: Direction) -> tuple[Side, Side]:
    """Who gives documents and who takes them."""
    old, new = sides
    return (old, new) if direction is Direction.PRODUCER else (new, old)


def verdict_of(changes: Iterable[Change]) -> Verdict:
    """What the changes of one direction amount to."""
    severities = {change.severity for change in changes}
    if Severity.ERROR in severities:
        return Verdict.BREAK
    return Verdict.CANNOT_DECIDE if Severity.UNDECIDED in severities else Verdict.COMPATIBLE


def _semver(verdicts: dict[Direction, Verdict], differ: bool) -> Semver:
    if set(verdicts.values()) - {Verdict.COMPATIBLE}:
        return Semver.MAJOR
    return Semver.MINOR if differ else Semver.PATCH


def _one_way(giver: Side, taker: Side, direction: Direction) -> list[Change]:
    """The changes in one direction, breaks first, then warnings, then what could not be decided."""
    doubts = Prover(giver, taker).doubts()
    found = list(_breaks(giver, taker, direction)) if doubts else []
    covered = [change.path.split("/")[1:] for change in found]
    left = [doubt for doubt in doubts if not any(_related(doubt.path, path) for path in covered)]
    changes = found + [_doubtful(doubt, direction) for doubt in left]
    return sorted(changes, key=lambda change: (list(Severity).index(change.severity), change.path, change.keyword))


def _related(one: tuple[str, ...], other: list[str]) -> bool:
    """Whether one place is the other, or is inside of it."""
    pairs = zip(one, [step.replace("~1", "/").replace("~0", "~") for step in other], strict=False)
    return all(a == b or "*" in {a, b} for a, b in pairs)


def _doubtful(doubt: Doubt, direction: Direction) -> Change:
    why = (
        "is checked by some validators only; --formats compares as they do"
        if doubt.keyword == "format"
        else ("differs in a way that neither a document nor a proof was found for")
    )
    return Change(pointer(doubt.path), doubt.keyword, direction, Severity.UNDECIDED, f"'{doubt.keyword}' {why}")


def _breaks(giver: Side, taker: Side, direction: Direction) -> Iterator[Change]:
    """One change for each place and keyword that refuses a document, with the plainest such document."""
    plainest: dict[tuple[str, str], tuple[int, int, Any, Any]] = {}
    for document in Prober(giver, taker).documents():
        errors = [] if taker.valid(document) else [leaf for e in taker.errors(document) for leaf in _leaves(e)]
        for error in errors:
            key = (_general(error), str(error.validator))
            size = (len(errors), len(str(document)))
            if key not in plainest or size < plainest[key][:2]:
                plainest[key] = (*size, document, error)
    unnamed: set[str] = set()
    for (path, keyword), (_, _, document, error) in sorted(plainest.items(), key=lambda item: item[1][:2]):
        member = _first_unnamed(giver, list(error.absolute_path))
        if member in unnamed:  # a member that only one schema names is one change, whatever is said about it
            continue
        unnamed |= {member} if member else set()
        witness = _pruned(document, giver, taker, (path, keyword))
        if giver.valid(witness) and not taker.valid(witness):
            # What NEW says of members that nobody names restricts them all, whatever their names.
            named = member is not None and not member.endswith(f"/{STRANGER}")
            mild = named and direction is Direction.PRODUCER
            severity = Severity.WARNING if mild else Severity.ERROR
            yield Change(member or path, keyword, direction, severity, _reason(error, member, direction), witness)


def _leaves(error: Any) -> Iterator[Any]:
    """The errors inside an alternative, when only one alternative was meant; else the error itself."""
    inside = [sub for sub in error.context or () if sub.schema_path]  # an alternative that is `false` has no path
    if error.validator in {"anyOf", "oneOf"} and len({sub.schema_path[0] for sub in inside}) == 1:
        for sub in inside:
            yield from _leaves(sub)
    else:
        yield error


def _general(error: Any) -> str:
    """The place of an error in any document: positions in lists become `*`."""
    return _place(error.absolute_path)


def _place(path: Iterable[str | int]) -> str:
    return pointer("*" if isinstance(step, int) else step for step in path)


def _pruned(document: Any, giver: Side, taker: Side, key: tuple[str, str]) -> Any:
    """The document without the members that do not matter for this break."""
    for path in sorted(_members(document), key=len):
        smaller = _cut(document, path)
        if smaller is not ... and giver.valid(smaller):
            leaves = [leaf for error in taker.errors(smaller) for leaf in _leaves(error)]
            if any((_general(leaf), str(leaf.validator)) == key for leaf in leaves):
                document = smaller
    return document


def _members(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, child in children:
        if isinstance(document, dict):
            yield (*path, key)
        if len(path) < 8:
            yield from _members(child, (*path, key))


def _cut(document: Any, path: tuple[Any, ...]) -> Any:
    """A copy without the member at a path; `...` when it is no longer there."""
    step, rest = path[0], path[1:]
    if isinstance(document, dict):
        if step not in document:
            return ...
        if not rest:
            return {key: child for key, child in document.items() if key != step}
        below = _cut(document[step], rest)
        return ... if below is ... else document | {step: below}
    if isinstance(document, list) and isinstance(step, int) and step < len(document) and rest:
        below = _cut(document[step], rest)
        return ... if below is ... else [*document[:step], below, *document[step + 1 :]]
    return ...


def _first_unnamed(side: Side, path: list[str | int]) -> str | None:
    """The first member on a path that a schema does not speak of, as a pointer; items of a list count as spoken of."""
    schemas: list[Schema] = [side.root]
    for place, step in enumerate(path):
        parts = [part for schema in schemas for part in side.flat(schema)]
        if isinstance(step, int):
            schemas = [child for part in parts for child in _item_schemas(part)] or [True]
            continue
        schemas = [part["properties"][step] for part in parts if step in part.get("properties", {})]
        schemas += [child for part in parts for child in part.get("patternProperties", {}).values()]
        schemas += [
            part["additionalProperties"] for part in parts if isinstance(part.get("additionalProperties"), dict)
        ]
        if not schemas:
            return _place(path[: place + 1])
    return None


def _item_schemas(part: dict[str, Any]) -> list[Schema]:
    items = part.get("items", [])
    return [*part.get("prefixItems", []), *(items if isinstance(items, list) else [items])]


_REFUSED = {
    "required": "a document without a member that is required",
    "type": "a value of another type",
    "enum": "a value that is not listed",
    "const": "another value",
    "additionalProperties": "a member that is not named",
    "unevaluatedProperties": "a member that is not named",
    "pattern": "a text that does not match",
    "format": "a text of another format",
    "minimum": "a smaller number",
    "maximum": "a larger number",
    "minLength": "a shorter text",
    "maxLength": "a longer text",
}


def _reason(error: Any, unnamed: str | None, direction: Direction) -> str:
    """`NEW asks for type "integer" and refuses …`."""
    taker, giver = ("NEW", "OLD") if direction is Direction.PRODUCER else ("OLD", "NEW")
    wanted = error.validator_value
    told = "" if isinstance(wanted, dict) else f" {brief(wanted) if not isinstance(wanted, list) else _few(wanted)}"
    what = _REFUSED.get(str(error.validator), "a document")
    if error.validator == "required":
        told = " " + ", ".join(name for name in wanted if name not in error.instance)
    aside = f"; {giver} does not name {unnamed}" if unnamed else ""
    return f"{taker} asks for {error.validator}{told} and refuses {what} that {giver} takes{aside}"


def _few(values: list[Any]) -> str:
    shown = ", ".join(brief(value) for value in values[:4])
    return shown + (f" and {len(values) - 4} more" if len(values) > 4 else "")
