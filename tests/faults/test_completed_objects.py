"""What was said at Create, and what happened on the way, is seen in the object that Complete makes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from raw import send


def complete(s3, bucket, key, body=b"x", on_complete=None, **described):
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key, **described)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=1, Body=body)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload=parts, **(on_complete or {})
    )


def test_what_create_says_about_the_object_is_kept(s3):
    said = {
        "ContentType": "video/mp4",
        "CacheControl": "no-cache",
        "ContentDisposition": "inline",
        "ContentLanguage": "de",
        "StorageClass": "STANDARD_IA",
        "WebsiteRedirectLocation": "/elsewhere",
        "Metadata": {"shot": "12"},
    }
    complete(s3, "bkt", "k", Tagging="a=b&c=d%20e", ACL="public-read", **said)
    head = s3.head_object(Bucket="bkt", Key="k")
    assert {name: head[name] for name in said} == said
    assert s3.get_object_tagging(Bucket="bkt", Key="k")["TagSet"] == [
        {"Key": "a", "Value": "b"},
        {"Key": "c", "Value": "d e"},
    ]
    grants = s3.get_object_acl(Bucket="bkt", Key="k")["Grants"]
    assert {grant["Permission"] for grant in grants} == {"FULL_CONTROL", "READ"}


def test_an_object_is_encrypted_as_its_bucket_says(s3):
    assert complete(s3, "bkt", "k")["ServerSideEncryption"] == "AES256"
    by_kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "a-key"}}
    s3.put_bucket_encryption(Bucket="bkt", ServerSideEncryptionConfiguration={"Rules": [by_kms]})
    assert complete(s3, "bkt", "k")["ServerSideEncryption"] == "aws:kms"
    assert s3.head_object(Bucket="bkt", Key="k")["SSEKMSKeyId"] == "a-key"
    assert s3.put_object(Bucket="bkt", Key="o", Body=b"x")["ServerSideEncryption"] == "aws:kms"


def test_a_lock_that_create_asks_for_holds_on_the_object(s3):
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    until = datetime(2099, 1, 1, tzinfo=UTC)
    complete(
        s3,
        "locked",
        "k",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=until,
        ObjectLockLegalHoldStatus="ON",
    )
    retention = s3.get_object_retention(Bucket="locked", Key="k")["Retention"]
    assert (retention["Mode"], retention["RetainUntilDate"]) == ("GOVERNANCE", until)
    assert s3.get_object_legal_hold(Bucket="locked", Key="k")["LegalHold"]["Status"] == "ON"
    s3.put_object(Bucket="bkt", Key="free", Body=b"x")
    with pytest.raises(ClientError, match="NoSuchObjectLockConfiguration"):
        s3.get_object_retention(Bucket="bkt", Key="free")


def test_each_complete_makes_a_version_of_its_own_in_a_versioned_bucket(s3):
    s3.put_bucket_versioning(Bucket="bkt", VersioningConfiguration={"Status": "Enabled"})
    first, second = (complete(s3, "bkt", "k", body)["VersionId"] for body in (b"one", b"two"))
    listed = s3.list_object_versions(Bucket="bkt")["Versions"]
    assert [(each["VersionId"], each["IsLatest"]) for each in listed] == [(second, True), (first, False)]
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key="copy")["UploadId"]
    source = {"Bucket": "bkt", "Key": "k", "VersionId": first}
    to = {"Bucket": "bkt", "Key": "copy", "UploadId": upload_id, "PartNumber": 1}
    assert s3.upload_part_copy(CopySource=source, **to)["CopySourceVersionId"] == first
    s3.delete_object(Bucket="bkt", Key="k")
    with pytest.raises(ClientError, match="NoSuchKey") as caught:
        s3.get_object_attributes(Bucket="bkt", Key="k", ObjectAttributes=["ETag"])
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.upload_part_copy(CopySource="bkt/k", **to)
    complete(s3, "bkt", "k", on_complete={"IfNoneMatch": "*"})  # a delete marker is no object


def test_markers_that_are_empty_are_none(s3):
    complete(s3, "bkt", "k")
    listed = s3.list_object_versions(Bucket="bkt", KeyMarker="", VersionIdMarker="", MaxKeys=128)
    assert [each["Key"] for each in listed["Versions"]] == ["k"]


def test_of_many_completes_that_want_to_be_the_first_one_is(server, s3):
    uploads = []
    for body in (b"a", b"b", b"c", b"d", b"e", b"f"):
        upload_id = s3.create_multipart_upload(Bucket="bkt", Key="k")["UploadId"]
        etag = s3.upload_part(Bucket="bkt", Key="k", UploadId=upload_id, PartNumber=1, Body=body)["ETag"]
        part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
        uploads.append((upload_id, f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()))

    def finish(upload):
        return send(server.url, "POST", f"/bkt/k?uploadId={upload[0]}", upload[1], if_none_match="*").status

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(finish, uploads))
    assert sorted(statuses) == [200] + [412] * 5


def test_a_bucket_can_go_while_an_upload_is_open_and_takes_it_along(server, s3):
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key="k")["UploadId"]
    s3.delete_bucket(Bucket="bkt")
    [upload] = server.app.uploads()
    assert (upload.id, upload.state, upload.why) == (upload_id, "expired", "the bucket was deleted")
    assert send(server.url, "PUT", f"/bkt/k?partNumber=1&uploadId={upload_id}", b"x").code == "NoSuchBucket"


ODD = ("ü/ç d", "a+b", "a%2Fb", "/lead", "a//b", "x?y&z=1#w", ".", "a/../b", "~!@$^*()_-={}[]|:;<>,'\"`", "日\t本")


@pytest.mark.parametrize("key", ODD)
def test_odd_keys_go_all_the_way(s3, key):
    assert complete(s3, "bkt", key, b"odd")["Key"] == key
    assert s3.get_object(Bucket="bkt", Key=key)["Body"].read() == b"odd"
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key=key)["UploadId"]
    assert [each["Key"] for each in s3.list_multipart_uploads(Bucket="bkt", Prefix=key)["Uploads"]] == [key]
    copied = s3.upload_part_copy(
        Bucket="bkt", Key=key, UploadId=upload_id, PartNumber=1, CopySource={"Bucket": "bkt", "Key": key}
    )
    assert (
        s3.list_parts(Bucket="bkt", Key=key, UploadId=upload_id)["Parts"][0]["ETag"] == copied["CopyPartResult"]["ETag"]
    )
