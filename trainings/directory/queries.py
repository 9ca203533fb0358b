"""Reading master data and people."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased, lazyload

from trainings.core import names
from trainings.core.db import db
from trainings.directory.identity import Known, Likeness, Statement, is_number
from trainings.directory.models import (
    Association,
    CandidateState,
    District,
    EventRole,
    Organisation,
    OrganisationKind,
    Person,
    PersonCandidate,
    Profession,
    ProfessionGroup,
    Sector,
)
from trainings.directory.office_names import office_key
from trainings.directory.suggestions import NamedOffice, closest

LONGEST_NAME_KEY = 120
KEY_SEPARATOR = "|"
"""Between the folded name and the folded kana of a search key, so that no match runs over the seam."""


# -- master data -------------------------------------------------------------------------------------


def sectors() -> Sequence[Sector]:
    """All sectors in their order."""
    return db.session.scalars(select(Sector).order_by(Sector.sort, Sector.name)).all()


def profession_groups() -> Sequence[ProfessionGroup]:
    """All profession groups in their order, each with its sector."""
    return db.session.scalars(
        select(ProfessionGroup).order_by(ProfessionGroup.sort, ProfessionGroup.name)
    ).all()


def professions(active_only: bool = True) -> Sequence[Profession]:
    """Professions in their order, each with its group."""
    wanted = select(Profession).order_by(Profession.sort, Profession.name)
    return db.session.scalars(wanted.where(Profession.active) if active_only else wanted).all()


def associations() -> Sequence[Association]:
    """Associations and other channels in their order, those out of use too."""
    return db.session.scalars(select(Association).order_by(Association.sort, Association.name)).all()


_CHANNELS = (
    select(Association.id, Association.name)
    .where(or_(Association.active, Association.id == bindparam("held")))
    .order_by(Association.sort, Association.name)
)


def channels_to_choose(held: uuid.UUID | None = None) -> list[tuple[uuid.UUID, str]]:
    """(id, name) of the associations and other channels that an applicant may choose; every application asks.

    held: the one that a row has already: it stays among them, in use or not.
    """
    return [(id, name) for id, name in db.session.execute(_CHANNELS, {"held": held})]


def event_roles(active_only: bool = True) -> Sequence[EventRole]:
    """As what somebody can take part, in their order."""
    wanted = select(EventRole).order_by(EventRole.sort, EventRole.name)
    return db.session.scalars(wanted.where(EventRole.active) if active_only else wanted).all()


def role_names() -> dict[str, str]:
    """The name of each role by its code, those out of use too."""
    return {one.code: one.name for one in event_roles(active_only=False)}


def districts() -> Sequence[District]:
    """All districts in their order."""
    return db.session.scalars(select(District).order_by(District.sort, District.name)).all()


# -- organisations -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundOffices:
    """The first of the organisations that match, and how many match in all."""

    first: Sequence[Organisation]
    total: int


def search_organisations(
    typed: str, kinds: Collection[OrganisationKind] = (), limit: int = 8
) -> FoundOffices:
    """Active organisations whose name or kana has every typed word; those of these kinds come first, then those that begin
    with the words."""
    matches = _organisation_matches(typed)
    if not matches:
        return FoundOffices((), 0)
    whole = _like(names.search_key(typed))
    begins = or_(
        Organisation.search_key.like(f"{whole}%", escape="\\"),
        Organisation.search_key.like(f"%{KEY_SEPARATOR}{whole}%", escape="\\"),
    )
    first = db.session.scalars(
        select(Organisation)
        .where(Organisation.active, *matches)
        .order_by(
            *([case((Organisation.kind.in_(list(kinds)), 0), else_=1)] if kinds else []),
            *(case((begins, 0), else_=1), Organisation.kana, Organisation.name, Organisation.id),
        )
        .limit(limit)
    ).all()
    if len(first) < limit:
        return FoundOffices(first, len(first))
    counted = select(func.count()).where(Organisation.active, *matches)
    return FoundOffices(first, db.session.scalar(counted) or 0)


def organisations(
    *,
    typed: str = "",
    kind: OrganisationKind | None = None,
    district_id: uuid.UUID | None = None,
    active: bool | None = True,
) -> Select[tuple[Organisation]]:
    """The organisations that fit, by kana. active None = both."""
    wanted = list(_organisation_matches(typed))
    if typed.strip().isdigit():
        wanted = [or_(Organisation.number.startswith(typed.strip()), and_(*wanted))]
    if kind is not None:
        wanted.append(Organisation.kind == kind)
    if district_id is not None:
        wanted.append(Organisation.district_id == district_id)
    if active is not None:
        wanted.append(Organisation.active == active)
    return select(Organisation).where(*wanted).order_by(Organisation.kana, Organisation.name, Organisation.id)


def organisation_by_exact_name(name: str) -> Organisation | None:
    """The one active organisation of this name, width and spaces apart; None if there is none or several."""
    folded = names.search_key(names.as_typed(name))
    if not folded:
        return None
    found = db.session.scalars(
        select(Organisation).where(
            Organisation.active,
            Organisation.search_key.like(f"{_like(folded)}{KEY_SEPARATOR}%", escape="\\"),
        )
    ).all()
    exact = [one for one in found if one.name == names.as_typed(name)]
    for choice in (found, exact):
        if len(choice) == 1:
            return choice[0]
    return None


def closest_organisations(typed_names: Collection[str], limit: int = 3) -> dict[str, list[Organisation]]:
    """For each freely typed name the active organisations it may mean, best first."""
    if not typed_names:
        return {}
    active = select(Organisation.id, Organisation.name).where(Organisation.active)
    offices = [
        NamedOffice(id, office_key(name))
        for id, name in db.session.execute(active.order_by(Organisation.kana, Organisation.id)).tuples()
    ]
    meant = {typed: closest(office_key(typed), offices, limit=limit) for typed in typed_names}
    wanted = {id for ids in meant.values() for id in ids}
    known = {
        one.id: one for one in db.session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    }
    return {typed: [known[id] for id in ids] for typed, ids in meant.items()}


def retired_organisations_named(typed_names: Collection[str]) -> dict[str, list[Organisation]]:
    """For each freely typed name the organisations out of use that are called so, legal form and spelling apart."""
    found: dict[str, list[Organisation]] = {typed: [] for typed in typed_names}
    if found:
        out_of_use = db.session.scalars(
            select(Organisation).where(~Organisation.active).order_by(Organisation.kana, Organisation.id)
        ).all()
        for typed, same in found.items():
            same += [one for one in out_of_use if office_key(one.name) == office_key(typed)]
    return found


def _organisation_matches(typed: str) -> Sequence[ColumnElement[bool]]:
    words = [folded for word in typed.split() if (folded := names.search_key(word))]
    return [Organisation.search_key.like(f"%{_like(word)}%", escape="\\") for word in words]


def _like(text: str) -> str:
    """A text in which the wildcards of LIKE stand for themselves."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


# -- people ------------------------------------------------------------------------------------------


def canonical_ids(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """For each person the one it was merged into at the end of the chain; itself if it was not merged."""
    if not person_ids:
        return {}
    up = (
        select(Person.id.label("start"), Person.id, Person.merged_into_id)
        .where(Person.id.in_(set(person_ids)))
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(up.c.start, Person.id, Person.merged_into_id).join(up, Person.id == up.c.merged_into_id)
    )
    rows = db.session.execute(select(up.c.start, up.c.id).where(up.c.merged_into_id.is_(None)))
    return {row.start: row.id for row in rows}


def canonical(person_id: uuid.UUID) -> Person:
    """The person this one was merged into, at the end of the chain. LookupError if there is no such person."""
    found = canonical_ids([person_id])
    person = db.session.get(Person, found[person_id]) if found else None
    if person is None:
        raise LookupError(f"no person {person_id}")
    return person


def merged_ids(person_id: uuid.UUID) -> set[uuid.UUID]:
    """The person and everyone merged into it, through all chains downward."""
    down = select(Person.id).where(Person.id == person_id).cte("down", recursive=True)
    down = down.union_all(select(Person.id).join(down, Person.merged_into_id == down.c.id))
    return set(db.session.scalars(select(down.c.id)))


def merged_rows(roots: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """For each canonical person the rows merged into it, through all chains; those without any are left out."""
    if not roots:
        return {}
    down = (
        select(Person.id, Person.merged_into_id.label("root"))
        .where(Person.merged_into_id.in_(set(roots)))
        .cte("down", recursive=True)
    )
    down = down.union_all(select(Person.id, down.c.root).join(down, Person.merged_into_id == down.c.id))
    rows = db.session.execute(
        select(down.c.root, Person).join(down, Person.id == down.c.id).order_by(Person.created_at, Person.id)
    )
    found: dict[uuid.UUID, list[Person]] = {}
    for root, person in rows:
        found.setdefault(root, []).append(person)
    return found


def canonical_ids_of(person_id: uuid.UUID) -> set[uuid.UUID]:
    """Every row that stands for the same person as this one: the canonical person and all merged into it."""
    return merged_ids(canonical(person_id).id)


def canonical_people_with_mail(mail: str) -> set[uuid.UUID]:
    """The canonical people who name this address as theirs: a person link goes only where there is exactly one."""
    folded = names.mail(mail).lower()
    if not folded:
        return set()
    rows = db.session.scalars(
        select(Person.id).where(func.lower(Person.mail) == folded, Person.erased_at.is_(None))
    ).all()
    return set(canonical_ids(rows).values())


_BY_NAME = (Person.family_kana, Person.given_kana, Person.name_key, Person.id)


def search_people(typed: str, limit: int = 50) -> Sequence[Person]:
    """The first of `people_found`."""
    found = people_found(typed)
    return [] if found is None else db.session.scalars(found.limit(limit)).all()


def people_found(typed: str) -> Select[tuple[Person]] | None:
    """Canonical people of whom some row (merged ones included) has every typed word in name, kana or office, by name;
    None when no word was typed."""
    words = [folded for word in typed.split() if (folded := names.search_key(word))]
    if not words:
        return None
    hits = [
        or_(
            Person.search_key.like(f"%{_like(word)}%", escape="\\"),
            Organisation.search_key.like(f"%{_like(word)}%", escape="\\"),
        )
        for word in words
    ]
    fits = and_(Person.erased_at.is_(None), *hits)
    up = (
        select(Person.merged_into_id.label("id"))
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(Person.merged_into_id.is_not(None), fits)
        .cte("up", recursive=True)
    )
    above = aliased(Person)
    up = up.union(
        select(above.merged_into_id).join(up, above.id == up.c.id).where(above.merged_into_id.is_not(None))
    )
    return (
        select(Person)
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .where(Person.merged_into_id.is_(None), or_(fits, Person.id.in_(select(up.c.id))))
        .order_by(*_BY_NAME)
    )


def people_like(statement: Statement) -> list[Known]:
    """Whoever shares kana, the exact name, the phone number, the licence number, or mail and given name with a statement:
    what the rule of identity judges. Each way by an index of its own: everybody who applies asks. Without those of whom
    staff have still to say whether they are one with somebody here: they are known by that one."""
    alike = [Person.name_key == name_key(statement.family, statement.given)]
    if statement.family_kana or statement.given_kana:
        alike.append(
            and_(Person.family_kana == statement.family_kana, Person.given_kana == statement.given_kana)
        )
    if statement.phone_digits:
        alike.append(Person.phone_digits == statement.phone_digits)
    if is_number(statement.licence_number):
        alike.append(Person.licence_number == statement.licence_number)
    if statement.mail:
        alike.append(_same_mail_and_given(statement))
    people = db.session.scalars(
        select(Person)
        .where(or_(*alike), Person.erased_at.is_(None), ~_APPLIED_TWICE)
        .order_by(Person.created_at, Person.id)
        # The rule looks at neither; every application asks.
        .options(lazyload(Person.profession), lazyload(Person.organisation))
    ).all()
    merged = [one.id for one in people if one.merged_into_id is not None]
    roots = canonical_ids(merged)
    return [
        Known(person_id=one.id, canonical_id=roots.get(one.id, one.id), stated=statement_of(one))
        for one in people
    ]


_APPLIED_TWICE = (
    select(PersonCandidate.id)
    .where(
        PersonCandidate.person_id == Person.id,
        PersonCandidate.likeness == Likeness.APPLIED_TWICE,
        PersonCandidate.state == CandidateState.OPEN,
    )
    .exists()
)


def known_by(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Those of these people who applied a second time and on whom staff have not decided, longest known first, each with
    the canonical person who applied before."""
    rows = db.session.execute(
        select(PersonCandidate.person_id, PersonCandidate.other_id)
        .where(
            PersonCandidate.person_id.in_(set(person_ids)),
            PersonCandidate.likeness == Likeness.APPLIED_TWICE,
            PersonCandidate.state == CandidateState.OPEN,
        )
        .order_by(PersonCandidate.created_at, PersonCandidate.id)
    ).all()
    roots = canonical_ids([row.other_id for row in rows])
    return {row.person_id: roots[row.other_id] for row in rows}


def _same_mail_and_given(statement: Statement) -> ColumnElement[bool]:
    folded = statement.mail.lower()
    if statement.given_kana:
        return and_(Person.given_kana == statement.given_kana, func.lower(Person.mail) == folded)
    return and_(Person.given == statement.given, Person.mail.in_({folded, statement.mail}))


def statement_of(person: Person) -> Statement:
    """What a stored person says, as the rule of identity reads it."""
    return Statement(
        family=person.family,
        given=person.given,
        folded_name=names.search_key(person.family, person.given),
        family_kana=person.family_kana,
        given_kana=person.given_kana,
        mail=person.mail,
        phone_digits=person.phone_digits,
        organisation_id=person.organisation_id,
        licence_number=person.licence_number,
    )


def name_key(family: str, given: str) -> str:
    """Family and given name exactly as typed, for equality only; cut where the column ends."""
    return f"{family}\n{given}"[:LONGEST_NAME_KEY]


# -- the queue of candidates -----------------------------------------------------------------------------


def open_candidates() -> Sequence[PersonCandidate]:
    """Pairs on which staff have not decided yet, oldest first."""
    return db.session.scalars(
        select(PersonCandidate)
        .where(PersonCandidate.state == CandidateState.OPEN)
        .order_by(PersonCandidate.created_at, PersonCandidate.id)
    ).all()


def candidate_between(one: uuid.UUID, other: uuid.UUID) -> PersonCandidate | None:
    """The pair of these two rows, in either order."""
    return db.session.scalar(
        select(PersonCandidate).where(
            or_(
                and_(PersonCandidate.person_id == one, PersonCandidate.other_id == other),
                and_(PersonCandidate.person_id == other, PersonCandidate.other_id == one),
            )
        )
    )


def were_told_apart(some: Collection[uuid.UUID], others: Collection[uuid.UUID]) -> bool:
    """Whether staff called one of these rows and one of those two people."""
    first, second = PersonCandidate.person_id, PersonCandidate.other_id
    between = or_(and_(first.in_(some), second.in_(others)), and_(first.in_(others), second.in_(some)))
    apart = select(PersonCandidate.id).where(PersonCandidate.state == CandidateState.DISTINCT, between)
    return db.session.scalar(apart.limit(1)) is not None


def count_open_candidates() -> int:
    """How many pairs wait for a decision."""
    waiting = select(func.count()).where(PersonCandidate.state == CandidateState.OPEN)
    return db.session.scalar(waiting) or 0
