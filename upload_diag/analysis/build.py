"""From a `Tally` to the `Report` that is printed."""

from collections import Counter
from collections.abc import Callable, Iterator

from upload_diag import __version__
from upload_diag.analysis.cuts import find_cuts
from upload_diag.analysis.report import Bucket, Example, Group, Input, Pattern, Report
from upload_diag.analysis.tally import MINUTE, FileTally, GroupTally, Tally
from upload_diag.codes import ErrorCode
from upload_diag.logs.markers import Event
from upload_diag.sessions import Failure, Place, Stories, rfc3339
from upload_diag.sessions.patterns import find_patterns

__all__ = ["build"]

_BARS = 120  # at most this many bars in the histogram
_WIDTHS = (1, 5, 15, 60, 360, 1440, 7 * 1440)  # minutes


def build(tally: Tally, ruleset_version: str) -> Report:
    """The report on what was counted."""
    line = tally.lines()
    stories = Stories(tally.settled(), tally.traces, tally.shared.values(), line)
    touched, follows = stories.touched, stories.follows
    died = [(trace, cause) for trace, cause in stories.traces if cause is not None]
    groups = [
        _group(line, failure, group, touched[failure], follows[failure]) for failure, group in tally.groups.items()
    ]
    groups.sort(key=_order)
    times = [time for group in tally.groups.values() for time in (group.first, group.last) if time]
    for event in touched.keys() & set(Event):
        places = [(trace.first[event], trace.last[event]) for trace, _ in stories.traces if event in trace.first]
        times += [place[0] for both in places for place in both if place[0]]
    width, timeline = _timeline(tally.minutes)
    return Report(
        version=__version__,
        ruleset_version=ruleset_version,
        inputs=tuple(_input(tally.files[path]) for path in sorted(tally.files)),
        groups=tuple(groups),
        sessions=stories,
        timeline=timeline,
        bucket_seconds=width * 60,
        patterns=tuple(Pattern(*found) for found in find_patterns(died, touched)),
        first=rfc3339(min(times)) if times else None,
        last=rfc3339(max(times)) if times else None,
        dropped=dict(sorted(tally.dropped.items())),
        notes=tuple(_notes(tally)),
        tally=tally,
    )


def _order(group: Group) -> tuple[int, str, list[tuple[str, int]], str]:
    """The most frequent first; of equally frequent ones the one that came first, those without a time last."""
    places = [(example.path, example.line) for example in group.examples[:1]]
    return -group.count, group.first or "~", places, group.fingerprint


def _notes(tally: Tally) -> Iterator[str]:
    """What the reader must know: doubts about formats; what the examples do not show, and how they would."""
    for path, file in sorted(tally.files.items()):
        if file.doubt:
            yield f"{_clean(path)} was read as plain text: {file.doubt}. --input-format says what it is."
        if file.assumes_year:
            yield (
                f"{_clean(path)} does not say of which year its times are; the last such days were assumed. "
                "--as-of says when the log was taken."
            )
    cut: dict[str, list[str]] = {}
    for failure in sorted(tally.groups):
        for found in find_cuts(text for _, text in tally.groups[failure].examples):
            cut.setdefault(f"The logger wrote {found.what}. To see it, {found.deeper}", []).append(failure.code)
    for text, codes in sorted(cut.items()):
        yield f"{text}. (In {', '.join(dict.fromkeys(codes))}.)"


def _group(line: Callable[[Place], int], failure: Failure, group: GroupTally, sessions: int, follows: int) -> Group:
    verdict = group.verdict
    return Group(
        fingerprint=failure.fingerprint,
        code=failure.code,
        service_code=failure.service_code or None,
        rule=failure.rule,
        operation=failure.operation or None,
        count=group.count,
        sessions=sessions,
        follows=min(follows, group.count),
        first=rfc3339(group.first) if group.first else None,
        last=rfc3339(group.last) if group.last else None,
        cause=verdict.message,
        advice=verdict.advice,
        user_message=verdict.user_message,
        action=verdict.action,
        examples=tuple(
            Example(_clean(place[1]), line(place), place[2], rfc3339(place[0]) if place[0] else None, _excerpt(text))
            for place, text in group.examples
        ),
    )


def _excerpt(text: bytes) -> str:
    return _clean(text.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    from upload_diag.redaction import redact

    return redact(text)


def _input(file: FileTally) -> Input:
    return Input(
        path=_clean(file.path),
        bytes=file.bytes,
        lines=sum(lines for _, lines in file.pieces),
        format=file.format,
        encoding=file.encoding,
        unreadable_bytes=file.unreadable_bytes,
        unreadable=dict(sorted(file.unreadable.items())),
        by_code=dict(sorted(file.by_code.items())),
        doubt=file.doubt,
        assumes_year=file.assumes_year,
    )


def _timeline(minutes: dict[int, Counter[ErrorCode]]) -> tuple[int, tuple[Bucket, ...]]:
    """The histogram with the narrowest bars that are not too many: their width in minutes, and the bars."""
    if not minutes:
        return 0, ()
    first, last = min(minutes), max(minutes)
    # Bars are counted, not minutes, so that a written report, which knows its minutes by their bars, chooses the same.
    width = next((width for width in _WIDTHS if last // width - first // width < _BARS), _WIDTHS[-1])
    bars: dict[int, Counter[ErrorCode]] = {}
    for minute, counts in minutes.items():
        bars.setdefault(minute // width, Counter()).update(counts)
    return width, tuple(Bucket(rfc3339(bar * width * MINUTE), dict(sorted(bars[bar].items()))) for bar in sorted(bars))
