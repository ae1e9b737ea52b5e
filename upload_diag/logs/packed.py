"""Packed input as streams: compressed data and archives, also in one another. Nothing is ever unpacked to disk.

What an input says of its own sizes is not believed: one `Budget` counts what is read of it and what comes out of all
its layers and members together. A stream that breaks, or costs too much, just ends; what is missing is said after it.
"""

import io
import lzma
import sys
import tarfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from upload_diag.logs import zipped
from upload_diag.logs.compressed import CHUNK, RATIO, RATIO_FREE, BrokenError, Decompressed, compression
from upload_diag.logs.opening import Rejoined
from upload_diag.logs.watched import Around, Slice

__all__ = ["Budget", "Stream", "Unreadable", "is_packed", "unpack"]

LAYERS = 8  # archives in archives, and compression around them: a bundle of bundles of .tar.gz has six
UNPACKED = 1 << 40  # bytes that may come out of one input, however it is packed
MEMBERS = 50_000  # of all archives in one input
HELD = 64 << 20  # bytes: a zip archive inside a stream must be sought in, so it is held in memory
HEADER = 1 << 20  # bytes that say more of a tar archive's member, such as a long name


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
    """Something that is there and cannot be read as a log: a whole input, or what is missing of the one before."""

    path: str
    bytes: int
    reason: str


class _SpentError(Exception):
    """The input costs more than it may."""


class Budget(Around):
    """A packed input, and what it may cost.

    Args:
        file: the input.
        size: its size; None when only reading tells.
    """

    def __init__(self, file: Any, size: int | None) -> None:
        super().__init__(file)
        self._size = sys.maxsize if size is None else size
        self._read = 0
        self._unpacked = 0
        self._members = 0
        self._held = 0
        self.spent = ""  # by what the input costs more than it may

    def readinto(self, buffer: Any) -> int:
        count = int(self._file.readinto1(buffer))
        self._read += count
        return count

    def unpacked(self, count: int) -> None:
        """Count bytes that came out of a layer. Bytes that were read twice do not make the input larger."""
        self._unpacked += count
        if self._unpacked > RATIO_FREE and self._unpacked > RATIO * min(self._read, self._size):
            self._stop(f"unpacks to more than {RATIO} times its size")
        if self._unpacked > UNPACKED:
            self._stop(f"unpacks to more than {UNPACKED >> 40} TiB")

    def member(self) -> None:
        """Count a member of an archive; when the budget is spent, there is no next one."""
        if self.spent:
            raise _SpentError(self.spent)
        self._members += 1
        if self._members > MEMBERS:
            self._stop(f"more than {MEMBERS:,} members")

    def held(self, file: Any) -> io.BytesIO:
        """All of a stream, in memory."""
        data = file.read(HELD - self._held + 1)
        self._held += len(data)
        if self._held > HELD:
            self._stop(f"a zip archive of more than {HELD >> 20} MiB inside a stream")
        return io.BytesIO(data)

    def _stop(self, reason: str) -> None:
        self.spent = self.spent or reason
        raise _SpentError(self.spent)


def is_packed(file: io.BufferedReader) -> bool:
    """Whether a file is compressed, or an archive."""
    return _kind(file.peek(512)[:512]) is not None


def unpack(path: str, file: Any, size: int | None) -> Iterator[Stream | Unreadable]:
    """Everything that can be read in an open file: itself, or what is packed in it.

    Each stream must be read before the next is asked for.
    """
    head, file = _begun(file)
    if _kind(head) is None:
        yield Stream(path, file, size)
        return
    budget = Budget(file, size)
    yield from _layer(path, io.BufferedReader(budget, CHUNK), budget, 0)


def _layer(path: str, file: Any, budget: Budget, layer: int) -> Iterator[Stream | Unreadable]:
    head, file = _begun(file)
    kind = _kind(head)
    if kind is None:
        yield Stream(path, file)
    elif layer == LAYERS:
        yield Unreadable(path, len(head), f"more than {LAYERS} layers of packing")
    elif kind not in ("zip", "tar"):
        yield from _opened(path, Decompressed(file, kind).read, budget, layer)
    else:
        yield from (_zip if kind == "zip" else _tar)(path, file, budget, layer)


def _begun(file: Any) -> tuple[bytes, Any]:
    """The beginning of a file, and the file with its beginning; a pipe may give it in small pieces."""
    head = file.peek(512)[:512]
    if len(head) == 512 or file.seekable():
        return head, file
    head = file.read(512)
    return head, io.BufferedReader(Rejoined(head, file), CHUNK)


def _opened(
    path: str, read: Callable[[int], bytes], budget: Budget, layer: int, *, metered: bool = True
) -> Iterator[Stream | Unreadable]:
    """What comes out of a decompressor or an archive, and what is missing of it."""
    unpacked = _Unpacked(read, budget if metered else None)
    file = io.BufferedReader(unpacked, CHUNK)
    if file.peek(1) or not unpacked.fault:
        yield from _layer(path, file, budget, layer + 1)
    if unpacked.fault:
        yield Unreadable(path, unpacked.missing, unpacked.fault)


_BROKEN = (
    *(BrokenError, OSError, EOFError, ValueError, RuntimeError, MemoryError, OverflowError),
    *(zlib.error, lzma.LZMAError, tarfile.TarError),
)


class _Unpacked(io.RawIOBase):
    """A raw stream over `read` that ends where the data is broken or the budget spent.

    Attributes:
        fault: why it ended too early; empty when it did not.
        missing: how many packed bytes were not read for it.
    """

    def __init__(self, read: Callable[[int], bytes], budget: Budget | None) -> None:
        self._next = read
        self._budget = budget
        self.fault = ""
        self.missing = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.fault:
            return 0
        try:
            data = self._next(len(buffer))
            if self._budget is not None:
                self._budget.unpacked(len(data))
        except _SpentError as error:
            self.fault = str(error)
            return 0
        except _BROKEN as error:
            self.fault = f"broken or cut short: {str(error) or type(error).__name__}"
            self.missing = getattr(error, "missing", 0)
            return 0
        buffer[: len(data)] = data
        return len(data)


def _zip(path: str, file: Any, budget: Budget, layer: int) -> Iterator[Stream | Unreadable]:
    names, fault = _Names(path), ""
    try:
        seekable = file if file.seekable() else budget.held(file)
        members: Iterable[zipped.Member]
        try:
            members = zipped.listed(seekable)
        except zipped.NoDirectoryError as error:
            members, fault = zipped.found(seekable), f"broken zip archive, read without its directory: {error}"
        for member in members:
            budget.member()
            yield from _zip_member(names.of(member.name), seekable, member, budget, layer)
    except _SpentError as error:
        fault = str(error)
    except _BROKEN as error:
        fault = f"broken zip archive: {error}"
    if fault:
        yield Unreadable(path, 0, fault)


def _zip_member(
    name: str, archive: Any, member: zipped.Member, budget: Budget, layer: int
) -> Iterator[Stream | Unreadable]:
    if member.fault:
        yield Unreadable(name, member.size, member.fault)
        return
    try:
        read = zipped.reader(archive, member)
    except _BROKEN as error:
        yield Unreadable(name, member.size, f"member of a zip archive: {error}")
        return
    yield from _opened(name, read, budget, layer)


def _tar(path: str, file: Any, budget: Budget, layer: int) -> Iterator[Stream | Unreadable]:
    blocks: Any = _Blocks(file)  # has the one method that a stream of tar needs
    rest = 0
    try:
        with tarfile.open(fileobj=blocks, mode="r|", tarinfo=_Header) as archive:
            names = _Names(path)
            while (member := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # or it keeps them all
                if not member.isdir():
                    budget.member()
                    yield from _tar_member(names.of(member.name), archive, member, budget, layer)
            rest = _not_zero(archive.fileobj)
    except _SpentError as error:
        yield Unreadable(path, _not_zero(file), str(error))
    except _BROKEN as error:
        yield Unreadable(path, _not_zero(file), f"broken tar archive: {error}")
    else:
        if rest:
            yield Unreadable(path, rest, "broken tar archive: what follows is no member")
        elif blocks.last.strip(b"\0") or len(blocks.last) < tarfile.BLOCKSIZE:
            yield Unreadable(path, 0, "broken tar archive: it is cut short")


def _tar_member(
    name: str, archive: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget, layer: int
) -> Iterator[Stream | Unreadable]:
    if not member.isfile():
        yield Unreadable(name, 0, "not a regular file")
    elif member.issparse():  # what is a hole costs nothing to write
        opened: Any = archive.extractfile(member)
        yield from _opened(name, opened.read1, budget, layer)
    else:
        yield from _opened(name, Slice(archive.fileobj, member.size).read, budget, layer, metered=False)


class _Header(tarfile.TarInfo):
    """The header of a member; what it says of itself at length is read in one go, so it may not be endless."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        if header.size < 0 or (header.size > HEADER and header.type in _AT_LENGTH):
            raise tarfile.HeaderError(f"a header of {header.size:,} bytes")
        return header


_AT_LENGTH = {
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
}


class _Blocks:
    """What a tar archive is read from; past its end only for a while, as a header may promise terabytes to skip.

    Attributes:
        last: the last block.
    """

    def __init__(self, file: Any) -> None:
        self.last = b""
        self._file = file
        self._empty = 0

    def read(self, size: int) -> bytes:
        """At most so many bytes."""
        data: bytes = self._file.read(size)
        self._empty += not data
        if self._empty > 3:
            raise EOFError("it is cut short")
        if data:
            self.last = data[-tarfile.BLOCKSIZE :] if len(data) % tarfile.BLOCKSIZE == 0 else data[-1:]
        return data


def _not_zero(file: Any) -> int:
    """How many bytes follow, but for padding."""
    count = 0
    while chunk := file.read(CHUNK):
        count += len(chunk) if chunk.strip(b"\0") else 0
    return count


class _Names:
    """What the members of an archive are called; two of one name are two inputs."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._seen: Counter[str] = Counter()

    def of(self, member: str) -> str:
        """The path of a member."""
        self._seen[member] += 1
        again = f" ({self._seen[member]})" if self._seen[member] > 1 else ""
        return f"{self._archive}!{member}{again}"


def _kind(head: bytes) -> str | None:
    """How a file that begins so is packed; None when it is not."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return compression(head) or ("tar" if _begins_tar(head) else None)


def _begins_tar(head: bytes) -> bool:
    """Whether it is the header of a member; its checksum is what no text has by chance."""
    try:
        return bool(tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape"))
    except tarfile.HeaderError:
        return False
