"""The wire shapes in which one and the same failure reaches a client: one function a shape."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from upload_diag.codes import ErrorCode

__all__ = ["SHAPES", "Failure", "failures"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A service's error, with the ids of the upload that it hit."""

    name: str
    message: str
    status: int
    code: ErrorCode
    upload_id: str = "VXBsb2FkIElE"
    part_number: int = 1


# One typical row for most codes; the rule tables, which have them all, are not for this package to read.
_ROWS = (
    ("NoSuchUpload", "The specified upload does not exist.", 404, ErrorCode.SESSION_EXPIRED),
    ("ExpiredToken", "The provided token has expired.", 400, ErrorCode.CREDENTIALS_EXPIRED),
    ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403,
     ErrorCode.CLOCK_SKEW),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", 403,
     ErrorCode.CREDENTIALS_INVALID),
    ("AccessDenied", "Access Denied", 403, ErrorCode.ACCESS_DENIED),
    ("NoSuchBucket", "The specified bucket does not exist", 404, ErrorCode.BUCKET_NOT_FOUND),
    ("NoSuchKey", "The specified key does not exist.", 404, ErrorCode.OBJECT_NOT_FOUND),
    ("SlowDown", "Please reduce your request rate.", 503, ErrorCode.THROTTLED),
    ("InternalError", "We encountered an internal error. Please try again.", 500, ErrorCode.SERVER_ERROR),
    ("RequestTimeout", "Your socket connection was not read from or written to within the timeout period.", 400,
     ErrorCode.TIMEOUT),
    ("BadDigest", "The Content-MD5 you specified did not match what we received.", 400, ErrorCode.INTEGRITY),
    ("InvalidPart", "One or more of the specified parts could not be found.", 400, ErrorCode.PARTS_REJECTED),
    ("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, ErrorCode.TOO_LARGE),
    ("OperationAborted", "A conflicting conditional operation is currently in progress against this resource.", 409,
     ErrorCode.CONFLICT),
)  # fmt: skip


@cache
def failures() -> tuple[Failure, ...]:
    """The failures that shapes can be built around."""
    return tuple(Failure(*row) for row in _ROWS)


def _xml(failure: Failure) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{failure.name}</Code><Message>{escape(failure.message)}</Message>"
        f"<UploadId>{escape(failure.upload_id)}</UploadId><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )


def _boto3_text(failure: Failure) -> str:
    return f"An error occurred ({failure.name}) when calling the UploadPart operation: {failure.message}"


def _boto3_response(failure: Failure) -> dict[str, Any]:
    return {
        "Error": {"Code": failure.name, "Message": failure.message, "UploadId": failure.upload_id},
        "ResponseMetadata": {"HTTPStatusCode": failure.status, "RequestId": "4442587FB7D0A2F9"},
    }


def _js_v2(failure: Failure) -> dict[str, Any]:
    return {"message": failure.message, "code": failure.name, "statusCode": failure.status, "retryable": False}


def _js_v3(failure: Failure) -> dict[str, Any]:
    metadata = {"httpStatusCode": failure.status, "attempts": 1}
    return {
        "name": failure.name,
        "$fault": "client",
        "$metadata": metadata,
        "Code": failure.name,
        "message": failure.message,
    }


def _envelope(failure: Failure) -> dict[str, Any]:
    expired = failure.code is ErrorCode.SESSION_EXPIRED
    error = {
        "partNumber": failure.part_number,
        "videoId": "0b6f3c7e-52d4-4c55-9a3e-7f1d5b2a9c11",
        "awsError": failure.message,
        "errorType": failure.name,
        "isSessionExpired": expired,
        "originalError": f"{failure.message} UploadId: {failure.upload_id}",
    }
    return {"success": False, "message": "Failed to upload video chunk", "error": error}


def _axios(failure: Failure) -> dict[str, Any]:
    response = {"status": failure.status, "data": _envelope(failure)}
    return {"message": f"Request failed with status code {failure.status}", "response": response}


def _axios_text(failure: Failure) -> dict[str, Any]:
    response = {"status": failure.status, "data": json.dumps(_envelope(failure))}
    return {"message": f"Request failed with status code {failure.status}", "response": response}


def _graphql(failure: Failure) -> dict[str, Any]:
    return {"data": None, "errors": [{"message": failure.message, "extensions": {"code": failure.name}}]}


def _problem(failure: Failure) -> dict[str, Any]:
    return {"type": "about:blank", "title": failure.name, "status": failure.status, "detail": failure.message}


def _json_api(failure: Failure) -> dict[str, Any]:
    return {"errors": [{"status": str(failure.status), "code": failure.name, "detail": failure.message}]}


def _java_text(failure: Failure) -> str:
    return (
        f"com.amazonaws.services.s3.model.AmazonS3Exception: {failure.message} (Service: Amazon S3; "
        f"Status Code: {failure.status}; Error Code: {failure.name}; Request ID: 4442587FB7D0A2F9)"
    )


def _go_text(failure: Failure) -> str:
    return (
        f"operation error S3: UploadPart, https response error StatusCode: {failure.status}, "
        f"RequestID: 4442587FB7D0A2F9, HostID: , api error {failure.name}: {failure.message}"
    )


def _log_line(failure: Failure) -> str:
    return f"2026-11-22T10:00:00.000Z ERROR [upload] part {failure.part_number} failed: {_boto3_text(failure)}"


SHAPES: dict[str, Callable[[Failure], Any]] = {
    "axios": _axios,
    "axios with the body as text": _axios_text,
    "boto3 response": _boto3_response,
    "boto3 text": _boto3_text,
    "double-encoded envelope": lambda failure: json.dumps(json.dumps(_envelope(failure))),
    "envelope": _envelope,
    "envelope as text": lambda failure: json.dumps(_envelope(failure)),
    "go text": _go_text,
    "graphql": _graphql,
    "java text": _java_text,
    "js sdk v2": _js_v2,
    "js sdk v3": _js_v3,
    "json:api": _json_api,
    "log line": _log_line,
    "problem+json": _problem,
    "xml": _xml,
    "xml in bytes": lambda failure: _xml(failure).encode(),
}
