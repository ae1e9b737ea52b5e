"""JSON documents of other makers: an array of log records, or an object whose list they stand in.

That is what export buttons and command line tools give: Kibana, CloudWatch, Azure, a collector of OpenTelemetry. What
Amazon Data Firehose delivers are records after one another, with nothing between them.
"""

import json
from typing import Any

import orjson

from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines

__all__ = ["NAME", "STREAM", "read"]

NAME = "json-records"
STREAM = "json-stream"
_WRAPPED = ("_source", "logRecord")  # where Elasticsearch and others keep the record itself


def read(element: Any, offset: int, lines: JsonLines) -> Record | None:
    """The record of an element; read as a line of JSON, however it was printed."""
    if not isinstance(element, dict):
        return None
    for name in _WRAPPED:
        inner = element.get(name)
        element = inner if isinstance(inner, dict) else element
    try:
        line = orjson.dumps(element)
    except orjson.JSONEncodeError:  # half a surrogate pair, many levels
        line = json.dumps(element).encode()
    return lines.read(line, offset)
