"""Bar 5: the golden records drawn again by the program itself, by the Python verifier and by the JavaScript one."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.results import Row
from tests.unit.seats import recorded
from trainings.seats.lottery import draw_with
from trainings.seats.odds import fair_odds
from trainings.seats.record import seed_of
from trainings.seats.verifier.verify_draw import verify

ROOT = Path(__file__).resolve().parents[2]
LAST = "waiting"
FEWEST = 5


def rows() -> list[Row]:
    records = [file.read_bytes() for file in recorded.FILES]
    in_javascript = sum(checks[-1] == [LAST, ""] for checks in _javascript(records))
    found = {
        "the program": sum(_drawn_again(json.loads(record)) for record in records),
        "the Python verifier": sum(verify(record)[-1] == (LAST, "") for record in records),
        "the JavaScript verifier": in_javascript,
    }
    least = max(len(records), FEWEST)
    return [
        Row(f"golden records repeated by {who}", n, "records", len(records), least, "value")
        for who, n in found.items()
    ]


def _drawn_again(record: dict[str, Any]) -> bool:
    """Whether the same seed gives the same roster, order of pushes and waiting list."""
    odds = replace(fair_odds(*recorded.case_of(record)), z=record["frozen"]["odds"])
    result = draw_with(odds, seed_of(record["frozen"], record["secret"], record["public_number"]))
    again = [list(result.pushes), list(result.selected), list(result.waiting)]
    return again == [record["pushes"], record["selected"], record["waiting"]]


def _javascript(records: list[bytes]) -> list[list[list[str]]]:
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sha256.js", "verify_draw.js"):
            shutil.copy(ROOT / "static" / "js" / name, folder)
        (Path(folder) / "package.json").write_text('{"type": "module"}')
        command = [node, str(ROOT / "tests/unit/seats/verify.mjs"), str(Path(folder) / "verify_draw.js")]
        lines = "\n".join(base64.b64encode(record).decode() for record in records)
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
