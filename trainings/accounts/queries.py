"""Reading staff and sign-in links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from trainings.accounts.models import Role, SignInLink, Staff, StaffRole
from trainings.core import clock, names
from trainings.core.codes import fingerprint
from trainings.core.db import db
from trainings.core.paging import Page, page_of


def account_mail(typed: str) -> str:
    """A mail address as staff accounts store it: folded, and in lower case as a whole."""
    return names.mail(typed).lower()


def staff_by_mail(mail: str) -> Staff | None:
    """The staff member with this address, active or not, however its letters are cased."""
    return db.session.scalar(select(Staff).where(Staff.mail == account_mail(mail)))


def staff_by_id(staff_id: uuid.UUID) -> Staff | None:
    return db.session.get(Staff, staff_id)


def all_staff() -> Sequence[Staff]:
    """Everybody, the active ones first, each group by name."""
    return db.session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.name, Staff.mail)).all()


def page_of_staff(*, active: bool) -> Page[Staff]:
    """Those who may sign in, or those who may no more, by name."""
    who = select(Staff).where(Staff.active == active).order_by(Staff.name, Staff.mail)
    return page_of(who, param="page" if active else "former")


def planners_with_morning_mail() -> Sequence[Staff]:
    """Active planners who want the mail about what waits for a hand."""
    is_planner = Staff.role_rows.any(StaffRole.role == Role.PLANNER)
    return db.session.scalars(
        select(Staff).where(Staff.active, Staff.morning_mail, is_planner).order_by(Staff.id)
    ).all()


def locked_admins() -> Sequence[Staff]:
    """The active administrators, their rows locked: two of them must not remove each other at once."""
    is_admin = Staff.role_rows.any(StaffRole.role == Role.ADMIN)
    return db.session.scalars(
        select(Staff)
        .where(Staff.active, is_admin)
        .order_by(Staff.id)
        .with_for_update(key_share=True, of=Staff)
        .execution_options(populate_existing=True)
    ).all()


def link_by_secret(secret: str, *, lock: bool = False) -> SignInLink | None:
    """The link behind a secret if it can still be used: neither used, void nor expired, its owner active.

    lock: until the end of the transaction, so that of two presses only the first signs in.
    """
    wanted = select(SignInLink).where(SignInLink.fingerprint == fingerprint(secret))
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=SignInLink)
    link = db.session.scalar(wanted)
    if link is None or link.used_at or link.voided_at or link.expires_at <= clock.now():
        return None
    return link if link.staff.active else None


def why_dead(secret: str) -> str:
    """Why a link opens nothing, for the log: "unknown", "used", "void", "expired" or "left"."""
    link = db.session.scalar(select(SignInLink).where(SignInLink.fingerprint == fingerprint(secret)))
    if link is None:
        return "unknown"
    reasons = {"used": link.used_at, "void": link.voided_at, "expired": link.expires_at <= clock.now()}
    return next((reason for reason, holds in reasons.items() if holds), "left")


def open_links(staff_id: uuid.UUID) -> Sequence[SignInLink]:
    """Links of a staff member that are neither used nor void, expired ones too."""
    return db.session.scalars(
        select(SignInLink).where(
            SignInLink.staff_id == staff_id, SignInLink.used_at.is_(None), SignInLink.voided_at.is_(None)
        )
    ).all()
