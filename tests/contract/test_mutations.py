"""The envelope's schema against every single-member mutation that changes the meaning."""

import json

import pytest
from envelopes import EXPIRED, envelope

from upload_diag.contract.mutations import mutations
from upload_diag.contract.schemas import find, validator

SAMPLES = {
    "expired": EXPIRED,
    "throttled": envelope(errorType="SlowDown", isSessionExpired=False, actionRequired="BACK_OFF"),
    "credentials": envelope(errorType="ExpiredToken", isSessionExpired=False, actionRequired="REFRESH_CREDENTIALS"),
    "at complete": envelope(partNumber=..., chunkSize=..., actionRequired="PROBE_THEN_RESTART"),
    "error as an object": envelope(originalError={"name": "NoSuchUpload", "message": "Gone.", "statusCode": 404}),
}
BAR = 0.98


def survivors(document):
    checker = validator(find("upload-error"))
    assert checker.is_valid(document)
    made = list(mutations(document))
    return made, [mutation.name for mutation in made if checker.is_valid(mutation.document)]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_mutation_differs_from_the_document(name):
    for mutation in mutations(SAMPLES[name]):
        assert json.dumps(mutation.document) != json.dumps(SAMPLES[name])


def test_the_schema_rejects_nearly_every_mutation_and_the_rest_is_listed(capsys):
    total, left = 0, []
    for name, document in SAMPLES.items():
        made, alive = survivors(document)
        total += len(made)
        left += [f"{name}: {mutation}" for mutation in alive]
    score = 1 - len(left) / total
    with capsys.disabled():
        print(f"\nmutation score of upload-error: {score:.1%} of {total}; still valid:", *left, sep="\n  ")
    assert score >= BAR
