"""Pages of surveys: answering for guests; state, results and review for staff."""

from __future__ import annotations

import uuid
from contextlib import suppress

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, by_link, current_staff
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.core.logs import leaves_no_line
from trainings.core.paper import qr, sheets
from trainings.core.refusal import Refused
from trainings.core.requests import sizes
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.requests.editions import MADE_FROM, Facet, clash_page, edition_of, meet_request
from trainings.core.requests.fleeting import FleetingLimit
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.requests.limits import visitor_address
from trainings.core.small_numbers import rounded_down
from trainings.core.web import blueprint, download
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.surveys import actions, exports, invitations, queries, texts
from trainings.surveys.forms import AnswerForm, CloseForm, ReviewForm
from trainings.surveys.models import FreeText, ResponseChannel, Review, SurveyRun
from trainings.surveys.questionnaires import Document, Problem
from trainings.surveys.refusals import SurveyRefusal
from trainings.surveys.results import results_of

bp = blueprint("surveys")

FLOODS = FleetingLimit("survey", limit=600, minutes=15)
"""A hall full of people has one address; nothing about it is stored."""
SEE_SINGLE_ANSWERS = (Role.PLANNER, Role.TRAINER)
"""Viewers see figures of at least k answers only."""


def _run_or_404(slug: str) -> SurveyRun:
    return queries.run_by_slug(slug) or abort(404)


# -- answering ------------------------------------------------------------------------------------------


@bp.get("/s/<slug>")
@by_link("survey")
@leaves_no_line
def answer(slug: str) -> ResponseReturnValue:
    run = _run_or_404(slug)
    if not run.is_open:
        return render_template("surveys/not_open.html", run=run), 410
    form = AnswerForm(response_id=str(uuid.uuid4()))
    return _answer_page(run, form, {}, {}, 200)


@bp.post("/s/<slug>")
@keeps_typed
@by_link("survey")
@sizes.takes(kilobytes=1000)
@leaves_no_line
def send_answers(slug: str) -> ResponseReturnValue:
    held = FLOODS.held(visitor_address())
    if held is not None:
        return held
    run = _run_or_404(slug)
    form = AnswerForm()
    given = {item.key: request.form.getlist(f"q-{item.key}") for item in queries.document_of(run).items}
    if not form.validate():
        return _answer_page(run, form, given, {}, 422)
    code = (form.token.data or "").strip()
    try:
        answers = actions.submit_answers(
            run=run,
            response_id=_uuid(form.response_id.data),
            code=code,
            given=given,
            channel=ResponseChannel.LINK if code else ResponseChannel.VENUE,
        )
    except Refused as refused:
        if refused.code == SurveyRefusal.NOT_OPEN:
            return render_template("surveys/not_open.html", run=run), 410
        return _answer_page(run, form, given, {"token": refused.sentence(texts.REFUSALS)}, 422)
    if answers.problems:
        problems = _problem_sentences(queries.document_of(run), answers.problems)
        return _answer_page(run, form, given, problems, 422)
    return redirect(url_for("surveys.thanks", slug=slug))


@bp.get("/s/<slug>/thanks")
@by_link("survey")
@leaves_no_line
def thanks(slug: str) -> ResponseReturnValue:
    return render_template("surveys/thanks.html", run=_run_or_404(slug))


def _uuid(text: str | None) -> uuid.UUID:
    """The response id that the page made; a broken one gets a new id, so that no answer is lost over it."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()


def _problem_sentences(document: Document, problems: dict[str, Problem]) -> dict[str, str]:
    return {
        f"q-{item.key}": texts.PROBLEMS[problems[item.key]].format(low=item.low, high=item.high)
        for item in document.items
        if item.key in problems
    }


def _answer_page(
    run: SurveyRun, form: AnswerForm, given: dict[str, list[str]], problems: dict[str, str], status: int
) -> ResponseReturnValue:
    page = render_template(
        "surveys/answer.html",
        run=run,
        document=queries.document_of(run),
        form=form,
        given=given,
        problems=problems,
        likert=texts.LIKERT,
    )
    return page, status


# -- staff ------------------------------------------------------------------------------------------------


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)


@bp.get("/staff/events/<slug>/survey")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def overview(slug: str) -> ResponseReturnValue:
    """State of the event's surveys; the results of a closed one."""
    event = _event_or_404(slug)
    runs = queries.runs_of_event(event.id)
    run = runs[-1] if runs else None
    if run is None or run.closed_at is None:
        return render_template(
            "surveys/open_run.html",
            event=event,
            run=run,
            count=rounded_down(queries.answer_count(run)) if run else 0,
            link=invitations.run_link(run) if run else "",
            picture=qr.picture(invitations.run_link(run)) if run else None,
            modes=texts.MODES,
            form=CloseForm(),
        )
    results = results_of(run)
    return render_template(
        "surveys/results.html",
        event=event,
        run=run,
        results=results,
        shown=queries.shown_texts(run),
        pending=queries.pending_texts(event.id),
        likert=texts.LIKERT,
        labels={stratum.key: exports.stratum_label(stratum) for stratum in results.strata},
        modes=texts.MODES,
    )


@bp.post("/staff/events/<slug>/survey/close")
@asks_first
@allowed(Role.PLANNER)
def close(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    runs = queries.runs_of_event(event.id)
    if not runs:
        abort(404)
    if not is_sure():
        back = (url_for("surveys.overview", slug=slug), texts.BACK_OPEN)
        says = [texts.CLOSES.format(title=event.title), texts.CLOSED_FOR_GOOD]
        return ask(Question(texts.CLOSING, says, texts.CLOSE_NOW, back))
    with suppress(Refused):  # closed twice by two people: both see the results
        actions.close_run(run_id=runs[-1].id)
    return redirect(url_for("surveys.overview", slug=slug))


@bp.get("/staff/events/<slug>/survey/texts")
@allowed(Role.PLANNER)
def review(slug: str) -> ResponseReturnValue:
    return _review_page(_closed_run_or_404(slug), None, "")


@bp.post("/staff/events/<slug>/survey/texts")
@allowed(Role.PLANNER)
@sizes.takes(kilobytes=500)
def save_review(slug: str) -> ResponseReturnValue:
    run = _closed_run_or_404(slug)
    form = ReviewForm()
    if form.review.data not in set(Review) - {Review.PENDING}:
        return _review_page(run, form, texts.CHOOSE_REVIEW)
    if not form.public_body.validate(form):
        return _review_page(run, form, form.public_body.errors[0])
    try:
        row = actions.locked_text(run=run, text_id=_uuid(form.text_id.data))
        meeting = meet_request(_shown(row), _facets(Review(form.review.data), form.public_body.data or ""))
        if meeting.is_clash:
            return clash_page(
                meeting, back=url_for("surveys.review", slug=slug, page=request.args.get("page"))
            )
        actions.review_text(
            run=run,
            text_id=row.id,
            review=Review(meeting.texts["review"]),
            public_body=meeting.texts["public_body"],
        )
    except Refused as refused:
        return _review_page(run, form, refused.sentence(texts.REFUSALS))
    except LookupError:
        abort(404)
    return redirect(url_for("surveys.review", slug=slug, page=request.args.get("page")))


def _shown(row: FreeText) -> dict[str, Facet]:
    """What the page shows of one text."""
    return _facets(row.review, row.public_body or row.body)


def _facets(review: Review, public_body: str) -> dict[str, Facet]:
    body = public_body.replace("\r\n", "\n").strip()
    return {
        "review": Facet(texts.REVIEW, review.value, texts.REVIEWS[review]),
        "public_body": Facet(texts.PUBLIC_BODY, body, body),
    }


def _closed_run_or_404(slug: str) -> SurveyRun:
    runs = queries.runs_of_event(_event_or_404(slug).id)
    if not runs or runs[-1].closed_at is None:
        abort(404)
    return runs[-1]


def _review_page(run: SurveyRun, typed: ReviewForm | None, problem: str) -> ResponseReturnValue:
    """typed: what was sent for one text and refused, with the sentence that says why."""
    items = {item.key: item for item in queries.document_of(run).items}
    page = render_template(
        "surveys/review.html",
        event=run.event,
        run=run,
        rows=queries.page_of_texts(run),
        counts=queries.count_texts(run),
        items=items,
        reviews=texts.REVIEWS,
        form=ReviewForm(formdata=None),
        typed=typed,
        problem=problem,
        made_from=lambda row: _edition(row, typed),
    )
    return page, 422 if problem else 200


def _edition(row: FreeText, typed: ReviewForm | None) -> str:
    """What was refused stays made from what its page showed; somebody may have changed the text since."""
    is_typed = typed is not None and typed.text_id.data == str(row.id)
    return request.form.get(MADE_FROM, "") if is_typed else edition_of(_shown(row))


@bp.post("/staff/events/<slug>/survey/results.xlsx")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def workbook(slug: str) -> ResponseReturnValue:
    """The workbook. A POST, since every export is written to the audit trail."""
    run = _closed_run_or_404(slug)
    record(verb="survey.exported", subject=("survey_run", run.id), event_id=run.event_id)
    name = exports.file_name(run)
    staff = current_staff()
    single_answers = staff is not None and not staff.roles.isdisjoint(SEE_SINGLE_ANSWERS)
    return download(
        exports.results_workbook(results_of(run), single_answers=single_answers), name, sheets.XLSX
    )
