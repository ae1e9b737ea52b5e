"""Find the schemas that come with the package, read a user's own, and make validators that never go online.

A schema is asked for by name (`upload-error`), by name and version (`upload-error@1.0`), or by file.
"""

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from upload_diag._resources import resources
from upload_diag.errors import InputError, UsageError

__all__ = ["find", "names", "schema_text", "title_of", "validator", "version"]

ENVELOPE = "upload-error"
_REMARKS = {"$schema", "$id", "id", "$defs", "definitions", "$comment", "title", "description", "default", "examples"}
_SUFFIX = ".schema.json"


def names() -> list[str]:
    """The current schemas by name, then the old ones as `NAME@VERSION`."""
    return sorted(_files(resources("schemas"))) + sorted(_files(resources("schemas") / "old"))


def schema_text(name: str) -> str:
    """The text of a schema that comes with the package.

    Raises:
        UsageError: there is no such schema.
    """
    known = _files(resources("schemas")) | _files(resources("schemas") / "old")
    for current in list(known):
        if "@" not in current and name == f"{current}@{version(json.loads(known[current].read_text('utf-8')))}":
            name = current
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(sorted(known))}, or the path of a file."
        raise UsageError(f"there is no schema '{name}'. {hint}")
    return known[name].read_text("utf-8")


def find(name: str) -> dict[str, Any]:
    """A schema by name, or from a file, checked.

    Raises:
        UsageError: there is neither a schema nor a file of that name.
        InputError: the file cannot be read, is not JSON, or is not a JSON Schema.
    """
    if not name.endswith(".json") and not Path(name).exists():
        body: dict[str, Any] = json.loads(schema_text(name))
        return body
    try:
        loaded = json.loads(Path(name).read_bytes())
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not JSON ({error}). A JSON Schema is wanted.") from error
    _check(name, loaded)
    return loaded if isinstance(loaded, dict) else {"allOf": [loaded]}


def version(body: dict[str, Any]) -> str:
    """The version at the end of a schema's `$id`, such as `1.0`; empty without one."""
    found = re.search(r"[:/](\d+(?:\.\d+)*)(?:\.json)?$", str(body.get("$id", "")))
    return found[1] if found else ""


def title_of(name: str, body: dict[str, Any]) -> str:
    """How messages call a schema: `upload-error 1.0`, or the file."""
    return f"{name.partition('@')[0]} {version(body)}" if name in names() else name


def validator(body: dict[str, Any] | bool, *, formats: bool = False) -> Any:
    """A jsonschema validator of the draft that `$schema` names, 2020-12 if none.

    It resolves references inside the schema and to the schemas of this package, and never fetches one.
    `formats` makes `format` a rule; by the standard it is a remark.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for

    kind = validator_for(body, default=Draft202012Validator)
    return kind(body, registry=_registry(), format_checker=kind.FORMAT_CHECKER if formats else None)


def _registry() -> Any:
    from referencing import Registry, Resource

    bodies = [json.loads(file.read_text("utf-8")) for file in _files(resources("schemas")).values()]
    return Registry().with_resources([(body["$id"], Resource.from_contents(body)) for body in bodies])


def _files(folder: Traversable) -> dict[str, Traversable]:
    """The schema files of a folder by name: `report`, or `report@1.0` from `report-1.0.schema.json`."""
    if not folder.is_dir():
        return {}
    files = {file.name.removesuffix(_SUFFIX): file for file in folder.iterdir() if file.name.endswith(_SUFFIX)}
    return {re.sub(r"-(\d+\.\d+)$", r"@\1", name): file for name, file in files.items()}


def _check(name: str, body: Any) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    if not isinstance(body, dict | bool):
        raise InputError(f"{name}: a JSON Schema is an object, or true or false; this is a {type(body).__name__}.")
    kind = validator_for(body, default=Draft202012Validator)
    problem = best_match(kind(kind.META_SCHEMA).iter_errors(body))
    if problem is not None:
        where = "/".join(str(step) for step in problem.absolute_path)
        raise InputError(f"{name}: not a JSON Schema: {where or 'top'}: {problem.message[:160]}")
    if isinstance(body, dict) and body and not body.keys() & (kind.VALIDATORS.keys() | _REMARKS):
        what = "an OpenAPI document" if body.keys() & {"openapi", "swagger"} else "a document of another kind"
        raise InputError(
            f"{name}: not a JSON Schema but {what}, which every answer would keep. Name a file with one schema."
        )
    for pattern in patterns(body):
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise InputError(f"{name}: the pattern {pattern[:80]!r} cannot be read: {error}") from error


def patterns(node: Any) -> Iterator[str]:
    """Every regular expression in a schema."""
    if isinstance(node, dict):
        own = node.get("pattern")
        if isinstance(own, str):
            yield own
        by_name = node.get("patternProperties")
        yield from by_name if isinstance(by_name, dict) else ()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from patterns(child)
