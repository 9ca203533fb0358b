"""Seats: are the odds right, how fast, and what do others reach on the same instances in the same run?

`make bench-seats`, or `make bench ARGS=seats`. The bars are those of the design of the lottery; small versions of the same
code run in tests/unit/seats.
"""

from __future__ import annotations

from bench.results import report
from bench.seats import draws, equality, peers, speed, verifiers


def main() -> None:
    """All figures; about ten minutes on two cores."""
    rows = []
    for part in (equality, speed, verifiers, peers, draws):
        print(f"… {(part.__doc__ or '').splitlines()[0]}", flush=True)
        rows += part.rows()
    report("seats", rows)
