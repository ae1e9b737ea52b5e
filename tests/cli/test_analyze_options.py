"""The options of `analyze` that choose what is read and shown."""

import gzip
import json

import pytest
from click.testing import CliRunner

from upload_diag import classify
from upload_diag.analysis import analyze
from upload_diag.analysis.context import with_context
from upload_diag.analysis.restore import restore
from upload_diag.cli.analyze import command

LOG = """\
2026-11-22 10:00:00 INFO start token=AKIAIOSFODNN7EXAMPLE
2026-11-22 10:00:01 INFO sending part 3
2026-11-22 10:00:02 ERROR SlowDown: Please reduce your request rate. upload_id=AAAA1111aaaa
2026-11-22 10:00:03 ERROR SlowDown: Please reduce your request rate. upload_id=AAAA1111aaaa
2026-11-22 10:00:04 INFO waiting
2026-11-22 10:00:05 ERROR NoSuchUpload: gone upload_id=AAAA1111aaaa
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return str(path)


def run(*arguments):
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_top_shows_the_most_frequent_kinds_and_says_how_many_more(log):
    shown = run("--top", "1", log)
    assert "2 x THROTTLED" in shown
    assert "1 x SESSION_EXPIRED" not in shown
    assert "… and 1 more kind; a larger --top shows them" in shown


def test_top_leaves_all_totals_as_they_are(log):
    whole, top = json.loads(run("-f", "json", log)), json.loads(run("-f", "json", "--top", "1", log))
    assert top["totals"] == whole["totals"]
    assert [group["code"] for group in top["groups"]] == ["THROTTLED"]
    assert top["dropped"] == {"kinds of failure": 1}
    assert restore(top).totals() == whole["totals"]


def test_context_shows_the_lines_around_an_example_redacted(log):
    report = with_context(analyze([log]), [log], 2)
    slow = next(group for group in report.groups if group.code == "THROTTLED").examples[0]
    assert [line[20:] for line in slow.after] == [LOG.splitlines()[3][20:], "INFO waiting"]
    assert slow.before[1].endswith("INFO sending part 3")
    assert "AKIAIOSFODNN7EXAMPLE" not in "".join(slow.before)
    assert not report.notes


def test_context_is_found_in_what_is_packed(log, tmp_path):
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress(LOG.encode()))
    group = with_context(analyze([str(packed)]), [str(packed)], 1).groups[0]
    assert group.examples[0].before == ("2026-11-22 10:00:01 INFO sending part 3",)


def test_where_an_input_cannot_be_read_again_the_report_says_so(log, tmp_path):
    report = analyze([log])
    (tmp_path / "app.log").unlink()
    (note,) = with_context(report, [], 1).notes
    assert note.endswith("cannot be read again to show the lines around the examples.")


def test_a_format_that_nearly_fits_is_doubted_and_can_be_forced(tmp_path):
    log = tmp_path / "mixed.log"
    row = json.dumps({"level": 50, "err": {"name": "SlowDown"}, "uploadId": "AAAA1111aaaa"})
    log.write_text((row + "\n") * 6 + "plain words\n" * 4)
    (one,) = (report := analyze([str(log)])).inputs
    assert (one.format, one.doubt) == ("text", "only 60% of its first lines are ndjson")
    assert report.notes == (f"{log} was read as plain text: {one.doubt}. --input-format says what it is.",)
    assert restore(report.to_json()).notes == report.notes
    forced = analyze([str(log)], input_format="ndjson")
    assert (forced.inputs[0].format, forced.inputs[0].doubt) == ("ndjson", "")
    assert dict(forced.by_code) == {"THROTTLED": 6}


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(log):
    result = CliRunner().invoke(command, ["--input-format", "xyz", log])
    assert result.exit_code == 2
    assert "'xyz' is not one of text, ndjson, csv, s3-access-log," in result.stderr


def test_what_is_no_text_is_named(tmp_path, log):
    (tmp_path / "shot.log").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 99)
    one = next(one for one in analyze([str(tmp_path)]).inputs if one.path.endswith("shot.log"))
    assert one.unreadable == {"not text: a PNG image": 1}


def test_context_says_so_where_a_document_has_no_other_entries(tmp_path):
    path = tmp_path / "export.json"
    path.write_text('[{"message": "NoSuchUpload", "uploadId": "AAAA1111aaaa"}]')
    (note,) = with_context(analyze([str(path)]), [str(path)], 2).notes
    assert note == f"{path}: has no other entries to show around the examples."


@pytest.mark.parametrize("indent", [None, 2])
def test_context_in_a_document_is_its_entries(indent, tmp_path):
    def entry(part, status, body=""):
        url = f"https://b.s3.example/k?partNumber={part}&uploadId=AAAA1111aaaa&X-Amz-Signature=0123456789abcdef"
        return {
            "startedDateTime": f"2026-11-22T10:00:0{part}.000Z",
            "request": {"method": "PUT", "url": url},
            "response": {"status": status, "content": {"text": body}},
        }

    dead = "<Error><Code>NoSuchUpload</Code>\n</Error>"
    entries = [entry(1, 200), entry(2, 200), entry(3, 404, dead), entry(4, 503), entry(5, 200), entry(6, 200)]
    path = tmp_path / "page.har"
    path.write_text(json.dumps({"log": {"entries": entries}}, indent=indent))
    report = with_context(analyze([str(path)]), [str(path)], 2)
    shown = {str(group.code): group.examples[0] for group in report.groups}
    parts = {
        code: ([_part(line) for line in one.before], [_part(line) for line in one.after]) for code, one in shown.items()
    }
    assert parts == {"SESSION_EXPIRED": (["1", "2"], ["4", "5"]), "SERVER_ERROR": (["2", "3"], ["5", "6"])}
    assert "0123456789abcdef" not in str(shown)
    assert not report.notes


def _part(line):
    return line.partition("partNumber=")[2][:1]


def test_context_holds_no_secret_whose_label_stands_in_the_line_above(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(f"Signature:\n{'0123456789abcdef' * 4}\nNoSuchUpload: The specified upload does not exist.\n")
    shown = run("--context", "2", str(path))
    assert "REDACTED-signature" in shown
    assert "89abcdef" not in shown


def test_context_holds_no_cell_of_a_table_that_its_heading_tells_to_be_secret(tmp_path):
    path = tmp_path / "app.csv"
    row = "2026-11-20T10:11:12Z,{},keep.me_1,hunter2\n"
    path.write_text("time,message,uploadId,password\n" + "".join(map(row.format, ["fine", "NoSuchUpload", "fine"])))
    shown = run("--context", "2", str(path))
    assert "fine,keep.me_1,REDACTED-password" in shown
    assert "time,message,uploadId,password" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    "label",
    ["secret key: ", "fs.s3a.secret.key=", "customer key: ", "sse.customer.key=", "api key=", "aws.secret.key: '"],
)
def test_the_key_of_a_secret_is_no_object_s(label, tmp_path):
    secret = "abcdeFGHIJ/klmno+pqrstuvwxyz0123456789AB"
    text = f"UploadPart failed: NoSuchUpload: The specified upload does not exist. {label}{secret}' key=films/a.mp4"
    assert classify(text).context.key == "films/a.mp4"
    path = tmp_path / "app.log"
    path.write_text(f"2026-11-22T10:00:00Z ERROR {text} uploadId=2~keep.me_1\n")
    report = run("-f", "json", str(path))
    assert secret[:10] not in report
    assert [session["key"] for session in json.loads(report)["sessions"]] == ["films/a.mp4"]
