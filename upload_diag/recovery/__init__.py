"""Uploads that survive: sessions that die, credentials that expire, answers that are lost, crashes."""

from upload_diag.recovery.checkpoint import Checkpoint
from upload_diag.recovery.commands import HIDDEN, Command, Found, Phase
from upload_diag.recovery.events import Event
from upload_diag.recovery.machine import Machine
from upload_diag.recovery.outcome import UploadCancelledError, UploadResult, UploadStoppedError
from upload_diag.recovery.plan import Part, Plan
from upload_diag.recovery.policy import Next, Policy, Spent, Step, decide
from upload_diag.recovery.presigned import AnswerError, PresignedStore, Session
from upload_diag.recovery.restart import (
    RestartInstructions,
    restart_upload,
    session_restart_instructions,
    should_restart_upload,
)
from upload_diag.recovery.stages import CheckpointedUpload
from upload_diag.recovery.stale import StaleSession, abort_session, stale_sessions
from upload_diag.recovery.store import S3Store, Store
from upload_diag.recovery.uploader import ResumableUpload

__all__ = [
    "HIDDEN",
    "AnswerError",
    "Checkpoint",
    "CheckpointedUpload",
    "Command",
    "Event",
    "Found",
    "Machine",
    "Next",
    "Part",
    "Phase",
    "Plan",
    "Policy",
    "PresignedStore",
    "RestartInstructions",
    "ResumableUpload",
    "S3Store",
    "Session",
    "Spent",
    "StaleSession",
    "Step",
    "Store",
    "UploadCancelledError",
    "UploadResult",
    "UploadStoppedError",
    "abort_session",
    "decide",
    "restart_upload",
    "session_restart_instructions",
    "should_restart_upload",
    "stale_sessions",
]
