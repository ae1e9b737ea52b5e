"""The shipped scenarios and their schema."""

import json
from pathlib import Path

import pytest
import refresh_scenario_schema
from jsonschema import Draft7Validator, Draft202012Validator

from upload_diag.codes import ErrorCode
from upload_diag.errors import InputError, UsageError
from upload_diag.faults.scenario import load_scenario, read_scenario, scenario_schema, shipped_scenarios

NAMES = sorted(shipped_scenarios())


def test_the_schema_file_is_what_the_types_say():
    assert refresh_scenario_schema.PATH.read_text(encoding="utf-8") == refresh_scenario_schema.text(), (
        "run tests/faults/refresh_scenario_schema.py"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_keeps_to_the_schema_and_names_itself(name):
    document = read_scenario(name)
    for validator in (Draft202012Validator, Draft7Validator):
        validator(scenario_schema()).validate(document)
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.description.endswith(".")
    assert scenario.expect in {"", *ErrorCode.__members__}


SOUND = {"name": "x", "description": "y", "faults": []}

WRONG = [
    ([], "a scenario is a JSON object"),
    ({}, "name is missing"),
    ({"name": "x", "description": "y"}, "faults is missing"),
    (SOUND | {"name": None}, "name is None; wanted a text"),
    (SOUND | {"faults": {}}, "faults is {}; wanted a list"),
    (SOUND | {"extra": 1}, "no field 'extra'"),
    (SOUND | {"faults": [{}]}, "faults[0]: kind is missing. Take one of: "),
    (SOUND | {"faults": [{"kind": None}]}, "faults[0]: There is no fault None"),
    (SOUND | {"faults": [{"kind": "explode"}]}, "There is no fault 'explode'. Take one of: "),
    (SOUND | {"faults": [{"kind": "respond"}]}, "code is missing; wanted a text"),
    (SOUND | {"faults": [{"kind": "respond", "code": "Nope"}]}, "no service code 'Nope'"),
    (SOUND | {"faults": [{"kind": "delay", "seconds": "1"}]}, "seconds is '1'; wanted a number"),
    (SOUND | {"faults": [{"kind": "delay", "seconds": True}]}, "seconds is True"),
    (SOUND | {"faults": [{"kind": "reset", "at": 1}]}, "no field 'at'. Take of: atByte"),
    (SOUND | {"faults": [{"kind": "reset", "when": {"nth": "2"}}]}, "when: nth is '2'"),
    (SOUND | {"faults": [{"kind": "corrupt", "form": "x"}]}, "form is 'x'; wanted bits or"),
    (SOUND | {"sessionTtlSeconds": -1}, "sessionTtlSeconds is -1; wanted a number from 0 on"),
    (SOUND | {"sessionTtlSeconds": float("nan")}, "sessionTtlSeconds is nan"),
    (SOUND | {"abortIncompleteAfterDays": float("inf")}, "abortIncompleteAfterDays is inf"),
    (SOUND | {"abortIncompleteAfterDays": 1.5}, "abortIncompleteAfterDays is 1.5; wanted a whole number from 1 on"),
    (SOUND | {"expect": 5}, "expect is 5; wanted a text"),
    (SOUND | {"expect": "SESSION_EXPIERD"}, "no error code 'SESSION_EXPIERD'. Did you mean 'SESSION_EXPIRED'?"),
]


@pytest.mark.parametrize(("document", "message"), WRONG)
def test_what_is_wrong_with_a_scenario_is_said_in_one_line(tmp_path: Path, document, message):
    file = tmp_path / "s.json"
    file.write_text(json.dumps(document))
    with pytest.raises(UsageError) as caught:
        load_scenario(file)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_scenario_of_that_name_and_no_json(tmp_path):
    with pytest.raises(InputError, match=r"nope: No such file or directory. Take a file, or one of: clock-skew"):
        load_scenario("nope")
    (tmp_path / "s.json").write_text("{")
    with pytest.raises(UsageError, match="this is no JSON"):
        load_scenario(tmp_path / "s.json")
