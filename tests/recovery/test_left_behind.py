"""Nothing is left behind: sessions that nobody was told of, sessions that were given up, stages."""

import os
import random
import shutil
import threading
from dataclasses import replace
from itertools import count

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left, upload

from upload_diag import ErrorCode
from upload_diag.faults import Corrupt, Delay, ExpireSession, LoseResponse, Respond, Truncate
from upload_diag.recovery import CheckpointedUpload, UploadCancelledError, UploadStoppedError


class CrashError(BaseException):
    """Ends a run where a kill -9 would."""


def crash_at(moment, state, monkeypatch):
    """From the nth writing of the state file on, nothing is written any more; then the run ends."""
    from upload_diag.recovery.checkpoint import Checkpoint

    written, save = count(1), Checkpoint.save

    def dying(self, path):
        if next(written) >= moment:
            raise CrashError
        save(self, path)

    monkeypatch.setattr(Checkpoint, "save", dying)


@pytest.mark.parametrize("lost", [LoseResponse(), LoseResponse(reset=True), Truncate(at_byte=10)], ids=str)
def test_a_session_whose_id_never_arrived_is_found_and_ended(server, s3, file, lost):
    server.inject(lost, operation="CreateMultipartUpload", times=2)
    result = upload(s3, file).run()
    assert object_is(s3, file)
    assert (result.unseen_sessions, result.leftovers, sessions_left(s3)) == (0, (), [])


@pytest.mark.parametrize("refusal", [Respond("AccessDenied"), Corrupt(form="empty"), Corrupt(form="html")], ids=str)
def test_it_is_counted_where_sessions_are_not_listed(server, s3, file, refusal):
    server.inject(LoseResponse(), operation="CreateMultipartUpload", times=1)
    server.inject(refusal, operation="ListMultipartUploads")
    result = upload(s3, file).run()
    server.app.plan.clear()
    assert (result.unseen_sessions, len(sessions_left(s3))) == (1, 1)


def test_sessions_of_others_are_left_alone(server, s3, file):
    place = {"Bucket": BUCKET, "Key": "k"}
    at_work = s3.create_multipart_upload(**place)["UploadId"]
    s3.upload_part(**place, UploadId=at_work, PartNumber=1, Body=b"x")
    elsewhere = s3.create_multipart_upload(Bucket=BUCKET, Key="k2")["UploadId"]
    server.inject(LoseResponse(), operation="CreateMultipartUpload", times=1)
    upload(s3, file).run()
    assert set(sessions_left(s3)) == {at_work, elsewhere}


def test_an_answer_without_content_does_not_show_that_a_session_has_no_parts(server, s3, file):
    place = {"Bucket": BUCKET, "Key": "k"}
    at_work = s3.create_multipart_upload(**place)["UploadId"]
    s3.upload_part(**place, UploadId=at_work, PartNumber=1, Body=b"x")
    server.inject(LoseResponse(), operation="CreateMultipartUpload", times=1)
    server.inject(Corrupt(form="empty"), operation="ListParts", upload_id=at_work)
    result = upload(s3, file).run()
    assert at_work in sessions_left(s3)
    assert result.unseen_sessions == 1


def test_a_session_that_began_at_another_time_is_left_alone(server, s3, file, monkeypatch):
    earlier = s3.create_multipart_upload(Bucket=BUCKET, Key="k")["UploadId"]
    monkeypatch.setattr("upload_diag.recovery.store._TOLERANCE", -0.001)
    server.inject(Delay(seconds=0.01), operation="CreateMultipartUpload")
    upload(s3, file).run()
    assert sessions_left(s3) == [earlier]


def test_a_crash_between_create_and_its_note_leaves_nothing(server, s3, file, tmp_path, monkeypatch):
    state = tmp_path / "state"
    with monkeypatch.context() as patch:
        crash_at(2, state, patch)  # the first writing comes before Create, the second is to note the id
        with pytest.raises(CrashError):
            upload(s3, file, state=state).run()
    assert len(sessions_left(s3)) == 1
    result = upload(s3, file, state=state).run()
    assert object_is(s3, file)
    assert (result.unseen_sessions, sessions_left(s3), state.exists()) == (0, [], False)


def test_a_session_that_was_given_up_before_a_crash_is_aborted_after_it(server, s3, file, tmp_path):
    state, kept = tmp_path / "state", tmp_path / "kept"
    server.inject(Respond("ConditionalRequestConflict"), operation="CompleteMultipartUpload", times=1)
    armed = server.inject(Respond("InternalError"), operation="AbortMultipartUpload")

    def crash(event):
        if event.event == "refreshed":
            shutil.copyfile(state, kept)
            raise CrashError

    with pytest.raises(CrashError):
        upload(s3, file, state=state, on_event=crash).run()
    shutil.copyfile(kept, state)
    server.app.plan.disarm(armed.id)
    assert len(sessions_left(s3)) == 2
    upload(s3, file, state=state).run()
    assert object_is(s3, file)
    assert sessions_left(s3) == []


def test_the_abort_waits_for_parts_that_are_on_their_way(server, s3, file):
    server.inject(Delay(seconds=0.2), operation="UploadPart", part_number=11, times=1)
    server.inject(Respond("EntityTooSmall"), operation="UploadPart", part_number=12, times=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("upload_diag.recovery.plan.MIN_PART_SIZE", 2 * PART)
        upload(s3, file).run()
    told = [(entry.operation, entry.part_number) for entry in server.journal.since(0)]
    assert told.index(("AbortMultipartUpload", None)) > told.index(("UploadPart", 11))
    assert object_is(s3, file)


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_a_cancel_with_abort_leaves_nothing_wherever_it_comes(server, s3, file, tmp_path, operation):
    server.inject(Delay(seconds=0.3), operation=operation)
    running = upload(s3, file, state=tmp_path / "state")
    threading.Timer(0.2, running.cancel, kwargs={"abort": True}).start()
    try:
        running.run()
    except UploadCancelledError:
        assert sessions_left(s3) == []
        assert list(tmp_path.glob("state*")) == []


# --- one version of the file


def same_look(file, data):
    """Other bytes; size and time of change as before."""
    stat = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.fixture
def stopped_half_way(server, s3, file, tmp_path):
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=tmp_path / "state").run()
    server.app.plan.disarm(armed.id)
    return tmp_path / "state"


def test_a_file_that_only_looks_the_same_is_found_out(server, s3, file, stopped_half_way):
    same_look(file, random.Random(2).randbytes(file.stat().st_size))
    with pytest.raises(UploadStoppedError, match="has other bytes, although size and time") as stopped:
        upload(s3, file, state=stopped_half_way).run()
    assert stopped.value.info.code is ErrorCode.LOCAL_IO
    upload(s3, file, state=stopped_half_way, policy=replace(FAST, on_file_change="restart")).run()
    assert object_is(s3, file)
    assert sessions_left(s3) == []


def test_a_file_that_is_the_same_goes_on(server, s3, file, stopped_half_way):
    same_look(file, file.read_bytes())
    upload(s3, file, state=stopped_half_way).run()
    assert object_is(s3, file)
    assert len([entry for entry in server.journal.of("UploadPart") if entry.status == 200]) == 12


# --- stages


def staged(client, file, **options):
    return CheckpointedUpload(client, BUCKET, "k", file, every=3, policy=FAST, **options)


def keys(client):
    return [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


@pytest.mark.parametrize("moment", range(1, 17))
def test_stages_leave_nothing_after_a_crash_at_any_writing_of_a_state(server, s3, file, tmp_path, monkeypatch, moment):
    state = tmp_path / "state"
    with monkeypatch.context() as patch:
        crash_at(moment, state, patch)
        with pytest.raises(CrashError):
            staged(s3, file, state=state).run()
    staged(s3, file, state=state).run()
    assert object_is(s3, file)
    assert (keys(s3), sessions_left(s3), list(tmp_path.glob("state*"))) == (["k"], [], [])


@pytest.mark.parametrize("operation", ["UploadPart", "UploadPartCopy"])
def test_stages_of_another_version_of_the_file_are_removed(server, s3, file, tmp_path, operation):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation=operation, nth=5 if operation == "UploadPart" else 2)
    with pytest.raises(UploadStoppedError):
        staged(s3, file, state=state).run()
    server.app.plan.disarm(armed.id)
    file.write_bytes(random.Random(3).randbytes(9 * PART))
    again = CheckpointedUpload(
        s3, BUCKET, "k", file, every=3, policy=replace(FAST, on_file_change="restart"), state=state
    )
    again.run()
    assert object_is(s3, file)
    assert (keys(s3), sessions_left(s3), list(tmp_path.glob("state*"))) == (["k"], [], [])


def test_stages_that_nothing_could_go_on_from_are_removed(server, s3, file):
    server.inject(Respond("AccessDenied"), operation="UploadPartCopy")
    with pytest.raises(UploadStoppedError):
        staged(s3, file).run()
    assert keys(s3) == []


def test_a_state_file_says_itself_whether_there_are_stages(server, s3, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", nth=5)
    with pytest.raises(UploadStoppedError):
        staged(s3, file, state=state).run()
    server.app.plan.disarm(armed.id)
    upload(s3, file, state=state).run()
    assert (object_is(s3, file), keys(s3), sessions_left(s3)) == (True, ["k"], [])
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", nth=5)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=state).run()
    server.app.plan.disarm(armed.id)
    before = len(list(server.journal.of("UploadPart")))
    staged(s3, file, state=state).run()
    assert (object_is(s3, file), keys(s3), sessions_left(s3)) == (True, ["k"], [])
    assert len(list(server.journal.of("UploadPart"))) - before < 12


def test_a_dead_session_of_a_stage_does_not_cost_the_others(server, s3, file):
    server.inject(ExpireSession(), operation="UploadPart", key="*.00003", part_number=2, times=1)
    assert staged(s3, file).run().refreshes == 1
    assert len([entry for entry in server.journal.of("UploadPart") if entry.status == 200]) <= 15
