"""`docs/codes.md` is written from the rows. Run as a program, this file writes it anew."""

from collections.abc import Iterator
from pathlib import Path

from upload_diag.codes import ErrorCode
from upload_diag.rules.advice import ADVICE, ADVICE_BY_OPERATION
from upload_diag.rules.explanations import EXPLANATIONS
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.ruleset import RULESET_VERSION
from upload_diag.rules.s3_codes import S3_CODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "codes.md"


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield "# Error codes"
    yield ""
    yield f"What `upload-diag` concludes, and the {len(S3_CODES)} service codes and {len(OTHER_CODES)} other names it"
    yield f"knows. {len(PHRASES)} sentences stand beside them; `upload-diag rules list` prints all rules of the set"
    yield f"({RULESET_VERSION}), `upload-diag explain NAME` says more of each name. This page is written from the rows"
    yield "of `upload_diag/rules/` by `.ci/generate`."
    yield ""
    yield "| error code | meaning | retry | action |"
    yield "|---|---|---|---|"
    for code in ErrorCode:
        advice = ADVICE[code]
        actions = [f"`{advice.action}`"]
        actions += [f"`{other.action}` at {op}" for (of, op), other in ADVICE_BY_OPERATION.items() if of is code]
        yield f"| [`{code}`](#{code.lower()}) | {EXPLANATIONS[code].meaning} | {advice.retry} | {'; '.join(actions)} |"
    for code in ErrorCode:
        yield from section(code)


def section(code: ErrorCode) -> Iterator[str]:
    """The names that mean one error code."""
    services = sorted((row for row in S3_CODES.values() if row.code is code), key=lambda row: row.name.lower())
    tokens = sorted((row for row in OTHER_CODES.values() if row.code is code), key=lambda row: row.name.lower())
    yield ""
    yield f"## {code}"
    if services:
        yield ""
        yield "| service code | HTTP | sent by | message |"
        yield "|---|---|---|---|"
        for row in services:
            yield f"| `{row.name}` | {row.status or ''} | {row.vendors} | {row.message} |"
    if tokens:
        yield ""
        yield "Other names: " + ", ".join(f"`{token.name}`" for token in tokens) + "."


def page() -> str:
    """The whole page."""
    return "".join(line.rstrip() + "\n" for line in lines())


def test_the_page_of_codes_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run .ci/generate and commit the result"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
