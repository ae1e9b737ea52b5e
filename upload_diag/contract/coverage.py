"""Which codes, actions and wire shapes the tests of this process have exercised."""

from collections.abc import Iterable

from upload_diag.codes import ErrorCode
from upload_diag.contract.consistency import actions, error_types
from upload_diag.contract.wire import SHAPES

__all__ = ["exercised", "missing", "record", "wanted"]

_SEEN: set[tuple[str, str]] = set()


def record(kind: str, *names: str) -> None:
    """Note that a test has exercised a `code`, an `action` or a `shape`."""
    _SEEN.update((kind, str(name)) for name in names)


def exercised() -> list[tuple[str, str]]:
    """Kind and name of all that was noted."""
    return sorted(_SEEN)


def wanted(codes: Iterable[str] = (), shapes: Iterable[str] = ()) -> dict[str, list[str]]:
    """What a suite should exercise, by kind: these codes with their usual actions, or all that the envelope can say.

    And these wire shapes, or all that are known.
    """
    chosen = [ErrorCode(code) for code in codes] or sorted(set(error_types().values()) - {ErrorCode.UNKNOWN})
    usual = {actions()[code][0] for code in chosen if code in actions()}
    return {"code": sorted(map(str, chosen)), "action": sorted(usual), "shape": sorted(shapes or SHAPES)}


def missing(codes: Iterable[str] = (), shapes: Iterable[str] = ()) -> dict[str, list[str]]:
    """What was wanted and not exercised, by kind; kinds of which nothing is missing are left out."""
    todo = wanted(codes, shapes)
    gaps = {kind: [name for name in names if (kind, name) not in _SEEN] for kind, names in todo.items()}
    return {kind: names for kind, names in gaps.items() if names}
