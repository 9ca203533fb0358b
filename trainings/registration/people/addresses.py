"""Who may see somebody's history: mail addresses, confirmed by a click.

Whose history an application is, a rule may answer by name, kana and one more fact; colleagues know all of these, so they
open nothing. What opens the history is an address of which all of this holds:

- it was confirmed by a click on a link that was mailed to it,
- nobody else applied with it (an office's shared address serves several people),
- it is the first confirmed one of this person, or the first one agreed to it, or staff vouched for it.

Even then it opens only what is its own: applications made with the same address. Of others it shows no more than the
facts (event, day, presence), and those only of addresses that agreed to it, or all of them once staff vouched for it.
So it does not matter who came first: whoever applied in a colleague's name sees what they wrote themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload, lazyload

from trainings.audit.actions import record
from trainings.core import clock, codes, names
from trainings.core.db import db, lock_words
from trainings.core.refusal import Refused
from trainings.directory import queries as directory
from trainings.directory.models import Person, PersonAddress
from trainings.directory.refusals import DirectoryRefusal
from trainings.registration.models import Application
from trainings.registration.queries import history_of

LINK = "person"
CONFIRM = "address"


@dataclass(frozen=True)
class History:
    """What one address sees of a person. opened: applications with their links; facts: event, day and presence only;
    is_whole: nothing of this person is left out."""

    person: Person
    address: PersonAddress
    opened: Sequence[Application]
    facts: Sequence[Application]
    is_whole: bool


@dataclass(frozen=True)
class Standing:
    """An address beside the others of its person. opens: it may see; asks: it was confirmed and waits for the first one
    or for staff to agree."""

    address: PersonAddress
    opens: bool
    asks: bool


def person_secret(address: PersonAddress) -> str:
    """The secret of the person link, for a mail to this address only."""
    return codes.secret_for(_key(), LINK, address.id, address.link_version)


def confirm_secret(address: PersonAddress) -> str:
    """The secret of the link that confirms the address, for a mail to this address only."""
    return codes.secret_for(_key(), CONFIRM, address.id, address.link_version)


def _key() -> str:
    key: str = current_app.config["TSUDOI"].link_key
    return key


# -- reading -------------------------------------------------------------------------------------------------


def address_to_confirm(secret: str) -> PersonAddress | None:
    """The address that a confirming link was mailed to."""
    return db.session.scalar(
        select(PersonAddress).where(PersonAddress.confirm_fingerprint == codes.fingerprint(secret))
    )


def address_by_person_secret(secret: str) -> PersonAddress | None:
    """The address that a person link was mailed to, if it still opens something."""
    address = db.session.scalar(
        select(PersonAddress).where(PersonAddress.link_fingerprint == codes.fingerprint(secret))
    )
    return address if address is not None and opens(address) else None


def is_confirmed(mail: str) -> bool:
    """Whether somebody who reads this mailbox has confirmed the address, for whomever."""
    confirmed = select(PersonAddress.id).where(
        PersonAddress.mail == mail, PersonAddress.confirmed_at.is_not(None)
    )
    return db.session.scalar(confirmed.limit(1)) is not None


def sole_person(mail: str) -> uuid.UUID | None:
    """The canonical person whom an address serves; None for one that serves nobody, or several. Whoever applied a second
    time and is not settled yet is no other person beside the one who applied first, nor beside others who did so."""
    people = directory.canonical_people_with_mail(mail) | set(
        db.session.scalars(
            select(Application.canonical_person_id)
            .where(func.lower(Application.mail) == names.mail(mail).lower())
            .distinct()
        )
    )
    if len(people) > 1:
        people = _without_seconds(people)
    return next(iter(people)) if len(people) == 1 else None


def _without_seconds(people: set[uuid.UUID]) -> set[uuid.UUID]:
    """Of those who are by rule one person, the one who was known first of these."""
    root_of = directory.known_by(people)
    eldest: dict[uuid.UUID, uuid.UUID] = {}
    for one in [*(people - root_of.keys()), *root_of]:
        eldest.setdefault(root_of.get(one, one), one)
    return set(eldest.values())


def opens(address: PersonAddress) -> bool:
    """Whether this address may see its person's history now."""
    root = directory.canonical(address.person_id)
    return (
        root.erased_at is None
        and sole_person(address.mail) == root.id
        and address.id in _open_ids(_confirmed_of(root.id))
    )


def standings_of(canonical_id: uuid.UUID) -> list[Standing]:
    """Every address of a person that was ever confirmed, first confirmed first."""
    confirmed = _confirmed_of(canonical_id)
    may = _open_ids(confirmed)
    return [
        Standing(one, one.id in may and sole_person(one.mail) == canonical_id, _asks(one, may))
        for one in confirmed
    ]


def second_addresses(address: PersonAddress) -> list[PersonAddress]:
    """Confirmed addresses of the same person that ask this one, which opens already."""
    confirmed = _confirmed_of(directory.canonical(address.person_id).id)
    may = _open_ids(confirmed)
    return [one for one in confirmed if _asks(one, may)] if address.id in may else []


def addresses_that_ask() -> list[PersonAddress]:
    """Confirmed addresses on which nobody has decided, of all people, longest waiting first."""
    crowded = (
        select(Application.canonical_person_id)
        .join(PersonAddress, _NAMED)
        .where(PersonAddress.confirmed_at.is_not(None), PersonAddress.refused_at.is_(None))
        .group_by(Application.canonical_person_id)
        .having(func.count(PersonAddress.id.distinct()) > 1)
    )
    asking = []
    for confirmed in _confirmed(Application.canonical_person_id.in_(crowded)).values():
        may = _open_ids(confirmed)
        asking += [one for one in confirmed if _asks(one, may)]
    return sorted(asking, key=lambda one: (one.confirmed_at or one.asked_at, str(one.id)))


def history_seen_by(address: PersonAddress) -> History:
    """What this address, which opens, sees of its person; newest application first."""
    root = directory.canonical(address.person_id)
    agreed = _mails_behind(address)
    opened, facts, hidden = [], [], 0
    for application in history_of([root.id]):
        if application.mail == address.mail:
            opened.append(application)
        elif address.vouched_at is not None or application.mail in agreed:
            facts.append(application)
        else:
            hidden += 1
    return History(root, address, opened, facts, not hidden)


_NAMED = and_(Application.person_id == PersonAddress.person_id, Application.mail == PersonAddress.mail)
"""An address whose application was separated, or was mended, is the person's no longer."""


def _confirmed_of(canonical_id: uuid.UUID) -> list[PersonAddress]:
    """The confirmed addresses that an application of this person still names, in the order of their clicks."""
    return _confirmed(Application.canonical_person_id == canonical_id).get(canonical_id, [])


def _confirmed(whose: ColumnElement[bool]) -> dict[uuid.UUID, list[PersonAddress]]:
    """The same of several people, by canonical person, in one statement."""
    rows = db.session.execute(
        select(Application.canonical_person_id, PersonAddress)
        .join(PersonAddress, _NAMED)
        .where(PersonAddress.confirmed_at.is_not(None), whose)
        .options(
            joinedload(PersonAddress.person).options(
                lazyload(Person.profession), lazyload(Person.organisation)
            )
        )
        .order_by(PersonAddress.confirmed_at, PersonAddress.id)
    )
    found: dict[uuid.UUID, list[PersonAddress]] = {}
    for canonical_id, address in rows:
        known = found.setdefault(canonical_id, [])
        if address not in known:
            known.append(address)
    return found


def _open_ids(confirmed: Sequence[PersonAddress]) -> set[uuid.UUID]:
    """Those that staff vouched for, else the first one; and whoever one of these agreed to."""
    standing = [one for one in confirmed if one.refused_at is None]
    may = {one.id for one in standing if one.vouched_at is not None} or {one.id for one in standing[:1]}
    while more := {one.id for one in standing if one.agreed_by_id in may} - may:
        may |= more
    return may


def _asks(address: PersonAddress, may: Collection[uuid.UUID]) -> bool:
    return address.id not in may and address.refused_at is None


def _mails_behind(address: PersonAddress) -> set[str]:
    """The addresses that agreed to this one, one after the other. It never runs the other way: whoever agrees to an
    address sees nothing of it."""
    found: set[str] = set()
    before = address.agreed_by_id
    while before is not None:
        one = db.session.get_one(PersonAddress, before)
        if one.mail in found:
            break
        found.add(one.mail)
        before = one.agreed_by_id
    return found


# -- writing -------------------------------------------------------------------------------------------------


def address_of(application: Application) -> PersonAddress:
    """The row of the address that an application names, made when it is asked for the first time."""
    lock_words(f"address {application.person_id} {application.mail}")
    known = db.session.scalar(
        select(PersonAddress).where(
            PersonAddress.person_id == application.person_id, PersonAddress.mail == application.mail
        )
    )
    if known is not None:
        return known
    address = PersonAddress(
        id=uuid.uuid4(), person_id=application.person_id, mail=application.mail, link_version=1
    )
    _seal(address)
    db.session.add(address)
    db.session.flush()
    return address


def _seal(address: PersonAddress) -> None:
    address.link_fingerprint = codes.fingerprint(person_secret(address))
    address.confirm_fingerprint = codes.fingerprint(confirm_secret(address))


def confirm_address(address: PersonAddress) -> None:
    """Whoever reads this mailbox pressed the button. A second press changes nothing."""
    if address.confirmed_at is None:
        address.confirmed_at = clock.now()
        record(verb="address.confirmed", subject=("person_address", address.id))
        db.session.flush()


def answer_for(*, first: PersonAddress, second_id: uuid.UUID, agreed: bool) -> PersonAddress:
    """The address that opens already says of a second one whether it is theirs too. Raises Refused: NOT_FOUND."""
    second = next((one for one in second_addresses(first) if one.id == second_id), None)
    if second is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    if agreed:
        second.agreed_by_id = first.id
    else:
        second.refused_at = clock.now()
    verb = "address.agreed" if agreed else "address.refused"
    record(verb=verb, subject=("person_address", second.id), detail={"by": str(first.id)})
    db.session.flush()
    return second


def decide_address(*, address_id: uuid.UUID, belongs: bool, staff_id: uuid.UUID | None) -> PersonAddress:
    """Staff say, having asked, whether a confirmed address is the person's: then it sees all of the history; or that it
    is not: then it sees nothing. Either can be said anew. Raises Refused: NOT_FOUND."""
    address = db.session.get(PersonAddress, address_id, with_for_update={"of": PersonAddress})
    if address is None or address.confirmed_at is None:
        raise Refused(DirectoryRefusal.NOT_FOUND)
    address.vouched_at = clock.now() if belongs else None
    address.vouched_by_id = staff_id if belongs else None
    address.refused_at = None if belongs else clock.now()
    if not belongs:
        address.agreed_by_id = None
    verb = "address.vouched" if belongs else "address.rejected"
    record(verb=verb, subject=("person_address", address.id))
    db.session.flush()
    return address


def renew_links(person_ids: Collection[uuid.UUID]) -> None:
    """Kill the links that were mailed for these rows of people; new ones can be asked for."""
    for address in db.session.scalars(
        select(PersonAddress).where(PersonAddress.person_id.in_(set(person_ids))).order_by(PersonAddress.id)
    ):
        address.link_version += 1
        _seal(address)
    db.session.flush()
