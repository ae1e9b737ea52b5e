"""`docs/rules.md` shows a rule file that works, and names every field of it."""

import re
from pathlib import Path

from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.user_file import _TABLES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_the_rule_file_of_the_page_is_accepted(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    path = tmp_path / "own.toml"
    path.write_text(example[1], encoding="utf-8")
    assert Ruleset.builtin().with_file(path).own == {"own.VideoSessionGone", "acme.tape-full"}


def test_the_page_names_every_field() -> None:
    fields = {field for table in _TABLES.values() for field in table}
    assert {field for field in fields if not re.search(rf"`{field}`|^{field} =", PAGE, re.MULTILINE)} == set()
