"""Text made fit to print: nothing that strangers wrote moves the cursor, hides, or reads other than it is."""

import re
import unicodedata
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TextIO

__all__ = ["columns", "folded", "is_terminal", "one_line", "safe", "spelled_out"]

# What nobody sees, or what makes the rest read other than it is. U+FE0E and U+FE0F stay: emoji are written with them.
_UNSEEN = (
    r"\x7f-\x9f"  # DEL, C1
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional controls
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u3164\ufe00-\ufe0d\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # of no width, as those above
    r"\u2028\u2029"  # a line of its own
    r"\ufdd0-\ufdef\ufffe\uffff"  # no characters
    r"\U000e0000-\U000e0fff"  # tags and selectors, which spell words unseen
)

# Logs are written by strangers. A terminal obeys escape sequences (clear the screen, set the title, make a link). A
# whole sequence becomes one replacement character. The body of a string sequence holds no control character, so an
# unfinished one hides nothing and every search stays linear.
_UNSAFE = re.compile(
    rf"""
      (?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)  # OSC, DCS and kin
    | (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?                # CSI: colours, cursor, screen
    | \x1b[ -/]*[0-~]?                                 # other escapes
    | [\x00-\x09\x0b-\x1f{_UNSEEN}\ud800-\udfff]       # C0 but newline, and lone surrogates
    """,
    re.VERBOSE,
)

# JSON may hold these as they are; it can spell them out, so that nothing is lost.
_TO_SPELL_OUT = re.compile(f"[{_UNSEEN}]")


def safe(text: str) -> str:
    """The text without anything a terminal would obey or not show; newlines stay, CR LF is one, tabs become blanks."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\t", "    "))


def one_line(text: str, *, limit: int = 2000) -> str:
    """Safe text on one line, cut at `limit` characters with an ellipsis."""
    line = safe(" ".join(text[: 4 * limit].split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


_STYLE = re.compile(r"\x1b\[[0-9;]*m")  # our own: what strangers wrote went through `safe`


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits before it; nobody does before a file, a pipe, or what was closed before the start."""
    return stream is not None and stream.isatty()


def columns(out: TextIO | None) -> int | None:
    """How many columns the terminal has that `out` writes to; None for files, pipes, and what is closed."""
    return get_terminal_size().columns if is_terminal(out) else None


def folded(line: str, width: int | None, *, under: int | None = None) -> str:
    """The line, broken between words where it is wider than `width` columns; whole where that is None.

    It goes on at the column `under`, or else two columns further in than it begins. A word that is wider than a line is
    left to the terminal.
    """
    if width is None or 2 * len(line) <= width:
        return line
    return "\n".join(_pieces(line, width, len(line) - len(line.lstrip()) + 2 if under is None else under))


def _pieces(line: str, width: int, under: int) -> Iterator[str]:
    piece, taken = "", 0
    for word in re.findall(r"\s*\S+", line):
        if taken and taken + _cells(word) > width:
            yield piece
            piece = " " * under + word.lstrip()
            taken = _cells(piece)
        else:
            piece, taken = piece + word, taken + _cells(word)
    yield piece


def _cells(text: str) -> int:
    """The columns that a text takes: none for its style, two for each wide character."""
    plain = _STYLE.sub("", text)
    return len(plain) if plain.isascii() else sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in plain)


def spelled_out(json: str) -> str:
    r"""The same JSON, with `\u` escapes for what a terminal would obey or not show."""
    return json if json.isascii() and "\x7f" not in json else _TO_SPELL_OUT.sub(_escaped, json)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
