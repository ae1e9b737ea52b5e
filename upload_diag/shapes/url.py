"""What a request line or a URL tells: the ids in its query, bucket and key in its path, the operation asked for."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from upload_diag.codes import Operation

__all__ = ["operation_of", "read"]

_REST = re.compile(r"[^\s\"'<>`|\\]{0,4000}(?:<[\w-]{1,40}>[^\s\"'<>`|\\]{0,1000}){0,3}")  # <bucket> for what is masked
_METHOD = re.compile(
    r"\b(GET|PUT|POST|DELETE|HEAD|PATCH|get|put|post|Put|Post|Get|Head|Delete)\b[\s\"':=,]{1,4}"
    r"(?:ur[li][\"']?\s?[=:]\s?[\"']?)?\Z"
)
_REQUEST_LINE = re.compile(
    r"(?=[GPDHwR\" \t/*])"  # most places are left at one look
    r"(?:\b(GET|PUT|POST|DELETE|HEAD|PATCH)\s+(?:to\s+\")?|\bwith\surl:\s|\bResource>|\"resource\":\s?\"|^[ \t]{0,60})"
    r"([/*][^\s\"'<>`]{1,4000}?\?[^\s\"'<>`]{0,2000}\b(?:uploadId|partNumber|uploads)\b[^\s\"'<>`]{0,2000})",
    re.MULTILINE,
)
_UPLOAD_QUERY = re.compile(r"\?[^\s\"'<>`]{0,2000}?\b(?:uploadId|partNumber|uploads)\b")
# What is signed: the request as the server sees it, one thing a line.
_CANONICAL = re.compile(
    r"(?:^|CanonicalRequest[ :>]{1,3})(GET|PUT|POST|DELETE)\r?\n(/[^\s?\"'<>]{1,4000})\r?\n"
    r"([^\s\"'<>?]{1,2000})\r?\n(?:[a-z0-9-]{1,40}:.{0,200}\n){0,4}?host:",
    re.MULTILINE,
)
# Python's urllib3 writes host and path apart, in its errors and when it debugs.
_POOL = re.compile(
    r"(?:host='([\w.-]{4,253})', port=\d{1,5}\).{0,60}? with url: "
    r"|://([\w.-]{4,253})(?::\d{1,5})? \"(GET|PUT|POST|DELETE|HEAD) )(/[^\s\"'<>]{1,4000})"
)
_BARE_HOST = re.compile(
    r"(?<![\w.@/-])([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3(?:[.-][a-z0-9-]{2,30}){0,3}\.amazonaws\.com"
)
_S3CMD = re.compile(r"(?:Upload failed|failed request): /([^\s?]{1,1024})\?(partNumber)?")  # it leaves the bucket out
# `mc admin trace` prints the operation, and the address without a scheme.
_MINIO_TRACE = re.compile(r"\bs3\.[A-Z]\w{3,60} ([\w.-]{1,253}:\d{2,5})(/[^\s\"]{1,4000})")
_REQUEST_HEAD = re.compile(
    r"(?=[GPDH])\b(GET|PUT|POST|DELETE|HEAD|PATCH) (/[^\s\"'<>`]{1,4000}) HTTP/[\d.]{1,3}\s[^<]{0,200}?\b[Hh]ost: ?"
    r"([\w.-]{4,253})"
)
_NGINX = re.compile(r"request: \"([A-Z]{3,6}) (/[^\s\"]{1,4000})[^\"]{0,12}\".{0,2000}? host: \"([\w.:-]{3,253})\"")
_STORE_URI = re.compile(
    r"\b(?:s3[an]?|gs|b2|oss|cosn?|obs)://([A-Za-z0-9][\w.-]{1,62}|<\w{1,30}>)(?:/([^\s\"'<>`|]{1,1024}))?"
)
# Of several files the one that failed counts: aws-cli, s3cmd.
_FAILED_URI = re.compile(r"\b(?:upload|copy|move) failed: [^\n]{1,1024} to " + _STORE_URI.pattern)
_PARAMETER = re.compile(
    r"[?&;](uploadId|partNumber|upload_id|x-id|uploads|list-type|location|bucket|key|name)(?:=([^&\s\"'<>),;\]}]*))?"
)
_CONSOLE_LINE = re.compile(r":(?:NaN|\d{1,6})\Z")  # what a browser's console writes behind an address
_VIRTUAL_HOST = re.compile(
    r"\A([a-z0-9][a-z0-9._-]{1,61}?[a-z0-9])\."
    r"(?:s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?|s3\.amazonaws\.com|s3\.[a-z0-9.-]{4,60}"
    r"|[a-z]{3}\d\.(?:cdn\.)?digitaloceanspaces\.com|oss-[a-z0-9-]+\.aliyuncs\.com|obs\.[a-z0-9.-]+|cos\.[a-z0-9.-]+"
    r"|[a-z0-9]+\.r2\.cloudflarestorage\.com|storage\.googleapis\.com|storage\.yandexcloud\.net"
    r"|[a-z0-9-]+\.(?:linodeobjects|vultrobjects|your-objectstorage)\.com|(?:fly|t3)\.storage\.(?:tigris\.)?dev"
    r"|gateway\.storjshare\.io)\Z",
    re.IGNORECASE,
)
_PATH_HOST = re.compile(
    r"\A(?:s3[.-]|s3\Z|[a-z0-9]{20,}\.r2\.cloudflarestorage\.com|storage\.googleapis\.com|storage\.yandexcloud\.net"
    r"|[a-z]{3}\d\.digitaloceanspaces|minio|[a-z0-9-]+\.(?:linodeobjects|vultrobjects|your-objectstorage)\.com\Z"
    r"|oss-[a-z0-9-]+\.aliyuncs\.com\Z|(?:fly|t3)\.storage\.(?:tigris\.)?dev\Z|gateway\.storjshare\.io\Z|play\.min\.io\Z"
    r"|[a-z0-9]{1,40}\.compat\.objectstorage\.|[a-z0-9]{3,24}\.blob\.core\.windows\.net\Z|(?:localhost|endpoint)\Z)",
    re.IGNORECASE,
)
_STORE_PORTS = frozenset({"9000", "8333", "7480", "4566", "3900"})  # MinIO, SeaweedFS, Ceph, LocalStack, Garage
_BUCKET_PATH = re.compile(  # Google Cloud Storage, Firebase (v0), Oracle Cloud (n); Supabase; Backblaze B2
    r"\A(?:(?:(?:(?:resumable/)?upload/)?storage/v1|v0|n/[^/]{1,100})/b/([^/]{1,222})/o(?:/(.{1,1024})|\Z)"
    r"|(?:storage/v1/(?:s3|object(?:/(?:upload/)?sign|/public|/authenticated)?)|file)/([^/]{1,222})/(.{1,1024}))"
)
_QINIU_PATH = re.compile(r"\Abuckets/([^/]{3,63})/objects/[^/]{1,1400}/uploads/([\w-]{6,300})(?:/(\d{1,5}))?\Z")
_B2_PART = re.compile(r"b2_upload_part/(4_z\w{10,300})/(\d{4,5})\b")
_COMPANION_PATH = re.compile(
    r"(?:s3/multipart|files/upload_sessions)/(?=[^/]{0,300}[\d~%])([A-Za-z0-9._~%+-]{6,300})(?:/(\d{1,5})\Z|/batch\Z|/complete\Z|\Z)"
)
# tus appends to an upload by PATCH, and asks by HEAD how far it is.
_TUS_PATH = re.compile(
    r"(?:\A|/)(?:files|uploads?|tus\w{0,12}|resumable)\.?/{1,2}"
    r"((?=[^/]{0,300}\d)(?![^/]{0,300}\.[a-z0-9]{2,4}\Z)[\w.=+~%-]{6,300})\Z"
)
_HOST_HEADER = re.compile(r"^[>* ]{0,4}[Hh]ost: ?([\w.-]{4,253})", re.MULTILINE)
_REGION = re.compile(r"\bs3[.-](?:dualstack\.)?([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\.amazonaws\.com", re.IGNORECASE)
_SIGNING_REGION = re.compile(
    r"X-Amz-Credential=[^&\s]{4,60}?(?:%2F|/)\d{8}(?:%2F|/)([a-z0-9-]{2,30})(?:%2F|/)", re.IGNORECASE
)


def operation_of(method: str | None, has_upload_id: bool, has_part: bool, creates: bool) -> str | None:
    """The multipart operation that a request asks for, told from its method and query."""
    method = (method or "").upper()
    if creates and method in ("POST", "GET", ""):
        return Operation.LIST_UPLOADS if method == "GET" else Operation.CREATE
    if has_part and (method == "PUT" or (has_upload_id and not method)):
        return Operation.UPLOAD_PART
    if not has_upload_id:
        return None
    return {"POST": Operation.COMPLETE, "DELETE": Operation.ABORT, "GET": Operation.LIST_PARTS}.get(method)


def read(text: str) -> dict[str, str]:
    """The facts of the URLs in the text, the first of each kind.

    Among `upload_id`, `part_number`, `bucket`, `key`, `operation`, `region`.
    """
    facts: dict[str, str] = {}
    if ("host='" in text or " HTTP/1." in text) and (match := _POOL.search(text)):
        _read_target(match[3] or "", match[4], match[1] or match[2], facts)
    if "ost: " in text and " HTTP/" in text and (match := _REQUEST_HEAD.search(text)):
        _read_target(match[1], match[2], match[3], facts)
    if " s3." in text and (match := _MINIO_TRACE.search(text)):
        _read_target("PUT", match[2], match[1], facts)
    if 'request: "' in text and (match := _NGINX.search(text)):
        _read_target(match[1], match[2], match[3], facts)
    if "://" in text:
        for method, rest in _urls(text):
            _read_url(method, rest, facts)
        if text.count("://") > text.count("http://") + text.count("https://"):
            _read_store_uri(text, facts)
    if "uploadId" in text or "partNumber" in text or "?uploads" in text or "upload_id" in text:
        _read_requests(text, facts)
    if "bucket" not in facts and ".amazonaws.com" in text and (match := _BARE_HOST.search(text)):
        facts["bucket"] = match[1]
    return facts


def _read_store_uri(text: str, facts: dict[str, str]) -> None:
    match = _FAILED_URI.search(text) if " failed: " in text else None
    if match is None:
        # A copy names its source first, so the last of the first few counts.
        found = list(islice(_STORE_URI.finditer(text), 8))
        match = found[-1 if " to " in text else 0] if found else None
    if match is None:
        return
    bucket, key = match.groups()
    if bucket[0] != "<":
        facts.setdefault("bucket", bucket)
    if key:
        facts.setdefault("key", key.rstrip(".,;:)"))


def _read_requests(text: str, facts: dict[str, str]) -> None:
    """Request lines and canonical requests, and what is left of a query."""
    host = match[1] if "ost:" in text and (match := _HOST_HEADER.search(text)) else ""
    if _UPLOAD_QUERY.search(text):
        for method, target in _REQUEST_LINE.findall(text)[:4]:
            _read_target(method, target, host, facts)
    if "\nhost:" in text and (match := _CANONICAL.search(text)):
        _read_target(match[1], f"{match[2]}?{match[3]}", host, facts)
    if match := _S3CMD.search(text):
        facts.setdefault("key", unquote(match[1]))
        if match[2]:
            facts.setdefault("operation", Operation.UPLOAD_PART)
    if "upload_id" not in facts or "part_number" not in facts:
        found = _read_query(text, facts)
        if "uploadId" in found and "partNumber" in found:  # of a path that the reporter masked
            facts.setdefault("operation", Operation.UPLOAD_PART)


def _urls(text: str) -> Iterator[tuple[str, str]]:
    """The first URLs: (method that stands before it or nothing, what follows its `://`)."""
    at = text.find("://")
    for _ in range(16):
        if at < 0:
            return
        scheme = 5 if text[at - 5 : at] == "https" else 4 if text[at - 4 : at] == "http" else 0
        end = at + 3
        if scheme and (rest := _REST.match(text, end)):
            method = _METHOD.search(text, max(0, at - scheme - 20), at - scheme)
            yield (method[1] if method else ""), rest[0]
            end = rest.end()
        at = text.find("://", end)


def _read_url(method: str, rest: str, facts: dict[str, str]) -> None:
    host, _, target = rest.partition("/")
    if target.startswith("doc/20"):  # the name space of S3's XML, which every answer carries
        return
    host = host.rpartition("@")[2]
    if (region := _REGION.search(host)) or (region := _SIGNING_REGION.search(target)):
        facts.setdefault("region", region[1])
    _read_target(method, "/" + target, host, facts)


def _read_target(method: str, target: str, host: str, facts: dict[str, str]) -> None:
    path, _, query = target.partition("?")
    found = _read_query("?" + query, facts) if query else {}
    if operation := found.get("x-id") or operation_of(
        method, "uploadId" in found, "partNumber" in found, "uploads" in found
    ):
        facts.setdefault("operation", operation)
    bucket, key = _bucket_and_key(method, path.lstrip("/").rstrip(".,;:)]}'"), host, found, facts)
    if "*" in bucket:
        return
    if bucket and "<" not in bucket:
        facts.setdefault("bucket", unquote(bucket))
    if key and "…" not in key and "<" not in key:
        facts.setdefault("key", unquote(key))


def _bucket_and_key(method: str, path: str, host: str, found: dict[str, str], facts: dict[str, str]) -> tuple[str, str]:
    """The bucket and the key that a request's target names, each empty where it cannot be told."""
    name, _, port = host.partition(":")
    if (match := _BUCKET_PATH.search(path)) and (match[1] or path[:5] != "file/" or ".backblazeb2." in name):
        return match[1] or match[3], match[2] or match[4] or found.get("name", "")
    if match := _COMPANION_PATH.search(path) or _B2_PART.search(path):  # Uppy's Companion
        facts.setdefault("upload_id", unquote(match[1]))
        facts.update({name: value for name, value in (("part_number", match[2]), ("key", found.get("key"))) if value})
        return "", ""
    if match := _QINIU_PATH.match(path):
        facts.update({name: value for name, value in (("upload_id", match[2]), ("part_number", match[3])) if value})
        return match[1], ""
    if "bucket" in found:  # an application's own address
        return found["bucket"], found.get("key", "")
    if match := _VIRTUAL_HOST.match(name):
        return match[1], path
    if name and "." not in name and not port and "partNumber" in found and not _PATH_HOST.match(name):
        return name, path  # a virtual host whose domain the reporter masked
    if path and (
        _PATH_HOST.match(name)
        or not found.keys().isdisjoint(("uploadId", "partNumber", "x-id", "uploads"))
        or ("/" not in path.rstrip("/") and not found.keys().isdisjoint(("list-type", "location")))
        or ".s3." in name
        or (port in _STORE_PORTS and "/" in path and method.upper() in ("", "PUT"))
    ):
        bucket, slash, key = path.partition("/")
        if slash or not ("uploadId" in found or "partNumber" in found):
            return bucket, key
        return "", path  # of a key, so the bucket is in the host
    if method.upper() in ("PATCH", "HEAD") and name[-14:] != "googleapis.com" and (match := _TUS_PATH.search(path)):
        facts.setdefault("upload_id", unquote(match[1]))
    return "", ""


def _read_query(text: str, facts: dict[str, str]) -> dict[str, str]:
    """The parameters of the first query in the text that are told apart here, values decoded."""
    found: dict[str, str] = {}
    for name, value in _PARAMETER.findall(text):
        found.setdefault(name, unquote(value.rstrip(".")))
    if value := found.get("uploadId") or found.get("upload_id"):
        facts.setdefault("upload_id", _CONSOLE_LINE.sub("", value).rstrip(".:"))
    if (value := found.get("partNumber", "")).isdigit():
        facts.setdefault("part_number", value)
    return found
