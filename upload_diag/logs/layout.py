"""What a log looks like, told from its beginning: its format, its encoding, how its entries begin."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate

from upload_diag.logs import access_log, cloudtrail, collectors, records, snippets, table, web_json, web_log
from upload_diag.logs.entries import FENCE, begins_entry, is_head, is_json_line
from upload_diag.logs.record import Record
from upload_diag.logs.times import Calendar, calendar_of, find_time

__all__ = ["COLLECTED", "DOCUMENTS", "FORMATS", "LINE_FORMATS", "LITERALS", "SAMPLE", "Layout", "detect", "forced"]

SAMPLE = 65_536  # bytes of a log that are looked at

# Formats in which every line is an entry.  ◄── add such a format
_LINE_MODULES = {access_log.NAME: access_log, web_log.NAME: web_log, cloudtrail.LINES: cloudtrail}
LINE_FORMATS: dict[str, Callable[[bytes, int], Record | None]] = {
    name: module.read for name, module in _LINE_MODULES.items()
}
LITERALS = frozenset(literal for module in (*_LINE_MODULES.values(), web_json) for literal in module.LITERALS)
"""What the prefilter looks for on their behalf: words of their entries that count, in lower case."""

COLLECTED = {collector.name: collector for collector in (*collectors.COLLECTORS, *snippets.SNIPPETS)}

# Formats that are one JSON document, by how it begins; see `documents`.  ◄── add such a format
DOCUMENTS = {
    "har": re.compile(rb'\{\s*"log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries|comment|_)'),
    "cloudtrail": re.compile(rb'\{\s*"Records"\s*:\s*\[(?!\s*\{\s*"kinesis")'),
    "otlp": re.compile(rb'\{\s*"resourceLogs"\s*:\s*\['),
    records.NAME: records.BEGINS_LIST,
    # Objects one after another on one line: strings are passed over, and braces with no other object behind them.
    records.STREAM: re.compile(rb'\{(?:[^"\n}]++|"(?:[^"\\\n]++|\\.)*+"|\}(?![ \t]*\{)|)*+\}[ \t]*\{'),
}
_BLANK = b"\xef\xbb\xbf \t\r\n"
_ZEROS = bytes(16)  # more than begin any wide letter; a log may follow, see `opening.begin`

_BINARY = 0.05  # more control bytes than this, and it is no text
# Encodings in which a letter is several bytes: how many, which of them is ASCII's, the mark at the beginning.
_WIDE = {
    "utf-32-le": (4, 0, b"\xff\xfe\0\0"),
    "utf-32-be": (4, 3, b"\0\0\xfe\xff"),
    "utf-16-le": (2, 0, b"\xff\xfe"),
    "utf-16-be": (2, 1, b"\xfe\xff"),
}
_PRINTABLE = bytes(range(32, 127))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x08"))


@dataclass(frozen=True, slots=True)
class Layout:
    """What is the same all through a log.

    Attributes:
        format: `ndjson`, `text`, …; None when it is no log.
        encoding: of its text.
        dated: entries begin with a date, so a line without one belongs to the entry above it.
        timed: there are times in it.
        whole_lines: every line is an entry.
        requests: lines of JSON tell of requests to a store, see `web_json`.
        told: somebody may tell in it what happened to them, as in a ticket; too short to be cut into ranges.
        fenced: what programs say stands between fences in it.
        doubt: why it may be something else than it is taken for, or what it is when it is no log; empty when all fits.
        collector: who put something around every line, if anybody; the rest is what stands in it.
        stamped: there is also a time of the collector's in front of every line.
        calendar: what its lines together say about dates that say too little; None when none does.
    """

    format: str | None
    encoding: str | None
    dated: bool = False
    timed: bool = False
    whole_lines: bool = False
    requests: bool = False
    told: bool = False
    fenced: bool = False
    collector: str | None = None
    stamped: bool = False
    doubt: str = ""
    calendar: Calendar | None = None

    def taken(self, when: int) -> "Layout":
        """The layout of a log that was taken then, in milliseconds since 1970: its times are not later."""
        return self if self.calendar is None else replace(self, calendar=replace(self.calendar, last=when + _ZONES))

    @property
    def name(self) -> str | None:
        """How to call it in a report: `ndjson`, `docker-json of text`."""
        return f"{self.collector} of {self.format}" if self.collector else self.format

    @property
    def splittable(self) -> bool:
        """Whether a range of it can be read by itself."""
        whole = self.format is None or self.format in DOCUMENTS or self.format == table.NAME
        return not (whole or self.collector or self.wide)

    @property
    def wide(self) -> bool:
        """Whether a letter is several bytes, so that no search finds it before it is recoded."""
        return self.encoding in _WIDE


def detect(sample: bytes) -> Layout:
    """The layout of a log that begins with the sample (its first `SAMPLE` bytes, or all of it)."""
    if sample.startswith(_ZEROS):
        sample = sample.lstrip(b"\0") or sample
    encoding = _encoding(sample)
    if encoding is None:
        what = next((f": {what}" for magic, what in _NO_TEXT if sample.startswith(magic)), "")
        return Layout(None, None, doubt=f"not text{what}")
    lines = [line for line in re.split(rb"[\r\n]+", sample) if line.strip()]
    short = len(sample) < SAMPLE
    if len(lines) > 1 and not short:
        lines.pop()  # perhaps cut by the end of the sample
    if not lines:
        return Layout("text", encoding)
    begin = sample.lstrip(_BLANK)
    if _OURS.match(begin):
        return Layout(None, encoding, doubt="a report of upload-diag, which tells of other files")
    document = next((name for name, pattern in DOCUMENTS.items() if pattern.match(begin)), None)
    if document is None and records.is_stream(begin):
        document = records.STREAM
    if document is not None:
        return Layout(document, encoding, timed=True)
    if table.delimiter_of(lines) is not None:
        return Layout(table.NAME, encoding, timed=True)
    collector = collectors.detect(lines)
    if collector is None and short:
        some = snippets.around(lines) or snippets.around(_fenced(lines))
        collector = some or snippets.quoted(lines) or snippets.typeset(lines)
    if collector is not None:
        inner = [collector.read(line) or collectors.Line(b"", b"", line) for line in lines]
        stamped = collectors.stamped(inner)
        texts = b"".join(
            (collectors.unstamped(line) if stamped else line).text + b"\n"[line.goes_on :] for line in inner
        )
        within = _lines(encoding, [text for text in texts.split(b"\n") if text.strip()], short=short)
        calendar = calendar_of(lines[:_TOLD_BY]) or within.calendar
        return replace(within, timed=True, collector=collector.name, stamped=stamped, calendar=calendar)
    return _lines(encoding, lines, short=short)


def _fenced(lines: list[bytes]) -> list[bytes]:
    """Those of the lines that stand between fences; all when there are none."""
    fences = accumulate(bool(FENCE.match(line)) for line in lines)
    inside = [line for line, before in zip(lines, fences, strict=True) if before % 2 and not FENCE.match(line)]
    return inside or lines


FORMATS = ("text", "ndjson", table.NAME, *LINE_FORMATS, *DOCUMENTS, *COLLECTED)


_MOST, _NEARLY_ALL, _SOME = 0.5, 0.9, 0.2  # shares of lines that make a format, or a doubt
_DATED = 0.6  # of the entries
_TOLD_BY = 200  # lines, which show how times are written
_FAR = 1 << 42  # milliseconds; later than all times
_ZONES = 86_400_000  # milliseconds; by less than this, clocks differ that say no zone

# What files that are no logs begin with.
_NO_TEXT = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image, sound or film"),
    (b"\0\0\0 ftyp", "a film"),
    (b"\0\0\0\x18ftyp", "a film"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ElfFile\0", "a Windows event log; export it as text or CSV"),
    (b"LPKSHHRH", "a systemd journal; export it with journalctl -o json"),
    (b"\xd4\xc3\xb2\xa1", "a network capture"),
    (b"\n\r\r\n", "a network capture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"PAR1", "a Parquet table; export it as CSV or JSON"),
    (b"Obj\x01", "an Avro file; export it as JSON"),
)

# How begins what this program writes: JSON, SARIF, JUnit, HTML and CSV. Its text and Markdown name nobody, and
# may stand above a log in a ticket.
_OURS = re.compile(
    rb"""\{\s*(?:"type":\s*"report",\s*)?"schema":\s*"upload-diag/
    |\{\s*"\$schema":[^{]{0,200}\{\s*"tool":\s*\{\s*"driver":\s*\{\s*"name":\s*"upload-diag"
    |<\?xml[^>]{0,60}>\s*<testsuite[ ]name="upload-diag[ ]
    |<!doctype[ ]html>.{0,2000}?<meta[ ]name="generator"[ ]content="upload-diag[ ]
    |count,code,serviceCode,operation,rule,""",
    re.VERBOSE | re.DOTALL,
)


def forced(layout: Layout, name: str | None) -> Layout:
    """The layout as somebody who knows the log wants it: one of `FORMATS`; None leaves it as it was told."""
    if name is None:
        return layout
    layout = replace(
        layout, encoding=layout.encoding or "latin-1", timed=True, collector=None, whole_lines=False, doubt=""
    )
    if name in COLLECTED:
        return replace(layout, format=layout.format or "text", collector=name)
    return replace(layout, format=name, whole_lines=name == "ndjson" or name in LINE_FORMATS)


def _lines(encoding: str, lines: list[bytes], *, short: bool) -> Layout:
    """The layout of a log that consists of lines."""
    calendar = calendar_of(lines[:_TOLD_BY])
    timed = calendar is not None or any(find_time(line[:400]) for line in lines[:_TOLD_BY])
    said = sum(not line.startswith(b"#") for line in lines)  # fields, dates, a version stand above those of IIS
    shares = (
        {name: sum(map(module.detect, lines)) / max(said, 1) for name, module in _LINE_MODULES.items()} if lines else {}
    )
    for name, share in shares.items():
        if share > _MOST:
            return Layout(name, encoding, timed=True, whole_lines=True, calendar=calendar)
    shares["ndjson"] = sum(map(is_json_line, lines)) / max(len(lines), 1)
    if shares["ndjson"] > _NEARLY_ALL:
        requests = sum(web_json.request_of(line) is not None for line in lines) > _SOME * len(lines)
        return Layout("ndjson", encoding, timed=timed, whole_lines=True, requests=requests, calendar=calendar)
    dated, begun = _heads(lines, calendar)
    share, name = max((share, name) for name, share in shares.items())
    doubt = f"only {share:.0%} of its first lines are {name}" if share > _SOME else ""
    dated_all = dated > 1 and dated >= _DATED * begun
    fenced = short and any(map(FENCE.match, lines))
    told = short and (not dated_all or fenced)
    return Layout(
        "text", encoding, dated=dated_all, timed=timed, told=told, fenced=fenced, doubt=doubt, calendar=calendar
    )


def _heads(lines: list[bytes], calendar: Calendar | None) -> tuple[int, int]:
    """How many of the lines begin with a date that begins an entry; how many would begin one if none needed a date."""
    any_year = replace(calendar, last=_FAR) if calendar is not None else None
    text = b"\n".join(lines)
    ends = accumulate(len(line) + 1 for line in lines)
    begun = [
        line for line, end in zip(lines, ends, strict=True) if begins_entry(text, end - len(line) - 1, 0, dated=False)
    ]
    # A date behind a name that `is_head` does not know would make the whole log one entry.
    return sum(bool(find_time(line[:40], any_year)) and is_head(line) for line in begun), len(begun)


def _encoding(sample: bytes) -> str | None:
    """How text is encoded; None when it is no text."""
    wide = _wide_encoding(sample)
    if wide:
        return wide
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _BINARY * len(sample):
        return "latin-1" if _begins_as_text(sample) or _holds_entry(sample) else None  # a log may be damaged anywhere
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        cut_character = error.start >= len(sample) - 3
        return "utf-8" if cut_character and len(sample) >= SAMPLE else "latin-1"
    return "utf-8"


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 or UTF-32, told by the zeros that go with every ASCII letter; a mark alone may lie."""
    for name, (width, low, mark) in _WIDE.items():
        letters = sample[low::width]
        zeros = (sample.count(0) - letters.count(0)) / max(len(sample) - len(letters), 1)
        if sample.startswith(mark) and zeros > 0.1 * (width - 1):
            return name
        if zeros > 1 - 0.4 / (width - 1) and _printable(letters) > 0.7 * len(letters):
            return name
    return None


def _begins_as_text(sample: bytes) -> bool:
    """Whether the first line is text, but for some control characters."""
    line = sample.partition(b"\n")[0][:4096]
    return len(line) >= 20 and _printable(line) >= 0.7 * len(line)


def _holds_entry(sample: bytes) -> bool:
    """Whether a line is an entry of a log without any doubt; programs and databases hold some, too."""
    if any(sample.startswith(magic) for magic, _ in _NO_TEXT):
        return False
    lines = (line.strip(b"\0\r") for line in sample.split(b"\n"))
    return any(len(line) >= 20 and _printable(line) == len(line) and bool(find_time(line[:40])) for line in lines)


def _printable(text: bytes) -> int:
    return len(text) - len(text.translate(None, _PRINTABLE))
