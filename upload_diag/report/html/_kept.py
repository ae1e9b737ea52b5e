"""What of a report goes into a page: the richest choice that keeps it small, and a record of what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from itertools import islice
from typing import Any, TypeVar

from upload_diag.analysis import Bucket, Group, Input, Report
from upload_diag.report import _words as words
from upload_diag.sessions import UploadSession
from upload_diag.terminal import safe

__all__ = ["CAPS", "Caps", "Kept", "budget", "keep"]

T = TypeVar("T")

TEXT = 240  # characters of any text but an excerpt
IDS = 6  # upload ids of an upload
STEPS = 24  # steps of an upload
INPUTS = 50
NOTES = 30
REASONS = 5  # reasons why an input was not read


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a report a page holds.

    Attributes:
        examples: of a group.
        excerpt: characters of an example.
        bars: of the histogram.
    """

    groups: int
    examples: int
    excerpt: int
    sessions: int
    bars: int


# From rich to poor; a page takes the first that its budget allows.
CAPS = (
    Caps(groups=200, examples=3, excerpt=1200, sessions=100, bars=96),
    Caps(groups=200, examples=3, excerpt=600, sessions=60, bars=60),
    Caps(groups=200, examples=3, excerpt=300, sessions=30, bars=48),
    Caps(groups=200, examples=3, excerpt=200, sessions=15, bars=36),
    Caps(groups=200, examples=2, excerpt=200, sessions=8, bars=24),
    Caps(groups=200, examples=2, excerpt=200, sessions=3, bars=24),
    Caps(groups=200, examples=1, excerpt=200, sessions=3, bars=24),
    Caps(groups=200, examples=1, excerpt=120, sessions=2, bars=12),
)


def budget(groups: int) -> int:
    """Bytes that a page may have: 60 kB for 20 groups, up to 1 MB for 200 and more, for no mail refuses that."""
    return min(1_000_000, 60_000 + 5_200 * max(0, groups - 20))


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of a report, all its text cut to size and fit to print.

    Attributes:
        whole: the report.
        part: what is shown of it.
        left_out: how many groups, sessions, inputs and notes are not shown; no zeros.
    """

    whole: Report
    part: Report
    left_out: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The part as plain data, with the totals of the whole, and with `leftOut`."""
        return self.part.to_json() | {"totals": self.whole.totals(), "leftOut": self.left_out}


def keep(report: Report, caps: Caps, stories: Sequence[UploadSession]) -> Kept:
    """As much of the report as the caps allow; `stories` are its sessions in the order in which they deserve room."""
    shown = {one.fingerprint for one in report.groups[: caps.groups]}
    width, bars = words.bars(report, caps.bars)
    part = replace(
        report,
        inputs=tuple(_input(one) for one in sorted(report.inputs, key=_trouble)[:INPUTS]),
        groups=tuple(_group(one, caps) for one in report.groups[: caps.groups]),
        sessions=tuple(_session(one, shown) for one in stories[: caps.sessions]),
        timeline=tuple(Bucket(bar.start, bar.counts) for bar in bars),
        bucket_seconds=width,
        patterns=report.patterns[:NOTES],
        notes=report.notes[:NOTES],
        tally=None,
    )
    lists = {"groups": part.groups, "sessions": part.sessions, "inputs": part.inputs, "notes": part.notes}
    left_out = {name: len(getattr(report, name)) - len(some) for name, some in lists.items()}
    return Kept(report, _cut(part, max(TEXT, caps.excerpt)), {name: count for name, count in left_out.items() if count})


def _trouble(one: Input) -> int:
    """Inputs of which something was not read come first."""
    return -one.unreadable_bytes


def _input(one: Input) -> Input:
    return _cut(replace(one, unreadable=dict(islice(one.unreadable.items(), REASONS))), TEXT)


def _group(one: Group, caps: Caps) -> Group:
    examples = tuple(_cut(example, caps.excerpt) for example in one.examples[: caps.examples])
    return replace(_cut(replace(one, examples=()), TEXT), examples=examples)


def _session(one: UploadSession, shown: set[str]) -> UploadSession:
    """The upload; a step whose group is not shown points to none."""
    timeline = (step if step.group in shown else replace(step, group=None) for step in one.timeline[:STEPS])
    return _cut(replace(one, upload_ids=one.upload_ids[:IDS], timeline=tuple(timeline)), TEXT)


def _cut(value: T, limit: int) -> T:
    """The same with every text in it made fit to print and cut at so many characters."""
    cut: Any = value
    match value:
        case Enum():
            pass
        case str():
            text = safe(value[: limit + 1])
            cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
        case tuple():
            cut = tuple(_cut(one, limit) for one in value)
        case dict():
            cut = {_cut(key, limit): _cut(one, limit) for key, one in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            cut = type(value)(*(_cut(getattr(value, field.name), limit) for field in fields(value)))
    return cut  # type: ignore[no-any-return]
