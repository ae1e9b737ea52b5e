"""The pieces that input is counted in: a file, an archive, an object, or a range of a large one."""

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from upload_diag.logs.layout import Layout
from upload_diag.logs.objects import Object, ObjectFile, is_in_s3, list_objects, open_object
from upload_diag.logs.opening import begin
from upload_diag.logs.packed import Stream, Unreadable, is_packed
from upload_diag.logs.reader import Reader
from upload_diag.logs.source import STDIN, expand, open_streams
from upload_diag.logs.watched import Progress, Watched
from upload_diag.s3 import Store

__all__ = ["Origin", "Piece"]

RANGE = 64 << 20  # bytes of a file that are read as one piece


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to count by itself.

    Attributes:
        size: its bytes, as far as known before it is read.
        lo: where it begins, when it is a range of a plain file.
        hi: where the range ends; None for whole files and archives.
        layout: of the file that it is a range of.
        object: the object that it is, or is a range of; None for files.
    """

    path: str
    size: int
    lo: int = 0
    hi: int | None = None
    layout: Layout | None = None
    object: Object | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where paths lead, also in another process on another machine.

    Attributes:
        store: where `s3://` is.
        folder: where relative paths begin; the current folder when empty.
    """

    store: Store = field(default_factory=Store)
    folder: str = ""

    def plan(self, paths: Iterable[str], *, whole: bool = False) -> list[Piece]:
        """The pieces that files, folders, patterns and places in S3 are counted in, in order.

        What is large is counted in ranges where it can be, unless `whole` is asked for.

        Raises:
            InputError: there is nothing at a path.
            ServerUnreachableError: the store does not answer.
            UsageError: boto3 is missing.
        """
        paths = list(paths)
        files = [Piece(path, _size(path)) for path in expand(path for path in paths if not is_in_s3(path))]
        listed = list_objects(self.store, [path for path in paths if is_in_s3(path)])
        found = files + [Piece(one.path, one.size, object=one) for one in listed]
        return found if whole else [part for piece in found for part in self._ranges(piece)]

    def _ranges(self, whole: Piece) -> list[Piece]:
        layout = self._splittable(whole) if whole.size > 2 * RANGE else None
        if layout is None:
            return [whole]
        path, size = whole.path, whole.size
        return [
            Piece(path, min(RANGE, size - lo), lo, min(lo + RANGE, size), layout, whole.object)
            for lo in range(0, size, RANGE)
        ]

    def _splittable(self, whole: Piece) -> Layout | None:
        """The layout of a file that can be read in ranges; None when it cannot."""
        try:
            with io.BufferedReader(self.open(whole)) as file:
                if is_packed(file):
                    return None
                layout, _ = begin(file)
        except OSError:  # whoever reads it says so
            return None
        return layout if layout.splittable else None

    def open(self, piece: Piece, progress: Progress | None = None) -> Any:
        """The file or object of a range as a raw stream that stands where reading the range begins."""
        if piece.object is not None:
            file: Any = ObjectFile(self.store, piece.object)
        else:
            file = io.FileIO(os.path.join(self.folder, piece.path))  # noqa: PTH118 - Path would normalise it
        file.seek(Reader.begin(piece.lo))
        return file if progress is None else Watched(file, piece.size, progress)

    def streams(self, piece: Piece, progress: Progress | None = None) -> Iterator[Stream | Unreadable]:
        """Everything that can be read in a piece that is no range; each before the next is asked for."""
        if piece.object is not None:
            return open_object(self.store, piece.object, progress)
        return open_streams(piece.path, self.folder, progress)


def _size(path: str) -> int:
    try:
        return 0 if path == STDIN else Path(path).stat().st_size
    except (OSError, ValueError):
        return 0
