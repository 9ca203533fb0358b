"""Merging while somebody else merges or applies: two connections at the same time, on both databases."""

from __future__ import annotations

import threading
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.applying import MISAKI, apply_for, make_event, make_person
from tests.support.at_once import Acts
from tests.support.hands import Unit
from trainings.core.db import db
from trainings.directory import actions, queries
from trainings.directory.identity import Statement
from trainings.directory.models import Person
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.models import Event
from trainings.events.queries import lock_event
from trainings.registration.models import Application
from trainings.registration.people.merging import merge_people


@pytest.fixture(autouse=True)
def master_data(unit: Unit) -> None:
    with unit():
        actions.load_master_data()


def two_people_and_an_event(unit: Unit) -> tuple[Person, Person]:
    with unit():
        a, b = make_person(mail="a@b.example"), make_person(family="髙橋")
        apply_for(make_event("春"), own_person=a)
        make_event("秋")
    return a, b


def canonical_people(unit: Unit) -> dict[str, tuple[object, object]]:
    """By event: the canonical person kept on the application, and the true one."""
    with unit() as session:
        found = session.scalars(select(Application)).all()
        return {
            one.event.title: (one.canonical_person_id, queries.canonical(one.person_id).id) for one in found
        }


def apply_in_autumn() -> None:
    event = db.session.scalars(select(Event).where(Event.title == "秋")).one()
    apply_for(event, **MISAKI, mail="a@b.example")


def test_merging_each_into_the_other_at_once_makes_no_circle(app: Flask, unit: Unit) -> None:
    a, b = two_people_and_an_event(unit)
    acts = Acts(app)

    acts.run(
        lambda: merge_people(keep_id=a.id, other_id=b.id),
        lambda: merge_people(keep_id=b.id, other_id=a.id),
    )

    assert [one.code for one in acts.refused] in (
        [DirectoryRefusal.ALREADY_ONE],
        [DirectoryRefusal.CHANGED_MEANWHILE],
    )
    with unit():
        assert queries.canonical_ids([a.id, b.id]) == {a.id: a.id, b.id: a.id}


def test_who_applies_during_a_merge_waits_and_gets_the_canonical_person(app: Flask, unit: Unit) -> None:
    a, b = two_people_and_an_event(unit)
    acts = Acts(app)

    acts.run(lambda: merge_people(keep_id=b.id, other_id=a.id), apply_in_autumn)

    assert acts.refused == []
    assert canonical_people(unit) == {"春": (b.id, b.id), "秋": (b.id, b.id)}


def test_a_merge_during_an_application_waits_and_takes_it_along_or_asks_again(app: Flask, unit: Unit) -> None:
    a, b = two_people_and_an_event(unit)
    acts = Acts(app)

    acts.run(apply_in_autumn, lambda: merge_people(keep_id=b.id, other_id=a.id))

    merged = acts.refused == []
    assert merged or [one.code for one in acts.refused] == [DirectoryRefusal.CHANGED_MEANWHILE]
    root = b.id if merged else a.id
    assert canonical_people(unit) == {"春": (root, root), "秋": (root, root)}


@pytest.mark.postgresql_only
def test_without_the_lock_an_application_keeps_a_person_who_is_no_longer_canonical(
    app: Flask, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: SQLite lets no two writers in, PostgreSQL needs the lock."""
    a, b = two_people_and_an_event(unit)
    seen = threading.Event()

    def without_lock(person_id: uuid.UUID) -> Person:
        found = queries.canonical(person_id)
        seen.set()
        return found

    monkeypatch.setattr(actions, "lock_up_from", without_lock)
    monkeypatch.setattr(actions, "write_statement", lambda *_args, **_values: None)
    acts = Acts(app)

    acts.run(lambda: merge_people(keep_id=b.id, other_id=a.id), apply_in_autumn, seen)

    assert canonical_people(unit)["秋"] == (a.id, b.id)


def apply_to_two_events_at_once(app: Flask, unit: Unit, seen: threading.Event | None = None) -> int:
    """How many people the same person was taken for."""
    with unit():
        events = [make_event(title).id for title in ("春", "秋")]
    acts = Acts(app)

    def apply_to(event_id: uuid.UUID) -> None:
        apply_for(lock_event(event_id), **MISAKI, mail="a@b.example")

    acts.run(lambda: apply_to(events[0]), lambda: apply_to(events[1]), seen)

    with unit() as session:
        return len(set(session.scalars(select(Application.canonical_person_id))))


def test_who_applies_to_two_events_at_once_is_one_person(app: Flask, unit: Unit) -> None:
    assert apply_to_two_events_at_once(app, unit) == 1


@pytest.mark.postgresql_only
def test_without_the_lock_on_the_name_two_events_at_once_make_two_people(
    app: Flask, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    seen, people_like = threading.Event(), queries.people_like

    def told(statement: Statement) -> list[queries.Known]:
        found = people_like(statement)
        seen.set()
        return found

    monkeypatch.setattr(queries, "people_like", told)
    monkeypatch.setattr(actions, "lock_words", lambda *_words: None)

    assert apply_to_two_events_at_once(app, unit, seen) == 2
