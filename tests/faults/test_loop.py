"""The loop: every service code that the server can send, raised by boto3, is classified as its own ErrorCode."""

import pytest

from upload_diag import classify
from upload_diag.faults import Respond
from upload_diag.rules.s3_codes import S3_CODES

CODES = sorted(name for name, row in S3_CODES.items() if row.status >= 300 and row.status != 304)


@pytest.fixture(scope="module")
def one_try(module_server):
    from botocore.config import Config

    retries = {"total_max_attempts": 1}
    return module_server.client(config=Config(retries=retries, s3={"addressing_style": "path"}))


@pytest.mark.parametrize("name", CODES)
def test_an_injected_code_is_classified_as_its_own_row(module_server, one_try, name):
    from botocore.exceptions import ClientError

    module_server.app.plan.clear()
    module_server.inject(Respond(name), operation="UploadPart")
    with pytest.raises(ClientError) as caught:
        one_try.upload_part(Bucket="bkt", Key="k", UploadId="an-id", PartNumber=2, Body=b"x")
    info = classify(caught.value)
    assert info.code == S3_CODES[name].code
    assert info.context.service_code == name
