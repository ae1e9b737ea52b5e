"""Every fault at every operation and at every part: the right object, or a stop that says what to do."""

from dataclasses import dataclass, replace

import pytest
from bench import BUCKET, FAST, object_is, sessions_left, upload

from upload_diag import Action
from upload_diag.faults import (
    KINDS,
    Bandwidth,
    Corrupt,
    Delay,
    ExpireCredentials,
    ExpireSession,
    ExpireUrl,
    HideEtag,
    HttpPage,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
    SkewClock,
    Stall,
    Throttle,
    Truncate,
)
from upload_diag.faults.kinds import Fault
from upload_diag.faults.response import Response
from upload_diag.faults.scenario import shipped_scenarios
from upload_diag.recovery import UploadStoppedError

OLDER = b"older"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneBut(Fault):
    """Do the work and answer with something else."""

    kind = "done-but"
    status: int
    body: bytes = b""

    def after(self, exchange, response):
        return Response(self.status, {"content-type": "application/xml"}, self.body)


FAULTS = [
    ExpireSession(),
    Respond("SlowDown"),
    Respond("InternalError"),
    Respond("AccessDenied"),
    Respond("NoSuchUpload"),
    Respond("InvalidPart"),
    HttpPage(status=502),
    HttpPage(page="cloudflare", status=413),
    Delay(seconds=0.01),
    Bandwidth(bytes_per_second=4e6),
    Stall(seconds=0.02),
    Stall(seconds=0.02, at_byte=500),
    Reset(),
    Reset(at_byte=500),
    Truncate(),
    Truncate(at_byte=20, reset=True),
    Corrupt(form="bits"),
    Corrupt(form="request"),
    Corrupt(form="html"),
    Corrupt(form="cut"),
    OkWithError(),
    OkWithError(work=True),
    LoseResponse(),
    LoseResponse(reset=True),
    HideEtag(),
    ExpireCredentials(),
    ExpireUrl(),
    SkewClock(seconds=1200),
    Throttle(requests_per_second=200),
    DoneBut(status=500),
    DoneBut(status=503, body=b"<Error><Code>SlowDown</Code></Error>"),
    DoneBut(status=200, body=b"<html>login</html>"),
    DoneBut(status=200),
    DoneBut(status=404, body=b"<Error><Code>NoSuchUpload</Code></Error>"),
]
STOP_AT_ONCE = [Respond("AccessDenied"), HttpPage(page="cloudflare", status=413)]
PLACES = [
    {"operation": "CreateMultipartUpload"},
    *({"operation": "UploadPart", "part_number": number} for number in range(1, 13)),
    {"operation": "UploadPart"},
    {"operation": "CompleteMultipartUpload"},
    {},
]
QUICK = replace(FAST, backoff_base=0, max_attempts=3)


def ends_well(server, client_of, client, file):
    """Upload; hold the ending to what every ending must be; whether it was a success."""
    fresh = iter(range(1000))
    stopped = result = None
    try:
        result = upload(client_of("first"), file, policy=QUICK, renew=lambda _: client_of(f"t{next(fresh)}")).run()
    except UploadStoppedError as error:
        stopped = error
    server.app.plan.clear()
    if result is None:
        assert stopped.info.action_required is not Action.NONE
        assert stopped.info.suggested_action
        assert client.head_object(Bucket=BUCKET, Key="k")["ContentLength"] in (len(OLDER), file.stat().st_size)
        return False
    assert object_is(client, file)
    left = sessions_left(client)
    assert len(left) <= result.unseen_sessions + len(result.leftovers)
    return True


def test_the_table_of_faults_has_every_kind():
    assert {fault.kind for fault in FAULTS} >= set(KINDS) - {"advance-clock"}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
def test_a_fault_ends_in_the_right_object_or_in_an_honest_stop(server, client_of, s3, file, fault, times):
    stops = []
    for place in PLACES if times else [each for each in PLACES if each.get("part_number", 1) == 1]:
        server.reset()
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="k", Body=OLDER)
        server.inject(fault, **place, times=times)
        if not ends_well(server, client_of, s3, file):
            stops.append(place)
    assert times is None or fault in STOP_AT_ONCE or all(place in (PLACES[0], PLACES[-1]) for place in stops), stops


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_ends_in_the_right_object_or_in_an_honest_stop(server, client_of, s3, file, name):
    s3.put_object(Bucket=BUCKET, Key="k", Body=OLDER)
    server.load(name)
    ends_well(server, client_of, s3, file)
