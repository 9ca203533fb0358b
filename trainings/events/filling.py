"""Between an event and the form that edits it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from trainings.core import clock
from trainings.directory.models import Profession
from trainings.directory.queries import professions
from trainings.events.changes import EventChange, GroupChange, ItemChange, SectorChange, SessionChange
from trainings.events.forms import (
    BLANK_GROUPS,
    BLANK_ITEMS,
    BLANK_SECTORS,
    BLANK_SESSIONS,
    NOT_INVITED,
    SECTIONS,
    EventForm,
)
from trainings.events.models import CertificateRule, Event, EventProfession, Responsible, Selection
from trainings.events.rows.forms import NO_SECTOR
from trainings.events.timetable import Line, laid_out, stated_times

PLAIN = (
    *("title", "subtitle", "description", "audience", "venue", "room", "address", "map_url", "fee"),
    *("accessibility", "capacity", "organisation_cap", "results_on", "offer_hours", "keeps_waiting_list"),
    *("public_number_name", "purpose_of_use", "contact_name", "contact_phone", "contact_fax"),
    *("contact_mail", "pledge", "pre_question"),
    *("fee_amount", "table_size", "handouts_numbered", "certificate_minutes"),
)
"""Fields that are called and kept alike in the form and in the event."""
ITEM = ("title", "minutes", "note", "speaker", "speaker_affiliation", "credit_code")


# -- an event into the form --------------------------------------------------------------------------------


def filled(event: Event) -> EventForm:
    """The form as it shows an event, with some blank rows to add to."""
    form = EventForm(formdata=None)
    for name in PLAIN:
        form[name].data = getattr(event, name)
    form.doors.data = clock.local(event.doors_open_at).time()
    for day, at, instant in (
        (form.opens_day, form.opens_time, clock.local(event.application_opens_at)),
        (form.closes_day, form.closes_time, clock.local(event.application_closes_at)),
    ):
        day.data, at.data = instant.date(), instant.time()
    form.selection.data, form.responsible.data = event.selection.value, event.responsible.value
    form.certificate_rule.data = event.certificate_rule.value
    form.without_public_number.data = event.selection == Selection.LOTTERY and not event.public_number_name
    _fill_tables(form, event)
    place = {group.id: n for n, group in enumerate(event.groups)}
    form.professions = {row.profession_id: place[row.event_group_id] for row in event.professions}
    return form.carry_edition()


def _fill_tables(form: EventForm, event: Event) -> None:
    for session in event.sessions:
        begins, ends = clock.local(session.starts_at), clock.local(session.ends_at)
        row = {"id": session.id, "title": session.title, "day": begins.date()}
        form.sessions.append_entry(row | {"begins": begins.time(), "ends": ends.time()})
    sector_places = {sector.id: str(n) for n, sector in enumerate(event.sectors)}
    for sector in event.sectors:
        form.sectors.append_entry({name: getattr(sector, name) for name in ("id", "name", "reserved", "cap")})
    for group in event.groups:
        row = {name: getattr(group, name) for name in ("id", "name", "reserved", "cap", "release_on")}
        sector_id = group.sector_id
        form.groups.append_entry(row | {"sector": sector_places[sector_id] if sector_id else NO_SECTOR})
    stated = stated_times(
        [item.starts_at for item in event.programme],
        [item.minutes for item in event.programme],
        first=event.starts_at,
    )
    for number, (item, begins_at) in enumerate(zip(event.programme, stated, strict=True), start=1):
        row = {name: getattr(item, name) for name in ITEM}
        form.programme.append_entry(row | {"number": number, "begins": begins_at})
    for table, blanks in (
        (form.sessions, BLANK_SESSIONS),
        (form.sectors, BLANK_SECTORS),
        (form.groups, BLANK_GROUPS),
        (form.programme, BLANK_ITEMS),
    ):
        for _ in range(blanks):
            table.append_entry({})


# -- a request into the form -------------------------------------------------------------------------------


def typed(values: Mapping[str, str]) -> EventForm:
    """The form as it was sent."""
    form = EventForm()
    form.professions = {
        profession.id: _row(values.get(f"profession-{profession.id}", NOT_INVITED))
        for profession in professions()
    }
    return form


def profession_rows(form: EventForm) -> list[tuple[Profession, int | None]]:
    """Every profession that may be chosen now, with the row of `groups` that it counts to."""
    return [(profession, form.professions.get(profession.id)) for profession in professions()]


def out_of_use(event: Event) -> list[EventProfession]:
    """What the event counts to its groups and nobody new may choose: it stays as it is."""
    return [row for row in event.professions if not row.profession.active]


def sections_with_errors(form: EventForm, anchors: Collection[str] = ()) -> frozenset[str]:
    """Parts of the page (forms.SECTIONS) with a refused field, or with one of the anchors of a refusal in it."""
    refused = {*form.errors, *anchors}
    return frozenset(section for section, names in SECTIONS.items() if refused.intersection(names))


# -- the form into a change --------------------------------------------------------------------------------


def change_of(form: EventForm) -> EventChange:
    """What was typed, for the action; only after `validate()` said yes."""
    values = {name: form[name].data for name in PLAIN}
    sessions = _sessions(form)
    first_day = clock.local(min(one.starts_at for one in sessions)).date()
    rule = CertificateRule(form.certificate_rule.data)
    values |= {
        "selection": Selection(form.selection.data),
        "responsible": Responsible(form.responsible.data),
        "certificate_rule": rule,
        "certificate_minutes": form.certificate_minutes.data if rule == CertificateRule.MINUTES else None,
        "doors_open_at": clock.at(first_day, form.doors.data),
        "application_opens_at": clock.at(form.opens_day.data, form.opens_time.data),
        "application_closes_at": clock.at(form.closes_day.data, form.closes_time.data),
    }
    return EventChange(
        values=values,
        sessions=sessions,
        sectors=[
            SectorChange(_id(row.form), row.form.name.data, row.form.reserved.data or 0, row.form.cap.data)
            for row in form.sectors
        ],
        groups=[
            GroupChange(
                id=_id(row.form),
                name=row.form.name.data,
                reserved=row.form.reserved.data or 0,
                cap=row.form.cap.data,
                release_on=row.form.release_on.data,
                sector=_row(row.form.sector.data),
            )
            for row in form.groups
        ],
        professions=form.professions,
        programme=_programme(form, sessions),
        reason=form.reason.data or "",
    )


def _sessions(form: EventForm) -> list[SessionChange]:
    return [
        SessionChange(
            id=_id(row.form),
            title=row.form.title.data,
            starts_at=clock.at(row.form.day.data, row.form.begins.data),
            ends_at=clock.at(row.form.day.data, row.form.ends.data),
        )
        for row in form.sessions
        if row.form.title.data
    ]


def _programme(form: EventForm, sessions: list[SessionChange]) -> list[ItemChange]:
    rows: list[Any] = [row.form for row in form.ordered_programme]
    first: datetime = min(one.starts_at for one in sessions)
    days: list[date] = sorted({clock.local(one.starts_at).date() for one in sessions})
    begins = laid_out([Line(row.minutes.data, row.begins.data) for row in rows], first=first, days=days)
    return [
        ItemChange(starts_at=starts_at, **{name: row[name].data for name in ITEM})
        for row, starts_at in zip(rows, begins, strict=True)
    ]


def _id(row: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(row.id.data) if row.id.data else None
    except ValueError:
        return None


def _row(sent: str | None) -> int | None:
    return int(sent) if sent and sent.isdecimal() and len(sent) < 4 else None
