"""From evidence to levels. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Fact:
    """One row of the ledger as the rule needs it. revokes: id of the row that this one takes back."""

    id: uuid.UUID
    skill: uuid.UUID
    level: int
    observed_on: date
    expires_on: date | None = None
    revokes: uuid.UUID | None = None


def verified(facts: Iterable[Fact], on: date) -> dict[uuid.UUID, int]:
    """The level of each skill on a date: the highest unexpired, unrevoked evidence observed on or before it.

    A skill without any such fact is absent, which stands for 0. Taking the maximum makes the result independent of
    the order of rows and of double imports (skills.md).
    """
    known = [fact for fact in facts if fact.observed_on <= on]
    revoked = {fact.revokes for fact in known if fact.revokes is not None}
    levels: dict[uuid.UUID, int] = {}
    for fact in known:
        if (
            fact.revokes is not None
            or fact.id in revoked
            or (fact.expires_on is not None and fact.expires_on <= on)
        ):
            continue
        levels[fact.skill] = max(levels.get(fact.skill, 0), fact.level)
    return levels


def attendance_level(to_level: int, attend_cap: int) -> int:
    """What attendance alone is worth: never more than the framework's cap ("knows")."""
    return min(to_level, attend_cap)


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix. n: people in scope; reached: those at or above the target; target: None = 対象外."""

    n: int
    reached: int
    target: int | None

    @property
    def coverage(self) -> float | None:
        """C = reached ÷ n; None without a target or without people."""
        return self.reached / self.n if self.target is not None and self.n else None

    @property
    def lacking(self) -> int:
        return self.n - self.reached

    @property
    def shade(self) -> int:
        """0–4 for the heat map, the deeper the more people are missing; -1 where there is nothing to say."""
        if self.coverage is None:
            return -1
        missing = 1 - self.coverage
        return next(step for step, bound in enumerate((0.05, 0.25, 0.5, 0.75, 1.01)) if missing < bound)
