"""お知らせ as pages to print: one A4 sheet for each, for a window envelope or the FAX."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from trainings.certificates.queries import certificates_of
from trainings.core import clock
from trainings.core.db import db
from trainings.core.paper import letters as print_letters
from trainings.core.paper import qr, sheets
from trainings.core.paper.fitting import LEADING, MILLIMETRES, Box, Fitted, fit
from trainings.core.web import jdate
from trainings.events.models import Event
from trainings.events.queries import newest_notice
from trainings.notices import texts
from trainings.notices.letters import Facts, Said, said
from trainings.notices.matters import PRESSING
from trainings.notices.models import Kind
from trainings.notices.queries import Due, due_of
from trainings.printing.actions import Paper
from trainings.printing.models import PaperOrder
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_url
from trainings.surveys.invitations import run_link
from trainings.surveys.queries import runs_of_event

BOXES = {
    "office": Box(width=82, height=11, sizes=(12, 10, 9, 8, 7, 6, 5, 4), one_line=9),
    "name": Box(width=82, height=13, sizes=(17, 14, 12, 10, 9, 8, 7, 6, 5), one_line=12),
    "fax": Box(width=82, height=6, sizes=(12, 10, 9, 8, 7), one_line=7),
    "sender": Box(width=74, height=10, sizes=(12, 10, 9, 8, 7, 6, 5), one_line=8),
    "headline": Box(width=170, height=10, sizes=(24, 20, 17), one_line=17),
    "event": Box(width=170, height=15, sizes=(17, 14, 12, 10, 9, 8, 7, 6), one_line=12),
    "contact": Box(width=170, height=12, sizes=(14, 12, 10, 9, 8, 7, 6, 5, 4), one_line=8),
}
"""Their places on the sheet: css/letter.css. The first three lie in the window of an envelope."""
BODY_WIDTH, BODY_HEIGHT, GAP = 170.0, 104.0, 2.5
"""Millimetres; GAP: between paragraphs."""
BODY_SIZES = (17, 14, 12, 10, 9, 8, 7, 6, 5, 4)


@dataclass(frozen=True)
class Letter:
    """One sheet. texts: what stands in each of `BOXES`. body: its paragraphs, all in one size. picture, caption: a QR
    code and what it is, None for none. answers: the two lines to tick and send back."""

    person: Application
    texts: dict[str, Fitted]
    body: Sequence[Fitted]
    picture: qr.QrPicture | None
    caption: str
    answers: Sequence[str]


def body_of(paragraphs: Sequence[str]) -> list[Fitted]:
    """The paragraphs in the largest size in which they all have room."""
    for size in BODY_SIZES:
        box = Box(width=BODY_WIDTH, height=BODY_HEIGHT, sizes=(size,), one_line=size)
        fitted = [fit(one, box) for one in paragraphs]
        lines = sum(len(one.lines) for one in fitted)
        if lines * size * LEADING * MILLIMETRES + GAP * len(fitted) <= BODY_HEIGHT:
            break
    return fitted


def letter_of(application: Application, words: Said, facts: Facts) -> Letter:
    """One letter, laid into its boxes."""
    settings, event = current_app.config["TSUDOI"], facts.event
    name = event.contact_name or settings.contact_name
    phone = texts.SENDER_PHONE.format(phone=event.contact_phone or settings.contact_phone)
    number, mail = event.contact_fax or settings.contact_fax, event.contact_mail or settings.contact_mail
    fax = texts.SENDER_FAX.format(fax=number) if number else ""
    told = {
        "office": application.organisation_name,
        "name": texts.PERSON.format(name=application.full_name),
        "fax": texts.TO_FAX.format(fax=application.fax) if application.fax else "",
        "sender": name,
        "headline": words.headline,
        "event": texts.EVENT.format(title=event.title, day=jdate(event.starts_at)),
        "contact": "　".join(filter(None, (name, phone, fax, mail))),
    }
    picture, caption = None, ""
    if words.shows_ticket:
        picture, caption = qr.picture(ticket_url(application)), texts.TICKET_QR
    elif words.shows_survey and facts.run is not None:
        picture, caption = qr.picture(run_link(facts.run)), texts.SURVEY_QR
    return Letter(
        application,
        {place: fit(print_letters.printable(text), BOXES[place]) for place, text in told.items()},
        body_of([print_letters.printable(one) for one in words.paragraphs]),
        picture,
        caption,
        texts.ANSWER_LINES if words.asks_answer else (),
    )


def page_of(event: Event, made: Sequence[Letter]) -> str:
    """The document with a sheet for each."""
    return render_template("notices/letters.html", event=event, letters=made, words=texts)


# -- all of an event, made by the worker ----------------------------------------------------------------------

KIND = "notices"
PART = 20
"""Laid out at a time by the worker: about two seconds."""


def chosen(kind: str, person: str) -> dict[str, Any]:
    """What an order is for; empty = everybody who has to be told something that presses."""
    wanted = {"kind": kind if kind in set(Kind) else "", "person": person[:40]}
    return {name: value for name, value in wanted.items() if value}


def people_for(event_id: uuid.UUID, wanted: dict[str, Any]) -> list[uuid.UUID]:
    """Who is on the sheets, by kana."""
    ids = [
        id
        for id, dues in due_of(event_id).items()
        if _wanted(dues, wanted) and wanted.get("person", str(id)) == str(id)
    ]
    return list(
        db.session.scalars(
            select(Application.id)
            .where(Application.id.in_(ids))
            .order_by(Application.family_kana, Application.given_kana, Application.code)
        )
    )


def _wanted(dues: Sequence[Due], wanted: dict[str, Any]) -> list[Due]:
    """What a sheet tells: of one kind, or all that presses; for one person whatever there is."""
    if "kind" in wanted:
        return [one for one in dues if one.kind == wanted["kind"]]
    pressing = [one for one in dues if one.kind in PRESSING]
    return pressing or (list(dues) if "person" in wanted else [])


def _of_order(order: PaperOrder) -> list[uuid.UUID | None]:
    return list(people_for(order.event_id, dict(order.chosen)))


def _some_of_order(order: PaperOrder, ids: Sequence[uuid.UUID | None]) -> str:
    wanted = [id for id in ids if id is not None]
    dues = due_of(order.event_id, wanted)
    people = {
        one.id: one
        for one in db.session.scalars(
            select(Application).where(Application.id.in_(wanted)).options(joinedload(Application.event))
        ).unique()
    }
    certificates = certificates_of(wanted)
    runs = runs_of_event(order.event_id)
    notice = newest_notice(order.event)
    made = []
    for id in wanted:
        told = _wanted(dues.get(id, []), dict(order.chosen))
        if told:  # else somebody was told meanwhile
            facts = Facts(order.event, notice, certificates.get(id), runs[-1] if runs else None)
            made.append(letter_of(people[id], said(people[id], told, facts), facts))
    return page_of(order.event, made)


def file_name(event: Event) -> str:
    """20270214_百人の集い_お知らせ.pdf"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, texts.DOCUMENT, ending="pdf")


ALL = Paper(people=_of_order, html=_some_of_order, file_name=file_name, part=PART)
