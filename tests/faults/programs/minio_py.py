"""Upload files in parts with minio-py, and print what an application logs: python minio_py.py URL BUCKET FILE..."""

import sys
import traceback
from pathlib import Path

import urllib3
from minio import Minio

url, bucket, *files = sys.argv[1:]
client = Minio(
    url.removeprefix("http://"),
    "test",
    "test",
    secure=False,
    region="us-east-1",
    http_client=urllib3.PoolManager(retries=False),
)
for file in map(Path, files):
    print(f"--- {file.name}", file=sys.stderr)
    try:
        with file.open("rb") as data:
            client.put_object(bucket, file.name, data, file.stat().st_size, part_size=5 * 1024 * 1024)
    except Exception:  # noqa: BLE001 - whatever it is, an application would log it
        traceback.print_exc()
