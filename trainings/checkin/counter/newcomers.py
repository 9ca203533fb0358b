"""People who become an application at the door: walk-ins, and those who come in somebody's place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from trainings.checkin import texts
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import names, spellings
from trainings.core.refusal import Refused
from trainings.directory.actions import Recognition, recognise_person
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup
from trainings.registration.intake import unused_code, write_search_key
from trainings.registration.models import Application, Channel
from trainings.registration.secrets import seal
from trainings.registration.states import Reason, State


@dataclass(frozen=True)
class Name:
    """A name as typed at a desk, parted at the first blank."""

    family: str
    given: str
    family_kana: str
    given_kana: str


def read_name(name: str, kana: str, *, is_fact: bool) -> Name:
    """is_fact: they are in already, whatever was typed. Raises Refused: NAME_MISSING, NAME_HOLDS_ADDRESS, and as
    `check_kana`."""
    family, _, given = " ".join(names.as_typed(name).split()).partition(" ")
    family_kana, _, given_kana = names.kana(kana).partition(" ")
    if not family:
        raise Refused(CheckinRefusal.NAME_MISSING)
    if not is_fact and is_odd(name, kana):
        raise Refused(CheckinRefusal.NAME_HOLDS_ADDRESS)
    if not is_fact:
        check_kana(name, kana)
    return Name(family, given.strip(), family_kana, given_kana.strip())


def is_odd(name: str, kana: str) -> bool:
    """Whether a name holds an address or a telephone number; static/js/door/plain_names.js says the same at the desk."""
    return any(names.holds_address(typed) or names.holds_phone(typed) for typed in (name, kana))


def is_odd_kana(name: str, kana: str) -> bool:
    """Whether nobody may be entered under such kana who is not in already."""
    try:
        check_kana(name, kana)
    except Refused:
        return True
    return False


def check_kana(name: str, kana: str) -> None:
    """A name in Latin letters needs none; static/js/door/kana.js says the same at the desk. Raises Refused: KANA_MISSING,
    KANA_STRANGE (facts: about)."""
    folded = names.kana(kana)
    if not folded and not names.is_latin(name):
        raise Refused(CheckinRefusal.KANA_MISSING)
    if about := spellings.about_kana(texts.KANA, folded, name=name):
        raise Refused(CheckinRefusal.KANA_STRANGE, about=about)


def recognise(event: Event, name: Name, organisation_id: uuid.UUID | None = None) -> Recognition:
    """Who that is, as far as a name at the door tells; the caller holds the event's lock."""
    return recognise_person(
        family=name.family,
        given=name.given,
        family_kana=name.family_kana,
        given_kana=name.given_kana,
        organisation_id=organisation_id,
        event_id=event.id,
    )


def newcomer(
    event: Event,
    group: EventGroup,
    name: Name,
    person: Recognition,
    *,
    channel: Channel,
    reason: Reason,
    key: uuid.UUID,
    state: State = State.CONFIRMED,
) -> Application:
    """An application made at the door, in no session yet. key: of the scan that brings it, so that it is made once."""
    application = Application(
        id=uuid.uuid4(),
        event_id=event.id,
        person_id=person.person.id,
        canonical_person_id=person.canonical.id,
        code=unused_code(event),
        channel=channel,
        role=PARTICIPANT,
        state=state,
        reason=reason,
        event_group_id=group.id,
        family=name.family,
        given=name.given,
        family_kana=name.family_kana,
        given_kana=name.given_kana,
        idempotency_key=str(key),
        link_version=1,
        ticket_version=1,
    )
    write_search_key(application)
    seal(application)
    return application
