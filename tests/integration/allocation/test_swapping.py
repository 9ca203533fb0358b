"""After a draw an office swaps its own applicants of one group."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.announcing import announce, statement
from tests.support.applying import make_office
from tests.support.at_once import at_once, press
from tests.support.client import Client
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.draws.voiding import void_draw
from trainings.allocation.models import VoidCause
from trainings.allocation.offers import next_in_line, offer_free_seats
from trainings.allocation.queries import valid_draw
from trainings.allocation.refusals import AllocationRefusal
from trainings.allocation.steps import steps_after
from trainings.allocation.swapping import SWAPPED, swap_partners, swap_seats
from trainings.audit.queries import entries_of_verb
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind
from trainings.messages.models import Message
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.queries import application_by_ticket
from trainings.registration.secrets import ticket_code
from trainings.registration.states import HOLDS_SEAT, Reason, State

OFFICES = ("あおば訪問看護", "あおば訪問看護", "あおば訪問看護", "みどり訪問看護", "")
SEATS = 2


def drawn(unit: Unit, clock: Clock, *, keeps_list: bool = True) -> Event:
    """Two seats for five nurses: three of one office, one of another, one of none. The draw is done; whatever it gave, one of
    あおば has a seat and two have none."""
    with unit():
        load_master_data()
        event = announce(
            EventKind.HUNDRED,
            quotas={"看護": (0, 5)},
            capacity=SEATS,
            organisation_cap=None,
            public_number_name="",
            keeps_waiting_list=keeps_list,
        )
        commit_secret(event_id=event.id)
        for n, office in enumerate(OFFICES):
            submit_application(
                event_id=event.id,
                statement=statement(
                    "NSV",
                    family=f"人{n}",
                    mail=f"n{n}@a.example",
                    phone=f"000-555-{n:04}",
                    organisation_name=office,
                    priority=3 - n if n < 3 else None,
                ),
                channel=Channel.WEB,
                idempotency_key=f"key-{n}",
            )
    clock.set(event.application_closes_at)
    with unit() as session:
        for one in session.query(Application):
            one.organisation_kept = one.organisation_name != "あおば訪問看護"
        office = make_office("あおば訪問看護")
        for one in session.query(Application).filter_by(organisation_name="あおば訪問看護"):
            one.organisation_id = office.id
        freeze_list(event_id=event.id)
        draw_seats(event_id=event.id, public_number="", staff=None)
        # The lot is not this test's matter: one of the office has a seat, two do not.
        rest = State.WAITING if keeps_list else State.NOT_SELECTED
        for rank, one in enumerate(session.query(Application).order_by(Application.family), start=1):
            one.state = State.CONFIRMED if one.family in ("人0", "人3") else rest
            one.waiting_rank = rank if one.state == State.WAITING else None
    return event


def people(unit: Unit, event: Event) -> list[Application]:
    with unit() as session:
        return session.query(Application).filter_by(event_id=event.id).order_by(Application.family).all()


@pytest.mark.parametrize("keeps_list", [True, False])
def test_swap_passes_the_seat_on_and_nobody_else_is_touched(
    unit: Unit, clock: Clock, keeps_list: bool
) -> None:
    event = drawn(unit, clock, keeps_list=keeps_list)
    before = people(unit, event)
    with unit() as session:
        ticket = ticket_code(session.get_one(Application, before[0].id))
        session.get_one(Application, before[0].id).table_number = 4

    with unit():
        swap_seats(application_id=before[0].id, other_id=before[2].id, reason="担当が変わったため")

    after = people(unit, event)
    rest = State.WAITING if keeps_list else State.NOT_SELECTED
    assert [one.state for one in after] == [rest, rest, State.CONFIRMED, State.CONFIRMED, rest]
    assert [one.waiting_rank for one in after] == ([3, 2, None, None, 5] if keeps_list else [None] * 5)
    assert {one.reason for one in (after[0], after[2])} == {Reason.SWAPPED}
    assert {one.decision_reason for one in (after[0], after[2])} == {"担当が変わったため"}
    assert (after[0].table_number, after[2].table_number) == (None, 4)
    with unit() as session:
        assert application_by_ticket(ticket) is None
        assert ticket_code(session.get_one(Application, before[2].id)) != ticket
        assert sum(one.state in HOLDS_SEAT for one in session.query(Application)) == SEATS
        assert next_in_line(session.get_one(Event, event.id)) is None
        assert offer_free_seats(event_id=event.id) == 0


def test_swap_is_told_to_both_and_stands_in_the_record(unit: Unit, clock: Clock, client: Client) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)
    with unit():
        swap_seats(application_id=everybody[0].id, other_id=everybody[1].id, reason="担当が変わったため")

    with unit() as session:
        mails = session.query(Message).filter(
            Message.purpose.in_(["registration_confirmed", "registration_swapped"])
        )
        assert {(one.to_address, one.purpose) for one in mails} >= {
            ("n0@a.example", "registration_swapped"),
            ("n1@a.example", "registration_confirmed"),
        }
        draw = valid_draw(event.id)
        assert draw is not None
        assert [step.reason for step in steps_after(draw, None)] == [Reason.SWAPPED, Reason.SWAPPED]
        (entry,) = entries_of_verb(event.id, SWAPPED)
        assert (entry.subject_id, entry.detail) == (str(everybody[1].id), {"with": str(everybody[0].id)})
    assert "席を入れかえました" in client.get(f"/e/{event.slug}/draw")


def test_partners_are_of_the_same_office_and_group_only(unit: Unit, clock: Clock) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)
    with unit() as session:
        found = [
            [one.family for one in swap_partners(session.get_one(Application, each.id))] for each in everybody
        ]

    assert found == [["人2", "人1"], ["人0"], ["人0"], [], []], (
        "by priority; nobody for other offices or for none"
    )


def refusal(unit: Unit, first: Application, second: Application, reason: str = "担当が変わったため") -> str:
    with pytest.raises(Refused) as refused, unit():
        swap_seats(application_id=first.id, other_id=second.id, reason=reason)
    return refused.value.code


def test_what_is_no_such_pair_is_refused(unit: Unit, clock: Clock) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)

    assert refusal(unit, everybody[0], everybody[1], "  ") == AllocationRefusal.REASON_MISSING
    for first, second in ((0, 3), (0, 4), (1, 2), (3, 1), (4, 0)):
        assert refusal(unit, everybody[first], everybody[second]) == AllocationRefusal.NO_SWAP
    with unit() as session:
        other = next(group for group in session.get_one(Event, event.id).groups if group.name != "看護")
        session.get_one(Application, everybody[1].id).event_group_id = other.id
    assert refusal(unit, everybody[0], everybody[1]) == AllocationRefusal.NO_SWAP
    clock.set(event.starts_at)
    assert refusal(unit, everybody[0], everybody[2]) == AllocationRefusal.NO_SWAP


def test_voided_draw_takes_a_swap_back_too(unit: Unit, clock: Clock) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)
    with unit():
        swap_seats(application_id=everybody[0].id, other_id=everybody[1].id, reason="担当が変わったため")
    with unit():
        void_draw(event_id=event.id, cause=VoidCause.LIST, reason="名簿に漏れがあったため")

    assert {one.state for one in people(unit, event)} == {State.APPLIED}
    assert refusal(unit, everybody[0], everybody[1]) == AllocationRefusal.NO_SWAP


def test_staff_swap_on_the_page_for_deciding_by_hand(
    unit: Unit, clock: Clock, staff_client: Callable[..., Client]
) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)
    page = staff_client(Role.PLANNER).get(f"/staff/applications/{everybody[0].id}/decide")
    assert [node.text for node in page.all("#partner option")][1:] == [
        "人2 美咲（キャンセル待ち、全体3番、優先順位 1）",
        "人1 美咲（キャンセル待ち、全体2番、優先順位 2）",
    ]

    refused = page.press("この内容で決める", decision="swap", reason="担当が変わったため", status=422)
    assert refused.errors == [
        "入れかえる相手を、一覧から選んでください。席のようすが変わったときは、画面を開きなおしてください。"
    ]
    done = refused.press("この内容で決める", partner=str(everybody[2].id))

    assert "同じ事業所の方と、席を入れかえました" in done
    assert [one.state for one in people(unit, event)][:3] == [State.WAITING, State.WAITING, State.CONFIRMED]


def test_one_seat_swapped_with_two_at_once_goes_to_one_of_them(
    unit: Unit, clock: Clock, staff_client: Callable[..., Client]
) -> None:
    event = drawn(unit, clock)
    everybody = people(unit, event)

    path = f"/staff/applications/{everybody[0].id}/decide"
    answers = at_once(
        unit,
        event.id,
        [
            press(
                staff_client(Role.PLANNER),
                path,
                {"decision": "swap", "partner": str(other.id), "reason": "担当が変わったため"},
            )
            for other in everybody[1:3]
        ],
    )

    assert sorted(answers) == [302, 422]
    assert sum(one.state in HOLDS_SEAT for one in people(unit, event)) == SEATS
