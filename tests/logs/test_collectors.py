"""Lines that a collector wrote: each collector knows its own and no other's, and processes are taken apart."""

import io
import json
from dataclasses import replace

import pytest

from upload_diag.analysis import analyze
from upload_diag.logs.collectors import COLLECTORS, detect
from upload_diag.logs.layout import _LINE_MODULES
from upload_diag.logs.layout import detect as layout_of
from upload_diag.logs.snippets import SNIPPETS

SAMPLES = [(collector.name, sample) for collector in COLLECTORS for sample in collector.samples]


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_every_collector_claims_its_own_samples_and_no_other_does(name, sample):
    assert {collector.name for collector in COLLECTORS if collector.read(sample)} == {name}
    assert not any(module.detect(sample) for module in _LINE_MODULES.values())


@pytest.mark.parametrize("name", _LINE_MODULES)
def test_every_format_claims_its_own_samples_and_no_other_does(name):
    for sample in _LINE_MODULES[name].SAMPLES:
        assert detect([sample, sample]) is None
        assert [other for other, module in _LINE_MODULES.items() if module.detect(sample)] == [name]
        assert layout_of(sample + b"\n").format == name


@pytest.mark.parametrize(
    "line",
    [
        b"2026-11-22 10:00:00,123 ERROR worker part 3 failed",
        b"2026-11-22T10:00:00.123Z ERROR [worker] part 3 failed",
        b"2026-11-22 10:00:00.123 | ERROR    | up:send:12 - part 3 failed",
        b"INFO  | part 3 done",
        b"app.js:12 part 3 failed: not-a-pod name",
        b'{"level":50,"time":1795341600123,"msg":"part 3 failed"}',
        b"[10:00:00] part 3 failed",
        b"multi-part upload: part 3 failed",
    ],
)
def test_ordinary_lines_are_of_no_collector(line):
    assert detect([line] * 20) is None


def failing(part, upload_id, code):
    return f"""\
2026-11-22 10:00:01,000 ERROR part {part} failed upload_id={upload_id}
Traceback (most recent call last):
  File "/srv/up.py", line 8, in send
    s3.upload_part(**args)
botocore.exceptions.ClientError: An error occurred ({code}) when calling the UploadPart operation
2026-11-22 10:00:02,000 INFO idle
""".splitlines()


# What two processes print at the same time: a traceback each, of which the lines are mixed.
ONE = failing(3, "AAAA1111aaaa", "NoSuchUpload")
TWO = failing(7, "BBBB2222bbbb", "SlowDown")
AT = "2026-11-22T10:00:01"
PUT = {
    "docker-json": lambda who, line: json.dumps(
        {"log": line + "\n", "stream": ("stdout", "stderr")[who], "time": f"{AT}.5Z"}
    ),
    "journald-json": lambda who, line: json.dumps(
        {"MESSAGE": line, "__REALTIME_TIMESTAMP": "1795341601500000", "_PID": f"{who}"}
    ),
    "gcp-text": lambda who, line: json.dumps(
        {"textPayload": line, "timestamp": f"{AT}.5Z", "labels": {"instanceId": f"i{who}"}}
    ),
    "cloudwatch-json": lambda who, line: json.dumps(
        {"logStreamName": f"up/{who}", "timestamp": 1795341601500, "message": line, "ingestionTime": 1795341601999}
    ),
    "kubernetes": lambda who, line: f"{AT}.500000001Z {('stdout', 'stderr')[who]} F {line}",
    "kubectl": lambda who, line: f"[pod/uploader-{who}/app] {line}",
    "stern": lambda who, line: f"uploader-7d4b9c6f5-x2x{who}k app {line}",
    "docker-compose": lambda who, line: f"uploader-{who}  | {line}",
    "pm2": lambda who, line: f"{who}|uploader  | {line}",
    "syslog": lambda who, line: f"Nov 22 10:00:01 host-1 uploader[471{who}]: {line}",
    "syslog-iso": lambda who, line: f"{AT}+0000 host-1 uploader[471{who}]: {line}",
    "syslog-5424": lambda who, line: f"<11>1 {AT}.500Z host-1 uploader 471{who} - - {line}",
    "heroku": lambda who, line: f"{AT}.500000+00:00 app[web.{who}]: {line}",
    "logcat": lambda who, line: f"11-22 10:00:01.500  471{who}  4740 E Uploader: {line}",
    "process": lambda who, line: f"uploader[471{who}]: {line}",
    "logcat-brief": lambda who, line: f"E/Uploader( 471{who}): {line}",
    "aws-logs-tail": lambda who, line: f"{AT}.500000+00:00 ecs/uploader/{who} {line}",
    "github-actions": lambda who, line: f"job-{who}\tupload\t{AT}.5000000Z {line}",
}


@pytest.mark.parametrize("stamped", [False, True])
@pytest.mark.parametrize("collector", [*COLLECTORS, *SNIPPETS], ids=lambda collector: collector.name)
def test_a_block_is_read_at_once_as_its_lines_are_one_by_one(collector, stamped):
    own = [sample.replace(b"part", AT.encode() + b".500000001Z part") for sample in collector.samples]
    lines = [
        *own,
        *dict(SAMPLES).values(),
        b"",
        b"  at frame",
        *collector.samples,
        b"[2026-11-22] [a\nb] c",
        b"a]",
        b"",
    ]
    for count in range(1, len(lines) + 1):
        block = b"\n".join(lines[:count])
        one_by_one = replace(collector, pattern=b"").lines(block, stamped=stamped)
        at_once = collector.lines(block, stamped=stamped)
        assert list(map(list, at_once)) == list(map(list, one_by_one))
        assert sum(source is not None for source in at_once.sources) >= min(count, len(own))


@pytest.mark.parametrize("name", [collector.name for collector in COLLECTORS])
def test_the_lines_of_two_processes_are_taken_apart(name, tmp_path):
    log = tmp_path / "mixed.log"
    lines = [PUT[name](who, text) for pair in zip(ONE, TWO, strict=True) for who, text in enumerate(pair)]
    log.write_text("\n".join(lines) + "\n")
    report = analyze([str(log)])
    assert report.inputs[0].format == f"{name} of text"
    assert {str(code): count for code, count in report.by_code.items()} == {"SESSION_EXPIRED": 1, "THROTTLED": 1}
    assert {session.upload_ids: {str(code) for code in session.errors} for session in report.sessions} == {
        ("AAAA1111aaaa",): {"SESSION_EXPIRED"},
        ("BBBB2222bbbb",): {"THROTTLED"},
    }
    assert {str(group.code): group.examples[0].line for group in report.groups} == {
        "SESSION_EXPIRED": 1,
        "THROTTLED": 2,
    }
    assert {group.first for group in report.groups} == {"2026-11-22T10:00:01Z"}
    assert (report.inputs[0].bytes, report.inputs[0].lines) == (log.stat().st_size, len(lines))


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("kubectl", f"{AT}.500000{{0:03d}}Z "),
        ("kubectl", f"{AT}.50000000{{0}}+01:00 "),
        ("stern", f"{AT}.500000{{0:03d}}Z "),
        ("docker-compose", f"{AT}.500000{{0:03d}}Z "),
        ("pm2", f"{AT}: "),
    ],
)
def test_a_time_that_the_collector_adds_to_each_line_makes_no_entries_of_them(name, stamp, tmp_path):
    log = tmp_path / "mixed.log"
    pairs = enumerate(zip(ONE, TWO, strict=True), 1)
    lines = [PUT[name](who, stamp.format(at) + text) for at, pair in pairs for who, text in enumerate(pair)]
    log.write_text("\n".join(lines) + "\n")
    report = analyze([str(log)])
    assert {str(code): count for code, count in report.by_code.items()} == {"SESSION_EXPIRED": 1, "THROTTLED": 1}


def test_a_time_that_the_process_wrote_itself_is_its_own(tmp_path):
    log = tmp_path / "mixed.log"
    lines = [f"{AT}.{at}00Z INFO idle" for at in range(1, 9)]
    lines += [f"{AT}.900Z ERROR part 3 failed", "NoSuchUpload: The specified upload does not exist."]
    log.write_text("".join(PUT["kubectl"](0, line) + "\n" for line in lines))
    report = analyze([str(log)])
    assert [group.examples[0].line for group in report.groups] == [9]


def test_lines_that_kubernetes_cut_are_joined(tmp_path):
    log = tmp_path / "pod.log"
    row = json.dumps({"uploadId": "AAAA1111aaaa", "error": {"code": "NoSuchUpload", "message": "gone"}})
    begin = "2026-11-22T10:00:01.500000001Z stdout"
    log.write_text(f"{begin} F {{}}\n{begin} P {row[:60]}\n{begin} F {row[60:]}\n{begin} F {{}}\n")
    report = analyze([str(log)])
    assert dict(report.by_code) == {"SESSION_EXPIRED": 1}
    assert [session.upload_ids for session in report.sessions] == [("AAAA1111aaaa",)]
    assert report.first == "2026-11-22T10:00:01.500Z"


def test_what_is_collected_may_be_json(tmp_path):
    log = tmp_path / "container.log"
    rows = [
        {"time": 1795341600000 + at, "uploadId": f"AAAA1111aaa{at}", "err": {"name": "SlowDown"}} for at in range(9)
    ]
    log.write_text("".join(PUT["docker-compose"](0, json.dumps(row)) + "\n" for row in rows))
    report = analyze([str(log)])
    assert report.inputs[0].format == "docker-compose of ndjson"
    assert dict(report.by_code) == {"THROTTLED": 9}
    assert len(report.sessions) == 9


def test_entries_are_found_wherever_blocks_end(monkeypatch, tmp_path):
    log = tmp_path / "mixed.log"
    pairs = [*zip(ONE, TWO, strict=True)] * 60
    lines = [PUT["docker-compose"](who, text) for pair in pairs for who, text in enumerate(pair)]
    log.write_text("\n".join(lines) + "\n")
    whole = analyze([str(log)]).to_json()
    for size in (1500, 4096, 7777):
        monkeypatch.setattr("upload_diag.logs.collected._BLOCK", size)
        monkeypatch.setattr("upload_diag.logs.collected._AHEAD", 1200)
        assert analyze([str(log)]).to_json() == whole


@pytest.mark.parametrize("head", ["x", "UploadPart failed: NoSuchUpload"])
def test_an_entry_longer_than_blocks_counts_once_though_its_code_stands_at_its_end(head, tmp_path):
    log = tmp_path / "long.log"
    pieces = [f"{AT}.000Z {head} ", *["y" * 50] * 12_000, " NoSuchUpload\n", f"{AT}.500Z idle\n"]
    rows = [{"log": piece, "stream": "stdout", "time": f"{AT}.1Z"} for piece in pieces]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = analyze([str(log)])
    assert report.inputs[0].format == "docker-json of text"
    assert dict(report.by_code) == {"SESSION_EXPIRED": 1}


def test_the_layout_says_who_collected_and_what_stands_in_it():
    sample = b"".join(b'0|uploader  | {"level":30,"n":%d}\n' % number for number in range(9))
    layout = layout_of(sample)
    assert (layout.collector, layout.format, layout.name) == ("pm2", "ndjson", "pm2 of ndjson")
    assert io.BytesIO(sample).read(3) == b"0|u"
