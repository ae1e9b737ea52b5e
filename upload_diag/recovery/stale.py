"""Upload sessions that nobody finished: found, with what their parts cost, and aborted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from upload_diag.recovery.client import date_of
from upload_diag.s3 import listing

__all__ = ["StaleSession", "abort_session", "stale_sessions"]


@dataclass(frozen=True, slots=True)
class StaleSession:
    """An unfinished upload session.

    Attributes:
        initiated: in UTC.
        parts: how many are stored.
        size: bytes of these parts, which are paid for until the session is aborted.
    """

    bucket: str
    key: str
    upload_id: str
    initiated: datetime
    parts: int
    size: int


def stale_sessions(client: Any, bucket: str, prefix: str = "", *, older_than: timedelta) -> Iterator[StaleSession]:
    """The sessions below a prefix that began longer ago than `older_than` by the store's clock, with a boto3 client.

    A session that ends while this looks is left out. Raises what boto3 raises.
    """
    for page in listing(client, "list_multipart_uploads", Bucket=bucket, Prefix=prefix):
        now = date_of(page["ResponseMetadata"].get("HTTPHeaders", {})) or datetime.now(UTC)
        limit = now - older_than + timedelta(seconds=1)  # for Date is cut to whole seconds
        for each in page.get("Uploads", ()):
            if each["Initiated"] <= limit:
                sizes = _part_sizes(client, bucket, each["Key"], each["UploadId"])
                if sizes is not None:
                    initiated = each["Initiated"].astimezone(UTC)
                    yield StaleSession(bucket, each["Key"], each["UploadId"], initiated, len(sizes), sum(sizes))


def _part_sizes(client: Any, bucket: str, key: str, upload_id: str) -> list[int] | None:
    pages = listing(client, "list_parts", Bucket=bucket, Key=key, UploadId=upload_id)
    try:
        return [part["Size"] for page in pages for part in page.get("Parts", ())]
    except client.exceptions.NoSuchUpload:
        return None


def abort_session(client: Any, session: StaleSession) -> bool:
    """Abort a session; False if it is gone already."""
    try:
        client.abort_multipart_upload(Bucket=session.bucket, Key=session.key, UploadId=session.upload_id)
    except client.exceptions.NoSuchUpload:
        return False
    return True
