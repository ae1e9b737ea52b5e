"""Write `schemas/scenario.schema.json` from the types of the faults.

    .venv/bin/python tests/faults/refresh_scenario_schema.py

A test holds the file to what this computes.
"""

import json
from pathlib import Path

from upload_diag.faults.scenario import scenario_schema

PATH = Path(__file__).parents[2] / "schemas" / "scenario.schema.json"


def text() -> str:
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
