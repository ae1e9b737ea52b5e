"""What stands around the examples of a report: the inputs are read once more, as far as they are needed.

Of a log these are lines. A document's lines mean nothing, so there it is what its reader found before and after.
"""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.report import Example, Report
from upload_diag.logs.documents import DocumentReader
from upload_diag.logs.layout import DOCUMENTS
from upload_diag.logs.opening import begin
from upload_diag.logs.packed import Stream
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.source import STDIN
from upload_diag.redaction import redact, redact_lines

if TYPE_CHECKING:
    from upload_diag.s3 import Store

__all__ = ["with_context"]

_LONGEST = 2000  # bytes of a line that are shown
_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is wanted of one input.

    Attributes:
        lines: by number; empty until they are found.
        entries: those before and after the one that begins at an offset; None until it is found.
    """

    lines: dict[int, str] = field(default_factory=dict)
    entries: dict[int, tuple[list[str], list[str]] | None] = field(default_factory=dict)

    @property
    def is_missing(self) -> bool:
        """Whether nothing of it was found."""
        return not any(self.lines.values()) and not any(self.entries.values())


def with_context(report: Report, paths: Iterable[str], lines: int, store: "Store | None" = None) -> Report:
    """The report with up to so many lines before and after each example, redacted; or entries, of a document.

    Standard input cannot be read again, and members of broken archives may not; a note says where lines are missing.
    """
    wanted: dict[str, _Wanted] = {}
    for one in (example for group in report.groups for example in group.examples):
        last = one.line + one.text.count("\n") + lines
        of = wanted.setdefault(one.path, _Wanted())
        of.lines.update(dict.fromkeys(range(max(1, one.line - lines), last + 1), ""))
        of.entries[one.offset] = None
    origin = Origin() if store is None else Origin(store)
    for piece in origin.plan((path for path in paths if path != STDIN), whole=True):
        if any(_is_in(path, piece) for path in wanted):
            _fill(wanted, origin, piece, lines)
    missing = sorted(path for path, found in wanted.items() if found.is_missing)
    groups = tuple(
        replace(group, examples=tuple(_around(example, wanted[example.path], lines) for example in group.examples))
        for group in report.groups
    )
    notes = [f"{path}: cannot be read again to show the lines around the examples." for path in missing]
    documents = {one.path for one in report.inputs if one.format in DOCUMENTS}
    alone = {one.path for group in groups for one in group.examples if not one.before and not one.after}
    notes += [f"{path}: has no other entries to show around the examples." for path in sorted(alone & documents)]
    return replace(report, groups=groups, notes=(*report.notes, *notes))


def _is_in(path: str, piece: Piece) -> bool:
    return path == piece.path or path.startswith(f"{piece.path}!")


def _fill(wanted: dict[str, _Wanted], origin: Origin, piece: Piece, count: int) -> None:
    """Read what is wanted of one input and of the members in it."""
    for opened in origin.streams(piece):
        of = wanted.get(redact(opened.path))
        if of is None or not isinstance(opened, Stream):
            continue
        layout, stream = begin(opened.file)
        if layout.format in DOCUMENTS:
            _fill_entries(of.entries, DocumentReader(stream, layout, JsonLines({})), count)
        else:
            _fill_lines(of.lines, stream)


def _fill_lines(lines: dict[int, str], stream: Any) -> None:
    end = max(lines)
    start = ""
    for number, line in _numbered(stream):
        if number <= 2:
            start += _decoded(line) + "\n"
        if number in lines:
            lines[number] = _decoded(line)
        if number >= end:
            break
    shown = redact_lines([lines[number] for number in sorted(lines)], start=start)
    lines.update(zip(sorted(lines), shown, strict=True))


def _fill_entries(entries: dict[int, tuple[list[str], list[str]] | None], reader: DocumentReader, count: int) -> None:
    before: deque[str] = deque(maxlen=count)
    waiting: deque[list[str]] = deque()  # for what comes after
    for record in reader.records():
        shown = redact(_decoded(record.text.partition(b"\n")[0][:_LONGEST]))
        for after in waiting:
            after.append(shown)
        while waiting and len(waiting[0]) >= count:
            waiting.popleft()
        if record.offset in entries and entries[record.offset] is None:
            waiting.append([])
            entries[record.offset] = list(before), waiting[-1]
        before.append(shown)


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")


def _numbered(stream: Any) -> Iterator[tuple[int, bytes]]:
    """The lines from 1, each cut at what is shown of it; a line may be longer than the memory."""
    reader = io.BufferedReader(stream)  # a raw stream has a `readline`, too, which asks for every byte
    number = 1
    try:
        while line := reader.readline(_AT_ONCE):
            yield number, line[:_LONGEST]
            while line and not line.endswith(b"\n"):
                line = reader.readline(_AT_ONCE)
            number += 1
    except (OSError, EOFError, ValueError):  # the report says so already
        return


def _around(example: Example, found: _Wanted, count: int) -> Example:
    around = found.entries[example.offset]
    if around is not None:
        return replace(example, before=tuple(around[0]), after=tuple(around[1]))
    lines, last = found.lines, example.line + example.text.count("\n")
    return replace(
        example,
        before=tuple(lines[number] for number in range(max(1, example.line - count), example.line)),
        after=tuple(lines[number] for number in range(last + 1, last + count + 1) if lines[number]),
    )
