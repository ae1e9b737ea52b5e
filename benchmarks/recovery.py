"""Measure `ResumableUpload`: its speed beside boto3's own, and how it goes on after kill -9.

    .venv/bin/python benchmarks/recovery.py speed [MIB]     one server, both uploaders, the same parts and threads
    .venv/bin/python benchmarks/recovery.py kills [RUNS]    killed at random points, resumed, compared

Both use the fault server in a process of its own, on this machine.
"""

import hashlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from served import served

from upload_diag.recovery import Policy, ResumableUpload

MIB = 1024 * 1024
PART, THREADS = 8 * MIB, 4
ROOT = Path(__file__).resolve().parent.parent


def client_for(url):
    return boto3.session.Session().client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )


def ours(client, file, key):
    ResumableUpload(client, "bkt", key, file, policy=Policy(part_size=PART, threads=THREADS)).run()


def boto3s(client, file, key):
    config = TransferConfig(multipart_chunksize=PART, multipart_threshold=PART, max_concurrency=THREADS)
    client.upload_file(str(file), "bkt", key, Config=config)


UPLOADERS = {"ours": ours, "boto3": boto3s}


def one(name, url, file):
    """One upload in this process: seconds, and the peak of its memory."""
    client = client_for(url)
    begin = time.perf_counter()
    UPLOADERS[name](client, Path(file), name)
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def speed(mib):
    with served() as server, tempfile.TemporaryDirectory() as folder:
        url, file = server["s3"], made(Path(folder), mib)
        client_for(url).create_bucket(Bucket="bkt")
        taken = {name: [] for name in UPLOADERS}
        for _ in range(5):
            for name in UPLOADERS:  # in turn, so that both meet the same noise
                done = subprocess.run([sys.executable, __file__, "one", name, url, str(file)], stdout=-1, check=True)
                taken[name].append(json.loads(done.stdout))
        for name, runs in taken.items():
            seconds = [run["seconds"] for run in runs]
            best, median = mib / min(seconds), mib / statistics.median(seconds)
            rss = max(run["rss"] for run in runs) / MIB
            print(f"{name:6} median {median:6.0f} MiB/s  best {best:6.0f} MiB/s  RSS {rss:.0f} MiB")
        ratio = statistics.median(r["seconds"] for r in taken["boto3"]) / statistics.median(
            r["seconds"] for r in taken["ours"]
        )
        print(f"ours / boto3: {ratio:.2f} of its speed")


def kills(runs):
    sys.path.insert(0, str(ROOT / "tests" / "recovery"))
    from bench import BUCKET, FAST, PART, object_is, sessions_left, upload
    from killed import kill_at

    import upload_diag.faults.uploads as uploads
    from upload_diag.faults import FaultServer

    uploads.MIN_PART_SIZE = PART
    draw, worst, finished = random.Random(50), 0, 0
    with tempfile.TemporaryDirectory() as folder, FaultServer() as server:
        file, state = Path(folder, "file"), Path(folder, "state")
        file.write_bytes(draw.randbytes(12 * PART))
        client = server.client()
        for run in range(runs):
            server.reset()
            client.create_bucket(Bucket=BUCKET)
            if not kill_at(server, file, state, draw.randrange(12), more=draw.random() * 0.05, hold=0.05):
                finished += 1
                continue
            upload(client, file, state=state).run()
            again = len([e for e in server.journal.of("UploadPart") if e.status == 200]) - 12
            worst = max(worst, again)
            if not object_is(client, file) or sessions_left(client) or again > FAST.threads:
                sys.exit(f"run {run}: wrong object, a session left, or {again} parts sent twice")
    print(f"{runs} kills, {finished} of them too late: every object right, no session left")
    print(f"at most {worst} parts sent twice, with {FAST.threads} in flight")


def made(folder, mib):
    file = folder / "file"
    with file.open("wb") as out:
        for _ in range(mib):
            out.write(os.urandom(MIB))
    hashlib.file_digest(file.open("rb"), "md5")  # into the page cache
    return file


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:  # a process of `speed`
        one(*sys.argv[2:])
        sys.exit()
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=("speed", "kills"), nargs="?", default="speed")
    parser.add_argument("figure", type=int, nargs="?", help="MIB (default: 512) or RUNS (default: 50)")
    given = parser.parse_args()
    if given.job == "speed":
        speed(given.figure or 512)
    else:
        kills(given.figure or 50)
