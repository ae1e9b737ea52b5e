"""Access logs of which every line is JSON: nginx, Caddy, Traefik, Envoy, MinIO's trace, Ceph, load balancers.

They name the fields as they like, and some tell the path and its query apart. Only requests of multipart uploads are
looked for; what else such a line says is read as of any line of JSON.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from upload_diag.logs import web_log
from upload_diag.logs.fields import Ids
from upload_diag.logs.http import is_failure, operation_of, success_of, url_ids
from upload_diag.logs.record import Record
from upload_diag.rules.fields import Meaning, meaning_of

__all__ = ["LITERALS", "SAMPLES", "Request", "request_of", "tell"]

SAMPLES = (
    b'{"ts":1,"request_method":"PUT","request_uri":"/b/a.mp4?partNumber=3&uploadId=AbCd1234","status":"200"}',
    b'{"ts":1,"request":{"method":"PUT","uri":"/b/a.mp4?partNumber=3&uploadId=AbCd1234"},"status":200}',
    b'{"path":"/b/a.mp4","query":"partNumber=3&uploadId=AbCd1234","request":{"method":"PUT"},"statusCode":200}',
    b'{"ts":1,"uri":"PUT /b/a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1","http_status":"200"}',
)
LITERALS = ('"uploads"',)  # a query by itself that begins an upload

_MAY_TELL = re.compile(rb"(?i)uploadid|uploads")
_METHOD = re.compile(r"GET|PUT|POST|DELETE")
_STATUS = re.compile(r"[1-5]\d\d")
_LINE = re.compile(r"(GET|PUT|POST|DELETE) (\S+)(?: HTTP/[\d.]+)?")
# How MinIO calls what was asked for, where it does not tell the method.
_METHODS = {
    "NewMultipartUpload": "POST",
    "PutObjectPart": "PUT",
    "CopyObjectPart": "PUT",
    "CompleteMultipartUpload": "POST",
    "AbortMultipartUpload": "DELETE",
    "ListObjectParts": "GET",
}
_ADDRESS = re.compile(r"(?i)(?:path|ur[il]|target|stem)$")  # names of fields
_TARGET = re.compile(r"(?:https?://[^/\s]+)?/.*")
_QUERY = re.compile(r"\??(?:uploads=?|\S*(?:uploadId|partNumber)=\S*)")
_DEPTH = 3


class Request(NamedTuple):
    """What a line tells of a request of a multipart upload."""

    method: str
    url: str
    status: int


def request_of(line: bytes) -> Request | None:
    """The request of a multipart upload that a line of JSON tells of with its answer, if it does."""
    if not _MAY_TELL.search(line):
        return None
    try:
        tree = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    method = target = query = ""
    status = 0
    for name, value in _leaves(tree, _DEPTH):
        if not status and meaning_of(name) is Meaning.STATUS and _STATUS.fullmatch(value):
            status = int(value)
        elif whole := _LINE.fullmatch(value):
            method, target = method or whole[1], target or whole[2]
        elif " HTTP/" in value and (told := web_log.request_of(value.encode("utf-8", "replace"))):
            method, target, status = told
        elif not method and (value in _METHODS or (meaning_of(name) is Meaning.METHOD and _METHOD.fullmatch(value))):
            method = _METHODS.get(value, value)
        elif not target and _ADDRESS.search(name) and _TARGET.fullmatch(value):
            target = value
        elif not query and _QUERY.fullmatch(value):
            query = value.lstrip("?")
    url = target if "?" in target or not query else f"{target}?{query}"
    return Request(method, url, status) if status and target and operation_of(method, url) else None


def tell(record: Record) -> Record:
    """The record of a line of JSON, with what its request says."""
    request = request_of(record.text)
    if request is None:
        return record
    method, url, status = request
    operation = operation_of(method, url)
    event = success_of(operation, status)
    ids = url_ids(url)
    key = record.ids.key or ids.key
    record.ids = Ids(video=record.ids.video, bucket=record.ids.bucket, key=key).or_else(ids).or_else(record.ids)
    if event is not None:
        record.event, record.key = event, b"web-json %d %b" % (status, event.encode())
    elif is_failure(status):
        record.payload = {**orjson.loads(record.text), "operation": operation}
        record.key = b"web-json %b " % (operation or "").encode() + record.key
    return record


def _leaves(tree: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Names and values in an object and those in it, from the outside to the inside."""
    if not isinstance(tree, dict):
        return
    for name, value in tree.items():
        if isinstance(value, str) or (isinstance(value, int) and value is not True):
            yield name, str(value).removeprefix("s3.").rstrip()
        elif isinstance(value, dict) and name.lower().endswith("query"):
            yield name, urlencode({key: one for key, one in value.items() if isinstance(one, str)})
    for inner in tree.values() if depth else ():
        yield from _leaves(inner, depth - 1)
