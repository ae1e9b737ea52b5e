"""Walk a payload, whatever it is made of, and collect what every rule finds in it.

Nothing here raises on any input, recurses into it, or takes more than a bounded number of looks at it.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from string import whitespace
from typing import Any

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import (
    CODE_FIELD,
    FAILURE,
    FLAG,
    NAME_FIELD,
    SESSION_EXPIRED,
    TEXT_CODE,
    TEXT_TOKEN,
    UNKNOWN,
    Hit,
    Path,
)
from upload_diag.classifier.index import Index
from upload_diag.classifier.prose import MEMO_LENGTH, providers, read_prose, remember
from upload_diag.classifier.readers import CODE_LIKE, VAGUE_CODES
from upload_diag.codes import Operation
from upload_diag.rules.fields import QUERIES, SAID, UPLOADS, Meaning, meaning_of
from upload_diag.shapes import exception, literal, url, xml_error
from upload_diag.shapes.text import MAX_TEXT, clean, flatten, unescape

__all__ = ["Collector"]

MAX_NODES = 20_000  # values of one payload that are looked at
MAX_KEYS = 5_000  # entries of one mapping
MAX_ITEMS = 1_000  # items of one list
MAX_CHARACTERS = 400_000  # characters of one payload that are read as text
MAX_NESTED = 12  # encodings inside encodings that are undone: JSON in a string in JSON in …

# Not MinIO's own names; of the SDK for JavaScript's, which are those of its classes, without their ending.
_OPERATION_NAME = re.compile(r"(?!\w*ObjectPart|NewMultipart)([A-Z][A-Za-z0-9]{3,60}?)(?:Command)?\Z")
_ESCAPED_OBJECT = re.compile(r"\{\s{0,8}(?:\\|&quot;|\"\"\w)")
# A body as a gateway hands it on: base64 of `<?xml`, of `<Error`, or of `{"`.
_BASE64 = re.compile(r"(?:PD94bWwg|PEVycm9y|eyJ)[A-Za-z0-9+/\r\n]{12,100000}={0,2}\Z")
_ENDS = {"{": "}", "[": "]", '"': '"'}
_PLAIN = frozenset({list, tuple, set, frozenset})  # a class that is derived from one of them may do anything
_KNOWN = frozenset({str, int, float, bool, dict, list, type(None)})  # what most values are; any of them tells its class
_BEGINNINGS = frozenset((*_ENDS, *whitespace))

# By names of their own, which are found ten times as fast as members of an enum.
_CODE, _NAME, _STATUS, _METHOD, _URL = Meaning.CODE, Meaning.NAME, Meaning.STATUS, Meaning.METHOD, Meaning.URL
_DEAD_SESSION, _SUCCESS, _TRACE, _OTHERS = Meaning.DEAD_SESSION, Meaning.SUCCESS, Meaning.TRACE, Meaning.OTHERS
_OPERATION, _SERVER, _RESOURCE = Meaning.OPERATION, Meaning.SERVER, Meaning.RESOURCE


class Collector:
    """Collects the findings of one payload."""

    __slots__ = ("_characters", "_index", "_nodes", "_seen", "_stack", "found")

    def __init__(self, index: Index) -> None:
        self.found = Findings()
        self._index = index
        self._stack: list[tuple[Any, Path, int, int]] = []  # (value, path, depth, how often decoded)
        self._seen: dict[int, Any] = {}  # by identity; it holds them, so that no identity is used twice
        self._nodes = 0
        self._characters = 0

    def collect(self, payload: Any) -> None:
        """Walk the payload and all that is in it; bounded in every direction, cycles cut."""
        if not exception.has_class(payload):
            return
        if isinstance(payload, str):
            self.found = self._index.memo.get(payload) or self._whole(payload, 0)
            return
        self._stack.append((payload, None, 0, 0))
        self._walk()

    def _walk(self) -> None:
        stack = self._stack
        while stack and self._nodes < MAX_NODES:
            value, path, depth, nested = stack.pop()
            self._nodes += 1
            if isinstance(value, str):
                self._string(value, path, depth, nested)
            elif isinstance(value, dict):
                if self._is_new(value):
                    self._mapping(value if type(value) is dict else exception.read_mapping(value), path, depth, nested)
            elif isinstance(value, (list, tuple, set, frozenset)):
                if type(value) not in _PLAIN:
                    self._object(value, path, depth, nested)
                elif self._is_new(value):
                    self._items(value, path, depth, nested)
            elif isinstance(value, (bytes, bytearray, memoryview)):
                text = bytes(value[: 2 * MAX_TEXT]).decode("utf-8", "replace")
                self._string(text, path, depth, nested)
            elif value is not None and not isinstance(value, (bool, int, float, complex)):
                self._object(value, path, depth, nested)

    # -- containers ------------------------------------------------------------------------------------------------

    def _is_new(self, value: Any) -> bool:
        if id(value) in self._seen:
            return False
        self._seen[id(value)] = value
        return True

    def _items(self, values: Any, path: Path, depth: int, nested: int) -> None:
        for number, item in enumerate(values):
            if number >= MAX_ITEMS:
                break
            if type(item) not in _KNOWN and not exception.has_class(item):
                continue
            if item is not None and not isinstance(item, (bool, int, float)):
                self._stack.append((item, (path, number), depth, nested))

    def _object(self, value: Any, path: Path, depth: int, nested: int) -> None:
        """An exception, a response, or anything else that is alive."""
        if not self._is_new(value) or depth > literal.MAX_DEPTH:
            return
        if isinstance(value, BaseException):
            tree: Any = exception.read_exception(value)
        elif exception.is_response(value):
            tree = exception.read_response(value)
        elif isinstance(value, (list, tuple, set, frozenset)):
            tree = exception.read_items(value)
        else:
            tree = exception.read_object(value)
        self._stack.append((tree, path, depth, nested))

    def _mapping(self, tree: Mapping[Any, Any], path: Path, depth: int, nested: int) -> None:
        method = address = ""
        went_well = tree.get("success") is True or tree.get("ok") is True
        for key, value in islice(tree.items(), MAX_KEYS):
            if type(value) not in _KNOWN and not exception.has_class(value):
                continue
            if type(key) is not str:
                key = _name(key)  # noqa: PLW2901
            if went_well and key in SAID:
                continue
            meaning = meaning_of(key)
            if meaning is None or (meaning is _TRACE and isinstance(value, str)):
                self._unknown(key, value, (path, key), depth + 1, nested)
            elif meaning is _OPERATION:
                self._operation(key, value, (path, key), depth + 1, nested)
            elif meaning.field and isinstance(value, (str, int)):
                self.found.fact(meaning.field, value, meaning.rank)
            elif meaning is _METHOD and isinstance(value, str):
                method = value
            elif meaning is _URL and isinstance(value, str):
                address = value
            elif (meaning is not _OTHERS and meaning is not _TRACE) or key == "config":
                self._field(meaning, value, (path, key), depth, nested)
        if address or method:
            self._request(method, address)
        self._apart(tree)

    def _apart(self, tree: Mapping[Any, Any]) -> None:
        """An address of which the parts stand in fields of their own."""
        for name in QUERIES:
            if name in tree and isinstance(query := tree[name], str) and "uploadId=" in query:
                self.found.facts(url.read(f"?{query.removeprefix('?')}"), 60)
        if "path" in tree and (address := _joined(tree)):
            self.found.facts(url.read(address), 50)

    def _unknown(self, key: str, value: Any, path: Path, depth: int, nested: int) -> None:
        """A value under a key that means nothing, unless the key is a code: `{ NoSuchUpload: 'The specified …' }`."""
        if isinstance(value, str):
            if (row := self._index.codes.get(key)) and not row.plain:
                self.found.add_code(row, path, depth, key, TEXT_CODE)
            if not value.isdigit():  # a number means nothing here either, such as a header's `Content-Length: '503'`
                self._string(value, path, depth, nested)
        elif value is not None and not isinstance(value, (bool, int, float)):
            if key in UPLOADS and isinstance(value, dict):
                self._upload(value)
            self._stack.append((value, path, depth, nested))

    def _operation(self, key: str, value: Any, path: Path, depth: int, nested: int) -> None:
        """The name of an operation, or text that says what was done: `create_multipart_upload`."""
        if isinstance(value, str) and (name := _OPERATION_NAME.match(value)):
            self.found.fact(_OPERATION.field, name[1], _OPERATION.rank)
        else:
            self._unknown(key, value, path, depth, nested)

    def _upload(self, upload: Mapping[Any, Any]) -> None:
        """An upload as an object of its own: it has an id, or is the list of parts that ends it."""
        self.found.fact("upload_id", upload.get("id"), 55)
        if "Parts" in upload:
            self.found.fact("operation", Operation.COMPLETE.value, 40)

    def _request(self, method: str, address: str) -> None:
        self.found.facts(url.read(f"{method} {address}".strip()), 75)
        request = f"{address} method: {method}".lower()
        self.found.markers |= {marker.name for marker in self._index.markers if marker.regex.search(request)}
        if address:
            providers(self.found, address)

    # -- known keys ------------------------------------------------------------------------------------------------

    def _field(self, meaning: Meaning, value: Any, path: Path, depth: int, nested: int) -> None:
        """What the value under a known key says."""
        if value is None:
            return
        if meaning is _OTHERS:  # axios: of all that its `config` holds, the request is told here
            if isinstance(value, dict) and "url" in value:
                self._request(str(value.get("method") or ""), str(value["url"]))
                self._stack.append((value.get("params"), path, depth + 1, nested))
        elif not isinstance(value, (str, int, float)):
            self._stack.append((value, path, depth + 1, nested))
        elif meaning is _CODE or meaning is _NAME or meaning is _STATUS:
            self._named(meaning, value, path, depth + 1, nested)
        elif meaning is _DEAD_SESSION:
            if value is True or (isinstance(value, str) and value.lower() == "true"):
                self.found.add(Hit(FLAG, depth, "field.isSessionExpired", SESSION_EXPIRED, path, "true"))
        elif meaning is _SUCCESS:
            if value is False or (isinstance(value, str) and value.lower() == "false"):
                self.found.add(Hit(FAILURE, depth, "field.success", UNKNOWN, path, "false"))
        elif isinstance(value, str):
            self._place(meaning, value)

    def _place(self, meaning: Meaning, value: str) -> None:
        """A host name, or `/bucket/key`."""
        if meaning is _SERVER:
            providers(self.found, value)
            if "." in value:
                self.found.facts(url.read(f"https://{value[:300]}/"), 40)
        elif meaning is _RESOURCE and value[:1] != "/":  # Tencent COS: host and key
            self.found.facts(url.read(f"https://{value[:1_200]}"), 60)
        elif meaning is _RESOURCE:
            self.found.facts(url.read(value if "?" in value else f"{value}?uploadId="), 60)
            bucket, _, key = value[1:].partition("?")[0].partition("/")
            self.found.facts({"bucket": bucket, "key": key}, 45)

    def _named(self, meaning: Meaning, value: str | float, path: Path, depth: int, nested: int) -> None:
        """A value where the name of a failure, or its HTTP status, is expected."""
        if isinstance(value, bool):
            return
        text = str(value).strip()
        if len(text) < 9 and text.isascii() and text.isdigit():
            self._number(meaning, int(text), path, depth)
            return
        if not isinstance(value, str):
            return
        row = self._index.code_named(text) if len(text) < 120 else None
        if row is not None and (meaning is _CODE or not row.plain):
            # A framework writes the status's reason as `error`, so a `code` beside it counts for more.
            strength = CODE_FIELD - (path is not None and path[1] == "error") if meaning is _CODE else NAME_FIELD
            self.found.add_code(row, path, depth, text, strength)
            return
        if meaning is _CODE and text not in VAGUE_CODES and CODE_LIKE.match(text):
            self.found.unnamed_code = self.found.unnamed_code or text
        self._stack.append((value, path, depth, nested))

    def _number(self, meaning: Meaning, number: int, path: Path, depth: int) -> None:
        row = self._index.codes.get(str(number)) if meaning is _CODE else None
        if row is not None:
            self.found.add_code(row, path, depth, row.name, TEXT_TOKEN)
        elif 200 <= number < 600:  # below it is an errno
            self.found.statuses.append((95 if meaning is _STATUS else 70, depth, number, path))
        elif number == 0 and meaning is _STATUS:
            self.found.statuses.append((1, depth, 0, path))

    # -- text ------------------------------------------------------------------------------------------------------

    def _string(self, text: str, path: Path, depth: int, nested: int) -> None:
        if text:
            self.found.merge(self._text(text, nested), path, depth)

    def _text(self, text: str, nested: int) -> Findings:
        """What a text says. It depends on nothing around it, so that of a short one is remembered."""
        if (found := self._index.memo.get(text)) is not None:
            return found
        inner = Collector(self._index)
        inner._characters = self._characters
        found = inner._whole(text, nested)
        self._nodes += inner._nodes
        self._characters = inner._characters
        return found

    def _whole(self, text: str, nested: int) -> Findings:
        """Collect what a text says, and what stands in it."""
        self._characters += min(len(text), MAX_TEXT)  # of a longer one no more is looked at
        if text and self._characters <= MAX_CHARACTERS:
            doubtful = self._read(text, nested)
            self._walk()
            if doubtful and self._says_nothing():
                self._prose(doubtful)
                self._walk()
        # Near a limit it may not be all there is.
        if len(text) <= MEMO_LENGTH and self._characters <= MAX_CHARACTERS and nested < MAX_NESTED // 2:
            remember(self._index, text, self.found)
        return self.found

    def _says_nothing(self) -> bool:
        return not self.found.statuses and all(hit.code is UNKNOWN for hit in self.found.hits.values())

    def _read(self, text: str, nested: int) -> str:
        """A text: decoded if it is JSON, else searched for objects, XML and prose.

        Returns:
            The text if objects in it may have been misread, for their quotes are not always their own.
        """
        if nested < MAX_NESTED and len(text) <= MAX_CHARACTERS and (tree := _as_json(text)) is not None:
            self._stack.append((tree, None, 0, nested + 1))
            return ""
        if nested < MAX_NESTED and _BASE64.match(text):
            with suppress(ValueError):
                self._stack.append((b64decode(text).decode(), None, 0, nested + 1))
                return ""
        text = clean(text)
        if "{" in text and nested < MAX_NESTED:
            # An object's own escapes are part of its grammar; those around it are undone first.
            rest = self._islands(unescape(text) if _ESCAPED_OBJECT.search(text) else text, nested)
            self._prose(rest, nested)
            return text
        self._prose(text, nested)
        return ""

    def _prose(self, text: str, nested: int = MAX_NESTED) -> None:
        """What the text says, as it is written; of XML in it, its fields."""
        text = unescape(text)
        if "<" in text:
            for error in xml_error.read(text):
                self._mapping(error, None, 0, nested)
        read_prose(self.found, self._index, flatten(text), text)

    def _islands(self, text: str, nested: int) -> str:
        """Read the objects in the text; what is left of it without those that were read whole."""
        rest, at = [], 0
        for tree, start, end, closed in literal.read(text):
            self._stack.append((tree, None, 1, nested + 1))
            if closed:
                rest.append(text[at:start])
                at = end
        rest.append(text[at:])
        return " ".join(rest)


def _name(key: Any) -> str:
    """A key as text; of an object the name of its class."""
    kind = type(key)
    if issubclass(kind, str):
        return str.__str__(key)
    return str(key) if issubclass(kind, (int, float, bytes)) else kind.__name__


def _joined(request: Mapping[Any, Any]) -> str:
    """The address that a request gives in parts, as the SDK for JavaScript v3 and Rust do; empty if it gives none."""
    host, path = request.get("hostname") or request.get("host"), request["path"]
    return f"https://{host}{path}" if isinstance(host, str) and isinstance(path, str) and path[:1] == "/" else ""


def _as_json(text: str) -> Any:
    """The container that the whole text encodes as JSON, or the text inside a JSON string; None if it is neither."""
    if text[0] not in _BEGINNINGS:
        return None
    bare = text.strip()
    if _ENDS.get(bare[:1]) != bare[-1:] or not bare:
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, (dict, list)) or (isinstance(tree, str) and len(tree) < len(text)) else None
