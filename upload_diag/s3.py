"""Where S3 is, and the client for it: boto3, loaded only when it is needed."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from upload_diag.errors import UsageError

__all__ = ["Store"]


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
            UsageError: boto3 is not installed, or its configuration does not fit.
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
            return session.client("s3", **options)
        except (BotoCoreError, ValueError) as error:
            raise UsageError(f"{str(error).rstrip('.')}.") from error

    def shared_client(self) -> Any:
        """The one client that all threads of this process share; making one takes a tenth of a second.

        Raises:
            UsageError: as `client`.
        """
        return _client(self, os.getpid())


@lru_cache(maxsize=4)
def _client(store: Store, _pid: int) -> Any:  # a forked process must not write into its parent's connections
    return store.client()
