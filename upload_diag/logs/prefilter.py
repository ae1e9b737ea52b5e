"""Find the lines that may matter, at the speed of a search tool.

The literals come from the rules and the markers; a line that holds none of them is never looked at again. Matching
ignores the case of ASCII letters. Both engines find the same lines; hyperscan is some eighty times faster.
"""

import re
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from upload_diag._saved import database

__all__ = ["HyperscanScanner", "RegexScanner", "Scanner", "minimal", "scanner"]


class Scanner(Protocol):
    """One engine.

    Attributes:
        engine: its name, for the report and for `--version`.
    """

    engine: str

    def hits(self, block: memoryview) -> list[int]:
        """Places in literals, or at their ends, ascending; at least one for each line of the block with a literal."""
        ...

    def finder(self, block: memoryview) -> Callable[[int], int]:
        """What finds the first such place behind another one, where a line begins; -1 when there is none."""
        ...


def minimal(literals: Iterable[str]) -> tuple[bytes, ...]:
    """The literals in lower case, without those that contain another one: the same lines match with fewer.

    Literals are UTF-8; only ASCII letters are folded, so that bytes of any encoding can be searched.
    """
    folded = sorted({literal.encode().lower() for literal in literals} - {b""}, key=len)
    shortest = len(folded[0]) if folded else 0
    kept: dict[bytes, list[bytes]] = {}  # by how they begin
    for literal in folded:
        places = range(len(literal) - shortest + 1)
        begun = ((at, kept.get(literal[at : at + shortest], ())) for at in places)
        if not any(literal.startswith(short, at) for at, some in begun for short in some):
            kept.setdefault(literal[:shortest], []).append(literal)
    return tuple(sorted(chain.from_iterable(kept.values())))


@lru_cache(maxsize=4)
def scanner(literals: tuple[bytes, ...], engine: str | None = None) -> Scanner:
    """The engine asked for, or the fastest one that is installed."""
    if engine != RegexScanner.engine:
        try:
            return HyperscanScanner(literals)
        except ImportError:
            if engine is not None:
                raise
    return RegexScanner(literals)


class HyperscanScanner:
    """Hyperscan (Vectorscan) in block mode: about 2 GB/s a core for thousands of literals."""

    engine = "hyperscan"

    def __init__(self, literals: tuple[bytes, ...]) -> None:
        beginnings = _beginnings(literals)
        self._rests = [None if b"" in rests else tuple(rests) for rests in beginnings.values()] + [()]
        self._longest = max((len(rest) for rests in beginnings.values() for rest in rests), default=0)
        self._database = database("search", [*beginnings, _NOWHERE], range(len(beginnings) + 1), caseless=True)
        self._scratches = threading.local()  # hyperscan's working memory serves one scan at a time

    def hits(self, block: memoryview) -> list[int]:
        """See `Scanner.hits`."""
        found: list[int] = []
        add, rests, longest = found.append, self._rests, self._longest

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            rest = rests[number]
            if rest is None or bytes(block[end : end + longest]).lower().startswith(rest):
                add(end)

        scratch = getattr(self._scratches, "one", None) or self._new_scratch()
        self._database.scan(block, match_event_handler=on_match, scratch=scratch)
        return found

    def finder(self, block: memoryview) -> Callable[[int], int]:
        """See `Scanner.finder`."""
        import hyperscan

        rests, longest, scan, enough = self._rests, self._longest, self._database.scan, hyperscan.ScanTerminated
        scratch = getattr(self._scratches, "one", None) or self._new_scratch()
        begin, place = 0, -1

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            nonlocal place
            rest, end = rests[number], begin + end
            if rest is None or bytes(block[end : end + longest]).lower().startswith(rest):
                place = end
                return True
            return False

        def find(behind: int) -> int:
            nonlocal begin
            begin = behind
            try:
                scan(block[behind:], match_event_handler=on_match, scratch=scratch)
            except enough:
                return place
            return -1

        return find

    def _new_scratch(self) -> Any:
        import hyperscan

        self._scratches.one = hyperscan.Scratch(self._database)
        return self._scratches.one


# Two bytes that no text holds. To find so short a text, hyperscan looks at each byte and not at every other one. So it
# takes fewer places for a literal, which is faster for thousands of literals that are like ordinary text.
_NOWHERE = b"\xff\xfe"
_INTO_A_WORD = re.compile(rb"(?s).*...[^a-z\x80-\xff]....")


def _beginnings(literals: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Beginnings of the literals -> what follows in those that begin so.

    Of a literal hyperscan looks for the last eight bytes first. Logs are full of "session " but not of "no sess": so a
    literal is cut where these bytes are of two words.
    """
    found: dict[bytes, list[bytes]] = {}
    for literal in literals:
        cut = _INTO_A_WORD.match(literal)
        end = cut.end() if cut else len(literal)
        found.setdefault(literal[:end], []).append(literal[end:])
    return found


class RegexScanner:
    """The standard library's `re`, with the literals folded into a prefix tree."""

    engine = "re"

    def __init__(self, literals: tuple[bytes, ...]) -> None:
        self._pattern = re.compile(_tree(literals))

    def hits(self, block: memoryview) -> list[int]:
        """See `Scanner.hits`."""
        return [match.end() for match in self._pattern.finditer(bytes(block).lower())]

    def finder(self, block: memoryview) -> Callable[[int], int]:
        """See `Scanner.finder`."""
        text, search = bytes(block).lower(), self._pattern.search

        def find(behind: int) -> int:
            match = search(text, behind)
            return match.end() if match else -1

        return find


def _tree(literals: tuple[bytes, ...]) -> bytes:
    """One regular expression for all literals, in which common beginnings stand once.

    None of them contains another (`minimal`), so none is the beginning of another.
    """
    by_first: dict[bytes, list[bytes]] = {}
    for literal in sorted(literals):
        by_first.setdefault(literal[:1], []).append(literal[1:])
    branches = []
    for first, rest in by_first.items():
        tail = b"" if rest == [b""] else _tree(tuple(rest))
        branches.append(re.escape(first) + tail)
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"
