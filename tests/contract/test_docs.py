"""docs/contract-tests.md says what is so."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from envelopes import EXPIRED, envelope

from upload_diag.cli import main
from upload_diag.cli.exit_codes import ExitCode
from upload_diag.contract.checks import Checker
from upload_diag.contract.compare.permits import read_permits
from upload_diag.contract.documents import Document
from upload_diag.contract.problems import RULES
from upload_diag.contract.schemas import find

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "contract-tests.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_envelope_shown_keeps_the_contract():
    (shown,) = blocks("json")
    assert Checker(find("upload-error")).problems(Document("docs", json.loads(shown), status=404)) == []


def test_every_rule_is_listed_as_the_code_words_it():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    told = {rule: text.replace("`", "").removeprefix("of an ErrorInfo: ") for rule, text in rows.items()}
    assert {rule: told[rule] for rule in told if rule in RULES} == RULES


def test_the_run_shown_prints_that(tmp_path, monkeypatch, capsys):
    (shown,) = blocks("console")
    command, _, output = shown.partition("\n")
    monkeypatch.chdir(tmp_path)
    Path("answers.ndjson").write_text(f"{json.dumps(EXPIRED)}\n{json.dumps(envelope(isSessionExpired=False))}\n")
    assert main(command.split()[2:]) == ExitCode.FOUND
    assert capsys.readouterr().out == output


def test_the_list_of_what_is_agreed_can_be_read(tmp_path):
    (shown,) = blocks("toml")
    (tmp_path / "agreed.toml").write_text(shown)
    (permit,) = read_permits(str(tmp_path / "agreed.toml"))
    assert permit.path == "/error/errorType"


def test_the_steps_for_github_actions_run(tmp_path, monkeypatch):
    """Against a repository of its own whose `origin` is itself."""
    if not shutil.which("git") or not shutil.which("bash"):
        pytest.skip("git and bash are needed")
    steps = re.findall(r"- run: (?:\|\n((?:          .*\n)+)|(.*)\n)", blocks("yaml")[1])
    check, compare = (block or line for block, line in steps[1:])
    (tmp_path / "schemas").mkdir()
    (tmp_path / "tests" / "recorded" / "errors").mkdir(parents=True)
    (tmp_path / "schemas" / "error.json").write_text(json.dumps(find("gateway")))
    (tmp_path / "tests" / "recorded" / "errors" / "one.json").write_text(json.dumps(EXPIRED))
    script = f"""
    set -e
    git init -q -b main . && git -c user.name=t -c user.email=t@t.example add -A
    git -c user.name=t -c user.email=t@t.example commit -qm one && git update-ref refs/remotes/origin/main HEAD
    upload-diag() {{ {shlex.quote(sys.executable)} -m upload_diag "$@"; }}
    {check}
    {compare.replace("${{ github.base_ref || 'main' }}", "main")}
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("::notice") == 2


def test_the_hook_for_pre_commit_names_the_command():
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "id: upload-error-contract\n" in text
    assert "entry: upload-diag check\n" in text
    assert "id: upload-error-contract\n" in blocks("yaml")[0]
