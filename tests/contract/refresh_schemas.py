"""Write what the schemas repeat from elsewhere: error types from the rule tables, ErrorInfo from its model.

    .venv/bin/python tests/contract/refresh_schemas.py

A test holds the files in `schemas/` to what this computes.
"""

import json
import re
from pathlib import Path
from typing import Any

from upload_diag.codes import Action, ErrorCode, Retry
from upload_diag.model import ErrorInfo
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.s3_codes import S3_CODES

SCHEMAS = Path(__file__).parents[2] / "schemas"

# The actions that an envelope may ask for when its errorType is of this code. More than one where the type alone does
# not tell: an AccessDenied that says "Request has expired" is an expired URL, an AuthorizationHeaderMalformed that says
# "expecting 'eu-west-1'" is the wrong region, an InvalidArgument can be a part number out of range.
ACTIONS: dict[ErrorCode, tuple[Action, ...]] = {
    ErrorCode.SESSION_EXPIRED: (Action.RESTART_UPLOAD, Action.PROBE_THEN_RESTART, Action.NONE),
    ErrorCode.CREDENTIALS_EXPIRED: (Action.REFRESH_CREDENTIALS,),
    ErrorCode.URL_EXPIRED: (Action.RESIGN_URL,),
    ErrorCode.CLOCK_SKEW: (Action.SYNC_CLOCK,),
    ErrorCode.CREDENTIALS_INVALID: (Action.FIX_CREDENTIALS, Action.SWITCH_REGION, Action.SYNC_CLOCK),
    ErrorCode.ACCESS_DENIED: (Action.FIX_PERMISSIONS, Action.RESIGN_URL, Action.SYNC_CLOCK),
    ErrorCode.BUCKET_NOT_FOUND: (Action.FIX_BUCKET,),
    ErrorCode.OBJECT_NOT_FOUND: (Action.CHECK_KEY,),
    ErrorCode.WRONG_REGION: (Action.SWITCH_REGION,),
    ErrorCode.THROTTLED: (Action.BACK_OFF,),
    ErrorCode.SERVER_ERROR: (Action.BACK_OFF,),
    ErrorCode.TIMEOUT: (Action.RETRY_PART, Action.BACK_OFF),
    ErrorCode.NETWORK: (Action.RETRY_PART,),
    ErrorCode.TLS_ERROR: (Action.FIX_TLS,),
    ErrorCode.CORS_BLOCKED: (Action.FIX_CORS,),
    ErrorCode.INTEGRITY: (Action.RETRY_PART,),
    ErrorCode.PARTS_REJECTED: (Action.RELIST_PARTS,),
    ErrorCode.TOO_LARGE: (Action.RECHUNK,),
    ErrorCode.QUOTA_EXCEEDED: (Action.FREE_SPACE,),
    ErrorCode.CONFLICT: (Action.RESOLVE_CONFLICT, Action.RESTART_UPLOAD),
    ErrorCode.INVALID_REQUEST: (Action.FIX_REQUEST, Action.RELIST_PARTS),
    ErrorCode.CANCELLED: (Action.NONE,),
    ErrorCode.LOCAL_IO: (Action.CHECK_FILE,),
    ErrorCode.UNKNOWN: (Action.CONTACT_SUPPORT,),
}

# What a backend reports when it is not a storage service that answered.
NOT_FROM_A_SERVICE = ("AbortError", "NetworkingError", "SSLError", "SessionRecoveryFailed", "UploadSessionExpired")


def error_types() -> dict[ErrorCode, list[str]]:
    """The names that S3 itself gives to errors, by what they mean for an upload."""
    names = {row.name: row.code for row in S3_CODES.values() if "aws" in row.vendors.split() and not row.plain}
    names |= {name: OTHER_CODES[name].code for name in NOT_FROM_A_SERVICE} | {"UnknownError": ErrorCode.UNKNOWN}
    found: dict[ErrorCode, list[str]] = {}
    for name, code in sorted(names.items()):
        found.setdefault(code, []).append(name)
    return {code: found[code] for code in ErrorCode if code in found}


def upload_error(now: dict[str, Any]) -> dict[str, Any]:
    """The envelope's schema as it is written by hand, with the error types and their couplings put in."""
    groups = error_types()
    shared = {name: value for name, value in now["$defs"].items() if name not in ErrorCode.__members__}
    error = now["$defs"]["error"]
    by_hand = [row for row in error["allOf"] if row["$comment"] != "action-fits-error-type"]
    error["properties"]["errorType"]["anyOf"] = [{"$ref": f"#/$defs/{code}"} for code in groups]
    error["allOf"] = by_hand + [_coupling(code) for code in groups]
    return now | {"$defs": shared | {str(code): {"enum": names} for code, names in groups.items()}}


def _coupling(code: ErrorCode) -> dict[str, Any]:
    return {
        "$comment": "action-fits-error-type",
        "if": {"properties": {"errorType": {"$ref": f"#/$defs/{code}"}}},
        "then": {"properties": {"actionRequired": {"enum": [str(action) for action in ACTIONS[code]]}}},
    }


def error_info(now: dict[str, Any]) -> dict[str, Any]:
    """The schema of ErrorInfo: the model's own, opened for fields to come, with what the types cannot say."""
    schema = ErrorInfo.model_json_schema(by_alias=True, mode="serialization")
    head = {key: now[key] for key in ("$schema", "$id", "title", "description")}
    coupling = {
        "$comment": "retryable-fits-retry",
        "if": {"properties": {"retry": {"const": str(Retry.NEVER)}}},
        "then": {"properties": {"isRetryable": {"const": False}}},
        "else": {"properties": {"isRetryable": {"const": True}}},
    }
    context = schema["$defs"]["UploadContext"]["properties"]
    for name, (least, most) in {"partNumber": (1, 10_000), "httpStatus": (100, 599), "chunkSize": (0, None)}.items():
        bounds = {"minimum": least} | ({"maximum": most} if most else {})
        context[name]["anyOf"][0].update(bounds)
    return _tidy(head | {k: v for k, v in schema.items() if k not in head} | {"allOf": [coupling]})


def _tidy(node: Any) -> Any:
    """Without generated titles, defaults, closed objects, and all but the first paragraph of docstrings."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidy(value) for key, value in node.items() if key not in {"default", "additionalProperties"}}
    if "properties" in kept and "description" in kept:  # a class of the model, of which every field is always written
        kept["required"] = list(kept["properties"])
    if "$schema" not in node and isinstance(kept.get("title"), str):
        del kept["title"]
    if isinstance(kept.get("description"), str):
        kept["description"] = re.split(r"\n\s*\n", kept["description"])[0]
    return kept


REFRESH = {"upload-error": upload_error, "error-info": error_info}


def refreshed(name: str) -> str:
    """The text that the schema's file should have."""
    now = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return json.dumps(REFRESH[name](now), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for schema in REFRESH:
        (SCHEMAS / f"{schema}.schema.json").write_text(refreshed(schema), encoding="utf-8")
