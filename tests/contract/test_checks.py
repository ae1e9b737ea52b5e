"""One document against the envelope's contract: which rule speaks, where, and what it says."""

import json

import pytest
from envelopes import EXPIRED, envelope
from hypothesis import given
from hypothesis import strategies as st

from upload_diag.contract.checks import Checker
from upload_diag.contract.consistency import STATUSES, error_types
from upload_diag.contract.documents import Document
from upload_diag.contract.problems import FIXES, RULES
from upload_diag.contract.schemas import find, names
from upload_diag.rules.s3_codes import S3_CODES

CHECKER = Checker(find("upload-error"))
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
SIGNED = "https://b.example/k?X-Amz-Signature=" + "0a" * 32


def found(value, status=None):
    return [(problem.rule, problem.pointer) for problem in CHECKER.problems(Document("test", value, status=status))]


@pytest.mark.parametrize(
    "value",
    [
        EXPIRED,
        envelope(extra="unknown members are allowed"),
        envelope(originalError={"name": "NoSuchUpload", "message": "The upload is gone."}),
        envelope(partNumber=..., chunkSize=..., actionRequired="PROBE_THEN_RESTART"),
        envelope(errorType="SlowDown", isSessionExpired=False, actionRequired="BACK_OFF"),
        envelope(errorType="AccessDenied", isSessionExpired=False, actionRequired="RESIGN_URL"),
        envelope(partNumber=10_000),
    ],
)
def test_a_good_envelope_has_no_problem(value):
    assert found(value) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (envelope(errorType="NoSuchUplod"), [("known-error-type", "/error/errorType")]),
        (envelope(isSessionExpired=False), [("session-flag-fits-error-type", "/error/isSessionExpired")]),
        (envelope(partNumber=0), [("part-number-in-range", "/error/partNumber")]),
        (envelope(partNumber="3"), [("part-number-in-range", "/error/partNumber")]),
        (envelope(partNumber=10_001), [("part-number-in-range", "/error/partNumber")]),
        (envelope(chunkSize=...), [("part-and-size-together", "/error")]),
        (envelope(success=True), [("schema.const", "/success")]),
        (envelope(awsError=...), [("schema.required", "/error")]),
        (envelope(videoId="undefined"), [("ids-well-formed", "/error/videoId")]),
        (envelope(originalError="session expired. UploadId: undefined"), [("ids-well-formed", "/error/originalError")]),
        (envelope(originalError={"message": ""}), [("schema.minLength", "/error/originalError/message")]),
        (envelope(awsError=f"cannot put {SIGNED}"), [("no-secret", "/error/awsError")]),
        (envelope(error="it failed"), [("schema.type", "/error")]),
        ([], [("schema.type", "")]),
        (None, [("schema.type", "")]),
    ],
)
def test_each_problem_is_found_once_with_its_rule_and_place(value, expected):
    rules = found(value)
    assert [item for item in expected if item in rules] == expected
    assert len({place for _, place in rules}) == len({place for _, place in expected})


@pytest.mark.parametrize(
    ("error_type", "flag", "action", "status", "fits"),
    [
        ("NoSuchUpload", True, "RESTART_UPLOAD", 404, True),
        ("NoSuchUpload", True, "RESTART_UPLOAD", 410, True),
        ("NoSuchUpload", True, "RESTART_UPLOAD", 500, False),
        ("NoSuchUpload", True, "RESTART_UPLOAD", 200, False),
        ("SlowDown", False, "BACK_OFF", 503, True),
        ("SlowDown", False, "BACK_OFF", 400, False),
        ("InternalError", False, "BACK_OFF", 404, False),
    ],
)
def test_the_http_status_tells_the_same_as_the_envelope(error_type, flag, action, status, fits):
    value = envelope(errorType=error_type, isSessionExpired=flag, actionRequired=action)
    assert found(value, status) == ([] if fits else [("status-fits-code", "")])


@pytest.mark.parametrize(
    "row", [row for row in S3_CODES.values() if row.name in error_types()], ids=lambda row: row.name
)
def test_an_error_type_means_what_the_rule_tables_say(row):
    assert error_types()[row.name] is row.code


# What AWS answers with a status that misleads a client which looks at nothing else.
MISLEADING = {"IDPCommunicationError", "NotModified", "InvalidSessionException", "TransactionInProgressException"}
MISLEADING |= {"TooManyMultiRegionAccessPointregionsError", "ConnectionClosedByRequester", "ResponseInterrupted"}


def test_the_status_that_s3_sends_with_an_error_fits():
    rows = [row for row in S3_CODES.values() if row.name in error_types() and row.status and row.code != "THROTTLED"]
    assert {row.name for row in rows if row.status not in STATUSES[row.code]} <= MISLEADING


def test_every_named_rule_is_in_a_schema_or_in_the_code_and_has_a_fix():
    in_schemas = {rule for rule in RULES if any(f'"$comment": "{rule}"' in json.dumps(find(name)) for name in names())}
    assert set(RULES) - in_schemas == {"no-secret", "status-fits-code"}
    assert set(FIXES) >= set(RULES) - {"status-fits-code"}


def test_a_misspelt_error_type_is_answered_with_the_nearest_name():
    (problem,) = CHECKER.problems(Document("test", envelope(errorType="NoSuchUplod")))
    assert problem.fix.startswith("did you mean NoSuchUpload?")


def test_an_error_info_says_retryable_as_retry_does():
    checker = Checker(find("error-info"))
    rules = {problem.rule for problem in checker.problems(Document("t", {"retry": "never", "isRetryable": True}))}
    assert "retryable-fits-retry" in rules


@given(st.text(min_size=40), st.text("AKIA", min_size=1))
def test_messages_are_short_and_free_of_secrets(long, key):
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    value = envelope(actionRequired=f"{secret} {long * 50}", partNumber=[long] * 1000, **{f"{key}Id": " "})
    for problem in CHECKER.problems(Document("test", value)):
        for text in (problem.seen, problem.wanted, problem.fix):
            assert len(text) <= 250
            assert secret not in text


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_junk_is_refused_without_raising(value):
    assert CHECKER.problems(Document("test", value))


@pytest.mark.parametrize(
    ("schema", "value", "rule", "wanted"),
    [
        (False, 0, "schema.false", "nothing at all"),
        ({"$schema": DRAFT_4, "minimum": 0, "exclusiveMinimum": True}, 0, "schema.minimum", "more than 0"),
        ({"$schema": DRAFT_4, "maximum": 0, "exclusiveMaximum": True}, 0, "schema.maximum", "less than 0"),
        ({"$schema": DRAFT_4, "minimum": 1, "exclusiveMinimum": False}, 0, "schema.minimum", "at least 1"),
    ],
)
def test_what_a_schema_of_ones_own_wants_is_said(schema, value, rule, wanted):
    [problem] = Checker(schema or {"allOf": [schema]}).problems(Document("test", value))
    assert (problem.rule, problem.wanted) == (rule, wanted)


@pytest.mark.parametrize("depth", [50, 2000])
def test_deep_nesting_is_a_problem_and_not_a_crash(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    assert CHECKER.problems(Document("test", envelope(partNumber=value)))
