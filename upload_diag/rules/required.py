"""Which lower-case texts a pattern cannot match without: what a search tool can look for instead of the pattern."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

__all__ = ["UNBOUNDED", "beginnings", "required_literals", "triggers"]

_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - the tree is not public, but is the same in 3.11 to 3.14

_ALTERNATIVES = 32  # more texts than this are not written out
_LONGEST = 16  # characters of a literal that are looked for
_LONG_ENOUGH = 14  # for a search tool: longer ones are hardly rarer, and many begin alike
_SHORT = 3  # characters of a match's beginning: they tell most places from the others, and few are looked for
UNBOUNDED = 1_000
"""As many characters before a literal mean: anywhere."""

# Words that ordinary lines of an upload's log are full of.
_EVERYDAY = {
    "connection",
    "upload",
    "uploads",
    "uploading",
    "file",
    "part",
    "parts",
    "chunk",
    "size",
    "user",
    "request",
    "server",
}

# The same for texts that are looked at because they hold words of uploads.
_NEARBY = dict.fromkeys(_EVERYDAY, 2) | {"upload": -4, "has": 0, "is": 0, "not": 0, "was": 0}


class _Element(NamedTuple):
    """A piece of a pattern.

    Attributes:
        texts: all texts that it can stand for, when they are few.
        inside: else the branches of which one must match.
        width: the most characters that it stands for.
    """

    texts: frozenset[str] | None
    inside: tuple[list["_Element"], ...]
    width: int


class _Set(NamedTuple):
    """Texts of which every match contains one, and the most characters of the match that stand before it."""

    texts: frozenset[str]
    before: int


_Worth = Callable[[_Set], Any]


def required_literals(pattern: str) -> frozenset[str]:
    """Literals of which every match of the pattern contains at least one; empty when there are none.

    Of all such sets it is the one whose shortest literal is longest: the rarest in ordinary text.
    """
    best = _best(_sets(_parsed(pattern), 0, _rarest), _rarest)
    return _fewest(text[:_LONG_ENOUGH] for text in best.texts)


def triggers(pattern: str) -> tuple[list[str], int]:
    """Literals of which every match contains one, and the most characters that a match has before it.

    Where it can be, a match begins with them: then a hit is checked where it stands, and nothing is searched.
    """
    best = _best(_sets(_parsed(pattern), 0, _nearest), _nearest)
    return _shortest(best.texts), min(best.before, UNBOUNDED)


def beginnings(pattern: str) -> list[str]:
    """Short texts of which every match begins with one; empty when they cannot be told."""
    best = _best(_sets(_parsed(pattern), 0, _foremost), _foremost)
    return [] if best.before else _shortest(text[:_SHORT] for text in best.texts)


def _fewest(literals: Iterable[str]) -> frozenset[str]:
    """Without those that contain another one: the same texts hold one of them."""
    kept: list[str] = []
    for literal in sorted(literals, key=len):
        if not any(shorter in literal for shorter in kept):
            kept.append(literal)
    return frozenset(kept)


def _shortest(literals: Iterable[str]) -> list[str]:
    """Without those that begin with another one: it stands wherever they do."""
    kept: list[str] = []
    for literal in sorted(literals):
        if not kept or not literal.startswith(kept[-1]):
            kept.append(literal)
    return kept


def _best(sets: Iterable[_Set], worth: _Worth) -> _Set:
    return max((one for one in sets if one.texts), key=worth, default=_Set(frozenset(), 0))


def _foremost(one: _Set) -> Any:
    return -one.before, min(map(len, one.texts)), -len(one.texts), sorted(one.texts)


def _rarest(one: _Set) -> Any:
    texts = _fewest(text[:_LONG_ENOUGH] for text in one.texts)
    return min(_rarity(text.strip()) for text in texts) - len(texts) / 8, -len(texts), sorted(texts)


def _nearest(one: _Set) -> Any:
    rarity = min(map(_rarity_nearby, one.texts))
    near = 6 * (one.before == 0) - 3 * (one.before >= UNBOUNDED)
    return rarity + near - len(one.texts) / 4, -len(one.texts), sorted(one.texts)


def _rarity_nearby(literal: str) -> int:
    """The same for a text that is looked at; the end of an everyday word is no rarer than the word."""
    piece = literal.strip()
    return min((rarity for word, rarity in _NEARBY.items() if word.endswith(piece)), default=len(literal))


def _rarity(literal: str) -> int:
    """How rare a literal is in ordinary lines: its length, and beyond ten bytes no better."""
    return 2 if literal in _EVERYDAY else min(len(literal.encode()), 10)


# -- the pattern's tree ----------------------------------------------------------------------------------------------


@cache
def _parsed(pattern: str) -> list[_Element]:
    return _elements(_parser.parse(pattern))


def _elements(tree: Any) -> list[_Element]:
    """The pattern as elements; plain characters that follow each other are one, and what takes no room is left out."""
    found: list[_Element] = []
    literal = ""
    for operator, argument in tree:
        name = str(operator)
        if name == "LITERAL":
            literal += chr(argument).lower()
        elif name not in {"AT", "ASSERT", "ASSERT_NOT"}:
            if literal:
                found.append(_Element(frozenset((literal,)), (), len(literal)))
                literal = ""
            found.append(_element(name, argument))
    if literal:
        found.append(_Element(frozenset((literal,)), (), len(literal)))
    return found


def _element(name: str, argument: Any) -> _Element:
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
        return _Element(frozenset(chr(code).lower() for _, code in argument), (), 1)
    if name in {"SUBPATTERN", "ATOMIC_GROUP"}:
        return _group((_elements(argument[-1] if name == "SUBPATTERN" else argument),))
    if name == "BRANCH":
        return _group(tuple(map(_elements, argument[1])))
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, tree = argument
        once = _group((_elements(tree),))
        width = min(once.width * int(most), UNBOUNDED)
        if (least, most) == (0, 1) and once.texts is not None:
            return _Element(once.texts | {""}, (), width)
        return _Element(None, (once.inside or ([once],)) if least else (), width)
    return _Element(None, (), 1)


def _group(branches: tuple[list[_Element], ...]) -> _Element:
    """One of the branches."""
    width = max(min(sum(element.width for element in branch), UNBOUNDED) for branch in branches)
    texts: set[str] = set()
    for branch in branches:
        run, whole = _run(branch)
        texts |= run
        if not whole or len(texts) > _ALTERNATIVES:
            while len(branches) == 1 and len(branches[0]) == 1 and branches[0][0].texts is None:
                branches = branches[0][0].inside  # a group that holds nothing but a group
            return _Element(None, branches, width)
    return _Element(frozenset(texts), (), width)


def _run(elements: list[_Element]) -> tuple[frozenset[str], bool]:
    """All texts that the first elements stand for, as far as they are few; and whether those are all elements."""
    runs = frozenset(("",))
    for texts, _, _ in elements:
        if texts is None or len(runs) * len(texts) > _ALTERNATIVES:
            return runs, False
        runs = frozenset(run + text for run in runs for text in texts)
    return runs, True


def _sets(elements: list[_Element], before: int, worth: _Worth) -> list[_Set]:
    """Every set of texts that one of must stand in a match: runs of text, and the best that groups give.

    `before` is the most characters that a match has before the elements.
    """
    found: list[_Set] = []
    for number, (texts, inside, width) in enumerate(elements):
        if texts is None:
            prefix = elements[number - 1 : number] if number and elements[number - 1].texts else []
            found += _branches(prefix, inside, before, worth)
        else:
            run, _ = _run(elements[number:])
            if "" not in run:
                found.append(_Set(frozenset(text[:_LONGEST] for text in run), before))
        before += width
    return found


def _branches(prefix: list[_Element], inside: tuple[list[_Element], ...], before: int, worth: _Worth) -> list[_Set]:
    """What a group still requires that is not a handful of texts; `prefix` is what stands right before it."""
    before -= sum(element.width for element in prefix)
    each = [_best(_sets([*prefix, *branch], before, worth), worth) for branch in inside]
    if not each or not all(one.texts for one in each):
        return []
    return [_Set(frozenset[str]().union(*(one.texts for one in each)), max(one.before for one in each))]
