"""The rule set as a whole: its names, a user's own file beside it, its export and its literals."""

import json
from collections import Counter
from pathlib import Path

import pytest

from upload_diag.codes import ErrorCode
from upload_diag.errors import BadRuleError, InputError
from upload_diag.rules.advice import ADVICE, ADVICE_BY_OPERATION, advise
from upload_diag.rules.checks import fold
from upload_diag.rules.other_codes import OTHER_CODES
from upload_diag.rules.phrases import PHRASES
from upload_diag.rules.rows import OtherCode, S3Code
from upload_diag.rules.ruleset import RULESET_VERSION, Ruleset
from upload_diag.rules.s3_codes import S3_CODES

GOOD = """
[[codes]]
name = "VideoGone"
code = "SESSION_EXPIRED"

[[codes]]
name = "TapeFull"
code = "QUOTA_EXCEEDED"
status = 507

[[phrases]]
rule = "acme.tape-full"
code = "QUOTA_EXCEEDED"
keyword = "tape is full"
refines = ["SERVER_ERROR"]
hits = ["Cannot store: tape is full"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_rules_are_read_once() -> None:
    assert Ruleset.builtin() is Ruleset.builtin()
    assert Ruleset.builtin().version == RULESET_VERSION


def test_no_token_is_a_service_code_too() -> None:
    assert OTHER_CODES.keys() & S3_CODES.keys() == set()


def test_names_that_differ_only_in_case_mean_the_same() -> None:
    meanings: dict[str, set[ErrorCode]] = {}
    for name, row in (*S3_CODES.items(), *OTHER_CODES.items()):
        meanings.setdefault(name.casefold(), set()).add(row.code)
    # R2 writes Unauthorized for wrong keys, B2 writes unauthorized for a token that ran out.
    assert {name for name, codes in meanings.items() if len(codes) > 1} == {"unauthorized"}


def test_every_rule_id_is_unique() -> None:
    rows = (*S3_CODES.values(), *OTHER_CODES.values(), *PHRASES)
    assert [rule for rule, count in Counter(row.rule for row in rows).items() if count > 1] == []


def test_a_users_rows_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    joined = Ruleset.builtin().with_file(written(tmp_path, GOOD))
    assert isinstance(joined.other_codes["VideoGone"], OtherCode)
    assert isinstance(joined.s3_codes["TapeFull"], S3Code)
    assert joined.phrases[-1].refines == (ErrorCode.SERVER_ERROR,)
    assert joined.own == {"own.VideoGone", "s3.TapeFull", "acme.tape-full"}
    assert joined.version == f"{RULESET_VERSION}+own"
    assert Ruleset.builtin().own == frozenset()


def test_a_users_code_replaces_the_built_in_one_of_its_name(tmp_path: Path) -> None:
    text = '[[codes]]\nname = "NoSuchKey"\ncode = "SESSION_EXPIRED"\n'
    joined = Ruleset.builtin().with_file(written(tmp_path, text))
    assert "NoSuchKey" not in joined.s3_codes
    assert joined.other_codes["NoSuchKey"].code is ErrorCode.SESSION_EXPIRED


BAD = [
    ("code = ", "", "no TOML", "Invalid value"),
    ("[[phrase]]", "", "phrase", "did you mean phrases?"),
    ("codes = 3", "", "codes", "must be written as [[codes]]"),
    ('[[codes]]\ncode = "NETWORK"', "codes[0]", "name", "is missing"),
    ('[[codes]]\nname = "A"', "A", "code", "is missing"),
    ('[[codes]]\nname = "A"\ncode = "NETWROK"', "A", "code", "did you mean NETWORK?"),
    ('[[codes]]\nname = "A"\ncode = "NETWORK"\nstatus = "404"', "A", "status", "is not a whole number"),
    ('[[codes]]\nname = "A"\ncode = "NETWORK"\nweek = true', "A", "week", "did you mean weak?"),
    ('[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"', "a.b", "hits", "is missing"),
    (
        '[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"\nhits = "x1"',
        "a.b",
        "hits",
        "is not a list of texts",
    ),
    (
        '[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"\nhits = ["y"]',
        "a.b",
        "keyword",
        "does not stand in",
    ),
    (
        '[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"\nhits = ["x1"]\npattern = "x1("',
        "a.b",
        "pattern",
        "not a",
    ),
    (
        '[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"\nhits = ["x1"]\nstrength = 900',
        "a.b",
        "strength",
        "900",
    ),
    (
        '[[phrases]]\nrule = "phrase.timed-out"\ncode = "NETWORK"\nkeyword = "x1"\nhits = ["x1"]',
        "phrase.timed-out",
        "rule",
        "is already taken",
    ),
    (
        '[[phrases]]\nrule = "a.b"\ncode = "NETWORK"\nkeyword = "x1"\nhits = ["x1"]\nrefines = ["TLS_ERROR"]',
        "all rules",
        "refines",
        "in a circle",
    ),
]


@pytest.mark.parametrize(("text", "rule", "field", "problem"), BAD)
def test_a_bad_rule_file_is_answered_with_file_rule_field_and_problem(
    tmp_path: Path, text: str, rule: str, field: str, problem: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadRuleError) as caught:
        Ruleset.builtin().with_file(path)
    error = caught.value
    assert (error.file, error.rule, error.field) == (str(path), rule, field)
    assert problem in error.problem
    assert "\n" not in str(error)


def test_a_rule_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the rule file"):
        Ruleset.builtin().with_file(tmp_path / "none.toml")


def test_a_rule_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(BadRuleError, match="UTF-8"):
        Ruleset.builtin().with_file(path)


def test_the_export_is_json_and_holds_every_row() -> None:
    document = json.loads(json.dumps(Ruleset.builtin().export()))
    assert document["schema"] == "upload-diag/rules/1"
    assert document["version"] == RULESET_VERSION
    assert len(document["serviceCodes"]) == len(S3_CODES)
    assert len(document["tokens"]) == len(OTHER_CODES)
    assert len(document["phrases"]) == len(PHRASES)
    assert document["fields"]["uploadid"] == "upload_id"
    assert document["statuses"]["429"] == "THROTTLED"
    assert len(document["advice"]) == len(ADVICE) + len(ADVICE_BY_OPERATION)


def test_every_hit_and_every_code_holds_a_literal() -> None:
    literals = Ruleset.builtin().literals()
    assert all(literal == literal.lower() for literal in literals)
    lacking = [
        (row.rule, hit) for row in PHRASES for hit in row.hits if not any(text in fold(hit) for text in literals)
    ]
    assert lacking == []
    assert all(row.name.lower() in literals for row in S3_CODES.values() if not row.plain)
    assert '"forbidden"' in literals


def test_every_verdict_has_advice_in_plain_words() -> None:
    assert ADVICE.keys() == set(ErrorCode)
    for advice in (*ADVICE.values(), *ADVICE_BY_OPERATION.values()):
        assert advice.user_message.endswith((".", "?"))
        assert advice.suggested_action.endswith(".")
        assert not {"S3", "HTTP", "multipart", "ETag", "bucket"} & set(advice.user_message.split())


def test_an_expired_session_asks_for_a_new_one_a_probe_or_nothing() -> None:
    code = ErrorCode.SESSION_EXPIRED
    assert advise(code).action == "RESTART_UPLOAD"
    assert advise(code, "UploadPart").is_retryable
    assert advise(code, "CompleteMultipartUpload").action == "PROBE_THEN_RESTART"
    assert advise(code, "AbortMultipartUpload").action == "NONE"
    assert advise(code).user_message.startswith("Your upload session has expired")
    assert advise(code).suggested_action.startswith("Please restart the upload")
