"""Documents and lines that are too long, too deep, too wide, or contradict themselves."""

import base64
import json
import sqlite3
import struct
import tempfile
import zlib
from pathlib import Path

from hostile import FAILED, Case, file_of

MIB = 1 << 20
ERROR_JSON = b'"level":"error","msg":"UploadPart failed: NoSuchUpload","uploadId":"abc123abc123"'
BODY = (
    '<?xml version="1.0"?><Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message>'
    "<UploadId>abc123abc123</UploadId></Error>"
)


def line_of(size: int) -> bytes:
    return FAILED + b"x" * size + b"\n" + FAILED


def json_line(inside: bytes) -> bytes:
    """Lines of JSON, one of them with something in it."""
    usual = b'{"time":"2026-11-20T10:00:00Z","msg":"fine"}\n'
    return usual * 3 + b'{"time":"2026-11-20T10:00:00Z",' + ERROR_JSON + b',"more":' + inside + b"}\n" + usual * 3


def wide(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(count)) + b"}"


def har(*entries: dict, cut: int | None = None, **log: object) -> bytes:
    data = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": list(entries)} | log}).encode()
    return data[:cut]


def entry(body: str = BODY, *, url: str = "https://b.example/k?partNumber=2&uploadId=abc123abc123", **content: str):
    return {
        "startedDateTime": "2026-11-20T10:00:00.000Z",
        "request": {"method": "PUT", "url": url, "headers": []},
        "response": {"status": 404, "content": {"mimeType": "application/xml", "text": body} | content},
    }


def in_base64() -> dict:
    return entry(base64.b64encode(BODY.encode()).decode(), encoding="base64")


def cloudtrail(*events: dict, cut: int | None = None) -> bytes:
    return json.dumps({"Records": list(events)}).encode()[:cut]


def event(**more: object) -> dict:
    return {
        "eventTime": "2026-11-20T10:00:00Z", "eventSource": "s3.amazonaws.com", "eventName": "UploadPart",
        "errorCode": "NoSuchUpload", "errorMessage": "The specified upload does not exist.", "requestID": "R1",
        "requestParameters": {"bucketName": "b", "key": "k", "uploadId": "abc123abc123", "partNumber": 2},
    } | more  # fmt: skip


def xml(doctype: str, inside: str = "&x;") -> bytes:
    """An error body as a log shows it, with a document type that wants to be obeyed."""
    return (
        f'2026-11-20T10:00:00Z ERROR answer 404:\n<?xml version="1.0"?>\n{doctype}\n'
        f"<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist. {inside}</Message>"
        "<UploadId>abc123abc123</UploadId></Error>\n"
    ).encode()


def laughs() -> str:
    rows = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE Error [<!ENTITY x0 "ha">{rows}<!ENTITY x "&x9;">]>'


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(bytes(range(256)) * 40)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def elf() -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(256)) * 64 + FAILED


def sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.sqlite")
        with sqlite3.connect(path) as database:
            database.execute("create table logs (line text)")
            database.executemany("insert into logs values (?)", [(FAILED.decode(),)] * 50)
        database.close()
        return path.read_bytes()


DEEP = 100_000
HUGE = b"9" * 5000
CUT = "cut short|broken"
CASES = [
    Case("a line of 20 MB", file_of(lambda: line_of(20 * MIB)), finds=2, unread="longer than"),
    Case("a line of 200 MB", file_of(lambda: line_of(200 * MIB)), finds=2, unread="longer than"),
    Case("a file that is one line of 20 MB", file_of(lambda: FAILED[:-1] + b"x" * (20 * MIB)), unread="longer than"),
    Case("a long line of nothing but errors", file_of(lambda: b"NoSuchUpload " * 700_000), finds=None,
         unread="longer than"),
    Case("blank lines of CR LF, 24 MB of them", file_of(lambda: FAILED + b"\r\n" * (12 * MIB)), unread=None),
    Case("blank lines, 64 MB of them", file_of(lambda: FAILED + b"\n" * (64 * MIB))),
    Case("an error in the middle of a long line",
         file_of(lambda: b"2026-11-20T10:00:00Z " + b"a word " * 8000 + FAILED[25:-1] + b" a word" * 8000)),
    Case("a long line of dots", file_of(lambda: FAILED + b"." * (MIB - 1000) + b"\n")),
    Case("a line of a million brackets", file_of(lambda: FAILED + b"[" * 1_000_000 + b"\n")),
    Case("a line of quotation marks", file_of(lambda: FAILED + b'"' * 1_000_000 + b"\n")),
    Case("a line of backslashes", file_of(lambda: FAILED + b"\\" * 1_000_000 + b"\n")),
    Case("a line of percent signs behind an error", file_of(lambda: FAILED[:-1] + b" url=%25" + b"25" * 200_000 + b"\n")),
    Case("a line of at signs", file_of(lambda: FAILED[:-1] + b"a@" * 300_000 + b"\n")),
    Case("a line of equals signs", file_of(lambda: FAILED[:-1] + b" token=" * 100_000 + b"\n")),
    Case("an entry of 300,000 lines", file_of(lambda: FAILED + b"    at frame (file.js:1:2)\n" * 300_000), unread=None),
    Case("a million lines that each begin a JSON object", file_of(lambda: FAILED + b"{\n" * 1_000_000)),
    Case("arrays 100,000 deep", file_of(lambda: json_line(b"[" * DEEP + b"]" * DEEP))),
    Case("objects 100,000 deep", file_of(lambda: json_line(b'{"a":' * DEEP + b"1" + b"}" * DEEP))),
    Case("arrays 100,000 deep and never closed", file_of(lambda: json_line(b"[" * DEEP))),
    Case("the error 100,000 deep", file_of(
        lambda: b'{"a":' * DEEP + b'{"msg":"NoSuchUpload"}' + b"}" * DEEP + b"\n"), finds=None),
    Case("an object of 100,000 keys", file_of(lambda: json_line(wide(100_000)))),
    Case("an object of a million keys", file_of(lambda: json_line(wide(1_000_000))), finds=None, unread=None),
    Case("a different key in every line", file_of(lambda: b"".join(
        b'{"time":"2026-11-20T10:00:00Z","k%d":1,"msg":"NoSuchUpload"}\n' % number for number in range(5_000))),
        finds=5_000),
    Case("a different upload in every line", file_of(lambda: b"".join(
        b"2026-11-20T10:00:00Z ERROR NoSuchUpload uploadId=up-%06d-%06d\n" % (number, number * 7)
        for number in range(1000))), finds=1000),
    Case("a different code, operation and year in every line", file_of(lambda: b"".join(
        b'{"time":"%04d-11-20T10:00:00Z","error":{"code":"Odd%05dX","message":"NoSuchUpload"},"operation":"Op%05d"}\n'
        % (1970 + number % 8000, number, number) for number in range(8_000))), finds=8_000),
    Case("an integer of 5,000 digits", file_of(json_line(HUGE))),
    Case("an integer of 5,000 digits as the status", file_of(b'{"msg":"NoSuchUpload","status":' + HUGE + b"}\n" * 3),
         finds=None),
    Case("an integer of 5,000 digits as the part", file_of(b'{"msg":"NoSuchUpload","partNumber":' + HUGE + b"}\n")),
    Case("an integer of 5,000 digits as the time", file_of(b'{"msg":"NoSuchUpload","time":' + HUGE + b"}\n")),
    Case("a part of 5,000 digits in text", file_of(FAILED[:-1] + b" partNumber=" + HUGE + b"\n")),
    Case("a float with a large exponent", file_of(json_line(b"1e999999999"))),
    Case("NaN and infinities", file_of(json_line(b"[NaN,Infinity,-Infinity]"))),
    Case("NaN as the status", file_of(b'{"msg":"NoSuchUpload","statusCode":NaN,"time":Infinity}\n')),
    Case("a lone surrogate", file_of(json_line(b'"\\ud800"'))),
    Case("a lone surrogate as the upload", file_of(b'{"msg":"NoSuchUpload","uploadId":"abc\\udc00def12345"}\n')),
    Case("a lone surrogate as a key", file_of(json_line(b'{"\\udfff":1}'))),
    Case("an escaped NUL in every value", file_of(b'{"msg":"NoSuchUpload \\u0000","uploadId":"abc\\u0000def12345"}\n')),
    Case("the same key again and again", file_of(json_line(b"{" + b'"a":1,' * 5000 + b'"a":2}'))),
    Case("the upload named twice", file_of(b'{"msg":"NoSuchUpload","uploadId":"first1234","uploadId":"second5678"}\n')),
    Case("an empty key", file_of(b'{"":"NoSuchUpload","":""}\n'), finds=None),
    Case("JSON cut in the middle", file_of(json_line(b'{"a":[1,2,')[:-60])),
    Case("JSON with comments and trailing commas", file_of(b'{"msg":"NoSuchUpload",/* ! */"a":[1,],}\n')),
    Case("JSON in JSON in JSON in JSON", file_of(
        lambda: json.dumps({"msg": json.dumps({"e": json.dumps({"e": json.dumps({"Code": "NoSuchUpload"})})})}).encode()
        + b"\n")),
    Case("times that do not exist", file_of(
        b"".join(b"%s ERROR NoSuchUpload\n" % when for when in (
            b"2026-13-45T99:99:99Z", b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00Z", b"2026-02-30T10:00:00+99:99",
            b"1969-12-31T23:59:59Z"))), finds=5),
    Case("the last second that there is, west of Greenwich", file_of(
        b"9999-12-31T23:59:59-12:00 ERROR NoSuchUpload\n9999-12-31T23:59:60Z ERROR NoSuchUpload\n"), finds=2),
    Case("fifty thousand records in one array", file_of(
        b"[" + b'{"a":1},' * 50_000 + b'{"msg":"NoSuchUpload","uploadId":"abc123abc123"}]')),
    Case("a time far in the future as a number", file_of(b'{"ts":1999999999999999,"msg":"NoSuchUpload"}\n')),
    Case("two failures eight thousand years apart", file_of(
        b"1970-01-02T00:00:00Z ERROR NoSuchUpload\n9998-01-01T00:00:00Z ERROR NoSuchUpload\n"), finds=2),
    Case("an entity that explodes", file_of(xml(laughs()))),
    Case("an entity that reads a file", file_of(xml('<!DOCTYPE Error [<!ENTITY x SYSTEM "file:///etc/hostname">]>'))),
    Case("an entity from the network", file_of(xml('<!DOCTYPE Error [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>'))),
    Case("a parameter entity", file_of(
        xml('<!DOCTYPE Error [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>', ""))),
    Case("an external DTD", file_of(xml('<!DOCTYPE Error SYSTEM "http://127.0.0.1:9/e.dtd">', ""))),
    Case("XML that is never closed", file_of(FAILED + b"<Error><Code>" * 50_000 + b"\n"), finds=None),
    Case("a hundred thousand attributes", file_of(
        xml("", "").replace(b"<Error>", b"<Error %s>" % b" ".join(b'a%d=""' % n for n in range(100_000))))),
    Case("a code in CDATA, between comments, in a namespace", file_of(xml("", "").replace(
        b"<Error>", b'<s3:Error xmlns:s3="urn:x"><!-- a -->').replace(b">NoSuchUpload<", b"><![CDATA[NoSuchUpload]]><"))),
    Case("sections and comments that are opened and never closed", file_of(
        FAILED + b"<!--" * 50_000 + b"\n" + b"<![CDATA[" * 20_000 + b"\n" + b"</" * 100_000 + b"\n")),
    Case("texts made of what the rules repeat", file_of(lambda: b"".join(
        FAILED[:-1] + b" w%d " % (7919 * number) + unit * (20_000 // len(unit)) + b"\n"
        for number, unit in enumerate((b"post ?uploadid=1 ", b"put partnumber=1 ", b"upload session ", b"part 1 of ")))),
        finds=None),
    Case("an id that is a list, an object, a number, a truth", file_of(b"".join(
        b'{"msg":"NoSuchUpload","uploadId":%s,"partNumber":-1}\n' % value
        for value in (b'["abc123abc123",{}]', b'{"$oid":"abc123abc123"}', b"1e400", b"true", b"-0"))), finds=5),
    Case("keys and codes spelled with escapes", file_of(
        b'{"\\u006dsg":"No\\u0053uchUpload","\\u0075ploadId":"abc123abc123"}\n')),
    Case("an id of a megabyte", file_of(lambda: FAILED.replace(b"abc123abc123", b"A1b2" * 262_000))),
    Case("character references", file_of(xml("", "&#0;&#27;[2J&#x1b;&#x202e;&#xD800;&#99999999;"))),
    Case("a HAR", file_of(har(entry()), "net.har")),
    Case("a HAR with a body in base64", file_of(har(in_base64()), "net.har")),
    Case("a HAR with a body that only says it is base64", file_of(har(entry("%%%", encoding="base64")), "net.har"),
         finds=None),
    Case("a HAR with 20 MB of base64", file_of(
        lambda: har(entry("QUJD" * (5 * MIB), encoding="base64"), entry()), "net.har"), finds=None),
    Case("a HAR cut in an entry", file_of(lambda: har(entry(), entry("x" * 5000), cut=-2500), "net.har"), unread=CUT),
    Case("a HAR cut right after its beginning", file_of(b'{"log":{"entries":[', "net.har"), finds=0, unread=None),
    Case("a HAR without entries", file_of(b'{"log":{"version":"1.2"}}', "net.har"), finds=0, unread="entries"),
    Case("a HAR whose entries are numbers", file_of(b'{"log":{"entries":[1,null,"a",[],{}]}}', "net.har"), finds=0),
    Case("a HAR with wrong types throughout", file_of(
        b'{"log":{"entries":[{"request":[],"response":7,"startedDateTime":{}},{"request":{"method":[],"url":{}}},'
        b'{"request":{"method":"PUT","url":"x"},"response":{"status":"404","content":[]}}]}}', "net.har"), finds=None),
    Case("a HAR with an entry 100,000 deep", file_of(
        lambda: b'{"log":{"entries":[' + b"[" * DEEP + b"]" * DEEP + b"," + json.dumps(entry()).encode() + b"]}}",
        "net.har"), finds=None, unread="cannot be read|" + CUT),
    Case("a HAR with an entry of a million empty lists", file_of(
        lambda: b'{"log":{"entries":[' + json.dumps(entry()).encode() + b",[" + b"[]," * 1_000_000 + b"[]]]}}",
        "net.har"), unread="too large"),
    Case("a HAR with a body of 70 MB", file_of(
        lambda: b'{"log":{"entries":[' + json.dumps(entry()).encode() + b',{"text":"' + b"x" * (70 * MIB) + b'"}]}}',
        "net.har"), unread="too large"),
    Case("CloudTrail with a million empty events", file_of(
        lambda: b'{"Records":[' + b"{}," * 1_000_000 + json.dumps(event()).encode() + b"]}", "trail.json")),
    Case("a HAR with a broken entry in the middle", file_of(
        lambda: b'{"log":{"entries":[' + json.dumps(entry()).encode() + b",{bad},"
        + json.dumps(entry()).encode() + b"]}}", "net.har"), finds=None, unread=CUT),
    Case("a HAR with integers of 5,000 digits", file_of(
        lambda: har(entry()).replace(b"404", HUGE), "net.har"), finds=None),
    Case("CloudTrail", file_of(cloudtrail(event()), "trail.json")),
    Case("CloudTrail with wrong types", file_of(cloudtrail(
        event(requestParameters=[]), event(eventName=["x"]), event(eventTime=7, requestID={}), {"a": 1}), "trail.json"),
        finds=None),
    Case("CloudTrail cut short", file_of(cloudtrail(event(), event(), cut=-100), "trail.json"), unread=CUT),
    Case("CloudTrail that repeats itself", file_of(cloudtrail(*[event()] * 3000), "trail.json"), finds=3000),
    Case("an access log with unclosed quotes", file_of(
        b'o b [20/Nov/2026:10:00:00 +0000] 1.2.3.4 - R1 REST.PUT.PART k "PUT /k?uploadId=abc123abc123 404 NoSuchUpload '
        * 50 + b"\n"), finds=None),
    Case("a PNG", file_of(png(), "console.png"), finds=None, unread="not text", code=3),
    Case("a program", file_of(elf(), "a.log"), finds=None, unread="not text", code=3),
    Case("a database", file_of(sqlite, "a.db"), finds=None, unread=None, code=3),
    Case("noughts", file_of(bytes(100_000), "zeros.log"), finds=None, unread="not text", code=3),
]  # fmt: skip
