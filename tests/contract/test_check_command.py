"""`upload-diag check` on every kind of input, in every format, with its exit codes."""

import base64
import json
from xml.etree import ElementTree as ET

import pytest
from envelopes import EXPIRED, envelope

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.contract.documents import document_of, documents_in
from upload_diag.contract.output import FORMATS
from upload_diag.errors import InputError

GOOD, BAD = json.dumps(EXPIRED), json.dumps(envelope(isSessionExpired=False))


def har(*contents):
    entries = [{"response": {"status": status, "content": content}} for status, content in contents]
    return json.dumps({"log": {"entries": entries}})


def base64_text(text):
    return {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}


INPUTS = {
    "one document": (GOOD, [("", None)]),
    "pretty": (json.dumps(EXPIRED, indent=2), [("", None)]),
    "a list": (f"[{GOOD}, {GOOD}]", [("/0", None), ("/1", None)]),
    "NDJSON": (f"{GOOD}\n\n{GOOD}\n", [("", None), ("", None)]),
    "UTF-8 with BOM": ("\ufeff" + GOOD, [("", None)]),
    "a recorded response": (json.dumps({"status": 404, "body": EXPIRED}), [("/body", 404)]),
    "a body as text": (json.dumps({"status_code": 404, "text": GOOD}), [("/text", 404)]),
    "request and response": (
        json.dumps({"request": {"url": "/x"}, "response": {"statusCode": 404, "data": EXPIRED}}),
        [("/response/data", 404)],
    ),
    "curl -i": (f"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{GOOD}", [("", 404)]),
    "curl -i, asked to go on": (f"HTTP/1.1 100 Continue\r\n\r\nHTTP/2 404\r\nvia: x\r\n\r\n{GOOD}", [("", 404)]),
    "curl -i -L through a proxy": (
        f"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 307 T\r\n\r\nHTTP/1.1 404 N\r\n\r\n{GOOD}",
        [("", 404)],
    ),
    "a HAR": (
        har(
            (200, {"text": '{"success": true}'}),
            (404, {"text": GOOD}),
            (502, {"text": "<html>"}),
            (404, base64_text(GOOD)),
        ),
        [("/log/entries/1/response/content", 404), ("/log/entries/3/response/content", 404)],
    ),
    "a HAR with a failure of status 400": (har((400, {"text": GOOD})), [("/log/entries/0/response/content", 400)]),
    "a HAR with a failure of status 200": (har((200, {"text": GOOD})), [("/log/entries/0/response/content", 200)]),
}


@pytest.mark.parametrize(("text", "expected"), INPUTS.values(), ids=INPUTS)
def test_documents_are_found_in_every_kind_of_input(text, expected):
    documents = documents_in("input", text.encode())
    assert [(document.where, document.status) for document in documents] == expected
    assert all(document.value == EXPIRED for document in documents)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "not JSON"),
        (b"plain text", "not JSON"),
        (GOOD.encode() + b"\nnot json", "input:2: not JSON"),
        (b"\x89PNG\r\n\xff\xfe", "not text"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "the list is empty"),
        (har((200, {"text": "{}"})).encode(), "no failed answer"),
        (b"HTTP/1.1 500 Oops\r\n\r\n", "without a body"),
    ],
)
def test_what_holds_no_document_is_refused_in_one_line(data, wanted):
    with pytest.raises(InputError) as caught:
        documents_in("input", data)
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


class Response:
    def __init__(self, status, **members):
        self.status_code = status
        self.__dict__ |= members


@pytest.mark.parametrize(
    "given",
    [
        Response(404, content=GOOD.encode(), text=GOOD),
        Response(404, data=GOOD.encode()),
        Response(404, text=GOOD),
        Response(404, read=GOOD.encode),
        {"status": 404, "body": EXPIRED},
        f"HTTP/2 404\n\n{GOOD}",
    ],
)
def test_a_response_object_gives_its_body_and_status(given):
    document = document_of(given)
    assert (document.value, document.status) == (EXPIRED, 404)


@pytest.mark.parametrize("given", [EXPIRED, GOOD, GOOD.encode(), bytearray(GOOD.encode())])
def test_a_payload_is_its_own_document(given):
    assert document_of(given).value == EXPIRED


def test_a_separator_of_lines_inside_a_string_ends_no_document():
    lines = ('{"a": "x\N{LINE SEPARATOR}y"}', '{"a": "\N{NEXT LINE}"}\r', '{"a": "\N{PARAGRAPH SEPARATOR}"}')
    documents = documents_in("input", "\n".join(lines).encode())
    assert [document.line for document in documents] == [1, 2, 3]


def test_one_document_breaks_and_several_break(tmp_path, capsys):
    (tmp_path / "bad.json").write_text(BAD)
    main(["check", str(tmp_path / "bad.json")])
    assert capsys.readouterr().out.endswith("1 document breaks upload-error 1.0\n")


def test_good_and_bad_files_globs_and_standard_input(tmp_path, monkeypatch, capsys):
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.json").write_text(BAD)
    assert main(["check", str(tmp_path / "good.json")]) == ExitCode.OK
    assert capsys.readouterr().out == "1 document keeps upload-error 1.0\n"
    assert main(["check", f"{tmp_path}/**/*.json"]) == ExitCode.FOUND
    out = capsys.readouterr().out
    assert "/error/isSessionExpired   session-flag-fits-error-type" in out
    assert out.endswith("1 of 2 documents break upload-error 1.0\n")
    assert main(["check", f"{tmp_path}/*.nothing"]) == ExitCode.FILES
    assert capsys.readouterr().out == "no document was checked; 1 could not be read\n"
    assert main(["check", str(tmp_path / "good.json"), str(tmp_path / "missing.json")]) == ExitCode.FILES
    assert main(["check", "--schema", "nothing", str(tmp_path / "good.json")]) == ExitCode.USAGE


def test_an_own_schema_is_a_contract_too(tmp_path, capsys):
    (tmp_path / "mine.json").write_text('{"required": ["code"]}')
    (tmp_path / "answer.json").write_text('{"kode": 1}')
    assert main(["check", "--schema", str(tmp_path / "mine.json"), str(tmp_path / "answer.json")]) == ExitCode.FOUND
    assert "the member 'code'" in capsys.readouterr().out


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_prints_good_bad_and_unread(name, tmp_path, capsys):
    files = {"good.json": GOOD, "bad,:%.json": BAD.replace("session", "\\u202e\\u001b[31m"), "un\x1b[31mread.json": "{"}
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    assert main(["check", "-f", name, *(str(tmp_path / file) for file in files)]) == ExitCode.FOUND
    out = capsys.readouterr().out
    assert "session-flag-fits-error-type" in out
    assert not set(out) & set("\x1b\u202e")


def test_json_sarif_and_junit_are_whole_documents(tmp_path, capsys):
    (tmp_path / "bad.json").write_text(BAD)
    main(["check", "-f", "json", str(tmp_path / "bad.json")])
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert {"source", "pointer", "rule", "seen", "wanted", "fix"} <= set(problem)
    main(["check", "-f", "sarif", str(tmp_path / "bad.json")])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert result["ruleId"] == "session-flag-fits-error-type"
    main(["check", "-f", "junit", str(tmp_path / "bad.json")])
    suite = ET.fromstring(capsys.readouterr().out)
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")


def test_github_gets_one_annotation_for_each_rule(tmp_path, capsys):
    (tmp_path / "bad.ndjson").write_text(f"{BAD}\n{BAD}\n{GOOD}\n")
    main(["check", "-f", "github", str(tmp_path / "bad.ndjson")])
    first, last = capsys.readouterr().out.splitlines()
    assert "title=session-flag-fits-error-type x 2::" in first
    assert "2 of 3 documents break" in last
