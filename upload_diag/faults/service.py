"""The S3 listener: each request goes through authentication, faults, the operation and the journal."""

import logging
import time
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache

from upload_diag.faults import cors
from upload_diag.faults.app import App
from upload_diag.faults.backend import CorsRule
from upload_diag.faults.exchange import CutError, Exchange
from upload_diag.faults.gateway import PREFIX, Gateway
from upload_diag.faults.http import BadRequestError, Body, ClientGoneError, Connection, Head
from upload_diag.faults.plan import Armed
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import STS, S3Request, read_request
from upload_diag.faults.response import Delivery, Response, error_response, request_ids
from upload_diag.faults.sts import sts_error

__all__ = ["Service"]

log = logging.getLogger(__name__)


class Service:
    """The way of a request through the server."""

    def __init__(self, app: App) -> None:
        self._app = app

    def serve(self, connection: Connection) -> None:
        """Answer requests until the connection ends."""
        while not self._app.stopping.is_set():
            try:
                head = connection.head()
                if head is None or not self._serve_one(connection, head):
                    return
            except BadRequestError as error:
                connection.socket.sendall(_bad_request(error))
                return

    def _serve_one(self, connection: Connection, head: Head) -> bool:
        if head.target.startswith(PREFIX) and self._app.gateway is not None:
            return self._serve_gateway(connection, head, self._app.gateway)
        request = read_request(head)
        body = Body(connection, head)
        ids = request_ids(self._app.seed, next(self._app.numbers))
        exchange = Exchange(request, connection, self._app, ids, self._app.over)
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
            close = body.waiting or head.last
            self._send(exchange, response, close=close)
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
            self._app.seed, next(self._app.numbers)
        )
        close = body.waiting or head.last
        pieces = response.pieces() if head.method != "HEAD" else ()
        connection.socket.sendall(response.head(close=close) + b"".join(pieces))
        return not close and body.drain()

    def _answer(self, exchange: Exchange, body: Body, struck: list[Armed]) -> Response:
        request = exchange.request
        try:
            response = self._before(exchange, struck) or self._app.operations.answer(exchange, body)
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
        if not request.well_formed:
            raise S3Error("InvalidURI")
        if request.method == "OPTIONS":
            return cors.preflight(self._cors_rules(request.bucket), request.headers)
        self._check_credentials(request)
        exchange.signatures = self._app.authenticator.check(request)
        with self._app.lock:
            upload = self._app.ledger.get(request.upload_id) if request.upload_id else None
            struck += self._app.plan.strike(request, upload, self._app.clock.now())
        for armed in struck:
            exchange.random, exchange.memory = armed.random, armed.memory
            response = armed.fault.before(exchange)
            if response is not None:
                return response
        return None

    def _check_credentials(self, request: S3Request) -> None:
        expired = self._app.expired_credentials
        if expired and (request.access_key, request.session_token) in expired:
            raise S3Error("ExpiredToken")

    def _cors_rules(self, bucket: str) -> tuple[CorsRule, ...]:
        try:
            return self._app.backend.cors_rules(bucket)
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
        headers.setdefault("date", _http_date(int(time.time() + self._app.clock.advanced)))
        headers.setdefault("server", "AmazonS3")
        if "origin" in request.headers and request.method != "OPTIONS":
            headers |= cors.cors_headers(self._cors_rules(request.bucket), request.headers, request.method)

    def _send(self, exchange: Exchange, response: Response, *, close: bool) -> None:
        """Send the answer; raises CutError when the connection must end after it."""
        delivery = response.delivery or Delivery()
        socket = exchange.connection.socket
        pieces = response.pieces() if exchange.request.method != "HEAD" and response.has_body else iter(())
        if not delivery.silent:
            head = response.head(close=close or delivery.end != "keep")
            if response.delivery is None and isinstance(response.body, bytes):
                socket.sendall(head + b"".join(pieces))
            else:
                socket.sendall(head)
                self._send_pieces(exchange, pieces, delivery)
        if delivery.end != "keep":
            raise CutError(delivery.end)

    def _send_pieces(self, exchange: Exchange, pieces: Iterator[bytes | memoryview], delivery: Delivery) -> None:
        sent = 0
        rate = delivery.bytes_per_second
        for piece in pieces:
            left = piece if delivery.cut_after is None else piece[: delivery.cut_after - sent]
            step = max(1, int(rate / 20)) if rate else max(1, len(left))
            for at in range(0, len(left), step):
                exchange.connection.socket.sendall(left[at : at + step])
                exchange.sleep(step / rate if rate else 0)
            sent += len(left)
            if delivery.cut_after is not None and sent >= delivery.cut_after:
                return

    def _record(self, exchange: Exchange, body: Body, response: Response, struck: list[Armed], delivery: str) -> None:
        if exchange.over is not self._app.over:  # of before a reset
            return
        request = exchange.request
        with self._app.lock:
            self._app.counts[request.operation or request.method, response.status] += 1
            self._app.fired.update(armed.fault.kind for armed in struck)
        self._app.journal.add(
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
            advanced=round(self._app.clock.advanced),
            time=self._app.clock.now().isoformat(),
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
