#!/usr/bin/env python3
"""Run upload-diag, or its tests, from a fresh checkout: only Python and pip are needed.

    python3 dev.py run ARGS...     prepare .venv, then run `upload-diag ARGS...`
    python3 dev.py test [ARGS...]  prepare .venv, then run pytest

The first call installs into `.venv` beside this file; later calls start at once. What this script itself has to say
goes to stderr, so that the output of `run` can be piped.
"""

# An old Python must be able to read this file as far as the line that turns it away: no newer syntax than 3.6.
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
NEEDED = (3, 11)

# What is tried once after installing. Python keeps what it compiles for a start, so that later ones need not. Where it
# is told to keep nothing (PYTHONDONTWRITEBYTECODE), every start would take twice as long.
TRIALS = (["analyze", "fixtures/tickets"], ["reproduce", "expire-mid-upload"])

# What each job installs. `dev` includes `all`, so an environment prepared for tests also serves `run`.
EXTRAS = {"run": "all", "test": "dev"}


def main(argv):
    """Do the job `argv` names and give its exit code."""
    if sys.version_info < NEEDED:
        say(f"upload-diag needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable})")
        return 1
    if not argv or argv[0] not in EXTRAS:
        print(__doc__.strip(), file=sys.stderr)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    if os.environ.get("LC_ALL") in ("C", "POSIX") and not str(ROOT).isascii():
        os.environ["LC_ALL"] = "C.UTF-8"  # Python 3.11 would take the name of this folder for ASCII, and not start
    job, rest = argv[0], argv[1:]
    failed = prepare(EXTRAS[job])
    if failed:
        return failed
    if job == "run":
        return become([str(PYTHON), "-P", "-m", "upload_diag", *rest])  # -P: no module of the user's folder gets in
    os.chdir(str(ROOT))
    return become([str(PYTHON), "-m", "pytest", *rest])


def prepare(extra):
    """Make `.venv` hold what `extra` names; give 0, or the exit code to stop with."""
    fingerprint = wanted()
    if PYTHON.exists() and any(read(stamp(done)) == fingerprint for done in {extra, "dev"}):
        return 0
    say(f"preparing {VENV} (once, about a minute)")
    for done in set(EXTRAS.values()):
        if stamp(done).exists():
            stamp(done).unlink()
    if not usable(PYTHON):
        failed = make_venv()
        if failed:
            return failed
    # Compiling what is installed takes a third of the time, and most of it is never imported.
    install = [*pip(), "install", "-qq", "--no-compile", "-c", "constraints.txt", "-e", f".[{extra}]"]
    failed = subprocess.call(install, cwd=str(ROOT), stdout=sys.stderr)
    if failed:
        say(f"could not install; pip's own message is above. Delete {VENV} to start afresh.")
        return failed
    for trial in TRIALS:
        keeping = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        succeeds([str(PYTHON), "-P", "-m", "upload_diag", *trial], cwd=str(ROOT), env=keeping)
    stamp(extra).write_text(fingerprint, encoding="utf-8")
    return 0


def make_venv():
    """Create the environment, also where the system's Python comes without ensurepip (Debian without python3-venv)."""
    create = [sys.executable, "-m", "venv", "--clear"]
    if not succeeds([*create, str(VENV)]):
        return subprocess.call([*create, "--without-pip", str(VENV)], stdout=sys.stderr)
    return 0


def pip():
    """The command that installs into the environment: its own pip, or this Python's pip where it has none."""
    if succeeds([str(PYTHON), "-m", "pip", "--version"]):
        return [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    if succeeds([sys.executable, "-m", "pip", "--version"]):
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(PYTHON)]
    say(f"{sys.executable} has no pip. Install it (Debian and Ubuntu: apt install python3-pip) and try again.")
    sys.exit(1)


def wanted():
    """A hash of everything that decides what gets installed, and where."""
    parts = [sys.version.encode(), str(VENV).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def usable(python):
    """Whether the environment's Python starts and is the one that runs now."""
    try:
        version = subprocess.check_output(
            [str(python), "-c", "import sys; print(sys.version)"], stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return version.decode("utf-8", "replace").split() == sys.version.split()


def stamp(extra):
    """The file that says that `extra` is installed."""
    return VENV / f"prepared-for-{extra}"


def read(path):
    """The text of a small file, or None."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def succeeds(command, **options):
    """Whether a command runs and exits 0; its output is dropped."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) == 0
    except OSError:
        return False


def become(command):
    """Run a command in place of this process, so that signals and exit codes are its own."""
    if sys.platform == "win32":  # where exec leaves the terminal to two processes at once
        return subprocess.call(command)
    return os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def say(text):
    """Tell the person at the terminal."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
