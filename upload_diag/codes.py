"""The closed vocabularies of the product: what went wrong, whether to retry, what to do.

They stand apart from `model` so that `--help` and `explain` need not import pydantic.
"""

from enum import StrEnum

__all__ = ["Action", "ErrorCode", "Operation", "Outcome", "Retry"]


class ErrorCode(StrEnum):
    """Why an upload failed, told apart by what the client must do next."""

    __hash__ = str.__hash__  # counted by the million; an enum's own hash is a Python function

    SESSION_EXPIRED = "SESSION_EXPIRED"
    CREDENTIALS_EXPIRED = "CREDENTIALS_EXPIRED"
    URL_EXPIRED = "URL_EXPIRED"
    CLOCK_SKEW = "CLOCK_SKEW"
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID"
    ACCESS_DENIED = "ACCESS_DENIED"
    BUCKET_NOT_FOUND = "BUCKET_NOT_FOUND"
    OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
    WRONG_REGION = "WRONG_REGION"
    THROTTLED = "THROTTLED"
    SERVER_ERROR = "SERVER_ERROR"
    TIMEOUT = "TIMEOUT"
    NETWORK = "NETWORK"
    TLS_ERROR = "TLS_ERROR"
    CORS_BLOCKED = "CORS_BLOCKED"
    INTEGRITY = "INTEGRITY"
    PARTS_REJECTED = "PARTS_REJECTED"
    TOO_LARGE = "TOO_LARGE"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    CONFLICT = "CONFLICT"
    INVALID_REQUEST = "INVALID_REQUEST"
    CANCELLED = "CANCELLED"
    LOCAL_IO = "LOCAL_IO"
    UNKNOWN = "UNKNOWN"


class Retry(StrEnum):
    """Whether sending something again can help."""

    SAME_REQUEST = "same_request"  # the very same request may succeed later
    AFTER_ACTION = "after_action"  # only after `actionRequired` was done
    NEVER = "never"


class Action(StrEnum):
    """The next step of recovery; `ErrorInfo.actionRequired`."""

    RESTART_UPLOAD = "RESTART_UPLOAD"
    PROBE_THEN_RESTART = "PROBE_THEN_RESTART"
    REFRESH_CREDENTIALS = "REFRESH_CREDENTIALS"
    RESIGN_URL = "RESIGN_URL"
    SYNC_CLOCK = "SYNC_CLOCK"
    FIX_CREDENTIALS = "FIX_CREDENTIALS"
    FIX_PERMISSIONS = "FIX_PERMISSIONS"
    FIX_BUCKET = "FIX_BUCKET"
    CHECK_KEY = "CHECK_KEY"
    SWITCH_REGION = "SWITCH_REGION"
    BACK_OFF = "BACK_OFF"
    RETRY_PART = "RETRY_PART"
    FIX_TLS = "FIX_TLS"
    FIX_CORS = "FIX_CORS"
    RELIST_PARTS = "RELIST_PARTS"
    RECHUNK = "RECHUNK"
    FREE_SPACE = "FREE_SPACE"
    RESOLVE_CONFLICT = "RESOLVE_CONFLICT"
    FIX_REQUEST = "FIX_REQUEST"
    CHECK_FILE = "CHECK_FILE"
    CONTACT_SUPPORT = "CONTACT_SUPPORT"
    NONE = "NONE"


class Operation(StrEnum):
    """The S3 API operations of a multipart upload, by their own names."""

    CREATE = "CreateMultipartUpload"
    UPLOAD_PART = "UploadPart"
    UPLOAD_PART_COPY = "UploadPartCopy"
    LIST_PARTS = "ListParts"
    LIST_UPLOADS = "ListMultipartUploads"
    COMPLETE = "CompleteMultipartUpload"
    ABORT = "AbortMultipartUpload"


class Outcome(StrEnum):
    """How an upload session ended, as far as the log shows."""

    COMPLETED = "completed"  # no error
    RECOVERED = "recovered"  # errors, then success
    FAILED = "failed"  # the last word is an error, or a limit was reached
    CANCELLED = "cancelled"  # by the user
    ABANDONED = "abandoned"  # it stops without any of these
    UNKNOWN = "unknown"
