"""Answers: status, header fields, a body, and how it is delivered."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from xml.sax.saxutils import escape

from upload_diag.faults.refusal import S3Error

__all__ = [
    "Delivery",
    "Response",
    "Stream",
    "element",
    "error_document",
    "error_response",
    "request_ids",
    "xml_response",
]

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True, slots=True)
class Stream:
    """A body too large to hold.

    Attributes:
        length: in bytes, of all pieces together.
        pieces: the bytes, in order.
    """

    length: int
    pieces: Iterable[bytes | memoryview]

    def __len__(self) -> int:
        return self.length


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer goes out when a fault has a hand in it.

    Attributes:
        cut_after: bytes of the body that are sent before `end`; None sends all of it.
        bytes_per_second: how fast the body goes out; None is as fast as it can.
        silent: nothing is sent at all, not even the status line.
        end: what happens to the connection afterwards: "keep", "close" or "reset".
    """

    cut_after: int | None = None
    bytes_per_second: float | None = None
    silent: bool = False
    end: str = "keep"


@dataclass(slots=True)
class Response:
    """An answer on its way out; handlers build it, faults may change it.

    Attributes:
        headers: names in lower case.
        code: the S3 error code of the body, for the journal; empty when it is no error.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Stream = b""
    code: str = ""
    delivery: Delivery | None = None

    def head(self, *, close: bool) -> bytes:
        """Status line and header fields, with the empty line."""
        reason = _REASONS.get(self.status, "Unknown")
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if "content-length" not in self.headers and self.has_body:
            lines.append(f"content-length: {len(self.body)}")
        if close:
            lines.append("connection: close")
        text = "\r\n".join(lines)
        if "\r" in text.replace("\r\n", "") or text.count("\n") != len(lines) - 1:
            raise ValueError("A header value holds a line break.")
        return (text + "\r\n\r\n").encode("latin-1", "replace")

    @property
    def has_body(self) -> bool:
        """False for a status that HTTP gives no body to, whatever there is to send (RFC 9110, 6.4.1)."""
        return self.status not in (204, 304)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The body, in the pieces it comes in."""
        if isinstance(self.body, Stream):
            yield from self.body.pieces
        elif self.body:
            yield self.body


_REASONS = {status.value: status.phrase for status in HTTPStatus}


def request_ids(seed: int, number: int) -> tuple[str, str]:
    """The x-amz-request-id and x-amz-id-2 of the request with this number; the same seed gives the same ids."""
    digest = blake2b(f"{seed}:{number}".encode()).digest()
    return digest[:8].hex().upper(), b64encode(digest[8:]).decode("ascii")


_UNSAFE = {chr(code): f"&#{code};" for code in (9, 10, 13)} | {'"': "&quot;"}


def element(name: str, content: str | int | Iterable[str]) -> str:
    """An XML element: text and numbers are escaped, an iterable holds elements that are ready."""
    if isinstance(content, (str, int)):
        return f"<{name}>{escape(str(content), _UNSAFE)}</{name}>"
    return f"<{name}>{''.join(content)}</{name}>"


def xml_response(root: str, children: Iterable[str], *, headers: Mapping[str, str] | None = None) -> Response:
    """200 with an S3 document."""
    body = f'{XML_HEAD}<{root} xmlns="{NAMESPACE}">{"".join(children)}</{root}>'.encode()
    return Response(200, {"content-type": "application/xml", **(headers or {})}, body)


def error_document(error: S3Error, *, resource: str, request_id: str, host_id: str) -> bytes:
    """The XML body of an error."""
    detail = dict(error.detail)
    if not {"BucketName", "Key", "UploadId"} & detail.keys():
        detail.setdefault("Resource", resource)
    children = [element("Code", error.code), element("Message", error.message)]
    children += [element(name, value) for name, value in detail.items()]
    children += [element("RequestId", request_id), element("HostId", host_id)]
    return f"{XML_HEAD}{element('Error', children)}".encode()


def error_response(
    error: S3Error, *, resource: str, request_id: str, host_id: str, head_only: bool = False
) -> Response:
    """The answer that says no; a HEAD's has no body, as HTTP wants it."""
    body = b"" if head_only else error_document(error, resource=resource, request_id=request_id, host_id=host_id)
    headers = {"content-type": "application/xml", **error.headers}
    return Response(error.status, headers, body, code=error.code)
