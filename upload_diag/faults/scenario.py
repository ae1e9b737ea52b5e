"""Scenarios: faults, clock and bucket settings in a JSON file, checked before anything is armed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from upload_diag._resources import resources
from upload_diag.codes import ErrorCode
from upload_diag.errors import InputError, UsageError
from upload_diag.faults.fields import NameOf, Positive, Seconds, field_schema, problem, shown
from upload_diag.faults.forms import fault_from_json, fault_schema, when_schema
from upload_diag.faults.kinds import KINDS, Fault
from upload_diag.faults.plan import When

if TYPE_CHECKING:
    from upload_diag.faults.app import App

__all__ = ["Scenario", "load_scenario", "read_scenario", "scenario_schema", "shipped_scenarios"]

Expected = Annotated[
    str, NameOf("error code", ("", *ErrorCode.__members__), "`upload-diag explain --list` prints those there are.")
]

# Type and description of each field of a scenario but the faults, whose types describe themselves.
FIELDS: dict[str, tuple[Any, str]] = {
    "$schema": (str, ""),
    "name": (str, "The same as the file's name without its suffix."),
    "description": (str, "What happens, in a sentence."),
    "sessionTtlSeconds": (Seconds, "Seconds that a session lives."),
    "abortIncompleteAfterDays": (
        Positive,
        "Every bucket has a lifecycle rule that aborts incomplete uploads after so many days.",
    ),
    "expect": (Expected, "The ErrorCode of what the client sees; empty when it sees no error."),
}
REQUIRED = ("name", "description", "faults")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario, checked.

    Attributes:
        session_ttl: seconds that a session lives, or None to leave it as it is.
        abort_days: days after which every bucket aborts incomplete uploads, or None.
        expect: the ErrorCode that a client's error should be diagnosed as; empty when the client should see none.
    """

    name: str
    description: str
    faults: tuple[tuple[Fault, When], ...]
    session_ttl: float | None = None
    abort_days: int | None = None
    expect: str = ""

    def arm(self, app: "App") -> list[str]:
        """Put its faults in place; their ids."""
        if self.session_ttl is not None:
            app.lifetimes.ttl = self.session_ttl
        if self.abort_days is not None:
            app.lifetimes.abort_days = self.abort_days
        app.note("scenario", why=self.name)
        return [app.arm(fault, when).id for fault, when in self.faults]


def load_scenario(source: str | Path | Mapping[str, Any]) -> Scenario:
    """Read a scenario: a document, the path of a file, or the name of a shipped one.

    Raises:
        InputError: there is no such file or name.
        UsageError: it is no scenario; the message says where.
    """
    if isinstance(source, Mapping):
        return _checked(source, "scenario")
    return _checked(read_scenario(source), str(source))


def read_scenario(source: str | Path) -> Any:
    """The document in a file, or of a shipped scenario, not yet checked; raises as `load_scenario`."""
    shipped = shipped_scenarios()
    try:
        text = shipped[str(source)] if str(source) in shipped else Path(source).read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}. Take a file, or one of: {', '.join(shipped)}.") from error
    except ValueError as error:
        raise UsageError(f"{source}: this is no JSON: {error}.") from error


def shipped_scenarios() -> dict[str, str]:
    """The text of the scenarios that come with the package, by name."""
    files = [file for file in resources("scenarios").iterdir() if file.name.endswith(".json")]
    return {file.name.removesuffix(".json"): file.read_text(encoding="utf-8") for file in sorted(files, key=str)}


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario, made from the types of its fields and of the faults."""
    properties: dict[str, Any] = {}
    for name, (type_, text) in FIELDS.items():
        properties[name] = field_schema(type_) | ({"description": text} if text else {})
    properties["faults"] = {"type": "array", "items": {"oneOf": [fault_schema(kind) for kind in KINDS]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:upload-diag:scenario:1.0",
        "title": "Scenario of the fault server",
        "description": "Which uploads fail, when, and how; `upload-diag serve --scenario` reads it.",
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": False,
        "$defs": {"when": when_schema()},
    }


def _checked(data: Any, where: str) -> Scenario:
    if not isinstance(data, Mapping):
        raise UsageError(f"{where}: a scenario is a JSON object.")
    if unknown := [name for name in data if name not in (*FIELDS, "faults")]:
        raise UsageError(f"{where}: there is no field {unknown[0]!r}. Take of: {', '.join((*FIELDS, 'faults'))}.")
    if missing := [name for name in REQUIRED if name not in data]:
        raise UsageError(f"{where}: {missing[0]} is missing.")
    for name, (type_, _) in FIELDS.items():
        if name in data and (found := problem(name, data[name], type_)):
            raise UsageError(f"{where}: {found}")
    if not isinstance(data["faults"], list):
        raise UsageError(f"{where}: faults is {shown(data['faults'])}; wanted a list.")
    faults = []
    for index, each in enumerate(data["faults"]):
        try:
            faults.append(fault_from_json(each))
        except UsageError as error:
            raise UsageError(f"{where}: faults[{index}]: {error}") from error
    return Scenario(
        data["name"],
        data["description"],
        tuple(faults),
        data.get("sessionTtlSeconds"),
        data.get("abortIncompleteAfterDays"),
        data.get("expect", ""),
    )
