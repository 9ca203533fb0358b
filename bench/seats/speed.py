"""Bar 3: reserves, odds, certificate and draw of large events, each in a process of its own: seconds, memory, and how
equal the odds are."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time

from bench.results import Row
from bench.seats.peers import gini
from tests.unit.seats.cases import evening
from trainings.seats.lottery import draw

SIZES = ((180, 100, None), (500, 150, None), (2000, 300, 0.5), (20000, 2000, 3.0))
MOST_MEMORY = 1024


def rows() -> list[Row]:
    measured = []
    for people, seats, aim in SIZES:
        command = [sys.executable, "-m", "bench.seats.speed", str(people), str(seats)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        name = f"{people} → {seats}"
        measured.append(Row(f"whole draw {name}", found["seconds"], "s", None, aim, "value", "less"))
        if aim is not None:
            measured += [
                Row(f"  memory {name}", found["mebibytes"], "MiB", None, MOST_MEMORY, "value", "less"),
                Row(f"  lowest odds {name}, ours alone", found["lowest"], "odds"),
                Row(f"  Gini index {name}, ours alone", found["gini"], ""),
            ]
    return measured


def _measure(people: int, seats: int) -> dict[str, float]:
    """One draw from rules to waiting list, the fastest of three. The flow library is loaded before, as in a server."""
    draw(*evening(20, 10), b"warm" * 8)
    case = evening(people, seats)
    seconds = []
    for n in range(3):
        start = time.perf_counter()
        drawn = draw(*case, hashlib.sha256(f"speed {n}".encode()).digest())
        seconds.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    odds = [float(value) for value in drawn.odds.exact.values()]
    return {"seconds": min(seconds), "mebibytes": memory, "lowest": min(odds), "gini": gini(odds)}


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
