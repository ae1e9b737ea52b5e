"""Every format prints every report, and nothing that a stranger wrote gets the better of it."""

import csv
import io
import json
import re
from pkgutil import iter_modules
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from samples import EMPTY, HOSTILE, MARK, SAMPLES, group, hostile, report, session

from upload_diag import report as formats
from upload_diag._resources import read_resource
from upload_diag.analysis import analyze
from upload_diag.codes import Action, Outcome
from upload_diag.logs.layout import detect
from upload_diag.report import FORMATS
from upload_diag.report import _words as words
from upload_diag.sessions import Cause
from upload_diag.terminal import safe

each_hostile = pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:30])


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch):
    for name in ("GITHUB_STEP_SUMMARY", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def printed(name, sample):
    out = io.StringIO()
    FORMATS[name](sample, out)
    return out.getvalue()


def test_every_output_format_is_registered():
    modules = {module.name.rstrip("_") for module in iter_modules(formats.__path__) if module.name[0] != "_"}
    assert modules == set(FORMATS)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_prints_every_report_as_text_that_no_terminal_obeys(name, sample):
    text = printed(name, SAMPLES[sample])
    assert text.endswith("\n")
    text.encode("utf-8", "strict")
    assert safe(text) == text


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"text", "markdown", "github"}))
def test_a_report_is_not_taken_for_a_log(name, sample):
    assert detect(printed(name, SAMPLES[sample]).encode()).format is None


@each_hostile
@pytest.mark.parametrize("name", FORMATS)
def test_what_strangers_wrote_is_still_there(name, text):
    assert MARK in printed(name, hostile(text))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_is_printed_the_same_way(name):
    assert printed(name, report(5, 5)) == printed(name, report(5, 5))


# text


def test_text_answers_in_its_first_three_lines():
    what, often, tell, blank, *_ = printed("text", report(3, 4)).split("\n")
    assert what.startswith("SESSION_EXPIRED (NoSuchUpload): ")
    assert often.startswith("8,997 failures: 3,000 SESSION_EXPIRED, ")
    assert "1 of 4 uploads failed; 2026-11-20 10:11:03 to 2026-11-21 11:11:03 UTC." in often
    assert tell.startswith("Tell the user: Your upload session has expired")
    assert not blank


def test_text_says_of_one_failure_no_more_than_it_needs(tmp_path):
    frames = "".join(f'  File "/srv/app/part{n}.py", line {n}, in send\n    call()\n' for n in range(20))
    log = tmp_path / "ticket.txt"
    log.write_text(
        f"Traceback (most recent call last):\n{frames}botocore.ClientError: An error occurred (NoSuchUpload)\n"
    )
    out = io.StringIO()
    FORMATS["text"](analyze([str(log)]), out)
    lines = out.getvalue().splitlines()
    assert lines[1] == "1 failure."
    assert "1 upload" not in out.getvalue()
    assert "When" not in out.getvalue()
    assert len(lines[-1]) < 300 + len(str(log)) + 20
    assert ":1  Traceback (most recent call last): File" in lines[-1]
    assert lines[-1].endswith("botocore.ClientError: An error occurred (NoSuchUpload)")


@pytest.mark.parametrize(
    ("outcomes", "sessions", "told"),
    [
        ((Outcome.RECOVERED, Outcome.COMPLETED), 1, "The upload went through in the end. There is nothing to do."),
        ((Outcome.RECOVERED, Outcome.UNKNOWN), 1, "Your upload session has expired"),
        ((Outcome.RECOVERED,), 0, "Your upload session has expired"),  # a failure of an upload that nobody names
        ((), 0, "Your upload session has expired"),
    ],
)
def test_nobody_is_told_of_failures_that_every_upload_got_over(outcomes, sessions, told):
    uploads = tuple(session(number, outcome=outcome) for number, outcome in enumerate(outcomes))
    sample = report(1, 0, sessions=uploads, groups=(group(0, sessions=sessions),))
    assert f"\nTell the user: {told}" in printed("text", sample)


def test_text_says_that_nothing_failed_and_how_much_was_read():
    assert printed("text", EMPTY) == "No upload failure found.\n1 input, 3 lines read.\n"


def test_text_leads_with_a_failure_that_somebody_must_act_on():
    sample = report(2, 0)
    harmless = group(0, action=Action.NONE)
    assert printed("text", sample) != printed("text", report(2, 0, groups=(harmless, group(1))))
    assert printed("text", report(2, 0, groups=(harmless, group(1)))).startswith("CREDENTIALS_EXPIRED (Code1)")


def test_text_says_what_it_leaves_out_and_what_was_not_read():
    text = printed("text", report(2000, 3000))
    assert "… and 1,980 more kinds; -f json has them all" in text
    assert "… and 2,990 more; -f json has them all" in text
    assert "logs/console.png: 4,096 of 4,096 bytes: not text" in text
    assert "[Object]" in text


def test_text_is_coloured_only_when_asked_to_be(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" not in printed("text", report(1, 1))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1;31mSESSION_EXPIRED" in printed("text", report(1, 1))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed("text", report(1, 1))


@each_hostile
def test_text_has_as_many_lines_whatever_strangers_write(text):
    assert printed("text", hostile(text)).count("\n") == printed("text", hostile("x")).count("\n")


def test_a_histogram_shows_the_empty_hours_too_and_never_more_bars_than_asked_for():
    width, bars = words.bars(report(20, 0), 10)
    assert len(bars) <= 10
    assert width % 300 == 0
    assert sum(sum(bar.counts.values()) for bar in bars) == sum(
        sum(bar.counts.values()) for bar in report(20, 0).timeline
    )
    sparse = report(1, 0)
    sparse = report(1, 0, timeline=(sparse.timeline[0], sparse.timeline[-1]))
    assert [bool(bar.counts) for bar in words.bars(sparse, 24)[1]] == [True, False, False, True]


def test_every_cause_of_death_has_its_words():
    assert set(words.CAUSES) == set(Cause)


# json, ndjson


@pytest.mark.parametrize("sample", SAMPLES)
def test_json_is_the_report_and_nothing_is_lost(sample):
    wanted = json.loads(json.dumps(SAMPLES[sample].to_json()).replace("\\ud800", "\\ufffd"))
    assert json.loads(printed("json", SAMPLES[sample])) == wanted


@pytest.mark.parametrize("sample", SAMPLES)
def test_json_keeps_its_schema(sample):
    validator = Draft202012Validator(json.loads(read_resource("schemas", "report.schema.json")))
    errors = [error.message[:200] for error in validator.iter_errors(json.loads(printed("json", SAMPLES[sample])))]
    assert errors == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_ndjson_is_the_same_report_in_rows_with_a_type(sample):
    rows = [json.loads(line) for line in printed("ndjson", SAMPLES[sample]).splitlines()]
    whole = json.loads(printed("json", SAMPLES[sample]))
    head, *rest = rows
    assert head.pop("type") == "report"
    for name, kind in {"inputs": "input", "groups": "group", "sessions": "session"}.items():
        assert [{"type": kind} | row for row in whole[name]] == [row for row in rest if row["type"] == kind]
    assert head == {key: value for key, value in whole.items() if key in head}


# markdown

MARKUP = {"html_inline", "html_block", "link_open", "image"}
MENTION = re.compile(r"@\w|https?:|www\.", re.IGNORECASE)


def tokens(text):
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


@each_hostile
def test_markdown_makes_no_link_image_mention_or_html_of_what_strangers_wrote(text):
    seen = list(tokens(printed("markdown", hostile(text))))
    assert MARKUP.isdisjoint(token.type for token in seen)
    assert not [token.content for token in seen if token.type == "text" and MENTION.search(token.content)]
    headings = sum(token.type == "heading_open" for token in seen)
    assert headings == printed("markdown", hostile("x")).count("\n### ")


@each_hostile
def test_markdown_keeps_its_table_in_shape(text):
    cells = [token for token in tokens(printed("markdown", hostile(text))) if token.type in ("th_open", "td_open")]
    assert len(cells) == 14


def test_markdown_is_an_answer_for_the_ticket():
    text = printed("markdown", report(3, 4))
    assert text.startswith("**SESSION_EXPIRED (NoSuchUpload): ")
    assert "\n> Your upload session has expired" in text
    assert "| 3,000 | SESSION_EXPIRED | `NoSuchUpload` |" in text
    assert "because a lifecycle rule" in text


# csv


@each_hostile
def test_csv_has_no_formula_and_no_forged_row(text):
    rows = list(csv.reader(io.StringIO(printed("csv", hostile(text)))))
    assert [len(row) for row in rows] == [17, 17]
    assert not [cell for cell in rows[1] if re.match(r"\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]", cell)]


def test_csv_has_a_row_for_each_group():
    rows = list(csv.DictReader(io.StringIO(printed("csv", report(20, 0)))))
    assert [row["count"] for row in rows] == [str(3000 - index) for index in range(20)]
    assert rows[0]["actionRequired"] == "RESTART_UPLOAD"
    assert rows[0]["path"] == "logs/worker-0.log"


# junit


@pytest.mark.parametrize("sample", SAMPLES)
def test_junit_counts_what_it_holds(sample):
    suite = ET.fromstring(printed("junit", SAMPLES[sample]).encode())
    cases = suite.findall("testcase")
    assert suite.tag == "testsuite"
    assert int(suite.get("tests")) == len(cases) >= 1
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == len(SAMPLES[sample].groups)
    assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
    assert all(case.get("name") and case.get("classname").startswith("upload-diag.") for case in cases)


# Element -> the attributes that Jenkins' or Maven's schema requires, and the elements in it.
JUNIT = {
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "error"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_junit_holds_what_the_schemas_of_its_readers_require_and_nothing_else(sample):
    for element in ET.fromstring(printed("junit", SAMPLES[sample]).encode()).iter():
        attributes, within = JUNIT[element.tag]
        assert set(element.keys()) == attributes
        assert {child.tag for child in element} <= within
        assert len(element) <= 1 or element.tag == "testsuite"
        assert not (element.text or "").strip() or element.tag in ("failure", "error")
        for name in {"tests", "failures", "errors", "skipped", "time"} & attributes:
            assert element.get(name).isdigit()


def test_junit_names_every_test_differently():
    cases = ET.fromstring(printed("junit", report(2000, 0)).encode()).findall("testcase")
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == 2002


# sarif


def _object(required, **optional):
    """A JSON object with all of the required properties, perhaps the optional ones, and no other."""
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
MESSAGE = _object({"text": TEXT})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# What SARIF 2.1.0 says of the properties that a report has; its objects may have no others than the standard names.
SARIF = _object(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": _object(
                {
                    "tool": _object(
                        {
                            "driver": _object(
                                {"name": TEXT},
                                version=TEXT,
                                properties={"type": "object"},
                                rules={
                                    "type": "array",
                                    "uniqueItems": True,
                                    "items": _object({"id": TEXT}, shortDescription=MESSAGE),
                                },
                            )
                        }
                    )
                },
                invocations={
                    "type": "array",
                    "items": _object(
                        {"executionSuccessful": {"type": "boolean"}},
                        toolExecutionNotifications={
                            "type": "array",
                            "items": _object({"message": MESSAGE}, level=LEVEL),
                        },
                    ),
                },
                results={
                    "type": "array",
                    "items": _object(
                        {"message": MESSAGE},
                        ruleId=TEXT,
                        ruleIndex={"type": "integer", "minimum": -1},
                        level=LEVEL,
                        occurrenceCount={"type": "integer", "minimum": 1},
                        partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
                        locations={
                            "type": "array",
                            "items": _object(
                                {},
                                physicalLocation=_object(
                                    {
                                        "artifactLocation": _object(
                                            {"uri": {"type": "string", "format": "uri-reference"}}
                                        )
                                    },
                                    region=_object({"startLine": {"type": "integer", "minimum": 1}}, snippet=MESSAGE),
                                ),
                            ),
                        },
                    ),
                },
            ),
        },
    }
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_sarif_has_the_properties_that_the_standard_defines_and_no_others(sample):
    validator = Draft202012Validator(SARIF)
    assert [error.message for error in validator.iter_errors(json.loads(printed("sarif", SAMPLES[sample])))] == []


URI = re.compile(r"(?:[A-Za-z0-9._~/!$&'()*+,;=:@-]|%[0-9A-F]{2})+")


@pytest.mark.parametrize("sample", SAMPLES)
def test_sarif_has_the_structure_of_2_1_0(sample):
    body = json.loads(printed("sarif", SAMPLES[sample]))
    assert body["version"] == "2.1.0"
    (run,) = body["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    assert len(run["results"]) == len(SAMPLES[sample].groups)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "note"}
        assert result["message"]["text"]
        assert result["occurrenceCount"] >= 1
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert URI.fullmatch(physical["artifactLocation"]["uri"])
            assert physical["region"]["startLine"] >= 1


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/c%.log", "a%20b/c%25.log"), ("/var/log/ü.log", "file:///var/log/%C3%BC.log"), ("logs\\a.log", "logs/a.log")],
)
def test_sarif_names_files_by_uri(path, uri):
    one = group(0)
    one = group(0, examples=(one.examples[0].__class__(path, 1, 0, None, "x"),))
    result = json.loads(printed("sarif", report(1, 0, groups=(one,))))["runs"][0]["results"][0]
    found = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert found == uri
    assert urlsplit(found).scheme in {"", "file"}


# github

COMMAND = re.compile(r"::(error|notice) (?:file=[^:,\n]+,line=\d+,)?title=[^:,\n]+::[^\n]+")


@pytest.mark.parametrize("sample", SAMPLES)
def test_github_gets_annotations_only_and_at_most_ten(sample):
    lines = printed("github", SAMPLES[sample]).splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert len(lines) == min(10, len(SAMPLES[sample].groups)) + 1


def test_github_says_how_many_more_there_are():
    assert printed("github", report(20, 0)).rstrip().endswith(" And 10 more kinds.")


def test_github_escapes_what_its_commands_know():
    line = printed(
        "github", report(1, 0, groups=(group(0, service_code="50%,a:b", cause="100%\r\n::x"),))
    ).splitlines()[0]
    assert "title=SESSION_EXPIRED (50%25%2Ca%3Ab) x 3000::100%25 ::x (" in line


def test_github_appends_the_report_to_the_summary_of_the_step(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    printed("github", report(3, 4))
    assert summary.read_text(encoding="utf-8") == "before\n" + printed("markdown", report(3, 4)) + "\n"


def test_github_cuts_a_summary_that_would_be_dropped(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("x" * ((1 << 20) - 1500))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    printed("github", report(20, 4))
    assert summary.stat().st_size <= 1 << 20
    assert summary.read_text(encoding="utf-8").endswith("a step's summary holds 1 MiB.\n")
    assert summary.read_text(encoding="utf-8").count("```") % 2 == 0


def test_the_histogram_says_a_pause_in_one_line(tmp_path):
    log = tmp_path / "app.log"
    log.write_text("2026-11-22T10:00:00Z ERROR SlowDown\n2026-11-22T10:20:30Z ERROR SlowDown\n")
    out = io.StringIO()
    FORMATS["text"](analyze([str(log)]), out)
    first, pause, last = out.getvalue().partition("When (UTC)\n")[2].splitlines()
    assert pause == "  … none for 19 min"
    assert (first.split("  ")[1], last.split("  ")[1]) == ("2026-11-22 10:00:00", "2026-11-22 10:20:00")
