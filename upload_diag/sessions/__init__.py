"""Findings and events become stories of uploads: who belongs together, how it ended, why it died."""

from upload_diag.sessions.session import Cause, RootCause, Step, UploadSession, UploadTrace
from upload_diag.sessions.story import Stories, rfc3339
from upload_diag.sessions.trace import Failure, Place, Trace

__all__ = [
    "Cause",
    "Failure",
    "Place",
    "RootCause",
    "Step",
    "Stories",
    "Trace",
    "UploadSession",
    "UploadTrace",
    "rfc3339",
]
