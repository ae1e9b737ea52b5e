"""The digests that S3 checks and stores: MD5 for the ETag, SHA-256 of the payload, and the additional checksums.

Which algorithm allows which type of checksum: Amazon S3 user guide, "Checking object integrity".
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["ALGORITHMS", "Algorithm", "Digests", "composite", "decode_digest", "full_object", "multipart_etag"]

FULL_OBJECT = "FULL_OBJECT"
COMPOSITE = "COMPOSITE"


class _Hash(Protocol):
    def update(self, data: Any, /) -> None: ...
    def digest(self) -> bytes: ...


class _Crc:
    """A CRC with the interface of hashlib."""

    def __init__(self, step: Callable[[Any, int], int], size: int) -> None:
        self._step = step
        self._size = size
        self._value = 0

    def update(self, data: Any, /) -> None:
        self._value = self._step(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def _crc32c() -> _Hash:
    from awscrt import checksums

    return _Crc(checksums.crc32c, 4)


def _crc64nvme() -> _Hash:
    from awscrt import checksums

    return _Crc(checksums.crc64nvme, 8)


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An additional checksum.

    Attributes:
        name: as in x-amz-checksum-algorithm; the header is x-amz-checksum- and the name in lower case.
        size: of the digest, in bytes.
        start: makes a running digest.
        types: the types it allows for a multipart object, the default first.
    """

    name: str
    size: int
    start: Callable[[], _Hash]
    types: tuple[str, ...]

    @property
    def header(self) -> str:
        """The header field that carries it."""
        return f"x-amz-checksum-{self.name.lower()}"

    @property
    def element(self) -> str:
        """The XML element that carries it."""
        return f"Checksum{self.name}"


ALGORITHMS = {
    row.name: row
    for row in (
        Algorithm("CRC32", 4, lambda: _Crc(zlib.crc32, 4), (COMPOSITE, FULL_OBJECT)),
        Algorithm("CRC32C", 4, _crc32c, (COMPOSITE, FULL_OBJECT)),
        Algorithm("CRC64NVME", 8, _crc64nvme, (FULL_OBJECT,)),
        Algorithm("SHA1", 20, hashlib.sha1, (COMPOSITE,)),
        Algorithm("SHA256", 32, hashlib.sha256, (COMPOSITE,)),
    )
}


class Digests:
    """All digests that one body needs, fed together.

    Args:
        algorithms: additional checksums.
        sha256: whether `sha256` will be asked for.
    """

    def __init__(self, algorithms: Iterable[str] = (), *, sha256: bool = False) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._extra = {name: ALGORITHMS[name].start() for name in algorithms}
        self._running: list[_Hash] = [self._md5, *self._extra.values()]
        self._sha256: _Hash | None = self._extra.get("SHA256")
        if sha256 and self._sha256 is None:
            self._sha256 = hashlib.sha256()
            self._running.append(self._sha256)

    def update(self, piece: memoryview) -> None:
        """The next bytes of the body."""
        for each in self._running:
            each.update(piece)

    @property
    def md5(self) -> bytes:
        """For ETag and Content-MD5."""
        return self._md5.digest()

    @property
    def sha256(self) -> str:
        """For x-amz-content-sha256, in hexadecimal."""
        return self._sha256.digest().hex() if self._sha256 else ""

    @property
    def checksums(self) -> dict[str, str]:
        """The additional checksums: algorithm to base64."""
        return {name: base64.b64encode(each.digest()).decode("ascii") for name, each in self._extra.items()}


def decode_digest(text: str, size: int) -> bytes | None:
    """A base64 digest of that many bytes, or None when it is none."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if len(value) == size else None


def multipart_etag(etags: Iterable[str]) -> str:
    """The ETag of an object made of parts with these ETags (hexadecimal, without quotes)."""
    parts = [bytes.fromhex(etag) for etag in etags]
    return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"


def composite(algorithm: str, checksums: Iterable[str]) -> str:
    """The checksum of the parts' checksums, with the number of parts: `…==-3`."""
    parts = [base64.b64decode(value) for value in checksums]
    running = ALGORITHMS[algorithm].start()
    running.update(b"".join(parts))
    return f"{base64.b64encode(running.digest()).decode('ascii')}-{len(parts)}"


def full_object(algorithm: str, parts: Iterable[tuple[str, int]]) -> str:
    """The checksum of the whole object, computed from (checksum, size in bytes) of its parts without their bytes."""
    from awscrt import checksums

    combine = {
        "CRC32": checksums.combine_crc32,
        "CRC32C": checksums.combine_crc32c,
        "CRC64NVME": checksums.combine_crc64nvme,
    }[algorithm]
    value = 0
    for checksum, size in parts:
        value = combine(value, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return base64.b64encode(value.to_bytes(ALGORITHMS[algorithm].size, "big")).decode("ascii")
