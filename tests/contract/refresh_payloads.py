"""Write `fixtures/payloads/wire.jsonl`: every failure of `upload_diag.contract.wire` in every shape, with its meaning.

.venv/bin/python tests/contract/refresh_payloads.py
"""

import json
from pathlib import Path

from upload_diag.contract.wire import SHAPES, failures
from upload_diag.rules.advice import advise

FILE = Path(__file__).parents[2] / "fixtures" / "payloads" / "wire.jsonl"


def text() -> str:
    """The text that the file should have."""
    lines = []
    for shape, make in SHAPES.items():
        for failure in failures():
            payload = make(failure)
            if isinstance(payload, bytes):  # JSON has none
                continue
            advice = advise(failure.code, "")
            expect = {"code": failure.code, "retry": advice.retry, "actionRequired": advice.action}
            row = {"id": f"{shape}/{failure.name}", "payload": payload, "expect": expect}
            lines.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
