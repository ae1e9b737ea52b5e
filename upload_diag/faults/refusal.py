"""The one exception by which the server's parts say no, in the words of the table of service codes."""

from datetime import datetime, timedelta

from upload_diag.rules.s3_codes import S3_CODES

__all__ = ["MAX_SKEW", "S3Error", "too_skewed", "url_expired"]

MAX_SKEW = timedelta(minutes=15)


class S3Error(Exception):
    """An S3 error answer.

    Attributes:
        code: the service code, a row of `S3_CODES`.
        status: its HTTP status.
        message: its sentence, the row's own unless told; never empty, for aws-cli stumbles over that.
        detail: further elements of the error body, such as UploadId; names as S3 spells them.
        headers: header fields that go with the answer.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        /,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        **detail: str,
    ) -> None:
        row = S3_CODES[code]
        self.code = code
        self.status = status or row.status or 400
        self.message = message or row.message or code
        self.detail = detail
        self.headers = headers or {}
        super().__init__(f"{self.status} {code}: {self.message}")


def url_expired(seconds: str, expires: datetime, now: datetime) -> S3Error:
    """The answer to a presigned URL whose time is over.

    Args:
        seconds: for how long the URL was signed, as it says itself.
        expires: when it was over.
        now: on the server's clock.
    """
    error = S3Error("AccessDenied", "Request has expired")
    error.detail["X-Amz-Expires"] = seconds
    error.detail |= {"Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}", "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    return error


def too_skewed(sent: str, now: datetime, headers: dict[str, str] | None = None) -> S3Error:
    """The answer to a request of another time than the server's, `now`; `sent` is as the request tells it."""
    return S3Error(
        "RequestTimeTooSkewed",
        headers=headers,
        RequestTime=sent,
        ServerTime=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        MaxAllowedSkewMilliseconds=str(MAX_SKEW // timedelta(milliseconds=1)),
    )
