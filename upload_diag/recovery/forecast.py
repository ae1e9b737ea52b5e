"""Whether an upload will be done in time, and what to do about it while there still is time; no clock, no I/O."""

from dataclasses import dataclass
from enum import StrEnum

from upload_diag.recovery import plan

__all__ = ["Ahead", "Outlook", "foresee", "parts_of_a_stage"]

RENEW_BEFORE = 60.0  # seconds before credentials end; or twice the time of a part, if that is longer
SLACK = 1.25  # a rate that was measured is not a rate to come
NEW = 0.05  # a session with less of the file than this is cheap to replace
BRIEF = 2.0  # seconds; parts that take less spend a good deal of it on waiting, which larger ones do not
LARGER = 4  # times
LARGEST = 64 * 1024 * 1024  # bytes of a part that is made larger; as many as threads are in memory
STAGE = 0.5  # of a session's lifetime


class Ahead(StrEnum):
    """What to do ahead of a limit."""

    GO_ON = "go_on"
    RENEW = "renew"  # fresh credentials or URLs; the same session goes on
    PARALLEL = "parallel"  # more parts at a time
    RECHUNK = "rechunk"  # a new session with larger parts
    STAGES = "stages"  # checkpoints: sessions of their own, each short enough
    WARN = "warn"  # nothing helps: say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an upload stands.

    Attributes:
        size: bytes of the file.
        left: bytes that are not stored yet.
        rate: bytes a second; None while it is not known.
        age: seconds since the session began.
        lifetime: seconds after which the session ends; None if nothing is known of an end.
        signed_for: seconds until the credentials or URLs end; None if nothing is known of an end.
        renewable: whether they can be renewed.
        threads: parts that are sent at a time.
        max_threads: the most that may be.
        part_size: bytes.
        larger_parts: whether the file may be cut anew.
        stages: whether it may be sent in stages.
    """

    size: int
    left: int
    rate: float | None
    age: float
    lifetime: float | None
    signed_for: float | None = None
    renewable: bool = False
    threads: int = 4
    max_threads: int = 4
    part_size: int
    larger_parts: bool = False
    stages: bool = False

    @property
    def needs(self) -> float | None:
        """Seconds that the rest takes at this rate; None while it is not known."""
        return self.left / self.rate if self.rate else None

    @property
    def part_takes(self) -> float:
        """Seconds of one part, beside as many as are sent at a time; 0 while it is not known."""
        return self.part_size * self.threads / self.rate if self.rate else 0.0

    @property
    def late(self) -> bool:
        """Whether the session ends before the upload can."""
        if self.lifetime is None or self.needs is None:
            return False
        return self.needs * SLACK > self.lifetime - self.age


def foresee(outlook: Outlook) -> Ahead:
    """What to do now: what ends first comes first, then what costs least."""
    if outlook.signed_for is not None and outlook.signed_for < max(RENEW_BEFORE, 2 * outlook.part_takes):
        if outlook.renewable:
            return Ahead.RENEW
        if outlook.needs is not None and outlook.needs > outlook.signed_for:
            return Ahead.WARN
    if not outlook.late:
        return Ahead.GO_ON
    if outlook.threads < outlook.max_threads:
        return Ahead.PARALLEL
    new = outlook.size - outlook.left <= NEW * outlook.size
    if outlook.larger_parts and new and outlook.part_takes < BRIEF and outlook.part_size * LARGER <= LARGEST:
        return Ahead.RECHUNK
    if outlook.stages and parts_of_a_stage(outlook):
        return Ahead.STAGES
    return Ahead.WARN


def parts_of_a_stage(outlook: Outlook) -> int:
    """How many parts a session can hold with time to spare; 0 if stages of the least size are too long already."""
    if outlook.rate is None or outlook.lifetime is None:
        return 0
    largest = min(outlook.rate * outlook.lifetime * STAGE, plan.MAX_PART_SIZE)
    parts = int(largest // outlook.part_size)
    smallest = max(plan.MIN_PART_SIZE, -(-outlook.size // plan.MAX_PARTS))
    return parts if parts * outlook.part_size >= smallest else 0
