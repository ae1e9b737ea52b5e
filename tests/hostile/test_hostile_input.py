"""Nothing that somebody sends makes the program crash, lie, hang, leak, or write where it should not."""

import os
from itertools import chain

import cases_encodings
import cases_injected
import cases_packed
import cases_places
import cases_secrets
import cases_structure
import pytest
from observed import costs, faults, leaks, report_faults, tree

from upload_diag.report import FORMATS

MODULES = (cases_packed, cases_places, cases_structure, cases_encodings, cases_injected, cases_secrets)
CASES = list(chain.from_iterable(module.CASES for module in MODULES))
ONE_ERROR = 1 << 20  # bytes; what is larger is not given to `classify`, which reads one error


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace("/", "-"))
def test_a_hostile_input_is_ordinary_input(case, warm, tmp_path):
    given, here, temporary = (tmp_path / name for name in ("given", "here", "temporary"))
    for folder in (given, here, temporary):
        folder.mkdir()
    path = case.make(given)
    before = tree(given)
    names = ["json", *(name for name in FORMATS if name != "json")]
    commands = {name: ("analyze", "-f", name, "--", "-" if case.stdin else path) for name in names}
    if path.is_file() and path.stat().st_size < ONE_ERROR:
        commands |= {"classify": ("classify", "--", path), "as JSON": ("classify", "-f", "json", "--", path)}
    copies = {"redact": ("redact", "--", path)} if case.secrets and path.is_file() else {}
    run = warm.run(
        *commands.values(), *copies.values(), cwd=here, tmp=temporary, stdin=path if case.stdin else os.devnull
    )
    wrong = [*costs(run), *report_faults(run.done[0], case, path)]
    for name, done in zip([*commands, *copies], run.done, strict=False):
        wrong += [f"{name}: {one}" for one in (leaks if name in copies else faults)(done, case)]
    assert not wrong, "\n".join(wrong)
    assert not [*here.iterdir(), *temporary.iterdir()]
    assert tree(given) == before


def test_there_are_enough_of_them_and_no_two_have_one_name():
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)
