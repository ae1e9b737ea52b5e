"""The schemas that come with the package: valid, versioned, current, and the same for a draft-07 reader."""

import importlib.util
import json
import re
import socket
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.codes import ErrorCode
from upload_diag.contract.checks import Checker
from upload_diag.contract.compare.verdict import compare
from upload_diag.contract.documents import Document
from upload_diag.contract.schemas import find, names, schema_text, validator, version
from upload_diag.errors import InputError, UsageError
from upload_diag.rules import user_file

_SPEC = importlib.util.spec_from_file_location("refresh_schemas", Path(__file__).with_name("refresh_schemas.py"))
refresh_schemas = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(refresh_schemas)

# Keywords that draft-07 and 2020-12 read alike. `$defs` is unknown to draft-07, but a JSON pointer into it works there.
DIALECTS = {"https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"}
SAME_IN_DRAFT_07 = {
    "$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "default", "examples",
    "type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    "properties", "required", "additionalProperties", "patternProperties", "propertyNames",
    "minProperties", "maxProperties", "items", "contains", "minItems", "maxItems", "uniqueItems",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
    "pattern", "format",
}  # fmt: skip
NAMED_CHILDREN = {"properties", "patternProperties", "$defs"}
REMARKS = {"$comment", "title", "description", "default", "examples"}


def subschemas(node, path="#"):
    """Every schema inside a schema with its JSON pointer."""
    yield path, node
    for keyword, value in node.items() if isinstance(node, dict) else ():
        if keyword in NAMED_CHILDREN:
            for name, child in value.items():
                yield from subschemas(child, f"{path}/{keyword}/{name}")
        elif keyword in {"allOf", "anyOf", "oneOf"}:
            for position, child in enumerate(value):
                yield from subschemas(child, f"{path}/{keyword}/{position}")
        elif keyword in {"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"}:
            yield from subschemas(value, f"{path}/{keyword}")


@pytest.mark.parametrize("name", names())
def test_every_schema_is_a_valid_schema(name):
    Draft202012Validator.check_schema(find(name))
    Draft7Validator.check_schema(find(name))


@pytest.mark.parametrize("name", names())
def test_every_schema_has_its_name_and_version_in_its_id(name):
    body = find(name)
    assert body["$schema"] in DIALECTS
    base = name.partition("@")[0]
    assert re.fullmatch(rf".*[:/]{re.escape(base)}[:/]{re.escape(version(body))}(\.json)?", body["$id"])
    assert "@" not in name or name.endswith(f"@{version(body)}")
    assert body["title"]


@pytest.mark.parametrize("name", names())
def test_every_schema_keeps_to_keywords_that_mean_the_same_in_draft_07(name):
    for path, node in subschemas(find(name)):
        if not isinstance(node, dict):
            continue
        assert not set(node) - SAME_IN_DRAFT_07, path
        if "$ref" in node:  # draft-07 reads nothing beside a $ref
            assert set(node) - REMARKS <= {"$ref"}, path
            assert node["$ref"].startswith("#/$defs/"), path


@pytest.mark.parametrize("name", sorted(refresh_schemas.REFRESH))
def test_what_a_schema_repeats_from_elsewhere_is_current(name):
    assert schema_text(name) == refresh_schemas.refreshed(name), "run tests/contract/refresh_schemas.py"


def test_a_schema_is_found_by_name_by_version_and_by_file(tmp_path):
    current = find("upload-error")
    assert find(f"upload-error@{version(current)}") == current
    file = tmp_path / "mine.json"
    file.write_text('{"type": "object"}')
    assert find(str(file)) == {"type": "object"}


def test_an_unknown_schema_is_answered_with_the_nearest_name():
    with pytest.raises(UsageError, match="Did you mean 'upload-error'"):
        find("upload-eror")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{", "not JSON"),
        ("[]", "a JSON Schema is an object"),
        ('{"type": "strnig"}', "not a JSON Schema: type"),
        ('{"properties": {"a": {"minimum": "1"}}}', "properties/a/minimum"),
        ('{"pattern": "("}', "cannot be read"),
        ('{"success": false}', "not a JSON Schema but a document of another kind"),
        ('{"openapi": "3.1.0", "components": {"schemas": {}}}', "not a JSON Schema but an OpenAPI document"),
    ],
)
def test_a_file_that_is_no_schema_is_refused_in_one_line(tmp_path, text, wanted):
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        find(str(file))
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_validator_never_goes_online(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("went online")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    ours = validator({"$ref": "urn:upload-diag:upload-error:1.0"})
    assert not ours.is_valid({"success": True})
    elsewhere = {"$ref": "https://elsewhere.example/schema.json"}
    with pytest.raises(InputError, match="leads to no schema"):
        Checker(elsewhere).problems(Document("test", {}))
    with pytest.raises(InputError, match="leads to no schema"):
        compare(elsewhere, {})


def test_schema_lists_prints_and_writes(capsys, tmp_path):
    assert main(["schema"]) == ExitCode.OK
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == set(names())
    assert main(["schema", "error-info"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == find("error-info")
    assert main(["schema", "--write", str(tmp_path / "deep" / "folder")]) == ExitCode.OK
    written = {file.name for file in (tmp_path / "deep" / "folder").iterdir()}
    assert written == {f"{name.replace('@', '-')}.schema.json" for name in names()}
    assert main(["schema", "nothing-like-it"]) == ExitCode.USAGE


def test_the_schema_of_rule_files_names_what_their_reader_takes():
    schema = find("rules-file")
    for table, fields in user_file._TABLES.items():
        assert set(schema["$defs"][table]["properties"]) == set(fields)
        assert schema["$defs"][table]["required"] == list(user_file._REQUIRED[table])
    assert schema["$defs"]["errorCode"]["enum"] == list(ErrorCode)
