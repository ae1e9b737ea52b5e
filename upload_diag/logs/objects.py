"""Logs in S3: which objects there are below a prefix, and each as a file that can be read from anywhere.

An object is read by Range GETs with If-Match: whatever is read of it is of one version, the one that was listed.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from upload_diag.errors import InputError, UsageError
from upload_diag.logs.packed import Stream, Unreadable, unpack
from upload_diag.logs.watched import Progress, Watched
from upload_diag.s3 import Store, listing, reason, s3_failures

__all__ = ["Object", "ObjectFile", "is_in_s3", "list_objects", "open_object"]

_PLACE = re.compile(r"s3://([^/]+)(?:/(.*))?", re.DOTALL)
_WINDOW = 65 << 20  # bytes asked for at once: a range of 64 MiB with what stands before and after it is one request
_TRIES = 5  # requests in a row that bring no byte; what fails before its first byte is tried again by botocore itself


@dataclass(frozen=True, slots=True)
class Object:
    """An object as it was listed.

    Attributes:
        path: `s3://bucket/key`.
        size: in bytes.
        etag: of the version that is read.
    """

    path: str
    size: int
    etag: str


def is_in_s3(path: str) -> bool:
    """Whether a path names a place in S3."""
    return path.startswith("s3://")


def list_objects(store: Store, places: Iterable[str]) -> list[Object]:
    """The objects whose keys begin as one of the places (`s3://bucket/prefix`) says, each once, sorted by path.

    Raises:
        UsageError: boto3 is missing, or a place has no bucket.
        InputError: there is no such bucket, no such object, or no permission to see.
        ServerUnreachableError: the store does not answer.
    """
    found: dict[str, Object] = {}
    for place in places:
        listed = {one.path: one for one in _list(store, place)}
        if not listed:
            raise InputError(f"{place}: no object there whose key begins so")
        found |= listed
    return [found[path] for path in sorted(found)]


def _list(store: Store, place: str) -> Iterator[Object]:
    bucket, prefix = _bucket_and_key(place)
    client = store.shared_client()
    with s3_failures(place):
        for page in listing(client, "list_objects_v2", Bucket=bucket, Prefix=prefix):
            for one in page.get("Contents", ()):
                if one["Size"] or not one["Key"].endswith("/"):  # what consoles make to show a folder
                    yield Object(f"s3://{bucket}/{one['Key']}", one["Size"], one["ETag"])


def _bucket_and_key(place: str) -> tuple[str, str]:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"{place}: names no bucket; write s3://bucket/prefix")
    return match[1], match[2] or ""


def open_object(store: Store, found: Object, progress: Progress | None = None) -> Iterator[Stream | Unreadable]:
    """Everything that can be read in an object: itself, or the members of the archive that it is.

    Each stream must be read before the next is asked for. `progress` is told how many more bytes were read, before
    anything is unpacked.
    """
    try:
        raw: Any = ObjectFile(store, found)
        with io.BufferedReader(raw if progress is None else Watched(raw, found.size, progress), 1 << 16) as file:
            yield from unpack(found.path, file, found.size)
    except OSError as error:
        yield Unreadable(found.path, found.size, str(error))


class ObjectFile(io.RawIOBase):
    """One version of an object as a file; see the module.

    Reading raises OSError when the object changed, vanished, or cannot be read.
    """

    def __init__(self, store: Store, found: Object) -> None:
        self._client = store.shared_client()
        self._bucket, self._key = _bucket_and_key(found.path)
        self._size, self._etag = found.size, found.etag
        self._at = 0
        self._body: Any = None  # of the answer that is being read, from `_at` on

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        if at != self._at:
            self._drop()
            self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        from botocore.exceptions import BotoCoreError

        last: Exception | None = None
        for _ in range(_TRIES):
            if self._at >= self._size:
                return 0
            self._body = self._body or self._ask()
            try:
                data = self._body.read(len(buffer))
            except BotoCoreError as error:  # the connection broke; the rest is asked for
                data, last = b"", error
            if data:
                buffer[: len(data)] = data
                self._at += len(data)
                return len(data)
            self._drop()
        raise OSError(f"the connection broke {_TRIES} times in a row: {last}") from last

    def close(self) -> None:
        self._drop()
        super().close()

    def _ask(self) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        last = min(self._at + _WINDOW, self._size) - 1
        try:
            answer = self._client.get_object(
                Bucket=self._bucket, Key=self._key, Range=f"bytes={self._at}-{last}", IfMatch=self._etag
            )
        except (BotoCoreError, ClientError) as error:
            raise OSError(_refusal(error)) from error
        if answer["ETag"] != self._etag:  # a store that does not know If-Match
            raise OSError(_CHANGED)
        if self._at and answer["ResponseMetadata"]["HTTPStatusCode"] != 206:
            raise OSError("the store answers no Range")
        return answer["Body"]

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


_CHANGED = "changed while it was read"


def _refusal(error: Exception) -> str:
    status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
    return _CHANGED if status == 412 else reason(error)
