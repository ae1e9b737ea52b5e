"""What an upload tells is a log that `analyze` understands."""

import pytest
from bench import upload

from upload_diag.analysis import analyze
from upload_diag.faults import ExpireSession, HideEtag, LoseResponse, Respond, SkewClock
from upload_diag.recovery import UploadStoppedError


@pytest.mark.parametrize(
    ("fault", "when", "outcome", "refreshes"),
    [
        (None, {}, "completed", 0),
        (ExpireSession(), {"operation": "UploadPart", "part_number": 6, "times": 1}, "recovered", 1),
        (Respond("SlowDown"), {"operation": "UploadPart", "times": 2}, "recovered", 0),
        (LoseResponse(), {"operation": "CompleteMultipartUpload", "times": 1}, "recovered", 0),
        (Respond("AccessDenied"), {"operation": "UploadPart", "part_number": 3}, "failed", 0),
        (SkewClock(seconds=1200), {"operation": "UploadPart", "part_number": 3}, "recovered", 0),
        (
            Respond("AuthorizationHeaderMalformed", message="The region 'us-east-1' is wrong; expecting 'eu-west-1'"),
            {"operation": "UploadPart", "times": 1},
            "recovered",
            0,
        ),
        (Respond("InvalidPart"), {"operation": "CompleteMultipartUpload", "times": 1}, "recovered", 0),
        (Respond("ConditionalRequestConflict"), {"operation": "CompleteMultipartUpload", "times": 1}, "recovered", 1),
        (HideEtag(), {"operation": "UploadPart", "part_number": 3}, "completed", 0),
        (LoseResponse(), {"operation": "CreateMultipartUpload", "times": 1}, "recovered", 0),
    ],
)
def test_the_report_says_how_the_upload_ended(server, s3, file, tmp_path, fault, when, outcome, refreshes):
    if fault is not None:
        server.inject(fault, **when)
    lines = []
    try:
        upload(s3, file, on_event=lambda event: lines.append(event.to_json())).run()
    except UploadStoppedError:
        assert outcome == "failed"
    log = tmp_path / "events.ndjson"
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    report = analyze([str(log)])
    (session,) = report.sessions
    assert (session.outcome, session.key, session.refreshes) == (outcome, "k", refreshes)
    assert report.findings == sum('"event": "error"' in line for line in lines)
