"""The store, as an upload needs it, on a boto3 client."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from upload_diag.codes import ErrorCode
from upload_diag.model import ErrorInfo
from upload_diag.recovery.client import date_of, single_try, status_of
from upload_diag.recovery.commands import HIDDEN, Found
from upload_diag.s3 import listing

__all__ = ["ENCRYPTION", "TOKEN", "Renew", "S3Store", "Store"]

TOKEN = "upload-diag-token"  # noqa: S105 - the name of a field of the object's metadata: x-amz-meta-upload-diag-token

Renew = Callable[[ErrorInfo], Any]
"""Asked for a client with fresh credentials; gives a boto3 S3 client, or None when the old one is good again."""

# What Create takes and the other requests want as well.
_EVERYWHERE = ("ExpectedBucketOwner", "RequestPayer")
_CONDITIONS = ("IfMatch", "IfNoneMatch")  # of Complete
ENCRYPTION = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")

# Stores that end a session by themselves, by a word of their Server header: days.
# MinIO: stale_uploads_expiry is 24 h. R2: its default lifecycle rule is 7 days.
_BUILT_IN_DAYS = {"minio": 1.0, "cloudflare": 7.0}
_TOLERANCE = 3.0  # seconds; Date and Initiated may be cut to whole seconds
_CREATE_TAKES = 120.0  # seconds within which a request that a crash cut off may still have been carried out


class Store(Protocol):
    """Where the parts go. Every method may be called from any thread, and raises what its library raises.

    A subclass need not care about the methods that have a body here.

    Attributes:
        renewable: the verdicts that `renew` can mend.
        endpoint: URL, to know a state file's upload by.
    """

    renewable: frozenset[ErrorCode]
    endpoint: str

    def create(self, token: str) -> str:
        """A new session; its id."""
        raise NotImplementedError

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        """Store a part, whose bytes `read` gives; its ETag without quotes, None when the answer has none."""
        raise NotImplementedError

    def stored(self, upload_id: str) -> dict[int, tuple[str, int]]:
        """ETag and size of every stored part, by number."""
        raise NotImplementedError

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> str | None:
        """Make the object; its ETag without quotes, None when the answer has none."""
        raise NotImplementedError

    def probe(self) -> Found | None:
        """The object at the key; None if there is none, HIDDEN if it may not be looked at."""
        raise NotImplementedError

    def abort(self, upload_id: str) -> None:
        """End the session."""
        raise NotImplementedError

    def renew(self, info: ErrorInfo) -> None:
        """Mend what expired."""
        raise NotImplementedError

    def strays(self, since: float, until: float) -> list[str]:
        """Sessions of this key that began while a request for one was not answered, and have no parts.

        Args:
            since: seconds since the epoch, by this machine's clock.
            until: the same; 0 if it is not known.
        """
        raise NotImplementedError

    def session_ends(self) -> float | None:
        """When the store said that the session ends, in seconds since the epoch; None if it said nothing."""
        return None

    def session_days(self) -> float | None:
        """How many days a rule lets a session live; None if there is none, or it may not be asked for."""
        return None

    def signed_until(self) -> float | None:
        """When the credentials or URLs end, in seconds since the epoch; None if that is not known."""
        return None


class S3Store(Store):
    """A bucket and a key behind a boto3 S3 client.

    The client is copied, without its own retries, so that every try is seen and decided here.

    Args:
        settings: arguments of CreateMultipartUpload, such as ContentType, Metadata, ServerSideEncryption; and IfMatch
            or IfNoneMatch, of Complete.
        renew: gives a client with fresh credentials.
        connections: how many requests run at a time.
        expires: says when the credentials end; else what botocore knows about them counts.
    """

    def __init__(
        self,
        client: Any,
        bucket: str,
        key: str,
        *,
        settings: Mapping[str, Any] | None = None,
        renew: Renew | None = None,
        connections: int = 10,
        expires: Callable[[], datetime | None] | None = None,
    ) -> None:
        self._connections = connections
        self._ahead = self._seen_ahead = 0.0
        self.client = self._copied(client)
        self._place = {"Bucket": bucket, "Key": key}
        self._settings = dict(settings or {})
        self._renew, self._expires = renew, expires
        self.renewable = frozenset({ErrorCode.WRONG_REGION, ErrorCode.CLOCK_SKEW})
        if renew is not None:
            self.renewable |= {ErrorCode.CREDENTIALS_EXPIRED, ErrorCode.URL_EXPIRED}
        self.endpoint: str = client.meta.endpoint_url
        self._ends: float | None = None
        self._server = ""
        self._lock = threading.Lock()
        self._checksums: dict[str, dict[int, dict[str, str]]] = {}  # session -> part -> what Complete has to name

    def _copied(self, client: Any, region: str | None = None) -> Any:
        copied = single_try(client, self._connections, region=region, ahead=self._ahead)
        copied.meta.events.register("response-received.s3", self._hear)
        return copied

    def _hear(self, response_dict: Mapping[str, Any] | None, **_: Any) -> None:
        """Note the store's clock, which an answer's Date header shows; that of a refusal is what is needed."""
        if response_dict is not None and response_dict.get("status_code", 0) >= 400:
            moment = date_of(response_dict.get("headers", {}))
            self._seen_ahead = 0.0 if moment is None else (moment - datetime.now(UTC)).total_seconds()

    def _with(self, *names: str) -> dict[str, Any]:
        return self._place | {name: self._settings[name] for name in (*_EVERYWHERE, *names) if name in self._settings}

    def create(self, token: str) -> str:
        metadata = {**self._settings.get("Metadata", {}), TOKEN: token}
        settings = {name: value for name, value in self._settings.items() if name not in _CONDITIONS}
        answer = self.client.create_multipart_upload(**{**settings, **self._place, "Metadata": metadata})
        self._note_end(answer)
        self._server = str(answer["ResponseMetadata"].get("HTTPHeaders", {}).get("server", "")).lower()
        return str(answer["UploadId"])

    def _note_end(self, answer: Mapping[str, Any]) -> None:
        moment = answer.get("AbortDate")  # botocore leaves a date that it cannot read as a text
        self._ends = moment.timestamp() if isinstance(moment, datetime) else None

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        session = {"UploadId": upload_id, "PartNumber": number, "Body": read()}
        answer = self.client.upload_part(**self._with("ChecksumAlgorithm", *ENCRYPTION), **session)
        self._note_checksum(upload_id, number, answer)
        return _etag(answer)

    def _note_checksum(self, upload_id: str, number: int, answer: Mapping[str, Any]) -> None:
        if "ChecksumAlgorithm" in self._settings:
            name = f"Checksum{self._settings['ChecksumAlgorithm']}"
            with self._lock:
                self._checksums.setdefault(upload_id, {})[number] = {name: answer[name]} if answer.get(name) else {}

    def stored(self, upload_id: str) -> dict[int, tuple[str, int]]:
        found = {}
        for page in listing(self.client, "list_parts", **self._with(*ENCRYPTION), UploadId=upload_id):
            self._note_end(page)
            for part in page.get("Parts", ()):
                self._note_checksum(upload_id, part["PartNumber"], part)
                found[part["PartNumber"]] = (part["ETag"].strip('"'), part["Size"])
        return found

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> str | None:
        # A session that was begun with a checksum of the whole made of those of the parts wants each of them named.
        sums = self._checksums.get(upload_id, {})
        parts = [
            {"PartNumber": number, "ETag": f'"{etag}"', **sums.get(number, {})}
            for number, etag in sorted(etags.items())
        ]
        answer = self.client.complete_multipart_upload(
            **self._with("ChecksumType", *ENCRYPTION, *_CONDITIONS),
            UploadId=upload_id,
            MultipartUpload={"Parts": parts},
        )
        return _etag(answer)

    def probe(self) -> Found | None:
        from botocore.exceptions import ClientError

        try:
            answer = self.client.head_object(**self._with(*ENCRYPTION))
        except ClientError as error:
            if status_of(error) == 404:
                return None
            # The answer to a HEAD has no body: only a GET tells an expired token from a missing permission.
            return self._probe_by_get()
        return _found(answer, answer["ContentLength"])

    def _probe_by_get(self) -> Found | None:
        from botocore.exceptions import ClientError

        try:
            answer = self.client.get_object(**self._with(*ENCRYPTION))
        except ClientError as error:
            if status_of(error) == 404:
                return None
            if error.response.get("Error", {}).get("Code") == "AccessDenied":
                return HIDDEN
            raise
        answer["Body"].close()
        return _found(answer, answer["ContentLength"])

    def abort(self, upload_id: str) -> None:
        self.client.abort_multipart_upload(**self._with(), UploadId=upload_id)

    def renew(self, info: ErrorInfo) -> None:
        region = info.context.region if info.code is ErrorCode.WRONG_REGION else None
        fresh = None
        if info.code is ErrorCode.CLOCK_SKEW:
            self._ahead = self._seen_ahead
        elif self._renew is not None and region is None:
            fresh = self._renew(info)
        self.client = self._copied(fresh or self.client, region)

    def strays(self, since: float, until: float) -> list[str]:
        """See `Store.strays`; ListMultipartUploads shows no metadata: key, time and emptiness have to do."""
        place = self._with()
        whose = {name: value for name, value in place.items() if name != "Key"}
        found = []
        for page in listing(self.client, "list_multipart_uploads", **whose, Prefix=place["Key"]):
            moment = date_of(page["ResponseMetadata"].get("HTTPHeaders", {})) or datetime.now(UTC)
            ahead = moment - datetime.now(UTC)
            first = datetime.fromtimestamp(since - _TOLERANCE, UTC) + ahead
            last = datetime.fromtimestamp((until or since + _CREATE_TAKES) + _TOLERANCE, UTC) + ahead
            found += [
                each["UploadId"]
                for each in page.get("Uploads", ())
                if each["Key"] == place["Key"] and first <= each["Initiated"] <= last
            ]
        return [upload_id for upload_id in found if not self.stored(upload_id)]

    def session_ends(self) -> float | None:
        return self._ends

    def session_days(self) -> float | None:
        known = [days for word, days in _BUILT_IN_DAYS.items() if word in self._server]
        with suppress(Exception):  # no rule, no permission, no such operation: nothing is known then
            answer = self.client.get_bucket_lifecycle_configuration(Bucket=self._place["Bucket"])
            known += [
                float(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
                for rule in answer.get("Rules", ())
                if rule.get("Status") == "Enabled"
                and "AbortIncompleteMultipartUpload" in rule
                and self._place["Key"].startswith(_prefix(rule))
            ]
        return min(known, default=None)

    def signed_until(self) -> float | None:
        if self._expires is not None:
            moment = self._expires()
        else:
            moment = getattr(self.client._get_credentials(), "_expiry_time", None)  # noqa: SLF001 - nothing public
        return moment.timestamp() if moment is not None else None


def _etag(answer: Mapping[str, Any]) -> str | None:
    return str(answer["ETag"]).strip('"') if answer.get("ETag") else None


def _found(answer: Mapping[str, Any], size: int) -> Found:
    return Found(_etag(answer) or "", size, answer.get("Metadata", {}).get(TOKEN, ""))


def _prefix(rule: Mapping[str, Any]) -> str:
    """Of a lifecycle rule, which names it in one of three places."""
    where = rule.get("Filter", {})
    return str(rule.get("Prefix") or where.get("Prefix") or where.get("And", {}).get("Prefix") or "")
