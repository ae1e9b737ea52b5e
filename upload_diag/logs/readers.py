"""Which reader a log needs, told by its layout."""

from typing import Any

from upload_diag.logs import table
from upload_diag.logs.collected import CollectedReader
from upload_diag.logs.documents import DocumentReader
from upload_diag.logs.layout import DOCUMENTS, Layout
from upload_diag.logs.prefilter import Scanner
from upload_diag.logs.reader import Reader
from upload_diag.logs.skeleton import JsonLines
from upload_diag.logs.table import TableReader

__all__ = ["AnyReader", "open_reader"]

AnyReader = Reader | DocumentReader | CollectedReader | TableReader


def open_reader(stream: Any, layout: Layout, scanner: Scanner, json_lines: JsonLines) -> AnyReader:
    """A reader of the whole stream."""
    if layout.collector is not None:
        return CollectedReader(stream, layout, scanner, json_lines)
    if layout.format in DOCUMENTS:
        return DocumentReader(stream, layout, json_lines)
    if layout.format == table.NAME:
        return TableReader(stream, scanner, json_lines)
    return Reader(stream, layout, scanner, json_lines)
