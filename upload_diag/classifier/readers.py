"""The rules for running text, one class a kind: each looks where its literal stands and writes down what it finds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from string import ascii_letters, digits
from typing import ClassVar, Protocol

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
    "Keep",
    "LabelledFact",
    "Marker",
    "Match",
    "Pattern",
    "Prose",
    "Read",
    "Reader",
    "Sentence",
    "Verb",
    "Word",
]

CODE_LIKE = re.compile(r"[A-Za-z][\w.-]{2,60}\Z")
VAGUE_CODES = frozenset({"Error", "UnknownError", "Unknown", "NetworkingError", "S3Error", "HTTP_ERROR", "ClientError"})

# Names that are no words of English in lower case either: those of errno, which Erlang and Elixir print so, and others
# where all of a text is in lower case.
_ERRNO = re.compile(r"E[A-Z]{5,}\Z")
_COMPOUND = re.compile(r"(?=.{9})(?:[A-Z]+[a-z0-9]+){2,}\Z|ERR_[A-Z_]+\Z")
_SET_OFF = frozenset(":)]'\"([")
_OF_OBJECT = "->"  # a method, as in `WrappedHttpHandler->parseError()`, which traces of AWS's SDK for PHP hold
_WORD = frozenset(ascii_letters + digits + "_")


@dataclass(slots=True)
class Prose:
    """A text with folded white space, its lower-case form of the same length, and where in it consequences begin."""

    flat: str
    low: str
    after: int  # an abort that failed, too


Match = Callable[[str, int], re.Match[str] | None]
Keep = Callable[[Findings, Prose, re.Match[str], int], None]
Read = Callable[[Findings, Prose, str, int], None]


class Reader(Protocol):
    """A rule that one of its literals has called."""

    def read(self, found: Findings, text: Prose, literal: str, start: int) -> None:
        """Look at the text, in whose lower-case form the literal first stands at `start`."""


@dataclass(frozen=True)
class Pattern:
    """A pattern that is looked for where one of its literals stands.

    Attributes:
        pattern: on the lower-case text, or on the text as it is if `exact`.
        before: the most characters that a match has before the literal.
    """

    exact: ClassVar[bool] = False
    pattern: str
    before: int

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when it is first needed, for most runs need few."""
        return re.compile(self.pattern, re.ASCII)  # a Chinese word before a term is no part of it

    @cached_property
    def beginnings(self) -> list[str]:
        """What a match begins with: to look for that is cheaper than to try the pattern everywhere."""
        return beginnings(self.pattern)

    def read(self, found: Findings, text: Prose, literal: str, start: int) -> None:
        """Keep the first match that holds the literal, where a match may begin before it."""
        string, low = text.flat if self.exact else text.low, text.low
        before = self.before if self.before < UNBOUNDED else len(low)
        if not self.beginnings:
            if match := self.regex.search(string, max(0, start - before)):
                self.keep(found, text, match, match.start())
            return
        first = 0
        while start >= 0:
            for at in self._places(low, max(first, start - before), start):
                if match := self.regex.match(string, at):
                    self.keep(found, text, match, at)
                    return
            first = start + 1  # up to here none begins
            start = low.find(literal, first)

    def _places(self, low: str, first: int, last: int) -> list[int]:
        """Where a match may begin, from the first place to the last."""
        found = []
        for begin in self.beginnings:
            at = low.find(begin, first, last + len(begin))
            while at >= 0:
                found.append(at)
                at = low.find(begin, at + 1, last + len(begin))
        found.sort()
        return found

    def keep(self, found: Findings, text: Prose, match: re.Match[str], start: int) -> None:
        """Write down what the match says, which begins at `start`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Sentence(Pattern):
    """A phrase, or a service's own message."""

    rule: str
    code: ErrorCode
    strength: int
    refines: tuple[ErrorCode, ...] = ()

    def keep(self, found: Findings, text: Prose, match: re.Match[str], start: int) -> None:
        """Keep the sentence as a hit."""
        late = self.code is SESSION_EXPIRED and start > text.after
        strength = self.strength - CONSEQUENCE if late else self.strength
        found.add(Hit(strength, 0, self.rule, self.code, None, text.flat[start : match.end()], self.refines))


@dataclass(frozen=True)
class Verb(Pattern):
    """An operation told by what a client says that it was doing."""

    operation: str

    def keep(self, found: Findings, text: Prose, match: re.Match[str], start: int) -> None:
        """Keep the operation, unless it is that of a consequence."""
        if match.start() < text.after:
            found.fact("operation", self.operation, 30)


@dataclass(frozen=True)
class Marker(Pattern):
    """A fact that lets a status say more."""

    name: str

    def keep(self, found: Findings, text: Prose, match: re.Match[str], start: int) -> None:
        """Keep the marker."""
        found.markers |= {self.name}


@dataclass(frozen=True)
class LabelledFact(Pattern):
    """A label of `shapes.sdk_text`."""

    exact: ClassVar[bool] = True
    label: Label
    code_named: Callable[[str], S3Code | OtherCode | None]

    def keep(self, found: Findings, text: Prose, match: re.Match[str], start: int) -> None:
        """Keep what stands behind the label."""
        label = self.label
        value = match[1] if match.lastindex == 1 else "".join(filter(None, match.groups()))
        if label.field == "bucket" and self.code_named(value) is not None:
            return  # "failed to upload to bucket: AccessDenied"
        if label.field == "http_status":
            status = STATUS_NAMES.get(value) or int(value)
            found.statuses.append((max(80, label.rank) if status else 1, 0, status, None))
        elif label.field != "code":
            found.fact(label.field, value.rstrip(".:)"), label.rank)
        elif (row := self.code_named(value := value.rstrip("."))) is not None:
            late = row.code is SESSION_EXPIRED and start > text.after
            found.add_code(row, None, 0, value, label.rank - CONSEQUENCE * late)
        elif value not in VAGUE_CODES and value[0].isupper() and CODE_LIKE.match(value):
            found.unnamed_code = found.unnamed_code or value


@dataclass(frozen=True)
class Word:
    """A word that tells a fact where it stands alone, or with one of the endings."""

    field: str
    value: str
    rank: int
    endings: tuple[str, ...] = ()

    def read(self, found: Findings, text: Prose, literal: str, start: int) -> None:
        """Keep the fact."""
        low = text.low
        for _ in range(8):
            end = start + len(literal)
            if not (start and low[start - 1] in _WORD) and (
                low[end : end + 1] not in _WORD or low.startswith(self.endings, end)
            ):
                found.fact(self.field, self.value, self.rank)
                return
            start = low.find(literal, end)
            if start < 0:
                return


@dataclass(frozen=True)
class CodeName:
    """A code's name, as a word of its own or run together with `Exception`, `Error` or its own message."""

    row: S3Code | OtherCode
    runs_on: tuple[str, ...]

    def read(self, found: Findings, text: Prose, literal: str, start: int) -> None:
        """Keep the code; a name set off as a code counts for more."""
        row, flat = self.row, text.flat
        name = row.name
        at = flat.find(name, start)
        if at < 0 and (_ERRNO.match(name) or (flat == text.low and _COMPOUND.match(name))):
            name, at = name.lower(), start
        while at >= 0:
            end = at + len(name)
            if not (at and (flat[at - 1] in _WORD or flat[at - 2 : at] == _OF_OBJECT)) and (
                flat[end : end + 1] not in _WORD or flat.startswith(self.runs_on, end)
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
