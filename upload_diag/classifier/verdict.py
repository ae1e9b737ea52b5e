"""From findings to the verdict: all the judgement there is, with `hits.rank`."""

from functools import lru_cache, partial
from typing import NamedTuple

from upload_diag.classifier.findings import Findings
from upload_diag.classifier.hits import (
    BARE_STATUS,
    DOUBTFUL_STATUS,
    NO_ANSWER,
    SESSION_EXPIRED,
    SURE_STATUS,
    UNKNOWN,
    Hit,
    Path,
    rank,
)
from upload_diag.codes import ErrorCode, Operation
from upload_diag.redaction import redact
from upload_diag.rules.advice import Advice, advise
from upload_diag.rules.statuses import CONTEXT_STATUSES, STATUSES

__all__ = ["Verdict", "clean", "decide"]


# S3 answers so to no other operation.
_ONLY_ANSWER_TO = dict.fromkeys(
    ("EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidUploadPart"), Operation.COMPLETE.value
)


class Verdict(NamedTuple):
    """What a payload shows.

    Attributes:
        code: what went wrong.
        hits: every reason, best first; empty when there is no error.
        secondary: other codes that the payload also shows.
        status: its HTTP status.
        service_code: the service's own code, free of secrets.
        operation: the S3 operation, free of secrets.
        advice: what to do.
        found: all that was found.
    """

    code: ErrorCode
    hits: list[Hit]
    secondary: list[ErrorCode]
    status: int | None
    service_code: str | None
    operation: str | None
    advice: Advice
    found: Findings

    @property
    def message(self) -> str:
        """One line for a developer."""
        if self.hits and self.service_code and self.hits[0].service_code == self.service_code:
            return f"{self.service_code}: {self.advice.message}"
        return self.advice.message


def decide(found: Findings, own: frozenset[str] = frozenset()) -> Verdict:
    """The verdict that the findings support best.

    Args:
        found: what every rule found.
        own: the ids of the user's own rules, which win a tie.
    """
    status, told = _status(found)
    every = [*found.hits.values(), *told]
    # That something failed is news only where nothing says more.
    hits = [hit for hit in every if hit.code is not UNKNOWN] or every
    code = hits[0].code if hits else UNKNOWN
    secondary: list[ErrorCode] = []
    if len(hits) > 1:
        hits.sort(key=partial(rank, own=own) if own else rank)
        code, *secondary = _codes(hits)
    service_code = _service_code(hits, code) or (found.unnamed_code and clean(found.unnamed_code))
    operation = found.ids.get("operation", (0, None))[1] or _ONLY_ANSWER_TO.get(service_code or "")
    return Verdict(
        code,
        hits,
        secondary,
        status,
        service_code,
        operation and clean(operation),
        advise(code, operation),
        found,
    )


def _codes(hits: list[Hit]) -> list[ErrorCode]:
    """The codes that the ranked hits tell, best first; the hit that tells the best one is moved to the front."""
    if refining := [hit for hit in hits if hit.refines]:
        overruled = {code for hit in refining for code in hit.refines}
        kept = [hit for hit in hits if hit.code not in overruled or hit.refines]
        if kept[0] is not hits[0]:
            hits.remove(kept[0])
            hits.insert(0, kept[0])
    else:
        kept = hits
    return list(dict.fromkeys([hit.code for hit in kept]))


@lru_cache(maxsize=4_096)  # codes, sentences and bucket names come again and again
def clean(text: str) -> str:
    """Without secrets, and without the lone surrogates that no encoding can carry."""
    text = redact(text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _status(found: Findings) -> tuple[int | None, list[Hit]]:
    """The HTTP status of the payload, and what it says."""
    if not found.statuses:
        return None, []
    best = max(found.statuses, key=_weight) if len(found.statuses) > 1 else found.statuses[0]
    sure, depth, status, path = best
    told = []
    if (verdict := STATUSES.get(status)) is not None:
        strength = _strength(status, sure)
        if verdict is not ErrorCode.OBJECT_NOT_FOUND or not _only_consequences(found):
            told.append(Hit(strength, depth, f"status.{status}", verdict, path, str(status)))
    operation = found.ids.get("operation", (0, None))[1]
    told += [
        Hit(row.strength, depth, row.rule, row.code, path, str(status))
        for row in CONTEXT_STATUSES
        if status in row.statuses
        and (row.marker in found.markers or (operation in row.operations and "upload_id" in found.ids))
    ]
    return status or None, told


def _strength(status: int, sure: int) -> int:
    """How telling a status is."""
    if status == 0:
        return NO_ANSWER
    if sure < 40:
        return DOUBTFUL_STATUS
    return SURE_STATUS if sure >= 90 and status >= 400 else BARE_STATUS


def _weight(told: tuple[int, int, int, Path]) -> tuple[bool, bool, int, int, int]:
    """An error before a success, then the sure before the doubtful, the innermost, the surest."""
    sure, depth, status, _ = told
    return status >= 300, sure >= 60, depth, sure, status


def _only_consequences(found: Findings) -> bool:
    """Whether a dead session shows in nothing but an abort that failed: its 404 says no more than that."""
    expired = [hit for hit in found.hits.values() if hit.code is SESSION_EXPIRED]
    return bool(expired) and all(hit.strength < BARE_STATUS for hit in expired)


def _service_code(hits: list[Hit], code: ErrorCode) -> str | None:
    """The service's code that goes with the verdict, or else the best there is."""
    best = None
    for hit in hits:
        if hit.service_code:
            if hit.code is code:
                return hit.service_code
            best = best or hit.service_code
    return best
