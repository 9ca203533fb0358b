"""Reading certificates."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from trainings.certificates.models import Certificate
from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.registration.models import Application
from trainings.registration.people.reach import is_unreachable


def certificate_of(application_id: uuid.UUID) -> Certificate | None:
    """The valid certificate of an application."""
    return certificates_of([application_id]).get(application_id)


def certificates_of(application_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Certificate]:
    """The valid certificates of several applications, by application."""
    rows = db.session.scalars(
        select(Certificate).where(
            Certificate.application_id.in_(set(application_ids)), Certificate.revoked_at.is_(None)
        )
    )
    return {row.application_id: row for row in rows}


def certificate_by_code(code: str) -> Certificate | None:
    """The certificate behind a verification page, revoked ones too: the page says so."""
    return db.session.scalar(select(Certificate).where(Certificate.code == code.lower()))


def certificates_of_event(event_id: uuid.UUID) -> Sequence[Certificate]:
    return db.session.scalars(
        select(Certificate)
        .join(Application, Application.id == Certificate.application_id)
        .where(Application.event_id == event_id)
        .order_by(Certificate.number)
    ).all()


def valid_certificates(
    event_id: uuid.UUID, only: Collection[uuid.UUID] | None = None, *, without_mail: bool = False
) -> Sequence[Certificate]:
    """Of an event, by kana, each with its application and the event. only: of these ids. without_mail: of those whom no
    mail reaches."""
    query = _valid(event_id, without_mail=without_mail).options(
        contains_eager(Certificate.application).joinedload(Application.event)
    )
    if only is not None:
        query = query.where(Certificate.id.in_(only))
    return db.session.scalars(query).all()


def page_of_certificates(event_id: uuid.UUID, *, without_mail: bool = False) -> Page[Certificate]:
    """The part of the same list that the address asks for."""
    return page_of(_valid(event_id, without_mail=without_mail))


def _valid(event_id: uuid.UUID, *, without_mail: bool = False) -> Select[tuple[Certificate]]:
    query = (
        select(Certificate)
        .join(Certificate.application)
        .where(Application.event_id == event_id, Certificate.revoked_at.is_(None))
        .order_by(Application.family_kana, Application.given_kana, Certificate.number)
    )
    return query.where(is_unreachable()) if without_mail else query


def count_valid(event_id: uuid.UUID) -> int:
    """How many people of an event hold a valid certificate."""
    found = db.session.scalar(
        select(func.count())
        .select_from(Certificate)
        .join(Application, Application.id == Certificate.application_id)
        .where(Application.event_id == event_id, Certificate.revoked_at.is_(None))
    )
    return found or 0
