"""Workers of a Dask cluster: the only module that knows Dask."""

import asyncio
import logging
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from upload_diag import __version__
from upload_diag.analysis.workers import Workers
from upload_diag.errors import InputError, ServerUnreachableError, UsageError

__all__ = ["cluster_workers"]

_PATIENCE = 5  # seconds to wait for the scheduler; six times as long for its first worker, which may be starting
_AHEAD = 256  # batches handed out at least, so that workers which join later have something to do


@contextmanager
def cluster_workers(address: str) -> Iterator[Workers]:
    """The workers of the Dask scheduler at an address such as `tcp://10.0.0.5:8786`.

    Raises:
        UsageError: Dask is not installed.
        ServerUnreachableError: no scheduler answers, it has no workers, or it went away.
        InputError: the workers have not the same upload-diag and Python as this process.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--cluster needs more packages: pip install 'upload-diag[cluster]'.") from error
    with _quiet():
        _reach(address)
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
        with client:
            _check(client, address)
            ahead = max(_AHEAD, 4 * sum(client.nthreads().values()))
            try:
                yield Workers(lambda: _executor(client), ahead, (distributed.KilledWorker,), _watch(client, address))
            except CancelledError as error:
                raise ServerUnreachableError(f"{address}: the scheduler went away") from error


def _reach(address: str) -> None:
    """See that a scheduler answers: a client that finds none fails, and then complains a second time at exit."""
    from distributed.comm.core import connect
    from distributed.security import Security

    async def shake_hands() -> None:
        options = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
        comm = await asyncio.wait_for(connect(address, timeout=_PATIENCE, **options), _PATIENCE)  # type: ignore[no-untyped-call]
        await comm.close()

    try:
        with ThreadPoolExecutor(1) as thread:  # the caller may have an event loop of its own in this one
            thread.submit(asyncio.run, shake_hands()).result()
    except (OSError, ValueError) as error:  # a timeout is an OSError too
        raise ServerUnreachableError(f"{address}: no Dask scheduler answers there") from error


def _check(client: Any, address: str) -> None:
    """See that there are workers, and that what is sent to them means the same there."""
    try:
        client.wait_for_workers(1, timeout=6 * _PATIENCE)
    except TimeoutError as error:
        raise ServerUnreachableError(f"{address}: the scheduler has no workers") from error
    for worker, answer in sorted(client.run(_version, on_error="return").items()):
        if isinstance(answer, ImportError):
            raise InputError(f"{address}: the workers have no upload-diag {__version__}; install it there") from answer
        if isinstance(answer, str) and answer != _version():  # a worker that dies meanwhile answers nothing
            raise InputError(f"{address}: {worker} has {answer}; wanted {_version()}, as here")


@contextmanager
def _executor(client: Any) -> Iterator[Executor]:
    """An executor that is left without waiting: whoever leaves it early knows that nothing more will come."""
    executor: Executor = client.get_executor(pure=False)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False)


def _watch(client: Any, address: str) -> Callable[[], None]:
    """A check that there are workers; one that died is given until the next check to be back."""
    missing = False

    def check() -> None:
        nonlocal missing
        gone = not client.nthreads()
        if gone and missing:
            raise ServerUnreachableError(f"{address}: all workers are gone")
        missing = gone

    return check


def _version() -> str:
    return f"upload-diag {__version__} on Python {'.'.join(platform.python_version_tuple()[:2])}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log off the terminal; whatever matters comes as an exception."""
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
