"""Read lines of JSON without parsing them.

Services print the same few shapes of JSON over and over. Cut at its quotation marks, a line becomes a list in which
names and values stand at the same places every time. So a shape is studied once, and from then on three copies out of
that list say everything: the names (is it this shape?), the values that matter (has this been judged before?), and
the ids and the time. This is four times as fast as parsing, and exact: what is left out of the key are values of
fields that only identify, and what `read_line` erases from the others.
"""

import re
from collections.abc import Callable, Container
from itertools import count
from operator import itemgetter
from typing import Any

from upload_diag.logs.fields import NO_IDS, OTHER, PART, Ids, id_field, part_number, read_line, read_time
from upload_diag.logs.record import Record

__all__ = ["JsonLines"]

_TIME_NAMES = {
    *("time", "timestamp", "ts", "@timestamp", "datetime", "date", "asctime", "eventTime", "startedDateTime"),
    *("occurredAt", "createdAt", "_time", "Timestamp", "Time"),
}
_TELLING = re.compile("status|code|err", re.IGNORECASE)  # names of numbers that say what went wrong
_ALIKE_LIMIT = 64  # shapes that begin alike; they are tried one after another
_PLANS_LIMIT = 4096  # shapes; more than any log has, unless its field names are made up as it goes


class JsonLines:
    """Reads lines of JSON, remembering the shapes it has seen.

    `known` says which keys have been judged; a line whose key is new is looked at more closely.
    """

    def __init__(self, known: Container[bytes]) -> None:
        self._known = known
        self._plans: dict[tuple[int, bytes], list[_Plan]] = {}

    def read(self, line: bytes, offset: int) -> Record:
        """The record that a line of JSON is."""
        parts = line.split(b'"')
        plan = self._plan(parts)
        key, ids = plan.key(parts)
        if key not in self._known:
            plan.learn(parts)
            key, ids = plan.key(parts)
        if plan.ids:
            ids = plan.named_ids(parts).or_else(ids)
        return Record(offset, plan.when(parts), key, line, ids)

    def _plan(self, parts: list[bytes]) -> "_Plan":
        place = (len(parts), parts[1] if len(parts) > 1 else b"")
        plans = self._plans.get(place)
        if plans is None:
            if len(self._plans) >= _PLANS_LIMIT:
                self._plans.clear()
            plans = self._plans[place] = []
        for plan in plans:
            if plan.fits(parts):
                return plan
        if len(plans) >= _ALIKE_LIMIT:
            plans.clear()
        plans.append(_Plan(parts))
        return plans[-1]


_numbers = count()


class _Plan:
    """How to read one shape of line. `parts` is always the line, split at its quotation marks."""

    __slots__ = ("_erase", "_names", "_number", "_places", "_shape", "_time", "_values", "ids")

    def __init__(self, parts: list[bytes]) -> None:
        names = [i for i in range(1, len(parts) - 1) if parts[i + 1].lstrip()[:1] == b":"]
        skipped: set[int] = set()
        self.ids: list[tuple[int, int]] = []
        self._time: list[int] = []
        for i in names:
            name = parts[i].rstrip(b"\\").decode("utf-8", "replace")
            text = parts[i + 1].strip(b" \\") == b":" and i + 2 < len(parts)
            at = i + 2 if text else i + 1
            field = id_field(name)
            if name in _TIME_NAMES:
                self._time.append(at)
            if field is None:
                if not text and parts[at].strip(b": ")[:1].isdigit() and not _TELLING.search(name):
                    skipped.add(at)
            elif text or parts[at].strip(b": ")[:1] not in (b"{", b"["):
                skipped.add(at)
                if field != OTHER:
                    self.ids.append((field, at))
        self._number = b"%d" % next(_numbers)
        self._names = _getter(names)
        self._shape = self._names(parts)
        skipped.update(names)
        self._places = [i for i in range(len(parts)) if i not in skipped]
        self._values = _getter(self._places)
        self._erase: tuple[int, ...] = ()  # which of the places hold something that varies

    def fits(self, parts: list[bytes]) -> bool:
        """Whether the line has this shape."""
        return self._names(parts) == self._shape

    def learn(self, parts: list[bytes]) -> None:
        """Find the places where something varies."""
        self._erase = tuple(index for index, i in enumerate(self._places) if index in self._erase or _varies(parts[i]))

    def key(self, parts: list[bytes]) -> tuple[bytes, Ids]:
        """What decides the verdict on the line, and the ids in its texts."""
        values = self._values(parts)
        if not self._erase:
            return self._number + b'"'.join(values), NO_IDS
        ids = NO_IDS
        erased = list(values)
        for index in self._erase:
            erased[index], found = read_line(erased[index])
            if found is not NO_IDS:
                ids = ids.or_else(found)
        return self._number + b'"'.join(erased), ids

    def named_ids(self, parts: list[bytes]) -> Ids:
        """The ids in fields of their own; the first of a kind counts."""
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for field, i in self.ids:
            value = parts[i].strip(b": ,}]\r\\")
            if value and not found[field] and value != b"null":
                found[field] = part_number(value) if field == PART else value
        return Ids._make(found)

    def when(self, parts: list[bytes]) -> int:
        """The time of the line, 0 when it has none."""
        for i in self._time:
            when = read_time(parts[i].strip(b": ,"))
            if when:
                return when
        return 0


def _varies(value: bytes) -> bool:
    """Whether there is something to erase in a value, or an id to be read."""
    return read_line(value) != (b" ".join(value.split()), NO_IDS)


def _getter(places: list[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda parts: tuple(parts[i] for i in places)
