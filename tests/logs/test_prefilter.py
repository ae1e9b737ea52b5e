"""Which lines a search finds: with both engines those that hold a literal, and no others."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.analysis.judge import search_literals
from upload_diag.logs.prefilter import Scanner, minimal, scanner
from upload_diag.logs.reader import count_lines
from upload_diag.rules.ruleset import Ruleset

LITERALS = search_literals(Ruleset.builtin())
ALL = {engine: scanner(LITERALS, engine) for engine in ("hyperscan", "re")}


def lines_of(block: bytes, engine: Scanner) -> set[int]:
    """The numbers of the lines with a hit."""
    return {block.count(b"\n", 0, hit - 1) for hit in engine.hits(memoryview(block))}


@st.composite
def near_a_literal(draw):
    """A literal, or the beginning or end of one, in upper, lower, or mixed case."""
    literal = draw(st.sampled_from(LITERALS))
    cut = draw(st.integers(0, len(literal)))
    text = draw(st.sampled_from([literal, literal, literal[:cut], literal[cut:], literal[:-1], literal[1:]]))
    return draw(st.sampled_from([text, text.upper(), text.title(), text.swapcase()]))


JUNK = st.one_of(st.binary(max_size=8), st.sampled_from([b"\n", b"\n", b"\r\n", b" ", b"\0", b"\xff\xfe", b"\xc3\xa9"]))
BLOCK = st.lists(st.one_of(near_a_literal(), JUNK), max_size=30).map(b"".join)


@settings(max_examples=150)
@given(BLOCK)
def test_both_engines_find_the_lines_with_a_literal_and_no_others(block):
    expected = {
        number for number, line in enumerate(block.lower().split(b"\n")) if any(literal in line for literal in LITERALS)
    }
    assert lines_of(block, ALL["hyperscan"]) == lines_of(block, ALL["re"]) == expected
    starts = [0, *(at + 1 for at, byte in enumerate(block) if byte == 10)]
    for engine in ALL.values():
        find = engine.finder(memoryview(block))
        for number, start in enumerate(starts):
            place = find(start)
            line = block.count(b"\n", 0, place - 1) if place >= 0 else None
            assert line == min((one for one in expected if one >= number), default=None)


def test_every_literal_is_found_and_nothing_that_lacks_its_end():
    for literal in LITERALS:
        assert lines_of(literal.upper() + b"\n", ALL["hyperscan"]) == {0}
        short = literal[:-1]
        assert bool(ALL["hyperscan"].hits(memoryview(short))) == any(other in short for other in LITERALS)


@pytest.mark.parametrize("engine", ["hyperscan", "re"])
@pytest.mark.parametrize(
    ("literals", "block", "found"),
    [
        (["no such upload", "no such user"], b"No Such\nno such uploaD\nno such use\n", {1}),
        (["upload is gone", "upload is gone for good"], b"upload is gon\nupload is gone for\n", {1}),
        (["a"], b"b\nA\n", {1}),
        (["über uns"], "uber uns\nüber uns\n".encode(), {1}),
    ],
)
def test_literals_that_begin_alike_are_told_apart_by_their_ends(engine, literals, block, found):
    assert lines_of(block, scanner(minimal(literals), engine)) == found


@example(b"\n" * 70_000, 0, 70_000)
@given(
    st.lists(st.sampled_from([b"\n", b"x", b"y" * 40_000]), max_size=12).map(b"".join), st.integers(0), st.integers(0)
)
def test_lines_are_counted_between_any_two_places(data, begin, end):
    assert count_lines(bytearray(data), begin, min(end, len(data))) == data[begin : min(end, len(data))].count(b"\n")
