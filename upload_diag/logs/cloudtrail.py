"""CloudTrail: the data events of a bucket, in the files that AWS writes or as lines of JSON."""

from typing import Any

import orjson

from upload_diag.codes import Operation
from upload_diag.logs.fields import Ids, part_number
from upload_diag.logs.http import success_of
from upload_diag.logs.record import Record
from upload_diag.logs.times import read_time

__all__ = ["LINES", "LITERALS", "NAME", "SAMPLES", "detect", "event_in", "read", "read_element"]

NAME = "cloudtrail"  # the document
LINES = "cloudtrail-lines"
SAMPLES = (
    (
        b'{"eventVersion":"1.09","eventTime":"2026-11-22T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":'
        b'"UploadPart","errorCode":"NoSuchUpload","errorMessage":"gone","requestParameters":{"bucketName":"b","key":"k",'
        b'"uploadId":"AbCd1234","partNumber":3},"responseElements":null,"requestID":"R1","eventID":"e1"}'
    ),
)
_DEPTH = 3
_OPERATIONS = {operation.value: operation for operation in Operation}
LITERALS = ('"createmultipartupload', '"createmultipartupload\\"')  # which tells no upload id, unlike the others


def detect(line: bytes) -> bool:
    """Whether the line is an event of CloudTrail."""
    return line[:1] == b"{" and b"eventSource" in line and b"eventName" in line and b"eventVersion" in line


def read(line: bytes, offset: int) -> Record | None:
    """The record of a line; None when it has nothing to do with uploads, or is no event."""
    try:
        event = event_in(orjson.loads(line))
    except orjson.JSONDecodeError:
        return None
    return None if event is None else read_element(event, line, offset)


def event_in(tree: Any, depth: int = _DEPTH) -> dict[str, Any] | None:
    """The event that a value is, or holds: EventBridge, SNS, SQS and CloudWatch Logs wrap it, some as a text."""
    if isinstance(tree, str) and tree.startswith("{") and "eventSource" in tree:
        try:
            tree = orjson.loads(tree)
        except orjson.JSONDecodeError:
            return None
    if not isinstance(tree, dict):
        return None
    if "eventSource" in tree and "eventName" in tree:
        return tree
    return next(filter(None, (event_in(value, depth - 1) for value in tree.values())), None) if depth else None


def read_element(event: dict[str, Any], text: bytes, offset: int) -> Record | None:
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
