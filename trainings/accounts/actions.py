"""Signing in by a mailed link, signing out, and managing staff."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app, url_for
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from trainings.accounts import queries
from trainings.accounts.models import Role, SignInLink, SignInRequest, Staff, StaffRole
from trainings.accounts.refusals import AccountRefusal
from trainings.audit.actions import record
from trainings.core import actor, clock, codes
from trainings.core.db import db, lock_words
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.core.web import render_mail
from trainings.messages.actions import queue_mail
from trainings.messages.models import Message

LINK_MINUTES = 15
FORGOTTEN_AFTER = timedelta(days=1)
MOST_LINKS = 5
"""Whoever holds so many fresh links gets no further mail: nobody's inbox can be flooded, and no owner is left without a
link that works."""
SIGN_IN_MAIL = "sign_in"
"""Purpose of the mail, and name of the maker of its text in the worker."""
LINK_ASKED = "sign_in_asked"
"""Job: somebody asked for a sign-in link (subject: SignInRequest)."""

# -- links ------------------------------------------------------------------------------------------------


def ask_for_link(*, mail: str, next_path: str = "") -> None:
    """Note that a sign-in link is wanted. Nothing is looked up here: the answer takes as long for an unknown address as for
    that of a staff member.

    next_path: own path to open after signing in; empty = the first page of the menu.
    """
    request = SignInRequest(id=uuid.uuid4(), mail=queries.account_mail(mail), next_path=next_path)
    db.session.add(request)
    db.session.flush()
    enqueue(LINK_ASKED, subject=request.id)


def send_asked_link(request_id: uuid.UUID) -> None:
    """The job behind `ask_for_link`; what was asked is forgotten with it."""
    request = db.session.get(SignInRequest, request_id)
    if request is None:
        return
    _send_link(mail=request.mail, next_path=request.next_path)
    db.session.delete(request)


def _send_link(*, mail: str, next_path: str) -> None:
    """Queue a mail with a sign-in link if an active staff member has this address and does not hold plenty of links already;
    otherwise do nothing at all."""
    lock_words(f"sign-in {mail}")
    staff = queries.staff_by_mail(mail)
    if staff is None or not staff.active or _holds_plenty(staff):
        return
    link = issue_link(staff=staff, next_path=next_path)
    subject, _ = render_mail("accounts/mail/sign_in.txt", staff=staff, address="", expires_at=link.expires_at)
    queue_mail(
        to=staff.mail, subject=subject, late_body=SIGN_IN_MAIL, purpose=SIGN_IN_MAIL, reference=str(link.id)
    )


def _holds_plenty(staff: Staff) -> bool:
    """Whether so many links can still be used, and the newest of them for half of its time at least."""
    instant = clock.now()
    held = [link.expires_at for link in queries.open_links(staff.id) if link.expires_at > instant]
    return len(held) >= MOST_LINKS and max(held) - instant > timedelta(minutes=LINK_MINUTES) / 2


def issue_link(*, staff: Staff, next_path: str = "") -> SignInLink:
    """A new link. Older ones stay as they are: anybody can ask for one, and must not void what the owner holds."""
    instant = clock.now()
    link_id = uuid.uuid4()
    link = SignInLink(
        id=link_id,
        staff=staff,
        fingerprint=codes.fingerprint(_secret(link_id)),
        next_path=next_path,
        expires_at=instant + timedelta(minutes=LINK_MINUTES),
    )
    db.session.add(link)
    db.session.flush()
    record(verb="staff.link_issued", subject=("staff", staff.id))
    return link


def _secret(link_id: uuid.UUID) -> str:
    return codes.secret_for(current_app.config["TSUDOI"].secret_key, SIGN_IN_MAIL, link_id, 1)


def link_address(link: SignInLink) -> str:
    """The public address of a link: the secret is derived anew, it is stored nowhere."""
    address: str = current_app.config["TSUDOI"].url(url_for("accounts.open_link", secret=_secret(link.id)))
    return address


def sign_in_body(message: Message) -> str:
    """The text of a sign-in mail; the worker calls this while sending. LookupError when the link cannot be used
    any more: a mail that was late is not sent."""
    link = db.session.get(SignInLink, uuid.UUID(message.reference or ""))
    if link is None or link.used_at or link.voided_at or link.expires_at <= clock.now():
        raise LookupError("the link is used, void or expired")
    _, body = render_mail(
        "accounts/mail/sign_in.txt", staff=link.staff, address=link_address(link), expires_at=link.expires_at
    )
    return body


def forget_unanswered() -> None:
    """What was asked and could not be answered in a day (its job was given up) is an address that nobody needs any more."""
    db.session.execute(delete(SignInRequest).where(SignInRequest.asked_at < clock.now() - FORGOTTEN_AFTER))


# -- in and out -------------------------------------------------------------------------------------------


def sign_in(*, secret: str) -> SignInLink:
    """Use up a link; the caller opens the session for `link.staff`.

    Raises Refused: LINK_DEAD for one that is unknown, used, void or expired, or whose owner is not active.
    """
    link = queries.link_by_secret(secret, lock=True)
    if link is None:
        raise Refused(AccountRefusal.LINK_DEAD)
    link.used_at = clock.now()
    _record_own_act("staff.signed_in", link.staff)
    db.session.flush()
    return link


def sign_out(*, staff: Staff) -> None:
    """End every session of this staff member: a session lives in a cookie, and a copied cookie must die too."""
    staff.session_version += 1
    _record_own_act("staff.signed_out", staff)
    db.session.flush()


def _record_own_act(verb: str, staff: Staff) -> None:
    # Both pages are open to guests, so nobody has made her the actor yet.
    with actor.acting_as(actor.Actor(actor.ActorKind.STAFF, str(staff.id))):
        record(verb=verb, subject=("staff", staff.id))


# -- staff ------------------------------------------------------------------------------------------------


def add_staff(*, mail: str, name: str, department: str = "", roles: Collection[Role]) -> Staff:
    """A new staff member. Raises Refused: MAIL_TAKEN."""
    staff = Staff(mail=queries.account_mail(mail), name=name, department=department)
    staff.role_rows = [StaffRole(role=role) for role in sorted(set(roles))]
    with _unique_mail():
        db.session.add(staff)
    record(verb="staff.added", subject=("staff", staff.id), detail={"roles": sorted(set(roles))})
    return staff


def change_staff(
    *, staff_id: uuid.UUID, mail: str, name: str, department: str, roles: Collection[Role], by: Staff | None
) -> Staff:
    """Change what is known of a staff member, and the roles. A new address ends all sessions.

    by: who changes it. Raises Refused: NOT_FOUND, MAIL_TAKEN, ONESELF, LAST_ADMIN.
    """
    admins = queries.locked_admins()
    staff = _known(staff_id)
    before, after = staff.roles, frozenset(roles)
    if Role.ADMIN in before - after:
        _refuse_to_lose_admin(staff, admins, by)
    fields = {"mail": queries.account_mail(mail), "name": name, "department": department}
    changed = [field for field, value in fields.items() if getattr(staff, field) != value]
    if not changed and before == after:
        return staff
    with _unique_mail():
        for field in changed:
            setattr(staff, field, fields[field])
    if "mail" in changed:
        _end_sessions(staff)
    staff.role_rows = [row for row in staff.role_rows if row.role in after]
    staff.role_rows += [StaffRole(role=role) for role in sorted(after - before)]
    record(
        verb="staff.changed",
        subject=("staff", staff.id),
        detail={
            "fields": changed,
            "roles_added": sorted(after - before),
            "roles_removed": sorted(before - after),
        },
    )
    db.session.flush()
    return staff


def grant_roles(*, staff: Staff, roles: Collection[Role]) -> None:
    """Add roles that the staff member does not have yet."""
    missing = sorted(set(roles) - staff.roles)
    if not missing:
        return
    staff.role_rows += [StaffRole(role=role) for role in missing]
    record(
        verb="staff.changed",
        subject=("staff", staff.id),
        detail={"fields": [], "roles_added": missing, "roles_removed": []},
    )
    db.session.flush()


def deactivate_staff(*, staff_id: uuid.UUID, by: Staff | None) -> Staff:
    """End a staff member's access at once; the row stays for the audit trail.

    Raises Refused: NOT_FOUND, ONESELF, LAST_ADMIN.
    """
    admins = queries.locked_admins()
    staff = _known(staff_id)
    if by is not None and by.id == staff.id:
        raise Refused(AccountRefusal.ONESELF)
    if Role.ADMIN in staff.roles:
        _refuse_to_lose_admin(staff, admins, by)
    if staff.active:
        staff.active = False
        _end_sessions(staff)
        record(verb="staff.deactivated", subject=("staff", staff.id))
        db.session.flush()
    return staff


def reactivate_staff(*, staff_id: uuid.UUID) -> Staff:
    """Let a staff member in again, with the roles of before. Raises Refused: NOT_FOUND."""
    staff = _known(staff_id)
    if not staff.active:
        staff.active = True
        record(verb="staff.reactivated", subject=("staff", staff.id))
        db.session.flush()
    return staff


def locked_staff(staff_id: uuid.UUID) -> Staff:
    """A staff member as she is now. Whoever changes staff locks all administrators first, so that one lock serves for
    everybody. Raises Refused: NOT_FOUND."""
    queries.locked_admins()
    staff = _known(staff_id)
    db.session.refresh(staff)
    return staff


def _known(staff_id: uuid.UUID) -> Staff:
    staff = queries.staff_by_id(staff_id)
    if staff is None:
        raise Refused(AccountRefusal.NOT_FOUND)
    return staff


def want_morning_mail(*, staff: Staff, wanted: bool) -> Staff:
    """Whether somebody gets the mail in the morning from now on."""
    staff.morning_mail = wanted
    record(verb="staff.morning_mail", subject=("staff", staff.id), detail={"wanted": wanted})
    db.session.flush()
    return staff


@contextmanager
def _unique_mail() -> Iterator[None]:
    """Write what the block changes; the address being unique is a rule of the database (two may type it at once)."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as broken:
        raise Refused(AccountRefusal.MAIL_TAKEN) from broken


def _refuse_to_lose_admin(staff: Staff, admins: Collection[Staff], by: Staff | None) -> None:
    if by is not None and by.id == staff.id:
        raise Refused(AccountRefusal.ONESELF)
    if staff.active and [admin.id for admin in admins] == [staff.id]:
        raise Refused(AccountRefusal.LAST_ADMIN)


def _end_sessions(staff: Staff) -> None:
    staff.session_version += 1
    for link in queries.open_links(staff.id):
        link.voided_at = clock.now()
