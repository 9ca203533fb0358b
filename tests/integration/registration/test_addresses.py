"""Who may see a history: nobody by facts that colleagues know, whoever came first, whatever way the applications came."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.support.addresses import own_link
from tests.support.announcing import announce, statement
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.evening import device_of
from tests.support.hands import Clock, Outbox, QueryCount, Unit, link_in
from tests.support.intruder import opened_to
from trainings.accounts.models import Role
from trainings.checkin.actions import WalkIn, admit_walk_in
from trainings.core import clock as clock_now
from trainings.directory.actions import load_master_data
from trainings.directory.models import PersonAddress
from trainings.events.models import Event
from trainings.registration.actions import cancel_application, submit_application, substitute
from trainings.registration.models import Application, Channel
from trainings.registration.people import addresses
from trainings.registration.people.merging import merge_people, undo_merge, unlink_application
from trainings.registration.secrets import application_secret
from trainings.skills.actions import load_framework

Work = Callable[[], object]

HERS, INTRUDERS = "misaki@houkan.example", "intruder@else.example"
PHONE, INTRUDERS_PHONE = "000-555-0321", "000-555-0999"
CARE = "人工透析のため途中で休みます"
SECRETS = (HERS, PHONE, CARE, "第二回 在宅の集い")
WAYS = ("web", "own", "fax", "substitute", "walk_in", "merged")
KNOWN_FACTS = ("office", "licence")


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()
        load_framework("skills")


@pytest.fixture
def work(work: Work, clock: Clock) -> Work:
    """Time passes between one round and the next, so that somebody is first."""

    def run() -> None:
        work()
        clock.forward(minutes=6)

    return run


@pytest.fixture
def event(unit: Unit) -> Event:
    """The event to which she applies herself."""
    with unit():
        return announce(quotas={}, organisation_cap=None, title="第二回 在宅の集い")


@pytest.fixture
def facts(unit: Unit, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What all colleagues know of her beside name and kana."""
    with unit():
        office = make_office()
    return {
        "office": {"organisation_id": office.id, "organisation_name": office.name},
        "licence": {"licence_number": "123456"},
    }[getattr(request, "param", "office")]


def send(event: Event, channel: Channel = Channel.WEB, **said: Any) -> Application:
    own = said.pop("own_person", None)
    return submit_application(
        event_id=event.id,
        statement=statement(**({"organisation_name": ""} | said)),
        channel=channel,
        idempotency_key=uuid.uuid4().hex,
        own_person=own,
    )


def pretend(unit: Unit, facts: dict[str, Any], *, cancels: bool = True) -> str:
    """Somebody applies in her name with an address of their own, and cancels; the path of their application link."""
    with unit():
        other = announce(quotas={}, organisation_cap=None, title="第一回 在宅の集い")
        false = send(other, mail=INTRUDERS, phone=INTRUDERS_PHONE, **facts)
        if cancels:
            cancel_application(application_id=false.id)
        return f"/a/{application_secret(false)}"


def she_applies(unit: Unit, event: Event, facts: dict[str, Any], way: str) -> Application:
    """The application of the real one, by any way in, with what nobody else may read."""
    hers = {"mail": HERS, "phone": PHONE, "care_note": CARE} | facts
    with unit() as session:
        event = session.get_one(Event, event.id)
        if way in ("web", "fax"):
            return send(event, Channel.FAX if way == "fax" else Channel.WEB, **hers)
        if way == "own":
            first = send(announce(quotas={}, organisation_cap=None), **hers)
            return send(event, own_person=first.canonical_person, **hers)
        if way == "substitute":
            colleague = send(
                event, given="二郎", given_kana="ジロウ", mail="jiro@houkan.example", phone="1", **facts
            )
            key = uuid.uuid4().hex
            return substitute(application_id=colleague.id, statement=statement(**hers), idempotency_key=key)
        if way == "merged":
            return send(
                event, **(hers | {"organisation_id": None, "organisation_name": "", "licence_number": ""})
            )
        device, _ = device_of(event)
        walk_in = WalkIn(
            scan_id=uuid.uuid4(),
            scanned_at=clock_now.now(),
            name="高橋 美咲",
            kana="タカハシ ミサキ",
            group_id=event.groups[0].id,
        )
        admit_walk_in(event_id=event.id, walk_in=walk_in, device=device)
        return session.scalars(select(Application).where(Application.channel == Channel.WALK_IN)).one()


def make_one(unit: Unit, hers: Application, event_title: str = "第一回 在宅の集い") -> None:
    """Staff take the two for one person, as they would by what they see."""
    with unit() as session:
        false = session.scalars(select(Application).where(Application.mail == INTRUDERS)).one()
        real = session.get_one(Application, hers.id)
        if false.canonical_person_id != real.canonical_person_id:
            merge_people(keep_id=real.canonical_person_id, other_id=false.canonical_person_id)
        assert false.canonical_person_id == real.canonical_person_id


def close_applications(unit: Unit) -> None:
    """So that no page offers an event to apply for: its title then says that somebody did."""
    with unit() as session:
        session.execute(update(Event).values(application_closes_at=clock_now.now() - timedelta(hours=1)))


@pytest.mark.parametrize("facts", KNOWN_FACTS, indirect=True)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", ["intruder", "herself"])
def test_known_facts_open_nothing_of_hers(
    client: Client,
    unit: Unit,
    outbox: Outbox,
    work: Work,
    event: Event,
    facts: dict[str, Any],
    way: str,
    first: str,
) -> None:
    """Either secret, from either side: whoever applied in her name sees what they wrote themselves."""
    if first == "intruder":
        link = pretend(unit, facts)
        opened_to(INTRUDERS, client, outbox, work, also=(link,))
        hers = she_applies(unit, event, facts, way)
    else:
        hers = she_applies(unit, event, facts, way)
        link = pretend(unit, facts)
    make_one(unit, hers)
    close_applications(unit)

    seen = opened_to(INTRUDERS, client, outbox, work, also=(link,))

    assert "第一回 在宅の集い" in seen
    assert [words for words in SECRETS if words in seen] == []


def test_confirmed_address_of_one_person_opens_its_own_applications(
    client: Client, unit: Unit, outbox: Outbox, work: Work, event: Event, facts: dict[str, Any]
) -> None:
    she_applies(unit, event, facts, "web")

    seen = opened_to(HERS, client, outbox, work)

    assert [words for words in SECRETS if words not in seen] == []
    assert "わたしの記録" in seen


def test_first_answer_asks_to_confirm_and_reading_it_changes_nothing(
    client: Client, unit: Unit, outbox: Outbox, work: Work, event: Event, facts: dict[str, Any]
) -> None:
    """Scanners of mail open every link."""
    she_applies(unit, event, facts, "web")
    client.get("/links").press("リンクを送ってもらう", mail=HERS)
    work()
    assert outbox.all(purpose="registration_person_link") == []
    link = outbox.link(to=HERS, purpose="registration_confirm_address", containing="/p/")

    page = client.get(link)
    with unit() as session:
        assert [one.confirmed_at for one in session.scalars(select(PersonAddress))] == [None]
    done = page.press("このアドレスは、わたし一人のものです")
    work()

    assert done.h1 == "アドレスを確認しました"
    history = client.get(outbox.link(to=HERS, purpose="registration_person_link", containing="/p/"))
    assert history.has_link("第二回 在宅の集い")


def test_confirming_says_the_same_whether_another_address_is_known(
    client: Client, unit: Unit, outbox: Outbox, work: Work, event: Event, facts: dict[str, Any]
) -> None:
    def confirm(mail: str) -> str:
        client.get("/links").press("リンクを送ってもらう", mail=mail)
        work()
        link = outbox.link(to=mail, purpose="registration_confirm_address", containing="/p/")
        answer = client.get(link).press("このアドレスは、わたし一人のものです").text
        work()
        return answer.replace(mail, "")

    she_applies(unit, event, facts, "web")
    known = confirm(HERS)
    pretend(unit, facts)

    assert confirm(INTRUDERS) == known
    assert outbox.all(to=INTRUDERS, purpose="registration_person_link") == []
    assert outbox.one(purpose="registration_second_address").to_address == HERS


def test_second_address_sees_once_the_first_one_agreed_and_never_the_other_way(
    client: Client, unit: Unit, outbox: Outbox, work: Work, event: Event, facts: dict[str, Any]
) -> None:
    new = "takahashi@hospital.example"
    she_applies(unit, event, facts, "web")
    opened_to(HERS, client, outbox, work)
    with unit():
        later = announce(quotas={}, organisation_cap=None, title="第三回 在宅の集い")
        send(later, mail=new, phone=PHONE, care_note="席は前のほうに", **facts)
    close_applications(unit)
    before = opened_to(new, client, outbox, work)
    assert "第二回 在宅の集い" not in before
    assert "わたしの記録のリンク" not in before

    asked = client.get(link_in(outbox.one(purpose="registration_second_address").body or "", "/p/"))
    assert "t＊＊＊@hospital.example" in asked
    asked.press("わたしのアドレスです")
    work()

    after = opened_to(new, client, outbox, work)
    assert "第二回 在宅の集い" in after
    assert [words for words in (HERS, CARE) if words in after] == []
    hers = opened_to(HERS, client, outbox, work)
    assert "第三回 在宅の集い" not in hers


def test_address_that_the_first_one_refused_opens_nothing_until_staff_say_otherwise(
    client: Client,
    unit: Unit,
    outbox: Outbox,
    work: Work,
    event: Event,
    facts: dict[str, Any],
    staff_client: Callable[..., Client],
) -> None:
    """And if it was the intruder who came first, staff's word opens it, and closes theirs."""
    pretend(unit, facts)
    opened_to(INTRUDERS, client, outbox, work)
    hers = she_applies(unit, event, facts, "web")
    opened_to(HERS, client, outbox, work)
    asked = link_in(outbox.one(purpose="registration_second_address").body or "", "/p/")
    client.get(asked).press("わたしのものではありません")
    assert "わたしの記録のリンク" not in opened_to(HERS, client, outbox, work)

    planner = staff_client(Role.PLANNER)
    page = planner.get(f"/staff/people/{hers.canonical_person_id}")
    assert "本人のものではないとしました" in page
    with unit() as session:
        address = session.scalars(select(PersonAddress).where(PersonAddress.mail == HERS)).one()
    page = planner.post(f"/staff/people/addresses/{address.id}", {"answer": "belongs"})
    assert "記録のすべてを見られます" in page
    work()

    assert "第一回 在宅の集い" in opened_to(HERS, client, outbox, work)
    client.get(asked, status=404)


def test_staff_find_the_addresses_that_wait_for_their_word(
    client: Client,
    unit: Unit,
    outbox: Outbox,
    work: Work,
    event: Event,
    facts: dict[str, Any],
    staff_client: Callable[..., Client],
) -> None:
    she_applies(unit, event, facts, "web")
    opened_to(HERS, client, outbox, work)
    pretend(unit, facts)
    opened_to(INTRUDERS, client, outbox, work)
    planner = staff_client(Role.PLANNER)

    page = planner.get("/staff/people/candidates").follow("この人のページで決める")
    with unit() as session:
        address = session.scalars(select(PersonAddress).where(PersonAddress.mail == INTRUDERS)).one()
    page = planner.post(f"/staff/people/addresses/{address.id}", {"answer": "foreign"})

    assert "本人のものではないとしました" in page
    assert "アドレスの確認待ち" not in planner.get("/staff/people/candidates")


@pytest.mark.parametrize("n", [1, 3])
def test_queue_asks_the_same_number_of_questions_however_many_addresses_wait(
    unit: Unit,
    facts: dict[str, Any],
    staff_client: Callable[..., Client],
    count_queries: Callable[[], AbstractContextManager[QueryCount]],
    n: int,
) -> None:
    with unit():
        for person in range(n):
            for mail in ("one", "two"):
                name = {
                    "given": f"美咲{person}",
                    "given_kana": f"ミサキ{'アイウエオ'[person]}",
                    "phone": f"000-555-010{person}",
                }
                own_link(send(announce(quotas={}), mail=f"{mail}{person}@a.example", **name, **facts))
    planner = staff_client(Role.PLANNER)

    with count_queries() as count:
        page = planner.get("/staff/people/candidates")

    assert len(page.all("#addresses li")) == n
    # staff with roles (2), possible duplicates (2), open pairs, decided pairs, addresses that ask
    assert len(count) == 7, count.statements


def test_address_that_serves_two_people_opens_nothing_even_if_one_of_them_had_confirmed_it(
    client: Client, unit: Unit, event: Event, facts: dict[str, Any]
) -> None:
    mine = she_applies(unit, event, facts, "web")
    with unit() as session:
        secret = own_link(session.get_one(Application, mine.id))
    assert client.get(f"/p/{secret}").h1 == "わたしの記録"

    with unit():
        send(
            event, family="大沢", given="誠", family_kana="オオサワ", given_kana="マコト", mail=HERS, **facts
        )

    client.get(f"/p/{secret}", status=404)
    client.get(f"/p/{secret}/skills", status=404)


def test_address_that_differs_in_capitals_is_another_mailbox(
    client: Client, unit: Unit, outbox: Outbox, work: Work, event: Event, facts: dict[str, Any]
) -> None:
    she_applies(unit, event, facts, "web")
    opened_to(HERS, client, outbox, work)
    capitals = "Misaki@houkan.example"
    with unit():
        other = announce(quotas={}, organisation_cap=None, title="第一回 在宅の集い")
        send(other, mail=capitals, phone=INTRUDERS_PHONE, **facts)
    close_applications(unit)

    seen = opened_to(capitals, client, outbox, work)

    assert [words for words in SECRETS if words in seen] == []


def test_form_that_the_own_link_fills_in_says_what_this_address_wrote(
    client: Client, unit: Unit, event: Event, facts: dict[str, Any]
) -> None:
    pretend(unit, facts)
    she_applies(unit, event, facts, "web")
    with unit() as session:
        secret = own_link(session.scalars(select(Application).where(Application.mail == INTRUDERS)).one())

    page = client.get(f"/p/{secret}/apply/{event.slug}")

    form = page.form(button="確認へ進む")
    assert (form.values["mail"], form.values["phone"]) == ([INTRUDERS], [INTRUDERS_PHONE])


def test_link_of_an_application_that_was_separated_opens_no_history(
    client: Client, unit: Unit, event: Event, facts: dict[str, Any]
) -> None:
    pretend(unit, facts)
    she_applies(unit, event, facts, "web")
    with unit() as session:
        false = session.scalars(select(Application).where(Application.mail == INTRUDERS)).one()
        secret = own_link(false)
        unlink_application(application_id=false.id)

    client.get(f"/p/{secret}", status=404)


def test_word_of_staff_counts_for_this_person_only_and_ends_with_the_merge(
    unit: Unit, event: Event, facts: dict[str, Any]
) -> None:
    """An address vouched for sees all of its person, and no more than its own after the two were parted."""
    with unit():
        one = send(announce(quotas={}, title="春"), mail="one@a.example", **facts)
        two = send(
            announce(quotas={}, title="夏"), mail="two@a.example", phone="2", organisation_name="よその薬局"
        )
        merge_people(keep_id=one.canonical_person_id, other_id=two.canonical_person_id)
        own_link(one)
        address = addresses.address_of(one)
        addresses.decide_address(address_id=address.id, belongs=True, staff_id=None)
        assert [fact.event.title for fact in addresses.history_seen_by(address).facts] == ["夏"]

    with unit():
        undo_merge(person_id=two.person_id)

    with unit() as session:
        address = session.get_one(PersonAddress, address.id)
        assert addresses.opens(address)
        assert addresses.history_seen_by(address).facts == []
