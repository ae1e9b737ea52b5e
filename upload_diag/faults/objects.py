"""Objects as such: PutObject with its checks, GetObject and HeadObject with ranges and parts, without holding them."""

from upload_diag.faults import conditions
from upload_diag.faults.backend import Backend, NewObject, StoredObject
from upload_diag.faults.checksums import ALGORITHMS
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import ContentStore
from upload_diag.faults.multipart import check_key
from upload_diag.faults.payload import Payload
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, Stream
from upload_diag.faults.uploads import check_part_number

__all__ = ["Objects"]

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
    """The operations on whole objects that the server does itself."""

    def __init__(self, store: ContentStore, backend: Backend, clock: Clock) -> None:
        self._store = store
        self._backend = backend
        self._clock = clock

    def put(self, request: S3Request, payload: Payload) -> Response:
        """PutObject."""
        self._backend.require_bucket(request.bucket)
        check_key(request.key)
        received = payload.receive(self._store)
        if "if-match" in request.headers or "if-none-match" in request.headers:
            conditions.check_write_conditions(request.headers, self._backend.find(request.bucket, request.key))
        sent = received.sent
        answer = self._backend.put(
            NewObject(
                request.bucket,
                request.key,
                {name: value for name, value in request.headers.items() if not name.startswith("if-")},
                [received.content],
                received.etag,
                self._clock.now(),
                checksum=(sent, received.checksums[sent], "FULL_OBJECT") if sent else None,
            )
        )
        if sent and answer.status == 200:
            answer.headers[ALGORITHMS[sent].header] = received.checksums[sent]
            answer.headers["x-amz-checksum-type"] = "FULL_OBJECT"
        return answer

    def read(self, request: S3Request) -> Response:
        """GetObject and HeadObject. The backend decides by HEAD whether and what; the bytes go out by themselves."""
        head = self._backend.head(request)
        if head.status != 200:
            return head if request.method == "HEAD" else self._backend.forward(request, b"")
        found = self._backend.find(request.bucket, request.key, request.query.get("versionId"))
        if found is None:
            raise S3Error("NoSuchKey", Key=request.key)
        head.headers["content-length"] = str(found.size)
        head.headers["accept-ranges"] = "bytes"
        head.headers |= {name: request.query[flag] for flag, name in _OVERRIDES.items() if flag in request.query}
        span = self._span(request, found, head)
        if span is not None:
            first, stop = span
            head.status = 206
            if stop - first < found.size:  # the checksum is of the whole object
                head.headers = {name: value for name, value in head.headers.items() if "x-amz-checksum" not in name}
            head.headers["content-length"] = str(stop - first)
            head.headers["content-range"] = f"bytes {first}-{stop - 1}/{found.size}" if stop > first else "bytes */0"
        first, stop = span or (0, found.size)
        if request.method == "GET":
            head.body = Stream(stop - first, found.body.pieces(first, stop))
        return head

    def _span(self, request: S3Request, found: StoredObject, head: Response) -> tuple[int, int] | None:
        part = request.query.get("partNumber")
        wanted = request.headers.get("range")
        if part is None:
            return conditions.byte_range(wanted, found.size)
        if wanted is not None:
            raise S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
        number = check_part_number(part)
        sizes = found.part_sizes or (found.size,)
        if number > len(sizes):
            raise S3Error(
                "InvalidPartNumber",
                "The requested partnumber is not satisfiable",
                status=416,
                PartNumberRequested=part,
                ActualPartCount=str(len(sizes)),
            )
        if found.part_sizes:
            head.headers["x-amz-mp-parts-count"] = str(len(sizes))
        first = sum(sizes[: number - 1])
        return first, first + sizes[number - 1]
