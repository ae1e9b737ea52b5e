"""The story of one upload: what happened, in which order, how it ended, and why its session died."""

from dataclasses import dataclass
from enum import StrEnum

from upload_diag.codes import ErrorCode, Outcome

__all__ = ["Cause", "RootCause", "Step", "UploadSession", "UploadTrace"]


class Cause(StrEnum):
    """Why an upload session died."""

    ALREADY_COMPLETED = "already_completed"  # an earlier Complete went through, its answer was lost
    OWN_ABORT = "own_abort"  # the client aborted it itself, mostly after another error
    LIFECYCLE = "lifecycle"  # a lifecycle rule or the store's own time limit removed it
    KEY_OR_ENDPOINT = "key_or_endpoint"  # the failing call names another key, bucket or endpoint than Create did
    CREDENTIALS = "credentials"  # credentials or a presigned URL ran out while it lasted
    RACE_AFTER_CREATE = "race_after_create"  # refused within seconds of Create, accepted later
    STORE_FAULT = "store_fault"  # the store lost it, or answers with errors of its own
    UNKNOWN = "unknown"  # the log does not show it


@dataclass(frozen=True, slots=True)
class RootCause:
    """Why a session died, with what says so.

    Attributes:
        evidence: what was seen in the log, one sentence each.
        confirm: what to look at to be sure, one sentence; empty when the log itself proves it.
        unseen: what the log could not show, one sentence each.
        earlier: the failure that led to it, where one did; the missed session only follows from it.
    """

    cause: Cause
    evidence: tuple[str, ...] = ()
    confirm: str = ""
    unseen: tuple[str, ...] = ()
    earlier: ErrorCode | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """All that happened in a session of one kind: the errors of one code at one operation, or the parts that arrived.

    Attributes:
        event: a row of `logs.markers.Event`: create, part, complete, abort, refresh, retry, cancel, limit, error, …
        code: what kind of error; None unless `event` is error.
        operation: the S3 operation, where known.
        count: how often.
        first: when it happened first, RFC 3339 in UTC; None when the log has no times.
        last: when it happened last.
        path: the file of the first time.
        line: its line there, from 1.
        offset: its byte there.
        last_path: the file of the last time.
        last_offset: its byte there.
        group: the fingerprint of the group of findings that it counts in; None unless `event` is error.
    """

    event: str
    code: ErrorCode | None
    operation: str | None
    count: int
    first: str | None
    last: str | None
    path: str
    line: int
    offset: int = 0
    last_path: str = ""
    last_offset: int = 0
    group: str | None = None


@dataclass(frozen=True, slots=True)
class UploadTrace:
    """What the log tells under one name of an upload: an upload id, else the video's, else the key's.

    Attributes:
        part_numbers: of the parts that were stored, where they are told: the first and the last of each run.
        timeline: the steps by their first time.
    """

    upload_ids: tuple[str, ...]
    video_id: str | None
    bucket: str | None
    key: str | None
    part_numbers: tuple[tuple[int, int], ...]
    timeline: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class UploadSession:
    """One upload as the log tells it, over all its upload ids and files.

    Attributes:
        upload_ids: in the order in which they appear.
        parts: how many different part numbers were stored.
        refreshes: how often the client got a fresh session within the upload.
        restarts: how often it began again with a new upload id of its own accord.
        retries: how often the client says that it tries again.
        errors: failures by code.
        root_cause: None when no session died, and none stopped for a reason that the log tells.
        timeline: the steps by their first time.
        part_numbers: as of an `UploadTrace`.
        traces: what is told under each of its names, where that is not all of it or there are several: what `merge`
            needs, for the log of another machine may tell that they are of different uploads.
    """

    video_id: str | None
    bucket: str | None
    key: str | None
    upload_ids: tuple[str, ...]
    outcome: Outcome
    parts: int
    refreshes: int
    restarts: int
    retries: int
    errors: dict[ErrorCode, int]
    root_cause: RootCause | None
    first: str | None
    last: str | None
    timeline: tuple[Step, ...]
    part_numbers: tuple[tuple[int, int], ...] = ()
    traces: tuple[UploadTrace, ...] = ()
