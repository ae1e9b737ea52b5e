"""Reports made by hand, for every format to print."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from upload_diag.analysis import Bucket, Example, Group, Input, Pattern, Report
from upload_diag.codes import Action, ErrorCode, Outcome
from upload_diag.rules.advice import ADVICE
from upload_diag.sessions import Cause, RootCause, Step, UploadSession

START = datetime(2026, 11, 20, 10, 11, 3, tzinfo=UTC)
CODES = tuple(ErrorCode)


def at(minutes: float) -> str:
    return f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def example(index: int, number: int) -> Example:
    text = (
        f'{at(index)} WARN part {number + 1} of video-{index:04d} failed {{"status": 404, "code": "NoSuchUpload", '
        f'"uploadId": "upl.{index:04d}-{number}", "requestId": "RQ{index:06d}{number}", "attempt": {number + 1}}}'
    )
    return Example(f"logs/worker-{index % 7}.log", 100 * index + number + 1, 9000 * index + number, at(index), text)


def group(index: int = 0, **changes: object) -> Group:
    code = CODES[index % len(CODES)]
    advice = ADVICE[code]
    made = Group(
        fingerprint=f"v1:{index:012x}",
        code=code,
        service_code="NoSuchUpload" if index == 0 else f"Code{index}",
        rule=f"s3.Code{index % 40}" if index else "s3.NoSuchUpload",
        operation="UploadPart" if index % 3 else None,
        count=3000 - index,
        sessions=index % 50,
        first=at(index),
        last=at(index + 60),
        cause=advice.message,
        advice=advice.suggested_action,
        user_message=advice.user_message,
        action=advice.action,
        examples=tuple(example(index, number) for number in range(3)),
    )
    return replace(made, **changes)


def step(event: str, minutes: float, code: ErrorCode | None = None, count: int = 1, until: float | None = None) -> Step:
    return Step(
        event, code, "UploadPart" if code else None, count, at(minutes), at(until or minutes), "logs/app.log", 7
    )


def session(index: int = 0, **changes: object) -> UploadSession:
    begin = index * 3.0
    made = UploadSession(
        video_id=f"video-{index:04d}",
        bucket="films",
        key=f"raw/{index:04d}.mp4",
        upload_ids=(f"upl.{index:04d}-a", f"upl.{index:04d}-b"),
        outcome=(Outcome.FAILED, Outcome.RECOVERED, Outcome.COMPLETED, Outcome.CANCELLED, Outcome.ABANDONED)[index % 5],
        parts=12,
        refreshes=1,
        restarts=0,
        retries=2,
        errors={ErrorCode.SESSION_EXPIRED: 2, ErrorCode.NETWORK: 1},
        root_cause=RootCause(
            Cause.LIFECYCLE,
            ("The session was 24.1 h old when it was missed first, and nobody aborted it.",),
            "Look for a lifecycle rule that aborts incomplete uploads after 1 day.",
            ("The log does not show when the session was created.",),
        )
        if index % 5 == 0
        else None,
        first=at(begin),
        last=at(begin + 1444),
        timeline=(
            step("create", begin),
            step("part", begin + 1, count=12, until=begin + 40),
            step("error", begin + 20, ErrorCode.NETWORK),
            step("retry", begin + 21, count=2, until=begin + 22),
            step("error", begin + 1441, ErrorCode.SESSION_EXPIRED, 2, begin + 1443),
            step("refresh", begin + 1442),
            step("limit", begin + 1444),
        ),
    )
    return replace(made, **changes)


EMPTY = Report(
    version="0.1.0",
    ruleset_version="2026.11.0",
    inputs=(Input("app.log", 120, 3, "plain", "utf-8"),),
    groups=(),
    sessions=(),
    timeline=(),
    bucket_seconds=0,
    patterns=(),
    first=None,
    last=None,
    dropped={},
    notes=(),
)


def report(kinds: int, uploads: int, **changes: object) -> Report:
    bars = tuple(
        Bucket(at(5 * bar), {CODES[(bar + more) % 8]: 1 + (bar * 7 + more) % 19 for more in range(3)})
        for bar in range(min(96, 4 * kinds))
    )
    made = replace(
        EMPTY,
        inputs=(
            Input("logs/app.log", 1_234_567, 8_000, "plain", "utf-8", by_code={ErrorCode.SESSION_EXPIRED: 30}),
            Input("logs/console.png", 4_096, 0, None, None, 4_096, {"not text": 1}),
            Input("logs/api.ndjson.gz", 98_765, 400, "ndjson", "utf-8", 30, {"the line is longer than 4 MB": 2}),
        ),
        groups=tuple(group(index) for index in range(kinds)),
        sessions=tuple(session(index) for index in range(uploads)),
        timeline=bars,
        bucket_seconds=300,
        patterns=(
            Pattern(
                "36 of 38 sessions died 24 h (± 4 min) after they began",
                "Look for a lifecycle rule that aborts incomplete uploads after 1 day.",
                36,
                38,
            ),
        ),
        first=at(0),
        last=at(1500),
        notes=("The logger cut nested objects away, as [Object]; log with a greater depth.",),
    )
    return replace(made, **changes)


# Each attacks somebody who reads one of the formats. MARK is in each, so that a test sees that the text is there.
MARK = "zq7"
HOSTILE = (
    f"\x1b]0;{MARK}\x07\x1b[2J\x1b[31m{MARK}",
    f"\x9b31m{MARK}\x90x\x9c",
    f"{MARK}\u202egnp.exe\u2066\u200b\ufeff",
    f"[bold]{MARK}[/bold][/oops] :boom:",
    f"</script><script>alert('{MARK}')</script><img src=x onerror=alert(1)>",
    f"\"'><svg onload=alert('{MARK}')>",
    f"]]><!-- {MARK} --><!DOCTYPE x [<!ENTITY e 'x'>]>&e;&amp;#60;",
    f"| {MARK} | `` ``` **b** [x](javascript:alert(1)) ![i](//evil.example/i) @octocat #1 http://a.io www.a.io",
    f"```\n# {MARK}\n<b>x</b>\n~~~",
    f"=cmd|'/c calc'!A0 {MARK}",
    f"+{MARK}\t@SUM(1)\r-1",
    f"\uff1dHYPERLINK({MARK})",
    f"{MARK}\n::error file=x::forged\n##[error]forged\r\n0 failures",
    f"%0A::set-output name=x::{MARK},a:b",
    f"lone \ud800 {MARK} \ufffe\uffff\x00",
    f"{MARK}\u2028{MARK}\u2029{MARK}\x85{MARK}",
    "{{" + MARK + "}}${7*7}<%= 1 %>",
    f"{MARK}" + "A" * 100_000,
)


def hostile(text: str) -> Report:
    """A report in which every text that can come from an input is the given one."""
    bad = {"path": text, "text": text}
    one = group(0, service_code=text, operation=text, cause=text, rule=text, advice=text, user_message=text)
    one = replace(one, examples=(replace(example(0, 0), **bad), replace(example(0, 1), **bad, time=text)))
    cause = RootCause(Cause.OWN_ABORT, (text,), text, (text,))
    story = session(
        0,
        video_id=None,
        bucket=text,
        key=text,
        upload_ids=(text,),
        root_cause=cause,
        timeline=(
            Step(text, None, text, 1, text, text, text, 1),
            Step("error", ErrorCode.NETWORK, text, 1, at(1), at(2), text, 1),
        ),
    )
    return replace(
        EMPTY,
        inputs=(Input(text, 10, 1, text, text, 3, {text: 1}),),
        groups=(one,),
        sessions=(story, replace(story, video_id=text)),
        timeline=(Bucket(text, {ErrorCode.NETWORK: 1}), Bucket(at(1), {ErrorCode.NETWORK: 1})),
        bucket_seconds=60,
        patterns=(Pattern(text, text, 1, 1),),
        first=text,
        last=text,
        dropped={text: 3},
        notes=(text,),
    )


SAMPLES = {
    "empty": EMPTY,
    "one group": report(1, 1),
    "no sessions, no times": replace(
        report(2, 0), timeline=(), first=None, last=None, groups=(group(1, first=None, last=None, examples=()),)
    ),
    "only an abort of nothing": replace(EMPTY, groups=(group(0, action=Action.NONE),)),
    "20 groups": report(20, 40),
    "2,000 groups": report(2000, 3000),
    **{f"hostile {number}": hostile(text) for number, text in enumerate(HOSTILE)},
}
