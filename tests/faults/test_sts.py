"""Session credentials from the server's own token service end on its virtual clock, and what they signed with them."""

import pytest
from botocore.exceptions import ClientError
from raw import send

from upload_diag import classify
from upload_diag.faults import FaultServer, Respond


@pytest.fixture(scope="module", params=["AKIATEST:s3cr3t", None], ids=["signatures checked", "everyone let in"])
def sts_server(request):
    with FaultServer(seed=5, auth=request.param) as running:
        yield running


@pytest.fixture
def sts(sts_server):
    sts_server.reset()
    return sts_server.client("sts")


def client_of(server, credentials):
    return server.client(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def assume(sts, **more):
    return sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/uploader", RoleSessionName="night", **more)


def test_an_upload_goes_on_with_new_credentials_when_those_of_its_session_end(sts_server, sts):
    assumed = assume(sts, DurationSeconds=900)
    assert assumed["AssumedRoleUser"]["Arn"].endswith(":assumed-role/uploader/night")
    s3 = client_of(sts_server, assumed["Credentials"])
    s3.create_bucket(Bucket="bkt")
    upload = {"Bucket": "bkt", "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    url = s3.generate_presigned_url("upload_part", {**upload, "PartNumber": 1}, ExpiresIn=3600)
    sts_server.clock.advance(900)
    with pytest.raises(ClientError, match="ExpiredToken") as caught:
        s3.upload_part(**upload, PartNumber=1, Body=b"x")
    assert classify(caught.value).code == "CREDENTIALS_EXPIRED"
    # The URL would last longer than the credentials that signed it.
    assert send(sts_server.url, "PUT", url.removeprefix(sts_server.url), b"x").code == "ExpiredToken"
    again = client_of(sts_server, assume(sts)["Credentials"])
    assert again.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]


def test_session_tokens_and_who_asks(sts_server, sts):
    assert sts.get_caller_identity()["Account"] == "123456789012"
    issued = sts.get_session_token()["Credentials"]
    assert client_of(sts_server, issued).list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match="InvalidToken"):
        client_of(sts_server, {**issued, "SessionToken": "another"}).list_buckets()


def test_what_sts_refuses_is_said_in_its_own_form(sts_server, sts):
    with pytest.raises(ClientError, match="DurationSeconds is 200000; it goes from 900 to 129600"):
        assume(sts, DurationSeconds=200_000)
    with pytest.raises(ClientError, match="no action of STS that the server does: GetFederationToken"):
        sts.get_federation_token(Name="someone")
    sts_server.inject(Respond("ExpiredToken"), operation="STS")
    with pytest.raises(ClientError, match="ExpiredToken"):
        sts.get_caller_identity()


def test_a_wrong_secret_gets_no_session():
    with FaultServer(auth="AKIATEST:s3cr3t") as strict:
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            strict.client("sts", aws_secret_access_key="guessed").get_session_token()
        with pytest.raises(ClientError, match="InvalidAccessKeyId"):
            strict.client("sts", aws_access_key_id="AKIAOTHER").get_session_token()


def test_credentials_are_drawn_from_the_seed():
    drawn = []
    for _ in range(2):
        with FaultServer(seed=9) as own:
            drawn.append(own.client("sts").get_session_token()["Credentials"]["SessionToken"])
    assert drawn[0] == drawn[1]
