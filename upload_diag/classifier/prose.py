"""What running text says: every rule whose word stands in it is tried, and no other."""

import re
from dataclasses import dataclass

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import CONSEQUENCE, LOOSE_CODE, TEXT_CODE, TEXT_TOKEN, Hit, Path
from upload_diag.classifier.index import TOKEN, Index, Sentence
from upload_diag.codes import ErrorCode
from upload_diag.rules.rows import OtherCode, S3Code
from upload_diag.rules.statuses import REASONS
from upload_diag.shapes import sdk_text, url

__all__ = ["CODE_LIKE", "VAGUE_CODES", "mark", "providers", "read_prose"]

CODE_LIKE = re.compile(r"[A-Za-z][\w.-]{2,60}\Z")
VAGUE_CODES = frozenset({"Error", "UnknownError", "Unknown", "NetworkingError", "S3Error", "HTTP_ERROR", "ClientError"})

_CONSEQUENCE = re.compile(r"failed to abort|suppressed:|while aborting|error aborting|abort failed")
_DIGITS = re.compile(r"[1-5]\d\d")
_ZERO = re.compile(r"(?:status(?: ?code)?|responded with|response code)[\"']?:? ?0\b(?!\.)")
_SET_OFF = frozenset(":)]'\"([")


@dataclass(slots=True)
class _Prose:
    """A text and its place.

    Attributes:
        flat: the text with every run of white space as one blank.
        low: the same in lower case.
        after: from here on it tells consequences: an abort that failed, too.
    """

    flat: str
    low: str
    path: Path
    depth: int
    after: int


def read_prose(found: Findings, index: Index, texts: tuple[str, str], path: Path, depth: int) -> None:
    """Collect what running text says.

    Args:
        found: where to keep it.
        index: the rules.
        texts: the text with every run of white space as one blank, and with its line breaks.
        path: where it stands in the payload.
        depth: how deep.
    """
    flat, lines = texts
    low = flat.lower()
    aborted = _CONSEQUENCE.search(low) if "abort" in low or "suppressed" in low else None
    text = _Prose(flat, low, path, depth, aborted.start() if aborted else len(flat))
    labels: set[int] = set()
    for token in index.tokens.keys() & set(TOKEN.findall(flat)):
        entry = index.tokens[token]
        for row, spelling in entry.codes:
            _token(found, row, spelling, text)
        for sentence in entry.sentences:
            if sentence.keyword in low:
                _sentence(found, sentence, text)
        if entry.labels:
            labels.update(entry.labels)
        if entry.operation:
            found.fact("operation", entry.operation, 40)
        if entry.provider:
            found.fact("provider", entry.provider, 50)
    for sentence in index.unindexed if low.isascii() else index.unindexed_all:
        if sentence.keyword in low:
            _sentence(found, sentence, text)
    for number in sorted(labels):
        _label(found, index, sdk_text.LABELS[number], text)
    _status(found, text)
    _address(found, text, lines)
    mark(found, index, low)
    _operation(found, text)


def _token(found: Findings, row: S3Code | OtherCode, name: str, text: _Prose) -> None:
    at = text.flat.find(name)
    if at < 0:
        return
    if isinstance(row, S3Code):
        behind = text.flat[at + len(name) : at + len(name) + 1]
        set_off = not behind or behind in _SET_OFF or text.flat[at - 1 : at] in _SET_OFF
        strength = TEXT_CODE if set_off else LOOSE_CODE
    else:
        strength = TEXT_TOKEN
    if row.code is ErrorCode.SESSION_EXPIRED and at > text.after:
        strength -= CONSEQUENCE
    found.add_code(row, text.path, text.depth, name, strength)


def _sentence(found: Findings, row: Sentence, text: _Prose) -> None:
    match = row.search(text.low)
    if match is None:
        return
    strength = row.strength
    if row.code is ErrorCode.SESSION_EXPIRED and match.start() > text.after:
        strength -= CONSEQUENCE
    # Lower-casing can change a text's length (İ); then the lower-cased words must do.
    value = text.flat[match.start() : match.end()] if len(text.low) == len(text.flat) else match[0]
    found.add(Hit(strength, text.depth, row.rule, row.code, text.path, value, row.refines))


def _label(found: Findings, index: Index, label: sdk_text.Label, text: _Prose) -> None:
    for need in label.needs:
        if need in text.low:
            break
    else:
        return
    match = label.regex.search(text.flat)
    if match is None:
        return
    value = "".join(filter(None, match.groups()))
    if label.field != "code":
        found.fact(label.field, value.rstrip(".:)"), label.rank)
        return
    value = value.rstrip(".")
    if (row := index.code_named(value)) is not None:
        found.add_code(row, text.path, text.depth, value, label.rank)
    elif value not in VAGUE_CODES and value[0].isupper() and CODE_LIKE.match(value):
        found.unnamed_code = found.unnamed_code or value


def _status(found: Findings, text: _Prose) -> None:
    if _DIGITS.search(text.flat) and (status := sdk_text.status_in(text.flat, text.low, REASONS)):
        found.statuses.append((status[1], text.depth, status[0], text.path))
    if "0" in text.flat and ("code" in text.low or "with 0" in text.low) and _ZERO.search(text.low):
        found.statuses.append((1, text.depth, 0, text.path))


def _address(found: Findings, text: _Prose, lines: str) -> None:
    """The facts of URLs, request lines and access log lines."""
    if "/" not in text.flat:
        return
    found.facts(url.read(lines), 70)
    if (" REST." in text.flat or " S3." in text.flat) and (fields := sdk_text.read_access_log(text.flat)):
        status, code = fields.pop("status", ""), fields.pop("code", "")
        found.facts(fields, 75)
        if status.isdigit():
            found.statuses.append((95, text.depth, int(status), text.path))
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
    for token in index.tokens.keys() & set(TOKEN.findall(text[:500])):
        if provider := index.tokens[token].provider:
            found.fact("provider", provider, 60)
