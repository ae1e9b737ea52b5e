"""S3 server access logs: one line a request, fields in a fixed order, of which newer ones may be missing at the end."""

import re
from urllib.parse import unquote_to_bytes

from upload_diag.codes import Operation
from upload_diag.logs.fields import NO_IDS, Ids, read_line
from upload_diag.logs.http import success_of
from upload_diag.logs.markers import Event
from upload_diag.logs.record import Record
from upload_diag.logs.times import find_time

__all__ = ["NAME", "SAMPLES", "detect", "read"]

NAME = "s3-access-log"
SAMPLES = (
    (
        b"0a1b2c bucket-a [22/Nov/2026:10:00:00 +0000] 192.0.2.7 arn:aws:iam::111122223333:ann 3E57427F3EXAMPLE "
        b'REST.PUT.PART videos/a.mp4 "PUT /videos/a.mp4?partNumber=3&uploadId=AbCd1234 HTTP/1.1" 404 NoSuchUpload 300 '
        b'5242880 41 40 "-" "aws-sdk-js/3.0" -'
    ),
)

_LINE = re.compile(
    rb"""(?P<owner>\S+)\ (?P<bucket>\S+)\ \[(?P<time>[^\]]+)\]\ \S+\ \S+\ (?P<request>\S+)
         \ (?P<operation>[A-Z0-9]+\.[A-Z_0-9.]+)\ (?P<key>\S+)
         \ (?:"(?P<uri>[^"]*)"|-)\ (?P<status>\d{3}|-)\ (?P<code>\S+)\ """,
    re.VERBOSE,
)
# Entry of the log -> operation of the API. Only these belong to uploads.
_OPERATIONS = {
    b"REST.POST.UPLOADS": Operation.CREATE,
    b"REST.PUT.PART": Operation.UPLOAD_PART,
    b"REST.COPY.PART": Operation.UPLOAD_PART_COPY,
    b"REST.POST.UPLOAD": Operation.COMPLETE,
    b"REST.DELETE.UPLOAD": Operation.ABORT,
    b"REST.GET.UPLOAD": Operation.LIST_PARTS,
    b"REST.PUT.OBJECT": None,
    b"REST.POST.OBJECT": None,
    b"S3.DELETE.UPLOAD": None,
}
LITERALS = tuple(sorted(name.decode().lower() for name in _OPERATIONS))


def detect(line: bytes) -> bool:
    """Whether the line is of such a log."""
    return _LINE.match(line) is not None


def read(line: bytes, offset: int) -> Record | None:
    """The record of a line; None when it has nothing to do with uploads, or is no line of such a log."""
    match = _LINE.match(line)
    if match is None or match["operation"] not in _OPERATIONS:
        return None
    name = match["operation"]
    operation = _OPERATIONS[name]
    status = int(match["status"]) if match["status"].isdigit() else 0
    code = b"" if match["code"] == b"-" else match["code"]
    in_uri = read_line(match["uri"])[1] if match["uri"] else NO_IDS
    key = unquote_to_bytes(match["key"].replace(b"%25", b"%"))  # S3 writes what is escaped in the URL escaped once more
    ids = Ids(in_uri.upload, b"", match["bucket"], key, match["request"], in_uri.part)
    when = find_time(match["time"])
    event = Event.LIFECYCLE_ABORT if name == b"S3.DELETE.UPLOAD" else None if code else success_of(operation, status)
    payload = None
    if event is None and (code or status >= 400):
        payload = {"httpStatus": status, "errorCode": code.decode("ascii", "replace") or None, "operation": operation}
    return Record(offset, when, b"s3-access-log " + b" ".join((name, match["status"], code)), line, ids, payload, event)
