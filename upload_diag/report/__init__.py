"""A `Report` as text: one module an output format, one line here."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from upload_diag.analysis import Report

__all__ = ["FORMATS", "Writer"]

Writer = Callable[["Report", TextIO], None]


def _writer(module: str) -> Writer:
    """`write` of a module that is loaded when something is written."""

    def write(report: "Report", out: TextIO) -> None:
        import_module(f"{__name__}.{module}").write(report, out)

    return write


FORMATS: dict[str, Writer] = {
    "text": _writer("text"),
    "json": _writer("json_"),
    "ndjson": _writer("ndjson"),
    "markdown": _writer("markdown"),
    "html": _writer("html"),
    "csv": _writer("csv"),
    "junit": _writer("junit"),
    "sarif": _writer("sarif"),
    "github": _writer("github"),
}
