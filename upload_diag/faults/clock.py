"""The server's clock: real time plus what was advanced, so that seven days pass in one call."""

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["Clock", "parse_time"]


class Clock:
    """Virtual time. Sessions, lifecycle rules, presigned URLs and credentials live by it; sockets do not.

    Attributes:
        advanced: seconds by which the clock is ahead of real time; negative when it was set back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.advanced = 0.0

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.advanced)

    def advance(self, seconds: float) -> datetime:
        """Let that many seconds pass at once.

        Raises:
            OverflowError: the time would leave the calendar.
        """
        with self._lock:
            before = self.advanced
            self.advanced = before + seconds
            try:
                return self.now()
            except OverflowError:
                self.advanced = before
                raise

    def set(self, moment: datetime) -> datetime:
        """Make it this moment; one without a zone is taken as UTC."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        with self._lock:
            self.advanced = (aware - datetime.now(UTC)).total_seconds()
        return self.now()

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self.advanced = 0.0


def parse_time(text: str) -> datetime:
    """An ISO 8601 moment, such as 2026-11-29T00:00:00Z.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
