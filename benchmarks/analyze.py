"""Measure `analyze` beside the tools people reach for: one command makes the logs, runs everything, prints ratios.

    .venv/bin/python benchmarks/analyze.py [MEGABYTES] [FOLDER] [LOG...]

measures all of `sparse.log`, `dense.ndjson`, `messy.log` and `sparse.log.gz`, or those that are named.

Needs nothing but upload-diag; ripgrep, jq, lnav and DuckDB are measured too where they are installed. Every report is
checked against what was put into its log. Times are of the processor (user and system), those of two processes by the
clock; the best of three runs, which take turns. Python saves what it compiles, as it does unless it is told not to.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from log_data import MEGABYTE, Truth, dense, messy, pack, sparse

from upload_diag import __version__
from upload_diag.analysis.judge import search_literals
from upload_diag.rules.ruleset import Ruleset

RUNS = 3
# The code, wherever the twenty shapes of `dense` have it.
PATHS = (
    *("error.errorType", "error.code", "err.Code", "err.name", "err.code", "errorCode", "ErrorCode", "_error_code"),
    *("attributes.exception_type", "problem.errorCode", "response.data.error.errorType", "exception", "stack_trace"),
    *("fields.error", "responseBody", "log", "message"),
)
JQ = "first(({}) | strings)".format(", ".join(f"getpath({json.dumps(path.split('.'))})?" for path in PATHS))
DUCKDB = """
import duckdb, sys
picked = ", ".join(f"json_extract_string(json, '$.{path}')" for path in sys.argv[2].split())
duckdb.sql("set threads=1")
print(duckdb.sql(f"select coalesce({picked}), count(*) from read_json_objects('{sys.argv[1]}',"
                 " format='newline_delimited') group by 1").fetchall()[:1])
"""


@dataclass(frozen=True)
class Run:
    """What a command took: seconds by the clock, seconds of the processor, MiB of memory at the most."""

    wall: float
    cpu: float
    memory: float


def run(words: Sequence[str]) -> Run:
    saving = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=saving)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and "upload_diag" in words:
        raise SystemExit(f"{' '.join(words)}: exit code {process.returncode}")
    return Run(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def ours(log: Path, jobs: int, form: str = "text") -> list[str]:
    words = [sys.executable, "-m", "upload_diag", "analyze", "-j", str(jobs), "-f", form, str(log)]
    return [*words, "-o", str(log.with_name(f"{log.name}.{jobs}.report.{form}"))]


def check(log: Path, truth: Truth) -> None:
    """Whether the reports say what is in the log."""
    for jobs in (1, 2):
        run(ours(log, jobs, "json"))
        report = json.loads(log.with_name(f"{log.name}.{jobs}.report.json").read_text())
        said = dict(sorted(report["totals"]["byCode"].items())), report["inputs"][0]["lines"]
        if said != (truth.json["byCode"], truth.lines):
            raise SystemExit(f"{log.name}: the report says {said}, the log holds {truth.json}")
    print(f"{log.name}: the reports are right: {truth.by_code.total():,} errors in {truth.lines:,} lines")


def measure(log: Path, size: int, peers: dict[str, list[str]]) -> None:
    """Run everything on a log in turns, and print the best of each and the ratios."""
    commands = {"analyze": ours(log, 1), "analyze, 2 processes": ours(log, 2)}
    commands |= {name: words for name, words in peers.items() if shutil.which(words[0])}
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, words in commands.items():
            runs[name].append(run(words))
    print(f"{log.name}: {size / MEGABYTE:.0f} MB")
    cpu = {name: min(one.cpu for one in some) for name, some in runs.items()}
    wall = {name: min(one.wall for one in some) for name, some in runs.items()}
    for name, some in runs.items():
        memory = max(one.memory for one in some)
        print(f"  {name:<34} {cpu[name]:7.2f} s  {size / cpu[name] / 1e6:6.0f} MB/s  {memory:5.0f} MiB")
    for name in commands.keys() - {"analyze", "analyze, 2 processes"}:
        pair = wall[name] / wall["analyze, 2 processes"]
        print(f"  analyze is {cpu[name] / cpu['analyze']:.2f} x as fast as {name}, with two processes {pair:.2f} x")


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=int, nargs="?", default=256)
    parser.add_argument("folder", type=Path, nargs="?", help="where the logs are made up (default: a new one)")
    parser.add_argument("log", nargs="*", help="which of them (default: all)")
    given = parser.parse_args()
    size, folder = given.megabytes * MEGABYTE, given.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"upload-diag {__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    for tool in ("rg", "jq", "lnav"):
        if shutil.which(tool):
            said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
            print(f"  {said.stdout.splitlines()[0]}")
    literals = folder / "literals.txt"
    literals.write_bytes(b"\n".join(search_literals(Ruleset.builtin())) + b"\n")
    search = ["rg", "--no-mmap", "-c", "-F", "-f", str(literals)]
    sparse_log, dense_log, messy_log = (folder / name for name in ("sparse.log", "dense.ndjson", "messy.log"))
    packed = folder / "sparse.log.gz"
    wanted = set(given.log) or {log.name for log in (sparse_log, dense_log, messy_log, packed)}
    truths: dict[Path, Truth] = {}
    if wanted & {sparse_log.name, packed.name}:
        truth = sparse(sparse_log, size)
        lnav = ["lnav", "-n", "-c", ":filter-in NoSuchUpload", str(sparse_log)]
        if sparse_log.name in wanted:
            truths[sparse_log] = truth
            measure(sparse_log, size, {"rg, our literals": [*search, str(sparse_log)], "lnav": lnav})
        if packed.name in wanted:
            truths[pack(sparse_log)] = truth
            measure(packed, size, {"rg -z, our literals": [*search, "-z", str(packed)]})
    if dense_log.name in wanted:
        peers = {"jq, the code": ["jq", "-r", JQ, str(dense_log)]}
        if subprocess.run([sys.executable, "-c", "import duckdb"], capture_output=True, check=False).returncode == 0:
            peers["DuckDB"] = [sys.executable, "-c", DUCKDB, str(dense_log), " ".join(PATHS)]
        truths[dense_log] = dense(dense_log, size)
        measure(dense_log, size, peers)
    if messy_log.name in wanted:
        truths[messy_log] = messy(messy_log, size)
        measure(messy_log, size, {"rg, our literals": [*search, str(messy_log)]})
    for log, truth in truths.items():  # last: what is run from a process that grew counts its memory as its own
        check(log, truth)


if __name__ == "__main__":
    main()
