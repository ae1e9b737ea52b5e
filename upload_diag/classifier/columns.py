"""A column of errors in, columns of verdicts out, for tables of any library. None of them is imported here."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upload_diag.model import ErrorInfo

__all__ = ["values_of", "verdict_columns"]

_CONTEXT = (
    *("service_code", "operation", "http_status", "upload_id", "video_id", "part_number", "bucket", "key"),
    "request_id",
)
_COLUMNS = (
    *("code", "retry", "is_retryable", "action_required", "message", "user_message", "suggested_action", "rule"),
    *_CONTEXT,
)
_REMEMBERED = 65_536  # texts


def values_of(column: Any) -> Iterator[Any]:
    """The values of a column as Python values: of a pyarrow array, a polars or pandas series, or of an iterable."""
    for name in ("to_pylist", "to_list", "tolist"):
        method = getattr(column, name, None)
        if callable(method):
            column = method()
            break
    return iter(column)


def verdict_columns(values: Iterable[Any], diagnose: Callable[[Any], "ErrorInfo"]) -> dict[str, list[Any]]:
    """The verdicts on the values, column by column."""
    known: dict[str | bytes, tuple[Any, ...]] = {}
    rows = []
    for value in values:
        if not isinstance(value, str | bytes):
            rows.append(_row(diagnose(None if _is_nan(value) else value)))
            continue
        row = known.get(value)
        if row is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            row = known[value] = _row(diagnose(value))
        rows.append(row)
    return {name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)}


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - what makes it no number


def _row(info: "ErrorInfo") -> tuple[Any, ...]:
    said = (info.code.value, info.retry.value, info.is_retryable, info.action_required.value)
    texts = (info.message, info.user_message, info.suggested_action, info.evidence[0].rule if info.evidence else None)
    return said + texts + tuple(getattr(info.context, name) for name in _CONTEXT)
