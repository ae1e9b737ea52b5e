"""The payloads of `fixtures/payloads/shapes.jsonl` are understood as they say; any language can run the same file."""

import json
from pathlib import Path
from typing import Any

import pytest

from upload_diag import classify
from upload_diag.codes import ErrorCode

FILE = Path(__file__).parent.parent / "fixtures" / "payloads" / "shapes.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
FORMS = {
    "as it is": lambda payload: payload,
    "as text": lambda payload: payload if isinstance(payload, str) else json.dumps(payload),
    "as bytes": lambda payload: (payload if isinstance(payload, str) else json.dumps(payload)).encode(),
    "in an answer": lambda payload: {"response": {"data": payload}},
    "in a string in an answer": lambda payload: {"error": json.dumps(payload)},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_payload_gives_its_verdict_and_its_identifiers(case: dict[str, Any]) -> None:
    info = classify(case["payload"]).model_dump(mode="json", by_alias=True)
    expect = case["expect"]
    assert {name: info[name] for name in ("code", "actionRequired", "retry")} == {
        name: expect[name] for name in ("code", "actionRequired", "retry")
    }, info["evidence"]
    assert bool(info["evidence"]) is expect["isError"]
    assert {name: value for name, value in info["context"].items() if value is not None} == expect["context"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_payload_gives_the_same_verdict_however_it_is_wrapped(case: dict[str, Any], form: str) -> None:
    assert classify(FORMS[form](case["payload"])).code == case["expect"]["code"]


def test_the_payloads_show_every_code() -> None:
    assert {case["expect"]["code"] for case in CASES} == set(ErrorCode)
