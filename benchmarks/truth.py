"""Make up logs of many uploads, and say exactly what is in them.

    python benchmarks/truth.py FOLDER [SESSIONS] [SEED]

writes one log a format into the folder and prints the truth as JSON.
"""

import json
import random
import string
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

START = 1_795_000_000_000  # milliseconds since 1970
LETTERS = string.ascii_letters + string.digits

# What goes wrong -> service code, HTTP status, message, ErrorCode.
FAULTS = {
    "NoSuchUpload": (404, "The specified upload does not exist.", "SESSION_EXPIRED"),
    "SlowDown": (503, "Please reduce your request rate.", "THROTTLED"),
    "InternalError": (500, "We encountered an internal error. Please try again.", "SERVER_ERROR"),
    "ExpiredToken": (400, "The provided token has expired.", "CREDENTIALS_EXPIRED"),
    "RequestTimeTooSkewed": (
        403,
        "The difference between the request time and the server time is too large.",
        "CLOCK_SKEW",
    ),
    "BadDigest": (400, "The Content-MD5 you specified did not match what we received.", "INTEGRITY"),
}


@dataclass
class Truth:
    """What a log, or all of them, must be found to hold."""

    by_code: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    first: int = 0
    last: int = 0

    def saw(self, when: int) -> None:
        self.first = min(self.first or when, when)
        self.last = max(self.last, when)


@dataclass
class Upload:
    """One upload and its story: (what, milliseconds after the one before)."""

    upload: str
    video: str
    key: str
    begin: int
    story: list[tuple[str, int]]
    outcome: str
    cause: str | None


def uploads(count: int, random_: random.Random) -> list[Upload]:
    stories: list[tuple[list[str], str, str | None]] = [
        (["create", "part", "part", "complete"], "completed", None),
        (["create", "part", "SlowDown", "part", "complete"], "recovered", None),
        (["create", "part", "InternalError", "InternalError"], "failed", None),
        (["create", "part", "day", "NoSuchUpload"], "failed", "lifecycle"),
        (["create", "NoSuchUpload", "NoSuchUpload"], "failed", "key_or_endpoint"),
        (["create", "part", "ExpiredToken", "abort", "NoSuchUpload"], "failed", "own_abort"),
        (["create", "part", "complete", "NoSuchUpload"], "failed", "already_completed"),
        (["create", "part", "RequestTimeTooSkewed"], "failed", None),
        (["create", "part", "BadDigest", "part", "complete"], "recovered", None),
        (["create", "part"], "abandoned", None),
    ]
    made = []
    for number in range(count):
        steps, outcome, cause = random_.choice(stories)
        begin = START + random_.randrange(86_400_000 * 3)
        story = [(step, 90_000_000 if step == "day" else random_.randrange(500, 5_000)) for step in steps]
        upload = "".join(random_.choices(LETTERS, k=64)) + f"{number:08d}"
        made.append(Upload(upload, f"vid-{number:08d}", f"in/{number:08d}.mp4", begin, story, outcome, cause))
    return made


def iso(when: int) -> str:
    return datetime.fromtimestamp(when // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{when % 1000:03d}Z"


def flat(upload: Upload, what: str, when: int, part: int) -> str:
    """NDJSON with the ids at the top."""
    row: dict[str, object] = {"timestamp": iso(when), "uploadId": upload.upload, "videoId": upload.video}
    if what in FAULTS:
        status, message, _ = FAULTS[what]
        row |= {"level": "error", "msg": "part failed", "partNumber": part}
        row |= {"error": {"code": what, "message": message, "statusCode": status}}
    else:
        row |= {"level": "info", "msg": SAID[what], **({"partNumber": part} if what == "part" else {})}
    return json.dumps(row) + "\n"


def pino(upload: Upload, what: str, when: int, part: int) -> str:
    """NDJSON as pino writes it, with the AWS SDK's own error."""
    row: dict[str, object] = {"level": 30, "time": when, "pid": 12, "hostname": "up-1"}
    row |= {"ctx": {"uploadId": upload.upload, "key": upload.key, "part": part}}
    if what in FAULTS:
        status, message, _ = FAULTS[what]
        metadata = {"httpStatusCode": status, "requestId": f"R{when}", "attempts": 1}
        row |= {"level": 50, "err": {"type": what, "name": what, "message": message, "$metadata": metadata}}
    return json.dumps(row | {"msg": "upload part failed" if what in FAULTS else SAID[what]}) + "\n"


def worker(upload: Upload, what: str, when: int, part: int) -> str:
    """A Python worker, with tracebacks."""
    head = iso(when).replace("T", " ").replace(".", ",").rstrip("Z")
    if what not in FAULTS:
        return f"{head} INFO worker {SAID[what]} upload_id={upload.upload}\n"
    _, message, _ = FAULTS[what]
    return (
        f"{head} ERROR worker part {part} failed upload_id={upload.upload}\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/transfer.py", line 118, in send_part\n'
        "    response = self.s3.upload_part(**args)\n"
        f"botocore.exceptions.ClientError: An error occurred ({what}) when calling the UploadPart operation: "
        f"{message}\n"
    )


def access(upload: Upload, what: str, when: int, part: int) -> str:
    """The S3 server access log."""
    operation, method, query, status, code = {
        "create": ("REST.POST.UPLOADS", "POST", "?uploads", 200, "-"),
        "part": ("REST.PUT.PART", "PUT", f"?partNumber={part}&uploadId={upload.upload}", 200, "-"),
        "complete": ("REST.POST.UPLOAD", "POST", f"?uploadId={upload.upload}", 200, "-"),
        "abort": ("REST.DELETE.UPLOAD", "DELETE", f"?uploadId={upload.upload}", 204, "-"),
    }.get(what) or ("REST.PUT.PART", "PUT", f"?partNumber={part}&uploadId={upload.upload}", FAULTS[what][0], what)
    time = datetime.fromtimestamp(when // 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f"0a1b2c bkt [{time}] 192.0.2.7 arn:aws:iam::111122223333:user/up R{when} {operation} {upload.key} "
        f'"{method} /{upload.key}{query} HTTP/1.1" {status} {code} 300 - 41 40 "-" "sdk" -\n'
    )


SAID = {
    "create": "multipart upload created",
    "part": "part uploaded",
    "complete": "multipart upload completed",
    "abort": "aborted multipart upload",
}
FORMATS: dict[str, Callable[[Upload, str, int, int], str]] = {
    "flat.ndjson": flat,
    "pino.ndjson": pino,
    "worker.log": worker,
    "s3-access.log": access,
}


def write(folder: Path, sessions: int, seed: int) -> dict[str, Truth]:
    """Write the logs; the truth of each by its name."""
    random_ = random.Random(seed)
    truths = {}
    for name, render in FORMATS.items():
        truth = truths[name] = Truth()
        lines: list[tuple[int, str]] = []
        for upload in uploads(sessions // len(FORMATS), random_):
            when, part = upload.begin, 0
            for what, after in upload.story:
                when += after
                if what == "day":
                    continue
                part += what == "part"
                moment = when - when % 1000 if render is access else when
                lines.append((when, render(upload, what, when, part or 1)))
                truth.saw(moment)
                if what in FAULTS:
                    truth.by_code[FAULTS[what][2]] += 1
            truth.outcomes[upload.outcome] += 1
            if upload.cause:
                truth.causes[upload.cause] += 1
        lines.sort(key=lambda line: line[0])
        with (folder / name).open("w", encoding="utf-8") as file:
            file.writelines(text for _, text in lines)
    return truths


def main() -> None:
    folder = Path(sys.argv[1])
    sessions, seed = (int(value) for value in [*sys.argv[2:4], "100000", "1"][:2])
    truths = write(folder, sessions, seed)
    print(json.dumps({name: vars(truth) for name, truth in truths.items()}, indent=2))


if __name__ == "__main__":
    main()
