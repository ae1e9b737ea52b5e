"""The state of one server, and what faults and the control API do to it."""

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from upload_diag.faults.auth import Authenticator
from upload_diag.faults.backend import Backend
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import Content, ContentStore
from upload_diag.faults.journal import Journal
from upload_diag.faults.kinds import Fault
from upload_diag.faults.lifetimes import Lifetimes
from upload_diag.faults.operations import Operations
from upload_diag.faults.plan import Armed, Plan, When
from upload_diag.faults.sts import SessionTokens
from upload_diag.faults.uploads import Ledger, Upload

if TYPE_CHECKING:
    from upload_diag.faults.clients import Snippet
    from upload_diag.faults.gateway import Gateway

__all__ = ["App"]

log = logging.getLogger(__name__)


class App:
    """What one server holds.

    Attributes:
        ledger: sessions; every use is under `lock`.
        numbers: of requests, from 1; their ids are made from these.
        expired_credentials: access keys, with their session tokens, that are refused from now on.
        counts: answers by (operation, status).
        fired: strikes by kind of fault.
        over: is set when the requests of now are to end, by a reset or the stop; after a reset there is another one.
        url: of S3, and `snippets` for it; known once it listens.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        seed: int = 0,
        session_ttl: float | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.seed = seed
        self.clock = Clock()
        self.journal = Journal()
        self.plan = Plan(seed)
        self.lock = threading.RLock()
        self.backend = backend
        self.store = ContentStore()
        self.lifetimes = Lifetimes(session_ttl, backend.abort_rules)
        self.ledger: Ledger[Content] = Ledger(seed, self.lifetimes.deadline)
        self.stopping = threading.Event()
        self.over = threading.Event()
        self.gateway: Gateway | None = None
        self.url = ""
        self.snippets: tuple[Snippet, ...] = ()
        self._tokens = SessionTokens(self.clock, seed)
        self.authenticator = Authenticator(self.clock, self._tokens, keys or {})
        self.operations = Operations(
            ledger=self.ledger,
            lock=self.lock,
            store=self.store,
            backend=backend,
            clock=self.clock,
            lifetimes=self.lifetimes,
            authenticator=self.authenticator,
            tokens=self._tokens,
        )
        self.counts: Counter[tuple[str, int]] = Counter()
        self.fired: Counter[str] = Counter()
        self.numbers = itertools.count(1)
        self.expired_credentials: set[tuple[str, str]] = set()

    def now(self) -> datetime:
        """The virtual clock."""
        return self.clock.now()

    def expire_upload(self, upload_id: str, why: str) -> bool:
        """Let a session die now; False if it was dead or unknown."""
        with self.lock:
            upload = self.ledger.get(upload_id)
            if upload is None or not self.ledger.expire(upload, why, self.clock.now()):
                return False
        self.note("expire", bucket=upload.bucket, key=upload.key, upload_id=upload.id, why=why)
        return True

    def uploads(self) -> list[Upload[Content]]:
        """Every session that is remembered, the oldest first; what is due is dead in it."""
        self.sweep()
        with self.lock:
            return list(self.ledger)

    def upload(self, upload_id: str) -> Upload[Content] | None:
        """The session with this id, in whatever state."""
        self.sweep()
        with self.lock:
            return self.ledger.get(upload_id)

    def expire_matching(
        self,
        *,
        bucket: str | None = None,
        key: str | None = None,
        access_key: str | None = None,
        older_than: float | None = None,
        why: str,
    ) -> list[str]:
        """Let all live sessions die that match; their ids."""
        with self.lock:
            found = self.ledger.matching(
                self.clock.now(), bucket=bucket, key=key, access_key=access_key, older_than=older_than
            )
            return [upload.id for upload in found if self.expire_upload(upload.id, why)]

    def arm(self, fault: Fault, when: When) -> Armed:
        """Put a fault in place."""
        armed = self.plan.arm(fault, when, self.clock.now())
        self.note("arm", faults=(armed.id,), why=fault.kind)
        return armed

    def disarm(self, name: str) -> bool:
        """Take a fault away; False if there is none with this id."""
        found = self.plan.disarm(name)
        if found:
            self.note("disarm", faults=(name,))
        return found

    def disarm_all(self) -> int:
        """Take all faults away; how many there were."""
        count = self.plan.clear()
        if count:
            self.note("disarm", why="all")
        return count

    def move_clock(self, *, advance: float = 0.0, to: datetime | None = None) -> list[str]:
        """Advance the clock, or set it; the ids of the sessions that died of it."""
        # Signatures tell their moment to the second only: at the turn of a second it is plain which were made before.
        self.stopping.wait(1 - time.time() % 1)
        if to is not None:
            self.clock.set(to)
        else:
            self.clock.advance(advance)
        self.note("clock")
        return [upload.id for upload in self.sweep()]

    def expire_credentials(self, access_key: str, token: str) -> None:
        """From now on these credentials are refused as expired."""
        self.expired_credentials.add((access_key, token))

    def note(self, event: str, **fields: object) -> None:
        """Write an event that is no request into the journal."""
        self.journal.add(event, advanced=round(self.clock.advanced), time=self.clock.now().isoformat(), **fields)

    def sweep(self) -> list[Upload[Content]]:
        """Let every session die that is due by now."""
        with self.lock:
            died = self.ledger.sweep(self.clock.now())
        for upload in died:
            self.note("expire", bucket=upload.bucket, key=upload.key, upload_id=upload.id, why=upload.why)
        return died

    def reset(self, buckets: str | None = None, access_key: str | None = None) -> None:
        """Everything back to the start; with globs, only what belongs to these buckets or to these access keys.

        To a bucket belong its data and the faults that have it as a condition; to an access key the sessions that it
        began and the faults that have it as a condition.
        """
        all_of_it = buckets is None and access_key is None
        with self.lock:
            self.ledger.forget(buckets, access_key)
            if all_of_it or buckets is not None:
                self.backend.reset(buckets)
            self.lifetimes.forget()
        if not all_of_it:
            self.plan.forget(buckets, access_key)
            self.note("reset", why=f"of {buckets or access_key}")
        else:
            self.plan.clear(restart=True)
            self.clock.reset()
            self.lifetimes.reset()
            self.journal.clear()
            self.expired_credentials.clear()
            self._tokens.clear()
            if self.gateway is not None:
                self.gateway.reset()
            self.numbers = itertools.count(1)
            over, self.over = self.over, threading.Event()
            over.set()

    def stop(self) -> None:
        """Begin nothing more, and end every waiting request."""
        self.stopping.set()
        self.over.set()
        self.journal.close()

    def close(self) -> None:
        """Stop, and let go of the data."""
        self.stop()
        self.backend.close()
        self.store.close()
