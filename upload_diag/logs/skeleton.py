"""Read lines of JSON without parsing them.

Services print the same few shapes of JSON over and over. Cut at its quotation marks, a line becomes a list in which
names and values stand at the same places every time. So a shape is studied once, and from then on three copies out of
that list say everything: names and punctuation (is it this shape?), the values that matter (has this been judged
before?), and the ids and the time. This is as fast as the fastest parser alone, and exact: what is left out of the key
are values of fields that only identify, and what `read_line` erases from the others.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import count
from typing import Any

from upload_diag.logs.fields import NO_IDS, OTHER, PART, Ids, id_field, part_number, read_line, read_time
from upload_diag.logs.record import Record
from upload_diag.logs.texts import Texts, getter

__all__ = ["JsonLines"]

_TIME_NAMES = {
    *("time", "timestamp", "ts", "@timestamp", "datetime", "date", "asctime", "eventTime", "startedDateTime"),
    *("occurredAt", "createdAt", "_time", "Timestamp", "Time", "@t"),
}
_TELLING = re.compile("status|code|err", re.IGNORECASE)  # names of numbers that say what went wrong
_ALIKE_LIMIT = 64  # shapes that begin alike; they are tried one after another
_PLANS_LIMIT = 4096  # shapes; more than any log has, unless its field names are made up as it goes
_PUNCTUATION = b" \t:,{}[]"
_AROUND_A_VALUE = b": ,}]\r\\"


class JsonLines:
    """Reads lines of JSON, remembering the shapes it has seen.

    `known` says which keys have been judged; a line whose key is new is looked at more closely.
    """

    def __init__(self, known: Mapping[bytes, Any]) -> None:
        self._known = known
        self._plans: dict[tuple[int, bytes], list[_Plan]] = {}
        self._size = 0

    def read(self, line: bytes, offset: int) -> Record:
        """The record that a line of JSON is."""
        parts = line.split(b'"')
        parts.append(b"")  # what names without a value point at; the other parts are counted from the beginning
        for plan in self._plans.get((len(parts), parts[1]), ()):
            if plan.fixed(parts) == plan.shape:
                break
        else:
            plan = self._new_plan(parts)
        key, ids = plan.key(parts)
        if key not in self._known:
            plan.learn(parts)
            key, ids = plan.key(parts)
        if plan.ids:
            upload, video, bucket, name, request, part = named = plan.named(parts)
            if not plan.plain or b"null" in named:
                ids = plan.any_ids(parts).or_else(ids)
            elif ids is NO_IDS:
                ids = Ids(upload, video, bucket, name, request, _part(part))
            else:
                ids = Ids(upload, video, bucket, name, request, _part(part)).or_else(ids)
        when = 0
        for i in plan.time:
            value = parts[i]
            when = read_time(value if value[:1].isdigit() else value.strip(b": ,"))
            if when:
                break
        return Record(offset, when, key, line, ids)

    def is_nothing(self, key: bytes) -> bool:
        """Whether records of this key were judged, and say nothing about uploads."""
        verdict = self._known.get(key)
        return verdict is not None and not verdict.counts

    def _new_plan(self, parts: list[bytes]) -> "_Plan":
        self._size += 1
        if self._size > _PLANS_LIMIT:
            self._plans.clear()
            self._size = 1
        alike = self._plans.setdefault((len(parts), parts[1]), [])
        if len(alike) >= _ALIKE_LIMIT:
            alike.clear()
        alike.append(_Plan(parts))
        return alike[-1]


_numbers = count()


class _Plan:
    """How to read one shape of line. `parts` is always the line, split at its quotation marks, and an empty part.

    Attributes:
        fixed: picks the parts that are the same in every line of the shape.
        shape: what it picks then.
        ids: the fields of `Ids` that have a field of their own, and where it stands.
        named: picks the values of these fields, in the order of `Ids`.
        plain: what it picks are the ids themselves.
        time: where times stand.
    """

    __slots__ = ("_erase", "_number", "_places", "_values", "fixed", "ids", "named", "plain", "shape", "time")

    def __init__(self, parts: list[bytes]) -> None:
        names = [i for i in range(1, len(parts) - 1) if parts[i + 1].lstrip()[:1] == b":"]
        skipped: set[int] = set()
        self.ids: list[tuple[int, int]] = []
        self.time: list[int] = []
        for i in names:
            name = parts[i].rstrip(b"\\").decode("utf-8", "replace")
            text = parts[i + 1].strip(b" \\") == b":" and i + 2 < len(parts)
            at = i + 2 if text else i + 1
            field = id_field(name)
            if name in _TIME_NAMES:
                self.time.append(at)
            if field is None:
                if not text and parts[at].strip(b": ")[:1].isdigit() and not _TELLING.search(name):
                    skipped.add(at)
            elif text or parts[at].strip(b": ")[:1] not in (b"{", b"["):
                skipped.add(at)
                if field != OTHER:
                    self.ids.append((field, at))
        self.named = getter([next((i for field, i in self.ids if field == kind), -1) for kind in range(len(NO_IDS))])
        self.plain = len(dict(self.ids)) == len(self.ids) and all(
            field == PART or (parts[i - 1].strip() == b":" and not parts[i].endswith(b"\\")) for field, i in self.ids
        )
        named = set(names)
        same = [i for i in range(len(parts)) if i in named or (i not in skipped and not parts[i].strip(_PUNCTUATION))]
        self.fixed = getter(same)
        self.shape = self.fixed(parts)
        self._number = b'%d"' % next(_numbers)
        skipped.update(same)
        self._places = [i for i in range(len(parts)) if i not in skipped]
        self._values = getter(self._places)
        self._erase: list[tuple[int, Texts]] = []  # which of the places hold something that varies

    def learn(self, parts: list[bytes]) -> None:
        """Find the places where something varies."""
        known = {index for index, _ in self._erase}
        for index, i in enumerate(self._places):
            if index not in known and _varies(parts[i]):
                self._erase.append((index, Texts()))

    def key(self, parts: list[bytes]) -> tuple[bytes, Ids]:
        """What decides the verdict on the line, and the ids in its texts."""
        values = self._values(parts)
        if not self._erase:
            return self._number + b'"'.join(values), NO_IDS
        ids = NO_IDS
        erased = list(values)
        for index, texts in self._erase:
            erased[index], found = texts.read(erased[index])
            if found is not NO_IDS:
                ids = ids.or_else(found)
        return self._number + b'"'.join(erased), ids

    def any_ids(self, parts: list[bytes]) -> Ids:
        """The ids in fields of their own, the first of a kind; also in escaped JSON, and where they are no texts."""
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for field, i in self.ids:
            value = parts[i].strip(_AROUND_A_VALUE)
            if value and not found[field] and value != b"null":
                found[field] = _part(value) if field == PART else value
        return Ids._make(found)


@lru_cache(maxsize=16_384)
def _part(value: bytes) -> int:
    return part_number(value.strip(_AROUND_A_VALUE))


def _varies(value: bytes) -> bool:
    """Whether there is something to erase in a value, or an id to be read."""
    return read_line(value) != (b" ".join(value.split()), NO_IDS)
