"""What stores, files and other writers may do besides: the right object, or a stop that says why."""

import base64
import hashlib
import os
import random
from dataclasses import replace

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left, upload

from upload_diag import ErrorCode, InputError
from upload_diag.faults import Corrupt, Delay, ExpireSession, HideEtag, LoseResponse, Respond
from upload_diag.recovery import CheckpointedUpload, UploadStoppedError
from upload_diag.recovery.plan import MAX_PARTS, Plan
from upload_diag.recovery.store import S3Store, Store

COMPLETE = "CompleteMultipartUpload"
DENIED = Respond("AccessDenied")
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.mark.parametrize(
    "settings",
    [
        {"ChecksumAlgorithm": "SHA256"},
        {"ChecksumAlgorithm": "SHA1"},
        {"ChecksumAlgorithm": "CRC32"},
        {"ChecksumAlgorithm": "CRC32C"},
        {"ChecksumAlgorithm": "CRC64NVME"},
        {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"},
        {"ServerSideEncryption": "AES256"},
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/x", "BucketKeyEnabled": True},
        {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32},
        {"StorageClass": "STANDARD_IA", "Tagging": "a=b", "CacheControl": "no-store", "ACL": "private"},
        {"Metadata": {"title": "x", "upload-diag-token": "mine"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("staged", [False, True], ids=["whole", "stages"])
def test_settings_survive_lost_answers_and_a_dead_session(server, s3, file, settings, staged):
    server.inject(ExpireSession(), operation="UploadPart", part_number=2, times=1)
    server.inject(LoseResponse(), operation=COMPLETE, times=1)
    options = {"policy": FAST, "settings": settings}
    running = CheckpointedUpload(s3, BUCKET, "k", file, every=4, **options) if staged else upload(s3, file, **options)
    running.run()
    secret = {name: value for name, value in settings.items() if name.startswith("SSECustomer")}
    body = s3.get_object(Bucket=BUCKET, Key="k", **secret)["Body"].read()
    assert hashlib.sha256(body).digest() == hashlib.sha256(file.read_bytes()).digest()
    assert sessions_left(s3) == []


@pytest.mark.parametrize("settings", [{"ChecksumAlgorithm": "SHA256"}, {"ServerSideEncryption": "aws:kms"}], ids=str)
def test_settings_survive_a_resume(server, s3, file, tmp_path, settings):
    armed = server.inject(DENIED, operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=tmp_path / "state", settings=settings).run()
    server.app.plan.disarm(armed.id)
    upload(s3, file, state=tmp_path / "state", settings=settings).run()
    assert object_is(s3, file)
    assert len([entry for entry in server.journal.of("UploadPart") if entry.status == 200]) == 12


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART, 12 * PART])
@pytest.mark.parametrize(
    "fault", [None, LoseResponse(), Corrupt(form="cut"), Corrupt(form="html"), HideEtag()], ids=str
)
def test_every_size_survives_an_unclear_answer_to_complete(server, s3, tmp_path, size, fault):
    file = tmp_path / "file"
    file.write_bytes(random.Random(size).randbytes(size))
    if fault:
        server.inject(fault, operation=COMPLETE, times=1)
    assert upload(s3, file).run().size == size
    assert object_is(s3, file)


def test_an_object_that_somebody_else_wrote_meanwhile_is_not_taken_for_ours(server, s3, file):
    def overwrite(event):
        if event.event == "error" and event.operation == COMPLETE:
            s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * file.stat().st_size)

    server.inject(LoseResponse(), operation=COMPLETE, times=1)
    server.inject(Respond("NoSuchUpload"), operation=COMPLETE, nth=2, times=1)
    result = upload(s3, file, on_event=overwrite).run()
    assert object_is(s3, file)
    assert result.refreshes == 1


def test_a_condition_on_the_object_that_is_there_stops_the_upload(server, s3, file):
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"older")
    with pytest.raises(UploadStoppedError, match="PreconditionFailed"):
        upload(s3, file, settings={"IfNoneMatch": "*"}).run()
    assert s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"older"


def test_a_condition_that_our_own_lost_complete_broke_is_no_failure(server, s3, file):
    server.inject(LoseResponse(), operation=COMPLETE, times=1)
    assert upload(s3, file, settings={"IfNoneMatch": "*"}).run().proved == "token"


def test_a_bucket_with_versions_is_no_other_case(server, s3, file):
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"older")
    server.inject(LoseResponse(), operation=COMPLETE, times=1)
    upload(s3, file).run()
    assert object_is(s3, file)
    assert len(s3.list_object_versions(Bucket=BUCKET)["Versions"]) == 2


def test_a_bucket_with_versions_keeps_none_of_the_stages(server, s3, file):
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    CheckpointedUpload(s3, BUCKET, "k", file, every=4, policy=FAST).run()
    kept = s3.list_object_versions(Bucket=BUCKET)
    assert [each["Key"] for each in kept["Versions"]] == ["k"]
    assert "DeleteMarkers" not in kept


def test_versions_of_stages_that_may_not_be_deleted_are_named(server, s3, file):
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    server.inject(DENIED, operation="ListObjectVersions")
    left = CheckpointedUpload(s3, BUCKET, "k", file, every=4, policy=FAST).run().leftovers
    assert [name.rpartition(".")[2] for name in left] == ["00001", "00002", "00003"]


def test_a_dead_session_is_replaced_where_parts_may_not_be_listed(server, s3, file):
    server.inject(DENIED, operation="ListParts")
    server.inject(ExpireSession(), operation="UploadPart", part_number=6, times=1)
    assert upload(s3, file).run().refreshes == 1
    assert object_is(s3, file)


def test_an_upload_goes_on_where_parts_may_not_be_listed(server, s3, file, tmp_path):
    armed = server.inject(DENIED, operation="UploadPart", part_number=7)
    with pytest.raises(UploadStoppedError):
        upload(s3, file, state=tmp_path / "state").run()
    server.app.plan.disarm(armed.id)
    server.inject(DENIED, operation="ListParts")
    upload(s3, file, state=tmp_path / "state").run()
    assert object_is(s3, file)
    assert len([entry for entry in server.journal.of("UploadPart") if entry.status == 200]) == 12


def test_a_lost_complete_is_survived_where_the_object_may_not_be_looked_at(server, s3, file):
    for operation in ("HeadObject", "GetObject"):
        server.inject(DENIED, operation=operation)
    server.inject(LoseResponse(), operation=COMPLETE, times=1)
    upload(s3, file).run()
    server.app.plan.clear()
    assert object_is(s3, file)


class Encrypting(S3Store):
    """As a bucket with KMS answers: with an ETag that no MD5 leads to."""

    def complete(self, upload_id, etags):
        super().complete(upload_id, etags)
        return f"{'e' * 32}-{len(etags)}"


def test_the_stores_word_counts_where_nothing_can_be_compared_with_it(server, s3, file):
    for operation in ("HeadObject", "GetObject"):
        server.inject(DENIED, operation=operation)
    result = upload(Encrypting(s3, BUCKET, "k"), file).run()
    server.app.plan.clear()
    assert (result.etag, result.proved, result.refreshes) == (f"{'e' * 32}-12", "", 0)
    assert len(server.journal.of(COMPLETE)) == 1
    assert object_is(s3, file)


@pytest.mark.parametrize(
    "key",
    [
        "a b/ü+&?#%41.bin",
        "a//b",
        "/k",
        "k/",
        "日本語",
        "k\u0301",
        "~!@$^*()_={}[]|;'\"<>,",
        "x" * 1000,
        "%2F",
        "a?uploads",
    ],
)
@pytest.mark.parametrize("every", [None, 4])
def test_odd_keys_are_kept_as_they_are(server, s3, file, key, every):
    if every and len(key) > 980:
        pytest.skip("no room for the names of stages")
    server.inject(LoseResponse(), operation="CreateMultipartUpload", times=1)
    if every:
        CheckpointedUpload(s3, BUCKET, key, file, every=every, policy=FAST).run()
    else:
        upload(s3, file, key=key).run()
    assert object_is(s3, file, key=key)
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [key]
    assert sessions_left(s3) == []


@pytest.mark.parametrize("name", ["a b", "ü%20+&", "-rf", "x" * 200, "line\nbreak"])
def test_odd_file_names_are_no_other_case(server, s3, file, tmp_path, name):
    odd = file.rename(tmp_path / name)
    upload(s3, odd, state=tmp_path / "state").run()
    assert object_is(s3, odd)


def grow(file):
    with file.open("ab") as out:
        out.write(b"more")


def shrink(file):
    os.truncate(file, 5 * PART)


def write_to_it(file):
    with file.open("r+b") as out:
        out.write(bytes(file.stat().st_size))


def vanish(file):
    file.rename(file.with_suffix(".gone"))


def replace_it(file):
    other = file.with_suffix(".new")
    other.write_bytes(random.Random(5).randbytes(file.stat().st_size))
    other.rename(file)


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        *((change, False) for change in (grow, shrink, write_to_it, vanish, replace_it)),
        *((change, True) for change in (grow, shrink, write_to_it)),  # it keeps the file that it was opened on
    ],
)
@pytest.mark.parametrize("at", ["part", "error"])
def test_a_file_that_changes_meanwhile_is_never_mixed(server, s3, file, tmp_path, change, opened, at):
    os.utime(file, (1, 1))  # so that what is written now has another time, however coarse the clock
    server.inject(Delay(seconds=0.01), operation="UploadPart")
    server.inject(Respond("SlowDown"), operation=COMPLETE, times=1)
    seen = []

    def listen(event):
        if event.event == at and not seen:
            seen.append(change(file))

    with file.open("rb") as opened_file, pytest.raises(UploadStoppedError) as stopped:
        upload(s3, opened_file if opened else file, on_event=listen, state=tmp_path / "state").run()
    assert stopped.value.info.code is ErrorCode.LOCAL_IO
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


@pytest.mark.parametrize("what", ["folder", "missing"])
def test_what_cannot_be_read_is_told_in_one_line(server, s3, tmp_path, what):
    path = tmp_path if what == "folder" else tmp_path / "missing"
    with pytest.raises(InputError, match=str(path)):
        upload(s3, path).run()


@pytest.mark.parametrize("size", [MAX_PARTS * PART, MAX_PARTS * PART + 1, 50 * 1024**4 // 4, 5 * 1024**4])
def test_parts_are_made_larger_rather_than_more_than_ten_thousand(size):
    plan = Plan.of(size, PART)
    assert plan.count <= MAX_PARTS
    assert sum(plan.part(number).size for number in range(1, plan.count + 1)) == size


class InMemory(Store):
    """A store without HTTP, to count what each part costs on this side."""

    renewable = frozenset()
    endpoint = "memory"

    def create(self, token):
        return "session"

    def send(self, upload_id, number, read):
        return hashlib.md5(read()).hexdigest()

    def complete(self, upload_id, etags):
        return f"{hashlib.md5(b''.join(map(bytes.fromhex, etags.values()))).hexdigest()}-{len(etags)}"


def test_a_part_costs_no_more_the_more_parts_there_are(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(bytes(500 * 16 - 3))
    asked = []
    part = Plan.part
    monkeypatch.setattr(Plan, "part", lambda plan, number: asked.append(number) or part(plan, number))
    result = upload(InMemory(), file, policy=replace(FAST, part_size=16)).run()
    assert [event.sent for event in result.events if event.event == "part"][-1] == result.size
    assert len(asked) < 20 * 500
