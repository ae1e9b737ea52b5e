"""Ask a running backend for its errors: arm a fault behind it, send a request, take the answer.

The backend is the sample gateway of the fault server, or any whose storage is the fault server.
"""

import json
from collections.abc import Iterator, Sequence
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from upload_diag.contract.documents import Document, document_of
from upload_diag.contract.wire import failures
from upload_diag.errors import InputError, ServerUnreachableError, UsageError
from upload_diag.loopback import LOOPBACK

__all__ = ["Live", "answers"]

SECONDS = 60  # for one answer: a backend may try its storage several times
LONGEST = 1024 * 1024  # bytes of an answer
GATEWAY = "/_gateway"


class Live:
    """A backend, and the control API of the fault server behind it.

    Args:
        url: of the request to send, or of the fault server's gateway (`http://127.0.0.1:9000/_gateway`), where a
            part is sent.
        control: the control API, such as `http://127.0.0.1:9001/api`.
        method: of the request.
        token: what the control API wants, if anything.
    """

    def __init__(self, url: str, control: str, *, method: str = "PUT", token: str | None = None) -> None:
        for given in (url, control):
            if urlsplit(given).scheme not in {"http", "https"}:
                raise UsageError(f"{given!r} is not the address of a server: http://… is wanted.")
        self.url, self.control, self.method = url.rstrip("/"), control.rstrip("/"), method
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})

    def target(self) -> str:
        """Where the request goes; at the gateway a video is begun first."""
        if not urlsplit(self.url).path.endswith(GATEWAY):
            return self.url
        video = {"fileName": "contract-check.bin", "fileSize": 10, "chunkSize": 5}
        answer = _read(_send("POST", f"{self.url}/videos", json.dumps(video).encode(), self._headers))
        try:
            video_id = json.loads(answer)["data"]["videoId"]
        except (ValueError, LookupError, TypeError) as error:
            told = answer[:200].decode(errors="replace")
            raise InputError(f"{self.url} begins no video, but says {told}") from error
        return f"{self.url}/videos/{quote(video_id, safe='')}/parts/1"

    def answer(self, target: str, code: str) -> Document:
        """What the backend says when its storage answers with this error.

        Raises:
            InputError: the answer is no JSON, or no error.
            ServerUnreachableError: the backend or the control API does not answer.
            UsageError: the control API refuses, for example an unknown code.
        """
        armed = self._control("POST", "faults", {"kind": "respond", "code": code})
        try:
            response = _send(self.method, target, b"12345", {"content-type": "application/octet-stream"})
            status, body = response.status or 0, _read(response)
        finally:
            self._control("DELETE", f"faults/{quote(str(armed['id']), safe='')}", None)
        source = f"{self.url} ({code})"
        if status < 400 and b'"success": false' not in body:
            raise InputError(f"{source}: HTTP {status}, no error: the request does not reach the fault server.")
        found = document_of(body, source)
        return Document(source, found.value, found.where, status=status)

    def _control(self, method: str, path: str, data: Any) -> dict[str, Any]:
        body = None if data is None else json.dumps(data).encode()
        response = _send(method, f"{self.control}/{path}", body, self._headers)
        text = _read(response)
        status = response.status or 0
        if status >= 400:
            raise UsageError(f"{self.control}/{path}: HTTP {status}: {text[:200].decode(errors='replace')}")
        found = json.loads(text) if text.strip() else {}
        return found if isinstance(found, dict) else {}


def answers(live: Live, codes: Sequence[str] = ()) -> Iterator[Document | InputError]:
    """The answer for each service code, or why there is none; for one code of each kind if none are given."""
    target = live.target()
    for code in codes or [failure.name for failure in failures()]:
        try:
            yield live.answer(target, code)
        except InputError as error:
            yield error


def _send(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse | HTTPError:
    request = Request(url, data=body, headers=headers, method=method)  # noqa: S310 - its scheme was checked
    direct = [ProxyHandler({})] if urlsplit(url).hostname in LOOPBACK else []  # no proxy of HTTP_PROXY reaches it
    try:
        response: HTTPResponse = build_opener(*direct).open(request, timeout=SECONDS)
    except HTTPError as error:
        return error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise ServerUnreachableError(f"{url} does not answer: {reason}.") from error
    return response


def _read(response: HTTPResponse | HTTPError) -> bytes:
    with response:
        return response.read(LONGEST)
