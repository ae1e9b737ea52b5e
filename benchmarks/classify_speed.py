"""How long a classification takes, as a ratio to `json.loads` of the same text.

Two figures for the payloads: `first sight`, when no text has been met before, and `again`, when a log repeats itself
and the classifier remembers short texts. Ratios are medians over rounds in which ours and `json.loads` take turns, so they
hold on a busy machine too.

    .venv/bin/python benchmarks/classify_speed.py [CORPUS.jsonl]     # lines with a "payload"; default fixtures/payloads
"""

import json
import platform
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from upload_diag import Classifier

ROUNDS = 9
FOLDER = Path(__file__).parent.parent / "fixtures" / "payloads"
SEED = {
    "success": False,
    "message": "Failed to upload video chunk",
    "error": {
        "partNumber": 1,
        "videoId": "e80e432c-5d1f-4c07-9a3e-6f2b7c8d9e10",
        "chunkSize": 10485760,
        "actionRequired": "RESTART_UPLOAD",
        "awsError": "Upload session expired or invalid",
        "errorType": "NoSuchUpload",
        "isSessionExpired": True,
        "originalError": "Upload session expired or invalid. UploadId: 2~kX2vQ7mRz0bWcUoLh4tPyNe9sJdFg1i",
    },
}


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], prepare: Callable[[], Any] = lambda: None) -> float:
    """The median over rounds of our time by theirs."""
    found = []
    for _ in range(ROUNDS):
        prepare()
        found.append(seconds(ours) / seconds(theirs))
    return statistics.median(found)


def wall(command: list[str]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main(files: list[Path]) -> None:
    payloads = [json.loads(line)["payload"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [json.dumps(payload) for payload in payloads]
    classifier = Classifier()
    for payload in payloads:
        classifier.diagnose(payload)  # patterns are compiled when they are first needed
    seed_text = json.dumps(SEED)

    def forget() -> None:
        classifier.forget()

    def classify_all() -> None:
        for payload in payloads:
            classifier.diagnose(payload)

    def load_all() -> None:
        for text in texts:
            json.loads(text)

    def classify_seed() -> None:
        for _ in range(500):
            classifier.diagnose(SEED)

    def load_seed() -> None:
        for _ in range(500):
            json.loads(seed_text)

    rows = [
        ("the seed's envelope, as a dict", ratio(classify_seed, load_seed)),
        (f"{len(payloads)} payloads, first sight", ratio(classify_all, load_all, forget)),
        (f"{len(payloads)} payloads, again", ratio(classify_all, load_all)),
    ]
    print(f"CPython {platform.python_version()}, {platform.machine()}; times json.loads of the same text:")
    for name, value in rows:
        print(f"  {name:40} {value:6.1f} x")
    explain = wall([sys.executable, "-m", "upload_diag", "explain", "NoSuchUpload"])
    nothing = wall([sys.executable, "-c", "pass"])
    print(f"  {'explain NoSuchUpload / python -c pass':40} {explain / nothing:6.1f} x")


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="*", help="files of lines with a payload")
    main(parser.parse_args().corpus or sorted(FOLDER.glob("*.jsonl")))
