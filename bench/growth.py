"""Every page of staff and guests in a city that grows, on both databases: bytes, milliseconds, and the plans of what takes
longer than 300 ms.

`python -m bench.growth [SIZE …] [sqlite] [postgresql]`: applications of the city, 10 000 and 100 000 unless said. One event
has 10 000 of them, the others are over and have as many each; beside it 10 000 more wait for a draw. 1 000 000 is for a
quiet night. In this process, so that it is our time and not the line's.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from bench.city import LARGEST_EVENT, City
from bench.results import FOLDER, Row, report
from bench.site import Site, open_event, sites, slug_of
from tests.support.announcing import statement
from tests.support.places import Places, places
from tests.support.plenty import plenty
from tests.support.staff import session_cookie
from trainings.accounts.models import Role, Staff, StaffRole
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.events.models import Event, EventKind
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel

SIZES = (10_000, 100_000)
AIM_BYTES, AIM_MS, LOOK_AT_MS = 200_000, 150, 300
TIMES = 3
ONCE_FROM_MS = 3_000
"""Whatever takes longer is not asked for again."""
PRINTED = "checkin.roster"
"""A sheet to be printed: it holds everybody."""
AT_THE_LOTTERY = ("desk.board", "desk.rules", "allocation.draw", "registration.applications", "guest.event")
PAGES = FOLDER / "growth_pages.json"


def main(sizes: tuple[int, ...] | None = None) -> None:
    """Print the slowest pages, and write bench/results/growth.json and growth_pages.json: what an earlier run found of other
    sizes stays."""
    said = sys.argv[1:] if sizes is None else []
    wanted = sizes or tuple(int(one) for one in said if one.isdecimal()) or SIZES
    names = {"sqlite", "postgresql"} & set(said)
    with sites() as both:
        # As the server does before it serves.
        gc.collect()
        gc.freeze()
        for site in both:
            if not names or site.name in names:
                _measure(site, sorted(wanted))


def _measure(site: Site, sizes: list[int]) -> None:
    largest = min(LARGEST_EVENT, sizes[0])
    city = City(site, open_event(site, kind=EventKind.SYMPOSIUM, capacity=50))
    staff_id = _staff(site)
    there = _people(site, city, staff_id, largest)
    lottery = slug_of(site, city.add_lottery())
    copies = 0
    for size in sizes:
        begin = time.monotonic()
        copies += city.grow(copies, size // largest - 1 - copies)
        city.settle()
        stored = _count(site)
        print(f"{site.name}: {stored} applications made in {time.monotonic() - begin:.0f} s", flush=True)
        pages = _walk(site, there, lottery, staff_id)
        _keep(site.name, stored - largest, pages)


def _people(site: Site, city: City, staff_id: Any, size: int) -> Places:
    with beside_requests(site.app), unit_of_work() as session:
        session.get_one(Event, city.event_id).organisation_cap = None
        guest = submit_application(
            event_id=city.event_id, statement=statement(), channel=Channel.WEB, idempotency_key="first"
        ).id
    with beside_requests(site.app), unit_of_work() as session:
        like, staff = session.get_one(Application, guest), session.get_one(Staff, staff_id)
        plenty(session, like, size - 1, staff=staff)
    with beside_requests(site.app), unit_of_work() as session:
        like, staff = session.get_one(Application, guest), session.get_one(Staff, staff_id)
        return places(site.app, session, city.event_id, guest=like, staff=staff)


def _walk(site: Site, there: Places, lottery: str, staff_id: Any) -> list[dict[str, Any]]:
    slug = there.pages["desk.board"].rsplit("/", 1)[1]
    addresses = dict(there.pages) | {
        f"{name}, lottery": there.pages[name].replace(slug, lottery) for name in AT_THE_LOTTERY
    }
    client = site.app.test_client()
    _sign_in(client, site, staff_id)
    bearer = {"Authorization": f"Bearer {there.bearer}"}
    return [
        *(_look(site, client, name, address, {}) for name, address in sorted(addresses.items())),
        *(_look(site, client, name, address, bearer) for name, address in sorted(there.desk.items())),
    ]


def _keep(name: str, size: int, pages: list[dict[str, Any]]) -> None:
    """As it goes: a run that is stopped keeps what it has found."""
    told = [one for one in _read(PAGES) if (one["database"], one["rows"]) != (name, size)]
    told += [{"database": name, "rows": size, **page} for page in pages]
    PAGES.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    fresh = _summary(name, size, pages)
    known = {row.name for row in fresh}
    before = [
        Row(one["name"], one["value"], one["unit"], one["reference"], one["aim"], "value", "less")
        for one in _read(FOLDER / "growth.json")
        if one["name"] not in known
    ]
    report("growth", [*before, *fresh])


def _read(file: Any) -> list[dict[str, Any]]:
    return json.loads(file.read_text()) if file.exists() else []


def _summary(name: str, size: int, pages: list[dict[str, Any]]) -> list[Row]:
    shown = [page for page in pages if page["page"] != PRINTED]
    slowest = max(shown, key=lambda page: float(page["ms"]))
    largest = max(shown, key=lambda page: int(page["bytes"]))
    print(f"{name}, {size}: slowest {slowest['page']}, largest {largest['page']}")
    for page in sorted(pages, key=lambda page: -float(page["ms"]))[:12]:
        print(
            f"  {page['ms']:>8.0f} ms {page['bytes']:>9} bytes {page['statements']:>4} statements  {page['page']}"
        )
    at = f"{size:,} applications".replace(",", " ")
    slow = sum(page["ms"] > LOOK_AT_MS for page in shown)
    failed = sum(page["status"] >= 500 for page in shown)
    half = median(page["ms"] for page in shown)
    return [
        Row(f"{name}: slowest page at {at}", slowest["ms"], "ms", None, AIM_MS, "value", "less"),
        Row(f"{name}: median page at {at}", half, "ms", None, AIM_MS, "value", "less"),
        Row(f"{name}: pages above {LOOK_AT_MS} ms at {at}", slow, "pages", len(shown), 0, "value", "less"),
        Row(f"{name}: pages that fail at {at}", failed, "pages", len(shown), 0, "value", "less"),
        Row(f"{name}: largest page at {at}", largest["bytes"] / 1000, "kB", None, AIM_BYTES / 1000, "value", "less"),
    ]  # fmt: skip


def _staff(site: Site) -> Any:
    with beside_requests(site.app), unit_of_work() as session:
        staff = Staff(name="欅田 まもる", mail="mamoru@city.keyaki.example")
        staff.role_rows = [StaffRole(role=role) for role in Role]
        session.add(staff)
        session.flush()
        return staff.id


def _count(site: Site) -> int:
    with beside_requests(site.app), unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Application)) or 0


def _look(
    site: Site, client: FlaskClient, name: str, address: str, headers: dict[str, str]
) -> dict[str, Any]:
    """The median of three times, the bytes, and the plans of statements when it took longer than 300 ms."""
    with site.app.app_context():
        engine = db.engine
    took: list[float] = []
    status, size, asked = 0, 0, list[Asked]()
    for _ in range(TIMES):
        with _noted(engine) as noted:
            begin = time.perf_counter()
            answer = client.get(address, headers=headers)
            took.append((time.perf_counter() - begin) * 1000)
        status, size, asked = answer.status_code, len(answer.data), noted
        if "sign-in" in answer.headers.get("Location", ""):
            raise RuntimeError(f"{name}: nobody is signed in")
        if took[-1] > ONCE_FROM_MS:
            break
    ms = median(took)
    slow = [one for one in sorted(asked, key=lambda one: -one[0]) if one[0] > 20][:3]
    return {
        "page": name,
        "status": status,
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
