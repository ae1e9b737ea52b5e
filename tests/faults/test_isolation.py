"""Tests that share one server keep apart by their access keys, or by their buckets."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from raw import Client, send

from upload_diag.errors import UsageError
from upload_diag.faults import Bandwidth, Delay, ExpireSession, FaultServer, Respond, Stall


def a_test(server, name, code):
    """What one test does with a server of which it believes that it is its own."""
    s3 = server.client(aws_access_key_id=name)
    bucket = f"{name.lower()}-bucket"
    s3.create_bucket(Bucket=bucket)
    server.inject(Respond(code), operation="UploadPart", access_key=name, nth=2)
    server.inject(ExpireSession(), operation="CompleteMultipartUpload", access_key=name)
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    seen = []
    for number in (1, 2):
        try:
            s3.upload_part(**upload, PartNumber=number, Body=b"x")
            seen.append("")
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    try:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]})
    except ClientError as error:
        seen.append(error.response["Error"]["Code"])
    journal = server.journal.since(0, access_key=name)
    server.reset(access_key=name)
    return seen, {(entry.bucket, entry.access_key) for entry in journal}


def test_tests_at_once_on_one_server_do_not_meet(server):
    codes = {"AKONE": "AccessDenied", "AKTWO": "InvalidArgument", "AKTHREE": "EntityTooLarge", "AKFOUR": "NoSuchKey"}
    with ThreadPoolExecutor(len(codes)) as pool:
        found = dict(zip(codes, pool.map(lambda each: a_test(server, *each), codes.items()), strict=True))
    for name, code in codes.items():
        assert found[name] == (["", code, "NoSuchUpload"], {(f"{name.lower()}-bucket", name)})
    assert server.app.plan.all() == []
    assert server.app.uploads() == []


def test_expiry_and_reset_by_access_key_leave_the_others_alone(server):
    ids = {}
    for name in ("mine-1", "mine-2", "theirs"):
        ids[name] = server.client(aws_access_key_id=name).create_multipart_upload(Bucket="bkt", Key="k")["UploadId"]
        server.inject(Respond("SlowDown"), access_key=name)
    assert set(server.expire(access_key="mine-*")) == {ids["mine-1"], ids["mine-2"]}
    assert server.app.upload(ids["theirs"]).state == "live"
    server.reset(access_key="mine-*")
    assert [upload.id for upload in server.app.uploads()] == [ids["theirs"]]
    assert [armed.when.access_key for armed in server.app.plan.all()] == ["theirs"]


def test_reset_of_a_bucket_takes_its_faults_along(server):
    server.inject(Respond("SlowDown"), bucket="bkt")
    server.inject(Respond("SlowDown"), bucket="other")
    server.reset("bkt")
    assert [armed.when.bucket for armed in server.app.plan.all()] == ["other"]


def test_the_control_api_narrows_in_the_same_words(server):
    def call(method, path, data=None):
        body = None if data is None else json.dumps(data).encode()
        request = Request(f"{server.control_url}/{path}", body, {"Content-Type": "application/json"}, method=method)
        with urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    one, two = (
        server.client(aws_access_key_id=name).create_multipart_upload(Bucket="bkt", Key="k")["UploadId"]
        for name in ("AKONE", "AKTWO")
    )
    fault = {"kind": "respond", "code": "SlowDown", "when": {"accessKey": "AKONE"}}
    assert json.loads(call("POST", "faults", fault))["when"] == {"accessKey": "AKONE"}
    assert json.loads(call("POST", "expire", {"accessKey": "AKONE"})) == {"expired": [one]}
    lines = [json.loads(line) for line in call("GET", "journal?accessKey=AKT*&bucket=b*").splitlines()]
    assert [(each["operation"], each["accessKey"]) for each in lines] == [("CreateMultipartUpload", "AKTWO")]
    call("POST", "reset", {"accessKey": "AKONE"})
    assert json.loads(call("GET", "faults"))["faults"] == []
    assert [each["uploadId"] for each in json.loads(call("GET", "uploads"))["uploads"]] == [two]


def test_several_keys_can_be_let_in():
    with FaultServer(auth=["AKONE:first", "AKTWO:second"]) as strict:
        strict.client(aws_access_key_id="AKTWO", aws_secret_access_key="second").create_bucket(Bucket="bkt")
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            strict.client(aws_access_key_id="AKTWO", aws_secret_access_key="first").list_buckets()
        assert strict.credentials == ("AKONE", "first")
        assert send(strict.url, "GET", "/").code == "AccessDenied"


def test_a_pair_of_keys_that_is_none_is_said():
    with pytest.raises(UsageError, match="a colon between"):
        FaultServer(auth="only-one-word")


@pytest.mark.parametrize("fault", [Delay(seconds=3600), Stall(), Bandwidth(bytes_per_second=1)], ids=str)
def test_a_request_that_is_held_back_ends_with_a_reset_and_is_no_part_of_what_comes_after(server, fault):
    armed = server.inject(fault, operation="PutObject")
    with Client(server.url, timeout=5.0) as client, ThreadPoolExecutor(1) as pool:
        held = pool.submit(client.send, "PUT", "/bkt/k", b"x" * 9)
        while not armed.fired:  # that it waits
            time.sleep(0.001)
        server.reset()
        send(server.url, "PUT", "/bkt")
        with pytest.raises(ConnectionError):
            held.result()
    assert [entry.operation for entry in server.journal] == ["CreateBucket"]
    assert send(server.url, "GET", "/bkt/k").status == 404
