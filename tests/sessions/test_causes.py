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
