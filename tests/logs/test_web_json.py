"""Access logs of which every line is JSON: what happened in an upload is told from method, address and status."""

import json

import pytest

from upload_diag.analysis import analyze
from upload_diag.codes import ErrorCode
from upload_diag.logs import web_json

URL = "/films/a%20b.mp4"
STEPS = (
    ("POST", "uploads", 200),
    ("PUT", "partNumber=1&uploadId=Qm7xTzRk2vLw", 200),
    ("DELETE", "uploadId=Qm7xTzRk2vLw", 204),
)
GONE = ("PUT", "partNumber=2&uploadId=Qm7xTzRk2vLw", 404)


def nginx(time, method, query, status):
    return {"time_iso8601": time, "request": f"{method} {URL}?{query} HTTP/1.1", "status": str(status)}


def nginx_apart(time, method, query, status):
    return {"status": status, "uri": URL, "args": query, "request_method": method, "time_iso8601": time}


def caddy(time, method, query, status):
    request = {"method": method, "host": "up.example.org", "uri": f"{URL}?{query}"}
    return {"level": "info", "ts": time, "msg": "handled request", "request": request, "status": status}


def traefik(time, method, query, status):
    return {"DownstreamStatus": status, "RequestMethod": method, "RequestPath": f"{URL}?{query}", "StartUTC": time}


def envoy(time, method, query, status):
    return {"response_code": status, "path": f"{URL}?{query}", "method": method, "start_time": time}


def minio_trace(time, method, query, status):
    request = {"method": method, "path": "/films/a b.mp4", "rawQuery": query}
    return {"time": time, "path": "/films/a b.mp4", "query": query, "statusCode": status, "request": request}


def ceph(time, method, query, status):
    uri = f"{method} {URL}?{query} HTTP/1.1"
    return {"bucket": "films", "object": "a b.mp4", "time": time, "uri": uri, "http_status": str(status)}


def minio_audit(time, method, query, status):
    name = {"POST": "NewMultipartUpload", "PUT": "PutObjectPart", "DELETE": "AbortMultipartUpload"}[method]
    asked = dict(part.partition("=")[::2] for part in query.split("&"))
    api = {"name": name, "bucket": "films", "object": "a b.mp4", "statusCode": status}
    return {"time": time, "api": api, "requestPath": "/films/a b.mp4", "requestQuery": asked}


def fluent_bit(time, method, query, status):
    line = f'192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "{method} {URL}?{query} HTTP/1.1" {status} 88 "-" "x"\n'
    return {"time": time, "stream": "stdout", "kubernetes": {"pod_name": "edge-1"}, "log": line}


@pytest.mark.parametrize(
    "shape", [nginx, nginx_apart, caddy, traefik, envoy, minio_trace, minio_audit, ceph, fluent_bit]
)
def test_each_server_s_log_tells_the_whole_story(tmp_path, shape):
    steps = (*STEPS, GONE)
    lines = [json.dumps(shape(f"2026-11-22T10:00:0{at}Z", *step)) for at, step in enumerate(steps)]
    (tmp_path / "access.log").write_text("\n".join(lines) + "\n")
    report = analyze([str(tmp_path / "access.log")])
    assert report.by_code == {ErrorCode.SESSION_EXPIRED: 1}
    (session,) = report.sessions
    assert [step.event for step in session.timeline] == ["create", "part", "abort", "error"]
    assert (session.root_cause.cause, session.key) == ("own_abort", "/films/a b.mp4")


@pytest.mark.parametrize("sample", web_json.SAMPLES)
def test_a_request_is_found_by_the_fields_names(sample):
    assert web_json.request_of(sample) == ("PUT", "/b/a.mp4?partNumber=3&uploadId=AbCd1234", 200)


@pytest.mark.parametrize(
    "line",
    [
        b'{"method":"PUT","url":"/a.mp4?partNumber=3&uploadId=AbCd1234","msg":"sending"}',  # not answered yet
        b'{"method":"GET","path":"/healthz","status":200,"uploads":3}',
        b'{"status":200,"file":"/srv/app.js","method":"PUT","note":"uploadId"}',
        b'{"method":"PUT","status":200,"uploadId":"AbCd1234"',
    ],
)
def test_what_tells_of_no_such_request_is_none(line):
    assert web_json.request_of(line) is None


def test_an_application_s_own_lines_between_them_are_read_as_ever(tmp_path):
    lines = [json.dumps(nginx(f"2026-11-22T10:00:0{at}Z", *step)) for at, step in enumerate(STEPS[:2])]
    error = {"time": "2026-11-22T10:00:05Z", "uploadId": "Qm7xTzRk2vLw", "err": {"code": "ExpiredToken"}}
    (tmp_path / "app.log").write_text("\n".join([*lines, json.dumps(error)]) + "\n")
    report = analyze([str(tmp_path / "app.log")])
    assert report.by_code == {ErrorCode.CREDENTIALS_EXPIRED: 1}
    assert len(report.sessions) == 1


def test_an_answer_of_404_is_told_by_what_was_asked_for_whatever_the_fields_are_called(tmp_path):
    line = envoy("2026-11-22T10:00:00Z", "POST", "uploadId=Qm7xTzRk2vLw", 404)
    (tmp_path / "envoy.log").write_text(json.dumps(line) + "\n")
    (step,) = analyze([str(tmp_path / "envoy.log")]).sessions[0].timeline
    assert (step.code, step.operation) == (ErrorCode.SESSION_EXPIRED, "CompleteMultipartUpload")


def test_s3_s_log_as_a_table_tells_of_the_lifecycle_rule(tmp_path):
    (tmp_path / "athena.csv").write_text(
        "bucket_name,requestdatetime,operation,key,request_uri,httpstatus,errorcode\n"
        'films,22/Nov/2026:10:00:00 +0000,REST.POST.UPLOADS,a.mp4,"POST /films/a.mp4?uploads HTTP/1.1",200,-\n'
        "films,23/Nov/2026:10:00:00 +0000,S3.DELETE.UPLOAD,a.mp4,-,-,-\n"
        "films,23/Nov/2026:10:05:00 +0000,REST.PUT.PART,a.mp4,"
        '"PUT /films/a.mp4?partNumber=2&uploadId=Qm7xTzRk2vLw HTTP/1.1",404,NoSuchUpload\n'
    )
    (session,) = analyze([str(tmp_path / "athena.csv")]).sessions
    assert [step.event for step in session.timeline] == ["create", "lifecycle_abort", "error"]
    assert session.root_cause.cause == "lifecycle"
    assert (session.first, session.last) == ("2026-11-22T10:00:00Z", "2026-11-23T10:05:00Z")
