"""What the commands share that talk to S3: the place, the options, the client."""

import re
from collections.abc import Callable
from typing import Any

import click

from upload_diag.s3 import Store


class S3Place(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """`s3://bucket/key`; a pair of bucket and key."""

    name = "s3://BUCKET/KEY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        match = re.fullmatch(r"s3://([^/]+)(?:/(.*))?", str(value), re.DOTALL)
        if match is None:
            self.fail(f"'{value}' is no place in S3; write s3://bucket/key.", param, ctx)
        return match[1], match[2] or ""


def s3_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that talks to S3: arguments of `s3_client`."""
    for option in (
        click.option(
            "--profile", metavar="NAME", help="profile of the AWS configuration files (default: as configured)"
        ),
        click.option("--region", metavar="NAME", help="region of the bucket (default: as configured)"),
        click.option("--endpoint-url", metavar="URL", help="another store, or the fault server (default: AWS)"),
    ):
        command = option(command)
    return command


def s3_client(*, endpoint_url: str | None, region: str | None, profile: str | None) -> Any:
    """A boto3 client.

    Raises:
        UsageError: boto3 is not installed, or its configuration does not fit, or holds no credentials.
    """
    return Store(endpoint_url, region, profile).client()
