"""What happens in an upload, told while it happens; as JSON, each is a log line that `upload-diag analyze` reads."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    Attributes:
        event: create, part, complete, abort, error, refresh, refreshed, renew, resume, replan, warning, limit, cancel.
        operation: the S3 operation.
        code: the service's or the SDK's own name of a failure, such as NoSuchUpload.
        error: the `ErrorCode` of a failure.
        next: the step taken after a failure.
        message: a sentence.
        sent: bytes of the file that are stored now.
        size: bytes of the file.
        parts: how many are stored now.
        part_count: how many there are.
        refreshes: sessions so far that took the place of a dead one.
        time: in UTC.
    """

    event: str
    operation: str
    bucket: str
    key: str
    upload_id: str = ""
    part_number: int | None = None
    code: str = ""
    error: str = ""
    next: str = ""
    message: str = ""
    http_status: int | None = None
    sent: int = 0
    size: int = 0
    parts: int = 0
    part_count: int = 0
    refreshes: int = 0
    time: datetime

    def to_json(self) -> str:
        """One JSON object without line breaks, in the names of OpenTelemetry where it has one."""
        fields = {
            "time": self.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event": self.event,
            "message": self.message,
            "rpc.method": self.operation,
            "aws.s3.bucket": self.bucket,
            "aws.s3.key": self.key,
            "aws.s3.upload_id": self.upload_id,
            "aws.s3.part_number": self.part_number,
            "error.code": self.code,
            "error.type": self.error,
            "http.response.status_code": self.http_status,
            "next": self.next,
        }
        return json.dumps(
            {name: value for name, value in fields.items() if value not in (None, "")}, ensure_ascii=False
        )
