"""From an event and its applications to the pure rules of seats."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row as Stored
from sqlalchemy import and_, bindparam, case, func, or_, select

from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import PARTICIPANT, Organisation
from trainings.directory.office_names import office_key
from trainings.events.models import Event, EventGroup, Selection
from trainings.registration.models import Application, SeatCount
from trainings.registration.states import HOLDS_SEAT, State
from trainings.seats.admission import readmit, seats_open_to
from trainings.seats.rules import Candidate, GroupRule, Rules, SectorRule, Tally

UNLIMITED = 100_000
"""Capacity of an event that has none: more than any hall holds."""


_COLUMNS = (
    Application.id,
    Application.event_group_id,
    Application.organisation_id,
    Application.organisation_name,
    Application.organisation_kept,
)
_TYPED = case(
    (
        and_(Application.organisation_id.is_(None), ~Application.organisation_kept),
        Application.organisation_name,
    ),
    else_="",
)
"""The name of an office that was typed freely and counts as one."""


def rules_of(event: Event) -> Rules:
    """The event's quotas; keys are the ids of its groups and sectors, the order is the published one."""
    sectors = {
        str(sector.id): sector for sector in event.sectors if sector.reserved or sector.cap is not None
    }
    return Rules(
        capacity=event.capacity or UNLIMITED,
        groups=tuple(
            GroupRule(
                key=str(group.id),
                reserved=group.reserved,
                cap=group.cap,
                sector=str(group.sector_id) if str(group.sector_id) in sectors else None,
            )
            for group in event.groups
        ),
        sectors=tuple(
            SectorRule(key=key, reserved=sector.reserved, cap=sector.cap) for key, sector in sectors.items()
        ),
        organisation_cap=event.organisation_cap,
    )


def rows_in(event_id: uuid.UUID, states: Collection[State]) -> Sequence[Stored[Any]]:
    """What `candidates_of` reads of the participants in these states, and who they are, in order of arrival: columns only,
    since an event of many is asked for often."""
    return db.session.execute(
        select(*_COLUMNS, Application.canonical_person_id)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(states),
        )
        .order_by(Application.submitted_at, Application.id)
    ).all()


def candidates_of(event: Event, applications: Iterable[Application | Stored[Any]]) -> list[Candidate]:
    """Applications of an event, or rows of `rows_in`, as the rules see them, in their order."""
    return _candidates(
        event.id,
        [
            (one.id, one.event_group_id, one.organisation_id, one.organisation_name, one.organisation_kept)
            for one in applications
        ],
    )


def candidates_in(event_id: uuid.UUID, states: Collection[State]) -> list[Candidate]:
    """The participants in these states as the rules see them, in waiting order: one statement that reads columns only
    (a second one where offices were typed freely), since everybody who applies to a first-come event asks it."""
    rows = db.session.execute(
        select(*_COLUMNS)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(states),
        )
        .order_by(Application.waiting_rank, Application.submitted_at, Application.id)
    )
    return _candidates(event_id, [row._tuple() for row in rows])


def counted_in(event_id: uuid.UUID, states: Collection[State]) -> list[Candidate]:
    """As many as there are participants in these states, as the rules see them, under keys that name nobody and are those
    of no other states: read as counts, for questions that ask of nobody in particular."""
    rows = db.session.execute(
        select(
            *(Application.event_group_id, Application.organisation_id, _TYPED.label("typed")),
            func.count().label("n"),
        )
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(states),
        )
        .group_by(Application.event_group_id, Application.organisation_id, "typed")
    ).all()
    chosen = offices_chosen(event_id) if any(row.typed for row in rows) else {}
    found, mark = [], "+".join(sorted(states))
    for place, row in enumerate(rows):
        group = str(row.event_group_id)
        office = key_of_office(row.organisation_id, row.typed, chosen) or None
        found += [Candidate(f"{mark} {place} {n}", group, office) for n in range(row.n)]
    return found


def firsts_in(event_id: uuid.UUID, states: Collection[State]) -> list[Candidate]:
    """The participants in these states in waiting order, of those whom the rules do not tell apart only the first: whoever
    is next is among them."""
    order = (Application.waiting_rank, Application.submitted_at, Application.id)
    alike = (Application.event_group_id, Application.organisation_id, _TYPED)
    placed = (
        select(Application.id, func.row_number().over(partition_by=alike, order_by=order).label("place"))
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(states),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(*_COLUMNS)
        .join(placed, placed.c.id == Application.id)
        .where(placed.c.place == 1)
        .order_by(*order)
    )
    return _candidates(event_id, [row._tuple() for row in rows])


@dataclass(frozen=True)
class Kept:
    """Group → how many participants hold a seat, and how many wait, as the database keeps them (models.SeatCount)."""

    seated: Mapping[str, int]
    waiting: Mapping[str, int]


_KEPT = (
    select(SeatCount.event_group_id, SeatCount.seated, SeatCount.waiting)
    .join(EventGroup, EventGroup.id == SeatCount.event_group_id)
    .where(EventGroup.event_id == bindparam("event_id"))
)


def kept_counts(event_id: uuid.UUID) -> Kept:
    """One row a group is read, however many people there are. The caller holds the event's lock."""
    rows = db.session.execute(_KEPT, {"event_id": event_id}).all()
    return Kept({str(row[0]): row.seated for row in rows}, {str(row[0]): row.waiting for row in rows})


def wrongly_kept() -> list[uuid.UUID]:
    """The groups of which the kept counts are not those of the applications: none, whatever was done."""
    seated, waiting = Application.state.in_(HOLDS_SEAT), Application.state == State.WAITING
    counted = (
        select(Application.event_group_id, func.count(case((seated, 1))), func.count(case((waiting, 1))))
        .where(Application.role == PARTICIPANT, or_(seated, waiting))
        .group_by(Application.event_group_id)
    )
    kept = select(SeatCount.event_group_id, SeatCount.seated, SeatCount.waiting).where(
        or_(SeatCount.seated != 0, SeatCount.waiting != 0)
    )
    differing = {row._tuple() for row in db.session.execute(counted)} ^ {
        row._tuple() for row in db.session.execute(kept)
    }
    return sorted({group for group, *_ in differing})


def standing_for(event: Event, rules: Rules, kept: Kept, newcomer: Candidate) -> Tally:
    """Those who hold a seat as the rules count them: everybody by group, and of offices only the newcomer's."""
    sectors: Counter[str] = Counter()
    for group, n in kept.seated.items():
        sector = rules.sector_of.get(group)
        if sector is not None:
            sectors[sector] += n
    office = newcomer.organisation
    return Tally(
        total=sum(kept.seated.values()),
        sectors=sectors,
        groups=kept.seated,
        organisations={office: _seated_of_office(event.id, office)} if office is not None else {},
    )


def newcomer_of(event: Event, rules: Rules, application: Application) -> Candidate:
    """Somebody who applies as the rules see them; their office only where there is a cap of it."""
    if rules.organisation_cap is not None:
        return candidates_of(event, [application])[0]
    return Candidate(key=str(application.id), group=str(application.event_group_id))


def _seated_of_office(event_id: uuid.UUID, office: str) -> int:
    """Reads those who chose the office in the directory, and those who typed one that nobody has matched yet."""
    typed = and_(
        Application.organisation_id.is_(None),
        Application.organisation_name != "",
        ~Application.organisation_kept,
    )
    seated = (
        Application.event_id == event_id,
        Application.role == PARTICIPANT,
        Application.state.in_(HOLDS_SEAT),
    )
    try:
        wanted = or_(typed, Application.organisation_id == uuid.UUID(office))
    except ValueError:  # known by its name only
        wanted = typed
    rows = db.session.execute(select(*_COLUMNS).where(*seated, wanted))
    return sum(one.organisation == office for one in _candidates(event_id, [row._tuple() for row in rows]))


def with_those_before(event: Event, seated: list[Candidate]) -> list[Candidate]:
    """Everybody seated, and those who wait and could have a seat: it is theirs before a newcomer's."""
    waiting = candidates_in(event.id, [State.WAITING])
    first = set(readmit(rules_of(event), seated, waiting, released_groups(event))) if waiting else set()
    return seated + [one for one in waiting if one.key in first]


def turns_away(event: Event) -> bool:
    """Whether a newcomer without a seat is refused: first come decides, and the event keeps no waiting list."""
    return event.selection == Selection.FIRST_COME and not event.keeps_waiting_list


def groups_turned_away(event: Event) -> frozenset[str]:
    """Keys of the groups of which nobody would get a seat now and nobody may wait for one. Asks nothing about an event
    that keeps a waiting list."""
    if not turns_away(event):
        return frozenset()
    seated = with_those_before(event, candidates_in(event.id, HOLDS_SEAT))
    left = seats_open_to(rules_of(event), seated, released_groups(event))
    return frozenset(key for key, seats in left.items() if seats <= 0)


def is_full(event: Event, groups: Iterable[EventGroup]) -> bool:
    """Whether nobody of these groups, those that may apply, would get a seat now or may wait for one."""
    if not event.takes_applications:
        return False
    full = groups_turned_away(event)
    return bool(full) and all(str(group.id) in full for group in groups)


def most_of_office(event_id: uuid.UUID) -> int:
    """How many seats the office that has most of them holds; people without an office are each their own."""
    rows = db.session.execute(
        select(Application.organisation_id, _TYPED.label("typed"), func.count())
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(HOLDS_SEAT),
        )
        .group_by(Application.organisation_id, "typed")
    ).all()
    chosen = offices_chosen(event_id) if any(name for _, name, _ in rows) else {}
    held: Counter[str] = Counter()
    for office, name, n in rows:
        held[key_of_office(office, name, chosen)] += n
    held.pop("", None)
    return max(held.values(), default=0)


Row = tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, str, bool]
"""Id, group and office of an application, the office's name, and whether staff left that as typed."""


def _candidates(event_id: uuid.UUID, rows: Sequence[Row]) -> list[Candidate]:
    typed = any(office is None and name and not kept for _, _, office, name, kept in rows)
    chosen = offices_chosen(event_id) if typed else {}
    return [
        Candidate(
            key=str(id),
            group=str(group),
            organisation=key_of_office(office, "" if kept else name, chosen) or None,
        )
        for id, group, office, name, kept in rows
    ]


def key_of_office(office: uuid.UUID | None, name: str, chosen: Mapping[str, str]) -> str:
    """Under what an office counts: its id in the directory; typed freely, the id of the one that others at the event chose
    under that name, else the folded name, until it is settled. "" for none: people without an office, or with one that
    staff left as typed, are each their own."""
    if office is not None:
        return str(office)
    key = office_key(name)
    return chosen.get(key, key)


def offices_chosen(event_id: uuid.UUID) -> dict[str, str]:
    """Folded name → id of the offices of the directory that somebody at the event has; without names that two share."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(
            Organisation.id.in_(
                select(Application.organisation_id).where(
                    Application.event_id == event_id, Application.organisation_id.is_not(None)
                )
            )
        )
    ).all()
    keys = [office_key(row.name) for row in rows]
    times = Counter(keys)
    return {key: str(row.id) for key, row in zip(keys, rows, strict=True) if times[key] == 1}


def released_groups(event: Event) -> Collection[str]:
    """Keys of the groups whose reserve is released: from 00:00 of the release date on."""
    today = clock.today()
    return frozenset(
        str(group.id) for group in event.groups if group.release_on is not None and group.release_on <= today
    )
