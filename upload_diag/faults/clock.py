"""The server's clock: real time plus what was advanced, so that seven days pass in one call."""

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["Clock", "parse_time"]

MAX_ADVANCE = 10.0**10  # seconds, three centuries: what ends some years later still ends within the calendar


class Clock:
    """Virtual time. Sessions, lifecycle rules, presigned URLs and credentials live by it; sockets do not.

    Attributes:
        advanced: seconds by which the clock is ahead of real time; negative when it was set back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.advanced = 0.0
        self._moves: list[tuple[datetime, float]] = []  # real time of a move, and what was advanced before it

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.advanced)

    def advance(self, seconds: float) -> datetime:
        """Let that many seconds pass at once.

        Raises:
            ValueError: it is no number, or too far from real time.
        """
        with self._lock:
            before = self.advanced
            if not abs(before + seconds) <= MAX_ADVANCE:  # which NaN is not either
                raise ValueError(f"{before + seconds:g} seconds from real time, where {MAX_ADVANCE:g} are the most")
            self.advanced = before + seconds
            self._moves.append((datetime.now(UTC).replace(microsecond=0), before))  # as exact as a signature's moment
            return self.now()

    def set(self, moment: datetime) -> datetime:
        """Make it this moment; one without a zone is taken as UTC. Raises as `advance`."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return self.advance((aware - self.now()).total_seconds())

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self.advanced = 0.0
            self._moves.clear()

    def at(self, moment: datetime) -> datetime:
        """What this clock showed at a real moment, such as the one when a client signed by its own clock."""
        with self._lock:
            advanced = next((before for moved, before in self._moves if moment < moved), self.advanced)
        return moment + timedelta(seconds=advanced)


def parse_time(text: str) -> datetime:
    """An ISO 8601 moment, such as 2026-11-29T00:00:00Z.

    Raises:
        ValueError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no moment such as 2026-11-29T00:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
