"""The second leg of every mail: what has to be told to those whom no mail reaches, mail by mail.

A matter is computed from what stands (a state and since when, a notice, a certificate), never from mails that were not
written: so it is right for whoever never had an address and for whoever's address turned out to be dead.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from trainings.certificates.models import Certificate
from trainings.core import clock
from trainings.events.models import Event, EventNotice, EventState, NoticeKind
from trainings.messages.models import Message, MessageState
from trainings.notices.models import Kind
from trainings.registration.models import Application, Channel
from trainings.registration.people.reach import is_unreachable
from trainings.registration.states import LIVE, OPEN, Reason, State
from trainings.surveys.models import SurveyInvitation, SurveyRun

Rows = Select[tuple[uuid.UUID, uuid.UUID, str, object]]
"""application, event, kind, edition."""

REGRET = timedelta(days=14)
"""So long after an event people are still told that they had no seat."""
HANDED_OUT = timedelta(days=92)
"""So long after it was issued a certificate is still brought to its people."""
ENDED = (State.NOT_SELECTED, State.EXPIRED, State.CANCELLED)


@dataclass(frozen=True)
class Matter:
    """One kind of thing to be told. purposes: of the mails that tell it to the others. presses: whether the organisers are
    asked to do it; a receipt is only offered. holds: for whom it is so. edition: since when."""

    kind: Kind
    purposes: frozenset[str]
    holds: Callable[[], ColumnElement[bool]]
    edition: InstrumentedAttribute[Any]
    joined: Callable[[Rows], Rows] = lambda rows: rows
    presses: bool = True

    def rows(self, event_id: uuid.UUID | None) -> Rows:
        """Everybody to whom it applies and whom no mail has told: a dead address may have been alive before."""
        mailed = exists().where(
            Message.event_id == Application.event_id,
            Message.to_address == Application.mail,
            Message.purpose.in_(self.purposes),
            Message.state == MessageState.SENT,
            Message.created_at >= self.edition,
        )
        rows: Rows = (
            select(
                Application.id.label("application_id"),
                Application.event_id.label("event_id"),
                literal(self.kind.value, String).label("kind"),
                self.edition.label("edition"),
            )
            .join(Event, Event.id == Application.event_id)
            .where(is_unreachable(), self.holds(), ~mailed)
        )
        if event_id is not None:
            rows = rows.where(Application.event_id == event_id)
        return self.joined(rows)


def _comes() -> ColumnElement[bool]:
    return and_(Event.state == EventState.PUBLISHED, Event.ends_at > clock.now())


def _receipt() -> ColumnElement[bool]:
    return and_(
        _comes(),
        Application.state.in_([State.APPLIED, State.DUPLICATE]),
        Application.reason != Reason.DRAW_VOIDED,
    )


def _result() -> ColumnElement[bool]:
    """Whoever was taken in at the door has heard it there, and whoever gave up their application knows."""
    decided = or_(
        and_(Application.state == State.CONFIRMED, Application.state_changed_at < Event.doors_open_at),
        Application.state == State.WAITING,
        and_(Application.state == State.APPLIED, Application.reason == Reason.DRAW_VOIDED),
    )
    ended = and_(
        Event.state.in_([EventState.PUBLISHED, EventState.CLOSED]),
        Event.ends_at > clock.now() - REGRET,
        Application.state.in_(ENDED),
        Application.reason != Reason.CANCELLED_BY_APPLICANT,
    )
    return and_(Application.channel != Channel.WALK_IN, or_(and_(_comes(), decided), ended))


def _offer() -> ColumnElement[bool]:
    return and_(_comes(), Application.state == State.OFFERED)


def _ticket() -> ColumnElement[bool]:
    """A new link and ticket. A later change of state brings the newest ticket with it."""
    return and_(
        _comes(),
        Application.state.in_(LIVE),
        Application.secrets_renewed_at.is_not(None),
        Application.secrets_renewed_at > Application.state_changed_at,
    )


def _with_notice(rows: Rows) -> Rows:
    later = aliased(EventNotice)
    newer = exists().where(
        later.event_id == EventNotice.event_id,
        later.revision > EventNotice.revision,
        later.settled_at.is_not(None),
    )
    return rows.join(EventNotice, EventNotice.event_id == Event.id).where(
        EventNotice.settled_at.is_not(None),
        EventNotice.untold_reason == "",
        Application.submitted_at <= EventNotice.at,
        Application.state.in_(OPEN),
        ~newer,
    )


def _changed() -> ColumnElement[bool]:
    return or_(
        and_(_comes(), EventNotice.kind.in_([NoticeKind.MOVED, NoticeKind.RESUMED])),
        and_(Event.state == EventState.POSTPONED, EventNotice.kind == NoticeKind.POSTPONED),
    )


def _called_off() -> ColumnElement[bool]:
    return and_(
        Event.state == EventState.CALLED_OFF,
        EventNotice.kind == NoticeKind.CALLED_OFF,
        Event.ends_at > clock.now() - REGRET,
    )


def _survey() -> ColumnElement[bool]:
    return and_(SurveyRun.closed_at.is_(None), SurveyRun.closes_at > clock.now())


MATTERS: tuple[Matter, ...] = (
    Matter(
        Kind.RECEIPT,
        frozenset({"registration_received", "registration_restored"}),
        _receipt,
        Application.state_changed_at,
        presses=False,
    ),
    Matter(
        Kind.RESULT,
        frozenset(
            f"registration_{name}"
            for name in (
                *("confirmed", "waiting", "not_selected", "expired", "cancelled", "draw_voided", "swapped"),
                "restored",
            )
        ),
        _result,
        Application.state_changed_at,
    ),
    Matter(
        Kind.OFFER,
        frozenset({"registration_offered", "registration_restored"}),
        _offer,
        Application.state_changed_at,
    ),
    Matter(
        Kind.CHANGED,
        frozenset({"registration_event_moved", "registration_event_postponed", "registration_event_resumed"}),
        _changed,
        EventNotice.at,
        _with_notice,
    ),
    Matter(
        Kind.CALLED_OFF,
        frozenset({"registration_event_called_off"}),
        _called_off,
        EventNotice.at,
        _with_notice,
    ),
    Matter(
        Kind.TICKET,
        frozenset({"registration_secrets_renewed"}),
        _ticket,
        Application.secrets_renewed_at,
    ),
    Matter(
        Kind.CERTIFICATE,
        frozenset(),  # no mail brings it: the others find it on their own page
        lambda: and_(Certificate.revoked_at.is_(None), Certificate.issued_at > clock.now() - HANDED_OUT),
        Certificate.issued_at,
        lambda rows: rows.join(Certificate, Certificate.application_id == Application.id),
    ),
    Matter(
        Kind.SURVEY,
        frozenset({"survey_invitation"}),
        _survey,
        SurveyRun.opens_at,
        lambda rows: rows.join(SurveyInvitation, SurveyInvitation.application_id == Application.id).join(
            SurveyRun, SurveyRun.event_id == Application.event_id
        ),
    ),
)

WITHOUT = {
    "registration_links": "asked for by mail, by whoever reads the address",
    "registration_confirm_address": "is about the address itself",
    "registration_person_link": "asked for by mail, by whoever reads the address",
    "registration_second_address": "is about the address itself",
    "registration_mail_changed": "is about the address itself",
    "registration_mail_left": "is about the address itself",
    "registration_made_one": "goes to one confirmed address only; the application that ends is a result of its own",
    "registration_second_application": "only says that nothing changed; staff see both and ask by telephone",
    "sign_in": "goes to staff",
    "morning_mail": "goes to staff",
}
"""Purposes of mails that have no counterpart, and why."""
PRESSING = frozenset(matter.kind for matter in MATTERS if matter.presses)
