"""What a hostile input is: how to make it, and what must come of it. The tables are in the modules `cases_*`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FAILED", "FILLER", "Case", "file_of"]

# One failure, by itself; and a line that says nothing.
FAILED = (
    b"2026-11-20T10:00:00.000Z ERROR UploadPart failed: NoSuchUpload: The specified upload does not exist. "
    b"uploadId=abc123abc123\n"
)
FILLER = b"2026-11-20T10:00:01.000Z INFO nothing happened here, and it took its time\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile input.

    Attributes:
        make: puts it into an empty folder, and gives the path to analyse, which may be the folder itself.
        finds: how many failed uploads (SESSION_EXPIRED) the report must count; None when any number is right.
        unread: a pattern that a reason why something was not read must match; empty when everything can be read, None
            when that is not said.
        code: the exit code; 3 when nothing in the input can be read.
        secrets: what must not be in any output, in any spelling, nor any long part of it.
        stdin: the input is piped in.
    """

    name: str
    make: Callable[[Path], Path]
    finds: int | None = 1
    unread: str | None = ""
    code: int = 0
    secrets: tuple[str, ...] = ()
    stdin: bool = False


def file_of(content: Callable[[], bytes] | bytes, name: str | bytes = "ticket.log") -> Callable[[Path], Path]:
    """Make a case of one file."""

    def make(folder: Path) -> Path:
        path = folder / (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
        path.write_bytes(content if isinstance(content, bytes) else content())
        return path

    return make
