"""The rules for running text, one class a kind: each looks where its literal stands and writes down what it finds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import CONSEQUENCE, LOOSE_CODE, SESSION_EXPIRED, TEXT_CODE, TEXT_TOKEN, Hit
from upload_diag.codes import ErrorCode
from upload_diag.rules.required import UNBOUNDED, beginnings
from upload_diag.rules.rows import OtherCode, S3Code
from upload_diag.shapes.sdk_text import STATUS_NAMES, Label

__all__ = [
    "CODE_LIKE",
    "VAGUE_CODES",
    "CodeName",
    "LabelledFact",
    "Marker",
    "Prose",
    "Reader",
    "Sentence",
    "Verb",
    "Word",
]

CODE_LIKE = re.compile(r"[A-Za-z][\w.-]{2,60}\Z")
VAGUE_CODES = frozenset({"Error", "UnknownError", "Unknown", "NetworkingError", "S3Error", "HTTP_ERROR", "ClientError"})

_SET_OFF = frozenset(":)]'\"([")


@dataclass(slots=True)
class Prose:
    """A text with folded white space, and where in it the consequences begin: an abort that failed, too."""

    flat: str
    low: str
    after: int
    aligned: bool  # lower-casing can change a text's length (İ); then places in one are not those in the other


class Reader(Protocol):
    """A rule that one of its literals has called."""

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Look at the text; `starts` are the places of the literal in its lower-cased form."""


def _match(regex: re.Pattern[str], text: str, starts: list[int], before: int) -> re.Match[str] | None:
    """The match at one of the places where its literal starts, or from as many characters before the first."""
    if before:
        return regex.search(text, max(0, starts[0] - before) if before < UNBOUNDED else 0)
    for start in starts:
        if match := regex.match(text, start):
            return match
    return None


@dataclass(frozen=True)
class _Pattern:
    """A pattern, and the most characters that a match of it has before the literal."""

    pattern: str
    before: int

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when it is first needed, for most runs need few."""
        # Where a search goes from place to place, one look at a letter is cheaper than a look back for whole words.
        begin = beginnings(self.pattern) if self.before else ""
        pattern = f"(?=[{re.escape(begin)}])(?:{self.pattern})" if begin else self.pattern
        return re.compile(pattern, re.ASCII)  # a Chinese word before a term is no part of it


@dataclass(frozen=True)
class Sentence(_Pattern):
    """A phrase, or a service's own message."""

    rule: str
    code: ErrorCode
    strength: int
    refines: tuple[ErrorCode, ...] = ()

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep the sentence as a hit."""
        match = _match(self.regex, text.low, starts, self.before)
        if match is None:
            return
        start, end = match.span()
        strength = self.strength
        if self.code is SESSION_EXPIRED and start > text.after:
            strength -= CONSEQUENCE
        value = text.flat[start:end] if text.aligned else match[0]
        found.add(Hit(strength, 0, self.rule, self.code, None, value, self.refines))


@dataclass(frozen=True)
class Verb(_Pattern):
    """An operation told by what a client says that it was doing."""

    operation: str

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep the operation, unless it is that of a consequence."""
        match = _match(self.regex, text.low, starts, self.before)
        if match is not None and match.end() < text.after:
            found.fact("operation", self.operation, 30)


@dataclass(frozen=True)
class Marker(_Pattern):
    """A fact that lets a status say more."""

    name: str

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep the marker."""
        self.mark(found, text.low)

    def mark(self, found: Findings, low: str) -> None:
        """Keep the marker if it stands in the lower-case text."""
        if self.regex.search(low):
            found.markers.add(self.name)


@dataclass(frozen=True)
class LabelledFact:
    """A label of `shapes.sdk_text`."""

    label: Label
    before: int
    code_named: Callable[[str], S3Code | OtherCode | None]

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep what stands behind the label."""
        label = self.label
        match = _match(label.regex, text.flat, starts, self.before if text.aligned else UNBOUNDED)
        if match is None:
            return
        value = "".join(filter(None, match.groups()))
        if label.field == "bucket" and self.code_named(value) is not None:
            return  # "failed to upload to bucket: AccessDenied"
        if label.field == "http_status":
            status = STATUS_NAMES.get(value)
            found.statuses.append((80, 0, status, None) if status else (1, 0, int(value), None))
        elif label.field != "code":
            found.fact(label.field, value.rstrip(".:)"), label.rank)
        elif (row := self.code_named(value := value.rstrip("."))) is not None:
            late = row.code is SESSION_EXPIRED and match.start() > text.after
            found.add_code(row, None, 0, value, label.rank - CONSEQUENCE * late)
        elif value not in VAGUE_CODES and value[0].isupper() and CODE_LIKE.match(value):
            found.unnamed_code = found.unnamed_code or value


@dataclass(frozen=True)
class Word:
    """A word that tells a fact where it stands alone, or with one of the endings."""

    word: str
    field: str
    value: str
    rank: int
    endings: tuple[str, ...] = ()

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep the fact."""
        low = text.low
        for start in starts[:8]:
            end = start + len(self.word)
            if not (start and _is_word(low[start - 1])) and (
                not _is_word(low[end : end + 1]) or low.startswith(self.endings, end)
            ):
                found.fact(self.field, self.value, self.rank)
                return


@dataclass(frozen=True)
class CodeName:
    """A code's name, as a word of its own or run together with `Exception`, `Error` or its own message."""

    row: S3Code | OtherCode
    runs_on: tuple[str, ...]

    def read(self, found: Findings, text: Prose, starts: list[int]) -> None:
        """Keep the code; a name set off as a code counts for more."""
        row, flat = self.row, text.flat
        name = row.name
        at = flat.find(name)
        while at >= 0:
            end = at + len(name)
            if not (at and _is_word(flat[at - 1])) and (
                not _is_word(flat[end : end + 1]) or flat.startswith(self.runs_on, end)
            ):
                break
            at = flat.find(name, end)
        else:
            return
        if isinstance(row, S3Code):
            behind = flat[end : end + 1]
            set_off = not behind or behind in _SET_OFF or flat[at - 1 : at] in _SET_OFF
            strength = TEXT_CODE if set_off else LOOSE_CODE
        else:
            strength = TEXT_TOKEN
        if row.code is SESSION_EXPIRED and at > text.after:
            strength -= CONSEQUENCE
        found.add_code(row, None, 0, name, strength)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
