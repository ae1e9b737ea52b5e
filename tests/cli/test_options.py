"""Options that several commands share."""

import click
import pytest

from upload_diag.cli._options import Duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("24h", 86_400), ("7d", 604_800), ("0", 0)]
)
def test_a_length_of_time_is_a_number_of_seconds(text, seconds):
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["7", "0.5", "7w", "-7d", "99999999999999d", "1e9d", "nan", "٧d", ""])
def test_where_much_would_be_lost_by_a_misunderstanding_it_wants_a_unit(text):
    with pytest.raises(click.BadParameter, match="is no length of time"):
        Duration(unit_wanted=True).convert(text, None, None)
    assert Duration(unit_wanted=True).convert("0", None, None) == 0
