"""Texts that a pattern makes worth trying. No pattern, however bad, is given a text too long for it."""

import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["longest_text", "matching"]

_LENGTHS = (0, 1, 2, 7)
_CATEGORY = {op.CATEGORY_DIGIT: "7", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "w", op.CATEGORY_NOT_DIGIT: "n"}
_CATEGORY |= {op.CATEGORY_NOT_SPACE: "n", op.CATEGORY_NOT_WORD: "-"}
_ANY_CHARACTERS = "aZ7-_ .:/\u00e9"
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def longest_text(patterns: set[str]) -> int:
    """How long a text may be that is given to these patterns, so that matching ends soon whatever they are.

    A repeat or a choice inside a repeat can take time 2**n: 12 characters. Two repeats in a row take n**2, more take
    n**3 and up: 600 and 60. Else it is 5,000.
    """
    worst = 5000
    for pattern in patterns:
        depth, count = _repeats(parser.parse(pattern))
        unclear = depth > 1 or "(?" in pattern.replace("(?:", "")
        worst = min(worst, 12 if unclear else (5000, 5000, 600, 60)[min(count, 3)])
    return worst


def _repeats(parsed: Any) -> tuple[int, int]:
    """How deep open-ended repeats and choices are nested, and how many such repeats there are."""
    depth = count = 0
    for code, argument in parsed:
        here = 0
        if code in _REPEATS:
            here = 1 if argument[1] == op.MAXREPEAT or argument[1] > 20 else 0
            inner = _repeats(argument[2])
        else:
            inner = (0, 0)
            for child in _children(code, argument):
                below = _repeats(child)
                inner = (max(inner[0], below[0]), inner[1] + below[1])
        deeper = here or int(code is op.BRANCH)
        depth, count = max(depth, deeper + inner[0]), count + here + inner[1]
    return depth, count


def _children(code: Any, argument: Any) -> Iterator[Any]:
    if code is op.SUBPATTERN:
        yield argument[3]
    elif code is op.BRANCH:
        yield from argument[1]
    elif code in {op.ASSERT, op.ASSERT_NOT}:
        yield argument[1]
    elif code is op.ATOMIC_GROUP:
        yield argument


def matching(pattern: str, lengths: tuple[int, ...] = ()) -> list[str]:
    """Up to 30 texts that the pattern finds, of these lengths where it can."""
    parsed, limit = parser.parse(pattern), longest_text({pattern})
    shortest = len(_text(parsed, 0, 0))
    repeats = [*_LENGTHS, *(length - shortest + extra for length in lengths for extra in (0, 1))]
    made = [_text(parsed, repeat, branch) for branch in range(4) for repeat in repeats if 0 <= repeat <= limit]
    fitting = dict.fromkeys(text for text in made if len(text) <= limit and re.search(pattern, text))
    return list(fitting)[:30]


def _text(parsed: Any, repeat: int, branch: int) -> str:
    return "".join(_piece(code, argument, repeat, branch) for code, argument in parsed)


def _piece(code: Any, argument: Any, repeat: int, branch: int) -> str:
    if code is op.LITERAL:
        return chr(int(argument))
    if code is op.NOT_LITERAL:
        return "Z" if argument == ord("a") else "a"
    if code is op.ANY:
        return "a"
    if code is op.IN:
        return _one_of(argument, branch)
    if code is op.BRANCH:
        return _text(argument[1][branch % len(argument[1])], repeat, branch)
    if code in _REPEATS:
        least, most, inner = argument
        times = max(int(least), repeat if most == op.MAXREPEAT else min(repeat, int(most)))
        return _text(inner, min(repeat, 2), branch) * min(times, 5001)
    if code in {op.SUBPATTERN, op.ATOMIC_GROUP}:
        return "".join(_text(child, repeat, branch) for child in _children(code, argument))
    return ""


def _one_of(argument: Any, branch: int) -> str:
    """A character of a class like `[a-z0-9]`, another one for another branch."""
    if argument[0][0] is op.NEGATE:
        inside = re.compile(_class(argument[1:]))
        return next((c for c in _ANY_CHARACTERS + "!#%" if not inside.match(c)), "~")
    code, value = argument[branch % len(argument)]
    if code is op.LITERAL:
        return chr(value)
    return chr(value[0]) if code is op.RANGE else str(_CATEGORY.get(value, "a"))


_ESCAPES = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_DIGIT: r"\D"}
_ESCAPES |= {op.CATEGORY_NOT_SPACE: r"\S", op.CATEGORY_NOT_WORD: r"\W"}


def _class(argument: Any) -> str:
    parts = []
    for code, value in argument:
        if code is op.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            parts.append(re.escape(chr(value)) if code is op.LITERAL else _ESCAPES.get(value, ""))
    return f"[{''.join(parts)}]"
