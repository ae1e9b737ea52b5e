"""Server-side encryption as far as clients can see it: what a request must say, and what an answer repeats.

Amazon S3 user guide, "Using server-side encryption with customer-provided keys (SSE-C)"; API reference of UploadPart.
Nothing is encrypted here: of a customer's key only the MD5 is kept, as S3 keeps only a salted hash.
"""

import base64
import hashlib
from collections.abc import Mapping

from upload_diag.faults.refusal import S3Error

__all__ = [
    "CUSTOMER",
    "SOURCE",
    "answer_headers",
    "check_part_key",
    "check_read_key",
    "customer_key",
    "for_store",
    "requested",
]

PREFIX = "x-amz-server-side-encryption"
CUSTOMER = f"{PREFIX}-customer-"
SOURCE = "x-amz-copy-source-server-side-encryption-customer-"
METHODS = frozenset(("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"))
_WITH_CUSTOMER_KEY = "Requests specifying Server Side Encryption with Customer provided keys must provide "


def requested(headers: Mapping[str, str]) -> str:
    """Check what a request to make an object says; the MD5 of the customer's key in base64, empty without one.

    Raises:
        S3Error: InvalidArgument or InvalidEncryptionAlgorithmError.
    """
    method = headers.get(PREFIX)
    if method is not None and method not in METHODS:
        raise _argument("The encryption method specified is not supported", PREFIX, method)
    name = f"{PREFIX}-aws-kms-key-id"
    if name in headers and (method is None or not method.startswith("aws:kms")):
        message = f"Server Side Encryption with AWS KMS managed key requires HTTP header {PREFIX} : aws:kms"
        raise _argument(message, name, headers[name])
    key = customer_key(headers)
    if key and method is not None:
        message = (
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified"
        )
        raise _argument(message, PREFIX, method)
    return key


def customer_key(headers: Mapping[str, str], prefix: str = CUSTOMER) -> str:
    """The MD5, in base64, of the customer's key that a request brings; empty when it brings none.

    Raises:
        S3Error: InvalidArgument or InvalidEncryptionAlgorithmError: the three header fields do not belong together.
    """
    algorithm, key, md5 = (headers.get(prefix + name) for name in ("algorithm", "key", "key-md5"))
    if algorithm is None and key is None and md5 is None:
        return ""
    if algorithm is None:
        raise _argument(_WITH_CUSTOMER_KEY + "a valid encryption algorithm.", prefix + "algorithm", "null")
    if algorithm != "AES256":
        message = "The encryption request you specified is not valid. The valid value is AES256."
        raise S3Error(
            "InvalidEncryptionAlgorithmError", message, ArgumentName=prefix + "algorithm", ArgumentValue=algorithm
        )
    if key is None:
        raise _argument(_WITH_CUSTOMER_KEY + "an appropriate secret key.", prefix + "key", "null")
    if md5 is None:
        raise _argument(_WITH_CUSTOMER_KEY + "the client calculated MD5 of the secret key.", prefix + "key-MD5", "null")
    try:
        secret = base64.b64decode(key, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise _argument("The secret key was invalid for the specified algorithm.", prefix + "key", "null")
    if base64.b64encode(hashlib.md5(secret, usedforsecurity=False).digest()).decode("ascii") != md5:
        message = "The calculated MD5 hash of the key did not match the hash that was provided."
        raise _argument(message, prefix + "key-MD5", md5)
    return md5


def check_part_key(upload_key: str, headers: Mapping[str, str]) -> None:
    """A part comes with the key that its session began with, or with none if that had none.

    Raises:
        S3Error: InvalidRequest, and what `customer_key` raises.
    """
    key = customer_key(headers)
    if key == upload_key:
        return
    if not key:
        message = (
            "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate "
            "encryption parameters."
        )
    elif not upload_key:
        message = (
            "The multipart upload initiate did not request encryption. Please resend the request without sending "
            "encryption parameters."
        )
    else:
        message = "The provided encryption parameters did not match the ones used originally."
    raise S3Error("InvalidRequest", message)


def check_read_key(object_key: str, headers: Mapping[str, str], prefix: str = CUSTOMER) -> None:
    """An object is read with the key that it was written with, and without a word on keys that are S3's own.

    Raises:
        S3Error: InvalidArgument; InvalidRequest; AccessDenied for another key; and what `customer_key` raises.
    """
    if prefix == CUSTOMER and PREFIX in headers:
        message = f"{PREFIX} header is not supported for this operation."
        raise _argument(message, PREFIX, headers[PREFIX])
    key = customer_key(headers, prefix)
    if key == object_key:
        return
    if key and object_key:
        raise S3Error("AccessDenied")
    message = "The encryption parameters are not applicable to this object."
    if object_key:
        message = (
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to "
            "retrieve the object."
        )
    raise S3Error("InvalidRequest", message)


def answer_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Of a request's header fields, those that its answer repeats: all but the key itself."""
    return {name: value for name, value in headers.items() if name.startswith(PREFIX) and name != CUSTOMER + "key"}


def for_store(headers: Mapping[str, str]) -> dict[str, str]:
    """Header fields as a store gets them: a customer's key is held to here, and is not for the store."""
    return {name: value for name, value in headers.items() if not name.startswith(CUSTOMER)}


def _argument(message: str, name: str, value: str) -> S3Error:
    return S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue=value)
