"""Columns of errors, of whatever library, become columns of verdicts."""

import re
from pathlib import Path

import pytest

from upload_diag import classify, classify_column

TEXTS = ["NoSuchUpload: gone, UploadId: AAAA1111aaaa", None, "SlowDown: Please reduce your request rate."] * 2
PAGE = Path(__file__).parents[1] / "docs" / "scale.md"


class Arrow:
    """What of a pyarrow array is looked at."""

    def __init__(self, values):
        self._values = values

    def __iter__(self):
        raise AssertionError("the scalars of an array are no Python values")

    def to_pylist(self):
        return list(self._values)


class Pandas(Arrow):
    """A series, in which what is missing is NaN."""

    to_pylist = None

    def tolist(self):
        return [float("nan") if value is None else value for value in self._values]


@pytest.mark.parametrize("column", [TEXTS, iter(TEXTS), Arrow(TEXTS), Pandas(TEXTS)])
def test_a_column_gives_the_verdict_on_each_value_in_its_order(column):
    found = classify_column(column)
    infos = [classify(text) for text in TEXTS]
    assert found["code"] == [info.code for info in infos] == ["SESSION_EXPIRED", "UNKNOWN", "THROTTLED"] * 2
    assert found["upload_id"] == [info.context.upload_id for info in infos]
    assert found["message"] == [info.message for info in infos]
    assert found["rule"] == [info.evidence[0].rule if info.evidence else None for info in infos]
    assert {len(values) for values in found.values()} == {len(TEXTS)}
    assert {type(value) for values in found.values() for value in values} <= {str, int, bool, type(None)}


def test_dicts_in_a_column_are_errors_too():
    assert classify_column([{"error": {"errorType": "NoSuchUpload"}}, {}])["code"] == ["SESSION_EXPIRED", "UNKNOWN"]


def test_an_empty_column_gives_empty_columns():
    assert set(map(len, classify_column([]).values())) == {0}


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb"])
def test_the_examples_of_the_page_run(library):
    pytest.importorskip(library, reason=f"{library} is not installed; it is no dependency")
    for example in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        if f"import {library}" in example:
            exec(example, {})


def test_the_example_that_needs_nothing_else_runs():
    (example,) = [code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "Counter" in code]
    names = {}
    exec(example, names)
    assert names["counts"] == {"SESSION_EXPIRED": 2, "THROTTLED": 1}
