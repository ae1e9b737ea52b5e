"""The lines around the examples of a report: the inputs are read once more, as far as they are needed."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.report import Example, Report
from upload_diag.logs.layout import DOCUMENTS
from upload_diag.logs.opening import begin
from upload_diag.logs.packed import Stream
from upload_diag.logs.source import STDIN
from upload_diag.redaction import redact

if TYPE_CHECKING:
    from upload_diag.s3 import Store

__all__ = ["with_context"]

_LONGEST = 2000  # bytes of a line that are shown
_AT_ONCE = 1 << 16

# Of each input, the lines that are wanted, by number.
_Lines = dict[str, dict[int, str]]


def with_context(report: Report, paths: Iterable[str], lines: int, store: "Store | None" = None) -> Report:
    """The report with up to so many lines before and after each example, redacted.

    Standard input cannot be read again, and members of broken archives may not; a note says where lines are missing.
    """
    examples = [example for group in report.groups for example in group.examples]
    wanted: _Lines = {}
    for one in examples:
        last = one.line + one.text.count("\n") + lines
        wanted.setdefault(one.path, {}).update(dict.fromkeys(range(max(1, one.line - lines), last + 1), ""))
    origin = Origin() if store is None else Origin(store)
    for piece in origin.plan((path for path in paths if path != STDIN), whole=True):
        if any(_is_in(path, piece) for path in wanted):
            _fill(wanted, origin, piece)
    missing = sorted(path for path, found in wanted.items() if not any(found.values()))
    groups = tuple(
        replace(group, examples=tuple(_around(example, wanted[example.path], lines) for example in group.examples))
        for group in report.groups
    )
    notes = [f"{path}: cannot be read again to show the lines around the examples." for path in missing]
    documents = {one.path for one in report.inputs if one.format in DOCUMENTS}
    alone = {one.path for group in groups for one in group.examples if not one.before and not one.after}
    notes += [f"{path}: has no lines around the examples, as all of it is one." for path in sorted(alone & documents)]
    return replace(report, groups=groups, notes=(*report.notes, *notes))


def _is_in(path: str, piece: Piece) -> bool:
    return path == piece.path or path.startswith(f"{piece.path}!")


def _fill(wanted: _Lines, origin: Origin, piece: Piece) -> None:
    """Read the wanted lines of one input and of the members in it."""
    for opened in origin.streams(piece):
        lines = wanted.get(redact(opened.path))
        if lines is None or not isinstance(opened, Stream):
            continue
        _, stream = begin(opened.file)
        end = max(lines)
        for number, line in _numbered(stream):
            if number in lines:
                lines[number] = redact(line.decode("utf-8", "replace").rstrip("\r\n"))
            if number >= end:
                break


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


def _around(example: Example, lines: dict[int, str], count: int) -> Example:
    last = example.line + example.text.count("\n")
    return replace(
        example,
        before=tuple(lines[number] for number in range(max(1, example.line - count), example.line)),
        after=tuple(lines[number] for number in range(last + 1, last + count + 1) if lines[number]),
    )
