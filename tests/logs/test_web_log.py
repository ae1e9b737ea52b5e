"""Access logs of web servers, load balancers and CDNs."""

import json

import pytest

from upload_diag.analysis import analyze
from upload_diag.codes import ErrorCode, Operation
from upload_diag.logs import web_log

CLOUDFRONT = """\
#Version: 1.0
#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) \
cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id
2026-11-22	10:00:00	FRA56-P5	88	192.0.2.7	PUT	d0000example.cloudfront.net	/in/a.mp4	200	-	x	\
partNumber=2&uploadId=Qm7xTzRk2vLw	-	Miss	r1
2026-11-22	10:00:01	FRA56-P5	88	192.0.2.7	GET	d0000example.cloudfront.net	/in/a%20b.mp4	404	-	x	\
-	-	Error	r2
2026-11-22	10:00:02	FRA56-P5	410	192.0.2.7	PUT	d0000example.cloudfront.net	/in/a.mp4	404	-	x	\
partNumber=3&uploadId=Qm7xTzRk2vLw	-	Error	r3
2026-11-22	10:00:03	FRA56-P5	0	192.0.2.7	PUT	d0000example.cloudfront.net	/in/a.mp4	000	-	x	\
partNumber=4&uploadId=Qm7xTzRk2vLw	-	ClientCommError	r4
"""


REQUESTED = (
    "/a.mp4?partNumber=3&uploadId=AbCd1234",
    "https://up.example.org:443/a.mp4?partNumber=3&uploadId=AbCd1234",
    "/a.mp4?partNumber=3&uploadId=AbCd1234",
    "/a.mp4?partNumber=3&uploadId=AbCd1234",
    "http://up.example.org/a.mp4?partNumber=3&uploadId=AbCd1234",
    "/a.mp4?partNumber=3&uploadId=AbCd1234",
    "/a.mp4?partNumber=3&uploadId=AbCd1234",
)


@pytest.mark.parametrize(("line", "url"), list(zip(web_log.SAMPLES, REQUESTED, strict=True)))
def test_a_refused_part_is_read_from_each_server_s_line(line, url):
    record = web_log.read(line, 0)
    assert record.payload == {"httpStatus": 404, "method": "PUT", "url": url, "operation": Operation.UPLOAD_PART}
    assert (record.ids.upload, record.ids.part, record.when // 1000) == (b"AbCd1234", 3, 1795341600)


def test_a_log_of_cloudfront_tells_which_upload_was_refused(tmp_path):
    path = tmp_path / "E2EXAMPLE.2026-11-22-10.log"
    path.write_text(CLOUDFRONT)
    report = analyze([str(path)])
    assert [one.format for one in report.inputs] == ["web-access-log"]
    assert report.by_code == {ErrorCode.SESSION_EXPIRED: 1}
    (session,) = report.sessions
    assert (session.upload_ids, session.part_numbers) == (("Qm7xTzRk2vLw",), ((2, 2),))
    assert (session.first, session.last) == ("2026-11-22T10:00:00Z", "2026-11-22T10:00:02Z")


def test_an_upload_id_of_a_query_by_itself_keeps_the_dashes_at_its_end():
    line = web_log.SAMPLES[2].replace(b"AbCd1234", b"AbCd1234--")
    assert web_log.read(line, 0).ids.upload == b"AbCd1234--"


@pytest.mark.parametrize("sample", [web_log.SAMPLES[0], web_log.SAMPLES[2]])
def test_a_redirect_of_a_part_is_a_failure_in_each_server_s_line(sample):
    record = web_log.read(sample.replace(b"404", b"301"), 0)
    assert record.payload["httpStatus"] == 301


@pytest.mark.parametrize("status", [460, 499, 504])
def test_a_complete_whose_client_did_not_wait_may_have_gone_through(tmp_path, status):
    line = '192.0.2.7 - - [22/Nov/2026:10:0{}:00 +0000] "POST /a.mp4?uploadId=Qm7xTzRk2vLw HTTP/1.1" {} 88 "-" "x"\n'
    (tmp_path / "access.log").write_text(line.format(0, status) + line.format(1, 404))
    (session,) = analyze([str(tmp_path / "access.log")]).sessions
    assert session.root_cause.cause == "already_completed"


def test_a_log_of_iis_tells_when_an_upload_began_and_who_ended_it(tmp_path):
    line = "2026-11-22 10:00:0{} 192.0.2.1 {} /in/a.mp4 {} 443 - 192.0.2.7 x - {} 0 0 31\n"
    requests = (
        ("POST", "uploads", 200),
        ("PUT", "partNumber=1&uploadId=Qm7xTzRk2vLw", 200),
        ("DELETE", "uploadId=Qm7xTzRk2vLw", 204),
        ("PUT", "partNumber=2&uploadId=Qm7xTzRk2vLw", 404),
    )
    (tmp_path / "u_ex261122.log").write_text("".join(line.format(at, *one) for at, one in enumerate(requests)))
    (session,) = analyze([str(tmp_path)]).sessions
    assert [entry.event for entry in session.timeline] == ["create", "part", "abort", "error"]


def test_a_backend_that_passes_parts_on_is_asked_for_an_upload(tmp_path):
    line = '192.0.2.7 - - [22/Nov/2026:10:00:0{}] "PUT /api/videos/vid_1/parts/{} HTTP/1.1" {} 88 "-" "x"\n'
    (tmp_path / "access.log").write_text(
        "".join(line.format(f"{n} +0000", n, 503 if n == 3 else 200) for n in range(1, 6))
    )
    report = analyze([str(tmp_path / "access.log")])
    assert report.by_code == {ErrorCode.SERVER_ERROR: 1}
    assert [session.video_id for session in report.sessions] == ["vid_1"]


def test_an_upload_that_a_log_without_times_completes_has_not_failed_in_one_with_times(tmp_path):
    (tmp_path / "access.log").write_text(
        '192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "PUT /api/videos/vid_1/parts/2 HTTP/1.1" 503 88 "-" "x"\n' * 2
    )
    (tmp_path / "console.txt").write_text("Upload complete { videoId: 'vid_1' }\n")
    (session,) = analyze([str(tmp_path)]).sessions
    assert session.outcome == "recovered"


OWN_FIELDS = {  # of W3C's extended format, as administrators choose them
    "date time cs-method cs-uri-stem cs-uri-query sc-status": "PUT /in/a.mp4 {} {}",
    "date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes": "192.0.2.1 PUT /in/a.mp4 {} {} 300",
    "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version "
    "cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes": (
        "W3SVC1 HOST 192.0.2.9 PUT /in/a.mp4 {} 443 - 192.0.2.1 HTTP/1.1 x - - up.example.org {} 0 0 300"
    ),
}


@pytest.mark.parametrize("fields", OWN_FIELDS)
def test_a_short_log_of_w3c_with_comments_above_is_read_with_the_fields_that_somebody_chose(fields, tmp_path):
    line = f"2026-11-22 10:00:0{{}} {OWN_FIELDS[fields]}\n"
    (tmp_path / "u_ex.log").write_text(
        f"#Software: x\n#Version: 1.0\n#Date: 2026-11-22 10:00:00\n#Fields: {fields}\n"
        + line.format(1, "partNumber=2&uploadId=Qm7xTzRk2vLw", 200)
        + line.format(2, "partNumber=3&uploadId=Qm7xTzRk2vLw", 404)
    )
    report = analyze([str(tmp_path)])
    assert report.by_code == {ErrorCode.SESSION_EXPIRED: 1}
    (session,) = report.sessions
    assert (session.upload_ids, session.part_numbers) == (("Qm7xTzRk2vLw",), ((2, 2),))
    assert (session.first, session.last) == ("2026-11-22T10:00:01Z", "2026-11-22T10:00:02Z")


@pytest.mark.parametrize("name", ["queryStr", "query", "args", "url.query", "requestQuery"])
def test_the_query_of_a_request_may_stand_in_a_field_of_its_own(name, tmp_path):
    row = {"time": "2026-11-22T10:00:00Z", "method": "PUT", "path": "/in/a.mp4", "status": 404}
    (tmp_path / "access.ndjson").write_text(json.dumps(row | {name: "partNumber=3&uploadId=Qm7xTzRk2vLw"}) + "\n")
    report = analyze([str(tmp_path)])
    assert report.by_code == {ErrorCode.SESSION_EXPIRED: 1}
    assert [session.upload_ids for session in report.sessions] == [("Qm7xTzRk2vLw",)]
