"""Signatures: what a real signer makes is let in, what differs from it is not."""

import datetime as dt
import urllib.error
import urllib.request
from contextlib import nullcontext

import pytest

from upload_diag.faults import FaultServer
from upload_diag.faults.auth import ChunkSignatures, signing_key
from upload_diag.faults.aws_chunked import AwsChunked
from upload_diag.faults.refusal import S3Error

pytest.importorskip("moto")
boto3 = pytest.importorskip("boto3")
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402


@pytest.fixture(scope="module")
def server():
    with FaultServer(auth="AKIATEST:s3cr3t/+key") as running:
        running.client().create_bucket(Bucket="bkt")
        yield running


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def fetch(url, method="GET", body=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": ""}, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("key", ["plain", "with space", "ü/ñ+%&=?#", "a//b/../c", "tilde~(1)!*'"])
def test_a_signed_upload_is_let_in_whatever_the_key(server, key):
    s3 = server.client()
    upload_id = s3.create_multipart_upload(Bucket="bkt", Key=key)["UploadId"]
    etag = s3.upload_part(Bucket="bkt", Key=key, UploadId=upload_id, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(Bucket="bkt", Key=key, UploadId=upload_id, MultipartUpload=parts)
    assert s3.get_object(Bucket="bkt", Key=key)["Body"].read() == b"x"


def test_a_wrong_secret_and_an_unknown_key_are_told_apart(server):
    assert code(server.client(aws_secret_access_key="wrong").list_buckets) == "SignatureDoesNotMatch"
    assert code(server.client(aws_access_key_id="AKIAOTHER").list_buckets) == "InvalidAccessKeyId"


def test_nobody_comes_in_without_a_signature(server):
    status, body = fetch(f"{server.url}/bkt")
    assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("method", ["get_object", "upload_part"])
def test_a_presigned_url_works_until_its_time_is_over(server, version, method):
    s3, signer = server.client(), server.client(config=Config(signature_version=version))
    s3.put_object(Bucket="bkt", Key="p", Body=b"body")
    params = {"Bucket": "bkt", "Key": "p"}
    verb, data = "GET", None
    if method == "upload_part":
        params |= {"UploadId": s3.create_multipart_upload(**params)["UploadId"], "PartNumber": 1}
        verb, data = "PUT", b"part"
    url = signer.generate_presigned_url(method, Params=params, ExpiresIn=60)
    assert fetch(url, verb, data)[0] == 200
    assert fetch(url.replace("Signature=", "Signature=0"), verb, data)[0] == 403
    server.clock.advance(61)
    status, body = fetch(url, verb, data)
    assert (status, b"Request has expired" in body) == (403, True)
    if version == "s3v4":  # a new URL, signed by the client's own clock, is good again
        assert fetch(signer.generate_presigned_url(method, Params=params, ExpiresIn=60), verb, data)[0] == 200
    server.app.clock.reset()


def test_a_presigned_url_of_more_than_a_week_is_refused(server):
    s3 = server.client(config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": "p"}, ExpiresIn=604801)
    status, body = fetch(url)
    assert (status, b"AuthorizationQueryParametersError" in body) == (400, True)


def test_a_request_signed_sixteen_minutes_ago_is_too_skewed(server):
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    class Late(S3SigV4Auth):
        def add_auth(self, request):
            past = f"{dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16):%Y%m%dT%H%M%SZ}"
            request.context["timestamp"] = past
            request.headers["X-Amz-Date"] = past
            request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
            request.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={self.scope(request)}, "
                "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                f"Signature={'0' * 64}"
            )

    request = AWSRequest("GET", f"{server.url}/bkt")
    Late(Credentials("AKIATEST", "s3cr3t/+key"), "s3", "us-east-1").add_auth(request)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers)))
    body = caught.value.read()
    assert (caught.value.code, b"<Code>RequestTimeTooSkewed</Code>" in body, b"900000" in body) == (403, True, True)


# The worked example of "Transferring payload in multiple chunks" in the S3 API reference: 65 KiB of "a" in two chunks.
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = [
    (b"a" * 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (b"a" * 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (b"", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
]


def chunk_signatures():
    credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
    key = signing_key(credential, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    return ChunkSignatures(SEED, "20130524T000000Z", credential.partition("/")[2], key)


class Pieces:
    def __init__(self, data, step):
        self.data, self.step = data, step

    def readinto(self, view):
        piece = self.data[: min(self.step, len(view))]
        view[: len(piece)] = piece
        self.data = self.data[len(piece) :]
        return len(piece)


@pytest.mark.parametrize("step", [1000, 70_000])
@pytest.mark.parametrize("damaged", [None, 0, 1, 2])
def test_the_documented_chain_of_chunk_signatures(step, damaged):
    body = b"".join(
        b"%x;chunk-signature=%s\r\n%s\r\n" % (len(data), (signature if number != damaged else "0" * 64).encode(), data)
        for number, (data, signature) in enumerate(CHUNKS)
    )
    reader = AwsChunked(Pieces(body, step), 66560, chunk_signatures().verifier())
    view, read = memoryview(bytearray(8192)), bytearray()
    with nullcontext() if damaged is None else pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        while count := reader.readinto(view):
            read += view[:count]
    assert damaged is not None or read == b"a" * 66560
