"""What damaged packed data still gives: all before the damage, and the streams behind it."""

import bz2
import gzip
import io
import lzma
import zipfile
from random import Random

import pytest
import zstandard

from upload_diag.logs.compressed import BrokenError, Decompressed
from upload_diag.logs.packed import Stream, unpack

RANDOM = Random(5)
DATA = b"".join(b"%d an ordinary line that ends in %016x\n" % (at, RANDOM.getrandbits(64)) for at in range(30_000))
PACKED = {
    "gzip": gzip.compress(DATA, mtime=0),
    "bzip2": bz2.compress(DATA),
    "xz": lzma.compress(DATA, preset=1),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
}
each_kind = pytest.mark.parametrize("kind", PACKED)


def unpacked(packed, kind):
    """What comes out, and how it ends."""
    file, pieces = Decompressed(io.BytesIO(packed), kind), []
    try:
        while piece := file.read(5000):
            pieces.append(piece)
    except BrokenError as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


def damaged(packed, place):
    return packed[:place] + bytes([packed[place] ^ 0x5A]) + packed[place + 1 :]


@each_kind
def test_a_wrong_checksum_at_the_end_costs_nothing_that_was_unpacked(kind):
    packed = PACKED[kind]
    out, error = unpacked(damaged(packed, len(packed) - {"xz": 12, "zstd": 2}.get(kind, 5)), kind)
    assert out[: len(DATA)] == DATA
    assert error


@pytest.mark.parametrize("kind", ["gzip", "xz", "zstd"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_what_stands_before_a_damage_is_read_as_far_as_if_the_data_was_cut_there(kind, share):
    packed = PACKED[kind]
    place = int(len(packed) * share)
    out, error = unpacked(damaged(packed, place), kind)
    cut, _ = unpacked(packed[:place], kind)
    assert cut
    assert out.startswith(cut[:-1])
    assert error


def test_of_bzip2_all_blocks_before_the_damaged_one_are_read():
    out, error = unpacked(damaged(PACKED["bzip2"], len(PACKED["bzip2"]) * 9 // 10), "bzip2")
    assert out.startswith(DATA[:890_000])
    assert error


@each_kind
def test_a_stream_behind_a_damaged_or_cut_one_is_read(kind):
    packed = PACKED[kind]
    half = len(packed) // 2
    for first in (damaged(packed, half), packed[:half]):
        out, error = unpacked(first + packed, kind)
        assert out.endswith(b"\n" + DATA)
        assert error


@each_kind
def test_what_could_not_be_unpacked_is_counted(kind):
    packed = PACKED[kind]
    out, error = unpacked(packed + b"rubbish" * 20_000 + packed, kind)
    assert out == DATA * 2
    assert error.missing == 7 * 20_000


def test_data_that_is_damaged_again_and_again_is_given_up():
    _, error = unpacked(damaged(gzip.compress(DATA[:100], mtime=0), 60) * 5000, "gzip")
    assert error.missing > 100_000


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
    ids=zipfile.compressor_names.get,
)
def test_a_member_of_a_zip_is_read_however_it_is_packed(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.log", DATA)
    for packed in (out.getvalue(), out.getvalue().partition(b"PK\x01\x02")[0]):
        read = [
            (one.path, one.file.read())
            for one in unpack("x", io.BufferedReader(io.BytesIO(packed)), len(packed))
            if isinstance(one, Stream)
        ]
        assert read == [("x!a.log", DATA)]
