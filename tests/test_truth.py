"""Logs with exactly known contents: every count, outcome and cause must come out as it went in."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from upload_diag.analysis import analyze

_SPEC = importlib.util.spec_from_file_location("truth", Path(__file__).parents[1] / "benchmarks" / "truth.py")
truth = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(truth)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    return folder, truth.write(folder, sessions=1800, seed=7)


@pytest.mark.parametrize("name", truth.FORMATS)
def test_what_was_put_into_a_log_comes_out(logs, name):
    folder, truths = logs
    assert vars(truth.found(folder / name)) == vars(truths[name])


def test_the_logs_together_give_the_sum(logs):
    folder, truths = logs
    report = analyze([str(folder)])
    total = sum((one.by_code for one in truths.values()), Counter())
    assert {str(code): count for code, count in report.by_code.items()} == dict(total)
    for one in report.inputs:
        assert {str(code): count for code, count in one.by_code.items()} == dict(truths[Path(one.path).name].by_code)
