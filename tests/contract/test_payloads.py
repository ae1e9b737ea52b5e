"""The payloads for clients in other languages: what Python makes of them, and what the sample in JavaScript does."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from upload_diag.classifier import classify
from upload_diag.cli import main
from upload_diag.contract.schemas import find, validator

PAYLOADS = Path(__file__).parents[2] / "fixtures" / "payloads"
NODE = shutil.which("node")
_SPEC = importlib.util.spec_from_file_location("refresh_payloads", Path(__file__).with_name("refresh_payloads.py"))
refresh_payloads = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(refresh_payloads)

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def rows(name):
    return [json.loads(line) for line in (PAYLOADS / name).read_text(encoding="utf-8").splitlines()]


ROWS = [*rows("wire.jsonl"), *rows("traps.jsonl")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_python_understands_every_payload(row):
    info = classify(row["payload"]).model_dump(mode="json")
    assert {field: info[field] for field in row["expect"]} == row["expect"]
    assert validator(find("error-info")).is_valid(info)


def test_the_payloads_of_the_shapes_are_current():
    assert refresh_payloads.FILE.read_text(encoding="utf-8") == refresh_payloads.text()


@pytest.fixture(scope="session")
def exported_rules(tmp_path_factory):
    file = tmp_path_factory.mktemp("rules") / "rules.json"
    assert main(["rules", "export", "-o", str(file)]) == 0
    return file


@needs_node
@pytest.mark.network_client
def test_the_sample_in_javascript_gives_the_same_answers(exported_rules):
    files = [PAYLOADS / "wire.jsonl", PAYLOADS / "traps.jsonl", PAYLOADS / "shapes.jsonl"]
    command = [NODE, str(PAYLOADS / "node" / "check.mjs"), str(exported_rules), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    count = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    assert done.stdout.splitlines()[-1] == f"{count} of {count} payloads understood", done.stdout + done.stderr
    assert done.returncode == 0


@needs_node
@pytest.mark.network_client
def test_the_sample_says_what_it_got_wrong(exported_rules, tmp_path):
    row = ROWS[0] | {"expect": {"code": "THROTTLED"}}
    (tmp_path / "one.jsonl").write_text(json.dumps(row))
    command = [NODE, str(PAYLOADS / "node" / "check.mjs"), str(exported_rules), str(tmp_path / "one.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, f"{row['id']}: code is SESSION_EXPIRED, not THROTTLED")


@needs_node
@pytest.mark.network_client
def test_the_sample_survives_cycles_depth_and_junk(exported_rules):
    script = f"""
    import {{ readFileSync }} from "node:fs";
    import {{ makeParser }} from {json.dumps((PAYLOADS.parent / "web" / "parseError.mjs").as_uri())};
    const parseError = makeParser(JSON.parse(readFileSync({json.dumps(str(exported_rules))}, "utf8")));
    const cycle = {{}}; cycle.error = cycle;
    let deep = "NoSuchUpload"; for (let i = 0; i < 10000; i++) deep = [deep];
    const odd = [undefined, null, 0, NaN, 10n, Symbol.iterator, () => 1, new Error("x")];
    const junk = [...odd, "", "{{", [], {{}}, cycle, deep, "x".repeat(1e6)];
    console.log(junk.map((value) => parseError(value).code).join());
    console.log(parseError(new Error("outer", {{ cause: {{ name: "NoSuchUpload" }} }})).code);
    """
    done = subprocess.run([NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers, cause = done.stdout.split()
    assert set(answers.split(",")) == {"UNKNOWN"}
    assert cause == "SESSION_EXPIRED"
