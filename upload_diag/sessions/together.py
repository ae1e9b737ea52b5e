"""Which traces are of one upload."""

import re
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise

from upload_diag.logs.markers import Event
from upload_diag.sessions.trace import Trace

__all__ = ["together"]

# A video's name by which a key can be told to be its own: `v_48015194`, and not `intro` or `2026`.
_TELLING = re.compile(rb"(?=[^0-9]*[0-9])[A-Za-z0-9_.~-]{8,}")
_OBTAINED = (Event.REFRESHED, Event.RESTARTED)
_WANTED = (Event.EXPIRED, Event.REFRESH, Event.RESTART)
_AT_ONCE = 60_000  # milliseconds within which a client that has lost its session gets another one
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


def together(traces: Mapping[bytes, Trace], shared: Iterable[tuple[bytes, ...]]) -> Iterable[list[bytes]]:
    """The names of traces that are of one upload: of the same video, the same key, or the same request.

    At a key it may have begun anew after a failure, or another log may tell of it without its id. `shared` are names
    that one request is known by.
    """
    groups = _Groups()
    by_video: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, trace in traces.items():
        if trace.video:
            by_video[trace.video].append(name)
    for first, *others in by_video.values():
        for name in others:
            groups.join(name, first)
    for video in by_video.keys() & traces.keys():  # an application's own name of the upload
        groups.join(video, by_video[video][0])
    for several in shared:
        if _is_one_request(several, traces):
            groups.join(*several)
    for name, before in _obtained(traces):
        groups.join(name, before)
    for names in _by_key(traces).values():
        if len(names) > 1:  # most are alone
            _join_at_a_key(names, traces, groups)
    return groups.of(traces)


def _by_key(traces: Mapping[bytes, Trace]) -> dict[bytes, list[bytes]]:
    """The names of traces that may be of the upload of a key."""
    by_key: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for name, trace in traces.items():
        if trace.key:
            by_key[trace.key.removeprefix(b"/")].append(name)
    for name, trace in traces.items():
        # Who passes requests on writes the bucket before the key.
        if trace.bucket and (path := trace.bucket + b"/" + trace.key) in by_key:
            by_key[path].append(name)
    for video, key in _keys_of_videos(traces, by_key):
        by_key[key].append(video)
    return by_key


def _is_one_request(names: tuple[bytes, ...], traces: Mapping[bytes, Trace]) -> bool:
    """Whether a client that knows no upload id, and a store that does, tell of one request.

    Where more do, it is no store's request: a backend may have answered one request of its own for many uploads.
    """
    if len(names) > 2 or not all(name in traces for name in names):
        return False
    one, other = (traces[name] for name in names)
    return bool(one.uploads) != bool(other.uploads) and _may_be_one(one, other) and _meet(one, other)


def _meet(one: Trace, other: Trace) -> bool:
    """Whether they are of the same time, as far as they tell and the clocks of a client and a store agree."""
    timeless = not (one.end and other.end)
    return timeless or (one.begin[0] - _CLOCKS <= other.end and other.begin[0] - _CLOCKS <= one.end)


def _obtained(traces: Mapping[bytes, Trace]) -> Iterator[tuple[bytes, bytes]]:
    """Sessions that begin as one that took another's place, and the one that was just missed, if only one was."""
    missed = sorted((trace.end, name) for name, trace in traces.items() if trace.end and _wants_another(trace))
    taken: set[bytes] = set()
    for begin, name in sorted(_replacements(traces)) if missed else ():
        near = missed[bisect_left(missed, (begin - _AT_ONCE, b"")) : bisect(missed, (begin + 1, b""))]
        others = [
            other for _, other in near if other not in {name, *taken} and _may_be_one(traces[other], traces[name])
        ]
        if len(others) == 1:
            taken.update(others)
            yield name, others[0]


def _replacements(traces: Mapping[bytes, Trace]) -> Iterator[tuple[int, bytes]]:
    """Sessions that begin as one that took another's place, and when."""
    for name, trace in traces.items():
        if not trace.first.keys().isdisjoint(_OBTAINED):
            begin = trace.begin
            if begin[0] and any(trace.first.get(event) == begin for event in _OBTAINED):
                yield begin[0], name


def _wants_another(trace: Trace) -> bool:
    """Whether the last that a session tells is that its client looks for another one."""
    wanted = [trace.last[event] for event in _WANTED if event in trace.first]
    return bool(wanted) and max(wanted) == max(trace.last.values())


def _keys_of_videos(traces: Mapping[bytes, Trace], keys: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Traces that know nothing but their video, and the key that names that video, where there is just one."""
    lone = {trace.video: name for name, trace in traces.items() if trace.video and not (trace.uploads or trace.key)}
    lone = {video: name for video, name in lone.items() if _TELLING.fullmatch(video)}
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for key in keys if lone else ():
        *folders, file = key.split(b"/")
        for video in lone.keys() & {*folders, file, file.partition(b".")[0]}:
            found[video].append(key)
    for video, named in found.items():
        key = min(named, key=len)
        if all(one.endswith(key) for one in named):  # with and without its bucket
            yield lone[video], key


def _join_at_a_key(names: list[bytes], traces: Mapping[bytes, Trace], groups: _Groups) -> None:
    """Join those that are of one upload."""
    names.sort(key=lambda name: (traces[name].begin, name))
    for _, of_one_bucket in groupby(
        sorted(names, key=lambda name: traces[name].bucket), lambda name: traces[name].bucket
    ):
        for before, after in pairwise(of_one_bucket):
            if Event.COMPLETE not in traces[before].first and _goes_on(traces[before], traces[after]):
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


def _goes_on(one: Trace, other: Trace) -> bool:
    """Whether the other may be the same upload begun anew.

    At a path, which may be an application's own address, it is not while the one lasts.
    """
    parallel = one.key.startswith(b"/") and one.uploads and other.begin[0] + _CLOCKS < one.end
    return _may_be_one(one, other) and not parallel


def _may_be_one(one: Trace, other: Trace) -> bool:
    """Two videos are two uploads, also where what looks like one key is a variable's name in a traceback."""
    return len({one.video, other.video} - {b""}) < 2 and len({one.bucket, other.bucket} - {b""}) < 2
