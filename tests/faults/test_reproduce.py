"""`upload-diag reproduce`: each shipped scenario is diagnosed as it says it should be."""

import json

import pytest

from upload_diag.cli import main
from upload_diag.faults.scenario import load_scenario, shipped_scenarios

QUICK = {"expire-at-complete", "presigned-urls-expire", "lost-complete-response"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in shipped_scenarios()]
)
def test_a_scenario_is_diagnosed_as_expected(name, capsys):
    assert main(["reproduce", name, "-f", "json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert (result["diagnosis"] or {}).get("code") == (load_scenario(name).expect or None)
    assert "CreateMultipartUpload" in err


def test_the_text_tells_what_the_client_saw_and_what_to_do(capsys):
    assert main(["reproduce", "expire-at-complete", "--parts", "1"]) == 0
    out = capsys.readouterr().out
    assert "The client saw   NoSuchUpload: An error occurred" in out
    assert "We conclude      SESSION_EXPIRED" in out


def test_without_a_scenario_the_shipped_ones_are_listed(capsys):
    assert main(["reproduce"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(shipped_scenarios())


def test_another_diagnosis_than_expected_is_exit_1(tmp_path, capsys):
    scenario = {
        "name": "odd",
        "description": "d",
        "faults": [{"kind": "respond", "code": "SlowDown"}],
        "expect": "NETWORK",
    }
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(scenario))
    assert main(["reproduce", str(file)]) == 1
    assert "Expected         NETWORK" in capsys.readouterr().out
