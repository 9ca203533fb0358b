"""Freezing a list: who is drawn from, by which rules and with which odds, fixed before the seed can be known."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from trainings.allocation import queries
from trainings.allocation.draws import seeds, weights
from trainings.allocation.models import DrawCommitment, FrozenList
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event, Selection
from trainings.events.queries import lock_event
from trainings.registration.models import Application
from trainings.registration.people.duplicates import open_questions
from trainings.registration.people.free_entries import count_open_names
from trainings.registration.seat_rules import candidates_of, rules_of
from trainings.registration.states import State
from trainings.seats.odds import fair_odds
from trainings.seats.record import commitment_to, digest, frozen_part
from trainings.seats.rules import Candidate


def commit_secret(*, event_id: uuid.UUID) -> DrawCommitment:
    """Make the event's secret and its public SHA-256, once; the job of an event's publication calls this."""
    lock_event(event_id)
    existing = queries.commitment_of(event_id)
    return existing if existing is not None else new_commitment(event_id, 1)


def new_commitment(event_id: uuid.UUID, n: int) -> DrawCommitment:
    """The n-th secret of an event; a voided draw has opened the one before. The caller holds the event's lock."""
    secret = seeds.new_secret()
    commitment = DrawCommitment(event_id=event_id, n=n, secret=secret, sha256=commitment_to(secret))
    db.session.add(commitment)
    db.session.flush()
    record(verb="draw.committed", subject=("draw_commitment", commitment.id), event_id=event_id)
    return commitment


def freeze_list(*, event_id: uuid.UUID) -> FrozenList:
    """Freeze the list of applicants: from here on nobody is added or changed. Everybody gets their draw number and their
    odds, and the digest of it all is shown from now on, before the public number is known.

    Raises Refused: the first that `missing` finds.
    """
    event = lock_event(event_id)
    for refusal in missing(event)[:1]:
        raise refusal
    applied = queries.participants(event_id, [State.APPLIED])
    placed = queries.participants(event_id, [State.CONFIRMED])
    numbers = _numbers([*applied, *placed])
    odds = fair_odds(
        rules_of(event), _candidates(event, applied, numbers), _candidates(event, placed, numbers)
    )
    part = frozen_part(odds, _about(event))
    frozen = FrozenList(
        event_id=event_id,
        n=len(queries.frozen_lists_of(event_id)) + 1,
        part=part,
        digest=digest(part),
        numbers={str(application_id): number for application_id, number in numbers.items()},
        frozen_at=clock.now(),
    )
    db.session.add(frozen)
    event.list_frozen_at = frozen.frozen_at
    db.session.flush()
    record(
        verb="draw.list_frozen",
        subject=("frozen_list", frozen.id),
        event_id=event_id,
        detail={"digest": frozen.digest, "applications": len(numbers)},
    )
    return frozen


def missing(event: Event) -> list[Refused]:
    """All that stands between an event and its frozen list, at once: NOT_A_LOTTERY, NOT_HELD or ALREADY_FROZEN alone;
    STILL_OPEN, NO_COMMITMENT, OPEN_CANDIDATES, FREE_ENTRIES, NOBODY_APPLIED together. Reads only."""
    if event.selection != Selection.LOTTERY:
        return [Refused(AllocationRefusal.NOT_A_LOTTERY)]
    if not event.is_held:
        return [Refused(AllocationRefusal.NOT_HELD)]
    if event.list_frozen_at is not None:
        return [Refused(AllocationRefusal.ALREADY_FROZEN)]
    found = []
    if clock.now() < event.application_closes_at:
        found.append(Refused(AllocationRefusal.STILL_OPEN))
    if queries.commitment_of(event.id) is None:
        found.append(Refused(AllocationRefusal.NO_COMMITMENT))
    if questions := open_questions(event.id):
        found.append(Refused(AllocationRefusal.OPEN_CANDIDATES, n=questions))
    if entries := count_open_names(event.id):
        found.append(Refused(AllocationRefusal.FREE_ENTRIES, n=entries))
    if not queries.count_participants(event.id, [State.APPLIED]):
        found.append(Refused(AllocationRefusal.NOBODY_APPLIED))
    return found


def thaw_list(*, event_id: uuid.UUID) -> Event:
    """Open a frozen list again, for a late FAX say; impossible once it was drawn. Frozen anew it has other draw numbers and
    another digest.

    Raises Refused: NOT_FROZEN, ALREADY_DRAWN.
    """
    event = lock_event(event_id)
    if event.list_frozen_at is None:
        raise Refused(AllocationRefusal.NOT_FROZEN)
    if queries.valid_draw(event_id) is not None:
        raise Refused(AllocationRefusal.ALREADY_DRAWN)
    open_list(event)
    return event


def open_list(event: Event) -> None:
    """Open a list; its frozen state stays on record. The caller holds the event's lock."""
    event.list_frozen_at = None
    record(verb="draw.list_thawed", subject=("event", event.id), event_id=event.id)
    db.session.flush()


def _numbers(applications: Sequence[Application]) -> dict[uuid.UUID, str]:
    return dict(
        zip(
            (application.id for application in applications),
            seeds.draw_numbers(len(applications)),
            strict=True,
        )
    )


def _candidates(
    event: Event, applications: Sequence[Application], numbers: dict[uuid.UUID, str]
) -> list[Candidate]:
    rule = queries.weight_rule_of(event)
    histories = queries.histories((application.canonical_person_id for application in applications), event.id)
    return [
        replace(
            seen,
            key=numbers[application.id],
            weight=weights.weight(histories[application.canonical_person_id], rule),
        )
        for application, seen in zip(applications, candidates_of(event, applications), strict=True)
    ]


def _about(event: Event) -> dict[str, Any]:
    """What a reader of the record needs: names of groups and sectors, the rule that the weights follow, and the public
    number to come, so that another one cannot be chosen once it is known."""
    rule = queries.weight_rule_of(event)
    return {
        "weights": {
            "most": rule.most,
            "first_timer": rule.first_timer,
            "once": weights.HALVES,
            "kind": rule.kind,
        },
        "public_number": event.public_number_name,
        "groups": {str(group.id): group.name for group in event.groups},
        "sectors": {str(sector.id): sector.name for sector in event.sectors},
    }
