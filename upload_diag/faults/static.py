"""The files of our own pages, served under a policy that lets nothing foreign in."""

import re
from importlib.resources.abc import Traversable

from upload_diag.faults.response import Response

__all__ = ["file_response"]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
}


def file_response(folder: Traversable, name: str) -> Response | None:
    """The file of this name; None when the folder itself has none, or it is of no kind that a page is made of."""
    match = re.fullmatch(r"[A-Za-z0-9-]+\.([a-z]+)", name)
    if match is None or match[1] not in _TYPES or not (file := folder / name).is_file():
        return None
    headers = {
        "content-type": f"{_TYPES[match[1]]}; charset=utf-8",
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
    return Response(200, headers, file.read_bytes())
