"""Every service code, in every shape that clients give it, is understood as its own error code."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

import pytest

from upload_diag import classify, classify_many
from upload_diag.codes import ErrorCode
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.rows import OtherCode, Phrase, S3Code
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.s3_codes import S3_CODES

WORDS = "Something about it"
"""A message that says nothing, for the code alone must decide."""


def xml(row: S3Code, message: str = WORDS) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(row.name)}</Code>'
        f"<Message>{escape(message)}</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2</HostId></Error>"
    )


def boto_text(row: S3Code) -> str:
    return f"An error occurred ({row.name}) when calling the UploadPart operation: {WORDS}"


def botocore_error(row: S3Code) -> Exception:
    exceptions = pytest.importorskip("botocore.exceptions")
    answer = {
        "Error": {"Code": row.name, "Message": WORDS},
        "ResponseMetadata": {"HTTPStatusCode": row.status or 400, "RequestId": "4442587FB7D0A2F9"},
    }
    error: Exception = exceptions.ClientError(answer, "UploadPart")
    return error


def envelope(row: S3Code) -> dict[str, Any]:
    return {
        "success": False,
        "message": "Failed to upload part 4",
        "error": {"errorType": "UploadError", "awsError": row.name, "partNumber": 4, "videoId": "v1"},
    }


def axios(row: S3Code) -> dict[str, Any]:
    status = row.status or 400
    return {
        "name": "AxiosError",
        "message": f"Request failed with status code {status}",
        "code": "ERR_BAD_REQUEST",
        "response": {"status": status, "data": {"error": {"code": row.name, "message": WORDS}}},
    }


def js_v3(row: S3Code) -> dict[str, Any]:
    return {
        "name": row.name,
        "Code": row.name,
        "$fault": "client",
        "message": WORDS,
        "$metadata": {"httpStatusCode": row.status or 400, "requestId": "4442587FB7D0A2F9", "attempts": 1},
    }


def go_v2(row: S3Code) -> str:
    return (
        f"operation error S3: UploadPart, https response error StatusCode: {row.status or 400}, "
        f"RequestID: 4442587FB7D0A2F9, HostID: Uuag1LuByRx9, api error {row.name}: {WORDS}"
    )


WRAPPERS: dict[str, Callable[[S3Code], Any]] = {
    "the bare name": lambda row: row.name,
    "XML": xml,
    "XML in bytes": lambda row: xml(row).encode(),
    "boto3's message": boto_text,
    "botocore's exception": botocore_error,
    "the seed's envelope": envelope,
    "axios": axios,
    "axios with an XML body": lambda row: axios(row) | {"response": {"status": 400, "data": xml(row)}},
    "JSON encoded twice": lambda row: json.dumps({"body": json.dumps(envelope(row))}),
    "a Python traceback": lambda row: (
        'Traceback (most recent call last):\n  File "/srv/app/upload.py", line 7, in part\n    client.upload_part()\n'
        f"botocore.exceptions.ClientError: {boto_text(row)}\n"
    ),
    "Java v1": lambda row: (
        f"com.amazonaws.services.s3.model.AmazonS3Exception: {WORDS} (Service: Amazon S3; "
        f"Status Code: {row.status or 400}; Error Code: {row.name}; "
        "Request ID: 4442587FB7D0A2F9; S3 Extended Request ID: Uuag1LuByRx9; Proxy: null)"
    ),
    "Go v1": lambda row: (
        f"{row.name}: {WORDS}\n\tstatus code: {row.status or 400}, request id: 4442587FB7D0A2F9, host id: Uuag1LuByRx9"
    ),
    "Go v2": go_v2,
    "JavaScript v3": js_v3,
    "JavaScript v3 as text": lambda row: json.dumps(js_v3(row)),
    "a JavaScript stack": lambda row: (
        f"{row.name}: {WORDS}\n    at Request.extractError (/app/lib/services/s3.js:585:35)"
    ),
    "a log line": lambda row: f"2026-01-02T10:11:12.345Z ERROR [uploader] part 4 failed: {row.name}: {WORDS}",
    "a JSON log line": lambda row: json.dumps({"level": "error", "err": {"code": row.name, "message": WORDS}}),
}

PROSE = {"the bare name", "Go v1", "a JavaScript stack", "a log line"}
SDK_TEXTS = {"boto3's message", "a Python traceback", "Java v1", "Go v2"}

EXCEPTIONS: tuple[tuple[str, set[str], Callable[[S3Code], bool]], ...] = (
    ("An ordinary word or a number is a code only where a code stands.", PROSE, lambda row: row.plain),
    ("R2 numbers its JSON answers only; SDKs get the S3 names.", {"Java v1", "Go v2"}, lambda row: row.name.isdigit()),
    ("SDKs print names; one with a blank is cut at it.", SDK_TEXTS, lambda row: " " in row.name),
)
"""Codes that a shape cannot carry: the reason, the shapes, the codes."""


def wrong(wrapper: str) -> Iterator[str]:
    """The codes that a wrapper hides, each with what was made of it."""
    for row in S3_CODES.values():
        if any(wrapper in shapes and excepted(row) for _, shapes, excepted in EXCEPTIONS):
            continue
        info = classify(WRAPPERS[wrapper](row))
        if (info.code, info.context.service_code) != (row.code, row.name):
            yield f"{row.name}: wanted {row.code}, got {info.code} ({info.context.service_code})"


def test_the_exceptions_are_few() -> None:
    excepted = [row for _, shapes, test in EXCEPTIONS for row in S3_CODES.values() for _ in shapes if test(row)]
    assert len(excepted) < 0.03 * len(S3_CODES) * len(WRAPPERS)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_every_service_code_is_understood_in(wrapper: str) -> None:
    assert list(wrong(wrapper)) == []


def test_every_service_code_with_its_own_message_keeps_its_meaning() -> None:
    rows = [row for row in S3_CODES.values() if row.message]
    got = {row.name: classify(xml(row, row.message)).code for row in rows}
    assert {name: code for name, code in got.items() if code is not S3_CODES[name].code} == {}


def test_every_services_message_is_understood_without_its_code() -> None:
    rows = [row for row in S3_CODES.values() if row.message.count(" ") >= 3]
    got = {row.name: classify(row.message).code for row in rows}
    assert {name: code for name, code in got.items() if code is not S3_CODES[name].code} == {}


TOKEN_WRAPPERS: dict[str, Callable[[OtherCode], Any]] = {
    "a code field": lambda row: {"error": {"code": row.name, "message": WORDS}},
    "a code field as text": lambda row: json.dumps({"error": {"code": row.name, "message": WORDS}}),
    "a log line": lambda row: f"2026-01-02T10:11:12.345Z ERROR [uploader] part 4 failed: {row.name}: {WORDS}",
}


@pytest.mark.parametrize("wrapper", TOKEN_WRAPPERS)
def test_every_other_token_is_understood_in(wrapper: str) -> None:
    rows = [row for row in OTHER_CODES.values() if not (row.plain and wrapper == "a log line")]
    got = {row.name: classify(TOKEN_WRAPPERS[wrapper](row)).code for row in rows}
    assert {name: code for name, code in got.items() if code is not OTHER_CODES[name].code} == {}


@pytest.mark.parametrize(
    ("row", "message", "code"),
    [
        ("AccessDenied", "Request has expired", ErrorCode.URL_EXPIRED),
        ("AccessDenied", "Request is not valid yet", ErrorCode.CLOCK_SKEW),
        ("AccessDenied", "Invalid according to Policy: Policy expired.", ErrorCode.URL_EXPIRED),
        ("AccessForbidden", "CORSResponse: This CORS request is not allowed.", ErrorCode.CORS_BLOCKED),
        (
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'a-1' is wrong; expecting 'b-1'",
            ErrorCode.WRONG_REGION,
        ),
        ("InvalidArgument", "the region 'a-1' is wrong; expecting 'b-1'", ErrorCode.WRONG_REGION),
        ("InvalidArgument", "Part number must be an integer between 1 and 10000", ErrorCode.PARTS_REJECTED),
        ("InvalidRequest", "You must specify at least one part", ErrorCode.PARTS_REJECTED),
        ("RequestTimeout", "Cannot lock a resource, please reduce your request rate", ErrorCode.THROTTLED),
        ("ServiceUnavailable", "Please reduce your request rate.", ErrorCode.THROTTLED),
        ("ExpiredToken", "Request signature expired at: 2026-01-01T00:00:00Z", ErrorCode.URL_EXPIRED),
        ("bad_request", "No active upload for: 4_z0123", ErrorCode.SESSION_EXPIRED),
        ("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2 (3 - 15 min.)", ErrorCode.CLOCK_SKEW),
    ],
)
def test_a_message_that_changes_a_codes_meaning_wins(row: str, message: str, code: ErrorCode) -> None:
    assert classify(xml(S3_CODES[row], message)).code is code


def test_every_phrase_is_met_in_its_own_hits() -> None:
    missed = [
        (row.rule, text)
        for row in PHRASES
        for text in row.hits
        if row.rule not in {hit.rule for hit in classify(text).evidence}
    ]
    assert missed == []


@pytest.mark.parametrize(
    "beside", ["auth token expired and was refreshed", "the presigned URL has expired, signed again"]
)
def test_a_named_dead_session_is_not_talked_away(beside: str) -> None:
    assert classify({"log": beside, "error": {"code": "NoSuchUpload"}}).code is ErrorCode.SESSION_EXPIRED


def test_a_session_that_is_a_login_is_told_from_an_uploads() -> None:
    envelope = {"code": "SESSION_EXPIRED", "message": "Your session has expired. Please log in again."}
    assert classify(envelope).code is ErrorCode.CREDENTIALS_EXPIRED


def test_the_order_of_the_rules_means_nothing() -> None:
    rules = Ruleset.builtin()
    shuffled = random.Random(7)

    def mixed(rows: dict[str, Any]) -> dict[str, Any]:
        return dict(shuffled.sample(sorted(rows.items()), len(rows)))

    other = replace(
        rules,
        s3_codes=mixed(dict(rules.s3_codes)),
        other_codes=mixed(dict(rules.other_codes)),
        phrases=tuple(shuffled.sample(rules.phrases, len(rules.phrases))),
    )
    texts: list[Any] = [row.message for row in S3_CODES.values()] + [hit for row in PHRASES for hit in row.hits]
    texts += [WRAPPERS["Java v1"](row) for row in S3_CODES.values()] + [
        WRAPPERS["axios"](row) for row in S3_CODES.values()
    ]
    assert list(classify_many(texts, rules=other)) == list(classify_many(texts))


def test_a_users_own_rule_wins_a_tie_with_a_built_in_one() -> None:
    rules = Ruleset.builtin()
    text = "terminated the upload session"
    built_in = next(row for row in rules.phrases if row.keyword == text)
    mine = Phrase("zzz.mine", ErrorCode.CONFLICT, text, strength=built_in.strength, hits=(text,), seen="")
    joined = replace(rules, phrases=(*rules.phrases, mine))
    assert classify(text, rules=joined).code is built_in.code
    assert classify(text, rules=replace(joined, own=frozenset({mine.rule}))).code is ErrorCode.CONFLICT


@pytest.mark.parametrize(
    "hostile",
    [
        "upload " * 9_000,
        "uploadid " + "a" * 60_000 + " does not exis",
        "exceeded the maximum " * 3_000,
        "upload session for " * 3_000,
        "curl " * 12_000,
        "nsurlerrordomain" + " " * 60_000 + "-",
        "checksum md5 " * 5_000 + "match",
        "access to the path " * 3_000,
        "policy " * 9_000 + "expired",
        "a" * 65_536,
        "(" * 65_536,
        "<" * 65_536,
        "http://x/?upload_id=" * 3_000,
    ],
)
def test_a_hostile_text_is_answered(hostile: str) -> None:
    assert isinstance(classify(hostile).code, ErrorCode)
