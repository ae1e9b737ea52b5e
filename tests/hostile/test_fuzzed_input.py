"""What nobody designed: samples cut, mixed, damaged, recoded and packed at random, from a fixed seed."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from functools import partial
from pathlib import Path
from random import Random

import pytest
import zstandard
from hostile import Case
from observed import costs, faults, tree

from upload_diag.report import FORMATS

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAMPLES = [
    path.read_bytes()
    for folder in ("tickets", "captures", "payloads")
    for path in sorted((FIXTURES / folder).iterdir())
    if path.is_file()
]
NASTY = (b"\0" * 50, b"\r", b"\r\n" * 9, b"{" * 999, b'"' * 999, b"<Error><Code>", b"\xff\xfe", b"\x1b]8;;")
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "latin-1", "utf-7", "cp500", "shift_jis")
SEVERAL = 60  # how many inputs; each is made by a few steps


def cut(data, random):
    begin, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[begin:end]


def flip(data, random):
    changed = bytearray(data)
    for _ in range(random.randrange(1, 40)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def insert(data, random):
    place = random.randrange(len(data) + 1)
    more = random.choice((*NASTY, random.randbytes(99)))
    return data[:place] + more + data[place:]


def shuffle(data, random):
    lines = data.splitlines(keepends=True)
    random.shuffle(lines)
    return b"".join(lines)


def mix(data, random):
    return data + random.choice(SAMPLES)


def repeat(data, random):
    return data * random.randrange(2, 40) if len(data) < 20_000 else data


def unbreak(data, random):
    return data.replace(b"\n", random.choice((b"", b"\r", b"\r\n", b"\n\r", b" ", b"\\n", b"\x85")))


def recode(data, random):
    return data.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def escape(data, random):
    return random.choice((repr(data).encode(), ascii(data.decode("utf-8", "replace")).encode(), data.hex().encode()))


def compress(data, random):
    timeless = partial(gzip.compress, mtime=0)  # or the next steps would depend on the clock
    return random.choice((timeless, bz2.compress, lzma.compress, zstandard.compress))(data)


def archive(data, random):
    out = io.BytesIO()
    members = {f"{number}.log": one for number, one in enumerate((data, random.choice(SAMPLES), b""))}
    if random.random() < 0.5:
        with zipfile.ZipFile(out, "w", random.choice((0, 8, 12, 14))) as packed:
            for name, one in members.items():
                packed.writestr(zipfile.ZipInfo(name), one)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w", format=random.choice((0, 1, 2))) as packed:
        for name, one in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(one)
            packed.addfile(info, io.BytesIO(one))
    return out.getvalue()


STEPS = (cut, flip, insert, shuffle, mix, repeat, unbreak, recode, escape, compress, archive)


def fuzzed(number):
    """The steps of an input, and the input."""
    random = Random(number)
    data, steps = random.choice(SAMPLES), []
    for _ in range(random.randrange(1, 6)):
        step = random.choice(STEPS)
        data = step(data, random)
        steps.append(step.__name__)
    return "-".join(steps), data


INPUTS = [(number, *fuzzed(number)) for number in range(SEVERAL)]


@pytest.mark.parametrize(("number", "steps", "data"), INPUTS, ids=[f"{number}-{steps}" for number, steps, _ in INPUTS])
def test_an_input_that_nobody_designed_is_ordinary_input(number, steps, data, warm, tmp_path):
    given, here = tmp_path / "given", tmp_path / "here"
    given.mkdir()
    here.mkdir()
    path = given / "input"
    path.write_bytes(data)
    before = tree(given)
    case = Case(steps, lambda _: path)
    commands = [("analyze", "-f", name, "--", path) for name in FORMATS]
    commands += [("classify", "-f", "json", "--", path), ("classify", "--", path)]
    run = warm.run(*commands, cwd=here, tmp=here)
    wrong = [*costs(run)]
    for command, done in zip(commands, run.done, strict=False):
        wrong += [f"{command[0]} {command[2]}: {one}" for one in faults(done, case)]
    assert not wrong, "\n".join(wrong)
    assert not [*here.iterdir()]
    assert tree(given) == before
