"""The store, as an upload needs it, on a boto3 client."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from upload_diag.codes import ErrorCode
from upload_diag.model import ErrorInfo
from upload_diag.recovery.machine import Found

__all__ = ["TOKEN", "Renew", "S3Store", "Store"]

TOKEN = "upload-diag-token"  # noqa: S105 - the name of a field of the object's metadata: x-amz-meta-upload-diag-token

Renew = Callable[[ErrorInfo], Any]
"""Asked for a client with fresh credentials; gives a boto3 S3 client, or None when the old one is good again."""

# What Create takes and the other requests want as well.
_EVERYWHERE = ("ExpectedBucketOwner", "RequestPayer")
_CONDITIONS = ("IfMatch", "IfNoneMatch")  # of Complete
_ENCRYPTION = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")


class Store(Protocol):
    """Where the parts go. Every method may be called from any thread, and raises what its library raises.

    Attributes:
        renewable: the verdicts that `renew` can mend.
    """

    renewable: frozenset[ErrorCode]
    endpoint: str

    def create(self, token: str) -> str:
        """A new session; its id."""

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        """Store a part, whose bytes `read` gives; its ETag without quotes, None when the answer has none."""

    def stored(self, upload_id: str) -> dict[int, tuple[str, int]]:
        """ETag and size of every stored part, by number."""

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> str | None:
        """Make the object; its ETag without quotes, None when the answer has none."""

    def probe(self) -> Found | None:
        """The object at the key; None if there is none, or it may not be looked at."""

    def abort(self, upload_id: str) -> None:
        """End the session."""

    def renew(self, info: ErrorInfo) -> None:
        """Mend what expired."""


class S3Store:
    """A bucket and a key behind a boto3 S3 client.

    The client is copied, without its own retries, so that every try is seen and decided here.

    Args:
        settings: arguments of CreateMultipartUpload, such as ContentType, Metadata, ServerSideEncryption; and IfMatch
            or IfNoneMatch, of Complete.
        renew: gives a client with fresh credentials.
        connections: how many requests run at a time.
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
    ) -> None:
        self._connections = connections
        self._client = _single_try(client, connections)
        self._place = {"Bucket": bucket, "Key": key}
        self._settings = dict(settings or {})
        self._renew = renew
        self.renewable = frozenset({ErrorCode.WRONG_REGION})
        if renew is not None:
            self.renewable |= {ErrorCode.CREDENTIALS_EXPIRED, ErrorCode.URL_EXPIRED, ErrorCode.CLOCK_SKEW}
        self.endpoint: str = client.meta.endpoint_url

    def _with(self, *names: str) -> dict[str, Any]:
        return self._place | {name: self._settings[name] for name in (*_EVERYWHERE, *names) if name in self._settings}

    def create(self, token: str) -> str:
        metadata = {**self._settings.get("Metadata", {}), TOKEN: token}
        settings = {name: value for name, value in self._settings.items() if name not in _CONDITIONS}
        answer = self._client.create_multipart_upload(**{**settings, **self._place, "Metadata": metadata})
        return str(answer["UploadId"])

    def send(self, upload_id: str, number: int, read: Callable[[], bytes]) -> str | None:
        session = {"UploadId": upload_id, "PartNumber": number, "Body": read()}
        answer = self._client.upload_part(**self._with("ChecksumAlgorithm", *_ENCRYPTION), **session)
        return _etag(answer)

    def stored(self, upload_id: str) -> dict[int, tuple[str, int]]:
        pages = self._client.get_paginator("list_parts").paginate(**self._with(*_ENCRYPTION), UploadId=upload_id)
        return {
            part["PartNumber"]: (part["ETag"].strip('"'), part["Size"])
            for page in pages
            for part in page.get("Parts", ())
        }

    def complete(self, upload_id: str, etags: Mapping[int, str]) -> str | None:
        parts = [{"PartNumber": number, "ETag": f'"{etag}"'} for number, etag in sorted(etags.items())]
        answer = self._client.complete_multipart_upload(
            **self._with(*_ENCRYPTION, *_CONDITIONS), UploadId=upload_id, MultipartUpload={"Parts": parts}
        )
        return _etag(answer)

    def probe(self) -> Found | None:
        from botocore.exceptions import ClientError

        try:
            answer = self._client.head_object(**self._with(*_ENCRYPTION))
        except ClientError as error:
            if _status(error) == 404:
                return None
            # The answer to a HEAD has no body: only a GET tells an expired token from a missing permission.
            return self._probe_by_get()
        return _found(answer, answer["ContentLength"])

    def _probe_by_get(self) -> Found | None:
        from botocore.exceptions import ClientError

        try:
            answer = self._client.get_object(**self._with(*_ENCRYPTION))
        except ClientError as error:
            if _status(error) == 404 or error.response.get("Error", {}).get("Code") == "AccessDenied":
                return None
            raise
        answer["Body"].close()
        return _found(answer, answer["ContentLength"])

    def abort(self, upload_id: str) -> None:
        self._client.abort_multipart_upload(**self._with(), UploadId=upload_id)

    def renew(self, info: ErrorInfo) -> None:
        region = info.context.region if info.code is ErrorCode.WRONG_REGION else None
        fresh = self._renew(info) if self._renew is not None and region is None else None
        self._client = _single_try(fresh or self._client, self._connections, region=region)


def _single_try(client: Any, connections: int, *, region: str | None = None) -> Any:
    """A client like the given one that sends every request once.

    boto3 has no public way to copy a client. Credentials are shared, so those that refresh themselves still do.
    """
    from botocore.config import Config
    from botocore.session import Session

    once = Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=max(10, connections))
    session = Session()
    session.register_component("data_loader", client._loader)  # noqa: SLF001 - reading S3's model again takes a while
    session._credentials = client._get_credentials()  # noqa: SLF001
    return session.create_client(
        "s3",
        region_name=region or client.meta.region_name,
        endpoint_url=client.meta.endpoint_url,
        verify=client._endpoint.http_session._verify,  # noqa: SLF001
        config=client.meta.config.merge(once),
    )


def _etag(answer: Mapping[str, Any]) -> str | None:
    return str(answer["ETag"]).strip('"') if answer.get("ETag") else None


def _found(answer: Mapping[str, Any], size: int) -> Found:
    return Found(_etag(answer) or "", size, answer.get("Metadata", {}).get(TOKEN, ""))


def _status(error: Any) -> int:
    with suppress(KeyError, TypeError):
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    return 0
