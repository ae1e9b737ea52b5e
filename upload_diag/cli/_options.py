"""What the commands share: values of options, and the options that several have."""

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from upload_diag.cli.exit_codes import ExitCode
from upload_diag.errors import InputError

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A length of time: `90`, `90s`, `15m`, `24h`, `7d`; a number of seconds.

    With `unit_wanted` a bare number other than 0 is refused: whoever cleans up what is older than `7` means days, and
    would lose what is seven seconds old.
    """

    name = "DURATION"

    def __init__(self, *, unit_wanted: bool = False) -> None:
        self._unit_wanted = unit_wanted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd]?)", str(value))
        if match is None or (self._unit_wanted and not match[2] and float(match[1])):
            self.fail(f"'{value}' is no length of time; write 90s, 15m, 24h or 7d.", param, ctx)
        return float(match[1]) * _SECONDS[match[2]]


class Size(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A number of bytes: `8388608`, `512K`, `8M`, `1G`, also as MiB."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"([0-9]{1,15})\s*([kmg]?)(?:i?b)?", str(value).lower())
        if match is None or int(match[1]) == 0:
            self.fail(f"'{value}' is no size; write 8M, 64MiB or a number of bytes.", param, ctx)
        return int(match[1]) * _BYTES[match[2]]


class Whole(click.IntRange):
    """A whole number within bounds."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number: int = super().convert(value, param, ctx)
        except click.BadParameter:
            bounds = f"from {self.min} on" if self.max is None else f"from {self.min} to {self.max}"
            self.fail(f"'{value}' is no whole number {bounds}.", param, ctx)
        return number


class Time(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A point in time, as milliseconds since 1970."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from datetime import UTC, datetime

        if isinstance(value, int):
            return value
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a time such as 2026-11-22T10:00:00Z or 2026-11-22", param, ctx)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return int(time.timestamp() * 1000)


class OneOf(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """One of some names that are loaded only when needed."""

    def __init__(self, name: str, load: Callable[[], Iterable[str]]) -> None:
        self.name, self._load = name, load

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names = list(self._load())
        if value not in names:
            self.fail(f"'{value}' is not one of {', '.join(names)}.", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in self._load() if name.startswith(incomplete)]


class Code(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """An error code, in any case of letters."""

    name = "CODE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from difflib import get_close_matches

        from upload_diag.codes import ErrorCode

        code = str(value).strip().upper().replace("-", "_")
        if code not in ErrorCode.__members__:
            close = get_close_matches(code, ErrorCode.__members__, n=1)
            hint = f"Did you mean '{close[0]}'?" if close else "`upload-diag explain --list` begins with all of them."
            self.fail(f"'{value}' is not an error code. {hint}", param, ctx)
        return code


class FailOn(Code):
    """The value of `--fail-on`: `any`, or error codes joined by commas."""

    name = "CODE[,CODE]|any"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        if isinstance(value, frozenset):
            return value
        convert = super().convert
        names = map(str.strip, value.split(","))
        return frozenset(name if name == "any" else convert(name, param, ctx) for name in names)


def examples(*calls: str) -> str:
    """The end of a command's help: calls to copy, without the program's name."""
    return "\b\nExamples:\n" + "\n".join(f"  upload-diag {call}" for call in calls)


def _writable(_context: click.Context, _parameter: click.Parameter, file: str | None) -> str | None:
    """Say so before any work is done, not after it, when the output cannot be written."""
    if file is not None:
        target = Path(file).resolve()
        if target.is_dir() or not target.parent.is_dir():
            why = "is a folder" if target.is_dir() else f"there is no folder {target.parent}"
            raise InputError(f"cannot write {file}: {why}")
    return file


def _show(_context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from upload_diag.redaction import show_secrets

        show_secrets()


show_secrets_option = click.option(
    "--show-secrets",
    is_flag=True,
    expose_value=False,
    callback=_show,
    help="leave signatures, tokens, keys, cookies and e-mails in the output (default: redacted)",
)
output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    callback=_writable,
    help="write there, whole or not at all (default: standard output)",
)
rules_option = click.option(
    "--rules", metavar="FILE", help="also use the rules in this TOML file (default: the built-in ones only)"
)
format_option = click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="for people or for programs",
)


def own_rules(file: str | None) -> "Ruleset | None":
    """The built-in rules with those of the file that `rules_option` names; None where it names none.

    Raises:
        InputError: the file cannot be read.
        BadRuleError: a rule in it contradicts itself.
    """
    if file is None:
        return None
    from upload_diag.rules.ruleset import Ruleset

    return Ruleset.builtin().with_file(file)


def lines_option(help_: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`-f` of a command that tells things one by one; `help_` says what a line of ndjson is."""
    formats = click.Choice(["text", "ndjson"])
    return click.option("-f", "--format", "format_", type=formats, default="text", show_default=True, help=help_)


fail_on_option = click.option(
    "--fail-on",
    type=FailOn(),
    metavar=FailOn.name,
    help="exit 1 if one of these codes, or `any` code at all, was found (default: never)",
)


def fail_on(wanted: frozenset[str] | None, found: Collection[str]) -> ExitCode:
    """The exit code of a report: FOUND when `--fail-on` asked for one of the codes found, else OK."""
    matched = wanted and found and ("any" in wanted or not wanted.isdisjoint(found))
    return ExitCode.FOUND if matched else ExitCode.OK
