"""「次回は優先されます」: what a refusal at one event is worth at the next, from the first application to the second draw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from tests.support.announcing import announce, statement
from tests.support.client import Client
from tests.support.evening import come_in, device_of
from tests.support.hands import Clock, Unit
from trainings.accounts.models import Role
from trainings.allocation.draws.drawing import draw_seats
from trainings.allocation.draws.freezing import commit_secret, freeze_list
from trainings.allocation.models import DrawEntry
from trainings.allocation.queries import draws_of
from trainings.core.clock import now, today
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event, EventKind, Selection
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.states import State
from trainings.seats.record import canonical
from trainings.seats.verifier.verify_draw import verify

UNIT = 2**30
PEOPLE = range(6)
SEATS = 3


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def announced(unit: Unit, kind: EventKind = EventKind.HUNDRED, *, days: int = 30) -> Event:
    """A lottery for three nurses that keeps no waiting list, so many days from now; it closes in four weeks at most."""
    with unit():
        event = announce(
            kind,
            selection=Selection.LOTTERY,
            on=today() + timedelta(days=days),
            application_closes_at=now() + timedelta(days=28),
            quotas={"看護": (0, SEATS)},
            capacity=SEATS,
            organisation_cap=None,
            public_number_name="",
            keeps_waiting_list=False,
        )
        commit_secret(event_id=event.id)
    return event


def apply(unit: Unit, event: Event, number: int) -> None:
    """The same person by number at every event."""
    with unit():
        submit_application(
            event_id=event.id,
            statement=statement(
                "NSV",
                given=f"美咲{number}",
                given_kana=f"ミサキ{number}",
                mail=f"guest{number}@example.jp",
                phone=f"090{number:08d}",
                organisation_name="",
                pledged=True,
            ),
            channel=Channel.WEB,
            idempotency_key=f"{event.id}-{number}"[:40],
        )


def drawn(unit: Unit, clock: Clock, event: Event) -> dict[str, tuple[State, Fraction]]:
    """Given name → state and published odds."""
    clock.set(event.application_closes_at)
    with unit():
        freeze_list(event_id=event.id)
    with unit():
        draw_seats(event_id=event.id)
    with unit() as session:
        rows = session.execute(
            select(Application, DrawEntry.odds_numerator)
            .join(DrawEntry, DrawEntry.application_id == Application.id)
            .where(Application.event_id == event.id)
        ).unique()
        return {one.given: (one.state, Fraction(numerator, UNIT)) for one, numerator in rows}


def held(unit: Unit, clock: Clock, event: Event) -> None:
    """Everybody who was drawn comes, and the event is closed."""
    clock.set(event.doors_open_at)
    with unit() as session:
        confirmed = session.scalars(
            select(Application).where(Application.event_id == event.id, Application.state == State.CONFIRMED)
        ).unique()
        come_in(event, device_of(event)[0], list(confirmed))
    clock.set(event.ends_at)
    with unit():
        close_event(event_id=event.id)


def test_who_was_refused_has_better_odds_at_the_next_event(unit: Unit, clock: Clock) -> None:
    first = announced(unit)
    for number in PEOPLE:
        apply(unit, first, number)
    before = drawn(unit, clock, first)
    held(unit, clock, first)
    assert {odds for _, odds in before.values()} == {Fraction(SEATS, len(PEOPLE))}
    refused = {given for given, (state, _) in before.items() if state == State.NOT_SELECTED}

    second = announced(unit)
    for number in PEOPLE:
        apply(unit, second, number)
    after = drawn(unit, clock, second)

    # Three with weight (1 + 1 refusal) × 3/2 for a first-timer, three who attended with weight 1: odds 3 : 1.
    waited = {after[given][1] for given in refused}
    came = {after[given][1] for given in after.keys() - refused}
    assert len(refused) == len(PEOPLE) - SEATS
    assert len(waited) == len(came) == 1
    assert abs(waited.pop() - Fraction(3, 4)) < Fraction(1, 10**6)
    assert abs(came.pop() - Fraction(1, 4)) < Fraction(1, 10**6)


def test_a_refusal_counts_only_until_the_person_has_attended(unit: Unit, clock: Clock) -> None:
    events = [announced(unit)]
    for number in PEOPLE:
        apply(unit, events[0], number)
    first = drawn(unit, clock, events[0])
    held(unit, clock, events[0])
    refused = {given for given, (state, _) in first.items() if state == State.NOT_SELECTED}
    events.append(announced(unit))
    for number in PEOPLE:
        if f"美咲{number}" in refused:
            apply(unit, events[1], number)
    second = drawn(unit, clock, events[1])
    assert {state for state, _ in second.values()} == {State.CONFIRMED}
    held(unit, clock, events[1])

    third = announced(unit)
    for number in PEOPLE:
        apply(unit, third, number)
    odds = {one for _, one in drawn(unit, clock, third).values()}

    assert odds == {Fraction(SEATS, len(PEOPLE))}


def test_a_refusal_counts_at_the_next_draw_even_where_its_own_event_is_still_to_come(
    unit: Unit, clock: Clock
) -> None:
    later, sooner = announced(unit, days=60), announced(unit, days=30)
    for event in (later, sooner):
        for number in PEOPLE:
            apply(unit, event, number)
    first = drawn(unit, clock, later)
    refused = {given for given, (state, _) in first.items() if state == State.NOT_SELECTED}

    second = drawn(unit, clock, sooner)

    # Nobody has attended yet: weight 2 × 3/2 against 1 × 3/2.
    odds = {given: round(float(share), 6) for given, (_, share) in second.items()}
    assert {odds[given] for given in refused} == {0.666667}
    assert {odds[given] for given in odds.keys() - refused} == {0.333333}


def test_an_event_may_count_its_own_kind_only(
    unit: Unit, clock: Clock, staff_client: Callable[..., Client], client: Client
) -> None:
    other = announced(unit, EventKind.SYMPOSIUM)
    for number in PEOPLE:
        apply(unit, other, number)
    refused = {
        given for given, (state, _) in drawn(unit, clock, other).items() if state == State.NOT_SELECTED
    }
    held(unit, clock, other)
    second = announced(unit)
    for number in PEOPLE:
        apply(unit, second, number)
    planner = staff_client(Role.PLANNER)

    tried = (
        planner.get(f"/staff/events/{second.slug}/rules")
        .form("main form")
        .fill({"weighs_own_kind": True})
        .submit("試算する")
    )

    assert tried.rows("#pasts")[1:] == [
        ["参加したことのある方（3人）", "25.0％1倍", "50.0％1.5倍"],
        ["はじめての方、続けて1回見送り（3人）", "75.0％3倍", "50.0％1.5倍"],
    ]
    tried.form("main form").submit("この内容にする")
    assert "重みを同じ種類の催しだけで数えること" in planner.get(f"/staff/events/{second.slug}")
    after = drawn(unit, clock, second)
    assert refused
    assert {share for _, share in after.values()} == {Fraction(1, 2)}
    assert "数えるのは、同じ種類の催しだけです。" in client.get(f"/e/{second.slug}/draw")


def test_weights_are_tried_side_by_side_kept_and_drawn_by(
    unit: Unit, clock: Clock, staff_client: Callable[..., Client], client: Client
) -> None:
    first = announced(unit)
    for number in PEOPLE:
        apply(unit, first, number)
    before = drawn(unit, clock, first)
    held(unit, clock, first)
    refused = {given for given, (state, _) in before.items() if state == State.NOT_SELECTED}
    second = announced(unit)
    for number in PEOPLE:
        apply(unit, second, number)
    planner = staff_client(Role.PLANNER)
    form = planner.get(f"/staff/events/{second.slug}/rules").form("main form")

    tried = form.fill({"most_weight": "2", "first_timer": "2"}).submit("試算する")

    assert tried.rows("#pasts")[1:] == [
        ["参加したことのある方（3人）", "25.0％1倍", "33.3％1倍"],
        ["はじめての方、続けて1回見送り（3人）", "75.0％3倍", "66.7％2倍"],
    ]
    assert "いちばん低い確率が、25.0％から33.3％に上がります。" in tried
    with unit() as session:
        kept = session.get_one(Event, second.id)
        assert (kept.most_weight, kept.first_timer_halves) == (4, 3)
    saved = tried.form("main form").submit("この内容にする")
    assert "枠のルールを保存しました。" in saved
    board = planner.get(f"/staff/events/{second.slug}")
    assert "続けて見送りになった方の重みの上限を「4」から「2」に直しました" in board
    assert "はじめての方の重みを「1.5」から「1」に直しました" in board

    after = drawn(unit, clock, second)

    assert {round(float(after[given][1]), 6) for given in refused} == {0.666667}
    assert {round(float(after[given][1]), 6) for given in after.keys() - refused} == {0.333333}
    with unit():
        (draw,) = draws_of(second.id)
    assert draw.record["frozen"]["about"]["weights"] == {"most": 2, "first_timer": 2, "once": 2, "kind": ""}
    assert all(not wrong for _, wrong in verify(canonical(draw.record)))
    said = "見送りになった方は2倍の重みです。はじめての方の重みは、ほかの方と同じです。"
    assert said in client.get(f"/e/{second.slug}/draw")


def test_a_refusal_cannot_be_made_to_count_for_nothing(
    unit: Unit, staff_client: Callable[..., Client]
) -> None:
    event = announced(unit)
    form = staff_client(Role.PLANNER).get(f"/staff/events/{event.slug}/rules").form("main form")

    page = form.fill({"most_weight": "1"}).submit("この内容にする", status=422)

    assert page.errors == [
        "続けて見送りになった方の上限は、2倍から6倍までで入力してください。見送りになった方は、次の抽選でかならず優先されます"
    ]
    assert page.one('input[name="most_weight"]').get("value") == "1"


def test_weights_rest_while_the_list_is_frozen(
    unit: Unit, clock: Clock, staff_client: Callable[..., Client]
) -> None:
    event = announced(unit)
    apply(unit, event, 0)
    clock.set(event.application_closes_at)
    form = staff_client(Role.PLANNER).get(f"/staff/events/{event.slug}/rules").form("main form")
    with unit():
        freeze_list(event_id=event.id)

    page = form.fill({"first_timer": "4"}).submit("この内容にする", status=422)

    assert "名簿を固めてから抽選するまでは" in page
