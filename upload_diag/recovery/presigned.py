"""The store behind an application's own backend, which holds the credentials and hands out sessions and part URLs."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlsplit

from upload_diag.codes import ErrorCode
from upload_diag.model import ErrorInfo
from upload_diag.recovery.commands import HIDDEN, Found
from upload_diag.recovery.failures import KnownError, verdict
from upload_diag.recovery.store import Store

__all__ = ["AnswerError", "PresignedStore", "Session", "url_ends"]

TIMEOUTS = {"connect": 10.0, "read": 60.0}  # seconds
NOT_LONGER = 5.0  # seconds; a URL with less left is not begun with


@dataclass(frozen=True, slots=True)
class Session:
    """What the backend hands out.

    Attributes:
        urls: presigned URLs to PUT parts to, by part number; where one is missing, it is asked for.
    """

    upload_id: str
    urls: Mapping[int, str] = field(default_factory=dict)


class AnswerError(Exception):
    """An answer that is no success.

    Attributes:
        response: of urllib3, read whole.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(f"HTTP {response.status}")
        self.response = response


class PresignedStore(Store):
    """Parts go straight to S3, by PUT to URLs that a backend signs; all else is asked of the backend.

    What a callback raises is read as every failure is: the backend's own envelope, or the error of an HTTP library.

    Args:
        create: begins an upload whose object is to carry the token in its metadata; gives the session, or its id.
        sign: gives a URL to PUT a part of a session to. Asked again for each part when URLs expired.
        complete: makes the object of the ETags, which have no quotes, by part number; gives its ETag, or None.
        refresh: begins a new session for the same upload; `create` does, if not given.
        probe: says what object is there; without it, `complete` has to give the ETag, and an answer of it that was lost
            costs a new session.
        stored: lists ETag and size of the parts of a session; without it, what is known here is trusted.
        abort: ends a session.
        renew: told that what `sign` signs with ended, or is about to.
        endpoint: what a state file is to know this backend by.
        md5: whether ETags of parts are MD5s, so that damage is seen: not with KMS or a customer's key.
    """

    def __init__(
        self,
        *,
        create: Callable[[str], Session | str],
        sign: Callable[[str, int], str],
        complete: Callable[[str, Mapping[int, str]], str | None],
        refresh: Callable[[str], Session | str] | None = None,
        probe: Callable[[], Found | None] | None = None,
        stored: Callable[[str], dict[int, tuple[str, int]]] | None = None,
        abort: Callable[[str], None] | None = None,
        renew: Callable[[ErrorInfo], None] | None = None,
        endpoint: str = "",
        md5: bool = True,
        connections: int = 18,
    ) -> None:
        import urllib3

        self.renewable = frozenset(
            {
                ErrorCode.URL_EXPIRED,
                ErrorCode.CREDENTIALS_EXPIRED,
                ErrorCode.CLOCK_SKEW,
                ErrorCode.WRONG_REGION,
            }
        )
        self.endpoint = endpoint
        self._create, self._refresh, self._sign, self._complete = create, refresh or create, sign, complete
        self._probe, self._stored, self._abort, self._renew, self._md5 = probe, stored, abort, renew, md5
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(**TIMEOUTS), maxsize=connections)
        self._lock = threading.Lock()
        self._urls: dict[tuple[str, int], str] = {}
        self._begun = False

    def create(self, token: str) -> str:
        given = (self._refresh if self._begun else self._create)(token)
        self._begun = True
        session = given if isinstance(given, Session) else Session(given)
        with self._lock:
            self._urls = {(session.upload_id, number): url for number, url in session.urls.items()}
        return session.upload_id

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        with self._lock:
            url = self._urls.pop((upload_id, number), "")
        if not url or (url_ends(url) or inf) < time.time() + NOT_LONGER:
            url = self._sign(upload_id, number)
        data = read()
        answer = self._pool.request("PUT", url, body=data)
        if answer.status >= 300:
            raise AnswerError(answer)
        etag = answer.headers.get("ETag", "").strip('"')
        if self._md5 and etag and etag.lower() != hashlib.md5(data, usedforsecurity=False).hexdigest():
            raise KnownError(verdict(ErrorCode.INTEGRITY, f"The store took part {number} in with other bytes: {etag}."))
        return etag or None

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> str | None:
        etag = self._complete(upload_id, etags)
        return etag.strip('"') if etag else None

    def stored(self, upload_id: str) -> dict[int, tuple[str, int]]:
        if self._stored is None:
            raise KnownError(verdict(ErrorCode.ACCESS_DENIED, "The backend has no list of parts."))
        return self._stored(upload_id)

    def probe(self) -> Found | None:
        return self._probe() if self._probe is not None else HIDDEN

    def abort(self, upload_id: str) -> None:
        if self._abort is not None:
            self._abort(upload_id)

    def renew(self, info: ErrorInfo) -> None:
        """Drop all URLs: each is signed anew when its part's turn comes."""
        if self._renew is not None:
            self._renew(info)
        with self._lock:
            self._urls.clear()

    def signed_until(self) -> float | None:
        """When the first of the URLs ends that were handed out and not used yet."""
        with self._lock:
            ends = [end for url in self._urls.values() if (end := url_ends(url)) is not None]
        return min(ends, default=None)


def url_ends(url: str) -> float | None:
    """When a presigned URL ends, in seconds since the epoch, by Signature Version 4 or 2; None if it does not say."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    if re.fullmatch(r"\d{9,11}", query.get("Expires", "")):
        return float(query["Expires"])
    try:
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed.timestamp() + int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return None
