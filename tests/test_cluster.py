"""Dask workers: the same report as one process gives, from files and from S3, also when workers die."""

import gzip
import json
import os
import random
import signal
import socket
import sys
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest

from upload_diag.analysis import analyze, cluster, pieces, workers
from upload_diag.cli import main
from upload_diag.errors import InputError, ServerUnreachableError, UsageError
from upload_diag.s3 import Store

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own

CODES = ["NoSuchUpload", "SlowDown", "InternalError", "AccessDenied"]
LOG = "".join(
    f"2026-11-22 10:{number // 60:02}:{number % 60:02} ERROR part {number} uploadId=AAAA{number % 7}bbbb: {code}: x\n"
    for number, code in enumerate(CODES * 150)
).encode()
TEXT = "".join(
    f"worker: part {number} of uploadId=CCCC{number % 5}dddd\n{code}: it failed\n    at line {number}\nworker: on\n"
    for number, code in enumerate(CODES * 60)
).encode()
LOGS = {"a.log": LOG, "b.txt": TEXT, "c.log.gz": gzip.compress(LOG)}


@contextmanager
def two_workers():
    """A scheduler with two workers, each a process."""
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with distributed.LocalCluster(**options, silence_logs=50) as local:
        yield local


@pytest.fixture(scope="module")
def scheduler():
    """The address of one for all tests that let its workers live."""
    with two_workers() as local:
        yield local.scheduler_address


@pytest.fixture
def local():
    """One to kill workers of: a worker that is killed while it starts again does not come back by itself."""
    with two_workers() as local:
        yield local


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three files in about 20 tasks."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for name, body in LOGS.items():
        (logs / name).write_bytes(body)
    monkeypatch.setattr(pieces, "RANGE", 4000)
    monkeypatch.setattr(workers, "_BATCH", 1)
    return logs


def deadly(kill):
    """`count_batch` for workers: `kill(batch)` says whether the worker dies of a batch. Sent to them as it is."""
    count = workers.count_batch

    def counted(batch, how):
        if kill(batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return count(batch, how)

    return counted


def once(marker, number):
    """Whether a batch is the one to die of, for the first worker that asks."""

    def kill(batch):
        if batch[0].lo != number or marker.exists():
            return False
        marker.touch()
        return True

    return kill


def test_workers_give_the_report_of_one_process(scheduler, folder, monkeypatch):
    whole = analyze([str(folder)]).to_json()
    assert analyze([str(folder)], cluster=scheduler).to_json() == whole
    monkeypatch.chdir(folder.parent)
    relative = json.loads(json.dumps(whole).replace(f"{folder}/", "logs/"))
    assert analyze(["logs"], cluster=scheduler).to_json() == relative


def test_workers_read_objects_by_themselves(scheduler, folder):
    pytest.importorskip("moto")
    from upload_diag.faults import FaultServer, Respond, Truncate

    with FaultServer(seed=2) as server:
        client = server.client()
        client.create_bucket(Bucket="logs")
        for name, body in LOGS.items():
            client.put_object(Bucket="logs", Key=name, Body=body)
        whole = json.loads(json.dumps(analyze([str(folder)]).to_json()).replace(f"{folder}/", "s3://logs/"))
        server.inject(Truncate(at_byte=1000), operation="GetObject", times=3)
        server.inject(Respond("SlowDown"), operation="GetObject", nth=4)
        assert analyze(["s3://logs"], store=Store(server.url), cluster=scheduler).to_json() == whole


@pytest.mark.parametrize("seed", range(2))
def test_a_worker_that_is_killed_loses_nothing(local, folder, tmp_path, monkeypatch, seed):
    whole = analyze([str(folder)]).to_json()
    number = random.Random(seed).randrange(5) * 4000
    monkeypatch.setattr(workers, "count_batch", deadly(once(tmp_path / "died", number)))
    assert analyze([str(folder)], cluster=local.scheduler_address).to_json() == whole
    assert (tmp_path / "died").exists()


def test_a_range_that_kills_every_worker_is_said_and_the_rest_is_read(local, folder, monkeypatch):
    monkeypatch.setattr(local.scheduler, "allowed_failures", 1)  # one death for each worker
    monkeypatch.setattr(workers, "count_batch", deadly(lambda batch: batch[0].lo == 24_000))
    first, second, third = analyze([str(folder)], cluster=local.scheduler_address).inputs
    assert (first.bytes, first.unreadable) == (len(LOG), {"kills the process that reads it": 1})
    assert 3800 < first.unreadable_bytes < 4200
    assert second.unreadable == third.unreadable == {}


def test_a_cluster_that_is_given_up_is_not_waited_for():
    waited = []
    executor = SimpleNamespace(shutdown=lambda *, wait: waited.append(wait))
    client = SimpleNamespace(get_executor=lambda pure: executor)
    with pytest.raises(ServerUnreachableError), cluster._executor(client):
        raise ServerUnreachableError("all workers are gone")
    assert waited == [False]


def test_a_worker_with_another_version_is_refused(scheduler, folder, monkeypatch):
    monkeypatch.setattr(cluster, "__version__", "9.9")  # here only
    with pytest.raises(InputError, match=r"has upload-diag .*; wanted upload-diag 9\.9 on"):
        analyze([str(folder)], cluster=scheduler)


@pytest.mark.parametrize(("answer", "says"), [(OSError("closed"), None), (ImportError("upload_diag"), "install it")])
def test_a_worker_that_dies_when_it_is_asked_is_no_worker_without_upload_diag(answer, says):
    client = SimpleNamespace(wait_for_workers=lambda *_, **__: None, run=lambda *_, **__: {"tcp://x": answer})
    with nullcontext() if says is None else pytest.raises(InputError, match=says):
        cluster._check(client, "tcp://here")


@pytest.fixture
def deaf():
    """Something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def test_an_address_where_no_scheduler_answers_is_one_line(folder, deaf, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    for address in ("tcp://127.0.0.1:9", "no address:x", deaf):
        assert main(["analyze", str(folder), "--cluster", address]) == 4
        assert capsys.readouterr().err == f"upload-diag: {address}: no Dask scheduler answers there\n"


def test_a_scheduler_without_workers_is_said(folder, monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as local,
        pytest.raises(ServerUnreachableError, match="no workers"),
    ):
        analyze([str(folder)], cluster=local.scheduler_address)


def test_workers_that_stay_away_are_given_up_at_the_second_look():
    there = iter([{"tcp://x": 1}, {}, {"tcp://x": 1}, {}, {}])
    check = cluster._watch(SimpleNamespace(nthreads=lambda: next(there)), "tcp://here")
    for _ in range(4):
        check()
    with pytest.raises(ServerUnreachableError, match="tcp://here: all workers are gone"):
        check()


def test_without_dask_the_extra_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"upload-diag\[cluster\]"):
        analyze([str(folder)], cluster="tcp://127.0.0.1:9")


def test_the_command_uses_a_cluster(scheduler, folder, capsys):
    assert main(["analyze", str(folder), "--cluster", scheduler, "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == analyze([str(folder)]).to_json()
