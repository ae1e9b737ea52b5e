r"""What collectors of logs put around every line: whose it is, and when it was written.

A collector mixes the lines of several processes. `Line.source` takes them apart again. Rows, and how they are read.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import orjson

from upload_diag.logs.entries import LEVELS
from upload_diag.logs.times import Calendar, find_time, read_time

__all__ = [
    "COLLECTORS",
    "SURE",
    "Collector",
    "Line",
    "Lines",
    "detect",
    "prefix",
    "read_stamp",
    "stamped",
    "unstamped",
]


class Line(NamedTuple):
    """One line as its process wrote it.

    Attributes:
        source: the process, container, or stream that it is of.
        stamp: when it was written, see `read_stamp`; empty when the collector does not say.
        text: the line without what the collector put around it.
        goes_on: the collector cut it: the next line of this source goes on with it.
    """

    source: bytes
    stamp: bytes
    text: bytes
    goes_on: bool = False


class Lines(NamedTuple):
    """What `Line` says, of all lines of a block; a source is None where a line is not of this collector."""

    sources: Sequence[bytes | None]
    stamps: Sequence[bytes]
    texts: Sequence[bytes]
    goes_on: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Collector:
    """One way of collecting lines.

    Attributes:
        read: a line -> what is in it; None when it is not of this collector.
        samples: lines that it must read, and no other collector and no format may.
        pattern: what it writes in front of a line, if it does no more.
    """

    name: str
    read: Callable[[bytes], Line | None]
    samples: tuple[bytes, ...]
    pattern: bytes = b""

    def lines(self, block: bytes, *, stamped: bool) -> Lines:
        """The lines of a block; `stamped` as in `Layout`. By one regex, if it can be, which is thrice as fast."""
        if self.pattern and b"\r" not in block:
            return _by_regex(_all_lines(self.pattern, stamped), block)
        rows: list[tuple[bytes | None, bytes, bytes, bool]] = []
        for raw in block.split(b"\n"):
            line = self.read(raw.rstrip(b"\r"))
            shown = line or Line(b"", b"", raw)
            shown = unstamped(shown) if stamped else shown
            rows.append((shown.source if line else None, *shown[1:]))
        return Lines(*zip(*rows, strict=True))


def prefix(name: str, pattern: bytes, *samples: bytes) -> Collector:
    """A collector that writes something in front of the line: the groups `source`, `time`, `part`, as it has them."""
    regex = re.compile(pattern + rb"(?P<text>.*)", re.VERBOSE | re.DOTALL)
    groups = regex.groupindex

    def read(line: bytes) -> Line | None:
        match = regex.match(line)
        if match is None:
            return None
        source = match["source"] if "source" in groups else b""
        stamp = match["time"] if "time" in groups else b""
        return Line(source, stamp, match["text"], "part" in groups and match["part"] == _GOES_ON)

    return Collector(name, read, samples, pattern)


@cache
def _all_lines(pattern: bytes, stamped: bool) -> re.Pattern[bytes]:
    """What matches every line of a block: with the pattern in front, or with nothing."""
    stamp = rb"(?:" + _STAMP.pattern.replace(b" ", rb"\ ") + b"|)" if stamped else b"(?P<stamp>)"
    return re.compile(rb"^(?:(?P<head>" + pattern + rb")|)" + stamp + rb"(?P<text>[^\n]*)", re.VERBOSE | re.MULTILINE)


def _by_regex(regex: re.Pattern[bytes], block: bytes) -> Lines:
    groups = list(zip(*regex.findall(block), strict=True))
    columns: dict[str, Sequence[bytes]] = {name: groups[number - 1] for name, number in regex.groupindex.items()}
    heads, texts = columns["head"], columns["text"]
    owners, times, parts = (columns.get(name, [b""] * len(texts)) for name in ("source", "time", "part"))
    return Lines(
        [owner if head else None for owner, head in zip(owners, heads, strict=True)],
        [stamp or time for stamp, time in zip(columns["stamp"], times, strict=True)],
        texts,
        [part == _GOES_ON for part in parts],
    )


def read_stamp(stamp: bytes, calendar: Calendar | None = None) -> int:
    """The time, in milliseconds since 1970 in UTC; 0 when there is none.

    Of most, no more than the milliseconds are looked at, for such times need no search.
    """
    if stamp.isdigit():
        return read_time(stamp)
    return find_time(stamp[:_TO_MILLISECONDS] if stamp[-1:] == b"Z" and stamp[19:20] == b"." else stamp, calendar)


def _json(name: str, text: str, time: str, sources: tuple[str, ...], *samples: bytes) -> Collector:
    """A collector that writes a JSON object: the fields of the text, of the time, and of what tells the source."""
    wanted = tuple(f'"{field}"'.encode() for field in (text, time))

    def read(line: bytes) -> Line | None:
        if line[:1] != b"{" or any(field not in line for field in wanted):
            return None
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            return None
        value = row.get(text)
        if isinstance(value, list):  # journald writes what is no UTF-8 as numbers
            value = bytes(one for one in value if isinstance(one, int) and 0 <= one < 256).decode("latin-1")
        if not isinstance(value, str) or time not in row:
            return None
        source = " ".join(str(_at(row, path)) for path in sources).encode("utf-8", "replace")
        shown = value.encode("utf-8", "replace")
        stamp = str(row[time])[: 13 if time.startswith("__") else None].encode()
        return Line(source, stamp, shown.rstrip(b"\r\n"), text == "log" and not shown.endswith(b"\n"))

    return Collector(name, read, samples)


def _at(row: dict[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value


_GOES_ON = b"P"  # what Kubernetes writes before a part of a line
_TO_MILLISECONDS = 23  # bytes of a time; without a zone it is in UTC
_ISO = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
_NO_LEVEL = rb"(?!" + LEVELS + rb")"
_COLOUR = rb"(?:\x1b\[[\d;]*m){0,4}"

COLLECTORS: tuple[Collector, ...] = (
    _json(
        "docker-json",
        *("log", "time"),
        ("stream", "kubernetes.pod_name", "kubernetes.container_name"),
        b'{"log":"part 3 failed\\n","stream":"stderr","time":"2026-11-22T10:00:00.123456789Z"}',
    ),
    _json(
        "journald-json",
        *("MESSAGE", "__REALTIME_TIMESTAMP"),
        ("_HOSTNAME", "SYSLOG_IDENTIFIER", "_PID"),
        b'{"MESSAGE":"part 3 failed","__REALTIME_TIMESTAMP":"1795341600123456","_PID":"71","SYSLOG_IDENTIFIER":"up"}',
    ),
    _json(
        "gcp-text",
        *("textPayload", "timestamp"),
        ("logName", "resource.labels.pod_name", "resource.labels.revision_name", "labels.instanceId"),
        b'{"logName":"projects/p/logs/run","textPayload":"part 3 failed","timestamp":"2026-11-22T10:00:00Z"}',
    ),
    _json(
        "cloudwatch-json",
        *("message", "ingestionTime"),
        ("logStreamName",),
        b'{"logStreamName":"up/1","timestamp":1795341600123,"message":"part 3 failed","ingestionTime":1795341600999}',
    ),
    prefix(
        "kubernetes",
        rb"(?P<time>" + _ISO + rb"\.\d{1,9}(?:Z|[+-]\d\d:\d\d))\ (?P<source>stdout|stderr)\ (?P<part>[FP])(?::\w+)*\ ",
        b"2026-11-22T10:00:00.123456789Z stderr F part 3 failed",
        b'2026-11-22T10:00:00.123456789Z stdout P {"level":50,',
    ),
    prefix("kubectl", rb"\[(?P<source>pod/[\w./-]{1,200})\]\ ", b"[pod/uploader-7d4b9c6f5-x2x7k/app] part 3 failed"),
    prefix(
        "stern",
        rb"(?P<source>[a-z][a-z0-9.-]{0,100}-[a-z0-9]{8,10}-[a-z0-9]{5}\ [a-z0-9][a-z0-9-]{0,60})\ ",
        b"uploader-7d4b9c6f5-x2x7k app part 3 failed",
    ),
    prefix(
        "docker-compose",
        _COLOUR + rb"(?P<source>" + _NO_LEVEL + rb"[A-Za-z][\w.-]{0,80})\ *\|" + _COLOUR + rb"(?:\ |$)",
        b"uploader-1  | part 3 failed",
    ),
    prefix("pm2", rb"(?P<source>\d{1,4}\|[\w.@/-]{1,60})\ *\|\ ?", b"0|uploader  | part 3 failed"),
    prefix(
        "syslog",
        rb"(?:<\d{1,3}>)?(?P<time>[A-Z][a-z]{2}\ [\ \d]\d\ \d\d:\d\d:\d\d)(?:\.\d{1,9})?"
        rb"\ (?P<source>[\w.:-]{1,100}\ [\w./@-]{1,60}(?:\[\d+\])?):\ ?",
        b"Nov 22 10:00:00 host-1 uploader[4711]: part 3 failed",
        b"<11>Nov  2 10:00:00 host-1 uploader: part 3 failed",
    ),
    prefix(
        "syslog-iso",
        rb"(?P<time>" + _ISO + rb"(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d))"
        rb"\ (?P<source>[\w.:-]{1,100}\ [\w./@-]{1,60}\[\d+\]):\ ?",
        b"2026-11-22T10:00:00+0000 host-1 uploader[4711]: part 3 failed",
    ),
    prefix(
        "syslog-5424",
        rb"<\d{1,3}>1\ (?P<time>\S{1,40})\ (?P<source>\S{1,255}\ \S{1,48}\ \S{1,128})\ \S{1,32}"
        rb"\ (?:-|(?:\[[^\]\n]{1,2000}\])+)\ ?(?:\xef\xbb\xbf)?",
        b"<11>1 2026-11-22T10:00:00.123Z host-1 uploader 4711 - - part 3 failed",
    ),
    prefix(
        "heroku",
        rb"(?P<time>" + _ISO + rb"(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))\ (?P<source>[a-z]{1,20}\[[\w.-]{1,60}\]):\ ",
        b"2026-11-22T10:00:00.123456+00:00 app[web.1]: part 3 failed",
    ),
    prefix(
        "logcat",
        rb"(?P<time>(?:\d{4}-)?\d\d-\d\d\ \d\d:\d\d:\d\d\.\d{3,6})"
        rb"\ +(?P<source>(?:\d+\ +)?\d+\ +\d+\ [VDIWEFA]\ [^:\n]{1,80}?)\ *:\ ?",
        b"11-22 10:00:00.123  4711  4740 E Uploader: part 3 failed",
    ),
    prefix(
        "logcat-brief",
        rb"(?P<source>[VDIWEFA]/(?:[^(\n]{1,80}\(\ *\d{1,7}\)|[^(:\s]{1,80})):\ ?",
        b"E/Uploader( 4711): part 3 failed",
        b"E/Uploader: part 3 failed",
    ),
    prefix(
        "aws-logs-tail",
        rb"(?P<time>" + _ISO + rb"\.\d{6}\+00:00)\ (?P<source>\S{0,200}/\S{1,200})\ ",
        b"2026-11-22T10:00:00.123000+00:00 ecs/uploader/0f1e2d3c part 3 failed",
    ),
    prefix(
        "github-actions",
        rb"(?:\xef\xbb\xbf)?(?P<source>(?:[^\t\n]{1,200}\t[^\t\n]{1,200}\t)?)"
        rb"(?P<time>" + _ISO + rb"\.(?:\d{9}|\d{7})Z)(?:\ |$)(?!std(?:out|err)\ [FP]\b)",
        b"2026-11-22T10:00:00.1234567Z part 3 failed",
        b"build\tupload\t2026-11-22T10:00:00.1234567Z part 3 failed",
    ),
    prefix("process", rb"(?P<source>[A-Za-z][\w.-]{0,60}\[\d{1,7}\]):\ ", b"uploader[4711]: part 3 failed"),
)  # fmt: skip
SURE = 0.8  # of the lines


def detect(lines: list[bytes], collectors: Iterable[Collector] = COLLECTORS) -> Collector | None:
    """The collector of a log that begins with these lines; None when no collector wrote it."""
    lines = lines[:200]
    for collector in collectors:
        if lines and collector.read(lines[0]) is None and collector.read(lines[-1]) is None:
            continue
        if lines and sum(collector.read(line) is not None for line in lines) >= SURE * len(lines):
            return collector
    return None


# What `kubectl logs --timestamps`, `docker compose logs -t` and `pm2 --time` add in front of every line. The first two
# write nanoseconds, less the zeros at their end, which hardly any program does by itself.
_STAMP = re.compile(rb"(?P<stamp>" + _ISO + rb"(?:\.\d{1,9}(?:Z|[+-]\d\d:\d\d)|(?=:))):?(?: |$)")
_SURELY_STAMPED = re.compile(_ISO + rb"(?:\.\d{8,9}[Z+-]|: )")


def stamped(lines: list[Line]) -> bool:
    """Whether each line also begins with a time that the collector wrote, and not its process."""
    texts = [line.text for line in lines[:200] if not read_stamp(line.stamp)]
    return (
        bool(texts)
        and all(map(_STAMP.match, texts))
        and sum(map(bool, map(_SURELY_STAMPED.match, texts))) >= (SURE * len(texts))
    )


def unstamped(line: Line) -> Line:
    """The line without the time that its collector wrote."""
    stamp = _STAMP.match(line.text)
    return line if stamp is None else line._replace(stamp=stamp["stamp"], text=line.text[stamp.end() :])
