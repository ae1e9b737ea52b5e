"""The fault server: a mock S3 whose upload sessions die on demand."""

from upload_diag.faults.kinds import (
    KINDS,
    AdvanceClock,
    Bandwidth,
    Corrupt,
    Delay,
    ExpireCredentials,
    ExpireSession,
    ExpireUrl,
    Fault,
    HideEtag,
    HttpPage,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
    SkewClock,
    Stall,
    Throttle,
    Truncate,
)
from upload_diag.faults.plan import When
from upload_diag.faults.server import FaultServer

__all__ = [
    "KINDS",
    "AdvanceClock",
    "Bandwidth",
    "Corrupt",
    "Delay",
    "ExpireCredentials",
    "ExpireSession",
    "ExpireUrl",
    "Fault",
    "FaultServer",
    "HideEtag",
    "HttpPage",
    "LoseResponse",
    "OkWithError",
    "Reset",
    "Respond",
    "SkewClock",
    "Stall",
    "Throttle",
    "Truncate",
    "When",
]
