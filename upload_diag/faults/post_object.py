"""PostObject: an upload by an HTML form, allowed by a policy that says what the form may hold and until when.

Amazon S3 API reference, "Browser-based uploads using POST (AWS Signature Version 4)".
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import quote, urlsplit

from upload_diag.faults.auth import Authenticator, signing_key
from upload_diag.faults.clock import parse_time
from upload_diag.faults.refusal import S3Error
from upload_diag.faults.request import S3Request
from upload_diag.faults.response import Response, element, xml_response

__all__ = ["Form", "as_put", "check_policy", "posted", "read_form"]

# Fields that a policy need not mention.
_FREE = frozenset(("file", "policy", "x-amz-signature", "signature", "awsaccesskeyid"))
# Fields that describe the object.
_KEPT = ("cache-control", "content-disposition", "content-encoding", "content-type", "expires")


@dataclass(frozen=True, slots=True)
class Form:
    """A form, read; names in lower case. Fields after the file do not count."""

    fields: Mapping[str, str]
    file: bytes
    filename: str = ""

    @property
    def key(self) -> str:
        return self.fields["key"].replace("${filename}", self.filename)


def read_form(content_type: str, body: bytes) -> Form:
    """Read multipart/form-data.

    Raises:
        S3Error: MalformedPOSTRequest; InvalidArgument, there is no key or no file.
    """
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise S3Error("MalformedPOSTRequest")
    fields: dict[str, str] = {}
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    for chunk in (b"\r\n" + body).split(mark)[1:]:
        if chunk.startswith(b"--"):
            break
        head, found, content = chunk.partition(b"\r\n\r\n")
        disposition = re.search(rb'(?i)content-disposition:[^\r\n]*?[; ]name="([^"]*)"', head)
        if not found or disposition is None:
            raise S3Error("MalformedPOSTRequest")
        name = disposition[1].decode("utf-8", "replace").lower()
        if name == "file":
            if "key" not in fields:
                raise _argument("Bucket POST must contain a field named 'key'.", "key")
            given = re.search(rb'filename="([^"]*)"', head)
            filename = given[1].decode("utf-8", "replace") if given else ""
            return Form(fields, content, filename.replace("\\", "/").rpartition("/")[2])
        fields[name] = content.decode("utf-8", "replace")
    raise _argument("POST requires exactly one file upload per request.", "file")


def check_policy(form: Form, bucket: str, auth: Authenticator, now: datetime) -> None:
    """Hold a form to its signature and its policy.

    Raises:
        S3Error: AccessDenied, SignatureDoesNotMatch, InvalidAccessKeyId, InvalidPolicyDocument, EntityTooSmall or
            EntityTooLarge.
    """
    encoded = form.fields.get("policy")
    if encoded is None:
        if auth.wants_signatures:
            raise S3Error("AccessDenied")
        return
    _check_signature(form, encoded, auth)
    policy = _read_policy(encoded)
    try:
        expires = parse_time(str(policy["expiration"]))
    except (KeyError, ValueError) as error:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid 'expiration' value") from error
    if now >= expires:
        raise S3Error("AccessDenied", "Invalid according to Policy: Policy expired.")
    covered = {_check_condition(each, form, bucket) for each in policy.get("conditions", [])}
    extra = [name for name in form.fields if name not in covered | _FREE and not name.startswith("x-ignore-")]
    if extra:
        raise S3Error("AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")


def posted(form: Form, request: S3Request, put: Response, host: str) -> Response:
    """The answer, as the form asked for it."""
    location = f"http://{host}/{quote(request.bucket)}/{quote(form.key)}"
    etag = put.headers["etag"]
    headers = {"etag": etag, "location": location}
    redirect = form.fields.get("success_action_redirect", form.fields.get("redirect", ""))
    if urlsplit(redirect).scheme in ("http", "https"):
        joint = "&" if "?" in redirect else "?"
        query = f"bucket={quote(request.bucket)}&key={quote(form.key)}&etag={quote(etag)}"
        return Response(303, {**headers, "location": redirect.partition("\n")[0].strip() + joint + query})
    if form.fields.get("success_action_status") == "201":
        children = [element("Location", location), element("Bucket", request.bucket), element("Key", form.key)]
        answer = xml_response("PostResponse", [*children, element("ETag", etag)], headers=headers)
        answer.status = 201
        return answer
    return Response(200 if form.fields.get("success_action_status") == "200" else 204, headers)


def as_put(form: Form, request: S3Request) -> S3Request:
    """The PutObject that the form amounts to."""
    kept = {n: v for n, v in form.fields.items() if n in _KEPT or n.startswith(("x-amz-meta-", "x-amz-server-side-"))}
    if "acl" in form.fields:
        kept["x-amz-acl"] = form.fields["acl"]
    if "x-amz-storage-class" in form.fields:
        kept["x-amz-storage-class"] = form.fields["x-amz-storage-class"]
    return replace(request, key=form.key, headers=kept)


def _check_signature(form: Form, encoded: str, auth: Authenticator) -> None:
    fields = form.fields
    token = fields.get("x-amz-security-token", "")
    if "x-amz-signature" in fields:
        credential = fields.get("x-amz-credential", "")
        secret = auth.secret_of(credential.partition("/")[0], token)
        if secret is None:
            return
        expected = hmac.new(signing_key(credential, secret), encoded.encode(), "sha256").hexdigest()
        given = fields["x-amz-signature"]
    elif "signature" in fields:
        secret = auth.secret_of(fields.get("awsaccesskeyid", ""), token)
        if secret is None:
            return
        expected = base64.b64encode(hmac.digest(secret.encode(), encoded.encode(), "sha1")).decode("ascii")
        given = fields["signature"]
    elif auth.wants_signatures:
        raise S3Error("AccessDenied")
    else:
        return
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise S3Error("SignatureDoesNotMatch", StringToSign=encoded, SignatureProvided=given)


def _read_policy(encoded: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error
    if not isinstance(policy, dict) or not isinstance(policy.get("conditions", []), list):
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
    return policy


def _check_condition(condition: Any, form: Form, bucket: str) -> str:
    """Hold the form to one condition; the field that it covers."""
    if isinstance(condition, dict) and len(condition) == 1:
        [(name, value)] = condition.items()
        kind = "eq"
    elif isinstance(condition, list) and len(condition) == 3:
        kind, name, value = condition
        if str(kind).lower() == "content-length-range":
            _check_length(len(form.file), name, value)
            return ""
    else:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid condition.")
    name = str(name).removeprefix("$").lower()
    actual = {"bucket": bucket, "key": form.key}.get(name, form.fields.get(name, ""))
    met = actual.startswith(str(value)) if str(kind).lower() == "starts-with" else actual == str(value)
    if not met:
        shown = json.dumps([kind, f"${name}", value])
        raise S3Error("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {shown}")
    return name


def _check_length(size: int, low: Any, high: Any) -> None:
    try:
        least, most = int(low), int(high)
    except (TypeError, ValueError) as error:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid content-length-range.") from error
    if size < least:
        raise S3Error("EntityTooSmall", ProposedSize=str(size), MinSizeAllowed=str(least))
    if size > most:
        raise S3Error("EntityTooLarge", ProposedSize=str(size), MaxSizeAllowed=str(most))


def _argument(message: str, name: str) -> S3Error:
    return S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue="")
