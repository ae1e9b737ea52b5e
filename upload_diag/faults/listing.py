"""Paging: the numbers in a query, and for ListMultipartUploads prefix, delimiter and the pair of markers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upload_diag.faults.http import decimal
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.uploads import Upload

__all__ = ["UploadPage", "number_argument", "page_of_uploads"]


@dataclass(frozen=True, slots=True)
class UploadPage:
    """A page; the next one begins after `next_key` and `next_id`."""

    uploads: tuple[Upload[Any], ...]
    prefixes: tuple[str, ...]
    truncated: bool
    next_key: str = ""
    next_id: str = ""


def page_of_uploads(
    uploads: Sequence[Upload[Any]],
    *,
    prefix: str = "",
    delimiter: str = "",
    key_marker: str = "",
    marker: Upload[Any] | None = None,
    limit: int = 1000,
) -> UploadPage:
    """Cut a page out of uploads that are sorted by key and age.

    Args:
        uploads: sorted.
        prefix: of the keys that count.
        delimiter: keys are rolled up to the first one after the prefix.
        key_marker: the page begins after this key.
        marker: the upload after which the page begins, if it has the key `key_marker`.
        limit: uploads and common prefixes together.
    """
    found: list[Upload[Any]] = []
    prefixes: list[str] = []
    last = ("", "")
    for upload in uploads:
        if not upload.key.startswith(prefix) or not _after(upload, key_marker, marker):
            continue
        rolled = _rolled_up(upload.key, prefix, delimiter)
        if rolled and (rolled in prefixes or (key_marker and key_marker.startswith(rolled))):
            continue
        if len(found) + len(prefixes) == limit:
            return UploadPage(tuple(found), tuple(prefixes), limit > 0, *last)
        if rolled:
            prefixes.append(rolled)
            last = (rolled, "")
        else:
            found.append(upload)
            last = (upload.key, upload.id)
    return UploadPage(tuple(found), tuple(prefixes), False)


def _after(upload: Upload[Any], key_marker: str, marker: Upload[Any] | None) -> bool:
    if not key_marker:
        return True
    if upload.key == key_marker and marker is not None and marker.key == key_marker:
        return (upload.initiated, upload.id) > (marker.initiated, marker.id)
    return upload.key > key_marker


def _rolled_up(key: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    end = key.find(delimiter, len(prefix))
    return "" if end < 0 else key[: end + len(delimiter)]


def number_argument(query: Mapping[str, str], name: str, default: int) -> int:
    """A query argument that counts something.

    Raises:
        S3Error: InvalidArgument.
    """
    text = query.get(name, "")
    if text == "":
        return default
    number = decimal(text.removeprefix("-"))
    if number is None or number > 2**31 - 1:
        message = f"Provided {name} not an integer or within integer range"
    elif text.startswith("-"):
        message = f"Argument {name} must be an integer between 0 and 2147483647"
    else:
        return number
    raise S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue=text)
