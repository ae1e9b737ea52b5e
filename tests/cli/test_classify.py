"""`upload-diag classify` says what one error means, and bad input gets one line and its exit code."""

import json
from pathlib import Path

import pytest

from upload_diag.cli import main

DEAD = "An error occurred (NoSuchUpload) when calling the UploadPart operation: gone"
SLOW = "SlowDown: Please reduce your request rate."


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a call."""
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "error.txt"
    path.write_text(DEAD, encoding="utf-8")
    return path


def test_text_says_the_verdict_why_where_and_what_to_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["classify", str(file)], capsys)
    assert code == 0
    assert out.startswith("SESSION_EXPIRED  NoSuchUpload: ")
    for wanted in ("RESTART_UPLOAD", "[s3.NoSuchUpload, 90]", "operation: UploadPart", "Please restart the upload"):
        assert wanted in out


def test_json_is_one_error_info(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(["classify", "-f", "json", str(file)], capsys)
    assert json.loads(out)["context"]["serviceCode"] == "NoSuchUpload"


def test_jsonl_gives_a_line_for_each_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f"{DEAD}\n\n{json.dumps({'code': 'SlowDown'})}\n", encoding="utf-8")
    _, out, _ = run(["classify", "--jsonl", str(file)], capsys)
    assert [json.loads(line)["code"] for line in out.splitlines()] == ["SESSION_EXPIRED", "THROTTLED"]


@pytest.mark.parametrize(
    ("text", "code"),
    [(DEAD, 75), (SLOW, 75), ("AccessDenied: Access Denied", 1), ("all is well", 0)],
)
def test_the_exit_code_can_say_whether_to_retry(
    text: str, code: int, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text, encoding="utf-8")
    assert run(["classify", "--exit-code", "-q", str(file)], capsys) == (code, "", "")


def test_a_file_in_utf_16_is_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(DEAD, encoding="utf-16")
    assert run(["classify", str(file)], capsys)[1].startswith("SESSION_EXPIRED")


@pytest.mark.parametrize("command", ["classify", "analyze"])
def test_an_empty_file_is_one_line_and_exit_code_3(
    command: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(b"")
    code, out, err = run([command, str(file)], capsys)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "is empty" in err


def test_a_broken_rule_file_is_named_with_rule_and_field(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = file.with_suffix(".toml")
    rules.write_text('[[phrases]]\nrule = "x.y"\ncode = "NOPE"\nkeyword = "abc"\nhits = ["abc"]\n', encoding="utf-8")
    code, out, err = run(["classify", "--rules", str(rules), str(file)], capsys)
    assert (code, out) == (2, "")
    assert err == f"upload-diag: {rules}: x.y: code: 'NOPE' is no ErrorCode\n"
