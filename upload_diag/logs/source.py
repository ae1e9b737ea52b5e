"""Where logs come from: files, folders, patterns, standard input; packed or not. Nothing is ever unpacked to disk."""

import bz2
import glob
import io
import lzma
import os
import stat
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from upload_diag.errors import InputError
from upload_diag.logs.watched import Progress, Watched

__all__ = ["STDIN", "Stream", "Unreadable", "expand", "is_packed", "open_streams", "streams_of"]

STDIN = "-"
MAX_LAYERS = 4  # archives in archives, and compression around them
RATIO_LIMIT = 200  # a log is rarely packed better than 1:50; a bomb is 1:1000
RATIO_FREE = 64 << 20  # bytes that may come out before the ratio counts
NESTED_LIMIT = 64 << 20  # an archive that must be sought in, inside a stream that cannot seek, is held in memory


@dataclass(frozen=True, slots=True)
class Stream:
    """Something to read.

    Attributes:
        path: how to call it; a member of an archive is `archive.zip!member`.
        file: its bytes, unpacked.
        size: how many bytes it has; None when only reading tells. Known for plain files, which can be read in ranges.
    """

    path: str
    file: io.BufferedIOBase
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is there and cannot be read as a log."""

    path: str
    bytes: int
    reason: str


def expand(paths: Iterable[str]) -> list[str]:
    """The files that the paths, folders and glob patterns mean, each once, sorted.

    Raises:
        InputError: a path does not exist, or a pattern matches nothing.
    """
    found: set[str] = set()
    for path in paths:
        if path == STDIN:
            found.add(path)
        elif os.path.isdir(path):  # noqa: PTH112 - a path may hold what Path would normalise away
            found.update(_walk(path))
        elif os.path.lexists(path):
            found.add(path)
        else:
            matches = [match for match in glob.glob(path, recursive=True) if not os.path.isdir(match)]  # noqa: PTH112, PTH207
            if not matches:
                raise InputError(f"{path}: no such file or folder")
            found.update(matches)
    return sorted(found)


def _walk(folder: str) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]  # noqa: PTH114, PTH118
        for name in names + links:  # a link to a folder is not followed, but not passed over in silence either
            yield os.path.join(root, name)  # noqa: PTH118


def open_streams(path: str, folder: str = "", progress: Progress | None = None) -> Iterator[Stream | Unreadable]:
    """Everything that can be read under one path: the file itself, or the members of the archive that it is.

    Each stream must be read before the next is asked for. `folder` is where a relative path begins.
    `progress` is told how many more bytes were read, before anything is unpacked.
    """
    if path == STDIN:
        given: Any = sys.stdin.buffer
        yield from _unpack(STDIN, io.BufferedReader(Watched(given.raw, 0, progress)) if progress else given, None, 0)
        return
    try:
        status = Path(folder, path).stat()
        if not stat.S_ISREG(status.st_mode):
            reason = "a link to a folder, not followed" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            yield Unreadable(path, 0, reason)
            return
        with _open(Path(folder, path), status.st_size, progress) as file:
            yield from _unpack(path, file, status.st_size, 0)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield Unreadable(path, 0, reason)


def _open(path: Path, size: int, progress: Progress | None) -> io.BufferedReader:
    raw = path.open("rb", buffering=0)
    watched: Any = raw if progress is None else Watched(raw, size, progress)
    return io.BufferedReader(watched)


def streams_of(path: str, file: Any, size: int) -> Iterator[Stream | Unreadable]:
    """Everything that can be read in a file that is open already; as `open_streams`."""
    yield from _unpack(path, file, size, 0)


def _unpack(
    path: str, file: Any, size: int | None, layer: int, meter: "_Meter | None" = None
) -> Iterator[Stream | Unreadable]:
    head = file.peek(512)[:512]
    kind = _kind(head)
    if kind is None:
        yield Stream(path, file, size)
        return
    if meter is None:
        meter = _Meter(file, size)
        file = io.BufferedReader(meter, 1 << 16)
    if layer >= MAX_LAYERS:
        yield Unreadable(path, len(head), f"more than {MAX_LAYERS} layers of packing")
    elif kind in _DECOMPRESSORS:
        unpacked = io.BufferedReader(_Limited(_DECOMPRESSORS[kind](file), meter))
        with suppress(OSError, EOFError):
            yield from _unpack(path, unpacked, None, layer + 1, meter)
            return
        yield Unreadable(path, size or 0, f"broken {kind} data")
    elif kind == "zip":
        yield from _zip(path, file, layer, meter)
    else:
        yield from _tar(path, file, layer, meter)


def _kind(head: bytes) -> str | None:
    return next((kind for magic, offset, kind in _MAGIC if head[offset : offset + len(magic)] == magic), None)


def is_packed(file: io.BufferedReader) -> bool:
    """Whether a file is compressed, or an archive."""
    return _kind(file.peek(512)[:512]) is not None


def _zip(path: str, file: Any, layer: int, meter: "_Meter") -> Iterator[Stream | Unreadable]:
    seekable = file if file.seekable() else _in_memory(file)
    if seekable is None:
        yield Unreadable(path, NESTED_LIMIT, "zip inside a stream, larger than 64 MiB")
        return
    try:
        with zipfile.ZipFile(seekable) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                if not member.is_dir():
                    yield from _zip_member(f"{path}!{member.filename}", archive, member, layer, meter)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Unreadable(path, 0, f"broken zip archive: {error}")


def _zip_member(
    name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, layer: int, meter: "_Meter"
) -> Iterator[Stream | Unreadable]:
    try:
        with archive.open(member) as file:
            limited = io.BufferedReader(_Limited(file, meter))
            yield from _unpack(name, limited, None, layer + 1, meter)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        yield Unreadable(name, member.compress_size, f"member of a zip archive: {error}")


def _tar(path: str, file: Any, layer: int, meter: "_Meter") -> Iterator[Stream | Unreadable]:
    counted: Any = _Counted(file)  # has the one method that a stream of tar needs
    try:
        with tarfile.open(fileobj=counted, mode="r|") as archive:
            for member in archive:
                name = f"{path}!{member.name}"
                if member.isdir():
                    continue
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is None:
                    yield Unreadable(name, 0, "not a regular file")
                    continue
                yield from _unpack(name, io.BufferedReader(_Plain(opened)), None, layer + 1, meter)
    except (tarfile.TarError, OSError, EOFError) as error:
        yield Unreadable(path, 0, f"broken tar archive: {error}")
        return
    if counted.bytes % tarfile.BLOCKSIZE:  # a header that is cut short passes for the end
        yield Unreadable(path, 0, "broken tar archive: it is cut short")


def _in_memory(file: Any) -> io.BytesIO | None:
    data = file.read(NESTED_LIMIT + 1)
    return io.BytesIO(data) if len(data) <= NESTED_LIMIT else None


class _Plain(io.RawIOBase):
    """A raw stream over anything with `read`."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read(len(buffer))
        except _broken() as error:
            raise OSError(f"packed data is broken or cut short: {error}") from error
        buffer[: len(data)] = data
        return len(data)


class _Counted:
    """What a tar archive is read from; past its end for a while only, as headers promise terabytes to skip."""

    def __init__(self, file: Any) -> None:
        self.bytes = 0
        self._file = file
        self._empty = 0

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        self.bytes += len(data)
        self._empty += not data
        if self._empty > 3:
            raise EOFError("it is cut short")
        return data


class _Limited(_Plain):
    """A raw stream over a decompressor that refuses to be a bomb."""

    def __init__(self, file: Any, meter: "_Meter") -> None:
        super().__init__(file)
        self._meter = meter

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        self._meter.unpacked(count)
        return count


class _Meter(io.RawIOBase):
    """An input that is packed: counts what is read of it, and what comes out of all its layers and members together.

    What the input says of its own sizes is not believed, and bytes that are read twice do not count twice.
    """

    def __init__(self, file: Any, size: int | None) -> None:
        self._file = file
        self._size = sys.maxsize if size is None else size
        self._in = 0
        self._out = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        count = int(self._file.readinto1(buffer))
        self._in += count
        return count

    def unpacked(self, count: int) -> None:
        """Count bytes that came out.

        Raises:
            OSError: there are more than a log can have.
        """
        self._out += count
        if self._out > RATIO_FREE and self._out > RATIO_LIMIT * min(self._in, self._size):
            raise OSError(f"unpacks to more than {RATIO_LIMIT} times its size")


def _broken() -> tuple[type[Exception], ...]:
    """What the decompressors raise for data that is broken or cut short."""
    found: list[type[Exception]] = [zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, EOFError, zlib.error]
    for module, name in (("isal.isal_zlib", "error"), ("zstandard", "ZstdError")):
        with suppress(ImportError):
            found.append(getattr(import_module(module), name))
    return tuple(found)


class _Gzip:
    """Reads gzip data, also several members after one another, up to the very byte where it is cut short.

    `gzip.GzipFile` throws away what it has unpacked when it meets the cut.
    """

    def __init__(self, file: Any) -> None:
        try:
            self._zlib: Any = import_module("isal.isal_zlib")
        except ImportError:
            self._zlib = zlib
        self._file = file
        self._member = self._zlib.decompressobj(wbits=31)
        self._packed = b""

    def read(self, size: int) -> bytes:
        while True:
            if not self._packed:
                self._packed = self._file.read(1 << 16)
            if self._member.eof:
                self._packed = self._packed.lstrip(b"\0")  # padding is allowed between members
                if not self._packed:
                    return b""
                self._member = self._zlib.decompressobj(wbits=31)
            out: bytes = self._member.decompress(self._packed, size)
            at_end = not self._packed
            self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if out:
                return out
            if at_end and not self._member.eof:
                raise EOFError("the end is missing")


def _zstd(file: Any) -> Any:
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)


_DECOMPRESSORS: dict[str, Callable[[Any], Any]] = {
    "gzip": _Gzip,
    "zstd": _zstd,
    "xz": lzma.LZMAFile,
    "bzip2": bz2.BZ2File,
}
_MAGIC = (
    (b"\x1f\x8b", 0, "gzip"),
    (b"\x28\xb5\x2f\xfd", 0, "zstd"),
    (b"\xfd7zXZ\x00", 0, "xz"),
    (b"1AY&SY", 4, "bzip2"),  # a block; its three first letters might begin any text
    (b"\x17\x72\x45\x38\x50\x90", 4, "bzip2"),  # no block at all
    (b"PK\x03\x04", 0, "zip"),
    (b"PK\x05\x06", 0, "zip"),
    (b"ustar", 257, "tar"),
)
