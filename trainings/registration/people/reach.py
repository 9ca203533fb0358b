"""Whom a mail reaches, and who has to be told by FAX, letter or telephone."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Select, or_, select

from trainings.core.db import db
from trainings.messages.queries import dead_addresses
from trainings.registration.models import Application

Untold = Callable[[uuid.UUID], Select[tuple[uuid.UUID]]]
"""Event → ids of its applications of which somebody has not been told of something."""


def init_app(app: Flask, *, untold: Untold) -> None:
    """Know who still has to be told, which a floor above finds out (notices)."""
    app.extensions["untold"] = untold


def is_unreachable() -> ColumnElement[bool]:
    """An application without an address, or whose address refuses mails."""
    return or_(Application.mail == "", Application.mail.in_(dead_addresses()))


def reaches(application: Application) -> bool:
    """Whether mails reach whoever applied, as far as is known."""
    if not application.mail:
        return False
    wanted = dead_addresses().subquery()
    refused = select(wanted.c.to_address).where(wanted.c.to_address == application.mail).limit(1)
    return db.session.scalar(refused) is None


def untold_ids(event_id: uuid.UUID) -> Select[tuple[uuid.UUID]]:
    """Ids of the applications of an event of which somebody has not been told of something that no mail told them."""
    wanted: Select[tuple[uuid.UUID]] = current_app.extensions["untold"](event_id)
    return wanted
