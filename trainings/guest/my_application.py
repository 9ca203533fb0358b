"""わたしの申込: everything one application's link opens."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link
from trainings.allocation.draws.publishing import standing_of
from trainings.allocation.queries import draws_of
from trainings.certificates.queries import certificate_of
from trainings.checkin.queries import attended_ids
from trainings.core import actor, clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.requests.asking import Question, ask, asks_first, is_sure
from trainings.core.requests.browser import own_key
from trainings.core.requests.late_forms import keeps_typed
from trainings.core.requests.unprintable import tell_own_unprintable
from trainings.core.web import download, jdatetime
from trainings.events.exports import CALENDAR, calendar_file
from trainings.events.models import Event, EventState, Selection
from trainings.events.queries import invited_groups
from trainings.guest import texts
from trainings.guest.blueprint import bp
from trainings.guest.event_pages import Status, status_of
from trainings.guest.notices import may_not_suit, notice_to_show, notices_for
from trainings.guest.timeline import timeline_of
from trainings.messages.queries import has_written
from trainings.registration import texts as registration_texts
from trainings.registration.actions import cancel_application, substitute
from trainings.registration.corrections.changing import change_application
from trainings.registration.corrections.forms import CancelForm, ChangeForm, SubstituteForm
from trainings.registration.corrections.restoring import is_undoable, why_not
from trainings.registration.corrections.times import why_fixed, why_kept
from trainings.registration.forms import PersonForm
from trainings.registration.intake import locked_application
from trainings.registration.models import BY_STAFF, Application
from trainings.registration.queries import application_by_link_secret, waiting_place
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret, ticket_code
from trainings.registration.states import Reason, State
from trainings.registration.views import FIELD_OF
from trainings.surveys.invitations import personal_link
from trainings.surveys.pairing import PairingKeyMissing
from trainings.surveys.queries import invitation_of_application, runs_of_event

MAY_APPLY_AGAIN = frozenset({State.CANCELLED, State.DECLINED, State.EXPIRED})


def application_or_404(secret: str) -> Application:
    """The application behind the link; whoever holds it acts as its applicant."""
    application = application_by_link_secret(secret) or abort(404)
    actor.set_current(actor.Actor(actor.ActorKind.APPLICANT, str(application.id)))
    return application


@bp.get("/a/<secret>/done")
@by_link("application")
def receipt(secret: str) -> ResponseReturnValue:
    """完了: the number, and what happens next. Loading it again shows the same."""
    application = application_or_404(secret)
    return render_template(
        "guest/receipt.html",
        application=application,
        event=application.event,
        secret=secret,
        timeline=timeline_of(application),
        ticket=_ticket(application),
        may_apply=_takes_newcomers(application.event),
        may_cancel=_may_cancel(application),
        is_mailed=application.channel in BY_STAFF or has_written(application.mail, str(application.id)),
    )


def _ticket(application: Application) -> str:
    return ticket_code(application) if application.state == State.CONFIRMED else ""


@bp.get("/a/<secret>")
@by_link("application")
def my_application(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    event = application.event
    is_over = event.is_held and event.ends_at <= clock.now()
    notices = notices_for(application)
    is_off = event.state == EventState.CALLED_OFF
    is_in = application.id in attended_ids({application.id})
    return render_template(
        "guest/my_application.html",
        application=application,
        event=event,
        secret=secret,
        state=_state_now(application).value,
        undoes_by_phone=is_undoable(application) and why_not(application) is None,
        rests=application.is_open and not event.is_held,
        notice=notice_to_show(event) if notices else None,
        may_not_suit=may_not_suit(notices),
        place=waiting_place(application),
        reason=registration_texts.REASONS[application.reason],
        is_lottery=event.selection == Selection.LOTTERY,
        is_voided=application.reason == Reason.DRAW_VOIDED,
        standing=standing_of(application),
        has_draws=bool(draws_of(event.id)),
        timeline=timeline_of(application),
        ticket="" if is_over or not event.is_held else _ticket(application),
        is_over=is_over,
        came=is_over and is_in,
        may_apply=application.state in MAY_APPLY_AGAIN and _takes_newcomers(event),
        may_change=why_fixed(application) is None and not is_off,
        may_cancel=_may_cancel(application),
        may_substitute=event.is_held and not is_in and why_kept(application) is None,
        survey_link=_survey_link(application),
        certificate=certificate_of(application.id),
        form=CancelForm(formdata=None),
    )


def _may_cancel(application: Application) -> bool:
    is_off = application.event.state == EventState.CALLED_OFF
    return not is_off and why_fixed(application) is None and _why_in(application) is None


def _takes_newcomers(event: Event) -> bool:
    """Whether somebody new may apply and would get a seat, or may wait for one: what the form itself asks."""
    return status_of(event, invited_groups([event.id])[event.id]) == Status.OPEN


def _state_now(application: Application) -> State:
    """What the hour has made of it already, though the worker has yet to write it down: nobody is asked to answer what has
    ended, nor told to wait for it."""
    event = application.event
    until = application.offer_expires_at
    if event.is_held and until is not None and until <= clock.now():
        return State.EXPIRED
    if event.has_begun and application.state == State.WAITING:
        return State.NOT_SELECTED
    return application.told_state


def _survey_link(application: Application) -> str:
    """The personal address of the open survey, for those who were there."""
    run = next((run for run in runs_of_event(application.event_id) if run.is_open), None)
    if run is None or application.id not in attended_ids({application.id}):
        return ""
    invitation = invitation_of_application(application.event_id, application.id)
    if invitation is None:
        return ""
    try:
        return personal_link(run, invitation)
    except PairingKeyMissing:
        return ""


@bp.get("/a/<secret>/calendar.ics")
@by_link("application")
def my_calendar(secret: str) -> ResponseReturnValue:
    event = application_or_404(secret).event
    return download(calendar_file(event), f"{event.title}.ics", CALENDAR)


# -- changing, cancelling, substituting -------------------------------------------------------------------------


@bp.get("/a/<secret>/edit")
@by_link("application")
def edit(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    if (fixed := why_fixed(application)) is not None:
        return _closed_page(application, secret, texts.CHANGING, fixed)
    return _person_page("guest/edit.html", application, ChangeForm.showing(application), "", 200)


@bp.post("/a/<secret>/edit")
@keeps_typed
@by_link("application")
def save(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    form = ChangeForm().of(application).for_event(application.event)
    if not form.validate_against(lambda: ChangeForm.showing(locked_application(application.id))):
        clash = form.clash_page(back=url_for("guest.edit", secret=secret))
        return clash or _person_page("guest/edit.html", application, form, "", 422)
    try:
        change_application(application_id=application.id, statement=form.statement())
    except Refused as refused:
        return _refused(secret, "guest/edit.html", ChangeForm, refused)
    flash(texts.CHANGED)
    _tell_unprintable(form)
    return redirect(url_for("guest.my_application", secret=secret))


@bp.get("/a/<secret>/cancel")
@by_link("application")
def cancel_page(secret: str) -> ResponseReturnValue:
    """What cancelling means, and the button."""
    application = application_or_404(secret)
    fixed = why_fixed(application) or _why_in(application)
    if fixed is not None:
        return _closed_page(application, secret, texts.CANCELLING, fixed)
    return _cancel_page(application, secret, CancelForm(formdata=None), "", 200)


def _cancel_page(
    application: Application, secret: str, form: CancelForm, problem: str, status: int
) -> ResponseReturnValue:
    page = render_template(
        "guest/cancel.html",
        application=application,
        event=application.event,
        secret=secret,
        problem=problem,
        form=form,
    )
    return page, status


@bp.post("/a/<secret>/cancel")
@asks_first
@keeps_typed
@by_link("application")
def cancel(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    form = CancelForm()
    if not form.validate():
        return _cancel_page(application, secret, form, "", 422)
    if not is_sure():
        return _cancel_page(application, secret, form, "", 200)
    try:
        _refuse_who_is_in(application)
        cancel_application(application_id=application.id)
    except Refused as refused:
        db.session.rollback()
        problem = refused.sentence(registration_texts.REFUSALS)
        return _cancel_page(application_or_404(secret), secret, form, problem, 422)
    return redirect(url_for("guest.my_application", secret=secret))


@bp.get("/a/<secret>/substitute")
@by_link("application")
def substitute_page(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    kept = why_kept(application) or _why_in(application)
    if kept is not None:
        return _closed_page(application, secret, texts.HANDING_ON, kept)
    form = SubstituteForm(formdata=None).of(application).for_event(application.event)
    form.group.data = str(application.event_group_id)
    form.organisation_name.data = application.organisation_name or registration_texts.NO_OFFICE[0]
    form.phone.data = application.phone  # that of the office, as a rule; a mail would go to the giver
    return _person_page("guest/substitute.html", application, form, "", 200)


@bp.post("/a/<secret>/substitute")
@asks_first
@keeps_typed
@by_link("application")
def send_substitute(secret: str) -> ResponseReturnValue:
    application = application_or_404(secret)
    form = SubstituteForm().of(application).for_event(application.event)
    if not form.validate():
        return _person_page("guest/substitute.html", application, form, "", 422)
    try:
        _refuse_who_is_in(application)
        if not is_sure():
            return _ask_for_substitute(application, form, secret)
        new = substitute(
            application_id=application.id,
            statement=form.statement(),
            idempotency_key=own_key(form.idempotency_key.data),
            sent_edition=form.edition,
        )
    except Refused as refused:
        return _refused(secret, "guest/substitute.html", SubstituteForm, refused)
    _tell_unprintable(form)
    return redirect(url_for("guest.receipt", secret=application_secret(new)))


def _tell_unprintable(form: PersonForm) -> None:
    phone = form.event.contact_phone or current_app.config["TSUDOI"].contact_phone
    tell_own_unprintable(form.family.data, form.given.data, form.organisation_name.data, phone=phone)


def _ask_for_substitute(application: Application, form: SubstituteForm, secret: str) -> ResponseReturnValue:
    """Raises Refused: EVENT_BEGUN, since nothing is asked about that is refused afterwards."""
    said = form.statement()
    event = application.event
    if event.has_begun:
        raise Refused(RegistrationRefusal.EVENT_BEGUN)
    says = [
        texts.HANDS_ON.format(
            title=event.title,
            at=jdatetime(event.starts_at),
            old=application.full_name,
            new=f"{said.family} {said.given}".strip(),
        ),
        texts.TICKET_DIES.format(name=application.full_name),
        texts.MAIL_GOES_TO.format(mail=said.mail) if said.mail else "",
        texts.OWN_MAIL_TYPED if said.mail and said.mail == application.mail else "",
    ]
    back = (url_for("guest.my_application", secret=secret), texts.BACK_TO_MINE)
    return ask(Question(texts.HANDING_ON, says, texts.HAND_ON, back))


def _refuse_who_is_in(application: Application) -> None:
    """Whoever came in has used the seat: given away after that, it would earn two certificates.

    Raises Refused: ALREADY_IN.
    """
    if (is_in := _why_in(application)) is not None:
        raise Refused(is_in)


def _why_in(application: Application) -> RegistrationRefusal | None:
    return RegistrationRefusal.ALREADY_IN if application.id in attended_ids({application.id}) else None


def _closed_page(
    application: Application, secret: str, heading: str, refusal: RegistrationRefusal
) -> ResponseReturnValue:
    """Said at once, before anything is typed."""
    page = render_template(
        "guest/not_now.html",
        event=application.event,
        secret=secret,
        heading=heading,
        sentence=registration_texts.REFUSALS[refusal],
    )
    return page, 410


def _refused(
    secret: str, template: str, kind: type[ChangeForm | SubstituteForm], refused: Refused
) -> ResponseReturnValue:
    db.session.rollback()
    application = application_or_404(secret)
    form = kind().of(application).for_event(application.event)
    sentence = refused.sentence(registration_texts.REFUSALS)
    if refused.code in FIELD_OF:
        form[FIELD_OF[refused.code]].errors = [sentence]
        sentence = ""
    return _person_page(template, application, form, sentence, 422)


def _person_page(
    template: str, application: Application, form: PersonForm, problem: str, status: int
) -> ResponseReturnValue:
    event: Event = application.event
    page = render_template(
        template,
        application=application,
        event=event,
        secret=application_secret(application),
        form=form,
        problem=problem,
    )
    return page, status
