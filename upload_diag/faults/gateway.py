"""`/_gateway/`: a small video backend in front of the same S3, whose failures are envelopes, and a page that uses it.

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

from upload_diag._resources import resources
from upload_diag.faults.checksums import Digests
from upload_diag.faults.content import ContentStore, Joined
from upload_diag.faults.envelopes import SHAPES, Failure, wrap
from upload_diag.faults.http import Body, Head
from upload_diag.faults.response import Response
from upload_diag.faults.static import file_response
from upload_diag.faults.uploads import MAX_PARTS

__all__ = ["APP", "PREFIX", "Gateway"]

PREFIX = "/_gateway/"
APP = "app/"
BUCKET = "gateway-videos"
MAX_JSON = 2 * 1024 * 1024  # bytes; a list of 10,000 parts has half of them
URL_SECONDS = 900
NO_VIDEO = str(uuid.UUID(int=0))  # the contract wants an id in every failure, also where there is no video yet
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT",
    "access-control-allow-headers": "*",
    "access-control-expose-headers": "x-amz-request-id",
}
# What a browser is signed for, by method, whether an upload id and whether a part number is given.
SIGNABLE = {
    ("POST", False, False): "create_multipart_upload",
    ("PUT", True, True): "upload_part",
    ("GET", True, False): "list_parts",
    ("POST", True, False): "complete_multipart_upload",
    ("DELETE", True, False): "abort_multipart_upload",
    ("PUT", False, False): "put_object",
    ("GET", False, False): "get_object",
}
# So that pages of any origin reach the bucket. At Complete the AWS SDK lists the checksums that it read in the answers
# to the parts; those that are not exposed to it are missing there, and Complete is refused.
CHECKSUMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
BUCKET_CORS = {
    "CORSRules": [
        {
            "AllowedOrigins": ["*"],
            "AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "x-amz-request-id", *(f"x-amz-checksum-{name}" for name in CHECKSUMS)],
        }
    ]
}


@dataclass(slots=True)
class Video:
    """A video that is being uploaded.

    Attributes:
        size: in bytes, of the whole.
        chunk_size: bytes of each part but the last.
        etags: of the parts that arrived in the session at hand.
    """

    id: str
    key: str
    size: int
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
            "key": self.key,
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
        dashboard: where the people who use the page find the controls.
    """

    def __init__(self, client: Callable[..., Any], store: ContentStore, seed: int, dashboard: str) -> None:
        self._make_client = client
        self._store = store
        self._seed = seed
        self._dashboard = dashboard
        self._lock = threading.Lock()
        self._videos: dict[str, Video] = {}
        self._made = 0
        self._renewals = 0

    @cached_property
    def _s3(self) -> Any:
        from botocore.config import Config

        # A presigned URL with a checksum of nothing in it could send no part.
        config = Config(
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            request_checksum_calculation="when_required",
        )
        # A token of its own, so that a fault that ends its credentials ends nobody else's.
        return self._make_client(config=config, aws_session_token=f"gateway-{self._renewals}")

    def _renew(self) -> None:
        """Take new credentials, as a backend does whose old ones are over."""
        with self._lock:
            self._renewals += 1
            self.__dict__.pop("_s3", None)

    def reset(self) -> None:
        """Forget every video."""
        with self._lock:
            self._videos.clear()
            self._made = self._renewals = 0
            self.__dict__.pop("_s3", None)

    def answer(self, head: Head, body: Body) -> Response:
        """Answer a request whose path begins with `PREFIX`."""
        path, _, query = head.target.partition("?")
        path = path.removeprefix(PREFIX)
        if head.method == "OPTIONS":
            return Response(200, dict(CORS))
        if head.method == "GET" and path.startswith(APP):
            return self._page(path.removeprefix(APP))
        shape = parse_qs(query).get("shape", ["seed"])[0]
        try:
            if shape not in SHAPES:
                raise _bad(f"There is no shape {shape!r}. Take one of: {', '.join(SHAPES)}.")
            status, data = self._route(head.method, path, body)
            kind, text = "application/json", json.dumps({"success": True, "data": data}).encode()
        except _FailedError as error:
            status = error.failure.status
            kind, text = wrap(shape if shape in SHAPES else "seed", error.failure)
        return Response(status, {"content-type": kind, **CORS}, text)

    def _page(self, name: str) -> Response:
        if name == "rules.json":
            from upload_diag.rules.ruleset import Ruleset

            text = json.dumps(Ruleset.builtin().export(), ensure_ascii=False).encode()
            return Response(200, {"content-type": "application/json"}, text)
        found = file_response(resources("web"), name or "index.html")
        return found or Response(404, {"content-type": "text/plain"}, b"There is no such file.\n")

    def _route(self, method: str, path: str, body: Body) -> tuple[int, dict[str, Any]]:
        match (method, *path.split("/")):
            case ("GET", ""):
                return 200, self._about()
            case ("POST", "sign"):
                return 200, self._sign(_read_json(body))
            case ("POST", "videos"):
                return 201, self._create(_read_json(body))
            case ("GET", "videos", name):
                return 200, self._state(self._video(name))
            case ("PUT", "videos", name, "parts", number) if re.fullmatch(r"[0-9]{1,5}", number):
                return 200, self._part(self._video(name), int(number), body)
            case ("POST", "videos", name, "complete"):
                return 200, self._complete(self._video(name), _read_json(body))
            case ("POST", "videos", name, "refresh"):
                return 200, self._refresh(self._video(name))
        raise _bad(f"{method} {PREFIX}{path} is not answered here.", "MethodNotAllowed", 405)

    def _video(self, name: str) -> Video:
        video_id = unquote(name)
        video = self._videos.get(video_id)
        if video is None:
            told = video_id if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", video_id) else NO_VIDEO
            raise _bad(f"There is no video {video_id}.", "NoSuchKey", 404, video_id=told)
        return video

    def _about(self) -> dict[str, Any]:
        self._make_bucket()
        return {"bucket": BUCKET, "region": "us-east-1", "dashboard": self._dashboard, "shapes": list(SHAPES)}

    def _make_bucket(self, video: Video | None = None) -> None:
        doing = "Failed to start the video upload"
        self._call("CreateBucket", doing, video, {"Bucket": BUCKET})
        self._call("PutBucketCors", doing, video, {"Bucket": BUCKET, "CORSConfiguration": BUCKET_CORS})

    def _sign(self, data: dict[str, Any]) -> dict[str, Any]:
        """A presigned URL for a request of a browser; `renew` signs it with new credentials."""
        key, upload_id, number = data.get("key"), data.get("uploadId"), data.get("partNumber")
        operation = SIGNABLE.get((str(data.get("method")), upload_id is not None, number is not None))
        if operation is None or not isinstance(key, str) or not key:
            raise _bad("method, key, and where the request has them uploadId and partNumber are wanted.")
        if data.get("renew") is True:
            self._renew()
        if operation == "create_multipart_upload":
            self._make_bucket()
        given = {"Bucket": BUCKET, "Key": key, "UploadId": upload_id, "PartNumber": number}
        arguments = {name: value for name, value in given.items() if value is not None}
        return {"url": self._s3.generate_presigned_url(operation, arguments, ExpiresIn=URL_SECONDS)}

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
        video = Video(made, f"videos/{made}/{name}", int(size or 0), count, int(chunk or 0), "")
        self._make_bucket(video)
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
            raise _bad("The store's answer has no ETag.", "InternalError", 502, video_id=video.id)
        if upload_id == video.upload_id:
            video.etags[number] = answer["ETag"]
        return {"videoId": video.id, "partNumber": number, "etag": answer["ETag"]}

    def _complete(self, video: Video, data: dict[str, Any]) -> dict[str, Any]:
        """Complete with the parts that the client lists, or else with those that came through here."""
        listed = data.get("parts", [{"partNumber": number, "etag": etag} for number, etag in video.etags.items()])
        try:
            parts = sorted(({"PartNumber": each["partNumber"], "ETag": each["etag"]} for each in listed), key=_number)
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise _bad("parts is a list of {partNumber, etag}.") from error
        arguments = {**video.session, "MultipartUpload": {"Parts": parts}}
        answer = self._call("CompleteMultipartUpload", "Failed to complete the video upload", video, arguments)
        return {"videoId": video.id, "key": video.key, "etag": answer["ETag"]}

    def _state(self, video: Video) -> dict[str, Any]:
        """Whether the object is there. Its key belongs to this video alone, so its size is proof enough."""
        try:
            found = self._call("HeadObject", "Failed to look at the video", video, {"Bucket": BUCKET, "Key": video.key})
        except _FailedError as error:
            if error.failure.status != 404:
                raise
            found = {}
        return {**video.as_json(), "complete": found.get("ContentLength") == video.size, "etag": found.get("ETag")}

    def _call(
        self, operation: str, doing: str, video: Video | None, arguments: dict[str, Any], size: int | None = None
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
            if code == "ExpiredToken":
                self._renew()
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
                video_id=video.id if video else NO_VIDEO,
                upload_id=video.upload_id if video else "",
                part_number=arguments.get("PartNumber"),
                chunk_size=size,
                request_id=metadata.get("RequestId", ""),
                host_id=metadata.get("HostId", ""),
            )
        )


def _bad(message: str, code: str = "InvalidRequest", status: int = 400, *, video_id: str = NO_VIDEO) -> _FailedError:
    doing = "The request cannot be served"
    return _FailedError(
        Failure(doing=doing, code=code, message=message, status=status, operation="", video_id=video_id)
    )


def _number(part: dict[str, Any]) -> int:
    return int(part["PartNumber"])


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53


def _read_json(body: Body) -> dict[str, Any]:
    try:
        data = body.json(MAX_JSON)
    except ValueError as error:
        raise _bad(f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict | None):
        raise _bad("The body must be a JSON object.")
    return data or {}
