"""What a client asks for: an S3 operation by its own name, a bucket, a key and what goes with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus, unquote_to_bytes

from upload_diag.faults.http import Head

__all__ = ["OPERATIONS", "STS", "S3Request", "as_sent", "read_request"]

STS = "STS"  # the operation of every request to the token service, whose action stands in the body

# Sub-resources, and the operation each method means by them. A name in braces is the verb: Put, Get, Delete.
_BUCKET = {
    "accelerate": "BucketAccelerateConfiguration", "acl": "BucketAcl", "analytics": "BucketAnalyticsConfiguration",
    "cors": "BucketCors", "encryption": "BucketEncryption", "inventory": "BucketInventoryConfiguration",
    "lifecycle": "BucketLifecycleConfiguration", "location": "BucketLocation", "logging": "BucketLogging",
    "metrics": "BucketMetricsConfiguration", "notification": "BucketNotificationConfiguration",
    "object-lock": "ObjectLockConfiguration", "ownershipControls": "BucketOwnershipControls", "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus", "publicAccessBlock": "PublicAccessBlock", "replication": "BucketReplication",
    "requestPayment": "BucketRequestPayment", "tagging": "BucketTagging", "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}  # fmt: skip
_OBJECT = {
    "acl": "ObjectAcl", "attributes": "ObjectAttributes", "legal-hold": "ObjectLegalHold",
    "retention": "ObjectRetention", "tagging": "ObjectTagging", "torrent": "ObjectTorrent",
}  # fmt: skip
_VERB = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}

_OF_SESSION = {
    "PUT": "UploadPart", "POST": "CompleteMultipartUpload", "GET": "ListParts", "DELETE": "AbortMultipartUpload",
}  # fmt: skip
_OF_OBJECT = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_OF_BUCKET = {"PUT": "CreateBucket", "HEAD": "HeadBucket", "DELETE": "DeleteBucket"}
_POSTED = {"uploads": "CreateMultipartUpload", "restore": "RestoreObject", "select": "SelectObjectContent"}
OPERATIONS = frozenset(
    (
        STS, "CopyObject", "DeleteObjects", "ListBuckets", "ListMultipartUploads", "ListObjectVersions", "ListObjects",
        "ListObjectsV2", "PostObject", "UploadPartCopy",
        *(name for table in (_OF_SESSION, _OF_OBJECT, _OF_BUCKET, _POSTED) for name in table.values()),
        *(verb + name for verb in _VERB.values() for table in (_BUCKET, _OBJECT) for name in table.values()),
    )
)  # fmt: skip

_VIRTUAL_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9])\.(?:s3[.\-][a-z0-9.\-]+|s3|localhost)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class S3Request:
    """A request, read.

    Attributes:
        operation: its S3 name, one of `OPERATIONS`; empty when no operation fits.
        path: still percent-encoded, always path-style: /bucket/key.
        raw_path: as the client sent it (what it signed).
        raw_query: as the client sent it.
        query: decoded; the first value counts.
        headers: names in lower case.
        bucket, key: decoded; empty when there is none.
        well_formed: the path is UTF-8; what is not is replaced in `bucket` and `key`.
    """

    method: str
    path: str
    raw_path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    operation: str = ""
    bucket: str = ""
    key: str = ""
    well_formed: bool = True

    @property
    def upload_id(self) -> str:
        return self.query.get("uploadId", "")

    @property
    def part_number(self) -> int | None:
        """The number of the part, None when there is none or it is no number."""
        text = self.query.get("partNumber", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def access_key(self) -> str:
        """The access key id that the request names, signed or not; empty for an anonymous one."""
        credential = self.query.get("X-Amz-Credential") or self.query.get("AWSAccessKeyId", "")
        if not credential:
            _, _, credential = self.headers.get("authorization", "").partition("Credential=")
        return credential.partition("/")[0]

    @property
    def session_token(self) -> str:
        """The session token that the request brings; empty when it brings none."""
        name = "x-amz-security-token"
        return self.headers.get(name) or self.query.get("X-Amz-Security-Token") or self.query.get(name, "")


def read_request(head: Head) -> S3Request:
    """Name the operation, the bucket and the key of a request."""
    target = head.target
    if not target.startswith("/"):  # absolute form, as sent to a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    raw_path, _, raw_query = target.partition("?")
    query = _query(raw_query)
    path = raw_path
    host = head.headers.get("host", "").rpartition(":")[0] or head.headers.get("host", "")
    if host and (match := _VIRTUAL_HOST.fullmatch(host)):
        path = f"/{match['bucket'].lower()}{raw_path}"
    first, _, rest = path[1:].partition("/")
    names = as_sent(first), as_sent(rest)
    bucket, key = (name.decode("utf-8", "replace") for name in names)
    well_formed = (bucket.encode(), key.encode()) == names
    operation = _operation(head.method, bucket, key, query, head.headers)
    return S3Request(head.method, path, raw_path, raw_query, query, head.headers, operation, bucket, key, well_formed)


def as_sent(text: str) -> bytes:
    """What a client meant by a part of its head: percent-encoding undone, also where bytes came without it."""
    return unquote_to_bytes(text.encode("latin-1"))


def _query(raw: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in raw.split("&") if raw else ():
        name, _, value = pair.partition("=")
        found.setdefault(unquote_plus(name), unquote_plus(value) if "%" in value or "+" in value else value)
    return found


def _operation(method: str, bucket: str, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    if not bucket:
        if method == "POST" and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return STS
        return "ListBuckets" if method == "GET" else ""
    if not key:
        return _bucket_operation(method, query, headers)
    copies = method == "PUT" and "x-amz-copy-source" in headers
    if "uploadId" in query:
        return "UploadPartCopy" if copies else _OF_SESSION.get(method, "")
    if method == "GET" and "uploads" in query:
        return ""
    if method == "POST":
        return next((name for flag, name in _POSTED.items() if flag in query), "")
    for flag, name in _OBJECT.items():
        if flag in query and method in _VERB:
            return _VERB[method] + name
    return "CopyObject" if copies else _OF_OBJECT.get(method, "")


def _bucket_operation(method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    if method == "GET" and "uploads" in query:
        return "ListMultipartUploads"
    if method == "POST":
        if "delete" in query:
            return "DeleteObjects"
        return "PostObject" if headers.get("content-type", "").startswith("multipart/form-data") else ""
    for flag, name in _BUCKET.items():
        if flag in query and method in _VERB:
            return _VERB[method] + name
    if method == "GET":
        if "versions" in query:
            return "ListObjectVersions"
        return "ListObjectsV2" if query.get("list-type") == "2" else "ListObjects"
    return _OF_BUCKET.get(method, "")
