"""Drawing a frozen list: the act that decides who gets a seat."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainings.accounts.models import Staff
from trainings.allocation import queries
from trainings.allocation.models import Draw, DrawCommitment, DrawEntry, FrozenList
from trainings.allocation.refusals import AllocationRefusal
from trainings.audit.actions import record
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.events.models import Event, Selection
from trainings.events.queries import lock_event
from trainings.registration.mails import tell
from trainings.registration.models import Application
from trainings.registration.people.duplicates import open_questions
from trainings.registration.seat_rules import counted_in, rules_of
from trainings.registration.states import Reason, State
from trainings.registration.transitions import SEAT_FREED, change_state
from trainings.seats.lottery import DrawResult, draw_with
from trainings.seats.meaning import prospect
from trainings.seats.reading import odds_of
from trainings.seats.record import draw_record, seed_of


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


def preview(*, event: Event) -> Preview:
    """What a draw would do: of the list as it stands, or as it was frozen. Reads only."""
    draws, mails = queries.count_applied(event.id)
    frozen = queries.frozen_list(event)
    if frozen is not None:
        part = frozen.part
        return Preview(
            draws=len(part["candidates"]),
            placed=len(part["placed"]),
            capacity=part["rules"]["capacity"],
            fillable=part["honoured"]["seats"],
            short=tuple(
                (part["about"]["groups"][short["set"][1]], short["wished"], short["met"])
                for short in part["shortfalls"]
                if short["set"][0] == "group"
            ),
            mails=mails,
        )
    rules = rules_of(event)
    placed = counted_in(event.id, [State.CONFIRMED])
    means = prospect(rules, counted_in(event.id, [State.APPLIED]), placed)
    names = {str(group.id): group.name for group in event.groups}
    return Preview(
        draws=draws,
        placed=len(placed),
        capacity=rules.capacity,
        fillable=means.seats,
        short=tuple(
            (names[short.label[1]], short.wished, short.met)
            for short in means.shortfalls
            if short.label[0] == "group"
        ),
        mails=mails,
    )


def draw_seats(*, event_id: uuid.UUID, public_number: str = "", staff: Staff | None = None) -> Draw:
    """Draw the frozen list, record the draw, change every state and queue every mail, in one transaction.

    Nothing is drawn from but what was frozen. Whoever cancelled since then stays in the draw, so that nobody can turn it by
    leaving; a seat that falls to them is offered to the next. public_number: the one named when the list was frozen;
    required when one was named.
    Raises Refused: NOT_A_LOTTERY, NOT_FROZEN, ALREADY_DRAWN, OPEN_CANDIDATES, NO_COMMITMENT, PUBLIC_NUMBER_MISSING.
    """
    event = lock_event(event_id)
    frozen, commitment, public_number = check_ready(event, public_number)
    result = draw_with(
        odds_of({"frozen": frozen.part}), seed_of(frozen.part, commitment.secret, public_number)
    )
    row = _record_draw(event, commitment, frozen, result, public_number, staff)
    odds = frozen.part["odds"]
    in_draw = {uuid.UUID(id): number for id, number in frozen.numbers.items() if number in odds}
    for application_id, number in in_draw.items():
        entry = DrawEntry(draw_id=row.id, application_id=application_id, number=number)
        entry.odds_numerator = odds[number]
        db.session.add(entry)
    applied = queries.participants(event_id, [State.APPLIED])
    _give_results(event, applied, in_draw, result)
    if len(applied) < len(in_draw):
        enqueue(SEAT_FREED, subject=event_id)
    record(
        verb="draw.drawn",
        subject=("draw", row.id),
        event_id=event_id,
        detail={"digest": row.digest, "selected": len(result.selected), "waiting": len(result.waiting)},
    )
    db.session.flush()
    return row


def missing(event: Event) -> list[Refused]:
    """All that stands between an event and its draw but the public number, at once: NOT_A_LOTTERY, NOT_HELD, ALREADY_DRAWN
    or NOT_FROZEN alone; OPEN_CANDIDATES and NO_COMMITMENT together. Reads only."""
    if event.selection != Selection.LOTTERY:
        return [Refused(AllocationRefusal.NOT_A_LOTTERY)]
    if not event.is_held:
        return [Refused(AllocationRefusal.NOT_HELD)]
    if queries.valid_draw(event.id) is not None:
        return [Refused(AllocationRefusal.ALREADY_DRAWN)]
    if queries.frozen_list(event) is None:
        return [Refused(AllocationRefusal.NOT_FROZEN)]
    found = []
    if questions := open_questions(event.id):
        # A likeness found after freezing (two people of another event, say) still has to be settled.
        found.append(Refused(AllocationRefusal.OPEN_CANDIDATES, n=questions))
    if queries.commitment_of(event.id) is None:
        found.append(Refused(AllocationRefusal.NO_COMMITMENT))
    return found


def check_ready(event: Event, public_number: str) -> tuple[FrozenList, DrawCommitment, str]:
    """What a draw takes: the frozen list, the sealed secret and the number as it enters. Reads only; raises Refused as
    `draw_seats`."""
    for refusal in missing(event)[:1]:
        raise refusal
    frozen, commitment = queries.frozen_list(event), queries.commitment_of(event.id)
    assert frozen is not None
    assert commitment is not None
    name = frozen.part["about"]["public_number"]
    if name and not public_number.strip():
        raise Refused(AllocationRefusal.PUBLIC_NUMBER_MISSING, name=name)
    # A number that was not named beforehand could have been chosen.
    return frozen, commitment, public_number.strip() if name else ""


def _record_draw(
    event: Event,
    commitment: DrawCommitment,
    frozen: FrozenList,
    result: DrawResult,
    public_number: str,
    staff: Staff | None,
) -> Draw:
    earlier = queries.draws_of(event.id)
    contents = draw_record(
        frozen.part,
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
    event: Event, applied: Sequence[Application], numbers: Mapping[uuid.UUID, str], result: DrawResult
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
