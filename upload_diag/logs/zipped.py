"""The members of a zip archive, also of one that was cut and so has lost its directory, which stands at the end."""

import io
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from upload_diag.logs.compressed import CHUNK, RATIO, BrokenError, Decompressed
from upload_diag.logs.watched import Slice

__all__ = ["Member", "NoDirectoryError", "found", "listed", "reader"]

_DIRECTORY = 16 << 20  # bytes of an archive's directory, which is read in one go
# What stands before a member: flags, method, checksum, packed size, length of the name and of what else is told.
_HEADER = struct.Struct("<4x2xHH4xII4xHH")
_BEGIN = re.compile(rb"PK\x03\x04")
_END = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x07\x08)")  # another member, the directory, the sizes behind a member
_ENCRYPTED, _SIZES_BEHIND, _UTF_8 = 0x001, 0x008, 0x800  # flags
_IN_64_BITS = 0xFFFFFFFF  # instead of a size that stands elsewhere
_STORED, _LZMA = 0, 14  # methods
_KINDS = {8: "deflate", 12: "bzip2", _LZMA: "lzma", 93: "zstd", 95: "xz"}


class NoDirectoryError(Exception):
    """The archive has no directory that can be read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: with its path.
        begin: where in the archive its header begins.
        size: its packed bytes, or more when that is not known.
        checksum: of what is unpacked; None when it is not known.
        length: of what is unpacked, likewise.
        fault: why it is not read; empty when it can be.
    """

    name: str
    begin: int
    size: int
    checksum: int | None
    length: int | None = None
    fault: str = ""


def listed(file: Any) -> list[Member]:
    """The members by the archive's directory, sorted by name; what calls itself packed too well to be a log comes last.

    Raises:
        NoDirectoryError: there is none.
        BrokenError: it is too large.
    """
    directory = _Directory(file)
    try:
        with zipfile.ZipFile(directory) as archive:
            # `is_dir` of older Pythons fails for a member without a name.
            files = [member for member in archive.infolist() if not member.filename.endswith("/")]
    except (zipfile.BadZipFile, ValueError, EOFError, RuntimeError) as error:
        raise NoDirectoryError(str(error)) from error
    finally:
        directory.detach()  # or the archive is closed with it
    members, bombs, end = [], set(), 0
    for one in sorted(files, key=lambda one: one.header_offset):
        kind = stat.S_IFMT(one.external_attr >> 16)
        overlaps = "it overlaps another member" if one.header_offset < end else ""
        fault = overlaps if kind in (0, stat.S_IFREG) else "not a regular file"
        members.append(Member(one.filename, one.header_offset, one.compress_size, one.CRC, one.file_size, fault))
        end = one.header_offset + one.compress_size
        if one.file_size > RATIO * one.compress_size:
            bombs.add(one.header_offset)
    return sorted(members, key=lambda one: (one.begin in bombs, one.name))


class _Directory(io.BufferedReader):
    """A zip archive, whose directory may not be larger than the limit."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY:
            raise BrokenError(f"its directory is larger than {_DIRECTORY >> 20} MiB")
        return super().read(size)


def found(file: Any) -> Iterator[Member]:
    """The members by what stands before each, in their order."""
    place: int | None = 0
    while (begin := _search(file, _BEGIN, place or 0)) is not None:
        flags, _, checksum, size, name_size, more = _header(file, begin)
        name = file.read(name_size).decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
        data = begin + _HEADER.size + name_size + more
        place = data + size
        if flags & _SIZES_BEHIND or size == _IN_64_BITS:
            place, checksum = _search(file, _END, data), None
        if not name.endswith("/"):
            yield Member(name, begin, sys.maxsize if place is None else place - data, checksum)
        if place is None:
            return


def _search(file: Any, pattern: re.Pattern[bytes], place: int) -> int | None:
    """Where a pattern of four bytes stands, at or behind a place."""
    file.seek(place)
    text = b""
    while chunk := file.read(CHUNK):
        text = text[-3:] + chunk
        match = pattern.search(text)
        if match:
            return int(file.tell()) - len(text) + match.start()
    return None


def _header(file: Any, begin: int) -> tuple[Any, ...]:
    """See `_HEADER`; zeros where the archive ends."""
    file.seek(begin)
    head = file.read(_HEADER.size)
    if not _BEGIN.match(head):
        raise BrokenError("there is no member where the directory says")
    return _HEADER.unpack(head.ljust(_HEADER.size, b"\0"))


def reader(file: Any, member: Member) -> Callable[[int], bytes]:
    """What reads a member, so many bytes at a time, and raises as `Decompressed.read` does.

    Raises:
        BrokenError: it cannot be read at all.
    """
    flags, method, _, _, *lengths = _header(file, member.begin)
    if flags & _ENCRYPTED:
        raise BrokenError("it is encrypted")
    file.seek(sum(lengths), io.SEEK_CUR)
    data = Slice(file, member.size)
    if method == _STORED:
        return _checked(data.read, member)
    if method not in _KINDS:
        raise BrokenError(f"it is packed by method {method}, which is not known")
    # What xz calls LZMA alone has its settings at the beginning, too, and its size: -1 is up to its end.
    head = data.read(9)[4:] + b"\xff" * 8 if method == _LZMA else b""
    return _checked(Decompressed(data, _KINDS[method], head).read, member)


def _checked(read: Callable[[int], bytes], member: Member) -> Callable[[int], bytes]:
    """The same, but what does not have the member's checksum and length in the end is broken."""
    checksum = length = 0

    def read_and_check(size: int) -> bytes:
        nonlocal checksum, length
        data = read(size)
        checksum, length = zlib.crc32(data, checksum), length + len(data)
        if not data and (member.checksum not in (None, checksum) or member.length not in (None, length)):
            raise BrokenError("its checksum or its length is wrong")
        return data

    return read_and_check
