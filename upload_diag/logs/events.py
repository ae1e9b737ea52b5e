"""Tell from a record what happened in an upload, by the rows of `markers`."""

import re

from upload_diag.logs.markers import MARKERS, Event, Marker

__all__ = ["literals", "read_event"]

_ROWS = tuple((row, re.compile(row.pattern or "|".join(map(re.escape, row.keywords)))) for row in MARKERS)
_BLANKS = re.compile(r"\s+")
_TEXT_LIMIT = 16_384
# More telling first: a record that says it gives up also says what it had tried.
_RANK = {event: rank for rank, event in enumerate(reversed(Event))}


def literals() -> set[str]:
    """What makes a record worth a look, by the rows whose keywords are rare."""
    return {keyword for row in MARKERS if row.rare for keyword in row.keywords}


def read_event(text: str) -> Marker | None:
    """The most telling row that matches the text, if any."""
    folded = _BLANKS.sub(" ", text[:_TEXT_LIMIT]).lower()
    found = [
        row for row, pattern in _ROWS if any(keyword in folded for keyword in row.keywords) and pattern.search(folded)
    ]
    return min(found, key=lambda row: (_RANK[row.event], not row.quiet, row.keywords), default=None)
