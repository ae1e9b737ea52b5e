"""The whole report as one JSON document, as `schemas/report.schema.json` describes it."""

import re
from typing import Any, TextIO

from upload_diag.analysis import Report
from upload_diag.terminal import spelled_out

__all__ = ["dumps", "write"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def write(report: Report, out: TextIO) -> None:
    """Write one document; a session a line, one by one, as there may be hundreds of thousands."""
    before, _, after = dumps(report.frame(), indent=True).rpartition('\n  "sessions": []')
    out.write(f'{before}\n  "sessions": [')
    for number, session in enumerate(report.sessions_json()):
        out.write(f"{',' if number else ''}\n    {dumps(session)}")
    out.write(f"\n  ]{after}\n" if len(report.sessions) else f"]{after}\n")


def dumps(value: Any, *, indent: bool = False) -> str:
    """JSON that every parser takes and no terminal obeys: strict UTF-8, what cannot be seen is escaped."""
    import orjson

    option = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        data = orjson.dumps(value, option=option)
    except orjson.JSONEncodeError:  # half a surrogate pair, from a file name or an escape in a log
        data = orjson.dumps(_mended(value), option=option)
    return spelled_out(data.decode())


def _mended(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
        case list():
            return [_mended(item) for item in value]
    return value
