"""What is saved from one start to the next, and when it is made anew."""

import sys
from pathlib import Path

import pytest

from upload_diag import _saved
from upload_diag._saved import database, saved


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where things are saved during the test."""
    monkeypatch.setattr(_saved, "cache_from_source", lambda _: str(tmp_path / "cache" / "_saved.cpython.pyc"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "cache"


def never() -> bytes:
    raise AssertionError("made anew")


def file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_was_made_once_is_not_made_again(folder):
    assert saved("one", lambda: b"made") == b"made"
    assert saved("one", never) == b"made"


def test_it_is_made_anew_when_the_package_changes(folder, monkeypatch):
    saved("one", lambda: b"old")
    monkeypatch.setattr(_saved, "_sources", lambda: b"other sources")
    assert saved("one", lambda: b"new") == b"new"
    assert saved("one", never) == b"new"


def test_it_is_made_anew_of_something_else(folder):
    saved("one", lambda: b"of a", of=b"a")
    assert saved("one", lambda: b"of b", of=b"b") == b"of b"


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-1], lambda data: data[:-1] + b"?"])
def test_what_is_broken_is_made_anew(folder, spoil):
    saved("one", lambda: b"made")
    file(folder).write_bytes(spoil(file(folder).read_bytes()))
    assert saved("one", lambda: b"again") == b"again"


def test_nothing_is_saved_where_python_saves_nothing(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert saved("one", lambda: b"made") == b"made"
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_no_fault(folder):
    folder.write_bytes(b"a file where the folder should be")
    assert saved("one", lambda: b"made") == b"made"


def test_nothing_is_saved_for_a_package_whose_modules_are_no_files(folder, monkeypatch):
    monkeypatch.setattr(_saved, "_sources", lambda: b"")
    assert saved("one", lambda: b"made") == b"made"
    assert not folder.exists()


def test_a_database_that_was_saved_finds_what_it_found(folder):
    pytest.importorskip("hyperscan")
    assert hits() == hits() == [(7, 8), (9, 16)]


def hits() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    made = database("two", [b"alpha", b"beta"], [7, 9], caseless=True)
    made.scan(b"an Alpha, a beta", match_event_handler=lambda number, _, end, *rest: found.append((number, end)))
    return found


def test_a_database_that_cannot_be_loaded_is_made_anew(folder, monkeypatch):
    hyperscan = pytest.importorskip("hyperscan")
    monkeypatch.setattr(hyperscan, "dumpb", lambda _: b"of another processor")
    assert hits() == [(7, 8), (9, 16)]
