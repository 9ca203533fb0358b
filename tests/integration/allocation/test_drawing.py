"""The draw of a lottery: what it needs, what it changes, what it leaves behind."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from tests.support.announcing import announce, statement
from tests.support.evening import apply_as
from trainings.accounts.models import Role
from trainings.allocation import queries
from trainings.allocation.draws.drawing import draw_seats, preview
from trainings.allocation.draws.freezing import commit_secret, freeze_list, thaw_list
from trainings.allocation.draws.publishing import public_draws, standing_of
from trainings.allocation.models import Draw, DrawCommitment, DrawEntry, FrozenList
from trainings.allocation.offers import offer_free_seats
from trainings.allocation.placing import place_by_hand, refuse_by_hand
from trainings.allocation.refusals import AllocationRefusal
from trainings.core.jobs import Job
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.messages.models import Message
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.states import Reason, State
from trainings.registration.transitions import SEAT_FREED
from trainings.seats.record import digest

CODES = ("NSV",) * 8 + ("MD",) * 3 + ("PH",) * 3
QUOTAS = {"看護": (2, 4), "医科": (2, 3), "薬局": (1, 2), "歯科": (1, 2)}


@pytest.fixture
def applied(unit, clock):  # type: ignore[no-untyped-def]
    """A lottery with 7 seats and 14 applicants (8 nurses, 3 doctors, 3 pharmacists, no dentist); closed just now."""
    with unit():
        load_master_data()
        event = announce(EventKind.HUNDRED, quotas=QUOTAS, capacity=7, public_number_name="")
        commit_secret(event_id=event.id)
        for number, code in enumerate(CODES):
            apply_as(event, code, number)
    clock.set(event.application_closes_at)
    return event


def _by_state(session, event: Event) -> dict[State, list[Application]]:  # type: ignore[no-untyped-def]
    found: dict[State, list[Application]] = {}
    for one in session.scalars(select(Application).where(Application.event_id == event.id)).unique():
        found.setdefault(one.state, []).append(one)
    return found


def test_draw_fills_every_seat_keeps_the_quotas_and_mails_everybody(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        freeze_list(event_id=applied.id)
    with unit():
        draw = draw_seats(event_id=applied.id)

    with unit() as session:
        states = _by_state(session, applied)
        confirmed = states[State.CONFIRMED]
        by_group = {name: sum(one.group.name == name for one in confirmed) for name in QUOTAS}
        assert len(confirmed) == 7
        assert 2 <= by_group["看護"] <= 4
        assert 2 <= by_group["医科"] <= 3
        assert 1 <= by_group["薬局"] <= 2
        assert sorted(one.waiting_rank for one in states[State.WAITING]) == list(range(1, 8))
        subjects = [mail.subject for mail in session.scalars(select(Message))]
        assert sum("参加が決まりました" in subject for subject in subjects) == 7
        assert sum("キャンセル待ち" in subject for subject in subjects) == 7
        assert len(session.scalars(select(DrawEntry).where(DrawEntry.draw_id == draw.id)).all()) == 14


def test_record_holds_neither_names_nor_numbers_of_applications(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        freeze_list(event_id=applied.id)
        text = str(draw_seats(event_id=applied.id).record)

    with unit() as session:
        for one in session.scalars(select(Application)).unique():
            assert one.code not in text
            assert one.given not in text
            assert str(one.id) not in text


def test_preview_says_what_the_draw_then_does(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        seen = preview(event=session.get_one(Event, applied.id))

    assert (seen.draws, seen.capacity, seen.fillable, seen.mails) == (14, 7, 7, 14)
    assert seen.short == (("歯科", 1, 0),)


def test_freeze_refuses_while_applications_are_open(applied, unit, clock) -> None:  # type: ignore[no-untyped-def]
    clock.set(applied.application_closes_at - timedelta(seconds=1))

    assert _refusal(unit, lambda: freeze_list(event_id=applied.id)) == AllocationRefusal.STILL_OPEN


def test_draw_refuses_without_a_frozen_list_and_twice(applied, unit) -> None:  # type: ignore[no-untyped-def]
    assert _refusal(unit, lambda: draw_seats(event_id=applied.id)) == AllocationRefusal.NOT_FROZEN

    with unit():
        freeze_list(event_id=applied.id)
        draw_seats(event_id=applied.id)

    assert _refusal(unit, lambda: draw_seats(event_id=applied.id)) == AllocationRefusal.ALREADY_DRAWN
    assert _refusal(unit, lambda: thaw_list(event_id=applied.id)) == AllocationRefusal.ALREADY_DRAWN


def test_frozen_list_takes_nobody_more_until_it_is_opened_again(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        freeze_list(event_id=applied.id)

    assert _refusal(unit, lambda: apply_by_fax(applied)) == RegistrationRefusal.LIST_FROZEN

    with unit():
        thaw_list(event_id=applied.id)
        assert apply_by_fax(applied).state == State.APPLIED


def apply_by_fax(event: Event) -> Application:
    return submit_application(
        event_id=event.id,
        statement=statement(given="花子", given_kana="ハナコ", organisation_name=""),
        channel=Channel.FAX,
        idempotency_key=uuid.uuid4().hex,
    )


def test_draw_asks_for_the_public_number_that_was_named(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        session.get_one(Event, applied.id).public_number_name = "ナンバーズ4"
    with unit():
        freeze_list(event_id=applied.id)

    refusal = _refusal(unit, lambda: draw_seats(event_id=applied.id))
    with unit():
        draw = draw_seats(event_id=applied.id, public_number="0478")

    assert refusal == AllocationRefusal.PUBLIC_NUMBER_MISSING
    assert draw.public_number == "0478"


def test_nothing_about_a_draw_is_open_once_the_list_is_frozen(applied, unit) -> None:  # type: ignore[no-untyped-def]
    """Whoever draws, and however often, has one list, one H and, with the public number, one result."""
    with unit() as session:
        session.get_one(Event, applied.id).public_number_name = "ナンバーズ4"
    with unit():
        shown = freeze_list(event_id=applied.id).digest
    seen = set()
    for _ in range(3):
        with pytest.raises(Turned), unit():
            draw = draw_seats(event_id=applied.id, public_number="0478")
            seen.add((digest(draw.record["frozen"]), draw.seed, tuple(draw.record["selected"])))
            raise Turned

    assert len(seen) == 1
    assert next(iter(seen))[0] == shown


class Turned(Exception):
    """Somebody does not like the result and lets the transaction fail."""


def test_number_that_was_not_named_beforehand_does_not_enter_the_seed(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        freeze_list(event_id=applied.id)
        draw = draw_seats(event_id=applied.id, public_number="4711")

    assert draw.public_number == draw.record["public_number"] == ""


def test_who_cancels_after_freezing_stays_in_the_draw_and_the_seat_goes_to_the_next(
    applied, unit, clock
) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        shown = freeze_list(event_id=applied.id).digest
        doctors = session.scalars(
            select(Application).where(Application.group.has(name="医科"), Application.event_id == applied.id)
        ).unique()
        for one in list(doctors)[:2]:
            cancel_application(application_id=one.id)
    clock.forward(hours=9)
    with unit():
        draw = draw_seats(event_id=applied.id)
        assert digest(draw.record["frozen"]) == shown
        selected = len(draw.record["selected"])
        offered = offer_free_seats(event_id=applied.id)

    with unit() as session:
        states = _by_state(session, applied)
        gone = selected - len(states[State.CONFIRMED])
        assert selected == 7
        # Two of three doctors left and two doctors' seats were reserved: one of the two at least was drawn.
        assert gone in (1, 2)
        assert offered == gone == len(states[State.OFFERED])
        assert len(states[State.CANCELLED]) == 2
        jobs = session.scalars(select(Job.name).where(Job.subject == applied.id)).all()
        assert SEAT_FREED in jobs
        (told,) = public_draws([draw])
        assert [step.reason for step in told.steps[:2]] == [Reason.CANCELLED_BY_APPLICANT] * 2
        assert {step.reason for step in told.steps[2:]} == {Reason.SEAT_FREED}
        assert {standing_of(one) for one in states[State.CANCELLED]} == {None}


@pytest.mark.parametrize("act", [place_by_hand, refuse_by_hand])
def test_nobody_is_decided_by_hand_between_freezing_and_drawing(applied, unit, act) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        freeze_list(event_id=applied.id)
        one = session.scalars(select(Application).where(Application.event_id == applied.id)).unique().first()

    refusal = _refusal(unit, lambda: act(application_id=one.id, reason="講師の補助"))

    assert refusal == AllocationRefusal.LIST_FROZEN


def test_draw_without_waiting_list_turns_the_others_away(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit() as session:
        session.get_one(Event, applied.id).keeps_waiting_list = False
    with unit():
        freeze_list(event_id=applied.id)
        draw_seats(event_id=applied.id)

    with unit() as session:
        states = _by_state(session, applied)
        assert len(states[State.NOT_SELECTED]) == 7
        assert State.WAITING not in states


def test_draws_and_commitments_cannot_be_changed(applied, unit) -> None:  # type: ignore[no-untyped-def]
    with unit():
        freeze_list(event_id=applied.id)
        draw_seats(event_id=applied.id)

    for change in (
        update(Draw).values(seed=""),
        delete(DrawEntry),
        update(DrawCommitment).values(secret="x"),
        update(FrozenList).values(digest=""),
    ):
        with pytest.raises(DatabaseError), unit() as session:
            session.execute(change)


def test_draw_page_freezes_draws_and_shows_the_result(applied, staff_client, unit) -> None:  # type: ignore[no-untyped-def]
    page = staff_client(Role.PLANNER).get(f"/staff/events/{applied.slug}/draw")
    assert "14人の中から" in page.text
    assert "歯科は、確保する 1席のうち 0席だけ守れます" in page.text

    frozen = page.press("14人の名簿を固める")
    drawn = frozen.press("抽選へ進む").press("抽選して、14通のメールを送る")

    assert "参加決定 7人、キャンセル待ち 7人" in drawn.text
    with unit():
        done = queries.valid_draw(applied.id)
        assert done is not None
        assert done.digest in drawn.text


def _refusal(unit, act):  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused, unit():
        act()
    return refused.value.code
