"""What proves that a stored part holds the file's bytes, and that the file is the one that was sent from."""

import hashlib
from collections.abc import Mapping
from zlib import crc32

from upload_diag.recovery.plan import Part, Plan
from upload_diag.recovery.source import FileChangedError, Source

__all__ = ["check_sent", "proven"]


def proven(
    source: Source, plan: Plan, stored: Mapping[int, tuple[str, int]], known: Mapping[int, str]
) -> dict[int, str]:
    """ETags of the parts that hold the file's bytes: by size, and the ETag they were sent with or the right MD5."""
    found = {}
    for number, (etag, size) in stored.items():
        if number > plan.count or size != plan.part(number).size:
            continue
        if etag == known.get(number) or etag == _md5(source, plan.part(number)):
            found[number] = etag
    return found


def check_sent(source: Source, plan: Plan, sums: Mapping[int, int]) -> None:
    """Compare the file with what an earlier run sent of it, by CRC-32 of each part.

    Raises:
        FileChangedError: it differs: size and time of change may be the same by chance.
    """
    for number, sent in sums.items():
        now = 0
        for piece in source.pieces(plan.part(number)):
            now = crc32(piece, now)
        if now != sent:
            raise FileChangedError(
                f"{source.path or 'the file object'} changed since its upload began: part {number} has other bytes, "
                f"although size and time of change are the same."
            )


def _md5(source: Source, part: Part) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for piece in source.pieces(part):
        digest.update(piece)
    return digest.hexdigest()
