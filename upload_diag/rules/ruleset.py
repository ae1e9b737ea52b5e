"""The rules as one value: the built-in rows, and a user's own beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from os import PathLike
from typing import Any

from upload_diag.errors import BadRuleError
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.required import required_literals
from upload_diag.rules.rows import OtherCode, Phrase, S3Code
from upload_diag.rules.s3_codes import S3_CODES

__all__ = ["RULESET_VERSION", "Ruleset", "first_sentence"]

RULESET_VERSION = "2026.11.0"
"""Year, month and number of the rows; it moves with every change of a row, apart from the package's version."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything the classifier knows, as rows. A set: no order among rows means anything.

    Attributes:
        version: the rows' version, with the name of a user's file behind it where there is one.
        s3_codes: the service codes, by their names.
        other_codes: the tokens of clients, protocols and backends, by their names.
        phrases: the sentences.
        own: the ids of the user's own rows, which win a tie with a built-in one.
    """

    version: str
    s3_codes: Mapping[str, S3Code]
    other_codes: Mapping[str, OtherCode]
    phrases: tuple[Phrase, ...]
    own: frozenset[str] = frozenset()

    @classmethod
    def builtin(cls) -> "Ruleset":
        """The rows of this package."""
        return _builtin()

    def with_file(self, path: str | PathLike[str]) -> "Ruleset":
        """These rules and those of a TOML file; its codes replace built-in ones of the same name.

        Raises:
            InputError: the file cannot be read.
            BadRuleError: a row contradicts itself or the format; names the file, the rule and the field.
        """
        from upload_diag.rules.user_file import read_rules

        codes, phrases = read_rules(path)
        s3_codes = {row.name: row for row in codes if isinstance(row, S3Code)}
        other_codes = {row.name: row for row in codes if isinstance(row, OtherCode)}
        named = s3_codes.keys() | other_codes.keys()
        joined = replace(
            self,
            version=f"{self.version}+{_stem(path)}",
            s3_codes={name: row for name, row in self.s3_codes.items() if name not in named} | s3_codes,
            other_codes={name: row for name, row in self.other_codes.items() if name not in named} | other_codes,
            phrases=(*self.phrases, *phrases),
            own=self.own | {row.rule for row in (*codes, *phrases)},
        )
        for problem in joined.problems(str(path)):
            raise problem
        return joined

    def problems(self, file: str = "built-in") -> Iterator[BadRuleError]:
        """Everything wrong with the rows, for the tests and for `rules test`."""
        from upload_diag.rules.checks import find_cycle, find_problems

        seen: set[str] = set()
        for row in self.phrases:
            where = file if row.rule in self.own else "built-in"
            if row.rule in seen:
                yield BadRuleError(where, row.rule, "rule", "is already taken; every rule id is unique")
            seen.add(row.rule)
            for field, problem in find_problems(row):
                yield BadRuleError(where, row.rule, field, problem)
        if cycle := find_cycle(self.phrases):
            yield BadRuleError(file, "all rules", "refines", f"overrules in a circle: {cycle}")

    def literals(self) -> frozenset[str]:
        """Lower-case texts of which every rule's match holds at least one: a log line without any of them is no error.

        Not in it: HTTP statuses and the keys of envelopes, which `rules.statuses` and `rules.fields` hold.
        """
        found: set[str] = set()
        for phrase in self.phrases:
            found |= required_literals(phrase.pattern) if phrase.pattern else {phrase.keyword}
        codes: list[S3Code | OtherCode] = [*self.s3_codes.values(), *self.other_codes.values()]
        for code in codes:
            name = code.name.lower()
            # An ordinary word counts only where a code stands: as a JSON or XML value, or in the brackets of a client.
            found.update((f'"{name}"', f"'{name}'", f">{name}<", f"({name})") if code.plain else (name,))
        for row in self.s3_codes.values():
            if row.message.count(" ") >= 3:
                found.add(first_sentence(row.message))
        return frozenset(found)

    def export(self) -> dict[str, Any]:
        """The rules as JSON values, for other languages; see `rules.export`."""
        from upload_diag.rules.export import as_document

        return as_document(self)


def first_sentence(message: str) -> str:
    """A service's message as it is looked for in text: lower-cased, the first sentence of it, without its stop."""
    return " ".join(message.lower().split()).split(". ")[0].rstrip(".")


@cache
def _builtin() -> Ruleset:
    return Ruleset(RULESET_VERSION, S3_CODES, OTHER_CODES, PHRASES)


def _stem(path: str | PathLike[str]) -> str:
    from pathlib import PurePath

    return PurePath(path).stem
