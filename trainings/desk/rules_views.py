"""枠のルール: the rules of an event's seats, what they mean now, and changed ones beside them before they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.allocation import ruling, texts
from trainings.allocation.forms import RulesForm
from trainings.allocation.other_quotas import Crosses, Who, other_quota
from trainings.allocation.scaling import scaled
from trainings.core.db import db
from trainings.core.jobs import enqueue
from trainings.core.refusal import Refused
from trainings.desk.asking import in_words, is_agreed
from trainings.desk.blueprint import bp
from trainings.desk.editing import standing_of
from trainings.events import texts as event_texts
from trainings.events.changes import (
    EventChange,
    GroupChange,
    ItemChange,
    SectorChange,
    SessionChange,
    Standing,
)
from trainings.events.doubts import Doubted, doubts, to_ask
from trainings.events.editing import edit_event
from trainings.events.feasibility import impossible_quotas
from trainings.events.models import Event, EventGroup, EventSector, EventState, Selection
from trainings.events.queries import event_by_slug, lock_event
from trainings.events.refusals import EventRefusal
from trainings.registration.transitions import SEAT_FREED

FIELD_OF = {
    EventRefusal.RESERVES_EXCEED_CAPACITY: "capacity",
    EventRefusal.CAPACITY_BELOW_CONFIRMED: "capacity",
    EventRefusal.REASON_MISSING: "reason",
    EventRefusal.SECTOR_RESERVES_EXCEED_CAPACITY: "quotas-of-sectors",
    EventRefusal.SECTOR_CAP_BELOW_RESERVES: "quotas-of-sectors",
    EventRefusal.SECTOR_RESERVE_ABOVE_CAPS: "quotas-of-sectors",
}
"""Where on the page a refusal is put right; the table of groups for all others."""
QUOTAS = "quotas"
OTHER_QUOTA = "other-quota"
TRIAL, OTHER = "trial", "other"
ONE_DAY, IN_PROPORTION = "release", "scale"
"""Values of TRIAL: what is filled in before it."""


def _draws(event: Event) -> bool:
    return event.selection == Selection.LOTTERY


def _for(event: Event, form: RulesForm) -> RulesForm:
    if not _draws(event):
        return form.without_weights()
    form.other_groups.choices = [(str(group.id), group.name) for group in event.groups]
    return form


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


MOST_OFFICES = 100
"""So many of those with the lowest odds stand on the page; the others are counted."""


@bp.get("/staff/events/<slug>/rules")
@allowed(Role.PLANNER)
def rules(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    return _page(event, _filled(event), standing_of(event.id))


@bp.post("/staff/events/<slug>/rules")
@allowed(Role.PLANNER)
def try_or_save_rules(slug: str) -> ResponseReturnValue:
    """Compare what was typed with what holds, or keep it."""
    event = _event_or_404(slug)
    form = _for(event, RulesForm())
    if OTHER in request.form and _draws(event):
        return _other_quota(event, form)
    if TRIAL in request.form:
        standing = standing_of(event.id)
        if not form.validate():
            return _page(event, form, standing, status=422)
        _prepare_trial(event, form)
        change = _change(event, form)
        if refusals := _impossible(change, standing):
            return _page(event, form, standing, refusals=refusals, status=422)
        return _page(event, form, standing, trial=change)
    # Locked before counting: nobody applies or gets a seat between the count and the change.
    if not form.validate_against(lambda: _filled(lock_event(event.id))):
        clash = form.clash_page(back=url_for("desk.rules", slug=slug))
        return clash or _page(event, form, standing_of(event.id), status=422)
    standing = standing_of(event.id)
    before = doubts(event, standing)
    try:
        edited = edit_event(event_id=event.id, change=_change(event, form), standing=standing)
        asked = to_ask(doubts(edited.event, standing), before)
        if not is_agreed(form, asked):
            db.session.rollback()
            return _page(_event_or_404(slug), form, standing, asked=asked, status=422)
    except Refused as refused:
        db.session.rollback()
        event = _event_or_404(slug)
        return _page(event, form, standing, refusals=[refused], status=422)
    if edited.seats and event.state == EventState.PUBLISHED and standing.has_applications:
        enqueue(SEAT_FREED, subject=event.id)
    flash(texts.RULES_SAVED if edited.fields else texts.RULES_UNCHANGED)
    return redirect(url_for("desk.rules", slug=slug))


def _prepare_trial(event: Event, form: RulesForm) -> None:
    """What the buttons beside 「試算する」 fill in first: one day for all reserves, quotas in proportion to the capacity."""
    wanted = request.form[TRIAL]
    if wanted == ONE_DAY:
        for row in form.groups:
            if row.reserved.data:
                _show(row.release_on, form.release_all.data)
    elif wanted == IN_PROPORTION and event.capacity and form.capacity.data:
        for rows in (form.groups, form.sectors):
            quotas = [(row.reserved.data or 0, row.cap.data) for row in rows]
            for row, (reserved, cap) in zip(
                rows, scaled(quotas, event.capacity, form.capacity.data), strict=True
            ):
                _show(row.reserved, reserved)
                _show(row.cap, cap)


def _show(field: Any, value: Any) -> None:
    """Another value than the one that was typed."""
    field.data, field.raw_data = value, None


def _other_quota(event: Event, form: RulesForm) -> ResponseReturnValue:
    """Whether a quota of another kind could be added, and how; nothing is kept."""
    standing = standing_of(event.id)
    if not form.validate():
        return _page(event, form, standing, status=422)
    groups = {str(group.id) for group in event.groups}.intersection(form.other_groups.data or [])
    who = Who(form.other_who.data) if form.other_who.data in set(Who) else Who.GROUPS
    if who == Who.GROUPS and not groups:
        return _page(event, form, standing, cannot=(texts.OTHER_WITHOUT_GROUPS,), status=422)
    found = other_quota(ruling.rules_after(_change(event, form)), who, groups)
    names = ruling.names_of(event)
    if isinstance(found, Crosses):
        return _page(event, form, standing, cannot=texts.crossing_in_words(who, found, names), status=422)
    return _page(event, form, standing, can=texts.fit_in_words(found, names))


def _impossible(change: EventChange, standing: Standing) -> list[Refused]:
    """Why rules could not be kept even if nobody stood in the way: a trial of them would mislead."""
    capacity = change.values["capacity"]
    found = list(impossible_quotas(capacity, change.sectors, change.groups))
    if capacity < standing.confirmed:
        found.insert(0, Refused(EventRefusal.CAPACITY_BELOW_CONFIRMED, confirmed=standing.confirmed))
    return found


def _page(
    event: Event,
    form: RulesForm,
    standing: Standing,
    *,
    trial: EventChange | None = None,
    refusals: Sequence[Refused] = (),
    cannot: Sequence[str] = (),
    can: str = "",
    asked: Sequence[Doubted] = (),
    status: int = 200,
) -> ResponseReturnValue:
    crowd = ruling.crowd_of(event)
    now = ruling.ruling_of(event, crowd)
    tried = None
    if trial:
        tried = ruling.ruling_of(
            event, crowd.weighed(ruling.weights_after(event, trial)), ruling.rules_after(trial)
        )
    page = render_template(
        "desk/rules.html",
        event=event,
        form=form,
        standing=standing,
        is_lottery=_draws(event),
        is_closed=event.state == EventState.CLOSED,
        now=now,
        tried=tried,
        after={row.group.id: row for row in tried.groups} if tried else {},
        offices=_offices(now, tried or now),
        more_offices=max(0, len(now.offices) - MOST_OFFICES),
        pasts=_pasts(now, tried or now),
        moved=texts.moved_in_words(now.lowest, tried.lowest) if tried else "",
        percent=texts.percent,
        range_in_words=texts.range_in_words,
        times=texts.times_between,
        can=can,
        cannot=cannot,
        asked=in_words(asked),
        refusals=[(OTHER_QUOTA, said) for said in cannot[:1]]
        + [
            (FIELD_OF.get(EventRefusal(one.code), QUOTAS), one.sentence(event_texts.REFUSALS))
            for one in refusals
        ],
    )
    return page, status


def _offices(now: ruling.Ruling, tried: ruling.Ruling) -> list[tuple[str | None, int, str, str]]:
    """Odds of organisations by both rules: (name, people, now, tried), in the order of the lowest odds now."""
    after = {row.key: row.odds for row in tried.offices}
    return [
        (row.name, row.odds.people, texts.range_in_words(row.odds), texts.range_in_words(after[row.key]))
        for row in now.offices[:MOST_OFFICES]
    ]


def _pasts(now: ruling.Ruling, tried: ruling.Ruling) -> list[tuple[str, int, ruling.PastRow, ruling.PastRow]]:
    """Weights and odds by what happened before, by both rules: (words, people, now, tried)."""
    return [
        (texts.past_in_words(row.is_first_timer, row.refusals), row.odds.people, row, after)
        for row, after in zip(now.pasts, tried.pasts, strict=True)
    ]


def _filled(event: Event) -> RulesForm:
    """The form as it shows an event."""
    form = _for(event, RulesForm(formdata=None))
    if _draws(event):
        form.most_weight.data, form.first_timer.data = event.most_weight, event.first_timer_halves
        form.weighs_own_kind.data = event.weighs_own_kind
    form.capacity.data, form.organisation_cap.data = event.capacity, event.organisation_cap
    for group in event.groups:
        row = {name: getattr(group, name) for name in ("id", "name", "reserved", "cap", "release_on")}
        form.groups.append_entry(row)
    for sector in event.sectors:
        form.sectors.append_entry({name: getattr(sector, name) for name in ("id", "name", "reserved", "cap")})
    return form.carry_edition()


def _change(event: Event, form: RulesForm) -> EventChange:
    """The event as it is but for the numbers that were typed. A group or sector that no row names keeps its own."""
    groups = {row.form.id.data: row.form for row in form.groups}
    sectors = {row.form.id.data: row.form for row in form.sectors}
    places = {sector.id: place for place, sector in enumerate(event.sectors)}

    def quota(row: Any, kept: EventGroup | EventSector) -> dict[str, Any]:
        if row is None:
            return {"reserved": kept.reserved, "cap": kept.cap}
        return {"reserved": row.reserved.data or 0, "cap": row.cap.data}

    values = {"capacity": form.capacity.data, "organisation_cap": form.organisation_cap.data}
    if _draws(event):
        values |= {
            "most_weight": form.most_weight.data,
            "first_timer_halves": form.first_timer.data,
            "weighs_own_kind": form.weighs_own_kind.data,
        }
    return EventChange(
        values=values,
        sessions=[SessionChange(one.id, one.title, one.starts_at, one.ends_at) for one in event.sessions],
        sectors=[
            SectorChange(sector.id, sector.name, **quota(sectors.get(str(sector.id)), sector))
            for sector in event.sectors
        ],
        groups=[
            GroupChange(
                group.id,
                group.name,
                **quota(groups.get(str(group.id)), group),
                release_on=groups[str(group.id)].release_on.data
                if str(group.id) in groups
                else group.release_on,
                sector=places.get(group.sector_id) if group.sector_id else None,
            )
            for group in event.groups
        ],
        professions={},
        programme=[
            ItemChange(
                title=one.title,
                minutes=one.minutes,
                starts_at=one.starts_at,
                note=one.note,
                speaker=one.speaker,
                speaker_affiliation=one.speaker_affiliation,
                credit_code=one.credit_code,
            )
            for one in event.programme
        ],
        reason=form.reason.data or "",
    )
