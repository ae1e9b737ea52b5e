"""The journal as a HAR file: as much of each request as the journal keeps, for tools that read HAR."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from upload_diag import __version__
from upload_diag.faults.journal import Entry

__all__ = ["as_har"]

_METHODS = {
    "Create": "PUT", "CreateMultipartUpload": "POST", "CompleteMultipartUpload": "POST", "PostObject": "POST",
    "DeleteObjects": "POST", "Upload": "PUT", "Put": "PUT", "Copy": "PUT", "Abort": "DELETE", "Delete": "DELETE",
    "Head": "HEAD",
}  # fmt: skip


def as_har(entries: Iterable[Entry], url: str) -> dict[str, Any]:
    """HAR 1.2; `url` is of S3. An error's body is told by its code and request id only: the journal keeps no more."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "upload-diag", "version": __version__},
            "entries": [_entry(entry, url) for entry in entries if entry.event == "request"],
        }
    }


def _entry(entry: Entry, url: str) -> dict[str, Any]:
    error = "" if entry.status else f"net::ERR_{'CONNECTION_RESET' if entry.delivery == 'reset' else 'EMPTY_RESPONSE'}"
    body = ""
    if entry.code:
        body = f"<Error><Code>{escape(entry.code)}</Code><RequestId>{entry.request_id}</RequestId></Error>"
    told = {"_operation": entry.operation, "_faults": list(entry.faults), "_delivery": entry.delivery, "_error": error}
    return {
        "startedDateTime": entry.time,
        "time": 0,
        "request": {
            "method": _method(entry.operation),
            "url": _url(entry, url),
            "httpVersion": "HTTP/1.1",
            "headers": [],
            "queryString": [{"name": name, "value": value} for name, value in _query(entry).items()],
            "cookies": [],
            "headersSize": -1,
            "bodySize": entry.received,
        },
        "response": {
            "status": entry.status or 0,
            "statusText": entry.code,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "x-amz-request-id", "value": entry.request_id}],
            "cookies": [],
            "content": {"size": entry.sent, "mimeType": "application/xml", "text": body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": entry.sent,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        **{name: value for name, value in told.items() if value},
    }


def _method(operation: str) -> str:
    if operation.isupper():  # no operation fitted, and the method stands in its place
        return operation
    prefix = max((name for name in _METHODS if operation.startswith(name)), key=len, default="")
    return _METHODS.get(prefix, "GET")


def _query(entry: Entry) -> dict[str, str]:
    if entry.operation == "CreateMultipartUpload":
        return {"uploads": ""}
    number = {} if entry.part_number is None else {"partNumber": str(entry.part_number)}
    return {**number, **({"uploadId": entry.upload_id} if entry.upload_id else {})}


def _url(entry: Entry, url: str) -> str:
    path = quote(f"/{entry.bucket}" + (f"/{entry.key}" if entry.key else ""))
    query = urlencode(_query(entry))
    return f"{url}{path}{'?' if query else ''}{query}"
