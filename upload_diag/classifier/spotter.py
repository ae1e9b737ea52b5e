"""Which of many literals stand in a text: the first look that every text gets, and often the last.

Two engines give the same answer: hyperscan, which looks for all of them at once, and plain substring search where
hyperscan has no build.
"""

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Spotter", "plain_spotter", "spotter"]

Spotter = Callable[[str], set[int]]
"""From lower-case text to the numbers of the literals that stand in it."""


def spotter(literals: Sequence[str]) -> Spotter:
    """The fastest engine that this machine has."""
    try:
        return _hyperscan_spotter(literals)
    except ImportError:
        return plain_spotter(literals)


def plain_spotter(literals: Sequence[str]) -> Spotter:
    """The engine that needs nothing."""
    numbered = list(enumerate(literals))
    return lambda low: {number for number, literal in numbered if literal in low}


def _hyperscan_spotter(literals: Sequence[str]) -> Spotter:
    import hyperscan

    # One byte a character keeps the scan simple; the few literals beyond Latin-1 are looked for one by one.
    near = [(number, literal.encode("latin-1")) for number, literal in enumerate(literals) if _fits(literal)]
    far = [(number, literal) for number, literal in enumerate(literals) if not _fits(literal)]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[literal for _, literal in near],
        ids=[number for number, _ in near],
        elements=len(near),
        flags=[0] * len(near),
        literal=True,
    )

    def spot(low: str) -> set[int]:
        seen: set[int] = set()
        database.scan(low.encode("latin-1", "replace"), match_event_handler=_collect, context=seen)
        if not low.isascii():
            seen.update(number for number, literal in far if literal in low)
        return seen

    return spot


def _fits(literal: str) -> bool:
    return all(character < "\u0100" and character != "?" for character in literal)


def _collect(number: int, _start: int, _end: int, _flags: int, seen: Any) -> None:
    seen.add(number)
