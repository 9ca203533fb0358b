"""Reading the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, true
from sqlalchemy.orm import aliased

from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.messages.addresses import mailbox_of
from trainings.messages.models import Failure, Message, MessageState

NEEDS_A_HAND_FIRST = {
    MessageState.FAILED: 0,
    MessageState.SENDING: 1,
    MessageState.QUEUED: 1,
    MessageState.SENT: 2,
    MessageState.LEFT: 2,
}


def _about(event_id: uuid.UUID | None) -> ColumnElement[bool]:
    return true() if event_id is None else Message.event_id == event_id


def list_mails(
    *, event_id: uuid.UUID | None = None, state: MessageState | None = None, total: int | None = None
) -> Page[Message]:
    """Mails of one event or of all, failed ones first, then those on their way, then the newest. total: how
    many there are, where it is known."""
    wanted = select(Message).where(_about(event_id))
    if state is not None:
        wanted = wanted.where(Message.state == state)
    rank = case(NEEDS_A_HAND_FIRST, value=Message.state)
    return page_of(wanted.order_by(rank, Message.created_at.desc(), Message.id), total=total)


def count_mails(event_id: uuid.UUID | None = None) -> dict[MessageState, int]:
    """How many mails of one event, or of all, are in each state; states without any are 0."""
    counted = db.session.execute(
        select(Message.state, func.count()).where(_about(event_id)).group_by(Message.state)
    )
    return dict.fromkeys(MessageState, 0) | {state: n for state, n in counted}


def is_held() -> ColumnElement[bool]:
    """Mails that waited when a copy of the database was taken which was put back: nobody knows whether they were sent."""
    return and_(Message.state == MessageState.FAILED, Message.failure == Failure.RESTORED)


def count_held() -> int:
    return db.session.scalar(select(func.count()).select_from(Message).where(is_held())) or 0


def newest_mails(limit: int = 200) -> Sequence[Message]:
    """The mails queued last, newest first."""
    return db.session.scalars(
        select(Message).order_by(Message.created_at.desc(), Message.id).limit(limit)
    ).all()


FAULT_OF_ADDRESS = (Failure.ADDRESS_REFUSED, Failure.MAIL_REFUSED, Failure.UNUSABLE, Failure.LATER)
"""Why a mail was given up that the city's own server took: the fault is at the other end."""


def dead_addresses() -> Select[tuple[str]]:
    """Addresses that refused a mail for good, and took none since."""
    later = aliased(Message)
    taken_since = exists().where(
        later.to_address == Message.to_address,
        later.state == MessageState.SENT,
        later.sent_at > Message.created_at,
    )
    return select(Message.to_address).where(
        Message.state.in_([MessageState.FAILED, MessageState.LEFT]),
        Message.failure.in_(FAULT_OF_ADDRESS),
        ~taken_since,
    )


def mail_by_id(message_id: uuid.UUID) -> Message | None:
    return db.session.get(Message, message_id)


def newest_from_outside(address: str, n: int) -> datetime | None:
    """When the n-th newest of the mails was queued that guests have caused to the mailbox of an address."""
    queued = select(Message.created_at).where(Message.mailbox == mailbox_of(address))
    return db.session.scalar(queued.order_by(Message.created_at.desc()).offset(n - 1).limit(1))


def written_from_outside(address: str, since: datetime) -> set[tuple[str, str | None]]:
    """Purpose and reference of the mails that guests have caused to the mailbox of an address since an instant."""
    rows = db.session.execute(
        select(Message.purpose, Message.reference).where(
            Message.mailbox == mailbox_of(address), Message.created_at > since
        )
    )
    return {(purpose, reference) for purpose, reference in rows}


def has_written(address: str, reference: str) -> bool:
    """Whether a guest has caused a mail to this mailbox about that."""
    about = select(Message.id).where(Message.mailbox == mailbox_of(address), Message.reference == reference)
    return db.session.scalar(about.limit(1)) is not None
