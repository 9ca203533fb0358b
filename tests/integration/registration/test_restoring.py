"""取り消しをもどす: what was cancelled or declined by mistake stands again while nobody else has been touched."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.support.announcing import announce
from tests.support.client import Client
from tests.support.evening import DOCTOR, NURSE, apply_as
from tests.support.hands import Clock, Outbox, Unit
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.offers import answer_offer, offer_free_seats
from trainings.audit.queries import entries_of_subject
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, EventState
from trainings.registration.actions import cancel_application
from trainings.registration.corrections.restoring import restore_application
from trainings.registration.models import Application
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import wrongly_kept
from trainings.registration.states import Reason, State
from trainings.registration.texts import REFUSALS

SLIP = "押しまちがい"


@pytest.fixture
def full(unit: Unit, clock: Clock) -> tuple[Event, list[Application]]:
    """First come with two seats: two nurses are in, two wait."""
    with unit():
        load_master_data()
        event = announce(quotas={}, capacity=2, organisation_cap=None)
        people = [apply_as(event, NURSE, number) for number in range(4)]
    return event, people


def cancel(unit: Unit, one: Application) -> None:
    with unit():
        cancel_application(application_id=one.id, by_staff=True, reason=SLIP)


def restore(unit: Unit, one: Application) -> None:
    with unit():
        restore_application(application_id=one.id, reason=SLIP)


def refused(unit: Unit, one: Application) -> str:
    with pytest.raises(Refused) as refusal:
        restore(unit, one)
    with unit():
        assert wrongly_kept() == []
    return refusal.value.code


def facts(unit: Unit, people: Sequence[Application]) -> list[tuple[Any, ...]]:
    with unit() as session:
        rows = [session.get_one(Application, one.id, populate_existing=True) for one in people]
        return [(one.state, one.reason, one.waiting_rank, one.table_number) for one in rows]


def test_staff_undo_a_cancellation_while_the_seat_is_free(
    full: tuple[Event, list[Application]], unit: Unit, staff_client: Any, outbox: Outbox
) -> None:
    _, people = full
    with unit() as session:
        session.get_one(Application, people[0].id).table_number = 3
    before = facts(unit, people)
    client: Client = staff_client(Role.PLANNER)
    page = client.get(f"/staff/applications/{people[0].id}")
    asked = page.press("高橋 美咲0 さんの申込を取り消す", reason=SLIP)
    gone = asked.press("高橋 美咲0 さんの申込を取り消す")
    assert "取り消しました" in gone
    assert gone.h1.endswith("（取り消し）")

    missing = gone.press("高橋 美咲0 さんの取り消しをもどす", reason="", status=422)
    assert REFUSALS[RegistrationRefusal.RESTORING_UNEXPLAINED] in missing
    back = missing.press("高橋 美咲0 さんの取り消しをもどす", reason=SLIP)

    assert facts(unit, people) == before
    assert "取り消しをもどしました。いまは「参加決定」です。" in back.one("[role=status]").text
    assert "（取り消し）" not in back.h1
    told = outbox.one(to=people[0].mail, purpose="registration_restored")
    assert "もとにもどしました" in told.subject
    assert "ご参加が決まっています" in told.body
    with unit():
        trail = entries_of_subject("application", people[0].id)
        assert "application.restored" in {entry.verb for entry in trail}
        assert "restored" in {entry.detail.get("reason") for entry in trail}
        assert wrongly_kept() == []


def test_nothing_is_undone_once_the_seat_was_offered_to_the_next(
    full: tuple[Event, list[Application]], unit: Unit, staff_client: Any
) -> None:
    event, people = full
    cancel(unit, people[0])
    with unit():
        assert offer_free_seats(event_id=event.id) == 1

    assert refused(unit, people[0]) == RegistrationRefusal.SEAT_GONE
    page = staff_client(Role.PLANNER).get(f"/staff/applications/{people[0].id}")
    assert REFUSALS[RegistrationRefusal.SEAT_GONE] in page
    assert not any("もどす" in words for words in page.texts("main form button"))


def test_whoever_waited_has_their_place_again_and_who_joined_since_stands_behind(
    full: tuple[Event, list[Application]], unit: Unit
) -> None:
    event, people = full
    cancel(unit, people[3])
    with unit():
        newcomer = apply_as(event, DOCTOR, 9)
    restore(unit, people[3])

    assert [row[2] for row in facts(unit, [*people[2:], newcomer])] == [1, 2, 3]
    assert facts(unit, people)[3][:2] == (State.WAITING, Reason.NO_LEGAL_SEAT)


def test_declined_by_mistake_is_offered_again_until_the_same_hour(
    full: tuple[Event, list[Application]], unit: Unit, clock: Clock
) -> None:
    event, people = full
    cancel(unit, people[0])
    with unit() as session:
        offer_free_seats(event_id=event.id)
        until = session.get_one(Application, people[2].id).offer_expires_at
        answer_offer(application_id=people[2].id, accept=False)
    assert until is not None
    restore(unit, people[2])

    with unit() as session:
        one = session.get_one(Application, people[2].id)
        assert (one.state, one.offer_expires_at) == (State.OFFERED, until)
        answer_offer(application_id=people[2].id, accept=False)
    clock.set(until)
    assert refused(unit, people[2]) == RegistrationRefusal.OFFER_OVER


def test_nothing_is_undone_when_the_same_person_has_applied_anew_or_the_event_is_off_or_over(
    full: tuple[Event, list[Application]], unit: Unit, clock: Clock
) -> None:
    event, people = full
    cancel(unit, people[2])
    cancel(unit, people[3])
    with unit() as session:
        again = apply_as(event, NURSE, 2)
        assert again.id == people[2].id  # the same key; a key of its own makes a second application
        session.get_one(Application, people[2].id).idempotency_key = uuid.uuid4().hex
    with unit():
        apply_as(event, NURSE, 2)
    assert refused(unit, people[2]) == RegistrationRefusal.NOT_RESTORABLE

    with unit() as session:
        session.get_one(Event, event.id).state = EventState.CALLED_OFF
    assert refused(unit, people[3]) == RegistrationRefusal.NOT_PUBLISHED
    with unit() as session:
        session.get_one(Event, event.id).state = EventState.PUBLISHED
    clock.set(event.starts_at)
    assert refused(unit, people[3]) == RegistrationRefusal.LIST_OVER
    clock.set(event.ends_at)
    assert refused(unit, people[3]) == RegistrationRefusal.EVENT_OVER


def test_lottery_takes_back_before_its_list_is_frozen_and_what_was_drawn_afterwards(
    unit: Unit, clock: Clock
) -> None:
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED, quotas={}, capacity=2, organisation_cap=None, public_number_name=""
        )
        people = [apply_as(event, NURSE, number) for number in range(4)]
        commit_secret(event_id=event.id)
    cancel(unit, people[0])
    restore(unit, people[0])
    assert facts(unit, people)[0][:2] == (State.APPLIED, Reason.RECEIVED)

    cancel(unit, people[1])
    clock.set(event.application_closes_at + timedelta(minutes=1))
    with unit():
        freeze_list(event_id=event.id)
    assert refused(unit, people[1]) == RegistrationRefusal.DRAWN_WITHOUT
    with unit():
        draw_seats(event_id=event.id)
    drawn = facts(unit, people)
    for one in (people[0], people[2], people[3]):
        cancel(unit, one)
        restore(unit, one)
    assert facts(unit, people) == drawn
    assert {row[0] for row in drawn} == {State.CONFIRMED, State.WAITING, State.CANCELLED}
