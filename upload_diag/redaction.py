"""Secrets taken out of text; everything else stays as it was.

The rows are in `upload_diag.rules.secrets`, written for plain text. Escaped text (percent, JSON, HTML, one inside the
other) is undone one layer at a time, and what a row finds in a layer is cut from the original.
"""

import codecs
import re
import sys
from base64 import b64decode
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from hashlib import blake2s
from typing import BinaryIO, NamedTuple

from upload_diag._saved import database
from upload_diag.rules.secrets import BARE_KEYWORDS, SECRETS, SEPARATORS, Secret
from upload_diag.secret_columns import SecretColumns

__all__ = [
    "NARROW",
    "SURELY",
    "Cut",
    "find_secrets",
    "redact",
    "redact_counting",
    "redact_lines",
    "redact_stream",
    "show_secrets",
]

# More layers than anybody writes on purpose: a JSON string in a JSON string in a query in a JSON string.
_LAYERS = 5
# Each round leaves less that is not a token, so this is reached by texts made for it only.
_ROUNDS = 8
# Characters of a stream that are looked at together. The last of them, a quarter at most, are looked at again with what
# follows, so a secret is seen whole up to three quarters of a window, and longer ones in parts.
_WINDOW = 1 << 19
_AGAIN = 1 << 16
_BEFORE = 160  # characters written already that are looked at again: what must stand before an escape, or may not
_SAMPLE = 4096  # bytes that tell the encoding
SURELY = 64  # bytes that are not of another encoding by chance: in UTF-16, Chinese without a comma or a blank
NARROW = re.compile(rb"[\t\n\r -~]{%d,}" % SURELY)
_NO_UTF_16 = re.compile(NARROW.pattern + rb"|(?:[\t\n\r -~]\0{3}){8,}|(?:\0{3}[\t\n\r -~]){8,}")
_ZEROS = re.compile(rb"\0{4,}")  # more than any encoding has in a row
_WIDE = re.compile(rb"(?:[\t\n\r -~]\0{1,3}){32,}|(?:\0{1,3}[\t\n\r -~]){32,}")

_WORTH_A_LOOK = re.compile("|".join(map(re.escape, (*SEPARATORS, *BARE_KEYWORDS)))).search
_ROWS = tuple((row, tuple(keyword.lower() for keyword in row.keywords)) for row in SECRETS)
_ALL_KEYWORDS = {keyword for _, keywords in _ROWS for keyword in keywords}
_KEYWORDS = tuple(sorted(k for k in _ALL_KEYWORDS if not any(other in k for other in _ALL_KEYWORDS - {k})))
_LARGE = 1 << 14  # characters for which it pays to look for all keywords at once

# What no human reads: media in base64, a line of one letter, of backslashes, of `%25`. Of each such block only the ends
# are kept, which is what patterns look at, so that the rest of 200 MB in one line is not searched a hundred times.
_BLOCK, _ENDS = 2048, 512
_SEPARATED = re.compile(r"\w[=:@]|[=:@]\w")
_PERIODS = range(1, 7)  # characters that come again and again; so short, a secret is one of them with its `=`
_DULL = re.compile(rf"[A-Za-z0-9+/_-]{{{_BLOCK}}}")

_ESCAPE = re.compile(
    r"""%[0-7][0-9A-Fa-f]
      | \\(?:["'`/\\bfnrt] | x[0-7][0-9A-Fa-f] | u00[0-7][0-9A-Fa-f] | [01][0-7]{2})
      | &(?:amp|quot|apos|lt|gt|equals|colon|commat | \#0{0,4}[0-9]{1,3} | \#[xX]0{0,4}[0-7]?[0-9A-Fa-f]);
      # A character in another colour, or the first one behind the end of a line that was cut in two: by a mailer, by
      # `console.log`, by `curl --trace-ascii`, which writes 64 in a line.
      | (?:\x1b\[[0-9;]{0,16}m){1,8}[^\x1b]
      | =(?<=[^\n]{69}[^\n=]=)\r?\n[^\x1b]
      | '[ ]\+\r?\n\s{1,40}'[^\x1b]
      | \n(?<=\n[0-9a-f]{4}:[ ].{64}\n)[0-9a-f]{4}:[ ][^\x1b]
      | =3D
    """,
    re.VERBOSE,
)
_NAMED = {"amp": "&", "quot": '"', "apos": "'", "lt": "<", "gt": ">", "equals": "=", "colon": ":", "commat": "@"}
_CONTROLS = {"b": " ", "f": " ", "n": "\n", "r": "\r", "t": "\t"}

# Long enough for a name and its value; a hash, an id or a name of a class read as base64 is no text.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{32,}")
_URL_SAFE = str.maketrans("-_", "+/")
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"

_WIDTH = 60  # characters: no line is wrapped before
_REST = r"(?!\d{4}-\d\d-\d\d)(?=[A-Za-z+/_=.~%-]{0,100}\d)[A-Za-z0-9+/_.~%-]{16,}={0,2}"
_WRAPPED = re.compile(rf"(?:\r?\n[ \t]{{0,40}}{_REST}(?![\w:({{\[+/_=.~%-]))+")
_FOLDED = re.compile(rf"(?:\r?\n[ \t]{{1,40}}{_REST}(?=\r?\n|\Z))+")

_TOKEN = re.compile(rf"REDACTED-(?:{'|'.join(sorted({row.kind for row in SECRETS}, reverse=True))})(?:-[0-9a-f]{{8}})?")
_BARE_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_JSON_LABEL = re.compile(r"""(\\*["'])\s*:\s*\Z""")


_shown = False

_Span = tuple[int, int]


class Cut(NamedTuple):
    """A secret in a text.

    Attributes:
        start: where the secret begins.
        end: where it ends.
        kind: what it is, as in `REDACTED-kind`.
        match_start: where the label that tells it begins; the label is not secret, but needed to see the secret.
    """

    start: int
    end: int
    kind: str
    match_start: int


def show_secrets() -> None:
    """Let `redact` leave every text as it is, from now on and in all of this process: for `--show-secrets` only."""
    global _shown  # noqa: PLW0603 - every output asks, down to single fields; and what was shown may be cached
    _shown = True


def redact(text: str, *, salt: bytes | None = None) -> str:
    """The text with `REDACTED-kind` in place of every secret that the rows know; redacting twice changes nothing.

    Redact before you shorten: half a secret is harder to recognise than a whole one.

    Args:
        text: anything, at any level of escaping.
        salt: adds eight hexadecimal digits to each token, the same for the same secret under the same salt (at most 32
            bytes), so that two places can be compared. Without it equal texts give equal results in every process.
    """
    if _shown:
        return text
    return redact_counting(text, Counter(), salt=salt)


def redact_lines(lines: Sequence[str], *, start: str = "") -> list[str]:
    """As many lines as there were, without secrets; the label of one, or its beginning, may stand in a line before.

    Args:
        lines: some lines of a text.
        start: the first two lines of the same text: the heading of a table tells what its columns hold.
    """
    table = None if _shown else SecretColumns.of(start, _kind_under)
    if table:
        heading = start.partition("\n")[0]
        lines = [line if line == heading else table.rows(line, lambda _, kind: f"REDACTED-{kind}") for line in lines]
    text = "\n".join(lines)
    for cut in reversed([] if _shown else find_secrets(text)):
        breaks = "\n" * text.count("\n", cut.start, cut.end)
        text = f"{text[: cut.start]}REDACTED-{cut.kind}{breaks}{text[cut.end :]}"
    return [redact(line) for line in text.split("\n")]


def redact_counting(text: str, counts: Counter[str], *, salt: bytes | None = None) -> str:
    """As `redact`, adding to `counts` how many secrets of each kind were taken out."""
    # Cutting can bring to light what the cut text hid, such as the quote that an escaped one was taken for.
    for _ in range(_ROUNDS):
        cuts = find_secrets(text)
        if not cuts:
            break
        counts.update(cut.kind for cut in cuts)
        text = _apply(text, cuts, salt)
    return text


def redact_stream(
    reader: BinaryIO, writer: BinaryIO, *, salt: bytes | None = None, window: int = _WINDOW
) -> Counter[str]:
    """Copy a text of any length and encoding, secrets taken out and every other byte as it was, in bounded memory.

    Args:
        reader: bytes; where `read` hands them over in small pieces, the result is the same.
        writer: takes the copy.
        salt: see `redact`.
        window: characters that are looked at together, at least four times as many as a secret and its label have.

    Returns:
        How many secrets of each kind were taken out.

    Raises:
        ValueError: the text is UTF-32, or changes its encoding on the way, and would be copied as it is.
    """
    counts: Counter[str] = Counter()
    start = b""
    while len(start) < _SAMPLE and (data := reader.read(_SAMPLE - len(start))):
        start += data
    encoding = _encoding_of(start)
    _check_encoding(start, encoding)
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")

    def decoded() -> Iterator[str]:
        yield decoder.decode(start)
        while data := reader.read(window):
            _check_encoding(data, encoding)
            yield decoder.decode(data)

    def token(secret: str, kind: str) -> str:
        counts[kind] += 1
        return _token(secret, Cut(0, len(secret), kind, 0), salt)

    table = SecretColumns.of(start.decode(encoding, "replace"), _kind_under)
    chunks = table.cut(decoded(), token) if table and not _shown else decoded()
    pending, seen, ended = "", _Seen(), False
    while pending or not ended:
        while len(pending) < window and not ended:
            chunk = next(chunks, None)
            ended = chunk is None
            pending += chunk or ""
        last = ended and len(pending) <= window
        piece, cuts, seen, rest = _next_piece(seen, pending[:window], last=last)
        counts.update(cut.kind for cut in cuts)
        if cuts:  # what they hid may come to light
            piece = redact_counting(_apply(piece, cuts, salt), counts, salt=salt)
        writer.write(piece.encode(encoding, "surrogatepass"))
        pending = rest + pending[window:]
    writer.write(decoder.getstate()[0])  # half a character at the very end
    return counts


def _kind_under(name: str) -> str | None:
    """What is kept under a name, as in a column of a table; None when it is no secret."""
    text = f'{name}="0123456789abcdefABCDEF"'
    return next((cut.kind for cut in find_secrets(text) if cut.start > len(name)), None)


def _encoding_of(start: bytes) -> str:
    """UTF-16 by its mark or by its zeros; else Latin-1, which gives every byte back as it was, UTF-8 too."""
    little, big = (start[odd::2].count(0) * 4 > len(start) for odd in (1, 0))
    if start.startswith(codecs.BOM_UTF16_LE) or (little and not big):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE) or (big and not little):
        return "utf-16-be"
    return "latin-1"


def _check_encoding(data: bytes, encoding: str) -> None:
    """Raise a ValueError where text stands in another encoding, in which no secret would be found."""
    if encoding != "latin-1":
        mixed = _NO_UTF_16.search(data)
    else:
        mixed = _WIDE.search(_ZEROS.sub(bytes(4), data)) if b"\0" in data else None
    if mixed:
        raise ValueError("it is UTF-32, or in more than one encoding; redact reads UTF-8 or UTF-16. Convert it first.")


class _Seen(NamedTuple):
    """What stands before a window and is written already: looked at again, so that the rest is known for what it is.

    Attributes:
        text: the last of it.
        label: whether it is the label of a secret that goes on in the window.
    """

    text: str = ""
    label: bool = False


def _next_piece(before: _Seen, text: str, *, last: bool) -> tuple[str, list[Cut], _Seen, str]:
    """How much of a window can be written, the cuts in it, what the next one has before it, and what it begins with.

    A secret that fills the window is cut as far as it goes, and its label seen again before the next.
    """
    seen, begin = before.text + text, len(before.text)
    cuts = [cut for cut in find_secrets(seen) if cut.end > begin]
    if before.label and cuts and cuts[0].start <= begin:  # the rest of a secret whose token is written already
        begin = cuts.pop(0).end
        if not last and _goes_on(begin, seen):
            return "", [], before, seen[begin:]
    cuts = [cut._replace(start=max(cut.start, begin)) for cut in cuts]
    end, label = len(seen), ""
    if not last:
        end = _quiet_place(seen, cuts, begin)
        long = (
            next((cut for cut in cuts if cut.match_start < end + 1 and cut.end > end), None) if end <= begin else None
        )
        if long:
            end = long.end
            label = seen[long.match_start : long.start] if _goes_on(end, seen) else ""
    moved = [cut._replace(start=cut.start - begin, end=cut.end - begin) for cut in cuts if begin <= cut.start < end]
    after = _Seen(label, label=True) if label else _Seen(seen[max(0, end - _BEFORE) : end])
    return seen[begin:end], moved, after, seen[end:]


def _goes_on(end: int, seen: str) -> bool:
    return end > len(seen) - 16  # an escape may be cut in two by the end of the window


def _quiet_place(seen: str, cuts: list[Cut], begin: int) -> int:
    """Where a window may end: at its very end nothing is decided, a line's end is best, no secret is cut in two."""
    limit = len(seen) - min((len(seen) - begin) // 4, _AGAIN)
    place = seen.rfind("\n", (begin + limit) // 2, limit) + 1 or limit
    for cut in reversed(cuts):
        if cut.match_start < place < cut.end:
            place = cut.match_start
    return max(place, begin)


def find_secrets(text: str, *, unpack: bool = True) -> list[Cut]:
    """Every secret in the text, in order, none overlapping; what is redacted already is none.

    With `unpack` also in what is packed in base64, once: layers in layers of it would cost five times as much each.
    """
    if len(text) < _LARGE and not _WORTH_A_LOOK(text):
        return []
    found: list[Cut] = []
    to_text: Callable[[int, int], _Span] = _same
    view = text
    if unpack:
        found += _packed(text)
        if short := _Changed.shortened(text):
            view, to_text = short.text, _through(short, to_text)
    for layer in range(_LAYERS):
        deeper = _Changed.undone(view)
        for cut in (*_matches(view), *(_packed(view) if unpack and layer else ())):
            start, end = (cut.start, cut.end) if deeper is None else deeper.whole(cut.start, cut.end)
            if start < end:
                found.append(Cut(*to_text(start, end), cut.kind, to_text(cut.match_start, start)[0]))
        if deeper is None:
            break
        view, to_text = deeper.text, _through(deeper, to_text)
    return _outside_tokens(text, [_to_its_end(text, cut) for cut in _disjoint(found)]) if found else []


def _packed(text: str) -> Iterator[Cut]:
    """What is written in base64 and holds a secret once it is read."""
    for match in _BASE64.finditer(text):
        packed = match[0].translate(_URL_SAFE)
        inner = b64decode(packed[: len(packed) // 4 * 4])
        if not inner.translate(None, _PRINTABLE) and (cuts := find_secrets(inner.decode("ascii"), unpack=False)):
            yield Cut(*match.span(), cuts[0].kind, match.start())


def _to_its_end(text: str, cut: Cut) -> Cut:
    """The cut with the rest of a long secret that was wrapped, or folded as header fields are, at the end of a line."""
    filled = cut.end >= _WIDTH and text.find("\n", cut.end - _WIDTH, cut.start) < 0
    pattern = _WRAPPED if filled else _FOLDED
    more = pattern.match(text, cut.end)
    return cut._replace(end=more.end()) if more else cut


def _matches(view: str) -> Iterator[Cut]:
    """What the rows see in one layer."""
    for row in _rows_for(view.lower()):
        for seen_from, match in row.find(view):
            for group in range(1, row.regex.groups + 1):
                if match.start(group) >= 0:
                    yield Cut(match.start(group), match.end(group), row.kind, seen_from)


def _rows_for(low: str) -> Sequence[Secret]:
    """The rows of which a text in lower case holds a keyword."""
    search = _search() if len(low) > _LARGE else None
    if search:
        held = search(low)
        return [row for row, keywords in _ROWS if not held.isdisjoint(keywords)]
    if not _holds(low, _KEYWORDS):
        return ()
    return [row for row, keywords in _ROWS if _holds(low, keywords)]


def _holds(low: str, keywords: tuple[str, ...]) -> bool:
    for keyword in keywords:  # noqa: SIM110 - `any` costs three times as much
        if keyword in low:
            return True
    return False


@cache
def _search() -> Callable[[str], set[str]] | None:
    """What tells the keywords that a text holds, in one pass; None without hyperscan."""
    keywords = sorted(_ALL_KEYWORDS)
    try:
        found_once = database("secrets", [keyword.encode() for keyword in keywords], range(len(keywords)), once=True)
    except ImportError:
        return None
    import hyperscan

    def search(low: str) -> set[str]:
        held: list[int] = []
        found_once.scan(
            low.encode("ascii", "replace"),
            match_event_handler=lambda number, *_: held.append(number),
            scratch=hyperscan.Scratch(found_once),  # serves one thread at a time
        )
        return {keywords[number] for number in held}

    return search


def _disjoint(cuts: list[Cut]) -> list[Cut]:
    """Overlapping cuts become one, named after the one that begins first, or whose row does."""
    merged: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end)):
        if merged and cut.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Cut(last.start, max(last.end, cut.end), last.kind, min(last.match_start, cut.match_start))
        else:
            merged.append(cut)
    return merged


def _outside_tokens(text: str, cuts: list[Cut]) -> list[Cut]:
    """The cuts less those that stay inside a token of an earlier redaction; none takes only a part of one."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    if not tokens:
        return cuts
    kept = []
    for cut in cuts:
        start, end = _around(tokens, cut.start)[0], _around(tokens, cut.end - 1)[1]
        if (start, end) != _around(tokens, start):
            kept.append(cut._replace(start=start, end=end, match_start=min(start, cut.match_start)))
    return _disjoint(kept)


def _around(spans: list[_Span], place: int) -> _Span:
    """The span that holds a place, or the place alone."""
    index = bisect_right(spans, (place, sys.maxsize)) - 1
    if index >= 0 and place < spans[index][1]:
        return spans[index]
    return place, place + 1


def _apply(text: str, cuts: list[Cut], salt: bytes | None) -> str:
    pieces: list[str] = []
    done = 0
    for cut in cuts:
        pieces += text[done : cut.start], _token(text, cut, salt)
        done = cut.end
    return "".join([*pieces, text[done:]])


def _token(text: str, cut: Cut, salt: bytes | None) -> str:
    """What stands in the place of a secret; a bare number in JSON gets its label's quotes, to stay JSON."""
    secret = text[cut.start : cut.end]
    token = f"REDACTED-{cut.kind}"
    if salt is not None:
        while deeper := _Changed.undone(secret):  # the same secret, however it is spelled, gets the same digits
            secret = deeper.text
        token += "-" + blake2s(secret.encode("utf-8", "surrogatepass"), key=salt, digest_size=4).hexdigest()
    label = _BARE_NUMBER.fullmatch(secret) and _JSON_LABEL.search(text, max(0, cut.start - 40), cut.start)
    return f"{label[1]}{token}{label[1]}" if label else token


class _Changed:
    """A text with one layer of escapes undone, or without its dull parts, and the way back.

    Attributes:
        text: the text as its first reader would see it.
    """

    def __init__(self, text: str, spans: Callable[[], list[_Span]]) -> None:
        self.text = text
        self._spans = spans

    @classmethod
    def undone(cls, text: str) -> "_Changed | None":
        """The text less one layer, or None when nothing in it is escaped."""
        undone, count = _ESCAPE.subn(_unescaped, text)
        return cls(undone, lambda: [match.span() for match in _ESCAPE.finditer(text)]) if count else None

    @classmethod
    def shortened(cls, text: str) -> "_Changed | None":
        """The text with one letter for the middle of what no human reads, or None when there is no such thing."""
        spans: list[_Span] = []
        for place in range(0, len(text) - _BLOCK + 1, _BLOCK):
            if _DULL.match(text, place) or _repeats(text[place : place + _BLOCK]):
                if spans and spans[-1][1] + 2 * _ENDS == place + _ENDS:
                    spans[-1] = spans[-1][0], place + _BLOCK - _ENDS
                else:
                    spans.append((place + _ENDS, place + _BLOCK - _ENDS))
        if not spans:
            return None
        starts = [0, *(end for _, end in spans)]
        ends = [*(start for start, _ in spans), len(text)]
        return cls("x".join(text[start:end] for start, end in zip(starts, ends, strict=True)), lambda: spans)

    @cached_property
    def escapes(self) -> list[_Span]:
        """Where each part that became one character begins and ends in the former text."""
        return self._spans()

    @cached_property
    def places(self) -> list[int]:
        """Where the one character that each of them became is in `text`."""
        places, shorter = [], 0
        for start, end in self.escapes:
            places.append(start - shorter)
            shorter += end - start - 1
        return places

    def before(self, start: int, end: int) -> _Span:
        """Where a part of `text` is in the former text."""
        return self._at(start)[0], self._at(end - 1)[1] if end > start else self._at(start)[0]

    def _at(self, place: int) -> _Span:
        index = bisect_right(self.places, place) - 1
        if index < 0:
            return place, place + 1
        if self.places[index] == place:
            return self.escapes[index]
        start = self.escapes[index][1] + place - self.places[index] - 1
        return start, start + 1

    def whole(self, start: int, end: int) -> _Span:
        r"""The same part of the escaped text, splitting no escape: the `n` of `\nbob@…` is not Bob's."""
        before, after = _around(self.escapes, start), _around(self.escapes, end)
        if before[0] < start:
            start = before[1]
        if after[0] < end:
            end = after[1]
        return start, end


def _repeats(block: str) -> bool:
    """Whether the block is one short piece again and again, in which no secret has room."""
    return any(
        block.startswith(block[period : period + 64])
        and block[period:] == block[:-period]
        and not _SEPARATED.search(block, 0, period + 1)
        for period in _PERIODS
    )


def _same(start: int, end: int) -> _Span:
    return start, end


def _through(changed: _Changed, to_text: Callable[[int, int], _Span]) -> Callable[[int, int], _Span]:
    return lambda start, end: to_text(*changed.before(start, end))


def _unescaped(match: re.Match[str]) -> str:
    return _character(match[0])


@lru_cache(maxsize=1024)
def _character(escape: str) -> str:
    """The one character that an escape stands for; anything that is not ASCII becomes a replacement character."""
    if escape == "=3D":
        return "="
    if escape[0] in "\x1b='\n":
        return escape[-1]
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape[0] == "\\":
        if len(escape) == 2:
            return _CONTROLS.get(escape[1], escape[1])
        return chr(int(escape[-2:], 16)) if escape[1] in "xu" else chr(int(escape[1:], 8))
    name = escape[1:-1]
    if name[0] != "#":
        return _NAMED[name]
    number = int(name[1:]) if name[1].isdigit() else int(f"0{name[1:]}", 0)
    return chr(number) if number < 128 else "\ufffd"
