"""`upload-diag`, started once and forked for each run: a real process with its own limits, without the start-up.

Run as a program it reads one JSON request a line and answers each with what came of it.
"""

import gc
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GIVE_UP = 60  # seconds of processor time after which a run is killed
WAIT = 600  # seconds after which one is killed that waits for something; a busy machine is no reason


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one command.

    Attributes:
        code: the exit code; negative for a signal.
    """

    code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """What came of commands that one process ran one after another.

    Attributes:
        seconds: how much processor time they took, which a busy machine does not stretch.
        rss: the most memory that they held, in bytes.
    """

    seconds: float
    rss: int
    done: list[Done]


class Warm:
    """A process that runs command lines."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *_):
        self._process.communicate()

    def run(self, *commands, cwd, stdin=os.devnull, tmp=None) -> Run:
        """Run each `upload-diag ARGS` in a folder, one after another; they share what `analyze` finds.

        Temporary files, if any were made, go to `tmp`.
        """
        with tempfile.TemporaryDirectory() as folder:
            request = {
                "commands": [[os.fsencode(arg).hex() for arg in args] for args in commands],
                "cwd": str(cwd),
                "stdin": str(stdin),
                "out": folder,
                "tmp": str(tmp or cwd),
            }
            print(json.dumps(request), file=self._process.stdin, flush=True)
            code, seconds, rss = json.loads(self._process.stdout.readline())
            codes = Path(folder, "codes")
            ended = [int(line) for line in codes.read_text().split()] if codes.exists() else []
            ended += [code] if code else []
            outputs = [[Path(folder, f"{kind}{number}") for kind in ("out", "err")] for number in range(len(ended))]
            done = [
                Done(code, *(path.read_bytes() if path.exists() else b"" for path in paths))
                for code, paths in zip(ended, outputs, strict=True)
            ]
            return Run(seconds, rss, done)


def _serve() -> None:
    from upload_diag import classifier
    from upload_diag.cli import main
    from upload_diag.report import FORMATS

    classifier.Classifier = cache(classifier.Classifier)  # compiled before the forks
    with tempfile.NamedTemporaryFile(suffix=".log") as log, redirect_stdout(io.StringIO()):
        log.write(b"2026-11-20T10:00:00Z ERROR NoSuchUpload uploadId=warm1234\n")
        log.flush()
        for name in FORMATS:
            main(["analyze", "-f", name, log.name])
        main(["classify", log.name])
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(request)
        status, usage = _wait(child, time.monotonic() + WAIT)
        took = usage.ru_utime + usage.ru_stime
        print(json.dumps([os.waitstatus_to_exitcode(status), took, usage.ru_maxrss * 1024]), flush=True)


def _wait(child: int, until: float) -> tuple[int, resource.struct_rusage]:
    """The child's status, and what it and its own children used."""
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return status, usage
        if time.monotonic() > until:
            os.kill(child, 9)
            until += WAIT
        time.sleep(0.002)


def _be(request: dict[str, object]) -> None:
    """Become the program: its streams, its folder, its arguments."""
    code = 99  # what an exception that gets past `main` looks like
    resource.setrlimit(resource.RLIMIT_CPU, (GIVE_UP, GIVE_UP))
    try:
        os.chdir(request["cwd"])
        os.environ["TMPDIR"], tempfile.tempdir = request["tmp"], None
        os.dup2(os.open(request["stdin"], os.O_RDONLY), 0)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one holds the next requests
        _share_analysis()
        codes = Path(request["out"], "codes")
        for number, args in enumerate(request["commands"]):
            ended = _command([os.fsdecode(bytes.fromhex(arg)) for arg in args], request["out"], number)
            with codes.open("a") as file:
                print(ended, file=file)
        code = 0
    finally:
        os._exit(code)


def _command(args: list[str], folder: str, number: int) -> int:
    from upload_diag.cli import main

    for fd, kind in ((1, "out"), (2, "err")):
        file = os.open(f"{folder}/{kind}{number}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, fd)
        os.close(file)
    code = main(args)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _share_analysis() -> None:
    """Let `analyze` in several formats read its input once."""
    import upload_diag.analysis as package
    from upload_diag.errors import InputError

    analyze, found = package.analyze, {}

    def once(paths, **options):
        key = tuple(paths)
        if key not in found:
            try:
                found[key] = analyze(paths, **options)
            except InputError as error:
                found[key] = error
        if isinstance(found[key], InputError):
            raise found[key]
        return found[key]

    package.analyze = once


if __name__ == "__main__":
    _serve()
