"""Twenty races on each database: 200 guests in four processes at once for 50 seats. `python -m bench.race`.

And one race without the lock, which has to go wrong: else the races would show nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.results import Row, report
from tests.support import postgres
from tests.support.databases import make_schema
from tests.support.racing import GUESTS, Outcome, track

RACES = 20
TRIES = 4


def _races(url: str, instance: Path) -> list[Outcome]:
    with track(url, instance) as course:
        return [course.race() for _ in range(RACES)]


def _control(url: str, instance: Path) -> Outcome:
    """The first race without the lock that goes wrong, or the last one."""
    with track(url, instance, locked=False) as course:
        for _ in range(TRIES):
            outcome = course.race()
            if outcome.faults:
                break
    return outcome


def _rows(kind: str, outcomes: list[Outcome], control: Outcome) -> list[Row]:
    fair = sum(not one.faults for one in outcomes)
    speed = sum(GUESTS / one.seconds for one in outcomes) / len(outcomes)
    return [
        Row(f"{kind}: races without a fault", fair, "races", RACES, aim=1),
        Row(f"{kind}: fewest seats given", min(one.confirmed for one in outcomes), "seats", 50, aim=1),
        Row(
            f"{kind}: most seats given",
            max(one.confirmed for one in outcomes),
            "seats",
            50,
            aim=1,
            better="less",
        ),
        Row(f"{kind}: applications decided", speed, "1/s"),
        Row(f"{kind}: faults without the lock", len(control.faults), "faults", aim=1, of="value"),
    ]


def main() -> None:
    """Race on both databases and report."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, postgres.running() as cluster:
        for kind in ("sqlite", "postgresql"):
            urls = []
            for name in ("race", "control"):
                if kind == "postgresql":
                    cluster.create_database(name)
                urls.append(
                    cluster.url(name) if kind == "postgresql" else f"sqlite:///{folder}/{name}.sqlite3"
                )
                make_schema(urls[-1])
            outcomes = _races(urls[0], Path(folder))
            control = _control(urls[1], Path(folder))
            for one in [*outcomes, control]:
                print(f"{kind:12} {one.confirmed:3} seats {one.seconds:6.2f} s {one.held} {one.faults}")
            rows += _rows(kind, outcomes, control)
    report("race", rows)


if __name__ == "__main__":
    main()
