"""受付名簿 as a workbook, 名札 as pages to print."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app, render_template

from trainings.checkin import queries
from trainings.checkin.counter.fees import takings_of
from trainings.checkin.paper.badges import note_printed, with_badges
from trainings.core import clock
from trainings.core.paper import letters, pdf, qr, sheets
from trainings.core.paper.fitting import Box, Fitted, fit
from trainings.core.paper.sheets import Cell, Sheet
from trainings.directory.models import PARTICIPANT
from trainings.directory.queries import role_names
from trainings.events.heads import about_event
from trainings.events.models import Event
from trainings.printing.actions import Paper
from trainings.printing.models import PaperOrder
from trainings.registration.models import Application
from trainings.registration.queries import Filter, applications_of_event
from trainings.registration.secrets import ticket_url
from trainings.registration.states import State

HEADER = ("氏名", "フリガナ", "職種区分", "事業所", "卓", "受付番号", "到着", "署名")
WIDTHS = (16, 20, 18, 34, 6, 12, 8, 20)
HANDOUTS = ("資料番号", "返却")
"""Further columns of an event that numbers its handouts and takes them back."""
FEES = ("参加費", "受け取った端末")
"""Further columns of an event that takes a fee at the door."""


def roster_workbook(event: Event) -> bytes:
    """Everyone with a seat, by kana as on paper, with the time of arrival where there is one."""
    arrivals = queries.first_arrivals(event.id)
    people = applications_of_event(event.id, Filter(states=[State.CONFIRMED]))
    takings = takings_of(event.id)
    takes_fees = event.fee_amount is not None or bool(takings.boxes)
    rows: list[list[Cell]] = [
        [
            one.full_name,
            one.full_kana,
            one.group.name,
            one.organisation_name,
            one.table_number,
            one.code,
            f"{clock.local(arrivals[one.id]):%H:%M}" if one.id in arrivals else "",
            "",
            *((number, "") if event.handouts_numbered else ()),
            *((takings.paid(one.id), "、".join(takings.taken_by(one.id))) if takes_fees else ()),
        ]
        for number, one in enumerate(
            sorted(people, key=lambda one: (one.family_kana, one.given_kana)), start=1
        )
    ]
    header = HEADER + (HANDOUTS if event.handouts_numbered else ()) + (FEES if takes_fees else ())
    return sheets.workbook([Sheet("受付名簿", header, rows, WIDTHS, signed=True)], about_event(event))


def file_name(event: Event) -> str:
    """20270214_百人の集い_受付名簿.xlsx"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "受付名簿", ending="xlsx")


# -- badges -----------------------------------------------------------------------------------------------------

BADGES_ON_A_SHEET = 10
BOXES = {
    "event": Box(width=81, height=7, sizes=(8, 7, 6, 5), one_line=6),
    "kana": Box(width=81, height=5.5, sizes=(9, 8, 7, 6, 5, 4), one_line=5),
    "name": Box(width=81, height=10.2, sizes=(24, 20, 17, 14, 12, 10, 9, 8, 7, 6), one_line=14, spacing=0.04),
    "office": Box(width=54, height=9, sizes=(9, 8, 7, 6, 5, 4), one_line=8),
    "group": Box(width=28, height=6, sizes=(9, 8, 7, 6, 5, 4), one_line=7),
}
"""Where each of its texts stands on a badge: css/badges.css."""


@dataclass(frozen=True)
class Badge:
    """One name badge. texts: what is printed in each of `BOXES`; under "group" what somebody does that evening, else the
    group."""

    person: Application
    picture: qr.QrPicture
    texts: Mapping[str, Fitted]


def badge_sheets(event: Event, people: Iterable[Application], *, start: int = 1) -> bytes:
    """A badge for each of them, by kana, 91 × 55 mm and ten to an A4 page, as PDF. Its QR is the ticket.

    start: place of the first badge on the first sheet, from 1 at the top left by lines; the places before are used already.
    Raises `core.pdf.PdfUnavailable`.
    """
    people = sorted(people, key=_by_kana)
    return badge_pages(event, people, role_names(), start=start)


def badge_pages(
    event: Event, people: Iterable[Application], roles: Mapping[str, str], *, start: int = 1
) -> bytes:
    """The same in the order given. roles: code → name."""
    page = _badge_page(event, [None] * (start - 1) + list(people), roles)
    return pdf.render(page, static_dir=Path(current_app.static_folder or ""))


def _badge_page(event: Event, places: Sequence[Application | None], roles: Mapping[str, str]) -> str:
    made = [badge_of(one, roles) if one else None for one in places]
    return render_template("checkin/badges.html", event=event, sheets=_sheets(made))


def _by_kana(one: Application) -> tuple[str, str]:
    return one.family_kana, one.given_kana


def _sheets(badges: list[Badge | None]) -> list[list[Badge | None]]:
    return [badges[at : at + BADGES_ON_A_SHEET] for at in range(0, len(badges), BADGES_ON_A_SHEET)]


def badge_of(application: Application, roles: Mapping[str, str]) -> Badge:
    """One badge. roles: code → name (directory.queries.role_names)."""
    told = {
        "event": application.event.title,
        "kana": application.full_kana,
        "name": application.full_name,
        "office": application.organisation_name,
        "group": application.group.name if application.role == PARTICIPANT else roles[application.role],
    }
    texts = {place: fit(letters.printable(text), BOXES[place]) for place, text in told.items()}
    return Badge(application, qr.picture(ticket_url(application)), texts)


def badges_file_name(event: Event) -> str:
    """20270214_百人の集い_名札.pdf"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "名札", ending="pdf")


# -- many badges, made by the worker ------------------------------------------------------------------------

KIND = "badges"
MOST_AT_ONCE = 10 * BADGES_ON_A_SHEET
"""Badges that a page waits for."""
PART = 5 * BADGES_ON_A_SHEET
"""Laid out at a time by the worker: about a second."""


def chosen_badges(people: Iterable[Application] = (), *, start: int = 1) -> dict[str, Any]:
    """What an order of badges is for; nobody in particular = everyone with a seat."""
    ids = [str(one.id) for one in people]
    return {"people": ids, "start": start} if ids else {}


def _of_order(order: PaperOrder) -> list[uuid.UUID | None]:
    wanted = set(order.chosen.get("people", ()))
    people = applications_of_event(order.event_id, Filter(states=[State.CONFIRMED]))
    found = [one.id for one in sorted(people, key=_by_kana) if not wanted or str(one.id) in wanted]
    return [None] * (order.chosen.get("start", 1) - 1) + found


def _some_of_order(order: PaperOrder, ids: Sequence[uuid.UUID | None]) -> str:
    people = {one.id: one for one in with_badges(order.event_id, [id for id in ids if id is not None])}
    places = [people.get(id) if id else None for id in ids]
    return _badge_page(order.event, places, role_names())


def _note_order(order: PaperOrder, ids: Sequence[uuid.UUID]) -> None:
    note_printed(event_id=order.event_id, people=with_badges(order.event_id, ids), staff=order.staff)


MANY = Paper(people=_of_order, html=_some_of_order, file_name=badges_file_name, part=PART, made=_note_order)
