"""Access logs: nginx, Apache, ALB, HAProxy, and what else quotes the request; CloudFront, IIS, Squid, Gin."""

import re

from upload_diag.logs import access_log
from upload_diag.logs.fields import Ids, part_number, read_line
from upload_diag.logs.http import is_failure, is_upload, operation_of, success_of, url_ids
from upload_diag.logs.record import Record
from upload_diag.logs.times import find_time

__all__ = ["LITERALS", "NAME", "SAMPLES", "detect", "read", "request_of"]

NAME = "web-access-log"
SAMPLES = (
    b'192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "PUT /a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1" 404 300 "-" "x"',
    (
        b"https 2026-11-22T10:00:00.123456Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0 0.1 0 404 404 34 3 "
        b'"PUT https://up.example.org:443/a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1" "x" - -'
    ),
    (
        b"2026-11-22\t10:00:00\tFRA56-P5\t410\t192.0.2.7\tPUT\td0000example.cloudfront.net\t/a.mp4\t404\t-\tx\t"
        b"partNumber=3&uploadId=AbCd1234\t-\tError"
    ),
    b"2026-11-22 10:00:00 192.0.2.1 PUT /a.mp4 partNumber=3&uploadId=AbCd1234 443 - 192.0.2.7 x - 404 0 0 31",
    b"1795341600.123  31 192.0.2.7 TCP_MISS/404 312 PUT http://up.example.org/a.mp4?partNumber=3&uploadId=AbCd1234 - x",
    (
        b"192.0.2.7:2817 [22/Nov/2026:10:00:00.123] in~ st/s1 0/0/1/31/32 404 300 - - "
        b'---- 1/1/0/0/0 0/0 "PUT /a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1"'
    ),
    b'[GIN] 2026/11/22 - 10:00:00 | 404 |   31.2ms |   192.0.2.7 | PUT      "/a.mp4?partNumber=3&uploadId=AbCd1234"',
)

# Addresses of backends that pass the parts of an upload on, as our own gateway does; and a query by itself that begins
# an upload, of CloudFront and of IIS.
LITERALS = ("/parts/", "/chunks/", "\tuploads\t", " uploads 443 ", " uploads 80 ")
_GATEWAY = re.compile(rb"/(?:videos|media|assets)/(?P<video>[^/?]{1,200})/(?:parts|chunks)/(?P<part>\d{1,5})(?![^?])")

_REQUEST = re.compile(rb'"(?P<method>[A-Z]{3,7}) (?P<url>[^" ]+) HTTP/[\d.]+"(?: (?P<status>\d{3}) )?')
# Where the status stands before the request: of ALB, and behind the five times of HAProxy.
_ALB = re.compile(rb"(?:https?|h2|grpcs?|wss?) \d{4}-\S+ \S+ \S+ \S+ \S+ \S+ \S+ (?P<status>\d{3}) ")
_HAPROXY = re.compile(rb"\] \S+ \S+ [\d/+-]{9,60} (?P<status>\d{3}|-1) ")

# Lines that do not quote the request as it was sent. Fields of CloudFront are parted by tabs and stand in this order:
# "Standard log file fields" in Amazon's guide to it. IIS's are those that it writes of itself, and Azure's.
_CLOUDFRONT = re.compile(
    rb"\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t\S+\t\S+\t\S+\t(?P<method>[A-Z]{3,7})\t\S+\t(?P<path>/\S*)\t(?P<status>\d{3})"
    rb"\t[^\t]*\t[^\t]*\t(?P<query>\S+)\t"
)
_IIS = re.compile(
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S+ ){1,3}?(?P<method>[A-Z]{3,7}) (?P<path>/\S*) (?P<query>\S+) \d{1,5} "
    rb"(?:\S+ ){3,8}?(?P<status>\d{3}) \d{1,5} \d{1,10}(?!\S)"
)
# Few fields of W3C's: the status stands behind the query. 443, where a port may stand, is none.
_W3C = re.compile(
    rb"\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d[ \t](?:\S+[ \t]){0,3}?(?P<method>[A-Z]{3,7})[ \t](?P<path>/\S*)[ \t]"
    rb"(?P<query>-|[^\s=]{1,200}=\S*|uploads)[ \t](?!443)(?P<status>[1-5]\d\d)(?!\S)"
)
_SQUID = re.compile(
    rb"\d{10}\.\d{3} +\d+ \S+ [A-Z_]+/(?P<status>\d{3}) \d+ (?P<method>[A-Z]{3,7}) (?P<path>\S+)(?P<query>) "
)
_GIN = re.compile(  # perhaps coloured
    rb"\[GIN\][^|]*\|[^|]*?(?P<status>\d{3})(?![\d;])[^|]*\|[^|]*\|[^|]*\|[^|\"]*?(?P<method>[A-Z]{3,7})\b[^|\"]*"
    rb"\"(?P<path>[^\"]+)\"(?P<query>)"
)
_UNQUOTED = (_CLOUDFRONT, _IIS, _W3C, _SQUID, _GIN)


def detect(line: bytes) -> bool:
    """Whether the line is of such a log."""
    return request_of(line) is not None and not access_log.detect(line) and find_time(line) > 0


def read(line: bytes, offset: int) -> Record | None:
    """The record of a line; None when it has nothing to do with uploads, or is no line of such a log."""
    request = request_of(line)
    if request is None:
        return None
    method, url, status = request
    if not is_upload(method, url):
        return None
    operation = operation_of(method, url)
    event = success_of(operation, status)
    payload = None
    if event is None and is_failure(status):
        payload = {"httpStatus": status, "method": method, "url": url, "operation": operation}
    ids = url_ids(url)
    gateway = _GATEWAY.search(url.encode())
    if gateway:
        ids = ids.or_else(Ids(video=gateway["video"], part=part_number(gateway["part"])))
    key = b"web-access-log %d %s %s" % (
        status,
        method.encode(),
        (operation or "").encode() or read_line(url.encode())[0],
    )
    return Record(offset, find_time(line), key, line, ids, payload, event)


def request_of(line: bytes) -> tuple[str, str, int] | None:
    """Method, URL and status of the request that a line tells of."""
    match = _REQUEST.search(line)
    if match is not None:
        answer = _ALB.match(line) or (match if match["status"] else _HAPROXY.search(line, 0, match.start()))
        return _told(match["method"], match["url"], answer["status"]) if answer else None
    match = next(filter(None, (pattern.match(line) for pattern in _UNQUOTED)), None)
    if match is None:
        return None
    query = b"" if match["query"] in (b"", b"-") else b"?" + match["query"]
    return _told(match["method"], match["path"] + query, match["status"])


def _told(method: bytes, url: bytes, status: bytes) -> tuple[str, str, int]:
    return method.decode(), url.decode("utf-8", "replace"), int(status)
