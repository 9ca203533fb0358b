"""Writing organisations: one by hand, or a whole file at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from trainings.audit.actions import record
from trainings.core import names
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory import texts
from trainings.directory.imports import Deed, Office, OfficeRow, Plan, Step, clean_number, plan_import
from trainings.directory.models import District, Organisation, OrganisationKind
from trainings.directory.queries import KEY_SEPARATOR
from trainings.directory.refusals import DirectoryRefusal

LONGEST_SEARCH_KEY = 260


def save_organisation(
    *,
    organisation_id: uuid.UUID | None,
    name: str,
    kana: str,
    kind: OrganisationKind,
    district_id: uuid.UUID,
    number: str = "",
) -> Organisation:
    """Add an organisation (id None) or change one.

    Raises Refused: NOT_FOUND, NAME_TAKEN or NAME_RETIRED (same name in the district), NUMBER_TAKEN (facts: other, its name).
    """
    office = locked_office(organisation_id) if organisation_id else Organisation(id=uuid.uuid4(), active=True)
    if db.session.get(District, district_id) is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    values = {
        "name": names.as_typed(name),
        "kana": names.kana(kana),
        "kind": kind,
        "district_id": district_id,
        "number": clean_number(number) or None,
    }
    _refuse_if_taken(office.id, values["name"], district_id, values["number"])
    changed = [field for field, value in values.items() if getattr(office, field) != value]
    with _refusing_a_race(DirectoryRefusal.NAME_TAKEN):
        _write(office, values)
    if changed:
        record(
            verb="organisation.changed" if organisation_id else "organisation.added",
            subject=("organisation", office.id),
            detail={"fields": changed},
        )
    return office


def set_organisation_active(*, organisation_id: uuid.UUID, active: bool) -> Organisation:
    """Take an organisation out of use (no longer offered to applicants) or back into it. Refused: NOT_FOUND."""
    office = locked_office(organisation_id)
    if office.active != active:
        office.active = active
        record(
            verb="organisation.reactivated" if active else "organisation.deactivated",
            subject=("organisation", office.id),
        )
        db.session.flush()
    return office


def present_plan(rows: Sequence[OfficeRow]) -> Plan:
    """What the rows of a file would do to the directory as it is now."""
    known = db.session.scalars(select(Organisation).order_by(Organisation.id))
    return plan_import(rows, [_office(one) for one in known])


def apply_import(*, rows: Sequence[OfficeRow], fingerprint: str, revived: Collection[uuid.UUID] = ()) -> Plan:
    """Do what the checked rows said they would do: all of it or nothing.

    fingerprint: of the plan that was shown. revived: offices of the file that come back into use; the others that are out
    of it stay so, with what the file says of them. Raises Refused: CHANGED_MEANWHILE, when the directory has changed so
    that the same rows would now do something else.
    """
    plan = present_plan(rows)
    if plan.flaws or plan.fingerprint != fingerprint:
        raise Refused(DirectoryRefusal.CHANGED_MEANWHILE)
    with _refusing_a_race(DirectoryRefusal.CHANGED_MEANWHILE):
        for step in plan.steps:
            _apply(step)
        for step in plan.retired:
            if step.office is not None and step.office.id in revived:
                set_organisation_active(organisation_id=step.office.id, active=True)
    record(
        verb="organisation.imported",
        subject=("organisation", "import"),
        detail={deed.value: len(plan.of(deed)) for deed in Deed},
    )
    db.session.flush()
    return plan


def _apply(step: Step) -> None:
    if step.deed is Deed.KEEP:
        return
    row = step.row
    office = (
        Organisation(id=uuid.uuid4(), active=True) if step.office is None else locked_office(step.office.id)
    )
    values: dict[str, object] = {
        "name": row.name,
        "kana": row.kana or office.kana or "",
        "kind": OrganisationKind(row.kind),
        "district_id": row.district_id,
        "number": row.number or office.number,
    }
    _write(office, values)
    record(
        verb="organisation.added" if step.deed is Deed.ADD else "organisation.changed",
        subject=("organisation", office.id),
        detail={"fields": list(step.changes), "by": "import"},
    )


def _write(office: Organisation, values: dict[str, object]) -> None:
    for field, value in values.items():
        setattr(office, field, value)
    key = KEY_SEPARATOR.join((names.search_key(office.name), names.search_key(office.kana)))
    office.search_key = key[:LONGEST_SEARCH_KEY]
    db.session.add(office)
    db.session.flush()


def _refuse_if_taken(own_id: uuid.UUID, name: object, district_id: uuid.UUID, number: object) -> None:
    same_name = select(Organisation).where(
        Organisation.name == name, Organisation.district_id == district_id, Organisation.id != own_id
    )
    if (named := db.session.scalar(same_name)) is not None:
        raise Refused(DirectoryRefusal.NAME_TAKEN if named.active else DirectoryRefusal.NAME_RETIRED)
    if number is not None:
        same_number = select(Organisation).where(Organisation.number == number, Organisation.id != own_id)
        other = db.session.scalar(same_number)
        if other is not None:
            called = other.name if other.active else texts.RETIRED.format(name=other.name)
            raise Refused(DirectoryRefusal.NUMBER_TAKEN, other=called)


@contextmanager
def _refusing_a_race(code: DirectoryRefusal) -> Iterator[None]:
    """What two people store in the same moment is caught by the database; the second is refused, not broken."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as broken:
        raise Refused(code) from broken


def locked_office(organisation_id: uuid.UUID) -> Organisation:
    """An organisation as it is now, its change kept from others until the end of the transaction. Raises Refused:
    NOT_FOUND."""
    office = db.session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True, of=Organisation)
        .execution_options(populate_existing=True)
    )
    if office is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    return office


def _office(one: Organisation) -> Office:
    return Office(
        id=one.id,
        name=one.name,
        kana=one.kana,
        kind=one.kind.value,
        district_id=one.district_id,
        number=one.number or "",
        active=one.active,
    )
