"""The exported patterns mean in JavaScript what they mean in Python."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from upload_diag.rules.ruleset import Ruleset

SCRIPT = """
const rules = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
const fold = (text) => text.toLowerCase().split(/\\s+/).filter(Boolean).join(" ");
for (const rule of rules.phrases) {
  const pattern = rule.pattern ? new RegExp(rule.pattern) : null;
  const meets = (text) => fold(text).includes(rule.keyword) && (!pattern || pattern.test(fold(text)));
  for (const text of rule.hits.filter((text) => !meets(text))) console.log(`${rule.rule} does not match ${text}`);
  for (const text of rule.misses.filter(meets)) console.log(`${rule.rule} matches ${text}`);
}
console.log(`${rules.phrases.length} phrases`);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_every_phrase_keeps_its_promises_in_javascript(tmp_path: Path) -> None:
    document = tmp_path / "rules.json"
    document.write_text(json.dumps(Ruleset.builtin().export()), encoding="utf-8")
    done = subprocess.run(["node", "-e", SCRIPT, str(document)], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(Ruleset.builtin().phrases)} phrases\n"
