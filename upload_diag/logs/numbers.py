"""Which numbers of a text may be an HTTP status or an error's number; all others count, and only make texts differ.

The classifier reads a status by the words around it. The rows here are rather more than those: a number that is kept
for nothing costs time, one that is left out would give a failure the verdict of another.
"""

import re
from collections.abc import Iterator, Sequence

__all__ = ["LONE", "counts", "names", "only_counting"]

LONE = re.compile(rb"\d+[,;.)\]}]{0,3}$")
"""A word that is a number, and no bracket or quote begins with it."""

_METHODS = rb"(?:GET|PUT|POST|DELETE|HEAD|PATCH)"
_TELLING = (  # behind such a word, in the same word or the next
    rb"(?i:status|cod[ei]|c\xc3\xb3d|err|exception|http|result|resp|return|unacceptable|repl|answer|attempts|gave"
    rb"|gets?\b|got|with|fail|success|some\(|of\W|permanently|received|retries|sa(?:id|ys)\b|unauthor|exit|curl"
    rb"|request\($|\xe5\x9b\x9e)"
)
_TELLS = re.compile(_TELLING)
_MAY_TELL = re.compile(rb"(?x:.*" + _TELLING + rb"[A-Za-z]*+\W*+$|.*[\"\])>]$|[^\w#]*+(?:(?i:an?|s3|int)\W*+)?$)")
_TOLD_BEHIND = re.compile(  # and before such a word
    rb"<|\([A-Z]|[^A-Za-z0-9,;{}\[\]]*+(?:[A-Z][a-z]+[A-Z]|"
    + _METHODS
    + rb"""\b
       |(?i:access|bad|bandwidth|client|conflict|connection|content|err|error|expectation|file|forbidden|gateway|gone|http
          |insufficient|internal|length|locked|method|moved|no|not|ok|origin|payload|precondition|proxy|range|request
          |requested|response|server|service|slow|slowdown|status|temporary|the|too|unauthori[sz]ed|unknown
          |unprocessable|unsupported|upload|web)\b)""",
    re.VERBOSE,
)
_DASHES = (b"-", b":", "\N{EN DASH}".encode())
_METHOD = re.compile(rb"\W*" + _METHODS + b"$")  # `GET /path 404`
_REQUEST = re.compile(rb'"' + _METHODS + b"$")  # `404 187 "GET /path`, as proxies and load balancers write it
# What stands before a number in the same word: `part.go:353`, `clip-391`, `"part":363`; and no hexadecimal digits.
_NAME_BEFORE = re.compile(rb"[A-Za-z]*[g-zG-Z][A-Za-z]*[^\sA-Za-z0-9]{0,3}[:=(/.-]$")
# What stands before the digits of a name: `user_391`, `clip391`. Names of errors and of methods are none.
_OF_A_NAME = re.compile(rb"(?<![A-Za-z0-9_])(?!aadsts|pgrst)[a-z_]{3,}$")
_NEAR = 40  # bytes of a word that are looked at


def only_counting(words: Sequence[bytes], line: Sequence[bytes], places: Sequence[int]) -> Iterator[int]:
    """Those of the places, at which `LONE` numbers stand, where any number would be no status.

    `words` are those of the line without what varies, which therefore does not count. No place is the first.
    """
    request = max((at for at, word in enumerate(line) if _REQUEST.match(word)), default=0)
    for place in places:
        before, further = words[place - 1], words[place - 2] if place > 1 else b""
        behind = words[place + 1] if place + 1 < len(words) else b""
        if place > request and not (
            _MAY_TELL.match((further if before == b"of" else before)[-_NEAR:])
            or _TOLD_BEHIND.match(behind[:_NEAR])
            or behind in _DASHES
            or _METHOD.match(further)
        ):
            yield place


def counts(text: bytes, start: int, end: int) -> bool:
    """Whether a number within a word is no status, by what stands before and behind it in this word."""
    name = _NAME_BEFORE.search(text, max(0, start - _NEAR), start)
    if name is None or (name.group().endswith(b"(") and end == len(text)):
        return False
    return not (_TELLS.search(name.group()) or _TOLD_BEHIND.match(text, end))


def names(text: bytes, start: int) -> bool:
    """Whether the digits that end a word of lower-case letters only tell names apart, by what stands before them."""
    near = max(0, start - _NEAR)
    return _OF_A_NAME.search(text, near, start) is not None and not _TELLS.search(text, near, start)
