"""What a request says about the object to come: key, metadata, storage class, ACL, tags; S3's limits to it."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qsl

from upload_diag.faults.refusal import S3Error

__all__ = ["check_description", "check_key"]

MAX_KEY = 1024  # bytes in UTF-8
MAX_METADATA = 2048  # bytes of names and values together
MAX_TAGS = 10
STORAGE_CLASSES = frozenset(
    (
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
        "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP",
    )
)  # fmt: skip
ACLS = frozenset(
    (
        "private", "public-read", "public-read-write", "aws-exec-read", "authenticated-read", "bucket-owner-read",
        "bucket-owner-full-control",
    )
)  # fmt: skip


def check_key(key: str) -> None:
    """Raises S3Error KeyTooLongError."""
    size = len(key.encode())
    if size > MAX_KEY:
        raise S3Error("KeyTooLongError", Size=str(size), MaxSizeAllowed=str(MAX_KEY))


def check_description(headers: Mapping[str, str]) -> None:
    """Hold the header fields of PutObject or CreateMultipartUpload to S3's limits.

    Raises:
        S3Error: InvalidStorageClass, MetadataTooLarge, InvalidArgument, InvalidTag or BadRequest.
    """
    storage = headers.get("x-amz-storage-class")
    if storage is not None and storage not in STORAGE_CLASSES:
        raise S3Error("InvalidStorageClass", StorageClassRequested=storage)
    size = sum(len(name) - 11 + len(value) for name, value in headers.items() if name.startswith("x-amz-meta-"))
    if size > MAX_METADATA:
        raise S3Error("MetadataTooLarge", Size=str(size), MaxSizeAllowed=str(MAX_METADATA))
    acl = headers.get("x-amz-acl")
    if acl is not None and acl not in ACLS:
        raise S3Error("InvalidArgument", ArgumentName="x-amz-acl", ArgumentValue=acl)
    if "x-amz-tagging" in headers:
        _check_tags(headers["x-amz-tagging"])


def _check_tags(text: str) -> None:
    tags = parse_qsl(text, keep_blank_values=True)
    if any(count > 1 for count in Counter(name for name, _ in tags).values()):
        raise S3Error(
            "InvalidArgument",
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
            "name duplicates.",
            ArgumentName="x-amz-tagging",
            ArgumentValue=text,
        )
    if len(tags) > MAX_TAGS:
        raise S3Error("BadRequest", f"Object tags cannot be greater than {MAX_TAGS}")
    for name, value in tags:
        if not 0 < len(name) <= 128:
            raise S3Error("InvalidTag", "The TagKey you have provided is invalid", TagKey=name)
        if len(value) > 256:
            raise S3Error("InvalidTag", "The TagValue you have provided is invalid", TagKey=name, TagValue=value)
