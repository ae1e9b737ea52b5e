"""Take the documents to check out of files, streams, recordings and response objects.

A file may be one JSON document, a list of them, NDJSON, a HAR, a recorded response (an object with a status and a
body), or the text of an HTTP response as `curl -i` prints it.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from upload_diag.errors import InputError

__all__ = ["Document", "document_of", "documents_in"]

STATUS_KEYS = ("status", "statusCode", "status_code")
BODY_KEYS = ("body", "data", "content", "text")


@dataclass(frozen=True, slots=True)
class Document:
    """One document to check.

    Attributes:
        source: the file it came from, `-` for standard input, or a URL.
        where: where in the source, as a JSON pointer; empty for the whole of it.
        line: the line it starts on, when the source has one document a line.
        value: the parsed JSON.
        status: the HTTP status it was answered with, when that is known.
    """

    source: str
    value: Any
    where: str = ""
    line: int | None = None
    status: int | None = None

    @property
    def label(self) -> str:
        """`responses.ndjson:3`, `session.har#/log/entries/3`."""
        return self.source + (f":{self.line}" if self.line else "") + (f"#{self.where}" if self.where else "")


def documents_in(source: str, data: bytes) -> list[Document]:
    """All documents in the bytes of one source.

    Raises:
        InputError: the bytes hold no document, or something that is not JSON.
    """
    text = _decode(source, data)
    if text.startswith("HTTP/"):
        return [_from_http_text(source, text)]
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise InputError(f"{source}: nested too deeply to be checked.") from error
    except ValueError as error:
        return _from_lines(source, text, error)
    found = list(_from_har(source, value) if _is_har(value) else _from_value(source, value))
    if not found:
        raise InputError(f"{source}: holds no document to check: {_why_none(value)}.")
    return found


def document_of(given: Any, source: str = "the response") -> Document:
    """The document in a response object (requests, httpx, aiohttp's test client, Flask, urllib), text, bytes or dict.

    Raises:
        InputError: it holds no JSON.
    """
    status = next((v for key in ("status_code", *STATUS_KEYS) if isinstance(v := getattr(given, key, None), int)), None)
    body = given
    if status is not None or hasattr(given, "read"):
        body = _body_of(given)
    if isinstance(body, str | bytes | bytearray):
        return _one(source, bytes(body) if isinstance(body, bytearray) else body, status)
    return _unwrapped(Document(source, body, status=status))


def _body_of(response: Any) -> Any:
    """The body of a response object; `content` before `text`, for the bytes tell their own encoding."""
    for name in ("content", "data", "body", "text"):
        body = getattr(response, name, None)
        if isinstance(body, str | bytes | dict | list):
            return body
    read = getattr(response, "read", None)
    return read() if callable(read) else response


def _one(source: str, body: str | bytes, status: int | None) -> Document:
    found = documents_in(source, body.encode() if isinstance(body, str) else body)
    first = found[0]
    return Document(source, first.value, first.where, status=status or first.status)


def _decode(source: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding).strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not text in {encoding.removesuffix('-sig')} (byte {error.start}).") from error
    if not text:
        raise InputError(f"{source}: empty. A JSON document is wanted.")
    return text


def _from_lines(source: str, text: str, whole: ValueError) -> list[Document]:
    """NDJSON, if the first line is a document by itself."""
    found: list[Document] = []
    for number, line in enumerate(text.split("\n"), 1):  # other separators of lines may stand inside of a string
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            seen = error if found else whole
            raise InputError(f"{source}{f':{number}' if found else ''}: not JSON: {seen}.") from error
        found += [_unwrapped(Document(source, value, line=number))]
    return found


def _from_http_text(source: str, text: str) -> Document:
    """`curl -i`: a status line, headers, an empty line, the body."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    while body.startswith(
        "HTTP/"
    ):  # 100 Continue, a proxy's CONNECT, a redirect that was followed: the last one counts
        head, _, body = body.partition("\n\n")
    status = head.split("\n")[0].split()[1:2]
    if not body.strip():
        raise InputError(f"{source}: an HTTP response without a body. A JSON body is wanted.")
    return _one(source, body, int(status[0]) if status and status[0].isdigit() else None)


def _from_value(source: str, value: Any) -> Iterator[Document]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield _unwrapped(Document(source, item, f"/{position}"))
    else:
        yield _unwrapped(Document(source, value))


def _unwrapped(document: Document) -> Document:
    """The body inside a recorded response, with its status; any other document as it is."""
    value, where = document.value, document.where
    if isinstance(value, dict) and isinstance(value.get("response"), dict):
        value, where = value["response"], where + "/response"
    if not isinstance(value, dict):
        return document
    status = next((value[key] for key in STATUS_KEYS if isinstance(value.get(key), int)), None)
    body_key = next((key for key in BODY_KEYS if isinstance(value.get(key), dict | str)), None)
    if status is None or body_key is None or "success" in value:
        return document
    body = value[body_key]
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return document
    return Document(document.source, body, f"{where}/{body_key}", document.line, status)


def _is_har(value: Any) -> bool:
    return (
        isinstance(value, dict) and isinstance(log := value.get("log"), dict) and isinstance(log.get("entries"), list)
    )


def _from_har(source: str, value: Any) -> Iterator[Document]:
    """The JSON bodies of failed answers: a status of 400 and up, or `"success": false` whatever the status."""
    for position, entry in enumerate(value["log"]["entries"]):
        response = entry.get("response") if isinstance(entry, dict) else None
        content = response.get("content") if isinstance(response, dict) else None
        if not isinstance(response, dict) or not isinstance(content, dict):
            continue
        body, status = _har_body(content), response.get("status")
        failed = (isinstance(status, int) and status >= 400) or (
            isinstance(body, dict) and body.get("success") is False
        )
        if body is not None and failed:
            where = f"/log/entries/{position}/response/content"
            yield Document(source, body, where, status=status if isinstance(status, int) else None)


def _har_body(content: dict[str, Any]) -> Any:
    """The parsed JSON of a HAR `content`; None when it is something else."""
    text = content.get("text")
    try:
        raw = base64.b64decode(text) if content.get("encoding") == "base64" and isinstance(text, str) else text
        return json.loads(raw) if isinstance(raw, str | bytes) else None
    except (ValueError, RecursionError):
        return None


def _why_none(value: Any) -> str:
    return "no failed answer with a JSON body is in this HAR" if _is_har(value) else "the list is empty"
