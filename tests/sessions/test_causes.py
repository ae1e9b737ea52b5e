"""Why a session died, or stopped, where several logs tell of it."""

import pytest

from upload_diag.analysis import analyze


@pytest.mark.parametrize(("status", "cause"), [(400, "credentials"), (500, None)])
def test_a_server_that_gives_a_failure_s_status_later_does_not_hide_its_reason(status, cause, tmp_path):
    (tmp_path / "app.log").write_text(
        '{"time":"2026-11-22T10:00:00Z","uploadId":"AAAA1111aaaa","code":"ExpiredToken"}\n'
    )
    request = "PUT /a/b.mp4?partNumber=3&uploadId=AAAA1111aaaa HTTP/1.1"
    (tmp_path / "nginx.log").write_text(f'10.0.0.7 - - [22/Nov/2026:10:00:02 +0000] "{request}" {status} 0 "-" "x"\n')
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.root_cause and session.root_cause.cause.value) == cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("could not complete the upload", "already_completed"),
        ("finishing the upload failed", "already_completed"),
        ("Failed to finalize upload", "already_completed"),
        ("complete failed", "already_completed"),
        ("could not complete the upload: part 3", "unknown"),
    ],
)
def test_a_complete_without_an_answer_may_have_gone_through_however_it_is_called(said, cause, tmp_path):
    line = '{{"time":"2026-11-22T10:00:0{}Z","uploadId":"AAAA1111aaaa","msg":"{}: {}"}}\n'
    (tmp_path / "app.log").write_text(line.format(0, said, "read timed out") + line.format(5, said, "NoSuchUpload"))
    [session] = analyze([str(tmp_path)]).sessions
    assert session.root_cause.cause.value == cause


def test_a_store_that_only_says_that_access_was_denied_does_not_hide_why(tmp_path):
    (tmp_path / "app.log").write_text(
        '{"time":"2026-11-22T10:00:00Z","uploadId":"AAAA1111aaaa","message":"AccessDenied: Request has expired"}\n'
    )
    (tmp_path / "store.log").write_text(
        "79a5 films [22/Nov/2026:10:00:02 +0000] 192.0.2.7 a R1 REST.PUT.PART a.mp4 "
        '"PUT /a.mp4?partNumber=1&uploadId=AAAA1111aaaa HTTP/1.1" 403 AccessDenied 5 1 9 "-" "-" -\n'
    )
    report = analyze([str(tmp_path)])
    assert report.sessions[0].root_cause.cause.value == "credentials"
    assert {group.code.value: group.follows for group in report.groups} == {"URL_EXPIRED": 0, "ACCESS_DENIED": 1}


STORIES = {
    "cancelled by the user; a part under way misses the session": (
        [
            "Upload session opened",
            "part 1 stored",
            "Upload cancelled by user",
            "upload aborted",
            "part 2: NoSuchUpload",
        ],
        ("cancelled", "own_abort", 0, 0),
    ),
    "credentials ran out, and the client says that it stops": (
        ["transfer begins", "chunk 1 of 3 stored", "chunk 2: ExpiredToken", "Giving up after 1 attempts"],
        ("failed", "credentials", 0, 0),
    ),
    "a Complete without an answer, told by what was announced": (
        ["upload started", "part 1 stored", "Completing upload", "read ECONNRESET", "NoSuchUpload"],
        ("failed", "already_completed", 0, 0),
    ),
    "a part without an answer before that": (
        ["upload started", "read ECONNRESET", "part 1 stored", "Completing upload", "NoSuchUpload"],
        ("failed", "unknown", 0, 0),
    ),
    "renewed, then complete": (
        ["transfer begins", "Segment #1 done", "Segment #2: NoSuchUpload", "Session renewed", "Transfer complete"],
        ("recovered", "unknown", 1, 0),
    ),
    "begun anew": (
        ["upload started", "part 1 stored", "NoSuchUpload", "Restarting upload from the beginning", "Upload completed"],
        ("recovered", "unknown", 0, 1),
    ),
    "renewed to the limit": (
        ["upload started", "part 1 stored", "NoSuchUpload", "session_refreshed", "session_refresh_limit_reached"],
        ("failed", "unknown", 1, 0),
    ),
}


@pytest.mark.parametrize(("said", "told"), STORIES.values(), ids=STORIES)
def test_how_an_upload_went_is_told_in_many_words(said, told, tmp_path):
    lines = [
        f'{{"time":"2026-11-22T10:{minute:02d}:00Z","videoId":"vid-1f","msg":"{msg}"}}\n'
        for minute, msg in enumerate(said)
    ]
    (tmp_path / "app.log").write_text("".join(lines))
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.outcome, session.root_cause.cause, session.refreshes, session.restarts) == told


def test_a_backend_s_own_requests_tell_of_the_upload_of_the_video_in_their_addresses(tmp_path):
    line = '{{"time":"2026-11-22T10:00:0{}Z","method":"{}","path":"/api/videos{}","status":{},"body":{}}}\n'
    (tmp_path / "app.log").write_text(
        line.format(0, "POST", "", 201, '{"videoId":"vid-1f","uploadId":"AAAA1111aaaa"}')
        + line.format(1, "PUT", "/vid-1f/parts/1", 200, "{}")
        + line.format(2, "PUT", "/vid-1f/parts/2", 500, '{"error":{"errorType":"NoSuchUpload","videoId":"vid-1f"}}')
        + line.format(3, "POST", "/vid-1f/refresh", 200, '{"videoId":"vid-1f","uploadId":"BBBB1111bbbb"}')
        + line.format(4, "PUT", "/vid-1f/parts/2", 200, "{}")
        + line.format(5, "POST", "/vid-1f/complete", 200, "{}")
    )
    [session] = analyze([str(tmp_path)]).sessions
    assert (session.outcome, session.parts, session.refreshes, session.restarts) == ("recovered", 2, 1, 0)


@pytest.mark.parametrize(
    "said",
    [
        "[vid-7f31c0] part 1 {}",
        "part 1 {} videoId=vid-7f31c0: x",
        "upload AbC1dEfGh2jKlMnOpQrStUvW: part 1 {}",
        "(upload AbC1dEfGh2jKlMnOpQrStUvW) part 1 {}",
    ],
)
def test_lines_of_several_uploads_are_told_apart_by_the_name_before_or_behind_their_words(said, tmp_path):
    at = "2026-11-22T10:00:00Z "
    other = at + "part 1 uploaded videoId=vid-99aa uploadId=ZZZZ2222zzzz\n"
    named = at + said.format("uploaded") + "\n"
    (tmp_path / "app.log").write_text(named + other + at + said.format("failed: NoSuchUpload") + "\n" + other)
    sessions = analyze([str(tmp_path)]).sessions
    assert sorted((session.outcome, sum(session.errors.values())) for session in sessions) == [
        ("abandoned", 0),
        ("failed", 1),
    ]


def test_a_file_s_name_behind_the_word_upload_is_no_upload_s(tmp_path):
    (tmp_path / "app.log").write_text(
        "upload holiday_2026_at_the_beach.mp4 failed: NoSuchUpload uploadId=AAAA1111aaaa\n"
    )
    [session] = analyze([str(tmp_path)]).sessions
    assert session.upload_ids == ("AAAA1111aaaa",)
