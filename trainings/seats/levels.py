"""What a level of odds is; apart from how it is found (leximin), which needs NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Level:
    """Types whose odds were settled together.

    per_weight: their odds per unit of weight, exact. types: their indices. cut: the node set X that is tight, by name of
    its nodes: all that can leave X, less what must enter it otherwise, is shared by the people who enter it. Empty for
    people whose odds are 1: nobody can have more.
    """

    per_weight: Fraction
    types: tuple[int, ...]
    cut: tuple[tuple[str, ...], ...]
