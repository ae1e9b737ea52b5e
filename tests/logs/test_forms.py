"""Entries that are read by their forms are read as they would be line by line."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.logs import forms
from upload_diag.logs.forms import Forms
from upload_diag.logs.reader import read_lines

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
    """An entry becomes a form when it is first seen."""
    before, forms._WORTH_A_FORM = forms._WORTH_A_FORM, 1
    yield
    forms._WORTH_A_FORM = before


@settings(max_examples=400, deadline=None)
@given(alike())
@example([b"1.2.3.4.5", b"20000.20000.20000.20000.20000"])
@example([b"in 0123456789abcdef", b"in 404", b"in 123456.7890123456789"])
@example([b'"2026-11-22T10:00:00.123Z"', b'"2026-11-22T11:00:00.123Z"', b'"x2026-11-22T10:00:00.123Z"'])
@example([b"uploadId=AAAA1111bbbb: x", b"uploadId=AAAA1111bbbb.: x", b"uploadId=null: x"])
@example([b"a part\nb 404", b"a part b 404", b"a\npart b 404"])
def test_an_entry_that_is_like_others_is_read_as_by_itself(alike):
    known = Forms(read_lines)
    for text in [*alike, *reversed(alike)]:
        assert known.read(text) == read_lines(text)


def test_an_entry_that_comes_again_with_other_ids_is_not_read_by_its_lines():
    read = []
    known = Forms(lambda text: read.append(text) or read_lines(text))
    for number in range(50):
        entry = f"2026-11-22 10:00:{number:02},000 part {number} failed\n  uploadId: 'AAAA{number}bbbb'\n}}".encode()
        assert known.read(entry)[1].upload == b"AAAA%dbbbb" % number
    assert len(read) == 1


def test_no_limit_changes_an_answer(monkeypatch):
    monkeypatch.setattr(forms, "_LIMIT", 2)
    monkeypatch.setattr(forms, "_ALIKE_LIMIT", 1)
    known = Forms(read_lines)
    for number in range(40):
        entry = f"{'x ' * (number % 5)}kind{'abc'[number % 3]} uploadId=AAAA{number}bbbb".encode()
        assert known.read(entry) == read_lines(entry)
