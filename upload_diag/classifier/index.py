"""A rule set made ready for text: from a literal to the rules that it may trigger.

Every rule is reached by literals of which one must stand in the text. A text is scanned once for all of them, and
then only the rules that it can match are tried.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from upload_diag.classifier.spotter import Spotter, spotter
from upload_diag.codes import ErrorCode
from upload_diag.rules.required import required_literals
from upload_diag.rules.rows import OtherCode, Phrase, S3Code
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.statuses import MARKERS
from upload_diag.shapes.sdk_text import LABELS, OPERATIONS, Label

if TYPE_CHECKING:
    from upload_diag.classifier.findings import Findings

__all__ = ["Entry", "Index", "Sentence"]

PROVIDERS: dict[str, tuple[str, ...]] = {
    "aws": ("amazonaws", "amazons3"),
    "minio": ("minio",),
    "ceph": ("ceph", "radosgw"),
    "r2": ("cloudflarestorage",),
    "gcs": ("googleapis", "uploadserver", "gcs"),
    "azure": ("azure-blob", "azure-storage", "blob.core", "resterror"),
    "b2": ("backblaze", "backblazeb2", "b2api"),
    "oss": ("aliyuncs", "aliyunoss"),
    "obs": ("myhuaweicloud",),
    "cos": ("myqcloud",),
    "wasabi": ("wasabisys", "wasabis3"),
    "spaces": ("digitaloceanspaces",),
    "storagegrid": ("storagegrid",),
    "seaweedfs": ("seaweedfs",),
    "versitygw": ("versitygw",),
    "supabase": ("supabase",),
    "firebase": ("firebase", "firebasestorage", "firebasestorageerror"),
}
"""Words of host names and `Server` headers that tell the storage service."""

_MESSAGE_STRENGTH = 72  # the service's own sentence, found without its code


@dataclass(frozen=True)
class Sentence:
    """A phrase, or a service's own message, ready to be searched for in lower-cased text."""

    rule: str
    code: ErrorCode
    pattern: str
    strength: int
    refines: tuple[ErrorCode, ...] = ()

    @cached_property
    def _regex(self) -> tuple[re.Pattern[str], bool]:
        """The pattern, compiled when it is first needed, for most runs need few.

        Without a leading word boundary: the engine skips fast only to a pattern that begins with a plain character.
        """
        bounded = re.match(r"\\b[a-z][^|]*\Z|\\b[a-z][^|(]*\([^()]*\)[^|(]*\Z", self.pattern) is not None
        return re.compile(self.pattern[2:] if bounded else self.pattern), bounded

    def search(self, low: str) -> re.Match[str] | None:
        """Where the sentence stands in lower-cased text."""
        regex, bounded = self._regex
        match = regex.search(low)
        while bounded and match and match.start() and _is_word(low[match.start() - 1]):
            match = regex.search(low, match.start() + 1)
        return match


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


@dataclass(slots=True)
class Entry:
    """What one literal may trigger."""

    codes: list[S3Code | OtherCode] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    operation: str = ""
    provider: str = ""


def _squash(name: str) -> str:
    """A code's name without case and punctuation: `NO_SUCH_UPLOAD` and `NoSuchUpload` are one."""
    return "".join(filter(str.isalnum, name)).lower()


class Index:
    """A rule set, by the literals that trigger it.

    Attributes:
        codes: every row of a name, by that name.
        entries: what each literal may trigger, by the literal's number.
        literals: the literals.
        spot: from lower-case text to the numbers of the literals in it.
        memo: what short texts have been found to say, for `prose.read_prose`.
        markers: (name, literal, pattern) of the facts that let a status say more.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.codes: dict[str, S3Code | OtherCode] = {**ruleset.other_codes, **ruleset.s3_codes}
        self._squashed = {_squash(name): row for name, row in self.codes.items()}
        self.markers = [(name, keyword, re.compile(pattern)) for name, keyword, pattern in MARKERS]
        self._unnamed: set[str] = set()  # what has been asked for in vain
        self.memo: dict[str, Findings] = {}
        self._entries: dict[str, Entry] = {}
        for row in self.codes.values():
            if not row.plain:
                self._entry(row.name.lower()).codes.append(row)
        for sentence in _sentences(ruleset.s3_codes.values(), ruleset.phrases):
            for literal in required_literals(sentence.pattern):
                self._entry(literal).sentences.append(sentence)
        for label in LABELS:
            for need in label.needs:
                self._entry(need).labels.append(label)
        for name in OPERATIONS:
            self._entry(name.lower()).operation = name
        for provider, words in PROVIDERS.items():
            for word in words:
                self._entry(word).provider = provider
        self.literals = list(self._entries)
        self.entries = list(self._entries.values())

    @cached_property
    def spot(self) -> Spotter:
        """Compiled when it is first needed."""
        return spotter(self.literals)

    def code_named(self, name: str) -> S3Code | OtherCode | None:
        """The row for a name in a code's place, whatever its spelling.

        `NoSuchUpload`, `no_such_upload`, `NoSuchUploadException`, `Aws::S3::Errors::NoSuchUpload` and
        `software.amazon…NoSuchUploadException` are one row.
        """
        if (row := self.codes.get(name)) is not None:
            return row
        if name in self._unnamed:
            return None
        row = self._squashed.get(_squash(name)) or self._last_part(name)
        if row is None:
            if len(self._unnamed) > 4_096:
                self._unnamed.clear()
            self._unnamed.add(name)
        return row

    def _last_part(self, name: str) -> S3Code | OtherCode | None:
        last = re.split(r"[.:$\\/#]", name.rstrip(".:$"))[-1]
        for spelling in (last, *(last.removesuffix(suffix) for suffix in ("Exception", "Error", "Fault"))):
            if spelling and (row := self.codes.get(spelling) or self._squashed.get(_squash(spelling))):
                return row
        return None

    def _entry(self, literal: str) -> Entry:
        return self._entries.setdefault(literal, Entry())


def _sentences(codes: Iterable[S3Code], phrases: Iterable[Phrase]) -> Iterable[Sentence]:
    """Every sentence: the phrases, and the services' own messages of four words or more."""
    seen: set[str] = set()
    for code in sorted(codes, key=lambda row: ("aws" not in row.vendors, row.plain, row.name)):
        message = " ".join(code.message.lower().split()).split(". ")[0].rstrip(".")
        if code.message.count(" ") >= 3 and message not in seen:
            seen.add(message)
            yield Sentence(f"{code.rule}.message", code.code, re.escape(message), _MESSAGE_STRENGTH)
    for row in phrases:
        yield Sentence(row.rule, row.code, row.pattern or re.escape(row.keyword), row.strength, row.refines)
