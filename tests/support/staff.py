"""Staff members for tests, signed in without the mail round (which has tests of its own)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from tests.support.client import Client
from tests.support.hands import Unit
from trainings.accounts.models import Role, Staff, StaffRole
from trainings.core import clock

SESSION = timedelta(hours=12)


def add_staff(unit: Unit, *roles: Role, name: str, mail: str, active: bool = True) -> Staff:
    """A stored staff member with these roles."""
    with unit() as session:
        staff = Staff(name=name, mail=mail, active=active)
        staff.role_rows = [StaffRole(role=role) for role in roles]
        session.add(staff)
    return staff


def signed_in(client: Client, unit: Unit, *roles: Role, name: str, mail: str) -> Staff:
    """Give this client the session of a new staff member with these roles."""
    staff = add_staff(unit, *roles, name=name, mail=mail)
    sign_in(client, staff)
    return staff


def sign_in(client: Client, staff: Staff) -> None:
    with client.raw.session_transaction() as session:
        session["staff"] = _session_of(staff)


def session_cookie(app: Flask, staff: Staff) -> str:
    """The value of the session cookie of a staff member, for a real browser."""
    serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"staff": _session_of(staff)}))


def _session_of(staff: Staff) -> dict[str, Any]:
    return {
        "id": str(staff.id),
        "version": staff.session_version,
        "until": (clock.now() + SESSION).timestamp(),
    }
