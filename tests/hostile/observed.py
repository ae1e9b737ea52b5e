"""What is looked at after a run: each function gives one sentence for each thing that is wrong."""

import hashlib
import html
import json
import re
import stat
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from hostile import Case
from warm import Done, Run

SECONDS = 20
MEMORY = 500 << 20  # bytes
_PART = 12  # so much of a secret is too much

# What moves a cursor, hides text, or makes it read other than it is. Newlines and tabs do not.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def costs(run: Run) -> Iterator[str]:
    """What is wrong with how long a run took and how much it held."""
    if run.seconds > SECONDS:
        yield f"took {run.seconds:.1f} s"
    if run.rss > MEMORY:
        yield f"held {run.rss >> 20} MiB"


def faults(done: Done, case: Case) -> Iterator[str]:
    """What is wrong with what a command printed, whatever its output format."""
    for name, data in (("stdout", done.stdout), ("stderr", done.stderr)):
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            yield f"{name} is not UTF-8: {error}"
            continue
        if found := _CONTROL.search(text):
            yield f"{name} holds {found[0]!r}: {text[max(0, found.start() - 40) : found.end() + 20]!r}"
    yield from leaks(done, case)
    if b"Traceback (most recent" in done.stderr:
        yield f"a traceback: {done.stderr[-400:]!r}"
    if done.code not in (0, 3):
        yield f"exit code {done.code}: {done.stderr[-300:]!r}"
    if done.code and (done.stderr.count(b"\n") != 1 or done.stdout):
        yield f"ends with {done.code} and says {done.stderr[-400:]!r}, {done.stdout[:60]!r}"


def report_faults(done: Done, case: Case, path: Path) -> Iterator[str]:
    """What is wrong with the JSON report."""
    if done.code != case.code:
        yield f"exit code {done.code}, not {case.code}: {done.stderr[-400:]!r}"
    if done.code:
        if case.unread and not re.search(case.unread, done.stderr.decode("utf-8", "replace")):
            yield f"stderr does not say {case.unread!r}: {done.stderr!r}"
        return
    try:
        report = json.loads(done.stdout, parse_constant=_no_constant)
    except ValueError as error:
        yield f"not one JSON document: {error}"
        return
    yield from (f"schema: {problem}" for problem in _schema_problems(report))
    found = report["totals"]["byCode"].get("SESSION_EXPIRED", 0)
    if case.finds is not None and found != case.finds:
        yield f"finds {found} failures, not {case.finds}: {report['totals']['byCode']}"
    reasons = [f"{one['path']}: {reason}" for one in report["inputs"] for reason in one["unreadable"]["reasons"]]
    told = "\n".join([*reasons, done.stderr.decode("utf-8", "replace")])
    if case.unread == "" and reasons:
        yield f"left something unread: {reasons}"
    elif case.unread and not re.search(case.unread, told):
        yield f"does not say {case.unread!r}: {told!r}"
    yield from _bytes_lost(report, path)


def _bytes_lost(report: dict, path: Path) -> Iterator[str]:
    """Each plain file is either in the inputs with all its bytes, or an archive with members of its own."""
    inputs = {one["path"]: one for one in report["inputs"]}
    name = str(path).encode("utf-8", "replace").decode()
    if path.is_file() and name in inputs and not any("!" in other for other in inputs):
        one = inputs[name]
        if not one["unreadable"]["reasons"] and one["bytes"] < path.stat().st_size and not _packed(path):
            yield f"accounts for {one['bytes']} of {path.stat().st_size} bytes"


def _packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4)[:3] in (b"\x1f\x8b\x08", b"BZh", b"\xfd7z", b"\x28\xb5\x2f", b"\x50\x2a\x4d", b"PK\x03")


def leaks(done: Done, case: Case) -> Iterator[str]:
    """Which secrets a command printed, or large parts of them, in any spelling."""
    for name, data in (("stdout", done.stdout), ("stderr", done.stderr)) if case.secrets else ():
        yield from _leaks(name, data.decode("utf-8", "replace"), case)


def _leaks(name: str, text: str, case: Case) -> Iterator[str]:
    spellings = {text, unquote(text), html.unescape(text), unquote(html.unescape(unquote(text)))}
    spellings |= {_json_undone(spelling) for spelling in spellings}
    for secret in case.secrets:
        parts = [secret[at : at + _PART] for at in range(max(1, len(secret) - _PART + 1))]
        for spelling in spellings:
            part = next((part for part in parts if part in spelling), None)
            if part is not None:
                at = spelling.find(part)
                yield f"{name} leaks {part!r}: {spelling[max(0, at - 60) : at + 40]!r}"
                break


def _json_undone(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text).replace("\\", "")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@cache
def _validator():
    from jsonschema import Draft202012Validator

    schema = Path(__file__).parents[2] / "schemas" / "report.schema.json"
    return Draft202012Validator(json.loads(schema.read_text())) if schema.exists() else None


def _schema_problems(report: object) -> list[str]:
    validator = _validator()
    return [] if validator is None else [f"{e.json_path}: {e.message}"[:300] for e in validator.iter_errors(report)][:3]


def tree(folder: Path) -> dict[str, str]:
    """Everything in a folder, with what would tell that it was touched."""
    return {str(path.relative_to(folder)): _state(path) for path in sorted(folder.rglob("*"))}


def _state(path: Path) -> str:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return f"{status.st_mode:o}"
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:  # of a file that may not be read; root may
        content = "?"
    return f"{status.st_mode:o} {status.st_mtime_ns} {content}"
