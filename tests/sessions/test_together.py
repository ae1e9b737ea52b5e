"""Which names in which logs are of one upload: what another log of the same upload tells joins it, chance does not."""

import json

import pytest

from upload_diag.analysis import analyze
from upload_diag.analysis.restore import restore

UPLOAD, OTHER = "AbCd1234efGh5678", "ZyXw9876vuTs5432"
GONE = {"code": "NoSuchUpload"}


def told(tmp_path, **logs):
    """The sessions of the logs, by upload ids, outcome and cause; the same if each was read by itself."""
    for name, text in logs.items():
        (tmp_path / f"{name}.log").write_text(text)
    paths = [str(tmp_path / f"{name}.log") for name in sorted(logs)]
    whole = analyze(paths)
    first, *others = [restore(json.loads(json.dumps(analyze([path]).to_json()))) for path in reversed(paths)]
    for other in others:
        first = first.merge(other)
    assert first.to_json() == whole.to_json()
    return [
        (session.upload_ids, session.outcome.value, session.root_cause and session.root_cause.cause.value)
        for session in whole.sessions
    ]


def client(*rows):
    """Lines of JSON, each with its time on 22 November; the rest of its fields are given."""
    return "".join(json.dumps({"time": f"2026-11-22T{clock}Z", **row}) + "\n" for clock, row in rows)


def nginx(*requests, day=22):
    """Lines of a server that passes requests on: clock, method, path and query, status."""
    return "".join(
        f'10.0.0.7 - - [{day}/Nov/2026:{clock} +0000] "{method} {target} HTTP/1.1" {status} 0 "-" "minio-go"\n'
        for clock, method, target, status in requests
    )


def s3(*requests, key="in/a.mp4"):
    """Lines of an S3 server access log: clock, operation, upload id, status and code, request id."""
    return "".join(
        f"79a5 films [22/Nov/2026:{clock} +0000] 192.0.2.7 a {request} REST.{what} {key} "
        f'"PUT /{key}?partNumber=1&uploadId={upload} HTTP/1.1" {status} - 5 1 9 "-" "-" -\n'
        for clock, what, upload, status, request in requests
    )


def at(path, upload, *, dies="10:00:30"):
    """What a server says of an upload that is refused at its first part."""
    created, part = ("10:00:00", "POST", f"{path}?uploads=", 200), f"{path}?partNumber=1&uploadId={upload}"
    return nginx(created, (dies, "PUT", part, 404))


@pytest.mark.parametrize("path", ["/films/in/a.mp4", "https://up.example.org:443/films/in/a.mp4"])
def test_a_server_that_passes_requests_on_tells_when_an_upload_began(path, tmp_path):
    assert told(tmp_path, nginx=at(path, UPLOAD)) == [((UPLOAD,), "failed", "key_or_endpoint")]
    assert told(tmp_path, nginx=at(path, UPLOAD) + at(path, OTHER)) == [((UPLOAD, OTHER), "failed", "key_or_endpoint")]


@pytest.mark.parametrize("path", ["/films/in/a.mp4", "/in/a.mp4", "https://films.s3.eu-west-1.amazonaws.com/in/a.mp4"])
@pytest.mark.parametrize("named", [{"bucket": "films", "key": "in/a.mp4"}, {"key": "in/a.mp4"}])
def test_the_path_of_a_request_is_the_key_that_the_client_knows(path, named, tmp_path):
    log = client(("10:00:10", {"msg": "part uploaded", "uploadId": UPLOAD, **named}))
    assert told(tmp_path, app=log, nginx=at(path, UPLOAD)) == [((UPLOAD,), "failed", "unknown")]
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.key, session.first) == ("in/a.mp4", "2026-11-22T10:00:00Z")
    assert session.bucket == (named.get("bucket") or ("films" if "films" in path else None))


def test_paths_that_end_alike_are_two_uploads(tmp_path):
    log = at("/films/in/a.mp4", UPLOAD) + at("/music/in/a.mp4", OTHER)
    assert [session[0] for session in told(tmp_path, nginx=log)] == [(UPLOAD,), (OTHER,)]


@pytest.mark.parametrize("path", ["/api/upload", "/api/v2", "/upload.php", "/videos/17/parts", "/films/in/a.mp4"])
def test_uploads_that_pass_through_one_address_at_one_time_are_not_one(path, tmp_path):
    log = nginx(
        ("10:00:00", "PUT", f"{path}?partNumber=1&uploadId={UPLOAD}", 404),
        ("10:00:09", "PUT", f"{path}?partNumber=1&uploadId={OTHER}", 200),
        ("10:30:00", "PUT", f"{path}?partNumber=2&uploadId={UPLOAD}", 404),
    )
    assert [session[0] for session in told(tmp_path, nginx=log)] == [(UPLOAD,), (OTHER,)]


# What a device says that knows its video, of a request that the store refused at 10:00:05.
DEVICE = ("10:00:05", {"videoId": "v-1", "err": GONE, "requestId": "REQ0000000000001"})
REFUSED = ("10:00:05", "PUT.PART", UPLOAD, "404 NoSuchUpload", "REQ0000000000001")


def test_a_client_that_knows_its_video_is_joined_by_a_request_that_failed(tmp_path):
    device = client(("10:00:01", {"videoId": "v-1", "msg": "upload started"}), DEVICE)
    assert told(tmp_path, device=device, store=s3(REFUSED)) == [((UPLOAD,), "failed", "key_or_endpoint")]


@pytest.mark.parametrize(
    ("device", "store"),
    [
        (client(("10:00:05", DEVICE[1] | {"requestId": "REQ0000000000002"})), s3(REFUSED)),
        (client(("12:00:05", DEVICE[1])), s3(REFUSED)),  # a number that came again
        (client(("10:00:05", DEVICE[1] | {"uploadId": OTHER})), s3(REFUSED)),
        (client(DEVICE, ("10:00:05", DEVICE[1] | {"videoId": "v-2"})), s3(REFUSED)),  # a request for many
        (client(DEVICE), s3(REFUSED, ("10:00:05", "PUT.PART", OTHER, "404 NoSuchUpload", REFUSED[4]), key="b.mp4")),
    ],
)
def test_what_is_no_single_request_joins_nothing(device, store, tmp_path):
    together = len(told(tmp_path, device=device, store=store))
    assert together == len(told(tmp_path, device=device, store="")) + len(told(tmp_path, device="", store=store))


@pytest.mark.parametrize("key", ["in/v_48015194/a.mp4", "v_48015194.mp4", "v_48015194.tar.gz"])
def test_a_client_that_knows_its_video_is_joined_to_the_key_that_names_it(key, tmp_path):
    device = client(("10:00:01", {"videoId": "v_48015194", "error": {"code": "ECONNRESET"}}))
    store = s3(("10:00:05", "POST.UPLOAD", UPLOAD, "200 -", "REQ0000000000001"), key=key)
    assert told(tmp_path, device=device, store=store) == [((UPLOAD,), "recovered", None)]


@pytest.mark.parametrize(
    ("video", "keys"),
    [
        ("holiday", ["in/holiday/a.mp4"]),  # no name that only one video has
        ("v_48015194", ["in/v_480151947/a.mp4"]),
        ("v_48015194", ["in/v_48015194/240p.mp4", "in/v_48015194/720p.mp4"]),
    ],
)
def test_a_key_that_may_be_of_another_video_joins_nothing(video, keys, tmp_path):
    device = client(("10:00:01", {"videoId": video, "error": {"code": "ECONNRESET"}}))
    calls = [("10:00:05", "PUT.PART", f"{UPLOAD}{number}", "200 -", "R1") for number in range(len(keys))]
    store = "".join(s3(call, key=key) for call, key in zip(calls, keys, strict=True))
    assert len(told(tmp_path, device=device, store=store)) == 1 + len(keys)


@pytest.mark.parametrize("name", ["videoId=", "assetId=", "media_id=", "asset id: "])
def test_uploads_of_one_video_are_one_also_in_text(name, tmp_path):
    line = "2026-11-22T10:00:{}Z {} uploadId={} {}ast_01ab\n"
    said = [("01", "ERROR NoSuchUpload", UPLOAD), ("02", "INFO upload started", OTHER)]
    text = "".join(line.format(*one, name) for one in said)
    assert told(tmp_path, app=text) == [((UPLOAD, OTHER), "failed", "unknown")]


# What an application calls an upload by itself, and how its backend tells which upload of the store's that is.
OWN = [
    ({"uploadSessionId": "us_01"}, {"uploadSessionId": "us_01"}),
    ({"upload": {"id": "17"}}, {"upload": {"id": "17"}}),
]
OWN += [({"upload": {"size": 9, "id": UPLOAD}}, {}), ({"video": {"id": "v-1"}}, {"videoId": "v-1"})]


@pytest.mark.parametrize(("app", "backend"), OWN)
def test_an_application_s_own_name_of_an_upload_is_joined_to_the_store_s_id(app, backend, tmp_path):
    logs = {
        "app": client(("10:00:05", {"msg": "part failed", "err": {"code": "SlowDown"}, **app})),
        "backend": client(("10:00:00", {"msg": "multipart upload created", "uploadId": UPLOAD, **backend})),
    }
    assert told(tmp_path, **logs) == [((UPLOAD,), "failed", None)]


def test_an_application_s_own_name_is_an_upload_s_where_no_other_is_told(tmp_path):
    rows = [("10:00:00", {"msg": "part failed", "err": GONE}), ("10:00:01", {"msg": "upload started"})]
    own = [{"uploadSessionId": name, "videoId": "v-1"} for name in ("us_01", "us_02")]
    log = client(*((clock, {**row, **name}) for (clock, row), name in zip(rows, own, strict=True)))
    assert told(tmp_path, app=log) == [(("us_01", "us_02"), "failed", "unknown")]


@pytest.mark.parametrize("row", [{"id": "17"}, {"user": {"id": "17"}}, {"upload": {"owner": {"id": "17"}}}])
def test_an_id_of_something_else_names_no_upload(row, tmp_path):
    assert told(tmp_path, app=client(("10:00:00", {"err": GONE, **row}))) == []


def test_a_refresh_that_two_logs_tell_of_happened_once(tmp_path):
    begun = ("10:00:00", {"msg": "upload started", "uploadId": UPLOAD, "videoId": "v-1"})
    fresh = ("10:00:09", {"msg": "upload session refreshed", "uploadId": OTHER, "videoId": "v-1"})
    (tmp_path / "app.log").write_text(client(begun, fresh))
    (tmp_path / "backend.log").write_text(client(fresh))
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.refreshes, session.restarts) == (1, 0)


NAMED = "VGrocgXpgwtajG97UcyrXX4g4lYZEBR9j_Lql_kD2wFE"


@pytest.mark.parametrize(
    "words",
    [
        f"[video vid-7f31c0] part 3 failed: NoSuchUpload (upload id {NAMED})",
        f"Video vid-7f31c0: part 3 failed: NoSuchUpload (upload id: {NAMED}, key in/a.mp4)",
        f"upload id {NAMED} of video id vid-7f31c0 failed: NoSuchUpload",
    ],
)
def test_ids_are_read_in_words_that_no_sign_divides(words, tmp_path):
    (tmp_path / "worker.log").write_text(f"2026-11-22 10:00:00,000 ERROR {words}\n")
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.video_id, session.upload_ids) == ("vid-7f31c0", (NAMED,))


@pytest.mark.parametrize(
    "words", ["video 1920x1080", "video holiday2026.mp4", "video h264", "video part-000012", "upload id unknown"]
)
def test_not_each_word_behind_video_is_its_name(words, tmp_path):
    (tmp_path / "worker.log").write_text(f"2026-11-22 10:00:00,000 ERROR {words} failed: NoSuchUpload\n")
    assert not analyze([str(tmp_path)]).sessions


@pytest.mark.parametrize(
    "wrap",
    [
        lambda row: row,
        lambda row: {"detail-type": "AWS API Call via CloudTrail", "detail": row},
        lambda row: {"messageId": "m1", "body": json.dumps({"source": "aws.s3", "detail": row})},
        lambda row: {"@timestamp": "2026-11-22", "@message": json.dumps(row)},
    ],
)
def test_a_create_without_an_upload_id_is_read_in_lines_of_cloudtrail(wrap, tmp_path):
    def event(clock, name, **asked):
        asked |= {"bucketName": "films", "key": "in/a.mp4"}
        row = {"eventVersion": "1.09", "eventTime": f"2026-11-22T{clock}Z", "eventSource": "s3.amazonaws.com"}
        return json.dumps(wrap({**row, "eventName": name, "requestParameters": asked, "responseElements": None})) + "\n"

    (tmp_path / "trail.log").write_text(
        event("10:00:00", "CreateMultipartUpload", uploads="")
        + event("10:00:09", "UploadPart", uploadId=UPLOAD, partNumber=1)
    )
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.upload_ids, session.first) == ((UPLOAD,), "2026-11-22T10:00:00Z")


def test_a_log_without_times_does_not_hide_the_times_of_another(tmp_path):
    console = f"Upload session created: {{ uploadId: '{UPLOAD}', videoId: 'v1' }}\n"
    create = ("10:00:00", {"uploadId": UPLOAD, "msg": "upload started"})
    gone = ("10:00:30", {"uploadId": UPLOAD, "msg": "part failed", "err": GONE})
    told(tmp_path, console=console, server=client(create, gone))
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.first, session.last) == ("2026-11-22T10:00:00Z", "2026-11-22T10:00:30Z")


@pytest.mark.parametrize(
    ("words", "refreshes", "outcome"),
    [
        (
            ("requesting a fresh upload session", "got fresh upload session", "resuming upload with new session"),
            1,
            "failed",
        ),
        (("session refresh started", "session refresh succeeded", "upload completed"), 1, "recovered"),
        (("session refresh started", "session refresh failed"), 0, "failed"),
        (("max session refreshes exceeded",), 0, "failed"),
    ],
)
def test_a_refresh_is_known_by_other_words(words, refreshes, outcome, tmp_path):
    gone = ("10:00:00", {"uploadId": UPLOAD, "msg": "part failed", "err": GONE})
    rows = [(f"10:00:{at:02d}", {"uploadId": UPLOAD, "msg": said}) for at, said in enumerate(words, 1)]
    again = [("10:00:50", {"uploadId": UPLOAD, "msg": "part failed", "err": GONE})] if outcome == "failed" else []
    (tmp_path / "app.log").write_text(client(gone, *rows, *again))
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.refreshes, session.outcome.value) == (refreshes, outcome)


def test_an_abort_of_ones_own_is_no_dead_session(tmp_path):
    (tmp_path / "app.log").write_text(client(("10:00:00", {"uploadId": UPLOAD, "msg": "Upload session aborted"})))
    report = analyze([str(tmp_path)])
    assert not report.groups
    assert [session.outcome.value for session in report.sessions] == ["cancelled"]


def test_refreshes_that_two_logs_tell_of_count_once(tmp_path):
    ids = (UPLOAD, OTHER, "QwEr5678tyUi9012")
    console = "".join(
        f"Fresh upload session created: {{ uploadId: '{upload}', videoId: 'v1' }}\n" for upload in ids[1:]
    )
    gone = ("10:00:00", {"uploadId": UPLOAD, "videoId": "v1", "msg": "part failed", "err": GONE})
    rows = [(f"10:0{at}:00", {"uploadId": ids[at], "videoId": "v1", "msg": "session refreshed"}) for at in (1, 2)]
    told(tmp_path, console=console, server=client(gone, *rows))
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.refreshes, session.restarts) == (2, 0)


def test_files_of_one_command_are_uploads_of_their_own(tmp_path):
    why = "An error occurred ({}) when calling the UploadPart operation (reached max retries: 4): x"
    lines = [
        f"upload failed: raw/a.mp4 to s3://films/raw/a.mp4 {why.format('NoSuchUpload')}",
        "upload: raw/b.mp4 to s3://films/raw/b.mp4",
        f"upload failed: raw/c.mp4 to s3://films/raw/c.mp4 {why.format('SlowDown')}",
    ]
    log = tmp_path / "sync.log"
    log.write_text("\n".join(lines))
    told = {session.key: session.outcome for session in analyze([str(log)]).sessions}
    assert told == {"raw/a.mp4": "failed", "raw/b.mp4": "completed", "raw/c.mp4": "failed"}


def _refreshed(second, old, new):
    """An upload whose session is gone and renewed, of which each line tells its own id and nothing more."""
    rows = [(0, "upload_created", old), (1, "part_uploaded", old)]
    rows += [(2, "part_failed", old), (3, "session_refresh_requested", old)]
    rows += [(6, "session_refreshed", new), (9, "upload_completed", new)]
    return [
        (f"10:00:{second + at:02}", {"event": event, "uploadId": upload, **({"error": GONE} if at == 2 else {})})
        for at, event, upload in rows
    ]


def test_a_session_that_takes_another_one_s_place_is_of_the_upload_that_asked_for_it(tmp_path):
    rows = [*_refreshed(0, UPLOAD, OTHER), *_refreshed(30, UPLOAD + "7", OTHER + "7")]
    assert told(tmp_path, app=client(*rows)) == [
        ((UPLOAD, OTHER), "recovered", "unknown"),
        ((UPLOAD + "7", OTHER + "7"), "recovered", "unknown"),
    ]


def test_where_two_uploads_wait_for_a_session_nobody_knows_whose_it_is(tmp_path):
    rows = sorted([*_refreshed(0, UPLOAD, OTHER), *_refreshed(1, UPLOAD + "7", OTHER + "7")], key=lambda row: row[0])
    assert len(told(tmp_path, app=client(*rows))) == 4
