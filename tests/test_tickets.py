"""Tickets as support gets them, and what the report must say about each."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from upload_diag.analysis import analyze
from upload_diag.analysis.restore import restore

ROOT = Path(__file__).parents[1]
TICKETS = ROOT / "fixtures" / "tickets"
SCHEMA = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))

# Ticket -> its format, findings by code, and of every upload: who, outcome, parts, refreshes, retries, cause.
EXPECTED = {
    "backend.ndjson": (
        "ndjson",
        {"SESSION_EXPIRED": 4, "THROTTLED": 1},
        [
            ("vid-101", "failed", 2, 0, 0, "lifecycle"),
            ("vid-102", "failed", 2, 0, 0, "lifecycle"),
            ("vid-103", "recovered", 1, 0, 1, None),
        ],
    ),
    "browser-console.txt": (
        "text",
        {"SESSION_EXPIRED": 2, "SERVER_ERROR": 2},
        [("vid-7f31c0", "failed", 4, 1, 1, "unknown")],
    ),
    "browser.har": ("har", {"NETWORK": 1, "URL_EXPIRED": 1}, [("in/demo.webm", "failed", 1, 0, 0, "credentials")]),
    "s3-access.log": (
        "s3-access-log",
        {"SESSION_EXPIRED": 2},
        [
            ("in/talk.mp4", "failed", 1, 0, 0, "lifecycle"),
            ("in/intro.mp4", "failed", 1, 0, 0, "already_completed"),
        ],
    ),
    "worker.log": (
        "text",
        {"CREDENTIALS_EXPIRED": 1, "SESSION_EXPIRED": 1},
        [("in/clip-9.mov", "failed", 1, 0, 0, "own_abort")],
    ),
}


def test_every_ticket_has_its_expected_report():
    assert {path.name for path in TICKETS.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_ticket_gets_its_report(name):
    report = analyze([str(TICKETS / name)])
    found = [
        (
            session.video_id or session.key,
            session.outcome,
            session.parts,
            session.refreshes,
            session.retries,
            session.root_cause and session.root_cause.cause,
        )
        for session in report.sessions
    ]
    assert (report.inputs[0].format, dict(report.by_code), found) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_keeps_its_schema_and_can_be_read_back(name):
    document = json.loads(json.dumps(analyze([str(TICKETS / name)]).to_json()))
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    assert restore(document).to_json() == document


def test_a_client_log_and_an_access_log_of_one_upload_are_one_story(tmp_path):
    client = tmp_path / "client.log"
    upload = "E1kQ7_vN2.xRw94LtYb-Hc0SzEoMfJ3uDgAi5PpTqV"
    client.write_text(f"2026-11-22T07:30:00Z ERROR NoSuchUpload: gone uploadId={upload} videoId=vid-9\n")
    report = analyze([str(client), str(TICKETS / "s3-access.log")])
    (session,) = [one for one in report.sessions if upload in one.upload_ids]
    assert (session.video_id, session.key, session.root_cause.cause) == ("vid-9", "in/talk.mp4", "lifecycle")
