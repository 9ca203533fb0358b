"""What the board and the start page show, each question in one statement."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, exists, func, select

from trainings.checkin.models import Scan
from trainings.checkin.passages.facts import entry
from trainings.core import clock
from trainings.core.db import db
from trainings.core.instants import day_number, day_of
from trainings.directory.models import PARTICIPANT
from trainings.events.models import Event, EventGroup, EventState
from trainings.messages.models import Message, MessageState
from trainings.registration.models import Application, Channel
from trainings.registration.seat_rules import key_of_office, offices_chosen
from trainings.registration.states import HOLDS_SEAT, State
from trainings.surveys.models import SurveyInvitation, SurveyRun


@dataclass(frozen=True)
class GroupRow:
    """One group on the board. applied: everyone who ever applied for this event and did not cancel; selected: seats."""

    group: EventGroup
    applied: int
    selected: int
    waiting: int


@dataclass(frozen=True)
class Applications:
    """The applications of an event, counted every way the board needs. Participants only, cancelled ones left out."""

    total: int
    offices: int
    selected: int
    waiting: int
    groups: tuple[GroupRow, ...]
    channels: tuple[tuple[Channel, int], ...]
    days: tuple[tuple[str, int], ...]


def applications(event: Event) -> Applications:
    """All counts of the event's applications, made by the database."""
    standing = (
        Application.event_id == event.id,
        Application.role == PARTICIPANT,
        Application.state.not_in([State.CANCELLED, State.SUBSTITUTED, State.DUPLICATE]),
    )
    counted = db.session.execute(
        select(
            Application.event_group_id,
            Application.state,
            Application.channel,
            day_number(Application.submitted_at).label("day"),
            func.count().label("n"),
        )
        .where(*standing)
        .group_by(Application.event_group_id, Application.state, Application.channel, "day")
    ).all()
    named = db.session.execute(
        select(Application.organisation_id, Application.organisation_name)
        .where(*standing, Application.organisation_name != "")
        .distinct()
    ).tuples()
    chosen = offices_chosen(event.id)
    applied: Counter[uuid.UUID] = Counter()
    selected: Counter[uuid.UUID] = Counter()
    waiting: Counter[uuid.UUID] = Counter()
    channels: Counter[Channel] = Counter()
    days: Counter[date] = Counter()
    for row in counted:
        applied[row.event_group_id] += row.n
        selected[row.event_group_id] += row.n if row.state in HOLDS_SEAT else 0
        waiting[row.event_group_id] += row.n if row.state == State.WAITING else 0
        channels[row.channel] += row.n
        days[day_of(row.day)] += row.n
    return Applications(
        total=applied.total(),
        offices=len({key_of_office(office, name, chosen) for office, name in named}),
        selected=selected.total(),
        waiting=waiting.total(),
        groups=tuple(
            GroupRow(group, applied[group.id], selected[group.id], waiting[group.id])
            for group in event.groups
        ),
        channels=tuple(sorted(channels.items(), key=lambda item: -item[1])),
        days=_every_day(days),
    )


def _every_day(days: Counter[date]) -> tuple[tuple[str, int], ...]:
    """Every day from the first to the last one, those without applications too."""
    if not days:
        return ()
    first, last = min(days), max(days)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple((f"{day.month}/{day.day}", days[day]) for day in every)


@dataclass(frozen=True)
class Mails:
    queued: int
    sent: int
    failed: int


def mails(event_id: uuid.UUID | None = None) -> Mails:
    """Mails by state, of one event or of all."""
    where = [Message.event_id == event_id] if event_id else []
    rows = db.session.execute(select(Message.state, func.count()).where(*where).group_by(Message.state))
    counts = {state: n for state, n in rows}
    return Mails(
        queued=counts.get(MessageState.QUEUED, 0) + counts.get(MessageState.SENDING, 0),
        sent=counts.get(MessageState.SENT, 0),
        failed=counts.get(MessageState.FAILED, 0),
    )


@dataclass(frozen=True)
class Attended:
    """people: who was present; mails: how many of them an invitation to the survey would reach that have none yet; invited:
    anybody has one."""

    people: int
    mails: int
    invited: bool


def attended(event_id: uuid.UUID) -> Attended:
    """What closing an event would do, in numbers."""
    has_one = exists().where(SurveyInvitation.application_id == Application.id)
    present = select(Scan.application_id).where(Scan.event_id == event_id, entry())
    people, mails = db.session.execute(
        select(func.count(), func.count(case((and_(Application.mail != "", ~has_one), 1)))).where(
            Application.id.in_(present)
        )
    ).one()
    invited = db.session.scalar(select(exists().where(SurveyInvitation.event_id == event_id)))
    return Attended(people, mails, bool(invited))


def current_events() -> Sequence[Event]:
    """Drafts and public events that are neither closed nor, the day being past, called off; soonest first."""
    off = and_(Event.state == EventState.CALLED_OFF, Event.ends_at <= clock.now())
    return db.session.scalars(
        select(Event).where(Event.state != EventState.CLOSED, ~off).order_by(Event.starts_at)
    ).all()


def has_events_before(fiscal_year: int) -> bool:
    """Whether there is an event of an earlier fiscal year, to copy from."""
    begins = clock.day_begins(date(fiscal_year, 4, 1))
    return bool(db.session.scalar(select(exists().where(Event.starts_at < begins))))


def events_of_year(fiscal_year: int) -> Sequence[Event]:
    """All events of one fiscal year (April to March), by date."""
    begins, ends = clock.day_begins(date(fiscal_year, 4, 1)), clock.day_begins(date(fiscal_year + 1, 4, 1))
    return db.session.scalars(
        select(Event).where(Event.starts_at >= begins, Event.starts_at < ends).order_by(Event.starts_at)
    ).all()


def events_with_survey(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some events about which people were asked."""
    return set(
        db.session.scalars(select(SurveyRun.event_id).where(SurveyRun.event_id.in_(event_ids)).distinct())
    )
