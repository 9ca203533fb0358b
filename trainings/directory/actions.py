"""Writing master data as shipped, and settling who is whom when somebody applies."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from trainings.audit.actions import record
from trainings.core import clock, names
from trainings.core.db import db, lock_words
from trainings.core.refusal import Refused
from trainings.directory import queries
from trainings.directory.identity import (
    BEYOND_NAMES,
    Known,
    Likeness,
    LinkedBy,
    Statement,
    judge,
    likenesses,
)
from trainings.directory.models import (
    Association,
    CandidateState,
    District,
    DistrictKind,
    EventRole,
    Person,
    PersonCandidate,
    Profession,
    ProfessionGroup,
    Sector,
)
from trainings.directory.refusals import DirectoryRefusal
from trainings.directory.shipped import rows_of, shipped_groups

LONGEST_SEARCH_KEY = 300
GROUP_COLOURS = ("g-md", "g-dt", "g-ph", "g-ns", "g-rh", "g-cm", "g-sw", "g-cw", "g-ad", "g-ot")
"""The fixed colour classes of the style sheet, in the order of the groups in professions.csv."""


# -- master data as shipped ------------------------------------------------------------------------------


def load_master_data() -> None:
    """Add the shipped professions, groups, sectors, roles, districts and associations that are missing.

    May run again at any time: a profession or role is known by its code and never written twice, and districts and
    associations are loaded only into an empty table, so nothing that was edited or renamed comes back.
    """
    _load_professions()
    _load_roles()
    if not db.session.scalar(select(func.count()).select_from(District)):
        for sort, row in enumerate(rows_of("districts.csv"), start=1):
            db.session.add(District(name=row["name"], kind=DistrictKind(row["kind"]), sort=sort * 10))
    if not db.session.scalar(select(func.count()).select_from(Association)):
        for sort, row in enumerate(rows_of("associations.csv"), start=1):
            db.session.add(Association(name=row["name"], sort=sort * 10))
    db.session.flush()


def _load_professions() -> None:
    rows = rows_of("professions.csv")
    marks = list(dict.fromkeys(row["mark"] for row in rows))
    colours = dict(zip(marks, GROUP_COLOURS, strict=True))
    codes_known = set(db.session.scalars(select(Profession.code)))
    names_known = set(db.session.scalars(select(Profession.name)))
    group_of = shipped_groups()
    sectors = {sector.name: sector for sector in db.session.scalars(select(Sector))}
    for row in rows:
        if row["code"] in codes_known or row["name"] in names_known:
            continue
        group = group_of.get(row["quota_group"])
        if group is None:
            group = group_of[row["quota_group"]] = _make_group(row, colours[row["mark"]], sectors)
        db.session.add(
            Profession(
                code=row["code"],
                name=row["name"],
                group=group,
                skill_group=row["skill_group"],
                licence_number_label=row["licence_number_label"],
                usual_channel=row["usual_channel"],
                jp_core_role_code=row["jp_core_role_code"],
                sort=int(row["sort"]),
            )
        )
    db.session.flush()


def _load_roles() -> None:
    known = set(db.session.scalars(select(EventRole.code)))
    for sort, row in enumerate(rows_of("event_roles.csv"), start=1):
        if row["code"] not in known:
            certified = row["certified"] == "1"
            db.session.add(EventRole(code=row["code"], name=row["name"], certified=certified, sort=sort * 10))


def _make_group(row: dict[str, str], css: str, sectors: dict[str, Sector]) -> ProfessionGroup:
    """A group as shipped, its sector with it where `sectors` (by name; grows) has none."""
    sector = sectors.setdefault(
        row["sector"], Sector(name=row["sector"], sort=(GROUP_COLOURS.index(css) + 1) * 10)
    )
    group = ProfessionGroup(
        name=row["quota_group"], mark=row["mark"], css=css, sector=sector, sort=int(row["sort"])
    )
    db.session.add(group)
    return group


# -- who is whom -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recognition:
    """person: the row an application points to. canonical: whoever it was merged into (itself otherwise).

    linked_by: what tied it to a known person; None = a new person. candidates: pairs that staff will decide.
    """

    person: Person
    canonical: Person
    linked_by: LinkedBy | None
    candidates: tuple[PersonCandidate, ...] = ()


def recognise_person(
    *,
    family: str,
    given: str,
    family_kana: str,
    given_kana: str,
    mail: str = "",
    phone: str = "",
    profession_id: uuid.UUID | None = None,
    organisation_id: uuid.UUID | None = None,
    licence_number: str = "",
    own_person: Person | None = None,
    application_id: uuid.UUID | None = None,
    event_id: uuid.UUID | None = None,
    stands_apart: Callable[[Person], bool] = lambda _canonical: False,
) -> Recognition:
    """The person who applies: a known one by their own link or by rule, otherwise a new one with open candidates.

    Call it after the event's lock. own_person: whoever came through their own person link. application_id, event_id:
    only for the audit line. stands_apart: asked once about the canonical person, whether they applied before where the
    answer is given at once; then whoever applies now is somebody of their own, and a question to staff. The known
    person's newest values become those given here (what is empty stays).

    Known, new or standing apart: the database is asked as many questions, so that the answer takes as long.
    """
    statement = Statement(
        family=names.as_typed(family),
        given=names.as_typed(given),
        folded_name=names.search_key(family, given),
        family_kana=names.kana(family_kana),
        given_kana=names.kana(given_kana),
        mail=names.mail(mail),
        phone_digits=names.phone_digits(phone),
        organisation_id=organisation_id,
        licence_number=names.licence(licence_number),
    )
    if own_person is not None:
        person, linked_by = own_person, LinkedBy.OWN_LINK
        canonical = lock_up_to_canonical(person)
    else:
        # Whoever applies to two events in one moment is one person: the event's lock does not see to that.
        lock_words(f"person {statement.folded_name}")
        known = queries.people_like(statement)
        verdict = judge(statement, known)
        if verdict.person_id is None or verdict.linked_by is None:
            person = new_person(statement, phone=phone, profession_id=profession_id)
            lock_up_to_canonical(person)
            stands_apart(person)
            record(verb="person.made", subject=("person", person.id))
            db.session.flush()
            return Recognition(person, person, None, propose_next(person.id, verdict.candidates))
        canonical = lock_up_from(verdict.person_id)
        person, linked_by = db.session.get_one(Person, verdict.person_id), verdict.linked_by
    if stands_apart(canonical):
        apart = new_person(statement, phone=phone, profession_id=profession_id)
        pair = PersonCandidate(person_id=apart.id, other_id=canonical.id, likeness=Likeness.APPLIED_TWICE)
        db.session.add(pair)
        db.session.flush()
        return Recognition(apart, apart, None, (pair,))
    write_statement(person, statement, phone=phone, profession_id=profession_id)
    alike: tuple[PersonCandidate, ...] = ()
    if linked_by is not LinkedBy.OWN_LINK:
        record(
            verb="person.linked_by_rule",
            subject=("person", person.id),
            event_id=event_id,
            detail={"rule": linked_by.value, "application": str(application_id) if application_id else None},
        )
        alike = _propose_former_names(canonical, statement, known)
    db.session.flush()
    return Recognition(person, canonical, linked_by, alike)


def _propose_former_names(
    canonical: Person, statement: Statement, known: Sequence[Known]
) -> tuple[PersonCandidate, ...]:
    """Ask about those under another family name whom a known person resembles by what they say now."""
    others = [one for one in known if one.canonical_id != canonical.id]
    alike = [pair for pair in likenesses(statement, others) if pair[1] in BEYOND_NAMES]
    return propose_next(canonical.id, _not_told_apart(canonical.id, alike)) if alike else ()


def new_person(statement: Statement, *, phone: str, profession_id: uuid.UUID | None) -> Person:
    """A person made of one statement."""
    person = Person(id=uuid.uuid4())
    write_statement(person, statement, phone=phone, profession_id=profession_id)
    db.session.add(person)
    db.session.flush()
    return person


def write_statement(
    person: Person, statement: Statement, *, phone: str, profession_id: uuid.UUID | None
) -> None:
    """Make a statement the person's newest values; what it leaves out stays as it was."""
    person.family, person.given = statement.family, statement.given
    person.name_key = queries.name_key(statement.family, statement.given)
    person.family_kana = statement.family_kana or person.family_kana or ""
    person.given_kana = statement.given_kana or person.given_kana or ""
    person.search_key = queries.KEY_SEPARATOR.join(
        (statement.folded_name, names.search_key(person.family_kana, person.given_kana))
    )[:LONGEST_SEARCH_KEY]
    person.mail = statement.mail or person.mail or ""
    if statement.phone_digits:
        person.phone, person.phone_digits = names.phone(phone), statement.phone_digits
    person.profession_id = profession_id or person.profession_id
    person.organisation_id = statement.organisation_id or person.organisation_id
    person.licence_number = statement.licence_number or person.licence_number or ""


def forget_statement(person: Person) -> None:
    """Empty what a statement leaves as it was, before an older statement is written anew."""
    person.family_kana = person.given_kana = person.mail = person.phone = person.phone_digits = ""
    person.licence_number = ""
    person.profession_id = person.organisation_id = None


def lock_up_to_canonical(person: Person) -> Person:
    """Lock a person and the chain above it until the end of the transaction; returns the canonical person.

    Without it a merge in another transaction could move the person between reading and storing an application.
    """
    return lock_up_from(person.id)


def lock_up_from(person_id: uuid.UUID) -> Person:
    """The same for a row that was not loaded."""
    while True:
        locked = db.session.scalar(
            select(Person)
            .where(Person.id == person_id)
            .with_for_update(key_share=True, of=Person)
            .execution_options(populate_existing=True)
        )
        assert locked is not None
        if locked.merged_into_id is None:
            return locked
        person_id = locked.merged_into_id


# -- candidates ----------------------------------------------------------------------------------------------


def propose_candidate(person_id: uuid.UUID, other_id: uuid.UUID, likeness: Likeness) -> PersonCandidate:
    """Put two people side by side in the queue; a pair that is there already, decided or not, stays as it is."""
    known = queries.candidate_between(person_id, other_id)
    if known is not None:
        return known
    pair = PersonCandidate(person_id=person_id, other_id=other_id, likeness=likeness)
    db.session.add(pair)
    db.session.flush()
    return pair


def propose_likenesses(person: Person) -> tuple[PersonCandidate, ...]:
    """Look again whom a person resembles, after their office or contact changed, or after staff told them apart from
    somebody; returns the pair to decide on, if there is any."""
    root = queries.canonical(person.id)
    statement = queries.statement_of(person)
    others = [known for known in queries.people_like(statement) if known.canonical_id != root.id]
    return propose_next(root.id, _not_told_apart(root.id, likenesses(statement, others)))


def _not_told_apart(
    root_id: uuid.UUID, alike: Sequence[tuple[uuid.UUID, Likeness]]
) -> list[tuple[uuid.UUID, Likeness]]:
    """Those of whom staff have not said that they are somebody else, under any of their names."""
    mine = queries.merged_ids(root_id)
    return [pair for pair in alike if not queries.were_told_apart(mine, queries.merged_ids(pair[0]))]


def propose_next(
    person_id: uuid.UUID, likenesses: Sequence[tuple[uuid.UUID, Likeness]]
) -> tuple[PersonCandidate, ...]:
    """Ask staff one question about a person at a time: the strongest likeness on which they have not decided. Whoever is
    alike many would else bring as many questions, and a flood of applications their square."""
    for other, likeness in likenesses:
        pair = queries.candidate_between(person_id, other)
        if pair is None:
            return (propose_candidate(person_id, other, likeness),)
        if pair.state == CandidateState.OPEN:
            return (pair,)
    return ()


def decide_distinct(*, candidate_id: uuid.UUID, staff_id: uuid.UUID | None) -> PersonCandidate:
    """Staff say that the two are different people; the newer one may still be somebody else, who is asked about next.
    Raises Refused: NOT_FOUND, ALREADY_ONE."""
    pair = _locked_candidate(candidate_id)
    if pair.state == CandidateState.MERGED:
        raise Refused(DirectoryRefusal.ALREADY_ONE)
    pair.state, pair.decided_at, pair.decided_by_id = CandidateState.DISTINCT, clock.now(), staff_id
    record(verb="candidate.decided_distinct", subject=("person_candidate", pair.id))
    db.session.flush()
    propose_likenesses(pair.person)
    return pair


def reopen_candidate(*, candidate_id: uuid.UUID) -> PersonCandidate:
    """Take back "different people": the pair is open again. Raises Refused: NOT_FOUND, NOT_DECIDED."""
    pair = _locked_candidate(candidate_id)
    if pair.state != CandidateState.DISTINCT:
        raise Refused(DirectoryRefusal.NOT_DECIDED)
    pair.state, pair.decided_at, pair.decided_by_id = CandidateState.OPEN, None, None
    record(verb="candidate.reopened", subject=("person_candidate", pair.id))
    db.session.flush()
    return pair


def _locked_candidate(candidate_id: uuid.UUID) -> PersonCandidate:
    pair = db.session.scalar(
        select(PersonCandidate)
        .where(PersonCandidate.id == candidate_id)
        .with_for_update(of=PersonCandidate)
        .execution_options(populate_existing=True)
    )
    if pair is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    return pair
