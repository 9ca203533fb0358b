"""受付名簿 as a workbook, 名札 as pages to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, render_template

from trainings.checkin import queries
from trainings.checkin.counter.fees import takings_of
from trainings.core import clock
from trainings.core.paper import pdf, qr, sheets
from trainings.core.paper.sheets import Cell, Sheet
from trainings.directory.models import PARTICIPANT
from trainings.directory.queries import role_names
from trainings.events.models import Event
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
    return sheets.workbook([Sheet("受付名簿", header, rows, WIDTHS)])


def file_name(event: Event) -> str:
    """20270214_百人の集い_受付名簿.xlsx"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "受付名簿", ending="xlsx")


# -- badges -----------------------------------------------------------------------------------------------------

BADGES_ON_A_SHEET = 10
LONG_NAME, VERY_LONG_NAME = 9, 13
"""Characters of a name from which on it is printed smaller, and smaller still: 62 mm are left beside the QR."""


@dataclass(frozen=True)
class Badge:
    """One name badge. size: "", "long" or "longest" by the length of the name. role: "" for a participant."""

    person: Application
    picture: qr.QrPicture
    size: str
    role: str


def badge_sheets(event: Event, people: Iterable[Application], *, start: int = 1) -> bytes:
    """A badge for each of them, by kana, 91 × 55 mm and ten to an A4 page, as PDF. Its QR is the ticket.

    start: place of the first badge on the first sheet, from 1 at the top left by lines; the places before are used already.
    Raises `core.pdf.PdfUnavailable`.
    """
    roles = role_names()
    made = [badge_of(one, roles) for one in sorted(people, key=lambda one: (one.family_kana, one.given_kana))]
    page = render_template("checkin/badges.html", event=event, sheets=_sheets([None] * (start - 1) + made))
    return pdf.render(page, static_dir=Path(current_app.static_folder or ""))


def _sheets(badges: list[Badge | None]) -> list[list[Badge | None]]:
    return [badges[at : at + BADGES_ON_A_SHEET] for at in range(0, len(badges), BADGES_ON_A_SHEET)]


def badge_of(application: Application, roles: Mapping[str, str]) -> Badge:
    """One badge. roles: code → name (directory.queries.role_names)."""
    letters = len(application.full_name)
    size = "longest" if letters >= VERY_LONG_NAME else "long" if letters >= LONG_NAME else ""
    role = "" if application.role == PARTICIPANT else roles[application.role]
    return Badge(application, qr.picture(ticket_url(application)), size, role)


def badges_file_name(event: Event) -> str:
    """20270214_百人の集い_名札.pdf"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "名札", ending="pdf")
