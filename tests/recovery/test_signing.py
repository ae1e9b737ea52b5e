"""The wrong clock, the wrong region: the session goes on, nothing is sent again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from bench import BUCKET, object_is, sessions_left, upload

from upload_diag.faults import FaultServer, Respond, SkewClock
from upload_diag.faults.kinds import Fault
from upload_diag.recovery import Policy
from upload_diag.recovery.client import single_try
from upload_diag.recovery.plan import MIN_PART_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen(Fault):
    """Keeps what requests were signed with."""

    heard: list = field(default_factory=list, hash=False)

    def before(self, exchange):
        headers = exchange.request.headers
        moment = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        region = headers["authorization"].split("/")[2]
        self.heard.append(((moment - datetime.now(UTC)).total_seconds(), region))


def parts_taken(server):
    return len([entry for entry in server.journal.of("UploadPart") if entry.status == 200])


@pytest.mark.parametrize("seconds", [86_400 * 400, 1200, -1200, -86_400])
@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", None])
def test_a_wrong_clock_is_corrected_by_the_date_of_the_refusal(server, s3, file, seconds, operation):
    server.inject(SkewClock(seconds=seconds), **({"operation": operation} if operation else {}))
    result = upload(s3, file).run()
    server.app.plan.clear()
    assert object_is(s3, file)
    assert (result.refreshes, parts_taken(server)) == (0, 12)
    assert "Requests follow the store's clock" in next(e.message for e in result.events if e.event == "renew")


def test_signatures_that_follow_another_clock_are_right(file):
    with FaultServer(auth="AKIATEST:geheim") as strict:
        client = strict.client()
        client.create_bucket(Bucket=BUCKET)
        strict.app.clock.at = lambda moment: (
            moment
        )  # signatures are of this machine's clock, whatever the server's says
        strict.app.clock.advanced = 3600.0
        result = upload(client, file, policy=Policy(part_size=MIN_PART_SIZE)).run()
        assert [event.code for event in result.events if event.error] == ["RequestTimeTooSkewed"]


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize(
    ("refusal", "region"),
    [
        (Respond("AuthorizationHeaderMalformed", message="The region 'us-east-1' is wrong; expecting 'eu-west-1'"),
         "eu-west-1"),
        # After these two botocore itself asks the bucket, which is where the client thought it was.
        (Respond("IllegalLocationConstraintException", message="us-east-1 is wrong; expecting 'eu-west-1'"),
         "us-east-1"),
        (Respond("PermanentRedirect"), "us-east-1"),
    ],
    ids=lambda value: getattr(value, "code", value),
)  # fmt: skip
def test_the_region_that_a_refusal_names_is_switched_to(server, s3, file, refusal, region, operation):
    ear = Listen()
    server.inject(refusal, operation=operation, times=1)
    server.inject(ear)
    result = upload(s3, file).run()
    assert ear.heard[-1][1] == region
    assert object_is(s3, file)
    assert (result.refreshes, parts_taken(server), sessions_left(s3)) == (0, 12, [])


def test_another_region_of_aws_has_another_endpoint():
    import boto3

    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.session.Session().client("s3", region_name="us-east-1", **keys)
    assert "eu-west-1" in single_try(client, 4, region="eu-west-1").meta.endpoint_url
    own = boto3.session.Session().client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:1", **keys)
    assert single_try(own, 4, region="eu-west-1").meta.endpoint_url == "http://127.0.0.1:1"
