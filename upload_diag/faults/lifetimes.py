"""How long a session lives: the server's own limit, and the bucket's lifecycle rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from upload_diag.faults.backend import AbortRule
from upload_diag.faults.uploads import Upload

__all__ = ["Lifetimes"]


class Lifetimes:
    """Tells when a session is due.

    S3 rounds the moment of an abort up to the next midnight UTC; here the time of day is kept, so that a test that lets
    seven days pass sees the seven-day rule at work.

    Args:
        ttl: seconds that every session lives, or None.
        rules: the lifecycle rules of a bucket; asked once, and again after `forget`.

    Attributes:
        abort_days: a rule of this many days for every bucket, beside the bucket's own; None for none.
    """

    def __init__(self, ttl: float | None, rules: Callable[[str], tuple[AbortRule, ...]]) -> None:
        self.ttl = self._first_ttl = ttl
        self.abort_days: int | None = None
        self._ask = rules
        self._rules: dict[str, tuple[AbortRule, ...]] = {}

    def reset(self) -> None:
        """Back to the start, whatever a scenario has set; the rules of buckets may have changed, too."""
        self.ttl, self.abort_days = self._first_ttl, None
        self.forget()

    def forget(self, bucket: str | None = None) -> None:
        """The rules of a bucket, or of all, may have changed."""
        if bucket is None:
            self._rules.clear()
        else:
            self._rules.pop(bucket, None)

    def abort(self, upload: Upload[Any]) -> tuple[datetime, AbortRule] | None:
        """When a lifecycle rule aborts the session, and which; the earliest if several do."""
        rules = self._rules.get(upload.bucket)
        if rules is None:
            rules = self._rules[upload.bucket] = self._ask(upload.bucket)
        if self.abort_days is not None:
            rules = (*rules, AbortRule("abort-incomplete-uploads", "", self.abort_days))
        if not rules:  # the dashboard asks for thousands of sessions at a time
            return None
        begun = upload.initiated
        due = [(_later(begun, rule.days * 86_400), rule) for rule in rules if upload.key.startswith(rule.prefix)]
        return min(due, key=lambda pair: (pair[0], pair[1].id), default=None)

    def deadline(self, upload: Upload[Any]) -> tuple[datetime, str] | None:
        """When the session dies, and why."""
        due: list[tuple[datetime, str]] = []
        if self.ttl is not None:
            moment = _later(upload.initiated, self.ttl)
            due.append((moment, f"older than the session limit of {_told(self.ttl)}"))
        if (aborted := self.abort(upload)) is not None:
            moment, rule = aborted
            due.append((moment, f"lifecycle rule {rule.id!r} aborts incomplete uploads after {rule.days} days"))
        return min(due, default=None)


def _later(moment: datetime, seconds: float) -> datetime:
    """So many seconds on, or the end of the calendar: S3 takes rules of six million years."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _told(seconds: float) -> str:
    """In the largest unit that fits: 2,592,000 is "30 d"."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:.15g} s"
