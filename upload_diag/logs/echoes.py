"""Lines that say again what the line above them says: of one failure, which counts once."""

import re
from collections.abc import Iterator
from itertools import chain

__all__ = ["DETAILS", "NET", "PAGE_FRAME", "is_echo", "is_of_page", "may_be_echo", "may_be_echoed", "may_be_of_page"]

# The client says that its session is dead, and prints the details with a second call: one failure.
_ANNOUNCED, DETAILS = b"getting fresh session", b"ession expiration details"
# So does a browser: why it blocks, that the request failed, that the resource was not loaded.
NET = b"net::ERR_"
_NET_ERROR = re.compile(NET + rb"[A-Z_]+")
_CORS, _FAILED, _NOT_LOADED = b"blocked by CORS policy", b"net::ERR_FAILED", b"Failed to load resource"
# Safari says it in three lines, too, in whichever order.
_CONTROL = b"ontrol"
# botocore's debug log tells of one answer what its connections say, then its headers, then its body.
_POOL, _PARSERS = b"connectionpool", b"botocore.parsers"
# What all of these sayings that are several words have between their first and their last word.
_WITHIN_ECHOES = (
    *(b" fresh ", b" expiration ", b" by CORS ", b" allowed by ", b" to access control ", b" is not successful"),
    *(_POOL, _PARSERS),
)
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
_PAGE = re.compile(rb"Network ?Error\b|Failed to fetch|Load failed|\b[Ss]tatus(?: code)?:? (?P<status>[45]\d\d)\b")


def may_be_echo(buffer: bytes | bytearray, start: int, end: int) -> bool:
    """Whether there is any of what `is_echo` looks for."""
    return (
        buffer.find(NET, start, end) >= 0
        or buffer.find(_CONTROL, start, end) >= 0
        or buffer.find(DETAILS, start, end) >= 0
        or buffer.find(_PREFLIGHT, start, end) >= 0
        or buffer.find(_PARSERS, start, end) >= 0
    )


def may_be_echoed(text: bytes) -> bool:
    """Whether the text might be an echo, or be followed by one: also with other words where it holds ids and numbers.

    These hold no blanks, so that of a saying of several words they hold the first or the last.
    """
    return NET in text or any(words in text for words in _WITHIN_ECHOES)


def is_echo(line: bytes, above: bytes) -> bool:
    """Whether the line only says more of the failure that the line above it tells."""
    if not may_be_echo(line, 0, len(line)):
        return False
    if _PARSERS in line:
        return _POOL in above or _PARSERS in above
    if DETAILS in line:
        return _ANNOUNCED in above
    refused = _NET_ERROR.search(line)
    if refused is not None:
        return (_NOT_LOADED in line and refused[0] in above) or (refused[0] == _FAILED and _CORS in above)
    said, said_above = _SAFARI.search(line), _SAFARI.search(above)
    return said is not None and said_above is not None and (_NOT_LOADED in line or said[0] != said_above[0])


def may_be_of_page(buffer: bytes | bytearray, start: int, end: int) -> bool:
    """Whether a browser might say there what `is_of_page` looks for, if no function of a page does."""
    return buffer.find(_URL, start, end) >= 0 or buffer.find(_NOT_LOADED, start, end) >= 0


def is_of_page(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether a web page says in its own words what the browser has just said of its request."""
    if not (may_be_of_page(previous, 0, len(previous)) or PAGE_FRAME.match(previous)):
        return False
    if PAGE_FRAME.match(line):
        return True
    said = _PAGE.search(line)
    if said is None or _BROWSER.search(line):
        return False
    told = _BROWSER.search(next((one for one in chain((previous,), above) if not PAGE_FRAME.match(one)), b""))
    return told is not None and said["status"] == (told["answered"] or told["status"])
