"""Logs that are one JSON document: its elements are read one by one, however long the document is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from upload_diag.logs import cloudtrail, har, otlp, records
from upload_diag.logs.layout import Layout
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.watched import read_failure

__all__ = ["DocumentReader"]

_CHUNK = 1 << 18
_ELEMENT_LIMIT = 64 << 20  # a longer element is not read
_VALUES_LIMIT = 500_000  # nor one of more values: each takes fifty bytes of memory or more
# Where the list begins. What follows it is searched for another one: such files are joined with `cat`.
_BEGINNINGS = {
    har.NAME: re.compile(r'"entries"\s*:\s*\['),
    cloudtrail.NAME: re.compile(r'"Records"\s*:\s*\['),
    otlp.NAME: re.compile(r'"resourceLogs"\s*:\s*\['),
    records.NAME: re.compile(r"\[(?=\s*[\[{])"),
    records.STREAM: re.compile(r"(?=[\[{])"),
}
_BEGINNING = 4096  # characters in which the beginning of a list must stand
# Elements that say nothing included, and what begins a record by RFC 7464, ends one of GELF, or begins a file.
_BETWEEN = re.compile(r"(?:[\s,\x1e\0\xef\xbb\xbf]++|\{\}|\[\]|null)*+")
_NEXT = re.compile(r"(?:[\n\x1e]|\}(?=\{\"))(?=[\[{\x1e])")  # where a stream goes on behind a broken record
# Strings are passed over: what looks like a bracket in them is none. One that does not end is all of the rest.
_MARKS = re.compile(r'[\[\]{}]|"(?:[^"\\]++|\\.|)*+(?:"|\\?\Z)', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class DocumentReader:
    """Reads the elements of a document's list as records; counts as `Reader` does.

    Text is handled as Latin-1 on the way, in which every byte is a character, so that places are byte offsets.
    """

    def __init__(self, stream: Any, layout: Layout, json_lines: JsonLines) -> None:
        self.begun = 0
        self.bytes = 0
        self.lines = 0
        self.unreadable: dict[str, int] = {}
        self._stream = stream
        self._name = layout.format or ""
        self._json = json_lines
        self._text = ""
        self._base = 0  # where in the stream the text begins
        self._newlines = 0  # before the place in the text up to which they were counted
        self._counted = 0  # that place
        self._over = False
        self._broken = False
        self._decoder = json.JSONDecoder(parse_int=_harmless, parse_float=_harmless, parse_constant=_harmless)

    def records(self, _count: object = None) -> Iterator[Record]:
        """The elements that have to do with uploads, in their order."""
        begin = self._find(0)
        if begin is None:
            self.unreadable[f"no list of {self._name} entries in it"] = self.bytes
        while begin is not None and not self._broken:
            while (element := self._element(begin)) is not None:
                start, end = element
                yield from self._record(start, end)
                begin = end
                if begin > _CHUNK:
                    self._drop(begin)
                    begin = 0
            begin = self._find(begin)
        while self._more():
            self._drop(len(self._text))
        self._count_lines(len(self._text))
        self.lines = self._newlines + (not self._text.endswith("\n") and bool(self._text))

    def _more(self, size: int = _CHUNK) -> bool:
        """Read on, about so many bytes; False at the end."""
        try:
            chunk = b"" if self._over else self._stream.read(size)
        except OSError as error:
            self.unreadable[read_failure(error)] = 0
            chunk = b""
        self._over = not chunk
        self.bytes += len(chunk)
        self._text += chunk.decode("latin-1")
        return not self._over

    def _find(self, place: int) -> int | None:
        """Where the next list begins; None when there is none. What comes before it is left behind."""
        pattern = _BEGINNINGS[self._name]
        while True:
            found = pattern.search(self._text, place)
            if found:
                return found.end()
            if len(self._text) > place + 2 * _BEGINNING:
                self._drop(len(self._text) - _BEGINNING)
                place = 0
            if not self._more():
                return None

    def _element(self, place: int) -> tuple[int, int] | None:
        """Where the next element begins and ends; None at the end of the list, or where it cannot be read on."""
        looked_at = 4 * _VALUES_LIMIT  # of the text, which may hold many more elements
        while True:
            match = _BETWEEN.match(self._text, place)
            start = match.end() if match else place
            size = len(self._text) - start
            too_much = size > _ELEMENT_LIMIT or (
                size > _VALUES_LIMIT and self._text.count(",", start, start + looked_at) > _VALUES_LIMIT
            )
            looked_at = _ELEMENT_LIMIT
            broken = False
            if size and not too_much:
                if self._text[start] == "]":
                    return None
                try:
                    return start, self._decoder.raw_decode(self._text, start)[1]
                except json.JSONDecodeError as error:
                    broken = not records.is_cut(error)
                except RecursionError:  # it is not read, but those behind it are
                    if end := _closed(self._text, start):
                        return start, end
            while not (too_much or broken) and len(self._text) - start < 2 * size + 1 and self._more(size + _CHUNK):
                pass
            if broken and self._name == records.STREAM and (place := self._behind(start)):
                continue
            if len(self._text) - start == size:
                self._give_up(start, "an entry is too large" if too_much else "the document is cut short or broken")
                return None

    def _behind(self, start: int) -> int:
        """Where a stream goes on behind a broken record, which is counted; 0 when it does not."""
        while (found := _NEXT.search(self._text, start + 1)) is None:
            if len(self._text) - start > _ELEMENT_LIMIT or not self._more():
                return 0
        self._count_unreadable(found.end() - start)
        return found.end()

    def _count_unreadable(self, size: int) -> None:
        reason = "an entry that cannot be read"
        self.unreadable[reason] = self.unreadable.get(reason, 0) + size

    def _give_up(self, start: int, reason: str) -> None:
        self._broken = True
        rest = self._base + start
        while self._more():
            self._drop(len(self._text) - 1)
        if self.bytes > rest:
            self.unreadable[reason] = self.bytes - rest

    def _drop(self, end: int) -> None:
        self._count_lines(end)
        self._text = self._text[end:]
        self._base += end
        self._counted -= end

    def _count_lines(self, end: int) -> None:
        self._newlines += self._text.count("\n", self._counted, end)
        self._counted = max(self._counted, end)

    def _record(self, start: int, end: int) -> Iterator[Record]:
        text = self._text[start:end].encode("latin-1")
        self._count_lines(start)
        line = self._newlines + 1
        try:
            for record in self._read(_parsed(text), text, self._base + start):
                record.line = line
                yield record
        except (ValueError, RecursionError):
            self._count_unreadable(len(text))

    def _read(self, element: Any, text: bytes, offset: int) -> Iterator[Record]:
        if self._name in (records.NAME, records.STREAM):
            yield from records.read(element, offset, self._json)
        elif not isinstance(element, dict):
            return
        elif self._name == otlp.NAME:
            yield from otlp.read(element, offset, self._json)
        else:
            record = (har if self._name == har.NAME else cloudtrail).read_element(element, text, offset)
            if record is not None:
                yield record


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)  # in a fifth of the time
    except orjson.JSONDecodeError:  # half a surrogate pair, NaN, 5,000 digits, many levels
        return json.loads(text, parse_int=_harmless_int)


def _closed(text: str, start: int) -> int:
    """Where the list or the object that begins here ends, however deep it goes; 0 when it does not."""
    depth = 0
    for mark in _MARKS.finditer(text, start):
        depth += _STEPS.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return 0


def _harmless(_number: str) -> int:
    """Numbers are not looked at while the end of an element is searched; 5,000 digits are no harm."""
    return 0


def _harmless_int(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0
