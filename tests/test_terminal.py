"""Lines for a terminal are broken between words, and whole everywhere else."""

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_diag.terminal import columns, folded, safe, spelled_out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_only_a_terminal_has_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "33")
    assert (columns(Terminal()), columns(io.StringIO()), columns(None)) == (33, None, None)


@pytest.mark.parametrize(
    ("line", "width", "under", "shown"),
    [
        ("one two three", None, None, "one two three"),
        ("one two three", 13, None, "one two three"),
        ("one two three", 12, None, "one two\n  three"),
        ("  one two three", 12, None, "  one two\n    three"),
        ("  1. one two three", 14, 5, "  1. one two\n     three"),
        ("a  b  c", 5, 0, "a  b\nc"),
        ("x aaaaaaaaaaaaaaaa y", 8, 2, "x\n  aaaaaaaaaaaaaaaa\n  y"),
        ("aaaaaaaaaaaaaaaa", 8, 2, "aaaaaaaaaaaaaaaa"),
        ("\x1b[1mone\x1b[0m two", 7, 0, "\x1b[1mone\x1b[0m two"),  # a style takes no room
        ("失败 失败 x", 9, 0, "失败 失败\nx"),  # a wide character takes two columns
        ("", 1, None, ""),
    ],
)
def test_a_line_is_broken_between_words_and_goes_on_under_its_text(line, width, under, shown):
    assert folded(line, width, under=under) == shown


@given(st.text(st.sampled_from("ab 失"), max_size=80), st.integers(4, 30))
def test_folding_keeps_every_word_and_the_width(line, width):
    pieces = folded(line, width).split("\n")
    assert " ".join(pieces).split() == line.split()
    for piece in pieces:
        wide = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in piece)
        assert wide <= width or len(piece.split()) == 1 or piece == line


def test_what_is_no_character_is_replaced_and_a_tab_becomes_blanks():
    assert safe("a\tb\nc\r\nd \ufdd0\ufffe\uffff\x0b") == "a    b\nc\nd \ufffd\ufffd\ufffd\ufffd"
    assert spelled_out('"\ufdd0\uffff"') == '"\\ufdd0\\uffff"'


@pytest.mark.parametrize(
    "unseen", ["\U000e0041", "\U000e0100\U000e01ef", "\ufe00\ufe0d", "\u3164", "\u115f", "\u034f", "\u2066"]
)
def test_letters_that_nobody_sees_are_replaced_and_spelled_out_in_json(unseen):
    assert safe(f"a{unseen}b") == "a" + "\ufffd" * len(unseen) + "b"
    assert spelled_out(f'"{unseen}"').isascii()
    assert json.loads(spelled_out(f'"{unseen}"')) == unseen


def test_emoji_stay_as_they_are():
    assert safe("\u26a0\ufe0f failed \u274c") == "\u26a0\ufe0f failed \u274c"
