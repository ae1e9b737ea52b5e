"""The report as JUnit XML, for CI systems: each group is a failed test, what was not read an error.

There is no one schema. What is written satisfies those of Jenkins and Maven: what either requires, and nothing beyond.
"""

from collections.abc import Iterator
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from upload_diag.analysis import Group, Report
from upload_diag.report import _words as words
from upload_diag.terminal import one_line, safe

__all__ = ["write"]


def write(report: Report, out: TextIO) -> None:
    """Write one test suite; without a failure it is one test that passed."""
    missed = words.unread(report)
    errors = (_case("input", line, f'<error type="unread" message={_attribute(line)}/>') for line in missed)
    cases = [*_groups(report), *errors]
    if not report.groups:
        cases.append(_case("analyze", "no upload failure"))
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(
        f'<testsuite name="upload-diag analyze" tests="{len(cases)}" failures="{len(report.groups)}" '
        f'errors="{len(missed)}" skipped="0" time="0">\n'
    )
    for case in cases:
        out.write(f"{case}\n")
    out.write("</testsuite>\n")


def _groups(report: Report) -> Iterator[str]:
    for group in report.groups:
        message = _attribute(f"{group.count} x {words.title(group)}: {group.cause}")
        body = escape(_xml(_details(group)))
        name = f"{words.title(group)} {group.operation or ''} {group.fingerprint}"
        yield _case(group.code, name, f"<failure type={quoteattr(group.code)} message={message}>{body}</failure>")


def _details(group: Group) -> str:
    lines = [f"rule {one_line(group.rule)}", words.period(group.first, group.last), group.user_message, group.advice]
    lines += [
        f"{words.place(one.path, one.line)} {words.moment(one.time)} {one_line(one.text)}" for one in group.examples
    ]
    return "\n".join(safe(line) for line in lines if line)


def _case(kind: str, name: str, body: str = "") -> str:
    attributes = f"classname={quoteattr(f'upload-diag.{kind}')} name={_attribute(name)}"
    return f'  <testcase {attributes} time="0">{body}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(_xml(one_line(text)))


def _xml(text: str) -> str:
    """Without the two characters beside control characters that XML 1.0 cannot hold; `safe` took those."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
