"""Three ordinary requests, each ready to be sent: somebody applies, a desk sends its scans, staff save an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.support.announcing import announce
from tests.support.arrivals import enrol, make_evening, scan
from tests.support.client import Client
from tests.support.guests import confirm_page
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.events.models import EventKind
from trainings.registration.secrets import ticket_code

SCANS = "/api/v1/door/scans"
TOLD = "持ち物：筆記用具。" * 100
AGAIN = 12
"""So often each ticket is read: a batch that finds no room in pages that are not full yet."""


@dataclass(frozen=True)
class Ordinary:
    """`apply`, `scan` and `save` send the same each time and return what the visitor reads."""

    client: Client
    apply: Callable[[int], str]
    scan: Callable[[int], dict[str, Any]]
    save: Callable[[int], str]


def make_ordinary(app: Flask, unit: Unit, clock: Clock, staff: Callable[..., Client]) -> Ordinary:
    """The pages are open and filled in; nothing is sent yet. What breaks is answered as in production, not raised."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with unit():
        evening = make_evening()
    clock.set(evening.doors_open_at)
    with unit():
        event = announce(EventKind.SYMPOSIUM)
        token = enrol(evening.event, "受付1")
        batch = [scan(ticket_code(guest)) for guest in evening.guests * AGAIN]
    guest, desk = Client(app), Client(app)
    ready = confirm_page(guest, unit, event)
    form = staff(Role.PLANNER).get(f"/staff/events/{event.slug}/edit").form(button="この内容にする")
    form.fill({"room": "大会議室", "description": TOLD})
    return Ordinary(
        guest,
        lambda status: ready.press("この内容で申し込む", status=status).h1,
        lambda status: desk.api("POST", SCANS, {"scans": batch}, bearer=token, status=status),
        lambda status: form.submit("この内容にする", status=status).h1,
    )
