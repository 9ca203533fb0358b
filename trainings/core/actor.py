"""Who is acting now: read by the audit trail, set once per request, job or command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    STAFF = "staff"
    APPLICANT = "applicant"
    DEVICE = "device"
    SYSTEM = "system"
    CLI = "cli"
    GUEST = "guest"


@dataclass(frozen=True)
class Actor:
    """kind and, where one exists, the id (text) of the staff member, application or device."""

    kind: ActorKind
    id: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
_current: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current() -> Actor:
    return _current.get()


def set_current(actor: Actor) -> None:
    """Set the actor for the rest of this request; the request hook in `core.web` resets it."""
    _current.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
