"""The histogram as an inline SVG of stacked bars, with its legend and the numbers behind it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from upload_diag.analysis import Bucket, Report
from upload_diag.codes import ErrorCode
from upload_diag.report import _words as words
from upload_diag.report.html._markup import Markup, tag

__all__ = ["chart", "series"]

SERIES = 6  # codes that get a colour of their own; the rest is "other"
HEIGHT = 100
OTHER = 0


def series(report: Report) -> dict[ErrorCode, int]:
    """The number of each code's colour, 1 for the most frequent; codes beyond the sixth share number 0."""
    return {code: number if number <= SERIES else OTHER for number, code in enumerate(report.by_code, 1)}


def chart(bars: tuple[Bucket, ...], seconds: int, colours: Mapping[ErrorCode, int]) -> Markup | None:
    """The bars; None when no record has a time."""
    if not bars:
        return None
    most = max(sum(bar.counts.values()) for bar in bars)
    stacks = [_stack(bar, colours) for bar in bars]
    svg = tag(
        "svg",
        tag("title", "Failures over time", id="chart-title"),
        tag("desc", _described(bars, most), id="chart-desc"),
        (tag("path", class_=f"c{colour}", d=_path(colour, stacks, most)) for colour in _names(stacks, colours)),
        (_hint(at, bar) for at, bar in enumerate(bars) if bar.counts),
        role="img",
        aria_labelledby="chart-title chart-desc",
        viewBox=f"0 0 {len(bars)} {HEIGHT}",
        preserveAspectRatio="none",
    )
    figure = tag(
        "figure",
        tag("div", tag("span", f"{most:,}", class_="top"), svg, class_="plot"),
        tag("div", (tag("span", text) for text in _axis(bars, seconds)), class_="axis"),
        tag("figcaption", _legend(stacks, colours), tag("span", f"one bar is {_width(seconds)}, times are UTC")),
    )
    return tag(
        "div",
        figure,
        tag("details", tag("summary", "The numbers behind the chart"), _table(bars, stacks, colours)),
        class_="chart",
    )


def _stack(bar: Bucket, colours: Mapping[ErrorCode, int]) -> Counter[int]:
    """The failures of a bar by colour."""
    stack: Counter[int] = Counter()
    for code, count in bar.counts.items():
        stack[colours.get(code, OTHER)] += count
    return stack


def _path(colour: int, stacks: list[Counter[int]], most: int) -> str:
    """All pieces of one colour; each stands on those that come before it in its stack."""
    pieces = []
    for at, stack in enumerate(stacks):
        if colour in stack:
            below = sum(count for other, count in stack.items() if _rank(other) < _rank(colour))
            bottom, height = (HEIGHT * count / most for count in (most - below, stack[colour]))
            pieces.append(f"M{at} {bottom:.3g}h.8v-{height:.3g}h-.8z")
    return "".join(pieces)


def _rank(colour: int) -> tuple[bool, int]:
    """The most frequent code is at the bottom, the others together on top."""
    return colour == OTHER, colour


def _hint(at: int, bar: Bucket) -> Markup:
    """What the pointer is told when it rests on a bar."""
    told = tag("title", f"{words.moment(bar.start)}: {words.listed(bar.counts, 3)}")
    return tag("g", tag("rect", x=at, width=1, height=HEIGHT), told)


def _described(bars: tuple[Bucket, ...], most: int) -> str:
    peak = next(bar for bar in bars if sum(bar.counts.values()) == most)
    highest = f"{words.counted(most, 'failure')}, at {words.moment(peak.start)} UTC"
    return f"{words.counted(len(bars), 'bar')}; the highest, {highest}."


def _axis(bars: tuple[Bucket, ...], seconds: int) -> list[str]:
    """Where the bars begin, their middle, and where they end."""
    first, length = words.point(bars[0].start), seconds * len(bars)
    if first is None:
        return [words.moment(bars[0].start)]
    return [words.later(first, each) for each in (0, length // 2, length)]


def _width(seconds: int) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            return words.counted(seconds // length, unit)
    return words.counted(seconds, "second")


def _names(stacks: list[Counter[int]], colours: Mapping[ErrorCode, int]) -> dict[int, str]:
    """What each colour in use stands for."""
    used = {colour for stack in stacks for colour in stack}
    named = {number: str(code) for code, number in colours.items() if number != OTHER and number in used}
    return named | ({OTHER: "other"} if OTHER in used else {})


def _legend(stacks: list[Counter[int]], colours: Mapping[ErrorCode, int]) -> Iterator[Markup]:
    for number, name in _names(stacks, colours).items():
        yield tag("span", tag("i", class_=f"dot c{number}"), name, class_="key")


def _table(bars: tuple[Bucket, ...], stacks: list[Counter[int]], colours: Mapping[ErrorCode, int]) -> Markup:
    names = _names(stacks, colours)
    head = tag("tr", (tag("th", name, scope="col") for name in ("from (UTC)", *map(_breakable, names.values()))))
    rows = (
        tag(
            "tr",
            tag("th", words.moment(bar.start), scope="row"),
            (tag("td", stack.get(number) or "") for number in names),
        )
        for bar, stack in zip(bars, stacks, strict=True)
        if stack
    )
    table = tag("table", tag("thead", head), tag("tbody", rows))
    title = "Failures over time, in numbers"
    return tag("div", table, class_="scroll numbers", role="region", aria_label=title, tabindex="0")


def _breakable(code: str) -> list[str]:
    """A code that may go on in the next line after each underscore, so that seven of them fit on paper."""
    first, *others = code.split("_")
    return [first, *(each for other in others for each in ("_", tag("wbr"), other))]
