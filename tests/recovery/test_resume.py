"""Going on: after kill -9, after a cancel, and when the file changes meanwhile."""

import asyncio
import io
import json
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from bench import FAST, PART, object_is, sessions_left, upload
from killed import kill_at

from upload_diag import ErrorCode
from upload_diag.errors import InputError, UsageError
from upload_diag.faults import Delay, HideEtag, Respond
from upload_diag.recovery import ResumableUpload, UploadCancelledError, UploadStoppedError
from upload_diag.recovery.checkpoint import Checkpoint


@pytest.mark.parametrize("parts", [0, 4, 9])
def test_an_upload_goes_on_after_kill_9(server, s3, file, tmp_path, parts):
    state = tmp_path / "state"
    assert kill_at(server, file, state, parts)
    upload(s3, file, state=state).run()
    assert object_is(s3, file)
    stored = [entry.part_number for entry in server.journal.of("UploadPart") if entry.status == 200]
    assert len(stored) - 12 <= FAST.threads
    assert sessions_left(s3) == []


def test_two_that_go_on_with_one_state_file_at_once_both_end_well(server, s3, file, tmp_path):
    state = tmp_path / "state"
    assert kill_at(server, file, state, 4)
    server.inject(Delay(seconds=0.05), operation="UploadPart")  # so that they meet
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(upload(s3, file, state=state).run) for _ in range(2)]
    assert {end.result().refreshes for end in ends} == {0}
    assert object_is(s3, file)
    assert (sessions_left(s3), state.exists()) == ([], False)


def test_what_the_state_file_did_not_get_to_know_is_proved_by_md5_and_not_sent_again(server, s3, file, tmp_path):
    state = tmp_path / "state"
    armed = server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=12)
    server.inject(HideEtag(), operation="UploadPart")
    with pytest.raises(UploadStoppedError) as stopped:
        upload(s3, file, state=state).run()
    session = {"Bucket": "bkt", "Key": "k", "UploadId": stopped.value.upload_id}
    s3.upload_part(**session, PartNumber=3, Body=b"x" * PART)  # of another version
    server.app.plan.disarm(armed.id)
    before = len(list(server.journal.of("UploadPart")))
    upload(s3, file, state=state).run()
    assert object_is(s3, file)
    assert sorted(e.part_number for e in list(server.journal.of("UploadPart"))[before:]) == [3, 12]


@pytest.mark.parametrize("abort", [False, True])
def test_a_cancel_stops_at_once_and_keeps_or_aborts_the_session(server, s3, file, tmp_path, abort):
    state = tmp_path / "state"
    server.inject(Respond("SlowDown", retry_after=60), operation="UploadPart", part_number=5)
    running = upload(s3, file, state=state, on_event=lambda e: e.error == "THROTTLED" and running.cancel(abort=abort))
    with pytest.raises(UploadCancelledError):
        running.run()
    assert state.exists() is not abort
    assert bool(sessions_left(s3)) is not abort
    server.app.plan.clear()
    assert upload(s3, file, state=state).run().refreshes == 0
    assert object_is(s3, file)


def test_a_cancel_from_another_thread_ends_a_long_pause(server, s3, file):
    server.inject(Respond("SlowDown", retry_after=200), operation="UploadPart")
    running = upload(s3, file)
    threading.Timer(0.3, running.cancel).start()
    with pytest.raises(UploadCancelledError):
        running.run()


def test_an_event_loop_runs_an_upload_and_cancels_it(server, s3, file, tmp_path):
    assert asyncio.run(upload(s3, file).run_async()).parts_sent == 12
    server.inject(Respond("SlowDown", retry_after=200), operation="UploadPart", part_number=5)

    async def cancelled():
        loop, throttled = asyncio.get_running_loop(), asyncio.Event()

        def listen(event):
            if event.error == "THROTTLED":
                loop.call_soon_threadsafe(throttled.set)

        task = asyncio.create_task(upload(s3, file, state=tmp_path / "state", on_event=listen).run_async())
        await throttled.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    server.app.plan.clear()
    assert upload(s3, file, state=tmp_path / "state").run().refreshes == 0
    assert object_is(s3, file)


def change(file):
    """Another version of the same size."""
    file.write_bytes(random.Random(99).randbytes(file.stat().st_size))
    os.utime(file, ns=(1, 1))


def test_a_file_that_changes_meanwhile_stops_the_upload(server, s3, file):
    seen = []
    with pytest.raises(UploadStoppedError) as stopped:
        upload(
            s3, file, on_event=lambda e: seen.append(e) or (e.event == "part" and len(seen) == 6 and change(file))
        ).run()
    assert stopped.value.info.code is ErrorCode.LOCAL_IO
    assert "changed while it was uploaded" in str(stopped.value)
    assert stopped.value.exit_code == 3


def test_or_begins_anew_with_nothing_of_the_old_version(server, s3, file):
    seen = []
    server.inject(Delay(seconds=0.01), operation="UploadPart")
    result = upload(
        s3,
        file,
        policy=replace(FAST, on_file_change="restart"),
        on_event=lambda e: seen.append(e) or (e.event == "part" and len(seen) == 6 and change(file)),
    ).run()
    assert object_is(s3, file)
    assert result.refreshes == 1
    assert sessions_left(s3) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"schema": "upload-diag/upload/99"}', "upload-diag/upload/1 is wanted"),
        ('{"schema": "upload-diag/upload/1"}', "bucket must be str"),
        ({"every": float("inf")}, "every does not fit"),
        ({"creates": [[1]]}, "creates does not fit"),
        ({"parts": {"x": "y"}}, "parts does not fit"),
    ],
)
def test_a_state_file_that_is_none_says_so_and_what_to_do(tmp_path, text, says):
    state = tmp_path / "state"
    place = dict.fromkeys(("bucket", "key", "endpoint", "upload_id", "token", "path"), "x")
    Checkpoint(**place, part_size=1, size=1, mtime_ns=1).save(state)
    state.write_text(text if isinstance(text, str) else json.dumps(json.loads(state.read_text()) | text))
    with pytest.raises(UsageError, match="Name another state file, or remove this one to start anew") as caught:
        Checkpoint.load(state)
    assert says in str(caught.value)


def test_what_never_ends_is_no_state_file_and_no_file_to_send(server, s3, file, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for state in (tmp_path / "pipe", "/dev/full"):
        with pytest.raises(InputError, match="not a regular file"):
            ResumableUpload(s3, "bkt", "k", file, state=state).run()
    with pytest.raises(InputError, match="not a regular file"):
        ResumableUpload(s3, "bkt", "k", tmp_path / "pipe").run()
    with pytest.raises(InputError, match="opened as text; wanted binary"):
        ResumableUpload(s3, "bkt", "k", io.StringIO("x")).run()
