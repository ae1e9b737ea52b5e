"""Make up the logs that `benchmarks/analyze.py` measures with, and say what is in them. Seeded: always the same bytes.

    .venv/bin/python benchmarks/log_data.py FOLDER [MEGABYTES]

writes `sparse.log`, `sparse.log.gz`, `dense.ndjson` and `messy.log`, and prints the truth about them as JSON.
"""

import gzip
import json
import random
import shutil
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from upload_diag.rules.s3_codes import S3_CODES

SEED = 20261122
START = 1_795_341_600_000  # milliseconds since 1970
MEGABYTE = 1_000_000
SESSIONS_EVERY = 20  # records of one upload, on average
Json = dict[str, Any]

# Twenty services' codes of fifteen kinds, with the status and message that they come with.
CODES = tuple(
    S3_CODES[name]
    for name in (
        *("NoSuchUpload", "SlowDown", "InternalError", "RequestTimeout", "AccessDenied", "ExpiredToken", "InvalidPart"),
        *("InvalidPartOrder", "EntityTooSmall", "BadDigest", "NoSuchBucket", "RequestTimeTooSkewed", "EntityTooLarge"),
        *("SignatureDoesNotMatch", "ServiceUnavailable", "InvalidAccessKeyId", "PreconditionFailed", "MalformedXML"),
        *("OperationAborted", "PermanentRedirect"),
    )
)


@dataclass
class Truth:
    """What a log holds."""

    by_code: Counter[str] = field(default_factory=Counter)
    uploads: set[str] = field(default_factory=set)
    lines: int = 0

    @property
    def json(self) -> Json:
        return {"byCode": dict(sorted(self.by_code.items())), "uploads": len(self.uploads), "lines": self.lines}


@dataclass(slots=True)
class Incident:
    """One failure as the shapes below print it."""

    number: int
    name: str
    status: int
    message: str
    upload: str
    video: str
    part: int
    random: random.Random

    @property
    def at(self) -> str:
        when = START + self.number * 7
        return datetime.fromtimestamp(when // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{when % 1000:03d}Z"

    @property
    def epoch(self) -> int:
        return START + self.number * 7

    @property
    def key(self) -> str:
        return f"videos/2026/11/{self.video}.mp4"

    @property
    def request(self) -> str:
        return f"{self.random.getrandbits(64):016X}"

    @property
    def trace(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    @property
    def host_id(self) -> str:
        return b64encode(self.random.randbytes(57)).decode()

    @property
    def pod(self) -> str:
        return f"upload-api-7d9f8b6c5-{'abcdefgh'[self.number % 8]}x2k{self.number % 7}"

    @property
    def client_error(self) -> str:
        return f"An error occurred ({self.name}) when calling the UploadPart operation: {self.message}"


def envelope(i: Incident) -> Json:
    error = {"message": "Failed to upload chunk", "originalError": f"{i.name}: {i.message}", "errorType": i.name}
    where = {"uploadId": i.upload, "videoId": i.video, "partNumber": i.part, "chunkSize": 8388608}
    return {"timestamp": i.at, "level": "error", "service": "upload-api", "pod": i.pod, "success": False,
            "error": error | {"statusCode": i.status, "isSessionExpired": i.name == "NoSuchUpload"},
            "context": where, "requestId": i.request, "traceId": i.trace}  # fmt: skip


def javascript_sdk(i: Incident) -> Json:
    stack = (f"{i.name}: {i.message}\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/"
             "index.js:388:20)\n    at de_CommandError (/app/node_modules/@aws-sdk/client-s3/dist-cjs/index.js:4741:14)"
             "\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)")  # fmt: skip
    metadata = {"httpStatusCode": i.status, "requestId": i.request, "extendedRequestId": i.host_id, "attempts": 1}
    error = {"type": i.name, "message": i.message, "stack": stack, "name": i.name, "$fault": "client"}
    return {"level": 50, "time": i.epoch, "pid": 31 + i.number % 5, "hostname": i.pod, "msg": "part upload failed",
            "err": error | {"$metadata": metadata | {"totalRetryDelay": 0}, "Code": i.name, "UploadId": i.upload},
            "part": i.part}  # fmt: skip


def java_logback(i: Incident) -> Json:
    head = (f"com.amazonaws.services.s3.model.AmazonS3Exception: {i.message} (Service: Amazon S3; Status Code: "
            f"{i.status}; Error Code: {i.name}; Request ID: {i.request}; S3 Extended Request ID: {i.host_id}; "
            "Proxy: null)")  # fmt: skip
    frames = "".join(
        f"\n\tat com.amazonaws.http.AmazonHttpClient$RequestExecutor.{name}(AmazonHttpClient.java:{line})"
        for name, line in (("handleErrorResponse", 1879), ("executeOneRequest", 1418), ("executeHelper", 1387))
    )
    return {"@timestamp": i.at, "@version": "1", "message": f"part {i.part} of upload {i.video} was not stored",
            "logger_name": "c.e.media.S3PartWriter", "thread_name": f"worker-{i.number % 16}", "level": "ERROR",
            "level_value": 40000, "stack_trace": head + frames, "uploadId": i.upload}  # fmt: skip


def go_zap(i: Incident) -> Json:
    return {"level": "error", "ts": i.epoch / 1000, "caller": "transfer/part.go:88", "msg": "put part",
            "error": f"operation error S3: UploadPart, https response error StatusCode: {i.status}, RequestID: "
                     f"{i.request}, HostID: {i.host_id}, api error {i.name}: {i.message}",
            "uploadId": i.upload, "partNumber": i.part, "videoId": i.video}  # fmt: skip


def body_in_a_string(i: Incident) -> Json:
    body = {"success": False, "error": {"errorType": i.name, "message": i.message, "statusCode": i.status},
            "context": {"uploadId": i.upload, "videoId": i.video, "partNumber": i.part}}  # fmt: skip
    return {"time": i.at, "severity": "ERROR", "event": "upload.failed", "trace": i.trace,
            "response": {"status": i.status, "headers": {"content-type": "application/json", "x-amz-request-id":
                         i.request}, "data": json.dumps(body)}}  # fmt: skip


def python_structlog(i: Incident) -> Json:
    trace = ('Traceback (most recent call last):\n  File "/srv/app/transfer.py", line 118, in send_part\n    response ='
             ' self.s3.upload_part(**args)\n  File "/usr/lib/python3.12/site-packages/botocore/client.py", line 602, '
             f"in _api_call\n    return self._make_api_call(operation_name, kwargs)\nbotocore.exceptions.ClientError: "
             f"{i.client_error}")  # fmt: skip
    return {"event": "part failed", "level": "error", "timestamp": i.at, "logger": "transfer", "upload_id": i.upload,
            "part_number": i.part, "bucket": "media-in", "key": i.key, "exception": trace}  # fmt: skip


def axios(i: Incident) -> Json:
    url = f"https://media-in.s3.eu-west-1.amazonaws.com/{i.key}?partNumber={i.part}&uploadId={i.upload}"
    answer = {"error": {"errorType": i.name, "message": i.message}, "requestId": i.request}
    return {"ts": i.at, "lvl": "error", "name": "AxiosError", "code": "ERR_BAD_RESPONSE",
            "message": f"Request failed with status code {i.status}",
            "config": {"method": "put", "url": url, "timeout": 30000}, "status": i.status,
            "response": {"status": i.status, "data": answer}}  # fmt: skip


def xml_body(i: Incident) -> Json:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{i.name}</Code><Message>{i.message}</Message>'
        f"<UploadId>{i.upload}</UploadId><RequestId>{i.request}</RequestId><HostId>{i.host_id}</HostId></Error>"
    )
    return {"timestamp": i.at, "level": "warn", "component": "s3-proxy", "upstream": "10.4.0.17:9000", "status":
            i.status, "method": "PUT", "path": f"/media-in/{i.key}", "responseBody": body, "durationMs": i.number % 977}  # fmt: skip


def elastic_common(i: Incident) -> Json:
    return {"@timestamp": i.at, "log.level": "error", "ecs.version": "8.11", "service.name": "upload-api",
            "event.dataset": "upload-api.log", "host.name": i.pod, "error.code": i.name, "error.message": i.message,
            "error.type": "S3ServiceError", "http.response.status_code": i.status, "aws.s3.upload_id": i.upload,
            "aws.s3.part_number": i.part, "aws.s3.bucket": "media-in", "aws.s3.key": i.key, "trace.id": i.trace}  # fmt: skip


def open_telemetry(i: Incident) -> Json:
    facts = {"rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "UploadPart", "aws.request_id": i.request,
             "aws.s3.upload_id": i.upload, "aws.s3.part_number": i.part, "http.response.status_code": i.status,
             "exception.type": i.name, "exception.message": i.message}  # fmt: skip
    return {"timestamp": i.at, "severity_text": "ERROR", "severity_number": 17, "body": "exception", "trace_id":
            i.trace, "span_id": i.request.lower(), "attributes": facts,
            "resource": {"service.name": "ingest", "k8s.pod.name": i.pod}}  # fmt: skip


def cloud_event(i: Incident) -> Json:
    return {"eventVersion": "1.09", "eventTime": i.at, "eventSource": "s3.amazonaws.com", "eventName": "UploadPart",
            "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.44", "userAgent": "[aws-sdk-go-v2/1.30.3]",
            "errorCode": i.name, "errorMessage": i.message,
            "requestParameters": {"bucketName": "media-in", "key": i.key, "uploadId": i.upload, "partNumber":
                                  str(i.part)},
            "requestID": i.request, "eventID": i.trace, "eventType": "AwsApiCall"}  # fmt: skip


def rust_tracing(i: Incident) -> Json:
    error = (f'service error: unhandled error ({i.name}): Error {{ code: "{i.name}", message: "{i.message}", '
             f's3_extended_request_id: "{i.host_id}", aws_request_id: "{i.request}" }}')  # fmt: skip
    return {"timestamp": i.at, "level": "ERROR", "fields": {"message": "upload of a part failed", "error": error,
            "upload_id": i.upload, "part_number": i.part}, "target": "ingest::s3::parts", "threadId":
            f"ThreadId({i.number % 12})"}  # fmt: skip


def dotnet_serilog(i: Incident) -> Json:
    trace = (f"Amazon.S3.AmazonS3Exception: {i.message}\r\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: "
             "Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.\r\n   at Amazon.Runtime"
             ".HttpWebRequestMessage.ProcessHttpResponseMessage(HttpResponseMessage responseMessage)")  # fmt: skip
    return {"@t": i.at, "@mt": "Part {PartNumber} of {UploadId} failed: {ErrorCode}", "@l": "Error", "@x": trace,
            "PartNumber": i.part, "UploadId": i.upload, "ErrorCode": i.name, "StatusCode": i.status,
            "SourceContext": "Media.Ingest.PartSender", "RequestId": i.request, "ConnectionId": i.trace[:13]}  # fmt: skip


def minio_go(i: Incident) -> Json:
    error = {"XMLName": {"Space": "", "Local": "Error"}, "Code": i.name, "Message": i.message, "BucketName": "media-in",
             "Key": i.key, "Resource": f"/media-in/{i.key}", "RequestId": i.request, "HostId": i.host_id,
             "Region": "", "Server": "MinIO"}  # fmt: skip
    return {"time": i.at, "level": "error", "msg": "cannot send part", "upload-id": i.upload, "part": i.part,
            "err": error}  # fmt: skip


def php_monolog(i: Incident) -> Json:
    text = (f'Error executing "UploadPart" on "https://media-in.s3.eu-west-1.amazonaws.com/{i.key}?partNumber={i.part}'
            f'&uploadId={i.upload}"; AWS HTTP error: Client error: `PUT {i.key}` resulted in a `{i.status}` response '
            f"{i.name} (client): {i.message}")  # fmt: skip
    return {"message": "Chunk failed", "context": {"exception": {"class": "Aws\\S3\\Exception\\S3Exception",
            "message": text, "code": 0, "file": "/var/www/vendor/aws/WrappedHttpHandler.php:196"}},
            "level": 400, "level_name": "ERROR", "channel": "upload", "datetime": i.at}  # fmt: skip


def ruby_lograge(i: Incident) -> Json:
    return {"method": "PUT", "path": f"/uploads/{i.video}/chunks", "format": "json", "controller": "ChunksController",
            "action": "update", "status": 502, "duration": i.number % 977 + 0.25, "view": 0.0, "db": 1.5,
            "exception": [f"Aws::S3::Errors::{i.name}", i.message], "upload_id": i.upload, "time": i.at,
            "request_id": i.trace}  # fmt: skip


def bunyan(i: Incident) -> Json:
    error = {"message": i.message, "name": i.name, "code": i.name, "statusCode": i.status, "retryable": False,
             "stack": f"{i.name}: {i.message}\n    at Request.extractError (/app/node_modules/aws-sdk/lib/services/"
                      "s3.js:711:35)\n    at Request.callListeners (/app/node_modules/aws-sdk/lib/sequential_executor"
                      ".js:106:20)", "requestId": i.request, "time": i.at}  # fmt: skip
    return {"name": "uploader", "hostname": i.pod, "pid": 18, "level": 50, "err": error, "uploadId": i.upload,
            "msg": i.message, "time": i.at, "v": 0}  # fmt: skip


def gelf(i: Incident) -> Json:
    return {"version": "1.1", "host": i.pod, "short_message": f"upload_part: {i.client_error}", "timestamp":
            i.epoch / 1000, "level": 3, "_logger": "transfer", "_upload_id": i.upload, "_part_number": i.part,
            "_error_code": i.name, "_status": i.status, "_trace": i.trace}  # fmt: skip


def container(i: Incident) -> Json:
    text = (f'level=error msg="part refused" uploadId={i.upload} partNumber={i.part} bucket=media-in key={i.key} '
            f"status={i.status} code={i.name} requestId={i.request} took={i.number % 977}ms\n")  # fmt: skip
    return {"log": text, "stream": "stderr", "time": i.at, "kubernetes": {"pod_name": i.pod, "namespace_name": "media",
            "container_name": "ingest", "labels": {"app": "ingest", "pod-template-hash": "7d9f8b6c5"}}}  # fmt: skip


def problem_details(i: Incident) -> Json:
    problem = {"type": f"https://errors.example.com/storage/{i.name}", "title": "The part was not stored", "status":
               i.status, "detail": i.message, "errorCode": i.name, "instance": f"/videos/{i.video}/parts/{i.part}",
               "uploadId": i.upload}  # fmt: skip
    return {"datetime": i.at, "level": "ERROR", "logger": "gateway.problems", "client_ip": "198.51.100.23", "route":
            "/videos/{videoId}/parts/{n}", "problem": problem, "correlationId": i.trace}  # fmt: skip


SHAPES: tuple[Callable[[Incident], Json], ...] = (
    *(envelope, javascript_sdk, java_logback, go_zap, body_in_a_string, python_structlog, axios, xml_body),
    *(elastic_common, open_telemetry, cloud_event, rust_tracing, dotnet_serilog, minio_go, php_monolog, ruby_lograge),
    *(bunyan, gelf, container, problem_details),
)


def incidents(truth: Truth, random_: random.Random) -> Iterator[Incident]:
    """Failures of uploads, some of which are active at a time."""
    active: list[tuple[str, str]] = []
    number = 0
    while True:
        if number % SESSIONS_EVERY == 0:
            upload = b64encode(random_.randbytes(96), b"._").decode()
            active = [*active[-499:], (upload, f"{random_.getrandbits(48):012x}")]
        upload, video = random_.choice(active)
        code = random_.choice(CODES)
        number += 1
        truth.by_code[str(code.code)] += 1
        truth.uploads.add(upload)
        yield Incident(
            number, code.name, code.status, code.message, upload, video, random_.randrange(1, 10_001), random_
        )


def dense(path: Path, size: int) -> Truth:
    """Lines of JSON in twenty shapes, every one an error with an upload id."""
    truth, random_ = Truth(), random.Random(SEED)
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for incident in incidents(truth, random_):
            written += file.write(json.dumps(random_.choice(SHAPES)(incident)) + "\n")
            truth.lines += 1
            if written >= size:
                return truth
    raise AssertionError


def sparse(path: Path, size: int) -> Truth:
    """An application's log with one upload error in 10,000 lines."""
    truth, random_ = Truth(), random.Random(SEED)
    errors = incidents(truth, random_)
    noise = (
        "INFO  [exec-{n}] c.e.media.VideoController - GET /v1/videos/{id:012x} 200 took {ms} ms",
        "DEBUG [exec-{n}] c.e.media.cache.ThumbnailCache - hit for {id:012x}, {ms} entries, evicted 0",
        "INFO  [sched-{n}] c.e.jobs.Cleaner - removed {ms} temporary files of job {id:012x} in /var/tmp/media",
        "INFO  [exec-{n}] o.s.web.servlet.DispatcherServlet - Completed 200 OK, session {id:012x}",
        "WARN  [exec-{n}] com.zaxxer.hikari.pool.HikariPool - connection {id:012x} was idle for {ms} ms and is evicted",
    )
    with path.open("w", encoding="utf-8") as file:
        written = 0
        while written < size:
            truth.lines += 1
            number = truth.lines
            when = START + number * 7
            head = f"2026-11-{22 + when // 86_400_000 % 7:02d} {when // 3_600_000 % 24:02d}:{when // 60_000 % 60:02d}:{when // 1000 % 60:02d},{when % 1000:03d}"
            if number % 10_000 == 5000:
                i = next(errors)
                text = f"ERROR [worker-3] c.e.media.Upload - {json.dumps(envelope(i))}"
            else:
                text = noise[number % 5].format(n=number % 50, id=random_.getrandbits(48), ms=number % 900)
            written += file.write(f"{head} {text}\n")
    return truth


def messy(path: Path, size: int) -> Truth:
    """Multi-line entries of many kinds among lines that say nothing."""
    truth, random_ = Truth(), random.Random(SEED)
    errors = incidents(truth, random_)
    with path.open("w", encoding="utf-8") as file:
        written = 0
        number = 0
        while written < size:
            number += 1
            if number % 8:
                when = datetime.fromtimestamp(START / 1000 + number / 50, UTC)
                text = f"{when:%Y-%m-%d %H:%M:%S},{number % 1000:03d} INFO  worker-{number % 9} chunk {random_.getrandbits(32):08x} queued, {number % 977} waiting\n"
            else:
                text = random_.choice(ENTRIES)(next(errors))
            truth.lines += text.count("\n")
            written += file.write(text)
    return truth


def _head(i: Incident, level: str = "ERROR") -> str:
    return f"{i.at[:10]} {i.at[11:19]},{i.at[20:23]} {level} worker-{i.number % 9}"


def python_entry(i: Incident) -> str:
    return f"{_head(i)} part {i.part} failed upload_id={i.upload}\n{python_structlog(i)['exception']}\n"


def java_entry(i: Incident) -> str:
    return f"{_head(i)} part {i.part} failed uploadId={i.upload}\n{java_logback(i)['stack_trace']}\n"


def pretty_entry(i: Incident) -> str:
    return f"{_head(i)} upload failed: {json.dumps(envelope(i), indent=2)}\n"


def inspect_entry(i: Incident) -> str:
    return (f"{_head(i)} upload failed {{\n  error: {{\n    message: 'Failed to upload chunk',\n    originalError: "
            f"{json.dumps(i.message)},\n    errorType: '{i.name}',\n    statusCode: {i.status}\n  }},\n  context: {{\n"
            f"    uploadId: '{i.upload}',\n    videoId: '{i.video}',\n    partNumber: {i.part}\n  }}\n}}\n")  # fmt: skip


def node_entry(i: Incident) -> str:
    return (f"{_head(i)} part {i.part} of {i.upload} failed\n{javascript_sdk(i)['err']['stack']} {{\n  '$fault': "
            f"'client',\n  '$metadata': {{\n    httpStatusCode: {i.status},\n    requestId: '{i.request}',\n    "
            f"attempts: 3,\n    totalRetryDelay: 241\n  }},\n  Code: '{i.name}',\n  UploadId: '{i.upload}'\n}}\n")  # fmt: skip


def xml_entry(i: Incident) -> str:
    body = xml_body(i)["responseBody"].replace("><", ">\n  <")
    return f"{_head(i)} the store answered {i.status}:\n{body}\n"


def go_entry(i: Incident) -> str:
    return f"{_head(i)} put part uploadId={i.upload}: {go_zap(i)['error']}\n"


def dotnet_entry(i: Incident) -> str:
    frames = "\n".join(f"   at Media.Ingest.PartSender.{name}(Part part) in /src/PartSender.cs:line {40 + n}"
                       for n, name in enumerate(("Send", "Retry", "Run")))  # fmt: skip
    return f"{_head(i)} uploadId={i.upload} ErrorCode={i.name}\nAmazon.S3.AmazonS3Exception: {i.message}\n{frames}\n"


ENTRIES = (
    *(python_entry, java_entry, pretty_entry, inspect_entry, node_entry, xml_entry, go_entry, dotnet_entry),
)  # fmt: skip


def pack(path: Path) -> Path:
    """The log again, as .gz."""
    packed = path.with_name(path.name + ".gz")
    with path.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return packed


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("megabytes", type=int, nargs="?", default=256)
    given = parser.parse_args()
    folder, size = given.folder, given.megabytes * MEGABYTE
    folder.mkdir(parents=True, exist_ok=True)
    truths = {
        "sparse.log": sparse(folder / "sparse.log", size),
        "dense.ndjson": dense(folder / "dense.ndjson", size),
        "messy.log": messy(folder / "messy.log", size),
    }
    pack(folder / "sparse.log")
    print(json.dumps({name: truth.json for name, truth in truths.items()}, indent=2))


if __name__ == "__main__":
    main()
