"""Objects as programs print them: JSON that is cut or dirty, JavaScript literals, `util.inspect`, Python reprs.

One scanner reads them all, because a log does not say which it is: single or double quotes, keys with and without
quotes, `True`/`undefined`/`[Object]`, `Error: … {` blocks, trailing commas, missing ends. It never raises, never
recurses, and looks at each character a bounded number of times.
"""

import json
import re
from typing import Any

from upload_diag.shapes.text import utf8

__all__ = ["MAX_DEPTH", "read"]

MAX_DEPTH = 64  # deeper containers are passed over; no known error nests a tenth of it
MAX_TOKENS = 50_000
MAX_ISLANDS = 32

_TOKEN = re.compile(
    r"""
    [^\S\n]*+
    (?:(?P<mark>[{}\[\],:]) | (?P<line>\n)
    # A string without its end runs to the end of the text (of the line, for '): trying again at every later
    # quote would make hostile input quadratic.
    | (?P<text>(?<![\w])[bur]{0,2}"(?:[^"\\]++|\\.)*+"? | (?<![\w\\])[bur]{0,2}'(?:[^'\\\n]++|\\.)*+'?)
    # Words with a blank between them, up to where a string begins.
    | (?P<bare>(?:[^\s{}\[\],:"']|(?<=\w)['"])
        (?:[^\s{}\[\],:"']++|(?<=\w)['"]|\ (?![bur]{0,2}["'])(?=[^\s{}\[\],:"'])|)*+ | ["'])
    | \Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
# Maps of Java and of NSError, structs of Go (%+v), hashes of Ruby with symbols, dumps of PHP: they read better as
# text, for their labels tell what is what.
_TEXTUAL = re.compile(
    r"\{\s?(?::\w{1,60}\s?=>|\[\"\w{1,60}\"[:\]]"
    r"|\w[\w.-]{0,60}(?:=(?![>=])|:\{[^{}\"']{0,200}\} [A-Z]\w{0,60}:|:[^\s\"'{}\[\],:]{1,900} [A-Z]\w{0,60}:))"
)
_SOME = re.compile(r"Some\( ?(?:Domain\( ?)?\"?(.*?)\"? ?\){1,2}\Z", re.DOTALL)  # an Option of Rust, of a host too
_JSON_START = re.compile(r'\{\s*"')
_DECODER = json.JSONDecoder()
_NUMBER = re.compile(r"[-+]?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,3})?\Z")
_WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": None,
    "True": True,
    "False": False,
    "None": None,
    "NaN": None,
}


def _unquote(quoted: str) -> str:
    quoted = quoted.lstrip("bur")
    body = quoted[1:-1] if quoted[-1] == quoted[0] and len(quoted) > 1 else quoted[1:]
    return _ESCAPE.sub(_unescape, utf8(body)) if "\\" in body else body


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        number = int(code, 16)
        return chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"
    return _ESCAPED.get(match[3], match[3])


def _bare(words: list[str]) -> Any:
    text = " ".join(words)
    if text[:5] == "Some(" and (option := _SOME.match(text)):
        text = option[1]
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        return float(text) if "." in text or "e" in text.lower() else int(text)
    return text


class _Builder:
    """The containers that are open, and the entry that is being read."""

    __slots__ = ("glued", "key", "node", "root", "skipped", "stack", "value", "words")

    def __init__(self) -> None:
        self.root: Any = None
        self.node: dict[str, Any] | list[Any] | None = None
        self.stack: list[tuple[dict[str, Any] | list[Any], str | None]] = []
        self.key: str | None = None
        self.words: list[str] = []
        self.value: Any = _NOTHING
        self.skipped = 0
        self.glued = False  # whether the last word goes on: `23:26:09` is one

    def put(self) -> None:
        """End the entry: words become a value, a value goes under its key."""
        if self.value is _NOTHING and self.words:
            self.value = _bare(self.words)
        self.words = []
        if self.value is not _NOTHING and self.node is not None:
            if isinstance(self.node, list):
                self.node.append(self.value)
            elif self.key is not None:
                self.node.setdefault(self.key, self.value)
            elif isinstance(self.value, str) and self.value:
                # `{ [NoSuchKey: …] message: …` and `Err = {error | api error X: …}` hold text without a key
                self.node.setdefault("", self.value)
            elif self.stack and isinstance(self.value, dict):
                # Rust: `source: Error(BodyWrite, Os { code: 104, kind: ConnectionReset })`
                self.node.setdefault(str(len(self.node)), self.value)
        self.key, self.value = None, _NOTHING

    def open(self, mark: str) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.skipped += 1
            return
        child: dict[str, Any] | list[Any] = {} if mark == "{" else []
        if self.words and isinstance(child, dict):  # Rust: `source: ConnectorError { kind: Timeout, … }`
            child[""] = " ".join(self.words)
        if self.node is None:
            self.root = child
        else:
            self.stack.append((self.node, self.key))
        self.node, self.key, self.words, self.value = child, None, [], _NOTHING

    def close(self) -> bool:
        """Close the innermost container; true when that was the outermost."""
        if self.skipped:
            self.skipped -= 1
            return False
        self.put()
        if not self.stack:
            return True
        child = self.node
        self.node, self.key = self.stack.pop()
        self.value = child
        return False

    def bracket(self, mark: str) -> None:
        """An opening bracket."""
        if mark == "[" and self.words:  # `value [extra]`: a bracket inside bare text
            self.words.append(mark)
        else:
            self.open(mark)

    def colon(self) -> None:
        """The end of a key, unless a value has begun: `time: Wed May 04 2016 23:26:09`."""
        if self.key is not None:
            if self.words:
                self.words[-1] += ":"
                self.glued = True
            return
        key = self.value if self.value is not _NOTHING else " ".join(self.words)
        if isinstance(key, (str, int, float)) and key != "":
            self.key, self.value, self.words = str(key)[:200], _NOTHING, []

    def text(self, quoted: str) -> None:
        """A string: the value, or a word of it."""
        if self.words:
            self.words.append(quoted)
        elif self.value is _NOTHING:
            self.value = _unquote(quoted)

    def bare(self, word: str) -> None:
        """A word without quotes, or several."""
        if self.value is not _NOTHING and self.key is None:
            self.put()  # `{ [Error: File too large] code: …`: a comma is missing
        if self.glued and self.words:
            self.words[-1] += word
        elif self.value is _NOTHING:
            self.words.append(word)
        self.glued = False

    def line(self) -> None:
        """A line break ends an entry that has a value: dumps are often without commas."""
        if self.value is not _NOTHING or (self.words and self.key is not None):
            self.put()

    def abandon(self) -> Any:
        """What has been read when the text ends early."""
        while not self.close():
            pass
        return self.root


_NOTHING = object()


def _scan(text: str, start: int, budget: int) -> tuple[Any, int, bool, int]:
    """Read one object that begins at `start`: (value, where it ends, whether it was closed, tokens used)."""
    builder = _Builder()
    used = 0
    for match in _TOKEN.finditer(text, start):
        used += 1
        if used > budget:
            break
        kind = match.lastgroup
        if kind is None:
            break
        piece = match[kind]
        if builder.glued and len(piece) < match.end() - match.start():
            builder.glued = False  # a blank stands before it
        if kind == "mark":
            if piece == ",":
                builder.put()
            elif piece == ":":
                builder.colon()
            elif piece in "{[":
                builder.bracket(piece)
            elif builder.close():
                return builder.root, match.end(), True, used
        elif kind == "text":
            builder.text(piece)
        elif kind == "bare":
            builder.bare(piece)
        else:
            builder.line()
    return builder.abandon(), len(text), False, used


def read(text: str) -> list[tuple[Any, int, int, bool]]:
    """Every object in the text, outermost first: (value, start, end, closed).

    `closed` is false when the text ends before the object does. An object that holds nothing with a key is left out.
    """
    found: list[tuple[Any, int, int, bool]] = []
    at, budget = 0, MAX_TOKENS
    while len(found) < MAX_ISLANDS and budget > 0:
        start = text.find("{", at)
        if start < 0:
            break
        if _TEXTUAL.match(text, start):
            at = start + 1
            continue
        value, end, closed, used = _strict(text, start) or _scan(text, start, budget)
        budget -= used
        if value and (len(value) > 1 or "" not in value):
            found.append((value, start, end, closed))
        at = end
    return found


def _strict(text: str, start: int) -> tuple[Any, int, bool, int] | None:
    """The object at `start` if it is clean JSON, as `_scan` gives it; the standard decoder is ten times as fast."""
    if not _JSON_START.match(text, start):
        return None
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value, end, True, (end - start) // 4
