"""The aws-chunked coding: a body in pieces, each perhaps signed, with trailers after the last.

Amazon S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks".
"""

import re
from typing import Protocol

from upload_diag.faults.content import Source
from upload_diag.faults.refusal import S3Error

__all__ = ["AwsChunked", "ChunkVerifier"]

_CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?[^\r\n]*\r\n")
MAX_LINE = 16 * 1024
BUFFER = 64 * 1024


class ChunkVerifier(Protocol):
    """Checks the chain of chunk signatures."""

    def update(self, piece: memoryview, /) -> None:
        """Bytes of the current chunk."""

    def chunk(self, signature: str, /) -> None:
        """The current chunk is whole. Raises S3Error SignatureDoesNotMatch."""

    def trailer(self, fields: dict[str, str], signature: str, /) -> None:
        """The trailers are whole. Raises S3Error SignatureDoesNotMatch."""


class AwsChunked:
    """Decodes a source.

    Attributes:
        trailers: names in lower case; complete when `readinto` has answered 0.
    """

    def __init__(self, source: Source, length: int, verifier: ChunkVerifier | None = None) -> None:
        self._source = source
        self._expected = length
        self._verifier = verifier
        self._buffer = bytearray()
        self._left = -1  # bytes left of the current chunk; -1 before a chunk's head
        self._signature = ""
        self._decoded = 0
        self._done = False
        self.trailers: dict[str, str] = {}

    def readinto(self, view: memoryview, /) -> int:
        """Decoded bytes; 0 at the end.

        Raises:
            S3Error: IncompleteBody, the coding is broken or the length is not the announced one.
        """
        while not self._done:
            if self._left < 0:
                self._next_head()
            elif self._left == 0:
                self._end_chunk()
            else:
                return self._take(view)
        return 0

    def _take(self, view: memoryview) -> int:
        target = view[: self._left]
        if self._buffer:
            count = min(len(target), len(self._buffer))
            target[:count] = self._buffer[:count]
            del self._buffer[:count]
        else:
            count = self._source.readinto(target)
            if count == 0:
                raise S3Error("IncompleteBody")
        if self._verifier is not None:
            self._verifier.update(target[:count])
        self._left -= count
        self._decoded += count
        return count

    def _next_head(self) -> None:
        head = _CHUNK_HEAD.fullmatch(self._line())
        if head is None:
            raise S3Error("IncompleteBody", "The aws-chunked coding of the body is broken.")
        self._left = int(head[1], 16)
        self._signature = (head[2] or b"").decode("ascii")
        if self._decoded + self._left > self._expected:
            raise S3Error("IncompleteBody")
        if self._left == 0:
            if self._verifier is not None:
                self._verifier.chunk(self._signature)
            self._finish()

    def _end_chunk(self) -> None:
        if self._line() != b"\r\n":
            raise S3Error("IncompleteBody", "The aws-chunked coding of the body is broken.")
        if self._verifier is not None:
            self._verifier.chunk(self._signature)
        self._left = -1

    def _finish(self) -> None:
        while (line := self._line(at_end=True)) not in (b"", b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()
        signature = self.trailers.pop("x-amz-trailer-signature", "")
        if self._verifier is not None and (self.trailers or signature):
            self._verifier.trailer(dict(self.trailers), signature)
        rest = memoryview(bytearray(BUFFER))
        while self._source.readinto(rest):
            pass
        self._done = True
        if self._decoded != self._expected:
            raise S3Error("IncompleteBody")

    def _line(self, *, at_end: bool = False) -> bytes:
        view = memoryview(bytearray(BUFFER))
        while (end := self._buffer.find(b"\n")) < 0:
            count = self._source.readinto(view) if len(self._buffer) <= MAX_LINE else 0
            if count == 0:
                if at_end and not self._buffer.strip():
                    return b""
                raise S3Error("IncompleteBody")
            self._buffer += view[:count]
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line
