"""Print what a check found: for people, programs, CI systems."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from upload_diag import __version__
from upload_diag.contract.documents import Document
from upload_diag.contract.problems import RULES, Problem

__all__ = ["FORMATS", "Checked", "Result"]

ANNOTATIONS = 10  # GitHub drops more than ten of a step


@dataclass(frozen=True, slots=True)
class Checked:
    """A document and its problems."""

    document: Document
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Result:
    """All of one run.

    Attributes:
        schema: name and version of the schema, or its file.
        checked: every document, in the order given.
        unread: one line for each input that could not be read.
    """

    schema: str
    checked: Sequence[Checked]
    unread: Sequence[str] = ()

    @property
    def failed(self) -> list[Checked]:
        """The documents that break the contract."""
        return [item for item in self.checked if item.problems]

    @property
    def summary(self) -> str:
        """One sentence."""
        count, bad = len(self.checked), len(self.failed)
        noun = "document" if count == 1 else "documents"
        unread = f"; {len(self.unread)} could not be read" if self.unread else ""
        verb = ("break" if bad else "keep") + ("s" if count == 1 else "")
        told = f"{f'{bad} of ' if 0 < bad < count else ''}{count} {noun} {verb} {self.schema}"
        return (told if count else "no document was checked") + unread


def text(result: Result) -> str:
    """For people: every problem with seen, wanted, fix; the verdict last."""
    lines = []
    for item in result.failed:
        lines.append(f"{item.document.label}")
        for problem in item.problems:
            lines.append(f"  {problem.pointer or '(the whole document)'}   {problem.rule}")
            lines += [f"    {name:<7} {getattr(problem, name)}" for name in ("seen", "wanted", "fix")]
    return "\n".join([*lines, result.summary]) + "\n"


def json_(result: Result) -> str:
    """One JSON document."""
    body = {
        "schema": "upload-diag/check/1",
        "contract": result.schema,
        "documents": len(result.checked),
        "failed": len(result.failed),
        "unread": list(result.unread),
        "problems": [_place(item.document) | asdict(problem) for item in result.failed for problem in item.problems],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def junit(result: Result) -> str:
    """JUnit XML: a test case for each document, a failure type for each rule."""
    cases = []
    for item in result.checked:
        told = [_one_line(problem) for problem in item.problems]
        body = "".join(
            f"<failure type={quoteattr(problem.rule)} message={quoteattr(_xml(line))}/>"
            for problem, line in zip(item.problems, told, strict=True)
        )
        name = quoteattr(_xml(item.document.label))
        cases.append(f"  <testcase classname={quoteattr(_xml(result.schema))} name={name}>{body}</testcase>")
    cases += [
        f"  <testcase name='unread'><error message={quoteattr(_xml(line))}/></testcase>" for line in result.unread
    ]
    failures = sum(len(item.problems) for item in result.checked)
    head = (
        f'<testsuite name="upload-diag check" tests="{len(cases)}" failures="{failures}" errors="{len(result.unread)}">'
    )
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>", ""])


def github(result: Result) -> str:
    """Annotations of GitHub Actions: one for each rule, with a count, for it shows only ten."""
    first: dict[str, tuple[Document, Problem]] = {}
    count: Counter[str] = Counter()
    for item in result.failed:
        for problem in item.problems:
            first.setdefault(problem.rule, (item.document, problem))
            count[problem.rule] += 1
    lines = []
    for rule, times in count.most_common(ANNOTATIONS):
        document, problem = first[rule]
        place = f"file={_property(document.source)},line={document.line or 1}"
        title = _property(f"{rule} x {times}" if times > 1 else rule)
        lines.append(f"::error {place},title={title}::{_message(_one_line(problem))}")
    lines += [f"::error title=unread::{_message(line)}" for line in result.unread[: ANNOTATIONS - len(lines)]]
    level = "error" if result.failed or result.unread else "notice"
    return "\n".join([*lines, f"::{level} title=upload-diag check::{_message(result.summary)}"]) + "\n"


def sarif(result: Result) -> str:
    """SARIF 2.1.0, for code scanning."""
    used = sorted({problem.rule for item in result.failed for problem in item.problems})
    rules = [
        {"id": rule, "shortDescription": {"text": RULES.get(rule, f"the schema's keyword {rule}")}} for rule in used
    ]
    driver = {"name": "upload-diag", "version": __version__, "rules": rules}
    results = [
        {
            "ruleId": problem.rule,
            "ruleIndex": used.index(problem.rule),
            "level": "error",
            "message": {"text": _one_line(problem)},
            "locations": [_sarif_place(item.document, problem)],
            "partialFingerprints": {"contract/v1": f"{item.document.source}#{problem.pointer}:{problem.rule}"},
        }
        for item in result.failed
        for problem in item.problems
    ]
    notes = [{"level": "error", "message": {"text": line}} for line in result.unread]
    invocation = {"executionSuccessful": not result.unread, "toolExecutionNotifications": notes}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _sarif_place(document: Document, problem: Problem) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": document.source}, "region": {"startLine": document.line or 1}}
    name = document.where + problem.pointer
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name or "/"}]}


FORMATS: dict[str, Callable[[Result], str]] = {
    "text": text,
    "json": json_,
    "junit": junit,
    "github": github,
    "sarif": sarif,
}


def _place(document: Document) -> dict[str, Any]:
    return {"source": document.source, "line": document.line, "where": document.where}


def _one_line(problem: Problem) -> str:
    where = problem.pointer or "the whole document"
    return f"{where}: seen {problem.seen}, wanted {problem.wanted}. {problem.fix[:1].upper()}{problem.fix[1:]}."


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return "".join(
        c if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff" else "\ufffd" for c in text
    )


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
