"""What takes long to make and follows from this package alone: made once, and saved beside its compiled modules.

As with a compiled module, what was saved serves as long as the sources are those that it was made from, it is as
trusted as they are, and nothing is saved where Python saves nothing or the folder cannot be written.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from upload_diag import __version__

__all__ = ["database", "saved"]

_DIGEST = sha256().digest_size


def saved(name: str, make: Callable[[], bytes], *, of: bytes = b"") -> bytes:
    """What `make` gives, from an earlier start where possible. `of` is what it is made of, beside the package."""
    sources = _sources()
    if not sources:
        return make()
    path = Path(cache_from_source(__file__)).with_suffix(f".{name}")
    begin = sha256(sources + of).digest()
    with suppress(OSError):
        data = path.read_bytes()
        body = data[2 * _DIGEST :]
        if data[: 2 * _DIGEST] == begin + sha256(body).digest():
            return body
    body = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            _write(path, begin + sha256(body).digest() + body)
    return body


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@cache
def _sources() -> bytes:
    """Tells one state of the package's modules from another; empty where they are no files."""
    folder = Path(__file__).parent
    found = [repr((__version__, sys.version))]
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                status = os.stat(os.path.join(root, name))  # noqa: PTH116, PTH118 - two hundred of them at every start
                found.append(f"{root}/{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(found)).encode() if len(found) > 1 else b""


def database(
    name: str, literals: Sequence[bytes], numbers: Sequence[int], *, caseless: bool = False, once: bool = False
) -> Any:
    """A database of hyperscan that finds the literals, each by its number.

    Args:
        name: what it is saved as.
        literals: what to look for.
        numbers: what each literal is reported as.
        caseless: find ASCII letters in either case.
        once: report of each literal only where it first stands.

    Raises:
        ImportError: hyperscan is not installed.
    """
    import hyperscan

    flag = hyperscan.HS_FLAG_CASELESS * caseless | hyperscan.HS_FLAG_SINGLEMATCH * once

    def compiled() -> Any:
        made = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        count = len(literals)
        made.compile(expressions=list(literals), ids=list(numbers), elements=count, flags=[flag] * count, literal=True)
        return made

    of = repr((flag, list(zip(numbers, literals, strict=True)))).encode()
    try:
        loaded = hyperscan.loadb(saved(name, lambda: hyperscan.dumpb(compiled()), of=of), hyperscan.HS_MODE_BLOCK)
        loaded.scratch = hyperscan.Scratch(loaded)
    except hyperscan.error:  # made by another version, or for another processor
        return compiled()
    return loaded
