"""Read the entries of a text log that come again and again, but for ids, times and numbers, by one regex each.

`texts.cut` says in what a line may differ without being read otherwise. So a form is an entry with holes: all entries
that fit have one key, and their ids stand in the holes. Which forms to try is told by an entry's punctuation: by what
is left of it without the letters and digits of its words.
"""

import re
from collections import Counter
from collections.abc import Callable

from upload_diag.logs.fields import NO_IDS, Ids
from upload_diag.logs.texts import cut

__all__ = ["Forms"]

Read = tuple[bytes, Ids]
_WORDS = bytes(byte for byte in range(256) if chr(byte).isalnum() or chr(byte) in "_+./~%=-" or byte >= 0x80)
_WORTH_A_FORM = 32  # entries that are read to the same
_LONGEST = 8192  # bytes of an entry that is made a form
_ALIKE_LIMIT = 16  # forms that are tried for one entry
_LIMIT = 1024  # forms, and kinds of entries of which one may be made


class Forms:
    """Reads entries; `read_lines` is the long way, which is never wrong."""

    def __init__(self, read_lines: Callable[[bytes], Read]) -> None:
        self._read_lines = read_lines
        self._forms: dict[bytes, list[_Form]] = {}
        self._size = 0
        self._seen: Counter[bytes] = Counter()  # how often entries were read the long way, by what is left of them

    def read(self, text: bytes) -> Read:
        """What `read_lines` says about an entry."""
        punctuation = text.translate(None, _WORDS)
        for form in self._forms.get(punctuation, ()):
            match = form.match(text)
            if match is not None:
                return form.plain, form.ids(match)
        found = self._read_lines(text)
        if len(text) <= _LONGEST:
            self._learn(text, punctuation, found[0])
        return found

    def _learn(self, text: bytes, punctuation: bytes, plain: bytes) -> None:
        """Make an entry a form when it was worth it."""
        if len(self._seen) >= _LIMIT:
            self._seen.clear()
        self._seen[plain] += 1
        if self._seen[plain] % _WORTH_A_FORM:
            return
        if self._size >= _LIMIT:
            self._forms.clear()
            self._size = 0
        form = _form(text, plain)
        alike = self._forms.setdefault(punctuation, [])
        if form is not None and len(alike) < _ALIKE_LIMIT:
            alike.append(form)
            self._size += 1


class _Form:
    """Entries that differ in what varies only.

    Attributes:
        plain: what is left of each without it.
        match: the regex's `fullmatch`.
    """

    __slots__ = ("_groups", "match", "plain")

    def __init__(self, pattern: bytes, fields: list[int], plain: bytes) -> None:
        self.plain = plain
        self.match = re.compile(b"()" + pattern).fullmatch
        # The group of each field of `Ids`: the first of its kind; 1, which is empty, where there is none.
        self._groups = tuple(fields.index(field) + 2 if field in fields else 1 for field in range(len(NO_IDS)))

    def ids(self, match: re.Match[bytes]) -> Ids:
        """The ids in an entry that fits."""
        upload, video, bucket, key, request, part = match.group(*self._groups)
        return Ids(upload, video, bucket, key, request, int(part or 0))


def _form(text: bytes, plain: bytes) -> _Form | None:
    """The form of an entry; None when its ids might get lost."""
    pattern = b""
    fields: list[int] = []
    for line in text.splitlines(keepends=True):
        pieces = cut(line, quotes=True)
        if pieces is None:
            return None
        stays, holes, ids = pieces
        pattern += re.escape(stays[0]) + b"".join(
            hole + re.escape(text) for hole, text in zip(holes, stays[1:], strict=True)
        )
        fields += ids
    return _Form(pattern, fields, plain)
