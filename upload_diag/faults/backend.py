"""Where objects live, and who answers everything that is no multipart operation."""

# ruff: noqa: SLF001 - moto has no public way to give an object its bytes, its ETag and its age.

import io
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Protocol, cast
from urllib.parse import quote, unquote_to_bytes

from upload_diag.faults.content import Content, Joined
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, element, xml_response

__all__ = [
    "SIGNED_URL",
    "AbortRule",
    "Backend",
    "CorsRule",
    "Made",
    "MotoBackend",
    "NewObject",
    "ObjectPart",
    "StoredObject",
]


@dataclass(frozen=True, slots=True)
class AbortRule:
    """A lifecycle rule that aborts incomplete uploads; `days` after initiation, for keys with the prefix."""

    id: str
    prefix: str
    days: int


@dataclass(frozen=True, slots=True)
class CorsRule:
    """A CORS rule of a bucket; origins and headers may hold one `*`."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class ObjectPart:
    """A part of an object.

    Attributes:
        checksum: in base64, by the algorithm of the object's own checksum.
    """

    number: int
    size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Made:
    """How an object was put in place; stores do not tell it, so the server remembers it.

    Attributes:
        parts: in order; empty unless it was put together of parts.
        checksum: (algorithm, base64, type) of the object.
        customer_key: the MD5 in base64 of the key that encrypts it; empty when the customer gave none.
    """

    parts: tuple[ObjectPart, ...] = ()
    checksum: tuple[str, str, str] | None = None
    customer_key: str = ""


@dataclass(frozen=True, slots=True)
class NewObject:
    """An object to put in place.

    Attributes:
        headers: of the request that describes it: metadata, content type, ACL, tags, encryption.
        etag: without quotes.
    """

    bucket: str
    key: str
    headers: Mapping[str, str]
    contents: Sequence[Content]
    etag: str
    modified: datetime
    made: Made


class Readable(Protocol):
    """Bytes that can be read from anywhere, any number of times."""

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes | memoryview]:
        """The bytes from `start` up to `stop`."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object to read.

    Attributes:
        etag: without quotes.
    """

    size: int
    etag: str
    modified: datetime
    body: "Readable"
    version: str = ""
    made: Made = Made()


class Backend(Protocol):
    """A store behind the faults. Calls may come from many threads.

    Attributes:
        account: the AWS account that owns every bucket; None when that is not known.
    """

    account: str | None

    def forward(self, request: S3Request, body: bytes) -> Response:
        """Answer an operation that the server does not do itself."""

    def head(self, request: S3Request) -> Response:
        """The answer of HeadObject to a GetObject or HeadObject, but for range and part: whether, and which headers."""

    def put(self, new: NewObject) -> Response:
        """Put an object in place; the answer of a PutObject."""

    def find(self, bucket: str, key: str, version: str | None = None) -> StoredObject | None:
        """The object, or None. Raises S3Error NoSuchBucket."""

    def require_bucket(self, bucket: str) -> None:
        """Raises S3Error NoSuchBucket."""

    def encryption(self, bucket: str) -> dict[str, str]:
        """The header fields by which objects of the bucket are encrypted when their request asks for nothing."""

    def abort_rules(self, bucket: str) -> tuple[AbortRule, ...]:
        """The enabled AbortIncompleteMultipartUpload rules of a bucket."""

    def cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        """The CORS rules of a bucket, in order."""

    def load(self) -> None:
        """Make ready for the first request, which would have to wait otherwise."""

    def reset(self, buckets: str | None = None) -> None:
        """Remove every bucket, or those that match a glob."""

    def close(self) -> None:
        """Let go of everything."""


# moto keeps its state in one place per process: one lock for all servers, and each swaps its own state in.
_LOCK = threading.RLock()

# What the server has checked or decoded by itself, or what would send moto elsewhere.
_NOT_FOR_MOTO = frozenset(
    (
        "authorization", "connection", "content-length", "expect", "host", "origin", "range", "te", "trailer",
        "transfer-encoding",
        "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer", "x-moto-account-id",
    )
)  # fmt: skip
# CORS is the bucket's matter, not moto's; ids, time and name are this server's own.
_NOT_FROM_MOTO = (
    "access-control-", "content-md5", "date", "server", "x-amz-id-2", "x-amz-request-id",
    "x-amz-sdk-checksum-algorithm", "x-amzn-requestid",
)  # fmt: skip
_AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=AKIA/20200101/{region}/s3/aws4_request, SignedHeaders=host, Signature=0"
_REGION = re.compile(r"Credential=[^/&]+?(?:/|%2F)[0-9]{8}(?:/|%2F)([a-z0-9-]{2,30})(?:/|%2F)s3", re.IGNORECASE)
_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_EMPTY_MARKER = re.compile(
    r"(?:^|&)(?:key-marker|version-id-marker|marker)=(?=&|$)"
)  # moto would list what is after it
SIGNED_URL = re.compile(
    r"(?:^|&)(?:X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)"
    r"|Signature|AWSAccessKeyId|Expires)=[^&]*"
)


class MotoBackend:
    """moto's S3, called in this process; nothing else of moto can be reached through it."""

    account: str | None = "123456789012"
    _current: "ClassVar[MotoBackend | None]" = None  # whose state moto holds now

    def __init__(self) -> None:
        self._state: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        self._app: Any = None

    def load(self) -> None:
        with self._moto():
            pass

    @property
    def _empty(self) -> bool:
        """Nothing was ever asked of moto, so there is nothing in it, and it need not be loaded to know that."""
        return self._app is None

    @contextmanager
    def _moto(self) -> Iterator[Any]:
        with _LOCK:
            from moto.s3.models import s3_backends

            if self._app is None:
                from moto.moto_server.werkzeug_app import create_backend_app

                self._app = create_backend_app("s3")
            current = MotoBackend._current
            if current is not self:
                if current is not None:
                    current._state = (dict(s3_backends), s3_backends.bucket_accounts)
                s3_backends.clear()
                s3_backends.update(self._state[0])
                s3_backends.bucket_accounts = self._state[1]
                MotoBackend._current = self
            yield s3_backends

    def _bucket(self, backends: Any, name: str) -> Any:
        place = backends.bucket_accounts.get(name)
        if place is None:
            raise S3Error("NoSuchBucket", BucketName=name)
        partition, account = place
        return backends[account][partition].buckets[name]

    def forward(self, request: S3Request, body: bytes) -> Response:
        if self._empty and request.operation == "ListBuckets":
            return xml_response("ListAllMyBucketsResult", [element("Buckets", "")])
        return self._call(request.method, request.path, _EMPTY_MARKER.sub("", request.raw_query), request.headers, body)

    def _call(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Response:
        if "%0a" in path.lower():
            raise S3Error("NotImplemented", "moto, which keeps the objects here, takes no line feed in a key.")
        region, query = _region(headers, query), SIGNED_URL.sub("", query).lstrip("&")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": _wsgi_path(path),
            "RAW_URI": f"{path}?{query}" if query else path,
            "REQUEST_URI": f"{path}?{query}" if query else path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)),
        }
        # Who may come in is decided before; moto itself would turn the anonymous away.
        environ["HTTP_AUTHORIZATION"] = _AUTHORIZATION.format(region=region)
        for name, value in headers.items():
            if name not in _NOT_FOR_MOTO:
                environ["CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"] = value
        answer = Response(500)

        def start_response(status: str, fields: list[tuple[str, str]], _: Any = None) -> None:
            answer.status = int(status.split(" ", 1)[0])
            lowered = ((name.lower(), value) for name, value in fields)
            answer.headers = {name: value for name, value in lowered if not name.startswith(_NOT_FROM_MOTO)}

        with self._moto():
            pieces = self._app(environ, cast("Any", start_response))
            answer.body = b"".join(pieces)
        if answer.status >= 400 and (code := _CODE.search(answer.body)):
            answer.code = code[1].decode()
        if method != "HEAD":
            answer.headers.pop("content-length", None)
        return answer

    def head(self, request: S3Request) -> Response:
        version = request.query.get("versionId")
        query = f"versionId={quote(version)}" if version is not None else ""
        return self._call("HEAD", request.path, query, request.headers, b"")

    def put(self, new: NewObject) -> Response:
        path = f"/{quote(new.bucket)}/{quote(new.key)}"
        # moto wants a digest with object lock, but never looks at it; the server has checked the bytes.
        headers = {"content-md5": "checked", **new.headers}
        with self._moto() as backends:
            answer = self._call("PUT", path, "", headers, b"")
            if answer.status == 200:
                key = self._bucket(backends, new.bucket).keys[new.key]
                key._value_buffer.close()
                key._value_buffer = Joined(new.contents)
                key._etag = new.etag
                key.contentsize = key._value_buffer.size
                key.made = new.made
                key.last_modified = new.modified.astimezone(UTC).replace(tzinfo=None)
                if new.made.checksum is not None:
                    key.checksum_algorithm, key.checksum_value, key.checksum_type = new.made.checksum
                answer.headers["etag"] = f'"{new.etag}"'
        return answer

    def find(self, bucket: str, key: str, version: str | None = None) -> StoredObject | None:
        self.require_bucket(bucket)
        from moto.s3.models import FakeKey

        with self._moto() as backends:
            versions = self._bucket(backends, bucket).keys.getlist(key, [])
            if version is not None:
                versions = [each for each in versions if str(each.version_id) == version]
            if not versions or not isinstance(versions[-1], FakeKey):
                return None
            found = versions[-1]
            buffer: Any = found._value_buffer
            if not isinstance(buffer, Joined):  # moto wrote it by itself, as a copy
                value = found.value
                buffer.close()
                buffer = Joined([Content(len(value), value)])
                found._value_buffer = cast("Any", buffer)
            modified = found.last_modified.replace(tzinfo=UTC)
            made = getattr(found, "made", Made())
            return StoredObject(found.size, found.etag.strip('"'), modified, buffer, found._version_id or "", made)

    def require_bucket(self, bucket: str) -> None:
        if self._empty:
            raise S3Error("NoSuchBucket", BucketName=bucket)
        with self._moto() as backends:
            self._bucket(backends, bucket)

    def encryption(self, bucket: str) -> dict[str, str]:
        with self._moto() as backends:
            rule = (self._bucket(backends, bucket).encryption or {}).get("Rule") or {}
        default = (rule[0] if isinstance(rule, list) else rule).get("ApplyServerSideEncryptionByDefault") or {}
        prefix = "x-amz-server-side-encryption"
        found = {prefix: default.get("SSEAlgorithm", "AES256")}
        if "KMSMasterKeyID" in default:
            found[f"{prefix}-aws-kms-key-id"] = default["KMSMasterKeyID"]
        return found

    def abort_rules(self, bucket: str) -> tuple[AbortRule, ...]:
        with self._moto() as backends:
            place = backends.bucket_accounts.get(bucket)  # None once it is deleted, while its sessions are remembered
            rules = self._bucket(backends, bucket).rules if place is not None else ()
            return tuple(
                AbortRule(rule.id or "", _rule_prefix(rule), int(rule.aimu_days))
                for rule in rules
                if rule.aimu_days and rule.status == "Enabled"
            )

    def cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        self.require_bucket(bucket)
        with self._moto() as backends:
            return tuple(
                CorsRule(
                    tuple(rule.allowed_origins or ()),
                    tuple(rule.allowed_methods or ()),
                    tuple(rule.allowed_headers or ()),
                    tuple(rule.exposed_headers or ()),
                    int(rule.max_age_seconds) if rule.max_age_seconds else None,
                )
                for rule in self._bucket(backends, bucket).cors
            )

    def reset(self, buckets: str | None = None) -> None:
        if self._empty:
            return
        with self._moto() as backends:
            for name, (partition, account) in list(backends.bucket_accounts.items()):
                if buckets is None or fnmatchcase(name, buckets):
                    bucket = backends[account][partition].buckets.pop(name)
                    del backends.bucket_accounts[name]
                    for key in list(bucket.keys):
                        bucket.keys.setlist(key, [])  # lets every version go

    def close(self) -> None:
        self.reset()


def _wsgi_path(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")


def _region(headers: Mapping[str, str], query: str) -> str:
    """The region that a request was signed for; moto creates buckets by it."""
    match = _REGION.search(headers.get("authorization", "")) or _REGION.search(query)
    return match[1] if match else "us-east-1"


def _rule_prefix(rule: Any) -> str:
    if rule.filter is not None:
        return str(rule.filter.prefix or (rule.filter.and_filter.prefix if rule.filter.and_filter else "") or "")
    return str(rule.prefix or "")
