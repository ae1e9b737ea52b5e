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


def kill_at(server, file, state, parts, *, more=0.0, hold=30.0):
    """Begin an upload, kill -9 it when `parts` are stored and `more` seconds later; whether it was still going on.

    Parts beyond these are held back for `hold` seconds, so that it cannot end before.
    """
    armed = server.inject(Delay(seconds=hold), operation="UploadPart", nth=parts + 1, times=100)
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
    return state.exists()
