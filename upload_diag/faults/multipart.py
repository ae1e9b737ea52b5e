"""The seven multipart operations over HTTP: requests read, the ledger asked, answers written as S3 writes them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from upload_diag.faults import conditions, encryption
from upload_diag.faults.backend import Backend, Made, NewObject, ObjectPart
from upload_diag.faults.checksums import ALGORITHMS, COMPOSITE, full_object
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import Content, ContentStore, Pieces
from upload_diag.faults.description import check_description, check_key
from upload_diag.faults.http import Body, decimal
from upload_diag.faults.lifetimes import Lifetimes
from upload_diag.faults.listing import number_argument, page_of_uploads
from upload_diag.faults.locks import Locks
from upload_diag.faults.part_list import read_part_list
from upload_diag.faults.payload import Payload, announced_checksum, read_document
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, element, xml_response
from upload_diag.faults.uploads import Assembled, Ledger, Part, State, Upload, check_part_number

__all__ = ["MAX_COMPLETE", "Multipart"]

MAX_COMPLETE = 4 * 1024 * 1024  # bytes of a Complete request; 10,000 parts with checksums are 2 MB
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"  # the same as moto's
# Of a Create request, the fields that describe the request and not the object to come.
_NOT_KEPT = frozenset(
    (
        "accept", "accept-encoding", "authorization", "connection", "content-length", "content-md5", "date", "expect",
        "host", "origin", "transfer-encoding", "user-agent", "x-amz-checksum-algorithm", "x-amz-checksum-type",
        "x-amz-content-sha256", "x-amz-date", "x-amz-decoded-content-length", "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token", "x-amz-server-side-encryption-customer-key", "x-amz-trailer",
    )
)  # fmt: skip
Session = Upload[Content]


class Multipart:
    """The operations; each takes a request and answers it or raises `S3Error`.

    Args:
        lock: held around every use of the ledger.
        writes: held, by bucket and key, between the conditions of a write and the write.
    """

    def __init__(
        self,
        *,
        ledger: Ledger[Content],
        store: ContentStore,
        backend: Backend,
        clock: Clock,
        lifetimes: Lifetimes,
        lock: AbstractContextManager[object],
        writes: Locks,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._backend = backend
        self._clock = clock
        self._lifetimes = lifetimes
        self._lock = lock
        self._writes = writes
        self._completing = Locks()  # two Completes of one session must not both put the object

    def create(self, request: S3Request) -> Response:
        """CreateMultipartUpload."""
        self._backend.require_bucket(request.bucket)
        check_key(request.key)
        headers = request.headers
        algorithm = headers.get("x-amz-checksum-algorithm")
        check_description(headers)
        encryption.requested(headers)
        kept = {name: value for name, value in headers.items() if name not in _NOT_KEPT}
        if not encryption.answer_headers(kept):
            kept |= self._backend.encryption(request.bucket)
        with self._lock:
            upload = self._ledger.create(
                request.bucket,
                request.key,
                self._clock.now(),
                initiator=request.access_key,
                headers=kept,
                algorithm=algorithm and algorithm.upper(),
                checksum_type=headers.get("x-amz-checksum-type"),
            )
        answer = self._abort_headers(upload) | encryption.answer_headers(upload.headers)
        if upload.algorithm:
            answer |= {"x-amz-checksum-algorithm": upload.algorithm, "x-amz-checksum-type": upload.checksum_type}
        children = [element("Bucket", upload.bucket), element("Key", upload.key), element("UploadId", upload.id)]
        return xml_response("InitiateMultipartUploadResult", children, headers=answer)

    def find(self, request: S3Request) -> Session:
        """The live session that a request names; this is the whole answer when it is dead, before any body is read.

        Raises:
            S3Error: NoSuchUpload, NoSuchBucket, InvalidArgument.
        """
        if request.operation in ("UploadPart", "UploadPartCopy"):
            check_part_number(request.query.get("partNumber", ""))
        try:
            with self._lock:
                return self._ledger.live(request.bucket, request.key, request.upload_id, self._clock.now())
        except S3Error:
            self._backend.require_bucket(request.bucket)
            raise

    def upload_part(self, request: S3Request, payload: Payload) -> Response:
        """UploadPart."""
        upload = self.find(request)
        encryption.check_part_key(_customer_key(upload), request.headers)
        _check_part_checksum(upload, payload.sent)
        received = payload.receive(self._store, (upload.algorithm or "CRC64NVME",))
        part = Part(
            check_part_number(request.query["partNumber"]),
            received.content.size,
            received.etag,
            self._clock.now(),
            received.checksums,
            received.content,
        )
        with self._lock:
            self._ledger.put_part(request.bucket, request.key, upload.id, part, part.modified)
        headers = {"etag": f'"{part.etag}"', **encryption.answer_headers(upload.headers)}
        for algorithm in (upload.algorithm, received.sent):
            if algorithm is not None:
                headers[ALGORITHMS[algorithm].header] = part.checksums[algorithm]
        return Response(200, headers)

    def upload_part_copy(self, request: S3Request) -> Response:
        """UploadPartCopy."""
        upload = self.find(request)
        encryption.check_part_key(_customer_key(upload), request.headers)
        source = conditions.copy_source(request.headers["x-amz-copy-source"])
        found = self._backend.find(source.bucket, source.key, source.version)
        if found is None:
            if source.version is not None:
                raise S3Error("NoSuchVersion", Key=source.key, VersionId=source.version)
            raise S3Error("NoSuchKey", Key=source.key)
        encryption.check_read_key(found.made.customer_key, request.headers, encryption.SOURCE)
        conditions.check_copy_conditions(request.headers, found)
        first, stop = conditions.copy_range(request.headers.get("x-amz-copy-source-range"), found.size)
        payload = Payload({}, Pieces(found.body.pieces(first, stop)), stop - first)
        received = payload.receive(self._store, (upload.algorithm or "CRC64NVME",))
        now = self._clock.now()
        number = check_part_number(request.query["partNumber"])
        part = Part(number, received.content.size, received.etag, now, received.checksums, received.content)
        with self._lock:
            self._ledger.put_part(request.bucket, request.key, upload.id, part, now)
        children = [element("LastModified", iso(now)), element("ETag", f'"{part.etag}"')]
        if upload.algorithm:
            children.append(element(ALGORITHMS[upload.algorithm].element, part.checksums[upload.algorithm]))
        headers = encryption.answer_headers(upload.headers)
        if found.version not in ("", "null"):
            headers["x-amz-copy-source-version-id"] = found.version
        return xml_response("CopyPartResult", children, headers=headers)

    def list_parts(self, request: S3Request) -> Response:
        """ListParts."""
        self.find(request)
        limit = number_argument(request.query, "max-parts", 1000)
        marker = number_argument(request.query, "part-number-marker", 0)
        with self._lock:
            upload, parts, more = self._ledger.list_parts(
                request.bucket, request.key, request.upload_id, self._clock.now(), marker=marker, limit=min(limit, 1000)
            )
        key = _encoder(request.query)(upload.key)
        children = [element("Bucket", upload.bucket), element("Key", key), element("UploadId", upload.id)]
        children += _people(upload)
        children += [
            element("StorageClass", upload.headers.get("x-amz-storage-class", "STANDARD")),
            element("PartNumberMarker", marker),
            element("NextPartNumberMarker", parts[-1].number if parts else 0),
            element("MaxParts", min(limit, 1000)),
            element("IsTruncated", str(more).lower()),
        ]
        if upload.algorithm:
            children.append(element("ChecksumAlgorithm", upload.algorithm))
            children.append(element("ChecksumType", upload.checksum_type))
        children += [element("Part", _listed_part(upload, part)) for part in parts]
        return xml_response("ListPartsResult", children, headers=self._abort_headers(upload))

    def list_uploads(self, request: S3Request) -> Response:
        """ListMultipartUploads."""
        self._backend.require_bucket(request.bucket)
        query = request.query
        limit = min(number_argument(query, "max-uploads", 1000), 1000)
        encode = _encoder(query)
        with self._lock:
            uploads = self._ledger.in_bucket(request.bucket, self._clock.now())
            marker = self._ledger.get(query.get("upload-id-marker", ""))
        page = page_of_uploads(
            uploads,
            prefix=query.get("prefix", ""),
            delimiter=query.get("delimiter", ""),
            key_marker=query.get("key-marker", ""),
            marker=marker,
            limit=limit,
        )
        children = [element("Bucket", request.bucket), element("KeyMarker", encode(query.get("key-marker", "")))]
        children.append(element("UploadIdMarker", query.get("upload-id-marker", "")))
        if page.truncated:
            children.append(element("NextKeyMarker", encode(page.next_key)))
            children.append(element("NextUploadIdMarker", page.next_id))
        children.append(element("Prefix", encode(query.get("prefix", ""))))
        if "delimiter" in query:
            children.append(element("Delimiter", encode(query["delimiter"])))
        if "encoding-type" in query:
            children.append(element("EncodingType", "url"))
        children += [element("MaxUploads", limit), element("IsTruncated", str(page.truncated).lower())]
        children += [element("Upload", _listed_upload(upload, encode(upload.key))) for upload in page.uploads]
        children += [element("CommonPrefixes", [element("Prefix", encode(prefix))]) for prefix in page.prefixes]
        return xml_response("ListMultipartUploadsResult", children)

    def complete(self, request: S3Request, body: Body, location: str) -> Response:
        """CompleteMultipartUpload; the second one with the same id is answered like the first."""
        with self._completing.of(request.upload_id):
            with self._lock:
                known = self._ledger.get(request.upload_id)
            same = known is not None and (known.bucket, known.key) == (request.bucket, request.key)
            if same and known is not None and known.state is State.COMPLETED and isinstance(known.result, Response):
                read_part_list(read_document(request.headers, body, MAX_COMPLETE))
                return Response(200, dict(known.result.headers), known.result.body)
            self.find(request)
            listed = read_part_list(read_document(request.headers, body, MAX_COMPLETE))
            with self._lock:
                upload, whole = self._ledger.assemble(
                    request.bucket, request.key, request.upload_id, listed, self._clock.now()
                )
            self._check_complete(request, upload, whole)
            with self._writes.of(upload.bucket, upload.key):
                conditions.check_write_conditions(request, self._backend)
                result = self._put(upload, whole, location)
            with self._lock:
                self._ledger.complete(upload, result, self._clock.now())
            return Response(200, dict(result.headers), result.body)

    def abort(self, request: S3Request) -> Response:
        """AbortMultipartUpload."""
        self.find(request)
        with self._lock:
            self._ledger.abort(request.bucket, request.key, request.upload_id, self._clock.now())
        return Response(204)

    def _check_complete(self, request: S3Request, upload: Session, whole: Assembled[Content]) -> None:
        headers = request.headers
        size = headers.get("x-amz-mp-object-size")
        if size is not None and decimal(size) is None:
            raise S3Error("InvalidRequest", "Value for x-amz-mp-object-size header is invalid.")
        if size is not None and decimal(size) != whole.size:
            raise S3Error(
                "InvalidRequest",
                f"The provided 'x-amz-mp-object-size' header value {size} does not match the object: {whole.size}",
            )
        kind = headers.get("x-amz-checksum-type")
        if kind is not None and kind != upload.checksum_type:
            raise S3Error(
                "InvalidRequest",
                f"The upload was created using the {upload.checksum_type} checksum mode. The complete request must use "
                "the same checksum mode.",
            )
        algorithm, value = announced_checksum(headers)
        actual = _known_checksum(whole, algorithm) if algorithm else None
        if actual is not None and value is not None and value != actual.partition("-")[0]:
            raise S3Error("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")

    def _put(self, upload: Session, whole: Assembled[Content], location: str) -> Response:
        algorithm, value = whole.checksum
        parts = tuple(ObjectPart(part.number, part.size, part.checksums[algorithm]) for part in whole.parts)
        made = Made(parts, (algorithm, value, whole.checksum_type), _customer_key(upload))
        contents = [part.content for part in whole.parts]
        headers = encryption.for_store(upload.headers)
        put = self._backend.put(
            NewObject(upload.bucket, upload.key, headers, contents, whole.etag, self._clock.now(), made)
        )
        if put.status != 200:
            raise S3Error(put.code or "InternalError", status=put.status)
        children = [
            element("Location", location),
            element("Bucket", upload.bucket),
            element("Key", upload.key),
            element("ETag", put.headers.get("etag", f'"{whole.etag}"')),
            element(ALGORITHMS[algorithm].element, value),
            element("ChecksumType", whole.checksum_type),
        ]
        headers = {name: put.headers[name] for name in ("x-amz-version-id", "x-amz-expiration") if name in put.headers}
        headers |= encryption.answer_headers(put.headers) | encryption.answer_headers(upload.headers)
        return xml_response("CompleteMultipartUploadResult", children, headers=headers)

    def _abort_headers(self, upload: Session) -> dict[str, str]:
        due = self._lifetimes.abort(upload)
        if due is None:
            return {}
        moment, rule = due
        return {"x-amz-abort-date": format_datetime(moment, usegmt=True), "x-amz-abort-rule-id": quote(rule.id)}


def iso(moment: datetime) -> str:
    """As S3 writes moments in XML."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _check_part_checksum(upload: Session, sent: str | None) -> None:
    expected = upload.algorithm
    if expected is None or sent == expected or (sent is None and upload.checksum_type != COMPOSITE):
        return
    raise S3Error(
        "InvalidRequest",
        f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
        f"actual checksum Type: {sent.lower() if sent else 'null'}",
    )


def _known_checksum(whole: Assembled[Content], algorithm: str) -> str | None:
    if whole.checksum[0] == algorithm:
        return whole.checksum[1]
    if "FULL_OBJECT" in ALGORITHMS[algorithm].types and all(algorithm in part.checksums for part in whole.parts):
        return full_object(algorithm, ((part.checksums[algorithm], part.size) for part in whole.parts))
    return None


def _customer_key(upload: Session) -> str:
    return upload.headers.get(f"{encryption.CUSTOMER}key-md5", "")


def _encoder(query: Mapping[str, str]) -> Callable[[str], str]:
    """How keys are written: as they are, or percent-encoded where the client asked for it."""
    kind = query.get("encoding-type")
    if kind not in (None, "url"):
        raise S3Error(
            "InvalidArgument",
            "Invalid Encoding Method specified in Request",
            ArgumentName="encoding-type",
            ArgumentValue=kind,
        )
    return str if kind is None else quote


def _people(upload: Session) -> list[str]:
    initiator = [element("ID", upload.initiator or OWNER), element("DisplayName", upload.initiator or "webfile")]
    owner = [element("ID", OWNER), element("DisplayName", "webfile")]
    return [element("Initiator", initiator), element("Owner", owner)]


def _listed_part(upload: Session, part: Part[Content]) -> list[str]:
    fields = [
        element("PartNumber", part.number),
        element("LastModified", iso(part.modified)),
        element("ETag", f'"{part.etag}"'),
        element("Size", part.size),
    ]
    if upload.algorithm and upload.algorithm in part.checksums:
        fields.append(element(ALGORITHMS[upload.algorithm].element, part.checksums[upload.algorithm]))
    return fields


def _listed_upload(upload: Session, key: str) -> list[str]:
    fields = [element("Key", key), element("UploadId", upload.id), *_people(upload)]
    fields.append(element("StorageClass", upload.headers.get("x-amz-storage-class", "STANDARD")))
    fields.append(element("Initiated", iso(upload.initiated)))
    if upload.algorithm:
        fields.append(element("ChecksumAlgorithm", upload.algorithm))
        fields.append(element("ChecksumType", upload.checksum_type))
    return fields
