"""Reading applications."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import joinedload, lazyload, load_only

from trainings.core import codes, names
from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.directory.models import PARTICIPANT, Profession
from trainings.events.models import EventGroup
from trainings.registration.models import Application, Channel
from trainings.registration.people import reach
from trainings.registration.states import HOLDS_SEAT, LIVE, State


def application_by_link_secret(secret: str) -> Application | None:
    """The application behind a link; None for an unknown or dead secret."""
    return db.session.scalar(
        select(Application).where(Application.link_fingerprint == codes.fingerprint(secret.lower()))
    )


def application_by_ticket(code: str) -> Application | None:
    """The application behind a ticket code of the present version; case does not matter."""
    return db.session.scalar(
        select(Application).where(Application.ticket_fingerprint == codes.fingerprint(code.upper()))
    )


_AT_DOOR = (
    select(Application)
    .where(
        or_(
            Application.id.in_(bindparam("ids", expanding=True)),
            Application.ticket_fingerprint.in_(bindparam("tickets", expanding=True)),
            Application.code.in_(bindparam("numbers", expanding=True)),
        )
    )
    .options(
        # What a desk decides by and shows; anything else is read when somebody asks for it.
        load_only(
            *(
                Application.event_id,
                Application.code,
                Application.state,
                Application.role,
                Application.table_number,
            ),
            *(Application.family, Application.given, Application.family_kana, Application.given_kana),
            *(Application.organisation_name, Application.care_note, Application.search_key),
            *(Application.ticket_fingerprint, Application.profession_id, Application.event_group_id),
        ),
        joinedload(Application.profession).options(load_only(Profession.name), lazyload(Profession.group)),
        joinedload(Application.group).options(
            load_only(EventGroup.name, EventGroup.mark, EventGroup.css), lazyload(EventGroup.sector)
        ),
    )
)


def applications_at_door(
    *, ids: Collection[uuid.UUID], tickets: Collection[str], numbers: Collection[str]
) -> Sequence[Application]:
    """Everyone named by id, ticket fingerprint or normalised 受付番号, at whichever event, in one statement."""
    wanted = {"ids": list(ids), "tickets": list(tickets), "numbers": list(numbers)}
    return db.session.scalars(_AT_DOOR, wanted).all()


_SENT = and_(Application.event_id == bindparam("event_id"), Application.idempotency_key == bindparam("key"))
_SENT_OR_CODED = select(Application.id, _SENT.label("is_sent")).where(
    or_(_SENT, Application.code == bindparam("code"))
)
_LIVE_OF = select(Application.id, Application.code).where(
    Application.event_id == bindparam("event_id"),
    Application.canonical_person_id == bindparam("canonical_person_id"),
    Application.state.in_(LIVE),
)


def sent_with(event_id: uuid.UUID, key: str) -> Application | None:
    """What the form with this key stored when it was sent before."""
    return db.session.scalar(select(Application).where(_SENT), {"event_id": event_id, "key": key})


def sent_or_coded(event_id: uuid.UUID, key: str, code: str) -> tuple[Application | None, bool]:
    """What the form with this key stored when it was sent before, and whether somebody has this 受付番号: one question,
    since every application asks both. Hardly ever there, so only ids are asked for first."""
    found = db.session.execute(_SENT_OR_CODED, {"event_id": event_id, "key": key, "code": code}).all()
    sent = [one.id for one in found if one.is_sent]
    return (db.session.get_one(Application, sent[0]) if sent else None), bool(found)


def live_application_of(event_id: uuid.UUID, canonical_person_id: uuid.UUID) -> Application | None:
    """The one live application of a person at an event. Hardly ever there when it is asked for, as above."""
    values = {"event_id": event_id, "canonical_person_id": canonical_person_id}
    found = db.session.scalar(_LIVE_OF, values)
    return None if found is None else db.session.get_one(Application, found)


def live_code_of(event_id: uuid.UUID, canonical_person_id: uuid.UUID) -> str | None:
    """The 受付番号 of that application, in the one statement that is asked for everybody who applies."""
    values = {"event_id": event_id, "canonical_person_id": canonical_person_id}
    found = db.session.execute(_LIVE_OF, values).one_or_none()
    return None if found is None else found.code


def last_waiting_rank(event_id: uuid.UUID) -> int:
    """The highest rank given so far on the event's waiting list; 0 for an empty one."""
    return (
        db.session.scalar(
            select(func.coalesce(func.max(Application.waiting_rank), 0)).where(
                Application.event_id == event_id
            )
        )
        or 0
    )


def make_room_in_line(event_id: uuid.UUID, arrived_at: datetime) -> int:
    """The rank of somebody new on the event's waiting list: behind all who came before. Whoever came later makes room, which
    happens only when staff enter what arrived earlier. The caller holds the event's lock."""
    waits = (Application.event_id == event_id, Application.state == State.WAITING)
    later = waiting_since(event_id, arrived_at)
    ranks = db.session.scalars(
        select(Application.waiting_rank)
        .where(*waits, Application.waiting_rank.is_not(None))
        .order_by(Application.waiting_rank)
    ).all()
    known = [rank for rank in ranks if rank is not None]
    if not later or not known:
        return last_waiting_rank(event_id) + 1
    rank = known[max(0, len(known) - len(later))]
    db.session.execute(
        update(Application)
        .where(*waits, Application.waiting_rank >= rank)
        .values(waiting_rank=Application.waiting_rank + 1)
    )
    return rank


def waiting_since(event_id: uuid.UUID, instant: datetime) -> set[str]:
    """Ids of those who wait for a seat and came after an instant."""
    rows = db.session.scalars(
        select(Application.id).where(
            Application.event_id == event_id,
            Application.state == State.WAITING,
            Application.submitted_at > instant,
        )
    )
    return {str(id) for id in rows}


def move_back(event_id: uuid.UUID, rank: int) -> None:
    """Leave a place on the waiting list free: whoever stands at it, and everybody after them, stands one further back."""
    here = (Application.event_id == event_id, Application.state == State.WAITING)
    if db.session.scalar(select(Application.id).where(*here, Application.waiting_rank == rank)) is not None:
        db.session.execute(
            update(Application)
            .where(*here, Application.waiting_rank >= rank)
            .values(waiting_rank=Application.waiting_rank + 1)
        )


@dataclass(frozen=True)
class Place:
    """Where someone stands on the waiting list: in their own group, and in all; counted from 1."""

    in_group: int
    in_all: int


def anybody_waits(event_id: uuid.UUID) -> bool:
    """Whether somebody is on the waiting list of an event."""
    waiting = select(Application.id).where(
        Application.event_id == event_id, Application.state == State.WAITING
    )
    return db.session.scalar(waiting.limit(1)) is not None


def waiting_place(application: Application) -> Place | None:
    """The place of a waiting application; None for one that does not wait."""
    if application.state != State.WAITING or application.waiting_rank is None:
        return None
    ahead = (
        Application.event_id == application.event_id,
        Application.state == State.WAITING,
        Application.waiting_rank < application.waiting_rank,
    )
    in_all = db.session.scalar(select(func.count()).where(*ahead)) or 0
    in_group = (
        db.session.scalar(
            select(func.count()).where(*ahead, Application.event_group_id == application.event_group_id)
        )
        or 0
    )
    return Place(in_group + 1, in_all + 1)


def waiting_with_priority(event_id: uuid.UUID) -> Sequence[Application]:
    """Participants who wait and to whom their office gave a 優先順位, next in rank first."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state == State.WAITING,
            Application.waiting_rank.is_not(None),
            Application.priority.is_not(None),
        )
        .order_by(Application.waiting_rank)
    ).all()


@dataclass(frozen=True)
class GroupCount:
    """Participants of one group who did not cancel, and how many of them hold a seat."""

    group: EventGroup
    applied: int
    held: int


def counts_by_group(groups: Collection[EventGroup]) -> list[GroupCount]:
    """One statement for all groups of an event, in the order given."""
    rows = db.session.execute(
        select(Application.event_group_id, Application.state, func.count())
        .where(
            Application.event_group_id.in_([group.id for group in groups]),
            Application.role == PARTICIPANT,
            Application.state.not_in([State.CANCELLED, State.SUBSTITUTED, State.DUPLICATE]),
        )
        .group_by(Application.event_group_id, Application.state)
    )
    applied: Counter[uuid.UUID] = Counter()
    held: Counter[uuid.UUID] = Counter()
    for group_id, state, n in rows:
        applied[group_id] += n
        if state in HOLDS_SEAT:
            held[group_id] += n
    return [GroupCount(group, applied[group.id], held[group.id]) for group in groups]


def confirmed_count(event_id: uuid.UUID) -> int:
    """Seats taken or offered: a capacity may not be set below it."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Application.event_id == event_id,
                Application.role == PARTICIPANT,
                Application.state.in_(HOLDS_SEAT),
            )
        )
        or 0
    )


def count_applications(event_id: uuid.UUID) -> int:
    """Those that live, of whatever role."""
    counted = select(func.count()).where(Application.event_id == event_id, Application.state.in_(LIVE))
    return db.session.scalar(counted) or 0


def has_applications(event_id: uuid.UUID) -> bool:
    return (
        db.session.scalar(select(Application.id).where(Application.event_id == event_id).limit(1)) is not None
    )


@dataclass(frozen=True)
class Filter:
    """What 名簿 shows; empty fields do not narrow. typed: name, kana, office, 受付番号 or mail."""

    typed: str = ""
    states: Collection[State] = ()
    group_id: uuid.UUID | None = None
    channel: Channel | None = None
    without_mail: bool = False
    """Only people whom no mail reaches."""
    untold: bool = False
    """Only those of them who still have to be told something."""


_WITH_OFFICE = (joinedload(Application.organisation), joinedload(Application.heard_via))


def applications_of_event(event_id: uuid.UUID, narrow: Filter | None = None) -> Sequence[Application]:
    """The event's applications with group, profession and organisation loaded, by group, then kana."""
    return db.session.scalars(_of_event(event_id, narrow or Filter()).options(*_WITH_OFFICE)).unique().all()


def page_of_applications(event_id: uuid.UUID, narrow: Filter) -> Page[Application]:
    """The part of the same list that the address asks for."""
    return page_of(_of_event(event_id, narrow))


def _of_event(event_id: uuid.UUID, wanted: Filter) -> Select[tuple[Application]]:
    query = (
        select(Application)
        .join(EventGroup, EventGroup.id == Application.event_group_id)
        .where(Application.event_id == event_id)
        .order_by(EventGroup.sort, Application.family_kana, Application.given_kana, Application.code)
    )
    if wanted.states:
        query = query.where(Application.state.in_(wanted.states))
    if wanted.group_id is not None:
        query = query.where(Application.event_group_id == wanted.group_id)
    if wanted.channel is not None:
        query = query.where(Application.channel == wanted.channel)
    if wanted.without_mail:
        query = query.where(reach.is_unreachable())
    if wanted.untold:
        query = query.where(Application.id.in_(reach.untold_ids(event_id)))
    if wanted.typed.strip():
        folded = names.search_key(wanted.typed)
        query = query.where(
            or_(
                Application.search_key.contains(folded, autoescape=True),
                Application.code == names.code(wanted.typed),
                Application.mail == names.mail(wanted.typed),
            )
        )
    return query


@dataclass(frozen=True)
class Facets:
    """How many applications of an event are in each state, of each group, came in each way."""

    total: int
    states: Mapping[State, int]
    groups: Mapping[uuid.UUID, int]
    channels: Mapping[Channel, int]
    without_mail: int = 0
    untold: int = 0


def facets_of_event(event_id: uuid.UUID) -> Facets:
    """One statement for states, groups and channels, and one each for those whom no mail reaches."""
    states: Counter[State] = Counter()
    groups: Counter[uuid.UUID] = Counter()
    channels: Counter[Channel] = Counter()
    rows = db.session.execute(
        select(Application.state, Application.event_group_id, Application.channel, func.count())
        .where(Application.event_id == event_id)
        .group_by(Application.state, Application.event_group_id, Application.channel)
    )
    for state, group_id, channel, n in rows:
        states[state] += n
        groups[group_id] += n
        channels[channel] += n
    without_mail, untold = (
        db.session.scalar(select(func.count()).select_from(_of_event(event_id, narrow).subquery())) or 0
        for narrow in (Filter(without_mail=True), Filter(untold=True))
    )
    return Facets(states.total(), states, groups, channels, without_mail, untold)


def applications_with_mail(mail: str) -> Sequence[Application]:
    """Applications that this address may be told about, newest first."""
    return db.session.scalars(
        select(Application)
        .where(func.lower(Application.mail) == names.mail(mail).lower())
        .options(joinedload(Application.event))
        .order_by(Application.submitted_at.desc())
        .limit(50)
    ).all()


def newest_with_mail(canonical_id: uuid.UUID, mail: str) -> Application | None:
    """The newest application of a person that names exactly this address."""
    return db.session.scalars(
        select(Application)
        .where(Application.canonical_person_id == canonical_id, Application.mail == mail)
        .order_by(Application.submitted_at.desc(), Application.id)
        .limit(1)
    ).first()


def history_of(canonical_ids: Collection[uuid.UUID]) -> Sequence[Application]:
    """All applications of a person, newest event first."""
    return db.session.scalars(
        select(Application)
        .where(Application.canonical_person_id.in_(list(canonical_ids)))
        .options(joinedload(Application.event))
        .order_by(Application.submitted_at.desc())
    ).all()
