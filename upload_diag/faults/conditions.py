"""Conditions of a request on an object: If-Match and its kin, copy sources, byte ranges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from upload_diag.faults.backend import Backend, StoredObject
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request, as_sent

__all__ = ["CopySource", "byte_range", "check_copy_conditions", "check_write_conditions", "copy_range", "copy_source"]

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_COPY_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class CopySource:
    """What x-amz-copy-source names."""

    bucket: str
    key: str
    version: str | None


def copy_source(header: str) -> CopySource:
    """Read x-amz-copy-source.

    Raises:
        S3Error: InvalidArgument.
    """
    text, _, query = header.partition("?")
    bucket, _, key = as_sent(text).decode("utf-8", "replace").lstrip("/").partition("/")
    if not bucket or not key:
        raise S3Error(
            "InvalidArgument",
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            ArgumentName="x-amz-copy-source",
            ArgumentValue=header,
        )
    if query and not query.startswith("versionId="):
        raise S3Error(
            "InvalidArgument",
            "Unsupported copy source parameter.",
            ArgumentName="x-amz-copy-source",
            ArgumentValue=header,
        )
    return CopySource(bucket, key, query.removeprefix("versionId=") or None)


def copy_range(header: str | None, size: int) -> tuple[int, int]:
    """First byte, and the one after the last, of x-amz-copy-source-range in a source of `size` bytes.

    Raises:
        S3Error: InvalidArgument, InvalidRange.
    """
    if header is None:
        return 0, size
    match = _COPY_RANGE.fullmatch(header)
    if match is None or int(match[1]) > int(match[2]):
        raise S3Error(
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
            "zero-based offsets of the first and last bytes to copy",
            ArgumentName="x-amz-copy-source-range",
            ArgumentValue=header,
        )
    first, last = int(match[1]), int(match[2])
    if last >= size:
        raise S3Error(
            "InvalidRange", f"Range specified is not valid for source object of size: {size}", RangeRequested=header
        )
    return first, last + 1


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte, and the one after the last, of a Range header; None when the whole object is meant.

    Raises:
        S3Error: InvalidRange, nothing of the object lies in it.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[1] == match[2] == "":
        return None  # S3 ignores what it cannot read
    if match[1] == "":
        first, stop = max(0, size - int(match[2])), size
        valid = int(match[2]) > 0 and size > 0
    else:
        first = int(match[1])
        stop = min(int(match[2]) + 1, size) if match[2] else size
        if match[2] and int(match[2]) < first:
            return None
        valid = first < size
    if not valid:
        raise S3Error(
            "InvalidRange",
            RangeRequested=header or "",
            ActualObjectSize=str(size),
            headers={"content-range": f"bytes */{size}"},
        )
    return first, stop


def check_write_conditions(request: S3Request, backend: Backend) -> None:
    """If-Match and If-None-Match of PutObject, CopyObject and CompleteMultipartUpload, about what is there now.

    Raises:
        S3Error: PreconditionFailed; NoSuchKey for If-Match without an object; NotImplemented.
    """
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is None and unwanted is None:
        return
    current = backend.find(request.bucket, request.key)
    if unwanted is not None and unwanted.strip() != "*":
        raise S3Error("NotImplemented", Header="If-None-Match")
    if wanted is not None:
        if current is None:
            raise S3Error("NoSuchKey")
        if not _etag_in(wanted, current.etag):
            raise S3Error("PreconditionFailed", Condition="If-Match")
    if unwanted is not None and current is not None:
        raise S3Error("PreconditionFailed", Condition="If-None-Match")


def check_copy_conditions(headers: Mapping[str, str], source: StoredObject) -> None:
    """The x-amz-copy-source-if-… headers; the precedence is the one of the API reference of UploadPartCopy.

    Raises:
        S3Error: PreconditionFailed.
    """
    prefix = "x-amz-copy-source-if-"
    match, none_match = headers.get(prefix + "match"), headers.get(prefix + "none-match")
    since, unmodified = _date(headers.get(prefix + "modified-since")), _date(headers.get(prefix + "unmodified-since"))
    modified = source.modified.replace(microsecond=0)
    if match is not None and not _etag_in(match, source.etag):
        raise S3Error("PreconditionFailed", Condition=prefix + "match")
    if match is None and unmodified is not None and modified > unmodified:
        raise S3Error("PreconditionFailed", Condition=prefix + "unmodified-since")
    if none_match is not None and _etag_in(none_match, source.etag):
        raise S3Error("PreconditionFailed", Condition=prefix + "none-match")
    if none_match is None and since is not None and modified <= since:
        raise S3Error("PreconditionFailed", Condition=prefix + "modified-since")


def _etag_in(header: str, etag: str) -> bool:
    return any(each.strip().strip('"') in ("*", etag) for each in header.split(","))


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
