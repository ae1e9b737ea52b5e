"""Access logs of web servers and load balancers: nginx, Apache, ALB, and what else quotes the request line."""

import re

from upload_diag.logs import access_log
from upload_diag.logs.fields import find_time, read_line
from upload_diag.logs.http import is_upload, operation_of, success_of
from upload_diag.logs.record import Record

__all__ = ["NAME", "SAMPLES", "detect", "read"]

NAME = "web-access-log"
SAMPLES = (
    b'192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "PUT /a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1" 404 300 "-" "x"',
    (
        b"https 2026-11-22T10:00:00.123456Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0 0.1 0 404 404 34 3 "
        b'"PUT https://up.example.org:443/a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1" "x" - -'
    ),
)

_REQUEST = re.compile(rb'"(?P<method>[A-Z]{3,7}) (?P<url>[^" ]+) HTTP/[\d.]+"(?: (?P<status>\d{3}) )?')
_ALB = re.compile(rb"(?:https?|h2|grpcs?|wss?) \d{4}-\S+ \S+ \S+ \S+ \S+ \S+ \S+ (?P<status>\d{3}) ")


def detect(line: bytes) -> bool:
    """Whether the line is of such a log."""
    match = _REQUEST.search(line)
    if match is None or access_log.detect(line):
        return False
    return (match["status"] is not None or _ALB.match(line) is not None) and find_time(line) > 0


def read(line: bytes, offset: int) -> Record | None:
    """The record of a line; None when it has nothing to do with uploads, or is no line of such a log."""
    match = _REQUEST.search(line)
    found = _ALB.match(line) or match
    if match is None or found is None or not found["status"]:
        return None
    method, url, status = match["method"].decode(), match["url"].decode("utf-8", "replace"), int(found["status"])
    if not is_upload(method, url):
        return None
    operation = operation_of(method, url)
    event = success_of(operation, status)
    payload = None
    if event is None and status >= 400:
        payload = {"httpStatus": status, "method": method, "url": url, "operation": operation}
    plain, ids = read_line(match["url"])
    key = b"web-access-log %d %s %s" % (status, match["method"], (operation or "").encode() or plain)
    return Record(offset, find_time(line), key, line, ids, payload, event)
