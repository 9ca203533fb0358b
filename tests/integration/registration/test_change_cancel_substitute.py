"""Correcting, cancelling and handing on an application."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from tests.support.announcing import profession, statement
from tests.support.applying import make_office
from tests.support.client import Client
from tests.support.evening import come_in, device_of
from tests.support.guests import apply, confirm_page, my_link, published, said, stored, submit
from tests.support.hands import Clock, Outbox, Unit
from tests.support.pages import Page
from trainings.audit.queries import entries_of_subject
from trainings.core.jobs import Job
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.directory.models import Association, Profession
from trainings.events.models import Event, EventKind, Selection
from trainings.registration.actions import cancel_application, substitute
from trainings.registration.corrections.changing import change_application
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State
from trainings.registration.texts import REFUSALS
from trainings.registration.transitions import SEAT_FREED

OTHER_MAIL = {"mail": "shared@houkan.example"}
OTHER = {"family": "大沢", "given": "誠", "family_kana": "オオサワ", "given_kana": "マコト"}


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


def mine(client: Client, unit: Unit, event: Event, code: str = "NSV", **differs: Any) -> Page:
    """わたしの申込 of a new application."""
    return client.get(my_link(apply(client, unit, event, code, **differs)))


def jobs(unit: Unit, name: str) -> int:
    with unit() as session:
        return len(session.scalars(select(Job).where(Job.name == name)).all())


# -- correcting ---------------------------------------------------------------------------------------------


def test_two_open_pages_of_one_application_lose_nothing_of_each_other(client: Client, unit: Unit) -> None:
    """The one sent first asks for an interpreter, the one sent later has a new phone number."""
    event = published(unit, EventKind.CASE_CONFERENCE)
    page = mine(client, unit, event)
    early, late = page.follow("内容を直す"), page.follow("内容を直す")
    early.press("この内容に直す", phone="000-555-0111", care_note="手話通訳をお願いします")

    clash = late.press("この内容に直す", phone="000-555-0122", licence_number="0099", status=409)

    (now,) = stored(unit, event)
    assert (now.phone, now.care_note, now.licence_number) == ("000-555-0111", "手話通訳をお願いします", "")
    assert clash.rows("table.meanwhile")[1:] == [
        ["電話番号", "000-555-0111", "000-555-0122"],
        ["登録番号", "なし", "0099"],
    ]
    assert clash.texts(".meanwhile__others li") == ["配慮してほしいこと：手話通訳をお願いします"]
    clash.press("入力した内容にする")
    (now,) = stored(unit, event)
    assert (now.phone, now.care_note, now.licence_number) == (
        "000-555-0122",
        "手話通訳をお願いします",
        "0099",
    )


def test_application_sent_once_more_keeps_a_profession_and_a_channel_that_were_put_out_of_use(
    client: Client, unit: Unit
) -> None:
    """Back from the receipt to the confirm page, corrected and sent again, in a minute in which both were retired."""
    event = published(unit, EventKind.CASE_CONFERENCE)
    confirm = confirm_page(client, unit, event)
    confirm.press("この内容で申し込む")
    with unit() as session:
        session.execute(update(Profession).values(active=False))
        session.execute(update(Association).values(active=False))
    (before,) = stored(unit, event)

    form = client.post(
        f"/e/{event.slug}/apply", confirm.form(button="この内容で申し込む").values | {"phone": "000-555-0133"}
    )
    form.press("この内容で申し込む")

    (now,) = stored(unit, event)
    assert now.phone == "000-555-0133"
    assert (now.profession_id, now.heard_via_id) == (before.profession_id, before.heard_via_id)


def test_profession_out_of_use_is_offered_to_nobody_new_and_stays_with_whose_seat_it_is(
    client: Client, unit: Unit
) -> None:
    event = published(unit, EventKind.SYMPOSIUM, quotas={}, capacity=10)
    page = mine(client, unit, event)
    with unit() as session:
        name = profession("NSV").name
        session.get_one(Profession, profession("NSV").id).active = False

    assert name not in client.get(f"/e/{event.slug}/apply")
    assert name in page.follow("内容を直す")
    assert name in page.follow("代わりの方にゆずる")


def test_page_sent_back_as_it_was_shown_changes_nothing_of_what_stands_by_now(
    client: Client, unit: Unit
) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)
    page = mine(client, unit, event)
    early, late = page.follow("内容を直す"), page.follow("内容を直す")
    early.press("この内容に直す", phone="000-555-0111")

    late.press("この内容に直す")

    assert [one.phone for one in stored(unit, event)] == ["000-555-0111"]


def test_edit_page_shows_what_was_typed_and_stores_what_is_changed(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)
    page = mine(client, unit, event, care_note="前の席", licence_number="0012")
    (before,) = stored(unit, event)

    form = page.follow("内容を直す").form(button="この内容に直す")
    for name, value in said(unit, event, care_note="前の席", licence_number="0012").items():
        if name not in ("heard_via", "pledged"):
            assert form.values[name] == [value], name
    page = form.fill(given="みさき", phone="000-555-0111", care_note="").submit("この内容に直す")

    (after,) = stored(unit, event)
    assert "申込の内容を直しました" in page
    assert "高橋 みさき" in page
    assert (after.given, after.phone, after.care_note) == ("みさき", "000-555-0111", "")
    assert (after.heard_via_id, after.pledged_at) == (before.heard_via_id, before.pledged_at)
    assert before.heard_via_id is not None
    with unit():
        (entry,) = [
            one for one in entries_of_subject("application", after.id) if one.verb == "application.changed"
        ]
    assert entry.detail == {"fields": ["care_note", "given", "phone"]}


def test_saving_without_a_change_leaves_no_trace(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event)
    (one,) = stored(unit, event)
    with unit():
        before = len(entries_of_subject("application", one.id))

    page.follow("内容を直す").press("この内容に直す")

    with unit():
        assert len(entries_of_subject("application", one.id)) == before


def test_edit_with_a_mistake_keeps_every_value(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("内容を直す")

    page = page.press("この内容に直す", given="", care_note="筆談", status=422)

    assert page.errors == ["名を入力してください"]
    assert page.form(button="この内容に直す").values["care_note"] == ["筆談"]


def test_profession_may_change_before_the_draw_and_moves_the_group(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.HUNDRED)
    page = mine(client, unit, event).follow("内容を直す")
    doctor = said(unit, event, "MD")

    page.press("この内容に直す", group=doctor["group"], profession=doctor["profession"])

    (one,) = stored(unit, event)
    assert str(one.event_group_id) == doctor["group"]


def test_profession_and_office_are_fixed_once_a_seat_was_decided(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("内容を直す")
    doctor = said(unit, event, "MD")

    refused = page.press(
        "この内容に直す", group=doctor["group"], profession=doctor["profession"], care_note="筆談", status=422
    )
    assert refused.errors == [REFUSALS[RegistrationRefusal.GROUP_FIXED]]
    assert refused.form(button="この内容に直す").values["care_note"] == ["筆談"]
    page.press("この内容に直す", organisation_name="別の事業所", status=422)

    assert stored(unit, event)[0].organisation_name == "けやき訪問看護"


def test_profession_is_fixed_once_the_list_is_frozen(unit: Unit, clock: Clock) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit() as session:
        one = submit(event, "NSV", 1)
        session.get_one(Event, event.id).list_frozen_at = clock.now

    with pytest.raises(Refused) as refused, unit():
        change_application(application_id=one.id, statement=statement("MD"))
    assert refused.value.code == RegistrationRefusal.LIST_FROZEN


def test_office_that_staff_matched_stays_matched_when_the_phone_is_corrected(
    client: Client, unit: Unit
) -> None:
    event = published(unit)
    page = mine(client, unit, event, organisation_name="けやき訪問")
    with unit() as session:
        office = make_office("けやき訪問看護ステーション")
        session.scalars(select(Application)).one().organisation_id = office.id

    page.follow("内容を直す").press("この内容に直す", phone="000-555-0122")

    (one,) = stored(unit, event)
    assert (one.organisation_id, one.organisation_name) == (office.id, "けやき訪問")
    assert one.phone == "000-555-0122"


def test_retyped_office_is_no_longer_the_chosen_one(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        office = make_office("けやき訪問看護ステーション")
    page = mine(client, unit, event, organisation_id=office.id, organisation_name=office.name)

    page.follow("内容を直す").press("この内容に直す", organisation_name="別の事業所")

    (one,) = stored(unit, event)
    assert (one.organisation_id, one.organisation_name) == (None, "別の事業所")


def test_nothing_changes_once_the_event_has_begun(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit)
    page = mine(client, unit, event)
    edit, cancel, other = (page.follow(w) for w in ("内容を直す", "取り消す", "代わりの方にゆずる"))
    clock.set(event.starts_at)

    sentence = REFUSALS[RegistrationRefusal.EVENT_BEGUN]
    assert edit.press("この内容に直す", given="変", status=422).errors == [sentence]
    assert sentence in cancel.press("この申込を取り消す", status=422)
    form = other.form(button="この方にゆずる").fill(OTHER_MAIL | OTHER | _profession(unit, event))
    assert form.submit("この方にゆずる", status=422).errors == [sentence]
    page = client.get(page.path)
    assert not page.has_link("内容を直す")
    assert not page.has_link("取り消す")
    assert not page.has_link("代わりの方にゆずる")


def test_who_has_come_in_cannot_give_the_seat_away(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit)
    page = mine(client, unit, event)
    cancel, other = page.follow("取り消す"), page.follow("代わりの方にゆずる")
    people = stored(unit, event)
    clock.set(event.doors_open_at)
    with unit():
        come_in(event, device_of(event)[0], people)

    sentence = REFUSALS[RegistrationRefusal.ALREADY_IN]
    assert sentence in cancel.press("この申込を取り消す", status=422)
    form = other.form(button="この方にゆずる").fill(OTHER_MAIL | OTHER | _profession(unit, event))
    assert form.submit("この方にゆずる", status=422).errors == [sentence]
    page = client.get(page.path)
    assert not page.has_link("取り消す")
    assert not page.has_link("代わりの方にゆずる")
    assert [one.state for one in stored(unit, event)] == [State.CONFIRMED]


def _profession(unit: Unit, event: Event, code: str = "NSV") -> dict[str, str]:
    values = said(unit, event, code)
    return {"group": values["group"], "profession": values["profession"]}


# -- cancelling -----------------------------------------------------------------------------------------------


def test_cancelling_frees_the_seat_and_tells_so(client: Client, unit: Unit, outbox: Outbox) -> None:
    event = published(unit)
    page = mine(client, unit, event)
    assert jobs(unit, SEAT_FREED) == 0

    page = page.follow("取り消す")
    assert "高橋 美咲 さんの" in page
    page = page.press("この申込を取り消す")

    assert "取り消しました" in page
    assert [one.state for one in stored(unit, event)] == [State.CANCELLED]
    assert jobs(unit, SEAT_FREED) == 1
    (mail,) = outbox.all(purpose="registration_cancelled")
    assert "チケットは、もう使えません" in mail.body
    assert "もう一度申し込むときは、次のページからお願いします" in mail.body
    assert not page.has_link("チケットを表示する")


def test_cancelling_twice_changes_nothing(client: Client, unit: Unit, outbox: Outbox) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("取り消す")

    page.press("この申込を取り消す")
    page.press("この申込を取り消す")

    assert len(outbox.all(purpose="registration_cancelled")) == 1


def test_cancelling_without_a_seat_frees_none(unit: Unit) -> None:
    event = published(unit, capacity=1, quotas={}, organisation_cap=None)
    with unit():
        submit(event, "NSV", 1)
        waiting = submit(event, "NSV", 2)

    with unit():
        cancel_application(application_id=waiting.id)

    assert jobs(unit, SEAT_FREED) == 0
    assert [one.waiting_rank for one in stored(unit, event)] == [None, None]


def test_ended_application_cannot_be_cancelled(unit: Unit) -> None:
    event = published(unit)
    with unit():
        one = submit(event, "NSV", 1)
        substitute(application_id=one.id, statement=statement(**OTHER), idempotency_key="s")

    with pytest.raises(Refused) as refused, unit():
        cancel_application(application_id=one.id)
    assert refused.value.code == RegistrationRefusal.NOT_LIVE


def test_page_that_cancels_only_reads(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event)

    client.get(f"{page.path}/cancel")

    assert stored(unit, event)[0].state == State.CONFIRMED


# -- handing on -----------------------------------------------------------------------------------------------


def test_substitute_takes_the_seat_with_a_ticket_of_their_own(
    client: Client, unit: Unit, outbox: Outbox
) -> None:
    event = published(unit)
    page = mine(client, unit, event)
    old_ticket = page.link("チケットを表示する")
    client.get(old_ticket)
    with unit() as session:
        session.scalars(select(Application)).one().table_number = 7

    form = page.follow("代わりの方にゆずる").form(button="この方にゆずる")
    form.fill(OTHER_MAIL | OTHER | _profession(unit, event) | {"mail": "makoto@houkan.example"})
    asked = form.submit("この方にゆずる")

    assert [one.state for one in stored(unit, event)] == [State.CONFIRMED]
    assert "高橋 美咲 さんから 大沢 誠 さんにゆずります" in asked
    assert "makoto@houkan.example に送ります" in asked
    receipt = asked.press("この方にゆずる")

    old, new = sorted(stored(unit, event), key=lambda one: one.substitute_for_id is not None)
    assert (old.state, new.state) == (State.SUBSTITUTED, State.CONFIRMED)
    assert (new.channel, new.table_number, new.full_name) == (Channel.SUBSTITUTE, 7, "大沢 誠")
    assert (new.organisation_name, new.event_group_id) == (old.organisation_name, old.event_group_id)
    assert new.canonical_person_id != old.canonical_person_id
    client.get(old_ticket, status=404)
    assert "大沢 誠" in receipt.follow("わたしの申込を開く").follow("チケットを表示する")
    assert "代わりの方に交代しました" in client.get(page.path)
    assert len(outbox.all(to="makoto@houkan.example", purpose="registration_confirmed")) == 1
    assert jobs(unit, SEAT_FREED) == 0


def test_substitute_is_found_by_the_office_in_kana(unit: Unit) -> None:
    event = published(unit)
    with unit():
        office = make_office("欅訪問看護", kana="ケヤキホウモンカンゴ")
        one = submit(event, "NSV", 1, organisation_id=office.id)
        new = substitute(application_id=one.id, statement=statement(**OTHER), idempotency_key="s")

    assert new.search_key.split()[2:] == [*one.search_key.split()[2:-1], new.search_key.split()[-1]]


def test_substitution_sent_twice_makes_one(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("代わりの方にゆずる")
    form = page.form(button="この方にゆずる").fill(OTHER_MAIL | OTHER | _profession(unit, event))

    one, other = form.submit("この方にゆずる"), form.submit("この方にゆずる")
    assert one.press("この方にゆずる").path == other.press("この方にゆずる").path
    assert len(stored(unit, event)) == 2


def test_substitution_sent_again_with_other_words_says_who_has_the_seat(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("代わりの方にゆずる")
    form = page.form(button="この方にゆずる").fill(OTHER_MAIL | OTHER | _profession(unit, event))
    form.submit("この方にゆずる").press("この方にゆずる")
    (new,) = (one for one in stored(unit, event) if one.family == OTHER["family"])

    form.fill(family="小川", given="直", family_kana="オガワ", given_kana="ナオ")
    again = form.submit("この方にゆずる").press("この方にゆずる", status=422)

    assert f"{new.full_name} 様" in again.errors[0]
    assert new.code in again.errors[0]
    assert again.form(button="この方にゆずる").values["family"] == ["小川"]
    assert {one.full_name for one in stored(unit, event)} == {"高橋 美咲", new.full_name}


def test_substitute_must_be_somebody_else(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("代わりの方にゆずる")
    form = page.form(button="この方にゆずる")
    values = {name: value for name, value in said(unit, event).items() if name in form.values}

    page = form.fill(values).submit("この方にゆずる").press("この方にゆずる", status=422)

    assert page.errors == [REFUSALS[RegistrationRefusal.SUBSTITUTE_SAME_PERSON]]
    assert [one.state for one in stored(unit, event)] == [State.CONFIRMED]


def test_substitute_of_another_group_is_neither_offered_nor_taken(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = mine(client, unit, event).follow("代わりの方にゆずる")
    (one,) = stored(unit, event)

    assert [choice["value"] for choice in page.all("input[name=group]")] == [str(one.event_group_id)]
    with pytest.raises(Refused) as refused, unit():
        substitute(application_id=one.id, statement=statement("MD", **OTHER), idempotency_key="s")
    assert refused.value.code == RegistrationRefusal.SUBSTITUTE_OTHER_GROUP
    assert [one.state for one in stored(unit, event)] == [State.CONFIRMED]


def test_substitute_pledges_too(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)
    page = mine(client, unit, event)
    with unit() as session:
        one = session.scalars(select(Application)).one()
        one.state = State.CONFIRMED

    page = client.get(page.path).follow("代わりの方にゆずる")
    form = page.form(button="この方にゆずる").fill(OTHER_MAIL | OTHER | _profession(unit, event))

    assert form.submit("この方にゆずる", status=422).errors == [
        "代わりの方に約束を読んでいただき、しるしを付けてください"
    ]


def test_only_a_confirmed_application_can_be_handed_on(unit: Unit) -> None:
    event = published(unit, EventKind.HUNDRED)
    with unit():
        one = submit(event, "NSV", 1)

    with pytest.raises(Refused) as refused, unit():
        substitute(application_id=one.id, statement=statement(**OTHER), idempotency_key="s")
    assert refused.value.code == RegistrationRefusal.NOT_CONFIRMED
    with unit():
        assert profession("NSV").id == one.profession_id
        assert ticket_code(one) != ""


# -- the form of application, sent once more ------------------------------------------------------------------


def test_form_sent_again_with_another_mail_corrects_what_it_stored(
    client: Client, unit: Unit, outbox: Outbox
) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE, selection=Selection.FIRST_COME)
    confirm = confirm_page(client, unit, event, mail="naoko@mial.example")
    confirm.press("この内容で申し込む")
    again = confirm.press("修正する（電話番号）").press(
        "確認へ進む", mail="naoko@mail.example", phone="000-555-0704"
    )

    receipt = again.press("この内容で申し込む")

    assert "いま送った内容に直しました" in receipt
    (now,) = stored(unit, event)
    assert (now.mail, now.phone) == ("naoko@mail.example", "000-555-0704")
    assert "naoko@mail.example" not in outbox.one(purpose="registration_mail_left").body
    assert outbox.one(purpose="registration_mail_left").to_address == "naoko@mial.example"
    assert outbox.one(purpose="registration_mail_changed").to_address == "naoko@mail.example"
    assert "いま送った内容に直しました" not in again.press("この内容で申し込む")
    assert len(outbox.all(purpose="registration_mail_changed")) == 1


def test_form_sent_again_loses_nothing_that_was_put_right_elsewhere(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)
    confirm = confirm_page(client, unit, event)
    receipt = confirm.press("この内容で申し込む")
    edit = client.get(my_link(receipt)).follow("内容を直す")
    edit.press("この内容に直す", care_note="手話通訳をお願いします")

    confirm.press("この内容で申し込む")  # the same as it was sent: the receipt

    assert [one.care_note for one in stored(unit, event)] == ["手話通訳をお願いします"]
    again = confirm.press("修正する（電話番号）").press("確認へ進む", phone="000-555-0704")
    clash = again.press("この内容で申し込む", status=409)
    clash.press("入力した内容にする")
    assert [(one.care_note, one.phone) for one in stored(unit, event)] == [
        ("手話通訳をお願いします", "000-555-0704")
    ]


def test_form_sent_again_for_somebody_else_says_whose_application_stands(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)
    confirm = confirm_page(client, unit, event)
    confirm.press("この内容で申し込む")
    again = confirm.press("修正する（電話番号）").press("確認へ進む", **OTHER)

    page = again.press("この内容で申し込む", status=422)

    (now,) = stored(unit, event)
    assert "高橋 美咲 様のお申し込み" in page.errors[0]
    assert now.code in page.errors[0]
    assert page.form(button="確認へ進む").values["family"] == [OTHER["family"]]
