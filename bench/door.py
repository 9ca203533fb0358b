"""How fast the server answers scans from 1, 4 and 16 desks, on both databases beside a bare page.

Two questions are asked of the speed. How much can the server take at most: every desk sends its next scan as soon as the
last is answered, which no hall full of people does. And the aim itself: guests arrive by chance at a rate a tenth above
the aim, and each one's wait counts from when they stood at the desk. Both are asked three times in turn, and the median
of the three rounds is what is told: the machine is shared, and its neighbours come and go.
"""

from __future__ import annotations

from statistics import median

from bench.load import Outcome
from bench.results import Row, report
from bench.servers import Server, serving
from bench.site import Site, open_event, sites
from bench.web import enrol, fill_roster, get, scan, scan_as_they_come
from trainings.events.models import EventKind

DESKS = (1, 4, 16)
ROUNDS = 3
EACH = 400
"""Scans of a round at full speed."""
CAPACITY = 10_000
AIMS = {"postgresql": 100.0, "sqlite": 50.0}
"""Scans per second (design of the door)."""
AIMED = (4, 16)
"""The desks that must reach the aim; one alone waits for every answer and need not."""
SLOWEST_MS = {"postgresql": 100.0}
"""95 of 100 answers are faster. SQLite has no such aim."""
RUSH_SECONDS, ABOVE_AIM = 9, 1.1


def main() -> None:
    """Print the table and write bench/results/door.json."""
    rows: list[Row] = []
    with serving("bench.hello:app", {}) as hello, sites() as both:
        for site in both:
            rows += _speed(site, hello)
    report("door", rows)


def _speed(site: Site, hello: Server) -> list[Row]:
    """hello: what everything is held against, in the same minute."""
    hall = open_event(site, kind=EventKind.SYMPOSIUM, capacity=CAPACITY)
    tickets, token = fill_roster(site, hall), enrol(site, hall)
    rate = ABOVE_AIM * AIMS[site.name]
    without_pause: dict[int, list[Outcome]] = {desks: [] for desks in DESKS}
    as_they_come: dict[int, list[Outcome]] = {desks: [] for desks in AIMED}
    bare: dict[int, list[float]] = {desks: [] for desks in DESKS}
    with serving("wsgi:app", site.environment) as server:
        some, tickets = tickets[:50], tickets[50:]
        scan(server, token, some, 4)  # warm
        for _ in range(ROUNDS):
            for desks in DESKS:
                some, tickets = tickets[:EACH], tickets[EACH:]
                bare[desks].append(get(hello, "/", 1000, desks).per_second)
                without_pause[desks].append(scan(server, token, some, desks))
            for desks in AIMED:
                guests = round(rate * RUSH_SECONDS)
                some, tickets = tickets[:guests], tickets[guests:]
                as_they_come[desks].append(scan_as_they_come(server, token, some, desks, rate))
    rows = [Row(f"{site.name}: hello, {n} clients", median(bare[n]), "1/s") for n in DESKS]
    for desks, rounds in without_pause.items():
        name = f"{site.name}: {desks} desks without a pause"
        rows += _rows(site, name, rounds, median(bare[desks]), aimed=desks in AIMED)
    for desks, rounds in as_they_come.items():
        name = f"{site.name}: {desks} desks, {rate:.0f} guests a second"
        rows += _rows(site, name, rounds, None, aimed=True)
    return rows


def _rows(site: Site, name: str, rounds: list[Outcome], hello: float | None, *, aimed: bool) -> list[Row]:
    """hello: requests a second of the bare page from as many clients. aimed: whether these desks must reach the aim."""
    failed = sum(outcome.failed for outcome in rounds)
    if failed:
        raise RuntimeError(f"{name}: {failed} scans failed")
    aim, slowest = (AIMS[site.name], SLOWEST_MS.get(site.name)) if aimed else (None, None)
    per_second = median(outcome.per_second for outcome in rounds)
    p50, p95 = (median(1000 * outcome.percentile(share) for outcome in rounds) for share in (0.5, 0.95))
    return [
        Row(f"{name}, scans", per_second, "1/s", hello, aim, "value"),
        Row(f"{name}, p50", p50, "ms"),
        Row(f"{name}, p95", p95, "ms", None, slowest, "value", "less"),
    ]


if __name__ == "__main__":
    main()
