"""`Trace`: what happened to one upload id, counted while the log is read, in a form that adds up."""

from hashlib import sha256
from typing import Any, NamedTuple

from upload_diag.codes import ErrorCode
from upload_diag.logs.fields import Ids
from upload_diag.logs.markers import Event

__all__ = ["DOTS", "Failure", "Place", "Trace", "What", "what_order"]

# A text may end with an upload id, and then nobody knows whose dots these are: ids that differ in them only are one.
DOTS = b".:"
_VERSION = "v1"  # changes when the same failure would get another fingerprint

# When and where a record is: milliseconds since 1970 (0: unknown), path, byte, line. Ordered as things happened.
Place = tuple[int, str, int, int]


class Failure(NamedTuple):
    """What makes two findings the same failure: they are counted as one group."""

    code: ErrorCode
    service_code: str
    rule: str
    operation: str

    @property
    def fingerprint(self) -> str:
        """A short name of it, the same in every run and every report."""
        return f"{_VERSION}:{sha256(chr(0).join(self).encode()).hexdigest()[:12]}"


What = Event | Failure


class Trace:
    """What happened to one upload id, or to one video or key when the records give no upload id.

    Attributes:
        name: what a tally knows it by.
        uploads: upload ids, as the records write them.
        first: what happened -> when and where first.
        again: what happened more than once -> how often, and when and where last. Most things happen once.
        parts: the part numbers that were stored, as bits.
    """

    __slots__ = ("again", "bucket", "first", "key", "name", "parts", "uploads", "video")

    def __init__(self, name: bytes = b"") -> None:
        self.name = name
        self.uploads: tuple[bytes, ...] = ()
        self.video = b""
        self.bucket = b""
        self.key = b""
        self.first: dict[What, Place] = {}
        self.again: dict[What, tuple[int, Place]] = {}
        self.parts = 0

    def copy(self) -> "Trace":
        """A trace that can be added to without a change of this one."""
        copy = Trace(self.name)
        copy.merge(self)
        return copy

    def learn(self, ids: tuple[Any, ...]) -> None:
        """Remember ids, in the order of `Ids`; of several values the least one is kept, in whatever order they come.

        Upload ids of one trace differ in the dots at their ends only, and the longest is right. So is the longer of two
        keys that begin alike: a text cuts a key at a blank. The path of an address gives way to a key.
        """
        upload, video, bucket, key, _, _ = ids
        if upload and (not self.uploads or len(upload) > len(self.uploads[0])):
            self.uploads = (upload,)
        if video and video != self.video:
            self.video = min(video, self.video or video)
        if bucket and bucket != self.bucket:
            self.bucket = min(bucket, self.bucket or bucket)
        if not self.key.startswith(key):
            self._learn_key(key)

    def _learn_key(self, key: bytes) -> None:
        if key.startswith(self.key):
            self.key = key
        elif key.startswith(b"/") == self.key.startswith(b"/"):
            self.key = min(key, self.key)
        else:
            path, self.key = (key, self.key) if key.startswith(b"/") else (self.key, key)
            if path.endswith(b"/" + self.key):
                self.bucket = self.bucket or path[: -len(self.key) - 1].rpartition(b"/")[2]

    def mark(self, what: What, place: Place, part: int = 0) -> None:
        """Note that something happened."""
        if part and what is Event.PART:
            self.parts |= 1 << part
        if self.first.setdefault(what, place) is not place:
            self.add(what, 1, place, place)

    def merge(self, other: "Trace") -> None:
        """Add what is known from elsewhere."""
        uploads = sorted({*self.uploads, *other.uploads})
        self.uploads = tuple({upload.rstrip(DOTS): upload for upload in uploads}.values())
        self.learn(Ids(video=other.video, bucket=other.bucket, key=other.key))
        self.parts |= other.parts
        for what, first in other.first.items():
            self.add(what, *other.again.get(what, (1, first)), first)

    def add(self, what: What, count: int, last: Place, first: Place) -> None:
        """Add what happened elsewhere so often, last and first there."""
        if what not in self.first:
            self.first[what] = first
            if count > 1:
                self.again[what] = count, last
            return
        begun = self.first[what]
        known, latest = self.again.get(what, (1, begun))
        self.again[what] = known + count, max(last, latest)
        self.first[what] = _earliest(first, begun)

    @property
    def counts(self) -> dict[What, int]:
        """What happened -> how often."""
        return dict.fromkeys(self.first, 1) | {what: count for what, (count, _) in self.again.items()}

    @property
    def last(self) -> dict[What, Place]:
        """What happened -> when and where last."""
        return self.first | {what: place for what, (_, place) in self.again.items()}

    @property
    def begin(self) -> Place:
        """When and where the first thing happened."""
        return min(self.first.values(), default=(0, "", 0, 0))

    @property
    def end(self) -> int:
        """The time of the last thing that happened."""
        return max((place[0] for place in self.last.values()), default=0)


def _earliest(one: Place, other: Place) -> Place:
    """The one that came first; of two of which one tells no time, the other, for it does tell when."""
    if bool(one[0]) != bool(other[0]):
        return one if one[0] else other
    return min(one, other)


def what_order(what: What) -> tuple[str, ...]:
    """A sort key for what happened, the same in every run."""
    return ("", what.value) if isinstance(what, Event) else tuple(what)
