"""The shapes in which backends wrap a storage error; the gateway answers in any of them.

One function a shape, all fed with the same facts. The seed's shape is the contract `schemas/upload-error.schema.json`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from upload_diag.codes import ErrorCode
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.response import error_document
from upload_diag.rules.advice import advise
from upload_diag.rules.s3_codes import S3_CODES

__all__ = ["SHAPES", "Failure", "wrap"]


# Names for what no service says: the backend's own client met it.
_OF_THE_CLIENT = {"NetworkingError": ErrorCode.NETWORK, "TimeoutError": ErrorCode.TIMEOUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a backend knows when a call to the store failed.

    Attributes:
        doing: what it was doing, a sentence.
        code: the service code, or the name of a client-side error of the same table.
        message: the store's sentence.
        status: HTTP status that the gateway answers with.
        operation: of the store; empty where the backend refused by itself.
        chunk_size: bytes of the part.
    """

    doing: str
    code: str
    message: str
    status: int
    operation: str
    video_id: str
    upload_id: str = ""
    part_number: int | None = None
    chunk_size: int | None = None
    request_id: str = ""
    host_id: str = ""

    @property
    def error_code(self) -> ErrorCode:
        row = S3_CODES.get(self.code)
        return row.code if row else _OF_THE_CLIENT.get(self.code, ErrorCode.UNKNOWN)

    @property
    def original(self) -> str:
        """As an SDK words it."""
        named = f" UploadId: {self.upload_id}" if self.upload_id else ""
        if self.error_code is ErrorCode.SESSION_EXPIRED:
            return f"Upload session expired or invalid.{named}"
        if not self.operation:
            return f"{self.code}: {self.message}"
        return f"An error occurred ({self.code}) when calling the {self.operation} operation: {self.message}{named}"


def _seed(failure: Failure) -> Any:
    expired = failure.error_code is ErrorCode.SESSION_EXPIRED
    error: dict[str, Any] = {
        "videoId": failure.video_id,
        "partNumber": failure.part_number,
        "chunkSize": failure.chunk_size,
        "errorType": failure.code,
        "awsError": "Upload session expired or invalid" if expired else failure.message,
        "originalError": failure.original,
        "actionRequired": advise(failure.error_code, failure.operation).action.value,
        "isSessionExpired": expired,
    }
    return {"success": False, "message": failure.doing, "error": {k: v for k, v in error.items() if v is not None}}


def _object(failure: Failure) -> Any:
    """The seed's, with the error of the SDK whole where the others put its sentence."""
    envelope = _seed(failure)
    envelope["error"]["originalError"] = _sdk(failure)
    return envelope


def _flat(failure: Failure) -> Any:
    return {"code": failure.code, "message": failure.message, "requestId": failure.request_id}


def _nested(failure: Failure) -> Any:
    return {"error": {"code": failure.code, "message": failure.message, "uploadId": failure.upload_id}}


def _errors(failure: Failure) -> Any:
    return {"errors": [{"code": failure.code, "message": failure.message, "requestId": failure.request_id}]}


def _nest(failure: Failure) -> Any:
    return {"statusCode": failure.status, "error": failure.code, "message": failure.original}


def _problem(failure: Failure) -> Any:
    return {
        "type": f"urn:example:problem:{failure.code}",
        "title": failure.code,
        "status": failure.status,
        "detail": failure.message,
        "instance": f"/videos/{failure.video_id}",
    }


def _sdk(failure: Failure) -> Any:
    metadata = {"httpStatusCode": failure.status, "requestId": failure.request_id, "extendedRequestId": failure.host_id}
    return {
        "name": failure.code,
        "Code": failure.code,
        "message": failure.message,
        "UploadId": failure.upload_id,
        "$fault": "client" if failure.status < 500 else "server",
        "$metadata": {**metadata, "attempts": 1, "totalRetryDelay": 0},
    }


def _graphql(failure: Failure) -> Any:
    extensions = {"code": failure.code, "requestId": failure.request_id}
    return {"data": None, "errors": [{"message": failure.message, "path": ["uploadPart"], "extensions": extensions}]}


def _lambda(failure: Failure) -> Any:
    return {"errorType": failure.code, "errorMessage": failure.original, "trace": []}


def _text(failure: Failure) -> Any:
    return {"success": False, "error": failure.original}


def _escaped(failure: Failure) -> Any:
    return {"success": False, "error": json.dumps(_sdk(failure))}


SHAPES: dict[str, Callable[[Failure], Any]] = {
    "seed": _seed,
    "object": _object,
    "flat": _flat,
    "nested": _nested,
    "errors": _errors,
    "nest": _nest,
    "problem": _problem,
    "sdk": _sdk,
    "graphql": _graphql,
    "lambda": _lambda,
    "text": _text,
    "escaped": _escaped,
    "xml": lambda failure: error_document(
        S3Error(failure.code if failure.code in S3_CODES else "InternalError", failure.message),
        resource=f"/videos/{failure.video_id}",
        request_id=failure.request_id,
        host_id=failure.host_id,
    ),
}


def wrap(shape: str, failure: Failure) -> tuple[str, bytes]:
    """Content type and body; `shape` is a name in `SHAPES`."""
    made = SHAPES[shape](failure)
    if isinstance(made, bytes):
        return "application/xml", made
    kind = "application/problem+json" if shape == "problem" else "application/json"
    return kind, json.dumps(made, ensure_ascii=False).encode()
