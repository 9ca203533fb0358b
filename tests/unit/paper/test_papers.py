"""Every paper with its shortest and its longest texts, rendered and read back: nothing fails, nothing is cut or lies on
something else, and a promised page stays one page."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import current_app, render_template

from tests.support.printed import Word, covered, pages_of, text_of
from trainings.allocation.draws.disclosure import PublicLine
from trainings.allocation.draws.publishing import PublicDraw
from trainings.allocation.exports import council_pages
from trainings.allocation.models import Draw, DrawCommitment
from trainings.certificates.exports import certificates_pdf
from trainings.certificates.models import Certificate
from trainings.checkin.paper.exports import badge_of, badge_pages
from trainings.core.paper import pdf
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup, EventNotice, NoticeKind, Selection
from trainings.notices.exports import letter_of, page_of
from trainings.notices.letters import Facts
from trainings.notices.letters import said as words_for
from trainings.notices.models import Kind
from trainings.notices.queries import Due
from trainings.registration.models import Application
from trainings.registration.proxy.exports import WANTED, sheet_of
from trainings.registration.states import Reason, State

pytestmark = pytest.mark.usefixtures("printing")

AT = datetime(2027, 2, 14, 4, 30, tzinfo=UTC)
NAMES = (
    ("林", "一"),
    ("髙橋", "美咲"),
    ("グエン", "ティ トゥイ ズオン"),
    ("Schmidt", "Annaliese"),
    ("長宗我部", "真由美子"),
    ("マリア・クリスティーナ", "サントス・オリベイラ"),
    ("Wolfeschlegelsteinhausenbergerdorff", "Hubert"),
)
TITLES = (
    "会",
    "百人の集い",
    "令和8年度 第3回 けやき市多職種連携研修会「看取りを支える地域のつながりを考える」",
    "多" * 25,
    "職" * 45,
    "Interprofessional Education and Collaborative Practice in Keyaki: An Introduction",
)
PLACES = ("", "市役所", "会" * 28, "けやき市総合福祉会館　ふれあいホール（北館）")
CAPTIONS = ("職種区分ごとの結果", "記録を確かめるための値")
"""Of tables, for who listens to them: in the file, but not to be seen."""
LETTERS = ("W", "齉", "ア")
"""The longest of everything, in Latin letters, in kanji that another font draws, and in kana."""


def event_of(title: str = "百人の集い", venue: str = "けやき市役所", room: str = "大会議室") -> Event:
    return Event(
        slug="hyakunin",
        title=title,
        venue=venue,
        room=room,
        starts_at=AT,
        ends_at=AT,
        handouts_numbered=True,
    )


def guest_of(event: Event, family: str, given: str, office: str = "", group: str = "看護") -> Application:
    return Application(
        id=uuid.uuid4(),
        event=event,
        family=family,
        given=given,
        family_kana="",
        given_kana="",
        organisation_name=office,
        role=PARTICIPANT,
        state=State.CONFIRMED,
        code="K12-04785",
        ticket_version=1,
        table_number=99,
        group=EventGroup(name=group, mark="看", css="g-ns"),
    )


def certificate_of(event: Event, name: str) -> Certificate:
    return Certificate(
        application=Application(event=event),
        number="2026-K12-04785",
        code="x" * 26,
        name=name,
        event_title=event.title,
        held_on=date(2027, 2, 14),
        minutes=180,
        issued_at=AT,
    )


def without_blanks(text: str) -> str:
    return "".join(text.split())


def assert_whole(words: Sequence[Word], *said: str) -> None:
    letters = text_of(list(words))
    assert [text for text in said if without_blanks(text) not in letters] == []


def test_certificate_is_one_page_whatever_stands_on_it(longest: Any, tmp_path: Path) -> None:
    certificates = [
        *(certificate_of(event_of(), " ".join(name)) for name in NAMES),
        *(certificate_of(event_of(title=title), "髙橋 美咲") for title in TITLES),
        *(certificate_of(event_of(venue=place, room=""), "髙橋 美咲") for place in PLACES),
    ]
    for letter in LETTERS:
        everything = event_of(*(longest(column, letter) for column in (Event.title, Event.venue, Event.room)))
        certificates.append(certificate_of(everything, " ".join([letter * 60, letter * 60])))

    pages = pages_of(certificates_pdf(certificates, "受講証明書"), tmp_path)

    assert len(pages) == len(certificates)
    for page, one in zip(pages, certificates, strict=True):
        event = one.application.event
        assert_whole(page, one.name, one.event_title, event.venue, event.room, one.number, "けやき市医師会")
        assert [word for word in page if not word.lies_within(23, 25, 187, 269)] == [], one.name
        assert covered(page) == [], (one.name, one.event_title)


def test_badge_keeps_everything_on_its_own_label(longest: Any, tmp_path: Path) -> None:
    offices = ("", "けやき市民病院", "けやき北地域包括支援センター　サテライト本町三丁目")
    people = [
        guest_of(event_of(title=TITLES[n % len(TITLES)]), *name, office=offices[n % 3])
        for n, name in enumerate(NAMES)
    ]
    for letter in LETTERS:
        one = guest_of(
            event_of(longest(Event.title, letter)),
            letter * 60,
            letter * 60,
            longest(Application.organisation_name, letter),
            longest(EventGroup.name, letter),
        )
        one.family_kana, one.given_kana = "ア" * 80, "ン" * 80
        people.append(one)
    people += [guest_of(event_of(), "欅田", "花", group="介護支援専門員（ケアマネジャー）")] * 3

    pages = pages_of(badge_pages(event_of(), people, {}), tmp_path)

    # Outside of the labels stands only the heading that a screen reader gets.
    printed = [[word for word in page if word.right > 0] for page in pages]
    assert [len(page) > 0 for page in printed] == [True, True]
    for place, one in enumerate(people):
        page, at = divmod(place, 10)
        left, top = 14 + 91 * (at % 2), 11 + 55 * (at // 2)
        mine = [
            word
            for word in printed[page]
            if left <= (word.left + word.right) / 2 <= left + 91
            and top <= (word.top + word.bottom) / 2 <= top + 55
        ]
        assert_whole(
            mine,
            one.full_name,
            one.full_kana,
            one.organisation_name,
            one.group.name,
            one.event.title,
            one.code,
        )
        assert [word for word in mine if not word.lies_within(left + 4, top + 3, left + 87, top + 52)] == []
        code = Word("QR", left + 62.5, top + 28, left + 85.5, top + 51)
        assert covered([code, *mine]) == [], one.full_name


def test_letter_to_whoever_has_no_mail_is_one_page_and_in_the_window(longest: Any, tmp_path: Path) -> None:
    event = event_of()
    event.selection, event.offer_hours, event.doors_open_at = Selection.LOTTERY, 48, AT
    event.application_closes_at, event.contact_name, event.contact_phone = AT, "", ""
    event.contact_fax, event.contact_mail = "", ""
    people = [guest_of(event, *name, office="けやき市民病院") for name in NAMES]
    people += [
        guest_of(event, letter * 60, letter * 60, longest(Application.organisation_name, letter))
        for letter in LETTERS
    ]
    told: list[tuple[Application, Facts, list[Kind]]] = []
    for n, one in enumerate(people):
        one.fax, one.offer_told_at, one.reason = "000-555-0199" * (n % 2), None, Reason.DRAWN
        one.submitted_at = AT
        told.append((one, Facts(event), [Kind.RESULT]))
    for letter in LETTERS:
        everything = event_of(*(longest(column, letter) for column in (Event.title, Event.venue, Event.room)))
        everything.selection, everything.offer_hours = Selection.LOTTERY, 48
        everything.doors_open_at = everything.application_closes_at = AT
        everything.contact_name, everything.contact_phone = letter * 80, "0" * 30
        everything.contact_fax, everything.contact_mail = "0" * 30, "m" * 254
        one = guest_of(everything, letter * 60, letter * 60, longest(Application.organisation_name, letter))
        one.fax, one.offer_told_at, one.reason, one.submitted_at = "0" * 30, None, Reason.DRAWN, AT
        place = {"venue": letter * 120, "room": letter * 120, "address": letter * 160}
        when = {
            "sessions": [],
            **dict.fromkeys(("starts_at", "ends_at", "doors_open_at"), AT.isoformat()),
        }
        moved = EventNotice(
            kind=NoticeKind.MOVED,
            event=everything,
            before=when | dict.fromkeys(place, "市"),
            after=when | place,
            reason="",
        )
        off = EventNotice(
            kind=NoticeKind.CALLED_OFF, event=everything, before=when | place, after={}, reason=letter * 400
        )
        told += [
            (one, Facts(everything, moved), [Kind.CHANGED, Kind.RESULT, Kind.OFFER]),
            (one, Facts(everything, off), [Kind.CALLED_OFF, Kind.CERTIFICATE]),
        ]
    letters = [
        letter_of(one, words_for(one, [Due(kind, AT) for kind in kinds], facts), facts)
        for one, facts, kinds in told
    ]

    printed = pdf.render(page_of(event, letters), static_dir=Path(current_app.static_folder or ""))
    pages = pages_of(printed, tmp_path)

    assert len(pages) == len(told)
    for page, (one, facts, _), made in zip(pages, told, letters, strict=True):
        assert_whole(page, one.full_name, one.organisation_name, facts.event.title, *made.body[0].lines)
        if facts.notice is not None and facts.notice.reason:
            assert facts.notice.reason in text_of(page)
        assert all(text.fits for text in (*made.texts.values(), *made.body)), one.full_name
        assert [word for word in page if not word.lies_within(19, 17, 191, 287)] == []
        window = [word for word in page if word.top < 53 and word.left < 107]
        assert_whole(window, one.full_name, one.organisation_name)
        assert [word for word in window if not word.lies_within(23, 17, 107, 53)] == []
        assert covered(page) == [], one.full_name


def test_fax_sheet_is_one_page_whatever_the_event_says(longest: Any, tmp_path: Path) -> None:
    events = [
        event_of(title=title, venue=place) for title, place in zip(TITLES, (*PLACES, "", ""), strict=True)
    ]
    events += [
        event_of(*(longest(column, letter) for column in (Event.title, Event.venue, Event.room)))
        for letter in LETTERS
    ]
    for n, event in enumerate(events):
        letter = LETTERS[n % 3]
        is_long = n >= len(TITLES)
        event.selection, event.capacity, event.doors_open_at, event.application_closes_at = (
            Selection.FIRST_COME,
            100,
            AT,
            AT,
        )
        event.address, event.fee = (letter * 160, letter * 60) if is_long else ("", "無料")
        event.contact_name, event.contact_phone = (letter * 80, "0" * 30) if is_long else ("", "")
        event.contact_fax, event.contact_mail = ("0" * 30, "m" * 254) if is_long else ("000-555-0144", "")
        event.purpose_of_use = letter * 400 if is_long else "受付と名簿、受講証明書のために使います。"
        event.pledge = "守ります" * (n % 2)
        event.groups = [EventGroup(name=f"{letter * 30}{k}" if is_long else f"区分{k}") for k in range(20)]

        made = sheet_of(event)
        page = render_template("registration/fax_sheet.html", event=event, sheet=made, wanted=WANTED)
        pages = pages_of(pdf.render(page, static_dir=Path(current_app.static_folder or "")), tmp_path)

        assert len(pages) == 1
        assert_whole(pages[0], event.title, event.venue, event.room, event.purpose_of_use, event.contact_fax)
        assert_whole(pages[0], *(group.name for group in event.groups), *(label for label, _ in WANTED))
        assert all(text.fits for text in (*made.texts.values(), *made.facts, *made.groups, *made.purpose))
        assert [word for word in pages[0] if not word.lies_within(13, 9, 197, 288)] == []
        code = Word("QR", 157, 14, 195, 52)
        assert covered([code, *pages[0]]) == [], event.title


@pytest.mark.parametrize(("letter", "handouts"), [("W", True), ("齉", False), ("ア", True)])
def test_printed_roster_has_every_name_whole(
    longest: Any, tmp_path: Path, letter: str, handouts: bool
) -> None:
    event = event_of(*(longest(column, letter) for column in (Event.title, Event.venue, Event.room)))
    event.handouts_numbered = handouts
    people = [guest_of(event, *name, office="けやき市民病院") for name in NAMES]
    for other in LETTERS:
        people.append(guest_of(event, other * 60, other * 60, longest(Application.organisation_name, other)))
        people[-1].family_kana, people[-1].given_kana = "ア" * 80, "ン" * 80

    page = render_template("checkin/roster.html", event=event, people=people)
    pages = pages_of(pdf.render(page, static_dir=Path(current_app.static_folder or "")), tmp_path)

    words = [word for page in pages for word in page]
    assert "".join([letter * 10, "受付名簿"]) in text_of(pages[-1]), "the foot says which event it is"
    assert_letters(pages[0], event.title + event.venue + event.room)
    for one in people:
        for column in (one.family, one.given, one.organisation_name, one.code):
            assert_whole_in_column(words, column)
    assert [word.text for word in words].count("99") == len(people)
    for page in pages:
        assert [word for word in page if not word.lies_within(14, 10, 196, 295)] == []
        assert covered(page) == []


def assert_letters(words: Sequence[Word], text: str) -> None:
    """A page has each letter of a text at least as often as the text, wherever its lines were broken."""
    there, wanted = Counter(text_of(list(words))), Counter(without_blanks(text))
    assert wanted - there == Counter()


def assert_whole_in_column(words: Sequence[Word], text: str) -> None:
    """Lines of neighbouring columns take turns in the file: so many letters are there as the text has."""
    if len(set(text)) == 1 and len(text) > 1:
        assert sum(word.text.count(text[0]) for word in words) >= len(text)
    else:
        assert_whole(words, *text.split())


@pytest.mark.parametrize("letter", LETTERS)
def test_record_for_the_council_keeps_to_two_pages(longest: Any, tmp_path: Path, letter: str) -> None:
    event = event_of(*(longest(column, letter) for column in (Event.title, Event.venue, Event.room)))
    names = [f"{n}{longest(EventGroup.name, letter)[1:]}" for n in range(10)]
    reasons = [f"{'と'.join(names[:4])}の上限を、45人で分け合うため、確率は42.5％です。" for _ in range(6)]
    draw = Draw(
        drawn_at=AT,
        record={
            "secret": "5" * 64,
            "frozen": {
                "rules": {"capacity": 100, "organisation_cap": 2},
                "placed": [1],
                "about": {"public_number": letter * 120},
            },
        },
        seed="5" * 64,
        digest="d" * 64,
        previous_digest="0" * 64,
        public_number="1" * 60,
        commitment=DrawCommitment(created_at=AT, sha256="a" * 64),
    )
    lines = [PublicLine((name,), name, False, 10, 10, 20, 45, 20, "42.5–100％") for name in names]
    one = PublicDraw(
        draw, None, lines, 450, 100, False, reasons, reasons[:2], False, letter * 200, (), "b" * 64, AT
    )

    pages = pages_of(council_pages(event, one, [("手で席を決めたもの", 3)]), tmp_path)

    assert len(pages) == 2
    letters = "".join(map(text_of, pages))
    assert_letters(pages[0], event.title + event.venue)
    for said in (
        event.venue,
        draw.digest,
        draw.seed,
        "5" * 64,
        "確率がそろわないところ",
        "45人で分け合うため",
    ):
        assert said in letters
    for page in pages:
        assert [word for word in page if not word.lies_within(14, 10, 196, 295)] == []
        seen = [word for word in page if word.text not in CAPTIONS]
        assert covered(seen) == []


LOST, GETA = "\U000f0001", "〓"
"""A letter of private use that no font has, and what is printed for it."""


def paper_of(kind: str, event: Event) -> bytes:
    """Each paper with such a letter wherever somebody types."""
    guest = guest_of(event, f"{LOST}橋", "美咲", office=f"{LOST}薬局", group=f"看{LOST}")
    if kind == "certificate":
        return certificates_pdf([certificate_of(event, guest.full_name)], "受講証明書")
    if kind == "badge":
        return badge_pages(event, [guest], {})
    if kind == "roster":
        page = render_template("checkin/roster.html", event=event, people=[guest])
        return pdf.render(page, static_dir=Path(current_app.static_folder or ""))
    press = pdf.Press(Path(current_app.static_folder or ""))
    press.lay_out(f'<html lang="ja"><title>{event.title}</title><p>{guest.full_name}</p></html>')
    return press.written()


@pytest.mark.parametrize("kind", ["certificate", "badge", "roster", "press"])
def test_letter_that_no_font_has_is_printed_as_geta_on_every_paper(kind: str, tmp_path: Path) -> None:
    event = event_of(title=f"{LOST}の集い", venue=f"市役所{LOST}", room=f"{LOST}の間")

    pages = pages_of(paper_of(kind, event), tmp_path)

    said = text_of([word for page in pages for word in page])
    assert LOST not in said
    assert f"{GETA}橋" in said
    if kind != "press":
        assert f"{GETA}の集い" in said


def test_badge_printed_at_a_desk_has_geta_too() -> None:
    badge = badge_of(guest_of(event_of(title=f"{LOST}の集い"), f"{LOST}橋", "美咲"), {})

    assert (badge.texts["name"].lines, badge.texts["event"].lines) == (
        (f"{GETA}橋 美咲",),
        (f"{GETA}の集い",),
    )
