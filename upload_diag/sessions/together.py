"""Which traces are of one upload."""

from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

from upload_diag.logs.markers import Event
from upload_diag.sessions.trace import Trace

__all__ = ["together"]

_CLOCKS = 60_000  # milliseconds by which the clocks of a client and a store may differ


class _Groups:
    """Names, some of which stand for the same."""

    def __init__(self) -> None:
        self._parent: dict[bytes, bytes] = {}

    def root(self, name: bytes) -> bytes:
        """The name that stands for all of its group."""
        parent = self._parent
        while parent.get(name, name) != name:
            name = parent[name]
        return name

    def join(self, name: bytes, other: bytes) -> None:
        """Make one group of two."""
        self._parent[self.root(name)] = self.root(other)

    def of(self, names: Iterable[bytes]) -> Iterable[list[bytes]]:
        """The groups of the names."""
        groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for name in names:
            groups[self.root(name) if name in self._parent else name].append(name)
        return groups.values()


def together(traces: Mapping[bytes, Trace]) -> Iterable[list[bytes]]:
    """The names of traces that are of one upload: of the same video, or of the same key.

    At a key it may have begun anew after a failure, or another log may tell of it without its id.
    """
    groups = _Groups()
    by_video: defaultdict[bytes, list[bytes]] = defaultdict(list)
    by_key: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, trace in traces.items():
        if trace.video:
            by_video[trace.video].append(name)
        if trace.key:
            by_key[trace.key].append(name)
    for first, *others in by_video.values():
        for name in others:
            groups.join(name, first)
    for names in by_key.values():
        if len(names) > 1:  # most are alone
            _join_at_a_key(names, traces, groups)
    return groups.of(traces)


def _join_at_a_key(names: list[bytes], traces: Mapping[bytes, Trace], groups: _Groups) -> None:
    """Join those that are of one upload."""
    names.sort(key=lambda name: (traces[name].begin, name))
    for _, of_one_bucket in groupby(
        sorted(names, key=lambda name: traces[name].bucket), lambda name: traces[name].bucket
    ):
        for before, after in pairwise(of_one_bucket):
            if Event.COMPLETE not in traces[before].first and _may_be_one(traces[before], traces[after]):
                groups.join(after, before)
    known = [name for name in names if traces[name].uploads]
    begins = [traces[name].begin[0] for name in known]
    for name in names:
        trace = traces[name]
        if not trace.uploads:
            begin, end = trace.begin[0] - _CLOCKS, trace.end + _CLOCKS
            # Of several that had begun before, the last one counts.
            near = known[max(0, bisect_left(begins, begin) - 1) : bisect(begins, end)]
            uploads = {groups.root(one) for one in near if traces[one].end >= begin and _may_be_one(traces[one], trace)}
            if len(uploads) == 1:
                groups.join(name, uploads.pop())


def _may_be_one(one: Trace, other: Trace) -> bool:
    """Two videos are two uploads, also where what looks like one key is a variable's name in a traceback."""
    return len({one.video, other.video} - {b""}) < 2 and len({one.bucket, other.bucket} - {b""}) < 2
