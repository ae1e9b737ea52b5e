"""README: its commands are run and their output compared, its tables are compared with the code."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from upload_diag.cli.exit_codes import ExitCode

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUN = "python3 dev.py run"
MARK = "-- end of a command --"

# A block fenced as `console` is run: each line after `$ ` is a command, the lines below it are what it prints. `...`
# stands for anything. The commands of one block share a shell, so that `echo $?` works. Run as a program, this file
# writes what the commands print now into the blocks that are out of date.
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```)", re.MULTILINE | re.DOTALL)


def steps(block: str) -> list[tuple[str, str]]:
    """The commands of a block and what each must print."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def outputs(commands: list[str]) -> list[str]:
    """What each command prints, on both streams; one shell for all, and this Python's upload-diag for `dev.py run`."""
    program = f"{shlex.quote(sys.executable)} -m upload_diag"
    script = "\n".join(f"{line.replace(RUN, program)}; (code=$?; echo '{MARK}'; exit $code)" for line in commands)
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.stdout.split(MARK + "\n")[:-1]


def renewed(block: str) -> str:
    """The block with what its commands print now, where that is not what it shows."""
    said = outputs([command for command, _ in steps(block)])
    shown = doctest.OutputChecker()
    lines = []
    for (command, wanted), got in zip(steps(block), said, strict=True):
        same = shown.check_output(wanted, got, doctest.ELLIPSIS)
        lines.append(f"$ {command}\n{wanted if same else got}")
    return "".join(lines)


@pytest.mark.parametrize("block", [pytest.param(block, id=steps(block)[0][0]) for block in BLOCK.findall(README)])
def test_the_commands_of_the_readme_print_what_it_shows(block):
    assert renewed(block) == block


def test_the_python_of_the_readme_does_what_it_shows():
    tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert tried.attempted > 0
    assert tried.failed == 0


def test_the_readme_shows_the_help():
    assert f"```console\n$ {RUN} --help\n" in README


def test_the_readme_lists_every_exit_code():
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert listed == set(ExitCode)


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("fixtures/*/README.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_a_page_links_to_are_there(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


if __name__ == "__main__":
    (ROOT / "README.md").write_text(BLOCK.sub(lambda block: renewed(block[0]), README), encoding="utf-8", newline="\n")
