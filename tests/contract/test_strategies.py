"""The shipped Hypothesis strategies, and what they find in a sample client and a sample backend."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upload_diag.classifier import classify
from upload_diag.codes import ErrorCode
from upload_diag.contract import strategies as uploads
from upload_diag.contract.checks import Checker
from upload_diag.contract.documents import Document
from upload_diag.contract.schemas import find, validator
from upload_diag.contract.wire import SHAPES, failures
from upload_diag.rules.s3_codes import S3_CODES

SAMPLES = Path(__file__).parents[2] / "fixtures" / "contract"
CHECKER = Checker(find("upload-error"))
WITHIN = settings(max_examples=200, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def sample(name):
    spec = importlib.util.spec_from_file_location(name, SAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


frontend, backend = sample("frontend"), sample("backend")


@given(uploads.envelopes())
def test_every_envelope_keeps_the_contract(envelope):
    assert CHECKER.problems(Document("test", envelope)) == []


@given(uploads.envelopes())
def test_the_classifier_reads_every_envelope_as_its_contract_means_it(envelope):
    assert classify(envelope).code is uploads.error_types()[envelope["error"]["errorType"]]


@pytest.mark.parametrize("code", sorted({code for code in ErrorCode if code in set(uploads.error_types().values())}))
def test_an_envelope_can_be_asked_for_by_its_meaning(code):
    @settings(max_examples=10, database=None)
    @given(uploads.envelopes(code))
    def check(envelope):
        assert uploads.error_types()[envelope["error"]["errorType"]] is code

    check()


def test_a_meaning_that_no_error_type_has_is_refused():
    @settings(database=None)
    @given(uploads.envelopes(ErrorCode.LOCAL_IO))
    def never(envelope):
        pass

    with pytest.raises(ValueError, match="no errorType means LOCAL_IO"):
        never()


@given(uploads.mutated_envelopes())
def test_every_mutated_envelope_breaks_the_contract(mutation):
    assert not validator(find("upload-error")).is_valid(mutation.document)


@given(uploads.payloads())
def test_a_failure_means_the_same_in_every_wire_shape(payload):
    code, shape, given_payload = payload
    assert classify(given_payload).code is code, shape


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_around_every_failure(shape):
    for failure in failures():
        assert failure.code is S3_CODES[failure.name].code
        assert failure.name in str(SHAPES[shape](failure))


@given(uploads.junk())
def test_junk_is_refused_and_crashes_nothing(value):
    assert CHECKER.problems(Document("junk", value))
    classify(value)


def finds(strategy, check, bug):
    """Whether a check fails within 200 examples, for the given reason."""

    @WITHIN
    @given(strategy)
    def search(value):
        check(value)

    try:
        search()
    except Exception as failed:  # noqa: BLE001 - several bugs come as a group
        return any(isinstance(each, bug) for each in getattr(failed, "exceptions", [failed]))
    return False


def agrees(read):
    def check(value):
        envelope = value.get("response", {}).get("data", value)
        envelope = json.loads(envelope) if isinstance(envelope, str) else envelope
        assert bool(read(value)) == envelope["error"]["isSessionExpired"]

    return check


def without_objects(envelope):
    """A client that crashes on objects is looked at for its other bugs."""
    return isinstance(envelope["error"]["originalError"], str)


CLIENT_BUGS = {
    "misses response.data.error": (uploads.axios_errors(ErrorCode.SESSION_EXPIRED), AssertionError),
    "crashes on an object in originalError": (uploads.envelopes(ErrorCode.THROTTLED), AttributeError),
    "takes any 'does not exist' for a dead session": (
        uploads.envelopes(ErrorCode.OBJECT_NOT_FOUND).filter(without_objects),
        AssertionError,
    ),
}


@pytest.mark.parametrize(("strategy", "bug"), CLIENT_BUGS.values(), ids=CLIENT_BUGS)
def test_each_bug_of_the_sample_client_is_found_and_none_in_the_one_put_right(strategy, bug):
    assert finds(strategy, agrees(frontend.is_session_expired), bug)
    assert not finds(strategy, agrees(frontend.is_session_expired_fixed), (AssertionError, AttributeError, TypeError))


@given(uploads.junk())
def test_the_client_put_right_survives_junk(value):
    frontend.is_session_expired_fixed(value)


def sdk_errors():
    rows = [each for each in failures() if each.name in backend.STEPS]
    signed = {
        "request": {
            "headers": {"authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/x, Signature=" + "0f" * 32}
        }
    }
    return st.sampled_from(rows).map(lambda each: {"code": each.name, "message": each.message} | signed)


@pytest.mark.parametrize(
    "rule",
    ["session-flag-fits-error-type", "action-fits-error-type", "status-fits-code", "no-secret"],
)
def test_each_bug_of_the_sample_backend_is_found_and_none_in_the_one_put_right(rule):
    def check(answer):
        def hold(error):
            status, envelope = answer(error, "0b6f3c7e-52d4-4c55-9a3e-7f1d5b2a9c11", 3, 5_242_880)
            found = CHECKER.problems(Document("sample", envelope, status=status))
            assert rule not in {problem.rule for problem in found}

        return hold

    assert finds(sdk_errors(), check(backend.answer), AssertionError)
    assert not finds(sdk_errors(), check(backend.answer_fixed), AssertionError)
