"""What the control API does: a handler for each method and path, and the table of them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import unquote

from upload_diag.faults.app import App
from upload_diag.faults.clock import parse_time
from upload_diag.faults.fields import shown
from upload_diag.faults.forms import armed_as_json, fault_from_json
from upload_diag.faults.gateway import APP
from upload_diag.faults.gateway import PREFIX as GATEWAY
from upload_diag.faults.http import decimal
from upload_diag.faults.journal import Journal
from upload_diag.faults.metrics import metrics
from upload_diag.faults.overview import overview, tag, upload_as_json
from upload_diag.faults.response import Response
from upload_diag.faults.uploads import Upload

__all__ = ["ROUTES", "Call", "RefusedError", "find", "json_response"]

MAX_SESSIONS = 1000  # of an overview


class RefusedError(Exception):
    """The answer is this status, with a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the control API, read.

    Attributes:
        path: decoded arguments of the route's pattern.
        headers: names in lower case.
        data: the JSON body, {} when there is none.
    """

    app: App
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    data: dict[str, Any] = field(default_factory=dict)


Handler = Callable[[Call], Response]


def _health(call: Call) -> Response:
    """Whether the server answers, its seed, how many uploads it knows."""
    return json_response({"status": "ok", "seed": call.app.seed, "uploads": len(call.app.uploads())})


def _uploads(call: Call) -> Response:
    """Every upload session that the server remembers."""
    return json_response({"uploads": [upload_as_json(upload) for upload in call.app.uploads()]})


def _upload(call: Call) -> Response:
    """One upload session."""
    return json_response(upload_as_json(_known_upload(call)))


def _overview(call: Call) -> Response:
    """What the dashboard shows: counts, the newest sessions, faults, clock, and where the journal stands.

    Who has it already is told 304, by its ETag.
    """
    query = call.query
    try:
        limit, ahead = int(query.get("limit", "200")), [int(each) for each in query.get("ahead", "").split(",") if each]
    except ValueError as error:
        raise RefusedError(400, f"limit and ahead are whole numbers: {error}.") from error
    if not 0 < limit <= MAX_SESSIONS or len(ahead) > 10 or any(abs(each) > 1e9 for each in ahead):
        raise RefusedError(400, f"limit goes from 1 to {MAX_SESSIONS}; ahead takes up to ten numbers of seconds.")
    etag = tag(call.app)
    if call.headers.get("if-none-match") == etag:
        return Response(304, {"etag": etag})
    state, match = query.get("state", ""), query.get("match", "")
    response = json_response(overview(call.app, match=match, state=state, limit=limit, ahead=ahead))
    response.headers["etag"] = etag
    return response


def _clients(call: Call) -> Response:
    """How clients are pointed at this server: text to paste, and a page to upload from."""
    clients = [asdict(each) for each in call.app.snippets]
    return json_response({"clients": clients, "page": f"{call.app.url}{GATEWAY}{APP}"})


def _expire_upload(call: Call) -> Response:
    """That session dies now."""
    upload = _known_upload(call)
    call.app.expire_upload(upload.id, str(call.data.get("why") or "expired on demand"))
    return json_response(upload_as_json(upload))


def _expire(call: Call) -> Response:
    """All live sessions die that match; `all` is needed when nothing narrows them."""
    data = call.data
    _only(data, bucket=str, key=str, accessKey=str, olderThanSeconds=(int, float), all=bool)
    if all(value is None for name, value in data.items() if name != "all") and data.get("all") is not True:
        raise RefusedError(400, 'Say which: bucket, key, accessKey or olderThanSeconds; or {"all": true}.')
    expired = call.app.expire_matching(
        bucket=data.get("bucket"),
        key=data.get("key"),
        access_key=data.get("accessKey"),
        older_than=data.get("olderThanSeconds"),
        why="expired on demand",
    )
    return json_response({"expired": expired})


def _faults(call: Call) -> Response:
    """The armed faults."""
    return json_response({"faults": [armed_as_json(armed) for armed in call.app.plan.all()]})


def _arm(call: Call) -> Response:
    """Arm a fault."""
    return json_response(armed_as_json(call.app.arm(*fault_from_json(call.data))), 201)


def _clear(call: Call) -> Response:
    """Disarm every fault."""
    return json_response({"disarmed": call.app.disarm_all()})


def _disarm(call: Call) -> Response:
    """Disarm one fault."""
    if not call.app.disarm(call.path[0]):
        raise RefusedError(404, f"There is no fault {call.path[0]}.")
    return json_response({"disarmed": 1})


def _clock(call: Call) -> Response:
    """The virtual time."""
    return json_response(_time(call.app))


def _move_clock(call: Call) -> Response:
    """Advance the clock, or set it; sessions that are due die."""
    _only(call.data, advanceSeconds=(int, float), set=str)
    data = {name: value for name, value in call.data.items() if value is not None}
    if len(data) != 1:
        raise RefusedError(400, 'Give {"advanceSeconds": n} or {"set": "2026-11-29T00:00:00Z"}.')
    try:
        expired = call.app.move_clock(
            **({"to": parse_time(data["set"])} if "set" in data else {"advance": data["advanceSeconds"]})
        )
    except ValueError as error:
        raise RefusedError(400, f"The clock cannot go there: {error}.") from error
    return json_response({**_time(call.app), "expired": expired})


def _journal(call: Call) -> Response:
    """The journal as NDJSON, after `since`; with `times=true` also when. With `format=har`, its requests as HAR.

    `bucket` and `accessKey`, globs, narrow it.
    """
    since = decimal(call.query.get("since", "0"))
    if since is None:
        raise RefusedError(400, f"since is {shown(call.query['since'])}; wanted the number of an entry.")
    entries = call.app.journal.since(since, bucket=call.query.get("bucket"), access_key=call.query.get("accessKey"))
    if call.query.get("format") == "har":
        from upload_diag.faults.har import as_har

        return json_response(as_har(entries, call.app.url))
    text = Journal.ndjson(entries, times=call.query.get("times") == "true")
    return Response(200, {"content-type": "application/x-ndjson"}, text.encode())


def _scenario(call: Call) -> Response:
    """Load a scenario: a document, or {"name": …} of a shipped one."""
    from upload_diag.faults.scenario import load_scenario

    source = call.data["name"] if set(call.data) == {"name"} else call.data
    if not isinstance(source, dict) and not re.fullmatch(r"[a-z0-9-]+", str(source)):
        raise RefusedError(400, "A shipped scenario has a name of lower-case letters, digits and hyphens.")
    scenario = load_scenario(source if isinstance(source, dict) else str(source))
    return json_response({"name": scenario.name, "armed": scenario.arm(call.app)})


def _scenarios(_: Call) -> Response:
    """The scenarios that come with the package."""
    from upload_diag.faults.scenario import load_scenario, shipped_scenarios

    found = [load_scenario(name) for name in shipped_scenarios()]
    return json_response({"scenarios": [{"name": each.name, "description": each.description} for each in found]})


def _reset(call: Call) -> Response:
    """Faults, clock, journal and data back to the start; with `bucket` or `accessKey`, globs, only what is theirs."""
    _only(call.data, bucket=str, accessKey=str)
    call.app.reset(call.data.get("bucket"), call.data.get("accessKey"))
    return json_response({"status": "ok"})


def _openapi(_: Call) -> Response:
    """The API in OpenAPI's words."""
    from upload_diag.faults.openapi import document

    return json_response(document(ROUTES))


def _metrics(call: Call) -> Response:
    """Counters for Prometheus."""
    return Response(200, {"content-type": "text/plain; version=0.0.4; charset=utf-8"}, metrics(call.app).encode())


# Method, path, handler. An argument in braces is one percent-encoded path segment.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/health", _health),
    ("GET", "/api/overview", _overview),
    ("GET", "/api/clients", _clients),
    ("GET", "/api/uploads", _uploads),
    ("GET", "/api/uploads/{uploadId}", _upload),
    ("POST", "/api/uploads/{uploadId}/expire", _expire_upload),
    ("POST", "/api/expire", _expire),
    ("GET", "/api/faults", _faults),
    ("POST", "/api/faults", _arm),
    ("DELETE", "/api/faults", _clear),
    ("DELETE", "/api/faults/{id}", _disarm),
    ("GET", "/api/clock", _clock),
    ("POST", "/api/clock", _move_clock),
    ("GET", "/api/journal", _journal),
    ("GET", "/api/scenarios", _scenarios),
    ("POST", "/api/scenario", _scenario),
    ("POST", "/api/reset", _reset),
    ("GET", "/metrics", _metrics),
    ("GET", "/openapi.json", _openapi),
)
_MATCHERS = [(method, re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), handler) for method, path, handler in ROUTES]


def find(method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
    """Who handles a request, and the arguments in its path, decoded.

    Raises:
        RefusedError: 404, there is no such path; 405, it has other methods.
    """
    allowed = []
    for known, pattern, handler in _MATCHERS:
        match = pattern.fullmatch(path)
        if match is not None and known == method:
            return handler, tuple(unquote(each) for each in match.groups())
        if match is not None:
            allowed.append(known)
    if allowed:
        raise RefusedError(405, f"{method} is not answered here; {', '.join(allowed)} is.")
    raise RefusedError(404, f"There is nothing at {path}. /openapi.json tells what there is.")


def _known_upload(call: Call) -> Upload[Any]:
    upload = call.app.upload(call.path[0])
    if upload is None:
        raise RefusedError(404, f"There is no upload {call.path[0]}.")
    return upload


def _time(app: App) -> dict[str, Any]:
    return {"now": app.clock.now().isoformat(), "advancedSeconds": app.clock.advanced}


def _only(data: Mapping[str, Any], **kinds: Any) -> None:
    for name, value in data.items():
        if name not in kinds:
            raise RefusedError(400, f"There is no field {name!r}. Take of: {', '.join(kinds)}.")
        fits = isinstance(value, kinds[name]) and isinstance(value, bool) == (kinds[name] is bool)
        if value is not None and (not fits or (isinstance(value, float) and not isfinite(value))):
            raise RefusedError(400, f"{name} is {value!r}; that does not fit.")


def json_response(data: Any, status: int = 200) -> Response:
    """JSON in UTF-8, which nobody keeps."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Response(status, headers, (json.dumps(data, ensure_ascii=False) + "\n").encode())
