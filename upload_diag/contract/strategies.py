"""Hypothesis strategies for tests of backends that send the error envelope and clients that read it.

    from hypothesis import given
    from upload_diag.contract import strategies as uploads

    @given(uploads.envelopes())
    def test_my_client_understands_every_envelope(envelope): ...

Needs the extra `pytest`.
"""

import json
from typing import Any

from hypothesis import strategies as st

from upload_diag.codes import ErrorCode
from upload_diag.contract.consistency import actions, error_types
from upload_diag.contract.coverage import record
from upload_diag.contract.mutations import Mutation, mutations
from upload_diag.contract.schemas import ENVELOPE, find, validator
from upload_diag.contract.wire import SHAPES, Failure, failures

__all__ = ["axios_errors", "envelopes", "error_codes", "junk", "mutated_envelopes", "payloads"]

_WORDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# What a backend writes beside an error of this meaning; a client that goes by sentences is misled by some of them.
_SENTENCES = {
    ErrorCode.SESSION_EXPIRED: (
        "Upload session expired or invalid",
        "The specified upload does not exist. The upload ID may be invalid, or it may have been aborted or completed.",
    ),
    ErrorCode.OBJECT_NOT_FOUND: ("The specified key does not exist.",),
    ErrorCode.BUCKET_NOT_FOUND: ("The specified bucket does not exist",),
    ErrorCode.THROTTLED: ("Please reduce your request rate.",),
    ErrorCode.ACCESS_DENIED: ("Access Denied",),
    ErrorCode.CREDENTIALS_EXPIRED: ("The provided token has expired.",),
}
_ANY_SENTENCE = ("It did not work.", "Größe: 日本語 🔥", "Failed to upload video chunk")


def _sentences(code: ErrorCode) -> st.SearchStrategy[str]:
    return st.sampled_from([*_SENTENCES.get(code, ()), *_ANY_SENTENCE])


def error_codes() -> st.SearchStrategy[ErrorCode]:
    """The codes that an envelope's errorType can mean."""
    return st.sampled_from(sorted(set(error_types().values())))


def identifiers() -> st.SearchStrategy[str]:
    """Video and upload ids: UUIDs, and what storage services make up."""
    opaque = st.text(_WORDS + "._-", min_size=7, max_size=60)
    return st.uuids().map(str) | st.tuples(st.sampled_from(_WORDS), opaque).map("".join)


@st.composite
def envelopes(draw: st.DrawFn, code: ErrorCode | str | None = None) -> dict[str, Any]:
    """Envelopes that keep the contract; `code` fixes what their errorType means."""
    meaning = draw(error_codes()) if code is None else ErrorCode(code)
    names = [name for name, each in error_types().items() if each is meaning]
    if not names:
        raise ValueError(f"no errorType means {meaning}; error_codes() gives those that there are")
    upload_id, sentences = draw(identifiers()), _sentences(meaning)
    error: dict[str, Any] = {
        "errorType": draw(st.sampled_from(names)),
        "awsError": draw(sentences),
        "originalError": draw(_original_errors(sentences, names, upload_id)),
        "actionRequired": actions()[meaning][0],
        "isSessionExpired": meaning is ErrorCode.SESSION_EXPIRED,
        "videoId": draw(identifiers()),
    }
    if draw(st.booleans()):
        error |= {"partNumber": draw(st.integers(1, 10_000)), "chunkSize": draw(st.integers(1, 5 * 2**30))}
    elif draw(st.booleans()):
        error["actionRequired"] = draw(st.sampled_from(actions()[meaning]))
    if draw(st.booleans()):
        error |= draw(st.fixed_dictionaries({}, optional=_OPTIONAL))
    order = draw(st.permutations(sorted(error)))
    return {
        "success": False,
        "message": draw(sentences),
        "error": {name: error[name] for name in order},
    }


_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "suggestion": st.sampled_from(["Try again later.", "Start the upload again."]),
    "timestamp": st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)),
    "requestId": identifiers(),
    "stack": st.text(max_size=200),
    "retryAfterSeconds": st.integers(0, 3600),  # not in the schema: a reader ignores what it does not know
}


def _original_errors(sentences: st.SearchStrategy[str], names: list[str], upload_id: str) -> st.SearchStrategy[Any]:
    """As text, or as the object that an SDK raised."""
    text = sentences | sentences.map(lambda sentence: f"{sentence} UploadId: {upload_id}")
    return text | st.fixed_dictionaries({"message": sentences}, optional={"name": st.sampled_from(names)})


def mutated_envelopes(code: ErrorCode | str | None = None) -> st.SearchStrategy[Mutation]:
    """Envelopes with one member changed so that they break the contract: a checker must refuse them."""
    schema = validator(find(ENVELOPE))

    def one(document: dict[str, Any]) -> st.SearchStrategy[Mutation]:
        return st.sampled_from(list(mutations(document))).filter(lambda each: not schema.is_valid(each.document))

    return envelopes(code).flatmap(one)


def axios_errors(code: ErrorCode | str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """An envelope where a browser's code meets it: under `response.data`, as an object or as text."""
    return st.builds(
        lambda envelope, status, as_text: {
            "name": "AxiosError",
            "message": f"Request failed with status code {status}",
            "code": "ERR_BAD_REQUEST",
            "response": {"status": status, "data": json.dumps(envelope) if as_text else envelope},
        },
        envelopes(code),
        st.sampled_from([400, 404, 410, 500, 503]),
        st.booleans(),
    )


@st.composite
def payloads(
    draw: st.DrawFn, code: ErrorCode | str | None = None, shape: str | None = None
) -> tuple[ErrorCode, str, Any]:
    """A failure in any of the known wire shapes: what it means, the shape's name, the payload."""
    meaning = draw(st.sampled_from(sorted({each.code for each in failures()}))) if code is None else ErrorCode(code)
    failure = draw(st.sampled_from([each for each in failures() if each.code is meaning]))
    name = draw(st.sampled_from(sorted(SHAPES))) if shape is None else shape
    made = Failure(
        failure.name, failure.message, failure.status, meaning, draw(identifiers()), draw(st.integers(1, 10_000))
    )
    record("shape", name)
    record("code", meaning)
    return meaning, name, SHAPES[name](made)


def junk() -> st.SearchStrategy[Any]:
    """What nobody should send and everybody gets: a reader may be wrong about it, but must not crash."""
    odd = st.sampled_from(
        ["", "null", "[object Object]", "{", '{"error":', "<Error><Code>", "\x00", "\ud800", "%s%n", "__proto__", "NaN"]
    ) | st.sampled_from(["isSessionExpired", "x" * 5000, '"' * 50, "\\" * 50, "\u202e", "-->", "]]>", "${7*7}"])
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | odd | st.just(10**400)
    keys = st.sampled_from(["error", "response", "data", "message", "errorType", "isSessionExpired", "originalError"])
    nested = st.recursive(
        leaves,
        lambda child: st.lists(child, max_size=4) | st.dictionaries(keys | odd, child, max_size=4),
        max_leaves=20,
    )
    deep = st.integers(1, 300).map(_nested)
    return nested | deep | st.binary(max_size=100) | odd


def _nested(depth: int) -> Any:
    value: Any = "NoSuchUpload"
    for level in range(depth):
        value = {"error": value} if level % 2 else [value]
    return value
