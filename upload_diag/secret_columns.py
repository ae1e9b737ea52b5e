"""Secrets in a table, such as CSV, where only the heading tells them: its cells have no labels of their own."""

import re
from collections.abc import Callable, Iterator
from typing import Self

__all__ = ["SecretColumns"]

_DELIMITERS = ",;\t|"
_NAME = re.compile(r'(?:\xef\xbb\xbf|\ufeff)?"?[@_]?[A-Za-z][\w @.()/\[\]-]{0,60}"?\s*')
_NOTHING = frozenset({"", "null", "none", "nil", "undefined", "-", "true", "false"})
_LONGEST = 1 << 20  # characters of a row; a longer one is taken for several
_QUOTED = 1 << 13  # characters of a quoted cell; a longer one is taken for a quote that nobody closes


class SecretColumns:
    """Takes the cells of secret columns out of the rows of a table.

    Args:
        delimiter: what stands between two cells.
        kinds: what is in each secret column, by its number.
    """

    def __init__(self, delimiter: str, kinds: dict[int, str]) -> None:
        self._kinds = kinds
        rest = rf"[^{re.escape(delimiter)}\r\n]*+"
        self._cell = re.compile(
            rf'(?:"((?:[^"]|""){{0,{_QUOTED}}})"{rest}|({rest}))({re.escape(delimiter)}|\r?\n|\r|\Z)'
        )

    @classmethod
    def of(cls, start: str, kind_of: Callable[[str], str | None]) -> Self | None:
        """What knows the table that a text begins with; None when there is none, or nothing secret in it.

        Args:
            start: the text's beginning, with the heading and the row below it.
            kind_of: tells what is kept under a name, when that is secret.
        """
        heading, _, rest = start.partition("\n")
        row = rest.partition("\n")[0]
        for delimiter in _DELIMITERS:
            names = heading.split(delimiter)
            if len(names) < 2 or not all(map(_NAME.fullmatch, names)):
                continue
            if row.count(delimiter) >= len(names) - 1 or '"' in row:
                kinds = {place: kind for place, name in enumerate(names) if (kind := kind_of(name.strip('" \r')))}
                return cls(delimiter, kinds) if kinds else None
        return None

    def cut(self, chunks: Iterator[str], token: Callable[[str, str], str]) -> Iterator[str]:
        """The text, with what `token` makes of a secret cell and its kind in its place; the heading stays."""
        heading, end, pending = next(chunks).partition("\n")
        yield heading + end
        for chunk in chunks:
            pending += chunk
            end_of_rows = self._end_of_rows(pending)
            yield self.rows(pending[:end_of_rows], token)
            pending = pending[end_of_rows:]
        yield self.rows(pending, token)

    def rows(self, text: str, token: Callable[[str, str], str]) -> str:
        """As `cut`, of whole rows."""
        pieces: list[str] = []
        done = column = 0
        for cell in self._cell.finditer(text):
            group = 2 if cell[1] is None else 1
            if column in self._kinds and cell[group].strip().lower() not in _NOTHING:
                pieces += text[done : cell.start(group)], token(cell[group], self._kinds[column])
                done = cell.end(group)
            column = 0 if cell[3][-1:] in ("\r", "\n") else column + 1
        return "".join([*pieces, text[done:]])

    def _end_of_rows(self, text: str) -> int:
        """Where the last row begins, which may go on."""
        if len(text) > _LONGEST:
            return len(text)
        return max((cell.end() for cell in self._cell.finditer(text) if cell[3][-1:] == "\n"), default=0)
