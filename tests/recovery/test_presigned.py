"""The machine behind a video backend that hands out sessions and part URLs, over HTTP."""

import json

import pytest
import urllib3
from bench import FAST, PART, object_is

from upload_diag.faults import (
    Corrupt,
    ExpireCredentials,
    ExpireSession,
    ExpireUrl,
    HideEtag,
    HttpPage,
    LoseResponse,
    OkWithError,
    Reset,
    Respond,
    Stall,
    Throttle,
    Truncate,
)
from upload_diag.recovery import (
    AnswerError,
    Found,
    PresignedStore,
    ResumableUpload,
    Session,
    UploadStoppedError,
)
from upload_diag.recovery.presigned import url_ends

BUCKET = "gateway-videos"


class Gateway:
    """The backend's client: what an application would write."""

    def __init__(self, url, file):
        self._url, self._file = f"{url}/_gateway", file
        self._http = urllib3.PoolManager(retries=False, timeout=60, maxsize=4)
        self.video, self.signed, self.at_once, self.renewed = {}, [], False, False

    def call(self, method, path, data=None):
        answer = self._http.request(method, f"{self._url}/{path}", body=json.dumps(data or {}).encode())
        if answer.status >= 300:
            raise AnswerError(answer)
        return answer.json()["data"]

    def create(self, _token):
        size = self._file.stat().st_size
        return self._session(self.call("POST", "videos", {"fileName": "movie", "fileSize": size, "chunkSize": PART}))

    def refresh(self, _token):
        return self._session(self.call("POST", f"videos/{self.video['videoId']}/refresh"))

    def _session(self, video):
        self.video = video
        numbers = range(1, video["partCount"] + 1) if self.at_once else ()
        return Session(video["uploadId"], {number: self.sign(video["uploadId"], number) for number in numbers})

    def sign(self, upload_id, number):
        self.signed.append(number)
        asked = {"method": "PUT", "key": self.video["key"], "uploadId": upload_id, "partNumber": number}
        renew, self.renewed = self.renewed, False
        return self.call("POST", "sign", {**asked, "renew": renew})["url"]

    def renew(self, _info):
        self.renewed = True

    def complete(self, _upload_id, etags):
        parts = [{"partNumber": number, "etag": etag} for number, etag in etags.items()]
        return self.call("POST", f"videos/{self.video['videoId']}/complete", {"parts": parts})["etag"]

    def probe(self):
        state = self.call("GET", f"videos/{self.video['videoId']}")
        return Found(state["etag"].strip('"'), self._file.stat().st_size, "") if state["complete"] else None


@pytest.fixture
def gateway(server, file):
    return Gateway(server.url, file)


def upload(gateway, file, **options):
    store = PresignedStore(
        create=gateway.create, refresh=gateway.refresh, sign=gateway.sign, complete=gateway.complete,
        probe=gateway.probe, renew=gateway.renew, endpoint="gateway",
    )  # fmt: skip
    return ResumableUpload(store, BUCKET, "movie", file, policy=FAST, **options)


def is_there(s3, gateway, file):
    return object_is(s3, file, key=gateway.video["key"], bucket=BUCKET)


def parts_taken(server):
    return len([entry for entry in server.journal.of("UploadPart") if entry.status == 200])


def test_parts_go_to_the_urls_that_the_backend_signs(server, s3, gateway, file):
    result = upload(gateway, file).run()
    assert is_there(s3, gateway, file)
    assert (sorted(gateway.signed), result.refreshes, parts_taken(server)) == (list(range(1, 13)), 0, 12)


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("fault", [ExpireUrl(), ExpireCredentials()], ids=lambda fault: fault.kind)
def test_a_url_that_is_over_costs_no_part(server, s3, gateway, file, fault, number):
    server.inject(fault, operation="UploadPart", part_number=number, times=1)
    result = upload(gateway, file).run()
    assert is_there(s3, gateway, file)
    assert (result.refreshes, parts_taken(server)) == (0, 12)


def test_urls_that_were_handed_out_at_once_are_signed_anew_when_they_are_over(server, s3, gateway, file):
    gateway.at_once = True
    parts = []

    def after_five(event):
        parts.append(event.part_number)
        if event.event == "part" and len(parts) == 5:
            server.clock.advance(8 * 86_400)

    result = upload(gateway, file, on_event=after_five).run()
    assert is_there(s3, gateway, file)
    assert "URL_EXPIRED" in {event.error for event in result.events}
    assert (result.refreshes, parts_taken(server)) == (0, 12)
    assert len(gateway.signed) <= 12 + 12


def test_urls_that_were_handed_out_at_once_are_signed_anew_ahead_of_their_end(server, s3, gateway, file):
    gateway.at_once = True
    moments = iter([0.0] * 12)  # of the first look; from then on the URLs are about to end
    ends = []

    def clock():
        if not ends and gateway.signed:
            ends.append(url_ends(gateway.sign("u", 1)))
        return next(moments, ends[0] - 30 if ends else 0.0)

    result = upload(gateway, file, clock=clock).run()
    assert is_there(s3, gateway, file)
    assert [event.event for event in result.events if event.event in ("replan", "renew", "error")] == [
        "replan",
        "renew",
    ]
    assert parts_taken(server) == 12


def test_a_session_that_dies_is_refreshed_and_all_parts_go_to_the_new_one(server, s3, gateway, file):
    server.inject(ExpireSession(), operation="UploadPart", part_number=6, times=1)
    result = upload(gateway, file).run()
    assert is_there(s3, gateway, file)
    assert result.refreshes == 1


def test_a_complete_whose_answer_was_lost_is_proved_by_its_etag(server, s3, gateway, file):
    server.inject(LoseResponse(), operation="CompleteMultipartUpload", times=1)
    result = upload(gateway, file).run()
    assert is_there(s3, gateway, file)
    assert (result.proved, result.refreshes, parts_taken(server)) == ("etag", 0, 12)


def test_an_upload_goes_on_with_the_session_that_its_state_file_names(server, s3, gateway, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=9)
    with pytest.raises(UploadStoppedError):
        upload(gateway, file, state=state).run()
    server.app.plan.disarm(armed.id)
    result = upload(gateway, file, state=state).run()
    assert is_there(s3, gateway, file)
    assert (result.refreshes, parts_taken(server)) == (0, 12)


FAULTS = [
    ExpireSession(), ExpireUrl(), ExpireCredentials(), Respond("SlowDown"), Respond("InternalError"),
    Respond("AccessDenied"), Respond("NoSuchUpload"), Respond("InvalidPart"), HttpPage(status=502), Reset(),
    Reset(at_byte=500), Stall(seconds=0.02), Truncate(), Corrupt(form="request"), Corrupt(form="bits"),
    Corrupt(form="html"), OkWithError(), OkWithError(work=True), LoseResponse(), HideEtag(),
    Throttle(requests_per_second=300),
]  # fmt: skip
FAULTS_AT = [("CreateMultipartUpload", 1), ("UploadPart", 1), ("UploadPart", None), ("CompleteMultipartUpload", 1)]


@pytest.mark.parametrize(("operation", "times"), FAULTS_AT, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_ends_in_the_right_object_or_in_an_honest_stop(server, s3, gateway, file, fault, operation, times):
    file.write_bytes(file.read_bytes()[: 3 * PART + 5])
    server.inject(fault, operation=operation, times=times, bucket=BUCKET)
    try:
        done = upload(gateway, file).run() is not None
    except UploadStoppedError:
        done = False
    server.app.plan.clear()
    refused = fault == Respond("AccessDenied") or (fault, operation) == (Respond("InvalidPart"), FAULTS_AT[0][0])
    assert done or times is None or refused
    assert not done or is_there(s3, gateway, file)


@pytest.mark.parametrize(
    ("url", "ends"),
    [
        ("https://h/k?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-Signature=s", 1767225660.0),
        ("https://h/k?Expires=1767225660&Signature=s", 1767225660.0),
        ("https://h/k?Expires=soon", None),
        ("https://h/k?X-Amz-Date=yesterday&X-Amz-Expires=60", None),
        ("https://h/k", None),
    ],
)
def test_the_end_of_a_url_is_read_from_it(url, ends):
    assert url_ends(url) == ends


def test_a_store_without_a_list_or_a_look_ends_honestly(server, s3, gateway, file):
    server.inject(LoseResponse(), operation="CompleteMultipartUpload", times=1)
    store = PresignedStore(create=gateway.create, refresh=gateway.refresh, sign=gateway.sign, complete=gateway.complete)
    ResumableUpload(store, BUCKET, "movie", file, policy=FAST).run()
    assert is_there(s3, gateway, file)
    server.inject(ExpireSession(), operation="UploadPart", part_number=3, times=1)
    assert ResumableUpload(store, BUCKET, "movie", file, policy=FAST).run().refreshes == 1
    assert is_there(s3, gateway, file)
