"""Logs that are followed: the same findings and report as of the finished log, through every kind of rotation."""

import json
import os
import random
import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upload_diag.analysis import Only, analyze, follow
from upload_diag.analysis.follow import _PATIENCE, Follower
from upload_diag.cli import _follow, main
from upload_diag.logs.follow import Tail

CONSOLE = """\
Uploading movie.mp4
❌ Upload session expired/invalid, getting fresh session (attempt 1/2)...
🔍 Session expiration details: {
  videoId: 'vid-0001',
  uploadId: 'AAAA1111aaaa',
  error: { errorType: 'NoSuchUpload', isSessionExpired: true }
}
✅ Fresh upload session created: { uploadId: 'BBBB2222bbbb', videoId: 'vid-0001' }
✅ Upload completed
"""
WORKER = """\
2026-11-22 10:00:00,100 INFO starting part 7 of upload_id=CCCC3333cccc
2026-11-22 10:00:01,200 ERROR could not store the part
Traceback (most recent call last):
  File "/srv/worker.py", line 88, in put
botocore.errorfactory.NoSuchUpload: An error occurred (NoSuchUpload) when calling the UploadPart operation: gone
2026-11-22 10:00:02,300 INFO idle
2026-11-22 10:00:03,400 ERROR An error occurred (SlowDown) when calling the UploadPart operation: slow
"""
BACKEND = "".join(
    json.dumps({"time": f"2026-11-22T10:{n:02}:00Z", "error": {"code": code}, "uploadId": f"DDDD{n % 3}dddd"}) + "\n"
    for n, code in enumerate(["NoSuchUpload", "SlowDown", "InternalError"] * 5)
)
# Two processes that write at once, as a collector mixes their lines.
MIXED = b"".join(
    f"2026-11-22T10:00:{second:02}.123456789Z {pod} F {line}\n".encode()
    for second, (pod, line) in enumerate(
        (pod, line)
        for line in WORKER.splitlines()
        for pod in ("stderr", "stdout")
        if pod == "stderr" or line[:1] != "T"
    )
)
SAMPLES = {"console.txt": CONSOLE.encode(), "worker.log": WORKER.encode(), "backend.ndjson": BACKEND.encode()}


def write(path, data):
    with path.open("ab") as file:
        file.write(data)


def looked(follower):
    return [(finding.line, finding.code) for finding in follower.look()]


def ended(follower):
    return [(finding.line, finding.code) for finding in follower.end()]


def report_of(follower):
    return follower.report().to_json()


@settings(max_examples=40)
@given(name=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_a_log_written_bit_by_bit_gives_the_report_of_the_whole(tmp_path_factory, name, data):
    body = SAMPLES[name]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8, unique=True)))
    log = tmp_path_factory.mktemp("logs") / name
    follower = Follower([str(log)])
    found = []
    for lo, hi in zip([0, *cuts], [*cuts, len(body)], strict=True):
        write(log, body[lo:hi])
        found += looked(follower)
    found += ended(follower)
    whole = analyze([str(log)])
    assert report_of(follower) == whole.to_json()
    assert len(found) == whole.findings


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, len(MIXED)), max_size=2, unique=True).map(sorted))
def test_lines_that_a_collector_mixed_are_taken_apart_while_they_are_written(tmp_path_factory, cuts):
    log = tmp_path_factory.mktemp("logs") / "pods.log"
    follower = Follower([str(log)])
    found = []
    for lo, hi in zip([0, *cuts], [*cuts, len(MIXED)], strict=True):
        write(log, MIXED[lo:hi])
        found += looked(follower)
    found += ended(follower)
    whole = analyze([str(log)])
    assert report_of(follower) == whole.to_json()
    assert len(found) == whole.findings == 4


def test_an_entry_among_the_lines_of_others_is_told_a_few_looks_after_it_was_written(tmp_path):
    log = tmp_path / "pods.log"
    follower = Follower([str(log)])
    lines = MIXED.splitlines(keepends=True)
    told = []
    for line in lines[:8] + lines[-1:] * 6:  # stderr falls silent after its exception
        write(log, line)
        told.append(looked(follower))
    rest = ended(follower)
    assert [found[:1] for found in told if found] == [
        [(3, "SESSION_EXPIRED")],
        *([(line, "THROTTLED")] for line in (12, 13)),
    ]
    assert told[7 + _PATIENCE][0] == (3, "SESSION_EXPIRED")
    assert rest == [(14, "THROTTLED")]


def test_an_entry_is_told_when_it_is_whole_or_nothing_more_comes(tmp_path):
    log = tmp_path / "worker.log"
    follower = Follower([str(log)])
    lines = WORKER.splitlines(keepends=True)
    write(log, "".join(lines[:4]).encode())
    assert looked(follower) == []
    write(log, lines[4].encode())
    assert looked(follower) == []
    write(log, lines[5].encode())
    assert looked(follower) == [(2, "SESSION_EXPIRED")]
    write(log, lines[6].encode())
    assert [looked(follower) for _ in range(_PATIENCE + 2)] == [[]] * _PATIENCE + [[(7, "THROTTLED")]] + [[]]
    assert ended(follower) == []


def test_what_goes_on_after_a_pause_is_no_new_failure(tmp_path):
    log = tmp_path / "worker.log"
    follower = Follower([str(log)])
    lines = WORKER.splitlines(keepends=True)
    write(log, "".join(lines[:5]).encode())
    assert [found for _ in range(_PATIENCE + 2) for found in looked(follower)] == [(2, "SESSION_EXPIRED")]
    write(log, b"\nThe above exception was the direct cause of the following exception:\n\nworker.Failed: part 7\n")
    write(log, "".join(lines[5:]).encode())
    assert looked(follower) + ended(follower) == [(11, "THROTTLED")]
    (one,) = follower.report().inputs
    assert (one.bytes, one.lines) == (log.stat().st_size, 11)


def expired(number):
    return f"2026-11-22 10:00:{number:02} ERROR NoSuchUpload uploadId=EEEE{number:02}eeee\n".encode()


def renamed(log):
    log.rename(log.with_name("app.log.1"))
    log.write_bytes(b"")


def renamed_and_made_later(log):
    log.rename(log.with_name("app.log.1"))


def copied_and_emptied(log):
    log.with_name("app.log.1").write_bytes(log.read_bytes())
    with log.open("r+b") as file:
        file.truncate()


def written_anew(log):
    with log.open("wb") as file:
        file.write(b"2026-11-22 09:00:00 INFO a banner that makes it longer than it was\n" * 9)


def removed(log):
    log.unlink()


ROTATIONS = [renamed, renamed_and_made_later, copied_and_emptied, written_anew, removed]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("looks", [0, 1, 2])
def test_a_log_is_followed_through_rotation(tmp_path, rotate, looks):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    found = []
    for number in range(6):
        if number in (2, 4):
            rotate(log)
            for _ in range(looks):
                found += looked(follower)
        write(log, expired(number))
        found += looked(follower)
    found += ended(follower)
    report = report_of(follower)
    assert [code for _, code in found] == ["SESSION_EXPIRED"] * 6
    assert report["totals"]["byCode"] == {"SESSION_EXPIRED": 6}
    assert report["totals"]["sessions"] == 6
    assert report["inputs"][0]["lines"] == 6 + (18 if rotate is written_anew else 0)


def test_what_was_written_between_the_last_look_and_the_renaming_is_read(tmp_path):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    write(log, expired(1))
    assert looked(follower) == []
    write(log, expired(2))
    renamed(log)
    write(log, expired(3))
    found = looked(follower)
    assert [line for line, _ in found + ended(follower)] == [1, 2, 3]


def test_a_line_cut_by_the_rotation_is_not_joined_with_the_next_file(tmp_path):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    write(log, expired(1)[:-1])
    assert looked(follower) == []
    renamed(log)
    write(log, expired(2))
    found = looked(follower) + ended(follower)
    assert found == [(1, "SESSION_EXPIRED"), (2, "SESSION_EXPIRED")]


def test_a_writer_that_goes_on_in_the_renamed_file_is_read_until_the_new_one_is_there(tmp_path):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    write(log, expired(1))
    found = looked(follower)
    log.rename(tmp_path / "app.log.1")
    write(tmp_path / "app.log.1", expired(2))
    found += looked(follower)
    log.write_bytes(expired(3))
    assert [line for line, _ in found + looked(follower) + ended(follower)] == [1, 2, 3]


def test_several_logs_are_followed_together_into_one_report(tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "_PATIENCE", 1000)  # no entry here is over before the next begins
    logs = [tmp_path / name for name in SAMPLES]
    follower = Follower(map(str, logs))
    draw = random.Random(3)
    left = {log: SAMPLES[log.name] for log in logs}
    while any(left.values()):
        log = draw.choice(logs)
        size = draw.randrange(120)
        write(log, left[log][:size])
        left[log] = left[log][size:]
        list(follower.look())
    list(follower.end())
    assert report_of(follower) == analyze(map(str, logs)).to_json()


def test_only_what_was_asked_for_is_told(tmp_path):
    log = tmp_path / "app.log"
    follower = Follower([str(log)], only=Only(session="EEEE02eeee"))
    write(log, b"".join(expired(number) for number in range(5)))
    assert looked(follower) + ended(follower) == [(3, "SESSION_EXPIRED")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(range(256)) * 9, "not text"),
        (b'{"log": {"entries": [\n', "a har document, which can be read when it is whole"),
        ("NoSuchUpload\n".encode("utf-16"), "UTF-16, which can be read when it is whole"),
    ],
)
def test_what_cannot_be_followed_is_counted_as_unread(tmp_path, data, reason):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    write(log, data)
    assert looked(follower) + ended(follower) == []
    (one,) = follower.report().inputs
    assert (one.bytes, one.unreadable_bytes, one.unreadable) == (len(data), len(data), {reason: 1})


def test_a_very_long_line_is_not_kept_in_memory(tmp_path):
    log = tmp_path / "app.log"
    follower = Follower([str(log)])
    for _ in range(5):
        write(log, b"x" * (1 << 20))
        looked(follower)
    assert len(follower._logs[0].pending) <= 1 << 20
    assert ended(follower) == []


def test_a_tail_gives_back_what_was_written(tmp_path):
    log = tmp_path / "app.log"
    tail, draw, written, read = Tail(str(log)), random.Random(11), b"", b""
    for _ in range(300):
        rotate = draw.choice([None, None, None, renamed, renamed_and_made_later])
        if rotate is not None and log.exists():
            rotate(log)
        data = draw.randbytes(draw.randrange(1, 40))
        write(log, data)
        written += data
        read += b"".join(part for part, _ in tail.read())
    tail.close()
    assert read == written


@pytest.fixture
def script(monkeypatch):
    """Do one step in each pause between two looks; at the end, what Ctrl-C does."""

    def play(*steps):
        rest = iter(steps)

        def pause(_seconds):
            step = next(rest, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr(_follow.time, "sleep", pause)

    return play


def test_the_command_prints_findings_as_they_come_and_then_the_report(tmp_path, script, capsys):
    log = tmp_path / "app.log"
    seen = []
    script(
        lambda: write(log, expired(1) + expired(2)),
        lambda: (seen.append(capsys.readouterr()), renamed(log)),
        lambda: write(log, expired(3)),
    )
    assert main(["analyze", "--follow", str(log)]) == 0
    assert seen[0].err == f"following {log}; Ctrl-C ends it with the report\n"
    (line,) = seen[0].out.splitlines()
    assert line.startswith(f"2026-11-22 10:00:01  SESSION_EXPIRED (NoSuchUpload)  EEEE01eeee  {log}:1  2026-11-22 10:")
    out = capsys.readouterr().out.splitlines()
    assert [row.split("  ")[2] for row in out[:2]] == ["EEEE02eeee", "EEEE03eeee"]
    assert out[2].startswith("SESSION_EXPIRED (NoSuchUpload): ")
    assert out[3].startswith("3 failures")


def test_with_ndjson_every_finding_and_every_row_of_the_report_is_an_object(tmp_path, script, capsys):
    log = tmp_path / "app.log"
    script(lambda: write(log, b'{"code":"NoSuchUpload","uploadId":"u-1","key":"a.mp4"}\n'))
    assert main(["analyze", "-F", str(log), "-f", "ndjson", "--fail-on", "SESSION_EXPIRED"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["type"] for row in rows[:3]] == ["finding", "report", "input"]
    wanted = {"line": 1, "offset": 0, "code": "SESSION_EXPIRED", "serviceCode": "NoSuchUpload", "uploadId": "u-1"}
    assert wanted.items() <= rows[0].items()


def test_with_json_only_the_report_is_on_standard_output(tmp_path, script, capsys):
    log = tmp_path / "app.log"
    script(lambda: write(log, expired(1)))
    assert main(["analyze", "-F", str(log), "-f", "json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["totals"]["findings"] == 1
    assert "EEEE01eeee" in told.err


def test_a_polite_kill_ends_with_the_report_too(tmp_path, script, capsys):
    log = tmp_path / "app.log"
    script(lambda: write(log, expired(1)), lambda: os.kill(os.getpid(), signal.SIGTERM), lambda: None)
    assert main(["analyze", "-F", str(log)]) == 0
    assert "1 failure" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("path", ["-", "s3://bkt/key", "."])
def test_what_is_no_file_cannot_be_followed(path, capsys):
    assert main(["analyze", "--follow", path]) == 2
    assert "--follow reads files" in capsys.readouterr().err


def test_a_log_that_never_came_is_said(tmp_path, script, capsys):
    script()
    assert main(["analyze", "--follow", str(tmp_path / "app.log")]) == 3
    assert capsys.readouterr().err.endswith("nothing was written there; wanted a log to follow\n")


def test_a_secret_in_a_finding_is_not_printed(tmp_path, script, capsys):
    log = tmp_path / "app.log"
    signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    script(lambda: write(log, f"NoSuchUpload PUT https://b.test/k?uploadId=u-1&X-Amz-Signature={signature}\n".encode()))
    for format_ in ("text", "ndjson", "json"):
        assert main(["analyze", "-F", str(log), "-f", format_]) == 0
    told = capsys.readouterr()
    assert signature not in told.out + told.err
