"""What a bare HTTP status says: the weakest evidence, used when nothing else is known."""

from dataclasses import dataclass

from upload_diag.codes import ErrorCode as E
from upload_diag.codes import Operation

__all__ = ["CONTEXT_STATUSES", "MARKERS", "REASONS", "STATUSES", "ContextStatus", "literals"]

STATUSES: dict[int, E] = {
    0: E.NETWORK,  # no answer came; XMLHttpRequest and SDKs write it so
    301: E.WRONG_REGION,
    # Not 307, which clients follow, nor 308, with which Google asks for the next chunk.
    400: E.INVALID_REQUEST,
    401: E.ACCESS_DENIED,
    402: E.QUOTA_EXCEEDED,
    403: E.ACCESS_DENIED,
    404: E.OBJECT_NOT_FOUND,
    405: E.INVALID_REQUEST,
    406: E.INVALID_REQUEST,
    407: E.CREDENTIALS_INVALID,
    408: E.TIMEOUT,
    409: E.CONFLICT,
    410: E.OBJECT_NOT_FOUND,
    411: E.INVALID_REQUEST,
    412: E.CONFLICT,
    413: E.TOO_LARGE,
    414: E.INVALID_REQUEST,
    415: E.INVALID_REQUEST,
    416: E.INVALID_REQUEST,
    417: E.INVALID_REQUEST,
    419: E.CREDENTIALS_EXPIRED,  # Laravel: the login session is over
    421: E.INVALID_REQUEST,
    422: E.INVALID_REQUEST,
    423: E.CONFLICT,
    424: E.CONFLICT,
    425: E.SERVER_ERROR,
    428: E.INVALID_REQUEST,
    429: E.THROTTLED,
    431: E.INVALID_REQUEST,
    440: E.CREDENTIALS_EXPIRED,  # IIS: the login session is over
    451: E.ACCESS_DENIED,
    460: E.CANCELLED,  # ALB: the client went away
    499: E.CANCELLED,  # nginx: likewise
    500: E.SERVER_ERROR,
    501: E.INVALID_REQUEST,
    502: E.SERVER_ERROR,
    503: E.SERVER_ERROR,
    504: E.TIMEOUT,
    505: E.INVALID_REQUEST,
    507: E.QUOTA_EXCEEDED,
    508: E.SERVER_ERROR,
    509: E.THROTTLED,
    511: E.ACCESS_DENIED,
    520: E.SERVER_ERROR,  # 520 to 530: Cloudflare, about the server behind it
    521: E.SERVER_ERROR,
    522: E.TIMEOUT,
    523: E.NETWORK,
    524: E.TIMEOUT,
    525: E.TLS_ERROR,
    526: E.TLS_ERROR,
    529: E.THROTTLED,
    530: E.SERVER_ERROR,
    544: E.TIMEOUT,  # Supabase: the database timed out
    598: E.TIMEOUT,
    599: E.TIMEOUT,
}
"""Verdict by HTTP status."""

_TOLD = (
    *("error {}", "error: {}", "error: ({}", "error '{}", "exception: {}", "http {}", "http/1.1 {}", "http/2 {}"),
    *("code {}", "code: {}", "code of {}", "code - {}", "code={}", "unacceptable: {}", "status({})", "a `{} "),
    *("{} client error", "{} server error", "http{}error"),  # the last of Ruby
    *("failed a request({}", "return code is: {}"),  # s3fs, Maven
)
# Services say so of each request. Most 4xx are answers as a matter of course then, 5xx are not.
_ANSWERED = ("status {}", "status: {}", "status={}", "returned {}", " {} ()")
_NO_MATTER_OF_COURSE = (410, 413)


def literals() -> set[str]:
    """Lower-case texts in which clients say a failure by its status alone; logs of what went well hold none of them."""
    failures = [status for status in STATUSES if status >= 400]
    unexpected = [status for status in failures if status >= 500 or status in _NO_MATTER_OF_COURSE]
    told = {form.format(status) for form in _TOLD for status in failures}
    return told | {form.format(status) for form in _ANSWERED for status in unexpected} | {"410 (gone)", "410 gone"}


REASONS: dict[int, tuple[str, ...]] = {
    200: ("ok",),
    204: ("no content",),
    301: ("moved permanently", "response missing"),
    307: ("temporary redirect",),
    400: ("bad request",),
    401: ("unauthorized", "unauthorised"),
    403: ("forbidden", "access denied"),
    404: ("not found", "the specified", "file or directory"),
    405: ("method not allowed",),
    408: ("request time", "request_time", "upload client"),
    409: ("conflict",),
    410: ("gone",),
    411: ("length required",),
    412: ("precondition",),
    413: ("request entity", "payload too", "content too", "insufficient", "request too"),
    415: ("unsupported media",),
    416: ("range not", "requested range"),
    417: ("expectation failed",),
    419: ("page expired", "authentication timeout"),
    422: ("unprocessable",),
    423: ("locked",),
    429: ("too many",),
    431: ("request header",),
    499: ("client closed",),
    500: ("internal server", "internal error"),
    501: ("not implemented",),
    502: ("bad gateway", "proxy error"),
    503: ("service unavailable", "service temporarily", "slow down", "slowdown"),
    504: ("gateway time",),
    507: ("insufficient storage",),
    509: ("bandwidth limit",),
    520: ("web server", "unknown error", "origin error"),
    521: ("web server", "origin down"),
    522: ("connection timed", "origin connection"),
    523: ("origin is",),
    524: ("a timeout", "origin time"),
    525: ("ssl handshake",),
    526: ("invalid ssl",),
}
"""What follows a status in running text, in lower case: `404 Not Found`, `413 (Request Entity Too Large)`."""


@dataclass(frozen=True, slots=True)
class ContextStatus:
    """A status that says more because of what was asked.

    Attributes:
        rule: the stable rule id.
        statuses: the HTTP statuses it holds for.
        code: what it means then.
        operations: the S3 operations that must have been asked for, empty when `marker` says it.
        marker: a fact found in the text (see `MARKERS`), empty when `operations` say it.
        strength: how telling it is, 0 to 100.
    """

    rule: str
    statuses: frozenset[int]
    code: E
    operations: frozenset[str] = frozenset()
    marker: str = ""
    strength: int = 60


_GONE = frozenset({404, 410})
CONTEXT_STATUSES: tuple[ContextStatus, ...] = (
    # S3 answers 404 to these operations only for the upload id, the bucket or (for a copy) the source.
    ContextStatus(
        "context.dead-upload",
        _GONE,
        E.SESSION_EXPIRED,
        operations=frozenset({Operation.UPLOAD_PART, Operation.LIST_PARTS, Operation.COMPLETE, Operation.ABORT}),
    ),
    # The same in a browser's console, which names no method.
    ContextStatus("context.dead-upload-address", _GONE, E.SESSION_EXPIRED, marker="upload-address"),
    # tus 1.0: a PATCH or HEAD on an upload that the server has dropped is answered 404, 410 (or 403).
    ContextStatus("context.dead-tus-upload", _GONE, E.SESSION_EXPIRED, marker="tus-resume"),
    # S3 has no 410; whoever answers one to an upload has dropped it.
    ContextStatus("context.gone-upload", frozenset({410}), E.SESSION_EXPIRED, marker="gone-upload"),
    # Google Cloud Storage: 404 or 410 on a session URI means start again.
    ContextStatus("context.dead-gcs-session", _GONE, E.SESSION_EXPIRED, marker="gcs-session", strength=68),
)
"""Every row is tried; the ranking decides."""

# Where servers of tus keep uploads. HEAD is also asked of finished files, which have an ending, and of other stores' keys.
_UPLOADS = r"/(?:files|uploads?|tus\w{0,12}|resumable)\.?/{1,2}"
_UPLOAD = rf"{_UPLOADS}[\w.=+~%-]{{1,300}}"
_UPLOAD_OF_TUS = rf"{_UPLOADS}(?![^\s/]{{0,300}}\.[a-z0-9]{{2,4}}\s)[\w.=+~%-]{{6,300}}"
_REFUSED = r"(?:\?\S{0,300})? (?:net::err_\w{1,40} )?(?:404|410)\b"
# "Cannot PATCH /…" is a web framework's word for a route that it does not have: no word about the upload.
MARKERS: tuple[tuple[str, str, str], ...] = (
    # (name, keyword, pattern) on lower-cased text with folded white space
    ("tus-resume", "while uploading chunk", r"while uploading chunk(?!.{0,900}\bcannot patch /)"),
    ("tus-resume", "resum", r"\b(?:while resuming|(?:failed|unable) to resume) (?:the )?upload"),
    ("tus-resume", "patch", rf"{_UPLOAD}\S{{0,300}}? (?:request )?method: patch\b"),
    ("tus-resume", "patch", rf"\bmethod: patch, url: \S{{0,900}}?{_UPLOAD}(?!.{{0,900}}\bcannot patch /)"),
    ("tus-resume", "request method: head", rf"{_UPLOAD_OF_TUS} request method: head\b"),
    ("tus-resume", "tus-resumable", r"http/[\d.]{1,3} (?:404|410)\b(?!.{0,600}\bpost /).{0,600}?tus-resumable: ?\d"),
    ("tus-resume", "patch http", rf"\bpatch https?://(?!www\.googleapis\.)\S{{1,300}}?{_UPLOAD}{_REFUSED}"),
    (
        "tus-resume",
        "head http",
        rf"\bhead https?://(?![^\s/]{{0,200}}\bs3\b)[^\s/]{{1,200}}\S{{0,300}}?{_UPLOAD_OF_TUS}{_REFUSED}",
    ),
    (  # a Docker registry's
        "upload-address",
        "/blobs/uploads/",
        r"/blobs/uploads/[\w=-]{4,300}(?:\?[^\s\"]{0,900})?[\s:\"]{1,3}(?:http/[\d.]{1,3}\"? )?\(?(?:404|410)\b",
    ),
    ("upload-address", "/blobs/uploads/", r"\b(?:404|410)\b[^/]{0,60}https?://\S{1,300}?/blobs/uploads/[\w-]{4}"),
    ("upload-address", "uploadid=", r"[?&]uploadid=\S{6,300} failed to load resource: the server responded"),
    ("upload-address", "/uploadsession?", r"/uploadsession\?"),  # OneDrive's, which is no createUploadSession
    ("gone-upload", "googleapi", r"\bgoogleapi: (?:got http response code|error) 410\b"),
    ("tus-resume", "session", r"\b(?:404|410) for (?:the |this )?(?:upload|resumable|multipart) (?:upload )?session\b"),
    ("tus-resume", "retrieve offset", r"\bretrieve (?:the )?(?:upload )?offset\b"),  # of tus-py-client
    ("tus-resume", "while patching", r"\bwhile patching (?:the |this )?upload\b"),
    ("gone-upload", "upload-expires", r"\bupload-expires: "),  # a header of tus
    ("gone-upload", "410", r"\b410\b[^/]{0,60}?\b(?<!-)upload(?!s?[/.-])"),
    ("gone-upload", "410", r"\b(?<![/-])upload(?:ing|s)?\b[^/.]{0,60}?\b410\b"),
    (
        "gcs-session",
        "invalidresponse: (",
        # Below 308 stands what a chunk, below 204 what the end of an XML upload would have been answered.
        r"\.invalidresponse: \('request failed with status code', (?:410|404.{1,80}\b(?:308|204)\b)",
    ),
    ("gcs-session", "blobwritechannel", r"\bblobwritechannel\.transmitchunk\b"),
    ("gcs-session", "upload_id=", r"\.googleapis\.com/\S{0,400}[?&]upload_id="),
    ("gcs-session", "upload_id=", r"uploadtype=resumable\S{0,200}upload_id=|upload_id=\S{0,300}uploadtype=resumable"),
)
"""Facts of a text that let a status say more."""
