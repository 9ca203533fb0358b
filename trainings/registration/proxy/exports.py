"""開催案内 and 参加申込書: one A4 sheet that associations forward, to be filled in by hand and sent by FAX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import current_app, render_template, url_for

from trainings.core import clock
from trainings.core.paper import letters, pdf, qr, sheets
from trainings.core.paper.fitting import LEADING, MILLIMETRES, Box, Fitted, fit
from trainings.core.web import jdatetime, jtime
from trainings.events.models import Event, Selection

BOXES = {
    "title": Box(width=138, height=14, sizes=(20, 17, 14, 12, 10, 9, 8, 7, 6), one_line=14),
    "contact": Box(width=182, height=8, sizes=(12, 10, 9, 8, 7, 6, 5, 4), one_line=8),
    "fax": Box(width=182, height=9, sizes=(20, 17, 14, 12, 10, 9), one_line=9),
}
"""Their places on the sheet: css/fax_sheet.css."""
FACTS_WIDTH, FACTS_HEIGHT = 138.0, 42.0
PURPOSE_WIDTH, PURPOSE_HEIGHT = 182.0, 24.0
GROUPS_WIDTH, GROUPS_HEIGHT = 146.0, 22.0
SMALLER = (12, 10, 9, 8, 7, 6, 5, 4)
WHEN, WHERE, SEATS, CLOSES = (
    "日時　{when}〜{until}（受付 {doors}から）",
    "会場　{place}",
    "定員　{seats}人（{how}）",
    "申込の締切　{closes}",
)
FEE = "参加費　{fee}"
HOW = {
    Selection.LOTTERY: "締切のあとに、職種ごとの枠を守って抽選します",
    Selection.FIRST_COME: "職種ごとの枠を守って、届いた順に決まります",
}
PURPOSE = "個人情報の利用目的　{purpose}"
CONTACT = "お問い合わせ　{name}　電話 {phone}"
MAIL = "　メール {mail}"
SEND_TO = "FAX送信先　{fax}"
NO_FAX = "この用紙は、下のお問い合わせ先にお届けください"
BOX = "□{group}"
WANTED = (
    ("氏名", 14),
    ("フリガナ", 10),
    ("事業所", 13),
    ("職種", 12),
    ("電話", 12),
    ("FAX", 12),
    ("メール", 12),
    ("配慮してほしいこと・質問", 15),
)
"""Lines to fill in by hand, and how high each is in millimetres."""


@dataclass(frozen=True)
class FaxSheet:
    """texts: what stands in each of `BOXES`. facts, groups, purpose: paragraphs, each block in one size."""

    texts: Mapping[str, Fitted]
    facts: Sequence[Fitted]
    groups: Sequence[Fitted]
    purpose: Sequence[Fitted]
    address: str
    picture: qr.QrPicture


def block(paragraphs: Sequence[str], width: float, height: float) -> list[Fitted]:
    """Paragraphs in the largest size in which all of them have room."""
    fitted: list[Fitted] = []
    for size in SMALLER:
        box = Box(width=width, height=height, sizes=(size,), one_line=size)
        fitted = [fit(letters.printable(one), box) for one in paragraphs]
        if sum(len(one.lines) for one in fitted) * size * LEADING * MILLIMETRES <= height:
            break
    return fitted


def fax_sheet(event: Event) -> bytes:
    """The sheet as PDF. Raises `core.pdf.PdfUnavailable`."""
    page = render_template("registration/fax_sheet.html", event=event, sheet=sheet_of(event), wanted=WANTED)
    return _printed(page, current_app.static_folder or "")


@lru_cache(maxsize=16)
def _printed(page: str, static_dir: str) -> bytes:
    """Anybody may ask for it, as often as they like: the same document is laid out once."""
    return pdf.render(page, static_dir=Path(static_dir))


def sheet_of(event: Event) -> FaxSheet:
    """What stands on it, laid into its boxes."""
    settings = current_app.config["TSUDOI"]
    mail, fax = event.contact_mail or settings.contact_mail, event.contact_fax or settings.contact_fax
    contact = CONTACT.format(
        name=event.contact_name or settings.contact_name, phone=event.contact_phone or settings.contact_phone
    )
    told = {
        "title": event.title,
        "contact": contact + (MAIL.format(mail=mail) if mail else ""),
        "fax": SEND_TO.format(fax=fax) if fax else NO_FAX,
    }
    address = settings.url(url_for("guest.event", slug=event.slug))
    purpose = PURPOSE.format(purpose=" ".join(event.purpose_of_use.split()))
    boxes = "　".join(BOX.format(group=group.name.replace(" ", "")) for group in event.groups)
    return FaxSheet(
        texts={place: fit(letters.printable(text), BOXES[place]) for place, text in told.items()},
        facts=block(_facts(event), FACTS_WIDTH, FACTS_HEIGHT),
        groups=block([boxes], GROUPS_WIDTH, GROUPS_HEIGHT),
        purpose=block([purpose], PURPOSE_WIDTH, PURPOSE_HEIGHT),
        address=address,
        picture=qr.picture(address),
    )


def _facts(event: Event) -> list[str]:
    lines = [
        WHEN.format(
            when=jdatetime(event.starts_at), until=jtime(event.ends_at), doors=jtime(event.doors_open_at)
        ),
        WHERE.format(place=" ".join(filter(None, (event.venue, event.room, event.address)))),
        SEATS.format(seats=event.capacity, how=HOW[event.selection])
        if event.capacity and event.selection in HOW
        else "",
        FEE.format(fee=event.fee) if event.fee else "",
        CLOSES.format(closes=jdatetime(event.application_closes_at)),
    ]
    return [line for line in lines if line]


def fax_sheet_name(event: Event) -> str:
    """20270214_百人の集い_開催案内と申込書.pdf"""
    return sheets.file_name(
        clock.local(event.starts_at).date(), event.title, "開催案内と申込書", ending="pdf"
    )
