"""What a pattern says about the texts that it can match, which decides where it is tried."""

import re

import pytest

from upload_diag.analysis.judge import search_literals
from upload_diag.rules.checks import fold
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.required import beginnings, required_literals, triggers
from upload_diag.rules.ruleset import Ruleset


@pytest.mark.parametrize(
    ("pattern", "literals", "before"),
    [
        (r"upload gone", ["upload gone"], 0),
        (r"\b(?:part|chunk) gone", ["chunk gone", "part gone"], 0),
        (r"code(?: is)?", ["code"], 0),  # "code is" begins with it
        (r"\d{3} is no status", [" is no status"], 3),
        (r".*never seen before", ["never seen befor"], 1000),
        (r"\w+", [], 0),
    ],
)
def test_a_pattern_is_tried_where_one_of_its_literals_stands(pattern: str, literals: list[str], before: int) -> None:
    assert triggers(pattern) == (literals, before)


@pytest.mark.parametrize(
    ("pattern", "begin"),
    [
        (r"upload", ["upl"]),
        (r"\b(?<!no )(?:multi-?part |tus )?upload", ["mul", "tus", "upl"]),
        (r"[ab]c|(?:(?:x|y\d)z)", ["ac", "bc", "x", "y"]),
        (r"a?\d", []),
        (r"[a-z]b", []),
        (r"(?:\d|a)b", []),
        (r"(?:a\d)?b", []),
    ],
)
def test_what_a_match_begins_with(pattern: str, begin: list[str]) -> None:
    assert beginnings(pattern) == begin


def test_what_is_said_of_a_pattern_holds_for_its_hits() -> None:
    for row in PHRASES:
        pattern = row.pattern or re.escape(row.keyword)
        begin, (literals, before) = beginnings(pattern), triggers(pattern)
        for text in map(fold, row.hits):
            match = re.search(pattern, text, re.ASCII)
            assert match is not None, row.rule
            start = match.start()
            assert not begin or text.startswith(tuple(begin), start), row.rule
            assert any(0 <= text.find(word, start) - start <= before for word in literals), row.rule
            assert any(word in text for word in required_literals(pattern)), row.rule


ORDINARY = (
    "INFO  [exec-7] c.e.media.VideoController - GET /v1/videos/00a1b2c3d4e5 200 took 31 ms",
    "DEBUG c.e.media.cache.ThumbnailCache - hit for 00a1b2c3d4e5, 311 entries, evicted 0",
    "INFO  removed 12 temporary files of job 7 in /var/tmp/media, deleted 3 folders",
    "WARN  HikariPool - connection 4 was idle for 1200 ms and is evicted",
    "INFO  user 12 updated the profile, 3 fields changed",
    "INFO  config value provided by the environment, none required",
    "INFO  job 12 finished, unknown fields ignored: 2",
    "INFO  upload task 7 of job 3 started, ETag 0a1b2c, checksum of local file a.bin computed",
    '10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /media/a.mp4 HTTP/1.1" 200 512 "-" "curl/8.5.0"',
    '{"level": "info", "method": "GET", "status": 200, "success": true, "parts": 3, "msg": "clock synchronized"}',
    "Nov 20 10:00:00 host sshd[81]: pam_unix: session closed for user media, connection 4 dropped from the pool",
    "INFO  method=GET path=/media/a.mp4 host=media.example dyno=web.1 connect=1ms service=404ms status=404 bytes=503",
    "INFO  GET /media/a.mp4 401 12 ms - 512; GET /media/b.mp4 returned 404; status: 403; Status 416",
    "INFO  job 500 of 503 took 504 ms, 524 MB, port 502",
    '{"datetime": "2026-11-20", "createTime": 1, "responseTime": 12, "lifetime": 30, "heartbeats": 3}',
    "DEBUG opened a session for user 12, session 81 of 300, none is gone or lost",
)


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_lines_hold_no_literal_of_a_rule_or_every_log_is_read_line_by_line(line):
    low = line.lower().encode()
    assert [literal for literal in search_literals(Ruleset.builtin()) if literal in low] == []


@pytest.mark.parametrize("said", ['"Aborted"', "'Aborted'", "<Code>Aborted</Code>", "S3 error: 499 (Aborted): Aborted"])
def test_a_code_that_is_an_ordinary_word_is_looked_for_where_codes_stand(said):
    low = said.lower().encode()
    assert any(literal in low for literal in search_literals(Ruleset.builtin()))
