"""Bar 2: sortition-algorithms (maximin, HiGHS) on the same instances: time, lowest odds and Gini index."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.results import Row
from tests.unit.seats.cases import Case, evening
from trainings.seats.odds import Odds, fair_odds

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
"""Made by `make bench-seats` from bench/requirements-seats.txt."""
SIZES = ((180, 100), (500, 150))
TIMES = 21


def rows() -> list[Row]:
    if not PEERS.exists():
        raise SystemExit("the peers are not installed: make bench-seats installs them and runs this bench")
    found: list[Row] = []
    for people, seats in SIZES:
        rules, candidates, placed = evening(people, seats)
        alike = [replace(person, weight=1) for person in candidates]  # the peer knows no weights
        case = rules, alike, placed
        seconds = []
        for _ in range(TIMES):
            start = time.perf_counter()
            odds = fair_odds(*case)
            seconds.append(time.perf_counter() - start)
        ours = [float(value) for value in odds.exact.values()]
        peer = _peer(case, odds)
        theirs = list(peer["odds"].values())
        name = f"{people} → {seats}"
        found += [
            Row(f"odds {name}: time", median(seconds), "s", peer["seconds"], 0.01, "ratio", "less"),
            Row(f"  lowest odds {name}", min(ours), "odds", min(theirs), min(theirs) - 0.0005, "value"),
            Row(f"  Gini index {name}", gini(ours), "", gini(theirs), 0.75, "ratio", "less"),
        ]
    return found


def gini(values: Iterable[float]) -> float:
    """Mean absolute difference between two people's odds, over twice their mean: 0 = all equal."""
    ordered = sorted(values)
    n = len(ordered)
    return sum((2 * rank - n - 1) * value for rank, value in enumerate(ordered, 1)) / (n * sum(ordered))


def _peer(case: Case, odds: Odds) -> dict:
    """The instance as quotas of columns. Reserves are those that can be kept: the peer has no other way to lower them."""
    rules, candidates, _ = case
    features = []

    def quota(column: str, value: str, least: int, most: int | None) -> None:
        features.append(
            {
                "feature": column,
                "value": value,
                "min": str(least),
                "max": str(len(candidates) if most is None else most),
            }
        )

    for group in rules.groups:
        quota("group", group.key, odds.honoured.groups[group.key], group.cap)
    for sector in rules.sectors:
        quota("sector", sector.key, odds.honoured.sectors[sector.key], sector.cap)
    offices = {person.key: person.organisation or f"alone-{person.key}" for person in candidates}
    for office in sorted(set(offices.values())):
        quota("office", office, 0, rules.organisation_cap)
    people = [
        {
            "id": person.key,
            "group": person.group,
            "sector": str(rules.sector_of[person.group]),
            "office": offices[person.key],
        }
        for person in candidates
    ]
    instance = {
        "columns": ["group", "sector", "office"],
        "features": features,
        "people": people,
        "seats": odds.honoured.seats,
    }
    done = subprocess.run(
        [str(PEERS), str(ROOT / "bench/seats/peer_run.py")],
        input=json.dumps(instance),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the peer failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
