"""10 000 applications × 25 columns to a workbook, read from the database and written."""

from __future__ import annotations

import time

from bench.results import Row, report
from bench.site import open_event, sites
from bench.web import ROSTER, fill_roster
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import EventKind
from trainings.registration.exports import HEADER, applications_workbook
from trainings.registration.queries import applications_of_event

AIM_SECONDS = 4.0


def main() -> None:
    """Print the table and write bench/results/xlsx.json."""
    rows = []
    with sites() as both:
        for site in both:
            event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=ROSTER)
            fill_roster(site, event_id)
            with beside_requests(site.app), unit_of_work():
                db.session.expire_all()
                begin = time.perf_counter()
                content = applications_workbook(applications_of_event(event_id))
                seconds = time.perf_counter() - begin
            if len(HEADER) != 25:
                raise RuntimeError("the workbook no longer has 25 columns")
            rows.append(
                Row(
                    f"{site.name}: 10 000 applications × 25 columns",
                    seconds,
                    "s",
                    None,
                    AIM_SECONDS,
                    "value",
                    "less",
                )
            )
            rows.append(Row(f"{site.name}: size of the workbook", len(content) / 1024, "KiB"))
    report("xlsx", rows)
