"""Read lines of JSON without parsing them.

Services print the same few shapes of JSON over and over. Cut at its quotation marks, a line becomes a list in which
names and values stand at the same places every time. So a shape is studied once, and from then on copies out of that
list say everything: names and punctuation (is it this shape?), the values that matter (has this been judged before?),
and the ids and the time. That is exact: what is left out of the key are values of fields that only identify, what
`read_line` erases from the others and, where lines differ in more, texts that say nothing. Of shapes that come again
and again, `templates` are made, which are faster.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import count
from typing import Any

from upload_diag.logs.events import read_event
from upload_diag.logs.fields import (
    NO_IDS,
    OTHER,
    OWN,
    PART,
    UPLOAD,
    VIDEO,
    Ids,
    held_field,
    id_field,
    is_placeholder,
    part_number,
    read_line,
    time_field,
    unescaped,
)
from upload_diag.logs.record import Record, Row
from upload_diag.logs.templates import AROUND_A_VALUE, SAMPLES, Parts, Template
from upload_diag.logs.templates import template as make_template
from upload_diag.logs.texts import Texts, getter
from upload_diag.logs.times import THOUSANDTHS, USUAL, read_time
from upload_diag.rules.fields import Meaning, meaning_of

__all__ = ["Count", "JsonLines", "Plan"]

_TELLING = re.compile("status|code|err", re.IGNORECASE)  # names of numbers that say what went wrong
_ALIKE_LIMIT = 64  # shapes that begin alike; they are tried one after another
_PLANS_LIMIT = 4096  # shapes; more than any log has, unless its field names are made up as it goes
_PUNCTUATION = b" \t:,{}[]"
_BETWEEN = _PUNCTUATION + b"0123456789.+-Eaeflnrstu"  # and numbers, and the three words
_BEFORE_A_NAME = re.compile(rb"[{,][\s\\nrt]*+$")  # not before what is quoted in a text: `Put \"https://…\": EOF`
_IDLE = (None, Meaning.TRACE, Meaning.OTHERS)
_DECISIVE = ("operation", "upload_id")  # what verdicts look at of all that is told by fields
_MANY_NEW = 64  # keys of one shape: its texts hold words that differ from line to line
_TOO_MANY_NEW = 256  # they differ in what says something, too
_LONG_TEXT = b"x. " * 700
_LONGEST_WHOLE = 8192  # bytes; far from the limits within which lines are looked at
_NEW = b""  # no key
_HELD = {"id", "name"}  # of what, the object tells that they stand in
_OF_A_TIME = {"seconds", "_seconds", "$numberLong"}  # likewise: Protocol Buffers, MongoDB
_CLOSES = b"}"[0]
_HEAD = 7  # bytes: the brace, and how the first name begins; `time` is another than `timestamp`
_TEMPLATES = 8  # of one shape that are tried out
_STRICT_TEMPLATES = 3  # of them that take for text what was the same in some lines


Count = Callable[[bytes, list[Row]], None]
IsSilent = Callable[[bytes], bool]
Records = Generator[Record, None, int]


class JsonLines:
    """Reads lines of JSON, remembering the shapes it has seen.

    `known` says of keys what they were judged to be, not None; a line whose key is new is looked at more closely.
    `is_silent` says of texts that no verdict depends on them, wherever they stand.
    """

    def __init__(self, known: Mapping[bytes, Any], is_silent: IsSilent = lambda _: False) -> None:
        self._known = known
        self._is_silent = is_silent
        self._plans: dict[tuple[int, bytes], list[Plan]] = {}
        self._templates: dict[bytes, list[Template]] = {}  # by how their lines begin
        self._size = 0

    def read(self, line: bytes, offset: int) -> Record:
        """The record that a line of JSON is; the line is not empty."""
        return next(self.read_all(line, offset, -1))

    def read_all(self, block: bytes, offset: int, number: int, count: Count | None = None) -> Records:
        """The records of a block's lines, which stand behind so many bytes and lines; returns the last line's number.

        Empty lines are none. With `count`, lines whose key is known are no records either: it is given the block and
        their rows, always before the next record. Millions come through here, so it is one function.
        """
        known, templates, size, end = self._known, self._templates, len(block), -1
        rows: list[Row] = []
        while end < size:
            begin, number = end + 1, number + 1
            end = block.find(b"\n", begin)
            if end < 0:
                end = size
            match = None
            for template in templates.get(block[begin : begin + _HEAD], ()):
                match = template.match(block, begin, end)
                if match is not None:
                    break
            if match is not None:
                groups = match.groups()
                time, key = groups[template.time], template.keys.get(template.decisive(groups), _NEW)
                second, rest = USUAL.get(time[:20]), THOUSANDTHS.get(time[20:])
                when = read_time(time) if second is None or rest is None else second + rest
                verdict = known.get(key)
                if verdict is not None and (when or not time) and (not template.silent or template.is_silent(groups)):
                    ids = template.ids(groups)
                    if count is not None:
                        rows.append((offset + begin, when, number, verdict, begin, end, ids))
                        continue
                    yield Record(offset + begin, when, key, block[begin:end], Ids.of(ids), None, None, number)
                    continue
            if begin == end:
                continue
            if count is not None:
                count(block, rows)
                rows.clear()
            fits = template if match is not None else None
            yield Record(offset + begin, *self._read(block[begin:end], fits, match), None, None, number)
        if count is not None:
            count(block, rows)
        return number

    def _read(self, line: bytes, template: Template | None = None, match: Any = None) -> tuple[int, bytes, bytes, Ids]:
        """The time, the key, the line and its ids, read by its plan; `template` is the one that it fits, if any."""
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
        if template is None:
            self._sample(plan, parts)
        elif template.learn(match, parts, key):
            self._templates[line[:_HEAD]].remove(template)
        return plan.when(parts), key, line, plan.ids(parts).or_else(ids)

    def _sample(self, plan: "Plan", parts: Parts) -> None:
        """Make a template of lines of one shape when there are some."""
        if plan.templates >= _TEMPLATES:
            return
        plan.samples.append(parts)
        if len(plan.samples) == SAMPLES:
            made = make_template(plan, plan.samples, strict=plan.templates < _STRICT_TEMPLATES)
            plan.templates += 1
            plan.samples = []
            if made is not None:
                self._templates.setdefault(b'"'.join(parts)[:_HEAD], []).append(made)

    def verdict(self, key: bytes) -> Any:
        """What records of this key were judged to be; None when none was."""
        return self._known.get(key)

    def _new_plan(self, parts: Parts) -> "Plan":
        self._size += 1
        if self._size > _PLANS_LIMIT:
            self._plans.clear()
            self._templates.clear()
            self._size = 1
        alike = self._plans.setdefault((len(parts), parts[1]), [])
        if len(alike) >= _ALIKE_LIMIT:
            alike.clear()
        alike.append(Plan(parts, self._is_silent))
        return alike[-1]


_numbers = count()


class Plan:
    """How to read one shape of line. `parts` is always the line, split at its quotation marks, and an empty part.

    Attributes:
        fixed: picks the parts that are the same in every line of the shape.
        same: where they stand.
        shape: what they are.
        named: where the fields stand that are fields of `Ids`, and which.
        skipped: where values stand that only identify.
        time: where times stand.
        texts: where texts stand that hold ids, numbers and the like.
        silent: where texts stand that are left out when they say nothing.
        is_silent: whether they do.
        samples: lines of which a template is to be made.
        templates: how many were made.
    """

    def __init__(self, parts: Parts, is_silent: IsSilent) -> None:
        names = [
            i
            for i in range(1, len(parts) - 1)
            if parts[i + 1].lstrip()[:1] == b":" and _BEFORE_A_NAME.search(parts[i - 1])
        ]
        self.skipped: set[int] = set()
        idle: set[int] = set()
        self.silent: set[int] = set()
        self.is_silent = is_silent
        self._new = 0  # keys
        self.named: dict[int, int] = {}
        times: list[tuple[int, int, int]] = []  # how good, how deep, and where
        self._codes: set[int] = set()  # where codes stand, which are told apart by their numbers
        self.samples: list[Parts] = []
        self.templates = 0
        own: list[int] = []
        for i in names:
            name = parts[i].rstrip(b"\\").decode("utf-8", "replace")
            text = parts[i + 1].strip(b" \\") == b":" and i + 2 < len(parts)
            at = i + 2 if text else i + 1
            field = held_field(_holder(parts, i), name) if name in _HELD else id_field(name)
            if (rank := time_field(_holder(parts, i) if name in _OF_A_TIME else name)) is not None:
                times.append((rank, _depth(parts[:i]), at))
            if field is None:
                if text and meaning_of(name) is Meaning.CODE:
                    self._codes.add(at)
                elif text and parts[i + 1].strip() == b":" and _is_idle(name):
                    idle.add(at)
                if not text and parts[at].strip(b": ")[:1].isdigit() and not _TELLING.search(name):
                    self.skipped.add(at)
            elif text or parts[at].strip(b": ")[:1] not in (b"{", b"["):
                self.skipped.add(at)
                if field == OWN:
                    own.append(at)
                elif field != OTHER:
                    self.named[at] = field
        # Beside the store's id it stands for all sessions of an upload, as a video's does.
        free = [field for field in (UPLOAD, VIDEO) if field not in self.named.values()]
        self.named.update(zip(own, free, strict=False))
        self.time = [at for _, _, at in sorted(times)]  # what an error says of itself is not when the line was written
        self.same = set(names)
        self.same.update(i for i in range(len(parts)) if i not in self.skipped and not parts[i].strip(_PUNCTUATION))
        self.fixed = getter(sorted(self.same))
        self.shape = self.fixed(parts)
        self._number = b'%d"' % next(_numbers)
        self._places = [i for i in range(len(parts)) if i not in self.skipped and i not in self.same]
        self._values = getter(self._places)
        self._idle = {i: index for index, i in enumerate(self._places) if i in idle}
        self._erase: dict[int, Texts] = {}  # which of these places hold something that varies

    @property
    def texts(self) -> list[int]:
        return [self._places[index] for index in self._erase]

    def learn(self, parts: Parts) -> None:
        """Find the places where something varies; when many lines were new, also those where it says nothing."""
        self._new += 1
        if self._new == _MANY_NEW and _is_whole(parts):
            self.silent.update(self._idle)
            self.templates = 0
        elif self._new == _TOO_MANY_NEW:
            self.silent.clear()
        silent = [i for i in self.silent if self.is_silent(parts[i])]
        if silent and len({read_event(_replaced(parts, silent, text)) for text in (b"", _LONG_TEXT)}) > 1:
            self.silent.clear()  # an event is told by what stands around them, if it is near enough
        for index, i in enumerate(self._places):
            if index not in self._erase and (i not in self._codes or b" " in parts[i]) and _varies(parts[i]):
                self._erase[index] = Texts()
        self._erase = dict(sorted(self._erase.items()))  # the first id of a kind counts, whatever was learned first

    def key(self, parts: Parts) -> tuple[bytes, Ids]:
        """What decides the verdict on the line, and the ids in its texts."""
        ids = NO_IDS
        values = list(self._values(parts))
        for i in self.silent:
            if self.is_silent(parts[i]):
                values[self._idle[i]] = b""
        for index, texts in self._erase.items():
            values[index], found = texts.read(values[index])
            if found is not NO_IDS:
                ids = ids.or_else(found)
        return self._number + b'"'.join(values), ids

    def ids(self, parts: Parts) -> Ids:
        """The ids in fields of their own, the first of a kind."""
        found: list[Any] = [b"", b"", b"", b"", b"", 0]
        for i, field in self.named.items():
            value, before = parts[i], parts[i - 1].strip(b" \\")
            if before != b":" or value.endswith(b"\\") or field == PART:
                value = value.strip(AROUND_A_VALUE)
            if before != b":" and value[:1] in (b"{", b"["):
                continue
            if value and not found[field] and not is_placeholder(value):
                found[field] = part_number(value) if field == PART else unescaped(value)
        return Ids._make(found) if any(found) else NO_IDS

    def when(self, parts: Parts) -> int:
        """The time of the line, 0 when it says none."""
        for i in self.time:
            value = parts[i]
            when = read_time(value if value[:1].isdigit() else value.strip(b": ,["))
            if when:
                return when
        return read_time(b" ".join(parts[i] for i in self.time[:2])) if len(self.time) > 1 else 0  # a date, a clock


def _holder(parts: Parts, name: int) -> str:
    """The name of the object that a name stands in; empty when it has none."""
    depth = 0
    for i in range(name - 1, 0, -1):
        if parts[i].strip(_BETWEEN):
            continue
        for sign in reversed(parts[i].translate(None, _BETWEEN.translate(None, b"{}"))):
            depth += 1 if sign == _CLOSES else -1
            if depth < 0:
                return parts[i - 1].rstrip(b"\\").decode("utf-8", "replace") if parts[i].lstrip()[:1] == b":" else ""
    return ""


def _depth(parts: Parts) -> int:
    """In how many objects and lists a name stands, told by the punctuation before it."""
    between = b"".join(part for part in parts if not part.strip(_BETWEEN))
    return sum(map(between.count, (b"{", b"["))) - sum(map(between.count, (b"}", b"]")))


def _is_whole(parts: Parts) -> bool:
    """Whether the line is read as JSON, all of it."""
    import orjson

    line = b'"'.join(parts[:-1])
    try:
        return line[:1] == b"{" and len(line) <= _LONGEST_WHOLE and isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _replaced(parts: Parts, places: Sequence[int], text: bytes) -> str:
    """The line with this text at these places."""
    return b'"'.join([text if i in places else part for i, part in enumerate(parts)]).decode("utf-8", "replace")


def _is_idle(name: str) -> bool:
    """Whether a value of this name counts for nothing but what it says as a text, if for that."""
    meaning = meaning_of(name)
    return meaning in _IDLE if meaning is None or not meaning.field else meaning.field not in _DECISIVE


def _varies(value: bytes) -> bool:
    """Whether there is something to erase in a value, or an id to be read."""
    return read_line(value) != (b" ".join(value.split()), NO_IDS)
