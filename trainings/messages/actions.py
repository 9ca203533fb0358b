"""Queueing mails, and saying of one that failed whether it is tried again."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db, left_work
from trainings.core.refusal import Refused
from trainings.messages.addresses import mailbox_of
from trainings.messages.models import Message, MessageState
from trainings.messages.queries import is_held
from trainings.messages.refusals import MessageRefusal


def queue_mail(
    *,
    to: str,
    subject: str,
    body: str | None = None,
    late_body: str | None = None,
    purpose: str,
    event_id: uuid.UUID | None = None,
    reference: str | None = None,
    from_outside: bool = False,
) -> Message:
    """Queue one mail in the present transaction: it goes out if, and only if, the transaction commits.

    from_outside: a guest has caused it, so it counts for its mailbox (queries.newest_from_outside).
    Give either `body` (plain text) or `late_body` (name of the maker in the worker that writes the text while sending).
    """
    host = urlsplit(current_app.config["TSUDOI"].public_url).hostname
    message_id = uuid.uuid4()
    message = Message(
        id=message_id,
        to_address=to,
        mailbox=mailbox_of(to) if from_outside else "",
        subject=" ".join(subject.split()),
        body=body,
        late_body=late_body,
        purpose=purpose,
        reference=reference,
        event_id=event_id,
        message_id=f"<{message_id}@{host}>",
    )
    db.session.add(message)
    left_work()
    return message


def retry_message(*, message_id: uuid.UUID) -> Message:
    """Queue a failed mail again from the first attempt on.

    Raises Refused: NOT_FOUND, NOT_FAILED.
    """
    message = _one_that_failed(message_id, MessageState.FAILED, MessageState.LEFT)
    _queue_again(message)
    db.session.flush()
    return message


def leave_message(*, message_id: uuid.UUID) -> Message:
    """Say of a failed mail that it is not sent: it waits for nobody's hand any more.

    Raises Refused: NOT_FOUND, NOT_FAILED.
    """
    message = _one_that_failed(message_id, MessageState.FAILED)
    _leave(message)
    db.session.flush()
    return message


def settle_held(*, send: bool) -> int:
    """Send all mails that a restore has held, or say of all that they are not sent. How many."""
    waiting = select(Message).where(is_held()).order_by(Message.id).with_for_update()
    held = db.session.scalars(waiting).all()
    for message in held:
        (_queue_again if send else _leave)(message)
    db.session.flush()
    return len(held)


def _one_that_failed(message_id: uuid.UUID, *states: MessageState) -> Message:
    message = db.session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise Refused(MessageRefusal.NOT_FOUND)
    if message.state not in states:
        raise Refused(MessageRefusal.NOT_FAILED)
    return message


def _queue_again(message: Message) -> None:
    message.state, message.attempts, message.next_attempt_at = MessageState.QUEUED, 0, clock.now()
    message.failure = message.last_error = None
    record(verb="message.retried", subject=("message", message.id), event_id=message.event_id)
    left_work()


def _leave(message: Message) -> None:
    message.state = MessageState.LEFT
    record(verb="message.left", subject=("message", message.id), event_id=message.event_id)
