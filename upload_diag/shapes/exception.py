"""Live Python objects: exceptions with their causes, and responses of HTTP libraries, as plain trees.

Nothing is imported to know them: an object is read by the attributes that botocore, requests, httpx, urllib3,
aiohttp and urllib give it. Bodies are taken only where they have been read already; reading a stream here could
block for ever.
"""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from upload_diag.rules.fields import meaning_of

__all__ = ["has_class", "is_response", "read_exception", "read_items", "read_mapping", "read_object", "read_response"]

MAX_CHAIN = 32  # links of a cause chain that are followed
MAX_ENTRIES = 10_000  # of a container of a stranger's class

# A body that has been read: requests `_content`, httpx `_content`, urllib3 `_body`, starlette and botocore `body`.
_BODIES = ("_content", "_body", "body", "text_")
# Attributes of exceptions that tell more, whatever `rules.fields` makes of the names: of a program's exit what it
# printed, of any exception the notes that were added to it.
_TELLING = (
    *("operation_name", "errno", "code", "status", "status_code", "error_code", "body", "details"),
    *("stderr", "output", "__notes__"),
)
_STATUS = ("status_code", "status", "code", "http_status", "statusCode")


class _Nobody:
    """Nothing is an instance of it."""


def has_class(value: Any) -> bool:
    """Whether the object's class can be asked for: `isinstance` raises what a stranger's `__class__` raises."""
    try:
        isinstance(value, _Nobody)
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        return False
    return True


def _get(value: Any, name: str) -> Any:
    """An attribute, None when it is missing or reading it fails (a property may do anything)."""
    try:
        attribute = getattr(value, name, None)
        return attribute if has_class(attribute) else None
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        return None


def is_response(value: Any) -> bool:
    """Whether the object looks like an HTTP library's response."""
    return _get(value, "headers") is not None and any(isinstance(_get(value, name), int) for name in _STATUS)


def read_response(response: Any) -> dict[str, Any]:
    """A response as a tree of status, reason, headers, URL and body."""
    tree: dict[str, Any] = {}
    for name in _STATUS:
        if isinstance(status := _get(response, name), int):
            tree["statusCode"] = status
            break
    reason = _get(response, "reason") or _get(response, "reason_phrase")
    if isinstance(reason, str):
        tree["reason_phrase"] = reason
    headers = _get(response, "headers")
    if isinstance(headers, Mapping) or hasattr(headers, "items"):
        try:
            tree["headers"] = {str(key): value for key, value in list(headers.items())[:200]}
        except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
            tree["headers"] = {}
    request = _get(response, "request")
    for owner in (response, request):
        if (url := _get(owner, "url")) is not None:
            tree.setdefault("url", str(url))
        if isinstance(method := _get(owner, "method"), str):
            tree.setdefault("method", method)
    for name in _BODIES:
        if isinstance(body := _get(response, name), str | bytes | dict | list):
            tree["body"] = body
            break
    return tree


def read_exception(error: BaseException) -> dict[str, Any]:
    """An exception and what led to it, outermost first, under `cause` and `context` as Python tells them apart."""
    root = tree = _one(error)
    seen = {id(error)}
    link = error
    for _ in range(MAX_CHAIN):
        cause = link.__cause__
        name = "cause"
        if cause is None and not link.__suppress_context__:
            cause, name = link.__context__, "context_"
        if cause is None:  # s3transfer, urllib3 and many an application keep the reason in an attribute
            name, cause = next(
                ((name, value) for name, value in _own(link).items() if isinstance(value, BaseException)), ("", None)
            )
        if cause is None or id(cause) in seen:
            break
        seen.add(id(cause))
        tree[name] = _one(cause)
        tree, link = tree[name], cause
    return root


def _one(error: BaseException) -> dict[str, Any]:
    """One exception without its causes."""
    kind = type(error)
    tree: dict[str, Any] = {"type": kind.__name__}
    try:
        tree["message"] = str(error)
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        tree["message"] = ""
    own, args = _own(error), _get(error, "args")
    args = tuple(filter(has_class, args)) if isinstance(args, tuple) else ()
    response = _get(error, "response")
    if isinstance(response, Mapping):
        tree["response"] = response
    else:  # urllib's HTTPError is a response itself
        held = next(filter(is_response, (response, error, *own.values(), *args)), None)
        tree |= _request(error) if held is None else {"response": read_response(held)}
    for name in _TELLING:
        tree.setdefault(name, _get(error, name))
    for name, value in own.items():
        if meaning_of(name) is not None:
            tree.setdefault(name, value)
    tree["args"] = [item for item in args if isinstance(item, dict | bytes | BaseException)][:8]
    tree = {name: value for name, value in tree.items() if value and isinstance(value, str | int | bytes | dict | list)}
    if isinstance(group := _get(error, "exceptions"), tuple | list):
        tree["errors"] = [item for item in group[:64] if has_class(item) and isinstance(item, BaseException)]
    return tree


def _own(error: BaseException) -> dict[str, Any]:
    """The attributes that an exception's class gives it."""
    own = _get(error, "__dict__")
    items = list(own.items())[:100] if isinstance(own, dict) else []
    return {name: value for name, value in items if has_class(value)}


def _request(error: BaseException) -> dict[str, Any]:
    """The address and the method of the request that an exception of requests or httpx is about."""
    request = _get(error, "request")
    url, method = _get(request, "url"), _get(request, "method")
    return {"url": str(url), "method": method} if url is not None and isinstance(method, str) else {}


def read_mapping(value: Mapping[Any, Any]) -> dict[Any, Any]:
    """The entries of a mapping of any class; none when it does not give them."""
    try:
        return dict(islice(value.items(), MAX_ENTRIES))
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        return {}


def read_items(value: Collection[Any]) -> dict[Any, Any] | list[Any]:
    """The items of a collection of any class, of a named tuple by their names; none when it does not give them."""
    try:
        items = list(islice(value, MAX_ENTRIES))
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        return []
    names = _get(value, "_fields")
    return dict(zip(map(str, names), items, strict=False)) if isinstance(names, tuple) else items


def read_object(value: Any) -> Any:
    """Any other object: its mapping, its public attributes, or else its text."""
    if isinstance(value, Mapping):
        return read_mapping(value)
    dump = _get(value, "__dict__")
    if isinstance(dump, dict) and dump:
        return {key: item for key, item in list(dump.items())[:200] if isinstance(key, str)}
    try:
        return str(value)
    except Exception:  # noqa: BLE001  a property, a __str__ or an items() of a stranger's class may do anything
        return ""
