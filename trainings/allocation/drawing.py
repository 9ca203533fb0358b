"""Freezing a list and drawing: the acts that decide who gets a seat."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trainings.accounts.models import Staff
from trainings.allocation import queries, seeds, weights
from trainings.allocation.models import Draw, DrawCommitment, DrawEntry
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.events.models import Event, Selection
from trainings.events.queries import lock_event
from trainings.registration.free_entries import open_free_entries
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.people import open_candidates_of_event
from trainings.registration.seat_rules import candidate_of, rules_of
from trainings.registration.states import Reason, State
from trainings.registration.transitions import change_state
from trainings.seats.lottery import DrawResult, draw_with
from trainings.seats.meaning import meaning
from trainings.seats.odds import fair_odds
from trainings.seats.record import commitment_to, draw_record, frozen_part, seed_of
from trainings.seats.rules import Candidate


@dataclass(frozen=True)
class Preview:
    """What a draw would do. draws: applicants in it; placed: seats taken by hand before; fillable: seats that can be
    filled; short: (group name, reserve wished, reserve that can be met); mails: how many would go out."""

    draws: int
    placed: int
    capacity: int
    fillable: int
    short: tuple[tuple[str, int, int], ...]
    mails: int


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


def freeze_list(*, event_id: uuid.UUID) -> Event:
    """Freeze the list of applicants: from here on nobody is added or changed.

    Raises Refused: NOT_A_LOTTERY, STILL_OPEN, ALREADY_FROZEN, OPEN_CANDIDATES, FREE_ENTRIES.
    """
    event = lock_event(event_id)
    if event.selection != Selection.LOTTERY:
        raise Refused(AllocationRefusal.NOT_A_LOTTERY)
    if clock.now() < event.application_closes_at:
        raise Refused(AllocationRefusal.STILL_OPEN)
    if event.list_frozen_at is not None:
        raise Refused(AllocationRefusal.ALREADY_FROZEN)
    if candidates := len(open_candidates_of_event(event_id)):
        raise Refused(AllocationRefusal.OPEN_CANDIDATES, n=candidates)
    if entries := len(open_free_entries(event_id)):
        raise Refused(AllocationRefusal.FREE_ENTRIES, n=entries)
    event.list_frozen_at = clock.now()
    record(verb="draw.list_frozen", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return event


def thaw_list(*, event_id: uuid.UUID) -> Event:
    """Open a frozen list again, for a late FAX say; impossible once it was drawn.

    Raises Refused: NOT_FROZEN, ALREADY_DRAWN.
    """
    event = lock_event(event_id)
    if event.list_frozen_at is None:
        raise Refused(AllocationRefusal.NOT_FROZEN)
    if queries.valid_draw(event_id) is not None:
        raise Refused(AllocationRefusal.ALREADY_DRAWN)
    event.list_frozen_at = None
    record(verb="draw.list_thawed", subject=("event", event_id), event_id=event_id)
    db.session.flush()
    return event


def preview(*, event: Event) -> Preview:
    """What a draw of the list as it stands would do. Reads only."""
    rules = rules_of(event)
    applied = queries.participants(event.id, [State.APPLIED])
    placed = queries.participants(event.id, [State.CONFIRMED])
    means = meaning(rules, [candidate_of(one) for one in applied], [candidate_of(one) for one in placed])
    names = {str(group.id): group.name for group in event.groups}
    return Preview(
        draws=len(applied),
        placed=len(placed),
        capacity=rules.capacity,
        fillable=means.seats,
        short=tuple(
            (names[short.label[1]], short.wished, short.met)
            for short in means.shortfalls
            if short.label[0] == "group"
        ),
        mails=sum(1 for application in applied if application.mail),
    )


def draw_seats(*, event_id: uuid.UUID, public_number: str = "", staff: Staff | None = None) -> Draw:
    """Draw the frozen list, record the draw, change every state and queue every mail, in one transaction.

    public_number: the number named beforehand on the event page; required when one was named.
    Raises Refused: NOT_A_LOTTERY, NOT_FROZEN, ALREADY_DRAWN, OPEN_CANDIDATES, NO_COMMITMENT, PUBLIC_NUMBER_MISSING,
    NOBODY_APPLIED.
    """
    event = lock_event(event_id)
    commitment = _check_ready(event, public_number)
    applied = queries.participants(event_id, [State.APPLIED])
    placed = queries.participants(event_id, [State.CONFIRMED])
    if not applied:
        raise Refused(AllocationRefusal.NOBODY_APPLIED)
    numbers = _numbers([*applied, *placed])
    rules = rules_of(event)
    in_draw = _candidates(event, applied, numbers)
    by_hand = _candidates(event, placed, numbers)
    odds = fair_odds(rules, in_draw, by_hand)
    frozen = frozen_part(odds, _about(event))
    result = draw_with(odds, seed_of(frozen, commitment.secret, public_number))
    row = _record_draw(event, commitment, frozen, result, public_number, staff)
    for application in applied:
        db.session.add(
            DrawEntry(
                draw_id=row.id,
                application_id=application.id,
                number=numbers[application.id],
                odds_numerator=result.z[numbers[application.id]],
            )
        )
    _give_results(event, applied, numbers, result)
    record(
        verb="draw.drawn",
        subject=("draw", row.id),
        event_id=event_id,
        detail={"digest": row.digest, "selected": len(result.selected), "waiting": len(result.waiting)},
    )
    db.session.flush()
    return row


def _about(event: Event) -> dict[str, dict[str, Any]]:
    """What a reader of the record needs: names of groups and sectors, and the rule that the weights follow."""
    rule = queries.weight_rule_of(event)
    return {
        "weights": {"most": rule.most, "first_timer": rule.first_timer, "once": weights.HALVES},
        "groups": {str(group.id): group.name for group in event.groups},
        "sectors": {str(sector.id): sector.name for sector in event.sectors},
    }


def _check_ready(event: Event, public_number: str) -> DrawCommitment:
    if event.selection != Selection.LOTTERY:
        raise Refused(AllocationRefusal.NOT_A_LOTTERY)
    if queries.valid_draw(event.id) is not None:
        raise Refused(AllocationRefusal.ALREADY_DRAWN)
    if event.list_frozen_at is None:
        raise Refused(AllocationRefusal.NOT_FROZEN)
    if candidates := len(open_candidates_of_event(event.id)):
        # A likeness found after freezing (two people of another event, say) still has to be settled.
        raise Refused(AllocationRefusal.OPEN_CANDIDATES, n=candidates)
    commitment = queries.commitment_of(event.id)
    if commitment is None:
        raise Refused(AllocationRefusal.NO_COMMITMENT)
    if event.public_number_name and not public_number.strip():
        raise Refused(AllocationRefusal.PUBLIC_NUMBER_MISSING, name=event.public_number_name)
    return commitment


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
    histories = queries.histories(
        (application.canonical_person_id for application in applications), event.starts_at
    )
    return [
        replace(
            candidate_of(application),
            key=numbers[application.id],
            weight=weights.weight(histories[application.canonical_person_id], rule),
        )
        for application in applications
    ]


def _record_draw(
    event: Event,
    commitment: DrawCommitment,
    frozen: dict[str, Any],
    result: DrawResult,
    public_number: str,
    staff: Staff | None,
) -> Draw:
    earlier = queries.draws_of(event.id)
    contents = draw_record(
        frozen,
        result,
        secret=commitment.secret,
        public_number=public_number,
        previous=earlier[-1].digest if earlier else "",
    )
    row = Draw(
        event_id=event.id,
        n=len(earlier) + 1,
        commitment_id=commitment.id,
        public_number=public_number,
        seed=contents["seed"],
        record=contents,
        digest=contents["digest"],
        previous_digest=contents["previous"],
        drawn_by_id=staff.id if staff else None,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _give_results(
    event: Event, applied: Sequence[Application], numbers: dict[uuid.UUID, str], result: DrawResult
) -> None:
    selected = set(result.selected)
    rank = {number: place for place, number in enumerate(result.waiting, start=1)}
    for application in applied:
        number = numbers[application.id]
        if number in selected:
            change_state(application, State.CONFIRMED, Reason.DRAWN)
            tell(application, "confirmed")
        elif event.keeps_waiting_list:
            change_state(application, State.WAITING, Reason.NOT_DRAWN)
            application.waiting_rank = rank[number]
            tell(application, "waiting")
        else:
            change_state(application, State.NOT_SELECTED, Reason.NOT_DRAWN)
            tell(application, "not_selected")
