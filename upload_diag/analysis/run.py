"""`analyze`: read inputs, judge their records, count, report."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from upload_diag.analysis.build import build
from upload_diag.analysis.count import How, Only, count_piece, judge_for, rare_collections
from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.report import Report
from upload_diag.analysis.tally import Tally
from upload_diag.errors import InputError
from upload_diag.s3 import Store

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from upload_diag.rules.ruleset import Ruleset

__all__ = ["Progress", "analyze"]

Progress = Callable[[int, int], None]
_WORTH_A_PROCESS = 32 << 20  # bytes; starting processes takes longer than reading less than this


def analyze(
    paths: Iterable[str],
    *,
    rules: "Ruleset | None" = None,
    only: Only | None = None,
    input_format: str | None = None,
    as_of: int = 0,
    engine: str | None = None,
    store: Store | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    executor: "Executor | None" = None,
    progress: Progress | None = None,
) -> Report:
    """Read logs and say which uploads failed, and why.

    Args:
        paths: files, folders, glob patterns, `s3://bucket/prefix`; `-` is standard input.
        rules: the rules to use; the built-in ones when None.
        only: which records count; all when None.
        input_format: one of `logs.layout.FORMATS`, for all inputs; told from each input's beginning when None.
        as_of: when the logs were taken, in milliseconds since 1970; times without a year are the last before it, unless
            something in the log tells their year. 0 means now.
        engine: the search engine, `hyperscan` or `re`; the fastest one that is installed when None.
        store: where `s3://` is; AWS as it is configured when None.
        jobs: how many processes of this machine to use.
        cluster: the address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers to use instead. They
            must find the same files at the same paths, and credentials of their own.
        executor: what else to use: anything that speaks `concurrent.futures`.
        progress: called with the number of bytes read since the last call, and of bytes there are as far as known.

    Raises:
        InputError: a path does not exist, or nothing could be read at all.
        ServerUnreachableError: the store or the cluster does not answer.
        UsageError: a package is missing that the store or the cluster needs.
    """
    as_of = as_of or int(time.time() * 1000)
    elsewhere = cluster is not None or executor is not None
    how = How(rules, engine, only, Origin(store or Store(), os.getcwd() if elsewhere else ""), input_format, as_of)  # noqa: PTH109
    pieces = how.origin.plan(paths, whole=input_format is not None)
    total = sum(piece.size for piece in pieces)
    step = None if progress is None else lambda count: progress(count, total)
    with rare_collections():
        if elsewhere or (jobs > 1 and total >= _WORTH_A_PROCESS):
            tally = _count_elsewhere(pieces, how, step, cluster or executor or jobs)
        else:
            tally = _count_here(pieces, how, step)
        _square(tally, pieces)
        if not any(file.bytes > file.unreadable_bytes or file.format for file in tally.files.values()):
            reasons = [f"{file.path}: {reason}" for file in tally.files.values() for reason in file.unreadable]
            raise InputError("; ".join(reasons[:3]) or "there is nothing to read")
        return build(tally, judge_for(how).ruleset.version)


def _square(tally: Tally, pieces: Iterable[Piece]) -> None:
    """Where a range was lost, who knows whose an entry across its edge was: what was not read of a file is the rest."""
    sizes: Counter[str] = Counter()
    for piece in pieces:
        if piece.hi is not None:
            sizes[piece.path] += piece.size
    for path, size in sizes.items():
        file = tally.files[path]
        if file.unreadable:
            read = file.bytes - file.unreadable_bytes
            file.bytes, file.unreadable_bytes = size, size - read


def _count_here(pieces: list[Piece], how: How, progress: Callable[[int], None] | None) -> Tally:
    tally = Tally()
    for piece in pieces:
        tally.merge(count_piece(piece, how, progress))
    return tally


def _count_elsewhere(
    pieces: list[Piece], how: How, progress: Callable[[int], None] | None, place: "int | str | Executor"
) -> Tally:
    """Count in processes of this machine, so many; on the cluster of this address; or with this executor."""
    from upload_diag.analysis.workers import gather, given_workers, local_workers  # they load what starts processes

    if isinstance(place, str):
        from upload_diag.analysis.cluster import cluster_workers

        with cluster_workers(place) as workers:
            return gather(pieces, how, workers, progress)
    judge_for(how)  # before processes are forked, which then have it
    return gather(pieces, how, local_workers(place) if isinstance(place, int) else given_workers(place), progress)
