"""`Record`: one entry of a log, with the little that must be known of every one of them."""

from dataclasses import dataclass
from typing import Any

from upload_diag.logs.fields import Ids
from upload_diag.logs.markers import Event

__all__ = ["Record", "Row"]

# The same of a line like others before it, when millions come: its offset, time and number; what is known of its key;
# where it begins and ends in the block that was read; its ids as in `Ids`, but that the part number may be in digits.
Row = tuple[int, int, int, Any, int, int, tuple[Any, ...]]


@dataclass(slots=True)
class Record:
    """One entry of a log, however many lines it has.

    Attributes:
        offset: the byte at which it starts, after decompression.
        when: its time in milliseconds since 1970 in UTC; 0 when neither it nor an entry shortly before it tells.
        key: equal for records that differ only in ids, times and the like, so that one verdict serves them all.
        event: what it says happened, when a format's reader knows.
        source: the process that wrote it, where a collector says so.
        line: its first line, from 1; counted from the beginning of the range that was read.
        text: the entry as it stands in the log.
        ids: what ties it to an upload.
        told: somebody tells it in their own words, perhaps of what a program says beside it.
        payload: what to classify when it is not the text: fields that a format's reader has already taken apart.
    """

    offset: int
    when: int
    key: bytes
    text: bytes
    ids: Ids
    payload: object = None
    event: Event | None = None
    line: int = 0
    source: bytes = b""
    told: bool = False
