"""How many more people of each group would get a seat now. Pure.

The same answer as `seats.admission.seats_open_to` for people without an organisation, by arithmetic instead of a flow:
the public page is asked far more often than anyone applies. Groups lie inside sectors and sectors inside the capacity,
so the seats that must be kept free for reserves simply add up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trainings.seats.admission import seats_open_to
from trainings.seats.rules import Candidate, Rules


def open_seats(rules: Rules, held: Mapping[str, int], released: Collection[str] = ()) -> dict[str, int]:
    """Group → seats that people of it could still get, if nobody else came; never below 0.

    held: group → seats taken or offered. released: groups whose reserve no longer holds seats back.
    """
    if not _keeps_all(rules, held, released):
        # Placed by hand, or reserves raised afterwards: which reserves give way is the flow's decision.
        seated = [Candidate(f"{key} {n}", key) for key, count in held.items() for n in range(count)]
        return seats_open_to(rules, seated, released)
    return {group.key: _most(rules, held, released, group.key) for group in rules.groups}


def _most(rules: Rules, held: Mapping[str, int], released: Collection[str], key: str) -> int:
    """The largest number of further people that fits; more people never fit better, so halving finds it."""
    fits, beyond = 0, rules.capacity + 1
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        if _keeps_all(rules, {**held, key: held.get(key, 0) + middle}, released):
            fits = middle
        else:
            beyond = middle
    return fits


def _keeps_all(rules: Rules, held: Mapping[str, int], released: Collection[str]) -> bool:
    """Whether the seats held, and those kept free for reserves, stay within every cap and the capacity."""
    if any(group.cap is not None and held.get(group.key, 0) > group.cap for group in rules.groups):
        return False
    kept = {
        group.key: max(held.get(group.key, 0), 0 if group.key in released else group.reserved)
        for group in rules.groups
    }
    in_all = sum(kept[group.key] for group in rules.groups if group.sector is None)
    for sector in rules.sectors:
        members = [group.key for group in rules.groups if group.sector == sector.key]
        inside = sum(kept[member] for member in members)
        if sector.cap is not None and inside > sector.cap:
            return False
        is_released = all(member in released for member in members)
        in_all += max(inside, 0 if is_released else sector.reserved)
    return in_all <= rules.capacity
