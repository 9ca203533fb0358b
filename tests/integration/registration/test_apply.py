"""入力 → 確認 → 完了."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.support.addresses import own_link
from tests.support.announcing import profession, statement
from tests.support.applying import make_office
from tests.support.at_once import under_way
from tests.support.client import Client
from tests.support.guests import apply, confirm_page, published, said, stored, submit
from tests.support.hands import Clock, Outbox, Unit, unit_for
from trainings.allocation.draws.freezing import freeze_list
from trainings.core.refusal import Refused
from trainings.directory.actions import load_master_data
from trainings.directory.models import PersonCandidate
from trainings.directory.queries import districts
from trainings.events.models import CertificateRule, Event, EventKind, Selection
from trainings.registration import actions
from trainings.registration.actions import submit_application
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret
from trainings.registration.states import State
from trainings.registration.texts import REFUSALS


@pytest.fixture(autouse=True)
def master_data(clock: Clock, unit: Unit) -> None:
    with unit():
        load_master_data()


# -- the way ---------------------------------------------------------------------------------------------


def test_way_leads_from_the_event_over_input_and_confirmation_to_the_receipt(
    client: Client, unit: Unit, outbox: Outbox
) -> None:
    event = published(unit)

    page = client.get(f"/e/{event.slug}").follow("申し込む")
    assert page.h1 == "参加する方のこと"
    page = page.form(button="確認へ進む").fill(said(unit, event)).submit("確認へ進む")
    assert page.h1 == "内容の確認"
    assert stored(unit, event) == []
    page = page.press("この内容で申し込む")

    (one,) = stored(unit, event)
    assert page.h1 == "申込を受け付けました"
    assert one.code in page
    assert "参加が決まりました" in page
    assert (one.full_name, one.channel, one.state) == ("高橋 美咲", Channel.WEB, State.CONFIRMED)
    link = outbox.link(to="misaki@houkan.example", purpose="registration_confirmed", containing="/a/")
    assert client.get(link).h1 == "わたしの申込"


def test_confirmation_shows_everything_as_it_will_be_stored(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = confirm_page(
        client,
        unit,
        event,
        family=" 髙橋\ufa19 ",
        given="美\uf9dc",
        family_kana="たかはし",
        given_kana="ﾐｻｷ",
        mail=" Misaki＠HOUKAN.example ",
        phone="０００−５５５−０１００",
        licence_number="００１２",
        care_note="前の方の席",
        pre_answer="𠮷野家の事例は？",
    )

    assert page.one(".certificate-name__name").text == "髙橋\ufa19 美\uf9dc"
    shown = page.texts(".checklist dd:not(.checklist__edit)")
    page.press("この内容で申し込む")
    (one,) = stored(unit, event)
    for value in (
        one.full_name,
        one.full_kana,
        one.mail,
        one.phone,
        one.licence_number,
        one.care_note,
        one.pre_answer,
    ):
        assert value in shown
    assert (one.family, one.given) == ("髙橋\ufa19", "美\uf9dc")
    assert (one.family_kana, one.given_kana) == ("タカハシ", "ミサキ")
    assert one.licence_number == "0012"
    assert one.heard_via_id is not None


def test_going_back_to_correct_keeps_every_value_and_the_key(client: Client, unit: Unit) -> None:
    event = published(unit)
    values = said(unit, event, care_note="車いすで行きます\n入口の近くに", pre_answer="質問 <b>&\"'")

    first = client.get(f"/e/{event.slug}/apply").form(button="確認へ進む").fill(values)
    page = first.submit("確認へ進む")
    back = page.form(button="この内容で申し込む").submit("修正する（電話番号）")

    again = back.form(button="確認へ進む").values
    assert back.h1 == "参加する方のこと"
    assert back.errors == []
    for name, value in values.items():
        assert [one.replace("\r\n", "\n") for one in again[name]] == [value], name
    assert again["idempotency_key"] == first.values["idempotency_key"]


def test_mistakes_are_told_together_and_keep_every_value(client: Client, unit: Unit) -> None:
    event = published(unit)
    values = said(unit, event, family="", family_kana="", mail="misaki@", phone="123", care_note="<script>")

    page = client.get(f"/e/{event.slug}/apply")
    page = page.form(button="確認へ進む").fill(values).submit("確認へ進む", status=422)

    assert page.errors == [
        "氏を入力してください",
        "セイ（氏のフリガナ）を入力してください",
        "メールアドレスは、name@example.jp のような形で入力してください",
        "電話番号は、市外局番から入力してください",
    ]
    again = page.form(button="確認へ進む").values
    for name, value in values.items():
        assert again[name] == [value], name


def test_empty_form_names_every_field_that_is_needed(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)

    page = client.get(f"/e/{event.slug}/apply").press("確認へ進む", status=422)

    assert page.errors == [
        "職種区分を選んでください",
        "事業所の名前を入力してください。所属がない方は「なし」と書いてください",
        "氏を入力してください",
        "名を入力してください",
        "セイ（氏のフリガナ）を入力してください",
        "メイ（名のフリガナ）を入力してください",
        "メールアドレスを入力してください",
        "電話番号を入力してください",
        "どこで知ったかを選んでください",
        "守秘の約束を読んで、しるしを付けてください",
    ]


@pytest.mark.parametrize("what", ["another group", "a foreign profession", "no uuid", "other without words"])
def test_profession_must_be_one_of_the_chosen_group(client: Client, unit: Unit, what: str) -> None:
    event = published(unit)
    values = said(unit, event)
    with unit():
        other = {"another group": str(profession("MD").id), "no uuid": "x' OR 1=1"}.get(what)
    if what == "other without words":
        values = said(unit, event, "OTH")
    else:
        values["profession"] = other or str(event.id)

    page = client.post(f"/e/{event.slug}/apply", values, status=422)

    assert len(page.errors) == 1
    assert stored(unit, event) == []


def test_profession_is_asked_for_once_the_group_is_chosen(client: Client, unit: Unit) -> None:
    event = published(unit)
    values = said(unit, event)
    del values["profession"]

    assert client.post(f"/e/{event.slug}/apply", values, status=422).errors == ["職種を選んでください"]


def test_words_for_another_profession_count_only_where_that_is_chosen(client: Client, unit: Unit) -> None:
    event = published(unit)

    apply(client, unit, event, profession_note="鍼灸師")

    (one,) = stored(unit, event)
    assert one.profession_note == ""


def test_name_in_latin_letters_needs_no_kana(client: Client, unit: Unit) -> None:
    event = published(unit)

    apply(client, unit, event, family="Nguyễn".replace("ễ", "e"), given="Lan", family_kana="", given_kana="")

    (one,) = stored(unit, event)
    assert (one.full_name, one.full_kana) == ("Nguyen Lan", "")


def test_unusual_address_is_asked_about_but_taken(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = confirm_page(client, unit, event, mail="misaki..t@docomo.ne.jp")

    assert "あまり見かけない形" in page
    assert "受付番号" in page.press("この内容で申し込む")


def test_letter_that_no_font_draws_is_named_before_it_is_sent(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = confirm_page(client, unit, event, family="\U000f0001橋", given="髙\ufa19")

    told = page.one(".certificate-name .notice").text
    assert told.startswith("「\U000f0001」は、印刷できない字です。紙には「〓」と出ます。")
    page.press("この内容で申し込む")
    assert stored(unit, event)[0].family == "\U000f0001橋"


def test_too_long_words_are_told_not_cut(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = client.post(f"/e/{event.slug}/apply", said(unit, event, family="長" * 61), status=422)

    assert page.errors == ["氏は60文字までで入力してください"]


@pytest.mark.parametrize(
    ("differs", "sentence"),
    [
        ({"phone": "000-555-0100" + "\u337f" * 8}, "電話番号は30文字までで入力してください"),
        ({"licence_number": "\u337f" * 8}, "登録番号は30文字までで入力してください"),
        ({"mail": "\u337f" * 70 + "@a.example"}, "メールアドレスは254文字までで入力してください"),
        ({"family": "\u3000"}, "氏を入力してください"),
        ({"given": "\x00"}, "名を入力してください"),
    ],
)
def test_what_folding_makes_too_long_or_empty_is_told(
    client: Client, unit: Unit, differs: dict[str, str], sentence: str
) -> None:
    event = published(unit)

    page = client.post(f"/e/{event.slug}/apply/send", said(unit, event, **differs), status=422)

    assert page.errors == [sentence]
    assert stored(unit, event) == []


def test_longest_name_is_taken_and_known_again(client: Client, unit: Unit) -> None:
    event, other = published(unit), published(unit)
    longest = {"family": "髙" * 60, "given": "子" * 60, "family_kana": "タ" * 80, "given_kana": "コ" * 80}

    for one in (event, other):
        client.post(f"/e/{one.slug}/apply/send", said(unit, one, **longest))

    (first,), (second,) = stored(unit, event), stored(unit, other)
    assert (first.family, first.given) == (longest["family"], longest["given"])
    assert first.person_id == second.person_id


def test_name_is_one_line_and_the_key_has_no_control_characters(client: Client, unit: Unit) -> None:
    event = published(unit)

    client.post(
        f"/e/{event.slug}/apply/send",
        said(unit, event, family="高\r\n橋", given="美\u2028咲") | {"idempotency_key": "k\x00ey"},
    )

    (one,) = stored(unit, event)
    assert (one.family, one.given) == ("高 橋", "美 咲")
    assert one.idempotency_key.isalnum()


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("family", "氏には、ホームページやメールのアドレスを書けません"),
        ("given", "名には、ホームページやメールのアドレスを書けません"),
        ("family_kana", "セイには、ホームページやメールのアドレスを書けません"),
        ("given_kana", "メイには、ホームページやメールのアドレスを書けません"),
        ("organisation_name", "事業所の名前には、ホームページやメールのアドレスを書けません"),
        ("profession_note", "職種には、ホームページやメールのアドレスを書けません"),
    ],
)
def test_names_hold_no_address_that_a_mail_of_the_city_would_lead_to(
    client: Client, unit: Unit, outbox: Outbox, field: str, told: str
) -> None:
    """The attack: a name 「http://… に今すぐサインイン」 opened a mail from the city."""
    event = published(unit)
    confirmed = confirm_page(client, unit, event).form(button="この内容で申し込む")

    page = confirmed.fill({field: "ｈｔｔｐ：／／evil.example に今すぐサインイン"}).submit(
        "この内容で申し込む", status=422
    )

    assert page.errors == [told]
    assert stored(unit, event) == []
    assert outbox.all() == []


def test_telephone_number_is_no_name(client: Client, unit: Unit) -> None:
    event = published(unit)
    confirmed = confirm_page(client, unit, event).form(button="この内容で申し込む")

    page = confirmed.fill(given="至急０３－１２３４－５６７８へ").submit("この内容で申し込む", status=422)

    assert page.errors == ["名には、電話番号を書けません"]


def test_sending_past_the_confirmation_is_checked_again(client: Client, unit: Unit) -> None:
    event = published(unit)

    page = client.post(f"/e/{event.slug}/apply/send", said(unit, event, mail=""), status=422)

    assert page.errors == ["メールアドレスを入力してください"]


# -- one application ----------------------------------------------------------------------------------------


def test_double_tap_makes_one_application_and_shows_the_same_receipt(
    client: Client, unit: Unit, outbox: Outbox
) -> None:
    event = published(unit)
    confirm = confirm_page(client, unit, event)

    first = confirm.press("この内容で申し込む")
    second = confirm.press("この内容で申し込む")

    assert first.path == second.path
    assert len(stored(unit, event)) == 1
    assert len(outbox.all()) == 1


def test_key_of_another_browser_leads_to_nothing_of_theirs(
    client: Client, new_client: Callable[[], Client], unit: Unit
) -> None:
    """The attack: whoever had somebody's key (from a page left open, or a form made beforehand) was led to their receipt,
    and with it to their link."""
    event = published(unit)
    page = confirm_page(client, unit, event)
    key = page.form(button="この内容で申し込む").values["idempotency_key"][0]
    mine = page.press("この内容で申し込む")

    theirs = confirm_page(
        new_client(),
        unit,
        event,
        family="大沢",
        family_kana="オオサワ",
        mail="o@a.example",
        phone="000-555-0199",
    ).press("この内容で申し込む", idempotency_key=key)

    assert theirs.path != mine.path
    assert "高橋" not in theirs
    assert {one.family for one in stored(unit, event)} == {"高橋", "大沢"}


def test_person_who_cancelled_may_apply_again(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = apply(client, unit, event).follow("わたしの申込を開く")
    page.follow("取り消す").press("この申込を取り消す")

    apply(client, unit, event)

    assert sorted(one.state for one in stored(unit, event)) == [State.CANCELLED, State.CONFIRMED]


def test_who_applies_once_more_finds_what_the_first_application_said(client: Client, unit: Unit) -> None:
    event = published(unit)
    page = apply(client, unit, event).follow("わたしの申込を開く")
    page.follow("取り消す").press("この申込を取り消す")

    again = client.get(page.path).follow("もう一度申し込む")

    assert "次の方" not in again
    form = again.form(button="確認へ進む")
    (one,) = stored(unit, event)
    assert [form.values[name] for name in ("family", "given", "mail", "phone")] == [
        [one.family],
        [one.given],
        [one.mail],
        [one.phone],
    ]


def test_colleagues_with_one_shared_address_are_two_people(client: Client, unit: Unit) -> None:
    event = published(unit)
    apply(client, unit, event)

    apply(client, unit, event, family="大沢", given="誠", family_kana="オオサワ", given_kana="マコト")

    assert len({one.canonical_person_id for one in stored(unit, event)}) == 2


IMPATIENT = text("SET LOCAL lock_timeout = '300ms'")
BY_LOT_AND_AT_ONCE = pytest.mark.parametrize("kind", [EventKind.HUNDRED, EventKind.SYMPOSIUM])
"""Where lots are drawn the applications share the event's lock; where seats are given at once they do not."""


@BY_LOT_AND_AT_ONCE
def test_one_person_at_the_same_moment_gets_one_application_that_counts_or_one_question(
    app: Flask, unit: Unit, kind: EventKind
) -> None:
    """By lot the others wait to be settled; at once they are decided like anybody's, beside the one that came first."""
    event = published(unit, kind)
    values = said(unit, event)
    ready = threading.Barrier(6)
    answers: list[tuple[int, str]] = []

    def press(n: int) -> None:
        guest = Client(app)
        data = values | {"csrf_token": guest.csrf_token(), "idempotency_key": f"{n:032x}"}
        ready.wait(20)
        answer = guest.raw.post(f"/e/{event.slug}/apply/send", data=data)
        answers.append((answer.status_code, answer.get_data(as_text=True)))

    threads = [threading.Thread(target=press, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [status for status, _ in answers] == [302] * 6
    found = stored(unit, event)
    by_lot = kind == EventKind.HUNDRED
    assert sum(one.state == State.DUPLICATE for one in found) == (5 if by_lot else 0)
    assert len({one.canonical_person_id for one in found}) == (1 if by_lot else 6)
    with unit() as session:
        assert len(session.scalars(select(PersonCandidate.other_id).distinct()).all()) == (0 if by_lot else 1)


@BY_LOT_AND_AT_ONCE
def test_same_key_at_the_same_moment_gives_everybody_the_same_application(
    app: Flask, unit: Unit, kind: EventKind
) -> None:
    event = published(unit, kind)
    ready = threading.Barrier(4)
    found: list[object] = []

    def submit() -> None:
        ready.wait(20)
        with unit_for(app)():
            one = submit_application(
                event_id=event.id, statement=statement(), channel=Channel.WEB, idempotency_key="k"
            )
            found.append(one.id)

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.postgresql_only
def test_applications_to_a_lottery_wait_for_nobody_and_freezing_waits_for_them(
    app: Flask, unit: Unit, clock: Clock
) -> None:
    event = published(unit, EventKind.HUNDRED)

    with under_way(app, lambda: submit(event, "NSV", 1)):
        with unit() as beside:
            beside.execute(IMPATIENT)
            submit(event, "NSV", 2)
        clock.set(event.application_closes_at)
        with pytest.raises(OperationalError, match="lock timeout"), unit() as beside:
            beside.execute(IMPATIENT)
            freeze_list(event_id=event.id)

    assert len(stored(unit, event)) == 2


@pytest.mark.postgresql_only
def test_applications_where_seats_are_given_at_once_wait_for_each_other(app: Flask, unit: Unit) -> None:
    event = published(unit)

    with (
        under_way(app, lambda: submit(event, "NSV", 1)),
        pytest.raises(OperationalError, match="lock timeout"),
        unit() as beside,
    ):
        beside.execute(IMPATIENT)
        submit(event, "NSV", 2)


def test_application_to_a_lottery_that_has_just_become_none_is_not_stored(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = published(unit, EventKind.HUNDRED)
    lock_event = actions.lock_event

    def changed_first(event_id: uuid.UUID, *, shared: bool = False) -> Event:
        with unit() as organiser:
            organiser.get_one(Event, event_id).selection = Selection.FIRST_COME
        return lock_event(event_id, shared=shared)

    monkeypatch.setattr(actions, "lock_event", changed_first)

    with pytest.raises(Refused) as refused, unit():
        submit(event, "NSV", 1)

    assert refused.value.code == RegistrationRefusal.CHANGED_MEANWHILE
    assert stored(unit, event) == []


# -- may one apply --------------------------------------------------------------------------------------------


def test_event_with_a_pledge_takes_nobody_without_it(client: Client, unit: Unit) -> None:
    event = published(unit, EventKind.CASE_CONFERENCE)

    page = client.get(f"/e/{event.slug}/apply")
    assert event.pledge in page
    page = page.form(button="確認へ進む").fill(said(unit, event)).fill(pledged=False)
    refused = page.submit("確認へ進む", status=422)
    assert refused.errors == ["守秘の約束を読んで、しるしを付けてください"]
    refused.press("確認へ進む", pledged=True).press("この内容で申し込む")

    (one,) = stored(unit, event)
    assert one.pledged_at is not None
    assert one.state == State.APPLIED


def test_event_without_a_pledge_asks_for_none(client: Client, unit: Unit) -> None:
    event = published(unit)

    assert "守秘の約束" not in client.get(f"/e/{event.slug}/apply")


def test_before_the_opening_nobody_may_apply(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit)
    values = said(unit, event)
    clock.set(event.application_opens_at)
    client.get(f"/e/{event.slug}/apply")
    clock.forward(seconds=-1)

    page = client.get(f"/e/{event.slug}/apply", status=410)
    assert page.h1 == "いまは申し込めません"
    assert "に始まります" in page
    assert not client.get(f"/e/{event.slug}").has_link("申し込む")
    page = client.post(f"/e/{event.slug}/apply/send", values, status=422)
    assert page.errors == [REFUSALS[RegistrationRefusal.NOT_OPEN_YET]]


def test_after_the_closing_nobody_may_apply(client: Client, unit: Unit, clock: Clock) -> None:
    event = published(unit)
    confirm = confirm_page(client, unit, event)
    clock.set(event.application_closes_at)

    assert "に締め切りました" in client.get(f"/e/{event.slug}/apply", status=410)
    page = confirm.press("この内容で申し込む", status=422)
    assert page.errors == [REFUSALS[RegistrationRefusal.CLOSED]]
    assert stored(unit, event) == []


def test_draft_and_unknown_event_have_no_form(client: Client, unit: Unit) -> None:
    draft = published(unit, published=False)

    client.get(f"/e/{draft.slug}/apply", status=404)
    client.post(f"/e/{draft.slug}/apply/send", status=404)
    client.get("/e/unknown/apply", status=404)


def test_profession_that_the_event_leaves_out_is_not_offered(client: Client, unit: Unit) -> None:
    event = published(unit)
    values = said(unit, event, "CIT")
    with unit() as session:
        row = next(
            row
            for row in session.get_one(Event, event.id).professions
            if str(row.profession_id) == values["profession"]
        )
        session.delete(row)

    assert values["profession"] not in client.get(f"/e/{event.slug}/apply").html
    page = client.post(f"/e/{event.slug}/apply/send", values, status=422)
    assert page.errors == ["「市民（一般）」は、この催しでは選べなくなりました。ほかの職種を選んでください"]
    with pytest.raises(Refused) as refused, unit():
        submit_application(
            event_id=event.id, statement=statement("CIT"), channel=Channel.WEB, idempotency_key="k"
        )
    assert refused.value.code == RegistrationRefusal.PROFESSION_NOT_INVITED


# -- first come -------------------------------------------------------------------------------------------------


def test_seats_kept_for_a_group_are_not_given_to_others(unit: Unit) -> None:
    event = published(unit, capacity=4, quotas={"医科": (2, None)}, organisation_cap=None)

    with unit():
        nurses = [submit(event, "NSV", n).state for n in range(4)]
        doctors = [submit(event, "MD", n).state for n in range(4, 7)]

    assert nurses == [State.CONFIRMED, State.CONFIRMED, State.WAITING, State.WAITING]
    assert doctors == [State.CONFIRMED, State.CONFIRMED, State.WAITING]


def test_released_seats_are_given_to_whoever_comes(unit: Unit, clock: Clock) -> None:
    event = published(unit, capacity=2, quotas={"医科": (1, None)}, organisation_cap=None)
    with unit() as session:
        for group in session.get_one(Event, event.id).groups:
            group.release_on = clock.now.astimezone().date()

    with unit():
        assert [submit(event, "NSV", n).state for n in range(3)] == [
            State.CONFIRMED,
            State.CONFIRMED,
            State.WAITING,
        ]


def test_cap_of_group_and_of_organisation_hold(unit: Unit) -> None:
    event = published(unit, capacity=50, quotas={"看護": (0, 2)}, organisation_cap=1)

    with unit():
        found = [
            submit(event, "NSV", 1, organisation_name="一号").state,
            submit(event, "NSV", 2, organisation_name="一号").state,
            submit(event, "NSV", 3, organisation_name="").state,
            submit(event, "NSV", 4, organisation_name="").state,
            submit(event, "MD", 5, organisation_name="").state,
        ]

    assert found == [State.CONFIRMED, State.WAITING, State.CONFIRMED, State.WAITING, State.CONFIRMED]


def test_waiting_guest_sees_the_place_and_why(client: Client, unit: Unit, outbox: Outbox) -> None:
    event = published(unit, capacity=1, quotas={}, organisation_cap=None)
    with unit():
        submit(event, "NSV", 1)
        submit(event, "MD", 2)

    page = apply(client, unit, event)

    assert "いまはキャンセル待ちです" in page
    mine = page.follow("わたしの申込を開く")
    assert "看護 1番目です" in mine
    assert "全体では 2番目です" in mine
    assert "職種ごとの枠を守ると、いまご案内できる席がありません" in mine
    assert len(outbox.all(to="misaki@houkan.example", purpose="registration_waiting")) == 1


def test_lottery_takes_the_application_and_decides_nothing(
    client: Client, unit: Unit, outbox: Outbox
) -> None:
    event = published(unit, EventKind.HUNDRED)

    page = apply(client, unit, event)

    assert event.selection == Selection.LOTTERY
    assert [one.state for one in stored(unit, event)] == [State.APPLIED]
    assert "結果のお知らせ" in page
    assert len(outbox.all(purpose="registration_received")) == 1


# -- the next colleague ------------------------------------------------------------------------------------------


def test_next_colleague_begins_with_office_and_contact(client: Client, unit: Unit) -> None:
    event = published(unit)
    receipt = apply(client, unit, event)

    values = receipt.follow("続けて、同じ事業所の方を申し込む").form(button="確認へ進む").values

    assert values["organisation_name"] == ["けやき訪問看護"]
    assert values["mail"] == ["misaki@houkan.example"]
    assert values["family"] == [""]


def test_no_secret_stands_in_a_query(client: Client, unit: Unit) -> None:
    """Queries are written into logs of proxies; paths of secrets are kept out of them."""
    first, second = published(unit), published(unit)
    receipt = apply(client, unit, first)
    with unit() as session:
        one = session.scalars(select(Application)).one()
        own, secret = own_link(one), application_secret(one)
    pages = [receipt, client.get(f"/a/{secret}"), client.get(f"/p/{own}")]
    pages += [
        receipt.follow("続けて、同じ事業所の方を申し込む"),
        pages[-1].follow(f"{second.title}に申し込む"),
    ]
    pages.append(pages[-1].form(button="確認へ進む").fill(said(unit, second)).submit("確認へ進む"))

    queries = [
        urlsplit(node.get(name, "")).query
        for page in pages
        for name in ("href", "action", "formaction", "src")
        for node in page.all(f"[{name}]")
    ]
    assert "edit=1" in queries
    assert [query for query in queries if secret in query or own in query] == []
    assert pages[4].path == f"/p/{own}/apply/{second.slug}"
    assert pages[4].form(button="確認へ進む").values["own"] == [own]


def test_secret_in_a_query_opens_nothing(client: Client, unit: Unit) -> None:
    event = published(unit)
    apply(client, unit, event)
    with unit() as session:
        one = session.scalars(select(Application)).one()
        own, secret = own_link(one), application_secret(one)

    page = client.get(f"/e/{event.slug}/apply?own={own}&again={secret}")

    assert page.form(button="確認へ進む").values["mail"] == [""]
    assert own not in page.html


def test_office_typed_as_it_stands_in_the_directory_is_that_office_unless_it_is_retired_or_one_of_two(
    client: Client, unit: Unit
) -> None:
    """Without the list that needs a script; width and blanks apart."""
    event = published(unit, quotas={}, organisation_cap=None, capacity=20)
    with unit():
        office = make_office("けやき薬局 ２号店")
        retired = make_office("ひばり薬局")
        retired.active = False
        make_office("さくら薬局")
        make_office("さくら薬局", district_id=districts()[1].id)

    confirm = confirm_page(client, unit, event, organisation_name="ｹﾔｷ薬局2号店".replace("ｹﾔｷ", "けやき"))
    assert "けやき薬局 ２号店" in confirm
    confirm.press("この内容で申し込む")
    for n, typed in enumerate(("ひばり薬局", "さくら薬局", "なし"), start=1):
        apply(
            client,
            unit,
            event,
            organisation_name=typed,
            family="欅田",
            given=f"花{'子' * n}",
            given_kana=f"ハナ{'コ' * n}",
            mail=f"n{n}@a.example",
            phone=f"000-555-020{n}",
        )

    stands = {one.given: (one.organisation_id, one.organisation_name) for one in stored(unit, event)}
    assert stands == {
        "美咲": (office.id, "けやき薬局 ２号店"),
        "花子": (None, "ひばり薬局"),
        "花子子": (None, "さくら薬局"),
        "花子子子": (None, ""),
    }


def test_form_promises_a_certificate_only_where_there_is_one_and_says_first_what_names_are_used_for(
    client: Client, unit: Unit
) -> None:
    with_one = published(unit, EventKind.HUNDRED)
    without = published(unit, EventKind.SYMPOSIUM, certificate_rule=CertificateRule.NONE)

    assert "証明書にはこう印字されます" in confirm_page(client, unit, with_one)
    page = confirm_page(client, unit, without)
    assert "証明書" not in page
    assert "名札と受付の名簿にはこう印字されます" in page
    first = client.get(f"/e/{without.slug}/apply").text
    assert first.index("個人情報の利用目的") < first.index("職種区分")


def test_office_chosen_from_the_list_is_kept_and_a_retyped_one_is_not(
    client: Client, unit: Unit, new_client: Callable[[], Client]
) -> None:
    event = published(unit)
    with unit():
        office = make_office("けやき訪問看護ステーション")

    apply(client, unit, event, organisation_id=office.id, organisation_name=office.name)
    apply(
        new_client(),
        unit,
        event,
        family="大沢",
        mail="b@c.example",
        phone="000-555-0199",
        organisation_id=office.id,
        organisation_name="別の事業所",
    )

    second, first = sorted(stored(unit, event), key=lambda one: one.family)
    assert (first.organisation_id, first.organisation_name) == (office.id, office.name)
    assert (second.organisation_id, second.organisation_name) == (None, "別の事業所")


def test_page_of_the_form_takes_few_queries(
    client: Client, unit: Unit, count_queries: Callable[..., Any]
) -> None:
    event = published(unit)
    client.get(f"/e/{event.slug}/apply")

    with count_queries() as count:
        client.get(f"/e/{event.slug}/apply")

    assert len(count) <= 6, count.statements
    with unit() as session:
        assert session.scalar(select(func.count(Application.id))) == 0
