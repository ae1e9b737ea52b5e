"""The fault plan: which armed fault meets which request. Deterministic: counters and a seeded draw for each fault."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from upload_diag.faults.fields import Operation, PartNumber, Positive, Probability, Seconds, Whole, check
from upload_diag.faults.kinds import Fault
from upload_diag.faults.request import S3Request
from upload_diag.faults.uploads import Upload

__all__ = ["Armed", "Plan", "When"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The conditions under which a fault strikes; all that are given must hold.

    Attributes:
        operation: the S3 operation, such as UploadPart.
        bucket: a glob that the bucket's name matches.
        key: a glob that the key matches.
        access_key: a glob that the access key which signed the request matches; tests on one server keep apart by it.
        upload_id: the upload session.
        part_number: the part's number, 1 to 10000.
        after_parts: the session has at least this many parts.
        after_bytes: the session has taken at least this many bytes.
        after_seconds: the session is at least this old on the virtual clock; without a session, the fault is.
        nth: it strikes from the nth matching request on; alone, only then.
        times: how often it strikes at most.
        probability: of striking, 0 to 1, drawn from the server's seed.

    Raises:
        UsageError: a field holds what it may not.
    """

    operation: Operation | None = None
    bucket: str | None = None
    key: str | None = None
    access_key: str | None = None
    upload_id: str | None = None
    part_number: PartNumber | None = None
    after_parts: Whole | None = None
    after_bytes: Whole | None = None
    after_seconds: Seconds | None = None
    nth: Positive | None = None
    times: Positive | None = None
    probability: Probability | None = None

    def __post_init__(self) -> None:
        check(self)

    @property
    def limit(self) -> int | None:
        """How often it strikes at most, all told."""
        return 1 if self.nth is not None and self.times is None else self.times


@dataclass(slots=True)
class Armed:
    """A fault in place.

    Attributes:
        id: f1, f2, … in the order of arming.
        seen: requests that met the conditions, before nth, times and probability.
        fired: how often it struck.
    """

    id: str
    fault: Fault
    when: When
    since: datetime
    random: Random
    seen: int = 0
    fired: int = 0
    memory: dict[str, Any] = field(default_factory=dict)


class Plan:
    """The armed faults of a server. Every method may be called from any thread."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._armed: dict[str, Armed] = {}
        self._count = 0

    def arm(self, fault: Fault, when: When, now: datetime) -> Armed:
        """Put a fault in place."""
        with self._lock:
            self._count += 1
            name = f"f{self._count}"
            armed = Armed(name, fault, when, now, Random(f"{self._seed}/{name}"))  # noqa: S311 - faults are drawn, not secrets
            self._armed[name] = armed
        return armed

    def disarm(self, name: str) -> bool:
        """Take a fault away; False if there is none with this id."""
        with self._lock:
            return self._armed.pop(name, None) is not None

    def clear(self, *, restart: bool = False) -> int:
        """Take all faults away; how many there were. With `restart`, ids begin at f1 again."""
        with self._lock:
            count = len(self._armed)
            self._armed.clear()
            if restart:
                self._count = 0
        return count

    def forget(self, buckets: str | None, access_key: str | None) -> None:
        """Take away the faults whose condition on the bucket, or on the access key, matches a glob."""
        with self._lock:
            for name, armed in list(self._armed.items()):
                pairs = ((armed.when.bucket, buckets), (armed.when.access_key, access_key))
                if any(text is not None and glob is not None and fnmatchcase(text, glob) for text, glob in pairs):
                    del self._armed[name]

    def all(self) -> list[Armed]:
        """The armed faults, in the order of arming."""
        with self._lock:
            return list(self._armed.values())

    def strike(self, request: S3Request, upload: Upload[Any] | None, now: datetime) -> list[Armed]:
        """The faults that strike this request, in the order of arming; their counters go up."""
        if not self._armed:
            return []
        with self._lock:
            return [armed for armed in self._armed.values() if _strikes(armed, request, upload, now)]


def _strikes(armed: Armed, request: S3Request, upload: Upload[Any] | None, now: datetime) -> bool:
    if not _matches(armed, request, upload, now):
        return False
    armed.seen += 1
    when = armed.when
    if when.nth is not None and armed.seen < when.nth:
        return False
    if when.limit is not None and armed.fired >= when.limit:
        return False
    if when.probability is not None and armed.random.random() >= when.probability:
        return False
    armed.fired += 1
    return True


def _matches(armed: Armed, request: S3Request, upload: Upload[Any] | None, now: datetime) -> bool:
    when = armed.when
    for wanted, actual in (
        (when.operation, request.operation),
        (when.upload_id, request.upload_id),
        (when.part_number, request.part_number),
    ):
        if wanted is not None and wanted != actual:
            return False
    for glob, text in (
        (when.bucket, request.bucket),
        (when.key, request.key),
        (when.access_key, request.access_key),
    ):
        if glob is not None and not fnmatchcase(text, glob):
            return False
    if when.after_parts is not None and (upload is None or len(upload.parts) < when.after_parts):
        return False
    if when.after_bytes is not None and (upload is None or upload.received < when.after_bytes):
        return False
    since = armed.since if upload is None else upload.initiated
    return when.after_seconds is None or (now - since).total_seconds() >= when.after_seconds
