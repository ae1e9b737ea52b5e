"""What the server does for each operation: its own work, or the store's behind it."""

import re
from contextlib import AbstractContextManager

from upload_diag.faults import conditions
from upload_diag.faults.auth import Authenticator
from upload_diag.faults.backend import Backend
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import Content, ContentStore, Pieces
from upload_diag.faults.exchange import Exchange
from upload_diag.faults.http import Body
from upload_diag.faults.lifetimes import Lifetimes
from upload_diag.faults.listing import number_argument
from upload_diag.faults.locks import Locks
from upload_diag.faults.multipart import Multipart
from upload_diag.faults.objects import Objects
from upload_diag.faults.payload import Payload, read_document
from upload_diag.faults.post_object import as_put, check_policy, posted, read_form
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response
from upload_diag.faults.sts import SessionTokens
from upload_diag.faults.uploads import Ledger

__all__ = ["Operations"]

MAX_FORWARDED = 64 * 1024 * 1024  # bytes of a body that goes to the backend as it is
# `?uploads` is Create with a key, and a listing without one.
_UPLOADS = {
    "GET": "Key is not expected for the GET method ?uploads subresource",
    "POST": "A key must be specified",
}
MAX_FORM = 64 * 1024  # bytes of a request to the token service
_REQUEST_ID = re.compile(rb"<RequestI[dD]>[^<]*</RequestI[dD]>")
_HOST_ID = re.compile(rb"<HostI[dD]>[^<]*</HostI[dD]>")


class Operations:
    """All S3 operations.

    Args:
        lock: held around every use of the ledger.
    """

    def __init__(
        self,
        *,
        ledger: Ledger[Content],
        lock: AbstractContextManager[object],
        store: ContentStore,
        backend: Backend,
        clock: Clock,
        lifetimes: Lifetimes,
        authenticator: Authenticator,
        tokens: SessionTokens,
    ) -> None:
        writes = Locks()
        self._ledger = ledger
        self._lock = lock
        self._backend = backend
        self._clock = clock
        self._lifetimes = lifetimes
        self._authenticator = authenticator
        self._tokens = tokens
        self._writes = writes
        self._objects = Objects(store, backend, clock, writes)
        self._multipart = Multipart(
            ledger=ledger, store=store, backend=backend, clock=clock, lifetimes=lifetimes, lock=lock, writes=writes
        )

    def answer(self, exchange: Exchange, body: Body) -> Response:
        """Do what a request asks for.

        Raises:
            S3Error: the answer is this error.
        """
        request = exchange.request
        self._check_owner(request.headers.get("x-amz-expected-bucket-owner"))
        match request.operation:
            case "UploadPart":
                self._multipart.find(request)
                return self._multipart.upload_part(request, self._payload(exchange, body))
            case "UploadPartCopy":
                self._check_owner(request.headers.get("x-amz-source-expected-bucket-owner"))
                return self._multipart.upload_part_copy(request)
            case "CreateMultipartUpload":
                self._check_lock(request)
                return self._multipart.create(request)
            case "ListParts":
                return self._multipart.list_parts(request)
            case "ListMultipartUploads":
                return self._multipart.list_uploads(request)
            case "CompleteMultipartUpload":
                return self._multipart.complete(request, body, _location(request))
            case "AbortMultipartUpload":
                return self._multipart.abort(request)
            case _:
                return self._on_objects(exchange, body)

    def _on_objects(self, exchange: Exchange, body: Body) -> Response:
        request = exchange.request
        match request.operation:
            case "PutObject":
                return self._objects.put(request, self._payload(exchange, body))
            case "GetObject" | "HeadObject":
                return _with_ids(self._objects.read(request), exchange)
            case "GetObjectAttributes" | "GetObjectRetention":
                return _with_ids(self._objects.describe(request), exchange)
            case "PostObject":
                return self._post_object(request, body)
            case "CopyObject":
                with self._writes.of(request.bucket, request.key):
                    conditions.check_write_conditions(request, self._backend)
                    return self._forward(request, body, exchange)
            case "ListObjects" | "ListObjectsV2" | "ListObjectVersions":
                number_argument(request.query, "max-keys", 1000)
            case "STS":
                form = body.read(MAX_FORM)
                self._authenticator.check_form(request, form)
                return self._tokens.answer(form, request.access_key, exchange.ids[0])
            case "":
                if "uploads" in request.query and request.method in ("GET", "POST"):
                    raise S3Error("InvalidRequest", _UPLOADS[request.method])
                kind = "OBJECT" if request.key else "BUCKET"
                raise S3Error("MethodNotAllowed", Method=request.method, ResourceType=kind)
        return self._forward(request, body, exchange)

    def _payload(self, exchange: Exchange, body: Body) -> Payload:
        headers = exchange.request.headers
        source = _Flipper(body) if exchange.corrupt_request else body
        verifier = exchange.signatures.verifier() if exchange.signatures else None
        length = int(headers["content-length"]) if "content-length" in headers else None
        return Payload(headers, source, length, verifier)

    def _post_object(self, request: S3Request, body: Body) -> Response:
        form = read_form(request.headers.get("content-type", ""), body.read(MAX_FORWARDED))
        check_policy(form, request.bucket, self._authenticator, self._clock.now())
        payload = Payload({}, Pieces(iter((form.file,))), len(form.file))
        put = self._objects.put(as_put(form, request), payload)
        return posted(form, request, put, request.headers.get("host", "localhost")) if put.status == 200 else put

    def _forward(self, request: S3Request, body: Body, exchange: Exchange) -> Response:
        data = read_document(request.headers, body, MAX_FORWARDED)
        answer = _with_ids(self._backend.forward(request, data), exchange)
        if request.operation == "DeleteBucket" and answer.status < 300:
            with self._lock:
                for upload in self._ledger.matching(self._clock.now(), bucket=request.bucket):
                    self._ledger.expire(upload, "the bucket was deleted", self._clock.now())
        if "Lifecycle" in request.operation or request.operation == "DeleteBucket":
            self._lifetimes.forget(request.bucket)
        return answer

    def _check_owner(self, expected: str | None) -> None:
        """The account that a request expects to own a bucket does own it."""
        if expected is None or self._backend.account is None:
            return
        if not re.fullmatch(r"[0-9]{12}", expected):
            message = "The value of the expected bucket owner parameter must be an AWS account ID..."
            raise S3Error("InvalidBucketOwnerAWSAccountID", message)
        if expected != self._backend.account:
            raise S3Error("AccessDenied")

    def _check_lock(self, request: S3Request) -> None:
        """Object lock is asked for only in a bucket that has it."""
        if any(name.startswith("x-amz-object-lock-") for name in request.headers):
            asked = S3Request("GET", f"/{request.bucket}", "", "object-lock", {"object-lock": ""}, {})
            if self._backend.forward(asked, b"").status == 404:
                self._backend.require_bucket(request.bucket)
                raise S3Error("InvalidRequest", "Bucket is missing Object Lock Configuration")


class _Flipper:
    """A source whose first bit is wrong."""

    def __init__(self, source: Body) -> None:
        self._source = source
        self._done = False

    def readinto(self, view: memoryview, /) -> int:
        count = self._source.readinto(view)
        if count and not self._done:
            view[0] ^= 1
            self._done = True
        return count


def _location(request: S3Request) -> str:
    return f"http://{request.headers.get('host', 'localhost')}{request.raw_path}"


def _with_ids(answer: Response, exchange: Exchange) -> Response:
    """Give a backend's answer the ids of this server, and a body that S3 would send."""
    if answer.status >= 400 and isinstance(answer.body, bytes):
        if not answer.code and answer.body:
            raise S3Error("InternalError", f"The store answered {answer.status} without a code.")
        request_id, host_id = (value.encode() for value in exchange.ids)
        own = b"<RequestId>" + request_id + b"</RequestId><HostId>" + host_id + b"</HostId>"
        body = _REQUEST_ID.sub(b"", _HOST_ID.sub(b"", answer.body))
        answer.body = body.replace(b"</Error>", own + b"</Error>")
        answer.headers["content-type"] = "application/xml"
    return answer
