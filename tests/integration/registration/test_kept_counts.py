"""How many of each group hold a seat and wait: kept by the database, whatever changes an application (every test that has a
database ends with the same look), and a decision by them is the one that everybody's rows would give."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, select, update

from tests.support.announcing import announce, statement
from tests.support.guests import submit
from tests.support.hands import Clock, Unit
from trainings.allocation.offers import answer_offer, expire_offer, offer_free_seats
from trainings.allocation.placing import move_by_hand, place_by_hand, refuse_by_hand
from trainings.core import clock as core_clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import cancel_application, substitute
from trainings.registration.models import Application, SeatCount
from trainings.registration.people.merging import merge_people, undo_merge
from trainings.registration.seat_rules import candidates_in, candidates_of, released_groups, rules_of
from trainings.registration.states import HOLDS_SEAT, State
from trainings.seats.admission import admit_first_come, readmit

Numbers = dict[object, tuple[int, int]]
OFFICES = ("", "ひばりクリニック", "ひばり　クリニック", "みどり薬局")


def kept() -> Numbers:
    rows = db.session.execute(select(SeatCount.event_group_id, SeatCount.seated, SeatCount.waiting))
    return {group: (seated, waiting) for group, seated, waiting in rows if seated or waiting}


def counted() -> Numbers:
    """From the rows, one by one, by the words of the glossary: a participant who is confirmed or offered holds a seat."""
    found: Numbers = {}
    for group, role, state in db.session.execute(
        select(Application.event_group_id, Application.role, Application.state)
    ):
        seated, waiting = found.get(group, (0, 0))
        if role == "participant" and state in ("confirmed", "offered"):
            found[group] = (seated + 1, waiting)
        elif role == "participant" and state == "waiting":
            found[group] = (seated, waiting + 1)
    return found


def by_everybody(event: Event, application: Application) -> bool:
    """Whether there is a seat for them, from the rows of all who are seated and wait, the list first."""
    rules, released = rules_of(event), released_groups(event)
    seated, waiting = candidates_in(event.id, HOLDS_SEAT), candidates_in(event.id, [State.WAITING])
    waiting = [one for one in waiting if one.key != str(application.id)]
    seated = [one for one in seated if one.key != str(application.id)]
    first = set(readmit(rules, seated, waiting, released)) if len(seated) < rules.capacity else set()
    seated += [one for one in waiting if one.key in first]
    return admit_first_come(rules, seated, candidates_of(event, [application]), released).admitted


def acts_of(chance: random.Random, event: Event, n: int) -> list[Callable[[], object]]:
    """What anybody may do next, each to somebody drawn at random; much of it is refused."""
    people = list(db.session.scalars(select(Application).order_by(Application.code)))
    one, other = chance.choice(people), chance.choice(people)
    group = chance.choice(event.groups)
    deputy = statement("NSV", family=f"代{n}", mail=f"d{n}@a.example", phone=f"000-777-{n:04}")
    return [
        lambda: cancel_application(application_id=one.id),
        lambda: cancel_application(application_id=one.id, by_staff=True, reason="連絡あり"),
        lambda: offer_free_seats(event_id=event.id),
        lambda: answer_offer(application_id=one.id, accept=chance.random() < 0.5),
        lambda: expire_offer(application_id=one.id),
        lambda: place_by_hand(application_id=one.id, reason="会場の都合"),
        lambda: refuse_by_hand(application_id=one.id, reason="会場の都合"),
        lambda: move_by_hand(application_id=one.id, group_id=group.id, reason="人数の調整"),
        lambda: substitute(application_id=one.id, statement=deputy, idempotency_key=f"deputy-{n}"),
        lambda: merge_people(keep_id=one.canonical_person_id, other_id=other.canonical_person_id),
        lambda: undo_merge(person_id=one.person_id),
    ]


def test_kept_is_counted_and_decides_alike_after_any_acts(app: Flask, unit: Unit, clock: Clock) -> None:
    chance = random.Random(4)
    with unit():
        load_master_data()
        event = announce(
            EventKind.SYMPOSIUM,
            quotas={"看護": (2, 4), "医科": (1, None)},
            capacity=9,
            organisation_cap=2,
            pledge="",
        )
    done, seated = 0, set()
    for n in range(70):
        act = None
        with unit() as session:
            event = session.get_one(Event, event.id)
            if n < 12 or chance.random() < 0.4:
                code = chance.choice(("NSV", "NSV", "MD", "PH"))
                new = submit(event, code, n, organisation_name=chance.choice(OFFICES))
                assert (new.state == State.CONFIRMED) is by_everybody(event, new)
                seated.add(new.state)
            else:
                act = chance.choice(acts_of(chance, event, n))
        if act is not None:
            done += _did(unit, act)
        if chance.random() < 0.1:
            clock.forward(hours=30)
        with unit():
            assert kept() == counted()
    assert done > 10
    assert seated == {State.CONFIRMED, State.WAITING}


def _did(unit: Unit, act: Callable[[], object]) -> bool:
    try:
        with unit():
            act()
    except (Refused, LookupError, ValueError):
        return False
    return True


def test_kept_is_counted_whatever_statement_changes_rows(app: Flask, unit: Unit, clock: Clock) -> None:
    chance = random.Random(5)
    with unit() as session:
        load_master_data()
        event = announce(EventKind.SYMPOSIUM, quotas={}, capacity=5, organisation_cap=None)
        for n in range(9):
            submit(event, "NSV", n, pledged=True)
        groups = [group.id for group in event.groups]
        assert set(kept().values()) == {(5, 4)}
        some = list(session.scalars(select(Application.id).order_by(Application.code)))

    expiry = core_clock.now() + timedelta(days=1)
    for _ in range(25):
        which = Application.id.in_(chance.sample(some, 3))
        state = chance.choice(list(State))
        changes = chance.choice(
            [
                {"state": state, "offer_expires_at": expiry if state == State.OFFERED else None},
                {"event_group_id": chance.choice(groups)},
                {"role": chance.choice(["participant", "speaker"])},
            ]
        )
        with unit() as session:
            session.execute(update(Application).where(which).values(**changes))
            assert kept() == counted()
    with unit() as session:
        session.execute(delete(Application).where(Application.id.in_(some[:6])))
        assert kept() == counted()
