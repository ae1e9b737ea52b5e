"""For an application's own upload loop: whether to restart after an error, what to tell the user, and the restart."""

from dataclasses import dataclass
from typing import Any

from upload_diag.classifier import classify
from upload_diag.codes import Action
from upload_diag.recovery.outcome import UploadResult, UploadStoppedError
from upload_diag.recovery.stages import CheckpointedUpload
from upload_diag.recovery.uploader import ResumableUpload

__all__ = ["RestartInstructions", "restart_upload", "session_restart_instructions", "should_restart_upload"]

_STEPS: dict[Action, tuple[str, ...]] = {
    Action.RESTART_UPLOAD: (
        "Create a new upload session for the same bucket, key, metadata and settings.",
        "Drop every ETag of the old session: its parts are gone with it.",
        "Send all parts to the new session, then complete it.",
        "Abort the old session; it does not matter if that fails.",
    ),
    Action.PROBE_THEN_RESTART: (
        "Look at the object with HeadObject: an earlier Complete may have worked, and only its answer was lost.",
        "If it carries this upload's own token in its metadata, or its multipart ETag and size, the upload is done.",
        "Else create a new upload session, send all parts to it, and complete it.",
    ),
}


@dataclass(frozen=True, slots=True)
class RestartInstructions:
    """What to do about an error of an upload.

    Attributes:
        restart: whether the upload has to begin again with a new session.
        message: a sentence for the user: what happened.
        suggestion: a sentence for the user: what to do.
        steps: for the developer, in order; empty when nothing is to be restarted.
    """

    restart: bool
    message: str
    suggestion: str
    steps: tuple[str, ...]


def should_restart_upload(error: Any) -> bool:
    """Whether an error, in any shape, means that the upload needs a new session.

    False for what another try or fresh credentials mend: the session is good then, and its parts would be lost.

        if should_restart_upload(response.json()):
            ...
    """
    return session_restart_instructions(error).restart


def session_restart_instructions(error: Any) -> RestartInstructions:
    """What to do about an error, in any shape that `classify` takes."""
    info = error.info if isinstance(error, UploadStoppedError) else classify(error)
    steps = _STEPS.get(info.action_required, ())
    return RestartInstructions(bool(steps), info.user_message, info.suggested_action, steps)


def restart_upload(upload: ResumableUpload | CheckpointedUpload) -> UploadResult:
    """Begin an upload again with a new session: same file, place, metadata, settings, limits and listeners.

        result = restart_upload(upload)

    The session that its state file records is aborted. Raises what `ResumableUpload.run` raises.
    """
    return upload.run(anew=True)
