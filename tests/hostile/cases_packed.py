"""Compressed data and archives that are bombs, lie, are broken, or want to be written elsewhere."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from random import Random

import zstandard
from hostile import FAILED, FILLER, Case, file_of

MIB = 1 << 20


def bomb(size: int, before: bytes = FAILED) -> bytes:
    """Text of one letter that goes on and on, after something worth finding."""
    return before + b"A" * size


def gz_bomb() -> bytes:
    return gzip.compress(FAILED, mtime=0) + gzip.compress(b"A" * (20 * MIB), 1, mtime=0) * 6


def bz2_bomb() -> bytes:
    return bz2.compress(FAILED) + bz2.compress(b"A" * (20 * MIB)) * 6


def xz_bomb() -> bytes:
    return lzma.compress(FAILED, preset=0) + lzma.compress(b"A" * (16 * MIB), preset=0) * 6


def zst_bomb() -> bytes:
    packer = zstandard.ZstdCompressor(level=1)
    return packer.compress(FAILED) + packer.compress(b"A" * (16 * MIB)) * 6


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 10, 0, 0)), data, method)
    return out.getvalue()


def zip_bomb_of_many() -> bytes:
    """Members that are each small enough, all of them the same packed bytes."""
    data = b"A" * (60 * MIB)
    return zip_of({"0-first.log": FAILED} | {f"{number:04}.log": data for number in range(8)})


def zip_bomb_overlapping() -> bytes:
    """One member that the directory lists a thousand times."""
    one = bytearray(zip_of({"0000.log": FAILED + b"A" * (30 * MIB)}))
    end = one.rfind(b"PK\x05\x06")
    start = struct.unpack_from("<I", one, end + 16)[0]
    entry = bytes(one[start:end])
    entries = b"".join(entry.replace(b"0000.log", b"%04d.log" % number) for number in range(1000))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1000, 1000, len(entries), start, 0)
    return bytes(one[:start]) + entries + tail


def zip_with_lying_sizes() -> bytes:
    """A bomb that says it is packed badly, so that its ratio looks harmless; newer Pythons see that it cannot be."""
    data = bytearray(zip_of({"a.log": FAILED, "liar.log": bomb(100 * MIB)}))
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 20, 0x7FFFFFFF)
    return bytes(data)


def nested(layers: int, inner: bytes = FAILED, name: str = "a.log") -> bytes:
    data = inner
    for layer in range(layers):
        data = zip_of({name if layer == 0 else f"layer{layer}.zip": data})
    return data


def tar_of(*members: tuple[str, bytes, bytes, str]) -> bytes:
    """A tar archive of (name, type, content, link target)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, data, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data), target
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


REG, SYM, LNK = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def tar_escapes() -> bytes:
    names = (
        "../outside.log",
        "../../outside.log",
        "/tmp/hostile-outside.log",
        "a/../../outside.log",
        "C:\\outside.log",
    )
    return tar_of(*((name, REG, FAILED, "") for name in names))


def tar_links() -> bytes:
    return tar_of(
        ("passwd", SYM, b"", "/etc/passwd"), ("hard", LNK, b"", "/etc/passwd"), ("up", SYM, b"", "../.."),
        ("z.log", REG, FAILED, ""),
    )  # fmt: skip


def tar_devices() -> bytes:
    return tar_of(
        ("null", tarfile.CHRTYPE, b"", ""), ("disk", tarfile.BLKTYPE, b"", ""), ("pipe", tarfile.FIFOTYPE, b"", ""),
        ("z.log", REG, FAILED, ""),
    )  # fmt: skip


def tar_with_huge_header() -> bytes:
    """A member that says it has a terabyte."""
    data = tar_of(("big.log", REG, FAILED, ""))
    return with_checksum(data[:124] + b"\x80" + (1 << 40).to_bytes(11, "big") + data[136:512]) + data[512:]


def with_checksum(header: bytes) -> bytes:
    """A tar header that somebody has changed, with its checksum made right."""
    blank = header[:148] + b" " * 8 + header[156:512]
    return header[:148] + b"%06o\0 " % sum(blank) + header[156:512]


def tar_with_negative_size() -> bytes:
    data = tar_of(("a.log", REG, FAILED, ""), ("b.log", REG, FAILED, ""))
    return with_checksum(data[:124] + b"\xff" * 12 + data[136:512]) + data[512:]


def tar_with_endless_record() -> bytes:
    """A record of a long name that says it is longer than a machine can count."""
    record = tar_of(("long", tarfile.XHDTYPE, b"9999999999999999999 path=../b.log\n", ""))
    return tar_of(("a.log", REG, FAILED, ""))[:1024] + record


def tar_with_broken_header() -> bytes:
    data = tar_of(("a.log", REG, FAILED, ""), ("b.log", REG, FAILED, ""))
    return data[:1030] + b"?" + data[1031:]


def tar_with_sparse_terabyte() -> bytes:
    """A member of a few bytes and a hole of a terabyte behind them."""
    info = tarfile.TarInfo("hole.log")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 512
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[483:495] = b"\x80" + (1 << 40).to_bytes(11, "big")
    return with_checksum(bytes(header)) + FAILED.ljust(512, b"\0") + bytes(1024)


def tar_with_long_header() -> bytes:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 8 * MIB
    return info.tobuf(tarfile.GNU_FORMAT) + b"A" * info.size


def zip_with_link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("z.log", FAILED)
    return out.getvalue()


def zip_with_one_name_twice() -> bytes:
    return zip_of({"a.log": FAILED, "b.log": FAILED}).replace(b"b.log", b"a.log")


def zip_with_large_directory() -> bytes:
    return zip_of({f"{number:060000}": b"" for number in range(300)}, zipfile.ZIP_STORED)


def zip_of_zips_of_bombs() -> bytes:
    data = zip_of({"z.log": b"A" * (20 * MIB)})
    for _ in range(3):
        data = zip_of({f"{number}.zip": data for number in range(5)})
    return data


def layers_of_gzip(count: int) -> bytes:
    data = FAILED
    for _ in range(count):
        data = gzip.compress(data, mtime=0)
    return data


SKIPPED = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"  # a frame of zstd that holds no data


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def encrypted_zip() -> bytes:
    data = bytearray(zip_of({"a.log": FAILED}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        data[place + at] |= 1
    return bytes(data)


def stored_under(name: str) -> bytes:
    return zip_of({name: FAILED})


def gz_twice_cut(keep: float) -> bytes:
    random = Random(7)
    lines = b"".join(FILLER + b"%032x\n" % random.getrandbits(128) for _ in range(4000))
    data = gzip.compress(FAILED + lines, mtime=0)
    return data[: int(len(data) * keep)]


def gzip_named(name: bytes) -> bytes:
    """A gzip file whose header holds a name, which ends with a NUL."""
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + gzip.compress(FAILED, mtime=0)[10:]


def streamed_zip() -> bytes:
    """A zip whose writer could not go back: sizes stand behind the data."""

    class Stream(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.written += bytes(data)
            return len(data)

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", FAILED)
    return out.written


def zip_of_many_ends() -> bytes:
    return zip_of({"a.log": FAILED})[:-2] + struct.pack("<H", 65_516) + (b"PK\x05\x06" + bytes(18)) * 2978


def zip_with_far_directory() -> bytes:
    data = zip_of({"a.log": FAILED})
    return data[:-6] + struct.pack("<I", 0x7FFFFFFF) + data[-2:]


def tar_with_attributes(**attributes: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.log")
        info.size, info.pax_headers = len(FAILED), attributes
        archive.addfile(info, io.BytesIO(FAILED))
    return out.getvalue()


def zst_with_dictionary() -> bytes:
    samples = [FILLER + b"part %d" % number for number in range(500)]
    return zstandard.ZstdCompressor(dict_data=zstandard.train_dictionary(2000, samples)).compress(FAILED)


def tar_gz(inner: bytes) -> bytes:
    return gzip.compress(inner, 9, mtime=0)


def broken(data: bytes, at: float = 0.5) -> bytes:
    """The same with some bytes in the middle overwritten."""
    place = int(len(data) * at)
    return data[:place] + b"\xff\x00\xaa\x55" * 16 + data[place + 64 :]


def noise(size: int) -> bytes:
    return Random(11).randbytes(size)


def zip_into_folder(names: list[str]):
    def make(folder: Path) -> Path:
        path = folder / "many.zip"
        path.write_bytes(zip_of(dict.fromkeys(names, FAILED)))
        return path

    return make


RATIO = "times its size|unpacks to more"
CASES = [
    Case("a gzip bomb", file_of(gz_bomb, "bomb.gz"), unread=RATIO),
    Case("a gzip bomb on standard input", file_of(gz_bomb, "bomb.gz"), unread=RATIO, stdin=True),
    Case("a bzip2 bomb", file_of(bz2_bomb, "bomb.bz2"), unread=RATIO),
    Case("an xz bomb", file_of(xz_bomb, "bomb.xz"), unread=RATIO),
    Case("a zstd bomb", file_of(zst_bomb, "bomb.zst"), unread=RATIO),
    Case("a gzip bomb in gzip", file_of(lambda: tar_gz(gz_bomb()), "bomb.gz.gz"), unread=RATIO),
    Case("a gzip bomb in a zip", file_of(lambda: zip_of({"a.gz": gz_bomb()}), "bomb.zip"), unread=RATIO),
    Case("a zip with a bomb", file_of(lambda: zip_of({"a.log": bomb(100 * MIB)}), "bomb.zip"), unread=RATIO),
    Case("a zip bomb of many small members", file_of(zip_bomb_of_many, "many.zip"), unread=RATIO),
    Case("a zip bomb of overlapping members", file_of(zip_bomb_overlapping, "over.zip"), unread=f"{RATIO}|overlaps"),
    Case("a zip bomb that lies about its size", file_of(zip_with_lying_sizes, "liar.zip"), finds=None,
        unread=f"{RATIO}|broken|zip bomb"),
    Case("a tar with a bomb in gzip", file_of(
        lambda: tar_gz(tar_of(("0.log", REG, FAILED, ""), ("1.log", REG, b"A" * (100 * MIB), ""))), "b.tar.gz"),
        unread=RATIO),
    Case("nine zips in one another", file_of(lambda: nested(9), "deep.zip"), finds=None, unread="layers", code=3),
    Case("three zips in one another", file_of(lambda: nested(3), "deep.zip")),
    Case("a zip that holds a gzip of a tar", file_of(
        lambda: zip_of({"a.tgz": tar_gz(tar_of(("x.log", REG, FAILED, "")))}), "mix.zip")),
    Case("tar entries that point outside", file_of(tar_escapes, "up.tar"), finds=5),
    Case("tar entries that are links", file_of(tar_links, "links.tar"), unread="not a regular file"),
    Case("tar entries that are devices", file_of(tar_devices, "devices.tar"), unread="not a regular file"),
    Case("a tar entry of a terabyte that is not there", file_of(tar_with_huge_header, "tb.tar"), unread="tar|end"),
    Case("a tar cut in a header", file_of(lambda: tar_of(("a.log", REG, FAILED, ""), ("b.log", REG, FAILED, ""))[:1300],
         "cut.tar"), unread="tar|cut"),
    Case("a tar cut in a member", file_of(
        lambda: tar_of(("a.log", REG, FAILED + FILLER * 5000, ""))[:200_000], "cut.tar"), unread="tar|cut|end"),
    Case("a tar entry with an endless record", file_of(tar_with_endless_record, "record.tar"), unread="tar"),
    Case("a tar entry of less than no bytes", file_of(tar_with_negative_size, "minus.tar"), finds=None, unread="tar",
         code=3),
    Case("a tar with a broken header", file_of(tar_with_broken_header, "broken.tar"), unread="tar"),
    Case("a tar entry with a hole of a terabyte", file_of(tar_with_sparse_terabyte, "hole.tar"), unread=RATIO),
    Case("a tar header of 8 MiB", file_of(tar_with_long_header, "long.tar"), finds=None, unread="header", code=3),
    Case("two tars after one another", file_of(lambda: tar_of(("a.log", REG, FAILED, "")) * 2, "two.tar"),
         unread="follows"),
    Case("a zip entry that is a link", file_of(zip_with_link, "link.zip"), unread="not a regular file"),
    Case("a zip with exactly the same name twice", file_of(zip_with_one_name_twice, "twice.zip"), finds=2),
    Case("a zip with a directory of 18 MB", file_of(zip_with_large_directory, "wide.zip"), finds=None,
         unread="directory", code=3),
    Case("zips of zips of bombs", file_of(zip_of_zips_of_bombs, "tree.zip"), finds=0, unread=RATIO),
    Case("gzip in gzip eight times", file_of(lambda: layers_of_gzip(8), "a.gz")),
    Case("gzip in gzip nine times", file_of(lambda: layers_of_gzip(9), "a.gz"), finds=None, unread="layers", code=3),
    Case("gzips with padding between them", file_of(
        lambda: gzip.compress(FAILED, mtime=0) + bytes(1000) + gzip.compress(FAILED, mtime=0), "pad.gz"), finds=2),
    Case("bzip2 with rubbish behind it", file_of(lambda: bz2.compress(FAILED) + b"rubbish", "tail.bz2"),
         unread="follows"),
    Case("xz that wants a gigabyte", file_of(
        lambda: lzma.compress(FAILED, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]), "big.xz"),
        finds=None, unread="[Mm]emory", code=3),
    Case("zstd frames with one between them that holds nothing", file_of(
        lambda: zst(FAILED) + SKIPPED + zst(FAILED), "frames.zst"), finds=2),
    Case("a zstd of text cut in half", file_of(
        lambda: zst(FAILED + noise(200_000).hex().encode())[:150_000], "half.zst"), unread="without its end"),
    *(
        Case(f"{name} on standard input", file_of(make, name), unread=RATIO, stdin=True)
        for name, make in (("bomb.zst", zst_bomb), ("bomb.xz", xz_bomb), ("bomb.zip", zip_bomb_of_many))
    ),
    Case("an empty tar", file_of(tar_of(), "empty.tar"), finds=None, unread=None, code=3),
    Case("an empty zip", file_of(zip_of({}), "empty.zip"), finds=None, unread=None, code=3),
    Case("zip entries that point outside", zip_into_folder(["../up.log", "/abs.log", "a/../../b.log", "..\\win.log"]),
         finds=4),
    Case("a zip entry with a control character in its name", zip_into_folder(["\x1b[2Jclear\x07.log", "new\nline.log"]),
         finds=2),
    Case("a zip with the same name twice over", file_of(
        lambda: stored_under("a.log")[:0] + zip_of({"a.log": FAILED, "A.log": FAILED}), "same.zip"), finds=2),
    Case("a zip entry without a name", zip_into_folder([""])),
    Case("a zip entry with a name of 60,000 letters", zip_into_folder(["n" * 60_000 + ".log"])),
    Case("an encrypted zip", file_of(encrypted_zip, "secret.zip"), finds=None, unread="encrypted|password", code=3),
    Case("a zip cut in half", file_of(lambda: stored_under("a.log")[:90], "cut.zip"), finds=None, unread="zip"),
    Case("a zip without its directory", file_of(
        lambda: zip_of({"a.log": FAILED, "b.log": FAILED}).partition(b"PK\x01\x02")[0], "cut.zip"), finds=2,
        unread="directory"),
    Case("a zip written as a stream, without its directory", file_of(
        lambda: (streamed_zip() * 2).partition(b"PK\x01\x02")[0] * 2, "cut.zip"), finds=2, unread="directory"),
    Case("a zip that says that a member is shorter", file_of(
        lambda: zip_of({"a.log": FAILED}).replace(struct.pack("<I", len(FAILED)), struct.pack("<I", 10)), "short.zip"),
        unread="length"),
    Case("a zip with a wrong checksum", file_of(
        lambda: zip_of({"a.log": FAILED}).replace(struct.pack("<I", zlib.crc32(FAILED)), b"1234"), "sum.zip"),
        unread="checksum"),
    Case("a zip with a broken member", file_of(
        lambda: broken(zip_of({"a.log": noise(40_000), "b.log": FAILED}), 0.3), "broken.zip"), unread="zip|not text"),
    Case("a gzip cut in half", file_of(lambda: gz_twice_cut(0.5), "cut.gz"), unread="broken|cut"),
    Case("a gzip without its last byte", file_of(lambda: gz_twice_cut(1)[:-1], "cut.gz"), unread="broken|cut"),
    Case("a gzip cut in its header", file_of(lambda: gz_twice_cut(1)[:6], "cut.gz"), finds=None, unread="broken|cut",
         code=3),
    Case("a gzip with a broken middle", file_of(lambda: broken(gz_twice_cut(1)), "broken.gz"), unread="broken|cut"),
    Case("a gzip with rubbish behind it", file_of(lambda: gzip.compress(FAILED, mtime=0) + b"rubbish" * 50, "tail.gz"),
         unread="broken|rubbish|after"),
    Case("a gzip of nothing", file_of(gzip.compress(b"", mtime=0), "empty.gz"), finds=None, unread="empty", code=3),
    Case("gzips one after another", file_of(lambda: gzip.compress(FAILED, mtime=0) * 500, "many.gz"), finds=500),
    Case("an xz cut in half", file_of(lambda: lzma.compress(FAILED + noise(50_000))[:20_000], "cut.xz"), finds=None,
         unread="broken|cut|not text"),
    Case("a bzip2 cut in half", file_of(lambda: bz2.compress(FAILED + FILLER * 500)[:60], "cut.bz2"), finds=None,
         unread="broken|cut", code=3),
    Case("a zstd cut in half", file_of(
        lambda: zstandard.ZstdCompressor().compress(FAILED + noise(200_000))[:150_000], "cut.zst"), finds=None,
        unread="broken|cut|not text"),
    Case("a zstd that wants a window of 2 GiB", file_of(
        lambda: b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\x00\x00", "window.zst"), finds=None,
        unread="broken|memory", code=3),
    Case("an xz with a dictionary of 16 MiB", file_of(
        lambda: lzma.compress(FAILED, format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 16 * MIB}]),
        "dict.xz")),
    Case("a gzip with a name of 5 MB", file_of(lambda: gzip_named(b"n" * 5_000_000 + b"\0"), "named.gz")),
    Case("a gzip with a name that clears the screen", file_of(lambda: gzip_named(b"\x1b]0;x\x07\x1b[2J\0"), "named.gz")),
    Case("a gzip whose name never ends", file_of(lambda: gzip_named(b"n" * 5_000_000)[:4_000_000], "named.gz"),
         finds=None, unread="broken|cut", code=3),
    Case("a zip written as a stream", file_of(streamed_zip, "stream.zip")),
    Case("a zip with three thousand ends in its comment", file_of(zip_of_many_ends, "ends.zip"), finds=None, unread=None,
         code=3),
    Case("a zip that promises its list beyond its end", file_of(zip_with_far_directory, "far.zip"), finds=None,
         unread="zip", code=3),
    Case("a tar of wild attributes", file_of(lambda: tar_with_attributes(
        path="../../\x1b[2J\nx\u202e.log", mtime="NaN", atime="1e999", uid="9" * 5000, comment="c" * 100_000), "wild.tar")),
    Case("a tar that lies about a size in an attribute", file_of(
        lambda: tar_with_attributes(size="99999999999"), "liar.tar"), unread="tar|cut"),
    Case("a hundred thousand empty frames before a zstd", file_of(
        lambda: struct.pack("<II", 0x184D2A50, 0) * 100_000 + zst(FAILED), "frames.zst")),
    Case("a zstd made with a dictionary", file_of(zst_with_dictionary, "dict.zst"), finds=None, unread="broken", code=3),
    Case("a log that only begins like bzip2", file_of(b"BZhello " + FAILED, "false.log")),
    Case("a log that only begins like a zip", file_of(b"PK\x03\x04 is how zips begin\n" + FAILED, "false.log"),
         finds=None, unread="zip", code=3),
]  # fmt: skip
