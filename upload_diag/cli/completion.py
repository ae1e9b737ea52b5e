"""`upload-diag completion SHELL`."""

import click
from click.shell_completion import get_completion_class

from upload_diag.cli._console import open_output

INSTALL = {
    "bash": 'eval "$(upload-diag completion bash)"     in ~/.bashrc',
    "zsh": 'eval "$(upload-diag completion zsh)"      in ~/.zshrc',
    "fish": "upload-diag completion fish | source      in ~/.config/fish/config.fish",
    "powershell": "upload-diag completion powershell | Out-String | Invoke-Expression      in $PROFILE",
}
EPILOG = "\b\nTo switch it on, put the line of your shell in its start-up file:\n" + "\n".join(
    f"  {line}" for line in INSTALL.values()
)


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(list(INSTALL), case_sensitive=False))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"click {click.__version__} cannot complete in {shell}; 8.5 or newer can")
    script = complete(ctx.find_root().command, {}, "upload-diag", "_UPLOAD_DIAG_COMPLETE")
    with open_output(None) as out:
        click.echo(script.source(), file=out)
