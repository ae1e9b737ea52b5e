"""The pytest plugin in projects of its own: fixtures, marker, assertion texts, coverage, isolation, cost."""

import importlib.metadata
import importlib.util
import subprocess
import sys

import pytest

from upload_diag import pytest_plugin

pytest_plugins = ["pytester"]

HAS_XDIST = importlib.util.find_spec("xdist") is not None

ENVELOPE = """
    ENVELOPE = {
        "success": False,
        "message": "Failed to upload video chunk",
        "error": {
            "errorType": "NoSuchUpload", "awsError": "gone", "originalError": "gone", "isSessionExpired": True,
            "actionRequired": "RESTART_UPLOAD", "videoId": "video-0001", "partNumber": 1, "chunkSize": 5,
        },
    }
"""
UPLOAD = """
    import boto3, pytest
    from botocore.exceptions import ClientError

    def send(s3, parts=3):
        s3.create_bucket(Bucket="bucket")
        upload = s3.create_multipart_upload(Bucket="bucket", Key="key")["UploadId"]
        for number in range(1, parts + 1):
            s3.upload_part(Bucket="bucket", Key="key", UploadId=upload, PartNumber=number, Body=b"x")
"""


@pytest.fixture
def run(pytester):
    """Run a test module in a project of its own, in a process of its own."""

    def go(source, *options, ini="", **outcomes):
        pytester.makepyfile(source)
        pytester.makeini(f"[pytest]\naddopts = -p no:cacheprovider --strict-markers\n{ini}")
        result = pytester.runpytest_subprocess(*options)
        if outcomes:
            result.assert_outcomes(**outcomes)
        return result

    return go


def test_it_is_registered_under_the_name_of_the_package():
    (entry,) = (each for each in importlib.metadata.entry_points(group="pytest11") if each.name == "upload_diag")
    assert entry.value == "upload_diag.pytest_plugin"


def test_loading_it_loads_nothing_heavy():
    code = (
        "import sys, pytest; old = set(sys.modules); import upload_diag.pytest_plugin; print(*set(sys.modules) - old)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {name.partition(".")[0] for name in loaded} <= {"upload_diag"}
    assert len(loaded) <= 2


def test_a_project_that_does_not_use_it_does_not_notice_it(run):
    result = run("def test_nothing(): pass", passed=1)
    assert "upload-diag coverage" not in result.stdout.str()


def test_the_server_and_the_client_work_and_each_test_starts_afresh(run):
    source = (
        UPLOAD
        + """
    def test_first(s3, fault_server):
        send(s3)
        assert len(fault_server.journal.of("UploadPart")) == 3

    def test_second(s3, fault_server):
        assert s3.list_buckets()["Buckets"] == []
        assert len(fault_server.journal.of("UploadPart")) == 0
    """
    )
    run(source, passed=2)


def test_a_test_may_stop_the_server_without_harm_to_the_next(run):
    source = """
    def test_an_outage(fault_server):
        fault_server.stop()

    def test_goes_on(s3):
        s3.create_bucket(Bucket="bkt")
    """
    run(source, passed=2)


def test_the_marker_arms_a_scenario_for_its_test_only(run):
    source = (
        UPLOAD
        + """
    @pytest.mark.upload_fault("expire-mid-upload", seed=1)
    def test_dies(s3, assert_upload_error):
        with pytest.raises(ClientError) as caught:
            send(s3, parts=8)
        info = assert_upload_error(caught, code="SESSION_EXPIRED", action="RESTART_UPLOAD")
        assert info.context.service_code == "NoSuchUpload"

    @pytest.mark.upload_fault({"name": "own", "description": "d", "faults": []})
    def test_own_scenario(s3):
        send(s3)

    def test_lives(s3):
        send(s3, parts=8)
    """
    )
    run(source, passed=3)


def test_a_marked_test_gets_the_server_without_asking(run):
    source = """
    import pytest

    @pytest.mark.upload_fault("no-such-scenario")
    def test_it():
        pass

    @pytest.mark.upload_fault()
    def test_without_a_name():
        pass

    @pytest.mark.upload_fault("expire-mid-upload", seed="x")
    def test_a_seed_that_is_none():
        pass
    """
    result = run(source, errors=3)
    result.stdout.fnmatch_lines(["*no-such-scenario*", "*write it as @pytest.mark.upload_fault*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*exception was*")


def test_a_failed_assertion_says_code_evidence_and_next_step(run):
    source = """
    def test_it(assert_upload_error):
        error = "An error occurred (SlowDown) when calling the UploadPart operation: x"
        assert_upload_error(error, code="SESSION_EXPIRED")

    def test_typo(assert_upload_error):
        assert_upload_error("x", code="SESION_EXPIRED")
    """
    result = run(source, failed=2)
    result.stdout.fnmatch_lines(
        [
            "code is THROTTLED, not SESSION_EXPIRED",
            "*because * = 'SlowDown' (s3.SlowDown)",
            "*next step: BACK_OFF: *",
            "'SESION_EXPIRED' is no ErrorCode; known are *",
        ]
    )


def test_the_contract_is_held_for_payloads_texts_and_responses(run):
    source = (
        ENVELOPE
        + """
    import json

    class Response:
        def __init__(self, status, body):
            self.status_code, self.content = status, json.dumps(body).encode()

    def test_good(error_contract):
        error_contract.check(ENVELOPE)
        error_contract.check(json.dumps(ENVELOPE))
        error_contract.check(Response(404, ENVELOPE))

    def test_bad(error_contract):
        ENVELOPE["error"]["isSessionExpired"] = False
        error_contract.check(Response(200, ENVELOPE))

    def test_no_json(error_contract):
        error_contract.check("<html>")
    """
    )
    result = run(source, passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*breaks upload-error*",
            "*status-fits-code",
            "*/error/isSessionExpired  session-flag-fits-error-type",
            "*seen false, wanted true",
            "*not JSON*",
        ]
    )


def test_another_contract_can_be_named_in_the_ini_file(run, pytester):
    pytester.makefile(".json", mine='{"required": ["kode"]}')
    source = """
    def test_it(error_contract):
        assert error_contract.problems({"kode": 1}) == []
        assert error_contract.problems({})
    """
    run(source, ini="upload_diag_schema = mine.json", passed=1)


COVERING = (
    ENVELOPE
    + """
    def test_it(assert_upload_error, error_contract):
        error = "An error occurred (SlowDown) when calling the UploadPart operation: x"
        assert_upload_error(error, code="THROTTLED")
        error_contract.check(ENVELOPE)
"""
)


def test_coverage_lists_what_was_tested_and_what_was_not(run):
    result = run(COVERING, "--upload-diag-coverage", passed=1)
    result.stdout.fnmatch_lines(
        ["*upload-diag coverage*", "codes: 2 of *; untested: *ACCESS_DENIED*", "actions: 2 of *"]
    )
    assert result.ret == 0


@pytest.mark.parametrize(
    ("codes", "failed"), [("", True), ("SESSION_EXPIRED THROTTLED", False), ("SESSION_EXPIRED TIMEOUT", True)]
)
def test_a_strict_run_fails_on_what_is_untested(run, codes, failed):
    result = run(COVERING, ini=f"upload_diag_strict = true\nupload_diag_codes = {codes}", passed=1)
    assert (result.ret != 0) == failed


@pytest.mark.parametrize(("shapes", "failed"), [("", False), ("axios", True)])
def test_a_strict_run_fails_on_an_untested_shape_that_was_asked_for(run, shapes, failed):
    ini = f"upload_diag_strict = true\nupload_diag_codes = SESSION_EXPIRED THROTTLED\nupload_diag_shapes = {shapes}"
    result = run(COVERING, ini=ini, passed=1)
    assert (result.ret != 0) == failed


def test_a_strict_run_fails_on_what_is_unknown(run):
    source = """
    def test_it(assert_upload_error):
        assert_upload_error("An error occurred (SlowDown) when calling the UploadPart operation: x")
        assert_upload_error("what is this")
    """
    result = run(source, "--upload-diag-strict", ini="upload_diag_codes = THROTTLED", passed=1)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["unknown: code UNKNOWN"])


@pytest.mark.skipif(not HAS_XDIST, reason="pytest-xdist is not installed")
def test_workers_have_servers_of_their_own_and_their_coverage_is_joined(run):
    source = (
        UPLOAD
        + """
    @pytest.mark.upload_fault("expire-mid-upload")
    @pytest.mark.parametrize("number", range(10))
    def test_dies(s3, fault_server, assert_upload_error, number):
        assert fault_server.journal.of("UploadPart") == []
        with pytest.raises(ClientError) as caught:
            send(s3, parts=8)
        assert_upload_error(caught, code="SESSION_EXPIRED")

    @pytest.mark.parametrize("number", range(10))
    def test_lives(s3, fault_server, number):
        send(s3)
        assert len(fault_server.journal.of("UploadPart")) == 3
    """
    )
    result = run(source, "-n", "2", "--upload-diag-coverage", passed=20)
    result.stdout.fnmatch_lines(["codes: 1 of *"])


def test_every_option_fixture_and_marker_is_in_the_help(pytester):
    told = {
        option: pytester.runpytest_subprocess(option).stdout.str() for option in ("--help", "--fixtures", "--markers")
    }
    for name in ("--upload-diag-coverage", "--upload-diag-strict", "upload_diag_codes", "upload_diag_schema"):
        assert name in told["--help"]
    for name in ("fault_server", "s3", "error_contract", "assert_upload_error"):
        assert f"\n{name} --" in told["--fixtures"]
    assert pytest_plugin.MARKER in told["--markers"]
