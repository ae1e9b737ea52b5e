"""What the product says: `ErrorInfo` and its parts, as frozen pydantic models.

JSON is camelCase, Python is snake_case. Everything here is immutable, comparable, and free of secrets:
the classifier redacts before it builds.
"""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from upload_diag.codes import Action, ErrorCode, Operation, Outcome, Retry

__all__ = ["Action", "ErrorCode", "ErrorInfo", "Evidence", "Operation", "Outcome", "Retry", "UploadContext"]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class Evidence(_Model):
    """One reason for the verdict.

    Attributes:
        rule: the stable id of the row that matched, such as `s3.NoSuchUpload`.
        path: a JSONPath into what was given; text inside it is addressed as if it had been parsed.
        value: what matched, shortened and redacted.
        strength: how telling it is, 0 to 100; a service code in its own field is 95, a bare HTTP status 30.
    """

    rule: str
    path: str = "$"
    value: str = ""
    strength: int = Field(ge=0, le=100)


class UploadContext(_Model):
    """Where it happened. Every field is null when the input does not say it.

    Attributes:
        upload_id: the multipart upload's id, or the resumable session's.
        part_number: 1 to 10,000.
        chunk_size: bytes.
        http_status: 100 to 599.
        service_code: the service's own error code, such as `NoSuchUpload`.
        request_id: `x-amz-request-id` or its counterpart.
        host_id: `x-amz-id-2`.
        provider: the storage service, when the text tells it (aws, minio, ceph, r2, gcs, azure, …).
        occurred_at: as written in the input; RFC 3339 when it could be told.
        attempts: tries that the client says it made.
    """

    upload_id: str | None = None
    video_id: str | None = None
    part_number: int | None = None
    chunk_size: int | None = None
    bucket: str | None = None
    key: str | None = None
    operation: str | None = None
    http_status: int | None = None
    service_code: str | None = None
    request_id: str | None = None
    host_id: str | None = None
    provider: str | None = None
    region: str | None = None
    occurred_at: str | None = None
    attempts: int | None = None


class ErrorInfo(_Model):
    """What went wrong with an upload, why we think so, and what to do.

    Attributes:
        code: the verdict.
        message: one line for a developer.
        user_message: a sentence for the person who uploads.
        suggested_action: what to tell them to do.
        is_retryable: false only when `retry` is `never`; an expired session is retryable, with a new session.
        retry: whether the same request may be sent again, now or after `action_required`.
        action_required: the next step of recovery.
        context: where it happened.
        evidence: every reason, best first; empty when there is no error in the input.
        secondary: other verdicts that the input also supports, such as the Abort that failed afterwards.
        ruleset_version: the version of the rules that said so.
    """

    code: ErrorCode
    message: str
    user_message: str
    suggested_action: str
    is_retryable: bool
    retry: Retry
    action_required: Action
    context: UploadContext = UploadContext()
    evidence: tuple[Evidence, ...] = ()
    secondary: tuple[ErrorCode, ...] = ()
    ruleset_version: str
