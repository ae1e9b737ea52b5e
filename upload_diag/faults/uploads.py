"""The ledger of upload sessions: what AWS allows in which state, without HTTP and without input or output.

Sources of the rules: the Amazon S3 API reference of the seven multipart operations, "Amazon S3 multipart upload
limits", and "Checking object integrity". Every refusal is an `S3Error`; time is always handed in.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Generic, TypeVar, cast

from upload_diag.faults.checksums import ALGORITHMS, COMPOSITE, composite, full_object, multipart_etag
from upload_diag.faults.refusal import S3Error

__all__ = ["MAX_PARTS", "Assembled", "Ledger", "ListedPart", "Part", "State", "Upload", "check_part_number"]

C = TypeVar("C")

MAX_PARTS = 10_000
MIN_PART_SIZE = 5 * 1024 * 1024
REMEMBERED = 10_000  # sessions that are over are forgotten beyond this number, oldest first


class State(StrEnum):
    """What became of a session."""

    LIVE = "live"
    EXPIRED = "expired"
    ABORTED = "aborted"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Part(Generic[C]):
    """An uploaded part.

    Attributes:
        etag: hexadecimal, without quotes.
        checksums: algorithm to base64.
        content: its bytes, whatever the caller keeps them as.
    """

    number: int
    size: int
    etag: str
    modified: datetime
    checksums: Mapping[str, str]
    content: C


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part as a Complete request names it; `etag` and `checksums` as the client sent them, without quotes."""

    number: int
    etag: str
    checksums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assembled(Generic[C]):
    """What a Complete request amounts to, checked, before it is done.

    Attributes:
        checksum: (algorithm, base64) of the object.
    """

    parts: tuple[Part[C], ...]
    etag: str
    size: int
    checksum: tuple[str, str]
    checksum_type: str


@dataclass(slots=True)
class Upload(Generic[C]):
    """A session.

    Attributes:
        initiated: on the server's clock.
        initiator: the access key that began it.
        headers: of the Create request, as the object will get them.
        algorithm: the additional checksum that was asked for, or None.
        checksum_type: FULL_OBJECT or COMPOSITE.
        why: in words, why it is no longer live.
        ended: when that was.
        received: bytes of all parts taken, also those overwritten.
        result: what the first Complete answered; a second one gets the same.
    """

    id: str
    bucket: str
    key: str
    initiated: datetime
    initiator: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    algorithm: str | None = None
    checksum_type: str = "FULL_OBJECT"
    parts: dict[int, Part[C]] = field(default_factory=dict)
    state: State = State.LIVE
    why: str = ""
    ended: datetime | None = None
    received: int = 0
    result: object = None


Deadline = Callable[[Upload[C]], tuple[datetime, str] | None]


class Ledger(Generic[C]):
    """All sessions of a server. Not locked: the caller holds one lock around every call.

    Args:
        seed: upload ids are drawn from it, so that the same requests get the same ids.
        deadline: tells when a live session is due to die, and why.
    """

    def __init__(self, seed: int, deadline: Deadline[C]) -> None:
        self._seed = seed
        self._deadline = deadline
        self._uploads: dict[str, Upload[C]] = {}
        self._ended: dict[str, None] = {}
        self._created: Counter[tuple[str, str]] = Counter()

    def create(
        self,
        bucket: str,
        key: str,
        now: datetime,
        *,
        initiator: str = "",
        headers: Mapping[str, str] | None = None,
        algorithm: str | None = None,
        checksum_type: str | None = None,
    ) -> Upload[C]:
        """CreateMultipartUpload.

        Raises:
            S3Error: InvalidRequest, the checksum type does not go with the algorithm.
        """
        self._created[bucket, key] += 1
        text = f"{self._seed}/{bucket}/{key}/{self._created[bucket, key]}"
        token = hashlib.blake2b(text.encode(), digest_size=48)
        # Clients put ids into sentences, where a dot at the end of one cannot be told from the end of the sentence.
        upload_id = urlsafe_b64encode(token.digest()).decode("ascii").replace("-", ".").rstrip(".")
        upload: Upload[C] = Upload(
            upload_id, bucket, key, now, initiator, dict(headers or {}), *_checksum_choice(algorithm, checksum_type)
        )
        self._uploads[upload_id] = upload
        return upload

    def get(self, upload_id: str) -> Upload[C] | None:
        """The session with this id in whatever state, or None."""
        return self._uploads.get(upload_id)

    def __iter__(self) -> Iterator[Upload[C]]:
        return iter(tuple(self._uploads.values()))

    def live(self, bucket: str, key: str, upload_id: str, now: datetime) -> Upload[C]:
        """The session, if it can still be used under this bucket and key.

        Raises:
            S3Error: NoSuchUpload.
        """
        upload = self._uploads.get(upload_id)
        if upload is None or (upload.bucket, upload.key) != (bucket, key) or not self._alive(upload, now):
            raise S3Error("NoSuchUpload", UploadId=upload_id)
        return upload

    def put_part(self, bucket: str, key: str, upload_id: str, part: Part[C], now: datetime) -> Upload[C]:
        """UploadPart, once the bytes are there; the last one under a number wins.

        Raises:
            S3Error: NoSuchUpload: the session died while the part was sent.
        """
        upload = self.live(bucket, key, upload_id, now)
        upload.parts[part.number] = part
        upload.received += part.size
        return upload

    def list_parts(
        self, bucket: str, key: str, upload_id: str, now: datetime, *, marker: int = 0, limit: int = 1000
    ) -> tuple[Upload[C], list[Part[C]], bool]:
        """ListParts: the session, a page of its parts, and whether more follow.

        Raises:
            S3Error: NoSuchUpload.
        """
        upload = self.live(bucket, key, upload_id, now)
        numbers = sorted(number for number in upload.parts if number > marker)
        return upload, [upload.parts[number] for number in numbers[:limit]], len(numbers) > limit > 0

    def in_bucket(self, bucket: str, now: datetime) -> list[Upload[C]]:
        """The live sessions of a bucket, by key and then by age, as ListMultipartUploads orders them."""
        found = [upload for upload in self if upload.bucket == bucket and self._alive(upload, now)]
        return sorted(found, key=lambda each: (each.key, each.initiated, each.id))

    def assemble(
        self, bucket: str, key: str, upload_id: str, listed: list[ListedPart], now: datetime
    ) -> tuple[Upload[C], Assembled[C]]:
        """Check a Complete request against the parts that are there; nothing is changed.

        Raises:
            S3Error: NoSuchUpload, MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest or
                InternalError.
        """
        upload = self.live(bucket, key, upload_id, now)
        if not listed or len(listed) > MAX_PARTS:
            raise S3Error("MalformedXML")
        listed = _last_sent(listed)
        if any(before.number >= after.number for before, after in pairwise(listed)):
            raise S3Error("InvalidPartOrder", UploadId=upload_id)
        parts = tuple(_matching(upload, named) for named in listed)
        if upload.algorithm and [part.number for part in parts] != list(range(1, len(parts) + 1)):
            raise S3Error("InternalError")  # what S3 answers to gaps in an upload with checksums, by its own guide
        for part in parts[:-1]:
            if part.size < MIN_PART_SIZE:
                raise S3Error(
                    "EntityTooSmall",
                    ProposedSize=str(part.size),
                    MinSizeAllowed=str(MIN_PART_SIZE),
                    PartNumber=str(part.number),
                    ETag=part.etag,
                )
        return upload, Assembled(
            parts,
            multipart_etag(part.etag for part in parts),
            sum(part.size for part in parts),
            _object_checksum(upload, parts),
            upload.checksum_type,
        )

    def complete(self, upload: Upload[C], result: object, now: datetime) -> None:
        """Close a session whose object is in place; a later Complete is answered with `result` again."""
        upload.result = result
        self._end(upload, State.COMPLETED, "completed by the client", now)

    def abort(self, bucket: str, key: str, upload_id: str, now: datetime) -> None:
        """AbortMultipartUpload.

        Raises:
            S3Error: NoSuchUpload.
        """
        self._end(self.live(bucket, key, upload_id, now), State.ABORTED, "aborted by the client", now)

    def expire(self, upload: Upload[C], why: str, now: datetime) -> bool:
        """Let a session die now; False if it was dead before."""
        if upload.state is not State.LIVE:
            return False
        self._end(upload, State.EXPIRED, why, now)
        return True

    def matching(
        self,
        now: datetime,
        *,
        bucket: str | None = None,
        key: str | None = None,
        access_key: str | None = None,
        older_than: float | None = None,
    ) -> list[Upload[C]]:
        """Live sessions by globs of bucket, key and the access key that began them, and by age in seconds."""
        return [
            upload
            for upload in self
            if self._alive(upload, now)
            and (bucket is None or fnmatchcase(upload.bucket, bucket))
            and (key is None or fnmatchcase(upload.key, key))
            and (access_key is None or fnmatchcase(upload.initiator, access_key))
            and (older_than is None or (now - upload.initiated).total_seconds() >= older_than)
        ]

    def sweep(self, now: datetime) -> list[Upload[C]]:
        """Let every session die that is due; those that did."""
        return [upload for upload in self if upload.state is State.LIVE and not self._alive(upload, now)]

    def forget(self, buckets: str | None = None, access_key: str | None = None) -> None:
        """Drop every session, or those of the buckets or of the access keys that match a glob."""
        pairs = ((upload, (upload.bucket, buckets), (upload.initiator, access_key)) for upload in self)
        all_of_them = buckets is None and access_key is None
        for upload, *places in pairs:
            if all_of_them or any(glob is not None and fnmatchcase(text, glob) for text, glob in places):
                self._uploads.pop(upload.id)
                self._ended.pop(upload.id, None)
        if all_of_them:
            self._created.clear()

    def _alive(self, upload: Upload[C], now: datetime) -> bool:
        if upload.state is State.LIVE:
            due = self._deadline(upload)
            if due is not None and now >= due[0]:
                self._end(upload, State.EXPIRED, due[1], due[0])
        return upload.state is State.LIVE

    def _end(self, upload: Upload[C], state: State, why: str, now: datetime) -> None:
        upload.state, upload.why, upload.ended = state, why, now
        # Who asks later still sees which parts there were, but their bytes are let go.
        upload.parts = {number: replace(part, content=cast("C", None)) for number, part in upload.parts.items()}
        self._ended[upload.id] = None
        while len(self._ended) > REMEMBERED:
            oldest = next(iter(self._ended))
            del self._ended[oldest]
            self._uploads.pop(oldest, None)


def check_part_number(text: str) -> int:
    """The number of a part.

    Raises:
        S3Error: InvalidArgument, it is not 1 to 10,000.
    """
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MAX_PARTS:
        return int(text)
    raise S3Error(
        "InvalidArgument",
        f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive",
        ArgumentName="partNumber",
        ArgumentValue=text,
    )


def _checksum_choice(algorithm: str | None, checksum_type: str | None) -> tuple[str | None, str]:
    if algorithm is None:
        if checksum_type is not None:
            raise S3Error(
                "InvalidRequest",
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )
        return None, "FULL_OBJECT"
    if algorithm not in ALGORITHMS:
        raise S3Error(
            "InvalidRequest",
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            f"[{', '.join(ALGORITHMS)}]",
        )
    types = ALGORITHMS[algorithm].types
    if checksum_type is not None and checksum_type not in types:
        raise S3Error(
            "InvalidRequest",
            f"The {checksum_type} checksum type cannot be used with the {algorithm.lower()} checksum algorithm.",
        )
    return algorithm, checksum_type or types[0]


def _last_sent(listed: list[ListedPart]) -> list[ListedPart]:
    """Of a part that was sent twice and is listed with both ETags, the last one is meant."""
    after = (*listed[1:], None)
    return [
        each
        for each, other in zip(listed, after, strict=True)
        if other is None or other.number != each.number or other.etag == each.etag
    ]


def _matching(upload: Upload[C], named: ListedPart) -> Part[C]:
    part = upload.parts.get(named.number)
    if part is None or part.etag != named.etag.strip('"').lower():
        raise S3Error("InvalidPart", UploadId=upload.id, PartNumber=str(named.number), ETag=named.etag.strip('"'))
    for algorithm, value in named.checksums.items():
        if part.checksums.get(algorithm, value) != value:
            raise S3Error("InvalidPart", UploadId=upload.id, PartNumber=str(named.number), ETag=part.etag)
    if upload.algorithm and upload.checksum_type == COMPOSITE and upload.algorithm not in named.checksums:
        raise S3Error(
            "InvalidRequest",
            f"The upload was created using a {upload.algorithm.lower()} checksum. The complete request must include "
            f"the checksum for each part. It was missing for part {named.number} in the request.",
        )
    return part


def _object_checksum(upload: Upload[C], parts: Iterable[Part[C]]) -> tuple[str, str]:
    # S3 keeps a CRC64NVME of every object whose client asked for nothing else.
    algorithm = upload.algorithm or "CRC64NVME"
    if upload.checksum_type == COMPOSITE:
        return algorithm, composite(algorithm, (part.checksums[algorithm] for part in parts))
    return algorithm, full_object(algorithm, ((part.checksums[algorithm], part.size) for part in parts))
