"""A crowd: many more people than the evening has, on the way to the page or in the database."""

from __future__ import annotations

import random
import secrets
import uuid
from typing import Any

from flask import current_app
from playwright.sync_api import Page, Route
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from tests.support.modules import of_the_page
from trainings.core import clock, codes, names
from trainings.directory import queries as directory
from trainings.directory.models import Person
from trainings.registration.models import Application


def widen_roster(page: Page, people: int) -> None:
    """Let the desk on this page load so many people, in one part: the guests there are, over and over, each with an id, a
    ticket and a 受付番号 of its own."""

    def widen(route: Route) -> None:
        answer = route.fetch()
        loaded = answer.json() | {"people": people}
        some = loaded["roster"]
        loaded["roster"] = some + [
            some[n % len(some)] | {"id": f"{n:032x}", "ticket": f"{n:064x}", "code": f"S9-{n:05}"}
            for n in range(people - len(some))
        ]
        route.fulfill(response=answer, json=loaded)

    page.route("**/api/v1/door/guests?*", widen)


FAMILIES = (
    ("大久保", "オオクボ"),
    ("丹羽", "ニワ"),
    ("小田切", "オダギリ"),
    ("欅田", "ケヤキダ"),
    ("山辺", "ヤマベ"),
)
GIVEN = (("千鶴", "チヅル"), ("恵一", "ケイイチ"), ("修", "オサム"), ("美咲", "ミサキ"), ("あかり", "アカリ"))


def crowd(session: Session, like: Application, people: int, *, first: int = 0) -> list[uuid.UUID]:
    """So many more who have applied as this one has, each a person of their own, in two statements; their applications.
    first: number of the first one's 受付番号."""
    chance = random.Random(people)
    persons, applications = Person.__table__, Application.__table__
    assert isinstance(persons, Table)
    assert isinstance(applications, Table)
    person = _row(session, persons, like.person_id)
    application = _row(session, applications, like.id)
    key = current_app.config["TSUDOI"].ticket_key
    made = []
    for n in range(first, first + people):
        (family, family_kana), (given, given_kana) = chance.choice(FAMILIES), chance.choice(GIVEN)
        code, id, person_id = f"S9-{n:05}", uuid.uuid4(), uuid.uuid4()
        words = (family + given, family_kana + given_kana, like.organisation_name, code)
        called = {
            "mail": f"guest{n}@clinic.example",
            "phone": f"000-{n // 10_000:03}-{n % 10_000:04}",
            "family": family,
            "given": given,
            "family_kana": family_kana,
            "given_kana": given_kana,
            "search_key": " ".join(names.search_key(word) for word in words),
        }
        someone = (
            person
            | called
            | {
                "id": person_id,
                "name_key": directory.name_key(family, given),
                "phone_digits": f"000{n:07}",
                "licence_number": "",
            }
        )
        applied = {
            "id": id,
            "person_id": person_id,
            "canonical_person_id": person_id,
            "code": code,
            "table_number": n % 60 + 1,
            "idempotency_key": id.hex,
            "link_fingerprint": secrets.token_hex(32),
            "ticket_fingerprint": codes.fingerprint(codes.ticket_for(key, id, like.ticket_version)),
            "changed_at": clock.now(),
        }
        made.append((someone, application | called | applied))
    session.execute(insert(persons), [one for one, _ in made])
    session.execute(insert(applications), [one for _, one in made])
    return [one["id"] for _, one in made]


def _row(session: Session, table: Table, key: uuid.UUID) -> dict[str, Any]:
    return dict(session.execute(select(table).where(table.c.id == key)).mappings().one())


QUEUE_UP = of_the_page(
    """async (most) => {
  const { write, nextKey, fact } = await import("/static/js/door/store.js");
  const { roster } = await fact("roster");
  const scanned_at = new Date(Date.now() + ((await fact("ahead")) ?? 0)).toISOString();
  const known = roster.filter((guest) => guest.state === "confirmed").slice(0, most);
  for (const guest of known) {
    const body = { scan_id: crypto.randomUUID(), scanned_at, method: "search", application: guest.id };
    const seen = { ...body, session: null, outcome: "admitted", undoes: null, direction: "in", at: scanned_at, mine: true };
    await write({ seq: nextKey(), kind: "scan", body, seen });
  }
  return known.map((guest) => guest.id);
}"""
)


def queue_up(page: Page, most: int) -> list[str]:
    """Leave so many scans on the disk of the desk on this page, as an hour without network does; whom they let in."""
    ids: list[str] = page.evaluate(QUEUE_UP, most)
    return ids
