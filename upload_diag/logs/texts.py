"""Read the texts that stand at one place of many records: a logger's messages, a field of an error.

Such texts are alike. Most are the same again and again, so whole texts are remembered; others differ in a few words,
the same ones every time, so what was found out about one serves the next as long as all other words are equal and
these few turn out alike. The answer is always that of `fields.read_line`, word for word.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from upload_diag.logs.fields import (
    COUNT,
    COUNTED,
    NAMED,
    NO_IDS,
    OTHER,
    VARYING,
    Ids,
    Word,
    erase,
    id_field,
    keep,
    read_line,
    read_word,
    read_words,
)

__all__ = ["Texts"]

Read = tuple[bytes, Ids]
_WHOLE_LIMIT = 512  # texts of one place; when there are more, they are unique
_LONGEST = 4096  # bytes of a text that is remembered
_WORTH_A_PATTERN = 16  # uses
_MOST_PLACES = 48  # that vary in a text
_FORMS_LIMIT = 2048  # texts of one place that differ in more than what varies
# What words look like that `fields.read_word` erases, in whole or in part; rather less than more.
_VALUE = rb"""(?!=)[^\s"'`<>&,;(){}\[\]\\]{1,1024}+"""
_TOKEN = rb"(?=(?:[A-Za-z_+./~%-]*\d){4})[A-Za-z0-9_+./~%-]{16,}+=*+"
_HEX = rb"(?:(?=[a-f]*\d)[0-9a-f]{8,15}+|(?=[A-F]*\d)[0-9A-F]{8,15}+)(?![A-Za-z0-9_])"
_NUMBER = rb"(?:\d{1,2}|[06-9]\d\d|\d{4}|[02-9]\d{4})(?![A-Za-z0-9_])"
_KINDS = tuple((re.compile(kind), kind) for kind in (rb"[\[(]?" + _TOKEN + rb"[\])]?[,;.:]?", _TOKEN, _HEX, _NUMBER))
_RUN = re.compile(rb"[A-Za-z0-9_+./~%-]+")
_SHORT_RUN = 10  # bytes; with a longer number in it, it is still no long token
_NEVER = rb"(?!)"  # matches nothing: look at each word
_NO_CLOCK = rb"(?![\[(]?\d\d)"


class Texts:
    """The texts of one place; `unique` when it is known that hardly any comes twice."""

    __slots__ = ("_forms", "_size", "_unique", "_whole")

    def __init__(self, *, unique: bool = False) -> None:
        self._whole: dict[bytes, Read] = {}
        self._unique = unique
        self._forms: dict[int, list[_Form]] = {}  # by the number of their words
        self._size = 0

    def read(self, text: bytes) -> Read:
        """What `read_line` says about the text."""
        known = self._whole.get(text)
        if known is not None:
            return known
        if len(text) > _LONGEST:
            return read_line(text)
        if not self._unique:
            self._unique = len(self._whole) >= _WHOLE_LIMIT
            if self._unique:
                self._whole.clear()
            known = self._whole[text] = read_line(text)
            return known
        words = text.split()
        forms = self._forms.get(len(words))
        if forms is not None:
            for form in forms:
                known = form.read(words)
                if known is not None:
                    return known
        return self._learn(text, words)

    def _learn(self, text: bytes, words: list[bytes]) -> Read:
        """Read a text the long way, and remember in which words it may differ from the next."""
        self._size += 1
        if self._size > _FORMS_LIMIT:
            self._forms.clear()
            self._size = 1
        found = read_line(text)
        places = tuple(i for i, (erased, _, named) in enumerate(read_words(words)) if named or erased != words[i])
        if len(places) > _MOST_PLACES:
            return found
        forms = self._forms.setdefault(len(words), [])
        form = next((form for form in forms if form.places == places), None)
        if form is None:
            form = _Form(places, len(words))
            forms.append(form)
        form.learn(words, found[0])
        return found


class _Form:
    """Texts of so many words that differ at the same places.

    Attributes:
        places: of the words that vary.
    """

    __slots__ = ("_fixed", "_known", "_varying", "places")

    def __init__(self, places: tuple[int, ...], size: int) -> None:
        self.places = places
        self._varying = getter(places)
        varying = set(places)
        self._fixed = getter([i for i in range(size) if i not in varying])
        self._known: dict[bytes, _Known] = {}

    def learn(self, words: list[bytes], erased: bytes) -> None:
        """Remember a text by its fixed words."""
        self._known[b" ".join(self._fixed(words))] = _Known(erased, words, self.places)

    def read(self, words: list[bytes]) -> Read | None:
        """The answer for a text of this form; None when it is of another."""
        known = self._known.get(b" ".join(self._fixed(words)))
        if known is None:
            return None
        varying = self._varying(words)
        if known.pattern is not None:
            match = known.pattern.fullmatch(b" ".join(varying))
            if match is not None:
                return known.erased, known.ids(match)
        return known.check(varying)


class _Known:
    """A text of which only a few words vary.

    Attributes:
        erased: what `read_line` makes of it.
        pattern: what the varying words look like, with blanks between them; None as long as that is not worth a regex.
    """

    __slots__ = ("_fields", "_read", "_used", "_waiting", "erased", "pattern")

    def __init__(self, erased: bytes, words: list[bytes], places: tuple[int, ...]) -> None:
        self.erased = erased
        read = read_words(words)
        self._read = [read[place] for place in places]
        self._waiting = [read[place - 1][1] if place else None for place in places]
        self._fields: list[int] = []  # what the pattern's groups are
        self._used = 0
        self.pattern: re.Pattern[bytes] | None = None

    def _study(self, varying: tuple[bytes, ...]) -> None:
        """Make the pattern from the words of one text."""
        words = zip(varying, self._waiting, strict=True)
        patterns = [self._word(word, read_word(word, waiting), waiting) for word, waiting in words]
        self.pattern = re.compile(b" ".join(patterns))

    def _word(self, word: bytes, read: Word, waiting: int | None) -> bytes:
        """What the words look like that are erased to the same as this one, as far as that can be told."""
        if waiting is not None and waiting >= OTHER:
            return self._group(waiting, rb"\S++")
        if waiting == COUNT and COUNTED.match(word):
            return COUNTED.pattern.rstrip(b"$")
        letter = word[:1].isalpha() and read[0][:1] == word[:1]  # stays, so no word that fits is a number
        if waiting is not None and not letter:
            return _NEVER if read[2] else re.escape(word)
        if read[0] == b"#":
            return _kind(word)
        fields = len(self._fields)
        pattern, erased = self._mixed(word)
        if erased == read[0] and re.fullmatch(pattern, word):
            return pattern
        del self._fields[fields:]
        return _NEVER if read[2] else re.escape(word)

    def _mixed(self, word: bytes) -> tuple[bytes, bytes]:
        """A pattern for words with names and values, and what the word would be without what varies in it."""
        pattern, erased, end = _NO_CLOCK, b"", 0
        for match in NAMED.finditer(word):
            before = _outside_values(word[end : match.start()])
            field = id_field(match["name"].decode())
            pattern += before[0] + re.escape(word[match.start() : match.start("value")])
            pattern += self._group(OTHER if field is None else field, _VALUE)
            erased += before[1] + match["name"] + b"=#"
            end = match.end()
        rest = _outside_values(word[end:])
        return pattern + rest[0], erased + rest[1]

    def _group(self, field: int, pattern: bytes) -> bytes:
        if field == OTHER:
            return pattern
        self._fields.append(field)
        return b"(" + pattern + b")"

    def ids(self, match: re.Match[bytes]) -> Ids:
        """The ids that the pattern found."""
        if not self._fields:
            return NO_IDS
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for field, value in zip(self._fields, match.groups(), strict=True):
            keep(found, field, value)
        return Ids._make(found) if any(found) else NO_IDS

    def check(self, varying: tuple[bytes, ...]) -> Read | None:
        """The answer when the varying words are erased as before, told word by word; None when they are not."""
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for word, waiting, read in zip(varying, self._waiting, self._read, strict=True):
            erased, next_waiting, named = read_word(word, waiting)
            if erased != read[0] or next_waiting != read[1]:
                return None
            for field, value in named:
                found[field] = found[field] or value
        self._used += 1
        if self._used == _WORTH_A_PATTERN:
            self._study(varying)
        return self.erased, Ids._make(found) if any(found) else NO_IDS


def _kind(word: bytes) -> bytes:
    """What words look like that are erased as a whole, as this one is."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(word)), re.escape(word))


def _outside_values(text: bytes) -> tuple[bytes, bytes]:
    """A pattern for a part of a word that holds no values, and what it is without what varies."""
    pattern, erased, end = b"", b"", 0
    runs = [match.span() for match in _RUN.finditer(text)]
    for match in VARYING.finditer(text):
        left = erase(match)
        place = match.start()
        pattern += re.escape(text[end:place])
        run = next((end - start for start, end in runs if start <= place < end), 0)
        if match["unit"] and run <= _SHORT_RUN:
            pattern += rb"\d{1,4}" + match["unit"]
        elif left == b"#" and (match.end() - place == run or run <= _SHORT_RUN):
            pattern += _kind(match.group())
        else:
            pattern += re.escape(match.group())
        erased += text[end:place] + left
        end = match.end()
    return pattern + re.escape(text[end:]), erased + text[end:]


def getter(places: Sequence[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    """What picks the elements at the places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda parts: tuple([parts[i] for i in places])
