"""The same table through `--backend`, in front of a real store: SeaweedFS, where it is installed."""

import os
import socket
import subprocess
import time

import pytest
from fidelity_objects import ONLY_OURS
from raw import send
from real_clients import found
from test_fidelity import CASES, World, run

from upload_diag.errors import UsageError
from upload_diag.faults import ExpireSession, FaultServer
from upload_diag.faults.remote import RemoteBackend

WEED = found("weed")
needs_weed = pytest.mark.skipif(WEED is None, reason="SeaweedFS is not installed (.ci/clients installs it)")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weed")
    master, volume, filer, s3, *grpc = free_ports(8)
    command = [
        WEED, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", f"-master.port={master}", "-s3",
        f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}", f"-master.port.grpc={grpc[0]}",
        f"-volume.port.grpc={grpc[1]}", f"-filer.port.grpc={grpc[2]}", f"-s3.port.grpc={grpc[3]}",
        "-master.volumeSizeLimitMB=64", "-volume.max=2000", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    # It would take credentials that it finds in the environment for its own, and let in nobody else.
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{s3}"
    try:
        for _ in range(300):
            try:
                if send(url, "GET", "/", timeout=2).status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.1)
        yield url
    finally:
        process.kill()  # it would take half a minute to say goodbye
        process.wait()


@pytest.fixture(scope="module")
def before_store(store):
    with FaultServer(backend=RemoteBackend(store)) as own:
        yield own


def failures(url, cases, bucket):
    """What each case that fails says, by its name; each in a bucket of its own."""
    failed = {}
    for number, case in enumerate(cases):
        try:
            run(case, World(url, f"{bucket}-{number}"))
        except AssertionError as error:
            failed[case.name] = f"{case.name}: {str(error)[:2000]}"
    return failed


@needs_weed
@pytest.mark.slow
def test_the_table_holds_in_front_of_a_real_store(before_store):
    cases = [case for case in CASES if case.name not in ONLY_OURS]
    failed = failures(before_store.url, cases, "bucket")
    # The store itself may stumble on a busy machine; what fails because of us fails again.
    failed = failures(before_store.url, [case for case in cases if case.name in failed], "again")
    assert not failed, "\n".join(failed.values())


@needs_weed
@pytest.mark.slow
def test_an_upload_arrives_in_the_store_and_a_dead_one_does_not(store, before_store):
    s3 = before_store.client()
    s3.create_bucket(Bucket="video")
    bodies = [b"a" * (5 * 1024 * 1024), b"end"]
    upload_id = s3.create_multipart_upload(Bucket="video", Key="k é", ContentType="video/mp4", Metadata={"a": "b"})[
        "UploadId"
    ]
    parts = [
        {
            "PartNumber": n,
            "ETag": s3.upload_part(Bucket="video", Key="k é", UploadId=upload_id, PartNumber=n, Body=body)["ETag"],
        }
        for n, body in enumerate(bodies, 1)
    ]
    etag = s3.complete_multipart_upload(
        Bucket="video", Key="k é", UploadId=upload_id, MultipartUpload={"Parts": parts}
    )["ETag"]
    stored = send(store, "GET", "/video/k%20%C3%A9")
    assert stored.body == b"".join(bodies)
    assert (stored.headers["etag"], stored.headers["content-type"]) == (etag, "video/mp4")
    assert stored.headers["x-amz-meta-a"] == "b"
    before_store.inject(ExpireSession(), operation="CompleteMultipartUpload")
    upload_id = send(before_store.url, "POST", "/video/dead?uploads").text("UploadId")
    assert send(before_store.url, "POST", f"/video/dead?uploadId={upload_id}", b"<x/>").code == "NoSuchUpload"
    assert send(store, "GET", "/video/dead").status == 404


def test_a_store_that_does_not_answer_is_said():
    [port] = free_ports(1)
    with FaultServer(backend=f"http://127.0.0.1:{port}") as own:
        answer = send(own.url, "POST", "/bkt/k?uploads")
        assert (answer.status, answer.code) == (503, "ServiceUnavailable")
        assert "does not answer" in answer.text("Message")


@pytest.mark.parametrize("url", ["localhost:8333", "ftp://x", "http://"])
def test_a_backend_that_is_no_url_is_said(url):
    with pytest.raises(UsageError, match="this is no URL"):
        RemoteBackend(url)
