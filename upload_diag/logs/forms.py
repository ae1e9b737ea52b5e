"""Read the entries of a text log that come again and again by one regex each.

Entries that begin alike, and that `texts.cut` cuts at like places, make a form: text with holes for ids, times and
numbers, and groups for what else differs between them. Entries that fit, and whose groups were seen before, are read
as these were, but for their ids. In a dated log the regex also tells that no line of such an entry begins another one,
and where the next begins. What fits no form, or is new to it, is read the long way, which is never wrong.
"""

import re
from collections.abc import Sequence
from typing import Any

from upload_diag.logs.echoes import ALIKE, NET, may_be_echoed, says_again
from upload_diag.logs.entries import BLANK, GOES_ON, HEAD, TRACEBACK, WRAPPED
from upload_diag.logs.fields import NO_IDS
from upload_diag.logs.templates import NO_GROUP, Alike, UnlikeError, picker
from upload_diag.logs.texts import Cut, cut

__all__ = ["Forms", "Found"]

_BEGINNING = 64  # bytes of an entry; entries begin alike whose punctuation there is the same
_WORDS = bytes(byte for byte in range(256) if chr(byte).isalnum() or chr(byte) in "_+./~%=-" or byte >= 0x80)
_LONGEST = 4096  # bytes of an entry
_FEWEST, _MOST = 16, 80  # entries of one shape: how many are not looked at, and after how many no form is made of more
_PATIENCE = 1024  # entries that begin alike and were read the long way; after so many, no more is learned from them
_SAMPLES = 16  # entries that a form is made of
_FORMS_LIMIT = 16  # of entries that begin alike
_LIMIT = 1024  # ways to begin
_SAMPLED_LIMIT = 256  # ways to be cut, of which samples are kept
_EDGE, _EDGES = b"\n", b"\r\n"  # of lines; a single byte is found faster
_IDS = len(NO_IDS)

Found = tuple[int, int, bytes, tuple[Any, ...]]


class Forms:
    """Reads entries; with `dated`, those of a log whose entries begin with a date, and whose ends need not be known."""

    def __init__(self, *, dated: bool) -> None:
        self._dated = dated
        self._kinds: dict[bytes, _Kind] = {}  # by what is left of an entry's beginning without words
        self._shapes: dict[bytes, int] = {}  # how many entries of one shape were read the long way
        self._samples: dict[tuple[object, ...], list[list[Cut]]] = {}

    def read(self, buffer: bytes, begin: int, stop: int) -> Found | None:
        """The entry that begins there; an entry ends at `stop`. None when it must be read the long way.

        That is: where its text ends, where the next entry begins, what is left of it without what varies, and its ids
        as in `Row`.
        """
        kind = self._kinds.get(buffer[begin : begin + _BEGINNING].translate(None, _WORDS))
        for form in kind.forms if kind is not None else ():
            match = form.match(buffer, begin, stop)
            if match is not None:
                groups = match.groups()
                plain = form.plain.get(form.decisive(groups))
                end, after = match.end(form.end), match.end()
                if plain is None or end - begin > _LONGEST:
                    return None
                if self._dated and (buffer.find(NET, begin, end) >= 0 or _is_repeated(buffer, after)):
                    return None
                return end, after, plain, form.ids(groups)
        return None

    def learn(self, buffer: bytes, begin: int, end: int, after: int, plain: bytes) -> None:
        """Learn from an entry that was read the long way; see `read`."""
        if len(self._kinds) >= _LIMIT:
            self._kinds.clear()
        beginning = buffer[begin : begin + _BEGINNING].translate(None, _WORDS)
        kind = self._kinds.setdefault(beginning, _Kind())
        kind.long_way += 1
        if kind.long_way >= _PATIENCE:
            return
        text = buffer[begin:end]
        if len(text) > _LONGEST or (self._dated and may_be_echoed(text)) or WRAPPED.search(text):
            return
        lines = text.splitlines(keepends=True)
        for form in kind.forms:
            match = form.match(buffer, begin, after)
            if match is not None:
                if match.end() == after:
                    form.learn(match, lines, plain)
                return
        edge = _EDGE if b"\r" not in buffer[begin:after] else _EDGES
        promising = len(kind.forms) < _FORMS_LIMIT and self._promises(plain)
        made = self._sample(beginning, lines, edge) if promising else None
        if made is not None:
            kind.forms.append(made)

    def _promises(self, plain: bytes) -> bool:
        """Whether entries of this shape come again and again, and not for long without a form."""
        if len(self._shapes) >= _LIMIT:
            self._shapes.clear()
        shape = plain.translate(None, _WORDS)
        count = self._shapes[shape] = self._shapes.get(shape, 0) + 1
        return _FEWEST < count <= _MOST

    def _sample(self, beginning: bytes, lines: list[bytes], edge: bytes) -> "_Form | None":
        """A form of the entry and of others, when there are enough that are cut at like places."""
        found = [cut(_body(line), quotes=True) for line in lines]
        cuts = [one for one in found if one is not None]
        if len(cuts) < len(found):
            return None
        ends = [line[len(_body(line)) :] for line in lines]
        if len(self._samples) >= _SAMPLED_LIMIT:
            self._samples.clear()
        way = (beginning, edge, *ends, *((holes, *fields) for _, holes, fields in cuts))
        samples = self._samples.setdefault(way, [])
        samples.append(cuts)
        if len(samples) < _SAMPLES:
            return None
        del self._samples[way]
        try:
            return _Form(samples, ends, edge, dated=self._dated)
        except UnlikeError:
            return None


class _Kind:
    """Entries that begin alike.

    Attributes:
        forms: of them.
        long_way: how many were read the long way.
    """

    __slots__ = ("forms", "long_way")

    def __init__(self) -> None:
        self.forms: list[_Form] = []
        self.long_way = 0


class _Form:
    """Entries that are cut at like places.

    Attributes:
        match: of the regex.
        ids: picks those of `Ids` out of the groups; the part number is in digits.
        decisive: picks out of the groups what decides how an entry is read.
        end: the number of the group that stands where the text ends.
        plain: what decides -> what is left of such entries without what varies.
    """

    __slots__ = ("_lines", "decisive", "end", "ids", "match", "plain")

    def __init__(self, samples: Sequence[Sequence[Cut]], ends: Sequence[bytes], edge: bytes, *, dated: bool) -> None:
        self._lines: list[Alike] = []
        self.plain: dict[Any, bytes] = {}
        named = [NO_GROUP] * _IDS
        decisive: list[int] = []
        pattern, group = HEAD if dated else b"", NO_GROUP
        for number, (cuts, end) in enumerate(zip(zip(*samples, strict=True), ends, strict=True)):
            line = Alike([stays for stays, _, _ in cuts], cuts[0][1], cuts[0][2], group, edge=edge)
            group += len(line.ids) + len(line.decisive)
            self._lines.append(line)
            decisive += line.decisive
            for field, place in line.ids:
                named[field] = place if named[field] == NO_GROUP else named[field]  # the first of a kind counts
            if dated and number and ends[number - 1].endswith(b"\n"):
                pattern += _goes_on(number, line.begin)
            pattern += b"(?>" + line.pattern + b")" + end
        self.end = group + 1
        self.ids, self.decisive = picker(named), picker(decisive)
        after = rb"()\s*+(?:\Z|(?<=\n)" + HEAD + b")" if dated else rb"()\Z"
        self.match = re.compile(b"()" + pattern + after).match

    def learn(self, match: re.Match[bytes], lines: Sequence[bytes], plain: bytes) -> None:
        """Remember how an entry was read that fits, if all with the same groups are read so."""
        if len(lines) == len(self._lines) and all(
            known.fits(_body(line), match) for known, line in zip(self._lines, lines, strict=True)
        ):
            self.plain[self.decisive(match.groups())] = plain


def _goes_on(number: int, line: bytes) -> bytes:
    """What tells that a line, the how manieth of its entry and how it begins, begins no other."""
    if line.startswith((b" ", b"\t")) or (number == 1 and line.startswith(TRACEBACK)):
        return b""
    return rb"(?:(?=[ \t]|" + BLANK + b")|" + GOES_ON + b")"


def _is_repeated(buffer: bytes, after: int) -> bool:
    """Whether the line that begins there says again what the entry above it says."""
    following = buffer.find(b"\n", after)
    following = len(buffer) if following < 0 else following
    tail = buffer[after - 1 - ALIKE : after - 1]  # looked at first, for that is quick
    return buffer.endswith(tail, after, following) and says_again(buffer, after, following)


def _body(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")
