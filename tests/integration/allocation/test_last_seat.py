"""The last seat of an event, wanted by several at the same moment: one gets it, whoever it is, on both databases.

Every request and job begins while the event is locked and goes on when the lock is let go.
"""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.announcing import announce, typed
from tests.support.at_once import Acts, at_once, press, work
from tests.support.evening import NURSE, apply_as
from tests.support.hands import Outbox, Unit
from trainings.accounts.models import Role
from trainings.allocation import placing
from trainings.allocation.offers import expire_offer, offer_free_seats
from trainings.allocation.placing import place_by_hand
from trainings.allocation.watches import expire_offers
from trainings.core.db import db
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.actions import cancel_application
from trainings.registration.models import Application
from trainings.registration.secrets import application_secret
from trainings.registration.states import HOLDS_SEAT, State

CAPACITY = 3
DONE, REFUSED = 302, 422


@pytest.fixture
def hall(unit, clock):  # type: ignore[no-untyped-def]
    """3 seats, first come: two nurses have theirs, the third seat fell free a moment ago, three nurses wait."""
    with unit():
        load_master_data()
        event = announce(quotas={"医科": (0, 2)}, capacity=CAPACITY, organisation_cap=None)
        people = [apply_as(event, NURSE, number) for number in range(6)]
        cancel_application(application_id=people.pop(0).id)
        _ = [(group.id, group.name) for group in event.groups]
    return event, people


def _offer(unit: Unit, event: Event) -> None:
    with unit():
        assert offer_free_seats(event_id=event.id) == 1


def _path(unit: Unit, application: Application) -> str:
    with unit() as session:
        return f"/a/{application_secret(session.get_one(Application, application.id))}/offer"


def _states(unit: Unit, event: Event) -> Counter[State]:
    with unit() as session:
        return Counter(
            session.scalars(
                select(Application.state).where(
                    Application.event_id == event.id, Application.state != State.CANCELLED
                )
            )
        )


def _state(unit: Unit, application: Application) -> State:
    with unit() as session:
        return session.get_one(Application, application.id).state


def _held(unit: Unit, event: Event) -> int:
    return sum(n for state, n in _states(unit, event).items() if state in HOLDS_SEAT)


def test_two_people_placed_in_the_last_seat_at_once_get_one_between_them(hall, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    requests = [
        press(
            staff_client(Role.PLANNER),
            f"/staff/applications/{one.id}/decide",
            {"decision": "place", "reason": "電話で参加を確認"},
        )
        for one in people[2:4]
    ]

    answers = at_once(unit, event.id, requests)

    assert sorted(answers) == [DONE, REFUSED]
    assert _states(unit, event) == {State.CONFIRMED: CAPACITY, State.WAITING: 2}


def test_worker_offers_the_last_seat_while_staff_give_it_to_another(hall, app, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    by_hand = press(
        staff_client(Role.PLANNER),
        f"/staff/applications/{people[4].id}/decide",
        {"decision": "place", "reason": "電話で参加を確認"},
    )
    offer = work(app, lambda: offer_free_seats(event_id=event.id))

    placed, *offered = at_once(unit, event.id, [by_hand, offer, offer])

    assert (placed, sum(offered)) in ((DONE, 0), (REFUSED, 1))
    assert _held(unit, event) == CAPACITY


def test_newcomer_does_not_overtake_the_list_while_its_seat_is_being_offered(hall, app, unit, client) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    with unit():
        event = db.session.get_one(Event, event.id)
        form = typed(event, NURSE, family="競", mail="new@guest.example", organisation_name="なし")

    answers = at_once(
        unit,
        event.id,
        [
            press(client, f"/e/{event.slug}/apply/send", form),
            work(app, lambda: offer_free_seats(event_id=event.id)),
        ],
    )

    assert answers == [DONE, 1]
    assert _state(unit, people[2]) == State.OFFERED
    assert _states(unit, event) == {State.CONFIRMED: 2, State.OFFERED: 1, State.WAITING: 3}


def test_late_and_next_person_accepting_at_once_get_one_seat_between_them(  # type: ignore[no-untyped-def]
    hall, app, unit, clock, new_client
) -> None:
    event, people = hall
    _offer(unit, event)
    late = press(new_client(), _path(unit, people[2]), {"answer": "accept", "sure": "1"})
    clock.forward(hours=48)

    # The offer ends at this very second: the answer, the worker and the worker's next step all arrive now.
    at_once(
        unit,
        event.id,
        [
            late,
            work(app, lambda: expire_offers(event.id)),
            work(app, lambda: offer_free_seats(event_id=event.id)),
        ],
    )
    with unit():
        offer_free_seats(event_id=event.id)
    following = press(new_client(), _path(unit, people[3]), {"answer": "accept", "sure": "1"})
    at_once(unit, event.id, [late, following, late])

    assert [_state(unit, one) for one in people[2:]] == [State.EXPIRED, State.CONFIRMED, State.WAITING]
    assert _held(unit, event) == CAPACITY


def test_answer_that_waits_beyond_its_time_is_too_late(hall, unit, clock, client) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    _offer(unit, event)
    accept = press(client, _path(unit, people[2]), {"answer": "accept", "sure": "1"})
    clock.forward(hours=47, minutes=59, seconds=59)

    at_once(unit, event.id, [accept], meanwhile=lambda: clock.forward(seconds=1))

    assert _state(unit, people[2]) == State.OFFERED
    assert "ご案内の期限が過ぎた" in client.get(_path(unit, people[2]).removesuffix("/offer"))


def test_answer_in_the_last_second_holds_against_the_worker(hall, app, unit, clock, client) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    _offer(unit, event)
    clock.forward(hours=47, minutes=59, seconds=59)

    at_once(
        unit,
        event.id,
        [
            press(client, _path(unit, people[2]), {"answer": "accept", "sure": "1"}),
            work(app, lambda: expire_offer(application_id=people[2].id)),
            work(app, lambda: offer_free_seats(event_id=event.id)),
        ],
    )

    assert _states(unit, event) == {State.CONFIRMED: CAPACITY, State.WAITING: 2}


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        (("accept", "accept"), {State.CONFIRMED}),
        (("accept", "decline"), {State.CONFIRMED, State.DECLINED}),
    ],
)
def test_two_tabs_of_one_person_answer_once(hall, unit, new_client, outbox: Outbox, answers, ends) -> None:  # type: ignore[no-untyped-def]
    event, people = hall
    _offer(unit, event)
    path = _path(unit, people[2])

    at_once(
        unit, event.id, [press(new_client(), path, {"answer": answer, "sure": "1"}) for answer in answers]
    )

    end = _state(unit, people[2])
    assert end in ends
    told = [mail for mail in outbox.all(to=people[2].mail) if "参加が決まりました" in mail.subject]
    assert len(told) == (end == State.CONFIRMED)


def test_offered_seat_stands_when_the_rules_are_tightened_at_the_same_moment(  # type: ignore[no-untyped-def]
    hall, unit, client, staff_client
) -> None:
    event, people = hall
    _offer(unit, event)
    planner = staff_client(Role.PLANNER)
    form = planner.get(f"/staff/events/{event.slug}/rules").form("main form")
    nurses = next(n for n, group in enumerate(event.groups) if group.name == "看護")

    def change(**numbers: str) -> dict[str, str]:
        return {name: value for name, [value] in form.fill(numbers).values.items()}

    fewer = change(capacity="2")
    tighter = change(
        capacity=str(CAPACITY), **{f"groups-{nurses}-reserved": "0", f"groups-{nurses}-cap": "2"}
    )
    path = f"/staff/events/{event.slug}/rules"

    accepted, smaller, capped = at_once(
        unit,
        event.id,
        [
            press(client, _path(unit, people[2]), {"answer": "accept", "sure": "1"}),
            press(planner, path, fewer),
            press(staff_client(Role.PLANNER, name="乙"), path, tighter),
        ],
    )

    # The capacity holds the offered seat too; a cap counts for those who come after, and is asked about once they are more.
    assert (accepted, smaller) == (DONE, REFUSED)
    assert capped in (DONE, REFUSED)
    assert _states(unit, event) == {State.CONFIRMED: CAPACITY, State.WAITING: 2}


@pytest.mark.postgresql_only
def test_without_the_lock_the_last_seat_is_given_twice(
    hall: tuple[Event, list[Application]], app: Flask, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: SQLite lets no two writers in, PostgreSQL needs the lock."""
    event, people = hall

    def place(application_id: uuid.UUID) -> None:
        place_by_hand(application_id=application_id, reason="電話で参加を確認")

    monkeypatch.setattr(placing, "lock_event", lambda event_id: db.session.get_one(Event, event_id))
    Acts(app).run(lambda: place(people[2].id), lambda: place(people[3].id))

    assert _held(unit, event) == CAPACITY + 1
