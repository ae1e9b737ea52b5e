"""`upload-diag rules list`, `rules test`, `rules export`."""

import json
from typing import Any

import click

from upload_diag.cli._console import notice, open_output
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.codes import ErrorCode

output_option = click.option("-o", "--output", help="write to this file instead of standard output")
format_option = click.option(
    "-f", "--format", "output_format", type=click.Choice(("text", "json")), default="text", help="of the output"
)
rules_option = click.option(
    "--rules", "own", metavar="FILE", help="a TOML file with rules of your own beside the built-in ones"
)


@click.group
def command() -> None:
    """List the rules, test them and your own, export them for other languages."""


@command.command("list")
@click.option("--code", type=click.Choice([*ErrorCode], case_sensitive=False), help="only rules that conclude this")
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
@click.argument("own", required=False, metavar="[FILE]")
@format_option
@output_option
def test_rules(own: str | None, output_format: str, output: str | None) -> ExitCode:
    """Hold every rule to its own examples, and those of FILE, your own rules in TOML, with them."""
    ruleset = _ruleset(own)
    problems = [str(problem) for problem in ruleset.problems(own or "built-in")]
    rows = len(ruleset.s3_codes) + len(ruleset.other_codes) + len(ruleset.phrases)
    with open_output(output) as out:
        if output_format == "json":
            result = {"version": ruleset.version, "rules": rows, "own": len(ruleset.own), "problems": problems}
            out.write(json.dumps(result, indent=1) + "\n")
        else:
            out.writelines(f"{problem}\n" for problem in problems)
            out.write(f"{rows} rules of version {ruleset.version}, {len(ruleset.own)} of your own: ")
            out.write(f"{len(problems)} problems\n" if problems else "all keep their promises\n")
    return ExitCode.FOUND if problems else ExitCode.OK


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
