"""What running text says: every rule whose word stands in it is tried, and no other."""

import re

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import BARE_STATUS
from upload_diag.classifier.index import PROVIDERS, Index
from upload_diag.classifier.readers import Prose
from upload_diag.codes import Operation
from upload_diag.rules.statuses import REASONS
from upload_diag.shapes import sdk_text, url

__all__ = ["MEMO_LENGTH", "providers", "read_prose", "remember"]

_CONSEQUENCE = re.compile(
    r"(?=[abcefisuw])"  # most places are left at one look
    r"(?:(?:failed|unable|could not) (?:to )?abort|suppressed:|while aborting|error aborting|abort failed"
    r"|\bin _?abort_(?:multipart_upload|mpu)\b"
    r"|(?:\bbotocore\.\w{1,30}\.\w{1,60}: )?an error occurred \(\w{1,60}\) when calling the abortmultipartupload)"
)
_ABORT = re.compile(r"abort(?!ed)")  # S3 says of a dead session that it was "aborted or completed"
_TRACEBACK = "traceback (most recent call last)"

MEMO_LENGTH = 1_024  # longer texts seldom come twice
MEMO_SIZE = 4_096


def remember(index: Index, text: str, found: Findings) -> None:
    """Keep for a while what a text says: a log says the same again and again."""
    if len(index.memo) >= MEMO_SIZE:
        index.memo.clear()
    index.memo[text] = found


def read_prose(found: Findings, index: Index, flat: str, lines: str) -> None:
    """What running text says; hits and statuses have neither path nor depth yet.

    Args:
        found: where it is written down.
        index: the rules.
        flat: the text with every run of white space as one blank.
        lines: the same with its line breaks.
    """
    low = flat.lower()
    if len(low) != len(flat):
        low = flat.replace("İ", "I").lower()  # the one letter that is two in lower case
    may_abort = "abort" in low
    if may_abort and (chain := low.find(_TRACEBACK)) > 0 and _CONSEQUENCE.search(low):
        # A logger writes the message first of what was raised last.
        flat, low = f"{flat[chain:]} {flat[:chain]}", f"{low[chain:]} {low[:chain]}"
    may_abort = (may_abort and _ABORT.search(low) is not None) or "suppressed:" in low
    aborted = _CONSEQUENCE.search(low) if may_abort else None
    after = aborted.start() if aborted else len(flat)
    _call(found, index, Prose(flat, low, after))
    if aborted and all(hit.strength < BARE_STATUS for hit in found.hits.values()) and "fail" not in low[:after]:
        found.fact("operation", Operation.ABORT.value, 20)  # nothing else failed that it would be a consequence of
    status = sdk_text.status_in(flat[:after], low[:after], REASONS)
    if status is None and aborted:  # what an abort was answered counts where nothing else does
        status = sdk_text.status_in(flat, low, REASONS)
    if status is not None:
        found.statuses.append((status[1], 0, status[0], None))
    if "/" in flat or "?" in flat or ".amazonaws." in flat:
        _address(found, flat, lines)


def _call(found: Findings, index: Index, text: Prose) -> None:
    """Let every rule look whose literal stands in the text."""
    calls, low, strings = index.calls, text.low, (text.low, text.flat)
    for first, number in index.spot(low):
        literal, here, others = calls[number]
        for match_at, exact, keep in here:
            string, start = strings[exact], first
            while not (match := match_at(string, start)):
                start = low.find(literal, start + 1)
                if start < 0:
                    break
            else:
                keep(found, text, match, start)
        for read in others:
            read(found, text, literal, first)


def _address(found: Findings, flat: str, lines: str) -> None:
    """The facts of URLs, request lines and access log lines."""
    found.facts(url.read(lines), 70)
    if (" REST." in flat or " S3." in flat) and (fields := sdk_text.read_access_log(flat)):
        status, code = fields.pop("status", ""), fields.pop("code", "")
        found.facts(fields, 75)
        if status.isdigit():
            found.statuses.append((95, 0, int(status), None))
        if code:
            found.unnamed_code = found.unnamed_code or code


def providers(found: Findings, text: str) -> None:
    """Keep the storage service that a host name or a `Server` header tells."""
    low = text[:500].lower()
    for provider, words in PROVIDERS.items():
        if any(word in low for word in words):
            found.fact("provider", provider, 60)
