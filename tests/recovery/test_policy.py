"""One row a cause, as a table."""

from random import Random

import pytest

from upload_diag import ErrorCode, Operation, UsageError, classify
from upload_diag.recovery.policy import HEAD, Next, Policy, Spent, backoff, decide, row

PART, LIST, COMPLETE, ABORT = Operation.UPLOAD_PART, Operation.LIST_PARTS, Operation.COMPLETE, Operation.ABORT


def info(code, service_code=None):
    found = classify(None)
    return found.model_copy(
        update={"code": code, "context": found.context.model_copy(update={"service_code": service_code})}
    )


ROWS = [
    (ErrorCode.SESSION_EXPIRED, None, PART, Next.CONFIRM),
    (ErrorCode.SESSION_EXPIRED, None, LIST, Next.PROBE),
    (ErrorCode.SESSION_EXPIRED, None, COMPLETE, Next.PROBE),
    (ErrorCode.SESSION_EXPIRED, None, ABORT, Next.IGNORE),
    (ErrorCode.OBJECT_NOT_FOUND, "NoSuchKey", LIST, Next.PROBE),
    (ErrorCode.CREDENTIALS_EXPIRED, "ExpiredToken", PART, Next.RENEW),
    (ErrorCode.CREDENTIALS_EXPIRED, "ExpiredToken", COMPLETE, Next.RENEW),
    (ErrorCode.URL_EXPIRED, None, PART, Next.RENEW),
    (ErrorCode.CLOCK_SKEW, "RequestTimeTooSkewed", PART, Next.RENEW),
    (ErrorCode.WRONG_REGION, "PermanentRedirect", Operation.CREATE, Next.RENEW),
    (ErrorCode.THROTTLED, "SlowDown", PART, Next.RETRY),
    (ErrorCode.THROTTLED, "SlowDown", COMPLETE, Next.RETRY),
    (ErrorCode.SERVER_ERROR, "InternalError", PART, Next.RETRY),
    (ErrorCode.SERVER_ERROR, "InternalError", COMPLETE, Next.PROBE),
    (ErrorCode.NETWORK, None, PART, Next.RETRY),
    (ErrorCode.NETWORK, None, COMPLETE, Next.PROBE),
    (ErrorCode.TIMEOUT, None, COMPLETE, Next.PROBE),
    (ErrorCode.NETWORK, None, HEAD, Next.RETRY),
    (ErrorCode.UNKNOWN, None, COMPLETE, Next.PROBE),
    (ErrorCode.UNKNOWN, None, PART, Next.RETRY),
    (ErrorCode.INTEGRITY, "BadDigest", PART, Next.RETRY),
    (ErrorCode.PARTS_REJECTED, "InvalidPart", COMPLETE, Next.RELIST),
    (ErrorCode.PARTS_REJECTED, "EntityTooSmall", COMPLETE, Next.RECHUNK),
    (ErrorCode.CONFLICT, "ConditionalRequestConflict", COMPLETE, Next.RESTART),
    (ErrorCode.CONFLICT, "PreconditionFailed", COMPLETE, Next.STOP),
    (ErrorCode.CONFLICT, "OperationAborted", COMPLETE, Next.RETRY),
    (ErrorCode.ACCESS_DENIED, "AccessDenied", PART, Next.STOP),
    (ErrorCode.QUOTA_EXCEEDED, None, PART, Next.STOP),
    (ErrorCode.BUCKET_NOT_FOUND, "NoSuchBucket", PART, Next.STOP),
    (ErrorCode.TOO_LARGE, None, PART, Next.STOP),
    (ErrorCode.LOCAL_IO, None, PART, Next.STOP),
    (ErrorCode.CANCELLED, None, PART, Next.STOP),
]


@pytest.mark.parametrize(("code", "service_code", "operation", "step"), ROWS)
def test_a_cause_has_its_next_step(code, service_code, operation, step):
    assert row(info(code, service_code), operation) is step


@pytest.mark.parametrize("code", ErrorCode)
@pytest.mark.parametrize("operation", [*Operation, HEAD])
def test_every_verdict_has_a_step_at_every_operation(code, operation):
    assert row(info(code), operation) in Next


@pytest.mark.parametrize(
    ("code", "operation", "spent", "why"),
    [
        (ErrorCode.NETWORK, PART, Spent(attempts=5), "tried 5 times"),
        (ErrorCode.SESSION_EXPIRED, PART, Spent(attempts=5), "tried 5 times"),
        (ErrorCode.CREDENTIALS_EXPIRED, PART, Spent(), "nothing given that can renew it"),
        (ErrorCode.URL_EXPIRED, PART, Spent(renewals=3), "renewed 3 times in a row without success"),
        (ErrorCode.PARTS_REJECTED, COMPLETE, Spent(relists=3), "compared the parts 3 times"),
    ],
)
def test_a_used_up_budget_stops_and_says_which(code, operation, spent, why):
    step = decide(info(code), operation, spent, Policy(), renewable={ErrorCode.URL_EXPIRED})
    assert (step.next, step.why) == (Next.STOP, why)


def test_a_new_session_is_within_the_budget_of_the_whole_upload():
    conflict = info(ErrorCode.CONFLICT, "ConditionalRequestConflict")
    assert decide(conflict, COMPLETE, Spent(refreshes=1), Policy()).next is Next.RESTART
    assert decide(conflict, COMPLETE, Spent(refreshes=2), Policy()).next is Next.STOP


def test_pauses_are_drawn_between_nothing_and_a_bound_that_doubles_up_to_its_cap():
    policy, random = Policy(backoff_base=1, backoff_cap=5), Random(1)
    for attempt, bound in [(1, 1), (2, 2), (3, 4), (4, 5), (2000, 5)]:
        drawn = [backoff(attempt, policy, random) for _ in range(200)]
        assert 0 <= min(drawn) < bound * 0.1
        assert bound * 0.9 < max(drawn) <= bound


@pytest.mark.parametrize("wrong", [{"part_size": 0}, {"threads": 0}, {"backoff_cap": -1}, {"on_file_change": "mix"}])
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Policy(**wrong)
