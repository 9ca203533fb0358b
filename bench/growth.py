"""Every page that needs no more than an event, at a city of 10 000 applications and more: bytes, milliseconds, and the plans
of what takes longer than 300 ms.

`python -m bench.growth [SIZE …]`; 10 000 takes some minutes. In this process, so that it is our time and not the line's.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from bench.results import FOLDER, Row, report
from bench.site import Site, open_event, sites, slug_of
from tests.support.access_table import DEVICE, PUBLIC, TABLE
from tests.support.announcing import statement
from tests.support.plenty import plenty
from tests.support.staff import session_cookie
from trainings.accounts.models import Role, Staff, StaffRole
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel

SIZES = (10_000,)
AIM_BYTES, AIM_MS, LOOK_AT_MS = 200_000, 150, 300
TIMES = 3
PRINTED = "checkin.roster"
"""A sheet to be printed: it holds everybody."""


def main(sizes: tuple[int, ...] | None = None) -> None:
    """Print the slowest pages, and write bench/results/growth.json and growth_pages.json."""
    wanted = sizes or tuple(int(one) for one in sys.argv[1:] if one.isdecimal()) or SIZES
    rows, told = [], []
    with sites() as both:
        for site in both:
            event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=50)
            staff_id = _staff(site)
            _first(site, event_id)
            there = 0
            for size in sorted(wanted):
                _fill(site, event_id, staff_id, there, size)
                there = size
                pages = [
                    _look(site, name, address, staff_id)
                    for name, address in sorted(_pages(site, event_id).items())
                ]
                told += [{"database": site.name, "rows": size, **page} for page in pages]
                rows += _summary(site.name, size, pages)
                # As it goes: a run that is stopped keeps what it has found.
                (FOLDER / "growth_pages.json").write_text(
                    json.dumps(told, ensure_ascii=False, indent=1) + "\n"
                )
                report("growth", rows)


def _summary(name: str, size: int, pages: list[dict[str, Any]]) -> list[Row]:
    lists = [page for page in pages if page["page"] != PRINTED]
    slowest = max(lists, key=lambda page: float(page["ms"]))
    largest = max(lists, key=lambda page: int(page["bytes"]))
    print(f"{name}, {size}: slowest {slowest['page']}, largest {largest['page']}")
    for page in sorted(pages, key=lambda page: -float(page["ms"]))[:12]:
        print(
            f"  {page['ms']:>8.0f} ms {page['bytes']:>9} bytes {page['statements']:>4} statements  {page['page']}"
        )
    roster = next(page for page in pages if page["page"] == "registration.applications")
    return [
        Row(f"{name}: slowest page at {size} applications", slowest["ms"], "ms", None, AIM_MS, "value", "less"),
        Row(f"{name}: list of {size} applications", roster["ms"], "ms", None, AIM_MS, "value", "less"),
        Row(f"{name}: largest page at {size} applications", largest["bytes"], "bytes", None, AIM_BYTES, "value", "less"),
    ]  # fmt: skip


def _staff(site: Site) -> Any:
    with beside_requests(site.app), unit_of_work() as session:
        staff = Staff(name="欅田 まもる", mail="mamoru@city.keyaki.example")
        staff.role_rows = [StaffRole(role=role) for role in Role]
        session.add(staff)
        session.flush()
        return staff.id


def _first(site: Site, event_id: Any) -> None:
    with beside_requests(site.app), unit_of_work() as session:
        session.get_one(Event, event_id).organisation_cap = None
        submit_application(
            event_id=event_id, statement=statement(), channel=Channel.WEB, idempotency_key="first"
        )


def _fill(site: Site, event_id: Any, staff_id: Any, there: int, size: int) -> None:
    with beside_requests(site.app), unit_of_work() as session:
        like = session.scalars(
            select(Application).where(Application.event_id == event_id, Application.code.not_like("S9-%"))
        ).first()
        if like is None:
            raise RuntimeError("the first application is gone")
        plenty(session, like, size - there, first=there, staff=session.get_one(Staff, staff_id))
    with beside_requests(site.app), db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _pages(site: Site, event_id: Any) -> dict[str, str]:
    """Endpoint → address, of staff's and public pages that need no more than an event."""
    slug, adapter = slug_of(site, event_id), site.app.url_map.bind("localhost")
    found = {
        rule.endpoint: adapter.build(rule.endpoint, {"slug": slug} if rule.arguments else {})
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.arguments <= {"slug"}
        and rule.endpoint in TABLE
        and (TABLE[rule.endpoint] == PUBLIC or ":" not in TABLE[rule.endpoint])
        and TABLE[rule.endpoint] != DEVICE
        and not re.search(r"\.(xlsx|pdf)$", rule.rule)
    }
    return found | {
        "directory.people, search": "/staff/directory/people?q=オオクボ",
        "registration.applications, search": f"/staff/events/{slug}/applications?q=オオクボ",
    }


def _look(site: Site, name: str, address: str, staff_id: Any) -> dict[str, Any]:
    """The median of three times, the bytes, and the plans of statements when it took longer than 300 ms."""
    client = site.app.test_client()
    _sign_in(client, site, staff_id)
    with site.app.app_context():
        engine = db.engine
    took: list[float] = []
    size, asked = 0, list[Asked]()
    for _ in range(TIMES):
        with _noted(engine) as noted:
            begin = time.perf_counter()
            answer = client.get(address)
            took.append((time.perf_counter() - begin) * 1000)
        size, asked = len(answer.data), noted
        if answer.status_code >= 500 or "sign-in" in answer.headers.get("Location", ""):
            raise RuntimeError(f"{name}: {answer.status_code}")
    ms = median(took)
    slow = [one for one in sorted(asked, key=lambda one: -one[0]) if one[0] > 20][:3]
    return {
        "page": name,
        "ms": round(ms, 1),
        "bytes": size,
        "statements": len(asked),
        "plans": [_plan(engine, *one) for one in slow] if ms > LOOK_AT_MS else [],
    }


def _sign_in(client: FlaskClient, site: Site, staff_id: Any) -> None:
    with beside_requests(site.app), unit_of_work() as session:
        cookie = session_cookie(site.app, session.get_one(Staff, staff_id))
    client.set_cookie(site.app.config["SESSION_COOKIE_NAME"], cookie)


Asked = tuple[float, str, Any]
"""Milliseconds, statement, parameters."""


@contextmanager
def _noted(engine: Engine) -> Iterator[list[Asked]]:
    found: list[Asked] = []
    begun: list[float] = []

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_connection: Any, _cursor: Any, words: str, parameters: Any, *_: Any) -> None:
        found.append(((time.perf_counter() - begun.pop()) * 1000, words, parameters))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def _plan(engine: Engine, ms: float, words: str, parameters: Any) -> dict[str, Any]:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    if not words.lstrip().upper().startswith(("SELECT", "WITH")):
        return {"ms": round(ms, 1), "statement": words[:200], "plan": []}
    with engine.connect() as connection:
        lines = [str(row[-1]) for row in connection.exec_driver_sql(explain + words, parameters)]
    return {"ms": round(ms, 1), "statement": words[-700:], "plan": lines}


if __name__ == "__main__":
    main()
