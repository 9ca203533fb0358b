"""The list of mails: on their way, sent, or failed with the reason and another try; and jobs that failed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.core import names
from trainings.core.db import db
from trainings.core.jobs import failed_jobs, retry_job
from trainings.core.refusal import Refused
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.messages import actions, queries, texts
from trainings.messages.models import MessageState

bp = blueprint("messages")


@dataclass(frozen=True)
class Filter:
    """Which mails to show: of one event or of all, in one state or in all."""

    event: Event | None
    state: MessageState | None

    def arguments(self) -> dict[str, Any]:
        """The filter as the query of an address, without state and page."""
        return {"event": self.event.slug} if self.event else {}


def _filter(given: Mapping[str, str]) -> Filter:
    slug, state = names.as_typed(given.get("event")), given.get("state", "")
    return Filter(
        event=(event_by_slug(slug) or abort(404)) if slug else None,
        state=MessageState(state) if state in set(MessageState) else None,
    )


@bp.get("/staff/mails")
@allowed(Role.PLANNER)
def index() -> ResponseReturnValue:
    return _list(_filter(request.args))


def _list(wanted: Filter, problem: str = "") -> ResponseReturnValue:
    event_id = wanted.event.id if wanted.event else None
    counts = queries.count_mails(event_id)
    total = counts[wanted.state] if wanted.state else sum(counts.values())
    page = render_template(
        "messages/index.html",
        wanted=wanted,
        counts=counts,
        mails=queries.list_mails(event_id=event_id, state=wanted.state, total=total),
        jobs=failed_jobs() if wanted.event is None else [],
        held=queries.count_held() if wanted.event is None and counts[MessageState.FAILED] else 0,
        texts=texts,
        states=MessageState,
        problem=problem,
    )
    return page, 422 if problem else 200


@bp.post("/staff/mails/<uuid:message_id>/retry")
@allowed(Role.PLANNER)
def retry(message_id: uuid.UUID) -> ResponseReturnValue:
    wanted = _filter(request.form)
    try:
        message = actions.retry_message(message_id=message_id)
    except Refused as refused:
        db.session.rollback()
        return _list(wanted, refused.sentence(texts.REFUSALS))
    flash(texts.RETRIED.format(to=message.to_address))
    return redirect(url_for("messages.index", **wanted.arguments()), 303)


@bp.post("/staff/mails/<uuid:message_id>/leave")
@allowed(Role.PLANNER)
def leave(message_id: uuid.UUID) -> ResponseReturnValue:
    wanted = _filter(request.form)
    try:
        message = actions.leave_message(message_id=message_id)
    except Refused as refused:
        db.session.rollback()
        return _list(wanted, refused.sentence(texts.REFUSALS))
    flash(texts.LEFT.format(to=message.to_address))
    return redirect(url_for("messages.index", **wanted.arguments()), 303)


@bp.post("/staff/mails/held")
@allowed(Role.PLANNER)
def settle_held() -> ResponseReturnValue:
    """Whether the mails that waited when a copy was taken which was put back are sent."""
    send = request.form.get("send") == "1"
    n = actions.settle_held(send=send)
    flash((texts.HELD_SENT if send else texts.HELD_LEFT).format(n=n))
    return redirect(url_for("messages.index"), 303)


@bp.post("/staff/mails/jobs/<uuid:job_id>/retry")
@allowed(Role.PLANNER)
def retry_failed_job(job_id: uuid.UUID) -> ResponseReturnValue:
    if not retry_job(job_id):
        return _list(_filter({}), texts.JOB_GONE)
    record(verb="job.retried", subject=("job", job_id))
    flash(texts.JOB_RETRIED)
    return redirect(url_for("messages.index"), 303)
