"""The fault server in another process, for what is measured against it."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def served() -> Iterator[dict[str, Any]]:
    """What the server's ready file says: `s3`, `control`, `pid`."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        options = ["--port", "0", "--control-port", "0", "--ready-file", str(ready)]
        server = subprocess.Popen(
            [sys.executable, "-m", "upload_diag", "serve", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not ready.exists():
                time.sleep(0.05)
            yield json.loads(ready.read_text())
        finally:
            server.terminate()
            server.wait()
