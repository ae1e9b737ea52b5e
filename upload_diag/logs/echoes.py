"""Lines that say again what the line above them says: of one failure, which counts once."""

import re
from collections.abc import Iterator
from itertools import chain

__all__ = [
    "ALIKE",
    "DETAILS",
    "NET",
    "PAGE_FRAME",
    "is_echo",
    "is_of_page",
    "may_be_echo",
    "may_be_echoed",
    "may_be_of_page",
    "says_again",
]

Buffer = bytes | bytearray

# The client says that its session is dead, and prints the details with a second call: one failure.
_ANNOUNCED, DETAILS = b"getting fresh session", b"ession expiration details"
# So does a browser: why it blocks, that the request failed, that the resource was not loaded.
NET = b"net::ERR_"
_NET_ERROR = re.compile(NET + rb"[A-Z_]+")
_CORS, _FAILED, _NOT_LOADED = b"blocked by CORS policy", b"net::ERR_FAILED", b"Failed to load resource"
# Safari says it in three lines, too, in whichever order.
_CONTROL = b"ontrol"
# botocore's debug log tells of one answer what its connections say, then its headers, then its body, who looks at it,
# and what is raised of it.
_BOTOCORE, _TRANSFER = b"botocore.", b"s3transfer."
_POOL = b".connectionpool"
_STEP = rb"botocore\.(?:parsers|hooks\b.*(?:before-parse|needs-retry)|retr\w+\b.*No retry needed)"
_BOTOCORE_STEP = re.compile(_STEP + rb"|s3transfer\.(?:tasks|futures)\b.*Exception raised")
_BOTOCORE_ABOVE = re.compile(_STEP + b"|" + re.escape(_POOL) + rb"|b['\"]")
# Its loggers' names: in what is thrown, as `botocore.exceptions.ClientError`, and below it in frames, are none of them.
_STEP_LOGGERS = (b"botocore.parsers", b"botocore.hooks", b"botocore.retr")
# AWS's SDK for C++ says what it read in an answer, and then the answer.
_MARSHALLER, _ANSWER = b"AWSErrorMarshaller", b"AWSXmlClient"
# wget says how it was answered, and then that this is an error: `2026-11-22 10:00:00 ERROR 404: Not Found.`
_AWAITED, _WGET, _WGET_COLON, _COLON = b"awaiting response... ", b" ERROR ", 29, b": "
# What all of these sayings that are several words have between their first and their last word.
_WITHIN_ECHOES = (
    *(b" fresh ", b" expiration ", b" by CORS ", b" allowed by ", b" to access control ", b" is not successful"),
    *(_POOL, *_STEP_LOGGERS, _TRANSFER, _MARSHALLER, _ANSWER),
)
# The layers of a program tell of one failure one after the other: in the same second, each in other words, and what was
# thrown behind them. Of a failure that names its request, the second does not matter.
ALIKE = 40  # bytes at the end of two lines that are the same
_LONGEST = 4096  # bytes of a line that is looked at
_DIGITS = b"0123456789"  # all that differs in most lines of one statement
_THROWN = re.compile(
    rb"(?:[A-Za-z_$][\w$]*[.:]{1,2}){0,10}(?:[A-Z]\w*)?(?:Error|Exception|Failure)\b[^:\n]{0,80}: "
    rb"|(?<=: )[A-Z][a-z]+ [a-z]+ |\bNoSuch[A-Z]\w+|\bAn? (?:client )?error (?:\(\w+\) )?occurred"
    rb"|\b(?:api|operation) error |\b[Ff]ailed to "
)
_CLOCK = re.compile(rb"\d\d:\d\d:\d\d")
_CLOCK_WITHIN = 80  # bytes from the line's beginning
_REQUEST_ID = re.compile(rb"(?i)request.?id\b")
_LEVEL = re.compile(rb"(?i)debug|info|notice|warn(?:ing)?|error|severe|fatal|critical")
# A word with two digits or more names an upload, a video, a request; with one, it may be a logger's: `s3`.
_NAME = re.compile(rb"(?<![\w.~/-])(?=[\w.~/-]*\d[\w.~/-]*\d)(?=[\w.~/-]*[A-Za-z]|\d{6})[\w.~/-]{3,}")
_PLAIN_WORD = re.compile(rb"(?<![^\s\[(\"'])[A-Za-z]{2,}(?![^\s:,\])\"'])")

_SAFARI = re.compile(
    rb"not allowed by Access-Control-Allow-Origin|due to access control checks|Preflight response is not successful"
)
_PREFLIGHT = b"reflight"
# Below what a browser says of a request stand the functions that made it, and then what the page says of it.
_BROWSER = re.compile(
    NET + b"|" + _CORS + rb"|Cross-Origin Request Blocked|" + _SAFARI.pattern + rb"|"
    rb"\b(?:DELETE|GET|HEAD|PATCH|POST|PUT) https?://\S+ (?P<answered>[45]\d\d)\b"
    rb"|the server responded with a status of (?P<status>[45]\d\d)\b"
)
PAGE_FRAME = re.compile(rb"(?:\S{1,200}+ @ \S{1,500}:\d+|Promise\.\w{1,20}|await in \S+|Show \d+ more frames?)\s*$")
_URL = b"http"
_NO_FETCH, _NO_NETWORK = b"Failed to fetch", b"etwork Error"
_PAGE = re.compile(rb"Network ?Error\b|Failed to fetch|Load failed|\b[Ss]tatus(?: code)?:? (?P<status>[45]\d\d)\b")


def may_be_echo(buffer: Buffer, start: int, end: int) -> bool:
    """Whether there is any of what `is_echo` looks for."""
    return (
        buffer.find(NET, start, end) >= 0
        or buffer.find(_CONTROL, start, end) >= 0
        or buffer.find(DETAILS, start, end) >= 0
        or buffer.find(_PREFLIGHT, start, end) >= 0
        or buffer.find(_BOTOCORE, start, end) >= 0
        or buffer.find(_TRANSFER, start, end) >= 0
        or buffer.find(_ANSWER, start, end) >= 0
        or buffer.startswith(_COLON, start + _WGET_COLON)
        or buffer.find(_NO_FETCH, start, end) >= 0
        or buffer.find(_NO_NETWORK, start, end) >= 0
    )


def says_again(buffer: Buffer, start: int, end: int) -> bool:
    """Whether a line says in other words than the line above it that the same was thrown."""
    if not (
        start > ALIKE < end - start <= _LONGEST and buffer[end - ALIKE : end] == buffer[start - 1 - ALIKE : start - 1]
    ):
        return False
    begin = buffer.rfind(b"\n", 0, start - 1) + 1
    line, above = bytes(buffer[start:end]), bytes(buffer[begin : start - 1])
    if len(above) > _LONGEST or line.translate(None, _DIGITS) == above.translate(None, _DIGITS):
        return False
    thrown = next((at for at in (one.start() for one in _THROWN.finditer(line)) if above.endswith(line[at:])), end)
    if end - start - thrown < ALIKE:
        return False
    if not (_same_second(line, above) or _REQUEST_ID.search(line, thrown)):
        return False
    said, said_above = line[:thrown], above[: thrown - len(line)]
    names, names_above = _names(said), _names(said_above)
    if not (names <= names_above or names > names_above):  # it is another upload's
        return False
    words, words_above = _plain_words(said), _plain_words(said_above)
    return words != words_above and 2 * len(words & words_above) <= len(words | words_above)


def _same_second(line: bytes, above: bytes) -> bool:
    clock, clock_above = (_CLOCK.search(one, 0, _CLOCK_WITHIN) for one in (line, above))
    return clock is not None and clock_above is not None and clock[0] == clock_above[0]


def _names(text: bytes) -> set[bytes]:
    """What a statement names, behind its time."""
    clock = _CLOCK.search(text, 0, _CLOCK_WITHIN)
    return set(_NAME.findall(text, clock.end() if clock else 0))


def _plain_words(text: bytes) -> set[bytes]:
    """The words of a statement that are no names, numbers, or levels."""
    return {word.lower() for word in _PLAIN_WORD.findall(text) if not _LEVEL.fullmatch(word)}


def may_be_echoed(text: bytes) -> bool:
    """Whether the text might be an echo, or be followed by one: also with other words where it holds ids and numbers.

    These hold no blanks, so that of a saying of several words they hold the first or the last.
    """
    return NET in text or any(words in text for words in _WITHIN_ECHOES)


def is_echo(line: bytes, above: bytes) -> bool:
    """Whether the line only says more of the failure that the line above it tells."""
    if not may_be_echo(line, 0, len(line)):
        return False
    if _BOTOCORE_STEP.search(line):
        return _BOTOCORE_ABOVE.search(above) is not None
    if _ANSWER in line:
        return _MARSHALLER in above
    if line.startswith(_COLON, _WGET_COLON) and line[_WGET_COLON - 10 : _WGET_COLON - 3] == _WGET:
        return _AWAITED in above
    if DETAILS in line:
        return _ANNOUNCED in above
    if _same_second(line, above) and _is_of_request(line, above):
        return True
    refused = _NET_ERROR.search(line)
    if refused is not None:
        return (_NOT_LOADED in line and refused[0] in above) or (refused[0] == _FAILED and _CORS in above)
    said, said_above = _SAFARI.search(line), _SAFARI.search(above)
    return said is not None and said_above is not None and (_NOT_LOADED in line or said[0] != said_above[0])


def may_be_of_page(buffer: Buffer, start: int, end: int) -> bool:
    """Whether a browser might say there what `is_of_page` looks for, if no function of a page does."""
    return buffer.find(_URL, start, end) >= 0 or buffer.find(_NOT_LOADED, start, end) >= 0


def is_of_page(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether a web page says in its own words what the browser has just said of its request."""
    if not (may_be_of_page(previous, 0, len(previous)) or PAGE_FRAME.match(previous)):
        return False
    if PAGE_FRAME.match(line):
        return True
    return _is_of_request(line, next((one for one in chain((previous,), above) if not PAGE_FRAME.match(one)), b""))


def _is_of_request(line: bytes, above: bytes) -> bool:
    """Whether the line says in words of its own how the request failed of which the browser speaks above."""
    said = _PAGE.search(line)
    if said is None or _BROWSER.search(line):
        return False
    told = _BROWSER.search(above)
    return told is not None and said["status"] == (told["answered"] or told["status"])
