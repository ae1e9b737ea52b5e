"""Which of many literals stand in a text: the first look that every text gets, and often the last.

Two engines give the same answer: hyperscan, which looks for all of them at once, and plain substring search where
hyperscan has no build.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from upload_diag._saved import database

__all__ = ["Spotter", "plain_spotter", "spotter"]

Spotter = Callable[[str], list[tuple[int, int]]]
"""From lower-case text to the literals that stand in it, in their order: (where it first starts, its number)."""


def spotter(literals: Sequence[str]) -> Spotter:
    """The fastest engine that this machine has."""
    try:
        return _hyperscan_spotter(literals)
    except ImportError:
        return plain_spotter(literals)


def plain_spotter(literals: Sequence[str]) -> Spotter:
    """The engine that needs nothing."""
    numbered = list(enumerate(literals))
    return lambda low: sorted((low.find(literal), number) for number, literal in numbered if literal in low)


def _hyperscan_spotter(literals: Sequence[str]) -> Spotter:
    encoded = list(map(_encoded, literals))
    lengths = list(map(len, encoded))
    found = database("spot", encoded, range(len(encoded)), once=True)
    scratches = threading.local()  # hyperscan's working memory serves one scan at a time

    def scratch() -> Any:
        from hyperscan import Scratch

        scratches.one = Scratch(found)
        return scratches.one

    def collect(number: int, _start: int, end: int, _flags: int, seen: list[tuple[int, int]]) -> None:
        seen.append((end - lengths[number], number))

    def spot(low: str) -> list[tuple[int, int]]:
        seen: list[tuple[int, int]] = []
        text = _encoded(low)
        own = getattr(scratches, "one", None) or scratch()
        found.scan(text, match_event_handler=collect, context=seen, scratch=own)
        if len(text) != len(low):
            seen = [(len(text[:start].decode("utf-8", "surrogatepass")), number) for start, number in seen]
        seen.sort()
        return seen

    return spot


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
