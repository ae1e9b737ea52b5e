"""`upload-diag reproduce SCENARIO`: server, a real upload, the client's error and our diagnosis of it, in one go."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._console import notice
from upload_diag.cli._options import Whole, examples, format_option
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.cli.fault import journal_line
from upload_diag.cli.serve import need_server_packages
from upload_diag.terminal import columns, folded, safe

if TYPE_CHECKING:
    from upload_diag.faults import FaultServer
    from upload_diag.faults.scenario import Scenario

BUCKET, KEY = "reproduce", "video.mp4"
PART_SIZE = 5 * 1024 * 1024  # bytes


@click.command(epilog=examples("reproduce", "reproduce expire-mid-upload", "reproduce mine.json -f json"))
@click.argument("scenario", required=False)
@click.option("--parts", default=4, show_default=True, type=Whole(1, 100), help="how many parts of 5 MiB to send")
@click.option("--seed", metavar="N", default=0, show_default=True, help="seed of the fault server")
@format_option
def command(scenario: str | None, parts: int, seed: int, format_: str) -> ExitCode:
    """Play SCENARIO, a shipped name or a JSON file; without it, list the shipped ones.

    The client is plain boto3 without recovery of its own. Exits 1 when the diagnosis is not what the scenario expects.
    """
    from upload_diag.faults.scenario import load_scenario, shipped_scenarios

    if scenario is None:
        for name in shipped_scenarios():
            click.echo(folded(f"{name:<28} {load_scenario(name).description}", columns(sys.stdout), under=29))
        return ExitCode.OK
    chosen = load_scenario(scenario)
    need_server_packages()
    result = _play(chosen, parts, seed)
    click.echo(json.dumps(result, ensure_ascii=False) if format_ == "json" else _told(result))
    return ExitCode.OK if result["asExpected"] else ExitCode.FOUND


def _play(scenario: "Scenario", parts: int, seed: int) -> dict[str, Any]:
    from upload_diag.faults import FaultServer

    with FaultServer(seed=seed) as server:
        server.client().create_bucket(Bucket=BUCKET)
        scenario.arm(server.app)
        with _shown(server):
            error = _upload(server, scenario, parts)
    code = _diagnosis(error)
    return {
        "scenario": scenario.name,
        "description": scenario.description,
        "error": f"{type(error).__name__}: {error}" if error else None,
        "diagnosis": code,
        "expected": scenario.expect or None,
        "asExpected": (code or {}).get("code") == (scenario.expect or None),
        "journal": [entry.as_json() for entry in server.journal],
    }


def _upload(server: "FaultServer", scenario: "Scenario", parts: int) -> Exception | None:
    """Upload through boto3; the error that ended it, or None."""
    from botocore.config import Config

    retries = {"total_max_attempts": 3, "mode": "standard"}
    # A body that nobody takes is given up after connect_timeout, an answer that does not come after read_timeout.
    patience = {"connect_timeout": 10, "read_timeout": 10}
    s3 = server.client(config=Config(retries=retries, signature_version="s3v4", **patience))
    put = _put_by_url if any(fault.kind == "expire-url" for fault, _ in scenario.faults) else _put_part
    try:
        upload_id = s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
        session = {"Bucket": BUCKET, "Key": KEY, "UploadId": upload_id}
        listed = [
            {"PartNumber": number, "ETag": put(s3, {**session, "PartNumber": number}, bytes([number]) * PART_SIZE)}
            for number in range(1, parts + 1)
        ]
        s3.complete_multipart_upload(**session, MultipartUpload={"Parts": listed})
    except Exception as error:  # noqa: BLE001 - whatever the client raises is what this is about
        return error
    return None


def _put_part(s3: Any, part: dict[str, Any], body: bytes) -> str:
    return _etag(part, s3.upload_part(**part, Body=body).get("ETag"))


def _put_by_url(s3: Any, part: dict[str, Any], body: bytes) -> str:
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    url = s3.generate_presigned_url("upload_part", Params=part, ExpiresIn=600)
    request = Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - our own server's
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            return _etag(part, answer.headers["ETag"])
    except HTTPError as error:
        raise RuntimeError(f"PUT answered {error.code} {error.reason}: {error.read().decode()}") from error


def _etag(part: dict[str, Any], etag: str | None) -> str:
    if etag is None:  # in the words of the clients that look
        raise RuntimeError(f"Missing ETag header in the answer to part {part['PartNumber']}.")
    return etag


def _diagnosis(error: Exception | None) -> dict[str, Any] | None:
    if error is None:
        return None
    import upload_diag

    info = upload_diag.classify(error)
    found: dict[str, Any] = json.loads(info.model_dump_json(by_alias=True))
    return found


@contextmanager
def _shown(server: "FaultServer") -> Iterator[None]:
    """Print the journal to stderr while it grows."""
    done = threading.Event()

    def follow() -> None:
        seq = 0
        while True:
            last = done.is_set()
            for entry in server.journal.wait(seq, 0.2):
                notice(journal_line(entry.as_json(times=True)))
                seq = entry.seq
            if last:
                return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _told(result: dict[str, Any]) -> str:
    lines = [f"{result['scenario']}: {result['description']}", ""]
    if result["error"] is None:
        lines.append("The client saw no error: the upload is complete.")
    else:
        found = result["diagnosis"]
        lines += [
            f"The client saw   {result['error']}",
            f"We conclude      {found['code']}: {found['message']}",
            f"Next step        {found['actionRequired']} (retry: {found['retry']})",
        ]
    if not result["asExpected"]:
        lines.append(f"Expected         {result['expected'] or 'no error'}")
    return "\n".join(folded(line, columns(sys.stdout), under=17) for line in map(safe, lines))
