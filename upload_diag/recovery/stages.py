"""Checkpoints: a file sent in stages, each an object of its own, so that a session's death costs one stage at most.

The stages lie beside the key until the store itself puts them together, with UploadPartCopy; then they are deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any

from upload_diag.errors import UsageError
from upload_diag.recovery.checkpoint import Checkpoint
from upload_diag.recovery.events import Event
from upload_diag.recovery.outcome import UploadResult
from upload_diag.recovery.plan import MAX_PART_SIZE, Plan
from upload_diag.recovery.policy import Policy
from upload_diag.recovery.source import FileChangedError, Source
from upload_diag.recovery.store import Renew, S3Store
from upload_diag.recovery.uploader import ResumableUpload

__all__ = ["CheckpointedUpload"]


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
        source = {"Bucket": self._place["Bucket"], "Key": self._stages.key_of(number)}
        answer = self._client.upload_part_copy(**self._with(), UploadId=upload_id, PartNumber=number, CopySource=source)
        return str(answer["CopyPartResult"]["ETag"]).strip('"')


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
    deletes them. The bucket needs the permissions to read and delete objects.

    Args:
        every: parts of a stage; together they must have 5 MiB at least and 5 GiB at most.

    Raises:
        UsageError: a stage would be too large to be copied.
    """

    def __init__(
        self,
        client: Any,
        bucket: str,
        key: str,
        path: str | Path,
        *,
        every: int,
        policy: Policy | None = None,
        state: str | Path | None = None,
        on_event: Callable[[Event], None] | None = None,
        settings: Mapping[str, Any] | None = None,
        renew: Renew | None = None,
        random: Random | None = None,
    ) -> None:
        self.policy = policy or Policy()
        if every < 1 or every * self.policy.part_size > MAX_PART_SIZE:
            raise UsageError(f"A checkpoint every {every} parts of {self.policy.part_size} bytes: 1 byte to 5 GiB fit.")
        self._client, self._bucket, self._key, self._path, self._every = client, bucket, key, Path(path), every
        self._state = Path(state) if state is not None else None
        self._on_event, self._settings, self._random = on_event, dict(settings or {}), random
        self._user_renew = renew
        self._renew = self._renewed if renew is not None else None

    def _renewed(self, info: Any) -> Any:
        """A fresh client also serves the stages to come."""
        fresh = self._user_renew(info) if self._user_renew is not None else None
        self._client = fresh or self._client
        return fresh

    def run(self) -> UploadResult:
        """Upload; raises what `ResumableUpload.run` raises."""
        source = Source(self._path)
        try:
            stages, resumed = self._begin(source)
            if stages.plan.count == 1:
                return self._upload(source, stages.token, self.policy, state=self._state)
            total = _Total()
            for number in range(1, stages.plan.count + 1):
                self._send(source, stages, number, total, resumed=resumed)
            whole = self._assemble(source, stages, total)
            left = self._remove(stages)
            if self._state is not None:
                self._state.unlink(missing_ok=True)
            total.add(whole)
            return replace(
                whole, attempts=total.attempts, parts_sent=total.parts_sent - stages.plan.count,
                refreshes=total.refreshes, unseen_sessions=total.unseen_sessions, leftovers=(*total.leftovers, *left),
                events=total.events,
            )  # fmt: skip
        finally:
            source.close()

    def _begin(self, source: Source) -> tuple[Stages, bool]:
        """The stages, and whether some may be there already."""
        recorded = Checkpoint.load(self._state) if self._state else None
        if recorded is not None and (recorded.size, recorded.mtime_ns) != (source.size, source.identity.mtime_ns):
            if self.policy.on_file_change == "stop":
                raise FileChangedError(
                    f"{self._path} changed since its upload began. Remove {self._state} to upload it anew."
                )
            self._remove(self._stages(recorded.size, recorded.part_size, recorded.token))
            recorded = None
        if recorded is not None and (recorded.bucket, recorded.key) != (self._bucket, self._key):
            raise UsageError(f"{self._state} is of an upload to s3://{recorded.bucket}/{recorded.key}. Name another.")
        if recorded is None:
            part_size, token = Plan.of(source.size, self.policy.part_size).part_size, token_hex(16)
        else:
            part_size, token = recorded.part_size, recorded.token
        stages = self._stages(source.size, part_size, token)
        if self._state is not None and recorded is None and stages.plan.count > 1:
            Checkpoint(
                bucket=self._bucket, key=self._key, endpoint=self._client.meta.endpoint_url, upload_id="", token=token,
                path=str(source.path), part_size=part_size, size=source.size, mtime_ns=source.identity.mtime_ns,
            ).save(self._state)  # fmt: skip
        return stages, recorded is not None

    def _stages(self, size: int, part_size: int, token: str) -> Stages:
        return Stages(self._key, Plan.of(size, part_size * self._every), token)

    def _send(self, source: Source, stages: Stages, number: int, total: _Total, *, resumed: bool) -> None:
        """Upload one stage, unless it is there, which its own token and its size prove."""
        key, token, piece = stages.key_of(number), stages.token_of(number), source.piece(stages.plan.part(number))
        state = self._state.with_name(f"{self._state.name}.{number}") if self._state else None
        if resumed and not (state and state.exists()):
            there = S3Store(self._client, self._bucket, key, renew=self._renew).probe()
            if there is not None and (there.token, there.size) == (token, piece.size):
                return
        policy = replace(self.policy, max_session_refreshes=self.policy.max_session_refreshes - total.refreshes)
        settings = {name: value for name, value in self._settings.items() if name.startswith(("SSE", "ServerSide"))}
        total.add(self._upload(piece, token, policy, state=state, key=key, settings=settings))

    def _assemble(self, source: Source, stages: Stages, total: _Total) -> UploadResult:
        policy = replace(
            self.policy,
            part_size=stages.plan.part_size,
            max_session_refreshes=self.policy.max_session_refreshes - total.refreshes,
        )
        store = AssemblyStore(
            self._client, self._bucket, self._key, stages=stages, settings=self._settings, renew=self._renew
        )
        return self._upload(source, stages.token, policy, state=None, store=store)

    def _upload(
        self,
        source: Source,
        token: str,
        policy: Policy,
        *,
        state: Path | None,
        key: str | None = None,
        settings: Mapping[str, Any] | None = None,
        store: S3Store | None = None,
    ) -> UploadResult:
        return ResumableUpload(
            store or self._client,
            self._bucket,
            key or self._key,
            source,
            policy=policy,
            state=state,
            on_event=self._on_event,
            settings=self._settings if settings is None else settings,
            renew=self._renew,
            random=self._random,
            token=token,
        ).run()

    def _remove(self, stages: Stages) -> list[str]:
        """Delete the stages; the keys of those that could not be."""
        from botocore.exceptions import BotoCoreError, ClientError

        left = []
        for number in range(1, stages.plan.count + 1):
            try:
                self._client.delete_object(Bucket=self._bucket, Key=stages.key_of(number))
            except (BotoCoreError, ClientError):
                left.append(stages.key_of(number))
        return left
