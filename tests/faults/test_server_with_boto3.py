"""The server as boto3 meets it: a whole multipart upload, and a session that dies on demand."""

import json
import os
import urllib.request

import pytest
from botocore.config import Config

from upload_diag.faults import FaultServer, Respond

pytest.importorskip("moto")
boto3 = pytest.importorskip("boto3")
botocore_exceptions = pytest.importorskip("botocore.exceptions")

MIB = 1024 * 1024


def upload(s3, key, *bodies, **create):
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key=key, **create)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        answer = s3.upload_part(Bucket="bkt", Key=key, UploadId=upload_id, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    return upload_id, parts


def complete(s3, key, upload_id, parts):
    return s3.complete_multipart_upload(Bucket="bkt", Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts})


def refused(call, **arguments):
    with pytest.raises(botocore_exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response


def test_a_multipart_upload_becomes_an_object_that_reads_as_sent(s3):
    bodies = (os.urandom(5 * MIB), os.urandom(1000))
    upload_id, parts = upload(s3, "a/b é.bin", *bodies, Metadata={"x": "y"}, ContentType="video/mp4")
    etag = complete(s3, "a/b é.bin", upload_id, parts)["ETag"]
    found = s3.get_object(Bucket="bkt", Key="a/b é.bin")
    assert found["Body"].read() == b"".join(bodies)
    assert (found["ETag"], found["Metadata"], found["ContentType"]) == (etag, {"x": "y"}, "video/mp4")
    assert etag.endswith('-2"')
    part = s3.get_object(Bucket="bkt", Key="a/b é.bin", PartNumber=2)
    assert (part["Body"].read(), part["PartsCount"]) == (bodies[1], 2)
    assert s3.get_object(Bucket="bkt", Key="a/b é.bin", Range="bytes=5-9")["Body"].read() == bodies[0][5:10]
    listed = s3.list_objects_v2(Bucket="bkt")["Contents"][0]
    assert (listed["Key"], listed["ETag"], listed["Size"]) == ("a/b é.bin", etag, 5 * MIB + 1000)


def test_an_expired_session_is_dead_for_every_operation(server, s3):
    upload_id, parts = upload(s3, "k", b"one")
    assert server.expire(upload_id) == [upload_id]
    session = {"Bucket": "bkt", "Key": "k", "UploadId": upload_id}
    calls = [
        (s3.upload_part, {"PartNumber": 1, "Body": b"x"}),
        (s3.list_parts, {}),
        (s3.complete_multipart_upload, {"MultipartUpload": {"Parts": parts}}),
        (s3.abort_multipart_upload, {}),
    ]
    for call, more in calls:
        answer = refused(call, **session, **more)
        assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("NoSuchUpload", 404)
        assert answer["Error"]["UploadId"] == upload_id
        assert answer["ResponseMetadata"]["RequestId"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="bkt")


def test_an_injected_fault_strikes_as_often_as_told_and_the_journal_shows_every_try(server):
    s3 = server.client()
    upload_id, _ = upload(s3, "k")
    server.inject(Respond("SlowDown"), operation="UploadPart", part_number=2, times=2)
    s3.upload_part(Bucket="bkt", Key="k", UploadId=upload_id, PartNumber=2, Body=b"x")
    assert [entry.status for entry in server.journal.of("UploadPart", part_number=2)] == [503, 503, 200]


def test_the_control_api_expires_a_session(server, s3):
    upload_id, _ = upload(s3, "k", b"x")
    request = urllib.request.Request(
        f"{server.control_url}/uploads/{upload_id}/expire",
        method="POST",
        data=b"",
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["state"] == "expired"
    assert refused(s3.list_parts, Bucket="bkt", Key="k", UploadId=upload_id)["Error"]["Code"] == "NoSuchUpload"


def test_a_session_older_than_its_limit_is_dead_once_the_clock_moved():
    with FaultServer(session_ttl=3600) as server:
        s3 = server.client()
        s3.create_bucket(Bucket="bkt")
        upload_id, _ = upload(s3, "k", b"x")
        assert server.clock.advance(3000) == []  # so that a slow machine changes nothing
        s3.list_parts(Bucket="bkt", Key="k", UploadId=upload_id)
        assert server.clock.advance(600) == [upload_id]
        assert refused(s3.list_parts, Bucket="bkt", Key="k", UploadId=upload_id)["Error"]["Code"] == "NoSuchUpload"


def test_a_proxy_is_not_asked_for_the_server(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with FaultServer() as server:
        for options in ({}, {"config": Config(retries={"total_max_attempts": 1})}):
            assert server.client(**options).list_buckets()["Buckets"] == []


def test_a_lifecycle_rule_aborts_after_seven_days_of_virtual_time(server, s3):
    rule = {
        "ID": "stale",
        "Status": "Enabled",
        "Filter": {"Prefix": "in/"},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(Bucket="bkt", LifecycleConfiguration={"Rules": [rule]})
    answer = s3.create_multipart_upload(Bucket="bkt", Key="in/k")
    assert answer["AbortRuleId"] == "stale"
    other, _ = upload(s3, "out/k", b"x")
    assert server.clock.advance(7 * 86400 + 1) == [answer["UploadId"]]
    s3.list_parts(Bucket="bkt", Key="out/k", UploadId=other)
    died = server.app.upload(answer["UploadId"])
    assert "stale" in died.why


def test_every_answer_has_the_ids_of_this_server_also_when_moto_gave_it(s3):
    for answer in (s3.list_buckets(), s3.put_object(Bucket="bkt", Key="k", Body=b"x"), s3.get_bucket_acl(Bucket="bkt")):
        metadata = answer["ResponseMetadata"]
        assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amz-request-id"]
        assert metadata["HostId"] == metadata["HTTPHeaders"]["x-amz-id-2"]


def test_versions_copies_and_deletes_go_through_to_moto(server, s3):
    s3.put_bucket_versioning(Bucket="bkt", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="bkt", Key="v", Body=b"1")["VersionId"]
    s3.put_object(Bucket="bkt", Key="v", Body=b"2")
    assert s3.get_object(Bucket="bkt", Key="v", VersionId=first)["Body"].read() == b"1"
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key="v")["UploadId"]
    session = {"Bucket": "bkt", "Key": "v", "UploadId": upload_id}
    source = {"Bucket": "bkt", "Key": "v", "VersionId": first}
    part = s3.upload_part_copy(**session, PartNumber=1, CopySource=source)
    assert part["CopySourceVersionId"] == first
    listed = [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]
    assert s3.complete_multipart_upload(**session, MultipartUpload={"Parts": listed})["VersionId"]
    s3.copy_object(Bucket="bkt", Key="copy", CopySource="bkt/v")
    assert s3.get_object(Bucket="bkt", Key="copy")["Body"].read() == b"1"
    s3.delete_object(Bucket="bkt", Key="v")
    assert refused(s3.get_object, Bucket="bkt", Key="v")["Error"]["Code"] == "NoSuchKey"
    server.reset()  # also with delete markers in it


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_a_managed_upload_with_each_checksum(s3, algorithm):
    import io

    from boto3.s3.transfer import TransferConfig

    body = os.urandom(11 * MIB)
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    extra = {"ChecksumAlgorithm": algorithm, "Metadata": {"a": "b"}, "Tagging": "x=y"}
    s3.upload_fileobj(io.BytesIO(body), "bkt", "k", ExtraArgs=extra, Config=config)
    head = s3.head_object(Bucket="bkt", Key="k", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"].endswith("-3") == (algorithm != "CRC64NVME")
    assert s3.get_object(Bucket="bkt", Key="k")["Body"].read() == body
    assert s3.get_object_tagging(Bucket="bkt", Key="k")["TagSet"] == [{"Key": "x", "Value": "y"}]


def test_an_upload_id_never_ends_in_a_dot_which_would_seem_to_end_a_sentence():
    from datetime import UTC, datetime

    from upload_diag.faults.uploads import Ledger

    ledger = Ledger(0, lambda _: None)
    ids = {ledger.create("bkt", "k", datetime.now(UTC)).id for _ in range(1000)}
    assert len(ids) == 1000
    assert not [each for each in ids if each.endswith(".")]
