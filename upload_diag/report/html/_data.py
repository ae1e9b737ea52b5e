"""The report inside its page: the head in plain JSON, the whole packed, for otherwise it would double the page."""

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

from upload_diag.analysis.report import SCHEMA
from upload_diag.report.html._markup import Markup, tag
from upload_diag.report.json_ import dumps

__all__ = ["embedded", "read_back"]

_ID = "report"
_HEAD = ("schema", "tool", "totals")
_LIMIT = 16_000_000  # bytes; no page of ours unpacks to more, and a stranger's must not


def embedded(report: dict[str, Any]) -> Markup:
    """The element that holds the report; a browser neither runs nor shows it."""
    packed = b64encode(zlib.compress(dumps(report).encode(), 9)).decode()
    text = dumps({key: report[key] for key in _HEAD} | {"packed": packed})
    return tag("script", Markup(text.replace("<", "\\u003c")), type="application/json", id=_ID)


def read_back(text: str) -> dict[str, Any] | None:
    """The report inside a page that `write` made, as plain data; None when the text is no such page."""
    _, begin, rest = text.partition(f'<script type="application/json" id="{_ID}">')
    data, end, _ = rest.partition("</script>")
    if not begin or not end:
        return None
    try:
        unpacking = zlib.decompressobj()
        whole = unpacking.decompress(b64decode(json.loads(data)["packed"]), _LIMIT)
        body = json.loads(whole) if unpacking.eof else None
    except (ValueError, KeyError, TypeError, RecursionError, zlib.error):
        return None
    return body if isinstance(body, dict) and body.get("schema") == SCHEMA else None
