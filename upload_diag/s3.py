"""Where S3 is, the client for it, and one line for its failures: boto3, loaded only when it is needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from upload_diag.errors import InputError, ServerUnreachableError, UsageError

__all__ = ["Store", "listing", "reason", "s3_failures"]

_OF_A_LISTING = {"Bucket", "Name", "IsTruncated"}  # each store answers every kind of listing with one of these at least


@dataclass(frozen=True, slots=True)
class Store:
    """An S3-compatible store. Credentials are not in it: every process finds its own, as boto3 does.

    Attributes:
        endpoint_url: of another store than AWS, or of the fault server; None for AWS.
        region: of the buckets; None for the configured one.
        profile: of the AWS configuration files; None for the default one.
    """

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None

    def client(self) -> Any:
        """A boto3 client of its own.

        Raises:
            UsageError: boto3 is not installed, its configuration does not fit, or holds no credentials.
        """
        try:
            import boto3
            from botocore.exceptions import BotoCoreError
        except ImportError as error:
            raise UsageError("S3 needs more packages: pip install 'upload-diag[s3]'.") from error
        try:
            session = boto3.session.Session(profile_name=self.profile, region_name=self.region)
            options: dict[str, Any] = {"endpoint_url": self.endpoint_url}
            if session.region_name is None:
                options["region_name"] = "us-east-1"
            client = session.client("s3", **options)
        except (BotoCoreError, ValueError) as error:
            raise UsageError(f"{str(error).rstrip('.')}.") from error
        if session.get_credentials() is None:
            raise UsageError(
                "There are no credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile."
            )
        return client

    def shared_client(self) -> Any:
        """The one client that all threads of this process share; making one takes a tenth of a second.

        Raises:
            UsageError: as `client`.
        """
        return _client(self, os.getpid())


@lru_cache(maxsize=4)
def _client(store: Store, _pid: int) -> Any:  # a forked process must not write into its parent's connections
    return store.client()


def listing(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """The pages of a listing, such as `list_parts`.

    botocore takes an empty answer, or a web page, for a listing of nothing.

    Raises:
        ClientError: as it is raised for an answer that is no XML at all; and what else boto3 raises.
    """
    from botocore.exceptions import ClientError

    for page in client.get_paginator(operation).paginate(**arguments):
        if _OF_A_LISTING.isdisjoint(page):
            told = {
                "Code": "InternalError",
                "Message": "The answer holds no listing; is this the address of an S3 store?",
            }
            raise ClientError({"Error": told, "ResponseMetadata": page["ResponseMetadata"]}, operation)
        yield page


@contextmanager
def s3_failures(what: str) -> Iterator[None]:
    """Turn what boto3 raises into one line.

    Raises:
        ServerUnreachableError: the endpoint does not answer.
        InputError: it answers with an error, or was not even asked.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise ServerUnreachableError(f"{what}: {reason(error)}") from error
    except (BotoCoreError, ClientError) as error:
        raise InputError(f"{what}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """What a store answered, or why it was not even asked, on one line."""
    answer = getattr(error, "response", {}).get("Error", {})
    told = ": ".join(filter(None, (answer.get("Code"), answer.get("Message")))) if answer else str(error)
    return " ".join(told.split())
