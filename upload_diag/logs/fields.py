"""What a line names: ids, part numbers, the time; and the line without them, so that like lines can be told alike."""

import re
from calendar import timegm
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

__all__ = ["NO_IDS", "Ids", "find_time", "id_kind", "part_number", "read_line", "read_time"]


@dataclass(frozen=True, slots=True)
class Ids:
    """The names that tie a record to its upload; empty where the record does not say."""

    upload: bytes = b""
    video: bytes = b""
    bucket: bytes = b""
    key: bytes = b""
    request: bytes = b""
    part: int = 0

    def __or__(self, other: "Ids") -> "Ids":
        """These names, and the other's where these are silent."""
        if self is NO_IDS or other is NO_IDS:
            return other if self is NO_IDS else self
        return Ids(
            self.upload or other.upload,
            self.video or other.video,
            self.bucket or other.bucket,
            self.key or other.key,
            self.request or other.request,
            self.part or other.part,
        )


NO_IDS = Ids()

# The name of a field, without separators and in lower case -> the attribute of `Ids` that it fills; None: an id that
# only makes records differ. A field that is not listed here is read as text.
_KINDS: dict[str, str | None] = {
    "uploadid": "upload",
    "awss3uploadid": "upload",
    "multipartuploadid": "upload",
    "videoid": "video",
    "bucket": "bucket",
    "bucketname": "bucket",
    "awss3bucket": "bucket",
    "key": "key",
    "objectkey": "key",
    "objectname": "key",
    "awss3key": "key",
    "requestid": "request",
    "awsrequestid": "request",
    "xamzrequestid": "request",
    "partnumber": "part",
    "awss3partnumber": "part",
    **dict.fromkeys(
        """
        hostid xamzid2 extendedrequestid s3extendedrequestid cfid traceid spanid traceparent correlationid eventid
        time timestamp ts date datetime asctime eventtime starteddatetime occurredat createdat updatedat expiresat
        userid user username sessionid clientip ip remoteip remoteaddr sourceipaddress pid tid thread threadname
        hostname host pod containerid instanceid etag filename filesize filepath size bytes contentlength duration
        durationms elapsed elapsedms latency latencyms loaded total chunksize offset port seq id uuid
        attempt attempts retrycount totalretrydelay
        """.split()
    ),
}
_SEPARATORS = str.maketrans("", "", "-_.@ $")


@lru_cache(maxsize=4096)
def id_kind(name: str) -> tuple[bool, str | None]:
    """Whether a field of this name only identifies, and the attribute of `Ids` that it fills, if any."""
    folded = name.translate(_SEPARATORS).lower()
    return folded in _KINDS, _KINDS.get(folded)


def part_number(value: bytes) -> int:
    """The part number that the digits say, 0 when it is none that S3 allows."""
    number = int(value) if value.isdigit() and len(value) <= 5 else 0
    return number if number <= 10_000 else 0


# In running text, a word holds a named value (`uploadId=…`, `"Key":"…"`, `<UploadId>…`), or it is a name that waits for
# the next word (`UploadId:`), or it only varies. What varies without meaning is erased: values of fields that identify,
# times, long words full of digits, and numbers that can be neither a status nor an error number.
_NAME = rb"""(?i:(?:upload|video|x-amz-request|request|host|extended-?request|trace|x-amz)[-_]?id(?:-2)?
                |bucket(?:[-_]?name)?|(?:object[-_]?)?key|part[-_]?number|object[-_]?name|etag)"""
_QUOTE = rb"""(?:&quot;|[\\"'`])*"""
_NAMED = re.compile(
    rb"(?<![A-Za-z])(?P<name>"
    + _NAME
    + rb")"
    + _QUOTE
    + rb"(?:[:=>]|%3D)"
    + _QUOTE
    + rb"""(?P<value>(?:(?!&quot;)[^\s"'`<>&,;(){}\[\]\\]){1,1024})""",
    re.VERBOSE,
)
_WAITING = re.compile(rb"[^A-Za-z]{0,8}(?P<name>" + _NAME + rb")" + _QUOTE + rb"[:=]" + _QUOTE + rb"$", re.VERBOSE)
_VARYING = re.compile(rb"[A-Za-z0-9_+./~%-]{16,}=*|(?<![A-Za-z_\d])\d+")
_CLOCK = re.compile(rb"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d(?:[T_]\d\d:\d\d:\d\d)?|\d\d:\d\d:\d\d)[\d.,Z:+\])-]*$")
_GATE = re.compile(rb"[iI][dD]|[kK]ey|[pP]art|[bB]ucket|[eE][tT]ag|[nN]ame")
_ID_WORD = {b"id:", b"ID:", b"Id:"}
_EDGES = b"""\"'`,;()[]{}<>"""
_DIGITS = b"0123456789"
_NOT_IDS = {b"null", b"undefined", b"none", b"nil", b"true", b"false", b"nan", b"-", b"n/a", b"[object]"}
_TWO_WORDS = {b"upload", b"request", b"host", b"video"}  # "upload id: x"
_FIXED_WIDTH = {3, 5}  # HTTP statuses and errno values; the numeric codes of R2 and WinSock

# Words repeat: what a word is needs to be found out once. Emptied when full.
_WORDS: dict[bytes, tuple[bytes, str | None, Ids]] = {}
_WORDS_LIMIT = 65_536


def read_line(line: bytes) -> tuple[bytes, Ids]:
    """A line of text without what varies, and the ids in it."""
    plain: list[bytes] = []
    ids = NO_IDS
    waiting: str | None = None
    known_word = _WORDS.get
    for word in line.split():
        if waiting is not None:
            ids |= _ids(waiting, word)
            waiting = None
            plain.append(b"#")
            continue
        erased, name, named = known_word(word) or _remember(word)
        plain.append(erased)
        if name is not None:
            waiting = name if name != "id" else _two_words(plain)
        if named is not NO_IDS:
            ids |= named
    return b" ".join(plain), ids


def _remember(word: bytes) -> tuple[bytes, str | None, Ids]:
    if len(_WORDS) >= _WORDS_LIMIT:
        _WORDS.clear()
    known = _WORDS[word] = _read_word(word)
    return known


def _read_word(word: bytes) -> tuple[bytes, str | None, Ids]:
    """The word without what varies, the name that waits for the next word if it is one, and the ids in it."""
    if _CLOCK.match(word):
        return b"#", None, NO_IDS
    found = NO_IDS
    if _GATE.search(word):
        waits = _WAITING.match(word)
        if waits:
            return word, id_kind(waits["name"].decode())[1] or "other", NO_IDS
        if word in _ID_WORD:
            return word, "id", NO_IDS
        word, found = _read_named(word)
    if len(word.translate(None, _DIGITS)) == len(word):
        return word, None, found
    return _VARYING.sub(_erased, word), None, found


def _read_named(word: bytes) -> tuple[bytes, Ids]:
    """A word that may hold named values (a query string, JSON without blanks): their values erased and read."""
    found = NO_IDS

    def erase(match: re.Match[bytes]) -> bytes:
        nonlocal found
        name, value = match.groups()
        found |= _ids(id_kind(name.decode())[1], value)
        return name + b"=#"

    return _NAMED.sub(erase, word), found


def _two_words(plain: list[bytes]) -> str | None:
    """The name that the last two words make, when it is one: "upload", "id:"."""
    first = plain[-2].lower() if len(plain) > 1 else b""
    return id_kind(f"{first.decode()}id")[1] or "other" if first in _TWO_WORDS else None


def _ids(kind: str | None, value: bytes) -> Ids:
    """The value as an id, unless it is a placeholder or the field does not matter."""
    value = value.strip(_EDGES)
    if kind is None or kind == "other" or not value or value.lower() in _NOT_IDS:
        return NO_IDS
    if kind == "part":
        return Ids(part=part_number(value))
    if b"%" in value:
        value = unquote_to_bytes(value)
    if kind == "upload":
        value = value.rstrip(b".:")
        if len(value) < 6:
            return NO_IDS
    return _ONE[kind](value)


_ONE: dict[str, Callable[[bytes], Ids]] = {
    "upload": lambda value: Ids(upload=value),
    "video": lambda value: Ids(video=value),
    "bucket": lambda value: Ids(bucket=value),
    "key": lambda value: Ids(key=value),
    "request": lambda value: Ids(request=value),
}


def _erased(match: re.Match[bytes]) -> bytes:
    token = match.group()
    if token.isdigit():
        return token if len(token) in _FIXED_WIDTH else b"#"
    return b"#" if len(token) - len(token.translate(None, _DIGITS)) >= 4 else token


_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_TIME = re.compile(
    rb"""(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)[T\ _](?P<clock>\d\d:\d\d:\d\d)
         (?:[.,](?P<fraction>\d{1,9}))?\ ?(?P<zone>Z|[+-]\d\d:?\d\d)?
       | (?P<cday>\d\d)/(?P<cmonth>[A-Z][a-z]{2})/(?P<cyear>\d{4}):(?P<cclock>\d\d:\d\d:\d\d)\ (?P<czone>[+-]\d{4})""",
    re.VERBOSE,
)
_EPOCH = re.compile(rb"(?<![\d.])(1\d{9})(?:(\d{3})|\.(\d{1,9}))?(?!\d)")


def find_time(text: bytes) -> int:
    """The first time in the text, in milliseconds since 1970 in UTC; 0 when there is none. No zone means UTC."""
    match = _TIME.search(text)
    return _milliseconds(match) if match else 0


def read_time(value: bytes) -> int:
    """A value that is a time and nothing else: ISO 8601, CLF, or seconds or milliseconds since 1970. 0 if it is not."""
    match = _TIME.match(value)
    if match:
        return _milliseconds(match)
    epoch = _EPOCH.match(value)
    if epoch is None:
        return 0
    seconds, thousandths, fraction = epoch.groups()
    return int(seconds) * 1000 + int(thousandths or (fraction or b"").ljust(3, b"0")[:3])


def _milliseconds(match: re.Match[bytes]) -> int:
    year, month, day, clock, fraction, zone, cday, cmonth, cyear, cclock, czone = match.groups()
    if cyear is None:
        seconds = _seconds(int(year), int(month), int(day), clock)
    else:
        seconds, zone = _seconds(int(cyear), _MONTHS.get(cmonth, 0), int(cday), cclock), czone
    if not seconds:
        return 0
    milliseconds = int(fraction.ljust(3, b"0")[:3]) if fraction else 0
    return (seconds - _zone(zone)) * 1000 + milliseconds


@lru_cache(maxsize=4096)
def _seconds(year: int, month: int, day: int, clock: bytes) -> int:
    hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:8])
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return 0
    return timegm((year, month, day, hour, minute, second))


@lru_cache(maxsize=256)
def _zone(zone: bytes | None) -> int:
    if not zone or zone == b"Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[:1] == b"-" else seconds
