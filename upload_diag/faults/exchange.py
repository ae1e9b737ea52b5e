"""One request on its way through the server, as the faults see it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from threading import Event
from typing import Any, Protocol

from upload_diag.faults.auth import ChunkSignatures
from upload_diag.faults.http import Connection
from upload_diag.faults.request import S3Request

__all__ = ["CutError", "Exchange", "Hooks"]


class CutError(Exception):
    """The connection ends here, without (the rest of) an answer.

    Attributes:
        end: "reset" or "close".
    """

    def __init__(self, end: str) -> None:
        super().__init__(end)
        self.end = end


class Hooks(Protocol):
    """What a fault may do to the server, beyond the request at hand."""

    def expire_upload(self, upload_id: str, why: str) -> bool:
        """Let a session die; False if it was dead or unknown."""

    def expire_credentials(self, access_key: str, token: str) -> None:
        """From now on these credentials are refused as expired."""

    def move_clock(self, *, advance: float = 0.0) -> object:
        """Let seconds pass on the virtual clock."""

    def now(self) -> datetime:
        """The virtual clock."""


@dataclass(slots=True)
class Exchange:
    """A request, its connection, and what faults decided about it.

    Attributes:
        ids: x-amz-request-id and x-amz-id-2.
        over: is set once the server was reset, or stops: the request is not to be answered then.
        random: of the fault that acts now, seeded.
        memory: of the fault that acts now; it lives as long as the fault is armed.
        signatures: what the chunks of the body are signed with, if they are.
        corrupt_request: a bit of the request's body flips as it comes in.
    """

    request: S3Request
    connection: Connection
    hooks: Hooks
    ids: tuple[str, str]
    over: Event
    random: Random = field(default_factory=Random)
    memory: dict[str, Any] = field(default_factory=dict)
    corrupt_request: bool = False
    signatures: ChunkSignatures | None = None

    def sleep(self, seconds: float) -> None:
        """Real seconds; raises CutError when the request is over before."""
        if seconds > 0 and self.over.wait(seconds):
            raise CutError("close")

    def on_bytes(self, act: Callable[[int], None]) -> None:
        """Call `act` with the number of body bytes read so far, after each read."""
        before = self.connection.on_read
        total = 0

        def read(count: int) -> None:
            nonlocal total
            total += count
            if before is not None:
                before(count)
            act(total)

        self.connection.on_read = read

    def pace(self, bytes_per_second: float) -> None:
        """Read the rest of the body no faster than this."""
        start = time.monotonic()
        self.on_bytes(lambda total: self.sleep(total / bytes_per_second - (time.monotonic() - start)))
