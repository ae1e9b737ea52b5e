"""What running text says: every rule whose word stands in it is tried, and no other."""

import re
from dataclasses import dataclass

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import CONSEQUENCE, LOOSE_CODE, TEXT_CODE, TEXT_TOKEN, Hit
from upload_diag.classifier.index import Index, Sentence
from upload_diag.codes import ErrorCode
from upload_diag.rules.rows import OtherCode, S3Code
from upload_diag.rules.statuses import REASONS
from upload_diag.shapes import sdk_text, url

__all__ = ["CODE_LIKE", "MEMO_LENGTH", "VAGUE_CODES", "mark", "providers", "read_prose", "remember"]

CODE_LIKE = re.compile(r"[A-Za-z][\w.-]{2,60}\Z")
VAGUE_CODES = frozenset({"Error", "UnknownError", "Unknown", "NetworkingError", "S3Error", "HTTP_ERROR", "ClientError"})

_CONSEQUENCE = re.compile(
    r"failed to abort|suppressed:|while aborting|error aborting|abort failed|\bin _?abort_multipart_upload\b"
)
_DIGITS = re.compile(r"[1-5]\d\d")
_ZERO = re.compile(r"(?:status(?: ?code)?|responded with|response code)[\"']?:? ?0\b(?!\.)")
_SET_OFF = frozenset(":)]'\"([")


MEMO_LENGTH = 1_024  # longer texts seldom come twice
MEMO_SIZE = 4_096


@dataclass(slots=True)
class _Prose:
    """A text, and where in it the consequences begin: an abort that failed, too."""

    flat: str
    low: str
    after: int


def remember(index: Index, text: str, found: Findings) -> None:
    """Keep for a while what a text says: a log says the same again and again."""
    if len(index.memo) >= MEMO_SIZE:
        index.memo.clear()
    index.memo[text] = found


def read_prose(index: Index, flat: str, lines: str) -> Findings:
    """What running text says; hits and statuses have neither path nor depth yet.

    Args:
        index: the rules.
        flat: the text with every run of white space as one blank.
        lines: the same with its line breaks.
    """
    found = Findings()
    low = flat.lower()
    aborted = _CONSEQUENCE.search(low) if "abort" in low or "suppressed" in low else None
    text = _Prose(flat, low, aborted.start() if aborted else len(flat))
    for number in index.spot(low):
        entry = index.entries[number]
        for row in entry.codes:
            _token(found, index, row, text)
        for sentence in entry.sentences:
            _sentence(found, sentence, text)
        for label in entry.labels:
            _label(found, index, label, text)
        if entry.operation and _stands_alone(low, index.literals[number], _OPERATION_ENDINGS):
            found.fact("operation", entry.operation, 40)
        if entry.provider and _stands_alone(low, index.literals[number]):
            found.fact("provider", entry.provider, 50)
    _status(found, text)
    _address(found, text, lines)
    mark(found, index, low)
    _operation(found, text)
    return found


_OPERATION_ENDINGS = ("handler", "command", "result", "request")


def _stands_alone(text: str, word: str, endings: tuple[str, ...] = ()) -> bool:
    """Whether a word stands in the text as a word, or with one of the endings."""
    at = text.find(word)
    for _ in range(8):
        if at < 0:
            return False
        end = at + len(word)
        if not (at and _is_word(text[at - 1])) and (not _is_word(text[end : end + 1]) or text.startswith(endings, end)):
            return True
        at = text.find(word, end)
    return False


def _token(found: Findings, index: Index, row: S3Code | OtherCode, text: _Prose) -> None:
    """A code's name, as a word of its own or run together with `Exception`, `Error` or its own message."""
    name, flat = row.name, text.flat
    at = flat.find(name)
    while at >= 0:
        end = at + len(name)
        if not (at and _is_word(flat[at - 1])) and (
            not _is_word(flat[end : end + 1]) or _runs_on(index, row, flat, end)
        ):
            break
        at = flat.find(name, end)
    if at < 0:
        return
    if isinstance(row, S3Code):
        behind = flat[end : end + 1]
        set_off = not behind or behind in _SET_OFF or flat[at - 1 : at] in _SET_OFF
        strength = TEXT_CODE if set_off else LOOSE_CODE
    else:
        strength = TEXT_TOKEN
    if row.code is ErrorCode.SESSION_EXPIRED and at > text.after:
        strength -= CONSEQUENCE
    found.add_code(row, None, 0, name, strength)


def _runs_on(index: Index, row: S3Code | OtherCode, flat: str, end: int) -> bool:
    """Whether the name goes on as its exception's or into its own message: `NoSuchUploadThe specified …`."""
    if not isinstance(row, S3Code):
        return False
    if row.message and flat.startswith(row.message[:8], end):
        return True
    return any(
        flat.startswith(ending, end) and row.name + ending not in index.codes for ending in ("Exception", "Error")
    )


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _sentence(found: Findings, row: Sentence, text: _Prose) -> None:
    match = row.search(text.low)
    if match is None:
        return
    strength = row.strength
    if row.code is ErrorCode.SESSION_EXPIRED and match.start() > text.after:
        strength -= CONSEQUENCE
    # Lower-casing can change a text's length (İ); then the lower-cased words must do.
    value = text.flat[match.start() : match.end()] if len(text.low) == len(text.flat) else match[0]
    found.add(Hit(strength, 0, row.rule, row.code, None, value, row.refines))


def _label(found: Findings, index: Index, label: sdk_text.Label, text: _Prose) -> None:
    match = label.regex.search(text.flat)
    if match is None:
        return
    value = "".join(filter(None, match.groups()))
    if label.field != "code":
        found.fact(label.field, value.rstrip(".:)"), label.rank)
        return
    value = value.rstrip(".")
    if (row := index.code_named(value)) is not None:
        late = row.code is ErrorCode.SESSION_EXPIRED and match.start() > text.after
        found.add_code(row, None, 0, value, label.rank - CONSEQUENCE * late)
    elif value not in VAGUE_CODES and value[0].isupper() and CODE_LIKE.match(value):
        found.unnamed_code = found.unnamed_code or value


def _status(found: Findings, text: _Prose) -> None:
    for end in sorted({text.after, len(text.flat)}):  # what an abort was answered counts where nothing else does
        flat = text.flat[:end]
        if _DIGITS.search(flat) and (status := sdk_text.status_in(flat, text.low[:end], REASONS)):
            found.statuses.append((status[1], 0, status[0], None))
            break
    if "0" in text.flat and ("code" in text.low or "with 0" in text.low) and _ZERO.search(text.low):
        found.statuses.append((1, 0, 0, None))


def _address(found: Findings, text: _Prose, lines: str) -> None:
    """The facts of URLs, request lines and access log lines."""
    if "/" not in text.flat:
        return
    found.facts(url.read(lines), 70)
    if (" REST." in text.flat or " S3." in text.flat) and (fields := sdk_text.read_access_log(text.flat)):
        status, code = fields.pop("status", ""), fields.pop("code", "")
        found.facts(fields, 75)
        if status.isdigit():
            found.statuses.append((95, 0, int(status), None))
        if code:
            found.unnamed_code = found.unnamed_code or code


def _operation(found: Findings, text: _Prose) -> None:
    if "multi" in text.low or " part " in text.low:
        for operation, pattern in sdk_text.OPERATION_WORDS:
            if (match := pattern.search(text.low)) and match.end() < text.after:
                found.fact("operation", operation, 30)
    if ("Command" in text.flat or "Deserializer" in text.flat or "x-id=" in text.flat) and (
        match := sdk_text.FRAME_OPERATION.search(text.flat)
    ):
        found.fact("operation", (match[1] or match[2]).removeprefix("throw"), 60)


def mark(found: Findings, index: Index, low: str) -> None:
    """Keep the markers that stand in the lower-cased text."""
    for name, keyword, regex in index.markers:
        if keyword in low and regex.search(low):
            found.markers.add(name)


def providers(found: Findings, index: Index, text: str) -> None:
    """Keep the storage service that a host name or a `Server` header tells."""
    low = text[:500].lower()
    for number in index.spot(low):
        if provider := index.entries[number].provider:
            found.fact("provider", provider, 60)
