"""Offices that applicants typed freely: matched to the directory, added to it, or left as they are.

A free entry is settled before a draw, since the cap per organisation counts by the directory.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.paging import Page, part_of
from trainings.core.refusal import Refused
from trainings.directory import actions as directory_actions
from trainings.directory import offices
from trainings.directory import queries as directory
from trainings.directory.models import PARTICIPANT, Organisation, OrganisationKind
from trainings.directory.office_names import office_key
from trainings.directory.refusals import DirectoryRefusal
from trainings.events.queries import lock_event
from trainings.registration.intake import write_search_key
from trainings.registration.models import Application
from trainings.registration.states import LIVE

_FREE = (Application.organisation_id.is_(None), Application.organisation_name != "")
ENTRIES_A_PAGE = 20
OPEN_FREE_ENTRY = (*_FREE, Application.organisation_kept.is_(False))
"""Nobody has settled it."""


@dataclass(frozen=True)
class FreeEntry:
    """One name as typed (first spelling), everybody who typed it in some spelling, and what it may mean."""

    name: str
    applications: tuple[Application, ...]
    suggestions: tuple[Organisation, ...] = ()


def open_free_entries(event_id: uuid.UUID | None = None) -> list[FreeEntry]:
    """Free entries that nobody has settled, the most frequent first; of all applications, or those that hold up the
    draw of one event."""
    entries = _grouped([*_FREE, Application.organisation_kept.is_(False), *_of(event_id)])
    meant = directory.closest_organisations([entry.name for entry in entries])
    return [FreeEntry(entry.name, entry.applications, tuple(meant[entry.name])) for entry in entries]


def count_open_names(event_id: uuid.UUID) -> int:
    """How many names hold up the draw of an event."""
    return len(_grouped([*OPEN_FREE_ENTRY, *_of(event_id)]))


def page_of_free_entries(event_id: uuid.UUID | None = None) -> Page[FreeEntry]:
    """The part of the same list that the address asks for; offices are looked for only for these."""
    page = part_of(_grouped([*OPEN_FREE_ENTRY, *_of(event_id)]), size=ENTRIES_A_PAGE)
    meant = directory.closest_organisations([entry.name for entry in page])
    return page.showing(lambda rows: [replace(one, suggestions=tuple(meant[one.name])) for one in rows])


def kept_free_entries() -> Page[FreeEntry]:
    """Free entries that staff left as they are, without suggestions: what can be taken back."""
    return part_of(_grouped([*_FREE, Application.organisation_kept.is_(True)]), param="kept")


def count_open_free_entries(event_id: uuid.UUID) -> int:
    """How many live applications of an event still have an unsettled free entry; its draw waits for them."""
    wanted = [*_FREE, Application.organisation_kept.is_(False), *_of(event_id)]
    return db.session.scalar(select(func.count()).select_from(Application).where(*wanted)) or 0


def match_free_entry(
    *, application_ids: Collection[uuid.UUID], organisation_id: uuid.UUID
) -> Sequence[Application]:
    """Say which organisation these applications mean; what was typed stays beside it.

    Their people get the organisation where they had none, and are compared again with their new colleagues.
    Raises Refused: NOT_FOUND, ALREADY_MATCHED.
    """
    applications = _locked(application_ids)
    office = db.session.get(Organisation, organisation_id)
    if office is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    for application in applications:
        application.organisation_id = organisation_id
        application.organisation_kept = False
        # Found in 名簿 and at the door by its official name too.
        write_search_key(application, f"{office.name} {office.kana}")
        _note(application, "application.office_matched", organisation=str(organisation_id))
    db.session.flush()
    for person in {application.person for application in applications}:
        if person.organisation_id is None and person.erased_at is None:
            person.organisation_id = organisation_id
            db.session.flush()
            directory_actions.propose_likenesses(person)
    return applications


def add_free_entry(
    *,
    application_ids: Collection[uuid.UUID],
    name: str,
    kana: str,
    kind: OrganisationKind,
    district_id: uuid.UUID,
    number: str = "",
) -> Organisation:
    """Add the typed office to the directory and match the applications to it.

    Raises Refused: as `directory.offices.save_organisation` and `match_free_entry`.
    """
    _locked(application_ids)
    office = offices.save_organisation(
        organisation_id=None, name=name, kana=kana, kind=kind, district_id=district_id, number=number
    )
    match_free_entry(application_ids=application_ids, organisation_id=office.id)
    return office


def keep_free_entry(*, application_ids: Collection[uuid.UUID], keep: bool = True) -> Sequence[Application]:
    """Leave the entries as typed: these people are each their own for every cap; keep=False takes it back.

    Raises Refused: NOT_FOUND, ALREADY_MATCHED.
    """
    applications = _locked(application_ids)
    for application in applications:
        application.organisation_kept = keep
        _note(application, "application.office_kept" if keep else "application.office_reopened")
    db.session.flush()
    return applications


def _of(event_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    if event_id is None:
        return []
    return [
        Application.event_id == event_id,
        Application.state.in_(LIVE),
        Application.role == PARTICIPANT,
    ]


def _grouped(wanted: Sequence[ColumnElement[bool]]) -> list[FreeEntry]:
    rows = db.session.scalars(
        select(Application)
        .where(*wanted)
        .options(joinedload(Application.event))
        .order_by(Application.submitted_at, Application.id)
    )
    found: dict[str, list[Application]] = {}
    for application in rows:
        found.setdefault(office_key(application.organisation_name), []).append(application)
    entries = [FreeEntry(same[0].organisation_name, tuple(same)) for same in found.values()]
    return sorted(entries, key=lambda entry: (-len(entry.applications), entry.name))


def _locked(application_ids: Collection[uuid.UUID]) -> list[Application]:
    """The applications, after the locks of their events by ascending id."""
    wanted = set(application_ids)
    events = db.session.scalars(
        select(Application.event_id).where(Application.id.in_(wanted)).distinct()
    ).all()
    for event_id in sorted(events):
        lock_event(event_id)
    applications = db.session.scalars(
        select(Application)
        .where(Application.id.in_(wanted))
        .order_by(Application.id)
        .execution_options(populate_existing=True)
    ).all()
    if not wanted or len(applications) != len(wanted):
        raise Refused(DirectoryRefusal.NOT_FOUND)
    if any(application.organisation_id is not None for application in applications):
        raise Refused(DirectoryRefusal.ALREADY_MATCHED)
    return list(applications)


def _note(application: Application, verb: str, **detail: str) -> None:
    record(
        verb=verb,
        subject=("application", application.id),
        event_id=application.event_id,
        detail=dict(detail),
    )
