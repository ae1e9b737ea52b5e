"""Read the texts that stand at one place of many records: a logger's messages, a field of an error.

Such texts are alike. Most are the same again and again, so whole texts are remembered; others differ in a few words,
the same ones every time, so what was found out about one serves the next as long as all other words are equal and
these few turn out alike. The answer is always that of `fields.read_line`, word for word.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any

from upload_diag.logs.fields import (
    ADDRESS,
    BUCKET,
    BUCKET_NAME,
    CLOCK,
    COUNT,
    COUNTED,
    FILE,
    IDLE,
    KEY,
    KEY_NAME,
    LONE_ID,
    LONE_NAME,
    LONE_UPLOAD,
    LONE_VIDEO,
    LONG_ID,
    NAMED,
    NO_IDS,
    OBJECT,
    OBJECT_SCHEME,
    OTHER,
    PART,
    PART_OF_LONG,
    TELL,
    UPLOAD,
    VARYING,
    VIDEO,
    Ids,
    Word,
    erase,
    id_field,
    line_of,
    read_line,
    read_word,
    read_words,
)
from upload_diag.logs.numbers import LONE

__all__ = ["Cut", "Texts", "cut", "getter", "none_of"]

Read = tuple[bytes, Ids]
_WHOLE_LIMIT = 512  # texts of one place; when there are more, they are unique
_LONGEST = 4096  # bytes of a text that is remembered
_WORTH_A_PATTERN = 16  # uses
_MOST_PLACES = 48  # that vary in a text
_CUTS_LIMIT = 1024  # texts that were cut; frames of a stack come again
_FORMS_LIMIT = 2048  # texts of one place that differ in more than what varies


def none_of(some: bytes) -> bytes:
    """A class of all other bytes. `re` compares one byte; of more it should be told what they leave, see below."""
    if len(some) == 1:
        return b"[^%b]" % re.escape(some)
    runs = [(low + 1, high - 1) for low, high in pairwise([-1, *sorted(some), 256]) if high - low > 1]
    return b"[%b]" % b"".join(rb"\x%02x-\x%02x" % run for run in runs)


def _unlike(word: re.Pattern[bytes]) -> bytes:
    """What no word fits that fits the pattern, which ends with a word's end."""
    return b"(?!" + word.pattern.rstrip(b"$") + rb'(?![^\s"]))'


# What words look like that `fields.read_word` erases, in whole or in part; rather less than more. Blanks and digits are
# spelled out, for `re` looks up a class of characters in a table only when there is no other class in it, and three
# times as fast when it says what belongs to it, not what does not.
_BLANKS = b" \t\n\v\f\r"
_VALUE = rb"(?!=)" + none_of(_BLANKS + b"\"'`<>&,;(){}[]\\") + rb"{1,1024}+"
_FOUR_DIGITS = 4 * rb"[A-Za-z_+./~%-]*+[0-9]"
_TOKEN = rb"(?=2~|" + _FOUR_DIGITS + rb")[A-Za-z0-9_+./~%-]{16,}+=*+"
_NO_TOKEN = rb"(?!2~|" + _FOUR_DIGITS + rb")(?=[A-Za-z0-9_+./~%-]{16})"  # but as long as one: a path
_HEX = rb"(?:(?=[a-f]*\d)[0-9a-f]{8,12}+|(?=[A-F]*\d)[0-9A-F]{8,12}+)(?![A-Za-z0-9_])"  # and no long word around it
_LONG_HEX = rb"(?:(?=[a-f]*\d)[0-9a-f]{8,}+|(?=[A-F]*\d)[0-9A-F]{8,}+)(?![A-Za-z0-9_])"
_NUMBER = rb"(?:\d{1,2}|[06-9]\d\d|(?<!\W-)(?<!^-)\d{4}|[02-9]\d{4}|\d{6,15})"
_ANY_NUMBER, _MANY_DIGITS = rb"\d{1,15}", rb"\d{2,15}"  # where it is no status
_NUMBERS = (_NUMBER, _ANY_NUMBER, _MANY_DIGITS)
_OF_ALL_KINDS = (b"7", b"42", b"404", b"1005", b"10054", b"1234567")
_CLOCK = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.,Z]*+"
_KINDS = tuple(
    (re.compile(kind), kind) for kind in (rb"[\[(]?" + _TOKEN + rb"[\])]?[,;.:]?", _TOKEN, _HEX, _NUMBER, _CLOCK)
)
_MORE_HEX = rb"(?:(?=[a-f]*\d)[0-9a-f]{13,15}+|(?=[A-F]*\d)[0-9A-F]{13,15}+)(?![A-Za-z0-9_])"
_WORD_KINDS = (*_KINDS, (re.compile(_MORE_HEX), _MORE_HEX))  # of words with nothing around: 16 bytes are a token
# Ids that stand for themselves: no placeholder, nothing around them or encoded in them that would have to be taken off.
_ID = rb"(?=[A-Za-z._~/+]*+[\d-])[A-Za-z0-9._~/+-]{6,1000}(?<!\.)=*+"
_OF_ID = rb"[A-Za-z0-9._~/+-]"
# An upload id that ends with no dot; with its own; with those of a sentence, as far as they are surely these. The rest,
# and what the dots are, is told by `fields.keep`.
_UPLOAD_ID = (
    rb"(?=[A-Za-z._~/+]*+[\d-])(%b{6,1000}+(?<!\.)=*+(?!\.)"
    rb"|(?:%b{4}){%d,250}(?<=\.)(?!%b|=)|(?!%b{%d})%b{6,}(?<!\.)(?=\.++(?!%b|=)))\.*+"
    % (_OF_ID, _OF_ID, LONG_ID // 4, _OF_ID, _OF_ID, LONG_ID, _OF_ID, _OF_ID)
)
_GROUPS = {UPLOAD: _UPLOAD_ID, PART: rb"([1-9]\d{0,3})", OTHER: b"(" + _ID + b")"}  # see `fields.keep`
_AROUND_AN_ID = rb"""["'`,;()\[\]{}<>]*+"""
_WORD = re.compile(rb"\S+")
_SHORTEST_HEX = 8
_DIGITS = re.compile(rb"\d+")
_OF_RUN = rb"[A-Za-z0-9_+./~%-]"
_RUN = re.compile(_OF_RUN + b"+")
_LONG_RUN = 16  # bytes; a run of as many is one token
_NOT_FURTHER = (b",", b";", b"{", b"}", b"[", b"]")  # behind which no word tells of a number
_NEVER = rb"(?!)"  # matches nothing: look at each word
_ANYTHING = none_of(_BLANKS) + b"++"
_LONE = rb"\d++[,;.)\]}]{0,3}(?![^\s\"])"
# Numbers, dates and clocks as most are come first.
_COUNTED = rb"(?:\d{1,6}+[,:)]?(?!\S)|" + COUNTED.pattern.rstrip(b"$") + b")"
_DATE_OR_CLOCK = rb"(?:\d{4}-\d\d-\d\d(?!\S)|\d\d:\d\d:\d\d[.,]\d{3}(?!\S)|" + CLOCK.pattern.rstrip(b"$") + b")"
_A_LONE_ID = rb"(?=%b(?![^\s\"]))" % LONE_ID.pattern.rstrip(b"$") + _unlike(FILE)
_UNQUOTED = {  # what must not run over the quotation mark behind a text
    _ANYTHING: none_of(_BLANKS + b'"') + b"++",
    _COUNTED: _COUNTED.replace(rb"[^\w\s]", rb'[^\w\s"]'),
    **{
        _AROUND_AN_ID + group + _AROUND_AN_ID: (around := _AROUND_AN_ID.replace(b'"', b"")) + group + around
        for group in _GROUPS.values()
    },
}
_NO_CLOCK = _unlike(CLOCK)
# How words are not written that are read in the light of the word before them.
_UNLIKE = {
    None: b"",
    COUNT: (_NOT_COUNTED := _unlike(COUNTED)),
    TELL: _NOT_COUNTED,
    IDLE: _unlike(LONE),
    LONE_UPLOAD: _unlike(LONE_ID),
    LONE_VIDEO: _unlike(LONE_NAME),
}
_BEGIN_A_CLOCK = b"[(0123456789"


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
        read = read_words(words)
        found = line_of(read)
        places = tuple(i for i, (erased, _, named) in enumerate(read) if named or erased != words[i])
        if len(places) > _MOST_PLACES:
            return found
        forms = self._forms.setdefault(len(words), [])
        form = next((form for form in forms if form.places == places), None)
        if form is None:
            form = _Form(places, len(words))
            forms.append(form)
        form.learn(words, read, found[0])
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

    def learn(self, words: list[bytes], read: list[Word], erased: bytes) -> None:
        """Remember a text by its fixed words."""
        self._known[b" ".join(self._fixed(words))] = _Known(erased, read, self.places)

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

    def __init__(self, erased: bytes, read: list[Word], places: tuple[int, ...]) -> None:
        self.erased = erased
        self._read = [read[place] for place in places]
        self._waiting = [read[place - 1][1] if place else None for place in places]
        self._fields: list[int] = []  # what the pattern's groups are
        self._used = 0
        self.pattern: re.Pattern[bytes] | None = None

    def _study(self, varying: tuple[bytes, ...]) -> None:
        """Make the pattern from the words of one text."""
        words = zip(varying, self._waiting, strict=True)
        patterns = [_pattern(_pieces(word, waiting, self._fields)) for word, waiting in words]
        self.pattern = re.compile(b" ".join(patterns))

    def ids(self, match: re.Match[bytes]) -> Ids:
        """The ids that the pattern found."""
        if not self._fields:
            return NO_IDS
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for field, value in zip(self._fields, match.groups(), strict=True):
            found[field] = found[field] or (int(value) if field == PART else value)
        return Ids._make(found)

    def check(self, varying: tuple[bytes, ...]) -> Read | None:
        """The answer when the varying words are erased as before, told word by word; None when they are not."""
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for word, waiting, read in zip(varying, self._waiting, self._read, strict=True):
            erased, next_waiting, named = read_word(word, waiting)
            if erased != read[0] or next_waiting not in (read[1], None if read[1] == IDLE else read[1]):
                return None
            for field, value in named:
                found[field] = found[field] or value
        self._used += 1
        if self._used == _WORTH_A_PATTERN:
            self._study(varying)
        return self.erased, Ids._make(found) if any(found) else NO_IDS


def _pieces(word: bytes, waiting: int | None, fields: list[int]) -> list[bytes] | None:
    """What the words look like that are erased to the same as this one, as far as that can be told.

    Text and patterns take turns, beginning with text. The groups of the patterns are ids; which ones is added to
    `fields`. `waiting` is what `read_word` takes. None when an id would get lost.
    """
    if waiting == OTHER:
        return [b"", _ANYTHING, b""]
    if waiting is not None and waiting > OTHER:
        return [b"", _AROUND_AN_ID + _group(waiting, fields) + _AROUND_AN_ID, b""]
    if waiting == LONE_UPLOAD and LONE_ID.match(word) and not FILE.match(word):
        return [b"", _A_LONE_ID, b"", _AROUND_AN_ID + _group(UPLOAD, fields) + _AROUND_AN_ID, b""]
    if waiting == COUNT and COUNTED.match(word):
        return [b"", _COUNTED, b""]
    if waiting == IDLE and LONE.match(word):
        return [b"", _LONE, b""]
    erased, _, named = read_word(word, waiting)
    if OBJECT_SCHEME.match(word) or (named and named[0][0] == VIDEO and ADDRESS.match(word)):
        return _address(word, fields)
    letter = word[:1].isalpha() and erased[:1] == word[:1]  # stays, so no word that fits is a number
    counted = erased == b"#" and waiting in (COUNT, IDLE)  # and what counts is erased, too
    unlike = b"" if letter or counted else _UNLIKE.get(waiting)
    if unlike is not None:
        known = len(fields)
        if erased == b"#":
            pieces, left = [b"", _DATE_OR_CLOCK, b""] if CLOCK.match(word) else _kind(word, _WORD_KINDS), erased
        else:
            pieces, left = _mixed(word, fields)
        if unlike:
            pieces = [b"", unlike, *pieces]
        keeps = len(fields) - known >= len(named)
        if keeps and left == erased and re.fullmatch(_pattern(pieces), word):
            return pieces
        del fields[known:]
    return None if named else [word]


def _address(word: bytes, fields: list[int]) -> list[bytes] | None:
    """The pieces of an address that names an object, or a video and perhaps a part; None when it may name none."""
    if OBJECT_SCHEME.match(word):
        if (match := OBJECT.match(word)) is None:
            return None
        fields += [BUCKET, KEY]
        return [match["before"], b"(%b)" % BUCKET_NAME, b"/", b"(%b)" % KEY_NAME, match["behind"]]
    match = ADDRESS.match(word)
    if match is None:
        return None
    begin, end = match.span("video")
    fields.append(VIDEO)
    pieces = [word[:begin], rb"([\w.~-]{1,200})"]
    if match["part"]:
        pieces += [word[end : match.start("part")], _group(PART, fields)]
        end = match.end("part")
    return [*pieces, word[end:]]


def _pattern(pieces: list[bytes] | None) -> bytes:
    """One pattern of the pieces of a word."""
    return (
        _NEVER if pieces is None else b"".join([piece if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)])
    )


def _mixed(word: bytes, fields: list[int]) -> tuple[list[bytes], bytes]:
    """The pieces of a word with names and values, and what the word would be without what varies in it."""
    pieces, erased, end = [b""], b"", 0
    for match in NAMED.finditer(word):
        erased += _outside_values(word[end : match.start()], pieces) + match["name"] + b"=#"
        field = id_field(match["name"].decode())
        pieces[-1] += word[match.start() : match.start("value")]
        colons = match["value"][len(match["value"].rstrip(b":")) :] if field == UPLOAD else b""  # end it, see `keep`
        pieces += [_VALUE if field is None or field == OTHER else _group(field, fields), colons]
        end = match.end()
    erased += _outside_values(word[end:], pieces)
    if pieces[0][:1] in _BEGIN_A_CLOCK:
        pieces = [b"", _NO_CLOCK + _pattern(pieces), b""]
    return pieces, erased


def _group(field: int, fields: list[int]) -> bytes:
    fields.append(field)
    return _GROUPS.get(field, _GROUPS[OTHER])


def _kind(word: bytes, kinds: Sequence[tuple[re.Pattern[bytes], bytes]] = _KINDS) -> list[bytes]:
    """What words look like that are erased as a whole, as this one is."""
    kind = next((kind for pattern, kind in kinds if pattern.fullmatch(word)), None)
    return [word] if kind is None else [b"", kind, b""]


def _outside_values(text: bytes, pieces: list[bytes]) -> bytes:
    """Add the pieces of a part of a word that holds no values, and say what it is without what varies."""
    erased, end, short = b"", 0, -1
    runs = [match.span() for match in _RUN.finditer(text)]
    for match in VARYING.finditer(text):
        left, (place, after) = erase(match), match.span()
        pieces[-1] += text[end:place]
        new = _varying(match, left, pieces)
        begin, stop = next((run for run in runs if run[0] <= place < run[1]), (place, place))
        if len(new) > 1 and short < begin and (place, after) != (begin, stop) and stop - begin < _LONG_RUN:
            new = [b"", b"(?!%b{%d})" % (_OF_RUN, _LONG_RUN - (place - begin)), *new]
            short = begin
        pieces[-1] += new[0]
        pieces += new[1:]
        erased += text[end:place] + left
        end = after
    pieces[-1] += text[end:]
    return erased + text[end:]


def _varying(match: re.Match[bytes], left: bytes, pieces: list[bytes]) -> list[bytes]:
    """The pieces of what `VARYING` matched, of which so much is left; `pieces` are those before it."""
    text, place, found = match.string, match.start(), match.group()
    if match["unit"]:
        return [b"", rb"\d{1,4}", match["unit"]]
    if left != b"#":
        return [found] if left == found else _partly(found)
    if not found.isdigit():
        return _kind(found)
    # What varies before it may be a word that tells of a status; but for numbers, whose last digit counts.
    before = pieces[-1]
    if len(pieces) > 1:
        before = (b"err0" if pieces[-2].startswith(_NUMBERS) else b"err;") + before
    further = VARYING.search(text, match.end())
    if text[match.end() : match.end() + 1] in _NOT_FURTHER or further is None or _stays_or_counts(further):
        many = text[place - 1 : place].islower()
        if _are_erased(before, _DIGITS.sub(b"1", text[match.end() :]), many):
            return [b"", (_MANY_DIGITS if many else _ANY_NUMBER) + _end_of_number(text, match.end()), b""]
    new = _kind(found)
    if new[1:2] == [_NUMBER]:
        new[1] += _end_of_number(text, match.end())
    return new


def _partly(token: bytes) -> list[bytes]:
    """The pieces of a long token of which only numbers are erased: `/videos/17/parts/3`."""
    pieces, end = [b"", _NO_TOKEN, b""], 0
    for match in PART_OF_LONG.finditer(token):
        pieces[-1] += token[end : match.start()]
        number = _ANY_NUMBER + _end_of_number(token, match.end())
        pieces += [number if match.group().isdigit() else _LONG_HEX, b""]
        end = match.end()
    pieces[-1] += token[end:]
    return pieces


@lru_cache(maxsize=_CUTS_LIMIT)
def _are_erased(before: bytes, behind: bytes, many: bool) -> bool:
    """Whether all numbers are erased between these parts of a word, or all with `many` digits."""
    for number in _OF_ALL_KINDS[many:]:
        match = VARYING.match(before + number + behind, len(before))
        if match is None or match.group() != number or erase(match) != b"#":
            return False
    return True


def _stays_or_counts(found: re.Match[bytes]) -> bool:
    text = found.group()
    return (text.isdigit() and len(text) < _SHORTEST_HEX) or erase(found) == text


def _end_of_number(text: bytes, end: int) -> bytes:
    return rb"(?!\d)" if text[end : end + 1].isalpha() else rb"(?![A-Za-z0-9_])"


Cut = tuple[list[bytes], tuple[bytes, ...], list[int]]


def cut(text: bytes, *, quotes: bool = False) -> Cut | None:
    """A text cut at what varies: what stays, patterns for what stood between, their ids.

    No pattern matches a quotation mark, unless such `quotes` are asked for. Texts that stay the same and fit the
    patterns are read as this one is. None when that cannot be told of its ids, or takes too long.
    """
    return _cut(text, quotes) if len(text) <= _LONGEST else None


@lru_cache(maxsize=_CUTS_LIMIT)
def _cut(text: bytes, quotes: bool) -> Cut | None:
    words = list(_WORD.finditer(text))
    stays: list[bytes] = [b""]
    patterns: list[bytes] = []
    fields: list[int] = []
    waiting, end = None, 0
    for match, (erased, waits, named) in zip(words, read_words([word.group() for word in words]), strict=True):
        word = match.group()
        pieces = _pieces(word, waiting, fields) if named or erased != word else [word]
        if pieces is None or len(patterns) > _MOST_PLACES:
            return None
        stays[-1] += text[end : match.start()] + pieces[0]
        patterns += [pattern if quotes else _UNQUOTED.get(pattern, pattern) for pattern in pieces[1::2]]
        stays += pieces[2::2]
        waiting, end = waits, match.end()
    stays[-1] += text[end:]
    return (stays, tuple(patterns), fields) if len(patterns) <= _MOST_PLACES else None


def getter(places: Sequence[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    """What picks the elements at the places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda parts: tuple([parts[i] for i in places])
