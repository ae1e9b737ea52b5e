"""`/_gateway/`: a small video backend in front of the same S3, whose failures are envelopes.

It talks to the S3 side over the network with boto3, as a real backend does, so that every fault reaches it.
"""

import json
import math
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

from upload_diag.faults.checksums import Digests
from upload_diag.faults.content import ContentStore, Joined
from upload_diag.faults.envelopes import SHAPES, Failure, wrap
from upload_diag.faults.http import Body, Head
from upload_diag.faults.response import Response

__all__ = ["PREFIX", "Gateway"]

PREFIX = "/_gateway/"
BUCKET = "gateway-videos"
MAX_JSON = 64 * 1024
MAX_PARTS = 10_000
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT",
    "access-control-allow-headers": "*",
    "access-control-expose-headers": "x-amz-request-id",
}


@dataclass(slots=True)
class Video:
    """A video that is being uploaded.

    Attributes:
        chunk_size: bytes of each part but the last.
        etags: of the parts that arrived in the session at hand.
    """

    id: str
    key: str
    part_count: int
    chunk_size: int
    upload_id: str
    etags: dict[int, str] = field(default_factory=dict)

    @property
    def session(self) -> dict[str, str]:
        return {"Bucket": BUCKET, "Key": self.key, "UploadId": self.upload_id}

    def as_json(self) -> dict[str, Any]:
        return {
            "videoId": self.id,
            "uploadId": self.upload_id,
            "partCount": self.part_count,
            "chunkSize": self.chunk_size,
        }


class _FailedError(Exception):
    """The answer is this failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Gateway:
    """The backend's routes.

    Args:
        client: makes a boto3 S3 client for the S3 side of this server.
        store: takes the bodies of parts in.
        seed: of video ids.
    """

    def __init__(self, client: Callable[..., Any], store: ContentStore, seed: int) -> None:
        self._make_client = client
        self._store = store
        self._seed = seed
        self._lock = threading.Lock()
        self._videos: dict[str, Video] = {}
        self._made = 0

    @cached_property
    def _s3(self) -> Any:
        from botocore.config import Config

        return self._make_client(config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}))

    def reset(self) -> None:
        """Forget every video."""
        with self._lock:
            self._videos.clear()
            self._made = 0

    def answer(self, head: Head, body: Body) -> Response:
        """Answer a request whose path begins with `PREFIX`."""
        path, _, query = head.target.partition("?")
        shape = parse_qs(query).get("shape", ["seed"])[0]
        if head.method == "OPTIONS":
            return Response(200, dict(CORS))
        try:
            if shape not in SHAPES:
                raise _bad(f"There is no shape {shape!r}. Take one of: {', '.join(SHAPES)}.")
            status, data = self._route(head, path.removeprefix(PREFIX), body)
            kind, text = "application/json", json.dumps({"success": True, "data": data}).encode()
        except _FailedError as error:
            status = error.failure.status
            kind, text = wrap(shape if shape in SHAPES else "seed", error.failure)
        return Response(status, {"content-type": kind, **CORS}, text)

    def _route(self, head: Head, path: str, body: Body) -> tuple[int, dict[str, Any]]:
        if path == "videos" and head.method == "POST":
            return 201, self._create(_read_json(body))
        match = re.fullmatch(r"videos/([^/]+)/(complete|refresh|parts/(\d{1,5}))", path)
        if match is None or head.method != ("PUT" if match[3] else "POST"):
            raise _bad(f"{head.method} {PREFIX}{path} is not answered here.", "MethodNotAllowed", 405)
        video = self._videos.get(unquote(match[1]))
        if video is None:
            raise _bad(f"There is no video {unquote(match[1])}.", "NoSuchKey", 404)
        if match[3]:
            return 200, self._part(video, int(match[3]), body)
        return 200, self._complete(video) if match[2] == "complete" else self._refresh(video)

    def _create(self, data: dict[str, Any]) -> dict[str, Any]:
        name, size, chunk = (data.get(field) for field in ("fileName", "fileSize", "chunkSize"))
        if not isinstance(name, str) or not name or not _positive(size) or not _positive(chunk):
            raise _bad("fileName (a text), fileSize and chunkSize (bytes, above 0) are wanted.")
        count = math.ceil(size / chunk)  # type: ignore[operator]  # checked above
        if count > MAX_PARTS:
            raise _bad(f"fileSize / chunkSize is {count} parts; {MAX_PARTS} are possible.")
        with self._lock:
            self._made += 1
            made = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed}/{self._made}"))
        video = Video(made, f"videos/{made}/{name}", count, int(chunk or 0), "")
        self._call("CreateBucket", "Failed to start the video upload", video, {"Bucket": BUCKET})
        self._begin(video, "Failed to start the video upload")
        with self._lock:
            self._videos[made] = video
        return video.as_json()

    def _refresh(self, video: Video) -> dict[str, Any]:
        self._begin(video, "Failed to refresh the upload session")
        return video.as_json()

    def _begin(self, video: Video, doing: str) -> None:
        answer = self._call("CreateMultipartUpload", doing, video, {"Bucket": BUCKET, "Key": video.key})
        video.upload_id, video.etags = answer["UploadId"], {}

    def _part(self, video: Video, number: int, body: Body) -> dict[str, Any]:
        content = self._store.receive(body, body.length, Digests().update)
        upload_id = video.upload_id
        arguments = {**video.session, "PartNumber": number, "Body": Joined([content])}
        answer = self._call("UploadPart", "Failed to upload video chunk", video, arguments, content.size)
        if "ETag" not in answer:
            raise _bad("The store's answer has no ETag.", "InvalidResponse", 502)
        if upload_id == video.upload_id:
            video.etags[number] = answer["ETag"]
        return {"videoId": video.id, "partNumber": number, "etag": answer["ETag"]}

    def _complete(self, video: Video) -> dict[str, Any]:
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(video.etags.items())]
        arguments = {**video.session, "MultipartUpload": {"Parts": parts}}
        answer = self._call("CompleteMultipartUpload", "Failed to complete the video upload", video, arguments)
        return {"videoId": video.id, "key": video.key, "etag": answer["ETag"]}

    def _call(
        self, operation: str, doing: str, video: Video, arguments: dict[str, Any], size: int | None = None
    ) -> Any:
        """Call the store; `size` is of the part that is sent. Raises _FailedError."""
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        code, message, status, metadata = "", "", 502, {}
        try:
            return getattr(self._s3, xform_name(operation))(**arguments)
        except ClientError as error:
            metadata = error.response.get("ResponseMetadata", {})
            code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
            status = metadata.get("HTTPStatusCode", 500)
            if code == "BucketAlreadyOwnedByYou":
                return {}
        except HTTPClientError as error:  # reset, timeout, refused
            code, message = "TimeoutError" if "Timeout" in type(error).__name__ else "NetworkingError", str(error)
        except BotoCoreError as error:
            code, message = type(error).__name__, str(error)
        raise _FailedError(
            Failure(
                doing=doing,
                code=code or "UnknownError",
                message=message or "The store gave no reason.",
                status=status if status >= 400 else 502,
                operation=operation,
                video_id=video.id,
                upload_id=video.upload_id,
                part_number=arguments.get("PartNumber"),
                chunk_size=size,
                request_id=metadata.get("RequestId", ""),
                host_id=metadata.get("HostId", ""),
            )
        )


def _bad(message: str, code: str = "InvalidRequest", status: int = 400) -> _FailedError:
    failure = Failure(
        doing="The request cannot be served", code=code, message=message, status=status, operation="", video_id="-"
    )
    return _FailedError(failure)


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53


def _read_json(body: Body) -> dict[str, Any]:
    try:
        data = json.loads(body.read(MAX_JSON))
    except (ValueError, RecursionError) as error:
        raise _bad(f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise _bad("The body must be a JSON object.")
    return data
