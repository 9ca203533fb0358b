"""What anybody may see: the list of events, an event, its calendar entry, and how things are done here."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from flask import Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from trainings.accounts.access import current_staff, public
from trainings.allocation.queries import commitment_of, draws_of
from trainings.core import clock
from trainings.core.small_numbers import small_groups, told
from trainings.core.web import download
from trainings.directory.queries import profession_groups
from trainings.events import texts as event_texts
from trainings.events.exports import CALENDAR, LINKED_DATA, calendar_file, calendar_name, structured_data
from trainings.events.models import CertificateRule, Event, EventGroup, EventKind, EventState, Selection
from trainings.events.presets import PRESETS
from trainings.events.queries import event_by_slug, invited_groups, past_events, upcoming_events
from trainings.guest import texts
from trainings.guest.blueprint import bp
from trainings.guest.notices import notice_to_show
from trainings.guest.seat_status import open_seats
from trainings.guest.shared_pages import shared_page
from trainings.registration.corrections.times import why_closed
from trainings.registration.models import Channel
from trainings.registration.queries import GroupCount, counts_by_group
from trainings.registration.seat_rules import is_full, released_groups, rules_of
from trainings.skills.queries import taught_skills


class Status(StrEnum):
    """Where an event stands for somebody who thinks of applying."""

    DRAFT = "draft"
    AHEAD = "ahead"
    OPEN = "open"
    FULL = "full"
    """Open, but there is neither a seat nor a waiting list for anybody who may apply."""
    CLOSED = "closed"
    OVER = "over"
    POSTPONED = "postponed"
    CALLED_OFF = "called_off"


def status_of(event: Event, groups: list[EventGroup]) -> Status:
    """The status now. groups: those that somebody can apply in."""
    instant = clock.now()
    if event.state == EventState.DRAFT:
        return Status.DRAFT
    if not event.is_held:
        return Status(event.state.value)
    if event.state == EventState.CLOSED or event.ends_at <= instant:
        return Status.OVER
    if instant < event.application_opens_at:
        return Status.AHEAD
    if why_closed(event, Channel.WEB) is not None:
        return Status.CLOSED
    return Status.FULL if is_full(event, groups) else Status.OPEN


# -- the list ------------------------------------------------------------------------------------------------


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Events by date, narrowed by kind and by who they are for."""
    kinds = {one.value: event_texts.KINDS[one] for one in PRESETS}
    groups = [one.name for one in profession_groups()]
    # What an old address asks for and is no longer offered does not narrow.
    kind = next((one for one in kinds if one == request.args.get("kind")), "")
    group = next((one for one in groups if one == request.args.get("group")), "")
    events = upcoming_events(kind=kind, profession_group=group)
    invited = invited_groups([event.id for event in events])
    return render_template(
        "guest/index.html",
        events=[(event, status_of(event, invited[event.id])) for event in events],
        invited=invited,
        past=past_events(),
        kinds=kinds,
        groups=groups,
        kind=kind,
        group=group,
    )


# -- one event -----------------------------------------------------------------------------------------------


def _public_event_or_404(slug: str) -> Event:
    """An event that guests may see; staff may look at drafts too."""
    event = event_by_slug(slug)
    if event is None or not (event.is_public or current_staff()):
        abort(404)
    return event


@bp.get("/e/<slug>")
@public
@shared_page
def event(slug: str) -> ResponseReturnValue:
    """One event: when, where, for whom, how seats are decided, how many have applied."""
    found = _public_event_or_404(slug)
    groups = invited_groups([found.id])[found.id]
    status = status_of(found, groups)
    counts = []
    if status in (Status.OPEN, Status.FULL, Status.CLOSED) and not draws_of(found.id):
        # Once a draw has told its numbers, those that stand now would be subtracted from them.
        counts = counts_by_group(found.groups)
    settings = current_app.config["TSUDOI"]
    return render_template(
        "guest/event.html",
        linked_data=structured_data(found, is_full=status == Status.FULL),
        event=found,
        notice=notice_to_show(found),
        status=status,
        kind=event_texts.KINDS[found.kind],
        groups=groups,
        applied=told(sum(count.applied for count in counts)),
        rows=_seat_rows(found, status, counts),
        is_lottery=found.selection == Selection.LOTTERY,
        is_case=found.kind == EventKind.CASE_CONFERENCE,
        responsible=event_texts.WHO_IS_RESPONSIBLE[found.responsible].format(
            city=settings.city_name, association=settings.association_name
        ),
        taught=taught_skills(found.id),
        certificate=found.certificate_rule != CertificateRule.NONE,
        commitment=commitment_of(found.id) if found.selection == Selection.LOTTERY else None,
    )


@dataclass(frozen=True)
class SeatRow:
    """A group's line of the chart. number: applicants of a lottery, seats taken of a first-come event; None where it is
    small, or would tell the number of a small group."""

    group: EventGroup
    number: int | None
    reserved: int
    cap: int | None
    note: str = ""


def _seat_rows(event: Event, status: Status, counts: list[GroupCount]) -> list[SeatRow]:
    """Applications or seats by group. A group that still has seats says so, however many waited elsewhere."""
    is_lottery = event.selection == Selection.LOTTERY
    numbers = {str(count.group.id): count.applied if is_lottery else count.held for count in counts}
    small = small_groups({key: (n,) for key, n in numbers.items()})
    notes = (
        {}
        if status == Status.CLOSED
        else _hopes(counts, small)
        if is_lottery
        else _left(event, numbers, small)
    )
    return [
        SeatRow(
            group=count.group,
            number=None if key in small else numbers[key],
            reserved=count.group.reserved,
            cap=count.group.cap,
            note=notes.get(key, ""),
        )
        for count, key in zip(counts, numbers, strict=True)
    ]


def _hopes(counts: list[GroupCount], small: Collection[str]) -> dict[str, str]:
    """Group → that everybody of it gets a seat, as it looks; of a small group that would tell how small it is."""
    return {
        str(count.group.id): texts.WITHIN_RESERVE
        for count in counts
        if 0 < count.applied <= count.group.reserved and str(count.group.id) not in small
    }


def _left(event: Event, held: dict[str, int], small: Collection[str]) -> dict[str, str]:
    """Group → how many seats are left for it. All groups share seats, so where one of them is small none is counted out."""
    if event.capacity is None:
        return {}
    seats = open_seats(rules_of(event), held, released_groups(event))
    none = texts.WAITING_LIST if event.keeps_waiting_list else texts.FULL
    words = _seats_in_words if small else texts.SEATS_LEFT.format
    return {key: words(seats=seats[key]) if seats[key] else none for key in held}


def _seats_in_words(seats: int) -> str:
    return texts.FEW_SEATS if seats < texts.FEW else texts.SEATS


@bp.get("/e/<slug>.ics")
@public
def calendar(slug: str) -> ResponseReturnValue:
    found = _public_event_or_404(slug)
    return download(calendar_file(found), calendar_name(found), CALENDAR)


@bp.get("/e/<slug>.jsonld")
@public
def linked_data(slug: str) -> ResponseReturnValue:
    """The event as schema.org data, for whoever asks for it alone; its page holds the same."""
    found = _public_event_or_404(slug)
    status = status_of(found, invited_groups([found.id])[found.id])
    data = structured_data(found, is_full=status == Status.FULL)
    return Response(json.dumps(data, ensure_ascii=False), mimetype=LINKED_DATA)


# -- how things are done -------------------------------------------------------------------------------------


@bp.get("/about/draw")
@public
def about_draw() -> ResponseReturnValue:
    return render_template("guest/about_draw.html")


@bp.get("/about/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("guest/privacy.html")


@bp.get("/about/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("guest/accessibility.html")
