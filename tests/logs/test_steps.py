"""What steps of an upload are called, by loggers of many habits."""

import json

import pytest

from upload_diag.analysis import analyze
from upload_diag.logs.events import literals, read_event
from upload_diag.logs.markers import Event
from upload_diag.logs.steps import read_step

NAMES = {
    Event.CREATE: ["didCreateUpload", "multipart_upload_initiated", "upload-created", "UPLOAD/CREATE_SUCCESS"],
    Event.PART: ["didUploadPart", "onPartUploaded", "part-stored", "part_upload_succeeded", "UPLOAD/PART_SUCCESS"],
    Event.RETRY: ["willRetryPart", "PartRetryScheduled", "part-retry", "part_upload_retrying", "trying part 3 again"],
    Event.EXPIRED: ["didExpireSession", "onSessionExpired", "upload_session_lost", "SessionNoLongerValid"],
    Event.REFRESH: [
        "willRefreshSession",
        "SessionRefreshRequested",
        "renewing_upload_session",
        "session-refresh-start",
    ],
    Event.REFRESHED: [
        "onSessionRefreshed",
        "session-refresh-done",
        "upload_session_renewed",
        "Got a new session",
        "new session in use",
    ],
    Event.REFRESH_FAILED: ["didFailToRefreshSession", "session-refresh-error", "No fresh session obtained"],
    Event.RESTART: [
        "willRestartUpload",
        "restarting_upload_from_scratch",
        "upload starts again from part 1",
        "onRestart",
    ],
    Event.RESTARTED: ["UploadRestarted", "upload_reinitiated", "UPLOAD/RESTART_SUCCESS", "upload started again"],
    Event.COMPLETING: ["CompletionRequested", "finalizing_upload", "complete-error", "All chunks sent, assembling"],
    Event.COMPLETE: [
        "didCompleteUpload",
        "onFinalizeSuccess",
        "uploadCompleted",
        "upload_finalized",
        "Upload of a.mp4 is complete",
    ],
    Event.ABORT: [
        "MultipartUploadAborted",
        "didAbortUpload",
        "upload-abort",
        "dropped multipart upload",
        "UPLOAD/ABORT_SUCCESS",
    ],
    Event.CANCEL: ["UploadCancelledByUser", "upload-cancel", "The user stopped the upload"],
    Event.LIMIT: ["RetryLimitReached", "didExhaustRetries", "max_retries_exceeded", "give-up", "no retries left"],
    None: [
        "PartUploadFailed",
        "createUpload",
        "completeUpload",
        "TokenExpired",
        "saved a.json",
        "file opened by a colleague",
        "started",
        "file deleted",
        "object created",
        "file opened",
        "object expired",
        "client closed",
        "session closed",
        "request completed",
        "user session expired",
    ],
}
PAIRS = [
    ({"action": "upload_part", "status": "ok"}, Event.PART),
    ({"action": "upload_part", "status": "error"}, None),
    ({"action": "complete_upload", "status": "start"}, Event.COMPLETING),
    ({"step": "session", "state": "refreshed"}, Event.REFRESHED),
    ({"step": "credentials", "state": "refreshed"}, None),
    ({"message": "upload event", "action": "refresh_session", "status": "ok"}, Event.REFRESHED),
]


@pytest.mark.parametrize(("event", "name"), [(event, name) for event, names in NAMES.items() for name in names])
def test_a_name_tells_the_step(event, name):
    lines = () if "/" in name else (name, f"2026-11-22 10:00:00,123 INFO  [uploads] {name} upload=x7")
    for text in (*lines, json.dumps({"event": name})):
        row = read_step(text)
        assert (row and row.event) == event, text


@pytest.mark.parametrize(("fields", "event"), PAIRS)
def test_two_fields_tell_a_step_together(fields, event):
    row = read_event(json.dumps(fields))
    assert (row and row.event) == event


def test_a_call_is_no_step_that_was_taken():
    assert read_step("12:00:01 completeMultipartUpload({ Bucket: 'films' })") is None


@pytest.mark.parametrize(
    "name", ["onPartUploaded", "upload finalised", "uploadCompleted", "onSessionRefreshed", "uploadCancelled"]
)
def test_a_name_written_as_one_word_is_found_without_an_id(name):
    assert any(literal in name.lower() for literal in literals())


def test_an_upload_is_known_by_the_name_that_its_application_gives_it(tmp_path):
    lines = []
    for second, name in enumerate(("didCreateUpload", "didUploadPart", "didUploadPart", "didCompleteUpload")):
        for number in (1, 2):
            one = {"time": f"2026-11-22T10:00:0{second}Z", "transferId": f"5f1d3a{number}2-0000-4000-8000-000000000000"}
            lines.append(json.dumps({**one, "type": name, "partNumber": second}))
    log = tmp_path / "app.ndjson"
    log.write_text("\n".join(lines))
    assert [str(session.outcome) for session in analyze([str(log)]).sessions] == ["completed", "completed"]


def test_lines_of_several_uploads_that_are_named_by_their_application_are_told_apart(tmp_path):
    lines = []
    for step in ("opened upload", "part 1 done", "part 2 done", "part 3 done", "finished upload"):
        lines += [f"10:00:00 INFO {step} upload=5f1d3a{number:02}-0000-4000-8000-000000000000" for number in range(40)]
    log = tmp_path / "worker.log"
    log.write_text("\n".join(lines))
    sessions = analyze([str(log)]).sessions
    assert [(str(session.outcome), session.parts) for session in sessions] == [("completed", 3)] * 40
