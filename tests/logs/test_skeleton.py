"""Lines of JSON that are read by their shape give what they give when each is looked at for the first time."""

import importlib.util
import json
import random
import re
import sys
from itertools import accumulate, cycle, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upload_diag.analysis import analyze
from upload_diag.analysis.judge import Judge
from upload_diag.logs.skeleton import JsonLines

_SPEC = importlib.util.spec_from_file_location("log_data", Path(__file__).parents[2] / "benchmarks" / "log_data.py")
log_data = sys.modules["log_data"] = importlib.util.module_from_spec(_SPEC)  # dataclasses look their module up
_SPEC.loader.exec_module(log_data)

FAST, SLOW = Judge(), Judge()
CODES = st.sampled_from(log_data.CODES)
IDS = st.text("abcXYZ0189._-", min_size=8, max_size=90).map(lambda text: "u1" + text)


@st.composite
def lines(draw):
    """Some lines of a few shapes, whose codes, statuses and messages need not go together."""
    shapes = draw(st.lists(st.sampled_from(log_data.SHAPES), min_size=1, max_size=3))
    made = []
    for number in range(draw(st.integers(2, 12))):
        code, other = draw(CODES), draw(CODES)
        status, part = draw(st.sampled_from([code.status, other.status, 200])), draw(st.integers(1, 10_000))
        incident = log_data.Incident(
            number, code.name, status, other.message, draw(IDS), f"{part:012x}", part, random.Random(number)
        )
        made.append(json.dumps(shapes[number % len(shapes)](incident)).encode())
    return made


@settings(max_examples=60, deadline=None)
@given(lines())
def test_what_was_learned_from_other_lines_changes_no_answer(lines):
    for line in lines:
        fast = FAST.json_lines.read(line, 0)
        SLOW.known.clear()
        slow = JsonLines(SLOW.known).read(line, 0)
        assert (fast.ids, fast.when) == (slow.ids, slow.when)
        assert FAST(fast).failure == SLOW(slow).failure


@pytest.mark.parametrize("make", [log_data.sparse, log_data.dense, log_data.messy])
def test_the_logs_that_speed_is_measured_with_are_read_exactly(make, tmp_path):
    log = tmp_path / "made.log"
    truth = make(log, 1_500_000)
    report = analyze([str(log)])
    assert {str(code): count for code, count in sorted(report.by_code.items())} == truth.json["byCode"]
    assert report.inputs[0].lines == truth.lines
    assert len(report.sessions) == len(truth.uploads)


def test_where_errors_are_many_few_or_none_they_are_counted_alike(tmp_path, monkeypatch):
    monkeypatch.setattr("upload_diag.logs.reader._BLOCK", 16_384)
    monkeypatch.setattr("upload_diag.logs.reader._TASTE", 1024)
    monkeypatch.setattr("upload_diag.logs.reader._CROWDED", 3)
    quiet, error = (
        '{"level": "info", "msg": "GET /health 200", "n": %d}\n',
        '{"error": "NoSuchUpload", "uploadId": "%032x"}\n',
    )
    every = [1] * 1000 + [50] * 100 + [1] * 500 + [5000] + [2] * 2000
    log = tmp_path / "app.ndjson"
    log.write_text("".join(quiet % number * (gap - 1) + error % number for number, gap in enumerate(every)))
    report = analyze([str(log)])
    assert (dict(report.by_code), report.inputs[0].lines) == ({"SESSION_EXPIRED": len(every)}, sum(every))
    assert [step.line for session in report.sessions for step in session.timeline] == list(accumulate(every))


def test_a_damaged_time_among_whole_ones_is_read_as_far_as_it_goes(tmp_path):
    log = tmp_path / "app.ndjson"
    line = '{"time": "2026-11-22T10:00:00.%sZ", "msg": "NoSuchUpload", "uploadId": "AAAA1111bbbb%d"}\n'
    log.write_text("".join(line % (thousandths, n) for n, thousandths in enumerate(["001", "5[0", "002"])))
    first = [session.first for session in analyze([str(log)]).sessions]
    assert sorted(first) == ["2026-11-22T10:00:00.001Z", "2026-11-22T10:00:00.002Z", "2026-11-22T10:00:00.500Z"]


ODD = (
    *(
        '""',
        "null",
        '"null"',
        '"-"',
        '"undefined"',
        '"[Redacted]"',
        '"***"',
        "-1",
        "10001",
        "404",
        "12.5",
        "true",
        "{}",
        "[]",
        '"a\\"b"',
        '"\\\\"',
    ),
    *('"2026-11-22 10:00:00,123"', '"x 1234567890abcdef0123 y"', '"uploadId=AAAA1111bbbbcccc&partNumber=7"', '"a}"'),
    *('"Request ID: 0123ABCD."', '"12:30:45 late"', '"videos%2F2026%2Fa1.mp4"', '"code 404, took 57ms"', '"NaN."'),
)
VALUE = re.compile(r'(?<=": )(?:"(?:[^"\\]|\\.)*"|[\w.-]+)')
TOKEN = re.compile(r"[A-Za-z0-9._-]{3,}")


def damaged(line, draw):
    """The line with another value, another word or another byte somewhere."""
    kind = draw.randrange(3)
    if kind == 2:
        at = draw.randrange(len(line))
        return line[:at] + chr(draw.randrange(32, 127)) + line[at + draw.randrange(3) :]
    found = draw.choice(list((VALUE, TOKEN)[kind].finditer(line)))
    word = draw.choice(ODD) if kind == 0 else draw.choice(ODD).strip('"').replace('"', "")
    return line[: found.start()] + word + line[found.end() :]


@pytest.mark.parametrize("shape", log_data.SHAPES, ids=lambda shape: shape.__name__)
def test_a_line_that_fits_what_others_have_in_common_is_read_as_by_itself(shape):
    judge, fast, draw = Judge(), JsonLines(known := {}), random.Random(shape.__name__)
    incidents = log_data.incidents(log_data.Truth(), draw)
    firsts = {}  # the key of a line -> the first line that had it
    for number, incident in enumerate(islice(incidents, 120)):
        line = json.dumps(shape(incident))
        line = (damaged(line, draw) if number > 50 and number % 2 else line).encode()
        record = fast.read(line, 0)
        known[record.key] = True
        alone = JsonLines({}).read(line, 0)
        assert (record.ids, record.when) == (alone.ids, alone.when)
        first = firsts.setdefault(record.key, alone)
        if first is not alone:
            assert judge._judge(alone).failure == judge._judge(first).failure


def all_that(block, count_rows):
    """Offset, time, line, key, text and ids of every line of a block; and how many of them were counted as rows."""
    known, found, counted = {}, [], []

    def count(whole, rows):
        counted.extend(rows)
        for offset, when, number, key, begin, end, ids in rows:
            found.append((offset, when, number, key, whole[begin:end], (*ids[:-1], int(ids[-1] or 0))))

    for one in JsonLines(known).read_all(block, 7, 3, count if count_rows else None):
        key = known[one.key] = one.key.partition(b'"')[2]  # without the number of its shape
        found.append((one.offset, one.when, one.line, key, one.text, tuple(one.ids)))
    return found, len(counted)


@pytest.mark.parametrize("seed", range(4))
def test_lines_that_are_counted_by_the_block_say_what_their_records_say(seed):
    draw = random.Random(seed)
    shapes = draw.sample(log_data.SHAPES, 3)
    texts = [json.dumps(draw.choice(shapes)(one)) for one in islice(log_data.incidents(log_data.Truth(), draw), 600)]
    block = "\n".join(draw.choice([text, text, text, damaged(text, draw), ""]) for text in texts).encode()
    found, counted = all_that(block, count_rows=True)
    assert counted > 100
    assert (found, 0) == all_that(block, count_rows=False)


TOLD_TWICE = (
    "part 3 failed: Store('{code}: {message}'), took {number} ms, {{'Code': '{code}', 'Part': {number}}}",
    'Put "https://in.example/{number}.mp4": {code}: {message}',
    'the file "{number:032x}": {code}',
    "{code}: {message}\\n    at send (/app/part.js:{number}:7)",
)


@pytest.mark.parametrize("text", TOLD_TWICE)
def test_lines_that_differ_in_numbers_and_codes_need_not_be_read_one_by_one(text, monkeypatch):
    log = "\n".join(
        json.dumps(
            {
                "msg": text.format(code=code.name, message=code.message, number=100 + number),
                "uploadId": f"id{number:08}",
            }
        )
        for number, code in enumerate(islice(cycle(log_data.CODES), 600))
    ).encode()
    judge = Judge()
    for record in judge.json_lines.read_all(log, 0, 0):
        judge(record)
    monkeypatch.setattr(JsonLines, "_read", None)
    assert sum(1 for _ in judge.json_lines.read_all(log, 0, 0)) == 600


def test_codes_that_nobody_knows_are_told_apart_by_their_numbers(tmp_path):
    line = '{{"msg": "upload failed", "error": {{"code": "UPLOAD-{}"}}, "uploadId": "id{:08}"}}\n'
    log = tmp_path / "app.ndjson"
    log.write_text("".join(line.format(4001 + number % 2, number) for number in range(60)))
    groups = sorted((group.service_code, group.count) for group in analyze([str(log)]).groups)
    assert groups == [("UPLOAD-4001", 30), ("UPLOAD-4002", 30)]
