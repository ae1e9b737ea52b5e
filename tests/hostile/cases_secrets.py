"""Secrets in every spelling, where a report quotes. None of them was ever valid."""

import html
import json
from pathlib import Path
from urllib.parse import quote

from hostile import Case, file_of

HEX = "9f3c1a7be2d84f60a5c7d91e0b3f6a2849d7c15be08f3a6d7c2b914e5f80a1d3"
BASE = "Wq7TzK3xVb9LmN4pRs8HdY2cGf6JaE5uXo1ZiQvCnMkPtBhSgDwFyUrA0e"
WORD = "kX9mQ2vT7wZ4bN8cR5"
# What is told -> how it stands in a log, with the secret between « and ».
SECRETS = {
    "an access key": "AWS_ACCESS_KEY_ID=«AKIA4QZ7M2XW9KTB3LDN»",
    "a secret key": "aws_secret_access_key = «wJ4rT9pLmX2vKb8NzQ6yHd3GfS7cAe5UoR1iWkEn»",
    "a secret key of a shell": "AWS_SECRET_ACCESS_KEY=«wJ4rT9pLmX2vKb8NzQ6yHd3GfS7cAe5UoR1iWkEn»",
    "a key of an API": f"x-api-key=«{WORD}»",
    "an SSE-C key of a form": f"customer_key=«{BASE[:43]}»",
    "a secret key in JSON": '{"secretAccessKey": "«wJ4rT9pLmX2vKb8NzQ6yHd3GfS7cAe5UoR1iWkEn»"}',
    "a session token": f"X-Amz-Security-Token: «IQoJb3JpZ2luX2Vj{BASE}»",
    "a session token in a URL": f"https://b.s3.amazonaws.com/k?uploadId=u1&X-Amz-Security-Token=«FwoGZXIv{BASE}»&x=1",
    "a signature in a header": (
        "Authorization: AWS4-HMAC-SHA256 Credential=«AKIA4QZ7M2XW9KTB3LDN»/20261120/eu-west-1/s3/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature=«{HEX}»"
    ),
    "a signature in a URL": f"PUT https://b.s3.amazonaws.com/k?partNumber=1&X-Amz-Signature=«{HEX}»&X-Amz-Expires=60",
    "a chunk signature": f"5242880;chunk-signature=«{HEX}»",
    "a signature of version 2": "https://b.example/k?AWSAccessKeyId=«AKIA4QZ7M2XW9KTB3LDN»&Signature=«vJbTq8xKm2Lr5Nw9ZpYc»",
    "CloudFront": f"https://d1.cloudfront.net/k?Policy=«eyJ{BASE}»&Signature=«{BASE[::-1]}»&Key-Pair-Id=«K2JCJMDEHXQW5F»",
    "an Azure SAS": f"https://a.blob.core.windows.net/c/b?sv=2024-11-04&se=2026-11-20&sr=b&sp=rw&sig=«{BASE[:43]}»",
    "a GCS signed URL": f"https://storage.googleapis.com/b/k?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=«{HEX * 2}»",
    "an SSE-C key": f"x-amz-server-side-encryption-customer-key: «{BASE[:43]}=»",
    "a bearer token": f"Authorization: Bearer «{BASE}»",
    "a JWT": f"token «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{BASE[:43]}»",
    "a cookie": f"Cookie: session=«{WORD}{WORD[::-1]}»; theme=dark",
    "cookies of two elements": f"<Message>Cookie: a=«{WORD}»</Message><Key>Cookie: sid=«{WORD[::-1]}»; theme=dark</Key>",
    "a cookie that is set": f"Set-Cookie: sid=«{WORD}{WORD[::-1]}»; HttpOnly; Path=/",
    "basic auth": "Authorization: Basic «YW5uOmtYOW1RMnZUN3daNGJOOGNSNQ==»",
    "a password in a URL": f"proxy https://ann:«{WORD}»@proxy.example:8080/ refused",
    "an e-mail": "user «ann.longname@mailhost.example» could not upload",
    "a password field": f"password='«{WORD}»'",
}
ESCAPES = {
    "plain": lambda text: text,
    "percent": lambda text: quote(text, safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON twice": lambda text: json.dumps(json.dumps(text))[1:-1],
    "HTML": html.escape,
}  # fmt: skip


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.split("»")[0] for part in text.split("«")[1:])


def _line(text: str) -> bytes:
    return f"2026-11-20T10:00:00Z ERROR NoSuchUpload uploadId=abc123abc123 {text}\n".encode()


def _json_line(text: str) -> bytes:
    return json.dumps({"msg": "NoSuchUpload", "uploadId": "abc123abc123", "detail": text}).encode() + b"\n"


def _at_the_cut(secret: str, place: int) -> bytes:
    """A secret that stands where an excerpt ends."""
    begin = b"2026-11-20T10:00:00Z ERROR NoSuchUpload uploadId=abc123abc123 "
    label = b"X-Amz-Security-Token="
    return begin + b"x" * (place - len(begin) - len(label) - 1) + b" " + label + secret.encode() + b"\n"


def _everywhere() -> bytes:
    """Secrets where ids stand, and object keys."""
    url = f"https://b.s3.amazonaws.com/k?partNumber=1&uploadId=abc123abc123&X-Amz-Signature={HEX}"
    fields = {"msg": "NoSuchUpload", "videoId": url, "key": url, "bucket": "ann.longname@mailhost.example"}
    return json.dumps(fields | {"uploadId": f"abc123&X-Amz-Signature={HEX}"}).encode() + b"\n"


def _in_names(folder: Path) -> Path:
    (folder / f"presigned?X-Amz-Signature={HEX}&x=1.log").write_bytes(_line("x"))
    return folder


CASES = [
    *(
        Case(f"{name}, {spelling}", file_of(_line(escape(text.replace("«", "").replace("»", "")))), finds=None,
             unread=None, secrets=_parts(text))
        for name, text in SECRETS.items()
        for spelling, escape in ESCAPES.items()
    ),
    *(
        Case(f"{name}, in a line of JSON", file_of(_json_line(text.replace("«", "").replace("»", ""))), finds=None,
             unread=None, secrets=_parts(text))
        for name, text in SECRETS.items()
    ),
    *(
        Case(f"a session token {reach} characters before an excerpt ends at {cut:,}",
             file_of(_at_the_cut(BASE, cut - reach)), finds=None, unread=None, secrets=(BASE,))
        for cut in (300, 2000, 4096, 8000)
        for reach in (14, 30)
    ),
    Case("signatures in ids", file_of(_everywhere()), finds=None, unread=None,
         secrets=(HEX, "ann.longname@mailhost.example")),
    Case("a signature in a file name", _in_names, finds=None, unread=None, secrets=(HEX,)),
    Case("a bearer token as a key of JSON", file_of(
        json.dumps({"msg": "NoSuchUpload", f"Authorization: Bearer {BASE}": 1}).encode() + b"\n"), finds=None,
        unread=None, secrets=(BASE,)),
]  # fmt: skip
