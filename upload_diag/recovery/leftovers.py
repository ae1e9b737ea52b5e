"""What an upload may leave behind in the store, and its removal."""

import time
from collections.abc import Iterable
from contextlib import suppress

from upload_diag.codes import Operation
from upload_diag.model import ErrorInfo
from upload_diag.recovery.commands import Command
from upload_diag.recovery.failures import verdict_on
from upload_diag.recovery.machine import Machine
from upload_diag.recovery.policy import Next, may_have_worked, row
from upload_diag.recovery.store import Store

__all__ = ["Leftovers"]

TRIES = 3


class Leftovers:
    """The Creates whose answer never came: each may have begun a session that nobody knows.

    Args:
        creates: those of earlier runs.

    Attributes:
        creates: when each was sent and when it failed, in seconds since the epoch; 0 for an end that is not known.
    """

    def __init__(self, store: Store, creates: Iterable[tuple[float, float]] = ()) -> None:
        self._store = store
        self.creates = list(creates)

    def asked(self) -> None:
        """A Create is about to be sent."""
        self.creates.append((time.time(), 0.0))

    def answered(self) -> None:
        """It gave a session."""
        self.creates.pop()

    def failed(self, info: ErrorInfo) -> None:
        """It failed, but may have been carried out."""
        since, _ = self.creates.pop()
        if may_have_worked(info):
            self.creates.append((since, time.time()))

    def remove(self, machine: Machine) -> None:
        """End what was given up, and what unanswered Creates may have left; what cannot be ended stays noted."""
        for _ in range(TRIES):
            for upload_id in machine.given_up.sessions:
                with suppress(Exception):
                    self._end(upload_id)
                    machine.given_up.gone(upload_id)
            for window in list(self.creates):
                with suppress(Exception):
                    for upload_id in self._store.strays(*window):
                        if upload_id != machine.upload_id:
                            self._end(upload_id)
                    self.creates.remove(window)

    def _end(self, upload_id: str) -> None:
        """Abort a session; raises what the store raises, unless that is that it is gone."""
        try:
            self._store.abort(upload_id)
        except Exception as error:
            if row(verdict_on(error, Command(operation=Operation.ABORT)), Operation.ABORT) is not Next.IGNORE:
                raise
