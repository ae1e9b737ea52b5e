"""The fault server as one object: two listeners, their state, and the Python way to drive them."""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from upload_diag.errors import InputError, UsageError
from upload_diag.faults.backend import Backend
from upload_diag.faults.clock import Clock
from upload_diag.faults.journal import Journal
from upload_diag.faults.kinds import Fault
from upload_diag.faults.plan import Armed, When
from upload_diag.loopback import LOOPBACK

__all__ = ["FaultServer"]


class FaultServer:
    """A mock S3 whose upload sessions die on demand.

        with FaultServer(seed=7) as server:
            server.inject(Respond("SlowDown"), operation="UploadPart", part_number=2, times=3)
            s3 = server.client()
            ...
            statuses = [entry.status for entry in server.journal.of("UploadPart", part_number=2)]
            assert statuses == [503, 503, 503, 200]

    Args:
        port: of S3; 0 takes any free one.
        control_port: of the control API and the dashboard; 0 takes any free one.
        host: to bind; outside loopback the control API wants a token.
        seed: of upload ids, request ids and every draw.
        session_ttl: seconds that a session lives at most; None for ever.
        auth: "ACCESS_KEY:SECRET_KEY", or several; signatures are checked against them. None lets everyone in.
        scenario: a name, a file or a document; see `load_scenario`.
        backend: where objects live: a `Backend`, or the URL of an S3-compatible store (see `RemoteBackend`); moto in
            this process if not given.
        control_token: what the control API wants; None is none on loopback, and a random one elsewhere.
    """

    def __init__(
        self,
        port: int = 0,
        control_port: int = 0,
        *,
        host: str = "127.0.0.1",
        seed: int = 0,
        session_ttl: float | None = None,
        auth: str | Iterable[str] | None = None,
        scenario: str | Path | Mapping[str, Any] | None = None,
        backend: Backend | str | None = None,
        control_token: str | None = None,
    ) -> None:
        self._ports = (port, control_port)
        self._host = host
        self._seed, self._session_ttl = seed, session_ttl
        self._keys = _keys((auth,) if isinstance(auth, str) else auth or ())
        self._scenario = scenario
        self._backend = backend
        self.control_token = control_token or (None if host in LOOPBACK else secrets.token_urlsafe(24))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, load: bool = True) -> Self:
        """Answer from now on, in threads of this process.

        Args:
            load: load the backend first; else the first request that needs it does, and waits for it.

        Raises:
            UsageError: a port is taken, or an option does not fit.
            InputError: there is no such scenario.
        """
        from upload_diag.faults.app import App
        from upload_diag.faults.clients import snippets
        from upload_diag.faults.control import Control
        from upload_diag.faults.gateway import Gateway
        from upload_diag.faults.http import Listener
        from upload_diag.faults.scenario import load_scenario
        from upload_diag.faults.service import Service

        scenario = None if self._scenario is None else load_scenario(self._scenario)
        if not self._host:  # which would bind every address
            raise UsageError("There is no host to bind; wanted an address, such as 127.0.0.1.")
        if self._session_ttl is not None and not self._session_ttl >= 0:
            raise UsageError(f"session_ttl is {self._session_ttl}; wanted seconds from 0 on.")
        for port in self._ports:
            if not 0 <= port <= 65_535:
                raise UsageError(f"There is no port {port}; wanted 0 to 65535.")
        self.app = App(_backend(self._backend), seed=self._seed, session_ttl=self._session_ttl, keys=self._keys)
        self.control = Control(self.app, token=self.control_token, hosts=(self._host,))
        if load:
            self.app.backend.load()
        listeners = []
        for port, serve in zip(self._ports, (Service(self.app).serve, self.control.serve), strict=True):
            try:
                listeners.append(Listener(self._host, port, serve))
            except OSError as error:
                for listener in listeners:
                    listener.stop()
                self.app.close()
                why = str(error.strerror).partition(" (while ")[0]  # the socket module names the address again
                raise UsageError(
                    f"Port {port} on {self._host} cannot be had: {why}. Take another port, 0 for any, or another host."
                ) from error
        self._listeners = listeners
        self.app.gateway = Gateway(self.client, self.app.store, self._seed, self.control_url.removesuffix("api"))
        self.app.url = self.url
        self.app.snippets = snippets(self.url, *self.credentials)
        for listener in listeners:
            listener.start()
        if scenario is not None:
            scenario.arm(self.app)
        return self

    def stop(self) -> None:
        """Close both ports and drop all data."""
        self.app.stop()
        for listener in self._listeners:
            listener.stop()
        self.app.close()

    @property
    def port(self) -> int:
        return self._listeners[0].port

    @property
    def url(self) -> str:
        """Of S3, without a slash at the end."""
        return f"http://{_bracketed(self._host)}:{self.port}"

    @property
    def control_url(self) -> str:
        """Of the control API: `…/api`."""
        return f"http://{_bracketed(self._host)}:{self._listeners[1].port}/api"

    @property
    def journal(self) -> Journal:
        return self.app.journal

    @property
    def clock(self) -> "ServerClock":
        return ServerClock(self)

    @property
    def credentials(self) -> tuple[str, str]:
        """Access key and secret key that are let in; the first ones if there are several."""
        return next(iter(self._keys.items()), ("test", "test"))

    def client(self, service: str = "s3", **options: Any) -> Any:
        """A boto3 client for this server, of S3 or of STS; options as of `boto3.client`."""
        import boto3
        from botocore.config import Config

        access, secret = self.credentials
        direct = Config(proxies={})  # what HTTP_PROXY names need not reach this machine
        given = {
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "aws_access_key_id": access,
            "aws_secret_access_key": secret,
            **options,
            "config": direct.merge(options["config"]) if "config" in options else direct,
        }
        return boto3.session.Session().client(service, **given)

    def inject(self, fault: Fault, **when: Any) -> Armed:
        """Arm a fault under conditions, which are the fields of `When`."""
        return self.app.arm(fault, When(**when))

    def expire(
        self,
        upload_id: str | None = None,
        *,
        bucket: str | None = None,
        key: str | None = None,
        access_key: str | None = None,
        older_than: float | None = None,
        why: str = "expired on demand",
    ) -> list[str]:
        """Let sessions die now: one, or all that match globs and an age in seconds; their ids."""
        if upload_id is not None:
            return [upload_id] if self.app.expire_upload(upload_id, why) else []
        return self.app.expire_matching(bucket=bucket, key=key, access_key=access_key, older_than=older_than, why=why)

    def load(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Arm what a scenario says."""
        from upload_diag.faults.scenario import load_scenario

        load_scenario(scenario).arm(self.app)

    def reset(self, buckets: str | None = None, access_key: str | None = None) -> None:
        """Faults, clock, journal and data back to the start; with globs, only what is theirs: see `App.reset`."""
        self.app.reset(buckets, access_key)

    def ready(self) -> dict[str, Any]:
        """What `--ready-file` holds."""
        return {"s3": self.url, "control": self.control_url, "token": self.control_token, "pid": os.getpid()}

    def write_ready_file(self, path: Path) -> None:
        """Write it whole or not at all; raises InputError where that cannot be."""
        temporary = path.with_name(path.name + ".new")
        try:
            temporary.write_text(json.dumps(self.ready()) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error


class ServerClock:
    """The virtual clock of a running server; whoever is due when it moves dies then."""

    def __init__(self, server: FaultServer) -> None:
        self._server = server

    @property
    def _clock(self) -> Clock:
        return self._server.app.clock

    def now(self) -> Any:
        """The virtual time, in UTC."""
        return self._clock.now()

    def advance(self, seconds: float) -> list[str]:
        """Let that many seconds pass; the ids of the sessions that died of it."""
        return self._server.app.move_clock(advance=seconds)

    def set(self, moment: Any) -> list[str]:
        """Make it this moment; the ids of the sessions that died of it."""
        return self._server.app.move_clock(to=moment)


def _keys(pairs: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        access, colon, secret = pair.partition(":")
        if not (access and colon and secret):
            # Not spelled KEY:SECRET, which whoever prints this would redact.
            raise UsageError("--auth wants an access key and its secret with a colon between; one of them is missing.")
        found[access] = secret
    return found


def _backend(backend: Backend | str | None) -> Backend:
    if backend is None:
        from upload_diag.faults.backend import MotoBackend

        return MotoBackend()
    if isinstance(backend, str):
        from upload_diag.faults.remote import RemoteBackend

        environment = os.environ.get
        region = environment("AWS_REGION") or environment("AWS_DEFAULT_REGION") or "us-east-1"
        keys = (environment("AWS_ACCESS_KEY_ID", ""), environment("AWS_SECRET_ACCESS_KEY", ""))
        return RemoteBackend(backend, *keys, region)
    return backend


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
