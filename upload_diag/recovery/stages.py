"""Checkpoints: a file sent in stages, each an object of its own, so that a session's death costs one stage at most.

The stages lie beside the key until the store itself puts them together, with UploadPartCopy; then they are deleted.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

from upload_diag.classifier import classify
from upload_diag.codes import ErrorCode
from upload_diag.errors import UsageError
from upload_diag.recovery.checkpoint import Checkpoint
from upload_diag.recovery.commands import Found
from upload_diag.recovery.events import Event
from upload_diag.recovery.outcome import UploadResult, UploadStoppedError
from upload_diag.recovery.plan import MAX_PART_SIZE, Plan
from upload_diag.recovery.policy import Policy
from upload_diag.recovery.source import FileChangedError, Source
from upload_diag.recovery.store import ENCRYPTION, Renew, S3Store
from upload_diag.recovery.uploader import ResumableUpload
from upload_diag.s3 import listing

__all__ = ["CheckpointedUpload"]

TRIES = 3  # to remove what is no longer needed

# The settings that stages need too, by how their names begin.
_OF_STAGES = ("SSE", "ServerSide", "ExpectedBucketOwner", "RequestPayer")


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a file: their places in it, their keys and their tokens.

    Attributes:
        plan: the stages, as parts of the object to come.
        token: of the upload.
    """

    key: str
    plan: Plan
    token: str

    def key_of(self, number: int) -> str:
        return f"{self.key}.upload-{self.token[:12]}.{number:05}"

    def token_of(self, number: int) -> str:
        return f"{self.token}-{number}"


class AssemblyStore(S3Store):
    """A store whose parts are the stages: it copies them by itself, nothing of the file is sent again."""

    def __init__(self, client: Any, bucket: str, key: str, *, stages: Stages, **options: Any) -> None:
        super().__init__(client, bucket, key, **options)
        self._stages = stages

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        place = self._with(*ENCRYPTION)
        source = {"Bucket": place["Bucket"], "Key": self._stages.key_of(number)}
        source_key = {f"CopySource{name}": place[name] for name in ENCRYPTION if name in place}
        answer = self.client.upload_part_copy(
            **place, **source_key, UploadId=upload_id, PartNumber=number, CopySource=source
        )["CopyPartResult"]
        self._note_checksum(upload_id, number, answer)
        return str(answer["ETag"]).strip('"')


@dataclass(slots=True)
class _Total:
    """What all stages together came to."""

    attempts: int = 0
    parts_sent: int = 0
    refreshes: int = 0
    unseen_sessions: int = 0
    leftovers: tuple[str, ...] = ()
    events: tuple[Event, ...] = field(default_factory=tuple)

    def add(self, result: UploadResult) -> None:
        self.attempts += result.attempts
        self.parts_sent += result.parts_sent
        self.refreshes += result.refreshes
        self.unseen_sessions += result.unseen_sessions
        self.leftovers += result.leftovers
        self.events += result.events


class CheckpointedUpload:
    """As `ResumableUpload`, with a checkpoint after every `every` parts: what lies before one is never sent again.

    The keys of the stages are the key, `.upload-`, an id and a number. A stop keeps them, to be resumed; success
    deletes them. The bucket needs the permissions to read and delete objects, and
    their versions where it keeps them.

    Args:
        every: parts of a stage; together they must have 5 MiB at least and 5 GiB at most.
        options: the other arguments of `ResumableUpload`.

    Raises:
        UsageError: a stage would be too large to be copied.
    """

    def __init__(
        self,
        client: Any,
        bucket: str,
        key: str,
        path_or_file: str | Path | BinaryIO,
        *,
        every: int,
        policy: Policy | None = None,
        state: str | Path | None = None,
        settings: Mapping[str, Any] | None = None,
        renew: Renew | None = None,
        expires: Callable[[], datetime | None] | None = None,
        **options: Any,
    ) -> None:
        self.policy = policy or Policy()
        if every < 1 or every * self.policy.part_size > MAX_PART_SIZE:
            raise UsageError(f"A checkpoint every {every} parts of {self.policy.part_size} bytes: 1 byte to 5 GiB fit.")
        self._client, self._bucket, self._key, self._path_or_file = client, bucket, key, path_or_file
        self._endpoint: str = client.meta.endpoint_url  # the state file's; a renewed client may have another
        self._state = Path(state) if state is not None else None
        self._every, self._settings, self._options = every, dict(settings or {}), options
        self._user_renew = renew
        self._signing: dict[str, Any] = {"renew": self._renewed if renew is not None else None, "expires": expires}

    def _renewed(self, info: Any) -> Any:
        """A fresh client also serves the stages to come."""
        fresh = self._user_renew(info) if self._user_renew is not None else None
        self._client = fresh or self._client
        return fresh

    def run(self, *, anew: bool = False) -> UploadResult:
        """Upload; raises what `ResumableUpload.run` raises. `anew` drops the stages that a state file knows of."""
        recorded = self._recorded()
        if recorded is not None and not recorded.every:  # begun without checkpoints: it ends as it began
            return self._plain().run(anew=anew)
        for begun_again in range(self.policy.max_session_refreshes + 1):
            with closing(Source(self._path_or_file)) as source:
                stages, resumed = self._begin(source, recorded, anew=anew or begun_again > 0)
                try:
                    return self._in_stages(source, stages, resumed=resumed)
                except UploadStoppedError as stopped:
                    if self._state is None:
                        self._remove(stages)  # nothing could go on from them
                    last = begun_again == self.policy.max_session_refreshes
                    restart = self.policy.on_file_change == "restart" and stopped.info.code is ErrorCode.LOCAL_IO
                    if last or not restart:
                        stopped.state = self._state  # not that of the stage it stopped at
                        raise
            recorded = self._recorded()
        raise AssertionError("the last round returns or raises")

    def _in_stages(self, source: Source, stages: Stages, *, resumed: bool) -> UploadResult:
        if stages.plan.count == 1:
            return self._upload(source, stages.token, self.policy, state=self._state)
        total = _Total()
        whole = self._already_there(stages, source.size) if resumed else None
        if whole is None:
            for number in range(1, stages.plan.count + 1):
                self._send(source, stages, number, total, resumed=resumed)
            whole = self._assemble(source, stages, total)
        left = self._remove(stages, for_good=True)
        if self._state is not None:
            self._state.unlink(missing_ok=True)
        total.add(whole)
        return replace(
            whole, attempts=total.attempts, parts_sent=total.parts_sent - stages.plan.count,
            refreshes=total.refreshes, unseen_sessions=total.unseen_sessions, leftovers=(*total.leftovers, *left),
            events=total.events,
        )  # fmt: skip

    def _recorded(self) -> Checkpoint | None:
        return Checkpoint.of_upload(self._state, self._bucket, self._key, self._endpoint)

    def _begin(self, source: Source, recorded: Checkpoint | None, *, anew: bool) -> tuple[Stages, bool]:
        """The stages, and whether some may be there already."""
        if recorded is not None:
            old = self._stages(recorded.size, recorded.part_size, recorded.token, recorded.every)
            same = (recorded.size, recorded.mtime_ns) == (source.size, source.identity.mtime_ns)
            if same and not anew:
                return old, True
            if not anew and self.policy.on_file_change == "stop":
                raise FileChangedError(
                    f"{self._path_or_file} changed since its upload began. Remove {self._state} to upload it anew."
                )
            if self._state is not None and (left := self._remove(old)):
                raise UploadStoppedError(
                    classify(next(iter(left.values()))), "old stages are left", "", self._state, ()
                )
            if self._state is not None:
                self._state.unlink(missing_ok=True)
        part_size, token = Plan.of(source.size, self.policy.part_size).part_size, token_hex(16)
        stages = self._stages(source.size, part_size, token, self._every)
        if self._state is not None and stages.plan.count > 1:
            Checkpoint(
                bucket=self._bucket, key=self._key, endpoint=self._endpoint, upload_id="", token=token,
                path=str(source.path or ""), part_size=part_size, size=source.size, mtime_ns=source.identity.mtime_ns,
                every=self._every,
            ).save(self._state)  # fmt: skip
        return stages, False

    def _stages(self, size: int, part_size: int, token: str, every: int) -> Stages:
        return Stages(self._key, Plan.of(size, part_size * every), token)

    def _state_of(self, stage: int | str) -> Path | None:
        return self._state.with_name(f"{self._state.name}.{stage}") if self._state else None

    @staticmethod
    def _is_there(store: S3Store, token: str, size: int) -> Found | None:
        there = store.probe()
        return there if there is not None and (there.token, there.size) == (token, size) else None

    def _already_there(self, stages: Stages, size: int) -> UploadResult | None:
        """What an earlier run came to that did not get to remove the stages."""
        there = self._is_there(self._store(self._key), stages.token, size)
        if there is None:
            return None
        return UploadResult(
            bucket=self._bucket, key=self._key, etag=there.etag, size=size, upload_id="", proved="token", attempts=1,
            parts_sent=stages.plan.count, refreshes=0, leftovers=(), unseen_sessions=0, events=(),
        )  # fmt: skip

    def _send(self, source: Source, stages: Stages, number: int, total: _Total, *, resumed: bool) -> None:
        """Upload one stage, unless it is there, which its own token and its size prove."""
        key, token, piece = stages.key_of(number), stages.token_of(number), source.piece(stages.plan.part(number))
        settings = {name: value for name, value in self._settings.items() if name.startswith(_OF_STAGES)}
        state = self._state_of(number)
        unrecorded = resumed and not (state and state.exists())
        if unrecorded and self._is_there(self._store(key, settings), token, piece.size) is not None:
            return
        policy = replace(self.policy, max_session_refreshes=self.policy.max_session_refreshes - total.refreshes)
        total.add(self._upload(piece, token, policy, state=state, key=key, settings=settings))

    def _assemble(self, source: Source, stages: Stages, total: _Total) -> UploadResult:
        policy = replace(
            self.policy,
            part_size=stages.plan.part_size,
            max_session_refreshes=self.policy.max_session_refreshes - total.refreshes,
        )
        store = AssemblyStore(
            self._client, self._bucket, self._key, stages=stages, settings=self._settings, **self._signing
        )
        return self._upload(source, stages.token, policy, state=self._state_of("whole"), store=store)

    def _plain(self) -> ResumableUpload:
        return ResumableUpload(
            self._client, self._bucket, self._key, self._path_or_file, policy=self.policy, state=self._state,
            settings=self._settings, **self._signing, **self._options,
        )  # fmt: skip

    def _upload(
        self,
        source: Source,
        token: str,
        policy: Policy,
        *,
        state: Path | None = None,
        key: str | None = None,
        settings: Mapping[str, Any] | None = None,
        store: S3Store | None = None,
    ) -> UploadResult:
        return ResumableUpload(
            store or self._client, self._bucket, key or self._key, source, policy=policy, state=state, token=token,
            settings=self._settings if settings is None else settings, **self._signing, **self._options,
        ).run()  # fmt: skip

    def _remove(self, stages: Stages, *, for_good: bool = False) -> dict[str, Exception]:
        """Delete the stages and end the sessions of those that are not whole; what could not be, and why.

        `for_good` forgets what could not be, too.
        """
        left: dict[str, Exception] = {}
        for number in range(1, stages.plan.count + 1):
            key = stages.key_of(number)
            left |= self._end_sessions(key, self._state_of(number), for_good=for_good)
            left |= self._tried(key, partial(self._delete, key))
        return left | self._end_sessions(self._key, self._state_of("whole"), for_good=for_good)

    def _end_sessions(self, key: str, state: Path | None, *, for_good: bool) -> dict[str, Exception]:
        """Abort what a stage's state file knows of; what could not be aborted."""
        recorded = Checkpoint.load(state) if state is not None else None
        if state is None or recorded is None:
            return {}
        left: dict[str, Exception] = {}
        strays: list[str] = []
        for window in recorded.creates:
            left |= self._tried(key, partial(self._find_strays, key, window, strays))
        for upload_id in filter(None, (recorded.upload_id, *recorded.aborts, *strays)):
            left |= self._tried(upload_id, partial(self._abort, key, upload_id))
        if for_good or not left:
            state.unlink(missing_ok=True)
        return left

    # Each with the client as it is by then: credentials may have been renewed.

    def _delete(self, key: str) -> None:
        answer = self._client.delete_object(Bucket=self._bucket, Key=key)
        if "VersionId" not in answer:
            return
        # A bucket with versions only hid the stage; the key has the upload's token in it, so every version is ours.
        for page in listing(self._client, "list_object_versions", Bucket=self._bucket, Prefix=key):
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                self._client.delete_object(Bucket=self._bucket, Key=each["Key"], VersionId=each["VersionId"])

    def _abort(self, key: str, upload_id: str) -> None:
        self._store(key).abort(upload_id)

    def _find_strays(self, key: str, window: tuple[float, float], found: list[str]) -> None:
        found += self._store(key).strays(*window)

    def _store(self, key: str, settings: Mapping[str, Any] | None = None) -> S3Store:
        chosen = self._settings if settings is None else settings
        return S3Store(self._client, self._bucket, key, settings=chosen, **self._signing)

    def _tried(self, name: str, do: Callable[[], Any]) -> dict[str, Exception]:
        """Do it, up to three times; why it could not be done, under the name. That it is gone already is fine."""
        from botocore.exceptions import BotoCoreError, ClientError

        left: dict[str, Exception] = {}
        for _ in range(TRIES):
            try:
                do()
            except (BotoCoreError, ClientError) as error:
                info = classify(error)
                if info.context.service_code == "NoSuchUpload":
                    return {}
                if info.code is ErrorCode.CREDENTIALS_EXPIRED:
                    self._renewed(info)
                left = {name: error}
            else:
                return {}
        return left
