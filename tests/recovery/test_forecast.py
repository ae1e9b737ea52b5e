"""The look ahead as a table, and what comes of it against a store whose sessions and credentials end."""

import itertools
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left, upload

from upload_diag.analysis import analyze
from upload_diag.faults import ExpireCredentials, Respond
from upload_diag.faults.kinds import Fault
from upload_diag.recovery import UploadStoppedError
from upload_diag.recovery.forecast import Ahead, Outlook, foresee, parts_of_a_stage

MIB = 1024 * 1024
# 1000 MiB, half of them sent, 1 MiB a second: the rest takes 500 s, with slack 625 s.
HALF = Outlook(size=1000 * MIB, left=500 * MIB, rate=MIB, age=500, lifetime=None, part_size=8 * MIB)
NEW = replace(HALF, left=990 * MIB, age=10)
MAY = {"larger_parts": True, "stages": True}

ROWS = [
    ("nothing is known of an end", HALF, Ahead.GO_ON),
    ("there is time enough", replace(HALF, lifetime=1200), Ahead.GO_ON),
    ("the rate is not known yet", replace(HALF, lifetime=501, rate=None), Ahead.GO_ON),
    ("there is time enough, but without slack", replace(HALF, lifetime=1100), Ahead.WARN),
    ("late, and more at a time is possible", replace(HALF, lifetime=900, max_threads=16, **MAY), Ahead.PARALLEL),
    ("late, stages are possible", replace(HALF, lifetime=900, **MAY), Ahead.STAGES),
    ("late, nothing is possible", replace(HALF, lifetime=900), Ahead.WARN),
    ("late and new, parts take long", replace(NEW, lifetime=300, **MAY), Ahead.STAGES),
    ("late and new, parts are brief", replace(NEW, rate=20 * MIB, lifetime=50, age=1, **MAY), Ahead.RECHUNK),
    ("late and brief, but not new", replace(HALF, rate=20 * MIB, lifetime=510, **MAY), Ahead.STAGES),
    ("parts are brief, but large", replace(NEW, rate=200 * MIB, lifetime=5, age=1, part_size=32 * MIB, **MAY),
     Ahead.STAGES),
    ("not even a stage is short enough", replace(NEW, rate=1000.0, lifetime=100, **MAY), Ahead.WARN),
    ("the session is over time already", replace(HALF, lifetime=400, **MAY), Ahead.STAGES),
    ("credentials last", replace(HALF, signed_for=1200), Ahead.GO_ON),
    ("credentials end soon and can be renewed", replace(HALF, signed_for=59, renewable=True), Ahead.RENEW),
    ("they end within two parts", replace(HALF, signed_for=63, renewable=True), Ahead.RENEW),
    ("they end later than that", replace(HALF, signed_for=65, renewable=True), Ahead.GO_ON),
    ("credentials end soon and cannot be renewed", replace(HALF, signed_for=59), Ahead.WARN),
    ("they end soon, the upload sooner", replace(HALF, left=MIB, signed_for=59), Ahead.GO_ON),
    ("renewing comes before planning", replace(HALF, lifetime=900, signed_for=1, renewable=True, **MAY), Ahead.RENEW),
]  # fmt: skip


@pytest.mark.parametrize(("outlook", "step"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_ahead_has_its_step(outlook, step):
    assert foresee(outlook) is step


@pytest.mark.parametrize(
    ("rate", "lifetime", "part_size", "parts"),
    [
        (MIB, 160, 8 * MIB, 10),  # half of what fits into a session
        (MIB, 8, 8 * MIB, 0),  # 4 MiB: S3 copies no part below 5 MiB
        (None, 160, 8 * MIB, 0),
        (1000 * MIB, 86400, 8 * MIB, 640),  # 5 GiB: the largest part that is copied
    ],
)
def test_a_stage_takes_half_of_what_fits_into_a_session(rate, lifetime, part_size, parts):
    outlook = Outlook(size=10**10, left=10**10, rate=rate, age=0, lifetime=lifetime, part_size=part_size)
    assert parts_of_a_stage(outlook) == parts


# --- against a store


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Fault):
    """A request takes so many seconds of the store's clock; none of the tests' time, as `AdvanceClock` does."""

    seconds: float
    app: Any

    def before(self, exchange):
        self.app.clock.advanced += self.seconds
        self.app.sweep()


@pytest.fixture
def slow(server, monkeypatch):
    """A store that takes ten seconds for a part."""
    monkeypatch.setattr("upload_diag.recovery.plan.MIN_PART_SIZE", PART)
    server.inject(Take(seconds=10, app=server.app), operation="UploadPart")
    return server


ONE = replace(FAST, threads=1, max_threads=1)


def run(server, client, file, **options):
    return upload(client, file, clock=lambda: server.clock.now().timestamp(), **{"policy": ONE, **options}).run()


def kinds(result):
    return [event.event for event in result.events if event.event not in ("part", "create", "complete", "abort")]


def test_a_session_that_would_end_too_early_is_left_for_stages_before_it_dies(slow, s3, file, tmp_path):
    slow.app.lifetimes.ttl = 100.0
    state = tmp_path / "state"
    result = run(slow, s3, file, policy=replace(ONE, session_ttl=100.0), state=state)
    assert object_is(s3, file)
    assert (result.refreshes, kinds(result)) == (0, ["replan"])
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["k"]
    assert (sessions_left(s3), list(tmp_path.glob("state*"))) == ([], [])


def test_without_a_plan_the_same_upload_never_ends_and_says_why(slow, s3, file):
    slow.app.lifetimes.ttl = 100.0
    with pytest.raises(UploadStoppedError, match="session refresh limit") as stopped:
        run(slow, s3, file, policy=replace(ONE, session_ttl=100.0, replan=False))
    assert [each.message for each in stopped.value.events if each.event == "warning"]


def test_more_parts_are_sent_at_a_time_when_that_may_be_enough(server, s3, file):
    policy = replace(ONE, max_threads=8, session_ttl=22.0)
    moments = itertools.count(1000)  # each look at the clock takes a second
    result = upload(s3, file, policy=policy, clock=lambda: float(next(moments))).run()
    assert object_is(s3, file)
    assert "2 parts are sent at a time from now on" in next(e.message for e in result.events if e.event == "replan")


def test_an_end_that_the_store_names_counts(slow, s3, file):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": 1}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    slow.app.plan.clear()
    slow.inject(Take(seconds=9000, app=slow.app), operation="UploadPart")  # 12 parts take 30 hours
    result = run(slow, s3, file)
    assert object_is(s3, file)
    assert (result.refreshes, kinds(result)) == (0, ["replan"])


def test_the_bucket_s_rule_is_read_where_the_store_names_no_end(slow, s3, file, monkeypatch):
    monkeypatch.setattr("upload_diag.recovery.store.S3Store._note_end", lambda *_: None)
    test_an_end_that_the_store_names_counts(slow, s3, file)
    assert list(slow.journal.of("GetBucketLifecycleConfiguration"))


def test_credentials_are_renewed_before_they_end(slow, s3, client_of, file):
    ends = [slow.clock.now() + timedelta(seconds=90)]
    slow.inject(ExpireCredentials(), operation="UploadPart", part_number=9, times=1)  # would hit the first ones

    def renew(_):
        slow.app.plan.clear()
        ends.append(datetime.now(UTC) + timedelta(days=1))
        return client_of("second")

    result = run(slow, client_of("first"), file, renew=renew, expires=lambda: ends[-1])
    assert object_is(s3, file)
    assert kinds(result) == ["replan", "renew"]
    assert not [event for event in result.events if event.error]


def test_credentials_that_nobody_can_renew_are_warned_of_once(slow, s3, file):
    ends = slow.clock.now() + timedelta(seconds=100)
    result = run(slow, s3, file, expires=lambda: ends)
    assert kinds(result) == ["warning"]


def test_a_plan_is_no_failure_in_the_report(slow, s3, file, tmp_path):
    slow.app.lifetimes.ttl = 100.0
    lines = []
    run(slow, s3, file, policy=replace(ONE, session_ttl=100.0), on_event=lambda e: lines.append(e.to_json()))
    log = tmp_path / "events.ndjson"
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    report = analyze([str(log)])
    assert (report.findings, {each.outcome for each in report.sessions}) == (0, {"completed"})


def test_the_age_of_a_session_is_known_after_a_crash(slow, s3, file, tmp_path):
    slow.app.lifetimes.ttl = 100.0
    state = tmp_path / "state"
    policy = replace(ONE, session_ttl=100.0, replan=False)
    armed = slow.inject(Respond("AccessDenied"), operation="UploadPart", part_number=3)
    with pytest.raises(UploadStoppedError):
        run(slow, s3, file, policy=policy, state=state)
    slow.app.plan.disarm(armed.id)
    with pytest.raises(UploadStoppedError, match="session refresh limit") as stopped:
        run(slow, s3, file, policy=policy, state=state)
    warning = next(each.message for each in stopped.value.events if each.event == "warning")
    assert int(re.search(r"0:00:(\d\d) left", warning)[1]) <= 30  # 70 s are over, 20 of them before the crash
