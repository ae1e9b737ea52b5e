"""Secrets vanish from text, and nothing else does."""

import re

import pytest

from upload_diag.redaction import redact
from upload_diag.rules.secrets import SECRETS

MARKED = re.compile("«(.*?)»", re.DOTALL)


@pytest.mark.parametrize(
    ("row", "hit"), [(row, hit) for row in SECRETS for hit in row.hits], ids=lambda v: getattr(v, "rule", None)
)
def test_a_row_takes_out_what_its_hits_mark_and_nothing_else(row, hit):
    wanted = re.escape(MARKED.sub("@@@", hit)).replace("@@@", "REDACTED-[a-z0-9-]+")
    assert re.fullmatch(wanted, redact(hit.replace("«", "").replace("»", "")))


@pytest.mark.parametrize(
    ("row", "miss"), [(row, miss) for row in SECRETS for miss in row.misses], ids=lambda v: getattr(v, "rule", None)
)
def test_a_look_alike_stays_as_it_is(row, miss):
    assert redact(miss) == miss
