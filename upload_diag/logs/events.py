"""Tell from a record what happened in an upload: by the rows of `markers`, or else by what a step is called."""

import re
from functools import cache

from upload_diag.logs.markers import MARKERS, Event, Marker
from upload_diag.logs.steps import literals as names_of_steps
from upload_diag.logs.steps import read_step
from upload_diag.shapes.text import flatten

__all__ = ["literals", "read_event"]

_TEXT_LIMIT = 16_384
# More telling first: a record that says it gives up also says what it had tried.
_RANK: dict[Event | None, int] = {event: rank for rank, event in enumerate((*reversed(Event), None))}
_ROWS = sorted(MARKERS, key=lambda row: (_RANK[row.event], not row.quiet, row.keywords))


def literals() -> set[str]:
    """What makes a record worth a look, by the rows whose keywords are rare, and the names of steps."""
    return names_of_steps() | {keyword for row in MARKERS if row.rare for keyword in row.keywords}


def read_event(text: str) -> Marker | None:
    """The most telling row that matches the text, if any."""
    folded = flatten(text[:_TEXT_LIMIT]).lower()
    for row in _ROWS:
        for keyword in row.keywords:  # `any` costs three times as much
            if keyword in folded:
                if _compiled(row.pattern).search(folded):
                    return row
                break
    return read_step(text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when it is first needed, for most runs need few."""
    return re.compile(pattern)
