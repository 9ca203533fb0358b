"""What an organiser takes home from an evening, from whichever server holds it: three workbooks and the record of the draw."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from bench.browser import Browser
from config import Settings
from trainings import create_app
from trainings.allocation.queries import valid_draw
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event


def take_workbooks(staff: Browser, slug: str, folder: Path) -> int:
    """Press for each workbook and write it into a folder; how many."""
    event = f"/staff/events/{slug}"
    files = {
        "results.xlsx": (f"{event}/survey", f"{event}/survey/results.xlsx"),
        "roster.xlsx": (f"{event}/applications", f"{event}/applications.xlsx"),
        "matrix.xlsx": ("/staff/skills", "/staff/skills/matrix.xlsx"),
    }
    for name, (page, address) in files.items():
        staff.get(page)
        staff.post(address)
        (folder / name).write_bytes(staff.content)
    return len(files)


def take_draw(settings: Settings, slug: str, folder: Path) -> None:
    """Write the record of the valid draw as it stands in the database."""
    with beside_requests(create_app(settings)), unit_of_work():
        draw = valid_draw(db.session.scalars(select(Event.id).where(Event.slug == slug)).one())
        if draw is None:
            raise RuntimeError("the draw is gone")
        text = json.dumps(draw.record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "draw.json").write_text(text, encoding="utf-8")
