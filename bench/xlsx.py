"""10 000 applications × 25 columns, every one of them filled, read from the database and written to a workbook: the median
of three times."""

from __future__ import annotations

import time
import uuid
from statistics import median

from sqlalchemy import select, update

from bench.results import Row, report
from bench.site import Site, open_event, sites
from bench.web import ROSTER, add_offices, fill_roster
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.directory.models import Association
from trainings.events.models import Event, EventKind
from trainings.registration.exports import HEADER, applications_workbook
from trainings.registration.models import Application
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
            _fill_every_column(site, event_id)
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


def _fill_every_column(site: Site, event_id: uuid.UUID) -> None:
    """What people and staff may say, as long as it usually is; an office of the directory, with its number and district."""
    offices = add_offices(site)
    with beside_requests(site.app), unit_of_work() as session:
        people = list(session.scalars(select(Application.id).where(Application.event_id == event_id)))
        said = {
            "mail": "tachibana.hanako@hp.keyaki.example",
            "phone": "000-5555-0143",
            "profession_note": "訪問看護師",
            "licence_number": "第1234567号",
            "heard_via_id": session.scalars(select(Association.id)).first(),
            "heard_via_note": "同僚から",
            "pre_answer": "退院前カンファレンスに呼ばれる時期が遅く、家での準備が間に合わないことがあります。",
            "care_note": "車いすで参加します。通路に近い席をお願いします。",
            "submitter_name": "事務 山田",
            "decision_reason": "開催地の担当者",
        }
        session.execute(
            update(Application),
            [
                said
                | {"id": person, "organisation_id": offices[n % len(offices)][0],
                   "organisation_name": offices[n % len(offices)][1], "priority": n % 9 + 1,
                   "table_number": n // 8 + 1, "waiting_rank": n + 1}
                for n, person in enumerate(people)
            ],
        )  # fmt: skip


def _export(site: Site, event_id: uuid.UUID) -> tuple[float, int]:
    """Seconds and bytes of one workbook, with nothing left of an earlier one."""
    with beside_requests(site.app), unit_of_work():
        db.session.expire_all()
        event = db.session.get_one(Event, event_id)
        begin = time.perf_counter()
        content = applications_workbook(event, applications_of_event(event_id))
        return time.perf_counter() - begin, len(content)
