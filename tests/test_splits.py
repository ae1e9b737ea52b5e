"""However a log is cut, wherever its pieces are counted, in whatever order they are added: the same report."""

import importlib.util
import json
from functools import reduce
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upload_diag.analysis import analyze
from upload_diag.analysis.build import build
from upload_diag.analysis.count import How, count_piece, judge_for
from upload_diag.analysis.pieces import Origin, Piece
from upload_diag.analysis.tally import Tally
from upload_diag.cli import main

ROOT = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("truth", ROOT / "benchmarks" / "truth.py")
truth = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(truth)

HOW = How()
TICKETS = sorted(path.name for path in (ROOT / "fixtures" / "tickets").iterdir())


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Logs of every format, each with its layout and the report on it as a whole."""
    folder = tmp_path_factory.mktemp("splits")
    truth.write(folder, sessions=120, seed=21)
    for name in TICKETS:
        (folder / f"ticket-{name}").write_bytes((ROOT / "fixtures" / "tickets" / name).read_bytes())
    found = {}
    for log in sorted(folder.iterdir()):
        whole = Piece(str(log), log.stat().st_size)
        found[log.name] = (whole, Origin()._splittable(whole), analyze([str(log)]).to_json())
    return found


def report_on(pieces):
    tally = Tally()
    for piece in pieces:
        tally.merge(count_piece(piece, HOW))
    return build(tally, judge_for(HOW).ruleset.version).to_json()


@pytest.mark.parametrize("name", [*truth.FORMATS, *(f"ticket-{name}" for name in TICKETS)])
def test_a_log_in_up_to_64_pieces_in_any_order_gives_the_same_report(logs, name):
    whole, layout, report = logs[name]
    if layout is None:
        pytest.skip("a document is read in one piece")

    @settings(max_examples=8)
    @given(st.data())
    def holds(data):
        cuts = data.draw(st.lists(st.integers(1, whole.size - 1), max_size=63, unique=True))
        pieces = [Piece(whole.path, hi - lo, lo, hi, layout) for lo, hi in pairwise([0, *sorted(cuts), whole.size])]
        assert report_on(data.draw(st.permutations(pieces))) == report

    holds()


def test_reports_made_elsewhere_are_merged_into_that_of_the_whole(logs, tmp_path, capsys):
    paths = [
        logs[name][0].path for name in (*(f"ticket-{name}" for name in TICKETS), min(truth.FORMATS))
    ]  # whose uploads are not the same
    shards = [paths[::3], paths[1::3], paths[2::3]]
    for number, shard in enumerate(shards):
        assert main(["analyze", "-f", "json", "-o", str(tmp_path / f"{number}.json"), *shard]) == 0
    assert main(["merge", "-f", "json", *(str(tmp_path / f"{number}.json") for number in (2, 0, 1))]) == 0
    assert json.loads(capsys.readouterr().out) == analyze(paths).to_json()


def test_reports_of_single_logs_add_up_in_any_grouping(logs):
    reports = [analyze([whole.path]) for whole, _, _ in logs.values()]
    half = len(reports) // 2
    left, right = (reduce(type(reports[0]).merge, part) for part in (reports[:half], reports[half:]))
    assert right.merge(left).to_json() == analyze([whole.path for whole, _, _ in logs.values()]).to_json()
