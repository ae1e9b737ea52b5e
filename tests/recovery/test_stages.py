"""Checkpoints: what lies before one is never sent again."""

import random

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left

from upload_diag import UsageError
from upload_diag.faults import ExpireSession, LoseResponse, Respond
from upload_diag.recovery import CheckpointedUpload, UploadStoppedError


@pytest.fixture
def long_file(tmp_path):
    """A hundred parts."""
    path = tmp_path / "long.bin"
    path.write_bytes(random.Random(100).randbytes(100 * PART))
    return path


def staged(client, file, **options):
    return CheckpointedUpload(client, BUCKET, "k", file, every=20, policy=FAST, **options)


def keys(client):
    return [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def parts_received(server):
    return len([entry for entry in server.journal.of("UploadPart") if entry.status == 200])


def test_a_session_that_dies_at_part_90_of_100_costs_the_parts_since_the_last_checkpoint(server, s3, long_file):
    server.inject(ExpireSession(), operation="UploadPart", key="*.00005", part_number=10, times=1)
    result = staged(s3, long_file).run()
    assert object_is(s3, long_file)
    assert result.refreshes == 1
    assert parts_received(server) - 100 <= 20
    assert (keys(s3), sessions_left(s3)) == (["k"], [])


def test_the_assembly_survives_too(server, s3, long_file):
    server.inject(ExpireSession(), operation="UploadPartCopy", part_number=3, times=1)
    server.inject(LoseResponse(), operation="CompleteMultipartUpload", key="k", times=1)
    staged(s3, long_file, settings={"ContentType": "video/mp4"}).run()
    assert object_is(s3, long_file)
    assert parts_received(server) == 100
    assert s3.head_object(Bucket=BUCKET, Key="k")["ContentType"] == "video/mp4"
    assert (keys(s3), sessions_left(s3)) == (["k"], [])


def test_an_upload_that_stopped_goes_on_at_its_last_part(server, s3, long_file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", key="*.00004", part_number=11)
    with pytest.raises(UploadStoppedError):
        staged(s3, long_file, state=state).run()
    server.app.plan.disarm(armed.id)
    staged(s3, long_file, state=state).run()
    assert object_is(s3, long_file)
    assert parts_received(server) == 100
    assert (keys(s3), sessions_left(s3), list(tmp_path.glob("state*"))) == (["k"], [], [])


def test_credentials_that_were_renewed_serve_the_later_stages(server, s3, client_of, long_file):
    server.inject(Respond("ExpiredToken"), operation="UploadPart", key="*.00002", part_number=3, times=1)
    asked = []
    staged(client_of("first"), long_file, renew=lambda info: asked.append(info) or client_of("second")).run()
    assert object_is(s3, long_file)
    assert (len(asked), parts_received(server)) == (1, 100)


def test_a_file_of_one_stage_needs_no_checkpoint(server, s3, file):
    staged(s3, file).run()
    assert object_is(s3, file)
    assert len(list(server.journal.of("UploadPartCopy"))) == 0


def test_a_stage_that_cannot_be_copied_is_refused(s3, file):
    with pytest.raises(UsageError, match="5 GiB"):
        CheckpointedUpload(s3, BUCKET, "k", file, every=1000)


def test_a_state_file_of_another_store_is_refused(server, s3, long_file, tmp_path):
    state = tmp_path / "state"
    server.inject(Respond("AccessDenied"), operation="UploadPart", key="*.00002")
    with pytest.raises(UploadStoppedError):
        staged(s3, long_file, state=state).run()
    elsewhere = server.client(endpoint_url=server.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(UsageError, match="is of an upload to s3://bkt/k at http://127"):
        staged(elsewhere, long_file, state=state).run()
