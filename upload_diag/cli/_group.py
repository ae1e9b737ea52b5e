"""A click group that says which command may have been meant."""

from difflib import get_close_matches

import click

__all__ = ["Group"]


class Group(click.Group):
    """As click's, with the nearest name where one is mistyped."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not ctx.resilient_parsing and not name.startswith("-"):
            close = [each for each in known if each.startswith(name)] or get_close_matches(name, known, n=1)
            hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)
