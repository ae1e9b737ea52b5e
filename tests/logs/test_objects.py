"""Logs in S3: the same report as from files, whatever happens on the way; what cannot be read is said."""

import gzip
import io
import json
import random
import sys
import zipfile
from types import SimpleNamespace

import pytest

from upload_diag.analysis import analyze, pieces
from upload_diag.cli import main
from upload_diag.errors import InputError, ServerUnreachableError, UsageError
from upload_diag.faults import FaultServer, Reset, Respond, Truncate
from upload_diag.logs import objects
from upload_diag.logs.objects import ObjectFile, list_objects
from upload_diag.s3 import Store

pytest.importorskip("moto")
pytest.importorskip("boto3")

LOG = "".join(
    f"2026-11-22 10:{number // 60:02}:{number % 60:02} ERROR part {number} uploadId=AAAA{number % 7}bbbb: {code}: x\n"
    for number, code in enumerate(["NoSuchUpload", "SlowDown", "AccessDenied"] * 300)
).encode()


@pytest.fixture(scope="module")
def running():
    with FaultServer(seed=5) as server:
        yield server


@pytest.fixture
def server(running, aws_credentials, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))  # no pause between its retries
    running.reset()
    Store(running.url).shared_client().create_bucket(Bucket="bkt")
    return running


def put(server, **bodies):
    for key, body in bodies.items():
        Store(server.url).shared_client().put_object(Bucket="bkt", Key=key, Body=body)


def read(server, *places):
    return analyze(places or ["s3://bkt"], store=Store(server.url))


def from_files(tmp_path, **bodies):
    for key, body in bodies.items():
        (tmp_path / key).write_bytes(body)
    report = json.dumps(analyze([str(tmp_path)]).to_json())
    return json.loads(report.replace(f"{tmp_path}/", "s3://bkt/"))


def zipped(body):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.log", body)
    return archive.getvalue()


BODIES = {"a.log": LOG, "b.log.gz": gzip.compress(LOG), "c.zip": zipped(LOG), "d.log": b""}


def test_objects_give_the_report_that_files_give(server, tmp_path):
    put(server, **BODIES)
    assert read(server).to_json() == from_files(tmp_path, **BODIES)


def test_only_keys_that_begin_with_the_prefix_are_read(server):
    put(server, **{"logs/1.log": LOG, "logs/2.log": LOG, "other.log": LOG, "logs/": b""})
    report = read(server, "s3://bkt/logs/", "s3://bkt/logs/1")
    assert [one.path for one in report.inputs] == ["s3://bkt/logs/1.log", "s3://bkt/logs/2.log"]


def test_a_listing_of_many_pages_is_read_to_its_end(server, monkeypatch):
    put(server, **{f"{number:02}.log": LOG[:200] for number in range(7)})
    client = Store(server.url).shared_client()
    pages = client.get_paginator("list_objects_v2").paginate
    monkeypatch.setattr(
        client,
        "get_paginator",
        lambda name: type("Small", (), {"paginate": lambda _, **asked: pages(**asked, MaxKeys=3)})(),
    )
    assert len(list_objects(Store(server.url), ["s3://bkt"])) == 7
    assert len(server.journal.of("ListObjectsV2")) == 3


@pytest.mark.parametrize(
    "fault",
    [Truncate(), Truncate(at_byte=700), Truncate(at_byte=700, reset=True), Reset(), Respond("SlowDown")],
    ids=["cut before the body", "cut in the body", "reset in the body", "reset", "503"],
)
def test_a_broken_connection_changes_nothing(server, tmp_path, fault):
    put(server, **BODIES)
    server.inject(fault, operation="GetObject", times=2)
    assert read(server).to_json() == from_files(tmp_path, **BODIES)
    assert len(server.journal.of("GetObject")) > 3


def test_a_connection_that_breaks_each_time_loses_only_what_comes_after(server):
    put(server, **{"a.log": LOG, "b.log": LOG})
    server.inject(Truncate(at_byte=1000), operation="GetObject", key="a.log", nth=1)
    server.inject(Truncate(), operation="GetObject", key="a.log", nth=2, times=99)
    first, second = read(server).inputs
    assert (first.bytes, second.bytes, second.unreadable) == (len(LOG), len(LOG), {})
    assert len(LOG) - 1000 <= first.unreadable_bytes < len(LOG)
    ((reason, count),) = first.unreadable.items()
    assert "5 times in a row" in reason
    assert count == 1


@pytest.mark.parametrize("key", ["a.log", "a.log.gz", "a.zip"])
@pytest.mark.parametrize("fault", [Respond("AccessDenied"), Respond("NoSuchKey"), Respond("InvalidObjectState")])
def test_an_object_that_cannot_be_read_is_said_and_the_rest_is_read(server, key, fault):
    put(server, **{key: LOG, "z.log": LOG})
    server.inject(fault, operation="GetObject", key=key)
    report = read(server)
    (one, other) = report.inputs
    assert (one.path, one.bytes, one.unreadable_bytes) == (f"s3://bkt/{key}", len(LOG), len(LOG))
    assert fault.code in "".join(one.unreadable)
    assert (other.bytes, other.unreadable_bytes) == (len(LOG), 0)


def test_an_object_that_changed_since_it_was_listed_is_not_read_at_all(server):
    put(server, **{"a.log": LOG, "b.log": LOG})
    (found, _) = list_objects(Store(server.url), ["s3://bkt"])
    put(server, **{"a.log": LOG.replace(b"NoSuchUpload", b"NoSuchBucket")})
    with pytest.raises(OSError, match="changed while it was read"):
        ObjectFile(Store(server.url), found).read(1)


def test_an_object_that_changes_while_it_is_read_is_never_mixed(server, monkeypatch):
    monkeypatch.setattr(objects, "_WINDOW", 30_000)
    put(server, **{"a.log": LOG})
    (found,) = list_objects(Store(server.url), ["s3://bkt"])
    file = ObjectFile(Store(server.url), found)
    assert file.read(30_000) == LOG[:30_000]
    put(server, **{"a.log": LOG.replace(b"NoSuchUpload", b"NoSuchBucket")})
    with pytest.raises(OSError, match="changed while it was read"):
        file.read(1)


def test_a_store_that_does_not_know_if_match_is_found_out(server, monkeypatch):
    put(server, **{"a.log": LOG})
    (found,) = list_objects(Store(server.url), ["s3://bkt"])
    put(server, **{"a.log": LOG + LOG})
    client = Store(server.url).shared_client()
    get = client.get_object
    monkeypatch.setattr(client, "get_object", lambda IfMatch, **asked: get(**asked))  # noqa: N803
    with pytest.raises(OSError, match="changed while it was read"):
        ObjectFile(Store(server.url), found).read(1)


def test_an_object_reads_like_a_file_from_anywhere(server, monkeypatch):
    monkeypatch.setattr(objects, "_WINDOW", 1000)
    put(server, **{"a.log": LOG})
    (found,) = list_objects(Store(server.url), ["s3://bkt"])
    file, same = ObjectFile(Store(server.url), found), io.BytesIO(LOG)
    draw = random.Random(7)
    for _ in range(40):
        offset, whence = draw.choice(
            [(draw.randrange(len(LOG)), 0), (-draw.randrange(900), 2), (draw.randrange(50), 1)]
        )
        assert file.seek(offset, whence) == same.seek(offset, whence)
        size = draw.randrange(2500)
        assert b"".join(iter(lambda left=size: file.read(min(left, 700)), b""))[:size] == same.read()[:size]


@pytest.mark.parametrize("size", [5000, 20_000])
def test_an_object_counted_in_ranges_gives_the_same_report(server, monkeypatch, size):
    put(server, **BODIES)
    whole = read(server).to_json()
    monkeypatch.setattr(pieces, "RANGE", size)
    server.inject(Truncate(at_byte=700), operation="GetObject", times=3)
    assert read(server).to_json() == whole


def test_a_range_that_cannot_be_read_is_counted_and_the_others_are_read(server, monkeypatch):
    put(server, **{"a.log": LOG})
    monkeypatch.setattr(pieces, "RANGE", 20_000)
    server.inject(Respond("AccessDenied"), operation="GetObject", nth=3)
    (one,) = read(server).inputs
    assert one.bytes == len(LOG)
    assert 15_000 < one.unreadable_bytes <= 20_000
    assert one.unreadable == {"could not read on: AccessDenied: Access Denied": 1}


@pytest.mark.parametrize(
    ("place", "error", "says"),
    [
        ("s3://none/", InputError, "NoSuchBucket"),
        ("s3://bkt/none", InputError, "no object"),
        ("s3://", UsageError, "write s3://bucket/prefix"),
    ],
)
def test_a_place_where_nothing_is_to_be_had_is_said(server, place, error, says):
    with pytest.raises(error, match=says):
        read(server, place)


def test_a_store_that_does_not_answer_is_said(server):
    with pytest.raises(ServerUnreachableError, match="s3://bkt"):
        analyze(["s3://bkt"], store=Store("http://127.0.0.1:9"))


def test_without_boto3_the_extra_is_named(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"upload-diag\[s3\]"):
        analyze(["s3://bkt"], store=Store("http://127.0.0.1:9", "eu-north-1"))


def test_the_command_reads_objects(server, capsys):
    put(server, **{"a.log": LOG})
    assert main(["analyze", "s3://bkt/a", "--endpoint-url", server.url, "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["byCode"]["THROTTLED"] == 300
    assert main(["analyze", "s3://bkt/none", "--endpoint-url", server.url]) == 3
    assert main(["analyze", "s3://bkt/a", "--endpoint-url", "http://127.0.0.1:9"]) == 4
    assert all(line.startswith("upload-diag: s3://bkt/") for line in capsys.readouterr().err.splitlines())
