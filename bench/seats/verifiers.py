"""Bar 5: the golden records in the Python verifier and in the JavaScript one."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.results import Row
from tests.unit.seats import recorded
from trainings.seats.verifier.verify_draw import verify

ROOT = Path(__file__).resolve().parents[2]
LAST = "waiting"
FEWEST = 5


def rows() -> list[Row]:
    records = [file.read_bytes() for file in recorded.FILES]
    in_python = sum(verify(record)[-1] == (LAST, "") for record in records)
    in_javascript = sum(checks[-1] == [LAST, ""] for checks in _javascript(records))
    least = max(len(records), FEWEST)
    return [
        Row(
            "golden records repeated by the Python verifier",
            in_python,
            "records",
            len(records),
            least,
            "value",
        ),
        Row(
            "golden records repeated by the JavaScript verifier",
            in_javascript,
            "records",
            len(records),
            least,
            "value",
        ),
    ]


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
