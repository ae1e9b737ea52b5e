"""A boto3 client as an upload needs it: one try a request, signed for the right region and by the right clock."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

__all__ = ["date_of", "single_try", "status_of"]


def single_try(client: Any, connections: int, *, region: str | None = None, ahead: float = 0.0) -> Any:
    """A client like the given one that sends every request once.

    boto3 has no public way to copy a client. Credentials are shared, so those that refresh themselves still do.

    Args:
        client: a boto3 S3 client.
        connections: how many requests run at a time.
        region: another one than the client's.
        ahead: seconds that the store's clock is ahead of this machine's, which the signatures have to follow.
    """
    from botocore.config import Config
    from botocore.session import Session

    once = Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=max(10, connections))
    session = Session()
    session.register_component("data_loader", client._loader)  # noqa: SLF001 - reading S3's model again takes a while
    session._credentials = client._get_credentials()  # noqa: SLF001
    endpoint = client.meta.endpoint_url
    copied = session.create_client(
        "s3",
        region_name=region or client.meta.region_name,
        endpoint_url=None if region and _follows_region(endpoint) else endpoint,
        verify=client._endpoint.http_session._verify,  # noqa: SLF001
        config=client.meta.config.merge(once),
    )
    if ahead:
        _sign_ahead(copied, ahead)
    return copied


def _follows_region(endpoint: str) -> bool:
    """Whether AWS names the endpoint after the region, so that another region has another one."""
    return (urlsplit(endpoint).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _sign_ahead(client: Any, seconds: float) -> None:
    """Shift the moment in every signature.

    botocore 1.44 measures the skew only for its own retries and has no setting for it. Its signer notes the moment in
    the request's context before it adds its headers: there it can be moved. The signer that is made with awscrt, where
    that is installed, has no such place.
    """
    from datetime import timedelta

    from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth

    class Ahead(S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
        def _modify_request_before_signing(self, request: Any) -> None:
            stamp = datetime.strptime(request.context["timestamp"], SIGV4_TIMESTAMP)  # noqa: DTZ007 - stays in UTC
            request.context["timestamp"] = (stamp + timedelta(seconds=seconds)).strftime(SIGV4_TIMESTAMP)
            super()._modify_request_before_signing(request)

    signer = client._request_signer  # noqa: SLF001
    original = signer.get_auth_instance

    def get_auth_instance(signing_name: str, region_name: str, *args: Any, **options: Any) -> Any:
        auth = original(signing_name, region_name, *args, **options)
        if type(auth).__name__ not in {"S3SigV4Auth", "CrtS3SigV4Auth"}:
            return auth
        return Ahead(auth.credentials, signing_name, region_name)

    signer.get_auth_instance = get_auth_instance


def status_of(error: Any) -> int:
    """HTTP status of a ClientError; 0 if it has none."""
    try:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    except (KeyError, TypeError):
        return 0


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The store's clock, as the Date header of an answer tells it; None where none can be read."""
    with suppress(KeyError, TypeError, ValueError):
        moment = parsedate_to_datetime(headers["date" if "date" in headers else "Date"])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
