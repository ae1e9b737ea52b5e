"""Envelopes for the tests, made up."""

from copy import deepcopy
from typing import Any

EXPIRED: dict[str, Any] = {
    "success": False,
    "message": "Failed to upload video chunk",
    "error": {
        "partNumber": 3,
        "videoId": "0b6f3c7e-52d4-4c55-9a3e-7f1d5b2a9c11",
        "chunkSize": 10_485_760,
        "actionRequired": "RESTART_UPLOAD",
        "awsError": "Upload session expired or invalid",
        "errorType": "NoSuchUpload",
        "isSessionExpired": True,
        "originalError": "Upload session expired or invalid. UploadId: qWeRtY123",
    },
}


def envelope(**changes: Any) -> dict[str, Any]:
    """The expired session's envelope with members changed wherever they stand; `...` removes one."""
    made = deepcopy(EXPIRED)
    for name, value in changes.items():
        place = made if name in made else made["error"]
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return made
