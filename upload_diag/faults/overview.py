"""Sessions as JSON: one in full, and what a dashboard shows in one answer of bounded size."""

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from upload_diag.faults.app import App
from upload_diag.faults.forms import armed_as_json
from upload_diag.faults.uploads import State, Upload

__all__ = ["overview", "tag", "upload_as_json"]

HOLDS_SECONDS = 5  # how many sessions the next days will kill changes without an event


def upload_as_json(upload: Upload[Any]) -> dict[str, Any]:
    """A session with each of its parts."""
    parts = [
        {"partNumber": number, "size": part.size, "etag": part.etag} for number, part in sorted(upload.parts.items())
    ]
    return {**_head(upload), "parts": parts}


def tag(app: App) -> str:
    """An ETag of every overview: another one as soon as anything happens, for all that happens is in the journal.

    What is due to die does so first.
    """
    app.sweep()
    return f'"{app.journal.epoch}-{app.journal.last}-{int(time.monotonic() / HOLDS_SECONDS)}"'


def overview(
    app: App, *, match: str = "", state: str = "", limit: int = 200, ahead: Iterable[int] = ()
) -> dict[str, Any]:
    """What a dashboard shows of the server as `tag` left it.

    Args:
        app: the server.
        match: only sessions whose bucket, key or id contains this, in whatever case.
        state: only sessions in this state.
        limit: sessions to tell of, the newest; `matching` says how many there are.
        ahead: seconds by which the clock might be advanced; `due` says how many live sessions each would kill.
    """
    sought = match.casefold()
    now = app.now()
    with app.lock:
        uploads = list(app.ledger)
        found = [
            upload
            for upload in uploads
            if (not state or upload.state == state)
            and (not sought or sought in f"{upload.bucket}/{upload.key} {upload.id}".casefold())
        ]
        counts = Counter(upload.state for upload in uploads)
        due = [app.lifetimes.deadline(upload) for upload in uploads if upload.state is State.LIVE]
        newest = [_session(app, upload) for upload in found[: -limit - 1 : -1]]
    deadlines = sorted(each[0] for each in due if each is not None)
    return {
        "epoch": app.journal.epoch,
        "last": app.journal.last,
        "dropped": app.journal.dropped,
        "now": now.isoformat(),
        "advancedSeconds": app.clock.advanced,
        "due": [
            {"advanceSeconds": step, "sessions": bisect_right(deadlines, now + timedelta(seconds=step))}
            for step in ahead
        ],
        "counts": {each.value: counts[each] for each in State},
        "matching": len(found),
        "uploads": newest,
        "faults": [armed_as_json(armed) for armed in app.plan.all()],
    }


def _head(upload: Upload[Any]) -> dict[str, Any]:
    return {
        "uploadId": upload.id,
        "bucket": upload.bucket,
        "key": upload.key,
        "initiated": upload.initiated.isoformat(),
        "state": upload.state.value,
        "why": upload.why,
        "ended": upload.ended.isoformat() if upload.ended else None,
        "bytes": sum(part.size for part in upload.parts.values()),
    }


def _session(app: App, upload: Upload[Any]) -> dict[str, Any]:
    due = app.lifetimes.deadline(upload) if upload.state is State.LIVE else None
    return {
        **_head(upload),
        "expires": due[0].isoformat() if due else None,
        "expiresWhy": due[1] if due else None,
        "partCount": len(upload.parts),
        "partRanges": _ranges(sorted(upload.parts)),
    }


def _ranges(numbers: list[int]) -> list[list[int]]:
    """`[1, 2, 3, 5]` → `[[1, 3], [5, 5]]`."""
    if not numbers:
        return []
    breaks = [(before, after) for before, after in pairwise(numbers) if after != before + 1]
    starts = [numbers[0], *(after for _, after in breaks)]
    ends = [*(before for before, _ in breaks), numbers[-1]]
    return [list(each) for each in zip(starts, ends, strict=True)]
