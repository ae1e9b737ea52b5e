"""However uploads and their logs are spread over machines: the reports merge into the report on all of it."""

import json
from functools import reduce
from io import StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.analysis import Report, analyze
from upload_diag.analysis.restore import restore
from upload_diag.report import FORMATS

SAID = (
    "upload started",
    "part.uploaded",
    "upload done",
    "upload.aborted",
    "upload session refreshed",
    "part failed, retrying",
    "upload.cancelled",
    "NoSuchUpload",
    "SlowDown",
    "AccessDenied",
)
# Few names, so that uploads meet: at a video, at a key that is begun anew, at the request that failed.
NAMES = {
    "uploadId": ("AAAA1111bbbb2222", "BBBB1111cccc2222", "CCCC1111dddd2222"),
    "videoId": ("video-7", "video-8"),
    "bucket": ("media",),
    "key": ("a.mp4", "b.mp4"),
    "requestId": ("REQ0000000000001", "REQ0000000000002"),
    "partNumber": tuple(range(1, 5)),
    "time": tuple(f"2026-11-{day}T10:00:0{second}Z" for day in (20, 22) for second in range(4)),
}


@st.composite
def records(draw):
    """What a program says: a line of JSON or of text, with some of the names."""
    said = draw(st.sampled_from(SAID))
    chosen = draw(st.sets(st.sampled_from(sorted(NAMES))))
    names = {name: draw(st.sampled_from(NAMES[name])) for name in sorted(chosen)}
    return said, names


def as_json(record):
    said, names = record
    field = "code" if said[0].isupper() else "msg"
    return json.dumps({**names, field: said})


def as_text(record):
    said, names = record
    time = names.get("time", "")
    return f"{time} {'ERROR' if said[0].isupper() else 'INFO'} {said} " + " ".join(
        f"{name}={value}" for name, value in names.items() if name != "time"
    )


logs = st.tuples(st.sampled_from((as_json, as_text)), st.lists(records(), min_size=1, max_size=6))


CANCELLED_TWICE = [
    ("upload.cancelled", {}),
    ("upload.cancelled", {"bucket": "media", "key": "a.mp4", "time": "2026-11-20T10:00:00Z"}),
    ("NoSuchUpload", {}),  # of the same entry, so at the same place
]


# The second log gives the failure without a name to the key, the first one knows that it was of an upload of that key.
ONE_REQUEST = {"bucket": "media", "key": "a.mp4", "requestId": "REQ0000000000001"}
CANCELLED = [("upload.cancelled", {"requestId": "REQ0000000000001"}), ("upload.cancelled", ONE_REQUEST)]


@settings(max_examples=100)
@example(
    [(as_json, [("upload.cancelled", ONE_REQUEST | {"uploadId": "AAAA1111bbbb2222"})]), (as_json, CANCELLED)], Random(0)
)
@example([(as_json, [("upload started", {})]), (as_text, CANCELLED_TWICE)], Random(0))
@given(st.lists(logs, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_reports_on_any_logs_merge_in_any_order_into_the_report_on_all_written_or_not(shards, random):
    with TemporaryDirectory() as folder:
        paths = []
        for number, (written, said) in enumerate(shards):
            path = Path(folder, f"{number}.log")
            path.write_text("".join(f"{written(record)}\n" for record in said))
            paths.append(str(path))
        whole = analyze(paths).to_json()
        reports = [analyze([path]) for path in paths]
    random.shuffle(reports)
    written = [restore(json.loads(json.dumps(report.to_json()))) for report in reports]
    assert reduce(Report.merge, reports).to_json() == whole
    assert reduce(Report.merge, written).to_json() == whole


def test_logs_of_one_name_on_two_machines_keep_their_own_lines(tmp_path, monkeypatch):
    reports = []
    for machine, lines in (("a", 1), ("b", 3)):
        folder = tmp_path / machine
        folder.mkdir()
        monkeypatch.chdir(folder)
        Path("app.log").write_text(
            "INFO waiting\n" * lines + f"2026-11-22T10:00:0{lines}Z ERROR SlowDown uploadId=AAAA111{lines}\n"
        )
        reports.append(restore(analyze(["app.log"]).to_json()))
    both = reports[0].merge(reports[1])
    assert [example.line for example in both.groups[0].examples] == [2, 4]
    assert [session.timeline[0].line for session in both.sessions] == [2, 4]


def test_what_a_report_does_not_show_is_counted_when_it_is_merged(tmp_path):
    log = tmp_path / "app.log"
    log.write_text(
        "2026-11-22T10:00:00Z ERROR SlowDown uploadId=AAAA1111\n" * 2
        + "2026-11-22T10:00:01Z ERROR NoSuchUpload uploadId=AAAA1111\n2026-11-22T10:00:01Z ERROR AccessDenied\n"
    )
    whole = analyze([str(log)])
    top = restore(whole.top(1).to_json())
    assert top.merge(top).totals()["byCode"] == {code: 2 * count for code, count in whole.by_code.items()}
    assert [session.errors for session in top.sessions] == [session.errors for session in whole.sessions]
    for write in FORMATS.values():
        write(top, StringIO())
