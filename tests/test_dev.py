"""`dev.py` on a small project of its own, so that no network is needed and the real `.venv` is left alone."""

import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
ENVIRONMENT = os.environ | {"PIP_NO_INDEX": "1", "LC_ALL": "C"}

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

# The smallest build backend that can make an editable install, and counts how often it is asked.
BACKEND = """
import pathlib, zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name, info = "upload_diag-1-py3-none-any.whl", "upload_diag-1.dist-info/"
    extras = "Provides-Extra: all\\nProvides-Extra: dev\\n"
    files = {
        "upload_diag.pth": str(pathlib.Path.cwd()),
        info + "METADATA": "Metadata-Version: 2.1\\nName: upload-diag\\nVersion: 1\\n" + extras,
        info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(info + "RECORD", "".join(f"{path},,\\n" for path in [*files, info + "RECORD"]))
    with open("installs.log", "a") as log:
        log.write("installed\\n")
    return name
"""

# Stands for upload-diag and for pytest alike: says on stdout how it was called.
PROGRAM = """
import json, os, sys
if sys.argv[1:2] == ["exit"]:
    sys.exit(int(sys.argv[2]))
said = {"name": __spec__.name, "args": sys.argv[1:], "cwd": os.getcwd(), "python": sys.prefix, "pid": os.getpid()}
print(json.dumps(said))
"""


class Project:
    """A checkout of the small project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "upload_diag").mkdir(parents=True)
        (root / "pytest").mkdir()
        shutil.copy(ROOT / "dev.py", root)
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "constraints.txt").touch()
        (root / "backend.py").write_text(BACKEND)
        for name in ("upload_diag", "pytest"):
            (root / name / "__init__.py").touch()
            (root / name / "__main__.py").write_text(PROGRAM)

    def dev(self, *args: str, before: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run dev.py; `before` is code that runs in front of it, to play a poorer Python."""
        script = f"import runpy, sys; sys.argv[0] = {str(self.root / 'dev.py')!r}\n{before}\n"
        script += "runpy.run_path(sys.argv[0], run_name='__main__')"
        return subprocess.run(
            [sys.executable, "-c", script, *args],
            capture_output=True, text=True, check=False, cwd=cwd or self.root.parent, stdin=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )  # fmt: skip

    @property
    def installs(self) -> int:
        log = self.root / "installs.log"
        return log.read_text().count("installed") if log.exists() else 0


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return Project(tmp_path_factory.mktemp("a folder") / "with späces")


@pytest.fixture(scope="module")
def first_run(project) -> subprocess.CompletedProcess[str]:
    return project.dev("run", "analyze", "a b", "--x=*", "")


@pytest.fixture
def prepared(project, first_run) -> Project:
    assert first_run.returncode == 0, first_run.stderr
    return project


def test_the_first_run_prepares_and_passes_the_arguments_on(project, first_run):
    said = json.loads(first_run.stdout)
    assert said["args"] == ["analyze", "a b", "--x=*", ""]
    assert said["python"] == str(project.root / ".venv")
    assert "preparing" in first_run.stderr


def test_run_stays_in_the_folder_of_the_caller_and_loads_no_module_from_it(prepared, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "upload_diag").mkdir()
    done = prepared.dev("run", "x", cwd=tmp_path)
    assert json.loads(done.stdout)["cwd"] == str(tmp_path)


def test_a_second_run_says_and_installs_nothing(prepared):
    before = prepared.installs
    done = prepared.dev("run", "x")
    assert (done.returncode, done.stderr) == (0, "")
    assert prepared.installs == before


@pytest.mark.parametrize("code", [0, 1, 3, 75, 141])
def test_the_exit_code_is_the_programs(code, prepared):
    assert prepared.dev("run", "exit", str(code)).returncode == code


@pytest.mark.skipif(sys.platform == "win32", reason="no exec on Windows")
def test_the_program_takes_the_place_of_the_script_so_that_a_signal_reaches_it(prepared):
    command = [sys.executable, str(prepared.root / "dev.py"), "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT)
    assert json.loads(process.communicate()[0])["pid"] == process.pid


def test_test_runs_pytest_at_the_top_of_the_checkout_and_serves_run_too(prepared):
    done = prepared.dev("test", "-q", cwd=Path.home())
    assert json.loads(done.stdout) | {"python": "", "pid": 0} == {
        "name": "pytest.__main__", "args": ["-q"], "cwd": str(prepared.root), "python": "", "pid": 0,
    }  # fmt: skip
    assert prepared.dev("run").stderr == ""


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_changed_requirement_is_installed_once(changed, prepared):
    before = prepared.installs
    with (prepared.root / changed).open("a") as file:
        file.write("# another requirement\n")
    assert "preparing" in prepared.dev("run", "x").stderr
    assert prepared.dev("run", "x").stderr == ""
    assert prepared.installs == before + 1


def broken_python(venv: Path) -> None:
    """As after a system upgrade that took the Python away."""
    for python in (venv / "bin").glob("python*"):
        python.unlink()


def no_pip(venv: Path) -> None:
    """As when it was interrupted while pip was copied in."""
    for pip in venv.rglob("site-packages/pip*"):
        shutil.rmtree(pip)
    for stamp in venv.glob("prepared-for-*"):
        stamp.unlink()


def empty(venv: Path) -> None:
    shutil.rmtree(venv)
    venv.mkdir()


@pytest.mark.skipif(sys.platform == "win32", reason="names of POSIX")
@pytest.mark.parametrize("break_it", [broken_python, no_pip, empty])
def test_a_half_made_environment_heals(break_it, prepared):
    break_it(prepared.root / ".venv")
    done = prepared.dev("run", "x")
    assert (done.returncode, json.loads(done.stdout)["args"]) == (0, ["x"]), done.stderr
    assert prepared.dev("run", "x").stderr == ""


def test_a_moved_checkout_heals(tmp_path):
    old = Project(tmp_path / "old")
    old.dev("run", "x")
    new = object.__new__(Project)
    new.root = old.root.rename(tmp_path / "new")
    done = new.dev("run", "x")
    assert json.loads(done.stdout)["python"] == str(new.root / ".venv")


def test_a_python_without_ensurepip_installs_with_its_own_pip(tmp_path):
    no_ensurepip = """
import subprocess
real = subprocess.call
def call(command, **options):
    is_venv = "venv" in command and "--without-pip" not in command
    return 1 if is_venv else real(command, **options)
subprocess.call = call
"""
    done = Project(tmp_path / "p").dev("run", "x", before=no_ensurepip)
    assert (done.returncode, json.loads(done.stdout)["args"]) == (0, ["x"]), done.stderr


def test_a_failed_installation_is_told_and_tried_again(tmp_path):
    project = Project(tmp_path / "p")
    (project.root / "backend.py").write_text("def nonsense(")
    done = project.dev("run", "x")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "dev.py: could not install; pip's own message is above" in done.stderr
    (project.root / "backend.py").write_text(BACKEND)
    assert project.dev("run", "x").returncode == 0


def test_an_old_python_is_told_in_one_line(tmp_path):
    old = "sys.version_info = (3, 8, 10); sys.version = '3.8.10 (default)'"
    done = Project(tmp_path / "p").dev("run", "x", before=old)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"dev\.py: upload-diag needs Python 3\.11 or newer; this is 3\.8\.10 \(.*\)\n", done.stderr)


def test_an_old_python_can_read_the_script():
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_on_windows_the_program_lies_in_scripts(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    names = runpy.run_path(str(ROOT / "dev.py"))
    assert names["PYTHON"] == ROOT / ".venv" / "Scripts" / "python.exe"


@pytest.mark.parametrize(("args", "code"), [((), 2), (("nonsense",), 2), (("--help",), 0)])
def test_without_a_job_it_shows_its_two(args, code, project):
    done = project.dev(*args)
    assert (done.returncode, done.stdout) == (code, "")
    assert "python3 dev.py run ARGS..." in done.stderr
