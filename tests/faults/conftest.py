"""A server for a whole test module, set back for each test."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tables and the raw client beside the tests

pytest.importorskip("moto")


@pytest.fixture(scope="module")
def module_server():
    from upload_diag.faults import FaultServer

    with FaultServer(seed=1) as running:
        yield running


@pytest.fixture
def server(module_server):
    module_server.reset()
    from raw import send

    send(module_server.url, "PUT", "/bkt")
    return module_server


@pytest.fixture
def s3(server):
    return server.client()
