"""Which of many literals stand in a text: the first look that every text gets, and often the last.

Two engines give the same answer: hyperscan, which looks for all of them at once, and plain substring search where
hyperscan has no build.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from upload_diag._saved import database

__all__ = ["Spotter", "plain_spotter", "spotter"]

_FAR = re.compile("[^\0-\u00ff]")

Spotter = Callable[[str], dict[int, list[int]]]
"""From lower-case text to the numbers of the literals that stand in it, each with the places where it starts."""


def spotter(literals: Sequence[str]) -> Spotter:
    """The fastest engine that this machine has."""
    try:
        return _hyperscan_spotter(literals)
    except ImportError:
        return plain_spotter(literals)


def plain_spotter(literals: Sequence[str]) -> Spotter:
    """The engine that needs nothing."""
    numbered = list(enumerate(literals))
    return lambda low: {number: list(_starts(literal, low)) for number, literal in numbered if literal in low}


def _starts(literal: str, low: str) -> Iterator[int]:
    at = low.find(literal)
    while at >= 0:
        yield at
        at = low.find(literal, at + 1)


def _hyperscan_spotter(literals: Sequence[str]) -> Spotter:
    # One byte a character keeps the scan simple; the few literals beyond Latin-1 are looked for one by one.
    near = [(number, literal.encode("latin-1")) for number, literal in enumerate(literals) if not _FAR.search(literal)]
    far = [(number, literal) for number, literal in enumerate(literals) if _FAR.search(literal)]
    lengths = list(map(len, literals))
    found = database("spot", [literal for _, literal in near], [number for number, _ in near], caseless=False)

    def collect(number: int, _start: int, end: int, _flags: int, seen: Any) -> None:
        if number in seen:
            seen[number].append(end - lengths[number])
        else:
            seen[number] = [end - lengths[number]]

    def spot(low: str) -> dict[int, list[int]]:
        seen: dict[int, list[int]] = {}
        try:
            text = low.encode("latin-1")
        except UnicodeEncodeError:
            text = _FAR.sub("\0", low).encode("latin-1")
            seen |= {number: list(_starts(literal, low)) for number, literal in far if literal in low}
        found.scan(text, match_event_handler=collect, context=seen)
        return seen

    return spot
