"""Seats that fall free: offered in rank, accepted, declined, expired; release dates; the end of the list; by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.announcing import announce, statement
from tests.support.evening import DOCTOR, NURSE, PHARMACIST, apply_as
from tests.support.numbered import kana_of
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.offers import (
    answer_offer,
    close_waiting_list,
    expire_offer,
    next_in_line,
    offer_expiry,
    offer_free_seats,
    readmit_waiting,
)
from trainings.allocation.placing import move_by_hand, place_by_hand, refuse_by_hand
from trainings.allocation.queries import MOVED, moved_by_hand
from trainings.allocation.refusals import AllocationRefusal
from trainings.allocation.watches import READMIT
from trainings.audit.queries import entries_of_verb
from trainings.core import clock as core_clock
from trainings.core.db import db, unit_of_work
from trainings.core.jobs import Job
from trainings.core.refusal import Refused
from trainings.core.web import beside_requests
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.registration.actions import cancel_application, submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import application_secret
from trainings.registration.states import Reason, State
from trainings.registration.transitions import SEAT_FREED
from trainings.worker.rounds import run_round


@pytest.fixture
def full(unit, clock):  # type: ignore[no-untyped-def]
    """A first-come event with 3 seats, one of them kept for a doctor; five nurses have applied: 2 in, 3 waiting."""
    with unit():
        load_master_data()
        event = announce(quotas={"医科": (1, 2)}, capacity=3)
        people = [apply_as(event, NURSE, number) for number in range(5)]
    return event, people


def _states(unit, people):  # type: ignore[no-untyped-def]
    with unit() as session:
        return [session.get_one(Application, one.id, populate_existing=True).state for one in people]


def test_reserve_is_held_against_the_first_comers(full, unit) -> None:  # type: ignore[no-untyped-def]
    event, people = full

    with unit():
        doctor = apply_as(event, DOCTOR, 9)

    assert _states(unit, people) == [
        State.CONFIRMED,
        State.CONFIRMED,
        State.WAITING,
        State.WAITING,
        State.WAITING,
    ]
    assert doctor.state == State.CONFIRMED


def test_cancellation_offers_the_seat_to_the_first_who_waits(full, unit, client) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit() as session:
        cancel_application(application_id=people[0].id)
        assert session.scalars(select(Job.name).where(Job.subject == event.id)).all().count(SEAT_FREED) == 1

    with unit():
        offered = offer_free_seats(event_id=event.id)
        again = offer_free_seats(event_id=event.id)

    assert (offered, again) == (1, 0)
    assert _states(unit, people)[2:] == [State.OFFERED, State.WAITING, State.WAITING]
    with unit():
        secret = application_secret(people[2])
    page = client.get(f"/a/{secret}")
    assert "お席をご案内しています" in page.text
    assert "参加が決まりました" in page.press("参加します").text


def test_declined_offer_goes_to_the_next(full, unit, client) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit():
        cancel_application(application_id=people[0].id)
        offer_free_seats(event_id=event.id)
        secret = application_secret(people[2])

    page = client.get(f"/a/{secret}").press("今回は辞退します").press("辞退します")

    with unit():
        offer_free_seats(event_id=event.id)
    assert "ご案内を辞退されました" in page.text
    assert _states(unit, people)[2:] == [State.DECLINED, State.OFFERED, State.WAITING]


def test_offer_expires_and_a_late_answer_is_refused(full, unit, clock) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit():
        cancel_application(application_id=people[0].id)
        offer_free_seats(event_id=event.id)
    clock.forward(hours=49)

    with pytest.raises(Refused) as late, unit():
        answer_offer(application_id=people[2].id, accept=True)
    with unit():
        expired = expire_offer(application_id=people[2].id)
        twice = expire_offer(application_id=people[2].id)

    assert late.value.code == AllocationRefusal.OFFER_ENDED
    assert (expired, twice) == (True, False)
    assert _states(unit, people)[2] == State.EXPIRED


def test_offer_is_shorter_near_the_day_and_ends_before_it(full, unit) -> None:  # type: ignore[no-untyped-def]
    event, _ = full

    lengths = [
        offer_expiry(event, event.doors_open_at - timedelta(hours=hours)) for hours in (200, 48, 6, 5, 0, -1)
    ]

    begun = [event.doors_open_at - timedelta(hours=hours) for hours in (200, 48, 6)]
    assert [end - begin for end, begin in zip(lengths, begun, strict=False) if end] == [
        timedelta(hours=48),
        timedelta(hours=24),
        timedelta(hours=3),
    ]
    assert lengths[3:] == [None, None, None]


def test_release_date_admits_those_who_wait_in_order_of_arrival(full, unit, clock) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit() as session:
        group = next(group for group in session.merge(event).groups if group.name == "医科")
        clock.set(core_clock.day_begins(group.release_on))

    with unit():
        admitted = readmit_waiting(event_id=event.id)
        again = readmit_waiting(event_id=event.id)

    assert (admitted, again) == (1, 0)
    assert _states(unit, people)[2:] == [State.CONFIRMED, State.WAITING, State.WAITING]


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=2)], ids=["on the day", "two days late"])
def test_release_date_is_found_even_when_no_worker_ran_on_it(full, unit, clock, app, late) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit() as session:
        group = next(group for group in session.merge(event).groups if group.name == "医科")
        clock.set(core_clock.day_begins(group.release_on) + late)

    for _ in range(3):
        run_round(app)

    assert _states(unit, people)[2:] == [State.CONFIRMED, State.WAITING, State.WAITING]
    with unit() as session:
        jobs = session.scalars(select(Job).where(Job.name == READMIT)).all()
        assert [job.key for job in jobs] == [f"{event.id} {group.release_on}"]


def test_list_closes_when_the_event_begins(full, unit, clock) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit():
        early = close_waiting_list(event_id=event.id)
    clock.set(event.starts_at)

    with unit():
        closed = close_waiting_list(event_id=event.id)

    assert (early, closed) == (0, 3)
    with unit() as session:
        last = session.get_one(Application, people[4].id)
        assert (last.state, last.reason) == (State.NOT_SELECTED, Reason.LIST_CLOSED)


@pytest.mark.parametrize("act", [place_by_hand, refuse_by_hand])
def test_decision_by_hand_needs_a_reason(full, unit, act) -> None:  # type: ignore[no-untyped-def]
    _, people = full

    with pytest.raises(Refused) as refused, unit():
        act(application_id=people[2].id, reason="  ")

    assert refused.value.code == AllocationRefusal.REASON_MISSING


def test_place_by_hand_takes_a_kept_seat_but_never_exceeds_the_capacity(full, unit) -> None:  # type: ignore[no-untyped-def]
    _, people = full
    with unit():
        place_by_hand(application_id=people[3].id, reason="事例を出していただくため")

    with pytest.raises(Refused) as refused, unit():
        place_by_hand(application_id=people[4].id, reason="同じ理由")

    assert refused.value.code == AllocationRefusal.FULL
    assert _states(unit, people)[3:] == [State.CONFIRMED, State.WAITING]


def test_whoever_was_turned_away_can_be_given_a_seat_that_is_free(full, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    _, people = full
    with unit():
        refuse_by_hand(application_id=people[3].id, reason="定員のため")
    planner = staff_client(Role.PLANNER)

    page = planner.get(f"/staff/applications/{people[3].id}").follow("手で決める")
    assert [one["value"] for one in page.all('input[name="decision"]')] == ["place"]
    page.press("この内容で決める", decision="place", reason="席が空いたため")

    assert _states(unit, people)[3] == State.CONFIRMED


def test_whoever_applied_again_after_being_turned_away_is_not_placed_twice(full, unit) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit():
        refuse_by_hand(application_id=people[3].id, reason="定員のため")
        again = submit_application(
            event_id=event.id,
            statement=statement(
                NURSE,
                given="美咲3",
                given_kana="ミサキ" + kana_of(3),
                mail="guest3@example.jp",
                phone="09000000003",
                organisation_name="",
            ),
            channel=Channel.WEB,
            idempotency_key="once more",
        )
        assert again.canonical_person_id == people[3].canonical_person_id

    with pytest.raises(Refused) as refused, unit():
        place_by_hand(application_id=people[3].id, reason="席が空いたため")

    assert refused.value.code == AllocationRefusal.NOT_PLACEABLE


def test_decide_page_keeps_the_choice_when_the_reason_is_missing(full, staff_client) -> None:  # type: ignore[no-untyped-def]
    _, people = full
    page = staff_client(Role.PLANNER).get(f"/staff/applications/{people[3].id}/decide")

    refused = page.press("この内容で決める", decision="place", reason="", status=422)
    done = refused.press("この内容で決める", reason="講師の補助をお願いするため")

    assert refused.errors == ["理由を入力してください"]
    assert "講師の補助をお願いするため" in done.text


def test_move_by_hand_counts_somebody_in_another_group(full, unit, staff_client) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit() as session:
        groups = {group.name: group.id for group in session.get_one(Event, event.id).groups}
    page = staff_client(Role.PLANNER).get(f"/staff/applications/{people[0].id}/decide")

    refused = page.press("この内容で決める", decision="move", reason="往診に同行している", status=422)
    assert refused.errors == ["移す先の職種区分を選んでください。"]
    done = refused.press("この内容で決める", group=str(groups["介護サービス"]))

    assert "往診に同行している" in done.text
    with unit() as session:
        moved = session.get_one(Application, people[0].id)
        assert (moved.state, moved.event_group_id) == (State.CONFIRMED, groups["介護サービス"])
        assert [one.id for one in moved_by_hand(event.id)] == [moved.id]
        (entry,) = entries_of_verb(event.id, MOVED)
        assert entry.detail == {"from": str(groups["看護"]), "to": str(groups["介護サービス"])}


def test_move_by_hand_needs_a_reason_and_a_list_that_is_not_frozen(full, unit) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit() as session:
        changed = session.get_one(Event, event.id)
        changed.list_frozen_at = core_clock.now()
        session.get_one(Application, people[4].id).state = State.APPLIED
        target = changed.groups[-1].id

    codes = []
    for reason in ("", "事例を出す方"):
        with pytest.raises(Refused) as refused, unit():
            move_by_hand(application_id=people[4].id, group_id=target, reason=reason)
        codes.append(refused.value.code)

    assert codes == [AllocationRefusal.REASON_MISSING, AllocationRefusal.LIST_FROZEN]


def test_two_people_cancelling_and_accepting_at_once_never_oversell(full, unit, app) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    with unit():
        cancel_application(application_id=people[0].id)
        offer_free_seats(event_id=event.id)

    def offer() -> int:
        with beside_requests(app), unit_of_work():
            return offer_free_seats(event_id=event.id)

    def accept() -> int:
        with beside_requests(app), unit_of_work():
            answer_offer(application_id=people[2].id, accept=True)
        return 0

    with ThreadPoolExecutor(4) as pool:
        results = [future.result() for future in [pool.submit(act) for act in (offer, accept, offer, offer)]]

    assert sum(results) == 0
    with unit():
        held = db.session.scalar(
            select(func.count()).where(Application.event_id == event.id, Application.state == State.CONFIRMED)
        )
        assert held == 2


def test_near_the_day_staff_call_the_next_in_line(full, staff_client, unit, clock) -> None:  # type: ignore[no-untyped-def]
    event, people = full
    path = f"/staff/events/{event.slug}/waiting"
    assert "この順番でメールを送ってご案内します" in staff_client(Role.PLANNER).get(path)
    clock.set(event.doors_open_at - timedelta(hours=4))
    planner = staff_client(Role.PLANNER)
    with unit():
        cancel_application(application_id=people[0].id)
        assert offer_free_seats(event_id=event.id) == 0

    page = planner.get(f"/staff/events/{event.slug}").follow("キャンセル待ちの一覧を見る")

    assert f"次は {people[2].full_name} さんです" in page
    assert people[2].phone in page
    page.follow("手で決める").press("この内容で決める", decision="place", reason="電話で参加を確認")
    assert _states(unit, people)[2] == State.CONFIRMED
    # The doctor's seat was released by then: it is the next nurse's.
    assert f"次は {people[3].full_name} さんです" in planner.get(path)
    with unit():
        place_by_hand(application_id=people[3].id, reason="電話で参加を確認")
    assert "席が空くと、電話する方をここに出します" in planner.get(path)


@pytest.fixture
def short_of_a_doctor(unit, clock):  # type: ignore[no-untyped-def]
    """A drawn event of 3 seats with one for a doctor, one for a pharmacist, and two for their sector. A nurse and the
    pharmacist are in, the doctor has cancelled; a nurse waits first, a doctor second."""
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED,
            quotas={"医科": (1, None), "薬局": (1, None)},
            capacity=3,
            public_number_name="",
        )
        for group in event.groups:
            group.sector = event.groups[0].sector if group.reserved else None
        event.groups[0].sector.reserved = 2
        commit_secret(event_id=event.id)
        people = [
            apply_as(event, code, n) for n, code in enumerate((NURSE, PHARMACIST, DOCTOR, NURSE, DOCTOR))
        ]
    clock.set(event.application_closes_at)
    with unit():
        freeze_list(event_id=event.id)
    with unit():
        draw_seats(event_id=event.id)
    found = [State.CONFIRMED, State.CONFIRMED, State.CANCELLED, State.WAITING, State.WAITING]
    with unit() as session:
        for rank, (one, state) in enumerate(zip(people, found, strict=True)):
            application = session.get_one(Application, one.id)
            application.state, application.waiting_rank = state, rank if state == State.WAITING else None
    return event, people


@pytest.mark.parametrize(
    ("released", "place"), [([], 4), (["医科"], 4), (["薬局"], 4), (["医科", "薬局"], 3)]
)
def test_minimum_of_a_sector_is_released_with_the_last_of_its_groups(  # type: ignore[no-untyped-def]
    short_of_a_doctor, unit, clock, released, place
) -> None:
    event, people = short_of_a_doctor
    with unit() as session:
        for group in session.get_one(Event, event.id).groups:
            group.release_on = core_clock.today() if group.name in released else None

    with unit() as session:
        following = next_in_line(session.get_one(Event, event.id))
        assert following is not None

    assert following.id == people[place].id
