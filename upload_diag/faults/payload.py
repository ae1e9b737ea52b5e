"""The body of a PUT, decoded, digested and held against everything that the request says about it."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from upload_diag.faults.aws_chunked import AwsChunked, ChunkVerifier
from upload_diag.faults.checksums import ALGORITHMS, Digests, decode_digest
from upload_diag.faults.content import Content, ContentStore, Source, TooLongError
from upload_diag.faults.http import Body, decimal
from upload_diag.faults.refusal import S3Error

__all__ = ["Payload", "Received", "announced_checksum", "read_document"]

MAX_BODY = 5 * 1024 * 1024 * 1024  # of one PUT


@dataclass(frozen=True, slots=True)
class Received:
    """A body that is in, and right.

    Attributes:
        etag: its MD5 in hexadecimal.
        checksums: algorithm to base64, of every algorithm that was computed.
        sent: the algorithm that the client sent a checksum of, or None.
    """

    content: Content
    etag: str
    checksums: Mapping[str, str]
    sent: str | None


class Payload:
    """What a request says about its body, checked as far as that goes without reading it.

    Raises:
        S3Error: MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest or InvalidArgument.
    """

    def __init__(
        self, headers: Mapping[str, str], source: Source, length: int | None, verifier: ChunkVerifier | None = None
    ) -> None:
        sha256 = headers.get("x-amz-content-sha256", "")
        if headers.get("transfer-encoding") and "x-amz-decoded-content-length" not in headers:
            raise S3Error("NotImplemented", Header="Transfer-Encoding")
        self._source = source
        self._chunked: AwsChunked | None = None
        if sha256.startswith("STREAMING-") or "aws-chunked" in headers.get("content-encoding", ""):
            length = decimal(headers.get("x-amz-decoded-content-length"))
            if length is None:
                raise S3Error("MissingContentLength")
            self._source = self._chunked = AwsChunked(source, length, verifier)
        if length is None:
            raise S3Error("MissingContentLength")
        if length > MAX_BODY:
            raise S3Error("EntityTooLarge", ProposedSize=str(length), MaxSizeAllowed=str(MAX_BODY))
        self.length = length
        self._md5 = _content_md5(headers.get("content-md5"))
        self._sha256 = sha256.lower() if len(sha256) == 64 else None
        if sha256 and self._sha256 is None and not sha256.startswith("STREAMING-") and sha256 != "UNSIGNED-PAYLOAD":
            raise S3Error(
                "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 "
                "value.",
                ArgumentName="x-amz-content-sha256",
                ArgumentValue=sha256,
            )
        self.sent, self._expected = announced_checksum(headers)
        _check_sdk_algorithm(headers.get("x-amz-sdk-checksum-algorithm"), self.sent)

    def receive(self, store: ContentStore, algorithms: Iterable[str] = ()) -> Received:
        """Read it all.

        Raises:
            S3Error: IncompleteBody, BadDigest, XAmzContentSHA256Mismatch or InvalidRequest.
            ClientGoneError: the client left.
        """
        wanted = {*algorithms, *((self.sent,) if self.sent else ())}
        digests = Digests(wanted, sha256=self._sha256 is not None)
        try:
            content = store.receive(self._source, self.length, digests.update)
        except TooLongError as error:
            raise S3Error("IncompleteBody") from error
        if content.size != self.length:
            raise S3Error("IncompleteBody")
        _check_digests(self._md5, self._sha256, digests)
        self._check_checksum(digests)
        return Received(content, digests.md5.hex(), digests.checksums, self.sent)

    def _check_checksum(self, digests: Digests) -> None:
        if self.sent is None:
            return
        expected = self._expected
        if expected is None and self._chunked is not None:
            expected = self._chunked.trailers.get(ALGORITHMS[self.sent].header)
        if expected is None:
            raise S3Error("InvalidRequest", f"The trailer {ALGORITHMS[self.sent].header} was announced but not sent.")
        _require_valid(self.sent, expected)
        if expected != digests.checksums[self.sent]:
            raise S3Error("BadDigest", f"The {self.sent} you specified did not match the calculated checksum.")


def read_document(headers: Mapping[str, str], body: Body, limit: int) -> bytes:
    """A body that is read whole, such as an XML document.

    Raises:
        S3Error: InvalidDigest, BadDigest or XAmzContentSHA256Mismatch.
        BadRequestError: it is longer than `limit` bytes.
    """
    md5, sha256 = _content_md5(headers.get("content-md5")), headers.get("x-amz-content-sha256", "").lower()
    data = body.read(limit)
    if md5 is not None or len(sha256) == 64:
        digests = Digests(sha256=True)
        digests.update(memoryview(data))
        _check_digests(md5, sha256 if len(sha256) == 64 else None, digests)
    return data


def announced_checksum(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(algorithm, base64 value) of the additional checksum that a request announces; the value is None in a trailer.

    Raises:
        S3Error: InvalidRequest: two of them, or one that is no checksum.
    """
    found = [(name, headers[row.header]) for name, row in ALGORITHMS.items() if row.header in headers]
    if len(found) > 1:
        raise S3Error(
            "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    if found:
        _require_valid(*found[0])
        return found[0]
    trailer = headers.get("x-amz-trailer", "").strip().lower()
    if not trailer:
        return None, None
    for name, row in ALGORITHMS.items():
        if row.header == trailer:
            return name, None
    raise S3Error("InvalidRequest", "The value specified in the x-amz-trailer header is not supported")


def _check_sdk_algorithm(wanted: str | None, sent: str | None) -> None:
    if wanted is None:
        return
    if sent is None:
        raise S3Error(
            "InvalidRequest",
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
            "were found.",
        )
    if wanted.upper() != sent:
        raise S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")


def _check_digests(md5: bytes | None, sha256: str | None, digests: Digests) -> None:
    if md5 is not None and md5 != digests.md5:
        raise S3Error(
            "BadDigest",
            ExpectedDigest=base64.b64encode(md5).decode("ascii"),
            CalculatedDigest=base64.b64encode(digests.md5).decode("ascii"),
        )
    if sha256 is not None and sha256 != digests.sha256:
        raise S3Error(
            "XAmzContentSHA256Mismatch", ClientComputedContentSHA256=sha256, S3ComputedContentSHA256=digests.sha256
        )


def _require_valid(algorithm: str, value: str) -> None:
    row = ALGORITHMS[algorithm]
    if decode_digest(value, row.size) is None:
        raise S3Error("InvalidRequest", f"Value for {row.header} header is invalid.")


def _content_md5(text: str | None) -> bytes | None:
    if text is None:
        return None
    digest = decode_digest(text, 16)
    if digest is None:
        error = S3Error("InvalidDigest")
        error.detail["Content-MD5"] = text
        raise error
    return digest
