"""From logs to a report: what is counted, that cutting and adding change nothing, and what bad input gets."""

import gzip
import io
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upload_diag.analysis import Only, Report, analyze, pieces, run, tally, workers
from upload_diag.analysis.build import build
from upload_diag.analysis.judge import Judge
from upload_diag.analysis.restore import restore
from upload_diag.codes import ErrorCode
from upload_diag.errors import InputError
from upload_diag.logs.layout import detect
from upload_diag.logs.reader import Reader
from upload_diag.logs.source import open_streams

CONSOLE = """\
upload.ts:12 Uploading movie.mp4
✅ Chunk 1 uploaded successfully uploadId=AAAA1111aaaa
❌ Upload session expired/invalid, getting fresh session (attempt 1/2)...
🔍 Session expiration details: {
  videoId: 'vid-0001',
  uploadId: 'AAAA1111aaaa',
  error: {
    errorType: 'NoSuchUpload',
    isSessionExpired: true
  }
}
🔄 Refreshing upload session…
✅ Fresh upload session created: { uploadId: 'BBBB2222bbbb', videoId: 'vid-0001' }
✅ Fresh session obtained, retrying chunk upload…
✅ Upload completed
"""
WORKER = """\
2026-11-22 10:00:00,100 INFO worker starting part 7 of upload_id=CCCC3333cccc
2026-11-22 10:00:01,200 ERROR worker could not store the part
Traceback (most recent call last):
  File "/srv/worker.py", line 88, in put
    client.upload_part(**args)
  File "/srv/lib/botocore/client.py", line 606, in _api_call
    return self._make_api_call(operation_name, kwargs)
botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart operation: gone

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/worker.py", line 91, in put
    raise Failed("part 7") from error
worker.Failed: part 7
2026-11-22 10:00:02,300 INFO worker idle
2026-11-22 10:00:03,400 ERROR worker An error occurred (SlowDown) when calling the UploadPart operation: slow
"""
BACKEND = "".join(
    json.dumps(
        {
            "timestamp": f"2026-11-22T10:{minute:02d}:00.000Z",
            "level": "error",
            "msg": "part refused",
            "error": {"code": code, "message": "The upload failed."},
            "uploadId": f"{upload}{minute % 3}",
            "partNumber": minute,
        }
    )
    + "\n"
    for minute, code, upload in zip(
        range(30),
        ["NoSuchUpload", "SlowDown", "InternalError"] * 10,
        ["DDDD4444dddd", "EEEE5555eeee"] * 15,
        strict=True,
    )
)
SAMPLES = {"console.txt": CONSOLE, "worker.log": WORKER, "backend.ndjson": BACKEND}


@pytest.fixture
def files(tmp_path):
    paths = {}
    for name, text in SAMPLES.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        paths[name] = str(path)
    return paths


def counts(report: Report) -> dict[str, int]:
    return {str(code): count for code, count in report.by_code.items()}


def test_a_console_with_a_refresh_is_one_failure_of_one_upload_that_recovered(files):
    report = analyze([files["console.txt"]])
    assert counts(report) == {"SESSION_EXPIRED": 1}
    (session,) = report.sessions
    assert session.upload_ids == ("AAAA1111aaaa", "BBBB2222bbbb")
    assert (session.video_id, session.outcome, session.refreshes, session.restarts) == ("vid-0001", "recovered", 1, 0)


def test_json_lines_that_announce_a_failure_and_give_its_details_are_one_failure(tmp_path):
    log = tmp_path / "app.ndjson"
    lines = [
        {"time": "2026-11-22T10:00:00Z", "msg": "Upload session expired/invalid, getting fresh session (attempt 1/2)"},
        {"time": "2026-11-22T10:00:00Z", "msg": "Session expiration details:", "errorType": "NoSuchUpload"},
        {"time": "2026-11-22T10:00:09Z", "msg": "Session expiration details:", "errorType": "NoSuchUpload"},
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert counts(analyze([str(log)])) == {"SESSION_EXPIRED": 2}


def test_a_traceback_with_its_cause_is_one_failure(files):
    report = analyze([files["worker.log"]])
    assert counts(report) == {"SESSION_EXPIRED": 1, "THROTTLED": 1}
    expired = next(group for group in report.groups if group.code == "SESSION_EXPIRED")
    assert expired.examples[0].line == 2
    assert expired.examples[0].time == "2026-11-22T10:00:01.200Z"
    assert [session.upload_ids for session in report.sessions] == [("CCCC3333cccc",)]


def test_every_line_of_a_json_log_is_counted_with_its_ids_and_time(files):
    report = analyze([files["backend.ndjson"]])
    assert counts(report) == {"SERVER_ERROR": 10, "SESSION_EXPIRED": 10, "THROTTLED": 10}
    assert (report.first, report.last) == ("2026-11-22T10:00:00Z", "2026-11-22T10:29:00Z")
    assert len(report.sessions) == 6
    assert report.inputs[0].lines == 30


LONG = "kQ7_pX2." * 16


@pytest.mark.parametrize(
    "said", ["uploadId={}, part 3", "uploadId={}", "upload id: {}", "uploadId={}.", "uploadId: '{}'."]
)
@pytest.mark.parametrize("ids", [LONG, *(f"AAAA1111aaa{mark}" for mark in "_-~+=/"), f"2~{LONG[:30]}"])
def test_an_upload_id_keeps_its_last_character_in_a_sentence(ids, said, tmp_path):
    log = tmp_path / "up.log"
    line = "2026-11-22T10:00:00Z ERROR NoSuchUpload, " + said
    log.write_text("".join(line.format(one) + "\n" for one in (LONG[::-1][1:] + "b", ids, ids)))
    assert ids in {session.upload_ids[0] for session in analyze([str(log)]).sessions}


COMPLETED = """\
2026-11-22T10:00:00Z INFO Upload session created: uploadId=AAAA1111aaaa
2026-11-22T10:00:01Z INFO part 1 uploaded
2026-11-22T10:00:02Z INFO CompleteMultipartUpload ok: upload completed uploadId=AAAA1111aaaa
"""


@pytest.mark.parametrize(
    ("later", "outcome", "errors"),
    [
        ("SlowDown: Please reduce your request rate.", "completed", {}),
        ("InternalError: We met an error.\n2026-11-22T10:00:04Z INFO retrying part 1", "completed", {}),
        ("NoSuchUpload: The specified upload does not exist.", "failed", {"SESSION_EXPIRED": 1}),
        ("part 2 of uploadId=AAAA1111aaaa failed: SlowDown\n2026-11-22T10:00:04Z ERROR InternalError: x", "failed",
         {"SERVER_ERROR": 1, "THROTTLED": 1}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1 << 20, 200, 60])
def test_an_error_without_ids_is_none_of_an_upload_that_has_completed(
    size, later, outcome, errors, tmp_path, monkeypatch
):
    monkeypatch.setattr(pieces, "RANGE", size)
    log = tmp_path / "app.log"
    log.write_text(f"{COMPLETED}2026-11-22T10:00:03Z ERROR {later}\n")
    (session,) = (report := analyze([str(log)])).sessions
    assert (session.outcome, {str(code): count for code, count in session.errors.items()}) == (outcome, errors)
    assert report.by_code


@pytest.mark.parametrize("name", ["videoId", "asset_id", "mediaId"])
def test_two_sessions_of_one_video_are_one_upload_whatever_the_video_is_called(name, tmp_path):
    log = tmp_path / "app.ndjson"
    rows = [
        {"msg": "upload started", "uploadId": "AAAA1111aaaa", name: "v-1", "time": "2026-11-22T10:00:00Z"},
        {"msg": "upload session refreshed", "uploadId": "BBBB2222bbbb", name: "v-1", "time": "2026-11-22T10:01:00Z"},
        {"msg": "upload finished", "uploadId": "BBBB2222bbbb", name: "v-1", "time": "2026-11-22T10:02:00Z"},
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    [session] = analyze([str(log)]).sessions
    assert (session.video_id, session.refreshes, session.outcome) == ("v-1", 1, "completed")


def test_an_upload_that_the_app_aborts_itself_is_no_failure_but_the_cause_of_the_next(tmp_path):
    log = tmp_path / "app.ndjson"
    ids = {"uploadId": "AAAA1111aaaa", "level": 30}
    rows = [
        {"msg": "upload started", **ids, "time": "2026-11-22T10:00:00Z"},
        {"msg": "chunk error", **ids, "err": {"code": "AccessDenied"}, "time": "2026-11-22T10:00:01Z"},
        {"msg": "upload aborted", **ids, "time": "2026-11-22T10:00:02Z"},
        {"msg": "chunk error", **ids, "err": {"code": "NoSuchUpload"}, "time": "2026-11-22T10:00:09Z"},
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = analyze([str(log)])
    assert dict(report.by_code) == {"ACCESS_DENIED": 1, "SESSION_EXPIRED": 1}
    assert report.sessions[0].root_cause.cause == "own_abort"


GONE = {"name": "NoSuchUpload", "$metadata": {"httpStatusCode": 404}}


def sessions_of(tmp_path, *rows):
    """Of lines of JSON, one a second."""
    log = tmp_path / "app.ndjson"
    log.write_text(
        "".join(json.dumps({**row, "time": f"2026-11-22T10:00:{n:02d}Z"}) + "\n" for n, row in enumerate(rows))
    )
    return analyze([str(log)]).sessions


@pytest.mark.parametrize("times", [1, 25])
@pytest.mark.parametrize("hidden", ["[Redacted]", "REDACTED", "<hidden>", "(masked)", "***", "xxxxxxxx", "undefined"])
def test_what_a_logger_writes_for_an_upload_id_that_it_hides_joins_nothing(hidden, times, tmp_path):
    rows = [
        {"msg": msg, "uploadId": hidden, "videoId": f"v-{msg}-{n}"}
        for n in range(times)
        for msg in ("upload started", "upload finished")
    ]
    outcomes = [(session.upload_ids, session.outcome) for session in sessions_of(tmp_path, *rows)]
    assert outcomes == [((), "abandoned"), ((), "completed")] * times


@pytest.mark.parametrize("name", ["s3UploadId", "mpu_id", "upload.id"])
def test_an_upload_id_is_known_by_its_other_names(name, tmp_path):
    [session] = sessions_of(
        tmp_path, {"msg": "upload started", name: "AAAA1111aaaa"}, {"err": GONE, name: "AAAA1111aaaa"}
    )
    assert (session.upload_ids, session.outcome) == (("AAAA1111aaaa",), "failed")


@pytest.mark.parametrize("name", ["s3Key", "s3_object_key", "fileKey", "storage_key"])
def test_a_key_is_one_key_whatever_it_is_called_and_however_its_letters_are_written(name, tmp_path):
    log = tmp_path / "app.ndjson"
    rows = [
        {"msg": "upload started", "uploadId": "AAAA1111aaaa", "bucket": "b", name: "in/Zoë 🎬.mp4"},
        {"msg": "part failed", "uploadId": "AAAA1111aaaa", "bucket": "b", name: "in/Zoë 🎬.mp4", "err": GONE},
        {"msg": "upload started", "uploadId": "BBBB2222bbbb", "bucket": "b", name: "in/Zoë 🎬.mp4"},
    ]
    log.write_text("".join(json.dumps(row, ensure_ascii=n > 1) + "\n" for n, row in enumerate(rows)))
    [session] = analyze([str(log)]).sessions
    assert (session.key, session.restarts) == ("in/Zoë 🎬.mp4", 1)


def test_a_record_is_as_old_as_it_says_not_as_an_error_in_it_says(tmp_path):
    log = tmp_path / "app.ndjson"
    log.write_text(
        '{"err":{"code":"SlowDown","time":"2026-11-22T09:59:58Z"},"meta":[1,{"n":2}],"time":"2026-11-22T10:00:00Z"}\n'
    )
    assert analyze([str(log)]).first == "2026-11-22T10:00:00Z"


def test_a_client_that_only_says_that_it_goes_on_has_refreshed_its_session_all_the_same(tmp_path):
    said = [
        {"msg": "part failed", "uploadId": "AAAA1111aaaa", "err": GONE},
        {"msg": "Fresh upload session created", "uploadId": "BBBB2222bbbb"},
        {"msg": "Fresh session obtained, retrying chunk upload", "uploadId": "BBBB2222bbbb"},
    ]
    for rows in (said, said[:2], said[::2]):
        [session] = sessions_of(tmp_path, *({**row, "videoId": "v-1"} for row in rows))
        assert (session.refreshes, session.restarts) == (1, 0)


def test_a_part_that_another_session_stored_does_not_show_that_the_dead_one_was_known_again(tmp_path):
    first, second = ({"uploadId": upload, "videoId": "v-1"} for upload in ("AAAA1111aaaa", "BBBB2222bbbb"))
    [session] = sessions_of(
        tmp_path,
        {"msg": "upload started", **first},
        {"msg": "part uploaded", **first},
        {"msg": "part failed", "err": GONE, **first},
        {"msg": "upload started", **second},
        {"msg": "part uploaded", **second},
    )
    assert session.root_cause.cause == "unknown"


@pytest.mark.parametrize("said", ["failed to abort multipart upload", "could not abort the upload", "Abort failed"])
def test_a_cancelled_upload_whose_abort_finds_nothing_was_cancelled(said, tmp_path):
    ids = {"uploadId": "AAAA1111aaaa", "level": "warn"}
    rows = [{"msg": "upload started", **ids}, {"msg": "upload cancelled by user", **ids}]
    [session] = sessions_of(tmp_path, *rows, {"msg": said, "err": GONE, **ids})
    assert (session.outcome, session.root_cause) == ("cancelled", None)
    [session] = sessions_of(tmp_path, *rows, {"msg": f"part 3 failed, {said.lower()}", "err": GONE, **ids})
    assert session.outcome == "failed"


def test_what_happened_to_an_upload_is_told_by_a_table_as_by_lines_of_json(tmp_path):
    rows = [("upload started", ""), ("part 1 uploaded", ""), ("part failed", "SlowDown")]
    (tmp_path / "export.csv").write_text(
        "time,message,upload_id,error_code\n"
        + "".join(f"2026-11-22T10:00:0{n}Z,{said},AAAA1111aaaa,{code}\n" for n, (said, code) in enumerate(rows))
    )
    [session] = analyze([str(tmp_path)]).sessions
    assert [step.event for step in session.timeline] == ["create", "part", "error"]


def test_a_key_that_a_text_cuts_at_a_blank_is_known_whole_from_another_log(tmp_path):
    store, service = tmp_path / "access.log", tmp_path / "service.log"
    store.write_text(
        store_log("-", "10:00:00", "POST.UPLOADS")
        + store_log("AAAA1111aaaa", "10:00:02", "PUT.PART", "404 NoSuchUpload")
    )
    service.write_text(
        "2026-11-22T10:00:00Z INFO Opened multipart upload uploadId=AAAA1111aaaa bucket=films key=in/Zoë a.mp4\n"
    )
    [session] = analyze([str(store), str(service)]).sessions
    assert (session.key, session.root_cause.cause) == ("in/Zoë a.mp4", "key_or_endpoint")


def store_log(upload, clock, what, status="200 -"):
    """A line of an S3 server access log about the upload of a key with a blank and a letter beyond ASCII."""
    key = "in/Zo%25C3%25AB%2520a.mp4"
    request = f"PUT /in/Zo%C3%AB%20a.mp4?partNumber=1&uploadId={upload} HTTP/1.1"
    at = f"22/Nov/2026:{clock} +0000"
    return f'79a5 films [{at}] 192.0.2.7 a 3E57 REST.{what} {key} "{request}" {status} - 5 1 9 "-" "-" -\n'


@pytest.mark.parametrize("named", [{"key": "in/Zoë a.mp4", "bucket": "films"}, {"objectKey": "in/Zoë a.mp4"}])
def test_a_client_that_only_knows_the_key_is_joined_to_what_the_store_says_of_the_same_time(named, tmp_path):
    store, client = tmp_path / "access.log", tmp_path / "app.ndjson"
    first = store_log("AAAA1111aaaa", "10:00:01", "PUT.PART") + store_log("AAAA1111aaaa", "10:00:05", "POST.UPLOAD")
    second = store_log("BBBB2222bbbb", "10:30:00", "PUT.PART", "404 NoSuchUpload")
    store.write_text(first + second)
    rows = [{"msg": "part failed", "error": {"code": "ECONNRESET"}}, {"msg": "upload finished"}]
    client.write_text(
        "".join(
            json.dumps({"time": f"2026-11-22T10:00:0{n * 6}Z", **row, **named}) + "\n" for n, row in enumerate(rows)
        )
    )
    whole = analyze([str(store), str(client)])
    told = [(session.upload_ids, session.outcome, dict(session.errors)) for session in whole.sessions]
    assert told == [
        (("AAAA1111aaaa",), "recovered", {"NETWORK": 1}),
        (("BBBB2222bbbb",), "failed", {"SESSION_EXPIRED": 1}),
    ]
    alone = [restore(analyze([str(path)]).to_json()) for path in (client, store)]
    assert alone[0].merge(alone[1]).to_json()["sessions"] == whole.to_json()["sessions"]
    store.write_text(first + store_log("BBBB2222bbbb", "10:00:03", "PUT.PART", "404 NoSuchUpload"))
    assert len(analyze([str(store), str(client)]).sessions) == 3  # nobody knows which of the two the client means


def test_failures_of_too_many_names_are_counted_without_them_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(tally, "GROUPS", 3)
    log = tmp_path / "app.ndjson"
    log.write_text(
        "".join(f'{{"error":{{"code":"Odd{n}X","message":"Access Denied"}},"uploadId":"u"}}\n' for n in range(9))
    )
    report = analyze([str(log)])
    assert dict(report.by_code) == {"ACCESS_DENIED": 9}
    assert [(group.service_code, group.count, group.sessions) for group in report.groups][:1] == [(None, 6, 1)]
    assert report.dropped == {"names of failures": 6}
    assert dict(report.merge(report).by_code) == {"ACCESS_DENIED": 18}


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=40))
@settings(max_examples=50)
def test_a_histogram_of_days_kept_for_minutes_is_that_of_the_minutes(minutes):
    long = [*minutes, *(60 * 24 * day for day in range(200))]
    kept, whole = tally.Tally(), tally.Tally()
    whole.minutes.update({minute: Counter({ErrorCode.NETWORK: 1}) for minute in long})
    kept.minutes.update(deepcopy(whole.minutes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "MINUTES", len(kept.minutes) - 1)
        kept._coarsen()
    assert build(kept, "").timeline == build(whole, "").timeline
    assert len(kept.minutes) <= len(whole.minutes)


def test_reports_add_up_to_the_report_on_all_inputs(files):
    alone = [analyze([path]) for path in files.values()]
    together = analyze(files.values()).to_json()
    first, second, third = alone
    assert first.merge(second).merge(third).to_json() == together
    assert third.merge(second.merge(first)).to_json() == together


def test_written_reports_add_up_too(files):
    whole = analyze(files.values()).to_json()
    written = [restore(json.loads(json.dumps(analyze([path]).to_json()))) for path in files.values()]
    assert written[2].merge(written[0]).merge(written[1]).to_json() == whole
    assert restore(json.loads(json.dumps(whole))).to_json() == whole


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "upload-diag/report/1"}, {"schema": "other"}])
def test_what_is_no_report_is_refused(document):
    with pytest.raises(InputError, match="not a"):
        restore(document)


def test_packed_logs_give_the_same_report(files, tmp_path):
    packed = tmp_path / "console.txt.gz"
    packed.write_bytes(gzip.compress(CONSOLE.encode()[:300]) + gzip.compress(CONSOLE.encode()[300:]))
    plain, unpacked = analyze([files["console.txt"]]).to_json(), analyze([str(packed)]).to_json()
    assert json.loads(json.dumps(unpacked).replace(str(packed), files["console.txt"])) == plain


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a pipe may."""

    def __init__(self, data, size):
        super().__init__(data)
        self.size = size

    def readinto(self, buffer):
        return super().readinto(memoryview(buffer)[: self.size])


JUDGES = {engine: Judge(engine=engine) for engine in ("hyperscan", "re")}


def records(data: bytes, size: int = 1 << 20, engine: str = "hyperscan"):
    judge = JUDGES[engine]
    judge.known.clear()
    reader = Reader(Slow(data, size), detect(data), judge.scanner, judge.json_lines)
    found = [(r.offset, r.line, r.when, r.text, r.ids, judge(r).failure) for r in reader.records()]
    assert reader.bytes == len(data)
    assert reader.lines == data.count(b"\n") + (not data.endswith(b"\n"))
    return found


ALL = [text.encode() for text in SAMPLES.values()] + [(WORKER + CONSOLE).encode()]


@pytest.mark.parametrize("data", ALL)
@pytest.mark.parametrize("size", [*range(1, 18), 100])
def test_reading_in_small_pieces_changes_nothing(data, size):
    assert records(data, size) == records(data)


@pytest.mark.parametrize("data", ALL)
def test_both_engines_find_the_same_records(data):
    assert records(data, engine="re") == records(data, engine="hyperscan")


@settings(max_examples=60)
@given(st.sampled_from(ALL), st.lists(st.integers(0, 6000), max_size=6))
def test_ranges_of_a_file_share_no_record_and_leave_none_out(data, cuts):
    bounds = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    judge = JUDGES["hyperscan"]
    found, size, lines = [], 0, 0
    for lo, hi in pairwise(bounds):
        stream = io.BytesIO(data)
        stream.seek(Reader.begin(lo))
        reader = Reader(stream, detect(data), judge.scanner, judge.json_lines, lo=lo, hi=hi)
        found += [(r.offset, r.line + lines, r.when, r.text, r.ids, judge(r).failure) for r in reader.records()]
        size += reader.bytes
        lines += reader.lines
    assert found == records(data)
    assert size == len(data)


@pytest.mark.parametrize("size", [200, 1000, 5000])
def test_a_file_counted_in_ranges_gives_the_same_report(files, monkeypatch, size):
    whole = analyze(files.values()).to_json()
    monkeypatch.setattr(pieces, "RANGE", size)
    monkeypatch.setattr(workers, "_BATCH", size)
    assert analyze(files.values()).to_json() == whole
    with ThreadPoolExecutor(2) as pool:
        assert analyze(files.values(), executor=pool).to_json() == whole


def test_processes_give_the_same_report(files, monkeypatch):
    whole = analyze(files.values()).to_json()
    monkeypatch.setattr(run, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(pieces, "RANGE", 2000)
    monkeypatch.setattr(workers, "_BATCH", 2000)
    assert analyze(files.values(), jobs=2).to_json() == whole


def test_a_line_beyond_the_limit_is_cut_and_counted(tmp_path):
    log = tmp_path / "long.log"
    log.write_bytes(b"NoSuchUpload " + b"x" * (3 << 20) + b"\nSlowDown: Please reduce your request rate.\n")
    report = analyze([str(log)])
    assert counts(report) == {"SESSION_EXPIRED": 1, "THROTTLED": 1}
    (one,) = report.inputs
    assert (one.bytes, one.lines) == (log.stat().st_size, 2)
    assert one.unreadable_bytes == (2 << 20) + 13
    assert [group.examples[0].line for group in report.groups if group.code == "THROTTLED"] == [2]


def test_a_line_longer_than_a_range_hides_nothing_after_it(tmp_path, monkeypatch):
    log = tmp_path / "long.ndjson"
    line = b'{"code":"NoSuchUpload","uploadId":"AAAA1111bbbb"}\n'
    log.write_bytes(line + b"x" * (5 << 20) + b"\n" + line)
    whole = analyze([str(log)]).to_json()
    monkeypatch.setattr(pieces, "RANGE", 1 << 20)
    assert analyze([str(log)]).to_json() == whole
    assert whole["totals"]["byCode"] == {"SESSION_EXPIRED": 2}


def test_a_log_that_is_damaged_in_the_middle_gives_the_report_of_the_rest(tmp_path):
    log = tmp_path / "damaged.log"
    log.write_text(WORKER)
    log.write_bytes(WORKER.encode() + bytes(range(256)) * 800 + b"\n" + WORKER.encode())
    report = analyze([str(log)])
    assert counts(report)["THROTTLED"] == 2
    assert report.inputs[0].unreadable_bytes > 0


def test_lines_that_end_in_a_carriage_return_alone_are_lines(tmp_path):
    log = tmp_path / "old.log"
    log.write_bytes(b"2026-11-22 10:00:00 ERROR NoSuchUpload: gone\r" * 5)
    assert counts(analyze([str(log)])) == {"SESSION_EXPIRED": 5}


@pytest.mark.parametrize("watched", [None, lambda _count: None])
def test_a_log_is_read_as_far_as_it_went_when_it_was_opened(watched, tmp_path):
    log = tmp_path / "app.log"
    log.write_bytes(b"before\n" * 50_000)
    stream = next(streams := open_streams(str(log), progress=watched))
    with log.open("ab") as writer:
        writer.write(b"after\n" * 50_000)
    assert b"".join(iter(lambda: stream.file.read(10_000), b"")) == b"before\n" * 50_000
    assert not list(streams)


def test_a_path_that_does_not_exist_is_said(tmp_path):
    with pytest.raises(InputError, match="No such file or directory"):
        analyze([str(tmp_path / "missing.log")])


def test_input_that_is_no_text_is_said(tmp_path):
    binary = tmp_path / "screen.png"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    with pytest.raises(InputError, match="not text"):
        analyze([str(binary)])


def test_what_cannot_be_read_does_not_hide_the_rest(files, tmp_path):
    (tmp_path / "cut.log.gz").write_bytes(gzip.compress(WORKER.encode() * 50)[:-40])
    (tmp_path / "screen.png").write_bytes(bytes(range(256)) * 40)
    report = analyze([str(tmp_path)])
    assert report.by_code["SESSION_EXPIRED"] > 12
    reasons = {one.path.rsplit("/", 1)[-1]: one.unreadable for one in report.inputs if one.unreadable}
    assert reasons.keys() == {"cut.log.gz", "screen.png"}


def test_records_outside_the_time_asked_for_are_left_out(files):
    since, until = 1795341600000 + 5 * 60_000, 1795341600000 + 8 * 60_000
    report = analyze([files["backend.ndjson"]], only=Only(since, until))
    assert report.findings == 3


def test_only_the_session_asked_for_is_counted(files):
    report = analyze([files["backend.ndjson"]], only=Only(session="DDDD4444dddd0"))
    assert [session.upload_ids for session in report.sessions] == [("DDDD4444dddd0",)]


def test_a_signature_in_a_file_name_a_key_or_an_id_is_in_no_part_of_the_report(tmp_path):
    signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    signed = f"a.mp4?X-Amz-Signature={signature}"
    record = {"bucket": "media", "key": signed, "uploadId": f"u-1?X-Amz-Signature={signature}", "code": "NoSuchUpload"}
    file = tmp_path / f"{signed}.log"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    report = json.dumps(analyze([str(file)]).to_json())
    assert "NoSuchUpload" in report
    assert signature not in report


def test_an_upload_whose_id_ends_with_a_dot_is_one_upload_also_where_a_text_ends_with_it(tmp_path):
    field, text = tmp_path / "field.ndjson", tmp_path / "text.log"
    field.write_text('{"time": "2026-11-22T10:00:00Z", "code": "NoSuchUpload", "uploadId": "AAAA1111bbbb2222."}\n')
    text.write_text(
        "2026-11-22 10:00:01 ERROR SlowDown: PUT https://b.example/k?partNumber=2&uploadId=AAAA1111bbbb2222.\n"
    )
    for paths in ([field, text], [text, field]):
        whole = analyze(list(map(str, paths)))
        assert [session.upload_ids for session in whole.sessions] == [("AAAA1111bbbb2222.",)]
        written = [restore(analyze([str(path)]).to_json()) for path in paths]
        assert written[0].merge(written[1]).to_json() == whole.to_json()


@pytest.mark.parametrize(
    "source",
    [
        "Bucket=bucket, Key=key, UploadId=upload_id",
        "Bucket=self.bucket, Key=job.key, UploadId=session.upload_id",
        "Bucket=b, Key=k, UploadId=u",
    ],
)
def test_the_source_that_a_traceback_shows_names_no_upload(source, tmp_path):
    log = tmp_path / "worker.log"
    log.write_text(
        "".join(
            f"2026-11-22 10:00:0{number} ERROR part failed upload_id={upload}\nTraceback (most recent call last):\n"
            f'  File "/srv/up.py", line 88, in run\n    client.upload_part({source})\n'
            "botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling UploadPart: gone\n"
            for number, upload in enumerate(("AAAA1111bbbb2222", "CCCC1111dddd2222"))
        )
    )
    assert [(one.upload_ids, one.key) for one in analyze([str(log)]).sessions] == [
        (("AAAA1111bbbb2222",), None),
        (("CCCC1111dddd2222",), None),
    ]


@pytest.mark.parametrize("ending", ["", " by user"])
@pytest.mark.parametrize("said", ["Upload cancelled", "upload was canceled", "upload.cancelled", "upload_canceled"])
def test_a_cancelled_upload_counts_once_whether_a_sentence_says_so_or_an_event_s_name(said, ending, tmp_path):
    text, line = tmp_path / "a.log", tmp_path / "b.ndjson"
    text.write_text(f"2026-11-22T10:00:00Z INFO {said}{ending} uploadId=AAAA1111bbbb2222\n")
    line.write_text(
        json.dumps({"time": "2026-11-22T10:00:00Z", "event": said + ending, "uploadId": "AAAA1111bbbb2222"})
    )
    for log in (text, line):
        report = analyze([str(log)])
        assert report.by_code == {"CANCELLED": 1}
        assert report.outcomes == ["cancelled"]


@pytest.mark.parametrize("written", [r"in\/a.mp4", r"in\u002fa.mp4", "in/a.mp4"])
@pytest.mark.parametrize("before", ["", "2026-11-22T10:00:00Z ERROR the store answered "])
def test_a_name_is_one_however_json_escapes_it(before, written, tmp_path):
    log = tmp_path / "up.log"
    row = '{"time":"2026-11-22T10:00:00Z","message":"NoSuchUpload: gone","uploadId":"AB12345","key":"%s"}\n'
    log.write_text(before + row % "in/a.mp4" * 40 + before + row % written)
    sessions = analyze([str(log)]).sessions
    assert [(one.key, one.upload_ids) for one in sessions] == [("in/a.mp4", ("AB12345",))]


@pytest.mark.parametrize("name", ["aws_secret_access_key", "x-api-key", "customer_key", "kms-key"])
def test_a_key_that_is_none_of_an_object_is_not_taken_for_one(name, tmp_path):
    log = tmp_path / "up.log"
    log.write_text(f"2026-11-22T10:00:00Z ERROR NoSuchUpload: gone {name}=abcd1234\n")
    assert not analyze([str(log)]).sessions


@pytest.mark.parametrize("said", ["上传会话不存在", "Сессия загрузки не найдена", "Sessão de upload não encontrada"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_words_beyond_ascii_are_found_however_a_logger_writes_them(tmp_path, said, ascii_only):
    log = tmp_path / "app.log"
    log.write_text(json.dumps({"level": "error", "msg": said}, ensure_ascii=ascii_only) + "\n", encoding="utf-8")
    assert analyze([str(log)]).by_code == {ErrorCode.SESSION_EXPIRED: 1}
