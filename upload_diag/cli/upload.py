"""`upload-diag upload`."""

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._console import console, notice
from upload_diag.cli._options import Duration, Size, Whole, examples, lines_option
from upload_diag.cli._s3 import S3Place, s3_client, s3_options
from upload_diag.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from upload_diag.recovery import Event, UploadResult

_TOLD = ("replan", "warning")


@click.command(
    epilog=examples(
        "upload film.mov s3://my-bucket/in/",
        "upload film.mov s3://my-bucket/in/ --resume",
        "upload film.mov s3://my-bucket/in/ --checkpoint-every 100",
        "upload film.mov s3://videos/ --endpoint-url http://127.0.0.1:9000",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("destination", type=S3Place())
@click.option("--resume", is_flag=True, help="go on with the upload that the state file records")
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), help="state file (default: FILE.upload beside the file)"
)
@click.option(
    "--part-size",
    type=Size(),
    default="8M",
    show_default=True,
    help="size of each part but the last; S3 wants 5M at least",
)
@click.option("--threads", type=Whole(1, 256), default=4, show_default=True, help="how many parts are sent at a time")
@click.option(
    "--max-session-refreshes",
    type=Whole(0),
    default=2,
    show_default=True,
    help="how many new sessions may take the place of dead ones",
)
@click.option(
    "--checkpoint-every",
    type=Whole(1),
    metavar="PARTS",
    help="send stages of so many parts, put together by the store, so that a dead session costs one stage",
)
@click.option(
    "--on-file-change",
    type=click.Choice(["stop", "restart"]),
    default="stop",
    show_default=True,
    help="what to do when the file changes meanwhile",
)
@click.option(
    "--session-ttl",
    type=Duration(),
    help="how long the store lets a session live, such as 24h: a longer upload is planned anew in time",
)
@click.option(
    "--replan/--no-replan",
    default=True,
    show_default=True,
    help="whether parts may be made larger, and checkpoints be used, when a session would end too early",
)
@click.option("--content-type", metavar="TYPE", help="content type of the object, such as video/mp4")
@click.option(
    "--metadata", multiple=True, metavar="NAME=VALUE", help="metadata of the object; may be given more than once"
)
@lines_option("ndjson prints every event as a line that `analyze` reads")
@s3_options
def command(  # noqa: PLR0917 - click passes them by name
    file: Path,
    destination: tuple[str, str],
    resume: bool,
    state: Path | None,
    checkpoint_every: int | None,
    content_type: str | None,
    metadata: tuple[str, ...],
    format_: str,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    **limits: Any,
) -> None:
    """Send FILE to S3 in parts.

    A session that dies is replaced, expired credentials are read again, lost answers are cleared up, and what was sent
    before a crash is not sent again (--resume).
    """
    from upload_diag.recovery import CheckpointedUpload, Policy, ResumableUpload

    bucket, key = destination
    if not file.is_file():
        raise InputError(f"{file}: {'not a regular file' if file.exists() else os.strerror(errno.ENOENT)}")
    state = state or file.with_name(f"{file.name}.upload")
    _check_state(state, file, resume=resume)
    where = {"endpoint_url": endpoint_url, "region": region, "profile": profile}
    settings: dict[str, Any] = {"Metadata": _pairs(metadata)}
    if content_type:
        settings["ContentType"] = content_type
    with _listener(format_, file) as on_event:
        options: dict[str, Any] = {
            "policy": Policy(**limits),
            "state": state,
            "settings": settings,
            "renew": lambda _: s3_client(**where),
            "on_event": on_event,
        }
        place = (s3_client(**where), bucket, f"{key}{file.name}" if not key or key.endswith("/") else key, file)
        upload = (
            CheckpointedUpload(*place, every=checkpoint_every, **options)
            if checkpoint_every
            else ResumableUpload(*place, **options)
        )
        try:
            result = upload.run()
        except KeyboardInterrupt:
            notice(f"Interrupted. The session is kept: the same command with --resume goes on ({state}).")
            raise
    if format_ == "text":
        click.echo(summary(result))


def _check_state(state: Path, file: Path, *, resume: bool) -> None:
    from upload_diag.recovery.checkpoint import Checkpoint

    if state.exists() and state.samefile(file):
        raise UsageError(f"--state {state} is the file to be sent, which would be overwritten. Name another.")
    if resume and not state.exists():
        raise UsageError(f"There is nothing to resume: no {state}. Leave --resume out to begin.")
    if not resume and Checkpoint.load(state) is not None:
        raise UsageError(
            f"{state} records an unfinished upload. Go on with --resume, or remove {state} to begin anew; "
            "`upload-diag cleanup` then removes its parts."
        )


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise click.BadParameter(f"'{name}' is no NAME=VALUE.", param_hint="--metadata")
    return {name: value for name, _, value in pairs}


def summary(result: "UploadResult") -> str:
    """One line on an upload that went well, and what was overcome."""
    overcome = []
    if result.refreshes:
        overcome.append(f"{result.refreshes} new session{'s' if result.refreshes > 1 else ''}")
    if result.proved:
        overcome.append(f"success proved by its {result.proved}")
    if result.leftovers:
        overcome.append(f"could not remove {', '.join(result.leftovers)}")
    if result.unseen_sessions:
        overcome.append(f"{result.unseen_sessions} sessions may be left, which `upload-diag cleanup` finds")
    more = f" ({'; '.join(overcome)})" if overcome else ""
    return f"s3://{result.bucket}/{result.key}: {result.size:,} bytes, ETag {result.etag}{more}"


@contextmanager
def _listener(format_: str, file: Path) -> "Iterator[Callable[[Event], None]]":
    """What is told about events: lines on stdout, a bar on a terminal, or what was decided ahead."""
    screen = console(stderr=True)
    if format_ == "ndjson":
        yield lambda event: click.echo(event.to_json())
    elif screen.is_terminal:
        with _bar(screen, file) as on_event:
            yield on_event
    else:
        yield lambda event: notice(f"{event.message}.") if event.event in _TOLD else None


@contextmanager
def _bar(screen: Any, file: Path) -> "Iterator[Callable[[Event], None]]":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.table import Column

    from upload_diag.terminal import one_line

    whole = Column(no_wrap=True)  # on a narrow terminal it is the bar that gives way
    columns = (
        TextColumn("{task.description}", table_column=whole),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[parts]}", table_column=whole),
        DownloadColumn(table_column=whole),
        TransferSpeedColumn(table_column=whole),
        TimeRemainingColumn(table_column=whole),
        TextColumn("{task.fields[note]}", table_column=whole),
    )
    with Progress(*columns, console=screen, expand=True) as progress:
        task = progress.add_task(one_line(file.name, limit=40), total=file.stat().st_size, parts="", note="")

        def show(event: "Event") -> None:
            note = {"refresh": "new session", "error": f"{event.code or event.error}: {event.next}"}.get(event.event)
            parts = f"{event.parts}/{event.part_count} parts"
            if event.refreshes:
                parts += f", session {event.refreshes + 1}"
            progress.update(task, completed=event.sent, total=event.size, parts=parts)
            if note:
                progress.update(task, note=one_line(note, limit=40))
            if event.event in _TOLD:
                progress.console.print(f"{event.message}.", markup=False)

        yield show
