"""Entries that are read by their forms are read as they would be line by line."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.logs import forms, reader
from upload_diag.logs.fields import Ids
from upload_diag.logs.forms import Forms
from upload_diag.logs.layout import detect
from upload_diag.logs.reader import Reader, read_lines
from upload_diag.logs.skeleton import JsonLines

NUMBER = st.one_of(st.integers(0, 999), st.integers(0, 10**8)).map(str)
TIME = st.integers(1_767_225_600_000, 1_798_675_200_000).map(lambda when: datetime.fromtimestamp(when / 1000, UTC))
VALUE = st.one_of(
    st.text("0123456789abcdef", min_size=4, max_size=40),
    st.text("0123456789ABCDEF", min_size=4, max_size=20),
    st.text("abcXYZ012789._-/+%=~:", min_size=1, max_size=60),
    NUMBER,
    st.sampled_from(
        ["null", "-", "AAAA1111bbbb", "AAAA1111bbbb:", "AAAA1111bbbb.", "upload_id", "SlowDown", "[Object]"]
    ),
)
LINES = (
    "{date} {clock},{ms} ERROR worker-{0} part {0} of {1} failed uploadId={2}: {3}",
    "[{clock}.{ms}] part {0} failed after {0} ms, upload id: {2}",
    '  "timestamp": "{date}T{clock}.{ms}Z",',
    "  time={date}T{clock}Z key={1}",
    "    uploadId: '{2}',",
    '    "partNumber": {0}, "requestId": "{1}",',
    "  <UploadId>{2}</UploadId>",
    "    at a.B$C.d(B.java:{0})",
    "x.y.SomeException: {3} (Status Code: {0}; Request ID: {1}; Extended Request ID: {2})",
    "curl: ({0}) {3}, errno {0}, code={0}",
    "{0}.{0}.{0}.{0}:{0} 1.2.3.4.{0} {1}.{0}",
    "retry {1} in {2}: {3}\r",
    "\t{3}  {1}",
    "",
)


@st.composite
def alike(draw):
    """Entries of the same lines."""
    frame = "\n".join(draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=4)))
    rows = draw(st.lists(st.tuples(NUMBER, VALUE, VALUE, VALUE, TIME), min_size=2, max_size=8))
    return [
        frame.format(*values, date=f"{time:%Y-%m-%d}", clock=f"{time:%H:%M:%S}", ms=f"{time:%f}"[:3]).encode()
        for *values, time in rows
    ]


@pytest.fixture(scope="module", autouse=True)
def soon():
    """Two entries are made a form."""
    patch = pytest.MonkeyPatch()
    patch.setattr(forms, "_FEWEST", 0)
    patch.setattr(forms, "_SAMPLES", 2)
    yield
    patch.undo()


def read(known, text):
    """What a reader of entries does with one."""
    found = known.read(text, 0, len(text))
    if found is not None:
        return (*found[:3], Ids.of(found[3]))
    plain, ids = read_lines(text)
    known.learn(text, 0, len(text), len(text), plain)
    return len(text), len(text), plain, ids


@settings(max_examples=200, deadline=None)
@given(alike(), st.booleans())
@example([b"1.2.3.4.5", b"1.2.3.4.5", b"20000.20000.20000.20000.20000"], False)
@example([b"in 0123456789abcdef", b"in 404", b"in 123456.7890123456789"] * 2, False)
@example([b'"2026-11-22T10:00:00.123Z"', b'"2026-11-22T11:00:00.123Z"', b'"x2026-11-22T10:00:00.123Z"'] * 2, False)
@example([b"uploadId=AAAA1111bbbb: x", b"uploadId=AAAA1111bbbb.: x", b"uploadId=null: x"] * 2, False)
@example([b"a uploadId=AAAA1111bbbb", b"a videoId=AAAA1111bbbb"] * 3, False)
@example([b"of 00000000: x", b"of 00000000: x", b"of 000000000000000: x"], False)
@example([b"a part\nb 404", b"a part b 404", b"a\npart b 404"] * 2, False)
def test_an_entry_that_is_like_others_is_read_as_by_itself(alike, dated):
    known = Forms(dated=dated)
    for text in [*alike, *reversed(alike)]:
        entry = text.rstrip()
        assert read(known, entry) == (len(entry), len(entry), *read_lines(entry))


def test_an_entry_that_comes_again_with_other_ids_is_not_read_by_its_lines():
    known = Forms(dated=False)
    long_way = 0
    for number in range(50):
        code = ["SlowDown", "NoSuchUpload"][number % 2]
        entry = (
            f"2026-11-22 10:00:{number:02},000 part {number} failed\n  uploadId: 'AAAA{number}bbbb'\n  {code}".encode()
        )
        long_way += known.read(entry, 0, len(entry)) is None
        assert read(known, entry)[3].upload == b"AAAA%dbbbb" % number
    assert long_way < 10  # samples, each code once, and a part that has no number


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_of_a_dated_log_with_a_blank_line_in_it_is_not_read_by_its_lines(end):
    known = Forms(dated=True)
    lines = [
        "2026-11-22 10:00:{0:02},000 ERROR part {0}",
        "",
        "a.b.FailedException: SlowDown",
        "\tat a.b(C.java:12)",
        "",
    ]
    long_way = 0
    for number in range(50):
        log = end.join([*lines, "2026-11-22 10:01:00,000 x"]).format(number).encode()
        long_way += known.read(log, 0, len(log)) is None
        end_of_text, after = log.index(b")") + 1, log.rindex(b"2026")
        known.learn(log, 0, end_of_text, after, read_lines(log[:end_of_text])[0])
    assert long_way < 10


def test_no_limit_changes_an_answer(monkeypatch):
    monkeypatch.setattr(forms, "_LIMIT", 2)
    monkeypatch.setattr(forms, "_SAMPLED_LIMIT", 2)
    monkeypatch.setattr(forms, "_FORMS_LIMIT", 1)
    monkeypatch.setattr(forms, "_PATIENCE", 8)
    known = Forms(dated=False)
    for number in range(60):
        entry = f"{'x ' * (number % 5)}kind{'abc'[number % 3]} uploadId=AAAA{number}bbbb".encode()
        assert read(known, entry)[2:] == read_lines(entry)


HEADS = ("{date} {clock},{ms} ERROR part {0} of uploadId={2} failed", "[{date}T{clock}.{ms}Z] upload {1}: {3}")
BELOW = (
    *("  uploadId: '{2}',", "    at a.b(c.js:{0}:1)", "{3}: x {0}", "}}", "{{", "", " ", "answer:", "{0} x"),
    *("Traceback (most recent call last):", '  File "a.py", line {0}, in b', "<?xml version='1.0'?>", "<Error>"),
    *("  <UploadId>{2}</UploadId>", "ERROR {1}", "level=info {1}", "key={1}", "{1}", "{date} x", "  key={1}   "),
    *("{date} {clock} GET net::ERR_FAILED", "{date} {clock} Failed to load resource: net::ERR_FAILED"),
    *("{clock} blocked by CORS policy {1}", " not allowed by ", "key={1} | {date} {clock}"),
    *("{3}\r", "\r", "  x: {3}\r", "{0}\ry", "a.b.C: {3}", "{3}: {1} in {0} ms at {date}, {clock}"),
    "- | {date} {clock}",
    *("{date} {clock} {1} getting fresh session", "{date} {clock} Session expiration details: {{ {1}"),
)


@st.composite
def logs(draw):
    """A log of entries of a few kinds, some of which have a line more or less than others."""
    kinds = [
        [draw(st.sampled_from(HEADS)), *draw(st.lists(st.sampled_from(BELOW), max_size=5))]
        for _ in range(draw(st.integers(1, 3)))
    ]
    made = []
    for number in range(draw(st.integers(6, 24))):
        lines = list(draw(st.sampled_from(kinds)))
        if draw(st.integers(0, 4)) == 0:
            lines.insert(draw(st.integers(1, len(lines))), draw(st.sampled_from(BELOW)))
        if draw(st.integers(0, 4)) == 0:
            lines.pop(draw(st.integers(0, len(lines) - 1)))
        *values, _ = (
            draw(NUMBER),
            draw(VALUE),
            draw(VALUE),
            draw(st.sampled_from(["SlowDown", "NoSuchUpload", "a b"])),
            0,
        )
        when = {"date": "2026-11-22", "clock": f"10:00:{number:02}", "ms": f"{number * 37:03}"}
        made += [line.format(*values, **when) for line in lines]
    return "\n".join(made).encode()


JSON = JsonLines({})


class Places:
    """A search that finds these places."""

    engine = "none"

    def __init__(self, places):
        self.places = sorted(places)

    def finder(self, block):
        return lambda behind: next((place for place in self.places if behind < place <= len(block)), -1)


def records(log, places):
    """What a reader finds around some places of a log."""
    layout = replace(detect(log), format="text", dated=True, timed=True, whole_lines=False)
    return list(Reader(BytesIO(log), layout, Places(places), JSON).records())


@settings(max_examples=120, deadline=None)
@given(logs(), st.data())
def test_entries_of_a_dated_log_are_found_and_read_by_forms_as_by_their_lines(log, data):
    hits = data.draw(st.sets(st.integers(1, len(log)), min_size=1, max_size=40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_DATED_FORMS", Forms(dated=True))
        first, again = records(log, hits), records(log, hits)
        patch.setattr(Forms, "read", lambda *_: None)
        assert first == again == records(log, hits)
