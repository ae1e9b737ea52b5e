"""What is known about a failure, beyond the exception itself."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from upload_diag.classifier import classify
from upload_diag.codes import ErrorCode
from upload_diag.errors import InputError
from upload_diag.model import ErrorInfo
from upload_diag.recovery.commands import Command
from upload_diag.rules.advice import ADVICE

__all__ = ["KnownError", "retry_after", "verdict", "verdict_on"]


class KnownError(Exception):
    """A failure whose verdict is known.

    Attributes:
        info: the verdict.
    """

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info


def verdict_on(error: Exception, command: Command) -> ErrorInfo:
    """The verdict on a failure, with what the driver knows about where it happened."""
    if isinstance(error, InputError):
        info = verdict(ErrorCode.LOCAL_IO, str(error))
    elif isinstance(error, KnownError):
        info = error.info
    else:
        info = classify(error)
        if info.code is ErrorCode.UNKNOWN:
            info = info.model_copy(
                update={"message": f"{type(error).__name__} says nothing of why the request failed."}
            )
    known = {"operation": str(command.operation), "upload_id": command.upload_id or None}
    if command.part is not None:
        known["part_number"] = command.part.number  # type: ignore[assignment]
    return info.model_copy(update={"context": info.context.model_copy(update=known)})


def verdict(code: ErrorCode, message: str) -> ErrorInfo:
    """A verdict that this side comes to by itself."""
    advice = ADVICE[code]
    return classify(None).model_copy(
        update={
            "code": code,
            "message": message,
            "user_message": advice.user_message,
            "suggested_action": advice.suggested_action,
            "is_retryable": advice.is_retryable,
            "retry": advice.retry,
            "action_required": advice.action,
        }
    )


def retry_after(error: Exception) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        response = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    else:
        response = getattr(response, "headers", {})
    value = str(response.get("retry-after", "")).strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
