"""More rows of the table: encryption, what becomes of an object, and what a request must not say.

Further placeholders: {ssec} is a session begun with the customer key ONE and {object} one of object "made", which is
complete: two parts (5 MiB, 4 bytes) with composite SHA-256 checksums. "secret" is an object written with ONE.
"""

# ruff: noqa: E501 - one line a case, however long

import base64
import hashlib

from fidelity import (
    API,
    BOTH,
    ERRORS,
    ETAG,
    HEAD_5M,
    HELLO,
    INTEGRITY,
    LIMITS,
    MD5,
    OVER,
    PART,
    SHA256,
    TAIL,
    WRONG_MD5,
    Case,
    b64,
    crc32,
    parts,
)
from raw import Answer

SSE = "S3 user guide, Using server-side encryption with customer-provided keys (SSE-C)"
LOCK = "S3 user guide, Locking objects with Object Lock"
OWNER = "S3 user guide, Verifying bucket ownership with bucket owner condition"
PREFIX = "x-amz-server-side-encryption-customer-"


def key_headers(secret: bytes, prefix: str = PREFIX) -> dict[str, str]:
    """The three header fields that bring a customer's key."""
    return {
        f"{prefix}algorithm": "AES256",
        f"{prefix}key": base64.b64encode(secret).decode(),
        f"{prefix}key-md5": b64(hashlib.md5(secret).digest()),
    }


ONE, OTHER = key_headers(b"1" * 32), key_headers(b"2" * 32)
FROM_ONE = key_headers(b"1" * 32, "x-amz-copy-source-server-side-encryption-customer-")
SSEC_PART = "/{bucket}/k?partNumber=1&uploadId={ssec}"
NEW = "/{bucket}/new?uploads"


def sha256(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


PART_SUMS = (sha256(HEAD_5M), sha256(TAIL))
COMPOSITE_SUM = sha256(b"".join(base64.b64decode(each) for each in PART_SUMS)) + "-2"


def _header(name: str, value: str):
    def check(answer: Answer, world: dict[str, str]) -> bool:
        return answer.headers.get(name) == value.format_map(world)

    return check


OBJECT_CASES = [
    # The customer's key
    Case("Create with a customer key", SSE, "POST", NEW, 200, headers=ONE, check=lambda a, w: a.headers.get(f"{PREFIX}algorithm") == "AES256" and a.headers.get(f"{PREFIX}key-md5") == ONE[f"{PREFIX}key-md5"] and f"{PREFIX}key" not in a.headers),
    Case("a customer key that is no key", SSE, "POST", NEW, 400, "InvalidArgument", headers=key_headers(b"short")),
    Case("a customer key with another MD5", SSE, "POST", NEW, 400, "InvalidArgument", headers={**ONE, f"{PREFIX}key-md5": WRONG_MD5}),
    Case("a customer key without its MD5", SSE, "POST", NEW, 400, "InvalidArgument", headers={f"{PREFIX}algorithm": "AES256", f"{PREFIX}key": ONE[f"{PREFIX}key"]}),
    Case("an MD5 without its customer key", SSE, "POST", NEW, 400, "InvalidArgument", headers={f"{PREFIX}algorithm": "AES256", f"{PREFIX}key-md5": MD5}),
    Case("another cipher", SSE, "POST", NEW, 400, "InvalidEncryptionAlgorithmError", headers={**ONE, f"{PREFIX}algorithm": "AES128"}),
    Case("a customer key beside S3's own", SSE, "POST", NEW, 400, "InvalidArgument", headers={**ONE, "x-amz-server-side-encryption": "AES256"}),
    Case("a part with the session's key", API + "UploadPart", "PUT", SSEC_PART, 200, "", HELLO, ONE, lambda a, w: a.headers.get(f"{PREFIX}algorithm") == "AES256"),
    Case("a part without the session's key", API + "UploadPart", "PUT", SSEC_PART, 400, "InvalidRequest", HELLO),
    Case("a part with another key", API + "UploadPart", "PUT", SSEC_PART, 400, "InvalidRequest", HELLO, OTHER),
    Case("a part with a key where the session has none", API + "UploadPart", "PUT", PART, 400, "InvalidRequest", HELLO, ONE),
    Case("UploadPartCopy without the source's key", SSE, "PUT", PART, 400, "InvalidRequest", b"", {"x-amz-copy-source": "{bucket}/secret"}),
    Case("UploadPartCopy with the source's key", SSE, "PUT", PART, 200, "", b"", {"x-amz-copy-source": "{bucket}/secret", **FROM_ONE}),
    Case("GetObject without its key", SSE, "GET", "/{bucket}/secret", 400, "InvalidRequest"),
    Case("GetObject with another key", SSE, "GET", "/{bucket}/secret", 403, "AccessDenied", headers=OTHER),
    Case("GetObject with its key", SSE, "GET", "/{bucket}/secret", 200, headers=ONE, check=lambda a, w: a.body == HELLO and a.headers.get(f"{PREFIX}algorithm") == "AES256"),
    Case("HeadObject without its key", SSE, "HEAD", "/{bucket}/secret", 400, check=lambda a, w: a.body == b""),
    Case("GetObject with a key that it does not need", SSE, "GET", "/{bucket}/source", 400, "InvalidRequest", headers=ONE),
    # S3's own keys
    Case("GetObject that names S3's own encryption", API + "GetObject", "GET", "/{bucket}/source", 400, "InvalidArgument", headers={"x-amz-server-side-encryption": "AES256"}),
    Case("an unknown encryption", ERRORS, "POST", NEW, 400, "InvalidArgument", headers={"x-amz-server-side-encryption": "rot13"}),
    Case("a KMS key without KMS", API + "CreateMultipartUpload", "POST", NEW, 400, "InvalidArgument", headers={"x-amz-server-side-encryption-aws-kms-key-id": "x"}),
    Case("KMS is confirmed", API + "CreateMultipartUpload", "POST", NEW, 200, headers={"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "a-key"}, check=lambda a, w: a.headers.get("x-amz-server-side-encryption") == "aws:kms" and a.headers.get("x-amz-server-side-encryption-aws-kms-key-id") == "a-key"),
    # What the request says about the object
    Case("an unknown canned ACL", ERRORS, "POST", NEW, 400, "InvalidArgument", headers={"x-amz-acl": "everyone"}, check=lambda a, w: a.text("ArgumentName") == "x-amz-acl"),
    Case("eleven tags", "S3 user guide, Categorizing your objects using tags", "POST", NEW, 400, "BadRequest", headers={"x-amz-tagging": "&".join(f"k{n}=v" for n in range(11))}),
    Case("a tag twice", API + "CreateMultipartUpload, x-amz-tagging", "POST", NEW, 400, "InvalidArgument", headers={"x-amz-tagging": "a=1&a=2"}),
    Case("a tag with a long key", "S3 user guide, Categorizing your objects using tags", "POST", NEW, 400, "InvalidTag", headers={"x-amz-tagging": "k" * 129 + "=v"}),
    Case("object lock in a bucket without it", LOCK, "POST", NEW, 400, "InvalidRequest", headers={"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": "2099-01-01T00:00:00Z"}),
    Case("a checksum type without its algorithm", API + "CreateMultipartUpload", "POST", NEW, 400, "InvalidRequest", headers={"x-amz-checksum-type": "FULL_OBJECT"}),
    Case("CRC64NVME is of the whole object", INTEGRITY, "POST", NEW, 200, headers={"x-amz-checksum-algorithm": "CRC64NVME"}, check=_header("x-amz-checksum-type", "FULL_OBJECT")),
    # What the SDK says about its checksum
    Case("an SDK's algorithm without a checksum", API + "UploadPart", "PUT", PART, 400, "InvalidRequest", HELLO, {"x-amz-sdk-checksum-algorithm": "CRC32"}),
    Case("an SDK's algorithm with another checksum", API + "UploadPart", "PUT", PART, 400, "InvalidRequest", HELLO, {"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-crc32": crc32(HELLO)}),
    Case("an SDK's algorithm with its checksum", API + "UploadPart", "PUT", PART, 200, "", HELLO, {"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": crc32(HELLO)}),
    # Complete
    Case("Complete, Content-MD5 of other bytes", ERRORS, "POST", OVER, 400, "BadDigest", BOTH, {"content-md5": WRONG_MD5}),
    Case("Complete, x-amz-content-sha256 of other bytes", ERRORS, "POST", OVER, 400, "XAmzContentSHA256Mismatch", BOTH, {"x-amz-content-sha256": SHA256}),
    Case("a part that was sent again, listed with both ETags", "ceph/s3-tests, test_multipart_resend_first_finishes_last", "POST", OVER, 200, "", parts((1, "{etag2}"), (1, "{etag1}"), (2, "{etag2}"))),
    Case("Complete, part number 0", LIMITS, "POST", OVER, 400, "InvalidArgument", parts((0, "{etag1}"))),
    Case("Complete, part number 10001", LIMITS, "POST", OVER, 400, "InvalidPart", parts((10001, "{etag1}"))),
    Case("Complete, x-amz-mp-object-size that is none", API + "CompleteMultipartUpload", "POST", OVER, 400, "InvalidRequest", BOTH, {"x-amz-mp-object-size": "big"}),
    Case("a gap in the parts of an upload with checksums", INTEGRITY, "POST", "/{bucket}/k?uploadId={gap}", 500, "InternalError", parts((2, ETAG), more=f"<ChecksumCRC32>{crc32(HELLO)}</ChecksumCRC32>")),
    # The object that came of it
    Case("HeadObject tells checksum and type", API + "HeadObject", "HEAD", "/{bucket}/made", 200, headers={"x-amz-checksum-mode": "ENABLED"}, check=lambda a, w: a.headers.get("x-amz-checksum-sha256") == COMPOSITE_SUM and a.headers.get("x-amz-checksum-type") == "COMPOSITE"),
    Case("HeadObject tells no checksum unasked", API + "HeadObject", "HEAD", "/{bucket}/made", 200, check=lambda a, w: not any(name.startswith("x-amz-checksum") for name in a.headers)),
    Case("HeadObject of a part tells the part's checksum", API + "HeadObject", "HEAD", "/{bucket}/made?partNumber=2", 206, headers={"x-amz-checksum-mode": "ENABLED"}, check=_header("x-amz-checksum-sha256", PART_SUMS[1])),
    Case("a range has no checksum", API + "GetObject", "GET", "/{bucket}/made", 206, headers={"x-amz-checksum-mode": "ENABLED", "range": "bytes=0-1"}, check=lambda a, w: "x-amz-checksum-sha256" not in a.headers),
    Case("GetObject of a part and a range", API + "GetObject", "GET", "/{bucket}/made?partNumber=1", 400, "InvalidRequest", headers={"range": "bytes=0-1"}),
    Case("GetObject of part 0", API + "GetObject", "GET", "/{bucket}/made?partNumber=0", 400, "InvalidArgument"),
    Case("the default content type", API + "GetObject", "HEAD", "/{bucket}/made", 200, check=_header("content-type", "binary/octet-stream")),
    Case("PutObject keeps a CRC64NVME by itself", INTEGRITY, "PUT", "/{bucket}/o", 200, "", HELLO, check=lambda a, w: a.headers.get("x-amz-checksum-type") == "FULL_OBJECT" and "x-amz-checksum-crc64nvme" in a.headers),
    Case("GetObjectAttributes", API + "GetObjectAttributes", "GET", "/{bucket}/made?attributes", 200, headers={"x-amz-object-attributes": "ETag,Checksum,ObjectParts,StorageClass,ObjectSize"}, check=lambda a, w: (a.text("ETag") or "").endswith("-2") and a.text("ChecksumSHA256") == COMPOSITE_SUM and a.text("ChecksumType") == "COMPOSITE" and a.text("PartsCount") == "2" and a.texts("Size") == ["5242880", "4"] and a.text("ObjectSize") == "5242884" and a.text("StorageClass") == "STANDARD"),
    Case("GetObjectAttributes, a page of parts", API + "GetObjectAttributes", "GET", "/{bucket}/made?attributes", 200, headers={"x-amz-object-attributes": "ObjectParts", "x-amz-max-parts": "1"}, check=lambda a, w: a.texts("PartNumber") == ["1"] and a.text("IsTruncated") == "true" and a.text("NextPartNumberMarker") == "1" and a.texts("ChecksumSHA256") == [PART_SUMS[0]]),
    Case("GetObjectAttributes, the next page", API + "GetObjectAttributes", "GET", "/{bucket}/made?attributes", 200, headers={"x-amz-object-attributes": "ObjectParts", "x-amz-part-number-marker": "1"}, check=lambda a, w: a.texts("PartNumber") == ["2"] and a.text("IsTruncated") == "false"),
    Case("GetObjectAttributes of one that has no parts", API + "GetObjectAttributes", "GET", "/{bucket}/source?attributes", 200, headers={"x-amz-object-attributes": "ObjectParts,ObjectSize"}, check=lambda a, w: b"ObjectParts" not in a.body and a.text("ObjectSize") == "5"),
    Case("GetObjectAttributes that asks for nothing", API + "GetObjectAttributes", "GET", "/{bucket}/source?attributes", 400, "InvalidRequest"),
    Case("GetObjectAttributes that asks for another", API + "GetObjectAttributes", "GET", "/{bucket}/source?attributes", 400, "InvalidArgument", headers={"x-amz-object-attributes": "Colour"}),
    Case("GetObjectAttributes, no such key", API + "GetObjectAttributes", "GET", "/{bucket}/nothing?attributes", 404, "NoSuchKey", headers={"x-amz-object-attributes": "ETag"}),
    # Listing
    Case("ListParts, no parts asked for", API + "ListParts", "GET", OVER + "&max-parts=0", 200, check=lambda a, w: a.texts("PartNumber") == [] and a.text("MaxParts") == "0" and a.text("IsTruncated") == "false"),
    Case("ListParts, more than a thousand", API + "ListParts", "GET", OVER + "&max-parts=5000", 200, check=lambda a, w: a.text("MaxParts") == "1000"),
    Case("ListParts, a marker past the end", API + "ListParts", "GET", OVER + "&part-number-marker=9", 200, check=lambda a, w: a.texts("PartNumber") == [] and a.text("IsTruncated") == "false"),
    Case("ListMultipartUploads, an id without its key", API + "ListMultipartUploads, upload-id-marker", "GET", "/{other}?uploads&upload-id-marker={a2}", 200, check=lambda a, w: len(a.texts("Key")) == 4),
    Case("ListMultipartUploads, prefix and delimiter", API + "ListMultipartUploads", "GET", "/{other}?uploads&prefix=a&delimiter=/", 200, check=lambda a, w: a.texts("Key") == [] and b"<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>" in a.body),
    Case("ListMultipartUploads, a page of one prefix", API + "ListMultipartUploads", "GET", "/{other}?uploads&delimiter=/&max-uploads=1", 200, check=lambda a, w: a.text("IsTruncated") == "true" and a.text("NextKeyMarker") == "a/"),
    Case("ListMultipartUploads, after a prefix", API + "ListMultipartUploads", "GET", "/{other}?uploads&delimiter=/&key-marker=a/", 200, check=lambda a, w: a.texts("Key") == ["b"] and b"CommonPrefixes" not in a.body),
    Case("?uploads of a key", ERRORS, "GET", "/{bucket}/k?uploads", 400, "InvalidRequest"),
    Case("Create without a key", ERRORS, "POST", "/{bucket}?uploads", 400, "InvalidRequest"),
    # Whose bucket, and which source
    Case("another owner is expected", OWNER, "POST", NEW, 403, "AccessDenied", headers={"x-amz-expected-bucket-owner": "111122223333"}),
    Case("an expected owner that is no account", OWNER, "POST", NEW, 400, "InvalidBucketOwnerAWSAccountID", headers={"x-amz-expected-bucket-owner": "me"}),
    Case("the source is expected to be another's", OWNER, "PUT", PART, 403, "AccessDenied", b"", {"x-amz-copy-source": "{bucket}/source", "x-amz-source-expected-bucket-owner": "111122223333"}),
    Case("a copy source percent-encoded", API + "UploadPartCopy", "PUT", PART, 200, "", b"", {"x-amz-copy-source": "%2F{bucket}%2Fsource"}),
    Case("a copy source with another argument", API + "UploadPartCopy", "PUT", PART, 400, "InvalidArgument", b"", {"x-amz-copy-source": "{bucket}/source?acl"}),
    Case("a version of the source that is not there", API + "UploadPartCopy", "PUT", PART, 404, "NoSuchVersion", b"", {"x-amz-copy-source": "{bucket}/source?versionId=nothing"}),
    Case("chunked by HTTP, not by S3", ERRORS, "PUT", PART, 501, "NotImplemented", None, {"transfer-encoding": "chunked"}),
]  # fmt: skip

# A store behind `--backend` has accounts and versions of its own.
ONLY_OURS = {
    "another owner is expected",
    "an expected owner that is no account",
    "the source is expected to be another's",
    "a version of the source that is not there",
}
