"""What must hold of a phrase before it is used: one function a property, the same for built-in rows and a user's own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

from upload_diag.rules.required import required_literals
from upload_diag.rules.rows import Phrase

__all__ = ["find_cycle", "find_problems", "fold"]

MAX_STEPS = 5_000
"""How many ways a pattern may go on from one place in a text; 65,536 characters times this is the worst case."""

_RULE_ID = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)

Problem = tuple[str, str]  # (field, what is wrong)


def fold(text: str) -> str:
    """The text as patterns see it: lower case, every run of white space one blank."""
    return " ".join(text.lower().split())


def find_problems(row: Phrase) -> Iterator[Problem]:
    """Every way in which a phrase contradicts itself or the rule format."""
    if not _RULE_ID.match(row.rule):
        yield "rule", f"{row.rule!r} is no rule id; wanted lower case with dots and hyphens, such as acme.session-gone"
    if not 0 <= row.strength <= 100:
        yield "strength", f"{row.strength} is not between 0 and 100"
    if row.code in row.refines:
        yield "refines", f"{row.code} cannot overrule itself"
    yield from _keyword_problems(row)
    pattern_problems = list(_pattern_problems(row.pattern))
    yield from pattern_problems
    if not pattern_problems:
        yield from _example_problems(row)


def find_cycle(rows: Iterable[Phrase]) -> str | None:
    """The verdicts that overrule each other in a circle, or None: refinement must end somewhere."""
    overruled: dict[str, set[str]] = {}
    for row in rows:
        overruled.setdefault(row.code, set()).update(row.refines)
    try:
        TopologicalSorter(overruled).prepare()
    except CycleError as error:
        return " > ".join(reversed(error.args[1]))
    return None


def _keyword_problems(row: Phrase) -> Iterator[Problem]:
    if row.keyword != row.keyword.lower() or "  " in row.keyword:
        yield "keyword", f"{row.keyword!r} must be in lower case with single blanks, as texts are compared"
    if not re.search(r"\w", row.keyword):
        yield "keyword", f"{row.keyword!r} holds no letter or digit to search for"


def _pattern_problems(pattern: str) -> Iterator[Problem]:
    try:
        parsed = sre_parse.parse(pattern)
        re.compile(pattern)
    except re.error as error:
        yield "pattern", f"not a regular expression: {error}"
        return
    plain = re.sub(r"\\.", "", pattern)
    if plain != plain.lower():
        yield "pattern", "holds a capital letter, but texts are compared in lower case"
    if re.search(r"\(\?[P#aiLmsux>]|[*+?}]\+", plain) or re.search(r"(?<!\\)\\[AZ]", pattern):
        yield (
            "pattern",
            "uses what other languages' regular expressions lack (named groups, flags, \\A, \\Z, possessive)",
        )
    if re.search(r"\\b[^\x00-\x7f]|[^\x00-\x7f]\\b", pattern):
        yield "pattern", "has \\b beside a letter outside ASCII, where languages differ"
    if pattern and not required_literals(pattern):
        yield "pattern", "holds no literal that every match contains, so that logs could not be searched for it"
    yield from _speed_problems(parsed)


def _speed_problems(parsed: Any) -> Iterator[Problem]:
    """Patterns that could take more than linear time on a hostile text."""
    if _nests(parsed, inside=False):
        yield "pattern", "repeats what already repeats, which can take exponential time"
    elif (steps := _steps(parsed)) > MAX_STEPS:
        shown = "without limit" if steps == float("inf") else f"in {steps:,.0f} ways, at most {MAX_STEPS:,} are allowed"
        yield "pattern", f"can go on {shown}; bound the repeats, such as \\S{{1,200}}"


def _nests(parsed: Any, *, inside: bool) -> bool:
    """Whether a repeat stands inside a repeat; `?` and fixed counts do not count."""
    for operation, argument in parsed:
        if operation in _REPEATS:
            least, most, body = argument
            repeats = most > 1 and most != least
            if (repeats and inside) or _nests(body, inside=inside or most > 1):
                return True
        elif any(_nests(body, inside=inside) for body in _bodies(operation, argument)):
            return True
    return False


def _steps(parsed: Any) -> float:
    """An upper bound of the ways through a pattern from one place; a repeat that stops at the next literal is one way."""
    ways = 1.0
    items = list(parsed)
    for number, (operation, argument) in enumerate(items):
        if operation in _REPEATS:
            least, most, body = argument
            width = float("inf") if most == sre.MAXREPEAT else float(most - least)
            if width > 1:
                ways *= width if not _stops_at(body, items[number + 1 :]) else 1.0 + (width == float("inf")) * MAX_STEPS
            ways *= _steps(body)
        else:
            bodies = [_steps(body) for body in _bodies(operation, argument)]
            ways *= sum(body - 1 for body in bodies) + 1 if bodies else 1.0
    return ways


def _stops_at(body: Any, rest: Sequence[Any]) -> bool:
    r"""Whether a repeated `\S` is followed by a blank, so that it can end in one place only."""
    blank = bool(rest) and rest[0] == (sre.LITERAL, ord(" "))
    return blank and list(body) == [(sre.IN, [(sre.CATEGORY, sre.CATEGORY_NOT_SPACE)])]


def _bodies(operation: Any, argument: Any) -> list[Any]:
    if operation is sre.BRANCH:
        return list(argument[1])
    if operation is sre.SUBPATTERN:
        return [argument[3]]
    if operation in (sre.ASSERT, sre.ASSERT_NOT):
        return [argument[1]]
    return []


def _example_problems(row: Phrase) -> Iterator[Problem]:
    regex = re.compile(row.pattern or re.escape(row.keyword), re.ASCII)
    if not row.hits:
        yield "hits", "is empty; give at least one text that the rule must match"
    for text in map(fold, row.hits):
        if row.keyword not in text:
            yield "keyword", f"{row.keyword!r} does not stand in the hit {text!r}"
        elif not regex.search(text):
            yield "pattern", f"does not match the rule's own hit {text!r}"
    for text in map(fold, row.misses):
        if row.keyword in text and regex.search(text):
            yield "pattern", f"matches {text!r}, which is one of its misses"
