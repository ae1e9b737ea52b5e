"""One warm process for all cases, so that each costs its own work and not the start of Python."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tables of cases beside the tests

if not hasattr(__import__("os"), "fork"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def warm():
    from warm import Warm

    with Warm() as process:
        yield process
