"""Which offices of the directory a freely typed name may mean. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

AT_LEAST = 0.5
CONTAINED = 0.75


@dataclass(frozen=True)
class NamedOffice:
    """An office with the folded copy of its name (office_names.office_key)."""

    id: uuid.UUID
    folded: str

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Of its letters: compared with every name that was typed."""
        return frozenset(_pairs(self.folded))


def closest(folded: str, offices: Sequence[NamedOffice], *, limit: int = 3) -> list[uuid.UUID]:
    """The offices most like a folded name, best first; at most `limit`, none that is hardly alike.

    Likeness is Dice's coefficient over pairs of letters (Dice 1945); a name that contains the other counts at least 0.75.
    """
    here = _pairs(folded)
    scored = [(_likeness(folded, here, office.folded, office.pairs), office) for office in offices]
    best = sorted(
        (pair for pair in scored if pair[0] >= AT_LEAST),
        key=lambda pair: (-pair[0], len(pair[1].folded), str(pair[1].id)),
    )
    return [office.id for _, office in best[:limit]]


def likeness(one: str, other: str) -> float:
    """0 (nothing in common) to 1 (the same)."""
    return _likeness(one, _pairs(one), other, _pairs(other))


def _likeness(one: str, here: Set[str], other: str, there: Set[str]) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    dice = 2 * len(here & there) / (len(here) + len(there))
    if min(len(one), len(other)) >= 2 and (one in other or other in one):
        return max(dice, CONTAINED)
    return dice


def _pairs(text: str) -> set[str]:
    padded = f"^{text}$"
    return {padded[place : place + 2] for place in range(len(padded) - 1)}
