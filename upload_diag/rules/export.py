"""The rule set as one JSON document, for classifiers in other languages.

Patterns keep to what Python, JavaScript, Java and .NET read alike. They are tried on lower-cased text in which every run
of white space is one blank; keys of `fields` are compared by their letters and digits alone, in lower case.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from upload_diag.rules.advice import ADVICE, ADVICE_BY_OPERATION, Advice
from upload_diag.rules.fields import FIELDS
from upload_diag.rules.statuses import CONTEXT_STATUSES, MARKERS, STATUSES

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["SCHEMA", "as_document"]

SCHEMA = "upload-diag/rules/1"
"""Name and version of the document's form."""


def as_document(ruleset: "Ruleset") -> dict[str, Any]:
    """The rules in a fixed order, so that two exports can be compared line by line."""
    codes = [asdict(row) | {"rule": row.rule} for row in ruleset.s3_codes.values()]
    tokens = [asdict(row) | {"rule": row.rule} for row in ruleset.other_codes.values()]
    return {
        "schema": SCHEMA,
        "version": ruleset.version,
        "serviceCodes": sorted(codes, key=lambda row: str(row["name"])),
        "tokens": sorted(tokens, key=lambda row: str(row["name"])),
        "phrases": sorted(map(_phrase, ruleset.phrases), key=lambda row: str(row["rule"])),
        "fields": {key: FIELDS[key].name.lower() for key in sorted(FIELDS)},
        "statuses": {str(status): code for status, code in sorted(STATUSES.items())},
        "contextStatuses": [
            asdict(row) | {"statuses": sorted(row.statuses), "operations": sorted(row.operations)}
            for row in CONTEXT_STATUSES
        ],
        "markers": [{"name": name, "keyword": keyword, "pattern": pattern} for name, keyword, pattern in MARKERS],
        "advice": [_advice(advice, code, None) for code, advice in ADVICE.items()]
        + [_advice(advice, code, operation) for (code, operation), advice in ADVICE_BY_OPERATION.items()],
    }


def _phrase(row: Any) -> dict[str, Any]:
    fields = asdict(row)
    fields.pop("seen")
    return fields


def _advice(advice: Advice, code: str, operation: str | None) -> dict[str, Any]:
    return {
        "code": code,
        "operation": operation,
        "retry": advice.retry,
        "action": advice.action,
        "message": advice.message,
        "userMessage": advice.user_message,
        "suggestedAction": advice.suggested_action,
    }
