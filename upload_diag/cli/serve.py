"""`upload-diag serve`."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upload_diag.cli._console import on_sigterm
from upload_diag.cli._options import Duration, Whole, examples
from upload_diag.errors import UsageError

if TYPE_CHECKING:
    from upload_diag.faults import FaultServer

_PORT = Whole(0, 65_535)


@click.command(
    epilog=examples(
        "serve",
        "serve --session-ttl 24h --seed 7",
        "serve --scenario expire-mid-upload --port 0 --ready-file ready.json",
        "serve --backend http://127.0.0.1:8333",
    )
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="address to bind; others than loopback want a token",
)
@click.option("--port", type=_PORT, default=9000, show_default=True, help="port of S3; 0 takes any free one")
@click.option(
    "--control-port",
    type=_PORT,
    default=9001,
    show_default=True,
    help="port of the dashboard and the control API; 0 takes any free one",
)
@click.option("--scenario", metavar="NAME|FILE", help="name of a shipped scenario, or a JSON file")
@click.option(
    "--backend",
    metavar="URL",
    help="an S3-compatible store to stand in front of, signed for with AWS_… (default: moto)",
)
@click.option(
    "--seed", metavar="N", default=0, show_default=True, help="seed of upload ids, request ids and every draw"
)
@click.option(
    "--session-ttl", type=Duration(), help="how long an upload session lives, such as 24h (default: for ever)"
)
@click.option(
    "--auth",
    metavar="ACCESS_KEY:SECRET_KEY",
    multiple=True,
    help="check signatures against these; may be given more than once (default: let everyone in)",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    help="what the control API wants (default: none on loopback, a random one elsewhere)",
)
@click.option(
    "--ready-file", type=click.Path(path_type=Path), help="write the addresses here, as JSON, once it answers"
)
def command(scenario: str | None, ready_file: Path | None, **options: Any) -> None:
    """Run a mock S3 whose upload sessions die on demand, until Ctrl-C or SIGTERM.

    Point any S3 client at it; every credential is welcome unless --auth is given. `upload-diag fault` and the dashboard
    say what happens when.
    """
    need_server_packages()
    from upload_diag.faults import FaultServer

    server = FaultServer(scenario=scenario, **options)
    stop = threading.Event()
    with on_sigterm(lambda *_: stop.set()):
        server.start(load=False)
        try:
            if ready_file is not None:
                server.write_ready_file(ready_file)
            click.echo(banner(server), err=True)
            server.app.backend.load()  # while the first client makes up its mind
            while not stop.wait(3600):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
            if ready_file is not None:
                ready_file.unlink(missing_ok=True)


def need_server_packages() -> None:
    """Raises UsageError when the extra `server` is not installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("moto", "flask", "boto3", "awscrt") if find_spec(name) is None]:
        what = ", ".join(missing)
        raise UsageError(f"The fault server needs more packages ({what}): pip install 'upload-diag[server]'.")


def banner(server: "FaultServer") -> str:
    """What a person needs to point a client at the server: lines to paste."""
    lines = [
        f"S3         {server.url}",
        f"dashboard  {server.control_url.removesuffix('api')}",
        f"control    {server.control_url}" + (f"   token {server.control_token}" if server.control_token else ""),
        "",
        *(f"{each.client:<9}  {each.connect}" for each in server.app.snippets),
        "",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)
