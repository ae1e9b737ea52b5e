"""The S3 side of the server: each request goes through authentication, faults, the operation and the journal."""

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

from upload_diag.faults import cors
from upload_diag.faults.auth import Authenticator
from upload_diag.faults.backend import Backend, CorsRule
from upload_diag.faults.clock import Clock
from upload_diag.faults.content import Content, ContentStore
from upload_diag.faults.exchange import CutError, Exchange
from upload_diag.faults.gateway import PREFIX, Gateway
from upload_diag.faults.http import BadRequestError, Body, ClientGoneError, Connection, Head
from upload_diag.faults.journal import Journal
from upload_diag.faults.kinds import Fault
from upload_diag.faults.lifetimes import Lifetimes
from upload_diag.faults.operations import Operations
from upload_diag.faults.plan import Armed, Plan, When
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import STS, S3Request, read_request
from upload_diag.faults.response import Delivery, Response, error_response, request_ids
from upload_diag.faults.sts import SessionTokens, sts_error
from upload_diag.faults.uploads import Ledger, Upload

if TYPE_CHECKING:
    from upload_diag.faults.clients import Snippet

__all__ = ["App"]

log = logging.getLogger(__name__)


class App:
    """The state of one server and the way of a request through it.

    Attributes:
        ledger: sessions; every use is under `lock`.
        counts: answers by (operation, status).
        fired: strikes by kind of fault.
        url: of S3, and `snippets` for it; known once it listens.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        seed: int = 0,
        session_ttl: float | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.seed = seed
        self.clock = Clock()
        self.journal = Journal()
        self.plan = Plan(seed)
        self.lock = threading.RLock()
        self.backend = backend
        self.store = ContentStore()
        self.lifetimes = Lifetimes(session_ttl, backend.abort_rules)
        self.ledger: Ledger[Content] = Ledger(seed, self.lifetimes.deadline)
        self.stopping = threading.Event()
        self.gateway: Gateway | None = None
        self.url = ""
        self.snippets: tuple[Snippet, ...] = ()
        self._tokens = SessionTokens(self.clock, seed)
        self._authenticator = Authenticator(self.clock, self._tokens, keys or {})
        self._operations = Operations(
            ledger=self.ledger,
            lock=self.lock,
            store=self.store,
            backend=backend,
            clock=self.clock,
            lifetimes=self.lifetimes,
            authenticator=self._authenticator,
            tokens=self._tokens,
        )
        self.counts: Counter[tuple[str, int]] = Counter()
        self.fired: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._expired_credentials: set[tuple[str, str]] = set()

    # What faults and the control API do to the server.

    def now(self) -> datetime:
        """The virtual clock."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Real seconds; shorter when the server stops."""
        if seconds > 0:
            self.stopping.wait(seconds)

    def expire_upload(self, upload_id: str, why: str) -> bool:
        """Let a session die now; False if it was dead or unknown."""
        with self.lock:
            upload = self.ledger.get(upload_id)
            if upload is None or not self.ledger.expire(upload, why, self.clock.now()):
                return False
        self.note("expire", bucket=upload.bucket, key=upload.key, upload_id=upload.id, why=why)
        return True

    def uploads(self) -> list[Upload[Content]]:
        """Every session that is remembered, the oldest first; what is due is dead in it."""
        self.sweep()
        with self.lock:
            return list(self.ledger)

    def upload(self, upload_id: str) -> Upload[Content] | None:
        """The session with this id, in whatever state."""
        self.sweep()
        with self.lock:
            return self.ledger.get(upload_id)

    def expire_matching(
        self,
        *,
        bucket: str | None = None,
        key: str | None = None,
        access_key: str | None = None,
        older_than: float | None = None,
        why: str,
    ) -> list[str]:
        """Let all live sessions die that match; their ids."""
        with self.lock:
            found = self.ledger.matching(
                self.clock.now(), bucket=bucket, key=key, access_key=access_key, older_than=older_than
            )
            return [upload.id for upload in found if self.expire_upload(upload.id, why)]

    def arm(self, fault: Fault, when: When) -> Armed:
        """Put a fault in place."""
        armed = self.plan.arm(fault, when, self.clock.now())
        self.note("arm", faults=(armed.id,), why=fault.kind)
        return armed

    def disarm(self, name: str) -> bool:
        """Take a fault away; False if there is none with this id."""
        found = self.plan.disarm(name)
        if found:
            self.note("disarm", faults=(name,))
        return found

    def disarm_all(self) -> int:
        """Take all faults away; how many there were."""
        count = self.plan.clear()
        if count:
            self.note("disarm", why="all")
        return count

    def move_clock(self, *, advance: float = 0.0, to: datetime | None = None) -> list[str]:
        """Advance the clock, or set it; the ids of the sessions that died of it."""
        # Signatures tell their moment to the second only: at the turn of a second it is plain which were made before.
        self.sleep(1 - time.time() % 1)
        if to is not None:
            self.clock.set(to)
        else:
            self.clock.advance(advance)
        self.note("clock")
        return [upload.id for upload in self.sweep()]

    def expire_credentials(self, access_key: str, token: str) -> None:
        """From now on these credentials are refused as expired."""
        self._expired_credentials.add((access_key, token))

    def note(self, event: str, **fields: object) -> None:
        """Write an event that is no request into the journal."""
        self.journal.add(event, advanced=round(self.clock.advanced), time=self.clock.now().isoformat(), **fields)

    def sweep(self) -> list[Upload[Content]]:
        """Let every session die that is due by now."""
        with self.lock:
            died = self.ledger.sweep(self.clock.now())
        for upload in died:
            self.note("expire", bucket=upload.bucket, key=upload.key, upload_id=upload.id, why=upload.why)
        return died

    def reset(self, buckets: str | None = None, access_key: str | None = None) -> None:
        """Everything back to the start; with globs, only what belongs to these buckets or to these access keys.

        To a bucket belong its data and the faults that have it as a condition; to an access key the sessions that it
        began and the faults that have it as a condition.
        """
        all_of_it = buckets is None and access_key is None
        with self.lock:
            self.ledger.forget(buckets, access_key)
            if all_of_it or buckets is not None:
                self.backend.reset(buckets)
            self.lifetimes.forget()
        if not all_of_it:
            self.plan.forget(buckets, access_key)
            self.note("reset", why=f"of {buckets or access_key}")
        else:
            self.plan.clear(restart=True)
            self.clock.reset()
            self.lifetimes.reset()
            self.journal.clear()
            self._expired_credentials.clear()
            self._tokens.clear()
            if self.gateway is not None:
                self.gateway.reset()
            self._numbers = itertools.count(1)

    def close(self) -> None:
        """Wake every waiting request and let go of the data."""
        self.stopping.set()
        self.journal.close()
        self.backend.close()
        self.store.close()

    # The way of a request.

    def serve(self, connection: Connection) -> None:
        """Answer requests until the connection ends."""
        while not self.stopping.is_set():
            try:
                head = connection.head()
                if head is None or not self._serve_one(connection, head):
                    return
            except BadRequestError as error:
                connection.socket.sendall(_bad_request(error))
                return

    def _serve_one(self, connection: Connection, head: Head) -> bool:
        if head.target.startswith(PREFIX) and self.gateway is not None:
            return self._serve_gateway(connection, head, self.gateway)
        request = read_request(head)
        body = Body(connection, head)
        exchange = Exchange(request, connection, self, request_ids(self.seed, next(self._numbers)))
        struck: list[Armed] = []
        connection.on_read = None
        try:
            try:
                response = self._answer(exchange, body, struck)
            except (CutError, ClientGoneError) as end:
                self._record(
                    exchange, body, Response(0), struck, str(end) if isinstance(end, CutError) else "client gone"
                )
                raise
            finally:
                connection.on_read = None
            # The journal comes first: who has the answer finds it there.
            self._record(exchange, body, response, struck, _delivery_name(response.delivery))
            close = body.waiting or head.old or head.headers.get("connection", "").lower() == "close"
            self._send(connection, request, response, close=close)
            return not close and body.drain()
        except CutError as cut:
            if cut.end == "reset":
                connection.reset()
        except ClientGoneError:
            pass
        return False

    def _serve_gateway(self, connection: Connection, head: Head, gateway: Gateway) -> bool:
        body = Body(connection, head)
        response = gateway.answer(head, body)
        response.headers["x-amz-request-id"], response.headers["x-amz-id-2"] = request_ids(
            self.seed, next(self._numbers)
        )
        close = body.waiting or head.old or head.headers.get("connection", "").lower() == "close"
        connection.socket.sendall(response.head(close=close) + b"".join(response.pieces()))
        return not close and body.drain()

    def _answer(self, exchange: Exchange, body: Body, struck: list[Armed]) -> Response:
        request = exchange.request
        try:
            response = self._before(exchange, struck) or self._operations.answer(exchange, body)
        except S3Error as error:
            response = self._error(error, exchange)
        except BadRequestError as error:
            response = self._error(
                S3Error("MaxMessageLengthExceeded" if error.status == 413 else "IncompleteBody", str(error)), exchange
            )
        except (CutError, ClientGoneError):
            raise
        except Exception:
            log.exception("%s %s", request.method, request.path)
            response = self._error(S3Error("InternalError"), exchange)
        self._common_headers(exchange, response)
        for armed in struck:
            exchange.random, exchange.memory = armed.random, armed.memory
            response = armed.fault.after(exchange, response)
        return response

    def _before(self, exchange: Exchange, struck: list[Armed]) -> Response | None:
        request = exchange.request
        if request.method == "OPTIONS":
            return cors.preflight(self._cors_rules(request.bucket), request.headers)
        self._check_credentials(request)
        exchange.signatures = self._authenticator.check(request)
        with self.lock:
            upload = self.ledger.get(request.upload_id) if request.upload_id else None
            struck += self.plan.strike(request, upload, self.clock.now())
        for armed in struck:
            exchange.random, exchange.memory = armed.random, armed.memory
            response = armed.fault.before(exchange)
            if response is not None:
                return response
        return None

    def _check_credentials(self, request: S3Request) -> None:
        expired = self._expired_credentials
        if expired and (request.access_key, request.session_token) in expired:
            raise S3Error("ExpiredToken")

    def _cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        try:
            return self.backend.cors_rules(bucket)
        except S3Error:
            return ()

    def _error(self, error: S3Error, exchange: Exchange) -> Response:
        request_id, host_id = exchange.ids
        if exchange.request.operation == STS:
            return sts_error(error, request_id)
        return error_response(
            error,
            resource=exchange.request.path,
            request_id=request_id,
            host_id=host_id,
            head_only=exchange.request.method == "HEAD",
        )

    def _common_headers(self, exchange: Exchange, response: Response) -> None:
        request = exchange.request
        headers = response.headers
        headers["x-amz-request-id"], headers["x-amz-id-2"] = exchange.ids
        headers.setdefault("date", _http_date(int(time.time() + self.clock.advanced)))
        headers.setdefault("server", "AmazonS3")
        if "origin" in request.headers and request.method != "OPTIONS":
            headers |= cors.cors_headers(self._cors_rules(request.bucket), request.headers, request.method)

    def _send(self, connection: Connection, request: S3Request, response: Response, *, close: bool) -> None:
        """Send the answer; raises CutError when the connection must end after it."""
        delivery = response.delivery or Delivery()
        pieces = response.pieces() if request.method != "HEAD" else iter(())
        if not delivery.silent:
            head = response.head(close=close or delivery.end != "keep")
            if response.delivery is None and isinstance(response.body, bytes):
                connection.socket.sendall(head + b"".join(pieces))
            else:
                connection.socket.sendall(head)
                self._send_pieces(connection, pieces, delivery)
        if delivery.end != "keep":
            raise CutError(delivery.end)

    def _send_pieces(self, connection: Connection, pieces: Iterator[bytes | memoryview], delivery: Delivery) -> None:
        sent = 0
        rate = delivery.bytes_per_second
        for piece in pieces:
            left = piece if delivery.cut_after is None else piece[: delivery.cut_after - sent]
            step = max(1, int(rate / 20)) if rate else max(1, len(left))
            for at in range(0, len(left), step):
                connection.socket.sendall(left[at : at + step])
                self.sleep(step / rate if rate else 0)
            sent += len(left)
            if delivery.cut_after is not None and sent >= delivery.cut_after:
                return

    def _record(self, exchange: Exchange, body: Body, response: Response, struck: list[Armed], delivery: str) -> None:
        request = exchange.request
        with self.lock:
            self.counts[request.operation or request.method, response.status] += 1
            self.fired.update(armed.fault.kind for armed in struck)
        self.journal.add(
            "request",
            operation=request.operation or request.method,
            bucket=request.bucket,
            key=request.key,
            upload_id=request.upload_id,
            part_number=request.part_number,
            access_key=request.access_key,
            status=response.status or None,
            code=response.code,
            faults=tuple(armed.id for armed in struck),
            delivery=delivery,
            received=body.received,
            sent=len(response.body),
            request_id=exchange.ids[0],
            advanced=round(self.clock.advanced),
            time=self.clock.now().isoformat(),
        )


@lru_cache(maxsize=4)  # thousands of answers share a second
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _delivery_name(delivery: Delivery | None) -> str:
    if delivery is None or (delivery.end == "keep" and not delivery.silent):
        return "whole"
    return "lost" if delivery.silent else "cut"


def _bad_request(error: BadRequestError) -> bytes:
    body = f"<Error><Code>BadRequest</Code><Message>{error}</Message></Error>".encode()
    return Response(error.status, {"content-type": "application/xml"}, body).head(close=True) + body
