"""What an HTTP request to a store was: the operation, and what its success means for the upload."""

import re
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from upload_diag.codes import Operation
from upload_diag.logs.fields import Ids, read_line
from upload_diag.logs.markers import Event
from upload_diag.shapes import url as urls

__all__ = ["is_failure", "is_upload", "operation_of", "success_of", "url_ids"]

_UPLOADS = re.compile(r"[?&]uploads(?:[&=\s#]|$)")
# The path of an object ends in a file's name or a number; that of an application's own address does not: `/api/upload`.
_OBJECT = re.compile(
    r".*/(?!v\d+\Z)(?=[^/]*[.\d])[^/]+(?<!\.php)(?<!\.aspx)(?<!\.ashx)(?<!\.jsp)(?<!\.do)(?<!\.cgi)", re.DOTALL
)
_PART = re.compile(r"[?&]partNumber=", re.IGNORECASE)
_UPLOAD_ID = re.compile(r"[?&]uploadId=", re.IGNORECASE)

# (method, the URL has a part number) -> the operation, for URLs with an upload id.
_OPERATIONS = {
    ("PUT", True): Operation.UPLOAD_PART,
    ("POST", False): Operation.COMPLETE,
    ("DELETE", False): Operation.ABORT,
    ("GET", False): Operation.LIST_PARTS,
}
_SUCCESS = {
    Operation.CREATE: Event.CREATE,
    Operation.UPLOAD_PART: Event.PART,
    Operation.UPLOAD_PART_COPY: Event.PART,
    Operation.COMPLETE: Event.COMPLETE,
    Operation.ABORT: Event.ABORT,
}


def operation_of(method: str, url: str) -> Operation | None:
    """The S3 operation that a request is, when it belongs to a multipart upload."""
    if _UPLOAD_ID.search(url):
        return _OPERATIONS.get((method, _PART.search(url) is not None))
    return Operation.CREATE if method == "POST" and _UPLOADS.search(url) else None


def success_of(operation: Operation | None, status: int) -> Event | None:
    """What happened in the upload when the operation was answered with this status."""
    return _SUCCESS.get(operation) if operation is not None and 200 <= status < 300 else None


def is_failure(status: int) -> bool:
    """Whether an answer says that a request failed; clients follow most redirects."""
    return status >= 400 or status == HTTPStatus.MOVED_PERMANENTLY


def is_upload(method: str, url: str) -> bool:
    """Whether a request can be part of an upload."""
    return method in {"PUT", "POST", "PATCH", "DELETE"} or _UPLOAD_ID.search(url) is not None


def url_ids(url: str) -> Ids:
    """The ids in a URL, and of a request for a multipart upload the place that it names.

    A server that passes requests on knows no buckets: where the host tells none, the key is the path, with its slash.
    """
    ids = read_line(url.encode("utf-8", "replace"))[1]
    if ids.key or not (_UPLOAD_ID.search(url) or _UPLOADS.search(url)):
        return ids
    address = url.partition("?")[0]
    told = urls.read(address) if "://" in address else {}
    if "key" in told:
        return ids.or_else(Ids(bucket=told.get("bucket", "").encode(), key=told["key"].encode()))
    path = "/" + address.rpartition("://")[2].partition("/")[2]
    return ids.or_else(Ids(key=unquote_to_bytes(path))) if _OBJECT.fullmatch(path) else ids
