"""`upload-diag cleanup`, as a person calls it."""

import json

import pytest

from upload_diag.cli import main
from upload_diag.faults import Corrupt, FaultServer

pytest.importorskip("moto")
pytest.importorskip("boto3")


@pytest.fixture
def server(aws_credentials):
    with FaultServer(seed=3) as server:
        client = server.client()
        client.create_bucket(Bucket="bkt")
        for key in ("in/a", "in/b", "out/c"):
            upload_id = client.create_multipart_upload(Bucket="bkt", Key=key)["UploadId"]
            client.upload_part(Bucket="bkt", Key=key, UploadId=upload_id, PartNumber=1, Body=b"x" * 1000)
        yield server


def left(server):
    return [each["Key"] for each in server.client().list_multipart_uploads(Bucket="bkt").get("Uploads", ())]


def test_stale_sessions_are_aborted_with_what_they_cost(server, capsys):
    assert main(["cleanup", "s3://bkt/in/", "--older-than", "0", "--endpoint-url", server.url]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 sessions, 2,000 bytes freed."
    assert left(server) == ["out/c"]


def test_an_answer_that_lists_nothing_at_all_is_not_taken_for_an_empty_bucket(server, capsys):
    server.inject(Corrupt(form="html"), operation="ListMultipartUploads")
    assert main(["cleanup", "s3://bkt", "--endpoint-url", server.url]) == 3
    assert "The answer holds no listing; is this the address of an S3 store?" in capsys.readouterr().err


def test_a_dry_run_only_lists(server, capsys):
    call = ["cleanup", "s3://bkt", "--older-than", "0", "--dry-run", "-f", "ndjson", "--endpoint-url", server.url]
    assert main(call) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["key"], each["parts"], each["bytes"], each["outcome"]) for each in found] == [
        ("in/a", 1, 1000, "found"),
        ("in/b", 1, 1000, "found"),
        ("out/c", 1, 1000, "found"),
    ]
    assert len(left(server)) == 3


def test_young_sessions_stay(server, capsys):
    assert main(["cleanup", "s3://bkt", "--endpoint-url", server.url]) == 0
    assert capsys.readouterr().out == "0 sessions, 0 bytes freed.\n"
    assert len(left(server)) == 3


def test_the_store_knows_how_old_a_session_is(server, capsys):
    server.clock.advance(8 * 86_400)
    assert main(["cleanup", "s3://bkt", "--endpoint-url", server.url]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 sessions, 3,000 bytes freed."
    assert left(server) == []


@pytest.mark.parametrize("age", ["7", "7w", "-7d", "99999999999999d", "1e9d", "nan", "٧d"])
def test_a_length_of_time_without_a_unit_aborts_nothing(server, age, capsys):
    assert main(["cleanup", "s3://bkt", "--older-than", age, "--endpoint-url", server.url]) == 2
    assert "is no length of time; write 90s, 15m, 24h or 7d" in capsys.readouterr().err
    assert len(left(server)) == 3


@pytest.mark.parametrize(
    ("place", "code", "says"), [("bkt", 2, "write s3://bucket/key"), ("s3://none/", 3, "s3://none/: NoSuchBucket: ")]
)
def test_a_place_that_is_not_there_is_one_line(server, place, code, says, capsys):
    assert main(["cleanup", place, "--endpoint-url", server.url]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said
