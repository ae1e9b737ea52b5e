"""Five ways a session can die, met by the uploader, and by the loop that many web clients have, beside it."""

from dataclasses import replace

import pytest
from bench import BUCKET, FAST, PART, object_is, sessions_left, upload

from upload_diag.faults import ExpireSession

botocore_exceptions = pytest.importorskip("botocore.exceptions")

# Name -> the part numbers at which the session dies, in the order in which it happens.
SCENARIOS = {
    "never": [],
    "at part 1": [1],
    "at part 3": [3],
    "at part 3, and again at part 4": [3, 4],
    "twice at part 1": [1, 1],
}


def arm(server, deaths):
    for number in set(deaths):
        server.inject(ExpireSession(), operation="UploadPart", part_number=number, times=deaths.count(number))


@pytest.mark.parametrize("deaths", SCENARIOS.values(), ids=SCENARIOS)
def test_the_upload_survives_every_scenario(server, s3, file, deaths):
    arm(server, deaths)
    result = upload(s3, file, policy=replace(FAST, threads=1)).run()  # so that no two deaths meet the same session
    assert object_is(s3, file)
    assert result.refreshes == len(deaths)
    assert sessions_left(s3) == []


def loop_of_web_clients(s3, path):
    """Parts one after the other; one that meets a dead session gets a fresh one, once, and goes on there."""
    create = {"Bucket": BUCKET, "Key": "k"}
    data = path.read_bytes()
    upload_id = s3.create_multipart_upload(**create)["UploadId"]
    etags = []
    for number, start in enumerate(range(0, len(data), PART), 1):
        for last_try in (False, True):
            try:
                answer = s3.upload_part(
                    **create, UploadId=upload_id, PartNumber=number, Body=data[start : start + PART]
                )
                break
            except botocore_exceptions.ClientError:
                if last_try:
                    raise
                upload_id = s3.create_multipart_upload(**create)["UploadId"]
        etags.append({"PartNumber": number, "ETag": answer["ETag"]})
    s3.complete_multipart_upload(**create, UploadId=upload_id, MultipartUpload={"Parts": etags})


@pytest.mark.parametrize(
    ("deaths", "survives"),
    [(SCENARIOS[name], name in ("never", "at part 1")) for name in SCENARIOS],
    ids=SCENARIOS,
)
def test_the_loop_of_web_clients_survives_two_of_them(server, s3, file, deaths, survives):
    arm(server, deaths)
    try:
        loop_of_web_clients(s3, file)
        right = object_is(s3, file)
    except botocore_exceptions.ClientError:
        right = False
    assert right is survives
