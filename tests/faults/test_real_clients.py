"""The loop with the clients that people use: what they print when an upload fails is diagnosed as what was injected."""

import pytest
from real_clients import BUCKET, REAL_CLIENTS

from upload_diag import classify
from upload_diag.analysis import analyze
from upload_diag.faults import ExpireSession, FaultServer, Respond
from upload_diag.rules.s3_codes import S3_CODES

pytestmark = [pytest.mark.network_client, pytest.mark.slow]

# At least one row of the table for each ErrorCode that a service can send.
SAMPLE = (
    "NoSuchUpload", "SlowDown", "InternalError", "ServiceUnavailable", "AccessDenied", "SignatureDoesNotMatch",
    "InvalidAccessKeyId", "ExpiredToken", "RequestTimeTooSkewed", "NoSuchBucket", "NoSuchKey", "InvalidArgument",
    "MalformedXML", "InvalidPart", "EntityTooSmall", "EntityTooLarge", "BadDigest", "RequestTimeout", "QuotaExceeded",
    "OperationAborted", "PreconditionFailed", "IllegalLocationConstraintException", "ExpiredRequest",
    "ClientDisconnect", "Aborted",
)  # fmt: skip
SIZE = 5 * 1024 * 1024 + 1  # two parts of every client


@pytest.fixture(scope="module", params=REAL_CLIENTS, ids=lambda each: each.name)
def program(request):
    if request.param.missing:
        pytest.skip(request.param.missing)
    return request.param


@pytest.fixture(scope="module")
def faulty():
    with FaultServer(seed=1, auth="test:test") as running:
        running.client().create_bucket(Bucket=BUCKET)
        yield running


def files(folder, count):
    """Files of two parts that take no room; their names tell nothing."""
    folder.mkdir()
    names = [folder / f"clip{number:02}.bin" for number in range(1, count + 1)]
    for name in names:
        with name.open("wb") as file:
            file.truncate(SIZE)
    return names


def test_the_sample_has_every_error_code_that_a_service_can_send():
    sendable = {row.code for row in S3_CODES.values() if row.status >= 300 and row.status != 304}
    assert {S3_CODES[name].code for name in SAMPLE} == sendable


def test_every_client_gets_its_object_through_with_its_signatures_checked(program, faulty, tmp_path):
    faulty.app.plan.clear()
    start = faulty.journal.last
    [file] = files(tmp_path / "clips", 1)
    file.write_bytes(bytes(range(256)) * (SIZE // 256) + b"!")
    printed = program.upload(faulty.url, [file])
    assert faulty.client().get_object(Bucket=BUCKET, Key=file.name)["Body"].read() == file.read_bytes(), printed
    answers = {entry.operation: entry.status for entry in faulty.journal.since(start)}
    assert answers["UploadPart"] == answers["CompleteMultipartUpload"] == 200


def test_what_a_client_prints_about_an_injected_code_is_diagnosed_as_its_own_row(program, faulty, tmp_path):
    faulty.app.plan.clear()
    made = files(tmp_path / "clips", len(SAMPLE))
    for file, name in zip(made, SAMPLE, strict=True):
        faulty.inject(Respond(name), operation="UploadPart", key=file.name)
    printed = program.upload(faulty.url, made)
    wrong = {}
    for file, name in zip(made, SAMPLE, strict=True):
        info = classify(printed.get(file.name, ""))
        if info.code != S3_CODES[name].code:
            wrong[name] = (info.code, printed.get(file.name, "")[-600:])
    assert not wrong
    log = tmp_path / "client.log"
    log.write_text("".join(printed.values()))
    assert set(analyze([str(log)]).by_code) == {S3_CODES[name].code for name in SAMPLE}


@pytest.mark.parametrize(
    ("operation", "part"), [("UploadPart", 2), ("CompleteMultipartUpload", None)], ids=["midway", "complete"]
)
def test_an_upload_whose_session_dies_is_diagnosed_from_what_its_client_prints(
    program, faulty, tmp_path, operation, part
):
    faulty.app.plan.clear()
    start = faulty.journal.last
    [file] = files(tmp_path / "clips", 1)
    faulty.inject(ExpireSession(), operation=operation, part_number=part)
    printed = program.upload(faulty.url, [file])[file.name]
    dead = [each for each in faulty.journal.since(start) if each.code == "NoSuchUpload"]
    assert dead[0].operation == operation
    log = tmp_path / "client.log"
    log.write_text(printed)
    report = analyze([str(log)])
    assert report.by_code == {"SESSION_EXPIRED": report.findings}, printed
    info = classify(printed)
    assert info.code == "SESSION_EXPIRED"
    shown = dead[0].upload_id if dead[0].upload_id in printed else None
    assert info.context.upload_id == shown, printed
