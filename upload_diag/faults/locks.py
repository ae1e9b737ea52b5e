"""Locks by name."""

import threading

__all__ = ["Locks"]


class Locks:
    """A few locks for any number of names: the same names have the same lock, others may share it."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(64)]

    def of(self, *names: str) -> threading.Lock:
        """The lock of these names."""
        return self._locks[hash(names) % len(self._locks)]
