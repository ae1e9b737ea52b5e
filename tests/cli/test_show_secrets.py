"""`--show-secrets`, in processes of their own: what was shown once may be cached."""

import json
import subprocess
import sys

import pytest

SIGNATURE = "3f" * 32
RECORD = {
    "level": "error",
    "message": f"PUT https://films.s3.amazonaws.com/a.mp4?partNumber=2&X-Amz-Signature={SIGNATURE}: 404",
    "error": {"code": "NoSuchUpload", "uploadId": "Qm7xTzRk2vLw", "key": "jo.doe@example.com/a.mp4"},
}


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(json.dumps(RECORD) + "\n")
    return path


@pytest.mark.parametrize(
    ("words", "secret"),
    [
        (("analyze", "-f", "json"), SIGNATURE),
        (("analyze", "-f", "html", "-j", "2"), SIGNATURE),
        (("analyze", "-f", "markdown"), "jo.doe@example.com"),
        (("classify", "-f", "json"), "jo.doe@example.com"),
        (("classify", "--jsonl"), "jo.doe@example.com"),
    ],
)
def test_secrets_are_shown_to_who_asks_for_them_and_to_nobody_else(log, words, secret):
    for asked in (False, True):
        command = [sys.executable, "-m", "upload_diag", *words, *["--show-secrets"] * asked, str(log)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        assert (secret in done.stdout) is asked
