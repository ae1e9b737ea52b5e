"""`ResumableUpload`: the machine, driven with threads."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any, BinaryIO

from upload_diag.codes import Operation
from upload_diag.errors import InputError, UsageError
from upload_diag.model import ErrorInfo
from upload_diag.recovery.checkpoint import Checkpoint
from upload_diag.recovery.events import Event
from upload_diag.recovery.failures import retry_after, verdict_on
from upload_diag.recovery.machine import RENEW, Command, Machine, Phase
from upload_diag.recovery.outcome import UploadCancelledError, UploadResult, UploadStoppedError
from upload_diag.recovery.plan import Plan
from upload_diag.recovery.policy import Next, Policy, Step
from upload_diag.recovery.source import FileChangedError, Source
from upload_diag.recovery.store import Renew, S3Store, Store

__all__ = ["ResumableUpload"]

SAVE_EVERY = 1.0  # seconds between two writes of the state file while parts arrive; ListParts knows the rest


class _CancelledWaitError(Exception):
    """Ends the wait before a retry."""


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
        renew: asked for a client with fresh credentials when they expired.
        random: of the pauses; a seeded one for tests.
        token: what the object's metadata will carry; a random one if not given.
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
        random: Random | None = None,
        token: str | None = None,
    ) -> None:
        self.bucket, self.key, self.policy = bucket, key, policy or Policy()
        self._store: Store = (
            S3Store(client, bucket, key, settings=settings, renew=renew, connections=self.policy.threads + 2)
            if hasattr(client, "meta")
            else client
        )
        self._path_or_file, self._token = path_or_file, token
        self._state = Path(state) if state is not None else None
        self._on_event = on_event
        self._random = random or Random()  # noqa: S311 - pauses, not secrets
        self._events: list[Event] = []
        self._cancelled = threading.Event()
        self._abort_on_cancel = False
        self._attempts = self._parts_sent = 0
        self._saved_at = 0.0
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
        limit = self.policy.max_session_refreshes
        recorded = self._recorded()
        given = self._path_or_file
        self._source = self._opened()
        try:
            self._machine = self._new_machine(recorded, anew=anew)
            while True:
                self._drive()
                machine = self._machine
                if machine.phase is Phase.DONE:
                    return self._result()
                if (
                    isinstance(given, Source)
                    or not self._file_changed()
                    or self.policy.on_file_change != "restart"
                    or machine.refreshes >= limit
                ):
                    raise self._stopped()
                self._begin_again()
        finally:
            self._source.close()

    def cancel(self, *, abort: bool = False) -> None:
        """Stop at once, from any thread; the session is kept for later unless `abort`."""
        self._abort_on_cancel = abort
        self._cancelled.set()

    @property
    def unseen_sessions(self) -> int:
        """Sessions that may be left behind: Creates whose answer was lost, and sessions that no Abort reached."""
        return self._machine.unseen_sessions + len(self._machine.leftovers)

    # --- one version of the file

    def _recorded(self) -> Checkpoint | None:
        """What the state file says, if it is about this upload."""
        found = Checkpoint.load(self._state) if self._state else None
        if found is None:
            return None
        if (found.bucket, found.key, found.endpoint) != (self.bucket, self.key, self._store.endpoint):
            raise UsageError(
                f"{self._state} is of an upload to s3://{found.bucket}/{found.key} at {found.endpoint}, not to "
                f"s3://{self.bucket}/{self.key} at {self._store.endpoint}. Name another state file, or remove this one."
            )
        return found

    def _new_machine(self, recorded: Checkpoint | None, *, anew: bool) -> Machine:
        identity = self._source.identity
        fits = (
            recorded is not None
            and not anew
            and (recorded.size, recorded.mtime_ns) == (identity.size, identity.mtime_ns)
        )
        if recorded is not None and not fits and not anew and self.policy.on_file_change == "stop":
            raise FileChangedError(
                f"{self._path_or_file} changed since its upload began: it had {recorded.size} bytes then and has "
                f"{identity.size} now, or was written to. Remove {self._state} to upload it anew."
            )
        part_size = recorded.part_size if recorded and fits else self.policy.part_size
        machine = Machine(
            Plan.of(self._source.size, part_size),
            self.policy,
            token=recorded.token if recorded and fits else self._token or token_hex(16),
            random=self._random,
            renewable=self._store.renewable,
            upload_id=recorded.upload_id if recorded else None,
            known=dict(recorded.parts) if recorded and fits else None,
        )
        if recorded is not None and not fits:
            machine.start_anew()
        return machine

    def _opened(self) -> Source:
        given = self._path_or_file
        return given if isinstance(given, Source) else Source(given)

    def _file_changed(self) -> bool:
        try:
            self._source.check()
        except InputError:
            return True
        return False

    def _begin_again(self) -> None:
        """Take the file as it now is; nothing that was sent of the old one is used."""
        old = self._machine
        self._source.close()
        self._source = self._opened()
        self._machine = Machine(
            Plan.of(self._source.size, self.policy.part_size),
            self.policy,
            token=token_hex(16),
            random=self._random,
            renewable=self._store.renewable,
            upload_id=old.upload_id,
            refreshes=old.refreshes + 1,
        )
        self._machine.start_anew()
        self._machine.leftovers += old.leftovers

    # --- the driver

    def _drive(self) -> None:
        pool = ThreadPoolExecutor(self.policy.threads, thread_name_prefix="upload")
        running: dict[Future[Any], Command] = {}
        try:
            while not self._machine.finished:
                if self._cancelled.is_set():
                    self._end_cancelled(pool, running)
                for command in self._machine.ready(self.policy.threads - len(running)):
                    running[pool.submit(self._carry_out, command)] = command
                done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(running.pop(future), future)
        except BaseException:
            self._cancelled.set()
            raise
        finally:
            pool.shutdown(wait=not self._cancelled.is_set(), cancel_futures=True)
            self._save(at_once=True)

    def _end_cancelled(self, pool: ThreadPoolExecutor, running: Mapping[Future[Any], Command]) -> None:
        if self._abort_on_cancel and self._machine.upload_id:
            pool.shutdown(cancel_futures=True)  # a part that arrives after the Abort would stay
            self._store.abort(self._machine.upload_id)
            if self._state:
                self._state.unlink(missing_ok=True)
            self._state = None
        self._tell("cancel", "", message="Upload cancelled by user")
        raise UploadCancelledError("The upload was cancelled.")

    def _carry_out(self, command: Command) -> Any:
        """Do one command, in a thread of the pool."""
        if command.delay and self._cancelled.wait(command.delay):
            raise _CancelledWaitError
        store = self._store
        match command.operation:
            case Operation.CREATE:
                return store.create(self._machine.token)
            case Operation.LIST_PARTS:
                return self._proven(store.stored(command.upload_id), command.etags)
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
        return store.send(command.upload_id, command.part.number, partial(self._source.read, command.part))

    def _proven(self, stored: Mapping[int, tuple[str, int]], known: Mapping[int, str]) -> dict[int, str]:
        """The stored parts that hold the file's bytes, by size and the ETag they were sent with, or the right MD5."""
        proven = {}
        plan = self._machine.plan
        for number, (etag, size) in stored.items():
            if number > plan.count or size != plan.part(number).size:
                continue
            if etag == known.get(number) or etag == self._md5(number):
                proven[number] = etag
        return proven

    def _md5(self, number: int) -> str:
        data = self._source.read(self._machine.plan.part(number))
        return hashlib.md5(data, usedforsecurity=False).hexdigest()

    def _take(self, command: Command, future: Future[Any]) -> None:
        """Tell the machine, and whoever listens, what came of a command."""
        if command.operation != RENEW:
            self._attempts += 1
        machine = self._machine
        refreshes = machine.refreshes
        error = future.exception()
        if error is None:
            machine.answered(command, future.result())
            self._parts_sent += command.operation == Operation.UPLOAD_PART
            self._save(at_once=command.operation == Operation.CREATE)  # before anybody hears of it
            self._tell_answer(command, future.result())
        elif isinstance(error, _CancelledWaitError):
            return
        elif isinstance(error, Exception):
            info = verdict_on(error, command)
            step = machine.failed(command, info, retry_after(error))
            self._tell_failure(command, error, info, step)
        else:
            raise error
        if machine.refreshes > refreshes:
            self._tell("refresh", Operation.CREATE, message="Refreshing upload session…")

    # --- events

    def _tell_answer(self, command: Command, answer: Any) -> None:
        machine = self._machine
        match command.operation:
            case Operation.CREATE:
                kind, message = (
                    ("refreshed", "Fresh upload session created")
                    if machine.refreshes
                    else ("create", "Upload session created")
                )
            case Operation.UPLOAD_PART:
                kind, message = "part", "part stored"
            case Operation.LIST_PARTS:
                kind, message = "resume", f"{len(answer)} of {machine.plan.count} parts are stored"
            case Operation.ABORT:
                kind, message = "abort", "Upload session aborted"
            case "Renew":
                kind, message = "renew", "Credentials renewed; the same session goes on"
            case _ if machine.phase is Phase.DONE:
                kind, message = "complete", "Upload completed"
            case _:
                return
        self._tell(
            kind,
            command.operation,
            upload_id=command.upload_id or machine.upload_id or "",
            part_number=command.part.number if command.part else None,
            message=message,
        )

    def _tell_failure(self, command: Command, error: Exception, info: ErrorInfo, step: Step) -> None:
        if step.next is Next.IGNORE:
            return
        self._tell(
            "error",
            command.operation,
            upload_id=command.upload_id,
            part_number=command.part.number if command.part else None,
            code=info.context.service_code
            or ("" if isinstance(getattr(error, "response", None), dict) else type(error).__name__),
            error=info.code.value,
            next=step.next.value,
            message=step.why,
            http_status=info.context.http_status,
        )

    def _tell(self, event: str, operation: str, **fields: Any) -> None:
        told = Event(
            event=event, operation=str(operation), bucket=self.bucket, key=self.key, time=datetime.now(UTC),
            sent=self._machine.sent, size=self._machine.plan.size, **fields,
        )  # fmt: skip
        self._events.append(told)
        if self._on_event is not None:
            self._on_event(told)

    # --- endings and the state file

    def _result(self) -> UploadResult:
        machine = self._machine
        if self._state is not None:
            self._state.unlink(missing_ok=True)
        return UploadResult(
            bucket=self.bucket, key=self.key, etag=machine.etag, size=machine.plan.size, proved=machine.proved,
            upload_id=machine.upload_id or "", attempts=self._attempts, parts_sent=self._parts_sent,
            refreshes=machine.refreshes, leftovers=tuple(machine.leftovers), unseen_sessions=machine.unseen_sessions,
            events=tuple(self._events),
        )  # fmt: skip

    def _stopped(self) -> UploadStoppedError:
        machine = self._machine
        assert machine.stopped_by is not None  # noqa: S101 - a stop has a reason
        why = machine.why or machine.stopped_by.code
        self._tell("limit", "", upload_id=machine.upload_id or "", message=f"Giving up on upload: {why}")
        if self._state is not None and not machine.upload_id:  # there is nothing to go on with
            self._state.unlink(missing_ok=True)
        return UploadStoppedError(
            machine.stopped_by, machine.why, machine.upload_id or "", self._state, tuple(self._events)
        )

    def _save(self, *, at_once: bool) -> None:
        machine = self._machine
        now = time.monotonic()
        if self._state is None or not machine.upload_id or (not at_once and now - self._saved_at < SAVE_EVERY):
            return
        self._saved_at = now
        identity = self._source.identity
        Checkpoint(
            bucket=self.bucket, key=self.key, endpoint=self._store.endpoint, upload_id=machine.upload_id,
            token=machine.token, path=str(self._source.path or ""), part_size=machine.plan.part_size,
            size=identity.size, mtime_ns=identity.mtime_ns, parts=machine.done,
        ).save(self._state)  # fmt: skip
