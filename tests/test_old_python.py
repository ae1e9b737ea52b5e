"""The oldest Python that we support reads our patterns as the newest does."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from re import _constants as op
from re import _parser as parser

import pytest

import upload_diag
from upload_diag.logs.templates import _different_until
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.secrets import SECRETS
from upload_diag.shapes.sdk_text import LABELS

# Possessively repeated, these can fail after they have moved. Up to 3.11.4 (Debian 12 has 3.11.2) `re` then goes on
# from where they failed. An alternative of nothing at the end of the repeated group keeps it from failing.
MAY_RUN_AHEAD = (op.MAX_REPEAT, op.MIN_REPEAT, op.ASSERT, op.ASSERT_NOT)


def patterns() -> Iterator[re.Pattern]:
    for module in pkgutil.walk_packages(upload_diag.__path__, "upload_diag."):
        if module.name.endswith("__main__"):
            continue
        yield from patterns_in(list(vars(importlib.import_module(module.name)).values()))
    for row in SECRETS:
        yield row.regex
        if row.region:
            yield row.region
    for pattern in [
        *(row.pattern for row in Ruleset.builtin().phrases if row.pattern),
        *(row.pattern for row in LABELS),
    ]:
        yield re.compile(pattern)
    yield re.compile(_different_until(b"end", b","))  # made for the lines of a log


def patterns_in(value) -> Iterator[re.Pattern]:
    """The patterns in a module's tables, at any depth."""
    owner = getattr(value, "__self__", value)  # of a bound `search`
    if isinstance(owner, re.Pattern):
        yield owner
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from patterns_in(each)
    elif isinstance(value, dict):
        yield from patterns_in(list(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from patterns_in([getattr(value, field.name) for field in fields(value)])


def parts(tree) -> Iterator[tuple]:
    """Every operation in a parsed pattern, with its arguments."""
    for code, argument in tree:
        yield code, argument
        for inner in inside(code, argument):
            yield from parts(inner)


def inside(code, argument) -> list:
    if code is op.BRANCH:
        return argument[1]
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [argument[2]]
    if code is op.SUBPATTERN:
        return [argument[3]]
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [argument[1]]
    return [argument] if code is op.ATOMIC_GROUP else []


def cannot_fail(body) -> bool:
    return len(body) == 1 and body[0][0] is op.BRANCH and not body[0][1][1][-1]


def fails_half_way(body, moved=False) -> bool:
    """Whether the engine may have noted a place further on when the body fails."""
    for code, argument in body:
        wants = code in (op.BRANCH, op.ATOMIC_GROUP) or (code is op.POSSESSIVE_REPEAT and argument[0] > 0)
        if code in MAY_RUN_AHEAD or (moved and wants):
            return True
        if any(fails_half_way(inner, moved) for inner in inside(code, argument) if code is not op.POSSESSIVE_REPEAT):
            return True
        moved = moved or code is not op.AT
    return False


def wrong_before_3_11_5(pattern: str | bytes, flags: int = 0) -> bool:
    return any(
        code is op.POSSESSIVE_REPEAT and not cannot_fail(argument[2]) and fails_half_way(argument[2])
        for code, argument in parts(parser.parse(pattern, flags))
    )


@pytest.mark.parametrize(
    "pattern", [r"(?:ab?c)*+", r"(?:a(?:bc|d))++", r"(?:ab++)*+", r"(?:(?<=a)b|c)*+", r"x(?:a(?=b))?+"]
)
def test_a_pattern_that_old_pythons_match_wrongly_is_recognised(pattern):
    assert wrong_before_3_11_5(pattern)


@pytest.mark.parametrize("pattern", [r"(?:ab?c|)*+", r"(?:a++|\\.)*+", r"\w*+", r"(?:ab|cd)++", r"(?>a(?:b|c)|)"])
def test_a_pattern_that_they_match_well_is_let_be(pattern):
    assert not wrong_before_3_11_5(pattern)


def test_old_pythons_match_every_pattern_as_new_ones_do():
    assert not [each.pattern for each in patterns() if wrong_before_3_11_5(each.pattern, each.flags)]
