"""What a bench found: printed as a table and written to bench/results/<name>.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure. reference: what it is held against in the same run; ratio = value ÷ reference. aim: the figure to
    reach (of `of`: the value itself or the ratio), None where there is none; better: which side of it is good."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    aim: float | None = None
    of: Literal["value", "ratio"] = "ratio"
    better: Literal["more", "less"] = "more"

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None

    @property
    def ok(self) -> bool | None:
        """Whether the aim is met, computed; None without an aim. A ratio that could not be measured misses it."""
        if self.aim is None:
            return None
        measured = self.value if self.of == "value" else self.ratio
        if measured is None:
            return False
        return measured >= self.aim if self.better == "more" else measured <= self.aim


def report(name: str, rows: Sequence[Row]) -> None:
    """Print the rows and write them as JSON."""
    width = max(len(row.name) for row in rows)
    print(f"\n{name}\n{'':{width}}  {'value':>12} {'unit':<10} {'reference':>12} {'ratio':>10}  aim")
    for row in rows:
        ratio = f"{row.ratio:.4f}" if row.ratio is not None else ""
        reference = f"{row.reference:.3f}" if row.reference is not None else ""
        verdict = {None: "", True: "met", False: "MISSED"}[row.ok]
        aim = (
            f"{'≥' if row.better == 'more' else '≤'} {row.aim:g} {row.of} {verdict}"
            if row.aim is not None
            else ""
        )
        print(f"{row.name:{width}}  {row.value:>12.3f} {row.unit:<10} {reference:>12} {ratio:>10}  {aim}")
    FOLDER.mkdir(exist_ok=True)
    contents = [
        {
            "name": row.name,
            "value": row.value,
            "unit": row.unit,
            "reference": row.reference,
            "ratio": row.ratio,
            "aim": row.aim,
            "ok": row.ok,
        }
        for row in rows
    ]
    (FOLDER / f"{name}.json").write_text(
        json.dumps(contents, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
