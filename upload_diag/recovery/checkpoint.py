"""The state file: what is needed to go on with an upload after a crash or on another day. No secrets are in it."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from upload_diag.errors import InputError, UsageError

__all__ = ["SCHEMA", "Checkpoint"]

SCHEMA = "upload-diag/upload/1"
_ANEW = "Name another state file, or remove this one to start anew."
_TYPES: dict[str, type] = {
    "bucket": str, "key": str, "endpoint": str, "upload_id": str, "token": str, "path": str,
    "part_size": int, "size": int, "mtime_ns": int,
}  # fmt: skip
_MORE: dict[str, Callable[[Any], Any]] = {
    "parts": lambda value: {int(number): str(etag) for number, etag in value.items()},
    "sums": lambda value: {int(number): int(crc) for number, crc in value.items()},
    "began": float,
    "every": int,
    "creates": lambda value: tuple((float(since), float(until)) for since, until in value),
    "aborts": lambda value: tuple(map(str, value)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """An upload that is under way.

    Attributes:
        endpoint: URL of the store.
        upload_id: of the session; empty before there is one.
        token: what the object's metadata will carry.
        path: of the file; empty for a file object.
        mtime_ns: time of the file's last change, in nanoseconds.
        parts: ETags without quotes, by part number; ListParts knows better what is stored, but not what was sent.
        sums: CRC-32 of the file's bytes that were sent, by part number.
        began: when the session began, in seconds since the epoch; 0 if that is not known.
        every: parts of a stage, when the file is sent in stages; else 0.
        creates: requests for a session that were not answered: from when until when, in seconds since the epoch; 0 for
            an end that is not known, after a crash. Each may have made a session.
        aborts: sessions that were given up and may still be there.
    """

    bucket: str
    key: str
    endpoint: str
    upload_id: str
    token: str
    path: str
    part_size: int
    size: int
    mtime_ns: int
    parts: Mapping[int, str] = field(default_factory=dict)
    sums: Mapping[int, int] = field(default_factory=dict)
    began: float = 0.0
    every: int = 0
    creates: tuple[tuple[float, float], ...] = ()
    aborts: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Checkpoint | None":
        """Read a state file; None if there is none.

        Raises:
            InputError: it cannot be read.
            UsageError: it is no state file.
        """
        if path.is_char_device() or path.is_fifo():  # reading one may never end, and replacing it is not meant
            raise InputError(f"{path}: not a regular file")
        try:
            data = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path} is no state file of an upload: no JSON. {_ANEW}") from error
        if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
            raise UsageError(f"{path} is no state file of an upload: {SCHEMA} is wanted. {_ANEW}")
        return cls(**_checked(data, path))

    @classmethod
    def of_upload(cls, path: Path | None, bucket: str, key: str, endpoint: str) -> "Checkpoint | None":
        """What the state file of an upload says; None if there is none.

        Raises:
            InputError: it cannot be read.
            UsageError: it is no state file, or that of another upload.
        """
        found = cls.load(path) if path is not None else None
        if found is not None and (found.bucket, found.key, found.endpoint) != (bucket, key, endpoint):
            raise UsageError(
                f"{path} is of an upload to s3://{found.bucket}/{found.key} at {found.endpoint}, not to "
                f"s3://{bucket}/{key} at {endpoint}. Name another state file, or remove this one."
            )
        return found

    def save(self, path: Path) -> None:
        """Write the state file whole or not at all, for its owner only.

        Raises:
            InputError: it cannot be written.
        """
        data = {"schema": SCHEMA} | {each.name: getattr(self, each.name) for each in fields(self)}
        try:
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(data, file, default=dict)  # mappings of every kind
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(temporary).unlink()
                raise
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error


def _checked(data: dict[str, Any], path: Path) -> dict[str, Any]:
    for name, wanted in _TYPES.items():
        if type(data.get(name)) is not wanted:
            raise UsageError(f"{path}: {name} must be {wanted.__name__}. {_ANEW}")
    checked = {name: data[name] for name in _TYPES}
    for name, read in _MORE.items():
        if name in data:  # earlier versions did not write all of them
            try:
                checked[name] = read(data[name])
            except (AttributeError, TypeError, ValueError, OverflowError) as error:
                raise UsageError(f"{path}: {name} does not fit: {error}. {_ANEW}") from error
    return checked
