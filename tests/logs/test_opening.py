"""Streams as they are opened: their encoding, and what changes it on the way."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_diag.analysis import analyze
from upload_diag.codes import ErrorCode
from upload_diag.logs.opening import Recoded

ERROR = "2026-11-22 10:00:0{} ERROR Teil 3 schlug fehl: NoSuchUpload: upload abcdefghij does not exist any more\n"


@pytest.mark.parametrize("wide", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("first", [True, False])
def test_errors_are_found_on_both_sides_of_a_change_of_encoding(wide, first, tmp_path):
    old, new = (ERROR.format(1) + ERROR.format(2)).encode(), (ERROR.format(3) * 40).encode(wide)
    (tmp_path / "up.log").write_bytes(new + old if first else old + new)
    report = analyze([str(tmp_path / "up.log")])
    assert report.by_code == {ErrorCode.SESSION_EXPIRED: 42}
    assert (report.inputs[0].bytes, report.inputs[0].unreadable_bytes) == (len(old) + len(new), 0)


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=300),
    encoding=st.sampled_from(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]),
    size=st.integers(1, 200),
)
def test_a_text_of_one_encoding_is_recoded_as_it_is(text, encoding, size):
    class Slow(io.BytesIO):
        def read(self, _wanted=-1):
            return super().read(size)

    recoded = Recoded(Slow(text.encode(encoding)), encoding)
    assert io.BufferedReader(recoded).read().decode() == text
