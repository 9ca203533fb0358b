"""延期・中止: what becomes of a public event that cannot be held as announced, who is told, and ways back from a mistake."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import asked_on
from trainings.core.requests.late_forms import keeps_typed
from trainings.desk import standstill, texts
from trainings.desk.blueprint import bp
from trainings.desk.forms import NoticeForm, StandstillForm
from trainings.events import texts as event_texts
from trainings.events.mistakes import delete_draft
from trainings.events.models import Event, EventNotice, EventState, NoticeKind
from trainings.events.queries import event_by_slug, notices_of, open_notice
from trainings.events.whereabouts import differences, headline, when_of, whereabouts
from trainings.registration.queries import has_applications
from trainings.registration.telling import audience_of, preview, tell_applicants, tell_nobody


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


def _for(event: Event, form: StandstillForm) -> StandstillForm:
    return form.without_postponing() if event.state == EventState.POSTPONED else form


# -- held or not ------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/standing")
@allowed(Role.PLANNER)
def standing(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    return _standing_page(event, _for(event, StandstillForm(formdata=None)), "", 200)


@bp.post("/staff/events/<slug>/standing")
@keeps_typed
@allowed(Role.PLANNER)
@asked_on("desk.standing")
def stand_still(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = _for(event, StandstillForm())
    if not form.validate():
        return _standing_page(event, form, "", 422)
    try:
        to_tell = standstill.stand_still(
            event_id=event.id, kind=NoticeKind(form.kind.data), reason=form.reason.data or ""
        )
    except Refused as refused:
        db.session.rollback()
        form.reason.errors = [refused.sentence(event_texts.REFUSALS)]
        return _standing_page(_event_or_404(slug), form, "", 422)
    flash(texts.STOOD_STILL[event.state])
    return redirect(url_for("desk.notice" if to_tell else "desk.board", slug=slug))


def _standing_page(event: Event, form: StandstillForm, problem: str, status: int) -> ResponseReturnValue:
    page = render_template(
        "desk/standing.html",
        event=event,
        when=when_of(whereabouts(event)),
        form=form,
        has_applications=has_applications(event.id),
        notices=[(one, headline(one)) for one in notices_of(event.id)],
        problem=problem,
    )
    return page, status


def _step(slug: str, step: Callable[[Event], ResponseReturnValue]) -> ResponseReturnValue:
    """Take one step with the event, or show the page again with the sentence of its refusal."""
    try:
        return step(_event_or_404(slug))
    except Refused as refused:
        db.session.rollback()
        event = _event_or_404(slug)
        sentence = refused.sentence(event_texts.REFUSALS)
        return _standing_page(event, _for(event, StandstillForm(formdata=None)), sentence, 422)


@bp.post("/staff/events/<slug>/standing/resume")
@allowed(Role.PLANNER)
def resume(slug: str) -> ResponseReturnValue:
    def hold(event: Event) -> ResponseReturnValue:
        to_tell = standstill.resume(event_id=event.id)
        flash(texts.RESUMED)
        return redirect(url_for("desk.notice" if to_tell else "desk.board", slug=slug))

    return _step(slug, hold)


@bp.post("/staff/events/<slug>/standing/withdraw")
@allowed(Role.PLANNER)
def withdraw(slug: str) -> ResponseReturnValue:
    def take_back(event: Event) -> ResponseReturnValue:
        standstill.withdraw(event_id=event.id)
        flash(texts.WITHDRAWN)
        return redirect(url_for("desk.edit", slug=slug))

    return _step(slug, take_back)


@bp.post("/staff/events/<slug>/standing/delete")
@allowed(Role.PLANNER)
@asked_on("desk.standing")
def delete(slug: str) -> ResponseReturnValue:
    def remove(event: Event) -> ResponseReturnValue:
        flash(texts.DELETED.format(title=delete_draft(event_id=event.id)))
        return redirect(url_for("desk.events"))

    return _step(slug, remove)


# -- telling ----------------------------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/notice")
@allowed(Role.PLANNER)
def notice(slug: str) -> ResponseReturnValue:
    """What has changed, whom it concerns, and the mail as they would get it."""
    return _notice_page(_event_or_404(slug), NoticeForm(formdata=None), "", 200)


def _notice_page(event: Event, form: NoticeForm, problem: str, status: int) -> ResponseReturnValue:
    found = open_notice(event.id)
    audience = audience_of(found) if found else None
    first = next(iter(audience.mailed), None) if audience else None
    if found is not None and audience is not None:
        form.revision.data, form.mails.data = str(found.revision), str(len(audience.mailed))
    page = render_template(
        "desk/notice.html",
        event=event,
        notice=found,
        headline=headline(found) if found else "",
        differences=differences(found.before, found.after) if found else [],
        audience=audience,
        preview=preview(found, first, texts.LINK_OF_EACH) if found and first else None,
        form=form,
        problem=problem,
    )
    return page, status


@bp.post("/staff/events/<slug>/notice")
@allowed(Role.PLANNER)
@asked_on("desk.notice")
def send_notice(slug: str) -> ResponseReturnValue:
    def tell(found: EventNotice, form: NoticeForm) -> None:
        mails = tell_applicants(
            notice_id=found.id, revision=_number(form.revision), mails=_number(form.mails)
        )
        flash(texts.TOLD.format(n=mails))

    return _settled(slug, tell)


@bp.post("/staff/events/<slug>/notice/nobody")
@allowed(Role.PLANNER)
def keep_notice(slug: str) -> ResponseReturnValue:
    def keep(found: EventNotice, form: NoticeForm) -> None:
        tell_nobody(notice_id=found.id, revision=_number(form.revision), reason=form.reason.data or "")
        flash(texts.TOLD_NOBODY)

    return _settled(slug, keep)


def _settled(slug: str, settle: Callable[[EventNotice, NoticeForm], None]) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = NoticeForm()
    found = open_notice(event.id)
    if found is None:
        return _notice_page(event, form, "", 200)
    if not form.validate():
        return _notice_page(event, form, "", 422)
    try:
        settle(found, form)
    except Refused as refused:
        db.session.rollback()
        return _notice_page(_event_or_404(slug), form, refused.sentence(event_texts.REFUSALS), 422)
    return redirect(url_for("desk.board", slug=slug))


def _number(field: object) -> int:
    sent = str(getattr(field, "data", "") or "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else -1
