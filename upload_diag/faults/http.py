"""One HTTP/1.1 connection as the server sees it: blocking, bounded, and near enough to the socket to break it.

A thread per connection and plain sockets were measured against aiohttp and against a bare asyncio protocol: twice the
requests per second and twice the bytes per second, and a stall, a cut or a reset is one call.
"""

import json
import logging
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

__all__ = ["BadRequestError", "Body", "ClientGoneError", "Connection", "Head", "Listener", "decimal"]

MAX_HEAD = 64 * 1024  # bytes of request line and header fields
MAX_CONNECTIONS = 512
IDLE_SECONDS = 60.0  # how long a connection may be silent between or within requests
CHUNK = 256 * 1024

_TLS_HANDSHAKE = b"\x16"  # the first byte of whoever takes this for an https:// port
_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([\x21-\xff]+) HTTP/1\.([01])\r\n")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")


class BadRequestError(Exception):
    """The bytes are no HTTP request that this server reads; the connection cannot go on.

    Attributes:
        status: the HTTP status to answer with before closing.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ClientGoneError(ConnectionError):
    """The client closed, or fell silent, in the middle of its request."""


@dataclass(frozen=True, slots=True)
class Head:
    """Request line and header fields.

    Attributes:
        target: as sent, still percent-encoded.
        headers: names in lower case; repeated fields joined with a comma.
        old: the client speaks HTTP/1.0.
    """

    method: str
    target: str
    headers: dict[str, str]
    old: bool = False

    @property
    def last(self) -> bool:
        """Whether the connection ends after this request."""
        return self.old or self.headers.get("connection", "").lower() == "close"


def decimal(text: str | None) -> int | None:
    """The number that digits alone spell; None for other texts, and for more digits than any size or count has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def parse_head(block: bytes) -> Head:
    """Read a head that ends in CRLF (without the empty line).

    Raises:
        BadRequestError: it is malformed, or its framing is ambiguous (RFC 9112, 6.3).
    """
    line = _REQUEST_LINE.match(block)
    if line is None:
        raise BadRequestError(400, "The request line is malformed.")
    headers: dict[str, str] = {}
    at = line.end()
    while at < len(block):
        field = _FIELD.match(block, at)
        if field is None:
            raise BadRequestError(400, "A header field is malformed.")
        name, value = field[1].decode("ascii").lower(), field[2].decode("latin-1")
        if name in headers:
            if name in ("content-length", "host", "transfer-encoding"):
                raise BadRequestError(400, f"The header {name} was sent twice.")
            value = f"{headers[name]},{value}"
        headers[name] = value
        at = field.end()
    length = headers.get("content-length")
    if length is not None and (decimal(length) is None or "transfer-encoding" in headers):
        raise BadRequestError(400, "The length of the body is ambiguous.")
    if headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise BadRequestError(501, "Only the chunked transfer coding is read.")
    return Head(line[1].decode("ascii"), line[2].decode("latin-1"), headers, old=line[3] == b"0")


class Body:
    """The body of one request, read once from front to back.

    Attributes:
        length: in bytes; None when the client sent it chunked.
        done: whether every byte was read.
        received: bytes handed out so far.
    """

    def __init__(self, connection: "Connection", head: Head) -> None:
        self._connection = connection
        self._chunked = "transfer-encoding" in head.headers
        announced = int(head.headers.get("content-length", "0"))
        self.length: int | None = None if self._chunked else announced
        self._left = announced
        self.waiting = head.headers.get("expect", "").lower() == "100-continue" and not head.old
        self.done = self.length == 0
        self.received = 0

    def readinto(self, view: memoryview) -> int:
        """Fill the view as far as bytes are at hand; 0 at the end of the body.

        Raises:
            ClientGoneError: the client left before the body was whole.
            BadRequestError: the chunked coding is broken.
        """
        if self.done:
            return 0
        if self.waiting:
            self.waiting = False
            self._connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._chunked and self._left == 0:
            self._left = self._chunk_size()
            if self._left == 0:
                self.done = True
                return 0
        count = self._connection.readinto(view[: self._left])
        self._left -= count
        self.received += count
        if self._left == 0:
            if self._chunked:
                self._connection.line(2)
            else:
                self.done = True
        return count

    def read(self, limit: int) -> bytes:
        """The rest of the body.

        Raises:
            BadRequestError: it is longer than `limit` bytes.
        """
        data = bytearray()
        view = memoryview(bytearray(min(CHUNK, limit + 1)))
        while count := self.readinto(view):
            data += view[:count]
            if len(data) > limit:
                raise BadRequestError(413, f"The body is longer than {limit} bytes.")
        return bytes(data)

    def json(self, limit: int) -> Any:
        """The rest of the body as JSON; an empty object when there is none.

        Raises:
            ValueError: it is no JSON, too deep, or has half a surrogate pair, which could be written down nowhere.
            BadRequestError: it is longer than `limit` bytes.
        """
        text = self.read(limit)
        try:
            data = json.loads(text) if text.strip() else {}
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError(str(error)) from error
        return data

    def drain(self) -> bool:
        """Read the rest and forget it, so that the next request can follow; False if it cannot."""
        if self.waiting:
            return False  # the client may send the body, or not: only a new connection is safe
        view = memoryview(bytearray(CHUNK)) if not self.done else memoryview(b"")
        while not self.done:
            self.readinto(view)
        return True

    def _chunk_size(self) -> int:
        line = _CHUNK_SIZE.fullmatch(self._connection.line(1024))
        if line is None:
            raise BadRequestError(400, "The chunked coding is broken.")
        size = int(line[1], 16)
        while size == 0 and self._connection.line(MAX_HEAD) != b"\r\n":
            pass  # trailer fields of HTTP itself; S3's own trailers live inside aws-chunked
        return size


class Connection:
    """One TCP connection with its read buffer.

    Attributes:
        socket: the raw socket; a fault may write to it as it likes.
        on_read: called with the number of bytes after each read of a body (bandwidth, reset and stall faults).
    """

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.on_read: Callable[[int], None] | None = None
        self._buffer = bytearray()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _give_up_after(sock, IDLE_SECONDS)

    def head(self) -> Head | None:
        """The next request's head; None when the client closed between requests.

        Raises:
            BadRequestError: it is malformed or too long.
            ClientGoneError: the client left in the middle.
        """
        buffer = self._buffer
        seen = 0
        _skip_empty_lines(buffer)
        while (end := buffer.find(b"\r\n\r\n", seen, MAX_HEAD)) < 0:
            if len(buffer) > MAX_HEAD:
                raise BadRequestError(431, f"The header is longer than {MAX_HEAD} bytes.")
            if buffer[:1] == _TLS_HANDSHAKE:
                raise BadRequestError(400, "This port speaks HTTP without TLS: use http:// instead of https://.")
            seen = max(0, len(buffer) - 3)
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                if buffer:
                    raise ClientGoneError("The client left within a header.")
                return None
            buffer += data
            _skip_empty_lines(buffer)
        block = bytes(buffer[: end + 2])
        del buffer[: end + 4]
        return parse_head(block)

    def readinto(self, view: memoryview) -> int:
        """At least one byte of what the client sends next."""
        if self._buffer:
            count = min(len(view), len(self._buffer))
            view[:count] = self._buffer[:count]
            del self._buffer[:count]
        else:
            try:
                # Whole mebibytes at once: each return to Python has to wait for the interpreter's lock. A fault that
                # counts bytes gets them as they come.
                whole = self.on_read is None
                count = self.socket.recv_into(view, flags=socket.MSG_WAITALL) if whole else self.socket.recv_into(view)
            except OSError as error:
                raise ClientGoneError(str(error)) from error
            if count == 0:
                raise ClientGoneError("The client closed within its request.")
        if self.on_read is not None:
            self.on_read(count)
        return count

    def line(self, limit: int) -> bytes:
        """The next line, with its CRLF."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > limit:
                raise BadRequestError(400, "A line within the body is too long.")
            try:
                data = self.socket.recv(65536)
            except OSError as error:
                raise ClientGoneError(str(error)) from error
            if not data:
                raise ClientGoneError("The client closed within its request.")
            self._buffer += data
        found = bytes(self._buffer[: end + 2])
        del self._buffer[: end + 2]
        return found

    def close(self) -> None:
        """End the connection in good order: what was sent still arrives."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            # Closing with unread bytes makes the kernel send a reset, which can overtake the answer.
            _give_up_after(self.socket, 1.0)
            while self.socket.recv(CHUNK):
                pass
        self.socket.close()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def _skip_empty_lines(buffer: bytearray) -> None:
    """RFC 9112, 2.2: empty lines before a request do not count."""
    while buffer[:2] == b"\r\n":
        del buffer[:2]


def _give_up_after(sock: socket.socket, seconds: float) -> None:
    """Let reads and writes fail after this silence, in the kernel: Python's own timeout would cost a call more each."""
    if sys.platform == "win32":
        limit = struct.pack("L", int(seconds * 1000))
    else:
        limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


class Listener:
    """Accepts connections and gives each a thread that runs `serve(connection)`."""

    def __init__(self, host: str, port: int, serve: Callable[[Connection], None]) -> None:
        self._serve = serve
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"accept-{self.port}", daemon=True)

    def start(self) -> None:
        """Begin to answer; until then clients wait in the backlog."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection; threads end as soon as their request lets them."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept() on Linux
        self._socket.close()
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                if self._closing.is_set():
                    return
                continue
            with self._lock:
                full = len(self._open) >= MAX_CONNECTIONS
                if not full:
                    self._open.add(sock)
            if full:
                sock.close()
                continue
            threading.Thread(target=self._run, args=(sock,), name=f"serve-{self.port}", daemon=True).start()

    def _run(self, sock: socket.socket) -> None:
        connection = Connection(sock)
        try:
            self._serve(connection)
        except (ClientGoneError, OSError):
            pass
        except Exception:
            log.exception("a connection ended in an error of the server")
        finally:
            with self._lock:
                self._open.discard(sock)
            connection.close()
