"""`ResumableUpload`: the machine, driven with threads."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any, BinaryIO
from zlib import crc32

from upload_diag.codes import ErrorCode, Operation
from upload_diag.errors import InputError, UsageError
from upload_diag.recovery.checkpoint import Checkpoint
from upload_diag.recovery.commands import RENEW, Command, Phase
from upload_diag.recovery.events import Event
from upload_diag.recovery.failures import retry_after, verdict_on
from upload_diag.recovery.leftovers import Leftovers
from upload_diag.recovery.lookout import Lookout
from upload_diag.recovery.machine import Machine
from upload_diag.recovery.outcome import UploadCancelledError, UploadResult, UploadStoppedError
from upload_diag.recovery.plan import Part, Plan
from upload_diag.recovery.policy import Policy
from upload_diag.recovery.proof import check_sent, proven
from upload_diag.recovery.source import FileChangedError, Source
from upload_diag.recovery.store import Renew, S3Store, Store
from upload_diag.recovery.teller import Teller

__all__ = ["ResumableUpload"]

SAVE_EVERY = 1.0  # seconds between two writes of the state file while parts arrive; ListParts knows the rest


class _NoTryError(Exception):
    """Ends the wait before a try that is no longer wanted."""


class ResumableUpload:
    """Upload one file to one key, whatever happens on the way.

        result = ResumableUpload(boto3.client("s3"), "bucket", "key", "movie.mp4", state="movie.upload").run()

    Args:
        client: a boto3 S3 client, or a `Store` for another way to the object.
        path_or_file: a path, or a binary file that can seek; only a path can go on after a crash. A `Source` is a
            version of a file, or a piece of one, that somebody else opened.
        policy: the limits.
        state: the state file; an upload that is recorded there goes on. None keeps no state.
        on_event: called with every `Event`, from the thread that called `run`.
        settings: arguments of CreateMultipartUpload, such as ContentType, Metadata, ServerSideEncryption.
        renew: asked for a client with fresh credentials when they expired, or are about to.
        expires: says when the credentials end, so that they are renewed ahead; else what botocore knows counts.
        random: of the pauses; a seeded one for tests.
        token: what the object's metadata will carry; a random one if not given.
        clock: seconds since the epoch, for the look ahead.
    """

    def __init__(
        self,
        client: Any,
        bucket: str,
        key: str,
        path_or_file: str | Path | BinaryIO | Source,
        *,
        policy: Policy | None = None,
        state: str | Path | None = None,
        on_event: Callable[[Event], None] | None = None,
        settings: Mapping[str, Any] | None = None,
        renew: Renew | None = None,
        expires: Callable[[], datetime | None] | None = None,
        random: Random | None = None,
        token: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bucket, self.key, self.policy = bucket, key, policy or Policy()
        self._most = max(self.policy.threads, self.policy.max_threads)
        self._options: dict[str, Any] = {"settings": settings, "renew": renew, "expires": expires}
        self._store: Store = (
            S3Store(client, bucket, key, connections=self._most + 2, **self._options)
            if hasattr(client, "meta")
            else client
        )
        self._path_or_file, self._token = path_or_file, token
        self._state = Path(state) if state is not None else None
        self._on_event = on_event
        self._random = random or Random()  # noqa: S311 - pauses, not secrets
        self._clock = clock
        self._cancelled, self._over = threading.Event(), threading.Event()
        self._abort_on_cancel = False
        self._source: Source
        self._machine: Machine

    def run(self, *, anew: bool = False) -> UploadResult:
        """Upload; `anew` gives a recorded session up and begins with a new one.

        Raises:
            UploadStoppedError: it cannot go on; `state` holds what is needed to go on later.
            UploadCancelledError: `cancel` was called.
            InputError: the file, or the state file, cannot be read; or the file changed since the state was written.
            UsageError: the state file is of another upload.
        """
        self._cancelled.clear()
        recorded = Checkpoint.of_upload(self._state, self.bucket, self.key, self._store.endpoint)
        if recorded is not None and recorded.every:
            return self._in_stages(recorded.every, anew=anew)
        self._source = self._opened()
        try:
            self._begin(recorded, anew=anew)
            while True:
                self._drive()
                if self._machine.phase is Phase.DONE:
                    return self._result()
                if self._machine.phase is Phase.LEFT:
                    return self._go_on_in_stages()
                if not self._may_begin_again():
                    raise self._stopped() from self._failure
                self._begin_again()
        finally:
            self._source.close()

    async def run_async(self, *, anew: bool = False) -> UploadResult:
        """As `run`, for an event loop: boto3 waits in threads in any case. To cancel the task is to `cancel`."""
        running = asyncio.ensure_future(asyncio.to_thread(self.run, anew=anew))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self.cancel()
            with suppress(UploadCancelledError):
                await running
            raise

    def cancel(self, *, abort: bool = False) -> None:
        """Stop at once, from any thread; the session is kept for later unless `abort`."""
        self._abort_on_cancel = abort
        self._cancelled.set()
        self._over.set()

    @property
    def unseen_sessions(self) -> int:
        """Sessions that may be left behind: Creates whose answer was lost, and sessions that no Abort reached."""
        return len(self._leftovers.creates) + len(self._machine.given_up.leftovers)

    # --- one version of the file

    def _opened(self) -> Source:
        given = self._path_or_file
        return given if isinstance(given, Source) else Source(given)

    def _begin(self, recorded: Checkpoint | None, *, anew: bool) -> None:
        """Start with what a state file knows, as far as it is about this version of the file."""
        self._attempts = self._parts_sent = 0
        self._saved_at = 0.0
        self._changed = False
        self._failure: Exception | None = None
        self._teller = Teller(self.bucket, self.key, self._on_event)
        self._leftovers = Leftovers(self._store, recorded.creates if recorded else ())
        whole = type(self._store) is S3Store and not isinstance(self._path_or_file, Source)
        self._lookout = Lookout(self.policy, self._store, self._clock, replans=whole)
        identity = self._source.identity
        same = recorded is not None and (recorded.size, recorded.mtime_ns) == (identity.size, identity.mtime_ns)
        if recorded is not None and not same and not anew and self.policy.on_file_change == "stop":
            raise FileChangedError(
                f"{self._path_or_file} changed since its upload began: it had {recorded.size} bytes then and has "
                f"{identity.size} now, or was written to. Remove {self._state} to upload it anew."
            )
        fits = recorded if same and not anew else None
        self._sums = dict(fits.sums) if fits else {}
        self._unproved = dict(self._sums)  # what a version of the file sent that looked the same
        self._machine = Machine(
            Plan.of(self._source.size, fits.part_size if fits else self.policy.part_size),
            self.policy,
            token=fits.token if fits else self._token or token_hex(16),
            random=self._random,
            renewable=self._store.renewable,
            upload_id=recorded.upload_id or None if recorded else None,
            known=dict(fits.parts) if fits else None,
            aborts=recorded.aborts if recorded else (),
        )
        if fits is None:
            self._machine.start_anew()
        elif fits.began:
            self._lookout.session_began(fits.began)

    def _may_begin_again(self) -> bool:
        return (
            not isinstance(self._path_or_file, Source)
            and self.policy.on_file_change == "restart"
            and self._machine.refreshes < self.policy.max_session_refreshes
            and self._file_changed()
        )

    def _file_changed(self) -> bool:
        try:
            self._source.check()
        except InputError:
            return True
        return self._changed

    def _begin_again(self) -> None:
        """Take the file as it now is; nothing that was sent of the old one is used."""
        old = self._machine
        self._source.close()
        self._source = self._opened()
        self._changed = False
        self._sums, self._unproved = {}, {}
        self._machine = Machine(
            Plan.of(self._source.size, self.policy.part_size),
            self.policy,
            token=token_hex(16),
            random=self._random,
            renewable=self._store.renewable,
            upload_id=old.upload_id,
            aborts=old.given_up.sessions,
            refreshes=old.refreshes + 1,
        )
        self._machine.start_anew()

    # --- the driver

    def _drive(self) -> None:
        self._over.clear()
        pool = ThreadPoolExecutor(self._most, thread_name_prefix="upload")
        running: dict[Future[Any], Command] = {}
        try:
            while running or not self._machine.finished:
                if self._cancelled.is_set():
                    self._end_cancelled(pool)
                if self._machine.finished:
                    self._over.set()  # what waits for its next try need not
                for command in self._machine.ready(self._lookout.threads - len(running)):
                    if command.operation == Operation.CREATE:
                        self._leftovers.asked()
                        self._save(at_once=True)  # a crash from now on may leave a session that nobody knows
                    running[pool.submit(self._carry_out, command)] = command
                done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(running.pop(future), future)
        except BaseException:
            self._cancelled.set()
            self._over.set()
            raise
        finally:
            pool.shutdown(wait=not self._cancelled.is_set(), cancel_futures=True)
            self._save(at_once=True)

    def _end_cancelled(self, pool: ThreadPoolExecutor) -> None:
        if self._abort_on_cancel:
            pool.shutdown(cancel_futures=True)  # a part that arrives after the Abort would stay
            self._machine.leave()
            self._leftovers.remove(self._machine)
            if self._state and not self._leftovers.creates and not self._machine.given_up.sessions:
                self._state.unlink(missing_ok=True)
                self._state = None
        self._teller.tell(self._machine, "cancel", message="Upload cancelled by user")
        raise UploadCancelledError("The upload was cancelled.")

    def _carry_out(self, command: Command) -> Any:
        """Do one command, in a thread of the pool."""
        if command.delay and self._over.wait(command.delay):
            raise _NoTryError
        store = self._store
        match command.operation:
            case Operation.CREATE:
                return store.create(self._machine.token)
            case Operation.LIST_PARTS:
                self._prove_the_file()
                return proven(self._source, self._machine.plan, store.stored(command.upload_id), command.etags)
            case Operation.COMPLETE:
                self._source.check()
                return store.complete(command.upload_id, command.etags)
            case Operation.ABORT:
                return store.abort(command.upload_id)
            case "HeadObject":
                return store.probe()
            case "Renew" if command.cause is not None:
                return store.renew(command.cause)
        assert command.part is not None  # noqa: S101 - the only operation left is UploadPart
        return store.send(command.upload_id, command.part.number, partial(self._read, command.part))

    def _read(self, part: Part) -> bytes:
        data = self._source.read(part)
        self._sums[part.number] = crc32(data)
        return data

    def _prove_the_file(self) -> None:
        try:
            check_sent(self._source, self._machine.plan, self._unproved)
        except FileChangedError:
            self._changed = True
            raise
        self._unproved = {}

    def _take(self, command: Command, future: Future[Any]) -> None:
        """Tell the machine, and whoever listens, what came of a command."""
        if command.operation != RENEW:
            self._attempts += 1
        machine = self._machine
        refreshes = machine.refreshes
        error = future.exception()
        if error is None:
            self._answered(command, future.result())
        elif isinstance(error, _NoTryError):
            return
        elif isinstance(error, Exception):
            info, self._failure = verdict_on(error, command), error
            if command.operation == Operation.CREATE:
                self._leftovers.failed(info)
            step = machine.failed(command, info, retry_after(error))
            self._teller.failure(machine, command, error, info, step)
        else:
            raise error
        if machine.refreshes > refreshes:
            self._teller.tell(machine, "refresh", Operation.CREATE, message="Refreshing upload session…")

    def _answered(self, command: Command, answer: Any) -> None:
        machine = self._machine
        machine.answered(command, answer)
        if command.operation == Operation.CREATE:
            self._leftovers.answered()
            self._sums.clear()
            self._lookout.session_began()
        if command.part is not None:
            self._parts_sent += 1
            self._lookout.part_stored(command.part.size)
        self._save(at_once=command.operation == Operation.CREATE)  # before anybody hears of it
        self._teller.answer(machine, command, answer)
        if machine.phase is Phase.SEND:
            for kind, message in self._lookout.look(machine):
                self._teller.tell(machine, kind, upload_id=machine.upload_id or command.upload_id, message=message)

    # --- endings and the state file

    def _result(self) -> UploadResult:
        machine = self._machine
        self._leftovers.remove(self._machine)
        if self._state is not None:
            self._state.unlink(missing_ok=True)
        return UploadResult(
            bucket=self.bucket, key=self.key, etag=machine.etag, size=machine.plan.size, proved=machine.proved,
            upload_id=machine.upload_id or "", attempts=self._attempts, parts_sent=self._parts_sent,
            refreshes=machine.refreshes, leftovers=tuple(machine.given_up.leftovers),
            unseen_sessions=len(self._leftovers.creates), events=tuple(self._teller.events),
        )  # fmt: skip

    def _stopped(self) -> UploadStoppedError:
        machine = self._machine
        assert machine.stopped_by is not None  # noqa: S101 - a stop has a reason
        why = f": {machine.why}" if machine.why else ""  # the failure itself was told before, and is one
        self._teller.tell(machine, "limit", upload_id=machine.upload_id or "", message=f"Giving up on upload{why}")
        reachable = machine.stopped_by.code not in (ErrorCode.NETWORK, ErrorCode.TIMEOUT)
        if reachable and (self._state is None or not machine.upload_id):
            self._leftovers.remove(self._machine)
        state = self._state
        if state is not None and not (machine.upload_id or self._leftovers.creates or machine.given_up.sessions):
            state.unlink(missing_ok=True)
            state = None
        return UploadStoppedError(
            machine.stopped_by, machine.why, machine.upload_id or "", state, tuple(self._teller.events)
        )

    def _go_on_in_stages(self) -> UploadResult:
        self._leftovers.remove(self._machine)
        if self._state is not None:
            self._state.unlink(missing_ok=True)
        left, events = self._machine.given_up.leftovers, tuple(self._teller.events)
        whole = self._in_stages(self._lookout.every)
        return replace(
            whole, attempts=whole.attempts + self._attempts, parts_sent=whole.parts_sent + self._parts_sent,
            refreshes=whole.refreshes + self._machine.refreshes, leftovers=(*left, *whole.leftovers),
            unseen_sessions=whole.unseen_sessions + len(self._leftovers.creates), events=events + whole.events,
        )  # fmt: skip

    def _in_stages(self, every: int, *, anew: bool = False) -> UploadResult:
        """Send the file with checkpoints, as a state file or the look ahead wants it."""
        from upload_diag.recovery.stages import CheckpointedUpload  # it is made of uploads itself

        if not isinstance(self._store, S3Store) or isinstance(self._path_or_file, Source):
            raise UsageError(f"{self._state} is of an upload with checkpoints, which needs a boto3 client.")
        return CheckpointedUpload(
            self._store.client, self.bucket, self.key, self._path_or_file, every=every, policy=self.policy,
            state=self._state, on_event=self._on_event, random=self._random, clock=self._clock, **self._options,
        ).run(anew=anew)  # fmt: skip

    def _save(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if self._state is None or (not at_once and now - self._saved_at < SAVE_EVERY):
            return
        self._saved_at = now
        machine, identity = self._machine, self._source.identity
        Checkpoint(
            bucket=self.bucket, key=self.key, endpoint=self._store.endpoint, upload_id=machine.upload_id or "",
            token=machine.token, path=str(self._source.path or ""), part_size=machine.plan.part_size,
            size=identity.size, mtime_ns=identity.mtime_ns, parts=machine.done,
            sums={number: self._sums[number] for number in machine.done if number in self._sums},
            began=self._lookout.began, creates=tuple(self._leftovers.creates), aborts=tuple(machine.given_up.sessions),
        ).save(self._state)  # fmt: skip
