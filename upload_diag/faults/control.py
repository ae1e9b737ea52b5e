"""The control listener: who may call, live events and the dashboard. What a call does is in `routes`."""

import hmac
import json
import logging
import re
from collections.abc import Mapping
from importlib import resources
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from upload_diag.errors import UploadDiagError, UsageError
from upload_diag.faults.app import App
from upload_diag.faults.http import BadRequestError, Body, Connection, Head, decimal
from upload_diag.faults.response import Response
from upload_diag.faults.routes import Call, RefusedError, find, json_response
from upload_diag.faults.static import file_response
from upload_diag.loopback import LOOPBACK

__all__ = ["Control"]

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
MAX_STREAMS = 3  # a browser has six connections to a host; the rest are for the requests of its pages
HEARTBEAT_SECONDS = 2.0  # a stream whose page is gone is found out by the second one
_LOOPBACK = frozenset(f"[{host}]" if ":" in host else host for host in LOOPBACK)  # as in a Host header


class Control:
    """The listener's side of it: who may call, and what about.

    Args:
        token: wanted as `Authorization: Bearer …` if given.
        hosts: names under which the server may be called, beside the loopback ones.
    """

    def __init__(self, app: App, *, token: str | None, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._token = token
        self._hosts = _LOOPBACK | set(hosts)
        self._streams = BoundedSemaphore(MAX_STREAMS)

    def serve(self, connection: Connection) -> None:
        """Answer requests until the connection ends."""
        while not self._app.stopping.is_set():
            try:
                head = connection.head()
                if head is None:
                    return
                body = Body(connection, head)
                url = _split(head.target)
                if url.path == "/api/events" and head.method == "GET":
                    self._events(connection, head, {name: values[0] for name, values in parse_qs(url.query).items()})
                    return
                response = self._answer(head, body, url.path, url.query)
            except BadRequestError as error:
                response, head = _problem(error.status, str(error)), None
            close = head is None or head.last
            body_less = head is not None and head.method == "HEAD"
            connection.socket.sendall(response.head(close=close) + (b"" if body_less else b"".join(response.pieces())))
            if close or not body.drain():
                return

    def _answer(self, head: Head, body: Body, path: str, query: str) -> Response:
        try:
            self._guard(head)
            if path.startswith("/api/") or path in ("/metrics", "/openapi.json"):
                return self._call(head, body, path, query)
            return _page(head.method, path)
        except RefusedError as error:
            return _problem(error.status, str(error))
        except UploadDiagError as error:
            return _problem(422 if isinstance(error, UsageError) else 404, str(error))
        except (BadRequestError, OSError):
            raise
        except Exception:
            log.exception("%s %s", head.method, path)
            return _problem(500, "This is a bug of the server; what it prints says more.")

    def _guard(self, head: Head) -> None:
        host = head.headers.get("host", "")
        name = re.sub(r":\d+$", "", host)
        if self._token is None and name not in self._hosts:
            raise RefusedError(403, f"The host {name!r} is not this server's. Use 127.0.0.1 or localhost.")
        origin = head.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise RefusedError(403, "Web pages of other origins may not drive this server.")
        if head.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403, "Web pages of other origins may not drive this server.")
        if self._token is not None and urlsplit(head.target).path.startswith(("/api/", "/metrics", "/openapi")):
            given = head.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise RefusedError(401, "Send the control token as `Authorization: Bearer …`.")

    def _call(self, head: Head, body: Body, path: str, query: str) -> Response:
        handler, arguments = find(head.method, path)
        values = {name: each[0] for name, each in parse_qs(query).items()}
        data = _read_json(head, body) if head.method == "POST" else {}
        return handler(Call(self._app, arguments, values, head.headers, data))

    def _events(self, connection: Connection, head: Head, query: Mapping[str, str]) -> None:
        try:
            self._guard(head)
        except RefusedError as error:
            response = _problem(error.status, str(error))
            connection.socket.sendall(response.head(close=True) + b"".join(response.pieces()))
            return
        if not self._streams.acquire(blocking=False):
            connection.socket.sendall(Response(204).head(close=True))  # EventSource then stops asking
            return
        try:
            fields = {"content-type": "text/event-stream", "cache-control": "no-store", "content-length": ""}
            start = Response(200, fields).head(close=True).replace(b"content-length: \r\n", b"")
            connection.socket.sendall(start + b"retry: 2000\n\n")
            last = head.headers.get("last-event-id", query.get("since", "0"))
            self._follow(connection, decimal(last) or 0)
        finally:
            self._streams.release()

    def _follow(self, connection: Connection, seq: int) -> None:
        journal = self._app.journal
        epoch = journal.epoch
        while not self._app.stopping.is_set() and journal.epoch == epoch:
            entries = journal.wait(seq, HEARTBEAT_SECONDS)
            lines = [f"id: {each.seq}\ndata: {json.dumps(each.as_json(times=True))}\n\n" for each in entries]
            connection.socket.sendall("".join(lines or [": still here\n\n"]).encode())
            seq = entries[-1].seq if entries else min(seq, journal.last)


def _split(target: str) -> SplitResult:
    try:
        return urlsplit(target)
    except ValueError as error:  # such as //[
        raise BadRequestError(400, f"The request is for no URL: {error}.") from error


def _read_json(head: Head, body: Body) -> dict[str, Any]:
    if head.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, "Writes are JSON: send `Content-Type: application/json`, also with an empty body.")
    try:
        data = body.json(MAX_BODY)
    except ValueError as error:
        raise RefusedError(400, f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise RefusedError(400, "The body must be a JSON object.")
    return data


def _problem(status: int, message: str) -> Response:
    return json_response({"error": message}, status)


def _page(method: str, path: str) -> Response:
    if method != "GET":
        raise RefusedError(405, "Only GET is answered here.")
    found = file_response(resources.files("upload_diag.faults.dashboard"), "index.html" if path == "/" else path[1:])
    if found is None:
        raise RefusedError(404, f"There is nothing at {path}; what the control API answers is below /api/.")
    return found
