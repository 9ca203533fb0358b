"""A second application of one person where the answer is given at once: decided like a newcomer's, told to nobody who only
typed a name, settled by staff, and then its seat falls free."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.support.announcing import statement
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.guests import apply, my_link, published, said, stored
from tests.support.hands import Clock, Outbox, QueryCount, Unit
from trainings.accounts.models import Role
from trainings.desk.needs import tasks
from trainings.directory.actions import load_master_data
from trainings.directory.models import CandidateState, PersonCandidate
from trainings.events.models import Event
from trainings.registration.actions import cancel_application, submit_application, substitute
from trainings.registration.links import ask_for_links
from trainings.registration.models import Application, Channel
from trainings.registration.people.addresses import (
    address_of,
    confirm_address,
    person_secret,
    sole_person,
)
from trainings.registration.people.merging import merge_people, undo_merge
from trainings.registration.people.questions import questions
from trainings.registration.seat_rules import kept_counts, wrongly_kept
from trainings.registration.states import Reason, State

Work = Callable[[], object]
CountQueries = Callable[[], AbstractContextManager[QueryCount]]

QUEUE = "/staff/people/candidates"
HERS = "misaki@houkan.example"
FALSE = {"mail": "intruder@else.example", "phone": "000-555-0999"}
"""What differs when somebody applies in her name; her office is known."""
UNKNOWN = {"given": "別子", "given_kana": "ベツコ"}
OTHERS = {
    "family": "大沢",
    "given": "誠",
    "family_kana": "オオサワ",
    "given_kana": "マコト",
    "mail": "m@a.example",
    "phone": "000-555-0001",
}
GIVER = {
    "family": "原",
    "given": "一子",
    "family_kana": "ハラ",
    "given_kana": "イチコ",
    "mail": "1@a.example",
    "phone": "000-555-0101",
}
SAME = "同じ人です"


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


@pytest.fixture
def office(unit: Unit) -> dict[str, Any]:
    with unit():
        found = make_office("けやき訪問看護")
    return {"organisation_id": found.id, "organisation_name": found.name}


@pytest.fixture
def planner(staff_client: Callable[..., Client]) -> Client:
    return staff_client(Role.PLANNER)


def hall(unit: Unit, seats: int, **changes: Any) -> Event:
    """First come, nothing reserved."""
    return published(unit, capacity=seats, quotas={}, **({"organisation_cap": None} | changes))


def chosen(office: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in office.items()}


def send(event: Event, **said_: Any) -> Application:
    return submit_application(
        event_id=event.id,
        statement=statement(**said_),
        channel=Channel.WEB,
        idempotency_key=uuid.uuid4().hex,
    )


def confirm(unit: Unit, one: Application) -> None:
    with unit() as session:
        confirm_address(address_of(session.get_one(Application, one.id)))


def state_of(unit: Unit, one: Application) -> State:
    with unit() as session:
        return session.get_one(Application, one.id).state


def people_of(unit: Unit, *them: Application) -> set[uuid.UUID]:
    with unit() as session:
        return {session.get_one(Application, one.id).canonical_person_id for one in them}


def alike(text: str) -> str:
    """Without what differs between any two: names, numbers, links and moments."""
    for one in ("美咲", "別子", "ミサキ", "ベツコ"):
        text = text.replace(one, "…")
    text = re.sub(r"000-555-099\d", "電話", text)
    text = re.sub(r"[A-Z][A-Z0-9]*-[0-9A-Z]{4,}", "番号", text)
    return re.sub(r"/([apt])/[0-9A-Za-z-]+", r"/\1/…", text)


def headers_of(client: Client, path: str) -> list[tuple[str, str]]:
    told = client.raw.get(path).headers
    return [
        (name, alike(value)) for name, value in told if name not in ("Content-Length", "Set-Cookie", "ETag")
    ]


# -- answered like anybody ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seats", [3, 1])
@pytest.mark.parametrize("is_confirmed", [False, True])
def test_colleague_and_stranger_are_answered_alike(
    new_client: Callable[[], Client],
    unit: Unit,
    office: dict[str, Any],
    outbox: Outbox,
    work: Work,
    seats: int,
    is_confirmed: bool,
) -> None:
    """Confirmed or waiting, by the same decision: receipt, own page, ticket, headers, mails and links say the same."""
    said_by: dict[str, list[str]] = {}
    phones = {"known": "000-555-0998", "unknown": "000-555-0999"}
    for name, differs in {"known": {}, "unknown": UNKNOWN}.items():
        mail = f"{name}@else.example"
        event = hall(unit, seats)
        apply(new_client(), unit, event, **chosen(office))
        if is_confirmed:
            before = hall(unit, 9, code_prefix="VOR", slug=f"before-{name}")
            with unit():
                one = send(before, **OTHERS | {"mail": mail, "family": f"大沢{name}"})
            confirm(unit, one)
        stranger = new_client()
        typed = differs | {"mail": mail, "phone": phones[name]}
        receipt = apply(stranger, unit, event, **chosen(office), **typed)
        mine = stranger.get(my_link(receipt))
        pages = [receipt, mine, mine.follow("内容を直す"), stranger.get(my_link(receipt) + "/cancel")]
        if seats == 3:
            pages.append(receipt.follow("チケットを表示する"))
        work()
        with unit():
            ask_for_links(mail=mail)
        work()
        mails = [one for one in outbox.all(to=mail) if one.event_id in (event.id, None)]
        assert mails
        texts_ = [alike(page.text) for page in pages]
        texts_ += sorted(alike(f"{one.subject}\n{one.body}").replace(mail, "…") for one in mails)
        texts_ += [str(headers_of(stranger, my_link(receipt)))]
        said_by[name] = [text.replace(mail, "…").replace(event.slug, "…") for text in texts_]

    for one, other in zip(said_by["known"], said_by["unknown"], strict=True):
        assert one == other


@pytest.mark.parametrize("seats", [3, 1])
@pytest.mark.parametrize("fact", ["office", "mail", "phone", "licence_number"])
def test_known_standing_apart_and_unknown_cost_the_same_questions(
    new_client: Callable[[], Client],
    unit: Unit,
    office: dict[str, Any],
    count_queries: CountQueries,
    fact: str,
    seats: int,
) -> None:
    """Whatever fact she is known by: nobody known, somebody known who has not applied, and somebody who has."""
    hers = {"mail": HERS, "phone": "000-555-0100", "licence_number": "123456"}
    facts: dict[str, str] = {} if fact == "office" else {fact: hers[fact]}
    elsewhere, event = hall(unit, 9), hall(unit, seats)
    with unit():
        send(elsewhere, **OTHERS, **office)
    apply(new_client(), unit, event, **chosen(office), licence_number="123456")

    def questions(**differs: str) -> list[str]:
        guest = new_client()
        typed = FALSE | {"licence_number": "654321"} | facts | differs
        data = said(unit, event, **(chosen(office) if fact == "office" else {}), **typed)
        data |= {"csrf_token": guest.csrf_token(), "idempotency_key": uuid.uuid4().hex}
        with count_queries() as count:
            assert guest.raw.post(f"/e/{event.slug}/apply/send", data=data).status_code == 302
        return [one.split()[0].upper() for one in count.statements]

    has_applied = questions()
    unknown = questions(**UNKNOWN, phone="000-555-0888", mail="unknown@else.example", licence_number="777123")

    assert len(has_applied) == len(unknown), (has_applied, unknown)
    assert sorted(has_applied) == sorted(unknown)


def test_handing_on_a_seat_tells_nobody_who_has_applied(
    new_client: Callable[[], Client], unit: Unit, office: dict[str, Any], outbox: Outbox
) -> None:
    """The seat is handed on at once, so whoever has one already is answered like anybody; staff settle which stays."""
    told = []
    for differs in ({}, UNKNOWN):
        event = hall(unit, 9)
        giver = new_client()
        link = my_link(apply(giver, unit, event, **GIVER, **chosen(office)))
        apply(new_client(), unit, event, **chosen(office))
        page = giver.get(link).follow("代わりの方にゆずる")
        typed = {"family": "高橋", "given": "美咲", "family_kana": "タカハシ", "given_kana": "ミサキ"}
        with unit() as session:
            nurse = next(
                one for one in session.get_one(Event, event.id).professions if one.profession.code == "NSV"
            )
            typed |= {"profession": str(nurse.profession_id)}
        asked = page.form(button="この方にゆずる").fill(typed | FALSE | differs).submit("この方にゆずる")
        mails = len(outbox.all())
        receipt = asked.press("この方にゆずる")
        told.append([alike(page.text) for page in (receipt, giver.get(link), giver.get(my_link(receipt)))])
        told[-1] += [
            alike(f"{one.subject}{one.body}").replace(event.slug, "…") for one in outbox.all()[mails:]
        ]
        states = sorted(one.state for one in stored(unit, event))
        assert states == [State.CONFIRMED, State.CONFIRMED, State.SUBSTITUTED]
    assert told[0] == told[1]
    with unit():
        assert questions(most=20).total == 1


# -- whose it is, and who may see ------------------------------------------------------------------------------------


def test_second_application_opens_nothing_of_the_first_and_closes_nothing_of_it(
    unit: Unit, office: dict[str, Any], clock: Clock
) -> None:
    """Not even where it names her own address; and each address sees what a newcomer's would."""
    event = hall(unit, 9)
    with unit():
        hers = send(event, **office)
    confirm(unit, hers)
    with unit():
        same_mail, false = send(event, **office), send(event, **office, **FALSE)
    clock.forward(minutes=1)
    with unit():
        again = send(event, **office, **FALSE)
    confirm(unit, false)

    assert len(people_of(unit, hers, same_mail, false, again)) == 4
    with unit():
        assert {sole_person(HERS)} == people_of(unit, hers)
        assert {sole_person(FALSE["mail"])} == people_of(unit, false)
        assert questions(most=20).total == 2


def test_whoever_holds_the_person_link_is_led_to_the_application_that_stands(
    client: Client, unit: Unit, office: dict[str, Any]
) -> None:
    event, before = hall(unit, 9), hall(unit, 9, code_prefix="VOR", slug="before")
    with unit():
        first = send(before, **office)
    confirm(unit, first)
    with unit():
        secret = person_secret(address_of(first))
    page = client.get(f"/p/{secret}/apply/{event.slug}")
    filled = page.form(button="確認へ進む").fill(said(unit, event, **chosen(office)))
    with unit():
        standing = send(event, **office)

    page = filled.submit("確認へ進む").press("この内容で申し込む", status=422)
    assert standing.code in page
    assert "もうお申し込みいただいています" in page
    assert len(stored(unit, event)) == 1
    assert "わたしの申込" in client.get(f"/p/{secret}/apply/{event.slug}").h1


def test_next_event_is_hers_while_a_second_application_is_not_settled(
    unit: Unit, office: dict[str, Any]
) -> None:
    event, next_one = hall(unit, 9), hall(unit, 9, code_prefix="NX", slug="next")
    with unit():
        hers = send(event, **office)
        false = send(event, **office, **FALSE)
        later = send(next_one, **office)
    assert people_of(unit, hers) == people_of(unit, later)
    assert people_of(unit, false).isdisjoint(people_of(unit, hers))


# -- told, and settled -----------------------------------------------------------------------------------------------


def test_confirmed_address_is_told_once_however_many_came(
    unit: Unit, office: dict[str, Any], outbox: Outbox, work: Work
) -> None:
    """One that nobody has confirmed may be a stranger's who was there first: it hears nothing of hers."""
    event = hall(unit, 9)
    with unit():
        hers = send(event, **office)
        for n in range(3):
            send(event, **office, **FALSE | {"mail": f"{n}@else.example"})
    work()
    assert outbox.all(purpose="registration_second_application") == []

    confirm(unit, hers)
    work()
    work()

    told = outbox.one(purpose="registration_second_application")
    assert told.to_address == HERS
    assert "else.example" not in (told.body or "")


def test_seat_falls_free_for_whoever_waits(
    planner: Client, unit: Unit, office: dict[str, Any], outbox: Outbox, work: Work
) -> None:
    event = hall(unit, 2)
    with unit():
        hers, false, waits = send(event, **office), send(event, **office, **FALSE), send(event, **OTHERS)
    assert [state_of(unit, one) for one in (hers, false, waits)] == [
        State.CONFIRMED,
        State.CONFIRMED,
        State.WAITING,
    ]

    page = planner.get(QUEUE)
    assert "二つ目の席をふさいでいます" in page
    with unit() as session:
        needed = [one.need for one in tasks(session.get_one(Event, event.id))]
    assert "同じ人かもしれない申込1組が、二つ目の席をふさいでいます" in [one.says for one in needed]
    for path in ("/staff", f"/staff/events/{event.slug}"):
        assert "二つ目の席をふさいでいます" in planner.get(path)
    page.press(SAME, **{f"cancel-{event.id}": str(false.id)})
    work()

    assert [state_of(unit, one) for one in (hers, false, waits)] == [
        State.CONFIRMED,
        State.CANCELLED,
        State.OFFERED,
    ]
    assert people_of(unit, hers, false) == people_of(unit, hers)
    told = outbox.one(to=FALSE["mail"], purpose="registration_cancelled")
    assert hers.code not in (told.body or "")
    assert "一つに" not in f"{told.subject}{told.body}"
    with unit():
        assert wrongly_kept() == []


def test_own_address_is_told_which_of_the_two_stays(
    planner: Client, unit: Unit, office: dict[str, Any], outbox: Outbox
) -> None:
    event = hall(unit, 2)
    with unit():
        hers, again = send(event, **office), send(event, **office)
    confirm(unit, hers)

    planner.get(QUEUE).press(SAME, **{f"cancel-{event.id}": str(again.id)})

    told = outbox.one(to=HERS, purpose="registration_made_one")
    assert hers.code in (told.body or "")
    assert again.code in (told.body or "")
    assert outbox.all(purpose="registration_cancelled") == []


def test_later_one_that_stays_has_the_better_place_of_the_two(
    planner: Client, unit: Unit, office: dict[str, Any], outbox: Outbox, work: Work
) -> None:
    """Nobody who waits in between gets the seat."""
    event = hall(unit, 1)
    with unit():
        false, between, hers = send(event, **office, **FALSE), send(event, **OTHERS), send(event, **office)
        false.table_number = 3
    assert [state_of(unit, one) for one in (false, between, hers)] == [
        State.CONFIRMED,
        State.WAITING,
        State.WAITING,
    ]

    planner.get(QUEUE).press(SAME, **{f"cancel-{event.id}": str(false.id)})
    work()

    assert [state_of(unit, one) for one in (false, between, hers)] == [
        State.CANCELLED,
        State.WAITING,
        State.CONFIRMED,
    ]
    with unit() as session:
        assert session.get_one(Application, hers.id).table_number == 3
    assert outbox.one(to=HERS, purpose="registration_confirmed")


def test_different_people_keep_both_seats(planner: Client, unit: Unit, office: dict[str, Any]) -> None:
    event = hall(unit, 2)
    with unit():
        one, other = send(event, **office), send(event, **office, **FALSE)

    page = planner.get(QUEUE).press("別の人です")

    assert "確かめる組はありません" in page
    assert {state_of(unit, one), state_of(unit, other)} == {State.CONFIRMED}
    assert len(people_of(unit, one, other)) == 2


def test_merge_that_is_taken_back_asks_again(unit: Unit, office: dict[str, Any]) -> None:
    event = hall(unit, 2)
    with unit():
        one, other = send(event, **office), send(event, **office, **FALSE)
        merge_people(keep_id=one.person_id, other_id=other.person_id, cancel=[other.id])
        undo_merge(person_id=other.person_id)
    with unit() as session:
        (pair,) = session.scalars(select(PersonCandidate))
        assert pair.state == CandidateState.OPEN
        assert session.get_one(Application, other.id).reason == Reason.CANCELLED_AS_DUPLICATE


def test_flood_of_one_name_is_one_question_and_frees_all_its_seats(
    planner: Client, unit: Unit, office: dict[str, Any], work: Work, clock: Clock
) -> None:
    event = hall(unit, 6)
    with unit():
        hers = send(event, **office)
    clock.forward(minutes=1)
    with unit():
        for n in range(5):
            send(event, **office, mail=FALSE["mail"], phone=f"000-555-08{n:02}")
        waits = send(event, **OTHERS)
    page = planner.get(QUEUE)
    assert "あと1組あります" in page

    page.press(SAME, **{f"cancel-{event.id}": page.one("[data-usual]")["value"]})
    work()

    assert (state_of(unit, hers), state_of(unit, waits)) == (State.CONFIRMED, State.OFFERED)
    with unit() as session:
        kept = kept_counts(event.id)
        assert sum(kept.seated.values()) == 2
        assert wrongly_kept() == []
        assert session.scalars(select(PersonCandidate.state)).all() == [CandidateState.MERGED] * 5


@pytest.mark.parametrize("gives_up", ["first", "second"])
def test_either_can_be_given_up_and_its_seat_falls_free(
    unit: Unit, office: dict[str, Any], work: Work, gives_up: str
) -> None:
    event = hall(unit, 2)
    with unit():
        first, second, waits = send(event, **office), send(event, **office, **FALSE), send(event, **OTHERS)
        gone, stays = (first, second) if gives_up == "first" else (second, first)
        cancel_application(application_id=gone.id)
    work()
    assert [state_of(unit, one) for one in (gone, stays, waits)] == [
        State.CANCELLED,
        State.CONFIRMED,
        State.OFFERED,
    ]


def test_cap_of_an_office_counts_both(unit: Unit, office: dict[str, Any]) -> None:
    """As it would count a newcomer: whoever is told of a seat has it."""
    event = hall(unit, 9, organisation_cap=2)
    with unit():
        states = [send(event, **office, **more).state for more in ({}, FALSE, OTHERS)]
    assert states == [State.CONFIRMED, State.CONFIRMED, State.WAITING]


def test_substitute_who_has_a_seat_gives_one_of_two_back(
    unit: Unit, office: dict[str, Any], work: Work
) -> None:
    event = hall(unit, 2)
    with unit():
        giver, hers, waits = send(event, **GIVER, **office), send(event, **office), send(event, **OTHERS)
        new = substitute(application_id=giver.id, statement=statement(), idempotency_key="s")
        merge_people(keep_id=hers.person_id, other_id=new.person_id, cancel=[new.id])
    work()
    assert [state_of(unit, one) for one in (giver, hers, new, waits)] == [
        State.SUBSTITUTED,
        State.CONFIRMED,
        State.CANCELLED,
        State.OFFERED,
    ]


@pytest.mark.parametrize("decision", ["別の人です", SAME])
def test_decision_of_a_moment_ago_is_taken_back_where_the_queue_goes_on(
    planner: Client, unit: Unit, office: dict[str, Any], decision: str
) -> None:
    event = hall(unit, 2)
    with unit():
        one, other = send(event, **office), send(event, **office, **FALSE)
    typed = {f"cancel-{event.id}": str(other.id)} if decision == SAME else {}

    page = planner.get(QUEUE).press(decision, **typed)
    assert "確かめる組はありません" in page
    page = page.press("もとに戻す")

    assert "あと1組あります" in page
    assert not page.all("[data-undo]")
    assert len(people_of(unit, one, other)) == 2


@pytest.mark.parametrize("keeps_list", [False, True])
def test_duplicate_that_holds_no_seat_from_before_is_settled_as_a_newcomer(
    planner: Client, unit: Unit, office: dict[str, Any], outbox: Outbox, keeps_list: bool
) -> None:
    """Taken before second applications were decided at once: after the last seat is given it waits, or is told so."""
    event = hall(unit, 2, keeps_waiting_list=keeps_list)
    with unit() as session:
        first, held = send(event, **office), send(event, **office, **FALSE)
        session.execute(delete(PersonCandidate))
        held.state, held.person_id, held.canonical_person_id = (
            State.DUPLICATE,
            first.person_id,
            first.person_id,
        )
        session.flush()
        send(event, **OTHERS)

    planner.get(QUEUE).press("別の人です")

    assert state_of(unit, held) == (State.WAITING if keeps_list else State.NOT_SELECTED)
    told = outbox.one(to=FALSE["mail"], purpose=f"registration_{'waiting' if keeps_list else 'not_selected'}")
    assert "抽選" not in (told.body or "")
