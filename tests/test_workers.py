"""Processes that count may die: nothing is lost but what kills them, and that is said."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context
from threading import Timer

import pytest

from upload_diag.analysis import analyze, count, pieces, run, workers
from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.workers import _batches
from upload_diag.errors import ServerUnreachableError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes get these faults by being forked")

CODES = ["NoSuchUpload", "SlowDown", "InternalError", "AccessDenied"]
LOG = "".join(
    f"2026-11-22 10:{number // 60:02}:{number % 60:02} ERROR part {number} uploadId=AAAA{number % 7}bbbb: {code}: x\n"
    for number, code in enumerate(CODES * 100)
)
TEXT = "".join(
    f"worker: part {number} of uploadId=CCCC{number % 5}dddd\n{code}: it failed\n    at line {number}\nworker: on\n"
    for number, code in enumerate(CODES * 60)
)
COUNT_PIECE = count.count_piece


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three files in about 25 ranges, each a task."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for name, text in {"a.log": LOG, "b.txt": TEXT, "c.log": LOG[:900]}.items():
        (logs / name).write_text(text)
    monkeypatch.setattr(pieces, "RANGE", 2000)
    monkeypatch.setattr(workers, "_BATCH", 1)
    monkeypatch.setattr(run, "_WORTH_A_PROCESS", 0)
    return logs


def dies_once(marker, number, after, piece, how):
    """Count a piece, and die before or after it, when it is the one and nobody died before."""
    tally = COUNT_PIECE(piece, how) if after else None
    if piece.lo == number:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return tally or COUNT_PIECE(piece, how)


def dies(lo, piece, how):
    if piece.lo == lo:
        os.kill(os.getpid(), signal.SIGKILL)
    return COUNT_PIECE(piece, how)


@pytest.mark.parametrize("seed", range(20))
def test_a_process_that_is_killed_loses_nothing(folder, tmp_path, monkeypatch, seed):
    whole = analyze([str(folder)]).to_json()
    draw = random.Random(seed)
    fault = partial(dies_once, str(tmp_path / "died"), draw.randrange(13) * 2000, draw.random() < 0.5)
    monkeypatch.setattr(workers, "count_piece", fault)
    assert analyze([str(folder)], jobs=2).to_json() == whole
    assert (tmp_path / "died").exists()


def test_a_range_that_kills_every_process_is_said_and_the_rest_is_read(folder, monkeypatch):
    monkeypatch.setattr(workers, "count_piece", partial(dies, 4000))
    first, second, third = analyze([str(folder)], jobs=2).inputs
    for one in (first, second):
        assert one.bytes == (folder / one.path).stat().st_size
        assert 1900 < one.unreadable_bytes < 2200
        assert one.unreadable == {"kills the process that reads it": 1}
    assert third.unreadable == {}


def test_among_small_files_only_the_one_that_kills_is_lost(folder, monkeypatch):
    monkeypatch.setattr(workers, "_BATCH", 1 << 20)
    monkeypatch.setattr(pieces, "RANGE", 1 << 20)
    whole = analyze([str(folder)], jobs=2)
    monkeypatch.setattr(workers, "count_piece", dies_on_c)
    report = analyze([str(folder)], jobs=2)
    assert [one.unreadable_bytes for one in report.inputs] == [0, 0, 900]
    assert report.inputs[:2] == whole.inputs[:2]


def dies_on_c(piece, how):
    if piece.path.endswith("c.log"):
        os.kill(os.getpid(), signal.SIGKILL)
    return COUNT_PIECE(piece, how)


class Refusing(Executor):
    """Breaks after a few tasks, for good."""

    def __init__(self, left):
        self.left = left

    def submit(self, fn, /, *args, **more):
        if self.left <= 0:
            raise BrokenExecutor
        self.left -= 1
        future = Future()
        if self.left:
            future.set_result(fn(*args, **more))
        else:
            future.set_exception(BrokenExecutor())
        return future


class KilledError(Exception):
    """What an executor says that gave up on a task."""


class Blaming(Executor):
    """Blames a deadly piece, and at first two of its neighbours too."""

    def __init__(self):
        self.asked = []
        self.blamed = []

    def submit(self, fn, batch, how):
        future = Future()
        again = batch in self.asked
        self.asked.append(batch)
        assert not again or all(other.done() for other in self.blamed), "it is not alone"
        if batch[0].lo == 4000 or (batch[0].lo in (2000, 6000) and not again):
            self.blamed.append(future)
            Timer(0.01, future.set_exception, [KilledError()]).start()
        else:
            future.set_result(fn(batch, how))
        return future


def test_a_neighbour_of_what_kills_is_not_blamed_for_it(folder):
    blaming = workers.Workers(partial(nullcontext, Blaming()), 9, (KilledError,))
    tally = workers.gather(Origin().plan([str(folder)]), count.How(), blaming)
    assert [dict(file.unreadable) for file in tally.files.values()] == [{workers._DEADLY: 1}] * 2 + [{}]


class Silent(Executor):
    """Takes tasks and never gives anything back."""

    def submit(self, fn, /, *args, **more):
        return Future()


def test_where_no_result_will_come_waiting_ends(folder, monkeypatch):
    monkeypatch.setattr(workers, "_PATIENCE", 0)
    checks = iter([None, None, ServerUnreachableError("gone")])

    def check():
        if (error := next(checks)) is not None:
            raise error

    silent = workers.Workers(lambda: nullcontext(Silent()), 2, check=check)
    with pytest.raises(ServerUnreachableError, match="gone"):
        workers.gather(Origin().plan([str(folder)]), count.How(), silent)


@pytest.mark.parametrize("left", [0, 1, 2, 9])
def test_an_executor_of_the_callers_that_breaks_loses_nothing(folder, left):
    whole = analyze([str(folder)]).to_json()
    assert analyze([str(folder)], executor=Refusing(left)).to_json() == whole


def test_a_pool_of_the_callers_whose_process_dies_loses_nothing(folder, tmp_path, monkeypatch):
    whole = analyze([str(folder)]).to_json()
    monkeypatch.setattr(workers, "count_piece", partial(dies_once, str(tmp_path / "died"), 6000, False))
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        assert analyze([str(folder)], executor=pool).to_json() == whole


def test_a_fault_of_our_own_in_a_process_is_no_dead_process(folder, monkeypatch):
    monkeypatch.setattr(workers, "count_piece", fails)
    with pytest.raises(ZeroDivisionError):
        analyze([str(folder)], jobs=2)


def fails(piece, how):
    return 1 // 0


def test_rules_of_ones_own_reach_every_process(folder, tmp_path):
    from upload_diag.rules.ruleset import Ruleset

    own = tmp_path / "own.toml"
    own.write_text(
        '[[phrases]]\nrule = "own.on"\ncode = "QUOTA_EXCEEDED"\nkeyword = "worker: on"\nhits = ["worker: on"]\n'
    )
    rules = Ruleset.builtin().with_file(own)
    whole = analyze([str(folder)], rules=rules).to_json()
    assert whole["totals"]["byCode"]["QUOTA_EXCEEDED"] > 0
    assert analyze([str(folder)], rules=rules, jobs=2).to_json() == whole


def test_small_files_are_handed_out_together_and_large_ones_alone(monkeypatch):
    monkeypatch.setattr(workers, "_BATCH", 100)
    sizes = [10, 20, 70, 1, 200, 50, 50, 50, 0, 0]
    batches = [[piece.size for piece in batch] for batch in _batches(Piece("x", size) for size in sizes)]
    assert batches == [[10, 20, 70], [1], [200], [50, 50], [50, 0, 0]]


def test_progress_comes_to_the_total_whoever_counts(folder):
    size = sum(file.stat().st_size for file in folder.iterdir())
    for more in ({"jobs": 1}, {"jobs": 2}):
        told = []
        analyze([str(folder)], progress=lambda count, total, told=told: told.append((count, total)), **more)
        assert {total for _, total in told} == {size}
        assert sum(count for count, _ in told) == size


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_workers_end_with_the_process_that_they_work_for():
    program = (
        "import os, signal\n"
        "from upload_diag.analysis.workers import local_workers\n"
        "with local_workers(2).start() as pool:\n"
        "    pool.submit(os.getpid).result()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as run:
        run.communicate(timeout=60)  # ends when the last of them closes the pipe
