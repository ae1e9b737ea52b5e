"""What has been found in one payload so far: hits, identifiers, statuses, markers."""

from collections.abc import Mapping
from typing import Any

from upload_diag.classifier.hits import FAILURE, NAME_FIELD, UNKNOWN, WEAK_TOKEN, Hit, Path, rank
from upload_diag.rules.rows import OtherCode, S3Code

__all__ = ["Findings"]

# Words that stand where an id would, but are none; source lines in tracebacks hold `UploadId=upload_id`.
_NO_IDS = frozenset(
    {
        "",
        "null",
        "undefined",
        "none",
        "nil",
        "n/a",
        "...",
        "…",
        "-",
        "0",
        "unknown",
        "may",
        "redacted",
        "string",
        "str",
        "does",
        "true",
        "false",
    }
)
# Names of variables: `UploadId=upload_id` in a traceback.
_VARIABLES = frozenset(
    {
        "bucket",
        "key",
        "upload_id",
        "uploadid",
        "bucket_name",
        "bucketname",
        "object_key",
        "part_number",
        "request_id",
        "self.upload_id",
        "self.bucket",
        "self.key",
    }
)
_NO_VARIABLE = 70  # the rank from which on a bucket may well be called "bucket"
_NUMBERS = {"part_number": (1, 10_000), "chunk_size": (1, 1 << 48), "attempts": (0, 10_000)}


class Findings:
    """A notebook: it keeps of each rule the best hit, of each identifier the surest value.

    Attributes:
        hits: by rule.
        ids: (rank, value) by the field of `UploadContext`.
        statuses: (sureness, depth, status, path) of every HTTP status.
        markers: names of the facts that let a status say more.
        unnamed_code: a value in a code's place that no row knows.
    """

    __slots__ = ("hits", "ids", "markers", "statuses", "unnamed_code")

    def __init__(self) -> None:
        self.hits: dict[str, Hit] = {}
        self.ids: dict[str, tuple[int, Any]] = {}
        self.statuses: list[tuple[int, int, int, Path]] = []
        self.markers: frozenset[str] = frozenset()
        self.unnamed_code: str | None = None

    def add(self, hit: Hit) -> None:
        """Keep the hit, unless its rule has a better one."""
        known = self.hits.get(hit.rule)
        if known is None or rank(hit) < rank(known):
            self.hits[hit.rule] = hit

    def add_code(self, row: S3Code | OtherCode, path: Path, depth: int, value: str, strength: int) -> None:
        """Keep the hit of a row's name."""
        if isinstance(row, S3Code):
            self.add(Hit(strength, depth, row.rule, row.code, path, value, (), row.name))
            return
        if row.code is UNKNOWN:
            strength = FAILURE
        else:
            strength = WEAK_TOKEN if row.weak else min(strength, NAME_FIELD)
        self.add(Hit(strength, depth, row.rule, row.code, path, value, (), row.service_code))

    def facts(self, facts: Mapping[str, str], rank: int) -> None:
        """Keep several identifiers."""
        for name, value in facts.items():
            self.fact(name, value, rank)

    def fact(self, name: str, value: Any, rank: int) -> None:
        """Keep an identifier; of two the higher rank wins, then the first."""
        if value is None or isinstance(value, bool) or (name in self.ids and self.ids[name][0] >= rank):
            return
        text = str(value)
        if name in _NUMBERS:
            low, high = _NUMBERS[name]
            if len(text) < 16 and text.isascii() and text.isdigit() and low <= int(text) <= high:
                self.ids[name] = (rank, int(text))
        elif len(text) <= 2_000 and not _is_placeholder(text.lower(), rank):
            self.ids[name] = (rank, text)

    def merge(self, other: "Findings", path: Path, depth: int) -> None:
        """Take over what was found in a text that stands at `path`."""
        for strength, inner, rule, code, place, value, refines, service_code in other.hits.values():
            place = path if place is None else _join(path, place)  # noqa: PLW2901
            self.add(Hit(strength, depth + inner, rule, code, place, value, refines, service_code))
        for name, known in other.ids.items():
            if name not in self.ids or self.ids[name][0] < known[0]:
                self.ids[name] = known
        for sure, inner, status, place in other.statuses:
            self.statuses.append((sure, depth + inner, status, _join(path, place)))
        self.markers |= other.markers
        self.unnamed_code = self.unnamed_code or other.unnamed_code


def _join(outer: Path, inner: Path) -> Path:
    """The path `inner`, seen from where `outer` begins."""
    keys = []
    while inner is not None:
        inner, key = inner
        keys.append(key)
    for key in reversed(keys):
        outer = (outer, key)
    return outer


def _is_placeholder(low: str, rank: int) -> bool:
    # A traceback's source, too: `upload_id = self._create_multipart_upload(`.
    return low in _NO_IDS or (rank < _NO_VARIABLE and (low in _VARIABLES or low.startswith(("self.", "this."))))
