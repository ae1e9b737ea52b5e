"""An upload in a process of its own that is killed when the store has so many parts."""

import subprocess
import sys
import time
from pathlib import Path

from upload_diag.faults import Delay

SCRIPT = """
import sys
import boto3
from pathlib import Path
sys.path.insert(0, {here!r})
from bench import upload
client = boto3.session.Session().client("s3", endpoint_url={url!r}, region_name="us-east-1",
    aws_access_key_id="test", aws_secret_access_key="test")
upload(client, Path({file!r}), state={state!r}).run()
"""


def kill_at(server, file, state, parts, more=0.0):
    """Begin an upload, kill -9 it when `parts` parts are stored, and `more` seconds later."""
    armed = server.inject(Delay(seconds=0.02), operation="UploadPart")
    script = SCRIPT.format(here=str(Path(__file__).parent), url=server.url, file=str(file), state=str(state))
    process = subprocess.Popen([sys.executable, "-c", script])
    try:
        while process.poll() is None and not (
            state.exists() and len([e for e in server.journal.of("UploadPart") if e.status == 200]) >= parts
        ):
            time.sleep(0.002)
        time.sleep(more)
    finally:
        process.kill()
        process.wait()
        server.app.plan.disarm(armed.id)
