"""Session credentials: a small AWS STS on the same port, whose tokens end on the server's virtual clock.

AWS Security Token Service API reference: AssumeRole, AssumeRoleWithWebIdentity, GetSessionToken, GetCallerIdentity.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock
from urllib.parse import parse_qsl

from upload_diag.faults.clock import Clock
from upload_diag.faults.http import decimal
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.response import XML_HEAD, Response, element

__all__ = ["SessionTokens", "sts_error"]

ACCOUNT = "123456789012"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
SHORTEST, LONGEST = 900, 129_600  # seconds: 15 minutes to 36 hours
_DEFAULT_SECONDS = {"AssumeRole": 3600, "AssumeRoleWithWebIdentity": 3600, "GetSessionToken": 43_200}


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """Credentials for a while."""

    access_key: str
    secret_key: str
    token: str
    expires: datetime


class SessionTokens:
    """Issues session credentials and knows when they end. Every method may be called from any thread.

    Args:
        seed: credentials are drawn from it, so that the same requests get the same ones.
    """

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._lock = Lock()
        self._issued: dict[str, SessionCredentials] = {}

    def issue(self, seconds: int) -> SessionCredentials:
        """New credentials that end after so many virtual seconds."""
        with self._lock:
            digest = blake2b(f"{self._seed}/sts/{len(self._issued)}".encode()).digest()
            text = b64encode(digest).decode("ascii")
            access_key = "ASIA" + digest[:8].hex().upper()
            issued = SessionCredentials(access_key, text[:40], text, self._clock.now() + timedelta(seconds=seconds))
            self._issued[access_key] = issued
        return issued

    def secret(self, access_key: str, token: str) -> str | None:
        """The secret key of session credentials that a request brings; None when the key was not issued here.

        Raises:
            S3Error: InvalidToken, the token is not the key's; ExpiredToken.
        """
        issued = self._issued.get(access_key)
        if issued is None:
            return None
        if token != issued.token:
            raise S3Error("InvalidToken")
        if self._clock.now() >= issued.expires:
            raise S3Error("ExpiredToken")
        return issued.secret_key

    def clear(self) -> None:
        """Forget every credential."""
        with self._lock:
            self._issued.clear()

    def answer(self, form: bytes, access_key: str, request_id: str) -> Response:
        """Do what a form asks for.

        Args:
            form: the body of the request: `Action=AssumeRole&RoleArn=…`.
            access_key: who asks.
            request_id: for the answer.

        Raises:
            S3Error: NotImplemented or InvalidParameterValue.
        """
        fields = dict(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True))
        action = fields.get("Action", "")
        if action == "GetCallerIdentity":
            arn = f"arn:aws:iam::{ACCOUNT}:user/{access_key or 'anonymous'}"
            who = [element("Arn", arn), element("UserId", access_key or "anonymous"), element("Account", ACCOUNT)]
            return _result(action, who, request_id)
        if action not in _DEFAULT_SECONDS:
            raise S3Error("NotImplemented", f"This is no action of STS that the server does: {action or 'none'}.")
        issued = self.issue(_seconds(fields.get("DurationSeconds"), _DEFAULT_SECONDS[action]))
        credentials = [
            element("AccessKeyId", issued.access_key),
            element("SecretAccessKey", issued.secret_key),
            element("SessionToken", issued.token),
            element("Expiration", f"{issued.expires:%Y-%m-%dT%H:%M:%SZ}"),
        ]
        children = [element("Credentials", credentials)]
        if action != "GetSessionToken":
            children.append(element("AssumedRoleUser", _role(fields, issued.access_key)))
        return _result(action, children, request_id)


def sts_error(error: S3Error, request_id: str) -> Response:
    """The answer that says no, in the words of STS."""
    detail = [element("Type", "Sender" if error.status < 500 else "Receiver")]
    detail += [element("Code", error.code), element("Message", error.message)]
    children = f"{element('Error', detail)}{element('RequestId', request_id)}"
    body = f'{XML_HEAD}<ErrorResponse xmlns="{NAMESPACE}">{children}</ErrorResponse>'
    return Response(error.status, {"content-type": "text/xml", **error.headers}, body.encode(), code=error.code)


def _seconds(text: str | None, default: int) -> int:
    if text is None:
        return default
    seconds = decimal(text)
    if seconds is None or not SHORTEST <= seconds <= LONGEST:
        message = f"DurationSeconds is {text}; it goes from {SHORTEST} to {LONGEST}."
        raise S3Error("InvalidParameterValue", message)
    return seconds


def _role(fields: Mapping[str, str], access_key: str) -> list[str]:
    name, session = fields.get("RoleArn", "").rpartition("/")[2], fields.get("RoleSessionName", "session")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"
    return [element("AssumedRoleId", f"{access_key}:{session}"), element("Arn", arn)]


def _result(action: str, children: list[str], request_id: str) -> Response:
    inner = element(f"{action}Result", children) + element("ResponseMetadata", [element("RequestId", request_id)])
    body = f'{XML_HEAD}<{action}Response xmlns="{NAMESPACE}">{inner}</{action}Response>'
    return Response(200, {"content-type": "text/xml"}, body.encode())
