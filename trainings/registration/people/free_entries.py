"""Offices that applicants typed freely: matched to the directory, added to it, or left as they are.

A free entry is settled before a draw, since the cap per organisation counts by the directory.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, literal_column, select
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
from trainings.registration.models import TYPED_OFFICE_SQL, Application
from trainings.registration.states import LIVE

_FREE = (Application.organisation_id.is_(None), Application.organisation_name != "")
ENTRIES_A_PAGE = 10
MOST_AT_ONCE = 40
"""So many applications that say one name are decided on at once; the others come after them."""
OPEN_FREE_ENTRY: ColumnElement[bool] = literal_column(f"({TYPED_OFFICE_SQL})")
"""Nobody has settled it."""


@dataclass(frozen=True)
class FreeEntry:
    """One name as typed (first spelling), who typed it in some spelling, how many those are, and what it may mean.

    applications: on a page no more than are decided on at once. retired: offices out of use that have this very name."""

    name: str
    applications: tuple[Application, ...]
    count: int
    suggestions: tuple[Organisation, ...] = ()
    retired: tuple[Organisation, ...] = ()


def open_free_entries(event_id: uuid.UUID | None = None) -> list[FreeEntry]:
    """Free entries that nobody has settled, the most frequent first; of all applications, or those that hold up the
    draw of one event."""
    return _with_suggestions(_loaded(_grouped([OPEN_FREE_ENTRY, *_of(event_id)])))


def count_open_names(event_id: uuid.UUID) -> int:
    """How many names hold up the draw of an event."""
    typed = select(Application.organisation_name).where(OPEN_FREE_ENTRY, *_of(event_id)).distinct()
    return len({office_key(name) for name in db.session.scalars(typed)})


def page_of_free_entries(event_id: uuid.UUID | None = None) -> Page[FreeEntry]:
    """The part of the same list that the address asks for; offices are looked for only for these."""
    page = part_of(_grouped([OPEN_FREE_ENTRY, *_of(event_id)]), size=ENTRIES_A_PAGE)
    return page.showing(lambda rows: _with_suggestions(_loaded(rows, MOST_AT_ONCE)))


def kept_free_entries() -> Page[FreeEntry]:
    """Free entries that staff left as they are, without suggestions: what can be taken back."""
    page = part_of(_grouped([*_FREE, Application.organisation_kept.is_(True)]), param="kept")
    return page.showing(lambda rows: _loaded(rows, MOST_AT_ONCE))


def count_open_free_entries(event_id: uuid.UUID) -> int:
    """How many live applications of an event still have an unsettled free entry; its draw waits for them."""
    wanted = [OPEN_FREE_ENTRY, *_of(event_id)]
    return db.session.scalar(select(func.count()).select_from(Application).where(*wanted)) or 0


def match_free_entry(
    *, application_ids: Collection[uuid.UUID], organisation_id: uuid.UUID
) -> Sequence[Application]:
    """Say which organisation these applications mean; what was typed stays beside it.

    Their people get the organisation where they had none, and are compared again with their new colleagues.
    Raises Refused: NOT_FOUND, ALREADY_MATCHED, OFFICE_RETIRED (facts: name): whoever has it keeps it, nobody gets it anew.
    """
    applications = _locked(application_ids)
    office = offices.locked_office(organisation_id)
    if not office.active:
        raise Refused(DirectoryRefusal.OFFICE_RETIRED, name=office.name)
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


Same = tuple[str, list[uuid.UUID]]
"""A name in its first spelling, and the applications that say it, in order of arrival."""


def _grouped(wanted: Sequence[ColumnElement[bool]]) -> list[Same]:
    """The most frequent first. Columns only: whose applications are shown is read afterwards."""
    rows = db.session.execute(
        select(Application.id, Application.organisation_name)
        .where(*wanted)
        .order_by(Application.submitted_at, Application.id)
    )
    found: dict[str, Same] = {}
    for id, typed in rows:
        found.setdefault(office_key(typed), (typed, []))[1].append(id)
    return sorted(found.values(), key=lambda same: (-len(same[1]), same[0]))


def _loaded(same: Sequence[Same], most: int | None = None) -> list[FreeEntry]:
    """most: so many applications of a name."""
    wanted = [id for _, ids in same for id in ids[:most]]
    rows = db.session.scalars(
        select(Application).where(Application.id.in_(wanted)).options(joinedload(Application.event))
    )
    known = {one.id: one for one in rows}
    return [FreeEntry(name, tuple(known[id] for id in ids[:most]), len(ids)) for name, ids in same]


def _with_suggestions(entries: Sequence[FreeEntry]) -> list[FreeEntry]:
    meant = directory.closest_organisations([entry.name for entry in entries])
    retired = directory.retired_organisations_named([entry.name for entry in entries])
    return [
        replace(entry, suggestions=tuple(meant[entry.name]), retired=tuple(retired[entry.name]))
        for entry in entries
    ]


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
