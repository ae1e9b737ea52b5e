"""What the machine asks for, and what it is told."""

from dataclasses import dataclass, field
from enum import Enum

from upload_diag.codes import Operation
from upload_diag.model import ErrorInfo
from upload_diag.recovery.plan import Part
from upload_diag.recovery.policy import HEAD

__all__ = ["HIDDEN", "RENEW", "SINGLE", "Command", "Found", "Phase"]

RENEW = "Renew"  # the one command that is no S3 operation


class Phase(Enum):
    """What the machine is about; DONE, STOPPED and LEFT are final."""

    CREATE = "create"
    LIST = "list"
    SEND = "send"
    COMPLETE = "complete"
    PROBE = "probe"
    RENEW = "renew"
    DONE = "done"
    STOPPED = "stopped"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to do.

    Attributes:
        operation: an S3 operation, or RENEW.
        upload_id: of the session, where the operation has one.
        part: of UploadPart.
        etags: of CompleteMultipartUpload, in the order of the parts; of ListParts, those known, by part number.
        delay: seconds to wait before it is done.
        generation: how often credentials had been renewed when it was given out.
        cause: of RENEW, what to mend.
        tries: of Abort, how often it failed before.
    """

    operation: str
    upload_id: str = ""
    part: Part | None = None
    etags: dict[int, str] = field(default_factory=dict)
    delay: float = 0.0
    generation: int = 0
    cause: ErrorInfo | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The object at the key.

    Attributes:
        etag: without quotes.
        token: of the upload that made it, from its metadata; empty if it has none.
    """

    etag: str
    size: int
    token: str


HIDDEN = Found("", -1, "")  # there may be an object at the key, but it may not be looked at

# The command of each phase that has just one at a time.
SINGLE: dict[Phase, str] = {
    Phase.CREATE: Operation.CREATE,
    Phase.LIST: Operation.LIST_PARTS,
    Phase.COMPLETE: Operation.COMPLETE,
    Phase.PROBE: HEAD,
    Phase.RENEW: RENEW,
}
