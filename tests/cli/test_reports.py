"""How `analyze` and `merge` print a report, and read one back."""

import json

import pytest

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode

LOG = """\
2026-11-20T10:11:03Z INFO upload session created uploadId=abc.def videoId=v-1
2026-11-20T10:12:03Z ERROR part 3 of upload failed: NoSuchUpload: The specified upload does not exist. uploadId=abc.def
2026-11-20T10:12:04Z ERROR read ECONNRESET
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / "app.log").write_text(LOG)
    return tmp_path


def printed(capsys, *args):
    assert main(args) == ExitCode.OK
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.html", "<!doctype html>"),
        ("a.HTM", "<!doctype html>"),
        ("a.json", '{\n  "schema"'),
        ("a.jsonl", '{"type":"report"'),
        ("a.md", "**SESSION_EXPIRED"),
        ("a.csv", "count,code,"),
        ("a.sarif", '{\n  "$schema"'),
        ("a.xml", "<?xml"),
        ("a.txt", "SESSION_EXPIRED"),
        ("report", "SESSION_EXPIRED"),
    ],
)
def test_the_name_of_the_output_tells_its_format(folder, name, begins):
    assert main(["analyze", "app.log", "-o", name]) == ExitCode.OK
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)


def test_an_asked_for_format_beats_the_name(folder):
    assert main(["analyze", "app.log", "-f", "csv", "-o", "a.html"]) == ExitCode.OK
    assert (folder / "a.html").read_text(encoding="utf-8").startswith("count,code,")


def test_a_page_is_not_poured_over_a_terminal(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["analyze", "app.log", "-f", "html"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert not out
    assert "the page goes to upload-diag-report.html" in err
    assert (folder / "upload-diag-report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("name", ["a.html", "a.json"])
def test_analyze_reads_its_own_report_back(capsys, name, form):
    main(["analyze", "app.log", "-o", name])
    assert printed(capsys, "analyze", name, "-f", form) == printed(capsys, "analyze", "app.log", "-f", form)


def test_analyze_takes_pages_and_logs_together(folder, capsys):
    (folder / "b.log").write_text(LOG.replace("abc.def", "xyz.xyz").replace("v-1", "v-2"))
    main(["analyze", "b.log", "-o", "b.html"])
    apart = printed(capsys, "analyze", "app.log", "b.html", "-f", "json")
    assert json.loads(apart) == json.loads(printed(capsys, "analyze", "app.log", "b.log", "-f", "json"))


@pytest.mark.parametrize("name", ["a.html", "a.json", "a.xml", "a.csv"])
def test_a_report_that_lies_beside_the_logs_is_not_counted_again(folder, capsys, name):
    before = json.loads(printed(capsys, "analyze", ".", "-f", "json"))
    main(["analyze", ".", "-o", name])
    again = json.loads(printed(capsys, "analyze", ".", "-f", "json"))
    assert again["totals"] == before["totals"]
    assert again["inputs"][0]["unreadable"]["reasons"] == {"a report of upload-diag, which tells of other files": 1}


def test_merge_takes_pages_and_json_alike(folder, capsys):
    (folder / "b.log").write_text(LOG.replace("abc.def", "xyz.xyz").replace("v-1", "v-2"))
    main(["analyze", "app.log", "-o", "a.html"])
    main(["analyze", "b.log", "-o", "b.json"])
    assert printed(capsys, "merge", "a.html", "b.json") == printed(capsys, "analyze", "app.log", "b.log")


def test_a_page_that_left_something_out_says_so_when_it_is_read_back(folder, capsys):
    lines = (
        f"2026-11-20T10:{n // 60:02d}:{n % 60:02d}Z ERROR part 3 failed: NoSuchUpload: The specified upload does not "
        f"exist. uploadId=upload-{n}.abcdefgh\n"
        for n in range(300)
    )
    (folder / "many.log").write_text("".join(lines))
    main(["analyze", "many.log", "-o", "many.html"])
    told = printed(capsys, "analyze", "many.html")
    assert "sessions left out by a limit" in told
    assert "uploads (there were more) failed" in told.splitlines()[1]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["merge", "app.log"], "app.log: no report; wanted what `analyze -f json` or `-f html` writes"),
        (["analyze", "empty"], "empty: an empty folder; wanted logs to read"),
        (["analyze", "app.log", "-o", "none/report.html"], "cannot write none/report.html: there is no folder "),
        (["analyze", "app.log", "-o", "empty"], "cannot write empty: is a folder"),
        (["serve", "--ready-file", "none/ready.json", "--port", "0", "--control-port", "0"], "cannot write none/ready"),
    ],
)
def test_what_cannot_be_read_or_written_is_named(folder, capsys, call, said):
    (folder / "empty").mkdir()
    assert main(call) == ExitCode.FILES
    assert capsys.readouterr().err.startswith(f"upload-diag: {said}")


def test_other_html_is_an_input_like_others(folder, capsys):
    (folder / "error.html").write_text("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>\n")
    assert "SERVER_ERROR" in printed(capsys, "analyze", "error.html")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "[" * 100_000, '{"schema": "upload-diag/report/1"}'])
def test_merge_refuses_in_one_line_what_is_no_report(folder, capsys, text):
    (folder / "bad.json").write_text(text)
    assert main(["merge", "bad.json"]) == ExitCode.FILES
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("upload-diag: bad.json: ")
    assert err.count("\n") == 1


def test_an_unknown_format_is_refused_with_those_there_are(capsys):
    assert main(["analyze", "app.log", "-f", "yaml"]) == ExitCode.USAGE
    assert (
        "'yaml' is not one of text, json, ndjson, markdown, html, csv, junit, sarif, github" in capsys.readouterr().err
    )
