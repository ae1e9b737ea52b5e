"""The journal: what came, what was decided, what went out. Bounded, ordered, and the same for the same requests.

No field depends on the wall clock except `time`, which stays out of `NDJSON` unless asked for.
"""

import json
import secrets
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["Entry", "Journal"]

KEPT = 10_000  # entries; older ones are dropped and counted


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer, or one event of the server.

    Attributes:
        seq: counts up from 1, without a gap.
        event: "request", or what happened outside of a request: expire, clock, arm, disarm, reset.
        faults: ids of the faults that had a hand in it.
        delivery: "whole", or how the answer went out: reset, closed, lost, cut.
        received, sent: bytes of the bodies.
        advanced: seconds the virtual clock was ahead.
        time: ISO 8601, virtual; not part of the deterministic form.
    """

    seq: int
    event: str
    operation: str = ""
    bucket: str = ""
    key: str = ""
    upload_id: str = ""
    part_number: int | None = None
    access_key: str = ""
    status: int | None = None
    code: str = ""
    faults: tuple[str, ...] = ()
    delivery: str = ""
    received: int = 0
    sent: int = 0
    request_id: str = ""
    why: str = ""
    advanced: float = 0.0
    time: str = field(default="", compare=False)

    def as_json(self, *, times: bool = False) -> dict[str, Any]:
        """Names in camelCase; what is empty is left out."""
        names = {
            "seq": self.seq, "event": self.event, "operation": self.operation, "bucket": self.bucket, "key": self.key,
            "uploadId": self.upload_id, "partNumber": self.part_number, "accessKey": self.access_key,
            "status": self.status, "code": self.code,
            "faults": list(self.faults), "delivery": self.delivery, "received": self.received, "sent": self.sent,
            "requestId": self.request_id, "why": self.why, "advanced": self.advanced,
            "time": self.time if times else "",
        }  # fmt: skip
        return {name: value for name, value in names.items() if value not in ("", None, [], 0)}


class Journal:
    """Entries in order. Every method may be called from any thread.

    Attributes:
        dropped: how many of the oldest entries are gone.
        epoch: another text after each `clear` and in each process; who sees it change starts again.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._changed = threading.Condition()
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._seq = 0
        self._closed = False
        self.epoch = secrets.token_hex(4)

    @property
    def dropped(self) -> int:
        return self._seq - len(self._entries)

    @property
    def last(self) -> int:
        """The number of the newest entry."""
        return self._seq

    def add(self, event: str, **fields: Any) -> Entry:
        """Write an entry; fields as in `Entry`."""
        with self._changed:
            self._seq += 1
            entry = Entry(self._seq, event, **fields)
            self._entries.append(entry)
            self._changed.notify_all()
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.since(0))

    def __len__(self) -> int:
        return len(self._entries)

    def since(self, seq: int, *, bucket: str | None = None, access_key: str | None = None) -> list[Entry]:
        """Entries after this number, oldest first; only those of buckets or access keys, given as globs."""
        with self._changed:
            entries = [entry for entry in self._entries if entry.seq > seq]
        for glob, name in ((bucket, "bucket"), (access_key, "access_key")):
            if glob is not None:
                entries = [entry for entry in entries if fnmatchcase(getattr(entry, name), glob)]
        return entries

    def of(self, operation: str, **fields: Any) -> list[Entry]:
        """The requests of an operation, narrowed by fields: `of("UploadPart", part_number=2)`."""
        return [
            entry
            for entry in self
            if entry.operation == operation and all(getattr(entry, name) == value for name, value in fields.items())
        ]

    def wait(self, seq: int, timeout: float) -> list[Entry]:
        """Entries after this number, waiting up to `timeout` seconds for the first; none once it is cleared."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._seq != seq, timeout)
        return self.since(seq)

    def clear(self) -> None:
        """Forget everything; numbers begin at 1 again."""
        with self._changed:
            self._entries.clear()
            self._seq = 0
            self.epoch = secrets.token_hex(4)
            self._changed.notify_all()

    def close(self) -> None:
        """Wake everyone who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @staticmethod
    def ndjson(entries: Iterable[Entry], *, times: bool = False) -> str:
        """One JSON object a line."""
        return "".join(json.dumps(entry.as_json(times=times), ensure_ascii=False) + "\n" for entry in entries)
