"""Measure how `analyze` grows with its input, and what it loses when workers die.

    .venv/bin/python benchmarks/growth.py sparse [MEGABYTES,...] [FOLDER]   time and memory: 1 and 2 processes, 1 and 2 Dask workers
    .venv/bin/python benchmarks/growth.py dense [MEGABYTES,...] [FOLDER]    the same
    .venv/bin/python benchmarks/growth.py kills [RUNS] [FOLDER]             a worker is killed at a random moment of each run
    .venv/bin/python benchmarks/growth.py bucket [MEGABYTES] [FOLDER]       2 Dask workers read s3:// from the fault server

A log of 100 MB is made up and repeated: sparse has an error in 10,000 lines, dense is lines of JSON that are all errors.
CPU time is what to compare: other programs do not change it. Memory is that of the largest
process. The kills count as survived when the report is the one that a single process gives.
"""

import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import log_data
import psutil
from distributed import LocalCluster
from log_data import MEGABYTE, SEED
from served import served

from upload_diag import __version__

BLOCK = 100  # megabytes
SIZES = {"sparse": "100,500,1000,2000,4000", "dense": "100,200,400,800"}
# The command, which then says what memory it took: asked from outside, it would have that of its parent before it began.
PROGRAM = """
import resource, sys
from upload_diag.cli import main
code = main(["analyze", "-f", "json", *sys.argv[1:]])
own = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


@dataclass
class Run:
    """What one run took: seconds of the clock, seconds of all processors, bytes of the largest process."""

    wall: float
    cpu: float
    memory: int
    report: Path

    def row(self, name: str, size: int) -> str:
        speed = size / self.cpu / MEGABYTE
        return (
            f"  {name:<28} {self.wall:7.2f} s {self.cpu:8.2f} s CPU {speed:6.0f} MB/s of CPU {self.memory >> 20:5} MiB"
        )


def log_of(folder: Path, kind: str, megabytes: int) -> Path:
    """A log of so many megabytes, made of one block again and again."""
    block, log = folder / f"{kind}.log", folder / f"{kind}-{megabytes}.log"
    if not block.exists():
        getattr(log_data, kind)(block, BLOCK * MEGABYTE)
    with log.open("wb") as file:
        for _ in range(max(1, megabytes // BLOCK)):
            file.write(block.read_bytes())
    return log


def run(folder: Path, *arguments: str, workers: "Workers | None" = None) -> Run:
    """Run `analyze` by itself, with the workers' share of time and memory."""
    report = folder / "report.json"
    before = workers.cpu() if workers else 0.0
    begun = time.perf_counter()
    spent = os.times()
    command = [sys.executable, "-c", PROGRAM, "-o", str(report), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    wall = time.perf_counter() - begun
    cpu = sum(after - then for after, then in zip(os.times()[2:4], spent[2:4], strict=True))
    if workers:
        cpu += workers.cpu() - before
    memory = int(done.stdout) << 10
    return Run(wall, cpu, max(memory, workers.memory() if workers else 0), report)


class Workers:
    """The worker processes of a cluster of this machine."""

    def __init__(self, cluster: LocalCluster) -> None:
        self.address = cluster.scheduler_address
        self._cluster = cluster

    def processes(self) -> list[psutil.Process]:
        pids = [nanny.pid for nanny in self._cluster.workers.values() if nanny.pid]
        return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]

    def cpu(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self.processes())

    def memory(self) -> int:
        lines = (Path(f"/proc/{one.pid}/status").read_text() for one in self.processes())
        return max(int(text.split("VmHWM:")[1].split()[0]) << 10 for text in lines)


@contextmanager
def workers_of(count: int) -> Iterator[Workers]:
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50}
    with LocalCluster(n_workers=count, **options) as cluster:
        yield Workers(cluster)


def sizes(kind: str, folder: Path, wanted: str = "") -> None:
    reports = {}
    for megabytes in map(int, (wanted or SIZES[kind]).split(",")):
        log = log_of(folder, kind, megabytes)
        size = log.stat().st_size
        print(f"{size / MEGABYTE:.0f} MB", flush=True)
        rows = {f"{jobs} process{'es' * (jobs > 1)}": ("-j", str(jobs)) for jobs in (1, 2)}
        for name, arguments in rows.items():
            done = run(folder, str(log), *arguments)
            print(done.row(name, size), flush=True)
            reports[name] = done.report.read_bytes()
        for count in (1, 2):
            name = f"{count} Dask worker{'s' * (count > 1)}"
            with workers_of(count) as workers:
                done = run(folder, str(log), "--cluster", workers.address, workers=workers)
            print(done.row(name, size), flush=True)
            reports[name] = done.report.read_bytes()
        print(f"  the four reports are {'equal' if len(set(reports.values())) == 1 else 'NOT EQUAL'}", flush=True)
        log.unlink()


def kills(folder: Path, runs: str = "20") -> None:
    log = log_of(folder, "sparse", 6 * BLOCK)
    wanted = run(folder, str(log), "-j", "1")
    whole, random_ = wanted.report.read_bytes(), random.Random(SEED)
    equal = killed = 0
    for _ in range(int(runs)):
        wait, pick = random_.uniform(0, wanted.wall), random_.randrange(2)
        with workers_of(2) as workers:  # a worker that is killed while it starts again does not come back by itself

            def kill(workers: Workers = workers, wait: float = wait, pick: int = pick) -> None:
                nonlocal killed
                time.sleep(wait)
                workers.processes()[pick].send_signal(signal.SIGKILL)
                killed += 1

            killer = threading.Thread(target=kill)
            killer.start()
            try:
                done = run(folder, str(log), "--cluster", workers.address)
            finally:
                killer.join()
        equal += done.report.read_bytes() == whole
    print(f"{runs} runs, {killed} workers killed, {equal} reports equal to that of one process")


def bucket(folder: Path, megabytes: str = "500") -> None:
    log = log_of(folder, "sparse", int(megabytes))
    size = log.stat().st_size
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with served() as server:
        url = server["s3"]
        place = ("s3://logs/", "--endpoint-url", url)
        upload(url, log)
        one = run(folder, *place, "-j", "1")
        print(one.row("1 process, s3://", size), flush=True)
        report = one.report.read_bytes()
        with workers_of(2) as workers:
            done = run(folder, *place, "--cluster", workers.address, workers=workers)
        print(done.row("2 Dask workers, s3://", size))
        print(f"  the two reports are {'equal' if done.report.read_bytes() == report else 'NOT EQUAL'}")


def upload(url: str, log: Path) -> None:
    from upload_diag.s3 import Store

    client = Store(url).client()
    client.create_bucket(Bucket="logs")
    client.upload_file(str(log), "logs", log.name)


def main() -> None:
    jobs = {"sparse": partial(sizes, "sparse"), "dense": partial(sizes, "dense"), "kills": kills, "bucket": bucket}
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=jobs, nargs="?", default="sparse")
    parser.add_argument("figures", nargs="*", help="MEGABYTES,... or RUNS, as above; then FOLDER (default: a new one)")
    given = parser.parse_args()
    folder = Path(given.figures[1] if len(given.figures) > 1 else tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"upload-diag {__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    jobs[given.job](folder, *given.figures[:1])


if __name__ == "__main__":
    main()
