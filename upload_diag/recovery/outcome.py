"""How an upload ends."""

from dataclasses import dataclass
from pathlib import Path

from upload_diag.codes import ErrorCode
from upload_diag.errors import UploadDiagError
from upload_diag.model import ErrorInfo
from upload_diag.recovery.events import Event
from upload_diag.redaction import redact

__all__ = ["UploadCancelledError", "UploadResult", "UploadStoppedError"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadResult:
    """An upload that went well.

    Attributes:
        etag: of the object, without quotes.
        size: bytes.
        proved: how success is known where Complete did not simply say so: "token" or "etag"; else empty.
        attempts: requests that were sent, failed ones included.
        parts_sent: parts that were stored, those of lost sessions included.
        refreshes: sessions that took the place of a dead one.
        leftovers: ids of sessions that could not be aborted.
        unseen_sessions: Creates whose answer was lost; each may have left a session without parts.
    """

    bucket: str
    key: str
    etag: str
    size: int
    upload_id: str
    proved: str
    attempts: int
    parts_sent: int
    refreshes: int
    leftovers: tuple[str, ...]
    unseen_sessions: int
    events: tuple[Event, ...]


class UploadStoppedError(UploadDiagError):
    """An upload that did not end well; unless its session is gone, it can go on later.

    Attributes:
        info: why, and what to do.
        why: which limit was reached; empty if the failure itself is the end.
        upload_id: the session that is kept; empty if there is none.
        state: the state file that it can go on from; None if there is none, or nothing to go on with.
    """

    def __init__(
        self, info: ErrorInfo, why: str, upload_id: str, state: Path | None, events: tuple[Event, ...]
    ) -> None:
        super().__init__(info, why, upload_id, state, events)
        self.info, self.why, self.upload_id, self.state, self.events = info, why, upload_id, state, events
        if info.code in (ErrorCode.NETWORK, ErrorCode.TIMEOUT):
            self.exit_code = 4
        elif info.code is ErrorCode.LOCAL_IO:
            self.exit_code = 3

    def __str__(self) -> str:
        name, message = self.info.context.service_code, self.info.message
        named = f" ({name})" if name and not message.startswith(f"{name}: ") else ""
        why = f", {self.why}" if self.why else ""
        resume = "The session is kept; resume" if self.upload_id else "Resume"
        go_on = f" {resume} from {self.state}." if self.state else ""
        return f"The upload stopped: {self.info.code}{named}{why}. {message}{self._said()}{go_on}"

    def _said(self) -> str:
        """What the failure itself says, where no code of the store names it: which parameter, which credentials."""
        said = " ".join(redact(str(self.__cause__ or "")).split())
        if self.info.context.service_code or not said or said in self.info.message:
            return ""
        return f" ({type(self.__cause__).__name__}: {said})"


class UploadCancelledError(UploadDiagError):
    """The upload was cancelled."""

    exit_code = 130
