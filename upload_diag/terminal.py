"""Text made fit to print: nothing that strangers wrote moves the cursor, hides, or reads other than it is."""

import re
import unicodedata
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TextIO

__all__ = ["columns", "folded", "is_terminal", "one_line", "safe", "spelled_out"]

# Logs are written by strangers. A terminal obeys escape sequences (clear the screen, set the title, make a link), and
# bidirectional controls make text read other than it is. A whole sequence becomes one replacement character. The body
# of a string sequence holds no control character, so an unfinished one hides nothing and every search stays linear.
_UNSAFE = re.compile(
    r"""
      (?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)  # OSC, DCS and kin
    | (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?                # CSI: colours, cursor, screen
    | \x1b[ -/]*[0-~]?                                 # other escapes
    | [\x00-\x09\x0b-\x1f\x7f-\x9f]                    # C0 but newline, DEL, C1
    | [\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]   # bidirectional controls
    | [\u00ad\u180e\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff\ufff9-\ufffb]   # no width, or a line of its own
    | [\ufdd0-\ufdef\ufffe\uffff]                     # no characters
    | [\U000e0000-\U000e007f]                          # tags, which spell words unseen
    | [\ud800-\udfff]                                  # lone surrogates
    """,
    re.VERBOSE,
)

# Of these, what JSON may hold as it is; it can spell it out, so that nothing is lost.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)


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
    return json if json.isascii() and "\x7f" not in json else _UNSEEN.sub(_escaped, json)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
