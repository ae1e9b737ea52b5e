"""Logs as a table: CSV with a header, as spreadsheets and consoles of clouds export them."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

import orjson

from upload_diag.logs import web_json
from upload_diag.logs.fields import OWN, UPLOAD, id_field
from upload_diag.logs.prefilter import Scanner
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.watched import read_failure

__all__ = ["NAME", "SAMPLES", "TableReader", "delimiter_of"]

NAME = "csv"
SAMPLES = (b'time,level,message\n2026-11-22T10:00:00Z,ERROR,"part 3 failed: ""NoSuchUpload"""\n',)
_DELIMITERS = (b",", b";", b"\t")
_COLUMN = re.compile(rb'"?[@_]?[A-Za-z][\w @.()/\[\]-]{0,60}"?\s*$')
_TELLING = re.compile(
    rb'"?[@_]?(?:\w+[.])?(?:message|msg|log|event|text|textPayload|body|error|description|raw|line|payload|request_?uri'
    rb'|(?:log|outer|result|exception)_?(?:message|description|entry))"?\s*$',
    re.IGNORECASE,
)
_LONGEST = 1 << 20  # bytes of a line; a longer one goes on as the next
_QUOTED_LINES = 500  # a row with more lines in it is taken for one whose quote was never closed


def delimiter_of(lines: list[bytes]) -> bytes | None:
    """What stands between the columns; None when the lines are no table with a header that names a text."""
    for delimiter in _DELIMITERS:
        names = lines[0].split(delimiter)
        if len(names) < 2 or not all(map(_COLUMN.match, names)) or not any(map(_TELLING.match, names)):
            continue
        if len(lines) > 1 and all(line.count(delimiter) >= len(names) - 1 or b'"' in line for line in lines[1:3]):
            return delimiter
    return None


class TableReader:
    """Reads the rows as records; counts as `Reader` does."""

    def __init__(self, stream: Any, scanner: Scanner, json_lines: JsonLines) -> None:
        self.begun = 0
        self.bytes = 0
        self.lines = 0
        self.unreadable: dict[str, int] = {}
        self._stream = BufferedReader(stream)  # a raw stream has a `readline`, too, which asks for every byte
        self._scanner = scanner
        self._json = json_lines

    def records(self, _count: object = None) -> Iterator[Record]:
        """The rows with a literal, or all of uploads, each as a line of JSON under the names of the columns."""
        header = self._row().removeprefix(b"\xef\xbb\xbf")
        delimiter = delimiter_of([header, header]) or b","
        names = _unlike(_cells(header, delimiter))
        of_uploads = any(id_field(name) in (UPLOAD, OWN) for name in names)
        while True:
            offset, line = self.bytes, self.lines + 1
            row = self._row()
            if not row:
                return
            if not of_uploads and not self._scanner.hits(memoryview(row)):
                continue
            cells = _cells(row, delimiter)
            more = {f"column {number}": cell for number, cell in enumerate(cells[len(names) :], len(names) + 1)}
            text = orjson.dumps(dict(zip(names, cells, strict=False)) | more)
            record = web_json.tell(self._json.read(text, offset))
            record.line = line
            yield record

    def _row(self) -> bytes:
        """The next row: lines up to one after which no quote is open. Empty at the end."""
        row = self._line()
        for _ in range(_QUOTED_LINES):
            if row.count(b'"') % 2 == 0 or len(row) > _LONGEST:
                break
            more = self._line()
            if not more:
                break
            row += more
        return row

    def _line(self) -> bytes:
        try:
            line: bytes = self._stream.readline(_LONGEST)
        except (OSError, EOFError, ValueError) as error:
            self.unreadable[read_failure(error)] = 0
            return b""
        self.bytes += len(line)
        self.lines += line.endswith(b"\n") or 0 < len(line) < _LONGEST
        return line


def _unlike(names: list[str]) -> list[str]:
    """The names of columns, each one once: the second `message` of a table is `message 2`."""
    seen: Counter[str] = Counter()
    unlike = []
    for name in names:
        seen[name] += 1
        unlike.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return unlike


def _cells(row: bytes, delimiter: bytes) -> list[str]:
    text = row.decode("utf-8", "replace").rstrip("\r\n").replace("\0", "")
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter.decode()), [])
    except csv.Error:  # a cell of more than 128 KiB
        return text.split(delimiter.decode())
