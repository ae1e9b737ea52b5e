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
from dataclasses import dataclass
from hashlib import blake2s
from typing import BinaryIO, NamedTuple

from upload_diag.rules.secrets import BARE_KEYWORDS, SECRETS, SEPARATORS

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
# Characters of a stream that are looked at together. A quarter of them is looked at again with what follows, so a
# secret is seen whole up to three quarters, and longer ones in parts.
_WINDOW = 1 << 18
_SAMPLE = 4096  # bytes that tell the encoding
SURELY = 64  # bytes that are not of another encoding by chance: in UTF-16, Chinese without a comma or a blank
NARROW = re.compile(rb"[\t\n\r -~]{%d,}" % SURELY)
_NO_UTF_16 = re.compile(NARROW.pattern + rb"|(?:[\t\n\r -~]\0{3}){8,}|(?:\0{3}[\t\n\r -~]){8,}")
_WIDE = re.compile(rb"(?:[\t\n\r -~]\0{1,3}){32,}|(?:\0{1,3}[\t\n\r -~]){32,}")

_WORTH_A_LOOK = re.compile("|".join(map(re.escape, (*SEPARATORS, *BARE_KEYWORDS)))).search
_ROWS = tuple((row, tuple(keyword.lower() for keyword in row.keywords)) for row in SECRETS)
_ALL_KEYWORDS = {keyword for _, keywords in _ROWS for keyword in keywords}
_KEYWORDS = tuple(sorted(k for k in _ALL_KEYWORDS if not any(other in k for other in _ALL_KEYWORDS - {k})))

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
    if _shown or not _WORTH_A_LOOK(text):
        return text
    return redact_counting(text, Counter(), salt=salt)


def redact_lines(lines: Sequence[str]) -> list[str]:
    """As many lines as there were, without secrets; the label of one, or its beginning, may stand in a line before."""
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
    pending, head, ended = decoder.decode(start), "", not start
    while pending or not ended:
        while len(pending) < window and not ended:
            data = reader.read(window)
            _check_encoding(data, encoding)
            ended = not data
            pending += decoder.decode(data)
        last = ended and len(pending) <= window
        piece, cuts, head, rest = _next_piece(head, pending[:window], last=last)
        counts.update(cut.kind for cut in cuts)
        if cuts:  # what they hid may come to light
            piece = redact_counting(_apply(piece, cuts, salt), counts, salt=salt)
        writer.write(piece.encode(encoding, "surrogatepass"))
        pending = rest + pending[window:]
    writer.write(decoder.getstate()[0])  # half a character at the very end
    return counts


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
    if (_WIDE if encoding == "latin-1" else _NO_UTF_16).search(data):
        raise ValueError("it is UTF-32, or in more than one encoding; redact reads UTF-8 or UTF-16. Convert it first.")


def _next_piece(head: str, text: str, *, last: bool) -> tuple[str, list[Cut], str, str]:
    """How much of a window can be written, the cuts in it, and what the next window begins with.

    A secret that fills the window is cut as far as it goes; its label becomes the `head` of the next window, where it
    is looked at but not written, so that the rest is known for what it is.
    """
    seen = head + text
    cuts = find_secrets(seen)
    begin = len(head)
    if head and cuts and cuts[0].start <= begin:  # the rest of a secret whose token is written already
        begin = cuts.pop(0).end
        if not last and _goes_on(begin, seen):
            return "", [], head, seen[begin:]
    end, head = len(seen), ""
    if not last:
        end = _quiet_place(seen, cuts, begin)
        long = (
            next((cut for cut in cuts if cut.match_start < end + 1 and cut.end > end), None) if end <= begin else None
        )
        if long:
            end = long.end
            head = seen[long.match_start : long.start] if _goes_on(end, seen) else ""
    moved = [cut._replace(start=cut.start - begin, end=cut.end - begin) for cut in cuts if begin <= cut.start < end]
    return seen[begin:end], moved, head, seen[end:]


def _goes_on(end: int, seen: str) -> bool:
    return end > len(seen) - 16  # an escape may be cut in two by the end of the window


def _quiet_place(seen: str, cuts: list[Cut], begin: int) -> int:
    """Where a window may end: in its last quarter nothing is decided, a line's end is best, no secret is cut in two."""
    limit = len(seen) - (len(seen) - begin) // 4
    place = seen.rfind("\n", (begin + limit) // 2, limit) + 1 or limit
    for cut in reversed(cuts):
        if cut.match_start < place < cut.end:
            place = cut.match_start
    return max(place, begin)


def find_secrets(text: str, *, unpack: bool = True) -> list[Cut]:
    """Every secret in the text, in order, none overlapping; what is redacted already is none.

    With `unpack` also in what is packed in base64, once: layers in layers of it would cost five times as much each.
    """
    if not _WORTH_A_LOOK(text):
        return []
    found: list[Cut] = []
    view = text
    to_text: Callable[[int, int], _Span] = _same
    for _ in range(_LAYERS):
        deeper = _Undone.of(view)
        for cut in (*_matches(view), *(_packed(view) if unpack else ())):
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
    pattern = _WRAPPED if cut.end - text.rfind("\n", 0, cut.start) > _WIDTH else _FOLDED
    more = pattern.match(text, cut.end)
    return cut._replace(end=more.end()) if more else cut


def _matches(view: str) -> Iterator[Cut]:
    """What the rows see in one layer."""
    low = view.lower()
    if not _holds(low, _KEYWORDS):
        return
    for row, keywords in _ROWS:
        if not _holds(low, keywords):
            continue
        for seen_from, match in row.find(view):
            for group in range(1, row.regex.groups + 1):
                if match.start(group) >= 0:
                    yield Cut(match.start(group), match.end(group), row.kind, seen_from)


def _holds(low: str, keywords: tuple[str, ...]) -> bool:
    for keyword in keywords:  # noqa: SIM110 - `any` costs three times as much
        if keyword in low:
            return True
    return False


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
        while deeper := _Undone.of(secret):  # the same secret, however it is spelled, gets the same digits
            secret = deeper.text
        token += "-" + blake2s(secret.encode("utf-8", "surrogatepass"), key=salt, digest_size=4).hexdigest()
    label = _BARE_NUMBER.fullmatch(secret) and _JSON_LABEL.search(text, max(0, cut.start - 40), cut.start)
    return f"{label[1]}{token}{label[1]}" if label else token


@dataclass(frozen=True, slots=True)
class _Undone:
    """A text with one layer of escapes undone, and the way back.

    Attributes:
        text: the text as its first reader would see it.
        escapes: where each escape begins and ends in the escaped text.
        places: where the one character that it stands for is in `text`.
    """

    text: str
    escapes: list[_Span]
    places: list[int]

    @classmethod
    def of(cls, text: str) -> "_Undone | None":
        """The text less one layer, or None when nothing in it is escaped."""
        escapes = [match.span() for match in _ESCAPE.finditer(text)]
        if not escapes:
            return None
        pieces: list[str] = []
        places: list[int] = []
        done = length = 0
        for start, end in escapes:
            length += start - done
            places.append(length)
            pieces += text[done:start], _character(text[start:end])
            length += 1
            done = end
        return cls("".join([*pieces, text[done:]]), escapes, places)

    def escaped(self, start: int, end: int) -> _Span:
        """Where a part of `text` is in the escaped text."""
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


def _same(start: int, end: int) -> _Span:
    return start, end


def _through(deeper: _Undone, to_text: Callable[[int, int], _Span]) -> Callable[[int, int], _Span]:
    return lambda start, end: to_text(*deeper.escaped(start, end))


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
