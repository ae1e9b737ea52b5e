"""Texts that say nothing, whatever stands around them: names of files and people, tags, notes, random words.

Every rule and every marker is called by words of its own. A text in which none of these stands, no number that may be a
status, and nothing that is written like an object, a path or XML, leaves no trace in a verdict; see `Collector.collect`
for fields, and `read_event` for what is read of a whole line.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from upload_diag.classifier import Classifier
from upload_diag.logs.fields import read_word
from upload_diag.logs.markers import MARKERS
from upload_diag.logs.steps import is_step_word

__all__ = ["Silence"]

_LONGEST = 2048  # bytes of a text
_LONGEST_WORD = 64
_MEMORY = 50_000  # words that are remembered
_PLAIN = re.compile(r"[\w.,:;'()#@!-]*\Z")
_NUMBER = re.compile(rb"(?<![A-Za-z0-9_])[0-9]+(?![A-Za-z0-9_])")  # what may be a status or an error's number
_BASE64 = ("eyj", "pd94bwwg", "pevycm9y")  # of an object or XML
_START = 2  # characters by which what tells is looked up; none is shorter
# What of a pattern is no text; and its texts, of which a letter may be missing.
_NO_TEXT = re.compile(r"\\x..|\\.|\[[^\]]*\]")
_TEXT = re.compile(r"(?:[a-z][?*{]?)+")
_MAY_MISS = re.compile(r"[a-z]?[?*{]")
_SHORT = 3  # characters of a word of a pattern that stand there only with longer ones


class Silence:
    """Knows which texts say nothing to a classifier, nor to `read_event`.

    Args:
        literals: what a record is searched for, in lower case.
    """

    def __init__(self, classifier: Classifier, literals: Iterable[bytes]) -> None:
        self._classifier = classifier
        self._literals = literals
        self._silent: set[bytes] = set()
        self._telling: set[bytes] = set()

    def __call__(self, text: bytes) -> bool:
        """Whether the text, a string of JSON as it is written, says nothing."""
        words = text.split(b" ")
        return self._silent.issuperset(words) or (len(text) <= _LONGEST and all(map(self._says_nothing, words)))

    def _says_nothing(self, word: bytes) -> bool:
        if word in self._silent:
            return True
        if word in self._telling:
            return False
        silent = self._is_silent(word)
        words = self._silent if silent else self._telling
        if len(words) >= _MEMORY:
            words.clear()
        words.add(word)
        return silent

    def _is_silent(self, word: bytes) -> bool:
        erased, waiting, named = read_word(word, None)
        if waiting is not None or named or _NUMBER.search(erased) or len(word) > _LONGEST_WORD:
            return False
        try:
            text = word.decode()
        except UnicodeDecodeError:
            return False
        low = text.lower()
        if not _PLAIN.match(text) or not text.isprintable() or len(low) != len(text) or is_step_word(text):
            return False
        low, starts = f" {low} ", self._starts
        return not any(low.startswith(starts.get(low[at : at + _START], ()), at) for at in range(len(low)))

    @cached_property
    def _starts(self) -> dict[str, tuple[str, ...]]:
        """Pieces of which what tells holds at least one within a word and the blanks around it, by how they begin."""
        telling = {*self._classifier.literals, *(literal.decode() for literal in self._literals), *_BASE64}
        for row in MARKERS:
            telling.update(row.keywords)
            for text in _TEXT.findall(_NO_TEXT.sub(" ", row.pattern)):
                word = max(_MAY_MISS.split(text), key=len)
                if len(word) >= _SHORT:
                    telling.add(word)
        starts: defaultdict[str, set[str]] = defaultdict(set)
        for piece in map(_longest_piece, telling):
            starts[piece[:_START]].add(piece)
        return {start: tuple(pieces) for start, pieces in starts.items()}


def _longest_piece(text: str) -> str:
    """The longest word of a text that is looked for, with the blanks around it."""
    words = text.replace('"', " ").split(" ")  # which may stand behind a text as well
    at = max(range(len(words)), key=lambda at: len(words[at]))
    return f"{' ' if at else ''}{words[at]}{' ' if at < len(words) - 1 else ''}"
