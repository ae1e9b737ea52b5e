"""HTML from Python: whatever is not made by `tag` is text, and stays text."""

from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from upload_diag.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Child", "Markup", "tag"]

_EMPTY = frozenset({"input", "line", "meta", "rect", "use", "wbr"})


class Markup(str):
    """Text that is HTML already. Only `tag` makes it, and whoever vouches for a file of our own."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """An element. None is left out; `class_` is `class`, `aria_label` is `aria-label`; True gives a bare attribute."""
    told = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in _EMPTY:
        return Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{''.join(map(_child, children))}</{name}>")


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(safe(str(value)))}"'


def _child(child: Child) -> str:
    match child:
        case Markup():
            return child
        case str():
            return escape(safe(child), quote=False)
        case int():
            return f"{child:,}"
        case None:
            return ""
    return "".join(map(_child, child))
