"""What the fields of faults and conditions may hold, in Python, in JSON and in the schema."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import jsonschema
import pytest

from upload_diag.errors import UsageError
from upload_diag.faults import KINDS, AdvanceClock, Bandwidth, Delay, FaultServer, HttpPage, Reset, Respond, Throttle
from upload_diag.faults.forms import camel, fault_from_json, fault_schema, when_from_json, when_schema
from upload_diag.faults.http import Head
from upload_diag.faults.kinds import Fault
from upload_diag.faults.plan import When
from upload_diag.faults.request import OPERATIONS, read_request

# A fault that could never strike, or would break the server when it does.
WRONG_FAULTS = [
    (Respond, {"code": "NoSuchUplod"}, "there is no service code 'NoSuchUplod'. Did you mean 'NoSuchUpload'?"),
    (Respond, {"code": "Qqq"}, "there is no service code 'Qqq'. `upload-diag explain --list` prints those there are."),
    (Respond, {"code": "SlowDown", "status": 99999}, "status is 99999; wanted a whole number from 200 to 599 or null."),
    (Respond, {"code": "SlowDown", "retry_after": -1}, "is -1; wanted a whole number from 0 on or null."),
    (HttpPage, {"status": 0}, "status is 0; wanted a whole number from 200 to 599."),
    (Delay, {"seconds": -1.0}, "seconds is -1.0; wanted a number from 0 on."),
    (Delay, {"seconds": float("nan")}, "seconds is nan; wanted a number from 0 on."),
    (Bandwidth, {"bytes_per_second": 0.0}, "is 0.0; wanted a number from 1 on."),
    (Throttle, {"requests_per_second": 1.0, "burst": 0}, "burst is 0; wanted a whole number from 1 on."),
    (Reset, {"at_byte": True}, "is True; wanted a whole number from 0 on."),
    (AdvanceClock, {"seconds": 1e14}, "wanted a number from -1,000,000,000 to 1,000,000,000."),
]
WRONG_CONDITIONS = [
    ({"operation": "UploadPrt"}, "there is no S3 operation 'UploadPrt'. Did you mean 'UploadPart'?"),
    ({"operation": "qqq"}, "there is no S3 operation 'qqq'. It is named as in the S3 API, such as UploadPart."),
    ({"part_number": 0}, "is 0; wanted a whole number from 1 to 10,000 or null."),
    ({"after_parts": -1}, "is -1; wanted a whole number from 0 on or null."),
    ({"nth": 0}, "nth is 0; wanted a whole number from 1 on or null."),
    ({"times": 0}, "times is 0; wanted a whole number from 1 on or null."),
    ({"probability": 2}, "probability is 2; wanted a number from 0 to 1 or null."),
]


@pytest.mark.parametrize(("kind", "values", "message"), WRONG_FAULTS)
def test_a_fault_that_cannot_do_what_it_says_is_refused_where_it_is_made(kind, values, message):
    for make in (lambda: kind(**values), lambda: fault_from_json({"kind": kind.kind, **in_json(values)})):
        with pytest.raises(UsageError) as caught:
            make()
        assert message in str(caught.value)


@pytest.mark.parametrize(("values", "message"), WRONG_CONDITIONS)
def test_conditions_that_no_request_can_meet_are_refused_where_they_are_made(values, message):
    for make in (lambda: When(**values), lambda: when_from_json(in_json(values))):
        with pytest.raises(UsageError) as caught:
            make()
        assert message in str(caught.value)
    with FaultServer() as server, pytest.raises(UsageError):
        server.inject(Respond("SlowDown"), **values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [-(10**10), -1, 0, 1, 200, 599, 600, 10_001, 10**10])
def test_the_schema_of_a_fault_and_its_type_take_the_same_numbers(kind, number):
    schema = fault_schema(kind)
    needed = {"code": "SlowDown", "kind": kind} | {
        name: 1 for name in schema["required"] if schema["properties"][name].get("type") in ("integer", "number")
    }
    document = {name: value for name, value in needed.items() if name in schema["properties"]}
    for name, field in schema["properties"].items():
        if field.get("type") in ("integer", "number"):
            given = document | {name: number}
            fits = not list(jsonschema.Draft202012Validator({**schema, "$defs": {"when": {}}}).iter_errors(given))
            assert fits == taken(fault_from_json, given), (name, number)


@pytest.mark.parametrize("number", [-1, 0, 1, 10_000, 10_001])
def test_the_schema_of_conditions_and_their_type_take_the_same_numbers(number):
    for name, field in when_schema()["properties"].items():
        if field["type"] != "string":
            fits = not list(jsonschema.Draft202012Validator(when_schema()).iter_errors({name: number}))
            assert fits == taken(when_from_json, {name: number}), (name, number)


def test_a_fault_of_somebodys_own_may_hold_anything():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Call(Fault):
        act: Callable[[], None]
        more: Any = None

    assert Call(act=list).act is list


def in_json(values):
    return {camel(name): value for name, value in values.items()}


def taken(read, document):
    try:
        read(document)
    except UsageError:
        return False
    return True


def test_a_request_is_known_by_a_name_of_the_table_and_every_name_is_of_some_request():
    flags = ["", "uploads", "uploadId=u", "list-type=2", "versions", "delete", "restore", "select"]
    flags += ["acl", "attributes", "legal-hold", "retention", "tagging", "torrent", "object-lock", "policyStatus"]
    flags += ["accelerate", "analytics", "cors", "encryption", "inventory", "lifecycle", "location", "logging"]
    flags += ["metrics", "notification", "ownershipControls", "policy", "publicAccessBlock", "replication"]
    flags += ["requestPayment", "versioning", "website"]
    copy = {"x-amz-copy-source": "b/k"}
    form = {"content-type": "multipart/form-data; boundary=x"}
    token = {"content-type": "application/x-www-form-urlencoded"}
    met = {
        read_request(Head(method, f"{path}?{flag}", headers, old=False)).operation
        for method, path, flag, headers in product(
            ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"), ("/", "/b", "/b/k"), flags, ({}, copy, form, token)
        )
    }
    assert met == OPERATIONS | {""}
