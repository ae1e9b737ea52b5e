"""Make up logs of many uploads, and say exactly what is in them.

    .venv/bin/python benchmarks/truth.py FOLDER [SESSIONS] [SEED]

writes one log a format into the folder and prints the truth as JSON. `--check` reads the logs, too, and compares.
"""

import argparse
import json
import random
import string
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START = 1_795_000_000_000  # milliseconds since 1970
DAY = 86_400_000
LETTERS = string.ascii_letters + string.digits

# What the store refuses -> HTTP status, message, ErrorCode.
REFUSED = {
    "NoSuchUpload": (404, "The specified upload does not exist.", "SESSION_EXPIRED"),
    "SlowDown": (503, "Please reduce your request rate.", "THROTTLED"),
    "InternalError": (500, "We encountered an internal error. Please try again.", "SERVER_ERROR"),
    "ExpiredToken": (400, "The provided token has expired.", "CREDENTIALS_EXPIRED"),
    "InvalidAccessKeyId": (403, "The AWS Access Key Id you provided does not exist.", "CREDENTIALS_INVALID"),
    "RequestTimeTooSkewed": (
        403,
        "The difference between the request time and the server's is too large.",
        "CLOCK_SKEW",
    ),
    "BadDigest": (400, "The Content-MD5 you specified did not match what we received.", "INTEGRITY"),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum allowed size", "PARTS_REJECTED"),
    "RequestTimeout": (400, "Your socket connection to the server was not read from in time.", "TIMEOUT"),
}
# What only the client sees -> its words, ErrorCode.
SUFFERED = {
    "reset": ("read ECONNRESET", "NETWORK"),
    "dns": ("getaddrinfo ENOTFOUND s3.example.org", "NETWORK"),
    "timeout": ("connect ETIMEDOUT 192.0.2.9:443", "TIMEOUT"),
    "url": ("AccessDenied: Request has expired", "URL_EXPIRED"),
    "cors": ("blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present", "CORS_BLOCKED"),
}
CODES = {name: row[-1] for name, row in [*REFUSED.items(), *SUFFERED.items()]} | {"cancel": "CANCELLED"}

# (steps, outcome, root cause). `wait` is more than a day; `@Complete` says which call is refused, else it is a part.
BY_STORE: list[tuple[str, str, str | None]] = [
    ("create part part complete", "completed", None),
    ("create part SlowDown part complete", "recovered", None),
    ("create part SlowDown SlowDown InternalError part part complete", "recovered", None),
    ("create part InternalError InternalError", "failed", None),
    ("create part wait NoSuchUpload", "failed", "lifecycle"),
    ("create part part wait NoSuchUpload NoSuchUpload", "failed", "lifecycle"),
    ("create NoSuchUpload NoSuchUpload", "failed", "key_or_endpoint"),
    ("create part ExpiredToken abort NoSuchUpload", "failed", "own_abort"),
    ("create part part SlowDown abort NoSuchUpload NoSuchUpload", "failed", "own_abort"),
    ("create part complete NoSuchUpload@Complete", "failed", "already_completed"),
    ("create part ExpiredToken part complete", "recovered", None),
    ("create part InvalidAccessKeyId", "failed", None),
    ("create part RequestTimeTooSkewed", "failed", None),
    ("create part BadDigest part complete", "recovered", None),
    ("create part part EntityTooSmall@Complete", "failed", None),
    ("create part RequestTimeout part complete", "recovered", None),
    ("create part wait NoSuchUpload create part part complete", "recovered", "lifecycle"),
    ("create part", "abandoned", None),
    ("create part part part", "abandoned", None),
    ("create part abort", "cancelled", None),
]
BY_CLIENT: list[tuple[str, str, str | None]] = [
    ("create part reset retry part complete", "recovered", None),
    ("create part timeout retry timeout retry part complete", "recovered", None),
    ("create part dns dns limit", "failed", None),
    ("create part url part complete", "recovered", None),
    ("create part part cancel", "cancelled", None),
    ("create part wait NoSuchUpload refresh refreshed part complete", "recovered", "lifecycle"),
    ("create part wait NoSuchUpload refresh refreshed part wait NoSuchUpload refresh refreshed part complete",
     "recovered", "lifecycle"),
    ("create part wait NoSuchUpload refresh refreshed part wait NoSuchUpload limit", "failed", "lifecycle"),
]  # fmt: skip
BY_BROWSER: list[tuple[str, str, str | None]] = [
    ("create cors", "failed", None),
    ("create part part complete", "completed", None),
    ("create part reset part complete", "recovered", None),
    ("create part NoSuchUpload refresh refreshed part complete", "recovered", "unknown"),
    ("create part NoSuchUpload refresh refreshed part NoSuchUpload limit", "failed", "unknown"),
    ("create part part cancel", "cancelled", None),
    ("create part", "abandoned", None),
]


@dataclass
class Truth:
    """What a log, or all of them, must be found to hold."""

    by_code: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    restarts: int = 0
    first: int = 0
    last: int = 0

    def saw(self, when: int) -> None:
        if when:
            self.first = min(self.first or when, when)
            self.last = max(self.last, when)


@dataclass
class Step:
    """Something that happened: which call it was, of which upload, when, and how this upload's client words it."""

    what: str
    call: str
    upload: str
    video: str
    key: str
    when: int
    part: int
    voice: int
    old: str = ""

    @property
    def error(self) -> tuple[int, str, str] | None:
        """Status, service code (or the client's own), message."""
        if self.what in REFUSED:
            status, message, _ = REFUSED[self.what]
            return status, self.what, message
        return (0, "", SUFFERED[self.what][0]) if self.what in SUFFERED else None


def stories(
    count: int, kinds: list[tuple[str, str, str | None]], draw: random.Random
) -> Iterator[tuple[list[Step], str, str | None]]:
    """The steps of each upload, how it ended, and why its session died."""
    for number in range(count):
        told, outcome, cause = draw.choice(kinds)
        when, part, voice = START + draw.randrange(3 * DAY), 0, draw.randrange(4)
        video, key, upload = f"vid-{draw.getrandbits(24):06x}-{number:06d}", f"in/{number:08d}.mp4", ""
        steps = []
        for word in told.split():
            what, _, call = word.partition("@")
            when += DAY + draw.randrange(7_200_000) if what == "wait" else draw.randrange(2_500, 9_000)
            if what == "wait":
                continue
            old = upload
            if what in ("create", "refreshed"):
                upload, part = "".join(draw.choices(LETTERS, k=64)) + f"{number:06d}{len(steps)}", 0
            part += what == "part" or not part
            steps.append(Step(what, call or "Part", upload, video, key, when, part, voice, old))
        yield steps, outcome, cause


def iso(when: int, form: str = "%Y-%m-%dT%H:%M:%S") -> str:
    return datetime.fromtimestamp(when // 1000, UTC).strftime(form) + f".{when % 1000:03d}"


SAID = {
    "create": ("multipart upload created", "Initiated multipart upload", "upload.started", "CreateMultipartUpload ok"),
    "part": ("part uploaded", "Part stored", "part.uploaded", "UploadPart succeeded"),
    "complete": ("multipart upload completed", "Upload completed", "upload.completed", "CompleteMultipartUpload ok"),
    "abort": ("aborted multipart upload", "multipart upload aborted", "upload.aborted", "AbortMultipartUpload ok"),
    "retry": ("retrying part", "part: retrying in 2 s", "retrying the part", "Retrying chunk"),
    "refresh": ("Refreshing upload session...",) * 4,
    "refreshed": ("Fresh upload session created", "upload session refreshed", "upload.refreshed", "session refreshed"),
    "limit": (
        "Upload session refresh limit reached.",
        "giving up on this upload",
        "retry limit reached",
        "Giving up this upload",
    ),
    "cancel": ("Upload cancelled by user", "user canceled the upload", "upload was cancelled", "aborted by user"),
}
FAILED = ("part failed", "could not send the part", "upload part error", "request failed")


def said(step: Step) -> str:
    return FAILED[step.voice] if step.error else SAID[step.what][step.voice]


def flat(step: Step) -> dict[str, Any]:
    """The ids at the top, the error in a field."""
    row: dict[str, Any] = {"timestamp": iso(step.when) + "Z", "level": "error" if step.error else "info"}
    row |= {"msg": said(step), "uploadId": step.upload, "videoId": step.video, "partNumber": step.part}
    if step.error:
        status, code, message = step.error
        row["error"] = {"code": code, "message": message, "statusCode": status} if code else {"message": message}
    return row


def pino(step: Step) -> dict[str, Any]:
    """As pino writes it, with the AWS SDK's own error."""
    row: dict[str, Any] = {"level": 50 if step.error else 30, "time": step.when, "pid": 12, "hostname": "up-1"}
    row |= {"ctx": {"uploadId": step.upload, "videoId": step.video, "key": step.key, "part": step.part}}
    if step.error:
        status, code, message = step.error
        metadata = {"httpStatusCode": status, "requestId": f"R{step.when}", "attempts": 1}
        error: dict[str, Any] = {
            "type": code or "Error",
            "message": message,
            "stack": f"{code}: {message}\n    at send (up.js:1:1)",
        }
        row["err"] = error | ({"name": code, "$metadata": metadata} if code else {})
    return row | {"msg": said(step)}


def envelope(step: Step) -> dict[str, Any]:
    """A backend that wraps what the store said in an envelope of its own."""
    row: dict[str, Any] = {"ts": iso(step.when) + "+00:00", "logger": "video-api", "event": said(step)}
    row["video_id"] = step.video
    if step.error:
        status, code, message = step.error
        inner = {"message": "Failed to upload chunk", "errorType": code or "NetworkError", "originalError": message}
        row["body"] = {"success": False, "error": inner | {"isSessionExpired": step.what == "NoSuchUpload"}}
        row["httpStatus"] = 500 if status else None
    return row | {"upload_id": step.upload}


def python(step: Step) -> dict[str, Any]:
    """A worker in Python that logs JSON, with the traceback in one field."""
    row: dict[str, Any] = {"asctime": iso(step.when, "%Y-%m-%d %H:%M:%S").replace(".", ","), "levelname": "INFO"}
    row |= {"name": "worker", "message": said(step), "upload_id": step.upload, "video_id": step.video}
    if step.error:
        row |= {"levelname": "ERROR", "exc_info": "\n".join(traceback(step)), "part_number": step.part}
    return row


def logstash(step: Step) -> dict[str, Any]:
    """As logback's JSON encoder writes it, with a stack trace of Java."""
    row: dict[str, Any] = {"@timestamp": iso(step.when) + "Z", "@version": "1", "logger_name": "org.example.Uploads"}
    row |= {"thread_name": "pool-1-thread-4", "level": "ERROR" if step.error else "INFO", "message": said(step)}
    row |= {"uploadId": step.upload, "videoId": step.video}
    if step.error:
        status, code, message = step.error
        shown = f"{message} (Service: S3, Status Code: {status}, Request ID: R{step.when})" if code else message
        kind = f"software.amazon.awssdk.services.s3.model.{'NoSuchUpload' if code == 'NoSuchUpload' else 'S3'}Exception"
        told = (
            f"{kind}: {shown.replace('(Service', f'(Error Code: {code}, Service')}"
            if code
            else f"java.io.IOException: {shown}"
        )
        row["stack_trace"] = f"{told}\n\tat org.example.Uploads.send(Uploads.java:41)\n"
    return row


def otel(step: Step) -> dict[str, Any]:
    """A log record of OpenTelemetry, its attributes flattened."""
    attributes: dict[str, Any] = {"aws.s3.upload_id": step.upload, "aws.s3.key": step.key, "aws.s3.bucket": "bkt"}
    attributes |= {"aws.s3.part_number": step.part}
    if step.error:
        status, code, message = step.error
        attributes |= {"exception.type": code or "Error", "exception.message": message}
        attributes |= {"http.response.status_code": status} if status else {}
    severity = "ERROR" if step.error else "INFO"
    return {"timestamp": iso(step.when) + "Z", "severity_text": severity, "body": said(step), "attributes": attributes}


def traceback(step: Step) -> list[str]:
    assert step.error is not None
    _, code, message = step.error
    operation = "CompleteMultipartUpload" if step.call == "Complete" else "UploadPart"
    last = (
        f"botocore.exceptions.ClientError: An error occurred ({code}) when calling the {operation} operation: {message}"
    )
    return [
        "Traceback (most recent call last):",
        '  File "/srv/transfer.py", line 118, in send_part',
        "    response = self.s3.upload_part(**args)",
        last if code else f"urllib3.exceptions.ProtocolError: ('Connection aborted.', OSError('{message}'))",
    ]


def worker(step: Step) -> str:
    """A worker in Python, its tracebacks below its lines."""
    head = iso(step.when, "%Y-%m-%d %H:%M:%S").replace(".", ",")
    named = f"upload_id={step.upload} video_id={step.video}"
    if not step.error:
        return f"{head} INFO worker {said(step)} {named}\n"
    below = "\n".join(traceback(step))
    return f"{head} ERROR worker {FAILED[step.voice]} {step.part} {named}\n{below}\n"


def pods(step: Step) -> str:
    """The same from four pods at once: the lines of their tracebacks are mixed; see `mixed`."""
    pod = f"uploader-{int(step.upload[-3]) % 4}"
    return "".join(f"{pod}  | {line}\n" for line in worker(step).splitlines())


def console(step: Step) -> str:
    """What the page writes to the browser's console."""
    if step.what == "NoSuchUpload":
        dump = f"  videoId: '{step.video}',\n  uploadId: '{step.upload}',\n  chunkNumber: {step.part},\n"
        inner = "    message: 'Failed to upload chunk',\n    errorType: 'NoSuchUpload',\n    isSessionExpired: true\n"
        return (
            "useUpload.ts:158 ❌ Upload session expired/invalid, getting fresh session (attempt 1/2)...\n"
            f"useUpload.ts:159 🔍 Session expiration details: {{\n{dump}  error: {{\n{inner}  }}\n}}\n"
        )
    if step.error:
        return f"useUpload.ts:160 ❌ Chunk {step.part} failed: TypeError: {step.error[2]}\n"
    ids = f"{{ uploadId: '{step.upload}', videoId: '{step.video}' }}"
    return {
        "create": f"useUpload.ts:74 Upload session created: {ids}\n",
        "part": f"useUpload.ts:131 ✅ Chunk {step.part} uploaded successfully\n",
        "complete": "useUpload.ts:190 ✅ Upload completed\n",
        "refresh": "uploadApi.ts:40 🔄 Refreshing upload session…\n",
        "refreshed": f"uploadApi.ts:52 ✅ Fresh upload session created: {ids}\n"
        "useUpload.ts:171 ✅ Fresh session obtained, retrying chunk upload…\n",
        "limit": "useUpload.ts:177 ❌ Upload session refresh limit reached.\n",
        "cancel": "useUpload.ts:181 Upload cancelled by user\n",
    }[step.what]


_CALLS = {
    "create": ("POST.UPLOADS", "POST", "?uploads", 200, "CreateMultipartUpload"),
    "part": ("PUT.PART", "PUT", "?partNumber={part}&uploadId={upload}", 200, "UploadPart"),
    "complete": ("POST.UPLOAD", "POST", "?uploadId={upload}", 200, "CompleteMultipartUpload"),
    "abort": ("DELETE.UPLOAD", "DELETE", "?uploadId={upload}", 204, "AbortMultipartUpload"),
}


def _call(step: Step) -> tuple[str, str, str, int, str]:
    return _CALLS.get(step.what) or _CALLS["complete" if step.call == "Complete" else "part"]


def access(step: Step) -> str:
    """The S3 server access log."""
    entry, method, query, status, _ = _call(step)
    status, code, _ = step.error or (status, "-", "")
    time = datetime.fromtimestamp(step.when // 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    url = f"/{step.key}{query.format(part=step.part, upload=step.upload)}"
    return (
        f"0a1b2c bkt [{time}] 192.0.2.7 arn:aws:iam::111122223333:user/up R{step.when} REST.{entry} {step.key} "
        f'"{method} {url} HTTP/1.1" {status} {code} 300 - 41 40 "-" "sdk" -\n'
    )


def trail(step: Step) -> dict[str, Any]:
    """An event of CloudTrail."""
    asked: dict[str, Any] = {"bucketName": "bkt", "key": step.key}
    if step.what != "create":
        asked |= {"uploadId": step.upload} | ({"partNumber": step.part} if _call(step)[4] == "UploadPart" else {})
    event = {"eventVersion": "1.09", "eventTime": iso(step.when)[:19] + "Z", "eventSource": "s3.amazonaws.com"}
    event |= {"eventName": _call(step)[4], "awsRegion": "eu-central-1", "sourceIPAddress": "192.0.2.7"}
    answered = {"bucket": "bkt", "key": step.key, "uploadId": step.upload} if step.what == "create" else None
    if step.error:
        event |= {"errorCode": step.error[1], "errorMessage": step.error[2]}
    ids = {"requestID": f"R{step.when}", "eventID": f"{step.when:x}-e"}
    return event | {"requestParameters": asked, "responseElements": answered, **ids, "eventCategory": "Data"}


def _line(render: Callable[[Step], dict[str, Any]]) -> Callable[[Step], str]:
    return lambda step: json.dumps(render(step)) + "\n"


@dataclass
class Format:
    """How a log is written.

    Attributes:
        render: the lines of a step.
        kinds: the stories that such a log can tell.
        grain: its times are multiples of this many milliseconds; 0 when it has none.
        order: how the lines of all uploads are put together.
    """

    render: Callable[[Step], str]
    kinds: list[tuple[str, str, str | None]]
    grain: int = 1
    order: str = "time"
    ends: tuple[str, str, str] = ("", "", "")


ANYBODY = [*BY_STORE, *BY_CLIENT]
FORMATS = {
    "flat.ndjson": Format(_line(flat), ANYBODY),
    "pino.ndjson": Format(_line(pino), ANYBODY),
    "envelope.ndjson": Format(_line(envelope), ANYBODY),
    "python.ndjson": Format(_line(python), ANYBODY),
    "logstash.ndjson": Format(_line(logstash), ANYBODY),
    "otel.ndjson": Format(_line(otel), BY_STORE),
    "worker.log": Format(worker, ANYBODY),
    "pods.log": Format(pods, ANYBODY, order="mixed"),
    "console.txt": Format(console, BY_BROWSER, grain=0, order="story"),
    "s3-access.log": Format(access, BY_STORE, grain=1000),
    "trail.json": Format(lambda step: json.dumps(trail(step)), BY_STORE, 1000, ends=('{"Records":[', ",\n", "]}\n")),
    "trail.ndjson": Format(_line(trail), BY_STORE, grain=1000),
}


def mixed(texts: list[str], draw: random.Random) -> Iterator[str]:
    """The lines of entries that are written at the same time; each prefix keeps its own order."""
    waiting: dict[str, list[str]] = {}
    for text in texts:
        waiting.setdefault(text.split("|")[0], []).extend(text.splitlines(keepends=True))
        while sum(map(len, waiting.values())) > 24:
            lines = waiting[draw.choice([name for name, lines in waiting.items() if lines])]
            yield lines.pop(0)
    while any(waiting.values()):
        yield waiting[draw.choice([name for name, lines in waiting.items() if lines])].pop(0)


def write(folder: Path, sessions: int, seed: int) -> dict[str, Truth]:
    """Write the logs; the truth of each by its name."""
    draw = random.Random(seed)
    truths = {}
    for name, how in FORMATS.items():
        truth = truths[name] = Truth()
        told: list[Step] = []
        for steps, outcome, cause in stories(sessions // len(FORMATS), how.kinds, draw):
            told += steps
            truth.outcomes[outcome] += 1
            truth.causes.update([cause] if cause else [])
            truth.refreshes += sum(step.what == "refreshed" for step in steps)
            truth.restarts += max(0, sum(step.what == "create" for step in steps) - 1)
            for step in steps:
                truth.by_code.update([CODES[step.what]] if step.what in CODES else [])
                truth.saw(step.when - step.when % how.grain if how.grain else 0)
        if how.order != "story":
            told.sort(key=lambda step: step.when)
        texts = [how.render(step) for step in told]
        begin, between, end = how.ends
        body = between.join(mixed(texts, draw) if how.order == "mixed" else texts)
        (folder / name).write_text(begin + body + end, encoding="utf-8")
    return truths


def found(path: Path) -> Truth:
    """What `analyze` finds in a log."""
    from upload_diag.analysis import analyze

    report = analyze([str(path)])
    times = [
        int(datetime.fromisoformat(time).timestamp() * 1000) if time else 0 for time in (report.first, report.last)
    ]
    return Truth(
        Counter({str(code): count for code, count in report.by_code.items()}),
        Counter({str(outcome): count for outcome, count in report.by_outcome.items() if count}),
        Counter(str(session.root_cause.cause) for session in report.sessions if session.root_cause),
        sum(session.refreshes for session in report.sessions),
        sum(session.restarts for session in report.sessions),
        *times,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sessions", type=int, nargs="?", default=100_000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    truths = write(asked.folder, asked.sessions, asked.seed)
    if not asked.check:
        print(json.dumps({name: vars(truth) for name, truth in truths.items()}, indent=2))
        return
    for name, truth in truths.items():
        got = vars(found(asked.folder / name))
        wrong = {what: (wanted, got[what]) for what, wanted in vars(truth).items() if got[what] != wanted}
        print(f"{name}: {wrong or 'equal'}")


if __name__ == "__main__":
    main()
