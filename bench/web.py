"""Requests per second of the product beside a bare Flask "hello" on the same gunicorn, measured right before each figure:
the speed of a shared machine changes from minute to minute. The median of three rounds is what is told."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy import insert, select

from bench.load import Outcome, Request, arrivals, run, run_paced
from bench.results import Row, report
from bench.servers import Server, serving
from bench.site import Site, open_event, sites, slug_of, working
from tests.support.postgres import free_port
from trainings.checkin.actions import enrol_device, open_door
from trainings.core import clock, codes
from trainings.core.db import db, unit_of_work
from trainings.core.web import beside_requests
from trainings.directory.models import Association, District, Organisation, OrganisationKind, Person
from trainings.events.models import EventGroup, EventKind, EventProfession, Selection
from trainings.registration.models import Application, Channel
from trainings.registration.states import Reason, State

BEHIND_PROXY = "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: tsudoi.example"
CLIENTS = (1, 8, 32)
ROUNDS = 3
ROSTER = 10_000
SECONDS = 1.5
"""No measurement sends longer than this, so that a round of all is over in minutes on a slow machine too."""
HELLOS = 600
SCANS = 600
AIMS = {
    "application": 0.06,
    "first come, small hall": 0.05,
    "first come, large hall": 0.05,
    "first come, waiting list": 0.05,
    "scan": 0.12,
    "page": 0.80,
    "page without copy": 0.12,
}
"""Shares of hello that the design asks for on PostgreSQL, however many clients there are."""
APPLYING = tuple(what for what in AIMS if what == "application" or what.startswith("first come"))
STORING = (*APPLYING, "scan")
"""What a bare insert is held beside."""
WAITING = 500
"""Of the ROSTER who have applied to a large hall, where their group is full; all other groups have room."""
OFFICES = 200


def main() -> None:
    """Print the table and write bench/results/web.json."""
    rows: list[Row] = []
    with serving("bench.hello:app", {}) as server, sites() as both:
        hello = Hello(server)
        on_postgresql = next(site for site in both if site.name == "postgresql")
        bare = {n: _bare_insert(on_postgresql, n) for n in CLIENTS}
        for site in both:
            rows += _measure(site, hello, bare)
    inserts = [Row(f"bare PostgreSQL insert, {n} clients", bare[n], "1/s") for n in CLIENTS]
    report("web", [*hello.rows(), *inserts, *rows])


class Hello:
    """What everything is held against."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._seen: dict[int, list[float]] = {n: [] for n in CLIENTS}

    def now(self, clients: int) -> float:
        """Requests a second at this moment."""
        self._seen[clients].append(get(self._server, "/", HELLOS, clients).per_second)
        return self._seen[clients][-1]

    def pss_mib(self) -> float:
        return self._server.pss_mib()

    def rows(self) -> list[Row]:
        """The medians of the run."""
        return [Row(f"hello, {n} clients", median(seen), "1/s") for n, seen in self._seen.items() if seen]


def _measure(site: Site, hello: Hello, inserts: dict[int, float]) -> list[Row]:
    """inserts: clients → rows a second that PostgreSQL alone stores."""
    on_server = site.name == "postgresql"
    offices = add_offices(site)
    # A round has events of its own: so many applications to one event in a quarter of an hour would cost work.
    halls = [{what: _hall(site, what) for what in APPLYING} for _ in range(ROUNDS)]
    door = open_event(site, kind=EventKind.SYMPOSIUM, capacity=ROSTER)
    tickets = fill_roster(site, door)
    token = enrol(site, door)
    seen: dict[tuple[str, int], list[Beside]] = {(what, n): [] for what in AIMS for n in CLIENTS}
    environment = site.in_production(free_port())
    with serving("wsgi:app", environment) as server, working(environment):
        for hall in halls:
            for what, event_id in hall.items():
                slug = slug_of(site, event_id)
                apply(site, server, event_id, slug, offices, 20, 4)  # warm
                for n in CLIENTS:
                    bare = hello.now(n)
                    applied = apply(site, server, event_id, slug, offices, 60 + 4 * n, n)
                    seen[what, n].append(Beside(bare, applied))
            slug = slug_of(site, hall["application"])
            for n in CLIENTS:
                some, tickets = tickets[:SCANS], tickets[SCANS:]
                bare = hello.now(n)
                seen["scan", n].append(Beside(bare, scan(server, token, some, n)))
            cookie, _ = _visit(server, f"/e/{slug}/apply")
            for n in CLIENTS:
                bare = hello.now(n)
                seen["page", n].append(Beside(bare, get(server, f"/e/{slug}", 600, n)))
                own = get(server, f"/e/{slug}", 200, n, cookie)
                seen["page without copy", n].append(Beside(bare, own))
        rows = [row for (what, n), rounds in seen.items() for row in _rows(site, what, n, rounds, inserts)]
        aim = 180.0 if on_server else None
        rows.append(
            Row(
                f"{site.name}: PSS of three workers",
                server.pss_mib(),
                "MiB",
                hello.pss_mib(),
                aim,
                "value",
                "less",
            )
        )
    return rows


def _hall(site: Site, what: str) -> uuid.UUID:
    """The event of one way to apply."""
    if what == "application":
        return open_event(site, kind=EventKind.HUNDRED, capacity=100)
    if what == "first come, small hall":
        return open_event(site, kind=EventKind.SYMPOSIUM, capacity=80, selection=Selection.FIRST_COME)
    event_id = open_event(site, kind=EventKind.SYMPOSIUM, capacity=2 * ROSTER, selection=Selection.FIRST_COME)
    fill_roster(site, event_id, ROSTER)
    if what == "first come, waiting list":
        _let_wait(site, event_id)
    return event_id


def _let_wait(site: Site, event_id: uuid.UUID) -> None:
    """The group of all who are seated is full, and some of them wait."""
    with beside_requests(site.app), unit_of_work() as session:
        some = session.scalars(
            select(Application).where(Application.event_id == event_id).limit(WAITING)
        ).all()
        for rank, one in enumerate(some, start=1):
            one.state, one.reason, one.waiting_rank = State.WAITING, Reason.NO_LEGAL_SEAT, rank
        session.get_one(EventGroup, some[0].event_group_id).cap = ROSTER - WAITING


def add_offices(site: Site) -> list[tuple[uuid.UUID, str]]:
    """Offices of the directory to choose from: (id, name)."""
    with beside_requests(site.app), unit_of_work() as session:
        district = session.scalars(select(District)).first()
        if district is None:
            raise RuntimeError("the site has no district")
        rows = [
            {"id": uuid.uuid4(), "name": f"けやき訪問看護ステーション{n}", "kana": "", "kind": OrganisationKind.HOME_NURSING,
             "district_id": district.id, "number": f"{n:010}", "search_key": f"ケヤキ{n}"}
            for n in range(OFFICES)
        ]  # fmt: skip
        session.execute(insert(Organisation), rows)
        return [(uuid.UUID(str(row["id"])), str(row["name"])) for row in rows]


@dataclass(frozen=True)
class Beside:
    """One round, and what a bare page did right before it, in requests a second."""

    hello: float
    outcome: Outcome


def _rows(site: Site, what: str, clients: int, rounds: list[Beside], inserts: dict[int, float]) -> list[Row]:
    failed = sum(one.outcome.failed for one in rounds)
    if failed:
        said = next(one.outcome.said for one in rounds if one.outcome.failed)
        raise RuntimeError(f"{site.name}: {failed} of the {what} requests failed, the first with: {said}")
    aim = AIMS[what] if site.name == "postgresql" else None
    name = f"{site.name}: {what}, {clients} clients"
    per_second = median(one.outcome.per_second for one in rounds)
    rows = [
        Row(name, per_second, "1/s", median(one.hello for one in rounds), aim),
        Row(f"{name}, p95", median(1000 * one.outcome.percentile(0.95) for one in rounds), "ms"),
    ]
    if what in STORING:
        rows.append(Row(f"{name}, beside a bare insert", per_second, "1/s", inserts[clients]))
    return rows


def get(server: Server, path: str, count: int, clients: int, cookie: str = "") -> Outcome:
    request = Request(f"GET {path} HTTP/1.1{BEHIND_PROXY}" + (f"\r\nCookie: {cookie}" if cookie else ""))
    run(server.port, lambda _: request, 10, clients)  # warm
    return run(server.port, lambda _: request, count, clients, SECONDS)


# -- applying ---------------------------------------------------------------------------------------------------


def apply(
    site: Site,
    server: Server,
    event_id: uuid.UUID,
    slug: str,
    offices: Sequence[tuple[uuid.UUID, str]],
    count: int,
    clients: int,
) -> Outcome:
    """Everybody is somebody else, from an address of their own and an office of the directory."""
    cookie, csrf = _visit(server, f"/e/{slug}/apply")
    with beside_requests(site.app), unit_of_work():
        pairs = db.session.execute(
            select(EventProfession.profession_id, EventProfession.event_group_id).where(
                EventProfession.event_id == event_id
            )
        ).all()
        heard = db.session.scalars(select(Association.id)).first()

    def request(number: int) -> Request:
        profession, group = pairs[number % len(pairs)]
        office, office_name = offices[number % len(offices)]
        address = f"10.{uuid.uuid4().int % 250}.{number // 250}.{number % 250}"
        fields = {
            "csrf_token": csrf,
            "idempotency_key": uuid.uuid4().hex,
            "group": group,
            "profession": profession,
            "profession_note": "bench",
            "organisation_id": office,
            "organisation_name": office_name,
            "family": "山田",
            "given": _word(),
            "family_kana": "ヤマダ",
            "given_kana": _word().translate(KANA),
            "mail": f"{uuid.uuid4().hex}@example.jp",
            "phone": f"0{uuid.uuid4().int % 10**9:09d}",
            "heard_via": heard,
        }
        head = (
            f"POST /e/{slug}/apply/send HTTP/1.1{BEHIND_PROXY}\r\nX-Forwarded-For: {address}\r\n"
            f"Cookie: {cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded"
        )
        return Request(head, urlencode(fields).encode(), (302,))

    return run(server.port, request, count, clients, SECONDS)


def _kana(number: int) -> str:
    """A given name of kana only, another one for each number."""
    return "ハナコ" + f"{number:x}".translate(KANA_OF_FIGURES)


KANA_OF_FIGURES = str.maketrans("0123456789abcdef", "アイウエオカキクケコサシスセソタ")
KANA = {
    ord(letter): kana
    for letter, kana in zip("abcdefghijklmnop", "アイウエオカキクケコサシスセソタ", strict=True)
}


def _word() -> str:
    """A name that nobody else has, without the digits that no name may have."""
    return uuid.uuid4().hex[:16].translate(str.maketrans("0123456789", "ghijklmnop"))


def _visit(server: Server, path: str) -> tuple[str, str]:
    """Cookie and CSRF token of one visitor."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tsudoi.example"}
    connection.request("GET", path, headers=proxy)
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = (answer.getheader("Set-Cookie") or "").split(";", 1)[0]
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if not found:
        raise RuntimeError(f"no form at {path}")
    return cookie, found[1]


# -- the door -----------------------------------------------------------------------------------------------------


def fill_roster(site: Site, event_id: uuid.UUID, people: int = ROSTER) -> list[str]:
    """So many confirmed people, written in bulk; returns their tickets."""
    key = site.app.config["TSUDOI"].ticket_key
    tickets, persons, applications = [], [], []
    with beside_requests(site.app), unit_of_work() as session:
        group, profession = session.execute(
            select(EventProfession.event_group_id, EventProfession.profession_id).where(
                EventProfession.event_id == event_id
            )
        ).first() or (None, None)
        event = session.get_one(EventGroup, group).event
        event.doors_open_at = clock.now() - timedelta(hours=1)
        for number in range(people):
            person, application = uuid.uuid4(), uuid.uuid4()
            ticket = codes.ticket_for(key, application, 1)
            tickets.append(ticket)
            name = {
                "family": "山田",
                "given": f"花子{number}",
                "family_kana": "ヤマダ",
                "given_kana": _kana(number),
            }
            persons.append(
                {"id": person, **name, "name_key": f"山田\n花子{number}", "search_key": f"山田花子{number}"}
            )  # fmt: skip
            applications.append(
                {"id": application, "event_id": event_id, "person_id": person, "canonical_person_id": person, **name,
                 "code": f"B{application.hex[:12]}", "channel": Channel.WEB, "state": State.CONFIRMED, "reason": Reason.DRAWN,
                 "event_group_id": group, "profession_id": profession, "search_key": f"山田花子{number}",
                 "idempotency_key": application.hex, "link_version": 1, "ticket_version": 1,
                 "link_fingerprint": codes.fingerprint(application.hex),
                 "ticket_fingerprint": codes.fingerprint(ticket)}
            )  # fmt: skip
        session.execute(insert(Person), persons)
        session.execute(insert(Application), applications)
    return tickets


def enrol(site: Site, event_id: uuid.UUID) -> str:
    with beside_requests(site.app), unit_of_work():
        return enrol_device(door=open_door(event_id=event_id), name="bench")[1]


def scan(server: Server, token: str, tickets: list[str], clients: int) -> Outcome:
    """One scan a request; each client sends its next one as soon as it is answered."""
    return run(server.port, _scans(token, tickets), len(tickets), clients, SECONDS)


def scan_as_they_come(
    server: Server, token: str, tickets: list[str], clients: int, per_second: float
) -> Outcome:
    """One scan a request, sent when its guest arrives."""
    due = arrivals(per_second, len(tickets), seed="guests")
    return run_paced(server.port, _scans(token, tickets), due, clients)


def _scans(token: str, tickets: list[str]) -> Callable[[int], Request]:
    head = (
        f"POST /api/v1/door/scans HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}"
    )

    def request(number: int) -> Request:
        scan: dict[str, Any] = {
            "scan_id": str(uuid.uuid4()),
            "scanned_at": clock.now().isoformat(),
            "method": "camera",
            "direction": "in",
            "ticket": tickets[number],
        }
        return Request(head, json.dumps({"scans": [scan], "unsent": 0}).encode())

    return request


# -- what the database alone could do ---------------------------------------------------------------------------


def _bare_insert(site: Site, clients: int, seconds: float = 2.0) -> float:
    """Rows per second of one-row transactions into a table with one index, from so many connections."""
    address = site.app.config["TSUDOI"].database_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, body text)")
    done = [0] * clients
    end = time.monotonic() + seconds

    def work(place: int) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            while time.monotonic() < end:
                connection.execute("INSERT INTO bare VALUES (%s, %s)", (uuid.uuid4(), "x" * 200))
                done[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds
