"""`upload-diag cleanup`."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._options import Duration, examples, lines_option
from upload_diag.cli._s3 import S3Place, s3_client, s3_options
from upload_diag.s3 import s3_failures
from upload_diag.terminal import spelled_out

if TYPE_CHECKING:
    from upload_diag.recovery.stale import StaleSession


@click.command(epilog=examples("cleanup s3://my-bucket --dry-run", "cleanup s3://my-bucket/in/ --older-than 24h"))
@click.argument("place", type=S3Place())
@click.option(
    "--older-than",
    type=Duration(unit_wanted=True),
    default="7d",
    show_default=True,
    help="only sessions that began so long ago: 90m, 24h, 7d",
)
@click.option("-n", "--dry-run", is_flag=True, help="list them, abort none")
@lines_option("ndjson prints one object a session")
@s3_options
def command(place: tuple[str, str], older_than: float, dry_run: bool, format_: str, **where: Any) -> None:
    """Abort the upload sessions below s3://BUCKET/PREFIX that nobody finished; their parts cost storage until then."""
    client = s3_client(**where)
    from upload_diag.recovery.stale import abort_session, stale_sessions

    bucket, prefix = place
    count = total = 0
    with s3_failures(f"s3://{bucket}/{prefix}"):
        for session in stale_sessions(client, bucket, prefix, older_than=timedelta(seconds=older_than)):
            done = "found" if dry_run else "aborted" if abort_session(client, session) else "gone"
            click.echo(_as_json(session, done) if format_ == "ndjson" else _as_text(session, done))
            count, total = count + 1, total + session.size
    if format_ == "text":
        verb = "could be freed" if dry_run else "freed"
        click.echo(f"{count} session{'' if count == 1 else 's'}, {total:,} bytes {verb}.")


def _as_text(session: "StaleSession", done: str) -> str:
    from upload_diag.terminal import one_line

    when = f"{session.initiated:%Y-%m-%d %H:%M}Z"
    return one_line(f"{done:<8} {when}  {session.parts:>5} parts {session.size:>15,} bytes  {session.key}", limit=4000)


def _as_json(session: "StaleSession", done: str) -> str:
    fields = {
        "outcome": done,
        "bucket": session.bucket,
        "key": session.key,
        "uploadId": session.upload_id,
        "initiated": session.initiated.isoformat().replace("+00:00", "Z"),
        "parts": session.parts,
        "bytes": session.size,
    }
    return spelled_out(json.dumps(fields, ensure_ascii=False))
