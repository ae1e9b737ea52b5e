"""Faults, crashes, new credentials and new versions of the file in any order: never a wrong success, always an end."""

import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import BUCKET, FAST, PART, object_is, sessions_left, upload
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from upload_diag.faults import (
    Corrupt,
    ExpireCredentials,
    ExpireSession,
    HideEtag,
    HttpPage,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
    Truncate,
)
from upload_diag.recovery import UploadStoppedError
from upload_diag.recovery.source import FileChangedError

FAULTS = st.sampled_from([
    ExpireSession(), ExpireCredentials(), LoseResponse(), LoseResponse(reset=True), OkWithError(),
    OkWithError(work=True), Reset(), Reset(at_byte=100), HideEtag(), HttpPage(status=502), Truncate(),
    Corrupt(form="bits"), Corrupt(form="request"), Corrupt(form="html"),
    *map(Respond, ("SlowDown", "InternalError", "InvalidPart", "AccessDenied", "NoSuchUpload", "EntityTooSmall")),
    Respond("ConditionalRequestConflict"),
])  # fmt: skip
OPERATIONS = st.sampled_from([
    "CreateMultipartUpload", "UploadPart", "ListParts", "CompleteMultipartUpload", "HeadObject", "AbortMultipartUpload",
])  # fmt: skip
POLICY = replace(FAST, backoff_base=0, max_attempts=3)


class CrashError(BaseException):
    """Ends the run where a kill -9 would: whatever the uploader does afterwards is undone."""


class Uploads(RuleBasedStateMachine):
    """One file, one key, one state file, and everything that may come between."""

    server = s3 = client_of = None  # set by the test

    @initialize()
    def begin(self):
        self.server.reset()
        self.s3.create_bucket(Bucket=BUCKET)
        self.folder = Path(tempfile.mkdtemp())
        self.file, self.state, self.copy = (self.folder / name for name in ("file", "state", "copy"))
        self.version, self.token, self.unseen = 0, 0, 0
        self.kept = set()  # sessions that a crash may have made without noting them
        self.versions = set()
        self.change_file(4)

    @rule(parts=st.integers(0, 5))
    def change_file(self, parts):
        self.version += 1
        self.file.write_bytes(random.Random(self.version).randbytes(parts * PART + 17 * (parts % 2)))
        self.versions.add(self.file.read_bytes())

    @rule(fault=FAULTS, operation=OPERATIONS, nth=st.integers(1, 6), times=st.integers(1, 4))
    def break_something(self, fault, operation, nth, times):
        self.server.inject(fault, operation=operation, nth=nth, times=times)

    @rule()
    def mend(self):
        self.server.app.plan.clear()

    @rule()
    def sessions_die(self):
        self.server.expire()

    @rule(crash_at=st.none() | st.integers(1, 12), on_change=st.sampled_from(["stop", "restart"]))
    def run_upload(self, crash_at, on_change):
        self.seen, result = 0, None
        running = upload(
            self.client_of(f"m{self.token}"),
            self.file,
            policy=replace(POLICY, on_file_change=on_change),
            state=self.state,
            renew=self.renew,
            on_event=lambda _: self.crash(crash_at),
        )
        try:
            result = running.run()
        except CrashError:
            shutil.copyfile(self.copy, self.state) if self.copy.exists() else self.state.unlink(missing_ok=True)
            self.unseen += 1 + running.unseen_sessions
        except UploadStoppedError:
            self.unseen += running.unseen_sessions
        except FileChangedError:
            self.state.unlink()
            self.unseen += 1
        if result is not None:
            self.server.app.plan.clear()
            assert object_is(self.s3, self.file)
            assert not self.state.exists()
            self.unseen += result.unseen_sessions + len(result.leftovers)
            assert len(sessions_left(self.s3)) <= self.unseen

    def renew(self, _):
        self.token += 1
        return self.client_of(f"m{self.token % 50}")

    def crash(self, at):
        self.seen += 1
        if self.seen == at:
            self.copy.unlink(missing_ok=True)
            if self.state.exists():
                shutil.copyfile(self.state, self.copy)
            raise CrashError

    @invariant()
    def what_is_at_the_key_is_a_whole_version_of_the_file(self):
        if not hasattr(self, "folder"):
            return
        armed = self.server.app.plan
        if armed.all():
            return
        try:
            body = self.s3.get_object(Bucket=BUCKET, Key="k")["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return
        assert body in self.versions

    def teardown(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def test_no_order_of_events_makes_a_wrong_success(shared_server, s3, client_of):
    Uploads.server, Uploads.s3, Uploads.client_of = shared_server, s3, staticmethod(client_of)
    run_state_machine_as_test(
        Uploads,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
