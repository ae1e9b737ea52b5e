"""Each phrase proves itself, and no phrase takes another's text to another verdict."""

import re
from collections import Counter

import pytest

from upload_diag.codes import ErrorCode
from upload_diag.rules.checks import find_problems, fold
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.rows import Phrase
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.s3_codes import S3_CODES

REGEX = {row.rule: re.compile(row.pattern or re.escape(row.keyword), re.ASCII) for row in PHRASES}


def matching(text: str) -> list[Phrase]:
    """Every phrase that a text meets."""
    folded = fold(text)
    return [row for row in PHRASES if row.keyword in folded and REGEX[row.rule].search(folded)]


def verdict(text: str) -> ErrorCode:
    """What the phrases alone conclude: the strongest one that no other one overrules."""
    found = [row for row in matching(text) if row.code is not ErrorCode.UNKNOWN]
    refined = {code for row in found for code in row.refines}
    left = [row for row in found if row.code not in refined]
    return max(left, key=lambda row: row.strength).code if left else ErrorCode.UNKNOWN


def test_every_built_in_row_keeps_its_own_promises() -> None:
    assert [str(problem) for problem in Ruleset.builtin().problems()] == []


def test_no_hit_of_a_row_is_taken_by_another_row_to_another_verdict() -> None:
    taken = [(row.rule, text, verdict(text)) for row in PHRASES for text in row.hits if verdict(text) != row.code]
    assert taken == []


def test_no_phrase_contradicts_a_services_own_message() -> None:
    wrong = [
        (code.name, code.code, verdict(code.message))
        for code in S3_CODES.values()
        if code.message.count(" ") >= 3 and verdict(code.message) not in (code.code, ErrorCode.UNKNOWN)
    ]
    assert wrong == []


def test_no_phrase_repeats_a_services_own_message() -> None:
    messages = {fold(code.message).rstrip(".") for code in S3_CODES.values() if code.message.count(" ") >= 3}
    assert [row.rule for row in PHRASES if not row.pattern and row.keyword in messages] == []


def test_every_error_code_but_unknown_has_phrases_of_its_own() -> None:
    counted = Counter(row.code for row in PHRASES)
    assert {code for code in ErrorCode if counted[code] < 4} == set()


@pytest.mark.parametrize(
    "text",
    [
        "The specified bucket policy does not exist",
        "The file to upload does not exist yet; it is made tonight",
        "Your session has expired",
        "The session cookie expired; the page was reloaded",
        "session timeout = 30",
        "timeout=61, connectTimeout: undefined",
        "the coupon expired",
        "column upload_id of relation videos exists",
        "X-Amz-Expires=900&X-Amz-Date=20260101T000000Z",
        "access-control-allow-origin: *",
        "upload finished (1 of 3), 2 left",
        "curl 7.60.0 (x86_64-pc-linux-gnu) libcurl/7.60.0 OpenSSL",
    ],
)
def test_bare_words_are_no_reason(text: str) -> None:
    assert verdict(text) is ErrorCode.UNKNOWN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AccessDenied: Request has expired", ErrorCode.URL_EXPIRED),
        ("AccessDenied: Invalid according to Policy: Policy expired", ErrorCode.URL_EXPIRED),
        ("SignatureDoesNotMatch: Signature expired: 1 is now earlier than 2", ErrorCode.CLOCK_SKEW),
        ("InvalidArgument: the region 'a' is wrong; expecting 'b'", ErrorCode.WRONG_REGION),
        ("503 Service Unavailable: Please reduce your request rate.", ErrorCode.THROTTLED),
        ("lock a resource timed out, please reduce your request rate", ErrorCode.THROTTLED),
        ("TimeoutError: Missing credentials in config; connect timed out", ErrorCode.CREDENTIALS_INVALID),
        ("send request failed: x509: certificate signed by unknown authority", ErrorCode.TLS_ERROR),
        ("blocked by CORS policy. Error: Network Error", ErrorCode.CORS_BLOCKED),
        ("Request body exceeded 10MB. Failed to proxy: socket hang up", ErrorCode.TOO_LARGE),
        ("403 Forbidden: CORSResponse: This CORS request is not allowed.", ErrorCode.CORS_BLOCKED),
        ("Your session has expired. Please log in again.", ErrorCode.CREDENTIALS_EXPIRED),
    ],
)
def test_the_sentence_that_decides_the_recovery_wins(text: str, code: ErrorCode) -> None:
    assert verdict(text) is code


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("rule", Phrase("Bad Id", ErrorCode.NETWORK, "x1", hits=("x1",), seen="")),
        ("strength", Phrase("own.a", ErrorCode.NETWORK, "x1", strength=101, hits=("x1",), seen="")),
        ("refines", Phrase("own.a", ErrorCode.NETWORK, "x1", refines=(ErrorCode.NETWORK,), hits=("x1",), seen="")),
        ("keyword", Phrase("own.a", ErrorCode.NETWORK, "X1", hits=("x1",), seen="")),
        ("keyword", Phrase("own.a", ErrorCode.NETWORK, "<<", hits=("<<",), seen="")),
        ("keyword", Phrase("own.a", ErrorCode.NETWORK, "gone", "a", hits=("a",), seen="")),
        ("hits", Phrase("own.a", ErrorCode.NETWORK, "x1", hits=(), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", "x1 (", hits=("x1",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", "x1 Lost", hits=("x1 lost",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", "x1 gone", hits=("x1 lost",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", "x1", hits=("x1",), misses=("no x1",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", r"\w\d", hits=("x1",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", "x1(?P<n>a)", hits=("x1a",), seen="")),
        ("pattern", Phrase("own.a", ErrorCode.NETWORK, "x1", r"x1\b é\b", hits=("x1 é",), seen="")),
    ],
)
def test_a_row_that_contradicts_itself_is_named_with_its_field(field: str, row: Phrase) -> None:
    assert field in {name for name, _ in find_problems(row)}


@pytest.mark.parametrize(
    "pattern",
    [
        r"x1.*",
        r"x1(?:a+)+",
        r"x1(?:a|b{1,9}){2,9}",
        r"x1(?:\w{1,40} ){1,40}y",
        r"x1.{0,200}a.{0,200}b",
        r"x1\S+ y",
        r"(?:\d{1,3}\.){3,9}x1",
    ],
)
def test_a_pattern_that_could_take_long_is_refused(pattern: str) -> None:
    row = Phrase("own.slow", ErrorCode.NETWORK, "x1", pattern, hits=("x1",), seen="")
    assert any("can " in problem for name, problem in find_problems(row) if name == "pattern")


@pytest.mark.parametrize("pattern", [r"x1(?: now)?", r"x1 \S{1,300} gone|x1$", r"x1.{0,2000}?end|x1", r"x1(?:ab){0}"])
def test_a_pattern_with_bounds_is_accepted(pattern: str) -> None:
    row = Phrase("own.quick", ErrorCode.NETWORK, "x1", pattern, hits=("x1",), seen="")
    assert list(find_problems(row)) == []
