"""One upload as a swim-lane: when its parts arrived, when it failed, how it was kept going, how it ended."""

from collections.abc import Iterator
from dataclasses import dataclass

from upload_diag.report import _words as words
from upload_diag.report.html._markup import Markup, tag
from upload_diag.sessions import Step, UploadSession

__all__ = ["LEGEND", "SHAPES", "lane", "steps"]


@dataclass(frozen=True, slots=True)
class _Lane:
    """Where a kind of step is drawn, and how.

    Attributes:
        y: the middle of its lane, in pixels.
        shape: the id of its mark in `SHAPES`.
    """

    y: int
    shape: str


PARTS, ERRORS, RECOVERY = 8, 22, 36
_LANES: dict[str, _Lane] = {
    "create": _Lane(PARTS, "begin"),
    "part": _Lane(PARTS, "part"),
    "complete": _Lane(PARTS, "done"),
    "error": _Lane(ERRORS, "error"),
    "expired": _Lane(ERRORS, "error"),
    "limit": _Lane(PARTS, "stop"),
    "abort": _Lane(PARTS, "stop"),
    "lifecycle_abort": _Lane(PARTS, "stop"),
    "cancel": _Lane(PARTS, "stop"),
    "let_go": _Lane(PARTS, "stop"),
    "refresh_failed": _Lane(ERRORS, "error"),
}
_OTHERWISE = _Lane(RECOVERY, "renew")  # refresh, refreshed, retry, and what is to come

_PATHS = {
    "begin": "M-8-5 0 0-8 5z",
    "part": "M-2-5h4V5h-4z",
    "done": "M-6 0-2 4 6-5",
    "error": "M-4-4 4 4M4-4-4 4",
    "stop": "M-4-4h8v8h-8z",
    "renew": "M0-5 5 0 0 5-5 0z",
}

SHAPES = tag(
    "svg",
    (tag("symbol", tag("path", d=path), id=f"m-{name}", overflow="visible") for name, path in _PATHS.items()),
    class_="shapes",
    aria_hidden="true",
)


def _key(shape: str, text: str) -> Markup:
    mark = tag("svg", tag("use", href=f"#m-{shape}", x="7", y="7"), class_="mark", aria_hidden="true")
    return tag("span", mark, text, class_="key")


LEGEND = tag(
    "p",
    _key("begin", "created"),
    _key("part", "parts"),
    _key("error", "failure"),
    _key("renew", "refresh, retry"),
    _key("stop", "given up, aborted"),
    _key("done", "completed"),
    class_="legend",
)


def lane(session: UploadSession) -> Markup | None:
    """The drawing; None when nothing is known but the upload's name. `steps` says the same in words."""
    if not session.timeline:
        return None
    marks = [mark for at, step in enumerate(session.timeline) for mark in _marks(step, at, session)]
    return tag("svg", marks, class_="lane", aria_hidden="true")


def _marks(step: Step, at: int, session: UploadSession) -> Iterator[Markup]:
    where = _LANES.get(step.event, _OTHERWISE)
    begin, end = _share(step.first, at, session), _share(step.last, at, session)
    if end > begin + 1:
        width = f"{end - begin:.3g}%"
        yield tag("rect", class_=f"m-{where.shape}", x=f"{begin:.3g}%", y=where.y - 2, width=width, height="4")
        yield tag("use", href=f"#m-{where.shape}", x=f"{end:.3g}%", y=where.y)
    yield tag("g", tag("use", href=f"#m-{where.shape}", x=f"{begin:.3g}%", y=where.y), tag("title", _what(step)))


def _share(time: str | None, at: int, session: UploadSession) -> float:
    """How far into the upload, in percent; by order when the log has no times."""
    first, last, now = words.point(session.first), words.point(session.last), words.point(time)
    if first is None or last is None or now is None or last <= first:
        return 100 * at / max(1, len(session.timeline) - 1)
    return min(100.0, max(0.0, 100 * (now - first) / (last - first)))


def _what(step: Step) -> str:
    name = str(step.code) if step.code else step.event.replace("_", " ")
    where = f" at {step.operation}" if step.operation else ""
    return f"{name}{where}{f' x {step.count:,}' if step.count > 1 else ''}"


def steps(session: UploadSession) -> Markup:
    """The same in words: when, what, how often, and where it stands first."""
    return tag("ol", (_step(step) for step in session.timeline), class_="steps")


def _step(step: Step) -> Markup:
    when = words.period(step.first, step.last).removesuffix(" UTC")
    return tag(
        "li", f"{when} " if when else "", tag("b", _what(step)), " ", tag("code", words.place(step.path, step.line))
    )
