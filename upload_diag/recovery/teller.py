"""Tells what happens in an upload, as it happens."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from upload_diag.codes import ErrorCode, Operation
from upload_diag.model import ErrorInfo
from upload_diag.recovery.commands import Command, Phase
from upload_diag.recovery.events import Event
from upload_diag.recovery.machine import Machine
from upload_diag.recovery.policy import Next, Step

__all__ = ["Teller"]

_RENEWED = {
    ErrorCode.CREDENTIALS_EXPIRED: "Credentials renewed",
    ErrorCode.URL_EXPIRED: "URLs signed anew",
    ErrorCode.CLOCK_SKEW: "Requests follow the store's clock",
    ErrorCode.WRONG_REGION: "Region switched",
}


class Teller:
    """Makes the events of one upload and hands them on.

    Attributes:
        events: all of them so far.
    """

    def __init__(self, bucket: str, key: str, listener: Callable[[Event], None] | None) -> None:
        self._bucket, self._key, self._listener = bucket, key, listener
        self.events: list[Event] = []

    def tell(self, machine: Machine, event: str, operation: str = "", **fields: Any) -> None:
        told = Event(
            event=event, operation=str(operation), bucket=self._bucket, key=self._key, time=datetime.now(UTC),
            sent=machine.sent, size=machine.plan.size, parts=len(machine.done), part_count=machine.plan.count,
            refreshes=machine.refreshes, **fields,
        )  # fmt: skip
        self.events.append(told)
        if self._listener is not None:
            self._listener(told)

    def answer(self, machine: Machine, command: Command, answer: Any) -> None:
        """A command was carried out."""
        match command.operation:
            case Operation.CREATE:
                kind, message = (
                    ("refreshed", "Fresh upload session created")
                    if machine.refreshes
                    else ("create", "Upload session created")
                )
            case Operation.UPLOAD_PART:
                kind, message = "part", "part stored"
            case Operation.LIST_PARTS:
                kind, message = "resume", f"{len(answer)} of {machine.plan.count} parts are stored"
            case Operation.ABORT:
                kind, message = "abort", "What was left of the old session is removed"
            case "Renew" if command.cause is not None:
                kind, message = "renew", f"{_RENEWED[command.cause.code]}; the same session goes on"
            case _ if machine.phase is Phase.DONE:
                kind, message = "complete", "Upload completed"
            case _:
                return
        upload_id = command.upload_id or machine.upload_id or ""
        self.tell(machine, kind, command.operation, upload_id=upload_id, part_number=_number(command), message=message)

    def failure(self, machine: Machine, command: Command, error: Exception, info: ErrorInfo, step: Step) -> None:
        """A command failed."""
        if step.next is Next.IGNORE:
            return
        sdk = "" if isinstance(getattr(error, "response", None), dict) else type(error).__name__
        self.tell(
            machine,
            "error",
            command.operation,
            upload_id=command.upload_id,
            part_number=_number(command),
            code=info.context.service_code or sdk,
            error=info.code.value,
            next=step.next.value,
            message=step.why,
            http_status=info.context.http_status,
        )


def _number(command: Command) -> int | None:
    return command.part.number if command.part else None
