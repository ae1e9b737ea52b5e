"""`--backend URL`: the same server and the same faults in front of an existing S3-compatible store.

Sessions and parts stay in this server, as with moto; a completed object goes to the store as a multipart upload of the
same parts, so that it has the same ETag. Nothing in the store is ever deleted but what a client asks to delete.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote, urlsplit

from upload_diag.errors import UsageError
from upload_diag.faults.backend import SIGNED_URL, AbortRule, CorsRule, Made, NewObject, StoredObject
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request, as_sent
from upload_diag.faults.response import Response

__all__ = ["RemoteBackend"]

SECONDS = 60.0  # how long the store may be silent
PIECE = 1024 * 1024
_NOT_SENT = frozenset(
    (
        "accept-encoding", "authorization", "connection", "content-length", "content-md5", "expect", "host", "origin",
        "range", "te", "trailer", "transfer-encoding", "x-amz-content-sha256", "x-amz-date",
        "x-amz-decoded-content-length", "x-amz-sdk-checksum-algorithm", "x-amz-security-token", "x-amz-trailer",
    )
)  # fmt: skip
_NOT_ANSWERED = (
    "access-control-", "connection", "content-length", "date", "server", "transfer-encoding", "x-amz-id-2",
    "x-amz-request-id",
)  # fmt: skip


class RemoteBackend:
    """A store behind a URL.

    Args:
        url: its endpoint, such as http://127.0.0.1:8333.
        access_key: to sign with; empty sends requests unsigned.
        secret_key: that goes with it.
        region: to sign for.

    Raises:
        UsageError: the URL is none.
    """

    account: str | None = None

    def __init__(self, url: str, access_key: str = "", secret_key: str = "", region: str = "us-east-1") -> None:
        import urllib3

        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise UsageError(f"--backend {url}: this is no URL; it looks like http://127.0.0.1:8333.")
        self._url = url.rstrip("/")
        self._credentials = (access_key, secret_key, region)
        self._pool = urllib3.PoolManager(retries=False, timeout=SECONDS, maxsize=16)
        self._made: dict[tuple[str, str, str], Made] = {}

    def forward(self, request: S3Request, body: bytes) -> Response:
        return self._call(request.method, request.path, request.raw_query, request.headers, body=body)

    def head(self, request: S3Request) -> Response:
        version = request.query.get("versionId")
        return self._call(
            "HEAD", request.path, f"versionId={quote(version)}" if version else "", _reading(request.headers)
        )

    def put(self, new: NewObject) -> Response:
        path = _path(new.bucket, new.key)
        headers = {n: v for n, v in new.headers.items() if not n.startswith(("x-amz-checksum-", "if-"))}
        headers.setdefault("content-type", "binary/octet-stream")  # S3's default; other stores have another
        if not new.made.parts:
            size = sum(content.size for content in new.contents)
            pieces = (piece for content in new.contents for piece in content.pieces())
            answer = self._call("PUT", path, "", headers, body=pieces, size=size)
        else:
            answer = self._put_in_parts(path, headers, new)
        if answer.status == 200:
            answer.headers["etag"] = f'"{new.etag}"'
            self._made[new.bucket, new.key, new.etag] = new.made
        return answer

    def find(self, bucket: str, key: str, version: str | None = None) -> StoredObject | None:
        self.require_bucket(bucket)
        path, query = _path(bucket, key), f"versionId={quote(version)}" if version else ""
        head = self._call("HEAD", path, query, {})
        if head.status == 404:
            return None
        if head.status != 200:
            raise S3Error("AccessDenied") if head.status == 403 else S3Error("InternalError")
        etag, size = head.headers.get("etag", "").strip('"'), int(head.headers["content-length"])
        modified = (
            parsedate_to_datetime(head.headers["last-modified"])
            if "last-modified" in head.headers
            else datetime.now(UTC)
        )
        body = _RemoteBody(self, path, query, size)
        made = self._made.get((bucket, key, etag), Made())
        return StoredObject(size, etag, modified, body, head.headers.get("x-amz-version-id", ""), made)

    def require_bucket(self, bucket: str) -> None:
        if self._call("HEAD", f"/{quote(bucket)}", "", {}).status == 404:
            raise S3Error("NoSuchBucket", BucketName=bucket)

    def encryption(self, bucket: str) -> dict[str, str]:
        return {}  # the store knows, and does it by itself

    def abort_rules(self, bucket: str) -> tuple[AbortRule, ...]:
        found = []
        for rule in self._config(bucket, "lifecycle", "Rule"):
            days = _text(rule, ".//{*}DaysAfterInitiation")
            if days.isdigit() and _text(rule, "{*}Status") == "Enabled":
                found.append(AbortRule(_text(rule, "{*}ID"), _text(rule, ".//{*}Prefix"), int(days)))
        return tuple(found)

    def cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        return tuple(
            CorsRule(
                _texts(rule, "AllowedOrigin"),
                _texts(rule, "AllowedMethod"),
                _texts(rule, "AllowedHeader"),
                _texts(rule, "ExposeHeader"),
                int(age) if (age := _text(rule, "{*}MaxAgeSeconds")).isdigit() else None,
            )
            for rule in self._config(bucket, "cors", "CORSRule")
        )

    def load(self) -> None:
        """There is nothing to load."""

    def reset(self, buckets: str | None = None) -> None:
        """Leave the store as it is: it is not ours to empty."""

    def close(self) -> None:
        self._pool.clear()

    def read(self, path: str, query: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of an object from `start` up to `stop`."""
        answer = self._send("GET", path, query, {"range": f"bytes={start}-{stop - 1}"})
        try:
            if answer.status not in (200, 206):
                raise S3Error("InternalError", f"The store answered {answer.status} to a read.")
            yield from answer.stream(PIECE)
        finally:
            answer.release_conn()

    def _put_in_parts(self, path: str, headers: Mapping[str, str], new: NewObject) -> Response:
        begun = self._call("POST", path, "uploads", headers)
        found = (
            re.search(rb"<UploadId>([^<]+)</UploadId>", bytes(begun.body)) if isinstance(begun.body, bytes) else None
        )
        if begun.status != 200 or found is None:
            return begun
        upload_id = quote(found[1].decode(), safe="")
        rows = []
        for number, content in enumerate(new.contents, 1):
            query = f"partNumber={number}&uploadId={upload_id}"
            part = self._call("PUT", path, query, {}, body=content.pieces(), size=content.size)
            if part.status != 200:
                self._call("DELETE", path, f"uploadId={upload_id}", {})
                return part
            rows.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{part.headers.get('etag', '')}</ETag></Part>")
        document = f"<CompleteMultipartUpload>{''.join(rows)}</CompleteMultipartUpload>"
        return self._call(
            "POST", path, f"uploadId={upload_id}", {"content-type": "application/xml"}, body=document.encode()
        )

    def _config(self, bucket: str, name: str, rule: str) -> list[ET.Element]:
        answer = self._call("GET", f"/{quote(bucket)}", name, {})
        if answer.status != 200 or not isinstance(answer.body, bytes) or b"<!DOCTYPE" in answer.body:
            return []
        try:
            return ET.fromstring(answer.body).findall(f"{{*}}{rule}")  # noqa: S314 - without entities
        except ET.ParseError:
            return []

    def _call(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        *,
        body: bytes | Iterable[bytes | memoryview] = b"",
        size: int | None = None,
    ) -> Response:
        answer = self._send(method, path, query, headers, body=body, size=size)
        fields = {name.lower(): value for name, value in answer.headers.items()}
        kept = {name: value for name, value in fields.items() if not name.startswith(_NOT_ANSWERED)}
        if method == "HEAD":
            kept["content-length"] = fields.get("content-length", "0")
        data: bytes = answer.read()
        answer.release_conn()
        code = re.search(rb"<Code>([^<]+)</Code>", data) if answer.status >= 400 else None
        return Response(answer.status, kept, data, code=code[1].decode() if code else "")

    def _send(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        *,
        body: bytes | Iterable[bytes | memoryview] = b"",
        size: int | None = None,
    ) -> Any:
        from urllib3.exceptions import HTTPError

        query = SIGNED_URL.sub("", query).lstrip("&")
        canonical = quote(as_sent(path), safe="/~")
        url = f"{self._url}{canonical}{'?' if query else ''}{query}"
        fields = {
            name: value
            for name, value in headers.items()
            if name not in _NOT_SENT or (name == "range" and method == "GET")
        }
        if method in ("PUT", "POST"):
            fields["content-length"] = str(len(body) if isinstance(body, bytes) else size)
        try:
            return self._pool.request(
                method,
                url,
                body=cast("Any", body or None),
                headers=self._signed(method, url, fields),
                preload_content=False,
                redirect=False,
            )
        except HTTPError as error:
            raise S3Error(
                "ServiceUnavailable", f"The store at {self._url} does not answer: {type(error).__name__}."
            ) from error

    def _signed(self, method: str, url: str, fields: dict[str, str]) -> dict[str, str]:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        access_key, secret_key, region = self._credentials
        if not access_key:
            return fields

        class Unsigned(S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
            def payload(self, request: Any) -> str:
                return "UNSIGNED-PAYLOAD"

        request = AWSRequest(method, url, headers=dict(fields))
        Unsigned(Credentials(access_key, secret_key), "s3", region).add_auth(request)
        return dict(request.headers.items())


class _RemoteBody:
    """The bytes of an object in the store, read when they are wanted."""

    def __init__(self, backend: RemoteBackend, path: str, query: str, size: int) -> None:
        self._backend = backend
        self._place = (path, query)
        self.size = size

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes | memoryview]:
        """The bytes from `start` up to `stop`."""
        end = self.size if stop is None else min(stop, self.size)
        if start < end:
            yield from self._backend.read(*self._place, start, end)


def _reading(headers: Mapping[str, str]) -> dict[str, str]:
    """Of a GET's headers, those that decide whether: conditions."""
    return {name: value for name, value in headers.items() if name.startswith(("if-", "x-amz-checksum-mode"))}


def _path(bucket: str, key: str) -> str:
    return f"/{quote(bucket)}/{quote(key, safe='/~')}"


def _text(node: ET.Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _texts(node: ET.Element, name: str) -> tuple[str, ...]:
    return tuple((each.text or "").strip() for each in node.findall(f"{{*}}{name}"))
