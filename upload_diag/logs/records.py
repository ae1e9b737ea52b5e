"""JSON documents of other makers: an array of log records, or an object whose list they stand in.

That is what export buttons, command line tools and interfaces give: Elasticsearch, Loki, Splunk, Datadog, the clouds.
What Amazon Data Firehose delivers are records after one another, with nothing between them; `jq` prints them like that
over many lines, and RFC 7464 puts a sign before each.
"""

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import orjson

from upload_diag.logs import cloudtrail, web_json
from upload_diag.logs.compressed import BrokenError, Decompressed
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines

__all__ = ["BEGINS_LIST", "NAME", "STREAM", "is_cut", "is_stream", "read"]

NAME = "json-records"
STREAM = "json-stream"
_WRAPPED = ("_source", "logRecord", "kinesis", "awslogs")  # where the record itself, or a batch, is kept
# What objects have whose lists are records. An object with any other name in it is a record, whatever lists it has.
_AROUND = set(
    """
took timed_out _shards total successful skipped failed hits relation max_score aggregations _scroll_id
status data resultType result streams stream stats
events logEvents nextForwardToken nextBackwardToken nextToken searchedLogStreams messageType owner logGroup logStream
subscriptionFilters results statistics recordsMatched recordsScanned bytesScanned queryLanguage encryptionKey
preview init_offset post_process_count messages fields rows highlighted
tables Tables name columns apiVersion items kind metadata resourceVersion selfLink
Records invocationId deliveryStreamArn sourceKinesisStreamArn region records entries logs common meta links value values
    """.split()  # noqa: SIM905 - a table of words, to be read as one
)
_SCALAR = r'(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)'
# How a document begins whose first list is one of records: with that list, or with such an object around it.
BEGINS_LIST = re.compile(
    (
        rf'(?:\{{\s*(?:"(?:{"|".join(sorted(_AROUND))})"\s*:\s*'
        rf"(?:{_SCALAR}|\[\s*(?:{_SCALAR}[\s,]*)*\]|(?=[\[{{]))[\s,{{}}]*)+)?\[\s*(?:\{{\s*[\"}}]|\[\s*[^\[\s])"
    ).encode()
)
_COLUMNS = ("columns", "fields")
_LIMIT = 64 << 20  # bytes that may come out of a packed batch
_GZIP = "H4sI"  # as Base64 begins
_DEPTH = 8  # batches in batches


def read(element: Any, offset: int, lines: JsonLines) -> Iterator[Record]:
    """The records of an element; each read as a line of JSON, however it was printed."""
    for record in _unfolded(element, 0):
        try:
            line = orjson.dumps(record)
        except orjson.JSONEncodeError:  # half a surrogate pair, many levels
            line = json.dumps(record).encode()
        event = cloudtrail.event_in(record)
        told = None if event is None else cloudtrail.read_element(event, line, offset)
        yield told or web_json.tell(lines.read(line, offset))


def _unfolded(element: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The records in an element, without what is around them."""
    if isinstance(element, list):
        yield from _row(element, depth)
    if not isinstance(element, dict) or depth == _DEPTH:
        return
    for name in _WRAPPED:
        inner = element.get(name)
        element = inner if isinstance(inner, dict) else element
    packed = element.get("data")
    if isinstance(packed, str) and packed.startswith(_GZIP):
        yield from _unfolded(_unpacked(packed), depth + 1)
        return
    lists = [value for value in element.values() if isinstance(value, list)]
    if not lists or not element.keys() <= _AROUND:
        yield element
        return
    names = next((element[name] for name in _COLUMNS if isinstance(element.get(name), list)), None)
    for one in (one for rows in lists if rows is not names for one in rows):
        row = names is not None and isinstance(one, list)
        yield from _unfolded(dict(zip(map(_name, names or ()), one, strict=False)) if row else one, depth + 1)


def _row(row: list[Any], depth: int) -> Iterator[dict[str, Any]]:
    """The record of a row without names: its time, a text or a record; fields that say their names; or a batch."""
    if row and all(isinstance(one, dict) and one.keys() >= {"field", "value"} for one in row):
        yield {str(one["field"]): one["value"] for one in row}  # CloudWatch Logs Insights
    elif any(isinstance(one, (str, int, float)) for one in row):
        record = {"time" if at == 0 else f"column {at + 1}": value for at, value in enumerate(row)}
        for inner in (one for one in row if isinstance(one, dict)):  # Fluent Bit
            record |= inner
        yield record
    else:
        for one in row:
            yield from _unfolded(one, depth + 1)


def _name(column: Any) -> str:
    """The name of a column, which may have a type beside it."""
    return str(column.get("name") if isinstance(column, dict) else column)


def _unpacked(data: str) -> Any:
    """What CloudWatch Logs packed for a subscriber.

    Raises:
        ValueError: it is damaged, or too large.
    """
    file, text = Decompressed(io.BytesIO(b64decode(data)), "gzip"), bytearray()
    try:
        while piece := file.read(_LIMIT):
            text += piece
            if len(text) > _LIMIT:
                raise ValueError("too large")
    except BrokenError as error:
        raise ValueError(str(error)) from error
    return json.loads(text)


# How records after one another begin, when they do not stand on one line each.
_MAY_BE_STREAM = re.compile(
    rb"\{[ \t]*\r?\n"  # printed over lines
    rb"|\x1e"  # RFC 7464
    rb'|\[\s*[\d"]'  # Fluent Bit
    rb'|\{\s*"awslogs"'
    rb"|[^\0\n]*\}\0\s*\{"  # GELF over TCP
)
_BETWEEN = re.compile(r"[\s,\x1e\0\xef\xbb\xbf]*+")
_LONGEST_WORD = 16  # characters of what is no string: `false`, `-1795341601.123`


def is_stream(sample: bytes) -> bool:
    """Whether a text begins with JSON values after one another, of which the last may be cut short."""
    if not _MAY_BE_STREAM.match(sample):
        return False
    text, place, values, decoder = sample.decode("latin-1"), 0, 0, json.JSONDecoder()
    try:
        while (found := _BETWEEN.match(text, place)) and found.end() < len(text):
            value, place = decoder.raw_decode(text, found.end())
            values += 1
            if not isinstance(value, (dict, list)):
                return False
    except json.JSONDecodeError as error:
        return values > 0 and is_cut(error)
    except (ValueError, RecursionError):
        return False
    return values > 0


def is_cut(error: json.JSONDecodeError) -> bool:
    """Whether a value may only be cut short, and not broken."""
    return error.msg.startswith("Unterminated string") or error.pos > len(error.doc) - _LONGEST_WORD
