"""The faults: each a small frozen type whose fields, with their units, are its whole interface.

Control API, command line, dashboard and scenario schema are made from these fields. To add one, write its type and
put it into `KINDS`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar, Literal

from upload_diag.faults.exchange import CutError, Exchange
from upload_diag.faults.fields import ByteRate, Positive, Rate, Seconds, ServiceCode, Shift, Status, Whole, check
from upload_diag.faults.pages import page
from upload_diag.faults.refusal import MAX_SKEW, S3Error, too_skewed, url_expired
from upload_diag.faults.response import Delivery, Response, error_document

__all__ = [
    "KINDS", "AdvanceClock", "Bandwidth", "Corrupt", "Delay", "ExpireCredentials", "ExpireSession", "ExpireUrl",
    "Fault", "HideEtag", "HttpPage", "LoseResponse", "OkWithError", "Reset", "Respond", "SkewClock", "Stall",
    "Throttle", "Truncate",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Base of all faults; does nothing.

    Raises:
        UsageError: a field holds what it may not.
    """

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check(self)

    def before(self, exchange: Exchange) -> Response | None:
        """Act before the operation; an answer instead of it, or None.

        Raises:
            S3Error: the answer is this error.
            CutError: the connection ends now.
        """
        return None

    def after(self, exchange: Exchange, response: Response) -> Response:
        """Change the answer; the operation is done."""
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireSession(Fault):
    """The upload session of the request dies, before the request is looked at.

    Attributes:
        why: the reason that the ledger and the journal give.
    """

    kind: ClassVar[str] = "expire-session"
    why: str = "expired by a fault"

    def before(self, exchange: Exchange) -> None:
        if exchange.request.upload_id:
            exchange.hooks.expire_upload(exchange.request.upload_id, self.why)


@dataclass(frozen=True, slots=True)
class Respond(Fault):
    """Answer with an error of the table of service codes, without doing the work.

    Attributes:
        code: the service code, such as SlowDown.
        status: HTTP status; the code's own if not given.
        message: the sentence; the code's own if not given.
        retry_after: seconds in a Retry-After header; none if not given.
    """

    kind: ClassVar[str] = "respond"
    code: ServiceCode
    status: Status | None = None
    message: str | None = None
    retry_after: Whole | None = None

    def before(self, exchange: Exchange) -> None:
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        raise _named(S3Error(self.code, self.message, status=self.status, headers=headers), exchange)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPage(Fault):
    """Answer with the page that a proxy or a CDN shows in front of a store.

    Attributes:
        page: whose page.
        status: HTTP status.
    """

    kind: ClassVar[str] = "http-page"
    page: Literal["nginx", "cloudflare", "alb", "cloudfront", "haproxy", "apache"] = "nginx"
    status: Status = 502

    def before(self, exchange: Exchange) -> Response:
        return page(self.page, self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Fault):
    """Hold the request back.

    Attributes:
        seconds: how long to wait before the work is done; 0.25 is a quarter of a second.
        jitter: up to this many seconds more, drawn from the server's seed.
    """

    kind: ClassVar[str] = "delay"
    seconds: Seconds
    jitter: Seconds = 0.0

    def before(self, exchange: Exchange) -> None:
        exchange.sleep(self.seconds + exchange.random.random() * self.jitter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth(Fault):
    """Take the body in, and send the answer's body out, no faster than this.

    Attributes:
        bytes_per_second: 65536 is 64 KiB a second.
    """

    kind: ClassVar[str] = "bandwidth"
    bytes_per_second: ByteRate

    def before(self, exchange: Exchange) -> None:
        exchange.pace(self.bytes_per_second)

    def after(self, exchange: Exchange, response: Response) -> Response:
        delivery = response.delivery or Delivery()
        return replace(response, delivery=replace(delivery, bytes_per_second=self.bytes_per_second))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Fault):
    """Fall silent in the middle of the request, then close without an answer.

    Attributes:
        seconds: how long; clients give up earlier, as their read timeout says.
        at_byte: bytes of the request's body that are read first; 0 is before the body.
    """

    kind: ClassVar[str] = "stall"
    seconds: Seconds = 3600.0
    at_byte: Whole = 0

    def before(self, exchange: Exchange) -> None:
        def stall() -> None:
            exchange.sleep(self.seconds)
            raise CutError("close")

        _at_byte(exchange, self.at_byte, stall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Fault):
    """End the connection with a TCP reset, without doing the work.

    Attributes:
        at_byte: bytes of the request's body that are read first; 0 is before the body.
    """

    kind: ClassVar[str] = "reset"
    at_byte: Whole = 0

    def before(self, exchange: Exchange) -> None:
        def reset() -> None:
            raise CutError("reset")

        _at_byte(exchange, self.at_byte, reset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(Fault):
    """Do the work, announce the whole answer, cut its body and close.

    Attributes:
        at_byte: bytes of the answer's body that are sent.
        reset: end with a TCP reset instead of a close in good order.
    """

    kind: ClassVar[str] = "truncate"
    at_byte: Whole = 0
    reset: bool = False

    def after(self, exchange: Exchange, response: Response) -> Response:
        delivery = response.delivery or Delivery()
        cut = replace(delivery, cut_after=self.at_byte, end="reset" if self.reset else "close")
        return replace(response, delivery=cut)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(Fault):
    """Damage the bytes on their way.

    Attributes:
        form: bits flips bits of the answer (of its ETag, when it has no body); request flips a bit of the request's
            body as it comes in; empty, cut, html and binary put such a body, whole and with its right length, in the
            place of the answer's.
    """

    kind: ClassVar[str] = "corrupt"
    form: Literal["bits", "request", "empty", "cut", "html", "binary"] = "bits"

    def before(self, exchange: Exchange) -> None:
        if self.form == "request":
            exchange.corrupt_request = True

    def after(self, exchange: Exchange, response: Response) -> Response:
        if self.form == "request":
            return response
        body = response.body if isinstance(response.body, bytes) else b"".join(response.body.pieces)
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        if self.form == "bits":
            if not body:
                headers["etag"] = f'"{exchange.random.randbytes(16).hex()}"'
            return replace(response, headers=headers, body=_flip(body, exchange))
        damaged = {
            "empty": b"",
            "cut": body[: len(body) * 2 // 3],
            "html": b"<html><body><h1>It works!</h1></body></html>\n",
            "binary": exchange.random.randbytes(512),
        }[self.form]
        return replace(response, headers=headers, body=damaged)


@dataclass(frozen=True, slots=True, kw_only=True)
class OkWithError(Fault):
    """Answer 200 with an Error document, as S3 does when it fails after it began to answer.

    Attributes:
        code: the service code in the document.
        work: whether the work is done nevertheless.
    """

    kind: ClassVar[str] = "ok-with-error"
    code: ServiceCode = "InternalError"
    work: bool = False

    def before(self, exchange: Exchange) -> Response | None:
        return None if self.work else self._answer(exchange)

    def after(self, exchange: Exchange, response: Response) -> Response:
        return self._answer(exchange) if self.work else response

    def _answer(self, exchange: Exchange) -> Response:
        request_id, host_id = exchange.ids
        error = _named(S3Error(self.code), exchange)
        body = error_document(error, resource=exchange.request.path, request_id=request_id, host_id=host_id)
        return Response(200, {"content-type": "application/xml"}, body, code=self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseResponse(Fault):
    """Do the work, then end the connection without a byte of the answer.

    Attributes:
        reset: with a TCP reset instead of a close in good order.
    """

    kind: ClassVar[str] = "lose-response"
    reset: bool = False

    def after(self, exchange: Exchange, response: Response) -> Response:
        return replace(response, delivery=Delivery(silent=True, end="reset" if self.reset else "close"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HideEtag(Fault):
    """The client cannot see the ETag: a browser because CORS does not expose it, others because it is not sent."""

    kind: ClassVar[str] = "hide-etag"

    def after(self, exchange: Exchange, response: Response) -> Response:
        headers = dict(response.headers)
        exposed = headers.get("access-control-expose-headers")
        if exposed is None or "origin" not in exchange.request.headers:
            headers.pop("etag", None)
        else:
            left = [name for name in exposed.split(",") if name.strip().lower() not in ("etag", "*")]
            headers["access-control-expose-headers"] = ",".join(left)
        return replace(response, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireCredentials(Fault):
    """The credentials of the request expire for good; the session goes on with new ones."""

    kind: ClassVar[str] = "expire-credentials"

    def before(self, exchange: Exchange) -> None:
        request = exchange.request
        exchange.hooks.expire_credentials(request.access_key, request.session_token)
        raise S3Error("ExpiredToken")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireUrl(Fault):
    """A presigned URL is over; requests that are signed in another way pass."""

    kind: ClassVar[str] = "expire-url"

    def before(self, exchange: Exchange) -> None:
        query = exchange.request.query
        if "X-Amz-Signature" in query or "Signature" in query:
            now = exchange.hooks.now()
            raise url_expired(query.get("X-Amz-Expires", ""), now - timedelta(seconds=1), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkewClock(Fault):
    """The server's clock differs from the client's; beyond 15 minutes S3 refuses, and tells its own time.

    Attributes:
        seconds: how far the server is ahead; negative when it is behind.
    """

    kind: ClassVar[str] = "skew-clock"
    seconds: Shift

    def before(self, exchange: Exchange) -> None:
        request = exchange.request
        sent = request.headers.get("x-amz-date", request.query.get("X-Amz-Date", ""))
        server = exchange.hooks.now() + timedelta(seconds=self.seconds)
        try:
            moment = datetime.strptime(sent, "%Y%m%dT%H%M%SZ").replace(tzinfo=server.tzinfo)
        except ValueError:
            return
        if abs(server - moment) > MAX_SKEW:
            raise too_skewed(sent, server, {"date": format_datetime(server, usegmt=True)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceClock(Fault):
    """Time passes on the virtual clock just before the request; sessions that are due by then are dead.

    Attributes:
        seconds: how much; 604800 are seven days.
    """

    kind: ClassVar[str] = "advance-clock"
    seconds: Shift

    def before(self, exchange: Exchange) -> None:
        exchange.hooks.move_clock(advance=self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Fault):
    """Refuse requests beyond a rate with SlowDown; real time counts.

    Attributes:
        requests_per_second: what is let through in the long run.
        burst: how many may come at once.
    """

    kind: ClassVar[str] = "throttle"
    requests_per_second: Rate
    burst: Positive = 1

    def before(self, exchange: Exchange) -> None:
        # A fault is frozen; the bucket belongs to where it is armed.
        now = time.monotonic()
        tokens, last = exchange.memory.get("bucket", (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - last) * self.requests_per_second)
        allowed = tokens >= 1
        exchange.memory["bucket"] = (tokens - allowed, now)
        if not allowed:
            raise S3Error("SlowDown")


KINDS: dict[str, type[Fault]] = {
    each.kind: each
    for each in (
        ExpireSession, Respond, HttpPage, Delay, Bandwidth, Stall, Reset, Truncate, Corrupt, OkWithError, LoseResponse,
        HideEtag, ExpireCredentials, ExpireUrl, SkewClock, AdvanceClock, Throttle,
    )
}  # fmt: skip


def _at_byte(exchange: Exchange, at_byte: int, act: Callable[[], None]) -> None:
    if at_byte <= 0:
        act()

    def reached(total: int) -> None:
        if total >= at_byte:
            act()

    exchange.on_bytes(reached)


def _named(error: S3Error, exchange: Exchange) -> S3Error:
    """The error with the elements that S3 adds to it."""
    request = exchange.request
    error.detail |= {
        "NoSuchUpload": {"UploadId": request.upload_id},
        "NoSuchBucket": {"BucketName": request.bucket},
        "NoSuchKey": {"Key": request.key},
    }.get(error.code, {})
    return error


def _flip(body: bytes, exchange: Exchange) -> bytes:
    if not body:
        return body
    damaged = bytearray(body)
    for _ in range(max(1, len(body) // 4096)):
        damaged[exchange.random.randrange(len(damaged))] ^= 1 << exchange.random.randrange(8)
    return bytes(damaged)
