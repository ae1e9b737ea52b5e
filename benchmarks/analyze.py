"""Measure `analyze` beside the tools people reach for: one command makes the data, runs everything, prints ratios.

    python benchmarks/analyze.py [MEGABYTES] [FOLDER]

Needs nothing but upload-diag; ripgrep and jq are measured too where they are installed.
"""

import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from upload_diag import __version__
from upload_diag.analysis import analyze
from upload_diag.analysis.judge import search_literals
from upload_diag.rules.ruleset import Ruleset

SEED = 20261122


def sparse(path: Path, size: int) -> None:
    """An application's log with one upload error in 10,000 lines."""
    random_ = random.Random(SEED)
    with path.open("w", encoding="utf-8") as file:
        written, number = 0, 0
        while written < size:
            number += 1
            at = f"2026-11-22T{number // 360_000 % 24:02d}:{number // 6000 % 60:02d}:{number // 100 % 60:02d}.{number % 100}0Z"
            if number % 10_000 == 5000:
                upload = f"{random_.getrandbits(160):040x}"
                error = {"errorType": "NoSuchUpload", "isSessionExpired": True}
                text = f"{at} ERROR [worker-3] c.e.Upload - {json.dumps({'error': error, 'uploadId': upload})}\n"
            else:
                video = random_.getrandbits(48)
                text = f"{at} INFO  [exec-{number % 50}] c.e.VideoController - GET /v1/videos/{video:012x} took {number % 900} ms\n"
            written += file.write(text)


def dense(path: Path, size: int) -> None:
    """Lines of JSON, every one an error with ids."""
    random_ = random.Random(SEED)
    codes = [
        "NoSuchUpload",
        "SlowDown",
        "InternalError",
        "RequestTimeout",
        "AccessDenied",
        "ExpiredToken",
        "InvalidPart",
    ]
    uploads = [f"{random_.getrandbits(320):080x}" for _ in range(5000)]
    with path.open("w", encoding="utf-8") as file:
        written, number = 0, 0
        while written < size:
            number += 1
            code, upload = random_.choice(codes), random_.choice(uploads)
            at = f"2026-11-22T{number // 360_000 % 24:02d}:{number // 6000 % 60:02d}:{number // 100 % 60:02d}.{number % 100}0Z"
            rows = (
                {"timestamp": at, "level": "error", "error": {"code": code, "statusCode": 404}, "uploadId": upload},
                {"time": at, "level": 50, "msg": "part failed", "err": {"name": code, "UploadId": upload}, "pid": 7},
                {"@timestamp": at, "message": f"An error occurred ({code}) when calling the UploadPart operation: x",
                 "context": {"uploadId": upload, "partNumber": number % 9999 + 1, "requestId": f"R{number}"}},
            )  # fmt: skip
            written += file.write(json.dumps(rows[number % 3]) + "\n")


def timed(name: str, run: "object", size: int, *, runs: int = 3) -> float:
    best = min(_once(run) for _ in range(runs))
    print(f"  {name:<44} {best:7.2f} s {size / best / 1e6:8.0f} MB/s")
    return best


def _once(run: "object") -> float:
    begun = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - begun


def command(*words: str) -> "object":
    return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 256) * 1_000_000
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"upload-diag {__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    literals = folder / "literals.txt"
    literals.write_bytes(b"\n".join(search_literals(Ruleset.builtin())) + b"\n")
    for make in (sparse, dense):
        log = folder / f"{make.__name__}.log"
        make(log, size)
        total = log.stat().st_size
        print(f"{make.__name__}: {total / 1e6:.0f} MB")
        ours = timed("analyze, one process", lambda log=log: analyze([str(log)]), total)
        timed("analyze, two processes", lambda log=log: analyze([str(log)], jobs=2), total)
        peers = {
            "rg": (
                "rg --no-mmap -i -c -F -f, our literals",
                "--no-mmap",
                "-i",
                "-c",
                "-F",
                "-f",
                str(literals),
                str(log),
            ),
            "jq": ("jq picking the code", "-r", ".error.code? // .err.name? // .message?", str(log)),
        }
        for tool in ("rg",) if make is sparse else ("rg", "jq"):
            if shutil.which(tool):
                label, *arguments = peers[tool]
                theirs = timed(label, command(tool, *arguments), total)
                print(f"  one process is {theirs / ours:.2f} times as fast as {tool}")


if __name__ == "__main__":
    main()
