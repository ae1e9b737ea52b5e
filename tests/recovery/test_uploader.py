"""The uploader against the fault server: one fault at a time, and what comes of it."""

import json
import stat
from dataclasses import replace

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left, upload

from upload_diag import ErrorCode, InputError, UsageError, classify
from upload_diag.faults import (
    Corrupt,
    ExpireCredentials,
    ExpireSession,
    HideEtag,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
)
from upload_diag.recovery import Checkpoint, UploadStoppedError

COMPLETE = "CompleteMultipartUpload"


def times_sent(server, number=None):
    return len(list(server.journal.of("UploadPart", **({} if number is None else {"part_number": number}))))


@pytest.mark.parametrize(
    "fault",
    [
        LoseResponse(),
        LoseResponse(reset=True),
        OkWithError(work=True),
        Corrupt(form="empty"),
        Corrupt(form="cut"),
        Corrupt(form="html"),
        Corrupt(form="binary"),
    ],
    ids=str,
)
def test_a_complete_whose_answer_tells_nothing_is_proved_by_the_token(server, s3, file, fault):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"older")
    server.inject(fault, operation=COMPLETE, times=1)
    result = upload(s3, file).run()
    assert object_is(s3, file)
    assert (result.proved, result.refreshes, times_sent(server)) == ("token", 0, 12)


def test_an_older_object_at_the_key_is_no_success(server, s3, file):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * file.stat().st_size)
    server.inject(ExpireSession(), operation=COMPLETE)
    with pytest.raises(UploadStoppedError, match="session refresh limit reached") as stopped:
        upload(s3, file).run()
    assert stopped.value.info.code is ErrorCode.SESSION_EXPIRED
    assert not object_is(s3, file)


def test_a_session_that_dies_at_complete_is_replaced_and_everything_is_sent_again(server, s3, file):
    server.inject(ExpireSession(), operation=COMPLETE, times=1)
    result = upload(s3, file).run()
    assert object_is(s3, file)
    assert (result.refreshes, times_sent(server)) == (1, 24)


@pytest.mark.parametrize("number", range(1, 13))
def test_expired_credentials_cost_no_part(server, s3, client_of, file, number):
    server.inject(ExpireCredentials(), operation="UploadPart", part_number=number, times=1)
    keys = iter(range(100))
    result = upload(client_of("first"), file, renew=lambda info: client_of(f"t{next(keys)}")).run()
    assert object_is(s3, file)
    assert result.refreshes == 0
    assert result.parts_sent == len([e for e in server.journal.of("UploadPart") if e.status == 200]) == 12


def test_expired_credentials_without_renewal_stop_and_keep_the_session(server, s3, client_of, file, tmp_path):
    state = tmp_path / "state"
    server.inject(ExpireCredentials(), operation="UploadPart", part_number=6, times=1)
    with pytest.raises(UploadStoppedError) as stopped:
        upload(client_of("first"), file, state=state).run()
    assert stopped.value.info.code is ErrorCode.CREDENTIALS_EXPIRED
    assert sessions_left(s3) == [stopped.value.upload_id]
    upload(client_of("second"), file, state=state).run()
    assert object_is(s3, file)
    assert len([e for e in server.journal.of("UploadPart") if e.status == 200]) == 12
    assert not state.exists()


def test_a_part_without_etag_is_looked_up(server, s3, file):
    server.inject(HideEtag(), operation="UploadPart")
    assert upload(s3, file).run().parts_sent == 12
    assert object_is(s3, file)


def test_a_part_damaged_on_its_way_is_sent_again(server, s3, file):
    server.inject(Corrupt(form="request"), operation="UploadPart", part_number=5, times=2)
    upload(s3, file).run()
    assert object_is(s3, file)
    assert times_sent(server, 5) == 3


def test_an_etag_damaged_on_its_way_is_corrected_by_the_list(server, s3, file):
    server.inject(Corrupt(form="bits"), operation="UploadPart", part_number=5, times=1)
    upload(s3, file).run()
    assert object_is(s3, file)
    assert times_sent(server, 5) == 1


def test_a_refusal_to_find_a_live_session_does_not_restart_it(server, s3, file):
    server.inject(Respond("NoSuchUpload"), operation="UploadPart", part_number=1, times=1)
    assert upload(s3, file).run().refreshes == 0
    assert object_is(s3, file)


def test_parts_that_are_too_small_are_cut_anew(server, s3, file, monkeypatch):
    monkeypatch.setattr("upload_diag.recovery.plan.MIN_PART_SIZE", 4 * PART)
    monkeypatch.setattr("upload_diag.faults.uploads.MIN_PART_SIZE", 4 * PART)
    result = upload(s3, file).run()
    assert object_is(s3, file)
    assert (result.refreshes, result.etag[-2:]) == (1, "-3")
    assert sessions_left(s3) == []


def test_a_longer_retry_after_than_the_policy_allows_stops_the_upload(server, s3, file):
    server.inject(Respond("SlowDown", retry_after=3600), operation="UploadPart")
    with pytest.raises(UploadStoppedError, match="asked to wait 3600 s"):
        upload(s3, file).run()


def test_a_stop_before_there_is_a_session_says_too_what_to_resume_from(tmp_path):
    info = classify("read ECONNRESET")  # at Create, which may have made a session all the same
    assert str(UploadStoppedError(info, "", "", tmp_path / "state", ())).endswith(
        f". Resume from {tmp_path / 'state'}."
    )
    assert "esume" not in str(UploadStoppedError(info, "", "", None, ()))


def test_a_stop_says_what_the_client_found_wrong_where_no_code_of_the_store_names_it(s3, file):
    with pytest.raises(UploadStoppedError, match=r"INVALID_REQUEST.* \(ParamValidationError: .*Non ascii characters"):
        upload(s3, file, settings={"Metadata": {"name": "ö"}}).run()


def test_a_permission_that_is_missing_keeps_the_session_and_says_how_to_go_on(server, s3, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError, match=r"resume from .*state") as stopped:
        upload(s3, file, state=state).run()
    assert stopped.value.info.action_required == "FIX_PERMISSIONS"
    server.app.plan.disarm(armed.id)
    upload(s3, file, state=state).run()
    assert object_is(s3, file)
    assert sessions_left(s3) == []


def test_the_state_file_is_private_and_holds_no_secret(server, s3, file, tmp_path):
    state = tmp_path / "state"
    server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(server.client(aws_secret_access_key="geheim", aws_session_token="geheimer"), file, state=state).run()
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert "geheim" not in state.read_text()
    assert Checkpoint.load(state).key == "k"


def test_a_file_that_changed_since_is_refused_or_begun_anew(server, s3, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=state).run()
    server.app.plan.disarm(armed.id)
    file.write_bytes(b"another version")
    with pytest.raises(InputError, match="changed since its upload began"):
        upload(s3, file, state=state).run()
    result = upload(s3, file, state=state, policy=replace(FAST, on_file_change="restart")).run()
    assert object_is(s3, file)
    assert result.parts_sent == 1
    assert sessions_left(s3) == []


def test_a_state_file_of_another_upload_is_refused(server, s3, file, tmp_path):
    state = tmp_path / "state"
    server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=state).run()
    with pytest.raises(UsageError, match="is of an upload to s3://bkt/k at"):
        upload(s3, file, state=state, key="other").run()


def test_an_empty_file_is_uploaded(server, s3, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    assert upload(s3, empty).run().size == 0
    assert object_is(s3, empty)


def test_an_open_file_is_uploaded(server, s3, file):
    with file.open("rb") as stream:
        upload(s3, stream).run()
        assert not stream.closed
    assert object_is(s3, file)


def test_a_network_that_is_down_stops_the_upload_with_the_exit_code_of_an_unreachable_store(server, s3, file):
    server.inject(Reset(), operation="UploadPart")
    with pytest.raises(UploadStoppedError, match="NETWORK") as stopped:
        upload(s3, file).run()
    assert stopped.value.exit_code == 4


def test_every_event_is_a_line_of_json_with_the_names_of_opentelemetry(server, s3, file):
    server.inject(ExpireSession(), operation="UploadPart", part_number=6, times=1)
    told = []
    upload(s3, file, on_event=told.append).run()
    lines = [json.loads(event.to_json()) for event in told]
    assert lines[0]["event"] == "create"
    assert lines[-1]["event"] in ("complete", "abort")
    died = next(line for line in lines if line["event"] == "error")
    assert (died["error.code"], died["aws.s3.bucket"], died["aws.s3.key"]) == ("NoSuchUpload", BUCKET, "k")
    assert died["aws.s3.upload_id"] == lines[0]["aws.s3.upload_id"]
