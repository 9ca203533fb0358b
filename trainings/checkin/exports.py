"""受付名簿 as a workbook."""

from __future__ import annotations

from trainings.checkin import queries
from trainings.core import clock, sheets
from trainings.core.sheets import Cell, Sheet
from trainings.events.models import Event
from trainings.registration.queries import Filter, applications_of_event
from trainings.registration.states import State

HEADER = ("氏名", "フリガナ", "職種区分", "事業所", "卓", "受付番号", "到着", "署名")


def roster_workbook(event: Event) -> bytes:
    """Everyone with a seat, by kana, with the time of arrival where there is one."""
    arrivals = queries.first_arrivals(event.id)
    people = applications_of_event(event.id, Filter(states=[State.CONFIRMED]))
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
        ]
        for one in sorted(people, key=lambda one: (one.family_kana, one.given_kana))
    ]
    return sheets.workbook([Sheet("受付名簿", HEADER, rows, (16, 20, 18, 34, 6, 12, 8, 20))])


def file_name(event: Event) -> str:
    """20270214_百人の集い_受付名簿.xlsx"""
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, "受付名簿", ending="xlsx")
