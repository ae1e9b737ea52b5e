"""Faults, crashes, new credentials and new versions of the file in any order.

Never a wrong success, always an end, and after a success nothing is left that the result does not name.
"""

import random
import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
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
from upload_diag.recovery import CheckpointedUpload, UploadStoppedError
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
    "UploadPartCopy", "DeleteObject", "ListMultipartUploads",
])  # fmt: skip
POLICY = replace(FAST, backoff_base=0, max_attempts=3)
REQUESTS = 400  # more than the worst run may need: three sessions, every request tried three times


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
        self.version, self.token = 0, 0
        self.named = set()  # what earlier results said they could not remove
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

    @rule(
        crash_at=st.none() | st.integers(1, 12),
        on_change=st.sampled_from(["stop", "restart"]),
        every=st.sampled_from([None, None, 2]),
    )
    def run_upload(self, crash_at, on_change, every):
        self.seen, before = 0, self.server.journal.last
        options = {
            "policy": replace(POLICY, on_file_change=on_change), "state": self.state, "renew": self.renew,
            "on_event": lambda _: self.crash(crash_at),
        }  # fmt: skip
        client = self.client_of(f"m{self.token}")
        running = (
            CheckpointedUpload(client, BUCKET, "k", self.file, every=every, **options)
            if every
            else upload(client, self.file, **options)
        )
        result = None
        try:
            result = running.run()
        except CrashError:
            self.bring_back()
        except (UploadStoppedError, FileChangedError):
            pass
        assert self.server.journal.last - before < REQUESTS
        if result is not None:
            self.server.app.plan.clear()
            self.check(result)

    def check(self, result):
        assert object_is(self.s3, self.file)
        assert list(self.folder.glob("state*")) == []
        there = {each["Key"] for each in self.s3.list_objects_v2(Bucket=BUCKET)["Contents"]} - {"k"}
        left = {*sessions_left(self.s3), *there} - self.named
        assert len(left - set(result.leftovers)) <= result.unseen_sessions
        self.named |= left

    def renew(self, _):
        self.token += 1
        return self.client_of(f"m{self.token % 50}")

    def crash(self, at):
        self.seen += 1
        if self.seen == at:
            shutil.rmtree(self.copy, ignore_errors=True)
            self.copy.mkdir()
            for state in self.folder.glob("state*"):
                shutil.copy2(state, self.copy)
            raise CrashError

    def bring_back(self):
        """The state files as they were at the crash, once all that was on its way has arrived."""
        for thread in threading.enumerate():
            if thread.name.startswith("upload"):
                thread.join()
        for state in self.folder.glob("state*"):
            state.unlink()
        for state in self.copy.iterdir():
            shutil.copy2(state, self.folder)

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


@pytest.mark.usefixtures("small_parts")
def test_no_order_of_events_makes_a_wrong_success(shared_server, s3, client_of):
    Uploads.server, Uploads.s3, Uploads.client_of = shared_server, s3, staticmethod(client_of)
    run_state_machine_as_test(
        Uploads,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
