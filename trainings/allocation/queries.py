"""Reading what draws and offers left behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select

from trainings.allocation.models import Draw, DrawCommitment, DrawEntry, DrawVoid
from trainings.allocation.weights import Outcome, WeightRule
from trainings.audit.queries import entries_of_verb
from trainings.checkin.queries import attended_ids
from trainings.core import clock
from trainings.core.db import db
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventState
from trainings.registration.models import Application
from trainings.registration.states import Reason, State

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


def waiting_in_rank(event_id: uuid.UUID) -> Sequence[Application]:
    """The waiting list of an event, next in rank first."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.event_id == event_id,
            Application.role == PARTICIPANT,
            Application.state == State.WAITING,
        )
        .order_by(Application.waiting_rank, Application.submitted_at, Application.id)
    ).all()


def lapsed_offers(instant: datetime) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """(event, application) of every offer whose time is over."""
    rows = db.session.execute(
        select(Application.event_id, Application.id)
        .where(Application.state == State.OFFERED, Application.offer_expires_at <= instant)
        .order_by(Application.event_id, Application.offer_expires_at)
    )
    return [(event_id, application_id) for event_id, application_id in rows]


def events_with_waiting_list_past_start() -> Sequence[uuid.UUID]:
    """Events that have begun and still have people waiting or offered."""
    return db.session.scalars(
        select(Event.id)
        .join(Application, Application.event_id == Event.id)
        .where(Event.starts_at <= clock.now(), Application.state.in_([State.WAITING, State.OFFERED]))
        .distinct()
    ).all()


def events_to_readmit() -> Sequence[uuid.UUID]:
    """Published events that have not begun and have both free release dates behind them and people waiting."""
    return db.session.scalars(
        select(Event.id)
        .join(Application, Application.event_id == Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.starts_at > clock.now(),
            Application.state == State.WAITING,
            Event.groups.any(release_on=clock.today()),
        )
        .distinct()
    ).all()


def weight_rule_of(event: Event) -> WeightRule:
    """How an event weighs its applicants."""
    return WeightRule(event.most_weight, event.first_timer_halves)


def histories(canonical_ids: Iterable[uuid.UUID], before: datetime) -> dict[uuid.UUID, list[Outcome]]:
    """Canonical person → how their earlier applications ended, newest first.

    Refused: not_selected (drawn out, or still waiting when the list closed). Attended: present by the scans.
    """
    wanted = list(canonical_ids)
    rows = db.session.execute(
        select(Application.canonical_person_id, Application.id, Application.state)
        .join(Event, Event.id == Application.event_id)
        .where(Application.canonical_person_id.in_(wanted), Event.starts_at < before)
        .order_by(Event.starts_at.desc(), Application.id)
    ).all()
    present = attended_ids({application_id for _, application_id, state in rows if state == State.CONFIRMED})
    found: dict[uuid.UUID, list[Outcome]] = {person: [] for person in wanted}
    for person, application_id, state in rows:
        if state == State.NOT_SELECTED:
            found[person].append(Outcome.REFUSED)
        elif application_id in present:
            found[person].append(Outcome.ATTENDED)
    return found


def offered_count(event_id: uuid.UUID) -> int:
    """How many offers are open."""
    return (
        db.session.scalar(
            select(func.count()).where(Application.event_id == event_id, Application.state == State.OFFERED)
        )
        or 0
    )
