"""What clients print when their upload dies: `fixtures/captures`, where each file's name says what must be found."""

from pathlib import Path

import pytest

from upload_diag import classify
from upload_diag.analysis import analyze

FOLDER = Path(__file__).parents[1] / "fixtures" / "captures"
CAPTURES = sorted(path.name for path in FOLDER.glob("*.txt"))
STAGES = {"part": "SESSION_EXPIRED", "complete": "SESSION_EXPIRED", "500": "SERVER_ERROR", "none": None}
ID = "Qm9ndXNVcGxvYWRJZC0wMDE.7fK2pXw4Vt9sLzR1"


def wanted(name: str) -> str | None:
    return STAGES[name.split(".")[-2]]


@pytest.mark.parametrize("name", CAPTURES)
def test_what_a_client_prints_is_understood_as_one_text(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    info = classify(text)
    assert (str(info.code) if info.evidence else None) == wanted(name)
    if wanted(name) == "SESSION_EXPIRED" and ID in text:
        assert info.context.upload_id == ID


@pytest.mark.parametrize("name", CAPTURES)
def test_what_a_client_prints_is_understood_as_a_log(name):
    report = analyze([str(FOLDER / name)])
    counts = {str(code): count for code, count in report.by_code.items()}
    assert counts.get(wanted(name), 0) == max(counts.values(), default=0)
    if wanted(name) == "SESSION_EXPIRED" and ID in (FOLDER / name).read_text(encoding="utf-8"):
        assert any(ID in session.upload_ids for session in report.sessions)


@pytest.mark.parametrize(
    "name", ["aws-sdk-js-v2.500", "got.part", "httpx.part", "object-store.part", "s3cmd-debug.part", "s3fs.500"]
)
def test_what_a_client_prints_of_one_failure_in_many_lines_is_counted_once(name):
    report = analyze([str(FOLDER / f"{name}.txt")])
    assert {str(code): count for code, count in report.by_code.items()} == {wanted(f"{name}.txt"): 1}


def test_what_safari_says_of_each_blocked_request_in_three_lines_is_one_failure(tmp_path):
    refused = "Origin https://a.example.org is not allowed by Access-Control-Allow-Origin. Status code: 404"
    once = (
        f"[Error] {refused}\n"
        "[Error] Fetch API cannot load https://s3.example.org/bkt/k due to access control checks.\n"
        f"[Error] Failed to load resource: {refused} (k, line 0)\n"
    )
    log = tmp_path / "console.txt"
    log.write_text(once * 2)
    assert dict(analyze([str(log)]).by_code) == {"CORS_BLOCKED": 2}


def test_what_a_browser_says_of_one_blocked_request_in_three_lines_is_one_failure(tmp_path):
    log = tmp_path / "console.txt"
    log.write_text(
        "[console.error] Access to fetch at 'https://s3.example.org/bkt/k' from origin 'https://a.example.org' has "
        "been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n"
        "[requestfailed] PUT https://s3.example.org/bkt/k net::ERR_FAILED\n"
        "[console.error] k:NaN Failed to load resource: net::ERR_FAILED\n"
    )
    assert dict(analyze([str(log)]).by_code) == {"CORS_BLOCKED": 1}
