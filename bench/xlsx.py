"""10 000 applications × 25 columns to a workbook, read from the database and written: the median of three times."""

from __future__ import annotations

import time
import uuid
from statistics import median

from bench.results import Row, report
from bench.site import Site, open_event, sites
from bench.web import ROSTER, fill_roster
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import EventKind
from trainings.registration.exports import HEADER, applications_workbook
from trainings.registration.queries import applications_of_event

AIM_SECONDS = 4.0
TIMES = 3


def main() -> None:
    """Print the table and write bench/results/xlsx.json."""
    rows = []
    with sites() as both:
        for site in both:
            event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=ROSTER)
            fill_roster(site, event_id)
            exports = [_export(site, event_id) for _ in range(TIMES)]
            if len(HEADER) != 25:
                raise RuntimeError("the workbook no longer has 25 columns")
            rows.append(
                Row(
                    f"{site.name}: 10 000 applications × 25 columns",
                    median(seconds for seconds, _ in exports),
                    "s",
                    None,
                    AIM_SECONDS,
                    "value",
                    "less",
                )
            )
            rows.append(Row(f"{site.name}: size of the workbook", exports[0][1] / 1024, "KiB"))
    report("xlsx", rows)


def _export(site: Site, event_id: uuid.UUID) -> tuple[float, int]:
    """Seconds and bytes of one workbook, with nothing left of an earlier one."""
    with beside_requests(site.app), unit_of_work():
        db.session.expire_all()
        begin = time.perf_counter()
        content = applications_workbook(applications_of_event(event_id))
        return time.perf_counter() - begin, len(content)
