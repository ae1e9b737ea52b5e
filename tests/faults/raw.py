"""A bare HTTP client for the tables: it sends what it is told, signs nothing, and reads one answer."""

import re
import socket
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    interim: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        found = re.search(rb"<Code>([^<]*)</Code>", self.body)
        return found[1].decode() if found else ""

    def text(self, name: str) -> str | None:
        found = re.search(rf"<{name}>([^<]*)</{name}>".encode(), self.body)
        return found[1].decode() if found else None

    def texts(self, name: str) -> list[str]:
        return [each.decode() for each in re.findall(rf"<{name}>([^<]*)</{name}>".encode(), self.body)]


class Client:
    """One connection; `send` may be called again and again."""

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        host, _, port = url.removeprefix("http://").rpartition(":")
        self.host = f"{host}:{port}"
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, method: str, path: str, body: bytes | None = b"", **headers: str) -> Answer:
        """Underscores in header names become hyphens; a body of None sends no Content-Length."""
        fields = {"Host": self.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            fields.setdefault("Content-Length", str(len(body)))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(head.encode("latin-1") + b"\r\n" + (b"" if "Expect" in fields else body or b""))
        return self.read(method)

    def read(self, method: str = "GET") -> Answer:
        interim: list[int] = []
        while True:
            head = self._until(b"\r\n\r\n")
            status = int(head[9:12])
            if status >= 200:
                break
            interim.append(status)
        fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        headers = {name.decode().lower(): value.strip().decode("latin-1") for name, _, value in fields}
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(status, headers, body, tuple(interim))

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("The server closed the connection.")
        self._rest += data


def send(
    url: str, method: str, path: str, body: bytes | None = b"", *, timeout: float = 20.0, **headers: str
) -> Answer:
    """One request on a connection of its own."""
    with Client(url, timeout) as client:
        return client.send(method, path, body, **headers)
