"""`upload-diag rules list`, `rules test`, `rules export`."""

import json
from pathlib import Path
from typing import Any

import click

from upload_diag.cli._console import notice, open_output, read_input
from upload_diag.cli._group import Group
from upload_diag.cli._options import Code, examples, format_option, output_option, own_rules, rules_option
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.terminal import safe, spelled_out


@click.group(
    cls=Group,
    epilog=examples(
        "rules list --code SESSION_EXPIRED",
        "rules test mine.toml",
        "rules test 'the upload session is over' --rules mine.toml",
        "rules export -o rules.json",
    ),
)
def command() -> None:
    """List the rules, test them and your own, export them for other languages."""


@command.command("list")
@click.option("--code", type=Code(), help="only rules that conclude this")
@rules_option
@format_option
@output_option
def list_rules(code: str | None, rules: str | None, format_: str, output: str | None) -> None:
    """Print every rule: its id, what it concludes, and the word or sentence that it looks for."""
    known = _known(rules)
    found: list[dict[str, Any]] = [
        {"rule": row.rule, "code": row.code, "looksFor": row.name}
        for row in (*known.s3_codes.values(), *known.other_codes.values())
    ]
    found += [{"rule": row.rule, "code": row.code, "looksFor": row.pattern or row.keyword} for row in known.phrases]
    found = sorted((row for row in found if code in (None, row["code"])), key=lambda row: str(row["rule"]))
    with open_output(output) as out:
        if format_ == "json":
            out.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
            return
        for row in found:
            out.write(f"{row['rule']:<44} {row['code']:<20} {row['looksFor']}\n")


@command.command("test")
@click.argument("given", required=False, metavar="[FILE|TEXT]")
@rules_option
@format_option
@output_option
def test_rules(given: str | None, rules: str | None, format_: str, output: str | None) -> ExitCode:
    """Check the rules, or show what they find in a text.

    Without an argument every rule is held to its own examples. FILE.toml holds rules of your own, to be checked too.
    Any other FILE, or a TEXT, is read with the rules, and every rule that it meets is printed.
    """
    if given is None or given.endswith(".toml"):
        problems, answer, text = _checked(given or rules)
    else:
        problems, (answer, text) = [], _met(given, rules)
    with open_output(output) as out:
        document = spelled_out(json.dumps(answer, ensure_ascii=False, indent=1)) + "\n"
        out.write(document if format_ == "json" else safe(text))
    return ExitCode.FOUND if problems else ExitCode.OK


def _checked(rules: str | None) -> tuple[list[str], dict[str, Any], str]:
    """Hold every row to its promises; a bad row of a user's file raises with its own message."""
    known = _known(rules)
    problems = [str(problem) for problem in known.problems()]
    rows = len(known.s3_codes) + len(known.other_codes) + len(known.phrases)
    summary = f"{len(problems)} problems" if problems else "all keep their promises"
    text = f"{rows} rules of version {known.version}, {len(known.own)} of your own: {summary}\n"
    answer = {"version": known.version, "rules": rows, "own": len(known.own), "problems": problems}
    return problems, answer, "".join(f"{problem}\n" for problem in problems) + text


def _met(given: str, rules: str | None) -> tuple[dict[str, Any], str]:
    """The rules that a text, or the text of a file, meets, best first."""
    from upload_diag.classifier import classify

    text = read_input(given).decode("utf-8", "replace") if _is_file(given) else given
    info = classify(text, rules=own_rules(rules))
    evidence = [hit.model_dump() for hit in info.evidence]
    lines = [f"  {hit['strength']:>3}  {hit['rule']:<40} {hit['value']}\n" for hit in evidence]
    return {"code": info.code, "evidence": evidence}, f"{info.code}\n" + "".join(lines)


@command.command("export")
@rules_option
@output_option
def export_rules(rules: str | None, output: str | None) -> None:
    """Print the rules as one JSON document, for classifiers in other languages."""
    document = _known(rules).export()
    with open_output(output) as out:
        out.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    notice(f"exported {len(document['phrases'])} phrases and {len(document['serviceCodes'])} service codes")


def _known(rules: str | None) -> Any:
    from upload_diag.rules.ruleset import Ruleset

    return own_rules(rules) or Ruleset.builtin()


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a text too long for a name, or with characters that no name can have
        return False
