"""Say why an upload failed, and what to do about it.

Importing this package is cheap: each public name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upload_diag.classifier import Classifier, classify, classify_column, classify_many
    from upload_diag.codes import Action, ErrorCode, Operation, Outcome, Retry
    from upload_diag.errors import BadRuleError, InputError, ServerUnreachableError, UploadDiagError, UsageError
    from upload_diag.model import ErrorInfo, Evidence, UploadContext
    from upload_diag.recovery import (
        ResumableUpload,
        UploadStoppedError,
        restart_upload,
        session_restart_instructions,
        should_restart_upload,
    )

__version__ = "0.1.0"

# Public name -> the module it comes from. `TYPE_CHECKING` above and `__all__` below list the same names; a test holds
# the three together.
_EXPORTS = {
    "Action": "codes",
    "BadRuleError": "errors",
    "Classifier": "classifier",
    "ErrorCode": "codes",
    "ErrorInfo": "model",
    "Evidence": "model",
    "InputError": "errors",
    "Operation": "codes",
    "Outcome": "codes",
    "ResumableUpload": "recovery",
    "Retry": "codes",
    "ServerUnreachableError": "errors",
    "UploadContext": "model",
    "UploadDiagError": "errors",
    "UploadStoppedError": "recovery",
    "UsageError": "errors",
    "classify": "classifier",
    "classify_column": "classifier",
    "classify_many": "classifier",
    "restart_upload": "recovery",
    "session_restart_instructions": "recovery",
    "should_restart_upload": "recovery",
}

__all__ = [
    "Action",
    "BadRuleError",
    "Classifier",
    "ErrorCode",
    "ErrorInfo",
    "Evidence",
    "InputError",
    "Operation",
    "Outcome",
    "ResumableUpload",
    "Retry",
    "ServerUnreachableError",
    "UploadContext",
    "UploadDiagError",
    "UploadStoppedError",
    "UsageError",
    "__version__",
    "classify",
    "classify_column",
    "classify_many",
    "restart_upload",
    "session_restart_instructions",
    "should_restart_upload",
]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'upload_diag' has no attribute {name!r}")
    value = getattr(import_module(f"upload_diag.{_EXPORTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
