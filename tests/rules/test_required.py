"""What a pattern says about the texts that it can match, which decides where it is tried."""

import re

import pytest

from upload_diag.rules.checks import fold
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.required import beginnings, required_literals, triggers


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"upload gone", {"upload gone": 0}),
        (r"\b(?:part|chunk) gone", {"chunk gone": 0, "part gone": 0}),
        (r"code(?: is)?", {"code": 0}),  # "code is" begins with it
        (r"\d{3} is no status", {" is no status": 3}),
        (r".*never seen before", {"never seen befor": 1000}),
        (r"\w+", {}),
    ],
)
def test_a_pattern_is_tried_where_one_of_its_literals_stands(pattern: str, literals: dict[str, int]) -> None:
    assert triggers(pattern) == literals


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        (r"upload", "u"),
        (r"\b(?<!no )(?:multi-?part |tus )?upload", "mtu"),
        (r"[ab]c|(?:(?:x|y\d)z)", "abxy"),
        (r"a?\d", ""),
        (r"[a-z]b", ""),
        (r"(?:\d|a)b", ""),
        (r"(?:a\d)?b", ""),
    ],
)
def test_the_characters_that_a_match_begins_with(pattern: str, characters: str) -> None:
    assert beginnings(pattern) == characters


def test_what_is_said_of_a_pattern_holds_for_its_hits() -> None:
    for row in PHRASES:
        pattern = row.pattern or re.escape(row.keyword)
        begin, literals = beginnings(pattern), triggers(pattern)
        for text in map(fold, row.hits):
            match = re.search(pattern, text, re.ASCII)
            assert match is not None, row.rule
            start = match.start()
            assert not begin or text[start] in begin, row.rule
            assert any(0 <= text.find(word, start) - start <= most for word, most in literals.items()), row.rule
            assert any(word in text for word in required_literals(pattern)), row.rule
