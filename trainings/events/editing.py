"""Changing an event, before and after publishing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.changelog import RULES, SEATS, log_changes, snapshot
from trainings.events.changes import EventChange, ItemChange, SessionChange, Standing
from trainings.events.feasibility import impossible_quotas
from trainings.events.models import Event, EventNotice, EventState, ProgrammeItem, Session
from trainings.events.notices import note_move
from trainings.events.publication import missing
from trainings.events.queries import lock_event
from trainings.events.refusals import EventRefusal
from trainings.events.regrouping import change_groups
from trainings.events.whereabouts import whereabouts


@dataclass(frozen=True)
class Edited:
    """fields: names of what differs now, as they stand in the log. notice: what those who applied have to hear of it."""

    event: Event
    fields: frozenset[str]
    notice: EventNotice | None = None

    @property
    def seats(self) -> bool:
        """Whether there may be more seats, or for others, than before."""
        return bool(self.fields & SEATS)


def edit_event(*, event_id: uuid.UUID, change: EventChange, standing: Standing) -> Edited:
    """Apply a change and write one audit entry for each field that differs.

    standing: read after the caller locked the event, so that no application comes in between.
    Raises Refused: CLOSED, SELECTION_FIXED, PUBLIC_NUMBER_FIXED (once the list is frozen),
    CAPACITY_BELOW_CONFIRMED (facts: confirmed), GROUP_IN_USE, PROFESSION_IN_USE, SESSION_IN_USE (facts: name),
    RULES_FROZEN (between freezing and drawing), REASON_MISSING (after it), the first thing that `impossible_quotas` finds,
    in a draft too, and for a public event the first that `publication.missing` finds.
    """
    event = lock_event(event_id)
    _check(event, change, standing)
    before, was = snapshot(event), whereabouts(event)
    for name, value in change.values.items():
        setattr(event, name, value)
    _change_sessions(event, change.sessions, standing)
    change_groups(event, change, standing)
    _change_programme(event, change.programme)
    db.session.flush()
    # In the order of the tables, not of the page.
    db.session.expire(event, ["sessions", "sectors", "groups", "professions", "programme"])
    after = snapshot(event)
    if any(before[name] != after[name] for name in RULES):
        if standing.drawn and not change.reason:
            raise Refused(EventRefusal.REASON_MISSING)
        if event.list_frozen_at is not None and not standing.drawn:
            # A frozen list is drawn by the rules that it was frozen under.
            raise Refused(EventRefusal.RULES_FROZEN)
    if event.state == EventState.PUBLISHED:
        for refusal in missing(event)[:1]:
            raise refusal
    fields = log_changes(event, before, after, change.reason)
    return Edited(event, fields, note_move(event, was))


def _check(event: Event, change: EventChange, standing: Standing) -> None:
    if event.state == EventState.CLOSED:
        raise Refused(EventRefusal.CLOSED)
    if standing.has_applications and change.values.get("selection", event.selection) != event.selection:
        raise Refused(EventRefusal.SELECTION_FIXED)
    number = change.values.get("public_number_name", event.public_number_name)
    if event.list_frozen_at is not None and number != event.public_number_name:
        raise Refused(EventRefusal.PUBLIC_NUMBER_FIXED)
    capacity = change.values.get("capacity", event.capacity)
    if capacity is not None and capacity < standing.confirmed:
        raise Refused(EventRefusal.CAPACITY_BELOW_CONFIRMED, confirmed=standing.confirmed)
    for refusal in impossible_quotas(capacity, change.sectors, change.groups):
        raise refusal


def _change_sessions(event: Event, rows: Sequence[SessionChange], standing: Standing) -> None:
    """The sessions as the rows say; the event begins with the first and ends with the last."""
    known = {session.id: session for session in event.sessions}
    kept = {row.id for row in rows}
    for session in list(event.sessions):
        if session.id not in kept:
            if session.id in standing.sessions:
                raise Refused(EventRefusal.SESSION_IN_USE, name=session.title)
            event.sessions.remove(session)
    for row in rows:
        if row.id is not None and row.id in known:
            kept_session = known[row.id]
            kept_session.title = row.title
            kept_session.starts_at, kept_session.ends_at = row.starts_at, row.ends_at
        else:
            event.sessions.append(Session(title=row.title, starts_at=row.starts_at, ends_at=row.ends_at))
    if rows:
        event.starts_at = min(row.starts_at for row in rows)
        event.ends_at = max(row.ends_at for row in rows)


def _change_programme(event: Event, items: Sequence[ItemChange]) -> None:
    event.programme.clear()
    for position, item in enumerate(items):
        event.programme.append(
            ProgrammeItem(
                position=position,
                starts_at=item.starts_at,
                minutes=item.minutes,
                title=item.title,
                note=item.note,
                speaker=item.speaker,
                speaker_affiliation=item.speaker_affiliation,
                credit_code=item.credit_code,
            )
        )
