"""What is in the wheel and the sdist, and that the data files are found in every kind of installation."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from upload_diag._resources import read_resource, resources

ROOT = Path(__file__).resolve().parent.parent
DATA = {"schemas": "schemas", "scenarios": "fixtures/scenarios", "web": "fixtures/web"}  # by kind
pytestmark = pytest.mark.slow


def build(source: Path, target: str, out: Path) -> Path:
    """Build a wheel or an sdist with the backend that is installed here; no network, no isolation."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel_from_sdist(sdist, tmp_path_factory) -> Path:
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # since 3.11.4
        archive.extractall(unpacked)
    (source,) = unpacked.iterdir()
    return build(source, "wheel", tmp_path_factory.mktemp("wheel-from-sdist"))


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel):
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    data = {f"{folder}/": f"upload_diag/_data/{kind}/" for kind, folder in DATA.items()}
    expected = {name for name in tracked if name.startswith("upload_diag/")}
    for folder, place in data.items():
        expected |= {place + name.removeprefix(folder) for name in tracked if name.startswith(folder)}
    assert names(wheel) == expected
    assert "upload_diag/py.typed" in expected


def test_a_wheel_made_from_the_sdist_is_the_same(wheel, wheel_from_sdist):
    assert names(wheel_from_sdist) == names(wheel)


def test_the_sdist_holds_what_is_needed_to_run_the_tests(sdist):
    with tarfile.open(sdist) as archive:
        paths = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"dev.py", "constraints.txt", "pyproject.toml", "README.md", "LICENSE", "tests/test_packaging.py"} <= paths


READ = """
import sys
from upload_diag._resources import read_resource, resources
for kind in ("schemas", "scenarios", "web"):
    print(kind, *sorted(file.name for file in resources(kind).iterdir()))
    assert read_resource(kind, "README.md").startswith("# ")
"""


@pytest.mark.parametrize("made", ["wheel", "wheel_from_sdist"])
def test_an_installed_package_finds_its_data(made, request, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--target", str(tmp_path)]
    subprocess.run([*install, str(request.getfixturevalue(made))], check=True)
    # -S leaves out site-packages, where the editable install of this checkout would be found instead.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", READ], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        " ".join([kind, *sorted(path.name for path in (ROOT / folder).iterdir())]) for kind, folder in DATA.items()
    ]


@pytest.mark.parametrize(("kind", "folder"), DATA.items())
def test_a_checkout_finds_its_data(kind, folder):
    assert {file.name for file in resources(kind).iterdir()} == {path.name for path in (ROOT / folder).iterdir()}
    assert read_resource(kind, "README.md") == (ROOT / folder / "README.md").read_text(encoding="utf-8")


def test_a_resource_that_is_not_there_says_so():
    with pytest.raises(FileNotFoundError):
        read_resource("schemas", "nope.json")


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8")


def requirement_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;~! ]", requirement)[0] for requirement in requirements} - {PROJECT["name"]}


def test_every_requirement_is_pinned():
    extras = PROJECT["optional-dependencies"]
    wanted = requirement_names([*PROJECT["dependencies"], *(each for extra in extras.values() for each in extra)])
    pinned = {line.split("==")[0] for line in PINS.splitlines()}
    assert wanted - pinned == set()


def test_the_pins_hold_no_address_and_no_path():
    for line in PINS.splitlines():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; [^/@]+)?", line), line


def test_all_holds_every_other_extra_for_users():
    extras = PROJECT["optional-dependencies"]
    (everything,) = extras["all"]
    assert set(re.findall(r"\w+", everything.partition("[")[2])) == set(extras) - {"all", "dev"}
