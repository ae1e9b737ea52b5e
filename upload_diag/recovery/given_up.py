"""The sessions that an upload gave up: each is to be aborted, for its parts cost until then."""

from collections.abc import Iterable

__all__ = ["GivenUp"]


class GivenUp:
    """What is still owed to the sessions that an upload gave up.

    A part that arrives after the Abort may stay, and cost. So a session waits for its parts that are on their way.

    Args:
        sessions: ids of sessions that were given up earlier.

    Attributes:
        leftovers: ids of those that could not be aborted.
    """

    def __init__(self, sessions: Iterable[str] = ()) -> None:
        self.leftovers: list[str] = []
        self._waiting: dict[str, int] = dict.fromkeys(sessions, 0)  # session -> failed tries
        self._asked: set[str] = set()  # whose Abort is on its way
        self._flying: dict[str, int] = {}  # session -> parts of it that are still on their way

    @property
    def settled(self) -> bool:
        """No Abort is still to be sent or to be answered."""
        return not self._waiting and not self._asked

    @property
    def sessions(self) -> list[str]:
        """Ids of all that may still be there."""
        return [*self._waiting, *self._asked, *self.leftovers]

    def add(self, upload_id: str, flying: int) -> None:
        """A session is given up, with so many parts on their way."""
        self._waiting[upload_id] = 0
        self._flying[upload_id] = flying

    def part_ended(self, upload_id: str) -> None:
        """A part of such a session was stored, or failed."""
        self._flying[upload_id] -= 1

    def due(self) -> list[tuple[str, int]]:
        """The sessions that can be aborted now, each with how often that failed."""
        return [(upload_id, tries) for upload_id, tries in self._waiting.items() if not self._flying.get(upload_id)]

    def asked(self, upload_id: str) -> None:
        """An Abort is on its way."""
        del self._waiting[upload_id]
        self._asked.add(upload_id)

    def again(self, upload_id: str, tries: int) -> None:
        """The Abort failed for so many times; it is to be sent again."""
        self._asked.discard(upload_id)
        self._waiting[upload_id] = tries

    def stays(self, upload_id: str) -> None:
        """The session cannot be aborted."""
        self._asked.discard(upload_id)
        self.leftovers.append(upload_id)

    def gone(self, upload_id: str) -> None:
        """The session is no longer there."""
        self._waiting.pop(upload_id, None)
        self._asked.discard(upload_id)
        if upload_id in self.leftovers:
            self.leftovers.remove(upload_id)
