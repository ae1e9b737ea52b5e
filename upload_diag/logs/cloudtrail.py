"""CloudTrail: the data events of a bucket, as AWS writes them to files."""

from typing import Any

from upload_diag.codes import Operation
from upload_diag.logs.fields import Ids, part_number, read_time
from upload_diag.logs.http import success_of
from upload_diag.logs.record import Record

__all__ = ["NAME", "read"]

NAME = "cloudtrail"
_OPERATIONS = {operation.value: operation for operation in Operation}


def read(event: dict[str, Any], text: bytes, offset: int) -> Record | None:
    """The record of an event; None when it has nothing to do with uploads."""
    name = event.get("eventName")
    operation = _OPERATIONS.get(str(name))
    if operation is None and name != "PutObject":
        return None
    asked, answered = event.get("requestParameters"), event.get("responseElements")
    asked = asked if isinstance(asked, dict) else {}
    answered = answered if isinstance(answered, dict) else {}
    ids = Ids(
        _bytes(asked.get("uploadId") or answered.get("uploadId")),
        b"",
        _bytes(asked.get("bucketName")),
        _bytes(asked.get("key")),
        _bytes(event.get("requestID")),
        part_number(_bytes(asked.get("partNumber"))),
    )
    code, message = event.get("errorCode"), event.get("errorMessage")
    payload = {"errorCode": code, "errorMessage": message, "operation": name} if code else None
    key = f"cloudtrail {name} {code} {message if code else ''}".encode("utf-8", "replace")
    happened = None if code else success_of(operation, 200)
    when = read_time(_bytes(event.get("eventTime")))
    return Record(offset, when, key, text, ids, payload, happened) if code or happened else None


def _bytes(value: Any) -> bytes:
    return b"" if value is None else str(value).encode("utf-8", "replace")
