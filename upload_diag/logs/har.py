"""HAR files: what a browser's network tab saved."""

from typing import Any

from upload_diag.logs.fields import read_line
from upload_diag.logs.http import is_upload, operation_of, success_of, url_ids
from upload_diag.logs.record import Record
from upload_diag.logs.times import read_time

__all__ = ["NAME", "read_element"]

NAME = "har"
_BODY = 65_536  # characters of an answer that are looked at


def read_element(entry: dict[str, Any], _text: bytes, offset: int) -> Record | None:
    """The record of an entry; None when its request is no upload."""
    request, response = _dict(entry.get("request")), _dict(entry.get("response"))
    method, url = str(request.get("method") or ""), str(request.get("url") or "")
    if not is_upload(method, url):
        return None
    status = response.get("status")
    status = status if isinstance(status, int) else 0
    body = _body(_dict(response.get("content")))
    error = entry.get("_error") or response.get("_error")
    operation = operation_of(method, url)
    plain, in_body = read_line(body.encode("utf-8", "replace"))
    event = None if "<Error" in body else success_of(operation, status)
    failed = event is None and (status >= 400 or error or "<Error" in body)
    if event is None and not failed and status == 0:
        return None
    payload = {
        "method": method,
        "url": url,
        "operation": operation,
        "httpStatus": status or None,
        "body": body,
        "error": error,
    }
    key = f"har {method} {operation} {status} {error} ".encode("utf-8", "replace") + plain
    when = read_time(str(entry.get("startedDateTime") or "").encode("utf-8", "replace"))
    shown = f"{method} {url} {status} {error or ''}\n{body}".encode("utf-8", "replace")
    ids = url_ids(url).or_else(in_body)
    return Record(offset, when, key, shown, ids, payload if failed else None, event)


def _body(content: dict[str, Any]) -> str:
    text = content.get("text")
    if not isinstance(text, str):
        return ""
    if content.get("encoding") == "base64":
        import base64
        import binascii

        try:
            return base64.b64decode(text[: 2 * _BODY]).decode("utf-8", "replace")[:_BODY]
        except (binascii.Error, ValueError):
            return ""
    return text[:_BODY]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
