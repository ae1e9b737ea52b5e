"""A fault server that takes small parts, and a file of twelve of them."""

import random
import sys
from functools import cache
from pathlib import Path

import pytest

# With `--import-mode=importlib` a test's folder is not on the path.
sys.path.insert(0, str(Path(__file__).parent))
from bench import BUCKET, PART

from upload_diag.faults import FaultServer

pytest.importorskip("moto")
pytest.importorskip("boto3")


@pytest.fixture(scope="session")
def shared_server():
    with FaultServer(seed=6) as server:
        yield server


@pytest.fixture(scope="session")
def s3(shared_server):
    return shared_server.client()


@pytest.fixture
def small_parts(monkeypatch):
    """With S3's own minimum of 5 MiB every test would move 60 MiB; tests elsewhere must find it as it was."""
    monkeypatch.setattr("upload_diag.faults.uploads.MIN_PART_SIZE", PART)


@pytest.fixture
def server(shared_server, s3, small_parts):
    shared_server.reset()
    s3.create_bucket(Bucket=BUCKET)
    return shared_server


@pytest.fixture(scope="session")
def client_of(shared_server):
    """A client by its session token; made once, for making one takes longer than an upload."""
    return cache(lambda token: shared_server.client(aws_session_token=token))


@pytest.fixture
def file(tmp_path):
    """Twelve parts, the last one short."""
    path = tmp_path / "movie.bin"
    path.write_bytes(random.Random(12).randbytes(11 * PART + 1000))
    return path
