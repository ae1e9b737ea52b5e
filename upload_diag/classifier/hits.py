"""The traces that rules leave in a payload, and the one order in which they count."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from upload_diag.codes import ErrorCode

__all__ = ["SESSION_EXPIRED", "UNKNOWN", "Hit", "Path", "rank", "render"]

# A member takes ten times as long to look up in its enum as by a name of its own, and these are asked for per rule.
SESSION_EXPIRED, UNKNOWN = ErrorCode.SESSION_EXPIRED, ErrorCode.UNKNOWN

# How telling a trace is, 0 to 100. A row of `rules/phrases` brings its own figure, 70 unless it says otherwise.
CODE_FIELD = 95  # a service's code where a code belongs: XML `Code`, JSON `code`
FLAG = 88  # an envelope's own verdict: isSessionExpired
NAME_FIELD = 85  # the class or name of an exception
TEXT_CODE = 76  # a service's code in running text, set off as one: `NoSuchUpload:`, `(NoSuchUpload)`
LOOSE_CODE = 72  # a service's code anywhere in running text
TEXT_TOKEN = 62  # any other known token in running text
SURE_STATUS = 36  # an error that a server surely answered: "status code: 413"
WEAK_TOKEN = 35  # a token that often wraps a better reason
BARE_STATUS = 30
DOUBTFUL_STATUS = 25  # a number that may be a status: "[403]"
NO_ANSWER = 15  # status 0
FAILURE = 10  # it only says that something failed
CONSEQUENCE = 60  # subtracted: an abort that fails afterwards is no cause

Path = tuple[Any, str | int] | None
"""(path of the parent, key); rendered only when it becomes evidence."""


class Hit(NamedTuple):
    """The trace of one rule."""

    strength: int
    depth: int
    rule: str
    code: ErrorCode
    path: Path
    value: str
    refines: tuple[ErrorCode, ...] = ()
    service_code: str | None = None


def rank(hit: Hit, own: frozenset[str] = frozenset()) -> tuple[int, bool, int, str]:
    """The judgement, all of it.

    The more telling first, then the user's own rule, then the deeper (a cause beats its wrapper), then by name.
    """
    return (-hit.strength, hit.rule not in own, -hit.depth, hit.rule)


_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,60}\Z")


def render(path: Path) -> str:
    """The path as JSONPath: `$.error.errors[0]['x-amz-id-2']`. It may hold a secret: a key can be anything."""
    text = ""
    while path is not None:
        path, key = path
        text = _step(key) + text
    return "$" + text


@lru_cache(maxsize=1_024)  # an envelope's keys come again and again
def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if _PLAIN_KEY.match(key):
        return "." + key
    quoted = key[:80].replace("\\", "\\\\").replace("'", "\\'")
    return f"['{quoted}']"
