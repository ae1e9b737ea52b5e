"""What many sessions share is said only where they share it, and what a logger cut away is said with how to see it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from upload_diag.analysis import analyze
from upload_diag.analysis.cuts import CUTS, find_cuts
from upload_diag.analysis.restore import restore
from upload_diag.report._words import verdict

BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)


def dead(tmp_path, ages):
    """A log of sessions that were missed so many minutes after they began."""
    rows = []
    for number, age in enumerate(ages):
        upload = f"AAAA1111{number:04d}"
        for minutes, fields in (
            (0, {"msg": "multipart upload created"}),
            (1, {"msg": "part uploaded", "partNumber": 1}),
            (age, {"msg": "part failed", "error": {"code": "NoSuchUpload"}}),
        ):
            time = BEGIN + timedelta(minutes=minutes)
            rows.append({"timestamp": time.isoformat(), "uploadId": upload, "key": f"{number}.mp4", **fields})
    log = tmp_path / "app.ndjson"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return analyze([str(log)])


DAY = 24 * 60


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ([DAY - 4, DAY, DAY + 4, 0.2, 0.3], None),  # not yet a day old: no pattern
        ([DAY + 1, DAY + 5, DAY + 9], "All 3 dead sessions were missed first 24 h 5 min (± 4 min) after they began."),
        (
            [*range(DAY, DAY + 9), 3 * DAY],
            "9 of 10 dead sessions were missed first 24 h 4 min (± 4 min) after they began, 1 more at another age.",
        ),
        (
            [DAY + 10, DAY + 10, 2 * DAY + 900, 6 * DAY],
            "All 4 dead sessions were missed first 24 h or more after they began, at no common age.",
        ),
    ],
)
def test_an_age_is_said_only_where_it_is_common(tmp_path, ages, said):
    texts = [pattern.text for pattern in dead(tmp_path, ages).patterns if "began" in pattern.text]
    assert texts == ([said] if said else [])


def test_sessions_that_all_fail_at_their_first_part_are_said_to(tmp_path):
    log = tmp_path / "app.ndjson"
    rows = [
        {"time": f"2026-11-22T10:00:{second:02d}Z", "uploadId": f"AAAA1111{number}", "key": f"{number}.mp4", **fields}
        for number in range(3)
        for second, fields in ((1, {"msg": "multipart upload created"}), (2, {"error": {"code": "NoSuchUpload"}}))
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (pattern,) = analyze([str(log)]).patterns
    assert pattern.text.startswith("All 3 dead sessions were refused at their very first part")


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.what)
def test_each_way_of_cutting_is_found_in_its_samples_and_in_no_others(cut):
    for hit in cut.hits:
        assert find_cuts([hit]) == [cut]


def test_the_report_says_what_a_logger_cut_away(tmp_path):
    log = tmp_path / "console.txt"
    log.write_text("Upload failed {\n  name: 'NoSuchUpload',\n  $metadata: [Object]\n}\n")
    (note,) = analyze([str(log)]).notes
    assert note.startswith("The logger wrote [Object] instead of what is nested deeper. To see it, log JSON.stringify")


def test_a_failure_that_names_its_request_alone_belongs_to_the_upload_that_another_log_tells(tmp_path):
    client, store = tmp_path / "client.ndjson", tmp_path / "access.log"
    client.write_text(
        '{"time":"2026-11-22T10:00:05Z","level":"error","requestId":"R2","error":{"code":"NoSuchUpload"}}\n'
    )
    call = '0a1b2c bkt [22/Nov/2026:10:00:{}] - u R{} {} in/a.mp4 "{} HTTP/1.1" {} 300 - 41 40 "-" "sdk" -\n'
    store.write_text(
        call.format("03 +0000", 1, "S3.DELETE.UPLOAD", "-", "204 -")
        + call.format(
            "05 +0000", 2, "REST.PUT.PART", "PUT /in/a.mp4?partNumber=3&uploadId=AAAA1111aaaa", "404 NoSuchUpload"
        )
    )
    alone, other = analyze([str(client)]), analyze([str(store)])
    assert not alone.sessions
    together = analyze([str(client), str(store)])
    (session,) = together.sessions
    assert (dict(session.errors), session.upload_ids) == ({"SESSION_EXPIRED": 2}, ("AAAA1111aaaa",))
    assert session.root_cause.cause == "lifecycle"
    assert alone.merge(other).to_json() == other.merge(alone).to_json() == together.to_json()


def test_what_another_log_tells_of_a_request_counts_for_more_than_what_stands_beside_it(tmp_path):
    client, store = tmp_path / "client.log", tmp_path / "access.log"
    client.write_text(
        "2026-11-22T10:00:00Z INFO part 1 stored upload_id=BBBB2222bbbb\n"
        "2026-11-22T10:00:05Z ERROR NoSuchUpload: gone (Status Code: 404, Request ID: 3E57427F33A59F08)\n"
    )
    store.write_text(
        "79a5 films [22/Nov/2026:10:00:05 +0000] 192.0.2.7 a 3E57427F33A59F08 REST.PUT.PART a.mp4 "
        '"PUT /a.mp4?partNumber=2&uploadId=AAAA1111aaaa HTTP/1.1" 404 NoSuchUpload - 5 12 9 "-" "-" -\n'
    )
    alone, other = analyze([str(client)]), analyze([str(store)])
    assert [(session.upload_ids, dict(session.errors)) for session in alone.sessions] == [
        (("BBBB2222bbbb",), {"SESSION_EXPIRED": 1})
    ]
    together = analyze([str(client), str(store)])
    assert {session.upload_ids: dict(session.errors) for session in together.sessions} == {
        ("AAAA1111aaaa",): {"SESSION_EXPIRED": 2},
        ("BBBB2222bbbb",): {},
    }
    assert restore(alone.to_json()).merge(restore(other.to_json())).to_json() == together.to_json()


def test_names_in_source_lines_of_a_traceback_are_no_ids(tmp_path):
    log = tmp_path / "worker.log"
    log.write_text(
        "2026-11-22 10:00:00,000 ERROR part 3 failed upload_id=AAAA1111aaaa bucket=raw key=in/a.mov\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/up.py", line 8, in send\n'
        "    s3.upload_part(Bucket=bucket, Key=self.key, UploadId=upload_id, PartNumber=number)\n"
        "botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling UploadPart: x\n"
    )
    (session,) = analyze([str(log)]).sessions
    assert (session.bucket, session.key, session.upload_ids) == ("raw", "in/a.mov", ("AAAA1111aaaa",))


def test_the_answer_is_the_failure_that_led_to_the_others(tmp_path):
    log = tmp_path / "app.ndjson"
    steps = [
        {"msg": "part uploaded", "partNumber": 1},
        {"msg": "part failed", "error": {"code": "ExpiredToken"}},
        {"msg": "aborted multipart upload"},
        *[{"msg": "part failed", "error": {"code": "NoSuchUpload"}}] * 4,
    ]
    rows = [{"time": f"2026-11-22T10:00:0{at}Z", "uploadId": "AAAA1111aaaa", **step} for at, step in enumerate(steps)]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = analyze([str(log)])
    assert {str(group.code): (group.count, group.follows) for group in report.groups} == {
        "SESSION_EXPIRED": (4, 4),
        "CREDENTIALS_EXPIRED": (1, 0),
    }
    assert verdict(report).what.startswith("CREDENTIALS_EXPIRED (ExpiredToken)")


def test_a_status_alone_tells_again_what_another_line_gives_the_reason_of(tmp_path):
    log = tmp_path / "console.txt"
    log.write_text(
        "2026-11-22T19:02:06Z PUT 200 /bkt/f.mp4?partNumber=1&uploadId=AAAA1111bbbb2222 200\n"
        "2026-11-22T19:02:07Z ERROR Failed to load resource: the server responded with a status of 404 (Not Found)\n"
        "2026-11-22T19:02:08Z ERROR Failed to load resource: the server responded with a status of 404 (Not Found)\n"
        "2026-11-22T19:02:07Z ERROR <Error><Code>NoSuchUpload</Code><UploadId>AAAA1111bbbb2222</UploadId></Error>\n"
    )
    report = analyze([str(log)])
    assert {group.code: group.follows for group in report.groups} == {"OBJECT_NOT_FOUND": 2, "SESSION_EXPIRED": 0}
    assert verdict(report).what.startswith("SESSION_EXPIRED (NoSuchUpload)")


def test_what_has_no_time_is_said_to_come_first_only_where_its_place_says_so(tmp_path):
    store, client = tmp_path / "a.log", tmp_path / "b.log"
    store.write_text("upload completed uploadId=AAAA1111bbbb2222\n")
    client.write_text("2026-11-22T10:00:00Z ERROR NoSuchUpload uploadId=AAAA1111bbbb2222\n")
    (session,) = analyze([str(store), str(client)]).sessions
    assert session.root_cause.cause == "unknown"
    store.write_text(store.read_text() + client.read_text())
    (session,) = analyze([str(store)]).sessions
    assert session.root_cause.cause == "already_completed"


UPLOAD = "AAAA1111aaaa2222"
CREATED = f"2026-11-22T10:00:00Z multipart upload created uploadId={UPLOAD}\n2026-11-22T10:00:01Z part 1 uploaded\n"


def told(tmp_path, text):
    (tmp_path / "app.log").write_text(text)
    (session,) = analyze([str(tmp_path)]).sessions
    return session


def test_credentials_that_ran_out_are_why_an_upload_did_not_go_on(tmp_path):
    expired = (
        f"2026-11-22T11:00:00Z UploadPart failed: ExpiredToken: The provided token has expired. uploadId={UPLOAD}\n"
    )
    assert told(tmp_path, CREATED + expired).root_cause.cause == "credentials"
    assert told(tmp_path, CREATED + expired + "2026-11-22T11:00:05Z part 2 uploaded\n").root_cause is None


def test_an_upload_that_a_lifecycle_rule_removed_died_of_it_though_nobody_missed_it(tmp_path):
    (tmp_path / "access.log").write_text(
        "79a5 films [29/Nov/2026:10:00:00 +0000] - AmazonS3 3E57427F33A59F07 S3.DELETE.UPLOAD a.mp4 "
        f'"-" 204 - - - 12 - "-" "-" - - - - - - {UPLOAD}\n'
        f"79a5 films [22/Nov/2026:10:00:02 +0000] 192.0.2.7 a 3E57427F33A59F08 REST.PUT.PART a.mp4 "
        f'"PUT /a.mp4?partNumber=2&uploadId={UPLOAD} HTTP/1.1" 200 - - 5 12 9 "-" "-" -\n'
    )
    session = told(tmp_path, CREATED)
    assert (session.outcome, session.root_cause and session.root_cause.cause) == ("abandoned", "lifecycle")


def test_an_error_behind_the_words_that_the_limit_is_reached_is_one(tmp_path):
    said = "2026-11-22T11:00:00Z Upload session refresh limit reached."
    assert told(tmp_path, CREATED + said + "\n").errors == {}
    dumped = ' {"success": false, "error": {"awsError": "NoSuchUpload"}}\n'
    assert told(tmp_path, CREATED + said + dumped).errors == {"SESSION_EXPIRED": 1}


def test_a_client_s_text_log_without_upload_ids_is_joined_by_the_ids_of_requests(tmp_path):
    (tmp_path / "access.log").write_text(
        "79a5 films [22/Nov/2026:10:00:02 +0000] 192.0.2.7 a 3E57427F33A59F08 REST.PUT.PART a.mp4 "
        f'"PUT /a.mp4?partNumber=2&uploadId={UPLOAD} HTTP/1.1" 404 NoSuchUpload - 5 12 9 "-" "-" -\n'
    )
    session = told(
        tmp_path, "2026-11-22T10:00:02Z ERROR NoSuchUpload: gone (Status Code: 404, Request ID: 3E57427F33A59F08)\n"
    )
    assert session.upload_ids == (UPLOAD,)
    assert session.errors == {"SESSION_EXPIRED": 2}
