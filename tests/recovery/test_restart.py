"""The helpers for an application's own loop."""

import pytest
from bench import BUCKET, FAST, object_is, sessions_left, upload

from upload_diag import restart_upload, session_restart_instructions, should_restart_upload
from upload_diag.faults import ExpireSession, Respond
from upload_diag.recovery import CheckpointedUpload, UploadStoppedError

DEAD = "<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>"


@pytest.mark.parametrize(
    ("error", "restart"),
    [
        (DEAD, True),
        ({"errorType": "UPLOAD_SESSION_EXPIRED", "isSessionExpired": True}, True),
        ("An error occurred (NoSuchUpload) when calling the CompleteMultipartUpload operation: gone", True),
        ("An error occurred (ExpiredToken) when calling the UploadPart operation: It has expired.", False),
        ("An error occurred (SlowDown) when calling the UploadPart operation: Slow down.", False),
        ("An error occurred (NoSuchUpload) when calling the AbortMultipartUpload operation: gone", False),
        (None, False),
        (b'{"error": {"code": "NoSuchUpload"}}', True),
        (["upload failed", {"cause": {"Code": "NoSuchUpload"}}], True),
        (RuntimeError("Upload session expired or invalid. UploadId: 2~made-up"), True),
        ({"response": {"status": 404, "data": {"error": {"errorType": "NoSuchUpload"}}}}, True),
        (TimeoutError("timed out"), False),
        (ConnectionResetError(104, "Connection reset by peer"), False),
        ("", False),
        (12, False),
    ],
)  # fmt: skip
def test_only_a_dead_session_asks_for_a_restart(error, restart):
    assert should_restart_upload(error) is restart
    instructions = session_restart_instructions(error)
    assert bool(instructions.steps) is restart
    assert instructions.message


def test_at_complete_the_instructions_begin_with_a_look_at_the_object():
    gone = "An error occurred (NoSuchUpload) when calling the CompleteMultipartUpload operation: gone"
    assert "HeadObject" in session_restart_instructions(gone).steps[0]


def test_a_restart_keeps_metadata_and_settings_and_aborts_the_old_session(server, s3, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    settings = {"ContentType": "video/mp4", "Metadata": {"title": "x"}}
    stopped = upload(s3, file, state=state, settings=settings)
    with pytest.raises(UploadStoppedError) as caught:
        stopped.run()
    server.app.plan.disarm(armed.id)
    result = restart_upload(stopped)
    assert result.upload_id != caught.value.upload_id
    assert object_is(s3, file)
    assert sessions_left(s3) == []
    head = s3.head_object(Bucket=BUCKET, Key="k")
    assert (head["ContentType"], head["Metadata"]["title"]) == ("video/mp4", "x")


def test_a_restart_of_stages_removes_the_old_ones(server, s3, file, tmp_path):
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", nth=8)
    staged = CheckpointedUpload(s3, BUCKET, "k", file, every=3, policy=FAST, state=tmp_path / "state")
    with pytest.raises(UploadStoppedError):
        staged.run()
    server.app.plan.disarm(armed.id)
    restart_upload(staged)
    assert object_is(s3, file)
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["k"]
    assert sessions_left(s3) == []


def test_an_upload_that_used_up_its_sessions_asks_for_a_restart(server, s3, file):
    server.inject(ExpireSession(), operation="UploadPart")
    with pytest.raises(UploadStoppedError) as stopped:
        upload(s3, file).run()
    assert should_restart_upload(stopped.value)
