"""What is taken for silent changes no verdict, wherever it stands and however it is mixed."""

import json
import random
import re

import pytest

from upload_diag.analysis.judge import Judge
from upload_diag.logs import skeleton
from upload_diag.logs.fields import NO_IDS, read_line
from upload_diag.logs.markers import MARKERS
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines

JUDGE = Judge()
SILENT = JUDGE.json_lines._is_silent
DULL = [
    *("holiday", "beach-2", "Überprüfung", "alpha", "final_cut.mov", "req-3d6", "sxkeep4wwpyx,", "(draft)"),
    *("7", "of", "31x", "web-1", "it's", "eu-west-1"),
]
SAID = [hit for phrase in JUDGE.ruleset.phrases for hit in phrase.hits]
SAID += [text for row in MARKERS for text in (*row.hits, *row.misses)]
WORDS = sorted({word for text in SAID for word in re.split(r'[\s"{}<>\\]+', text)} | set(DULL))
FIELDS = ("note", "tags", "region", "label", "reqId", "backtrace", "videoTitle", "stage")


def verdict(line):
    said = JUDGE._judge(Record(0, 0, b"", line, NO_IDS))
    return said.failure, said.event, said.message, said.action


@pytest.mark.parametrize("seed", range(6))
def test_a_text_that_is_silent_changes_no_verdict(seed):
    draw, tried = random.Random(seed), 0
    while tried < 400:
        texts = [" ".join(draw.choices(draw.choice((WORDS, DULL)), k=draw.randrange(1, 7))) for _ in range(2)]
        texts = [text for text in texts if SILENT(text.encode())]
        fields = [
            ("message", draw.choice(SAID)),
            ("detail", draw.choice(SAID)),
            ("success", draw.choice((True, False))),
        ]
        fields += [(draw.choice(FIELDS) + "ab"[at], text) for at, text in enumerate(texts)]
        draw.shuffle(fields)
        without = {name: "" if value in texts else value for name, value in fields}
        lines = [json.dumps(one, ensure_ascii=False).encode() for one in (dict(fields), without)]
        assert verdict(lines[0]) == verdict(lines[1]), lines
        assert all(read_line(text.encode())[1] is NO_IDS for text in texts)
        tried += len(texts)


@pytest.mark.parametrize(
    "text",
    ["NoSuchUpload", "it was retrying", "failed: 404", "uploadId x", "a/b?c", "the key", "{a", "\\u0041", "x\ty"],
)
def test_a_text_that_says_something_is_not_silent(text):
    assert not SILENT(text.encode())


@pytest.fixture
def soon(monkeypatch):
    """What says nothing is left out from the first line on."""
    monkeypatch.setattr(skeleton, "_MANY_NEW", 1)


def test_lines_that_differ_in_what_says_nothing_are_judged_once(soon):
    draw = random.Random(7)
    known = {}
    lines = JsonLines(known, SILENT)
    for number in range(200):
        note = " ".join(draw.choices(DULL, k=draw.randrange(4)))
        said = {"note": note, "message": "NoSuchUpload", "uploadId": f"AAAA1111bbbb{number}"}
        record = lines.read(json.dumps(said, ensure_ascii=False).encode(), 0)
        assert record.ids.upload == b"AAAA1111bbbb%d" % number
        known[record.key] = True
    assert len(known) == 1


def test_a_field_that_decides_is_never_left_out(soon):
    known = {}
    lines = JsonLines(known, SILENT)
    for name in ("code", "errorType", "name", "status", "operation", "method", "url", "resource"):
        for word in ("alpha", "holiday", "beach"):
            record = lines.read(json.dumps({name: word, "message": "NoSuchUpload"}).encode(), 0)
            assert known.setdefault(record.key, (name, word)) == (name, word)


def test_an_event_that_is_told_across_a_text_keeps_it(soon):
    lines = JsonLines({}, SILENT)
    line = '{"what": "the chunk", "note": "%s", "next": "retrying"}'
    records = [lines.read((line % note).encode(), 0) for note in ("holiday", "holiday " * 40)]
    assert records[0].key != records[1].key
