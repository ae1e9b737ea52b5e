"""`Trace`: what happened to one upload id, counted while the log is read, in a form that adds up."""

from hashlib import sha256
from typing import NamedTuple

from upload_diag.codes import ErrorCode
from upload_diag.logs.fields import Ids
from upload_diag.logs.markers import Event

__all__ = ["DOTS", "Failure", "Mark", "Place", "Trace", "what_order"]

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


class Mark:
    """How often something happened, first and last."""

    __slots__ = ("count", "first", "last")

    def __init__(self, count: int, first: Place, last: Place) -> None:
        self.count = count
        self.first = first
        self.last = last


class Trace:
    """What happened to one upload id, or to one video or key when the records give no upload id.

    Attributes:
        uploads: upload ids, as the records write them.
        marks: what happened -> how often, first and last.
        parts: the part numbers that were stored, as bits.
    """

    __slots__ = ("bucket", "key", "marks", "parts", "uploads", "video")

    def __init__(self) -> None:
        self.uploads: tuple[bytes, ...] = ()
        self.video = b""
        self.bucket = b""
        self.key = b""
        self.marks: dict[Event | Failure, Mark] = {}
        self.parts = 0

    def learn(self, ids: Ids) -> None:
        """Remember the ids of a record; of several values the least one is kept, in whatever order they come.

        Upload ids of one trace differ in the dots at their ends only, and the longest is right.
        """
        upload, video, bucket, key, _, _ = ids
        if upload and (not self.uploads or len(upload) > len(self.uploads[0])):
            self.uploads = (upload,)
        if video and video != self.video:
            self.video = min(video, self.video or video)
        if bucket and bucket != self.bucket:
            self.bucket = min(bucket, self.bucket or bucket)
        if key and key != self.key:
            self.key = min(key, self.key or key)

    def mark(self, what: Event | Failure, place: Place, part: int) -> None:
        """Note that something happened."""
        if part and what is Event.PART:
            self.parts |= 1 << part
        known = self.marks.get(what)
        if known is None:
            self.marks[what] = Mark(1, place, place)
            return
        known.count += 1
        if place > known.last:
            known.last = place
        elif place < known.first:
            known.first = place

    def merge(self, other: "Trace") -> None:
        """Add what is known from elsewhere."""
        uploads = sorted({*self.uploads, *other.uploads})
        self.uploads = tuple({upload.rstrip(DOTS): upload for upload in uploads}.values())
        self.learn(Ids(video=other.video, bucket=other.bucket, key=other.key))
        self.parts |= other.parts
        for what, mark in other.marks.items():
            self.add(what, mark)

    def add(self, what: Event | Failure, mark: Mark) -> None:
        """Add what happened elsewhere."""
        known = self.marks.get(what)
        if known is None:
            self.marks[what] = Mark(mark.count, mark.first, mark.last)
        else:
            known.count += mark.count
            known.first = min(known.first, mark.first)
            known.last = max(known.last, mark.last)


def what_order(what: Event | Failure) -> tuple[str, ...]:
    """A sort key for what happened, the same in every run."""
    return ("", what.value) if isinstance(what, Event) else tuple(what)
