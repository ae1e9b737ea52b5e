"""A rule set made ready for text: from a word to the rules that it may trigger.

Every rule is reached by one word that must stand in the text, so a text costs one pass that cuts it into words, and
then only the rules whose words it holds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from upload_diag.codes import ErrorCode
from upload_diag.rules.rows import OtherCode, Phrase, S3Code
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.statuses import MARKERS
from upload_diag.shapes.sdk_text import LABELS, OPERATIONS

__all__ = ["TOKEN", "Entry", "Index", "Sentence"]

TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
"""A word as the index knows it."""

PROVIDERS: dict[str, str] = {
    "aws": "amazonaws AmazonS3",
    "minio": "MinIO minio Minio",
    "ceph": "Ceph ceph radosgw rgw",
    "r2": "cloudflarestorage",
    "gcs": "googleapis UploadServer GCS gcs",
    "azure": "windows Windows_Azure_Blob RestError azure Azure blob_core AzureBlob",
    "b2": "backblazeb2 backblaze b2api",
    "oss": "aliyuncs AliyunOSS",
    "obs": "myhuaweicloud",
    "cos": "myqcloud",
    "wasabi": "wasabisys WasabiS3",
    "spaces": "digitaloceanspaces",
    "storagegrid": "StorageGRID",
    "seaweedfs": "SeaweedFS seaweedfs",
    "versitygw": "VERSITYGW versitygw",
    "supabase": "supabase",
    "firebase": "firebasestorage firebase FirebaseStorageError",
}
"""Words of host names and `Server` headers that tell the storage service."""


@dataclass(frozen=True)
class Sentence:
    """A phrase, or a service's own message, ready to be searched for."""

    rule: str
    code: ErrorCode
    keyword: str
    pattern: str
    strength: int
    refines: tuple[ErrorCode, ...] = ()
    service_code: str | None = None

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
        while (
            bounded and match and match.start() and (low[match.start() - 1].isalnum() or low[match.start() - 1] == "_")
        ):
            match = regex.search(low, match.start() + 1)
        return match


@dataclass(slots=True)
class Entry:
    """What one word may trigger."""

    codes: list[tuple[S3Code | OtherCode, str]] = field(default_factory=list)  # (row, its spelling in the text)
    sentences: list[Sentence] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    operation: str = ""
    provider: str = ""


def squash(name: str) -> str:
    """A code's name without case and punctuation: `NO_SUCH_UPLOAD` and `NoSuchUpload` are one."""
    return "".join(filter(str.isalnum, name)).lower()


_FREQUENT = frozenset(
    [
        "the",
        "and",
        "not",
        "for",
        "this",
        "that",
        "with",
        "from",
        "was",
        "has",
        "have",
        "been",
        "are",
        "you",
        "your",
        "error",
        "upload",
        "uploading",
        "failed",
        "request",
        "server",
        "file",
        "object",
        "data",
        "could",
        "cannot",
        "does",
        "exist",
        "code",
        "status",
        "message",
        "https",
        "http",
    ]
)
"""Words that stand in almost every error: a sentence is looked for by another of its words where it has one."""

_MESSAGE_STRENGTH = 72  # the service's own sentence, found without its code


class Index:
    """A rule set, by the words that trigger it."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.codes: dict[str, S3Code | OtherCode] = {**ruleset.other_codes, **ruleset.s3_codes}
        self._squashed = {squash(name): row for name, row in self.codes.items()}
        self.tokens: dict[str, Entry] = {}
        self.unindexed: list[Sentence] = []  # those that no word of the index leads to, and that are ASCII
        self.unindexed_all: list[Sentence] = []
        self.markers = [(name, keyword, re.compile(pattern)) for name, keyword, pattern in MARKERS]
        for row in self.codes.values():
            self._add_code(row)
        sentences = list(_sentences(ruleset.s3_codes.values(), ruleset.phrases))
        common = Counter(word for sentence, _ in sentences for word in set(TOKEN.findall(sentence.keyword)))
        for sentence, hits in sentences:
            self._add_sentence(sentence, hits, common)
        for number, label in enumerate(LABELS):
            for token in label.tokens.split():
                self._entry(token).labels.append(number)
        for name in OPERATIONS:
            for spelling in (name, name[0].lower() + name[1:], name + "Handler", name + "Command", name + "Result"):
                self._entry(spelling).operation = name
        for provider, words in PROVIDERS.items():
            for word in words.split():
                self._entry(word).provider = provider

    def code_named(self, name: str) -> S3Code | OtherCode | None:
        """The row for a name in a code's place, whatever its spelling.

        `NoSuchUpload`, `no_such_upload`, `NoSuchUploadException`, `Aws::S3::Errors::NoSuchUpload` and
        `software.amazon…NoSuchUploadException` are one row.
        """
        row = self.codes.get(name)
        if row is None and (row := self._squashed.get(squash(name))) is None:
            last = re.split(r"[.:$\\/#]", name.rstrip(".:$"))[-1]
            row = self.codes.get(last) or self._squashed.get(squash(last))
            if row is None:
                for suffix in ("Exception", "Error", "Fault"):
                    if last.endswith(suffix) and last != suffix:
                        row = self.codes.get(last.removesuffix(suffix))
        return row

    def _entry(self, token: str) -> Entry:
        return self.tokens.setdefault(token, Entry())

    def _add_code(self, row: S3Code | OtherCode) -> None:
        if row.plain:
            return
        words = TOKEN.findall(row.name)
        if not words:
            return
        self._entry(max(words, key=len)).codes.append((row, row.name))
        if not isinstance(row, S3Code) or words != [row.name]:
            return
        # Typed exceptions, and code and message run together: `NoSuchUploadThe specified upload …`
        for suffix in ("Exception", "Error", row.message.split(" ", 1)[0]):
            if suffix and row.name + suffix not in self.codes:
                self._entry(row.name + suffix).codes.append((row, row.name + suffix))

    def _add_sentence(self, sentence: Sentence, hits: Iterable[str], common: Mapping[str, int]) -> None:
        """Under the rarest word of the keyword that stands as a word in every known hit."""
        words = set(TOKEN.findall(sentence.keyword))
        for hit in hits:
            words &= set(TOKEN.findall(hit.lower()))
        if not words:
            self.unindexed_all.append(sentence)
            if sentence.keyword.isascii():
                self.unindexed.append(sentence)
            return
        word = min(words, key=lambda w: (common[w] + 20 * (w in _FREQUENT), -len(w), w))
        spellings = {word, word.capitalize(), word.upper()}
        spellings.update(token for hit in hits for token in TOKEN.findall(hit) if token.lower() == word)
        for spelling in spellings:
            self._entry(spelling).sentences.append(sentence)


def _sentences(codes: Iterable[S3Code], phrases: Iterable[Phrase]) -> Iterable[tuple[Sentence, tuple[str, ...]]]:
    """Every sentence with texts that hold it: the phrases, and the services' own messages of four words or more."""
    seen: set[str] = set()
    for code in sorted(codes, key=lambda row: ("aws" not in row.vendors, row.plain, row.name)):
        message = " ".join(code.message.lower().split()).rstrip(".")
        if message.count(" ") >= 3 and message not in seen:
            seen.add(message)
            yield (
                Sentence(
                    f"{code.rule}.message", code.code, message.split(". ")[0], re.escape(message.split(". ")[0]),
                    _MESSAGE_STRENGTH, (), None,
                ),
                (code.message,),
            )  # fmt: skip
    for row in phrases:
        yield (
            Sentence(row.rule, row.code, row.keyword, row.pattern or re.escape(row.keyword), row.strength, row.refines),
            row.hits,
        )
