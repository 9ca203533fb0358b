"""Numbers that the database keeps beside the rows they count, in the transaction that changes these, whoever changes
them and in whatever way.

A model says of what its rows are the counts (`__counts__`). Its triggers are installed with those that refuse changes
(core.triggers). What is kept can always be counted anew: `recounted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

FUNCTION = "tsudoi_keep"


@dataclass(frozen=True)
class Counts:
    """table: whose rows are counted. by: its column that is this model's key. watched: the columns that the conditions read.
    columns: column of the model → which rows it counts, as SQL in which {row} stands for the row."""

    table: str
    by: str
    watched: tuple[str, ...]
    columns: Mapping[str, str]

    def any_of(self, row: str) -> str:
        """SQL: whether a row is counted at all."""
        return " OR ".join(f"({condition.format(row=row)})" for condition in self.columns.values())

    def changed(self) -> str:
        """SQL over OLD and NEW: whether what is counted of a row may have changed."""
        moved = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in (self.by, *self.watched))
        return f"({moved}) AND ({self.any_of('OLD')} OR {self.any_of('NEW')})"

    def added(self, kept: str) -> str:
        """SQL: NEW is counted from now on."""
        numbers = ", ".join(_one_if(condition, "NEW") for condition in self.columns.values())
        more = ", ".join(f"{column} = {kept}.{column} + excluded.{column}" for column in self.columns)
        return (
            f"INSERT INTO {kept} ({', '.join((self.by, *self.columns))}) VALUES (NEW.{self.by}, {numbers}) "
            f"ON CONFLICT ({self.by}) DO UPDATE SET {more}"
        )

    def removed(self, kept: str) -> str:
        """SQL: OLD is counted no more."""
        less = ", ".join(
            f"{column} = {column} - {_one_if(condition, 'OLD')}" for column, condition in self.columns.items()
        )
        return f"UPDATE {kept} SET {less} WHERE {self.by} = OLD.{self.by}"


def _one_if(condition: str, row: str) -> str:
    return f"CASE WHEN {condition.format(row=row)} THEN 1 ELSE 0 END"


STEPS = ("insert", "update", "delete")


def trigger_of(kept: str, counts: Counts, step: str) -> str:
    """Name of the trigger of one of STEPS."""
    return f"{counts.table}_{kept}_{step}"


def install(connection: Connection, kept: str, counts: Counts) -> None:
    """Make (or make again) the triggers that keep the table `kept`."""
    steps = {
        "insert": ("INSERT", counts.any_of("NEW"), (counts.added(kept),)),
        "update": (
            f"UPDATE OF {', '.join((counts.by, *counts.watched))}",
            counts.changed(),
            (counts.removed(kept), counts.added(kept)),
        ),
        "delete": ("DELETE", counts.any_of("OLD"), (counts.removed(kept),)),
    }
    for name, (verb, when, acts) in steps.items():
        trigger = trigger_of(kept, counts, name)
        body = "; ".join(acts)
        if connection.dialect.name == "sqlite":
            begins = f"DROP TRIGGER IF EXISTS {trigger}"
            does = f"BEGIN {body}; END"
            row = ""
        else:
            function = f"{FUNCTION}_{kept}_{name}"
            connection.execute(
                text(
                    f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    f"{body}; RETURN NULL; END $$"
                )
            )
            begins = f"DROP TRIGGER IF EXISTS {trigger} ON {counts.table}"
            does, row = f"EXECUTE FUNCTION {function}()", "FOR EACH ROW "
        connection.execute(text(begins))
        connection.execute(
            text(f"CREATE TRIGGER {trigger} AFTER {verb} ON {counts.table} {row}WHEN ({when}) {does}")
        )
