"""Hold a document to a schema and to the rules beyond it, and say what is wrong in our own words."""

import json
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from upload_diag.contract.consistency import beyond_schema
from upload_diag.contract.documents import Document
from upload_diag.contract.problems import FIXES, RULES, SHOWN, Problem, brief, pointer
from upload_diag.contract.schemas import validator
from upload_diag.errors import InputError
from upload_diag.redaction import redact

__all__ = ["Checker"]

_DEEP = "flatten it; if it is flat, a reference of the schema leads only to itself"
COUPLED = {"session-flag-fits-error-type", "action-fits-error-type"}  # to errorType


class Checker:
    """A schema made ready to check many documents."""

    def __init__(self, schema: dict[str, Any], *, formats: bool = False) -> None:
        self.schema = schema
        self._validator = validator(schema, formats=formats)

    def problems(self, document: Document) -> list[Problem]:
        """Every problem of the document, sorted by place; empty when it keeps the contract.

        Raises:
            InputError: the schema refers to another one that is not there.
        """
        from referencing.exceptions import Unresolvable

        try:
            found = list(self._schema_problems(document.value))
        except RecursionError:
            found = [Problem("schema.depth", "", "nesting beyond Python's limit", "a shallow document", _DEEP)]
        except Unresolvable as error:
            raise InputError(f"the reference {error.ref!r} leads to no schema. Nothing is fetched.") from error
        found += beyond_schema(document)
        return sorted(set(found), key=lambda problem: (problem.pointer, problem.rule, problem.wanted))

    def _schema_problems(self, value: Any) -> Iterator[Problem]:
        errors = [leaf for error in self._validator.iter_errors(value) for leaf in _leaves(error)]
        told = [self._told(error) for error in errors]
        unsure = any(problem.rule == "known-error-type" for problem in told)
        # What has to fit an errorType cannot be said when that is wrong itself.
        yield from (problem for problem in told if not (unsure and problem.rule in COUPLED))

    def _told(self, error: Any) -> Problem:
        """A jsonschema error in our words; its own message repeats the whole instance."""
        keyword = f"schema.{error.validator or 'false'}"  # a schema that is `false` has no keyword
        rule = _rule_name(self.schema, list(error.absolute_schema_path)) or keyword
        fix = FIXES.get(rule) or FIXES.get(keyword, "change the value")
        allowed = _allowed_names(self.schema, error)
        if allowed and isinstance(error.instance, str) and (close := get_close_matches(error.instance, allowed, n=1)):
            fix = f"did you mean {close[0]}? Else {fix}"
        where = list(error.absolute_path)
        seen = _missing(error) if error.validator == "required" else brief(error.instance)
        return Problem(rule, pointer(where), seen, _wanted(error, allowed), fix)


def _leaves(error: Any) -> Iterator[Any]:
    """The errors inside the one alternative of the value's own type; without such a one, the error itself."""
    if error.validator in {"anyOf", "oneOf"} and error.context:
        inside = [sub for sub in error.context if sub.schema_path]  # an alternative that is `false` has no path
        wrong_type = {sub.schema_path[0] for sub in inside if sub.validator == "type" and not sub.path}
        meant = [sub for sub in inside if sub.schema_path[0] not in wrong_type]
        if wrong_type and len({sub.schema_path[0] for sub in meant}) == 1:
            for sub in meant:
                yield from _leaves(sub)
            return
    yield error


def _rule_name(root: Any, path: list[str | int]) -> str | None:
    """The last `$comment` that names a rule on the way to a keyword; the way does not mention references."""
    node, name = root, None
    for step in path:
        while isinstance(node, dict) and "$ref" in node and step not in node:
            node = _inside(root, node["$ref"])
        if isinstance(node, dict) and node.get("$comment") in RULES:
            name = node["$comment"]
        node = _child(node, step)
    return name


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(str(step))
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None


def _inside(root: Any, reference: str) -> Any:
    node = root
    for step in reference.removeprefix("#").split("/")[1:]:
        node = _child(node, step.replace("~1", "/").replace("~0", "~"))
    return node


def _allowed_names(schema: Mapping[str, Any], error: Any) -> list[str]:
    """The strings that an enum, a const, or an anyOf of enums would take."""
    if error.validator == "const":
        values = [error.validator_value]
    elif error.validator == "enum":
        values = error.validator_value
    elif error.validator in {"anyOf", "oneOf"}:
        branches = [_inside(schema, b["$ref"]) if str(b.get("$ref", "")).startswith("#") else b for b in _dicts(error)]
        values = [name for branch in branches if isinstance(branch, dict) for name in branch.get("enum", ())]
    else:
        return []
    return [value for value in values if isinstance(value, str)]


def _dicts(error: Any) -> list[dict[str, Any]]:
    return [branch for branch in error.validator_value if isinstance(branch, dict)]


def _missing(error: Any) -> str:
    names = ", ".join(sorted(map(str, error.instance))[:8])
    return f"members {redact(names)[:SHOWN]}" if names else "an empty object"


_WANTED: dict[str | None, Callable[[Any], str]] = {
    "required": lambda e: f"the member {_first_missing(e)!r}",
    "type": lambda e: "a value of type " + " or ".join(_list(e.validator_value)),
    "const": lambda e: brief(e.validator_value),
    "minimum": lambda e: f"{'more than' if _strict(e) else 'at least'} {e.validator_value}",
    "maximum": lambda e: f"{'less than' if _strict(e) else 'at most'} {e.validator_value}",
    "exclusiveMinimum": lambda e: f"more than {e.validator_value}",
    "exclusiveMaximum": lambda e: f"less than {e.validator_value}",
    "multipleOf": lambda e: f"a multiple of {e.validator_value}",
    "minLength": lambda e: f"at least {e.validator_value} characters",
    "maxLength": lambda e: f"at most {e.validator_value} characters",
    "minItems": lambda e: f"at least {e.validator_value} items",
    "maxItems": lambda e: f"at most {e.validator_value} items",
    "pattern": lambda e: f"text that matches {e.validator_value[:SHOWN]}",
    "not": lambda e: f"nothing that fits {json.dumps(e.validator_value)[:SHOWN]}",
    "format": lambda e: f"the format {e.validator_value}",
    "additionalProperties": lambda _: "no further members",
    None: lambda _: "nothing at all",
}


def _strict(error: Any) -> bool:
    """Whether draft-04 says, beside a limit, that the limit itself is out."""
    return error.schema.get(f"exclusive{error.validator.capitalize()}") is True


def _wanted(error: Any, allowed: list[str]) -> str:
    if allowed and error.validator != "const":
        shown = ", ".join(allowed[:4])
        return f"one of {shown}" + (f" and {len(allowed) - 4} more" if len(allowed) > 4 else "")
    if error.validator in {"anyOf", "oneOf"} and (types := _types_of(error)):
        return "a value of type " + " or ".join(types)
    told = _WANTED.get(error.validator)
    return told(error) if told else f"what {error.validator!r} asks for: {brief(error.validator_value)}"


def _first_missing(error: Any) -> str:
    """There is one error for each missing member; only its message names it."""
    return next((n for n in error.validator_value if n not in error.instance and repr(n) in error.message), "?")


def _types_of(error: Any) -> list[str]:
    failed = [sub for sub in error.context if sub.validator == "type" and not sub.path]
    return [name for sub in failed for name in _list(sub.validator_value)] if len(failed) == len(error.context) else []


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
