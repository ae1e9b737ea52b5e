"""What a log looks like, told from its beginning: its format, its encoding, how its entries begin."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from upload_diag.logs import access_log, web_log
from upload_diag.logs.entries import is_json_line
from upload_diag.logs.fields import find_time
from upload_diag.logs.record import Record

__all__ = ["DOCUMENTS", "LINE_FORMATS", "SAMPLE", "Layout", "detect"]

SAMPLE = 65_536  # bytes of a log that are looked at

# Formats in which every line is an entry.  ◄── add such a format
_LINE_MODULES = {module.NAME: module for module in (access_log, web_log)}
LINE_FORMATS: dict[str, Callable[[bytes, int], Record | None]] = {
    name: module.read for name, module in _LINE_MODULES.items()
}

# Formats that are one JSON document, by how it begins; see `documents`.
DOCUMENTS = {
    "har": re.compile(rb'\{\s*"log"\s*:\s*\{'),
    "cloudtrail": re.compile(rb'\{\s*"Records"\s*:\s*\['),
}
_BLANK = b"\xef\xbb\xbf \t\r\n"

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_TEXT_LINE = re.compile(rb"[\t\x20-\x7e\x80-\xff]{20,}\r?\n")
_BINARY = 0.05  # more control bytes than this, and it is no text
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x08"))


@dataclass(frozen=True, slots=True)
class Layout:
    """What is the same all through a log.

    Attributes:
        format: `ndjson`, `text`, …; None when it is no text at all.
        encoding: of its text.
        dated: entries begin with a date, so a line without one belongs to the entry above it.
        timed: there are times in it.
        whole_lines: every line is an entry.
    """

    format: str | None
    encoding: str | None
    dated: bool = False
    timed: bool = False
    whole_lines: bool = False


def detect(sample: bytes) -> Layout:
    """The layout of a log that begins with the sample (its first `SAMPLE` bytes, or all of it)."""
    encoding = next((name for bom, name in _BOMS if sample.startswith(bom)), None) or _encoding(sample)
    if encoding is None:
        return Layout(None, None)
    lines = [line for line in re.split(rb"[\r\n]+", sample) if line.strip()]
    if len(lines) > 1:
        lines.pop()  # perhaps cut by the end of the sample
    if not lines:
        return Layout("text", encoding)
    timed = any(find_time(line[:400]) for line in lines[:200])
    document = next((name for name, pattern in DOCUMENTS.items() if pattern.match(sample.lstrip(_BLANK))), None)
    if document is not None:
        return Layout(document, encoding, timed=True)
    if sum(map(is_json_line, lines)) > 0.9 * len(lines):
        return Layout("ndjson", encoding, timed=timed, whole_lines=True)
    for name, module in _LINE_MODULES.items():
        if sum(map(module.detect, lines)) > 0.5 * len(lines):
            return Layout(name, encoding, timed=True, whole_lines=True)
    edge = [line for line in lines if line[:1] not in b" \t"]
    dated = sum(bool(find_time(line[:40])) for line in edge)
    return Layout("text", encoding, dated=dated > 1 and dated >= 0.6 * len(edge), timed=timed)


def _encoding(sample: bytes) -> str | None:
    """How text without a byte order mark is encoded; None when it is no text."""
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _BINARY * len(sample):
        return "latin-1" if _TEXT_LINE.match(sample) else None  # a log may be damaged further down
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        cut_character = error.start >= len(sample) - 3
        return "utf-8" if cut_character and len(sample) >= SAMPLE else "latin-1"
    return "utf-8"
