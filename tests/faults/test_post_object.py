"""Uploads by form: what boto3 signs is let in, until the policy is over."""

import base64
import json

import pytest
from raw import send

from upload_diag.faults import FaultServer


@pytest.fixture(scope="module")
def signed():
    with FaultServer(auth="AKIATEST:s3cr3t") as own:
        own.client().create_bucket(Bucket="bkt")
        yield own


def post(server, fields, file=b"hello", name="a.txt", bucket="bkt"):
    rows = [f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    body = "".join(rows).encode() + (head.encode() + file + b"\r\n" if file is not None else b"") + b"--B--\r\n"
    return send(server.url, "POST", f"/{bucket}", body, Content_Type="multipart/form-data; boundary=B")


def form(server, key="up/${filename}", **more):
    return server.client().generate_presigned_post("bkt", key, ExpiresIn=60, **more)["fields"]


def test_a_signed_form_is_taken_until_its_policy_is_over(signed):
    fields = form(signed)
    assert post(signed, fields).status == 204
    assert signed.client().get_object(Bucket="bkt", Key="up/a.txt")["Body"].read() == b"hello"
    signed.clock.advance(61)
    answer = post(signed, fields)
    assert (answer.status, answer.code, answer.text("Message")) == (
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy expired.",
    )
    signed.app.clock.reset()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"x-amz-signature": "0" * 64, "signature": "AAAA"}, 403, "SignatureDoesNotMatch"),
        ({"key": "elsewhere"}, 403, "AccessDenied"),
        ({"x-amz-meta-extra": "1"}, 403, "AccessDenied"),
        ({"x-ignore-me": "1"}, 204, ""),
        ({"success_action_status": "201"}, 403, "AccessDenied"),
    ],
)
def test_a_form_is_held_to_its_policy(signed, change, status, code):
    fields = form(signed)
    known = {
        name: value for name, value in change.items() if name not in ("x-amz-signature", "signature") or name in fields
    }
    answer = post(signed, fields | known)
    assert (answer.status, answer.code) == (status, code)


def test_a_form_without_a_policy_is_anonymous(signed):
    assert post(signed, {"key": "k"}).code == "AccessDenied"


def policy(*conditions):
    document = {
        "expiration": "2099-01-01T00:00:00Z",
        "conditions": [{"bucket": "bkt"}, ["starts-with", "$key", ""], *conditions],
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    ("file", "code"),
    [(b"12", "EntityTooSmall"), (b"123", ""), (b"1234567890", ""), (b"12345678901", "EntityTooLarge")],
)
def test_a_policy_limits_the_length(server, file, code):
    assert post(server, {"key": "k", "policy": policy(["content-length-range", 3, 10])}, file).code == code


def test_the_answer_is_the_one_the_form_asks_for(server):
    created = post(server, {"key": "k", "success_action_status": "201"})
    assert (created.status, created.text("Key"), created.text("Bucket")) == (201, "k", "bkt")
    assert post(server, {"key": "k", "success_action_status": "200"}).status == 200
    away = post(server, {"key": "k", "success_action_redirect": "http://app.example/done"})
    assert (away.status, away.headers["location"].partition("?")[0]) == (303, "http://app.example/done")


@pytest.mark.parametrize(
    ("fields", "file", "code"),
    [
        ({}, b"x", "InvalidArgument"),
        ({"key": "k"}, None, "InvalidArgument"),
        ({"key": "k", "policy": "!"}, b"x", "InvalidPolicyDocument"),
        ({"key": "k", "policy": base64.b64encode(b"{}").decode()}, b"x", "InvalidPolicyDocument"),
        ({"key": "k", "policy": policy({})}, b"x", "InvalidPolicyDocument"),
    ],
)
def test_a_broken_form_is_refused(server, fields, file, code):
    assert post(server, fields, file).code == code


def test_no_boundary_and_no_bucket(server):
    assert send(server.url, "POST", "/bkt", b"x", Content_Type="multipart/form-data").code == "MalformedPOSTRequest"
    assert post(server, {"key": "k"}, bucket="none-such").code == "NoSuchBucket"
