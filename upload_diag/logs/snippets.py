"""What people and their programs put around every line of a snippet that they pass on: quotes, numbers, an indent.

Told apart as collectors are, but by the whole of a snippet.
"""

import re
from itertools import pairwise

from upload_diag.logs.collectors import COLLECTORS, SURE, Collector, Line, detect, prefix
from upload_diag.logs.entries import LEVELS

__all__ = ["SNIPPETS", "around", "quoted", "typeset"]


def _wrapped(width: int) -> Collector:
    """A terminal of so many columns, which goes on in the next line with what does not fit."""
    return Collector(f"wrapped-{width}", lambda line: Line(b"", b"", line, _columns(line) == width), ())


def _columns(line: bytes) -> int:
    return len(line.decode("utf-8", "replace"))


_QUOTED = prefix("quoted", rb"(?:>\ ?)+", b"> part 3 failed", b">> part 3 failed")
_NUMBER = re.compile(rb"[ \t]*(\d{1,6})(?: ?[|:.)]?(?:[ \t]|$)|:(?!\d\d:))")
_NUMBERED = prefix("numbered", _NUMBER.pattern.replace(b" ", rb"\ "), b"  17 | part 3 failed", b"17: part 3 failed")
_INDENTED = prefix("indented", rb"(?:\ {4}|\t)", b"    part 3 failed")
_WRAPPED = {width: _wrapped(width) for width in (80, 120)}
_CURLY = re.compile("“|”|„".encode())
_TYPESET = Collector("typeset", lambda line: Line(b"", b"", _CURLY.sub(b'"', line)), ())
_CURLY_NAME = re.compile(rb"\xe2\x80[\x9c\x9e][\w.-]{1,60}\xe2\x80[\x9c\x9d]\s?:")
SNIPPETS = (_QUOTED, _NUMBERED, _INDENTED, *_WRAPPED.values(), _TYPESET)
_NEW_LINE = re.compile(rb"\[?(?:\d{4}[-/]\d\d|\d\d:\d\d|" + LEVELS + rb")")
_GAP = 3  # most lines by which one number is on the average more than the one before


def around(lines: list[bytes]) -> Collector | None:
    """What stands around the lines of a whole snippet; None when nothing does."""
    if all(map(_INDENTED.read, lines)):
        return _INDENTED
    numbers = [int(number[1]) for line in lines if (number := _NUMBER.match(line))]
    if len(numbers) >= max(_GAP, SURE * len(lines)) and _count(numbers):
        return _NUMBERED
    return _broken(lines) or detect(lines, (*COLLECTORS, _QUOTED))


def typeset(lines: list[bytes]) -> Collector | None:
    """A program for letters, which bent the quotation marks around the names of fields."""
    return _TYPESET if any(map(_CURLY_NAME.search, lines)) else None


def quoted(lines: list[bytes]) -> Collector | None:
    """A mail or a ticket that quotes some lines; what curl sends begins alike, and stands beside what it gets."""
    some = any(_QUOTED.read(line) and _QUOTED.read(below) for line, below in pairwise(lines))
    return _QUOTED if some and not any(line.startswith((b"< ", b"* ")) for line in lines) else None


def _count(numbers: list[int]) -> bool:
    """Whether these are numbers of lines."""
    return numbers == sorted(set(numbers)) and numbers[-1] - numbers[0] < _GAP * len(numbers)


def _broken(lines: list[bytes]) -> Collector | None:
    """The terminal that broke the longest of the lines.

    Of what a program repeats, lines are as long as one another by chance.
    """
    width = max(map(_columns, lines), default=0)
    broken = [(line, below) for line, below in pairwise(lines) if _columns(line) == width]
    by_chance = sum(line[:8] == below[:8] or bool(_NEW_LINE.match(below)) for line, below in broken)
    return _WRAPPED.get(width) if len(broken) > 1 + 2 * by_chance else None
