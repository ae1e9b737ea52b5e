"""Objects as such: PutObject with its checks, GetObject and HeadObject with ranges and parts, without holding them."""

from collections.abc import Mapping

from upload_diag.faults import conditions, encryption
from upload_diag.faults.attributes import attributes, retention
from upload_diag.faults.backend import Backend, Made, NewObject, StoredObject
from upload_diag.faults.checksums import ALGORITHMS
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import ContentStore
from upload_diag.faults.description import check_description, check_key
from upload_diag.faults.locks import Locks
from upload_diag.faults.payload import Payload
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, Stream
from upload_diag.faults.uploads import check_part_number

__all__ = ["Objects"]

_MARKER = ("x-amz-delete-marker", "x-amz-version-id", "last-modified")
# Query arguments of GetObject that set a header of the answer.
_OVERRIDES = {
    f"response-{name}": name
    for name in (
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
    )
}


class Objects:
    """The operations on whole objects that the server does itself.

    Args:
        writes: held, by bucket and key, between the conditions of a write and the write.
    """

    def __init__(self, store: ContentStore, backend: Backend, clock: Clock, writes: Locks) -> None:
        self._store = store
        self._backend = backend
        self._clock = clock
        self._writes = writes

    def put(self, request: S3Request, payload: Payload) -> Response:
        """PutObject."""
        self._backend.require_bucket(request.bucket)
        check_key(request.key)
        check_description(request.headers)
        key = encryption.requested(request.headers)
        algorithm = payload.sent or "CRC64NVME"  # which S3 keeps of every object whose client asked for nothing else
        received = payload.receive(self._store, (algorithm,))
        made = Made(checksum=(algorithm, received.checksums[algorithm], "FULL_OBJECT"), customer_key=key)
        headers = {name: value for name, value in request.headers.items() if not name.startswith("if-")}
        if not encryption.answer_headers(headers):
            headers |= self._backend.encryption(request.bucket)
        new = NewObject(
            request.bucket,
            request.key,
            encryption.for_store(headers),
            [received.content],
            received.etag,
            self._clock.now(),
            made,
        )
        with self._writes.of(request.bucket, request.key):
            conditions.check_write_conditions(request, self._backend)
            answer = self._backend.put(new)
        if answer.status == 200:
            answer.headers |= _checksum_headers(made.checksum) | encryption.answer_headers(headers)
        return answer

    def read(self, request: S3Request) -> Response:
        """GetObject and HeadObject. The backend decides by HEAD whether and what; the bytes go out by themselves."""
        head = self._backend.head(request)
        if head.status != 200:
            return head if request.method == "HEAD" else self._backend.forward(request, b"")
        found = self._found(request)
        encryption.check_read_key(found.made.customer_key, request.headers)
        head.headers["content-length"] = str(found.size)
        head.headers["accept-ranges"] = "bytes"
        head.headers |= _overrides(request.query)
        if found.made.customer_key:
            head.headers |= encryption.answer_headers(request.headers)
        if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED" and found.made.checksum is not None:
            head.headers |= _checksum_headers(found.made.checksum)
        span = self._span(request, found, head)
        if span is not None:
            first, stop = span
            head.status = 206
            head.headers["content-length"] = str(stop - first)
            head.headers["content-range"] = f"bytes {first}-{stop - 1}/{found.size}" if stop > first else "bytes */0"
        first, stop = span or (0, found.size)
        if request.method == "GET":
            head.body = Stream(stop - first, found.body.pieces(first, stop))
        return head

    def describe(self, request: S3Request) -> Response:
        """GetObjectAttributes and GetObjectRetention."""
        head = self._backend.head(request)
        if head.status not in (200, 404, 405):
            return self._backend.forward(request, b"")
        found = self._found(request, head)
        encryption.check_read_key(found.made.customer_key, request.headers)
        if request.operation == "GetObjectAttributes":
            return attributes(request, found, head)
        return retention(request, head)

    def _found(self, request: S3Request, head: Response | None = None) -> StoredObject:
        """The object that a request names; `head` says by its status when it is a delete marker."""
        version = request.query.get("versionId")
        found = self._backend.find(request.bucket, request.key, version)
        if found is not None and (head is None or head.status == 200):
            return found
        kept = {} if head is None else {n: v for n, v in head.headers.items() if n in _MARKER}
        if head is not None and head.status == 405:
            raise S3Error("MethodNotAllowed", headers=kept, Method=request.method, ResourceType="DeleteMarker")
        if version is not None:
            raise S3Error("NoSuchVersion", headers=kept, Key=request.key, VersionId=version)
        raise S3Error("NoSuchKey", headers=kept, Key=request.key)

    def _span(self, request: S3Request, found: StoredObject, head: Response) -> tuple[int, int] | None:
        part = request.query.get("partNumber")
        wanted = request.headers.get("range")
        if part is None:
            span = conditions.byte_range(wanted, found.size)
            if span is not None and span != (0, found.size):  # the checksum is of the whole object
                _drop_checksums(head)
            return span
        if wanted is not None:
            raise S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
        number = check_part_number(part)
        parts = found.made.parts
        sizes = tuple(each.size for each in parts) or (found.size,)
        if number > len(sizes):
            raise S3Error(
                "InvalidPartNumber",
                "The requested partnumber is not satisfiable",
                status=416,
                PartNumberRequested=part,
                ActualPartCount=str(len(sizes)),
            )
        if parts:
            head.headers["x-amz-mp-parts-count"] = str(len(parts))
            if _drop_checksums(head) and found.made.checksum is not None:
                algorithm, _, kind = found.made.checksum
                head.headers |= _checksum_headers((algorithm, parts[number - 1].checksum, kind))
        first = sum(sizes[: number - 1])
        return first, first + sizes[number - 1]


def _overrides(query: Mapping[str, str]) -> dict[str, str]:
    """The header fields of the answer that a request sets. Raises S3Error InvalidArgument: one breaks its line."""
    found = {name: query[flag] for flag, name in _OVERRIDES.items() if flag in query}
    for name, value in found.items():
        if "\r" in value or "\n" in value:
            raise S3Error("InvalidArgument", ArgumentName=f"response-{name}", ArgumentValue=value)
    return found


def _checksum_headers(checksum: tuple[str, str, str] | None) -> dict[str, str]:
    if checksum is None:
        return {}
    algorithm, value, kind = checksum
    return {ALGORITHMS[algorithm].header: value, "x-amz-checksum-type": kind}


def _drop_checksums(head: Response) -> bool:
    """Take the checksums out of an answer; whether there were any."""
    before = len(head.headers)
    head.headers = {name: value for name, value in head.headers.items() if not name.startswith("x-amz-checksum-")}
    return len(head.headers) < before
