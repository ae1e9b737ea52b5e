"""Lines of JSON of one shape as one regex, which picks out of a line what differs from the others of its shape.

A plan (see `skeleton`) says what a line is to be read for; a template is made of some lines that it has read. What
was the same in all of them is text of the regex; ids, the time, and what decides the verdict are its groups. Texts are
cut at the ids and numbers in them, so that what is left comes again. A line that fits, and whose groups that decide
were seen before, needs nothing more; every other line is read by its plan.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from upload_diag.logs.fields import NO_IDS, PART, PLACEHOLDER, is_placeholder, read_line
from upload_diag.logs.texts import cut, none_of

if TYPE_CHECKING:
    from upload_diag.logs.skeleton import Plan

__all__ = [
    "AROUND_A_VALUE",
    "NO_GROUP",
    "SAMPLES",
    "Alike",
    "Parts",
    "Template",
    "UnlikeError",
    "picker",
    "template",
]

SAMPLES = 24  # lines that a template is made of
_FEWEST = 8  # of them must be alike
_PATIENCE = 512  # lines that fit and are new; a template with more of them takes for decisive what only varies
_LONGEST_OPEN = 512  # bytes between two ids that may differ, where nothing tells where they end
_ANYTHING = rb'[^"]*+'
_DIFFERENT = rb'([^"]*+)'
AROUND_A_VALUE = b": ,}]\r\\"  # in escaped JSON, or around a number
_STRIPPED = re.escape(AROUND_A_VALUE)
_AROUND = b"[" + _STRIPPED + b"]*+"
_PART_NUMBER = _AROUND + rb"([1-9]\d{0,3})" + _AROUND
_PLAIN_ID = b"(?!" + PLACEHOLDER + b'")(' + none_of(b'"\\') + b"++)"
_NO_NUMBER_ID = b"(?!" + PLACEHOLDER + b"[" + _STRIPPED + rb'"]|[{\[])'
_NUMBER_ID = _AROUND + _NO_NUMBER_ID + b"(" + none_of(AROUND_A_VALUE + b'"') + b"++)" + _AROUND
_ESCAPED_ID = _NUMBER_ID + rb"(?<=\\)"
NO_GROUP = 1  # the number of the group that is always empty

Parts = list[bytes]


class Template:
    """Reads lines of one shape.

    Attributes:
        match: the regex's `fullmatch`.
        ids: picks those of `Ids` out of the groups; the part number is in digits.
        time: where the time stands among the groups.
        decisive: picks out of the groups what decides the verdict.
        keys: what decides -> the key of such lines, see `Record`.
        silent: where texts stand among the groups that must say nothing.
    """

    __slots__ = ("_learned", "_plan", "_texts", "_verbatim", "decisive", "ids", "keys", "match", "silent", "time")

    def __init__(self, maker: "_Maker") -> None:
        self.match = re.compile(b'"'.join(maker.patterns)).fullmatch
        self.ids = picker(maker.named)
        self.time = maker.time - 1
        self.decisive = picker(maker.decisive)
        self.keys: dict[Any, bytes] = {}
        self.silent = [group - 1 for group in maker.silent]
        self._plan = maker.plan
        self._learned = 0
        self._texts = maker.texts
        self._verbatim = maker.verbatim

    def is_silent(self, groups: tuple[bytes, ...]) -> bool:
        """Whether the texts say nothing that must not."""
        return self._plan.is_silent(b" ".join([groups[group] for group in self.silent]))

    def learn(self, line: re.Match[bytes], parts: Parts, key: bytes) -> bool:
        """Remember the key of a line that fits, if all lines with the same groups have the same.

        True when too many lines are new for the template to be of use.
        """
        if (
            (not self.silent or (self._plan.silent and self.is_silent(line.groups())))
            and all(read_line(parts[i])[1] is NO_IDS for i in self._verbatim)
            and all(text.fits(parts[i], line) for i, text in self._texts.items())
        ):
            self.keys[self.decisive(line.groups())] = key
        self._learned += 1
        return self._learned >= _PATIENCE


class Alike:
    """Texts that are cut at like places: what stays between these.

    Args:
        stays: of each text.
        holes: patterns of what varies.
        fields: the fields of `Ids` that are groups of these patterns.
        group: how many groups stand before.
        edge: bytes that none of the texts may hold.

    Attributes:
        begin: how all of them begin.
        pattern: of the whole text.
        ids: the fields of `Ids` that the pattern's groups are, and their numbers.
        decisive: the numbers of the groups that decide.
    """

    def __init__(
        self, stays: Sequence[Parts], holes: tuple[bytes, ...], fields: list[int], group: int, edge: bytes = b'"'
    ) -> None:
        self._holes = holes
        self._fields = fields
        self._edge = edge
        self.ids: list[tuple[int, int]] = []
        self.decisive: list[int] = []
        self._between: list[tuple[bytes, int, bytes]] = []  # text, the number of a group or 0, text
        self.pattern = b""
        left = iter(fields)
        opened = False
        for at, segment in enumerate(zip(*stays, strict=True)):
            last = at == len(holes)
            begin, end, differs = _common(segment, ends=not last)
            self.pattern += re.escape(begin)
            if differs:
                if not (end or last):
                    if opened:
                        raise UnlikeError
                    opened = True
                group += 1
                self.decisive.append(group)
                self.pattern += b"(%b*+)" % none_of(edge) if last else _different_until(end, edge)
            self.pattern += re.escape(end)
            self._between.append((begin, group if differs else 0, end))
            if at < len(holes):
                self.pattern += holes[at]
                for _ in range(re.compile(holes[at]).groups):
                    group += 1
                    self.ids.append((next(left), group))

    @property
    def begin(self) -> bytes:
        return self._between[0][0]

    def fits(self, text: bytes, line: re.Match[bytes]) -> bool:
        """Whether the text, by itself, would be cut at the places at which the line's regex cut it."""
        between = [begin + (line[group] if group else b"") + end for begin, group, end in self._between]
        return cut(text, quotes=b'"' not in self._edge) == (between, self._holes, self._fields)


class UnlikeError(Exception):
    """The lines have too little in common."""


def template(plan: "Plan", samples: Sequence[Parts], *, strict: bool) -> Template | None:
    """A template of lines that a plan read; None when they have too little in common.

    With `strict`, values that were the same in all of the lines are taken to be the same in all lines that fit.
    """
    cut_once = cache(cut)
    silent = {i for i in plan.silent if _are_silent(plan, [parts[i] for parts in samples])}
    cuts = [{i: cut_once(parts[i]) for i in plan.texts if i not in silent} for parts in samples]
    ways = [tuple(found and found[1] for found in one.values()) for one in cuts]
    way, count = Counter(ways).most_common(1)[0]
    if count < _FEWEST or None in way:
        return None
    alike = [at for at, one in enumerate(ways) if one == way]
    maker = _Maker(plan, [samples[at] for at in alike], silent, strict=strict)
    try:
        for i in range(len(samples[0]) - 1):
            maker.add(i, [found for at in alike if (found := cuts[at].get(i))])
    except UnlikeError:
        return None
    made = Template(maker.finish())
    fitting = sum(made.match(b'"'.join(parts[:-1])) is not None for parts in samples)
    return made if fitting >= _FEWEST else None


def _are_silent(plan: "Plan", texts: Sequence[bytes]) -> bool:
    """Whether texts say nothing, and differ in more than ids and numbers."""
    return len({read_line(text)[0] for text in texts}) > 1 and all(map(plan.is_silent, texts))


class _Maker:
    """Puts a template together, part by part."""

    def __init__(self, plan: "Plan", samples: Sequence[Parts], silent: set[int], *, strict: bool) -> None:
        self.plan = plan
        self.silent: list[int] = []
        self.patterns: list[bytes] = []
        self.decisive: list[int] = []
        self.named = [NO_GROUP] * len(NO_IDS)
        self.time = NO_GROUP
        self.texts: dict[int, Alike] = {}
        self.verbatim: list[int] = []
        self._samples = samples
        self._quiet = silent
        self._strict = strict
        self._groups = NO_GROUP

    def add(self, i: int, cuts: Sequence[tuple[Parts, tuple[bytes, ...], list[int]]]) -> None:
        """Add the pattern of a part; `cuts` are its texts in the samples, when ids and numbers vary in them."""
        plan = self.plan
        is_time = bool(plan.time) and i == plan.time[0]
        if is_time:
            self._groups += 1
            self.time = self._groups
        if i in plan.same:
            pattern = re.escape(self._samples[0][i])
        elif i in plan.named:
            pattern = self._id(i, plan.named[i])
        elif i in plan.skipped:
            pattern = _ANYTHING
        elif i in self._quiet and not self._alike(i):
            self._groups += 1
            self.silent.append(self._groups)
            pattern = _DIFFERENT
        elif cuts and (is_time or cuts[0][2] or not self._alike(i)):
            pattern = self._text(i, cuts)
        else:
            pattern = self._value(i)
        if is_time:
            number = b"" if self._samples[0][i][:1].isdigit() else b"[: ,]*+"
            pattern = number + rb"(?=\d)(" + pattern + b")"
        self.patterns.append(pattern)

    def finish(self) -> "_Maker":
        """Say where ids stand that have no field of their own: in texts, in the order in which a plan reads them."""
        for text in self.texts.values():
            for field, group in text.ids:
                if self.named[field] == NO_GROUP:
                    self.named[field] = group
        self.patterns[0] = b"()" + self.patterns[0]
        return self

    def _id(self, i: int, field: int) -> bytes:
        if self.named[field] != NO_GROUP:
            return _ANYTHING  # the first of a kind counts
        values = {parts[i] for parts in self._samples}
        if len(values) == 1:
            value = values.pop()
            bare = value.strip(AROUND_A_VALUE)
            if not bare or is_placeholder(bare):
                return re.escape(value)
        self._groups += 1
        self.named[field] = self._groups
        if field == PART:
            return _PART_NUMBER
        if self._samples[0][i].endswith(b"\\"):
            return _ESCAPED_ID
        if i - 1 not in self.plan.same:
            raise UnlikeError
        return _PLAIN_ID if self._samples[0][i - 1].strip(b" \\") == b":" else _NUMBER_ID

    def _text(self, i: int, cuts: Sequence[tuple[Parts, tuple[bytes, ...], list[int]]]) -> bytes:
        text = Alike([stays for stays, _, _ in cuts], cuts[0][1], cuts[0][2], self._groups)
        self._groups += len(text.ids) + len(text.decisive)
        self.texts[i] = text
        self.decisive += text.decisive
        return b"(?>" + text.pattern + rb'(?![^"]))'  # no way back into it, or bad lines take for ever

    def _alike(self, i: int) -> bool:
        """Whether a value is taken to be the same in all lines."""
        return self._strict and len({parts[i] for parts in self._samples}) == 1

    def _value(self, i: int) -> bytes:
        value = self._samples[0][i]
        if self._alike(i):
            if read_line(value)[1] is not NO_IDS:
                raise UnlikeError
            return re.escape(value)
        self.verbatim.append(i)
        self._groups += 1
        self.decisive.append(self._groups)
        return _DIFFERENT


def picker(numbers: Sequence[int]) -> Callable[[tuple[bytes, ...]], Any]:
    """What picks the groups of these numbers out of all groups of a match; of a single one, itself."""
    return itemgetter(*(number - 1 for number in numbers)) if numbers else itemgetter(slice(0))


def _different_until(end: bytes, edge: bytes) -> bytes:
    """A group of what may differ, up to the first place at which the text says `end`.

    That place is found without trying out every one.
    """
    if not end:
        return b"([^%b]{0,%d}?)" % (edge, _LONGEST_OPEN)
    first, rest = re.escape(end[:1]), re.escape(end[1:])
    other = none_of(edge + end[:1]) + b"*+"
    return b"(" + other + rb"(?:%b(?!%b)%b|)*+)" % (first, rest, other)


def _common(texts: Sequence[bytes], *, ends: bool) -> tuple[bytes, bytes, bool]:
    """How all of the texts begin, how they end if that is asked for, and whether they differ between the two."""
    begin = _beginning(texts)
    rests = [text[len(begin) :] for text in texts]
    end = _beginning([rest[::-1] for rest in rests])[::-1] if ends else b""
    return begin, end, any(rests)


def _beginning(texts: Sequence[bytes]) -> bytes:
    least, most = min(texts), max(texts)  # what these two share, all between them share
    return next((least[:at] for at, byte in enumerate(least) if most[at] != byte), least)
