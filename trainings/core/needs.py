"""What waits for a hand: each feature lists its own in its room `needs`, the desk gathers them.

A page that calls something urgent has it from there, so that the start page, the board and the morning mail say the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

Words = tuple[str, str]
"""What is so, and the words of the link to where it is put right."""


@dataclass(frozen=True)
class Need:
    """One thing to do. endpoint, args: the page where; event_id: of which event, None for the whole house; slug_as: under
    which name the page takes the event, "" if it does not ask; n: how many, 0 of what is not counted."""

    code: str
    says: str
    act: str
    endpoint: str
    event_id: uuid.UUID | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    slug_as: str = ""
    n: int = 0


def need(
    code: str,
    words: Mapping[str, Words],
    endpoint: str,
    *,
    event_id: uuid.UUID | None = None,
    args: Mapping[str, str] | None = None,
    slug_as: str = "slug",
    n: int = 0,
    **facts: object,
) -> Need:
    """A need in the words of its feature."""
    says, act = words[code]
    where = slug_as if event_id else ""
    return Need(code, says.format(n=n, **facts), act, endpoint, event_id, args or {}, where, n)
