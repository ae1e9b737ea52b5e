"""Running text made comparable: unescaped, without line prefixes, wrapped lines joined, white space folded."""

import html
import re
from itertools import filterfalse, islice

__all__ = ["MAX_TEXT", "clean", "flatten", "unescape", "utf8"]

MAX_TEXT = 65_536
"""Characters of one text that are looked at; of a longer text the two ends, for the reason stands in one of them."""

MAX_UNESCAPE = 4
"""How many times a text is unescaped: JSON in a string in JSON in a log line is three."""

# A run of backslashes is entered at its start and left as a whole: a million of them cost one look each.
_ESCAPES = re.compile(r"\\(?<!\\\\)\\*+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(r(?=\\++n)|[nt\"'/<>]))")
_BUFFER = re.compile(r"<Buffer ((?:[0-9a-f]{2} ?){8,})")  # bytes as Node prints them
_BYTES = re.compile(r"\\x[c-fC-F][0-9a-fA-F](?:\\x[89a-fA-F][0-9a-fA-F])+")  # as Python prints them
_PLUSES = re.compile(r"(?<![\w+/])[A-Za-z']{1,40}(?:\+[a-z]{1,40}){3,60}(?![\w+/=])")  # a sentence in a query
_MANY_PLUSES = re.compile(r"\+[a-z]{1,40}\+[a-z]{1,40}\+[a-z]")
_CONTROL = {"n": "\n", "r": "\n", "t": "\t"}
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")

# What collectors, shells and CI put before each line: docker-compose, containerd, journald and syslog, heroku, logcat,
# pm2, CI gutters, markdown quotes, pytest.
_PREFIX = re.compile(
    r"""^(?:
      (?:\d{1,6}\|)?[\w.-]{1,40}+\s{0,12}+\|\s
    | \d{1,6}\s\|\s
    | \d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)\sstd(?:out|err)\s[FP]\s
    | [A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s[\w.-]{1,80}\s[\w.@/-]{1,60}(?:\[\d+\])?:\s
    | \d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)\s[\w.-]{1,40}\[[\w.-]{1,40}\]:\s
    | \[\s{0,12}\]\s(?=[EWID]/)
    | [EWID]/[\w.-]{1,60}(?:\(\s{0,5}\d+\))?:\s
    | \[?\d{4}-\d\d-\d\d[T\s][\d:.]{8,15}\]?\s\|\s
    | >\s | E\s{2,6} | │\s
    )""",
    re.VERBOSE | re.MULTILINE,
)
_NEW_LINE = re.compile(r"\[?(?:\d{4}[-/]\d\d|\d\d[:-]|[A-Z][a-z]{2} \d|[A-Z]{4,8}\b|\{|\s)")
_WIDTHS = range(79, 136)  # of terminals; wider ones are too rare to risk joining lines that were long by chance

_COMMON_WIDTHS = frozenset({80, 120})  # at these, two lines that are full are no chance


def clean(text: str) -> str:
    """The text as its author had it: within the limit, without line prefixes and colours, wrapped lines joined."""
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT // 2] + "\n" + text[-MAX_TEXT // 2 :]
    if "\x00" in text:  # UTF-16 that was read as something else
        text = text.replace("\x00", "")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if "<Buffer " in text:
        text = _BUFFER.sub(lambda match: bytes.fromhex(match[1]).decode("utf-8", "replace"), text)
    if "\n" in text:
        text = _unwrap(_strip_prefixes(text))
        if "?\n" in text:  # a URL broken before its query
            text = text.replace("?\n", "?")
    return text


def unescape(text: str) -> str:
    """The text with backslashes, HTML entities and CSV's doubled quotes undone."""
    if "\\" in text:
        text = utf8(text)
        for _ in range(MAX_UNESCAPE):
            if (plain := _ESCAPES.sub(_unescape, text)) == text:
                break
            text = plain
    if "&" in text:
        for _ in range(MAX_UNESCAPE):
            if not any(entity in text for entity in ("&lt;", "&quot;", "&#", "&amp;lt;", "&amp;quot;", "&amp;#")):
                break
            text = html.unescape(text)
    if "+" in text and _MANY_PLUSES.search(text):
        text = _PLUSES.sub(lambda match: match[0].replace("+", " "), text)
    if '""' in text:
        text = text.replace('""', '"')
    return text


def utf8(text: str) -> str:
    r"""The text with the bytes that Python prints (`\xc3\xa4`) as the letters of UTF-8 that they are."""
    return _BYTES.sub(_decoded, text) if "\\x" in text else text


def _decoded(match: re.Match[str]) -> str:
    """The text that the bytes encode, or the bytes as they were printed."""
    try:
        return bytes.fromhex(match[0].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return match[0]


def _unescape(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        number = int(code, 16)
        return chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"
    return _CONTROL.get(match[3], match[3])


def _strip_prefixes(text: str) -> str:
    """Without the prefix of each line, when most lines carry one."""
    first = [line for line in text[:2_000].split("\n") if line][:4]
    half = (len(first) + 1) // 2
    if len(list(islice(filterfalse(_PREFIX.match, first), half))) == half:
        return text
    return _PREFIX.sub("", text)


def _unwrap(text: str) -> str:
    """With lines joined that a terminal broke at its width, so that ids and words are whole again."""
    lines = text.split("\n")
    width = max(map(len, lines))
    if width not in _WIDTHS:
        return text
    # A bar of progress is as wide as the terminal by itself.
    full = [len(line) >= width - 2 and "====" not in line for line in lines]  # wide characters make a line look shorter
    if sum(full) < 3:
        full = [near and len(line) == width for near, line in zip(full, lines, strict=True)]
        if sum(full) < 2 or width not in _COMMON_WIDTHS:
            return text
    pieces = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else line
        # Of what a tool repeats, lines are as long as one another by chance.
        joined = full[number] and following[:8] != line[:8] and not _NEW_LINE.match(following)
        pieces.append(line if joined else line + "\n")
    return "".join(pieces)


def flatten(text: str) -> str:
    """With every run of white space as one blank."""
    return " ".join(text.split())
