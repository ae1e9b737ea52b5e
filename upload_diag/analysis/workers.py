"""Count pieces in other processes, of this machine or of a cluster, and lose none of them when a process dies.

All that is asked of the processes is `concurrent.futures.Executor`.
"""

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from upload_diag.analysis.count import How, count_piece, lost
from upload_diag.analysis.pieces import RANGE, Piece
from upload_diag.analysis.tally import Tally
from upload_diag.logs.source import STDIN
from upload_diag.logs.watched import Progress

__all__ = ["Workers", "gather", "given_workers", "local_workers"]

Batch = tuple[Piece, ...]

_BATCH = RANGE  # bytes of small files that make one task
_TRIES = 2  # how often a piece that may have killed its process is tried alone
_AHEAD = 64  # batches handed to an executor of which nothing is known
_PIECES = 1000  # in a batch, at most
_PATIENCE = 60  # seconds between two checks; a busy machine takes half of that to start a worker
_DEADLY = "kills the process that reads it"


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that count.

    Attributes:
        start: makes an executor; called again when one broke.
        ahead: how many batches are handed out before the first is back.
        killed: what the executor raises for a task whose process died again and again, while others go on.
        check: called now and then while a result is waited for; raises when none will come.
    """

    start: Callable[[], AbstractContextManager[Executor]]
    ahead: int
    killed: tuple[type[Exception], ...] = ()
    check: Callable[[], None] = lambda: None


def local_workers(jobs: int) -> Workers:
    """Processes of this machine. Where that is safe they are forked, which spares them the start."""
    kind = "fork" if sys.platform == "linux" else "spawn"
    count = min(jobs, os.cpu_count() or 1)
    context = multiprocessing.get_context(kind)
    return Workers(lambda: ProcessPoolExecutor(count, context, _end_with_parent), 2 * count)


def _end_with_parent() -> None:
    """Have this worker end when the process that it works for does: killed, that would leave it waiting for ever."""

    def wait_for(parent: Any) -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for, args=(multiprocessing.parent_process(),), daemon=True).start()


def given_workers(executor: Executor) -> Workers:
    """An executor of the caller's; if it breaks, a process of this machine goes on."""
    given = [executor]
    local = local_workers(1)
    return Workers(lambda: nullcontext(given.pop()) if given else local.start(), _AHEAD)


def gather(pieces: Iterable[Piece], how: How, workers: Workers, progress: Progress | None = None) -> Tally:
    """Count the pieces elsewhere, and add up in their order."""
    whole = Tally()
    rest = deque(_batches(pieces))
    while rest:
        with workers.start() as executor:
            for batch, tally in _until_broken(executor, rest, how, workers):
                whole.merge(tally or _one_by_one(batch, how, workers))
                if progress is not None:
                    progress(sum(piece.size for piece in batch))
    return whole


def count_batch(batch: Batch, how: How) -> Tally:
    """What some pieces say together."""
    whole = Tally()
    for piece in batch:
        whole.merge(count_piece(piece, how))
    return whole


def _batches(pieces: Iterable[Piece]) -> Iterator[Batch]:
    """Neighbouring pieces that make one task: small files by the thousand would cost more to hand out than to read."""
    batch: list[Piece] = []
    size = 0
    for piece in pieces:
        if batch and (size + piece.size > _BATCH or len(batch) >= _PIECES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(piece)
        size += piece.size
    if batch:
        yield tuple(batch)


def _until_broken(
    executor: Executor, rest: deque[Batch], how: How, workers: Workers
) -> Iterator[tuple[Batch, Tally | None]]:
    """Take batches and give their counts, until all are done or the executor breaks; None where it took them along."""
    running: deque[tuple[Batch, Future[Tally]]] = deque()
    broken = False
    while running or (rest and not broken):
        while rest and not broken and len(running) < workers.ahead:
            batch = rest.popleft()
            try:
                running.append((batch, _submit(executor, batch, how)))
            except BrokenExecutor:
                broken = True
                yield batch, None
        if running:
            batch, future = running.popleft()
            try:
                yield batch, _result(future, workers)
            except BrokenExecutor:
                broken = True
                yield batch, None
            except workers.killed:  # perhaps by a neighbour's doing: ask again when nothing else runs
                for _, other in running:
                    _await(other, workers)
                yield batch, None


def _submit(executor: Executor, batch: Batch, how: How) -> "Future[Tally]":
    if any(piece.path == STDIN for piece in batch):  # no other process has it
        done: Future[Tally] = Future()
        done.set_result(count_batch(batch, how))
        return done
    return executor.submit(count_batch, batch, how)


def _result(future: "Future[Tally]", workers: Workers) -> Tally:
    _await(future, workers)
    return future.result()


def _await(future: "Future[Tally]", workers: Workers) -> None:
    while not wait([future], timeout=_PATIENCE).done:
        workers.check()


def _one_by_one(batch: Batch, how: How, workers: Workers) -> Tally:
    """Count pieces of which one may be deadly, each alone in new processes, until it is known which."""
    whole = Tally()
    for piece in batch:
        whole.merge(_alone(piece, how, workers) or lost(piece, _DEADLY))
    return whole


def _alone(piece: Piece, how: How, workers: Workers) -> Tally | None:
    for _ in range(_TRIES):
        try:
            with workers.start() as executor:
                return _result(executor.submit(count_batch, (piece,), how), workers)
        except BrokenExecutor:
            continue
        except workers.killed:  # the executor itself tried again
            break
    return None
