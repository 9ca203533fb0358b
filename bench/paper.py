"""200 badges and 100 certificates as PDF, drawn as an organiser asks for them: the median of three times."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from statistics import median

from sqlalchemy import select

from bench.results import Row, report
from bench.site import open_event, sites
from bench.web import fill_roster
from trainings.certificates.exports import certificates_pdf
from trainings.certificates.models import Certificate
from trainings.checkin.paper.exports import badge_sheets
from trainings.core import clock
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event, EventKind
from trainings.registration.models import Application

BADGES, CERTIFICATES = 200, 100
AIMS = {"badges": 4.0, "certificates": 8.0}
"""Seconds."""
TIMES = 3


def main() -> None:
    """Print the table and write bench/results/paper.json. What is drawn is the same on both databases; one is enough."""
    with sites() as both:
        site = both[0]
        event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=BADGES)
        fill_roster(site, event_id)
        with beside_requests(site.app), unit_of_work() as session:
            event = session.get_one(Event, event_id)
            people = session.scalars(
                select(Application).where(Application.event_id == event_id).limit(BADGES)
            ).all()
            rows = [_certificate(event, one) for one in people[:CERTIFICATES]]
            figures = [
                _row("badges", BADGES, lambda: badge_sheets(event, people)),
                _row("certificates", CERTIFICATES, lambda: certificates_pdf(rows, event.title)),
            ]
            db.session.rollback()
    report("paper", figures)


def _certificate(event: Event, one: Application) -> Certificate:
    """As one is issued, but not stored."""
    return Certificate(
        application_id=one.id,
        application=one,
        number=f"2026-{one.code}",
        code=uuid.uuid4().hex[:26],
        name=one.full_name,
        event_title=event.title,
        held_on=clock.today(),
        minutes=180,
        issued_at=clock.now(),
    )


def _row(what: str, number: int, draw: Callable[[], bytes]) -> Row:
    taken = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        draw()
        taken.append(time.perf_counter() - begin)
    return Row(f"{number} {what} as PDF", median(taken), "s", None, AIMS[what], "value", "less")


if __name__ == "__main__":
    main()
