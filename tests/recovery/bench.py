"""What the tests of recovery share: a policy without long pauses, and the question whether the object is the file."""

import hashlib

from upload_diag.recovery import Policy, ResumableUpload

PART = 16 * 1024
BUCKET = "bkt"
FAST = Policy(part_size=PART, threads=3, backoff_base=0.005, backoff_cap=0.02)


def upload(client, file, *, policy=FAST, key="k", **options):
    return ResumableUpload(client, BUCKET, key, file, policy=policy, **options)


def object_is(client, file, key="k", bucket=BUCKET):
    """Whether the object holds the file's bytes, by SHA-256."""
    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return hashlib.sha256(body).digest() == hashlib.sha256(file.read_bytes()).digest()


def sessions_left(client):
    return [each["UploadId"] for each in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())]
