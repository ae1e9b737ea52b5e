"""Which literal texts a pattern cannot match without: what a search tool can look for instead of the pattern."""

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["required_literals"]

_LITERAL = "LITERAL"
_parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001 - the tree is not public, but is the same in 3.11 to 3.14

_ALTERNATIVES = 32  # more texts than this are not written out
_LONGEST = 14  # bytes of a literal; longer ones are hardly rarer, and many begin alike
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


def required_literals(pattern: str) -> frozenset[str]:
    """Literals of which every match of the pattern contains at least one; empty when there are none.

    Of all such sets it is the one whose shortest literal is longest: the rarest in ordinary text.
    """
    return _best(_required(_parser.parse(pattern)))


def _fewest(literals: Iterable[str]) -> frozenset[str]:
    """Without those that contain another one: the same texts hold one of them."""
    kept: list[str] = []
    for literal in sorted(literals, key=len):
        if not any(shorter in literal for shorter in kept):
            kept.append(literal)
    return frozenset(kept)


def _best(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return max(filter(None, sets), key=_worth, default=frozenset())


def _worth(literals: frozenset[str]) -> tuple[float, int, list[str]]:
    rarity = min((_rarity(literal.strip()) for literal in literals), default=0)
    return rarity - len(literals) / 8, -len(literals), sorted(literals)


def _rarity(literal: str) -> int:
    """How rare a literal is in ordinary lines: its length, and beyond ten bytes no better."""
    return 2 if literal in _EVERYDAY else min(len(literal.encode()), 10)


def _required(tree: Any) -> list[frozenset[str]]:
    """Every set found on the way: the runs of literal text, and the best that groups and branches give."""
    elements = list(tree)
    found: list[frozenset[str]] = []
    for start, (operator, argument) in enumerate(elements):
        texts = _texts(operator, argument)
        after_text = start > 0 and str(elements[start - 1][0]) == _LITERAL
        if texts is None or len(texts) > _ALTERNATIVES:
            found += _inner(operator, argument, _text_before(elements, start))
        elif not (after_text and str(operator) == _LITERAL):
            run = _run(elements[start:])
            if "" not in run:
                found.append(run)
    return found


def _run(elements: list[Any]) -> frozenset[str]:
    """All texts that the first elements can stand for, as far as they are few; each cut at `_LONGEST`."""
    runs = {""}
    for operator, argument in elements:
        texts = _texts(operator, argument)
        if texts is None or len(runs) * len(texts) > _ALTERNATIVES or min(map(len, runs)) >= _LONGEST:
            break
        runs = {run + text for run in runs for text in texts}
    return _fewest(run[:_LONGEST] for run in runs)


def _text_before(elements: list[Any], end: int) -> str:
    """The literal text that stands right before an element."""
    start = end
    while start > 0 and str(elements[start - 1][0]) == _LITERAL:
        start -= 1
    return "".join(chr(argument) for _, argument in elements[start:end])


def _texts(operator: Any, argument: Any) -> set[str] | None:
    """All texts that an element can stand for, when they are few; None otherwise."""
    name = str(operator)
    if name == "LITERAL":
        return {chr(argument)}
    if name == "AT":
        return {""}
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
        return {chr(code) for _, code in argument}
    if name == "SUBPATTERN":
        return _whole(argument[-1])
    if name == "BRANCH":
        branches = [_whole(branch) for branch in argument[1]]
        return None if None in branches else {text for branch in branches if branch for text in branch}
    if name == "MAX_REPEAT" and argument[:2] == (0, 1):
        once = _whole(argument[2])
        return None if once is None else {"", *once}
    return None


def _whole(tree: Any) -> set[str] | None:
    texts = {""}
    for operator, argument in tree:
        more = _texts(operator, argument)
        if more is None or len(texts) * len(more) > _ALTERNATIVES:
            return None
        texts = {text + one for text in texts for one in more}
    return texts


def _inner(operator: Any, argument: Any, before: str) -> list[frozenset[str]]:
    """What a group that is not a handful of texts still requires; `before` is the text that stands before it."""
    name = str(operator)
    if name == "SUBPATTERN" and str(argument[-1][0][0]) == "BRANCH" and len(argument[-1]) == 1:
        branch_operator, branches = argument[-1][0]
        return _inner(branch_operator, branches, before)
    if name == "SUBPATTERN":
        return _required(argument[-1])
    if name == "BRANCH":
        prefix = [(_LITERAL, ord(character)) for character in before]
        each = [_best(_required([*prefix, *branch])) for branch in argument[1]]
        return [_fewest(frozenset().union(*each))] if all(each) else []
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and argument[0] > 0:
        return _required(argument[2])
    if name == "ATOMIC_GROUP":
        return _required(argument)
    return []
