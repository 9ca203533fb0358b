"""Which quotas no roster can keep, whoever applies. Pure: rows of a page in, refusals with their facts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trainings.core.refusal import Refused
from trainings.events.changes import GroupChange, SectorChange
from trainings.events.refusals import EventRefusal


def impossible_quotas(
    capacity: int | None, sectors: Sequence[SectorChange], groups: Sequence[GroupChange]
) -> Iterator[Refused]:
    """Everything about seats that cannot be: reserves beyond the capacity (None = open) or beyond the cap of their sector,
    and a sector's reserve beyond the caps of its groups. Rows without a name are about to be removed and count for nothing.
    """
    kept = [group for group in groups if group.name]
    by_sector = {
        place: [group for group in kept if group.sector == place]
        for place, sector in enumerate(sectors)
        if sector.name
    }
    in_all = by_group = sum(group.reserved for group in kept)
    for place, inside in by_sector.items():
        sector = sectors[place]
        reserved = sum(group.reserved for group in inside)
        # A sector's own reserve is filled by the reserves of its groups first.
        in_all += max(sector.reserved - reserved, 0)
        if sector.cap is not None and reserved > sector.cap:
            yield Refused(
                EventRefusal.SECTOR_CAP_BELOW_RESERVES, name=sector.name, reserved=reserved, cap=sector.cap
            )
        caps = [group.cap for group in inside]
        if None not in caps and sector.reserved > (most := sum(cap for cap in caps if cap is not None)):
            yield Refused(
                EventRefusal.SECTOR_RESERVE_ABOVE_CAPS, name=sector.name, reserved=sector.reserved, caps=most
            )
    if capacity is None:
        return
    if by_group > capacity:
        yield Refused(EventRefusal.RESERVES_EXCEED_CAPACITY, reserved=by_group, capacity=capacity)
    elif in_all > capacity:
        yield Refused(EventRefusal.SECTOR_RESERVES_EXCEED_CAPACITY, reserved=in_all, capacity=capacity)
