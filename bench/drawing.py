"""The organiser's whole act of drawing over HTTP, as in a city: the list is frozen, the public number typed, lots are drawn, the
record's page opened, while the worker runs; and how long until the last mail has gone out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from bench.browser import Browser
from bench.results import Row, report
from bench.servers import flask, serving
from bench.site import Site, open_event, sites, slug_of, working
from bench.web import fill_roster
from tests.support.postgres import free_port
from trainings.core import clock
from trainings.core.db import unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event, EventKind, EventProfession, Selection
from trainings.messages.models import Message, MessageState
from trainings.registration.models import Application
from trainings.registration.states import Reason, State

SIZES = ((2_000, 300), (20_000, 2_000))
"""People and seats."""
ORGANISER = "kikaku@city.keyaki.example"
SIGN_IN = ("staff", "link", ORGANISER, "--role", "planner", "--role", "viewer")
PATIENCE_SECONDS = 1800


def main() -> None:
    """Print the table and write bench/results/drawing.json."""
    with sites() as both:
        report("drawing", [row for site in both for size in SIZES for row in _draw(site, *size)])


def _draw(site: Site, people: int, seats: int) -> list[Row]:
    event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=seats, selection=Selection.LOTTERY)
    fill_roster(site, event_id, people)
    _let_apply(site, event_id)
    slug = slug_of(site, event_id)
    environment = site.in_production(free_port())
    draw = f"/staff/events/{slug}/draw"
    # Longer than a city's server waits, so that what would be cut off there is measured too.
    limited = serving("wsgi:app", environment, timeout_seconds=PATIENCE_SECONDS)
    with limited as server, working(environment):
        staff = Browser(server.port)
        staff.patience_seconds = PATIENCE_SECONDS
        staff.get(flask(environment, *SIGN_IN).split()[-1])
        staff.post(staff.path)
        staff.get(draw)
        steps: dict[str, Callable[[], object]] = {
            "freeze": lambda: staff.post(f"{draw}/freeze"),
            "draw": lambda: staff.post(draw, {"public_number": "0478", "sure": "1"}),
            "page of the record": lambda: staff.get(f"/e/{slug}/draw"),
            "until the last mail": lambda: _wait_for_mails(site, event_id),
        }
        name = f"{site.name}: {people} → {seats}"
        return [Row(f"{name}, {step}", _seconds(act), "s") for step, act in steps.items()]


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _let_apply(site: Site, event_id: uuid.UUID) -> None:
    """Everybody of the roster has applied, in all groups and with an address of their own; the time to apply is over."""
    with beside_requests(site.app), unit_of_work() as session:
        pairs = session.execute(
            select(EventProfession.event_group_id, EventProfession.profession_id).where(
                EventProfession.event_id == event_id
            )
        ).all()
        ids = session.scalars(select(Application.id).where(Application.event_id == event_id)).all()
        session.execute(
            update(Application),
            [
                {"id": id, "state": State.APPLIED, "reason": Reason.RECEIVED, "mail": f"{id.hex}@example.jp",
                 "event_group_id": pairs[n % len(pairs)][0], "profession_id": pairs[n % len(pairs)][1]}
                for n, id in enumerate(ids)
            ],
        )  # fmt: skip
        session.get_one(Event, event_id).application_closes_at = clock.now() - timedelta(seconds=1)


def _wait_for_mails(site: Site, event_id: uuid.UUID) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    left = select(func.count()).where(Message.event_id == event_id, Message.state != MessageState.SENT)
    while time.monotonic() < give_up:
        with beside_requests(site.app), unit_of_work() as session:
            if not session.scalar(left):
                return
        time.sleep(0.5)
    raise RuntimeError(f"{site.name}: mails of the draw were still waiting after {PATIENCE_SECONDS} s")
