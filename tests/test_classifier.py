"""What the classifier promises: the seed's clauses, none of its false alarms, and an answer to anything at all."""

import asyncio
import copy
import html
import json
import pickle
import random
import subprocess
import sys
import time
from base64 import b64encode
from collections import namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_diag import Classifier, ErrorCode, classify, classify_many
from upload_diag.classifier.index import Index
from upload_diag.classifier.spotter import Spotter, plain_spotter, spotter
from upload_diag.codes import Action, Retry
from upload_diag.model import ErrorInfo
from upload_diag.rules.ruleset import Ruleset

UPLOAD_ID = "Vb3x_Lq8.RkT0yWn5ZcPd2fHs7JgMa4uEi9oXwKv1tQrNzCl6SmBhYjFpGeDUAI--"


def seed(**error: Any) -> dict[str, Any]:
    """The seed's envelope, with the given fields of its error and no others."""
    return {"success": False, "message": "Failed to upload video chunk", "error": error}


# Each clause of the seed's own condition, alone; it looked in seven places, for a code, a flag, an action and words.
SEED_CLAUSES = {
    "error.errorType": seed(errorType="NoSuchUpload"),
    "error.isSessionExpired": seed(isSessionExpired=True),
    "error.actionRequired": seed(actionRequired="RESTART_UPLOAD"),
    "error.awsError names the code": seed(awsError="NoSuchUpload"),
    "error.awsError in words": seed(awsError="Upload session expired or invalid"),
    "error.originalError in words": seed(originalError=f"Upload session expired or invalid. UploadId: {UPLOAD_ID}"),
    "error.originalError is an object": seed(originalError={"name": "NoSuchUpload", "message": "gone"}),
    "message in words": {"success": False, "message": "The specified upload does not exist"},
    "response.data.error.errorType": {"response": {"status": 400, "data": seed(errorType="NoSuchUpload")}},
    "response.data.awsError": {"response": {"data": {"awsError": "NoSuchUpload"}}},
    "response.data is text": {"response": {"data": json.dumps(seed(errorType="NoSuchUpload"))}},
    "name of an Error": {"name": "NoSuchUpload", "message": "UnknownError"},
    "code of an Error": {"code": "NoSuchUpload", "statusCode": 404},
}


@pytest.mark.parametrize("payload", SEED_CLAUSES.values(), ids=SEED_CLAUSES)
def test_each_clause_of_the_seed_says_that_the_session_expired(payload: Any) -> None:
    info = classify(payload)
    assert info.code is ErrorCode.SESSION_EXPIRED
    assert info.action_required is Action.RESTART_UPLOAD
    assert info.retry is Retry.AFTER_ACTION
    assert info.is_retryable


NOT_A_DEAD_SESSION = {
    "a bucket": ("The specified bucket does not exist", ErrorCode.BUCKET_NOT_FOUND),
    "a key": ("The specified key does not exist.", ErrorCode.OBJECT_NOT_FOUND),
    "an access key": (
        "The AWS Access Key Id you provided does not exist in our records.",
        ErrorCode.CREDENTIALS_INVALID,
    ),
    "a token": ("ExpiredToken: The provided token has expired.", ErrorCode.CREDENTIALS_EXPIRED),
    "a link": ("AccessDenied: Request has expired", ErrorCode.URL_EXPIRED),
    "a jwt": ("upload failed: jwt expired", ErrorCode.CREDENTIALS_EXPIRED),
    "a column": ('column "upload" of relation "sessions" does not exist', None),
    "a flag that is false": (seed(isSessionExpired=False, errorType="SlowDown"), ErrorCode.THROTTLED),
    "a part that timed out": ("upload session: read ECONNRESET", ErrorCode.NETWORK),
    "a login": ("Upload failed: session expired, please sign in", ErrorCode.CREDENTIALS_EXPIRED),
    "a login of Laravel": ("POST https://app.example.com/upload 419 (Page Expired)", ErrorCode.CREDENTIALS_EXPIRED),
    "a login to FTP": ("FTP: 421 Session timed out while uploading", None),
    "a web socket": ("WebSocket session closed: upload progress channel lost (1006)", None),
    "a session of a browser under test": ("Session 81f3 does not exist; upload of the screenshot skipped", None),
    "a session of Apple's": ("Task created in a session that has been invalidated", None),
    "an upload link": ("The upload link has expired, ask for a new one", ErrorCode.URL_EXPIRED),
    "a resource that cannot be changed": (
        {
            "message": "Request failed",
            "config": {"method": "patch", "url": "/api/users/9"},
            "response": {"status": 404},
        },
        ErrorCode.OBJECT_NOT_FOUND,
    ),
    "a resource in a browser's tools": (
        "Request URL: https://api.example.com/orders/77\nRequest Method: PATCH\nStatus Code: 404 Not Found",
        ErrorCode.OBJECT_NOT_FOUND,
    ),
    "an object below uploads": (
        "HEAD https://films.s3.amazonaws.com/uploads/a1b2c3d4 404 (Not Found)",
        ErrorCode.OBJECT_NOT_FOUND,
    ),
    "a file of Google's": ("PATCH https://www.googleapis.com/drive/v3/files/1aBcDeF 404", ErrorCode.OBJECT_NOT_FOUND),
    "a picture below files": (
        "HEAD https://cdn.example.com/files/a1b2c3.jpg 404 (Not Found)",
        ErrorCode.OBJECT_NOT_FOUND,
    ),
    "a blob of a registry": (
        "completed (202) PATCH /v2/app/blobs/uploads/9c41-77aa\ncompleted (404) HEAD /v2/app/blobs/sha256:0e3f",
        None,
    ),
    "blocks of Azure": ("The uncommitted block count exceeds the maximum limit. BlockCountExceedsLimit", None),
    "an offset of Dropbox": ("UploadSessionLookupError('incorrect_offset', None)", ErrorCode.CONFLICT),
    "no session at all": ("RuntimeError: no upload session was started before complete() was called", None),
    "a session that will end": ("upload session will expire at 2026-03-04T05:06:07Z", None),
    "what a server says of a success": (
        {"success": True, "message": "No active upload for this video"},
        ErrorCode.UNKNOWN,
    ),
    "a login by its code": (
        {"code": "SESSION_EXPIRED", "message": "Please sign in again"},
        ErrorCode.CREDENTIALS_EXPIRED,
    ),
    "an id that is no id": ("Invalid uploadId format: must be a UUID", ErrorCode.INVALID_REQUEST),
}


@pytest.mark.parametrize(("payload", "code"), NOT_A_DEAD_SESSION.values(), ids=NOT_A_DEAD_SESSION)
def test_what_only_sounds_like_a_dead_session_is_told_apart(payload: Any, code: ErrorCode | None) -> None:
    found = classify(payload).code
    assert found is not ErrorCode.SESSION_EXPIRED
    assert code is None or found is code


@pytest.mark.parametrize(
    ("operation", "action", "retry"),
    [
        ("UploadPart", Action.RESTART_UPLOAD, Retry.AFTER_ACTION),
        ("ListParts", Action.RESTART_UPLOAD, Retry.AFTER_ACTION),
        ("CompleteMultipartUpload", Action.PROBE_THEN_RESTART, Retry.AFTER_ACTION),
        ("AbortMultipartUpload", Action.NONE, Retry.NEVER),
    ],
)
def test_the_operation_decides_what_to_do_about_a_dead_session(operation: str, action: Action, retry: Retry) -> None:
    info = classify(f"An error occurred (NoSuchUpload) when calling the {operation} operation: gone")
    assert (info.code, info.action_required, info.retry) == (ErrorCode.SESSION_EXPIRED, action, retry)


def test_an_abort_that_fails_after_the_real_error_is_secondary() -> None:
    info = classify(
        "SlowDown: Please reduce your request rate. Additionally failed to abort: NoSuchUpload: The specified upload"
        " does not exist"
    )
    assert info.code is ErrorCode.THROTTLED
    assert info.secondary == (ErrorCode.SESSION_EXPIRED,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("error_class: Aws::S3::Errors::Http500Error, error_message: ,", ErrorCode.SERVER_ERROR),
        (
            "StorageException: 410 Gone at com.google.cloud.storage.BlobWriteChannel.transmitChunk",
            ErrorCode.SESSION_EXPIRED,
        ),
        ("googleapi: got HTTP response code 410 with body:", ErrorCode.SESSION_EXPIRED),
        ("server returned 404 for upload session, starting over", ErrorCode.SESSION_EXPIRED),
        ("googleapi: Error 404: No such bucket", ErrorCode.BUCKET_NOT_FOUND),
        ("PUT https://storage.googleapis.com/b/o?upload_id=AB7xyz 410 Gone", ErrorCode.SESSION_EXPIRED),
        (
            "unexpected status from PUT request to https://r.example/v2/app/blobs/uploads/9c41?digest=a: 404 Not Found",
            ErrorCode.SESSION_EXPIRED,
        ),
        (
            "unexpected HTTP status: 404 Not Found while PATCH https://r.example/v2/app/blobs/uploads/9c41",
            ErrorCode.SESSION_EXPIRED,
        ),
        (
            "unexpected HTTP status: 404 Not Found while POST https://r.example/v2/app/blobs/uploads/",
            ErrorCode.OBJECT_NOT_FOUND,
        ),
        ("PATCH https://up.example.com/files/9c41e0f2 404 (Not Found)", ErrorCode.SESSION_EXPIRED),
        ("410 Gone\nUpload-Expires: Wed, 25 Jun 2025 12:36:43 GMT", ErrorCode.SESSION_EXPIRED),
        (
            "404 Client Error: Not Found for url: https://c.example/drive/items/01/uploadSession?guid=8",
            ErrorCode.SESSION_EXPIRED,
        ),
        (
            "404 Client Error: Not Found for url: https://c.example/drive/items/01/createUploadSession",
            ErrorCode.OBJECT_NOT_FOUND,
        ),
        ("Failed to refresh upload session: HTTPError: 401 Client Error: Unauthorized", ErrorCode.ACCESS_DENIED),
        ("Failed to refresh upload session: HTTPError: 404 Client Error: Not Found", ErrorCode.SESSION_EXPIRED),
    ],
)
def test_a_status_says_more_beside_words_that_tell_whose_it_is(text: str, code: ErrorCode) -> None:
    assert classify(text).code is code


def test_a_length_that_looks_like_a_status_is_none() -> None:
    assert not classify("Response headers: {'content-type': 'application/xml', 'content-length': '503'}").evidence


def test_what_a_client_would_retry_is_not_what_failed() -> None:
    info = classify({"code": "ERR_NON_2XX_3XX_RESPONSE", "status": 403, "options": {"retry": ["ECONNRESET"]}})
    assert info.code is ErrorCode.ACCESS_DENIED


def test_evidence_names_its_rule_and_its_place_best_first() -> None:
    info = classify(seed(errorType="NoSuchUpload", isSessionExpired=True, partNumber=4))
    assert [(e.rule, e.path) for e in info.evidence] == [
        ("s3.NoSuchUpload", "$.error.errorType"),
        ("field.isSessionExpired", "$.error.isSessionExpired"),
    ]
    strengths = [e.strength for e in info.evidence]
    assert strengths == sorted(strengths, reverse=True)
    assert info.context.part_number == 4


# --- live objects ---------------------------------------------------------------------------------------------------


def client_error(code: str = "NoSuchUpload", status: int = 404) -> Exception:
    error = Exception(f"An error occurred ({code}) when calling the UploadPart operation: gone")
    error.response = {  # type: ignore[attr-defined]
        "Error": {"Code": code, "Message": "gone", "UploadId": UPLOAD_ID},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "3XBQ7C1TEXAMPLE0", "HostId": "hH/0s+tId="},
    }
    error.operation_name = "UploadPart"  # type: ignore[attr-defined]
    return error


def test_a_botocore_error_gives_code_status_operation_and_ids() -> None:
    context = classify(client_error()).context
    assert context.model_dump(exclude_none=True, by_alias=False) == {
        "upload_id": UPLOAD_ID,
        "operation": "UploadPart",
        "http_status": 404,
        "service_code": "NoSuchUpload",
        "request_id": "3XBQ7C1TEXAMPLE0",
        "host_id": "hH/0s+tId=",
    }


def wrapped(how: str) -> BaseException:
    try:
        try:
            raise client_error()  # noqa: TRY301  to be caught below
        except Exception as inner:
            if how == "cause":
                raise RuntimeError("chunk failed") from inner
            if how == "context":
                raise RuntimeError("chunk failed")  # noqa: B904  on purpose
            if how == "group":
                raise ExceptionGroup("two chunks failed", [ValueError("x"), inner]) from None
            raise RuntimeError("chunk failed") from None
    except Exception as outer:  # noqa: BLE001
        return outer


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
@pytest.mark.parametrize(
    "wrap", [str, lambda text: {"error": {"message": text}}, lambda text: json.dumps({"message": text})]
)
def test_the_reason_at_the_end_of_a_long_text_is_found(wrap: Callable[[str], Any], size: int) -> None:
    text = size // 2 * "x " + "NoSuchUpload: The specified upload does not exist."
    assert classify(wrap(text)).code is ErrorCode.SESSION_EXPIRED


def test_a_method_in_a_trace_is_no_code() -> None:
    trace = "AccessDenied (client): Access Denied\n#0 /app/Handler.php(97): Aws\\WrappedHttpHandler->parseError()"
    info = classify(trace)
    assert (info.code, info.context.service_code) == (ErrorCode.ACCESS_DENIED, "AccessDenied")


@pytest.mark.parametrize("how", ["cause", "context", "group"])
def test_the_cause_inside_an_exception_is_found(how: str) -> None:
    assert classify(wrapped(how)).code is ErrorCode.SESSION_EXPIRED


class ApplicationError(Exception):
    """An exception that keeps what it knows in attributes of its own."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__("chunk failed")
        vars(self).update(attributes)


ADDRESS = "https://videos.s3.amazonaws.com/k.mp4?partNumber=2&uploadId=u7u7u7"


@pytest.mark.parametrize(
    ("error", "code", "ids"),
    [
        (ApplicationError(original=client_error()), ErrorCode.SESSION_EXPIRED, {"operation": "UploadPart"}),
        (
            ApplicationError(error_type="NoSuchUpload", upload_id="u7u7u7", part_number=3, video_id="v-12"),
            ErrorCode.SESSION_EXPIRED,
            {"upload_id": "u7u7u7", "part_number": 3, "video_id": "v-12"},
        ),
        (ApplicationError(is_session_expired=True), ErrorCode.SESSION_EXPIRED, {}),
        (
            ApplicationError(answer=SimpleNamespace(status=503, headers={}, _body=b"<Error><Code>SlowDown</Code>")),
            ErrorCode.THROTTLED,
            {"http_status": 503},
        ),
        (
            RuntimeError("chunk failed", SimpleNamespace(status=404, headers={}, url=ADDRESS)),
            ErrorCode.SESSION_EXPIRED,
            {"upload_id": "u7u7u7", "part_number": 2},
        ),
        (  # requests and httpx
            ApplicationError(request=SimpleNamespace(url=ADDRESS, method="PUT")),
            ErrorCode.UNKNOWN,
            {"upload_id": "u7u7u7", "part_number": 2, "bucket": "videos", "key": "k.mp4", "operation": "UploadPart"},
        ),
        (
            subprocess.CalledProcessError(1, ["up"], stderr=b"An error occurred (NoSuchUpload) when calling"),
            ErrorCode.SESSION_EXPIRED,
            {},
        ),
    ],
)
def test_an_exception_s_own_attributes_and_arguments_are_read(error: Exception, code: ErrorCode, ids: dict) -> None:
    info = classify(error)
    assert info.code is code
    assert {name: getattr(info.context, name) for name in ids} == ids


def test_the_notes_of_an_exception_are_read() -> None:
    error = RuntimeError("chunk failed")
    error.add_note("NoSuchUpload, partNumber: 3")
    info = classify(error)
    assert (info.code, info.context.part_number) == (ErrorCode.SESSION_EXPIRED, 3)


def test_a_named_tuple_is_read_by_its_names() -> None:
    Answer = namedtuple("Answer", "errorType uploadId")  # noqa: PYI024  as a database's rows are
    info = classify(Answer("NoSuchUpload", "u7u7u7"))
    assert (info.code, info.context.upload_id) == (ErrorCode.SESSION_EXPIRED, "u7u7u7")


async def too_long() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), 0.001)


async def called_off() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize(("work", "code"), [(too_long, ErrorCode.TIMEOUT), (called_off, ErrorCode.CANCELLED)])
def test_a_timeout_of_asyncio_is_no_cancellation(work: Any, code: ErrorCode) -> None:
    with pytest.raises((TimeoutError, asyncio.CancelledError)) as raised:
        asyncio.run(work())
    assert classify(raised.value).code is code


def test_a_suppressed_context_is_no_cause() -> None:
    assert classify(wrapped("none")).code is ErrorCode.UNKNOWN


def test_a_chain_of_causes_that_bites_its_tail_ends() -> None:
    first, second = RuntimeError("a"), RuntimeError("b")
    first.__cause__, second.__cause__ = second, first
    assert classify(first).code is ErrorCode.UNKNOWN


BODY = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
RESPONSES = {
    "requests": SimpleNamespace(status_code=400, headers={"x-amz-request-id": "R1R1R1"}, _content=BODY.encode()),
    "httpx": SimpleNamespace(status_code=400, headers={"x-amz-request-id": "R1R1R1"}, _content=BODY.encode()),
    "urllib3": SimpleNamespace(status=400, headers={"x-amz-request-id": "R1R1R1"}, _body=BODY.encode()),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_the_body_and_headers_of_a_response_are_read(name: str) -> None:
    info = classify(RESPONSES[name])
    assert info.code is ErrorCode.CREDENTIALS_EXPIRED
    assert (info.context.http_status, info.context.request_id) == (400, "R1R1R1")


def test_a_body_that_has_not_been_read_is_left_alone() -> None:
    class Stream:
        status_code = 503
        headers: dict[str, str] = {}  # noqa: RUF012

        @property
        def content(self) -> bytes:
            raise AssertionError("reading could block")

        text = data = content

    assert classify(Stream()).code is ErrorCode.SERVER_ERROR


def test_an_http_error_of_urllib_is_read() -> None:
    headers = Message()
    headers["x-amz-request-id"] = "R2R2R2"
    error = HTTPError("https://b.s3.amazonaws.com/k?partNumber=2&uploadId=u7u7u7", 403, "Forbidden", headers, None)
    info = classify(error)
    assert (info.code, info.context.http_status) == (ErrorCode.ACCESS_DENIED, 403)


def test_objects_that_fight_back_are_survived() -> None:
    class Nasty:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

        def __str__(self) -> str:
            raise RuntimeError("no text either")

        __repr__ = __str__

    assert classify(Nasty()).code is ErrorCode.UNKNOWN
    assert classify({"error": Nasty(), "code": "SlowDown"}).code is ErrorCode.THROTTLED


class NoItems(dict[str, str]):
    def items(self) -> Any:
        raise KeyError("detached")


class NoneToList(list[str]):
    def __iter__(self) -> Any:
        raise KeyError("detached")


class NoneToName(tuple[str, ...]):
    __slots__ = ()
    _fields = (1, "b")

    def __iter__(self) -> Any:
        raise KeyError("detached")


@pytest.mark.parametrize(
    "nasty", [NoItems(a="b"), NoneToList("ab"), NoneToName("ab")], ids=lambda one: type(one).__name__
)
def test_containers_that_fight_back_are_survived(nasty: Any) -> None:
    assert classify(nasty).code is ErrorCode.UNKNOWN
    assert classify({"error": nasty, "code": "SlowDown"}).code is ErrorCode.THROTTLED


class NoClass:
    @property
    def __class__(self) -> Any:
        raise RuntimeError("no class either")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda nasty: nasty,
        lambda nasty: [nasty, "SlowDown: Please reduce your request rate."],
        lambda nasty: {"error": nasty, "message": nasty, "uploadId": nasty, nasty: 1, "code": "SlowDown"},
        lambda nasty: RuntimeError(nasty, {"code": "SlowDown"}),
    ],
    ids=["alone", "in-a-list", "in-a-dict", "in-an-exception"],
)
def test_an_object_that_hides_its_class_is_survived_and_what_stands_beside_it_is_read(
    wrap: Callable[[Any], Any],
) -> None:
    nasty = NoClass()
    payload = wrap(nasty)
    assert classify(payload).code is (ErrorCode.UNKNOWN if payload is nasty else ErrorCode.THROTTLED)


def test_an_attribute_that_hides_its_class_is_survived() -> None:
    error = RuntimeError("SlowDown: Please reduce your request rate.")
    error.response = error.code = error.own = NoClass()  # type: ignore[attr-defined]
    assert classify(error).code is ErrorCode.THROTTLED


# --- anything at all ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["NoSuchUpload", "upload", "expired", "404", "error", "Code", "<Code>", "{", "}", "[", '"', "'", "\\", ":", ",",
     "\n", "\x00", "\ud800", "partNumber=1", "uploadId=", "status", "message", "&lt;", "%3C", "request id: ", "\\n", "s3://b/k"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(WORDS).map("".join), st.lists(WORDS).map(" ".join))
KEYS = st.one_of(
    TEXTS, st.sampled_from(["error", "code", "name", "status", "statusCode", "message", "cause", "response"])
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.binary()),
    lambda children: st.one_of(st.lists(children), st.dictionaries(KEYS, children), st.tuples(children, children)),
    max_leaves=30,
)


@given(JUNK)
def test_junk_gets_an_answer(junk: Any) -> None:
    info = classify(junk)
    assert info.code in ErrorCode
    info.model_dump_json()


@given(st.binary(max_size=400))
def test_bytes_get_an_answer(data: bytes) -> None:
    assert classify(data).code in ErrorCode


def deep(levels: int, leaf: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(levels):
        leaf = wrap(leaf)
    return leaf


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param('{"a":' * 100_000, id="objects"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="closed brackets"),
        pytest.param("<a>" * 100_000, id="tags"),
        pytest.param("\\" * 300_000, id="backslashes"),
        pytest.param(deep(100_000, "x", lambda leaf: [leaf]), id="lists"),
        pytest.param(deep(100_000, "x", lambda leaf: {"cause": leaf}), id="dicts"),
    ],
)
def test_a_hundred_thousand_levels_are_survived(payload: Any) -> None:
    assert classify(payload).code in ErrorCode


def test_a_cycle_is_cut() -> None:
    loop: dict[str, Any] = {"code": "NoSuchUpload"}
    loop["cause"] = loop
    loop["list"] = [loop, [loop]]
    assert classify(loop).code is ErrorCode.SESSION_EXPIRED


NO_SUCH_UPLOAD = f"<Error><Code>NoSuchUpload</Code><UploadId>{UPLOAD_ID}</UploadId></Error>"
DISGUISES: dict[str, Any] = {
    "base64 of XML, as a gateway sends it": {
        "isBase64Encoded": True,
        "body": b64encode(NO_SUCH_UPLOAD.encode()).decode(),
    },
    "base64 of JSON": b64encode(json.dumps({"code": "NoSuchUpload", "uploadId": UPLOAD_ID}).encode()).decode(),
    "bytes as Node prints them": f"<Buffer {NO_SUCH_UPLOAD.encode().hex(' ')}>",
    "UTF-16 read as Latin-1": NO_SUCH_UPLOAD.encode("utf-16-le").decode("latin-1"),
    "HTML escaped twice": html.escape(html.escape(NO_SUCH_UPLOAD)),
    "JSON as Python prints a text": repr(json.dumps({"path": 'PUT "/a"', "message": NO_SUCH_UPLOAD})),
    "JSON in a column of CSV": f'7,"{json.dumps({"message": NO_SUCH_UPLOAD}).replace(chr(34), chr(34) * 2)}",x',
    "UTF-8 as Python prints bytes": repr(f"上传会话已过期, upload id {UPLOAD_ID}".encode()),
    "lines as containerd keeps them": (
        f"2026-11-20T09:14:02.118220145Z stderr F The specified\n"
        f"2026-11-20T09:14:02.118220190Z stderr F upload does not exist. UploadId: {UPLOAD_ID}"
    ),
    "a query with plus signs": f"/?message=The+specified+upload+does+not+exist.&uploadId={UPLOAD_ID}",
}


@pytest.mark.parametrize("payload", DISGUISES.values(), ids=DISGUISES)
def test_a_disguised_text_is_read(payload: Any) -> None:
    info = classify(payload)
    assert (info.code, info.context.upload_id) == (ErrorCode.SESSION_EXPIRED, UPLOAD_ID)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("error: nosuchupload", ErrorCode.SESSION_EXPIRED),
        ("error: connect econnrefused 192.0.2.7:9000", ErrorCode.NETWORK),
        ("net::err_connection_refused", ErrorCode.NETWORK),
        ("Uploads are in slowdown mode", ErrorCode.UNKNOWN),
        ("upload_timeout is a setting", ErrorCode.UNKNOWN),
    ],
)
def test_a_name_counts_in_lower_case_where_all_is_in_lower_case(text: str, code: ErrorCode) -> None:
    assert classify(text).code is code


def test_an_encoding_inside_eight_encodings_is_undone() -> None:
    text: Any = {"errorType": "NoSuchUpload"}
    for _ in range(8):
        text = json.dumps({"body": text} if isinstance(text, dict) else text)
    assert classify(text).code is ErrorCode.SESSION_EXPIRED


ENVELOPES = st.fixed_dictionaries(
    {"success": st.just(False), "message": st.sampled_from(["Failed to upload video chunk", "Upload failed", ""])},
    optional={
        "error": st.fixed_dictionaries(
            {},
            optional={
                "errorType": st.sampled_from(["NoSuchUpload", "SlowDown", "AccessDenied", "NoSuchBucket"]),
                "awsError": st.sampled_from(["Upload session expired or invalid", "The provided token has expired."]),
                "partNumber": st.integers(1, 10_000),
                "isSessionExpired": st.booleans(),
                "originalError": st.sampled_from(["socket hang up", "Request has expired", f"UploadId: {UPLOAD_ID}"]),
            },
        )
    },
)


def shuffled(value: Any, seed: int) -> Any:
    """The same value with the keys of every mapping in another order."""
    if not isinstance(value, dict):
        return value
    items = list(value.items())
    random.Random(seed).shuffle(items)
    return {key: shuffled(item, seed) for key, item in items}


def recased(value: Any) -> Any:
    return {key.upper(): recased(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(ENVELOPES, st.integers(0, 99))
def test_neither_order_nor_case_of_keys_nor_wrapping_changes_the_code(envelope: dict[str, Any], number: int) -> None:
    code = classify(envelope).code
    assert classify(shuffled(envelope, number)).code is code
    assert classify(recased(envelope)).code is code
    assert classify({**envelope, "traceId": "t-1", "elapsed": 404, "links": []}).code is code
    assert classify({"response": {"data": envelope}}).code is code
    assert classify([envelope]).code is code
    assert classify(json.dumps(envelope)).code is code
    assert classify(json.dumps(json.dumps(envelope))).code is code
    assert classify(f"2026-11-20 10:11:12 ERROR {json.dumps(envelope)}").code is code


SECRETS = {
    "an access key": "ASIAQ3EGXAMPLE7KEY42",
    "a session token": "FwoGZXIvYXdzEBYaDExAmPlEtOkEn0123456789abcdefghijkl",
    "a signature": "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
}


@pytest.mark.parametrize(
    "template",
    [
        "PUT https://b.s3.amazonaws.com/k?X-Amz-Credential={0}%2F1&X-Amz-Security-Token={1}&X-Amz-Signature={2} 403",
        "<Error><Code>ExpiredToken</Code><Token-0>{1}</Token-0><AWSAccessKeyId>{0}</AWSAccessKeyId></Error>",
        "NoSuchUpload: Authorization: AWS4-HMAC-SHA256 Credential={0}/1/eu-west-3/s3/aws4_request, Signature={2}",
    ],
)
def test_no_secret_of_the_input_is_in_the_answer(template: str) -> None:
    text = template.format(*SECRETS.values())
    for payload in (text, {"message": text}, {"error": {"originalError": text, text: "NoSuchUpload"}}, Exception(text)):
        answer = classify(payload).model_dump_json()
        assert [name for name, secret in SECRETS.items() if secret in answer] == []


@pytest.mark.parametrize("label", ["Ocp-Apim-Subscription-Key", "x-functions-key", "session.key", "Idempotency-Key"])
def test_a_key_of_something_else_is_no_object_s(label: str) -> None:
    assert classify(f'NoSuchUpload "{label}": "3edb643c460ef0ae6ecf781c0b7b1e28"').context.key is None


# --- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(5))
def test_rules_in_any_order_give_the_same_answers(number: int) -> None:
    rules, source = Ruleset.builtin(), random.Random(number)
    phrases, s3_codes, other_codes = list(rules.phrases), list(rules.s3_codes.items()), list(rules.other_codes.items())
    for rows in (phrases, s3_codes, other_codes):
        source.shuffle(rows)  # type: ignore[arg-type]
    mixed = Classifier(Ruleset(rules.version, dict(s3_codes), dict(other_codes), tuple(phrases)))
    for payload in [*SEED_CLAUSES.values(), *(payload for payload, _ in NOT_A_DEAD_SESSION.values())]:
        assert mixed.diagnose(payload) == classify(payload)


LITERALS = Index(Ruleset.builtin()).literals


@given(st.lists(st.one_of(st.sampled_from(LITERALS), st.text(max_size=5))).map("".join))
def test_both_engines_spot_the_same_literals(text: str) -> None:
    low = text.lower()
    assert FAST(low) == SLOW(low)


FAST, SLOW = spotter(LITERALS), plain_spotter(LITERALS)


@pytest.mark.parametrize("engine", [spotter, plain_spotter])
def test_a_literal_with_a_question_mark_is_spotted_and_is_no_placeholder(engine: Callable[[Any], Spotter]) -> None:
    spot = engine(["ready?", "bereit…"])
    assert spot("are we ready? ready?") == [(7, 0)]
    assert spot("ready… bereit…") == [(7, 1)]


@pytest.mark.parametrize(
    "payload", [*SEED_CLAUSES.values(), *(payload for payload, _ in NOT_A_DEAD_SESSION.values()), None]
)
def test_an_answer_is_what_pydantic_makes_of_its_values(payload: Any) -> None:
    info = classify(payload)
    checked = ErrorInfo.model_validate_json(info.model_dump_json(exclude_unset=True))
    assert checked == info == pickle.loads(pickle.dumps(info)) == copy.deepcopy(info) == info.model_copy()
    assert repr(checked) == repr(info)
    assert hash(checked) == hash(info)
    parts = zip((checked, checked.context, *checked.evidence), (info, info.context, *info.evidence), strict=True)
    for right, made in parts:
        assert made.model_fields_set == right.model_fields_set
        assert [type(value) for _, value in made] == [type(value) for _, value in right]


def test_threads_share_a_classifier() -> None:
    classifier = Classifier()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            texts = [f"part {number}: NoSuchUpload: The specified upload does not exist" for number in range(400)]
            codes = {info.code for info in threads.map(classifier.diagnose, texts)}
    finally:
        sys.setswitchinterval(interval)
    assert codes == {ErrorCode.SESSION_EXPIRED}


def test_many_errors_are_classified_one_after_the_other() -> None:
    assert [info.code for info in classify_many(["NoSuchUpload: x", None])] == [
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.UNKNOWN,
    ]


def hostile_texts(size: int) -> dict[str, str]:
    words = [
        "upload ",
        "the specified ",
        "connection ",
        "request id ",
        "uploadId=",
        "404 ",
        "http://",
        "s3://a/",
        '{"a":',
        "<Code>",
    ]
    words += [
        "\\",
        '\\"',
        "'",
        '""',
        "&quot;",
        "failed to upload x to ",
        "part 1 ",
        "status code: ",
        "\x1b[",
        "GET /?",
        "?\n",
        "x:",
    ]
    return {word: word * (size // len(word)) for word in words}


def test_twice_the_hostile_text_is_about_twice_the_work() -> None:
    # Operations of the engine cannot be counted, so time is, with room for a busy machine: quadratic work would be
    # a thousand times more than what is allowed here.
    for text in hostile_texts(60_000).values():
        start = time.process_time()
        classify(text)
        assert time.process_time() - start < 5


def test_the_table_of_all_statuses_in_a_dump_of_a_request_is_no_answer():
    table = "{ '404': 'Not Found', '413': 'Payload Too Large', '507': 'Insufficient Storage' }"
    info = classify(
        "AxiosError: connect ECONNREFUSED 192.0.2.7:443\n    at AxiosError.from (/srv/axios.cjs:1684:24) {\n"
        "  code: 'ECONNREFUSED',\n"
        "  request: { nativeProtocols: { 'http:': { STATUS_CODES: " + table + " } } }\n}"
    )
    assert (info.code, info.secondary) == ("NETWORK", ())
