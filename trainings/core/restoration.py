"""That this database was put back from a backup, and what follows: nobody knows what was sent after the backup was taken.

Until an operator says so, the worker only shows that it lives: whatever it sent again would come to people twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Connection, inspect, select
from sqlalchemy.orm import Mapped, mapped_column

from trainings.core import clock
from trainings.core.db import Base, Identified, db

UNDER_WAY = "restore_under_way"
"""Table that stands in a PostgreSQL database from before anything is put back until all of it is there: what was broken off
between is known by it. Its one row names the schema that is put back."""
BEGIN_AGAIN = (
    "a restore was broken off in this database: nothing serves on what it left. Run `flask --app wsgi restore` again; "
    "it takes that away first. Or make the database anew, empty."
)


class Restoration(Identified, Base):
    """One time that it was put back. taken_at: when the backup was taken. released_at: since when the worker works again.

    cursors_above: numbers that whoever listens counts by go on above this one, since some have heard of more than stands
    here.
    """

    __tablename__ = "restoration"

    taken_at: Mapped[datetime]
    restored_at: Mapped[datetime] = mapped_column(default=clock.now)
    released_at: Mapped[datetime | None]
    cursors_above: Mapped[int] = mapped_column(BigInteger)


def is_under_way(connection: Connection) -> bool:
    """Whether a restore into this database was begun and has not come to its end."""
    return inspect(connection).has_table(UNDER_WAY)


def held() -> Restoration | None:
    """The one that holds the worker, if one does."""
    return db.session.scalar(
        select(Restoration)
        .where(Restoration.released_at.is_(None))
        .order_by(Restoration.restored_at.desc())
        .limit(1)
    )


def was_restored() -> bool:
    """Whether this database was ever put back."""
    return db.session.scalar(select(Restoration.id).limit(1)) is not None


def release() -> int:
    """Let the worker work again; how many restorations had held it."""
    waiting = db.session.scalars(select(Restoration).where(Restoration.released_at.is_(None))).all()
    for one in waiting:
        one.released_at = clock.now()
    return len(waiting)
