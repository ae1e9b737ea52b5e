"""`upload-diag fault list / expire / add / clear / clock / scenario / journal`: drive a running server."""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, Request, build_opener

import click

from upload_diag.cli._group import Group
from upload_diag.cli._options import Duration, examples
from upload_diag.errors import ServerUnreachableError, UsageError
from upload_diag.terminal import columns, folded, safe

DEFAULT_URL = "http://127.0.0.1:9001/api"
CONTROL_VARIABLE = "UPLOAD_DIAG_CONTROL"
TOKEN_VARIABLE = "UPLOAD_DIAG_CONTROL_TOKEN"  # noqa: S105 - its name
POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Remote:
    """The control API of a running server, and how its answers are printed."""

    url: str
    token: str | None = None
    output_format: str = "text"

    def call(self, method: str, path: str, data: Any = None) -> Any:
        """The JSON that the server answers.

        Raises:
            ServerUnreachableError: it does not answer.
            UsageError: it refuses; the message is its own.
        """
        return json.loads(self.text(method, path, data))

    def text(self, method: str, path: str, data: Any = None) -> str:
        """As `call`, but the text itself."""
        if not self.url.startswith(("http://", "https://")):
            raise UsageError(f"'{self.url}' is no URL of a control API; it looks like {DEFAULT_URL}.")
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = None if method == "GET" else json.dumps(data or {}).encode()
        request = Request(f"{self.url.rstrip('/')}/{path}", body, headers, method=method)  # noqa: S310 - looked at above
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
                text: str = answer.read().decode()
                return text
        except HTTPError as error:
            raise UsageError(_reason(error)) from error
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise ServerUnreachableError(
                f"{self.url} does not answer ({reason}). Start it with `upload-diag serve`, or give its --control."
            ) from error


def _reason(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {error.code} {error.reason}; is that the control API?"


def _noted(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep an option of `ServerCommand` with the server that the command talks to."""
    server = context.obj or Remote(os.environ.get(CONTROL_VARIABLE) or DEFAULT_URL, os.environ.get(TOKEN_VARIABLE))
    context.obj = server if value is None else replace(server, **{str(parameter.name): value})


class ServerCommand(click.Command):
    """A command that says where the server is and how to print; its options may stand before its name, too."""

    def __init__(self, name: str | None = None, *, params: list[click.Parameter] | None = None, **options: Any) -> None:
        option = partial(click.Option, expose_value=False, callback=_noted)
        where = f"the control API (default: ${CONTROL_VARIABLE}, or {DEFAULT_URL})"
        token = f"its token, if it wants one (default: ${TOKEN_VARIABLE})"
        whom = "for people or for programs (default: text)"
        shared = [
            option(["--control", "url"], metavar="URL", help=where),
            option(["--control-token", "--token", "token"], metavar="TOKEN", help=token),
            option(["-f", "--format", "output_format"], type=click.Choice(["text", "json"]), help=whom),
        ]
        super().__init__(name, params=[*(params or []), *shared], **options)


class ServerGroup(ServerCommand, Group):
    """Commands that talk to a server."""

    command_class = ServerCommand


@click.group(
    cls=ServerGroup,
    epilog=examples(
        "fault add expire-session --after-parts 3 --times 1",
        "fault add respond --code SlowDown --part-number 2 --times 3",
        "fault expire --key 'in/*' --older-than 2h",
        "fault clock --advance 7d",
        "fault journal --follow",
    ),
)
def command() -> None:
    """Drive a running fault server: what fails, and when."""


def _print(data: Any, server: Remote, lines: Iterator[str]) -> None:
    if server.output_format == "json":
        click.echo(json.dumps(data, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(folded(safe(line), columns(sys.stdout), under=29))


@command.command("list")
@click.pass_obj
def list_(server: Remote) -> None:
    """Show the armed faults and the upload sessions."""
    data = {**server.call("GET", "faults"), **server.call("GET", "uploads")}
    _print(data, server, _listed(data))


def _listed(data: dict[str, Any]) -> Iterator[str]:
    for fault in data["faults"]:
        yield f"{fault['id']:<4} {_fault_line(fault)}   seen {fault['seen']}, struck {fault['fired']}"
    if not data["faults"]:
        yield "no faults are armed"
    for upload in data["uploads"]:
        why = f"   {upload['why']}" if upload["why"] else ""
        parts = len(upload["parts"])
        yield f"{upload['state']:<9} {upload['uploadId']}  {upload['bucket']}/{upload['key']}  {parts} parts{why}"
    if not data["uploads"]:
        yield "no upload sessions"


def _fault_line(fault: dict[str, Any]) -> str:
    own = {name: value for name, value in fault.items() if name not in ("id", "kind", "when", "seen", "fired")}
    words = [f"{name}={value}" for name, value in (own | fault["when"]).items()]
    return " ".join([fault["kind"], *words])


@command.command
@click.argument("upload_ids", nargs=-1, metavar="[UPLOAD_ID]...")
@click.option("--bucket", metavar="GLOB", help="all in the buckets that match this glob")
@click.option("--key", metavar="GLOB", help="all whose key matches this glob")
@click.option("--access-key", "accessKey", metavar="GLOB", help="all that access keys began which match this glob")
@click.option("--older-than", "olderThanSeconds", type=Duration(), help="all that are at least this old")
@click.option("--all", "every", is_flag=True, help="all")
@click.pass_obj
def expire(server: Remote, /, upload_ids: tuple[str, ...], *, every: bool, **narrow: Any) -> None:
    """Let upload sessions die now: those named, or all that match."""
    given = {name: value for name, value in narrow.items() if value is not None} | ({"all": True} if every else {})
    if bool(upload_ids) == bool(given):
        raise click.UsageError("Name upload ids, or say which by --bucket, --key, --access-key, --older-than or --all.")
    if upload_ids:
        for each in upload_ids:
            server.call("POST", f"uploads/{quote(each, safe='')}/expire")
        expired = list(upload_ids)
    else:
        expired = server.call("POST", "expire", given)["expired"]
    _print({"expired": expired}, server, iter([*expired, f"{len(expired)} expired"]))


class KindTable(ServerGroup):
    """One command a kind of fault, made from the fields of its type."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from upload_diag.faults.kinds import KINDS

        return list(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from upload_diag.faults.forms import fault_schema, when_schema
        from upload_diag.faults.kinds import KINDS

        if cmd_name not in KINDS:
            return None
        own, when = fault_schema(cmd_name), when_schema()
        fields = {name: each for name, each in own["properties"].items() if name not in ("kind", "when")}
        params: list[click.Parameter] = [
            _option(name, each, required=name in own["required"]) for name, each in fields.items()
        ]
        params += [_option(name, each, required=False) for name, each in when["properties"].items()]
        return ServerCommand(cmd_name, params=params, callback=_adder(cmd_name, set(fields)), help=own["description"])


_CLICK_TYPES: dict[str, Any] = {
    "integer": click.INT,
    "number": click.FLOAT,
    "string": click.STRING,
    "boolean": click.BOOL,
}


def _option(name: str, schema: dict[str, Any], *, required: bool) -> click.Option:
    flag = "--" + "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    kind = click.Choice(schema["enum"]) if "enum" in schema else _CLICK_TYPES[schema["type"]]
    return click.Option([flag, name], type=kind, required=required, help=schema.get("description", "").rstrip("."))


def _adder(kind: str, own: set[str]) -> Any:
    @click.pass_obj
    def add_one(server: Remote, /, **values: Any) -> None:
        given = {name: value for name, value in values.items() if value is not None}
        when = {name: value for name, value in given.items() if name not in own}
        fault = {name: value for name, value in given.items() if name in own}
        armed = server.call("POST", "faults", {"kind": kind, **fault, "when": when})
        _print(armed, server, iter([f"{armed['id']} {_fault_line(armed)}"]))

    return add_one


@command.group(cls=KindTable)
def add() -> None:
    """Arm a fault; each kind has its own options, and the conditions under which it strikes."""


@command.command
@click.argument("ids", nargs=-1, metavar="[FAULT_ID]...")
@click.pass_obj
def clear(server: Remote, ids: tuple[str, ...]) -> None:
    """Disarm the faults named, or all."""
    paths = [f"faults/{quote(each, safe='')}" for each in ids] or ["faults"]
    count = sum(server.call("DELETE", path)["disarmed"] for path in paths)
    _print({"disarmed": count}, server, iter([f"{count} disarmed"]))


@command.command
@click.option("--advance", type=Duration(), help="let this much time pass at once")
@click.option("--set", "moment", metavar="ISO8601", help="make it this moment, such as 2026-11-29T00:00:00Z")
@click.pass_obj
def clock(server: Remote, advance: float | None, moment: str | None) -> None:
    """Show or move the virtual clock; sessions, lifecycle rules and presigned URLs live by it."""
    if advance is not None and moment is not None:
        raise click.UsageError("Give --advance or --set, not both.")
    if advance is None and moment is None:
        data = server.call("GET", "clock")
    else:
        data = server.call("POST", "clock", {"advanceSeconds": advance} if moment is None else {"set": moment})
    expired = [f"expired  {each}" for each in data.get("expired", [])]
    _print(data, server, iter([f"{data['now']}  ({data['advancedSeconds']:.0f} s ahead)", *expired]))


@command.command
@click.argument("name", required=False)
@click.pass_obj
def scenario(server: Remote, name: str | None) -> None:
    """Load a scenario: the name of a shipped one, or a JSON file; without NAME, list those there are."""
    from upload_diag.faults.scenario import read_scenario

    if name is None:
        data = server.call("GET", "scenarios")
        _print(data, server, (f"{each['name']:<28} {each['description']}" for each in data["scenarios"]))
        return
    armed = server.call("POST", "scenario", read_scenario(name))
    _print(armed, server, iter([f"{armed['name']}: armed {', '.join(armed['armed']) or 'nothing'}"]))


@command.command
@click.option("--since", metavar="N", default=0, show_default=True, help="only entries after this number")
@click.option("--bucket", metavar="GLOB", help="only entries of the buckets that match this glob")
@click.option("--access-key", "accessKey", metavar="GLOB", help="only entries of the access keys that match this glob")
@click.option("--follow", is_flag=True, help="go on until Ctrl-C")
@click.pass_obj
def journal(server: Remote, /, since: int, follow: bool, **narrow: str | None) -> None:
    """Print what came, what was decided and what went out; with -f json, one object a line."""
    wanted = {"times": "true"} | {name: glob for name, glob in narrow.items() if glob is not None}
    while True:
        for line in server.text("GET", f"journal?{urlencode({'since': since, **wanted})}").splitlines():
            entry = json.loads(line)
            since = entry["seq"]
            click.echo(line if server.output_format == "json" else safe(journal_line(entry)))
        if not follow:
            return
        time.sleep(POLL_SECONDS)


def journal_line(entry: dict[str, Any]) -> str:
    """An entry for people."""
    at = entry.get("time", "")[11:23]
    if entry["event"] != "request":
        return f"{at}  {entry['event']}  {entry.get('uploadId', '')}  {entry.get('why', '')}".rstrip()
    answer = f"{entry.get('status', '---')} {entry.get('code', '')}".rstrip()
    place = f"{entry.get('bucket', '')}/{entry.get('key', '')}"
    part = f" part {entry['partNumber']}" if "partNumber" in entry else ""
    tail = "" if entry.get("delivery") == "whole" else f"  {entry.get('delivery')}"
    faults = f"  by {', '.join(entry['faults'])}" if entry.get("faults") else ""
    return f"{at}  {answer}  {entry['operation']}{part}  {place}{tail}{faults}"
