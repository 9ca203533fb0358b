"""Reading what draws and offers left behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Select, exists, func, select

from trainings.allocation.draws.weights import Outcome, Past, WeightRule
from trainings.allocation.models import Draw, DrawCommitment, DrawEntry, DrawVoid, FrozenList
from trainings.audit.queries import entries_of_verb
from trainings.checkin.queries import attended_ids
from trainings.core import clock
from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.directory.models import PARTICIPANT
from trainings.events.models import NOT_HELD, Event, EventGroup, EventState
from trainings.registration.models import Application
from trainings.registration.people.reach import is_unreachable
from trainings.registration.seat_rules import counted_in, rules_of
from trainings.registration.states import HOLDS_SEAT, Reason, State
from trainings.seats.meaning import Prospect, prospect

MOVED = "application.moved"
"""Verb of the audit trail; detail: from and to, ids of groups."""


def commitment_of(event_id: uuid.UUID) -> DrawCommitment | None:
    """The newest commitment of an event: the one its next draw uses."""
    return db.session.scalar(
        select(DrawCommitment)
        .where(DrawCommitment.event_id == event_id)
        .order_by(DrawCommitment.n.desc())
        .limit(1)
    )


def frozen_lists_of(event_id: uuid.UUID) -> Sequence[FrozenList]:
    """Every list that was frozen for an event, those that were opened again too, oldest first."""
    return db.session.scalars(
        select(FrozenList).where(FrozenList.event_id == event_id).order_by(FrozenList.n)
    ).all()


def frozen_list(event: Event) -> FrozenList | None:
    """The list that the next draw uses, or the last one used; None while the list is open."""
    if event.list_frozen_at is None:
        return None
    return db.session.scalar(
        select(FrozenList).where(FrozenList.event_id == event.id).order_by(FrozenList.n.desc()).limit(1)
    )


def draws_of(event_id: uuid.UUID) -> Sequence[Draw]:
    """All draws of an event, voided ones too, oldest first."""
    return db.session.scalars(select(Draw).where(Draw.event_id == event_id).order_by(Draw.n)).all()


def valid_draw(event_id: uuid.UUID) -> Draw | None:
    """The draw that counts: the newest one that was not voided."""
    voided = exists().where(DrawVoid.draw_id == Draw.id)
    return db.session.scalar(
        select(Draw).where(Draw.event_id == event_id, ~voided).order_by(Draw.n.desc()).limit(1)
    )


def voids_of(draws: Iterable[Draw]) -> dict[uuid.UUID, DrawVoid]:
    """Draw → the row that voided it."""
    rows = db.session.scalars(select(DrawVoid).where(DrawVoid.draw_id.in_([draw.id for draw in draws])))
    return {row.draw_id: row for row in rows}


def voided_draws(event_id: uuid.UUID) -> Sequence[tuple[Draw, DrawVoid]]:
    """The draws of an event that no longer count, each with the row that voided it, oldest first."""
    rows = db.session.execute(
        select(Draw, DrawVoid)
        .join(DrawVoid, DrawVoid.draw_id == Draw.id)
        .where(Draw.event_id == event_id)
        .order_by(Draw.n)
    )
    return [(draw, void) for draw, void in rows.unique()]


def entry_of(draw_id: uuid.UUID, application_id: uuid.UUID) -> DrawEntry | None:
    """The draw number of one application."""
    return db.session.scalar(
        select(DrawEntry).where(DrawEntry.draw_id == draw_id, DrawEntry.application_id == application_id)
    )


def entries_of(draw_id: uuid.UUID) -> Sequence[tuple[DrawEntry, Application]]:
    """Everybody who took part in a draw with their number, in the order of the numbers."""
    rows = db.session.execute(
        select(DrawEntry, Application)
        .join(Application, Application.id == DrawEntry.application_id)
        .where(DrawEntry.draw_id == draw_id)
        .order_by(DrawEntry.number)
    ).unique()
    return [(entry, application) for entry, application in rows]


def decided_by_hand(event_id: uuid.UUID) -> Sequence[Application]:
    """Participants about whom staff decided, in the order of arrival."""
    return (
        db.session.scalars(
            select(Application)
            .where(
                Application.event_id == event_id,
                Application.role == PARTICIPANT,
                Application.reason.in_([Reason.PLACED_BY_HAND, Reason.REFUSED_BY_HAND, Reason.SWAPPED]),
            )
            .order_by(Application.submitted_at, Application.id)
        )
        .unique()
        .all()
    )


def moved_by_hand(event_id: uuid.UUID) -> Sequence[Application]:
    """Those whom staff count in another group than that of their profession, in the order of moving."""
    entries = entries_of_verb(event_id, MOVED)
    found = {str(one.id): one for one in participants(event_id, State)}
    return [found[id] for id in dict.fromkeys(entry.subject_id for entry in entries) if id in found]


def participants(event_id: uuid.UUID, states: Iterable[State]) -> Sequence[Application]:
    """Participants of an event in these states, in the order of arrival."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state.in_(list(states)),
        )
        .order_by(Application.submitted_at, Application.id)
    ).all()


def count_participants(event_id: uuid.UUID, states: Iterable[State]) -> int:
    """How many those are."""
    counted = select(func.count()).where(
        Application.event_id == event_id,
        Application.role == PARTICIPANT,
        Application.state.in_(list(states)),
    )
    return db.session.scalar(counted) or 0


def count_applied(event_id: uuid.UUID) -> tuple[int, int]:
    """How many participants wait for a decision, and how many of them named a mail address."""
    counted = select(func.count(), func.count(func.nullif(Application.mail, ""))).where(
        Application.event_id == event_id,
        Application.role == PARTICIPANT,
        Application.state == State.APPLIED,
    )
    n, mails = db.session.execute(counted).one()
    return n, mails


def waiting_in_rank(event_id: uuid.UUID) -> Sequence[Application]:
    """The waiting list of an event, next in rank first."""
    return db.session.scalars(_waiting_in_rank(event_id)).all()


def page_of_waiting(event_id: uuid.UUID) -> Page[Application]:
    """The part of the same list that the address asks for."""
    return page_of(_waiting_in_rank(event_id))


def _waiting_in_rank(event_id: uuid.UUID) -> Select[tuple[Application]]:
    return (
        select(Application)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state == State.WAITING,
        )
        .order_by(Application.waiting_rank, Application.submitted_at, Application.id)
    )


def lapsed_offers(instant: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """(event, application) of every offer whose time is over; those of an event that is not held rest."""
    rows = db.session.execute(
        select(Application.event_id, Application.id)
        .join(Event, Event.id == Application.event_id)
        .where(
            Application.state == State.OFFERED,
            Application.offer_expires_at <= instant,
            Event.state.not_in(NOT_HELD),
        )
        .order_by(Application.event_id, Application.offer_expires_at)
    )
    return [(event_id, application_id) for event_id, application_id in rows]


def offers_without_mail() -> Sequence[Application]:
    """Offers that stand, to people whom no mail reaches and whom nobody has told."""
    return db.session.scalars(
        select(Application)
        .join(Event, Event.id == Application.event_id)
        .where(
            Application.state == State.OFFERED,
            Application.offer_told_at.is_(None),
            Application.offer_expires_at > clock.now(),
            Event.state == EventState.PUBLISHED,
            is_unreachable(),
        )
        .order_by(Application.event_id, Application.id)
    ).all()


def events_with_waiting_list_past_start() -> Sequence[uuid.UUID]:
    """Events that have begun and still have people waiting or offered."""
    return db.session.scalars(
        select(Event.id)
        .join(Application, Application.event_id == Event.id)
        .where(
            Event.starts_at <= clock.now(),
            Event.state.not_in(NOT_HELD),
            Application.state.in_([State.WAITING, State.OFFERED]),
        )
        .distinct()
    ).all()


def events_to_readmit() -> Sequence[tuple[uuid.UUID, date]]:
    """Published events that have not begun and have people waiting, each with the last date on which a reserve of theirs was
    released."""
    rows = db.session.execute(
        select(Event.id, func.max(EventGroup.release_on))
        .join(EventGroup, EventGroup.event_id == Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.starts_at > clock.now(),
            EventGroup.release_on <= clock.today(),
            exists().where(Application.event_id == Event.id, Application.state == State.WAITING),
        )
        .group_by(Event.id)
    )
    return [(event_id, released_on) for event_id, released_on in rows]


def weight_rule_of(event: Event) -> WeightRule:
    """How an event weighs its applicants."""
    return WeightRule(
        event.most_weight, event.first_timer_halves, event.kind.value if event.weighs_own_kind else ""
    )


def histories(canonical_ids: Iterable[uuid.UUID], event_id: uuid.UUID) -> dict[uuid.UUID, list[Past]]:
    """Canonical person → how their other applications have ended by now, newest first; event_id: the one that is not meant.

    Refused: not_selected (drawn out, or still waiting when the list closed), from the moment it was decided, whenever the
    event itself takes place: who is turned away in May for a day in July is favoured in June. Attended: present by the
    scans, on the day. An event that was called off turned nobody away: it is left out as a whole.
    """
    wanted = list(canonical_ids)
    rows = db.session.execute(
        select(
            Application.canonical_person_id,
            Application.id,
            Application.state,
            Application.state_changed_at,
            Event.kind,
            Event.starts_at,
        )
        .join(Event, Event.id == Application.event_id)
        .where(
            Application.canonical_person_id.in_(wanted),
            Application.event_id != event_id,
            Event.state != EventState.CALLED_OFF,
        )
    ).all()
    present = attended_ids({row.id for row in rows if row.state == State.CONFIRMED})
    dated: list[tuple[datetime, uuid.UUID, uuid.UUID, Past]] = []
    for person, application_id, state, decided_at, kind, starts_at in rows:
        if state == State.NOT_SELECTED:
            dated.append((decided_at, application_id, person, Past(Outcome.REFUSED, kind.value)))
        elif application_id in present:
            dated.append((starts_at, application_id, person, Past(Outcome.ATTENDED, kind.value)))
    found: dict[uuid.UUID, list[Past]] = {person: [] for person in wanted}
    for _, _, person, past in sorted(dated, key=lambda one: one[:2], reverse=True):
        found[person].append(past)
    return found


def prospect_of(event: Event) -> Prospect | None:
    """What the rules mean for those who applied so far, apart from their odds; None for an event without a capacity."""
    if event.capacity is None:
        return None
    undecided = counted_in(event.id, [State.APPLIED, State.WAITING])
    return prospect(rules_of(event), undecided, counted_in(event.id, HOLDS_SEAT))
