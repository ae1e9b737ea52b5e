"""Rules of multipart uploads as Amazon documents them: one row a case, with its source.

Placeholders in paths, bodies and header values are filled from the world that a case runs in: {live} is a session with
part 1 (5 MiB) and part 2 (4 bytes), {empty} has none, {small} has two parts of 4 bytes, {aborted} and {done} are over;
{etag1} and {etag2} are the ETags of {live}'s parts.
"""

# ruff: noqa: E501 - one line a case, however long

import base64
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from raw import Answer

API = "S3 API reference, "
LIMITS = "S3 user guide, Amazon S3 multipart upload limits"
ERRORS = "S3 API reference, Error responses, List of error codes"
INTEGRITY = "S3 user guide, Checking object integrity in Amazon S3"
CONDITIONAL = "S3 user guide, How to prevent object overwrites with conditional writes"
SIGV4 = "S3 API reference, Authenticating requests, Transferring payload in multiple chunks"
RFC9110 = "RFC 9110, 10.1.1"

HEAD_5M = b"a" * (5 * 1024 * 1024)
TAIL = b"tail"
HELLO = b"hello"


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def crc32(data: bytes) -> str:
    return b64(zlib.crc32(data).to_bytes(4, "big"))


MD5 = b64(hashlib.md5(HELLO).digest())
ETAG = f'"{hashlib.md5(HELLO).hexdigest()}"'
SHA256 = hashlib.sha256(HELLO).hexdigest()
WRONG_MD5 = b64(hashlib.md5(b"other").digest())


@dataclass(frozen=True)
class Case:
    """A request and the answer that is documented for it."""

    name: str
    source: str
    method: str
    path: str
    status: int
    code: str = ""
    body: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)
    check: Callable[[Answer, dict[str, str]], bool] = lambda answer, world: True


def parts(*listed: tuple[int, str], more: str = "") -> bytes:
    rows = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag>{more}</Part>" for n, etag in listed)
    return f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()


BOTH = parts((1, "{etag1}"), (2, "{etag2}"))
PART = "/{bucket}/k?partNumber=1&uploadId={live}"
OVER = "/{bucket}/k?uploadId={live}"


def _dead(which: str, source: str) -> list[Case]:
    """A session that is over, or never was, is unknown to every operation."""
    path = f"/{{bucket}}/k?uploadId={{{which}}}"
    put = f"/{{bucket}}/k?partNumber=1&uploadId={{{which}}}"
    said = lambda answer, world: answer.text("UploadId") == world[which]  # noqa: E731
    copy = {"x-amz-copy-source": "{bucket}/source"}
    rows = [
        Case(f"UploadPart, {which} id", source, "PUT", put, 404, "NoSuchUpload", HELLO, check=said),
        Case(f"UploadPartCopy, {which} id", source, "PUT", put, 404, "NoSuchUpload", headers=copy),
        Case(f"ListParts, {which} id", source, "GET", path, 404, "NoSuchUpload", check=said),
        Case(f"Abort, {which} id", source, "DELETE", path, 404, "NoSuchUpload", check=said),
    ]
    if which != "done":
        rows.append(Case(f"Complete, {which} id", source, "POST", path, 404, "NoSuchUpload", BOTH, check=said))
    return rows


def _chunked(data: bytes, *trailers: str, declared: int | None = None, broken: bool = False) -> dict[str, object]:
    size = f"{len(data):x}" if not broken else "zz"
    body = f"{size}\r\n".encode() + data + b"\r\n0\r\n" + "".join(f"{each}\r\n" for each in trailers).encode() + b"\r\n"
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(len(data) if declared is None else declared),
    }
    if trailers:
        headers["x-amz-trailer"] = trailers[0].partition(":")[0]
    return {"body": body, "headers": headers}


def _same_ids(answer: Answer, _: dict[str, str]) -> bool:
    ids = (answer.headers.get("x-amz-request-id"), answer.headers.get("x-amz-id-2"))
    return all(ids) and ids == (answer.text("RequestId"), answer.text("HostId"))


CASES = [
    *_dead("aborted", API + "AbortMultipartUpload"),
    *_dead("done", API + "CompleteMultipartUpload, NoSuchUpload"),
    *_dead("unknown", API + "UploadPart, NoSuchUpload"),
    Case("UploadPart under another key", API + "UploadPart, NoSuchUpload", "PUT", "/{bucket}/other?partNumber=1&uploadId={live}", 404, "NoSuchUpload", HELLO),
    Case("UploadPart in another bucket", API + "UploadPart, NoSuchUpload", "PUT", "/{other}/k?partNumber=1&uploadId={live}", 404, "NoSuchUpload", HELLO),
    Case("ListParts under another key", API + "ListParts", "GET", "/{bucket}/other?uploadId={live}", 404, "NoSuchUpload"),
    Case("Complete under another key", API + "CompleteMultipartUpload", "POST", "/{bucket}/other?uploadId={live}", 404, "NoSuchUpload", BOTH),
    Case("Abort under another key", API + "AbortMultipartUpload", "DELETE", "/{bucket}/other?uploadId={live}", 404, "NoSuchUpload"),
    Case("UploadPart in no bucket", ERRORS, "PUT", "/no-such-bucket/k?partNumber=1&uploadId={live}", 404, "NoSuchBucket", HELLO),
    Case("Create in no bucket", ERRORS, "POST", "/no-such-bucket/k?uploads", 404, "NoSuchBucket"),
    Case("ListMultipartUploads of no bucket", ERRORS, "GET", "/no-such-bucket?uploads", 404, "NoSuchBucket"),
    Case("the ids stand in header and body", ERRORS, "GET", "/{bucket}/k?uploadId=x", 404, "NoSuchUpload", check=_same_ids),
    Case("the ids stand on a success", API + "Common response headers", "GET", OVER, 200, check=lambda a, w: "x-amz-request-id" in a.headers and "x-amz-id-2" in a.headers),
    # Part numbers
    *(
        Case(f"part number {n}", LIMITS, "PUT", f"/{{bucket}}/k?partNumber={n}&uploadId={{live}}", 400, "InvalidArgument", HELLO)
        for n in ("0", "10001", "-1", "x", "1.5", "")
    ),
    Case("part number 10000", LIMITS, "PUT", "/{bucket}/k?partNumber=10000&uploadId={live}", 200, "", HELLO),
    Case("the refused part number is named", ERRORS, "PUT", "/{bucket}/k?partNumber=0&uploadId={live}", 400, "InvalidArgument", HELLO, check=lambda a, w: a.text("ArgumentName") == "partNumber" and a.text("ArgumentValue") == "0"),
    # The body of a part
    Case("the ETag of a part is its MD5", API + "UploadPart", "PUT", PART, 200, "", HELLO, check=lambda a, w: a.headers.get("etag") == ETAG),
    Case("an empty part", API + "UploadPart", "PUT", PART, 200, "", b""),
    Case("Content-MD5 that fits", API + "UploadPart", "PUT", PART, 200, "", HELLO, {"content-md5": MD5}),
    Case("Content-MD5 of other bytes", ERRORS, "PUT", PART, 400, "BadDigest", HELLO, {"content-md5": WRONG_MD5}),
    Case("Content-MD5 that is none", ERRORS, "PUT", PART, 400, "InvalidDigest", HELLO, {"content-md5": "rubbish"}),
    Case("Content-MD5 of a wrong length", ERRORS, "PUT", PART, 400, "InvalidDigest", HELLO, {"content-md5": b64(b"short")}),
    Case("x-amz-content-sha256 that fits", ERRORS, "PUT", PART, 200, "", HELLO, {"x-amz-content-sha256": SHA256}),
    Case("x-amz-content-sha256 of other bytes", ERRORS, "PUT", PART, 400, "XAmzContentSHA256Mismatch", HELLO, {"x-amz-content-sha256": "0" * 64}),
    Case("x-amz-content-sha256 that is none", SIGV4, "PUT", PART, 400, "InvalidArgument", HELLO, {"x-amz-content-sha256": "rubbish"}),
    Case("no Content-Length", ERRORS, "PUT", PART, 411, "MissingContentLength", None),
    Case("a part over 5 GiB", LIMITS, "PUT", PART, 400, "EntityTooLarge", b"", {"content-length": str(5 * 2**30 + 1), "expect": "100-continue"}),
    Case("100-continue on a dead id", RFC9110, "PUT", "/{bucket}/k?partNumber=1&uploadId={aborted}", 404, "NoSuchUpload", HELLO, {"expect": "100-continue"}, lambda a, w: a.interim == ()),
    # Checksums of parts
    Case("CRC32 that fits", INTEGRITY, "PUT", PART, 200, "", HELLO, {"x-amz-checksum-crc32": crc32(HELLO)}, lambda a, w: a.headers.get("x-amz-checksum-crc32") == crc32(HELLO)),
    Case("CRC32 of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", HELLO, {"x-amz-checksum-crc32": crc32(b"other")}),
    Case("SHA1 of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", HELLO, {"x-amz-checksum-sha1": b64(hashlib.sha1(b"o").digest())}),
    Case("SHA256 of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", HELLO, {"x-amz-checksum-sha256": b64(hashlib.sha256(b"o").digest())}),
    Case("CRC32C of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", HELLO, {"x-amz-checksum-crc32c": b64(b"\0\0\0\1")}),
    Case("CRC64NVME of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", HELLO, {"x-amz-checksum-crc64nvme": b64(b"\0" * 7 + b"\1")}),
    Case("a checksum that is none", INTEGRITY, "PUT", PART, 400, "InvalidRequest", HELLO, {"x-amz-checksum-crc32": "rubbish"}),
    Case("two checksums at once", INTEGRITY, "PUT", PART, 400, "InvalidRequest", HELLO, {"x-amz-checksum-crc32": crc32(HELLO), "x-amz-checksum-sha256": b64(hashlib.sha256(HELLO).digest())}),
    Case("another algorithm than the session's", INTEGRITY, "PUT", "/{bucket}/k?partNumber=1&uploadId={sha256}", 400, "InvalidRequest", HELLO, {"x-amz-checksum-crc32": crc32(HELLO)}),
    Case("no checksum where each part needs one", INTEGRITY, "PUT", "/{bucket}/k?partNumber=1&uploadId={sha256}", 400, "InvalidRequest", HELLO),
    Case("aws-chunked", SIGV4, "PUT", PART, 200, "", check=lambda a, w: a.headers.get("etag") == ETAG, **_chunked(HELLO)),
    Case("aws-chunked, a trailer that fits", SIGV4, "PUT", PART, 200, "", check=lambda a, w: a.headers.get("etag") == ETAG, **_chunked(HELLO, f"x-amz-checksum-crc32:{crc32(HELLO)}")),
    Case("aws-chunked, a trailer of other bytes", INTEGRITY, "PUT", PART, 400, "BadDigest", **_chunked(HELLO, f"x-amz-checksum-crc32:{crc32(b'other')}")),
    Case("aws-chunked, shorter than announced", SIGV4, "PUT", PART, 400, "IncompleteBody", **_chunked(HELLO, declared=6)),
    Case("aws-chunked, longer than announced", SIGV4, "PUT", PART, 400, "IncompleteBody", **_chunked(HELLO, declared=4)),
    Case("aws-chunked without its decoded length", SIGV4, "PUT", PART, 411, "MissingContentLength", _chunked(HELLO)["body"], {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}),
    Case("aws-chunked, broken", SIGV4, "PUT", PART, 400, "IncompleteBody", **_chunked(HELLO, broken=True)),
    Case("a trailer that nobody knows", INTEGRITY, "PUT", PART, 400, "InvalidRequest", HELLO, {"x-amz-trailer": "x-amz-checksum-rot13"}),
    # Complete
    Case("Complete", API + "CompleteMultipartUpload", "POST", OVER, 200, "", BOTH, check=lambda a, w: (a.text("ETag") or "").replace("&quot;", '"').endswith('-2"') and a.text("Bucket") == w["bucket"] and a.text("Key") == "k"),
    Case("Complete again", API + "CompleteMultipartUpload: idempotent", "POST", "/{bucket}/k?uploadId={done}", 200, "", parts((1, ETAG))),
    Case("parts out of order", API + "CompleteMultipartUpload, InvalidPartOrder", "POST", OVER, 400, "InvalidPartOrder", parts((2, "{etag2}"), (1, "{etag1}"))),
    Case("a part twice", API + "CompleteMultipartUpload, InvalidPartOrder", "POST", OVER, 400, "InvalidPartOrder", parts((1, "{etag1}"), (1, "{etag1}"))),
    Case("a part that is not there", API + "CompleteMultipartUpload, InvalidPart", "POST", OVER, 400, "InvalidPart", parts((1, "{etag1}"), (3, "{etag2}"))),
    Case("a part with another ETag", API + "CompleteMultipartUpload, InvalidPart", "POST", OVER, 400, "InvalidPart", parts((1, "{etag2}"))),
    Case("ETags without quotes", API + "CompleteMultipartUpload", "POST", OVER, 200, "", parts((1, "{bare1}"), (2, "{bare2}"))),
    Case("a subset of the parts", API + "CompleteMultipartUpload", "POST", OVER, 200, "", parts((2, "{etag2}"))),
    Case("a small part before the last", API + "CompleteMultipartUpload, EntityTooSmall", "POST", "/{bucket}/k?uploadId={small}", 400, "EntityTooSmall", parts((1, "{tail}"), (2, "{tail}")), check=lambda a, w: a.text("MinSizeAllowed") == "5242880" and a.text("ProposedSize") == "4" and a.text("PartNumber") == "1"),
    Case("no parts listed", API + "CompleteMultipartUpload", "POST", OVER, 400, "MalformedXML", b"<CompleteMultipartUpload/>"),
    Case("an empty body", ERRORS, "POST", OVER, 400, "MalformedXML"),
    Case("broken XML", ERRORS, "POST", OVER, 400, "MalformedXML", b"<CompleteMultipartUpload><Part>"),
    Case("another document", ERRORS, "POST", OVER, 400, "MalformedXML", b"<Delete><Object/></Delete>"),
    Case("a part without an ETag", ERRORS, "POST", OVER, 400, "MalformedXML", b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"),
    Case("a part without a number", ERRORS, "POST", OVER, 400, "MalformedXML", b"<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>"),
    Case("a part number that is none", ERRORS, "POST", OVER, 400, "MalformedXML", b"<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>"),
    Case("a namespace in the document", API + "CompleteMultipartUpload", "POST", OVER, 200, "", BOTH.replace(b"<CompleteMultipartUpload>", b'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">')),
    Case("entities in the document", ERRORS, "POST", OVER, 400, "MalformedXML", b'<!DOCTYPE a [<!ENTITY b "c">]>' + BOTH),
    Case("x-amz-mp-object-size that fits", API + "CompleteMultipartUpload", "POST", OVER, 200, "", BOTH, {"x-amz-mp-object-size": str(5 * 2**20 + 4)}),
    Case("x-amz-mp-object-size of another size", API + "CompleteMultipartUpload", "POST", OVER, 400, "InvalidRequest", BOTH, {"x-amz-mp-object-size": "7"}),
    Case("If-None-Match, nothing there", CONDITIONAL, "POST", OVER, 200, "", BOTH, {"if-none-match": "*"}),
    Case("If-None-Match, something there", CONDITIONAL, "POST", "/{bucket}/source?uploadId={over_source}", 412, "PreconditionFailed", parts((1, ETAG)), {"if-none-match": "*"}),
    Case("If-None-Match with an ETag", CONDITIONAL, "POST", OVER, 501, "NotImplemented", BOTH, {"if-none-match": ETAG}),
    Case("If-Match that fits", CONDITIONAL, "POST", "/{bucket}/source?uploadId={over_source}", 200, "", parts((1, ETAG)), {"if-match": "{source_etag}"}),
    Case("If-Match of another ETag", CONDITIONAL, "POST", "/{bucket}/source?uploadId={over_source}", 412, "PreconditionFailed", parts((1, ETAG)), {"if-match": '"other"'}),
    Case("If-Match, nothing there", CONDITIONAL, "POST", OVER, 404, "NoSuchKey", BOTH, {"if-match": ETAG}),
    Case("the wrong checksum of the object", INTEGRITY, "POST", OVER, 400, "BadDigest", BOTH, {"x-amz-checksum-crc64nvme": b64(b"\0" * 8)}),
    Case("a part's checksum is missing", INTEGRITY, "POST", "/{bucket}/k?uploadId={crc32}", 400, "InvalidRequest", parts((1, ETAG))),
    Case("a part's checksum is wrong", INTEGRITY, "POST", "/{bucket}/k?uploadId={crc32}", 400, "InvalidPart", parts((1, ETAG), more=f"<ChecksumCRC32>{crc32(b'x')}</ChecksumCRC32>")),
    Case("a composite checksum", INTEGRITY, "POST", "/{bucket}/k?uploadId={crc32}", 200, "", parts((1, ETAG), more=f"<ChecksumCRC32>{crc32(HELLO)}</ChecksumCRC32>"), check=lambda a, w: a.text("ChecksumCRC32") == crc32(zlib.crc32(HELLO).to_bytes(4, "big")) + "-1" and a.text("ChecksumType") == "COMPOSITE"),
    Case("a checksum of the whole object", INTEGRITY, "POST", "/{bucket}/k?uploadId={full}", 200, "", parts((1, "{etag1}"), (2, "{etag2}")), check=lambda a, w: a.text("ChecksumCRC32") == crc32(HEAD_5M + TAIL) and a.text("ChecksumType") == "FULL_OBJECT"),
    Case("another checksum type than the session's", INTEGRITY, "POST", "/{bucket}/k?uploadId={full}", 400, "InvalidRequest", BOTH, {"x-amz-checksum-type": "COMPOSITE"}),
    # Create
    Case("Create", API + "CreateMultipartUpload", "POST", "/{bucket}/new?uploads", 200, "", check=lambda a, w: a.text("Key") == "new" and bool(a.text("UploadId"))),
    Case("a key of 1,024 bytes", "S3 user guide, Naming Amazon S3 objects", "POST", f"/{{bucket}}/{'k' * 1024}?uploads", 200),
    Case("a key of 1,025 bytes", ERRORS, "POST", f"/{{bucket}}/{'k' * 1025}?uploads", 400, "KeyTooLongError"),
    Case("an unknown checksum algorithm", API + "CreateMultipartUpload", "POST", "/{bucket}/new?uploads", 400, "InvalidRequest", headers={"x-amz-checksum-algorithm": "ROT13"}),
    Case("a whole-object SHA256", INTEGRITY, "POST", "/{bucket}/new?uploads", 400, "InvalidRequest", headers={"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT"}),
    Case("a composite CRC64NVME", INTEGRITY, "POST", "/{bucket}/new?uploads", 400, "InvalidRequest", headers={"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"}),
    Case("the algorithm is confirmed", API + "CreateMultipartUpload", "POST", "/{bucket}/new?uploads", 200, headers={"x-amz-checksum-algorithm": "CRC32C"}, check=lambda a, w: a.headers.get("x-amz-checksum-algorithm") == "CRC32C" and a.headers.get("x-amz-checksum-type") == "COMPOSITE"),
    Case("an unknown storage class", ERRORS, "POST", "/{bucket}/new?uploads", 400, "InvalidStorageClass", headers={"x-amz-storage-class": "ATTIC"}),
    Case("more than 2 KiB of metadata", ERRORS, "POST", "/{bucket}/new?uploads", 400, "MetadataTooLarge", headers={"x-amz-meta-a": "b" * 2049}),
    # Abort
    Case("Abort", API + "AbortMultipartUpload", "DELETE", OVER, 204),
    # ListParts
    Case("ListParts", API + "ListParts", "GET", OVER, 200, check=lambda a, w: a.texts("PartNumber") == ["1", "2"] and a.texts("Size") == ["5242880", "4"] and a.text("IsTruncated") == "false" and a.text("StorageClass") == "STANDARD"),
    Case("ListParts, a page", API + "ListParts", "GET", OVER + "&max-parts=1", 200, check=lambda a, w: a.texts("PartNumber") == ["1"] and a.text("IsTruncated") == "true" and a.text("NextPartNumberMarker") == "1" and a.text("MaxParts") == "1"),
    Case("ListParts, after a marker", API + "ListParts", "GET", OVER + "&part-number-marker=1", 200, check=lambda a, w: a.texts("PartNumber") == ["2"] and a.text("PartNumberMarker") == "1"),
    Case("ListParts, a negative page", ERRORS, "GET", OVER + "&max-parts=-1", 400, "InvalidArgument"),
    Case("ListParts, a page of words", ERRORS, "GET", OVER + "&max-parts=many", 400, "InvalidArgument"),
    Case("ListParts, a marker of words", ERRORS, "GET", OVER + "&part-number-marker=x", 400, "InvalidArgument"),
    Case("ListParts names owner and initiator", API + "ListParts", "GET", OVER, 200, check=lambda a, w: len(a.texts("ID")) == 2),
    # ListMultipartUploads; the world has uploads under a/1, a/2 (twice), b and k
    Case("ListMultipartUploads is sorted", API + "ListMultipartUploads", "GET", "/{other}?uploads", 200, check=lambda a, w: a.texts("Key") == ["a/1", "a/2", "a/2", "b"] and a.texts("UploadId")[1:3] == [w["a2"], w["a2again"]]),
    Case("uploads by prefix", API + "ListMultipartUploads", "GET", "/{other}?uploads&prefix=a/", 200, check=lambda a, w: a.texts("Key") == ["a/1", "a/2", "a/2"]),
    Case("uploads by delimiter", API + "ListMultipartUploads", "GET", "/{other}?uploads&delimiter=/", 200, check=lambda a, w: a.texts("Key") == ["b"] and b"<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>" in a.body and a.text("Delimiter") == "/"),
    Case("a page of uploads", API + "ListMultipartUploads", "GET", "/{other}?uploads&max-uploads=2", 200, check=lambda a, w: a.texts("Key") == ["a/1", "a/2"] and a.text("IsTruncated") == "true" and a.text("NextKeyMarker") == "a/2" and a.text("NextUploadIdMarker") == w["a2"]),
    Case("the next page of uploads", API + "ListMultipartUploads", "GET", "/{other}?uploads&key-marker=a/2&upload-id-marker={a2}", 200, check=lambda a, w: a.texts("UploadId") == [w["a2again"], w["b"]]),
    Case("uploads after a key", API + "ListMultipartUploads", "GET", "/{other}?uploads&key-marker=a/2", 200, check=lambda a, w: a.texts("Key") == ["b"]),
    Case("keys url-encoded", API + "ListMultipartUploads", "GET", "/{other}?uploads&encoding-type=url&prefix=a/", 200, check=lambda a, w: a.text("EncodingType") == "url" and a.texts("Key")[0] == "a/1"),
    Case("an unknown encoding", ERRORS, "GET", "/{other}?uploads&encoding-type=rot13", 400, "InvalidArgument"),
    Case("a negative page of uploads", ERRORS, "GET", "/{other}?uploads&max-uploads=-1", 400, "InvalidArgument"),
    # UploadPartCopy; source is 5 bytes
    Case("UploadPartCopy", API + "UploadPartCopy", "PUT", PART, 200, "", b"", {"x-amz-copy-source": "/{bucket}/source"}, lambda a, w: (a.text("ETag") or "").replace("&quot;", '"') == ETAG and bool(a.text("LastModified"))),
    Case("UploadPartCopy of a range", API + "UploadPartCopy", "PUT", PART, 200, "", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-range": "bytes=1-3"}, lambda a, w: hashlib.md5(b"ell").hexdigest() in (a.text("ETag") or "")),
    Case("a range beyond the source", API + "UploadPartCopy", "PUT", PART, 416, "InvalidRange", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-range": "bytes=0-5"}),
    *(
        Case(f"a copy range {text}", API + "UploadPartCopy", "PUT", PART, 400, "InvalidArgument", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-range": text})
        for text in ("0-2", "bytes=0", "bytes=hello-world", "bytes=0-bar", "bytes=hello-", "bytes=0-2,3-5", "bytes=3-1")
    ),
    Case("a copy source that is not there", API + "UploadPartCopy", "PUT", PART, 404, "NoSuchKey", b"", {"x-amz-copy-source": "{bucket}/nothing"}),
    Case("a copy source in no bucket", API + "UploadPartCopy", "PUT", PART, 404, "NoSuchBucket", b"", {"x-amz-copy-source": "no-such-bucket/source"}),
    Case("a copy source without a key", ERRORS, "PUT", PART, 400, "InvalidArgument", b"", {"x-amz-copy-source": "{bucket}"}),
    Case("copy if-match that fits", API + "UploadPartCopy", "PUT", PART, 200, "", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-if-match": "{source_etag}"}),
    Case("copy if-match of another", API + "UploadPartCopy", "PUT", PART, 412, "PreconditionFailed", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-if-match": '"x"'}),
    Case("copy if-none-match of the same", API + "UploadPartCopy", "PUT", PART, 412, "PreconditionFailed", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-if-none-match": "{source_etag}"}),
    Case("copy if-unmodified-since long ago", API + "UploadPartCopy", "PUT", PART, 412, "PreconditionFailed", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT"}),
    Case("copy if-modified-since the future", API + "UploadPartCopy", "PUT", PART, 412, "PreconditionFailed", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-copy-source-if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
    # Objects
    Case("PutObject, Content-MD5 of other bytes", ERRORS, "PUT", "/{bucket}/o", 400, "BadDigest", HELLO, {"content-md5": WRONG_MD5}),
    Case("PutObject, CRC32 of other bytes", INTEGRITY, "PUT", "/{bucket}/o", 400, "BadDigest", HELLO, {"x-amz-checksum-crc32": crc32(b"other")}),
    Case("PutObject, If-None-Match, something there", CONDITIONAL, "PUT", "/{bucket}/source", 412, "PreconditionFailed", HELLO, {"if-none-match": "*"}),
    Case("PutObject, no Content-Length", ERRORS, "PUT", "/{bucket}/o", 411, "MissingContentLength", None),
    Case("GetObject, a range", API + "GetObject", "GET", "/{bucket}/source", 206, headers={"range": "bytes=1-3"}, check=lambda a, w: a.body == b"ell" and a.headers.get("content-range") == "bytes 1-3/5"),
    Case("GetObject, a range beyond the object", ERRORS, "GET", "/{bucket}/source", 416, "InvalidRange", headers={"range": "bytes=9-"}, check=lambda a, w: a.text("ActualObjectSize") == "5"),
    Case("GetObject, the last bytes", API + "GetObject", "GET", "/{bucket}/source", 206, headers={"range": "bytes=-2"}, check=lambda a, w: a.body == b"lo"),
    Case("GetObject of a part", API + "GetObject", "GET", "/{bucket}/done?partNumber=1", 206, check=lambda a, w: a.body == HELLO and a.headers.get("x-amz-mp-parts-count") == "1"),
    Case("GetObject of a part that is not there", API + "GetObject", "GET", "/{bucket}/done?partNumber=2", 416, "InvalidPartNumber"),
    Case("HeadObject of a part", API + "HeadObject", "HEAD", "/{bucket}/done?partNumber=1", 206, check=lambda a, w: a.headers.get("content-length") == "5" and a.headers.get("x-amz-mp-parts-count") == "1"),
    Case("GetObject, no such key", ERRORS, "GET", "/{bucket}/nothing", 404, "NoSuchKey", check=_same_ids),
    Case("a method that S3 has not", ERRORS, "POST", "/{bucket}/k", 405, "MethodNotAllowed"),
]  # fmt: skip
