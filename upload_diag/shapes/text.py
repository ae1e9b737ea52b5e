"""Running text made comparable: unescaped, without line prefixes, wrapped lines joined, white space folded."""

import html
import re

__all__ = ["MAX_TEXT", "flatten", "prepare"]

MAX_TEXT = 65_536
"""Characters of one text that are looked at; of a longer text the two ends, for the reason stands in one of them."""

MAX_UNESCAPE = 4
"""How many times a text is unescaped: JSON in a string in JSON in a log line is three."""

_ESCAPES = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt\"'/]))")
_CONTROL = {"n": "\n", "r": "\n", "t": "\t"}
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")

# What collectors, shells and CI put before each line: docker-compose, journald and syslog, heroku, logcat, pm2,
# CI gutters, markdown quotes, pytest.
_PREFIX = re.compile(
    r"""^(?:
      [\w.-]{1,40}\s{0,12}\|\s
    | \d{1,6}\s\|\s
    | [A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s[\w.-]{1,80}\s[\w.@/-]{1,60}(?:\[\d+\])?:\s
    | \d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)\s[\w.-]{1,40}\[[\w.-]{1,40}\]:\s
    | \[\s{0,12}\]\s(?=[EWID]/)
    | [EWID]/[\w.-]{1,60}(?:\(\s{0,5}\d+\))?:\s
    | \[?\d{4}-\d\d-\d\d[T\s][\d:.]{8,15}\]?\s\|\s
    | >\s | E\s{2,6} | │\s
    )""",
    re.VERBOSE | re.MULTILINE,
)
_WIDTHS = frozenset({79, 80, 99, 100, 119, 120, 121, 131, 132})


def prepare(text: str) -> str:
    """The text as its author had it, as far as escapes, prefixes and hard wraps can be undone."""
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT // 2] + "\n" + text[-MAX_TEXT // 2 :]
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    for _ in range(MAX_UNESCAPE):
        if "\\" not in text or (plain := _ESCAPES.sub(_unescape, text)) == text:
            break
        text = plain
    if "&" in text and ("&lt;" in text or "&quot;" in text or "&#" in text):
        text = html.unescape(text)
    if '""' in text:  # CSV doubles its quotes
        text = text.replace('""', '"')
    if "\n" in text:
        text = _unwrap(_strip_prefixes(text))
    return text


def _unescape(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        number = int(code, 16)
        return chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"
    return _CONTROL.get(match[3], match[3])


def _strip_prefixes(text: str) -> str:
    """Without the prefix of each line, when most lines carry one."""
    if len(_PREFIX.findall(text)) * 2 <= text.count("\n"):
        return text
    return _PREFIX.sub("", text)


def _unwrap(text: str) -> str:
    """With lines joined that a terminal broke at its width, so that ids and words are whole again."""
    lines = text.split("\n")
    width = max(map(len, lines))
    if width not in _WIDTHS and len(lines[0]) != width:
        return text
    full = [len(line) == width for line in lines]
    if width < 79 or sum(full) < 2:
        return text
    pieces = []
    for line, is_full in zip(lines, full, strict=True):
        pieces.append(line if is_full else line + "\n")
    return "".join(pieces)


def flatten(text: str) -> str:
    """With every run of white space as one blank."""
    return " ".join(text.split())
