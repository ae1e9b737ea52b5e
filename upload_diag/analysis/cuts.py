"""What a logger cut away from the records that it wrote, and how to make it write more. Rows only, and one look."""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["CUTS", "Cut", "find_cuts"]


class Cut(NamedTuple):
    """One way of leaving something out.

    Attributes:
        what: what stands there instead.
        deeper: how to see all of it.
        hits: texts that it must be found in.
    """

    pattern: re.Pattern[bytes]
    what: str
    deeper: str
    hits: tuple[bytes, ...]


CUTS = (
    Cut(
        re.compile(rb"\[(?:Object|Array|Object: null prototype|Circular(?: \*\d+)?)\]"),
        "[Object] instead of what is nested deeper",
        "log JSON.stringify(error), or util.inspect(error, {depth: null})",
        (b"error: [Object]", b"headers: [Array]"),
    ),
    Cut(
        re.compile(rb"\[object Object\]"),
        "[object Object] instead of an error",
        "log the error as an argument of its own, or JSON.stringify(error)",
        (b"Upload failed: [object Object]",),
    ),
    Cut(
        re.compile(rb"(?:\.\.\.|\xe2\x80\xa6) \d+ more (?:item|character)s?"),
        "… more items instead of the rest of a list or text",
        "raise maxArrayLength and maxStringLength of util.inspect",
        (b"... 97 more items", b"'<?xml'... 512 more characters"),
    ),
    Cut(
        re.compile(rb"\(truncated\.\.\.\)|\[?\.\.\.\[?truncated|<truncated>|\[truncated\]", re.IGNORECASE),
        "(truncated...) instead of the end of an answer",
        "raise the limit of the HTTP client's messages (Guzzle: BodySummarizer) or of the logger's values",
        (b"<Error><Code>NoSu (truncated...)",),
    ),
)


def find_cuts(texts: Iterable[bytes]) -> list[Cut]:
    """The ways in which any of the records is cut."""
    texts = list(texts)
    return [cut for cut in CUTS if any(cut.pattern.search(text) for text in texts)]
