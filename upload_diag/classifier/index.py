"""A rule set made ready for text: from a literal to the rules that it may trigger.

Every rule is reached by literals of which one must stand in the text. A text is scanned once for all of them, and
then only the rules that it can match are tried.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from upload_diag._saved import saved
from upload_diag.classifier.readers import (
    CodeName,
    Keep,
    LabelledFact,
    Marker,
    Match,
    Pattern,
    Read,
    Reader,
    Sentence,
    Verb,
    Word,
)
from upload_diag.classifier.spotter import Spotter, spotter
from upload_diag.rules.required import triggers
from upload_diag.rules.rows import OtherCode, S3Code
from upload_diag.rules.ruleset import Ruleset, first_sentence
from upload_diag.rules.statuses import MARKERS
from upload_diag.shapes.sdk_text import LABELS, OPERATION_WORDS, OPERATIONS

if TYPE_CHECKING:
    from upload_diag.classifier.findings import Findings

__all__ = ["PROVIDERS", "Index"]

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

_BETWEEN_PARTS = re.compile(r"[.:$\\/#]")  # of a name: `Aws::S3::Errors::NoSuchUpload`
_MESSAGE_STRENGTH = 72  # the service's own sentence, found without its code


def _squash(name: str) -> str:
    """A code's name without case and punctuation: `NO_SUCH_UPLOAD` and `NoSuchUpload` are one."""
    return "".join(filter(str.isalnum, name)).lower()


class _Call(NamedTuple):
    """What a literal calls.

    Attributes:
        literal: the literal.
        here: the patterns that begin with it: how each is matched, whether on the text as it is, what to do then.
        others: how the other rules are read.
    """

    literal: str
    here: tuple[tuple[Match, bool, Keep], ...]
    others: tuple[Read, ...]


class _Calls(dict[int, _Call]):
    """What each literal calls, made ready when it is first met, for most runs meet few."""

    def __init__(self, readers: list[tuple[str, list[Reader]]]) -> None:
        super().__init__()
        self._readers = readers

    def __missing__(self, number: int) -> _Call:
        literal, readers = self._readers[number]
        here, others = [], []
        for reader in readers:
            if isinstance(reader, Pattern) and not reader.before:
                here.append((reader.regex.match, reader.exact, reader.keep))
            else:
                others.append(reader.read)
        call = self[number] = _Call(literal, tuple(here), tuple(others))
        return call


class Index:
    """A rule set, by the literals that trigger it.

    Attributes:
        codes: every row of a name, by that name.
        literals: the literals, in an order that does not depend on that of the rules.
        calls: what each literal calls, by its number.
        spot: from lower-case text to where literals start in it, and their numbers.
        markers: the facts that let a status say more.
        memo: what short texts have been found to say.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.codes: dict[str, S3Code | OtherCode] = {**ruleset.other_codes, **ruleset.s3_codes}
        self._squashed = {_squash(name): row for name, row in self.codes.items()}
        self._unnamed: set[str] = set()  # what has been asked for in vain
        self.memo: dict[str, Findings] = {}
        readers: defaultdict[str, list[Reader]] = defaultdict(list)
        called = [*self._verdicts(ruleset), *self._facts()]
        for literals, reader in called:
            for literal in literals:
                readers[literal].append(reader)
        self.markers = [reader for _, reader in called if isinstance(reader, Marker)]
        self.literals = sorted(readers)
        self.calls = _Calls([(literal, readers[literal]) for literal in self.literals])

    def _verdicts(self, ruleset: Ruleset) -> Iterator[tuple[Iterable[str], Reader]]:
        """Every rule that tells what went wrong, with the literals that call it."""
        for row in self.codes.values():
            if not row.plain:
                yield [row.name.lower()], CodeName(row, self._runs_on(row))
        for code in _distinct_messages(ruleset.s3_codes.values()):
            message = first_sentence(code.message)
            yield [message], Sentence(re.escape(message), 0, f"{code.rule}.message", code.code, _MESSAGE_STRENGTH)
        sentences = [(phrase.pattern or re.escape(phrase.keyword), phrase) for phrase in ruleset.phrases]
        triggers = _triggers("sentences", [pattern for pattern, _ in sentences])
        for pattern, phrase in sentences:
            literals, before = triggers[pattern]
            yield literals, Sentence(pattern, before, phrase.rule, phrase.code, phrase.strength, phrase.refines)

    def _facts(self) -> Iterator[tuple[Iterable[str], Reader]]:
        """Every rule that tells where it went wrong, with the literals that call it."""
        patterns = [pattern for *_, pattern in (*OPERATION_WORDS, *MARKERS)]
        triggers = _triggers("facts", patterns + [label.pattern for label in LABELS])
        for operation, pattern in OPERATION_WORDS:
            literals, before = triggers[pattern]
            yield literals, Verb(pattern, before, operation)
        for name, _, pattern in MARKERS:
            literals, before = triggers[pattern]
            yield literals, Marker(pattern, before, name)
        for label in LABELS:
            literals, before = triggers[label.pattern]
            yield literals, LabelledFact(label.pattern, before, label, self.code_named)
        for operation in OPERATIONS:
            endings = ("handler", "command", "result", "request", "async(")
            yield [operation.lower()], Word("operation", operation, 40, endings)
        for provider, words in PROVIDERS.items():
            yield words, Word("provider", provider, 50)

    def _runs_on(self, row: S3Code | OtherCode) -> tuple[str, ...]:
        """What may follow the name without a break: `NoSuchUploadException`, `NoSuchUploadThe specified …`."""
        if not isinstance(row, S3Code):
            return ()
        endings = [ending for ending in ("Exception", "Error") if row.name + ending not in self.codes]
        return (*endings, row.message[:8]) if row.message else tuple(endings)

    def forget(self) -> None:
        """Forget the texts and names that it was asked for."""
        self.memo.clear()
        self._unnamed.clear()

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
        last = _BETWEEN_PARTS.split(name.rstrip(".:$"))[-1]
        for spelling in (last, *(last.removesuffix(suffix) for suffix in ("Exception", "Error", "Fault"))):
            if spelling and (row := self.codes.get(spelling) or self._squashed.get(_squash(spelling))):
                return row
        return None


def _triggers(name: str, patterns: list[str]) -> dict[str, tuple[list[str], int]]:
    """`required.triggers` of each pattern; kept, as taking the patterns apart is most of a start."""
    found = saved(
        name,
        lambda: json.dumps({pattern: triggers(pattern) for pattern in patterns}).encode(),
        of=repr(patterns).encode(),
    )
    return {pattern: (literals, before) for pattern, (literals, before) in json.loads(found).items()}


def _distinct_messages(codes: Iterable[S3Code]) -> Iterable[S3Code]:
    """The rows whose message is a sentence of four words or more, one row a sentence."""
    seen: set[str] = set()
    for code in sorted(codes, key=lambda row: ("aws" not in row.vendors, row.plain, row.name)):
        message = first_sentence(code.message)
        if code.message.count(" ") >= 3 and message not in seen:
            seen.add(message)
            yield code
