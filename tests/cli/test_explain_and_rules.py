"""`explain` and `rules`, as a person calls them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.codes import ErrorCode
from upload_diag.rules.explanations import EXPLANATIONS
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.s3_codes import S3_CODES
from upload_diag.rules.statuses import STATUSES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: its exit code, standard output and standard error."""

    def call(*args: str) -> tuple[int, str, str]:
        code = main(args)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_code_is_explained_in_full(run: Run, code: ErrorCode) -> None:
    exit_code, out, _ = run("explain", code)
    assert exit_code == ExitCode.OK
    assert out.startswith(f"{code}\n")
    for title in (
        "Why, most likely first",
        "How it shows",
        "In the application",
        "Recovery",
        "Tell the user",
        "Example",
    ):
        assert f"\n{title}\n" in out


def test_every_service_code_and_token_is_explained_by_its_exact_name() -> None:
    from upload_diag.cli.explain import _explained, _found

    for name, row in (*S3_CODES.items(), *OTHER_CODES.items()):
        if name not in ErrorCode.__members__:
            assert _explained(_found(name))["code"] is row.code, name


@pytest.mark.parametrize("spelling", ["SESSION_EXPIRED", "session-expired", "Session Expired"])
def test_an_error_code_is_known_in_any_spelling(run: Run, spelling: str) -> None:
    assert run("explain", spelling)[1].startswith("SESSION_EXPIRED\n")


@pytest.mark.parametrize(
    ("spelling", "heading"),
    [
        ("nosuchupload", "NoSuchUpload: SESSION_EXPIRED"),
        ("NoSuchUpload", "NoSuchUpload: SESSION_EXPIRED"),
        ("econnreset", "ECONNRESET: NETWORK"),
        ("restart-upload", "RESTART_UPLOAD: SESSION_EXPIRED"),
        ("10024", "10024: SESSION_EXPIRED"),
        ("access_denied", "access_denied: ACCESS_DENIED"),
        ("ACCESS_DENIED", "ACCESS_DENIED"),
    ],
)
def test_other_names_are_known_whatever_their_case(run: Run, spelling: str, heading: str) -> None:
    assert run("explain", spelling)[1].split("\n", 1)[0] == heading


def test_an_http_status_is_explained_too(run: Run) -> None:
    assert run("explain", "413")[1].startswith("413: TOO_LARGE\nSeen in: HTTP;")


def test_an_unknown_name_gets_one_line_with_the_nearest_ones(run: Run) -> None:
    code, out, err = run("explain", "NoSuchUplaod")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "'NoSuchUplaod' is not known. Did you mean NoSuchUpload" in err
    assert err.count("\n") == 1
    assert "`upload-diag classify` reads a whole message" in run("explain", "Failed to fetch")[2]


def test_a_name_like_no_other_points_to_the_list(run: Run) -> None:
    assert "explain --list" in run("explain", "zzzzzzzzzzzz")[2]
    assert run("explain", "§§§")[0] == ExitCode.USAGE


def test_explain_without_a_name_says_what_to_give(run: Run) -> None:
    code, _, err = run("explain")
    assert code == ExitCode.USAGE
    assert "--list" in err


def test_the_list_names_everything_once(run: Run) -> None:
    listed = json.loads(run("explain", "--list", "-f", "json")[1])
    names = [entry["name"] for entry in listed]
    assert sorted(names) == sorted({*ErrorCode, *S3_CODES, *OTHER_CODES, *map(str, STATUSES)})
    assert run("explain", "--list")[1].count("\n") == len(listed)


def test_the_json_form_holds_what_the_text_says(run: Run) -> None:
    answer = json.loads(run("explain", "NoSuchUpload", "-f", "json")[1])
    assert answer["code"] == "SESSION_EXPIRED"
    assert answer["status"] == 404
    assert answer["actionByOperation"]["CompleteMultipartUpload"] == "PROBE_THEN_RESTART"
    assert answer["causes"]
    assert answer["notToConfuse"]["URL_EXPIRED"]


def test_no_line_of_an_explanation_is_wider_than_a_terminal_but_an_example(run: Run) -> None:
    for code in ErrorCode:
        wide = [line for line in run("explain", code)[1].splitlines() if len(line) > 100]
        assert all(line.lstrip().startswith(("{", "<")) for line in wide), code


def test_every_explanation_names_causes_and_confusions_of_other_codes() -> None:
    assert EXPLANATIONS.keys() == set(ErrorCode)
    for code, explanation in EXPLANATIONS.items():
        assert explanation.causes
        assert code not in dict(explanation.not_to_confuse)


def test_explain_loads_neither_pydantic_nor_rich_nor_a_pattern_table() -> None:
    script = (
        "import sys; from upload_diag.cli import main; main(['explain', 'NoSuchUpload']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stderr.split() if name.split(".")[0] in ("pydantic", "rich", "orjson", "tomllib")}
    assert loaded | ({"upload_diag.rules.phrases"} & set(done.stderr.split())) == set()


def test_rules_test_says_that_all_rows_keep_their_promises(run: Run) -> None:
    code, out, _ = run("rules", "test")
    assert code == ExitCode.OK
    assert out.endswith("all keep their promises\n")


def test_rules_test_checks_a_users_own_file(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[codes]]\nname = "VideoGone"\ncode = "SESSION_EXPIRED"\n', encoding="utf-8")
    answer = json.loads(run("rules", "test", str(own), "-f", "json")[1])
    assert (answer["own"], answer["problems"]) == (1, [])


def test_a_bad_rule_file_ends_in_one_line_with_file_rule_and_field(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[codes]]\nname = "VideoGone"\ncode = "SESSION_GONE"\n', encoding="utf-8")
    code, out, err = run("rules", "test", str(own))
    assert (code, out, err.count("\n")) == (ExitCode.USAGE, "", 1)
    assert f"{own}: VideoGone: code: 'SESSION_GONE' is no ErrorCode" in err


def test_a_rule_file_that_is_not_there_exits_3(run: Run, tmp_path: Path) -> None:
    assert run("rules", "test", str(tmp_path / "none.toml"))[0] == ExitCode.FILES


def test_rules_list_names_the_code_that_was_meant(run: Run) -> None:
    assert "Did you mean 'NETWORK'?" in run("rules", "list", "--code", "netwrok")[2]


def test_rules_list_can_be_narrowed_to_one_code(run: Run) -> None:
    everything = json.loads(run("rules", "list", "-f", "json")[1])
    some = json.loads(run("rules", "list", "--code", "clock_skew", "-f", "json")[1])
    assert len(everything) == len(S3_CODES) + len(OTHER_CODES) + len(PHRASES)
    assert {row["code"] for row in some} == {"CLOCK_SKEW"}
    assert "s3.NoSuchUpload" in run("rules", "list")[1]


def test_rules_export_writes_one_document(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "rules.json"
    code, out, err = run("rules", "export", "-o", str(target))
    assert (code, out) == (ExitCode.OK, "")
    assert "exported" in err
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "upload-diag/rules/1"


def test_rules_test_shows_every_rule_that_a_text_meets(run: Run) -> None:
    code, out, _ = run("rules", "test", "NoSuchUpload: The specified upload does not exist.")
    assert code == ExitCode.OK
    assert out.startswith("SESSION_EXPIRED\n")
    assert "s3.NoSuchUpload" in out
    assert "s3.NoSuchUpload.message" in out


def test_rules_test_reads_a_file_with_rules_of_ones_own(run: Run, tmp_path: Path) -> None:
    log, own = tmp_path / "error.log", tmp_path / "own.toml"
    log.write_text("cannot store: tape is full\n", encoding="utf-8")
    own.write_text(
        '[[phrases]]\nrule = "acme.tape-full"\ncode = "QUOTA_EXCEEDED"\n'
        'keyword = "tape is full"\nhits = ["tape is full"]\n',
        encoding="utf-8",
    )
    answer = json.loads(run("rules", "test", str(log), "--rules", str(own), "-f", "json")[1])
    assert answer["code"] == "QUOTA_EXCEEDED"
    assert answer["evidence"][0]["rule"] == "acme.tape-full"
