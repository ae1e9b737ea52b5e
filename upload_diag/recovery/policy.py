"""What to do about a failure while uploading: one row a cause, one function that reads them."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from upload_diag.codes import ErrorCode, Operation
from upload_diag.errors import UsageError
from upload_diag.model import ErrorInfo

__all__ = ["HEAD", "Next", "Policy", "Spent", "Step", "backoff", "decide", "may_have_worked", "row"]

HEAD = "HeadObject"
MIB = 1024 * 1024


class Next(StrEnum):
    """The next step after a failure."""

    RETRY = "retry"  # the same request again, after a pause; a part is read from the file again
    CONFIRM = "confirm"  # ask ListParts whether the session is really gone
    PROBE = "probe"  # look whether the object is there, and ours
    RESTART = "restart"  # a new session; every part of the old one is dropped
    RENEW = "renew"  # fresh credentials, a fresh URL, the right clock or region; the same session goes on
    RELIST = "relist"  # compare with ListParts, send what is missing or differs
    TRUST = "trust"  # ListParts may not be asked: go on with what is known here
    RECHUNK = "rechunk"  # a new session with larger parts
    STOP = "stop"  # keep the session for later, say what to fix
    IGNORE = "ignore"  # nothing to do about it


_BY_CODE: dict[ErrorCode, Next] = {
    ErrorCode.SESSION_EXPIRED: Next.CONFIRM,
    ErrorCode.CREDENTIALS_EXPIRED: Next.RENEW,
    ErrorCode.URL_EXPIRED: Next.RENEW,
    ErrorCode.CLOCK_SKEW: Next.RENEW,
    ErrorCode.WRONG_REGION: Next.RENEW,
    ErrorCode.THROTTLED: Next.RETRY,
    ErrorCode.SERVER_ERROR: Next.RETRY,
    ErrorCode.TIMEOUT: Next.RETRY,
    ErrorCode.NETWORK: Next.RETRY,
    ErrorCode.INTEGRITY: Next.RETRY,
    ErrorCode.PARTS_REJECTED: Next.RELIST,
    ErrorCode.CREDENTIALS_INVALID: Next.STOP,
    ErrorCode.ACCESS_DENIED: Next.STOP,
    ErrorCode.BUCKET_NOT_FOUND: Next.STOP,
    ErrorCode.OBJECT_NOT_FOUND: Next.STOP,
    ErrorCode.TLS_ERROR: Next.STOP,
    ErrorCode.CORS_BLOCKED: Next.STOP,
    ErrorCode.TOO_LARGE: Next.STOP,
    ErrorCode.QUOTA_EXCEEDED: Next.STOP,
    ErrorCode.CONFLICT: Next.STOP,
    ErrorCode.INVALID_REQUEST: Next.STOP,
    ErrorCode.CANCELLED: Next.STOP,
    ErrorCode.LOCAL_IO: Next.STOP,
    ErrorCode.UNKNOWN: Next.RETRY,  # such as an answer that cannot be read
}

# A Complete without a clear answer may have gone through: look before anything is sent again. The same holds for a
# session that ListParts does not know. Some stores call a session that is gone NoSuchKey: Ceph at ListParts, NooBaa at
# Complete, versitygw at UploadPartCopy.
_BY_OPERATION: dict[tuple[ErrorCode, str], Next] = {
    (ErrorCode.SESSION_EXPIRED, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.SERVER_ERROR, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.TIMEOUT, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.NETWORK, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.UNKNOWN, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.INTEGRITY, Operation.COMPLETE): Next.RELIST,
    (ErrorCode.SESSION_EXPIRED, Operation.LIST_PARTS): Next.PROBE,
    (ErrorCode.OBJECT_NOT_FOUND, Operation.LIST_PARTS): Next.PROBE,
    (ErrorCode.ACCESS_DENIED, Operation.LIST_PARTS): Next.TRUST,
    (ErrorCode.OBJECT_NOT_FOUND, Operation.COMPLETE): Next.PROBE,
    (ErrorCode.OBJECT_NOT_FOUND, Operation.UPLOAD_PART): Next.CONFIRM,
    (ErrorCode.OBJECT_NOT_FOUND, Operation.UPLOAD_PART_COPY): Next.CONFIRM,
    (ErrorCode.SESSION_EXPIRED, Operation.CREATE): Next.RETRY,
    (ErrorCode.SESSION_EXPIRED, HEAD): Next.RETRY,
    (ErrorCode.SESSION_EXPIRED, Operation.ABORT): Next.IGNORE,
    (ErrorCode.OBJECT_NOT_FOUND, Operation.ABORT): Next.IGNORE,
    (ErrorCode.PARTS_REJECTED, Operation.CREATE): Next.STOP,
}

_OPEN = {
    ErrorCode.NETWORK, ErrorCode.TIMEOUT, ErrorCode.SERVER_ERROR, ErrorCode.UNKNOWN, ErrorCode.THROTTLED,
    ErrorCode.SESSION_EXPIRED,
}  # fmt: skip

# Where one verdict holds several service codes that want different steps.
_BY_SERVICE_CODE: dict[str, Next] = {
    "EntityTooSmall": Next.RECHUNK,
    "ConditionalRequestConflict": Next.RESTART,  # AWS: fetch the object's ETag and start the upload anew
    "OperationAborted": Next.RETRY,  # AWS: a conflicting operation is in progress, try again
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits of an upload.

    Attributes:
        part_size: bytes; raised when the file would need more than 10,000 parts.
        threads: parts that are sent at the same time.
        max_session_refreshes: new sessions in the place of dead ones, over the whole upload.
        max_attempts: tries of one request.
        max_renewals: renewals of credentials, URLs or region in a row with no success between them; and comparisons
            of the parts over the whole upload.
        backoff_base: seconds; the pause before the nth retry is drawn between 0 and base * 2**(n-1).
        backoff_cap: seconds; the longest pause that is drawn.
        retry_after_cap: seconds; a longer Retry-After stops the upload, to be resumed later.
        on_file_change: "stop", or "restart" with the file as it now is.
        session_ttl: seconds that the store lets a session live, where that is known, such as 86,400 of MinIO.
        max_threads: parts that are sent at a time when the session would else end too early.
        replan: whether that may also bring larger parts, and checkpoints.
    """

    part_size: int = 8 * MIB
    threads: int = 4
    max_session_refreshes: int = 2
    max_attempts: int = 5
    max_renewals: int = 3
    backoff_base: float = 0.5
    backoff_cap: float = 20.0
    retry_after_cap: float = 300.0
    on_file_change: str = "stop"
    session_ttl: float | None = None
    max_threads: int = 16
    replan: bool = True

    def __post_init__(self) -> None:
        for name in ("part_size", "threads", "max_attempts"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be at least 1.")
        for name in ("max_session_refreshes", "max_renewals", "backoff_base", "backoff_cap", "retry_after_cap"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} is {getattr(self, name)}; it must not be negative.")
        if self.on_file_change not in ("stop", "restart"):
            raise UsageError(f"on_file_change is {self.on_file_change!r}; take 'stop' or 'restart'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an upload has used of its budget.

    Attributes:
        attempts: tries of the request that failed, this one included.
        refreshes: new sessions so far.
        renewals: renewals since something last succeeded.
        relists: comparisons of the parts so far.
    """

    attempts: int = 1
    refreshes: int = 0
    renewals: int = 0
    relists: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A decision.

    Attributes:
        why: empty, or why the row's own step is not taken.
    """

    next: Next
    why: str = ""


def decide(
    info: ErrorInfo, operation: str, spent: Spent, policy: Policy, *, renewable: Collection[ErrorCode] = ()
) -> Step:
    """The next step after one failed request of an S3 operation.

    `renewable` are the verdicts that a renewal of credentials, URL or region can mend here.
    """
    step = row(info, operation)
    match step:
        case Next.RETRY | Next.CONFIRM if spent.attempts >= policy.max_attempts:
            return Step(Next.STOP, f"tried {spent.attempts} times")
        case Next.RESTART | Next.RECHUNK if spent.refreshes >= policy.max_session_refreshes:
            return Step(Next.STOP, f"session refresh limit reached ({policy.max_session_refreshes})")
        case Next.RENEW if info.code not in renewable:
            return Step(Next.STOP, "nothing given that can renew it")
        case Next.RENEW if spent.renewals >= policy.max_renewals:
            return Step(Next.STOP, f"renewed {spent.renewals} times in a row without success")
        case Next.RELIST if spent.relists >= policy.max_renewals:
            return Step(Next.STOP, f"compared the parts {spent.relists} times")
    return Step(step)


def row(info: ErrorInfo, operation: str) -> Next:
    """The step that the tables name, whatever the budget."""
    return (
        _BY_SERVICE_CODE.get(info.context.service_code or "")
        or _BY_OPERATION.get((info.code, operation))
        or _BY_CODE[info.code]
    )


def may_have_worked(info: ErrorInfo) -> bool:
    """Whether it is open, after this failure, if the request was carried out; a proxy may have answered instead."""
    return info.code in _OPEN


def backoff(attempt: int, policy: Policy, random: Random) -> float:
    """Seconds before the try after `attempt` failed ones: full jitter, as AWS's architecture blog describes it."""
    return random.uniform(0, min(policy.backoff_cap, policy.backoff_base * 2 ** min(attempt - 1, 30)))
