"""Two versions of a schema: what breaks for whom, shown by a document that two validators disagree about."""

import json
import re
import time
from contextlib import suppress
from copy import deepcopy
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.contract.checks import Checker
from upload_diag.contract.compare.permits import Permit, permitted, read_permits
from upload_diag.contract.compare.strings import longest_text, matching
from upload_diag.contract.compare.verdict import Direction, Semver, Severity, Verdict, compare
from upload_diag.contract.documents import Document
from upload_diag.contract.schemas import find
from upload_diag.errors import InputError

ENVELOPE = {
    "type": "object",
    "required": ["success", "message", "error"],
    "properties": {
        "success": {"const": False},
        "message": {"type": "string", "minLength": 1, "maxLength": 200},
        "error": {
            "type": "object",
            "required": ["errorType", "isSessionExpired"],
            "properties": {
                "errorType": {"enum": ["NoSuchUpload", "SlowDown", "InternalError"]},
                "isSessionExpired": {"type": "boolean"},
                "partNumber": {"type": "integer", "minimum": 1, "maximum": 10000},
                "originalError": {"type": ["string", "null"]},
                "videoId": {"type": "string"},
                "causes": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
            },
        },
    },
}


def changed(change):
    """The envelope's schema after a change, which gets the schema, the error's schema and the error's members."""
    new = deepcopy(ENVELOPE)
    error = new["properties"]["error"]
    change(new, error, error["properties"])
    return new


B, OK, UNSURE = Verdict.BREAK, Verdict.COMPATIBLE, Verdict.CANNOT_DECIDE
DIES = {"properties": {"errorType": {"const": "NoSuchUpload"}}}
FLAG = {"properties": {"isSessionExpired": {"const": True}}}

# change, producer, consumer, path of the change, keyword: 14 that break and 2 that do not
KNOWN = {
    "another type": (lambda n, e, m: m["partNumber"].update(type="string"), B, B, "/error/partNumber", "type"),
    "a name removed": (lambda n, e, m: m["errorType"]["enum"].remove("SlowDown"), B, OK, "/error/errorType", "enum"),
    "a name added": (lambda n, e, m: m["errorType"]["enum"].append("Gone"), OK, B, "/error/errorType", "enum"),
    "a member newly required": (lambda n, e, m: e["required"].append("videoId"), B, OK, "/error", "required"),
    "a member no longer required": (lambda n, e, m: e["required"].remove("errorType"), OK, B, "/error", "required"),
    "a member renamed": (
        lambda n, e, m: (
            e.update(required=["errorType", "sessionExpired"]),
            m.update(sessionExpired=m.pop("isSessionExpired")),
        ),
        B, B, "/error", "required",
    ),
    "a member removed": (lambda n, e, m: m.pop("partNumber"), OK, B, "/error/partNumber", None),
    "closed": (lambda n, e, m: e.update(additionalProperties=False), B, OK, "/error", "additionalProperties"),
    "null": (lambda n, e, m: m["partNumber"].update(type=["integer", "null"]), OK, B, "/error/partNumber", "type"),
    "null removed": (lambda n, e, m: m["originalError"].update(type="string"), B, OK, "/error/originalError", "type"),
    "a bound tightened": (lambda n, e, m: m["partNumber"].update(maximum=1000), B, OK, "/error/partNumber", "maximum"),
    "a bound widened": (lambda n, e, m: m["partNumber"].update(minimum=0), OK, B, "/error/partNumber", "minimum"),
    "a constant changed": (lambda n, e, m: n["properties"].update(success={"const": 0}), B, B, "/success", "const"),
    "other items": (lambda n, e, m: m["causes"].update(items={"type": "object"}), B, B, "/error/causes/*", "type"),
    "a description": (lambda n, e, m: e.update(description="Why it failed."), OK, OK, None, None),
    "an optional member added": (lambda n, e, m: m.update(suggestion={"type": "string"}), OK, OK, None, None),
}  # fmt: skip

HARDER = {
    "a pattern added": (
        lambda n, e, m: m["videoId"].update(pattern="^[0-9a-f-]{36}$"), B, OK, "/error/videoId", "pattern",
    ),
    "a format added": (lambda n, e, m: m["videoId"].update(format="uuid"), UNSURE, OK, "/error/videoId", "format"),
    "a condition added": (
        lambda n, e, m: e.update({"if": DIES, "then": FLAG}), B, OK, "/error/isSessionExpired", "const",
    ),
    "moved behind a reference": (
        lambda n, e, m: n.update(
            {"$defs": {"e": deepcopy(e)}, "properties": n["properties"] | {"error": {"$ref": "#/$defs/e"}}}
        ),
        OK, OK, None, None,
    ),
    "unevaluatedProperties false": (
        lambda n, e, m: e.update(unevaluatedProperties=False), B, OK, "/error", "unevaluatedProperties",
    ),
    "an exclusive bound": (
        lambda n, e, m: m["partNumber"].update(exclusiveMaximum=10000), B, OK, "/error/partNumber", "exclusiveMaximum",
    ),
    "names listed in two parts": (
        lambda n, e, m: m.update(
            errorType={"anyOf": [{"const": "NoSuchUpload"}, {"enum": ["InternalError", "SlowDown"]}]}
        ),
        OK, OK, None, None,
    ),
    "one name forbidden": (
        lambda n, e, m: m["errorType"].update({"not": {"const": "SlowDown"}}), B, OK, "/error/errorType", "not",
    ),
    "one member asks for another": (
        lambda n, e, m: e.update(dependentRequired={"partNumber": ["videoId"]}), B, OK, "/error", "dependentRequired",
    ),
    "a cause of the same kind": (
        lambda n, e, m: (
            e["required"].append("cause"),
            m.update(cause={"anyOf": [{"type": "null"}, {"$ref": "#/properties/error"}]}),
        ),
        B, OK, "/error", "required",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "producer", "consumer", "path", "keyword"), (KNOWN | HARDER).values(), ids=KNOWN | HARDER
)
def test_a_change_is_judged_right_for_producer_and_consumer(change, producer, consumer, path, keyword):
    new = changed(change)
    comparison = compare(ENVELOPE, new)
    assert comparison.verdicts == {Direction.PRODUCER: producer, Direction.CONSUMER: consumer}
    serious = [each for each in comparison.changes if each.severity is not Severity.WARNING]
    if path is None:
        assert not serious
    else:
        assert any(each.path == path and keyword in {None, each.keyword} for each in serious)
    validators = {Direction.PRODUCER: (ENVELOPE, new), Direction.CONSUMER: (new, ENVELOPE)}
    for each in serious:
        if each.severity is Severity.ERROR:
            takes, refuses = (Draft202012Validator(schema) for schema in validators[each.direction])
            assert takes.is_valid(each.witness)
            assert not refuses.is_valid(each.witness)


def test_the_table_has_the_promised_size():
    breaks = [row for row in KNOWN.values() if B in row[1:3]]
    assert (len(breaks), len(KNOWN) - len(breaks), len(HARDER)) == (14, 2, 10)


DRAFT_4, DRAFT_7, NEWEST = (
    *(f"http://json-schema.org/draft-0{number}/schema#" for number in (4, 7)),
    "https://json-schema.org/draft/2020-12/schema",
)
MAP = {"type": "object", "additionalProperties": {"type": "string"}}
SHORT = {"$ref": "#/definitions/a", "minLength": 5, "definitions": {"a": {"type": "string"}}}
BOTH = {"type": "object", "properties": {"a": {"anyOf": [{"pattern": "^x"}, {"not": {"const": 3}}]}}, "required": ["a"]}

# old, new, producer, consumer
WHOLE = {
    "other values of a map": (MAP, MAP | {"additionalProperties": {"type": "integer"}}, B, B),
    "shorter values of a map": (MAP, MAP | {"additionalProperties": {"type": "string", "maxLength": 3}}, B, OK),
    "a map that is closed": (MAP, MAP | {"additionalProperties": False}, B, OK),
    "any member narrowed": ({"type": "object"}, MAP, B, OK),
    "any further member narrowed": (BOTH, BOTH | {"additionalProperties": {"type": "integer"}}, B, OK),
    "names of a kind narrowed": (BOTH, BOTH | {"patternProperties": {"^x-": {"type": "integer"}}}, OK, OK),
    "a number beyond all floats": ({"enum": [10**400]}, {"type": "integer"}, OK, B),
    "what stands beside $ref, read since 2019": ({"$schema": DRAFT_7} | SHORT, {"$schema": NEWEST} | SHORT, B, OK),
    "const, read since draft-06": ({"$schema": DRAFT_4, "const": 1}, {"$schema": NEWEST, "const": 1}, B, OK),
    "dependencies, read no more": (
        *({"$schema": draft, "type": "object", "dependencies": {"a": ["b"]}} for draft in (DRAFT_7, NEWEST)),
        *(OK, B),
    ),
    "exclusiveMinimum as in draft-04": (
        *({"$schema": DRAFT_4, "minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}, OK, OK),
    ),
    "exclusiveMinimum that is false": (
        *({"$schema": DRAFT_4, "minimum": 0, "exclusiveMinimum": False}, {"minimum": 0}, OK, OK),
    ),
    "dependencies on members": (
        *({"$schema": DRAFT_7, "dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}, OK, OK),
    ),
    "dependencies on schemas": (
        {"$schema": DRAFT_7, "dependencies": {"a": {"required": ["b"]}}},
        {"dependentSchemas": {"a": {"required": ["b"]}}},
        *(OK, OK),
    ),
    "words that mean the same in both drafts": ({"$schema": DRAFT_7} | BOTH, {"$schema": NEWEST} | BOTH, OK, OK),
}


@pytest.mark.parametrize(("old", "new", "producer", "consumer"), WHOLE.values(), ids=WHOLE)
def test_whole_schemas_are_judged_right_also_across_drafts(old, new, producer, consumer):
    verdicts = compare(old, new).verdicts
    assert verdicts == {Direction.PRODUCER: producer, Direction.CONSUMER: consumer}


def test_a_format_counts_when_asked_to():
    new = changed(lambda n, e, m: m["videoId"].update(format="uuid"))
    (change,) = compare(ENVELOPE, new, formats=True).changes
    assert (change.severity, change.keyword, change.direction) == (Severity.ERROR, "format", Direction.PRODUCER)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (lambda n, e, m: None, Semver.NONE),
        (lambda n, e, m: e.update(title="Error"), Semver.PATCH),
        (lambda n, e, m: m.update(suggestion={"type": "string"}), Semver.MINOR),
        (lambda n, e, m: m["errorType"]["enum"].append("Gone"), Semver.MAJOR),
        (lambda n, e, m: m["videoId"].update(format="uuid"), Semver.MAJOR),
    ],
)
def test_a_change_asks_for_a_step_of_the_version(change, step):
    assert compare(ENVELOPE, changed(change)).semver is step


def test_a_role_that_is_not_asked_for_does_not_break_but_still_steps_the_version():
    comparison = compare(ENVELOPE, changed(lambda n, e, m: m["errorType"]["enum"].append("Gone")), [Direction.PRODUCER])
    assert (comparison.verdict, comparison.semver) == (Verdict.COMPATIBLE, Semver.MINOR)


ENDLESS = [
    ({"pattern": "^(a+)+$"}, {"pattern": "^(a+)+b?$"}),
    ({"pattern": "^(a|aa)+$"}, {"pattern": "^(a|aa)+$", "minLength": 40}),
    ({"pattern": "^(x*)*y"}, {}),
    ({"maxLength": 100_000_000}, {"maxLength": 99_999_999}),
    ({"items": {"$ref": "#"}}, {"items": {"$ref": "#"}, "maxItems": 3}),
    ({"properties": {"next": {"$ref": "#"}}}, {"properties": {"next": {"$ref": "#"}}, "required": ["next"]}),
    ({"$ref": "#"}, {"type": "object"}),
    ({"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#"}]}}}, {"type": "string"}),
    (
        {"if": {"$ref": "#/$defs/a"}, "then": {"$ref": "#/$defs/a"}, "$defs": {"a": {"items": {"$ref": "#"}}}},
        {"minItems": 1},
    ),
    ({"enum": list(range(5000))}, {"enum": list(range(1, 5001))}),
    (
        {"properties": {f"m{n}": {"enum": [n, 1, 2]} for n in range(25)}},
        {"properties": {f"m{n}": {"enum": [n, 1]} for n in range(25)}},
    ),
]


@pytest.mark.parametrize(("old", "new"), ENDLESS, ids=lambda schema: json.dumps(schema)[:40])
def test_patterns_cycles_and_sizes_do_not_hang(old, new):
    start = time.process_time()
    with suppress(InputError):  # a reference that leads only to itself
        compare(old, new)
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    ("pattern", "longest"), [("^(a+)+$", 12), ("a*b*c*d*", 60), ("^[a-z]+$", 5000), ("^(a|bc)*$", 12)]
)
def test_a_pattern_gets_only_texts_that_it_can_be_done_with(pattern, longest):
    assert longest_text({pattern}) == longest


@given(st.from_regex(r"\A[a-c][ab]?[^x]{0,3}(ab|cd)?\d*\Z"))
def test_texts_made_for_a_pattern_match_it(text):
    assert all(re.search(re.escape(text), made) for made in matching(re.escape(text)))
    assert matching(re.escape(text)) == [text]


LEAVES = st.sampled_from(
    [{}, True, False, {"type": "string"}, {"type": "integer"}, {"type": ["string", "null"]}, {"const": "a"},
     {"enum": ["a", "b", 1]}, {"minimum": 2}, {"maximum": 5, "type": "number"}, {"minLength": 2}, {"pattern": "^a"},
     {"maxLength": 3, "type": "string"}, {"type": "array", "maxItems": 1}, {"type": "object", "required": ["a"]},
     {"multipleOf": 2}, {"const": False}, {"enum": [0, 1]}]
)  # fmt: skip
MIXED = st.sampled_from(["allOf", "anyOf", "oneOf"])
SCHEMAS = st.recursive(
    LEAVES,
    lambda child: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.dictionaries(st.sampled_from("ab"), child, max_size=2),
                "required": st.lists(st.sampled_from("ab"), unique=True),
                "additionalProperties": child,
            },
        ),
        st.builds(lambda item: {"type": "array", "items": item}, child),
        st.builds(
            lambda kind, parts: {kind: parts},
            st.sampled_from(["allOf", "anyOf", "oneOf"]),
            st.lists(child, min_size=1, max_size=3),
        ),
        st.builds(lambda part: {"not": part}, child),
        st.builds(lambda test, then: {"if": test, "then": then}, child, child),
        st.builds(lambda target: {"$ref": "#/$defs/t", "$defs": {"t": target}}, LEAVES),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2, 3, 5, 6, 2.5, "", "a", "ab", "abcd", "b"]),
    lambda child: st.lists(child, max_size=2) | st.dictionaries(st.sampled_from("abc"), child, max_size=3),
    max_leaves=4,
)


def localised(schema):
    """References point from the root: the targets of nested ones are put there."""
    defs = {}

    def walk(node):
        if isinstance(node, dict):
            node = {key: walk(child) for key, child in node.items()}
            if "$defs" in node and "$ref" in node:
                name = f"t{len(defs)}"
                defs[name] = node["$defs"]["t"]
                return {"$ref": f"#/$defs/{name}"}
            return node
        return [walk(child) for child in node] if isinstance(node, list) else node

    made = walk(schema)
    return made | {"$defs": defs} if isinstance(made, dict) and defs else made


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(SCHEMAS.map(localised), SCHEMAS.map(localised), st.lists(VALUES, min_size=20, max_size=60))
def test_no_document_contradicts_what_is_called_compatible_and_every_witness_stands(old, new, documents):
    comparison = compare(old, new)
    sides = {Direction.PRODUCER: (old, new), Direction.CONSUMER: (new, old)}
    for direction, verdict in comparison.verdicts.items():
        takes, refuses = (Draft202012Validator(schema) for schema in sides[direction])
        warned = any(change.direction is direction for change in comparison.changes)
        if verdict is Verdict.COMPATIBLE and not warned:
            assert not [value for value in documents if takes.is_valid(value) and not refuses.is_valid(value)]
    for change in comparison.changes:
        if change.witness is not ...:
            takes, refuses = (Draft202012Validator(schema) for schema in sides[change.direction])
            assert takes.is_valid(change.witness)
            assert not refuses.is_valid(change.witness)


@pytest.mark.parametrize("kind", ["anyOf", "oneOf"])
def test_alternatives_are_the_same_only_one_by_one(kind):
    lists, texts = {"type": "array"}, {"type": "string"}
    assert compare({kind: [lists, {}]}, {kind: [lists, lists]}).verdicts[Direction.PRODUCER] is not Verdict.COMPATIBLE
    assert compare({kind: [lists, texts]}, {kind: [texts, lists]}).verdict is Verdict.COMPATIBLE


def test_an_alternative_that_nothing_fits_is_no_stumbling_block():
    (change,) = compare({}, {"anyOf": [False, {"type": "string"}]}).changes
    assert (change.severity, change.direction) == (Severity.ERROR, Direction.PRODUCER)
    assert Checker({"anyOf": [False]}).problems(Document("test", 1))


@settings(max_examples=80)
@given(SCHEMAS.map(localised))
def test_a_schema_is_compatible_with_itself_and_with_itself_wrapped(schema):
    assert compare(schema, schema).verdict is Verdict.COMPATIBLE
    assert compare(schema, deepcopy(schema)).semver is Semver.NONE


@pytest.mark.slow
def test_a_moved_error_type_is_found_in_the_shipped_envelope():
    new = deepcopy(find("upload-error"))
    new["$defs"]["THROTTLED"]["enum"].remove("SlowDown")
    new["$defs"]["INTEGRITY"]["enum"].append("SlowDown")
    comparison = compare(find("upload-error"), new)
    assert {(change.path, change.direction) for change in comparison.changes} == {
        ("/error/actionRequired", Direction.PRODUCER),
        ("/error/actionRequired", Direction.CONSUMER),
    }


PERMITS = """
[[allow]]
path = "/error/errorType"
keyword = "enum"
until = 2027-03-31
reason = "every client has a default branch"
"""


def test_a_permit_holds_until_its_day(tmp_path):
    (tmp_path / "allow.toml").write_text(PERMITS)
    permits = read_permits(str(tmp_path / "allow.toml"))
    broken = compare(ENVELOPE, changed(lambda n, e, m: m["errorType"]["enum"].append("Gone")))
    assert permitted(broken, permits, date(2027, 3, 31))[0].verdict is Verdict.COMPATIBLE
    still, notes = permitted(broken, permits, date(2027, 4, 1))
    assert still.verdict is Verdict.BREAK
    assert notes == ["the permit for /error/errorType ended on 2027-03-31: every client has a default branch"]


def test_a_permit_for_nothing_is_said_so():
    permit = Permit(path="/nowhere", until=date(2099, 1, 1), reason="old")
    _, notes = permitted(compare(ENVELOPE, ENVELOPE), [permit], date(2026, 1, 1))
    assert notes == ["the permit for /nowhere fits no change: remove it"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("allow = 1", "no [[allow]]"),
        ("[[allow]]\npath='/a'", "path, until and reason are wanted"),
        ("[[allow]]\npath='/a'\nuntil='2027-01-01'\nreason='r'", "a day without quotes"),
        ("[[allow]]\npath='/a'\nuntil=2027-01-01\nreason='r'\ndirection='up'", "producer or consumer"),
        ("[[allow]]\npath=1\nuntil=2027-01-01\nreason='r'", "are texts"),
        ("[[", "not TOML"),
    ],
)
def test_a_broken_permit_is_refused_in_one_line(tmp_path, text, wanted):
    (tmp_path / "allow.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_permits(str(tmp_path / "allow.toml"))
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def versions(tmp_path):
    def write(change):
        (tmp_path / "old.json").write_text(json.dumps(ENVELOPE))
        (tmp_path / "new.json").write_text(json.dumps(changed(change)))
        return [str(tmp_path / "old.json"), str(tmp_path / "new.json")]

    return write


def test_the_command_tells_break_none_and_undecided_by_exit_code_and_json(versions, capsys, tmp_path):
    pair = versions(lambda n, e, m: m["errorType"]["enum"].append("Gone"))
    assert main(["check", "--compare", *pair]) == ExitCode.FOUND
    assert "consumer  /error/errorType   enum" in capsys.readouterr().out
    assert main(["check", "--compare", *pair, "--role", "producer"]) == ExitCode.OK
    capsys.readouterr()
    assert main(["check", "--compare", *pair, "-f", "json"]) == ExitCode.FOUND
    body = json.loads(capsys.readouterr().out)
    assert (body["verdict"], body["semver"]) == ("break", "major")
    assert body["witness"]["error"]["errorType"] == "Gone"
    (tmp_path / "allow.toml").write_text(PERMITS.replace("2027", "2999"))
    assert main(["check", "--compare", *pair, "--allow", str(tmp_path / "allow.toml")]) == ExitCode.OK

    pair = versions(lambda n, e, m: m["videoId"].update(format="uuid"))
    assert main(["check", "--compare", *pair]) == ExitCode.FOUND
    assert "cannot decide" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "json", "junit", "github", "sarif"])
def test_every_format_prints_a_comparison(form, versions, capsys):
    pair = versions(lambda n, e, m: m["errorType"]["enum"].append("Gone"))
    assert main(["check", "--compare", *pair, "-f", form]) == ExitCode.FOUND
    assert "consumer" in capsys.readouterr().out


def test_wrong_use_of_compare_is_said(versions, capsys):
    pair = versions(lambda n, e, m: None)
    assert main(["check", "--compare", *pair, "third.json"]) == ExitCode.USAGE
    assert main(["check", "--allow", "x", pair[0]]) == ExitCode.USAGE
    assert main(["check", "--compare", pair[0], "/nowhere.json"]) == ExitCode.FILES


def test_a_reference_that_leads_nowhere_is_told_with_the_files(tmp_path, capsys):
    for name, target in (("loop.json", "#"), ("nowhere.json", "#/$defs/none")):
        (tmp_path / name).write_text(json.dumps({"$ref": target}))
        pair = [str(tmp_path / name)] * 2
        assert main(["check", "--compare", *pair]) == ExitCode.FILES
        assert capsys.readouterr().err.startswith(f"upload-diag: {' -> '.join(pair)}: ")
