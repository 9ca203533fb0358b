"""10 000 scans of several desks at a server that is killed again and again: nothing lost, nobody counted twice.

The model test of the suite (tests/integration/checkin/test_killed_server.py) at full length.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from bench.results import Row, report
from config import Settings
from tests.support import postgres
from tests.support.databases import make_schema
from tests.support.desks import faults, killed_server, play
from tests.support.door_faults import set_stage
from tests.support.hands import unit_for
from trainings import create_app

SCANS, KILLS = 12_000, 40
FEWEST = 10_000
"""So many arrive at least: one desk is revoked half-way, and what it holds then stays with it."""


def main() -> None:
    """Print the table and write bench/results/killed.json."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="tsudoi-faults-") as folder, postgres.running() as cluster:
        cluster.create_database("faults")
        for kind, url in (
            ("sqlite", f"sqlite:///{folder}/faults.sqlite3"),
            ("postgresql", cluster.url("faults")),
        ):
            make_schema(url)
            begun = time.perf_counter()
            found, kept = _evening(kind, url, Path(folder) / kind)
            rows += [
                Row(f"{kind}: scans at a server killed {KILLS} times", kept, "scans", None, FEWEST, "value"),
                Row(f"{kind}: lost, doubled or wrong", len(found), "faults", None, 0, "value", "less"),
                Row(f"{kind}: that evening took", time.perf_counter() - begun, "s"),
            ]
            print(*found[:10], sep="\n")
    report("killed", rows)


def _evening(kind: str, url: str, instance: Path) -> tuple[list[str], int]:
    instance.mkdir()
    app = create_app(Settings.for_tests(database_url=url, instance_dir=str(instance)))
    stage = set_stage(app, unit_for(app), people=400)
    chance = random.Random(f"bench on {kind}")
    with killed_server(stage.environment) as server:
        desks = stage.desks(server.port)
        play(
            server,
            desks,
            stage.guests,
            stage.groups,
            sittings=stage.sittings,
            scans=SCANS,
            kills=KILLS,
            chance=chance,
            revoke=stage.revoke_last,
        )
    kept = stage.kept()
    return faults(desks, stage.sittings, kept), len(kept.stored)


if __name__ == "__main__":
    main()
