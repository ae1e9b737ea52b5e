"""`upload-diag rules list`, `rules test`, `rules export`."""

import json
from pathlib import Path
from typing import Any

import click

from upload_diag.cli._console import Code, notice, open_output, read_input
from upload_diag.cli._group import Group
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.terminal import safe, spelled_out

output_option = click.option("-o", "--output", help="write to this file instead of standard output")
format_option = click.option(
    "-f", "--format", "output_format", type=click.Choice(("text", "json")), default="text", help="of the output"
)
rules_option = click.option(
    "--rules", "own", metavar="FILE", help="a TOML file with rules of your own beside the built-in ones"
)


@click.group(cls=Group)
def command() -> None:
    """List the rules, test them and your own, export them for other languages."""


@command.command("list")
@click.option("--code", type=Code(), help="only rules that conclude this")
@rules_option
@format_option
@output_option
def list_rules(code: str | None, own: str | None, output_format: str, output: str | None) -> None:
    """Print every rule: its id, what it concludes, and the word or sentence that it looks for."""
    ruleset = _ruleset(own)
    found: list[dict[str, Any]] = [
        {"rule": row.rule, "code": row.code, "looksFor": row.name}
        for row in (*ruleset.s3_codes.values(), *ruleset.other_codes.values())
    ]
    found += [{"rule": row.rule, "code": row.code, "looksFor": row.pattern or row.keyword} for row in ruleset.phrases]
    found = sorted((row for row in found if code in (None, row["code"])), key=lambda row: str(row["rule"]))
    with open_output(output) as out:
        if output_format == "json":
            out.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
            return
        for row in found:
            out.write(f"{row['rule']:<44} {row['code']:<20} {row['looksFor']}\n")


@command.command("test")
@click.argument("given", required=False, metavar="[FILE|TEXT]")
@rules_option
@format_option
@output_option
def test_rules(given: str | None, own: str | None, output_format: str, output: str | None) -> ExitCode:
    """Check the rules, or show what they find in a text.

    Without an argument every rule is held to its own examples. FILE.toml holds rules of your own, to be checked too.
    Any other FILE, or a TEXT, is read with the rules, and every rule that it meets is printed.
    """
    if given is None or given.endswith(".toml"):
        problems, answer, text = _checked(given or own)
    else:
        problems, (answer, text) = [], _met(given, own)
    with open_output(output) as out:
        document = spelled_out(json.dumps(answer, ensure_ascii=False, indent=1)) + "\n"
        out.write(document if output_format == "json" else safe(text))
    return ExitCode.FOUND if problems else ExitCode.OK


def _checked(own: str | None) -> tuple[list[str], dict[str, Any], str]:
    """Hold every row to its promises; a bad row of a user's file raises with its own message."""
    ruleset = _ruleset(own)
    problems = [str(problem) for problem in ruleset.problems()]
    rows = len(ruleset.s3_codes) + len(ruleset.other_codes) + len(ruleset.phrases)
    summary = f"{len(problems)} problems" if problems else "all keep their promises"
    text = f"{rows} rules of version {ruleset.version}, {len(ruleset.own)} of your own: {summary}\n"
    answer = {"version": ruleset.version, "rules": rows, "own": len(ruleset.own), "problems": problems}
    return problems, answer, "".join(f"{problem}\n" for problem in problems) + text


def _met(given: str, own: str | None) -> tuple[dict[str, Any], str]:
    """The rules that a text, or the text of a file, meets, best first."""
    from upload_diag.classifier import classify

    text = read_input(given).decode("utf-8", "replace") if _is_file(given) else given
    info = classify(text, rules=_ruleset(own))
    evidence = [hit.model_dump() for hit in info.evidence]
    lines = [f"  {hit['strength']:>3}  {hit['rule']:<40} {hit['value']}\n" for hit in evidence]
    return {"code": info.code, "evidence": evidence}, f"{info.code}\n" + "".join(lines)


@command.command("export")
@rules_option
@output_option
def export_rules(own: str | None, output: str | None) -> None:
    """Print the rules as one JSON document, for classifiers in other languages."""
    document = _ruleset(own).export()
    with open_output(output) as out:
        out.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    notice(f"exported {len(document['phrases'])} phrases and {len(document['serviceCodes'])} service codes")


def _ruleset(own: str | None) -> Any:
    from upload_diag.rules.ruleset import Ruleset

    builtin = Ruleset.builtin()
    return builtin.with_file(own) if own else builtin


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a text too long for a name, or with characters that no name can have
        return False
