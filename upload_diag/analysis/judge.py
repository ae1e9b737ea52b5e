"""One verdict for every record: what failed, what else happened. Alike records are judged once."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upload_diag._saved import saved
from upload_diag.analysis.silence import Silence
from upload_diag.codes import Action
from upload_diag.logs import layout
from upload_diag.logs.entries import WRAPPED
from upload_diag.logs.events import literals, read_event
from upload_diag.logs.markers import Event
from upload_diag.logs.prefilter import Scanner, minimal, scanner
from upload_diag.logs.record import Record
from upload_diag.logs.skeleton import JsonLines
from upload_diag.sessions import Failure
from upload_diag.shapes.text import MAX_TEXT

if TYPE_CHECKING:
    from upload_diag.rules.ruleset import Ruleset

__all__ = ["Judge", "Verdict", "search_literals"]

_WHOLE = MAX_TEXT  # bytes; of a longer record only what stands around its first literals is classified
_WINDOWS = 8
_AROUND = 4096
_ESCAPED = 24  # bytes of a literal beyond ASCII that are looked for as escapes
_MEMORY = 50_000  # verdicts that are remembered


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a record says.

    Attributes:
        failure: what failed; None when nothing did.
        event: what else happened, if anything.
    """

    failure: Failure | None
    event: Event | None
    message: str = ""
    advice: str = ""
    user_message: str = ""
    action: Action = Action.NONE

    @property
    def counts(self) -> bool:
        """Whether there is anything to count."""
        return self.failure is not None or self.event is not None


NOTHING = Verdict(None, None)


class Judge:
    """Classifies records with one rule set, and remembers what it said.

    Attributes:
        known: the verdicts on the records judged so far, by `Record.key`.
        json_lines: the reader of lines of JSON, which learns along with it.
    """

    def __init__(self, ruleset: "Ruleset | None" = None, engine: str | None = None) -> None:
        from upload_diag.classifier import Classifier

        self._classifier = Classifier(ruleset)
        self.ruleset = self._classifier.ruleset
        literals = search_literals(self.ruleset)
        self.scanner: Scanner = scanner(literals, engine)
        self.known: dict[bytes, Verdict] = {}
        self._failures: dict[Failure, Failure] = {}  # equal ones are one, which is found faster
        self.json_lines = JsonLines(self.known, Silence(self._classifier, literals))

    def __call__(self, record: Record) -> Verdict:
        """The verdict on a record."""
        verdict = self.known.get(record.key)
        if verdict is None:
            if len(self.known) >= _MEMORY:
                self.known.clear()
            verdict = self.known[record.key] = self._judge(record)
        return verdict

    def _judge(self, record: Record) -> Verdict:
        if record.event is not None:
            return Verdict(None, record.event)
        data = WRAPPED.sub(b"", record.text)
        if record.payload is None:
            hits = self.scanner.hits(memoryview(data))
            if not hits:
                return NOTHING
            if len(data) > _WHOLE:
                data = b"\n".join(data[max(0, hit - _AROUND) : hit + _AROUND] for hit in hits[:_WINDOWS])
        text = _decode(data)
        marker = read_event(text)
        said = text if len(data) < len(record.text) else _payload(record, text)
        if marker is not None and marker.quiet:
            dump = text.find("{") if said is text else 0
            if dump <= 0:
                return Verdict(None, marker.event)
            said = text[dump:]  # an error that is printed behind such words is told by no other line
        found = self._classifier.judge(said)
        if not found.hits:
            return Verdict(None, marker.event) if marker else NOTHING
        failure = Failure(found.code, found.service_code or "", found.hits[0].rule, found.operation or "")
        failure = self._failures.setdefault(failure, failure)
        event = marker.event if marker and marker.event in _BESIDE_A_FAILURE else None
        advice = found.advice
        return Verdict(failure, event, found.message, advice.suggested_action, advice.user_message, advice.action)


_BESIDE_A_FAILURE = {
    Event.EXPIRED,
    Event.RETRY,
    Event.LIMIT,
    Event.REFRESH_FAILED,
    Event.RESTART,
    Event.COMPLETING,
    Event.CANCEL,
}


# Keys of envelopes that tell that a record is about an upload, or that something failed; see `rules.fields`.
_KEYS = {
    "uploadid",
    "upload_id",
    "upload-id",
    "uploadsessionid",
    "transferid",
    "uploaduuid",
    "fileid",
    '"upload":"',
    '"upload": "',
    " upload=",
    "videoid",
    "video_id",
    '"upload":{',
    '"upload": {',
    "sessionexpired",
    "session_expired",
    "errorcode",
    "error_code",
    "errortype",
    "serviceerror(",
    "unknownerror",
    *(f"\\u00{digit}" for digit in "4567"),  # letters that nobody need escape, so whoever did may have hidden a name
}


def search_literals(ruleset: "Ruleset") -> tuple[bytes, ...]:
    """What the prefilter looks for: of the rules, statuses, markers, keys and formats; see `minimal`."""
    from upload_diag.rules.ruleset import Ruleset

    if ruleset is not Ruleset.builtin():
        return _search_literals(ruleset)
    return tuple(saved("literals", lambda: b"\0".join(_search_literals(ruleset))).split(b"\0"))


def _search_literals(ruleset: "Ruleset") -> tuple[bytes, ...]:
    from upload_diag.rules import statuses

    said = ruleset.literals()
    return minimal(
        {
            *said,
            *map(_escaped, said),
            *literals(),
            *_KEYS,
            *layout.LITERALS,
            *statuses.literals(),
        }
    )


def _escaped(literal: str) -> str:
    """As Python's `json.dumps` writes it, for which each letter beyond ASCII is an escape; its beginning is enough."""
    return literal if literal.isascii() else json.dumps(literal)[1:-1][:_ESCAPED]


def _payload(record: Record, text: str) -> Any:
    """What to classify: fields that a reader took apart, a line of JSON as its value, or else the text."""
    if record.payload is not None:
        return record.payload
    if record.text[:1] == b"{" and b"\n" not in record.text:
        import orjson

        try:
            return orjson.loads(record.text)
        except orjson.JSONDecodeError:
            pass
    return text


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
