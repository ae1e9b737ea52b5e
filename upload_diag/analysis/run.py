"""`analyze`: read inputs, judge their records, count, report."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from itertools import repeat
from typing import TYPE_CHECKING

from upload_diag.analysis.build import build
from upload_diag.analysis.count import How, Only, Piece, count_piece, judge_for, local_pool, plan
from upload_diag.analysis.report import Report
from upload_diag.analysis.tally import Tally
from upload_diag.errors import InputError
from upload_diag.logs.source import expand

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["analyze"]

Progress = Callable[[int], None]
_WORTH_A_PROCESS = 32 << 20  # bytes; starting processes takes longer than reading less than this


def analyze(
    paths: Iterable[str],
    *,
    rules: "Ruleset | None" = None,
    only: Only | None = None,
    engine: str | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read logs and say which uploads failed, and why.

    Args:
        paths: files, folders, glob patterns; `-` is standard input.
        rules: the rules to use; the built-in ones when None.
        only: which records count; all when None.
        engine: the search engine, `hyperscan` or `re`; the fastest one that is installed when None.
        jobs: how many processes of this machine to use.
        executor: what to use instead of them: anything that speaks `concurrent.futures`, such as a cluster.
        progress: called with the number of bytes read since the last call.

    Raises:
        InputError: a path does not exist, or nothing could be read at all.
    """
    pieces = plan(expand(paths))
    how = How(rules, engine, only)
    if executor is None and jobs > 1 and sum(piece.size for piece in pieces) >= _WORTH_A_PROCESS:
        with local_pool(jobs) as pool:
            tally = _gather(pool, pieces, how, progress)
    elif executor is not None:
        tally = _gather(executor, pieces, how, progress)
    else:
        tally = Tally()
        for piece in pieces:
            tally.merge(count_piece(piece, how, progress))
    if not any(file.bytes > file.unreadable_bytes or file.format for file in tally.files.values()):
        reasons = [f"{file.path}: {reason}" for file in tally.files.values() for reason in file.unreadable]
        raise InputError("; ".join(reasons[:3]) or "there is nothing to read")
    return build(tally, judge_for(how).ruleset.version)


def _gather(executor: Executor, pieces: list[Piece], how: How, progress: Progress | None) -> Tally:
    """Count the pieces elsewhere, and add up in their order."""
    whole = Tally()
    for piece, tally in zip(pieces, executor.map(count_piece, pieces, repeat(how)), strict=True):
        whole.merge(tally)
        if progress is not None:
            progress(piece.size)
    return whole
