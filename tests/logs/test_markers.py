"""Every marker matches its own hits, none of its misses, and nothing that another event claims."""

import pytest

from upload_diag.logs.events import literals, read_event
from upload_diag.logs.markers import MARKERS

HITS = [pytest.param(row.event, text, id=text) for row in MARKERS for text in row.hits]
MISSES = [pytest.param(row.event, text, id=text) for row in MARKERS for text in row.misses]


@pytest.mark.parametrize(("event", "text"), HITS)
def test_a_marker_matches_its_hits(event, text):
    row = read_event(text)
    assert row is not None
    assert row.event == event


@pytest.mark.parametrize(("event", "text"), MISSES)
def test_a_marker_leaves_its_misses_alone(event, text):
    row = read_event(text)
    assert row is None or row.event != event


@pytest.mark.parametrize(("event", "text"), HITS)
def test_every_hit_passes_the_prefilter(event, text):
    assert any(literal in text.lower() for literal in literals())


@pytest.mark.parametrize(("event", "text"), HITS)
def test_a_wrong_decoding_does_not_hide_a_marker(event, text):
    mangled = text.encode("utf-8").decode("cp1252", errors="replace")
    row = read_event(mangled)
    assert row is not None
    assert row.event == event


def test_keywords_are_lower_case():
    assert all(keyword == keyword.lower() for row in MARKERS for keyword in row.keywords)
