"""The S3 clients that people use, as programs: where each is installed, and how it uploads files in parts.

`.ci/clients` installs them into `.clients`, away from the project's own environment; one that is on the PATH will do.
Each is told to try once: what is tested is how an answer is printed, not how often it is asked for again.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / ".clients"
PROGRAMS = Path(__file__).parent / "programs"
BUCKET = "bkt"
AWS_CONFIG = """[default]
region = us-east-1
s3 =
  multipart_threshold = 5MB
  multipart_chunksize = 5MB
"""


def found(name: str) -> str | None:
    """Where a program is."""
    return shutil.which(name, path=f"{CLIENTS / 'bin'}{os.pathsep}{os.environ['PATH']}")


@dataclass(frozen=True)
class RealClient:
    """A client.

    Attributes:
        name: as people call it.
        program: what runs it.
        arguments: from the server's URL and the files.
        needs: a file below `.clients` without which it does not run, beside the program.
        one_file: it stops at its first failure, so each file needs a run of its own.
    """

    name: str
    program: str
    arguments: Callable[[str, list[Path]], list[str]]
    needs: str = "."
    one_file: bool = False

    @property
    def missing(self) -> str:
        """Why it cannot run here; empty when it can."""
        if found(self.program) is None or not (CLIENTS / self.needs).exists():
            return f"{self.name} is not installed here (.ci/clients installs it)"
        return ""

    def upload(self, url: str, files: list[Path]) -> dict[str, str]:
        """Upload the files, each under its own name; what is printed about each."""
        if self.one_file:
            return {file.name: self._run(url, [file]) for file in files}
        text = self._run(url, files)
        if f"--- {files[0].name}\n" in text:
            blocks = (block.partition("\n") for block in text.split("--- ")[1:])
            return {name: block for name, _, block in blocks}
        return {file.name: "".join(line for line in text.splitlines(True) if file.name in line) for file in files}

    def _run(self, url: str, files: list[Path]) -> str:
        config = files[0].parent.parent / "aws.config"
        config.write_text(AWS_CONFIG)
        own = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": url,
            "AWS_CONFIG_FILE": str(config),
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "RCLONE_CONFIG": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }
        command = [found(self.program) or self.program, *self.arguments(url, files)]
        environment = {**os.environ, **own}
        result = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
        )
        return result.stdout.decode("utf-8", "replace")


def _aws(url: str, files: list[Path]) -> list[str]:
    return ["s3", "cp", "--recursive", "--no-progress", str(files[0].parent), f"s3://{BUCKET}"]


def _s3cmd(url: str, files: list[Path]) -> list[str]:
    host = url.removeprefix("http://")
    return [
        f"--config={os.devnull}", "--access_key=test", "--secret_key=test", "--no-ssl", f"--host={host}",
        f"--host-bucket={host}", "--multipart-chunk-size-mb=5", "--no-progress", "--max-retries=0",
        "put", *map(str, files), f"s3://{BUCKET}/",
    ]  # fmt: skip


def _rclone(url: str, files: list[Path]) -> list[str]:
    return [
        "copy", str(files[0].parent), f":s3:{BUCKET}", "--s3-provider=Other", "--s3-access-key-id=test",
        "--s3-secret-access-key=test", f"--s3-endpoint={url}", "--s3-upload-cutoff=5M", "--s3-chunk-size=5M",
        "--s3-no-check-bucket", "--low-level-retries=1", "--retries=1",
    ]  # fmt: skip


def _s5cmd(url: str, files: list[Path]) -> list[str]:
    source = f"{files[0].parent}/*"
    return ["--endpoint-url", url, "--retry-count", "0", "cp", "--part-size", "5", source, f"s3://{BUCKET}/"]


def _minio_py(url: str, files: list[Path]) -> list[str]:
    return [str(PROGRAMS / "minio_py.py"), url, BUCKET, *map(str, files)]


def _js(url: str, files: list[Path]) -> list[str]:
    return [str(PROGRAMS / "js_sdk.mjs"), str(CLIENTS), url, BUCKET, *map(str, files)]


REAL_CLIENTS = (
    RealClient("aws-cli", "aws", _aws),
    RealClient("s3cmd", "s3cmd", _s3cmd, one_file=True),
    RealClient("rclone", "rclone", _rclone),
    RealClient("s5cmd", "s5cmd", _s5cmd),
    RealClient("minio-py", str(CLIENTS / "bin" / "python"), _minio_py),
    RealClient("JS SDK", "node", _js, needs="node_modules/@aws-sdk/lib-storage"),
)
