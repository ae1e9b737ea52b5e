"""However a log comes in, the report is the same, and every byte is either read or counted as unreadable."""

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from upload_diag.analysis import analyze, pieces, run
from upload_diag.errors import InputError

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAMPLES = {
    path.name: path.read_bytes()
    for folder in ("tickets", "captures")
    for path in sorted((FIXTURES / folder).iterdir())
    if path.suffix not in (".gz", ".md", ".zip")
}
SAMPLES["utf-16.txt"] = SAMPLES["browser-console.txt"].decode().encode("utf-16")
LARGEST = max(SAMPLES, key=lambda name: len(SAMPLES[name]))
each_sample = pytest.mark.parametrize("name", SAMPLES)


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a pipe may."""

    def __init__(self, data, size):
        super().__init__(data)
        self._size = size

    def seekable(self):
        return False

    def readinto(self, buffer):
        return super().readinto(memoryview(buffer)[: self._size])


def zipped(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sample", data)
    return out.getvalue()


def tarred(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("sample")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS = {
    "gz": gzip.compress,
    "gz-twice": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    "zst": zstandard.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zip": zipped,
    "tar.gz": tarred,
}


def report(path, **options):
    """The report on one input, as if it was standard input."""
    body = analyze([str(path)], **options).to_json()
    (one,) = body["inputs"]
    return json.loads(json.dumps(body).replace(json.dumps(one["path"])[1:-1], "-"))


def piped(monkeypatch, data, size):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(Slow(data, size))))
    return report("-")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The report on each sample as a plain file."""
    folder = tmp_path_factory.mktemp("samples")
    for name, data in SAMPLES.items():
        (folder / name).write_bytes(data)
    return {name: report(folder / name) for name in SAMPLES}


@each_sample
def test_packed_it_gives_the_same_report(name, plain, tmp_path):
    for packer, pack in PACKERS.items():
        path = tmp_path / f"sample.{packer}"
        path.write_bytes(pack(SAMPLES[name]))
        assert report(path) == plain[name], packer


@each_sample
def test_piped_in_pieces_of_any_size_it_gives_the_same_report(name, plain, monkeypatch):
    sizes = range(1, 18) if len(SAMPLES[name]) < 20_000 else (1, 7, 17)
    for size in (*sizes, 4096, 1 << 20):
        assert piped(monkeypatch, SAMPLES[name], size) == plain[name], size


@pytest.mark.parametrize("packer", PACKERS)
def test_packed_and_piped_in_pieces_of_any_size_it_gives_the_same_report(packer, plain, monkeypatch):
    for size in range(1, 18):
        assert piped(monkeypatch, PACKERS[packer](SAMPLES[LARGEST]), size) == plain[LARGEST], size


@each_sample
def test_read_in_ranges_by_several_processes_it_gives_the_same_report(name, plain, monkeypatch, tmp_path):
    path = tmp_path / "sample"
    path.write_bytes(SAMPLES[name])
    monkeypatch.setattr(pieces, "RANGE", len(SAMPLES[name]) // 3 + 1)
    assert report(path) == plain[name]
    monkeypatch.setattr(run, "_WORTH_A_PROCESS", 0)
    assert report(path, jobs=2) == plain[name]


def test_a_reason_met_in_several_ranges_is_one_reason(monkeypatch, tmp_path):
    path = tmp_path / "damaged.log"
    path.write_bytes(b"".join(b"2026-11-20T10:00:00Z INFO fine %d\n%s\n" % (n, bytes(90)) for n in range(300)))
    whole = report(path)
    monkeypatch.setattr(pieces, "RANGE", path.stat().st_size // 3 + 1)
    assert whole["inputs"][0]["unreadable"]["reasons"] == {"lines that are not text": 1}
    assert report(path) == whole


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith("json")])
def test_split_in_two_at_the_end_of_any_line_it_counts_the_same(name, plain, tmp_path):
    lines = SAMPLES[name].splitlines(keepends=True)
    for place in range(1, len(lines), len(lines) // 10 + 1):
        halves = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
        for half, part in zip(halves, (lines[:place], lines[place:]), strict=True):
            half.write_bytes(b"".join(part))
        assert analyze(map(str, halves)).to_json()["totals"] == plain[name]["totals"], place


def check_sums(path, size):
    """Each byte of an input is read or counted as unreadable."""
    if not size:
        return
    try:
        body = analyze([str(path)]).to_json()
    except InputError as error:
        body = {"inputs": [{"bytes": size, "unreadable": {"bytes": size, "reasons": str(error)}}]}
    (one,) = body["inputs"]
    assert one["bytes"] == size
    assert 0 <= one["unreadable"]["bytes"] <= size
    assert bool(one["unreadable"]["reasons"]) >= bool(one["unreadable"]["bytes"])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 1 << 20), st.integers(0, 1 << 20))
def test_of_any_cut_of_a_sample_every_byte_is_accounted_for(tmp_path_factory, name, begin, end):
    data = SAMPLES[name]
    begin, end = sorted((begin % (len(data) + 1), end % (len(data) + 1)))
    path = tmp_path_factory.getbasetemp() / "cut"
    path.write_bytes(data[begin:end])
    check_sums(path, end - begin)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=300))
def test_of_a_damaged_sample_every_byte_is_accounted_for(tmp_path_factory, name, place, damage):
    data = SAMPLES[name]
    place %= len(data)
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[:place] + damage + data[place + len(damage) :])
    check_sums(path, path.stat().st_size)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["gz", "gz-twice", "zst", "xz", "bz2"]), st.sampled_from(sorted(SAMPLES)), st.floats(0, 1))
def test_of_any_cut_of_a_packed_sample_it_is_said_that_something_is_missing(tmp_path_factory, packer, name, share):
    data = SAMPLES[name]
    packed = PACKERS[packer](data)
    halfway = len(gzip.compress(data[: len(data) // 2]))  # cut there, two streams are one: nothing tells that more came
    kept = 20 + int(share * (len(packed) - 20))  # what tells how it is packed, and more
    assume(packer != "gz-twice" or kept != halfway)
    path = tmp_path_factory.getbasetemp() / "packed"
    path.write_bytes(packed[:kept])
    try:
        (one,) = analyze([str(path)]).to_json()["inputs"]
    except InputError:
        assert kept < len(packed)
        return
    assert one["bytes"] - one["unreadable"]["bytes"] <= len(data)
    assert kept == len(packed) or one["unreadable"]["reasons"] or one["bytes"] == len(data)


def test_the_report_does_not_depend_on_the_seed_of_hashes(tmp_path):
    path = tmp_path / "sample"
    path.write_bytes(b"".join(data for name, data in SAMPLES.items() if name.endswith((".txt", ".log"))))
    command = [sys.executable, "-m", "upload_diag", "analyze", "-f", "json", path]
    one, other = (
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    )
    assert one == other
