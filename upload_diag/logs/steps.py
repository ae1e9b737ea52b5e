r"""What a step of an upload is called: `didUploadPart`, `upload.session.refreshed`, "Part 3 stored".

Loggers give a step a name of a few words, and each writes them its own way. So a name is cut into words, each word
stands for what it means (a part, done, failed, …), and `_ROWS` tell what these meanings are together. A name counts
only if all of its words are known here, so that a sentence about something else tells no step.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from upload_diag.logs.markers import Event, Marker

__all__ = ["is_step_word", "literals", "read_step"]


def _verb(meaning: str, verbs: str) -> Iterator[tuple[str, set[str]]]:
    """The forms of regular verbs, with what each one means."""
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        last = "i" if verb.endswith("ry") else ""
        past = f"{verb[:-1]}{last}ed" if last else f"{stem}ed"
        yield from (
            (verb, {meaning}),
            (f"{verb}s", {meaning}),
            (past, {meaning, "done"}),
            (f"{stem}ing", {meaning, "ask"}),
        )


_WORDS: dict[str, set[str]] = {
    **dict(_verb("begin", "create initiate initialize initialise open")),
    **dict(_verb("store", "upload transfer store persist save acknowledge confirm accept receive")),
    **dict(_verb("complete", "complete finalize finalise finish commit assemble seal")),
    **dict(_verb("abort", "abort discard terminate abandon")),
    **dict(_verb("delete", "remove delete")),  # of an upload it is an abort, of a file it is not
    **dict(_verb("cancel", "cancel")),
    **dict(_verb("renew", "refresh renew reissue replace")),
    **dict(_verb("restart", "restart reinitiate reinitialize reinitialise reopen recreate reupload")),
    **dict(_verb("retry", "retry reattempt resend")),
    **dict(_verb("gone", "expire invalidate")),
    **dict(_verb("get", "obtain acquire fetch")),
    **dict(_verb("over", "exhaust exceed reach")),
}
for _means, _written in (
    ("upload", "multipart mpu"),
    ("thing", "file object"),
    ("upload store", "upload transfer"),
    ("part", "part parts chunk chunks piece pieces segment segments block blocks slice slices fragment fragments"),
    ("session", "session"),
    ("other", "credential credentials token tokens url urls role cookie password user_id"),
    ("fresh", "new fresh replacement another"),
    ("begin start", "start starts begin begins starting beginning"),
    ("begin start done", "started begun"),
    ("done ok", "done ok success succeeded successful successfully"),
    ("done", "did ready got obtained have sent written server"),
    ("ask", "will requested requesting asking pending attempt attempting scheduled getting going"),
    ("fail", "fail fails failed failing failure error errored errors unsuccessful not no cannot unable unknown"),
    ("gone", "lost gone dead invalid stale"),
    ("again", "again anew over scratch zero beginning"),
    ("try", "trying sending"),
    ("cancel", "cancelled cancelling canceled canceling"),
    ("over", "limit max maximum spent"),
    ("tries", "retries attempts tries"),
    ("delete done", "dropped"),
    ("done", "use active"),
    ("give up", "giveup"),
    ("valid", "valid known"),
    ("fail", "wrong didn't couldn't can't"),
    ("all", "all every everything"),
    ("complete", "together"),
    ("complete ask", "assembling merging joining"),
    ("ask", "putting setting"),
    ("over", "out used"),
    ("try", "tried"),
    ("again", "once"),
    ("job", "job task worker"),
    ("user", "user operator"),
    ("stop", "stopped stops pressed"),
    ("", "the a an of for was were is are has been have had from to in by with its it this that client on"),
    ("", "put set went goes go made make away longer more left times time now already place work s3 store"),
    ("", "upload's request requests event step state status first it's"),
):
    for _word in _written.split():
        _WORDS.setdefault(_word, set()).update(_means.split())
_WORDS |= {word: {"renew"} for word in ("renewal", "renewals")} | {word: {"restart"} for word in ("restarts",)}
_WORDS["retry"] = {"retry"}
_WORDS["completion"] = _WORDS["finalization"] = {"complete"}
_WORDS["give"] = _WORDS["gave"] = _WORDS["giving"] = {"give"}
_WORDS["up"] = {"up"}

# What happened -> what a name must say, and what it must not. The first row that fits counts.
_ROWS: tuple[tuple[Event | None, str, str], ...] = (
    (None, "other renew done", "fail gone"),
    (None, "other", ""),
    (Event.LIMIT, "give up", ""),
    (Event.LIMIT, "over tries", ""),
    (Event.LIMIT, "over retry", ""),
    (Event.LIMIT, "fail tries", "get"),  # "no retries left"
    (Event.CANCEL, "cancel", "fail job"),
    (Event.CANCEL, "cancel user", "fail"),
    (Event.CANCEL, "user stop", "fail"),
    (Event.REFRESH_FAILED, "renew fail", "part"),
    (Event.REFRESH, "renew ask", "part"),
    (Event.REFRESH, "renew start", "part"),
    (Event.REFRESHED, "renew done", "part"),
    (Event.REFRESH, "renew", "part"),
    (Event.REFRESH_FAILED, "fresh session fail", ""),
    (Event.REFRESH, "fresh session ask", ""),
    (Event.REFRESHED, "fresh session done", ""),
    (None, "fresh", ""),
    (Event.RETRY, "part again try", ""),
    (Event.RETRY, "part again ask store", ""),
    (None, "restart fail", ""),
    (Event.RESTART, "restart ask", "job"),
    (Event.RESTARTED, "restart done", "job"),
    (Event.RESTART, "restart", "job"),
    (Event.RESTARTED, "again begin done", ""),
    (Event.RESTART, "again start", ""),
    (Event.RETRY, "retry ask", ""),
    (Event.RETRY, "retry", "fail over"),
    (Event.EXPIRED, "gone session", "user"),
    (Event.EXPIRED, "fail valid session", "user"),
    (Event.EXPIRED, "gone upload", "part"),
    (Event.ABORT, "abort session done", "fail part"),
    (Event.ABORT, "delete upload done", "fail part"),
    *((Event.ABORT, f"abort {form}", "fail part") for form in ("done", "ask")),
    (None, "part fail", ""),
    (None, "part ask", "complete"),
    (None, "part start", "complete"),
    (Event.PART, "part done", "all complete"),
    (Event.PART, "part complete done", "all"),
    (Event.COMPLETING, "complete fail", ""),
    (Event.COMPLETING, "complete ask", ""),
    (Event.COMPLETING, "complete start", ""),
    (Event.COMPLETE, "complete upload done", ""),
    (Event.COMPLETE, "complete thing done", ""),
    (Event.COMPLETE, "complete ok", "session"),
    (None, "fail", ""),
    *((Event.CREATE, f"begin {what} {form}", "part") for what in ("upload", "session") for form in ("done", "start")),
    (Event.COMPLETE, "upload done", "session part"),
    (Event.COMPLETE, "thing store done", "session part"),
)
_FOLLOWS = {None, Event.REFRESH, Event.REFRESHED, Event.RESTARTED}  # none is a failure itself


def _row(event: Event | None, needs: str, bars: str) -> tuple[Marker | None, frozenset[str], frozenset[str]]:
    fails = event is None and needs != "other renew done"
    quiet = event in _FOLLOWS or needs == "abort session done"
    marker = None if fails else Marker(event=event, keywords=(), quiet=quiet, hits=())
    return marker, frozenset(needs.split()), frozenset(bars.split())


_MEANT = tuple(_row(*row) for row in _ROWS)

_AS_TOLD = {"complete", "abort"}  # "upload complete" tells that it is; `complete_upload` is only the name of a call
_ANY_UPLOAD = frozenset(("upload", "store"))  # a name that says no more, beside others
_MOST_WORDS = 12
_LONGEST = 96
# Where the words of a name are apart: at signs, and where a capital follows a small letter.
_APART = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9']+|(?<=[a-z])(?=\d)")
_NUMBER = re.compile(r"\d+(?:of\d+)?|of|no|number")
_NAMES = re.compile(
    r'"(?P<what>event|eventName|event_name|eventType|event_type|type|action|op|operation|step|phase|stage|entity|kind|msg'
    r"|message|name|event\.action)\\?\" ?: ?\\?\"(?P<said>[^\"\\]{2,96})\""
)
_STATES = re.compile(r'"(?:status|state|result|outcome|event\.outcome)" ?: ?"([^"\\]{2,48})"')
# A line of text: what stands before its words, and where they end.
_NAMED = re.compile(r"\b(?:event|action|msg|step)=\"?([A-Za-z][\w.:/-]{3,80})")
_HEAD = re.compile(
    r"(?:[\[(<][^\])>]{0,80}[\])>]:?|\S*\d\S*|\S+[.:/]\S*|[-|=*:>]+|(?i:trace|debug|info|notice|warn|warning|error|fatal)|[^\w\s]+)(?:\s+|\Z)"
)
_END = re.compile(r"[\[({=\n\"|;]|: (?!false)| - | — |[\w.-]{1,40}=")
_FILE = re.compile(r"\S{1,100}\.[A-Za-z][A-Za-z0-9]{1,4}\b")


def read_step(text: str) -> Marker | None:
    """What the name of a step says that a record holds, if anything."""
    if text.startswith("{"):
        names = [meanings for found in _NAMES.finditer(text) if (meanings := _meanings(_FILE.sub(" ", found["said"])))]
        states = [meanings for state in _STATES.findall(text) if (meanings := _meanings(state))]
        whole = frozenset[str]().union(*names, *states)
        told = (name.union(*states) for name in names if name > _ANY_UPLOAD or name.isdisjoint(_ANY_UPLOAD))
        return next((marker for meanings in (*told, whole) if (marker := _marker(meanings)) is not None), None)
    named = _NAMED.search(text)
    return _marker(_meanings(named[1] if named else _words_of(text[:400])))


def literals() -> set[str]:
    """Names of steps that are written as one word, by which records are found that name no upload."""
    verbs = "create init start open upload stor retr succe fail error done complet finish final abort cancel restart"
    nouns = ("upload", "part", "chunk", "multipart")
    joined = {f"{noun}{verb}" for noun in nouns for verb in verbs.split()}
    apart = {f"upload{sign}{verb}" for sign in " ._-" for verb in verbs.split()}
    return (
        joined
        | apart
        | {"uploadsession", "sessionrefresh", "sessionrenew", "sessionexpir", "retriesex", "refreshsession"}
    )


def is_step_word(word: str) -> bool:
    """Whether names of steps may be made of this word."""
    return bool(_meanings(word))


def _words_of(line: str) -> str:
    """The words of a line of text, without what a logger writes before and behind them."""
    at = 0
    while match := _HEAD.match(line, at):
        at = match.end()
    line = _FILE.sub(" ", line[at:])
    end = _END.search(line)
    if end is None:
        return line
    call = end[0] == "(" and line[: end.start()][-1:].isalnum()
    return "" if call else line[: end.start()]


@lru_cache(maxsize=4096)
def _meanings(name: str) -> frozenset[str]:
    """What the words of a name mean; nothing unless all are known."""
    words = [word.lower() for word in _APART.split(name[: _LONGEST + 1]) if word]
    if len(name) > _LONGEST or len(words) > _MOST_WORDS:
        return frozenset()
    known: set[str] = set()
    for word in words:
        if word not in _WORDS and not _NUMBER.fullmatch(word):
            return frozenset()
        if word in _AS_TOLD and not known.isdisjoint(("upload", "part", "session")):
            known.add("done")
        known |= _WORDS.get(word, set())
    return frozenset(known)


@lru_cache(maxsize=4096)
def _marker(meanings: frozenset[str]) -> Marker | None:
    for marker, needs, bars in _MEANT:
        if needs <= meanings and not bars & meanings:
            return marker
    return None
