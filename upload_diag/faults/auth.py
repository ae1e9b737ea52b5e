"""Who signed the request, and whether it may come in: SigV4 in headers, in the URL and in chunks; SigV2 in the URL.

Amazon S3 API reference, "Authenticating requests (AWS Signature Version 4)". Without a key pair everyone is let in, but
a presigned URL is over when its time is over.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, unquote_plus

from upload_diag.faults.clock import Clock
from upload_diag.faults.refusal import MAX_SKEW, S3Error, too_skewed, url_expired
from upload_diag.faults.request import STS, S3Request, as_sent
from upload_diag.faults.sts import SessionTokens

__all__ = ["Authenticator", "ChunkSignatures", "signing_key"]

MAX_EXPIRES = 604_800  # seconds: seven days
ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<credential>[^,\s]+)\s*,\s*SignedHeaders=(?P<signed>[^,\s]+)\s*,\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Scope:
    """The credential of a SigV4 signature: who, and for which day, region and service."""

    access_key: str
    day: str
    region: str
    service: str

    @property
    def text(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/aws4_request"

    def key(self, secret: str) -> bytes:
        """The signing key."""
        key = f"AWS4{secret}".encode()
        for step in (self.day, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        return key


@dataclass(frozen=True, slots=True)
class ChunkSignatures:
    """What the signatures of chunks are chained to: the request's own signature, its moment, scope and key."""

    seed: str
    stamp: str
    scope: str
    key: bytes

    def verifier(self) -> "ChunkChain":
        """A chain of its own for one body."""
        return ChunkChain(self)


class ChunkChain:
    """Checks the chunks of one body; see `aws_chunked.ChunkVerifier`."""

    def __init__(self, base: ChunkSignatures) -> None:
        self._base = base
        self._last = base.seed
        self._hash = hashlib.sha256()

    def update(self, piece: memoryview, /) -> None:
        """Bytes of the current chunk."""
        self._hash.update(piece)

    def chunk(self, signature: str, /) -> None:
        """The current chunk is whole; raises S3Error SignatureDoesNotMatch."""
        self._check("AWS4-HMAC-SHA256-PAYLOAD", f"{EMPTY_SHA256}\n{self._hash.hexdigest()}", signature)
        self._hash = hashlib.sha256()

    def trailer(self, fields: dict[str, str], signature: str, /) -> None:
        """The trailers are whole; raises S3Error SignatureDoesNotMatch."""
        text = "".join(f"{name}:{value}\n" for name, value in fields.items())
        self._check("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(text.encode("latin-1")).hexdigest(), signature)

    def _check(self, algorithm: str, digests: str, signature: str) -> None:
        text = f"{algorithm}\n{self._base.stamp}\n{self._base.scope}\n{self._last}\n{digests}"
        self._last = hmac.new(self._base.key, text.encode(), "sha256").hexdigest()
        if not hmac.compare_digest(self._last, signature):
            raise S3Error("SignatureDoesNotMatch", StringToSign=text, SignatureProvided=signature)


class Authenticator:
    """Lets requests in, or not.

    Args:
        clock: decides what is over; a signature is as old as the virtual time that passed since it was made.
        tokens: the session credentials that were issued; they end for everyone.
        keys: secret keys by access key; none let everyone in.
    """

    def __init__(self, clock: Clock, tokens: SessionTokens, keys: Mapping[str, str]) -> None:
        self._clock = clock
        self._tokens = tokens
        self._keys = dict(keys)

    def check(self, request: S3Request) -> ChunkSignatures | None:
        """Let a request in; what its chunks are signed with, if they are.

        Raises:
            S3Error: AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed,
                AuthorizationHeaderMalformed, AuthorizationQueryParametersError, InvalidArgument, InvalidRequest,
                InvalidToken or ExpiredToken.
        """
        query = request.query
        if not self._keys:
            self._tokens.secret(request.access_key, request.session_token)
        header = request.headers.get("authorization")
        in_query = "X-Amz-Algorithm" in query or "X-Amz-Signature" in query or "Signature" in query
        if header is not None and in_query:
            raise S3Error(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
                "parameter or the Authorization header should be specified",
                ArgumentName="Authorization",
                ArgumentValue=header,
            )
        if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
            self._check_presigned(request)
        elif "Signature" in query and "AWSAccessKeyId" in query:
            self._check_presigned_v2(request)
        elif self._keys and request.operation not in ("PostObject", STS):  # their bodies belong to their signatures
            return self._check_header(request, header)
        return None

    def check_form(self, request: S3Request, form: bytes) -> None:
        """Let a request to the token service in; raises as `check`."""
        if self._keys and b"Action=AssumeRoleWithWebIdentity&" not in form + b"&":
            header = request.headers.get("authorization")
            self._check_header(request, header, hashlib.sha256(form).hexdigest(), "sts")

    @property
    def wants_signatures(self) -> bool:
        """False when everyone is let in."""
        return bool(self._keys)

    def secret_of(self, access_key: str, token: str = "") -> str | None:
        """The secret of a known access key; None when everyone is let in.

        Raises:
            S3Error: InvalidAccessKeyId, InvalidToken or ExpiredToken.
        """
        secret = self._tokens.secret(access_key, token)
        if not self._keys:
            return None
        secret = secret or self._keys.get(access_key)
        if secret is None:
            raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=access_key)
        return secret

    def _check_header(
        self, request: S3Request, header: str | None, digest: str | None = None, service: str = "s3"
    ) -> ChunkSignatures | None:
        if header is None:
            raise S3Error("AccessDenied")
        match = _AUTHORIZATION.fullmatch(header.strip())
        if match is None:
            if header.startswith("AWS "):
                raise S3Error(
                    "InvalidRequest",
                    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
                )
            raise S3Error("AuthorizationHeaderMalformed")
        scope = _scope(match["credential"], "AuthorizationHeaderMalformed", service)
        secret = self.secret_of(scope.access_key, request.session_token) or ""
        stamp = request.headers.get("x-amz-date", "")
        moment = _moment(stamp)
        if moment is None:
            raise S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        self._check_skew(stamp, moment)
        sha256 = digest or request.headers.get("x-amz-content-sha256")
        if sha256 is None:
            raise S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        signed = match["signed"].lower().split(";")
        _require_signed(request.headers, signed)
        canonical = _canonical(request, signed, sha256, set())
        key = scope.key(secret)
        _compare(key, stamp, scope, canonical, match["signature"])
        if sha256.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"):
            return ChunkSignatures(match["signature"], stamp, scope.text, key)
        return None

    def _check_presigned(self, request: S3Request) -> None:
        query = request.query
        for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"):
            if not query.get(f"X-Amz-{name}"):
                raise S3Error(
                    "AuthorizationQueryParametersError",
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
                )
        if query["X-Amz-Algorithm"] != ALGORITHM:
            raise S3Error("AuthorizationQueryParametersError", f'X-Amz-Algorithm only supports "{ALGORITHM}"')
        scope = _scope(query["X-Amz-Credential"], "AuthorizationQueryParametersError")
        secret = self.secret_of(scope.access_key, request.session_token)
        moment = _moment(query["X-Amz-Date"])
        if moment is None:
            message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
            raise S3Error("AuthorizationQueryParametersError", message)
        seconds = _expires(query["X-Amz-Expires"])
        self._check_window(moment, seconds)
        if secret is not None:
            signed = query["X-Amz-SignedHeaders"].lower().split(";")
            sha256 = request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            if "x-amz-content-sha256" not in signed:
                sha256 = query.get("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
            canonical = _canonical(request, signed, sha256, {"X-Amz-Signature"})
            _compare(scope.key(secret), query["X-Amz-Date"], scope, canonical, query["X-Amz-Signature"])

    def _check_window(self, moment: datetime, seconds: int) -> None:
        now = self._clock.now()
        made = self._clock.at(moment)
        if made - now > MAX_SKEW:
            raise S3Error("AccessDenied", "Request is not yet valid", ServerTime=f"{now:%Y-%m-%dT%H:%M:%SZ}")
        if now >= made + timedelta(seconds=seconds):
            raise url_expired(str(seconds), made + timedelta(seconds=seconds), now)

    def _check_presigned_v2(self, request: S3Request) -> None:
        query = request.query
        expires = query.get("Expires", "")
        if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
            raise S3Error("AccessDenied", "Invalid date (should be seconds since epoch): " + expires)
        now, end = self._clock.now(), datetime.fromtimestamp(int(expires), UTC)
        if now >= end:
            raise url_expired("", end, now)
        secret = self.secret_of(query["AWSAccessKeyId"], request.session_token)
        if secret is not None and not hmac.compare_digest(_signature_v2(request, secret), query["Signature"]):
            raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=query["AWSAccessKeyId"])

    def _check_skew(self, stamp: str, moment: datetime) -> None:
        now = self._clock.now()
        if abs(now - self._clock.at(moment)) > MAX_SKEW:
            raise too_skewed(stamp, now)


def signing_key(credential: str, secret: str) -> bytes:
    """The key that a credential (`access key/day/region/service/aws4_request`) signs with."""
    return _scope(credential, "AccessDenied").key(secret)


def _scope(credential: str, code: str, service: str = "s3") -> Scope:
    fields = unquote(credential).rsplit("/", 4)
    if len(fields) != 5 or fields[4] != "aws4_request":
        raise S3Error(
            code, 'The Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        )
    if fields[3] != service:
        raise S3Error(code, f'Incorrect service "{fields[3]}". This endpoint belongs to "{service}".')
    return Scope(*fields[:4])


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _expires(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires should be a number")
    if int(text) < 0:
        raise S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative")
    if int(text) > MAX_EXPIRES:
        message = f"X-Amz-Expires must be less than a week (in seconds); that is, less than {MAX_EXPIRES} seconds"
        raise S3Error("AuthorizationQueryParametersError", message)
    return int(text)


def _require_signed(headers: Mapping[str, str], signed: list[str]) -> None:
    unsigned = [name for name in headers if (name == "host" or name.startswith("x-amz-")) and name not in signed]
    if unsigned:
        message = "There were headers present in the request which were not signed"
        raise S3Error("AccessDenied", message, HeadersNotSigned=", ".join(unsigned))


def _canonical(request: S3Request, signed: list[str], sha256: str, left_out: set[str]) -> str:
    """The canonical request: what the client must have signed."""
    pairs = []
    for pair in request.raw_query.split("&") if request.raw_query else ():
        name, _, value = pair.partition("=")
        if (name := unquote_plus(name)) not in left_out:
            pairs.append((quote(name, safe="-_.~"), quote(unquote_plus(value), safe="-_.~")))
    # S3 signs the path encoded once, whatever the client left unencoded on the wire.
    path = quote(as_sent(request.raw_path), safe="/-_.~")
    fields = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed]
    query = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    return "\n".join((request.method, path, query, "".join(fields), ";".join(signed), sha256))


def _compare(key: bytes, stamp: str, scope: Scope, canonical: str, given: str) -> None:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{stamp}\n{scope.text}\n{digest}"
    if not hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), given):
        raise S3Error(
            "SignatureDoesNotMatch",
            AWSAccessKeyId=scope.access_key,
            StringToSign=text,
            SignatureProvided=given,
            CanonicalRequest=canonical,
        )


def _signature_v2(request: S3Request, secret: str) -> str:
    from botocore.auth import HmacV1Auth

    headers, query = request.headers, request.query
    amazon = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-amz-"))
    kept = (
        f"{name}={value}" if value else name
        for name, value in sorted(query.items())
        if name in HmacV1Auth.QSAOfInterest
    )
    resource = request.path + ("?" if (listed := "&".join(kept)) else "") + listed
    lines = (request.method, headers.get("content-md5", ""), headers.get("content-type", ""), query["Expires"])
    text = "\n".join((*lines, amazon + resource))
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode("ascii")
