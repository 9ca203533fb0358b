"""Applying: 入力 → 確認 → 完了, and asking for one's links.

What was typed travels from page to page inside the form itself, so that nothing expires and "back" loses nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from enum import StrEnum

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_link, public
from trainings.core import actor, names
from trainings.core.db import db
from trainings.core.paper import letters
from trainings.core.refusal import Refused
from trainings.core.requests import limits
from trainings.core.requests.browser import own_key
from trainings.core.requests.late_forms import keeps_typed, needs_no_token, only_late
from trainings.core.requests.limits import Limit, Target, Theme, limited
from trainings.core.web import blueprint, let_go_back
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration import texts
from trainings.registration.actions import submit_application
from trainings.registration.corrections.changing import change_application
from trainings.registration.corrections.forms import ResentForm
from trainings.registration.corrections.times import why_closed
from trainings.registration.forms import ApplyForm, LinksForm
from trainings.registration.intake import locked_application
from trainings.registration.links import ask_for_links
from trainings.registration.models import Application, Channel
from trainings.registration.people.addresses import History, address_by_person_secret, history_seen_by
from trainings.registration.queries import application_by_link_secret, sent_with
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret
from trainings.registration.statements import Statement, is_somebody_else

bp = blueprint("registration")

LINKS_PER_ADDRESS = Limit("links_mail", 3, 60)

ONE_NAME = Theme(Limit("apply_name", 6, 24 * 60), "slug", ("family", "given", "family_kana", "given_kana"))
"""Applications to one event in one name, whoever sends them and whether anybody of that name has applied: each may hold a
seat until staff have settled whose it is."""
SLIPS = ("gmail.co", ".con", ".ne.j", "docomo.ne.com")
"""How domains end that a finger slipped on."""
FIELD_OF: dict[StrEnum, str] = {
    RegistrationRefusal.PROFESSION_NOT_INVITED: "profession",
    RegistrationRefusal.FULL: "group",
    RegistrationRefusal.OFFICE_FULL: "organisation_name",
    RegistrationRefusal.PLEDGE_MISSING: "pledged",
    RegistrationRefusal.ALREADY_APPLIED: "family",
    RegistrationRefusal.SOMEBODY_ELSE: "family",
    RegistrationRefusal.GROUP_FIXED: "profession",
    RegistrationRefusal.SUBSTITUTE_OTHER_GROUP: "profession",
    RegistrationRefusal.SUBSTITUTE_SAME_PERSON: "family",
}


def _event_or_404(slug: str) -> Event:
    event = event_by_slug(slug)
    if event is None or not event.is_public:
        abort(404)
    return event


@bp.get("/e/<slug>/apply")
@public
def apply(slug: str) -> ResponseReturnValue:
    """Step 1."""
    return _first_step(_event_or_404(slug), lambda _form: None)


@bp.get("/a/<secret>/again")
@by_link("application")
def apply_again(secret: str) -> ResponseReturnValue:
    """Step 1 for a colleague, or once more: office and contact of an application are taken over."""
    earlier = application_by_link_secret(secret) or abort(404)

    def fill(form: ApplyForm) -> None:
        _take_office_over(form, earlier)
        if earlier.is_open:
            form.goes_on.data = "1"
        else:  # the same person once more: the page with this link has shown all of it
            form.fill_from_own(earlier)
            form.once_more = True

    return _first_step(_event_or_404(earlier.event.slug), fill)


@bp.get("/p/<secret>/apply/<slug>")
@by_link("person")
def apply_myself(secret: str, slug: str) -> ResponseReturnValue:
    """Step 1 for whoever comes from their own page. From here on the secret goes inside the form."""
    mine = history_seen_by(address_by_person_secret(secret) or abort(404))
    event = _event_or_404(slug)
    if (standing := _standing_of(mine, event)) is not None:
        flash(texts.OWN_STANDS)
        return redirect(url_for("guest.my_application", secret=application_secret(standing)))

    def fill(form: ApplyForm) -> None:
        form.own.data = secret
        form.fill_from_own(mine.opened[0])

    return _first_step(event, fill)


def _first_step(event: Event, fill: Callable[[ApplyForm], None]) -> ResponseReturnValue:
    """The empty form, filled in with what is known. Secrets stand in paths only, which no log of ours or of the proxy keeps;
    a query would be written down."""
    if why_closed(event, Channel.WEB) is not None:
        return render_template("registration/not_open.html", event=event), 410
    form = ApplyForm(formdata=None).for_event(event)
    if not form.offered:
        return render_template("registration/not_open.html", event=event, invites_nobody=True), 410
    if form.is_hopeless:
        return render_template("registration/not_open.html", event=event, is_full=True), 410
    fill(form)
    return _input_page(event, form, "", 200)


def _take_office_over(form: ApplyForm, earlier: Application) -> None:
    if earlier.organisation is not None:
        form.offer_office(earlier.organisation)
    else:
        form.organisation_name.data = earlier.organisation_name or texts.NO_OFFICE[0]
    form.mail.data, form.phone.data = earlier.mail, earlier.phone
    form.heard_via.data = str(earlier.heard_via_id or "")


def _input_page(event: Event, form: ApplyForm, problem: str, status: int) -> ResponseReturnValue:
    return render_template("registration/apply.html", event=event, form=form, problem=problem), status


@bp.post("/e/<slug>/apply")
@keeps_typed
@public
def check(slug: str) -> ResponseReturnValue:
    """Step 1 → 2: what was typed is checked and shown; 「修正する」 comes back here with `edit`."""
    let_go_back()
    event = _event_or_404(slug)
    form = _sent_form(event)
    if "edit" in request.args:
        needs_no_token()
        return _input_page(event, form, "", 200)
    if not form.validate():
        return _input_page(event, form, "", 422)
    return _confirm_page(event, form, 200)


def _sent_form(event: Event) -> ApplyForm:
    """What came back; when this form has stored an application before, what that has chosen stays on offer."""
    form = ApplyForm()
    if form.idempotency_key.data:
        form.held = sent_with(event.id, own_key(form.idempotency_key.data))
    return form.for_event(event)


def _confirm_page(event: Event, form: ApplyForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "registration/confirm.html",
        event=event,
        form=form,
        shown=_as_stored(form),
        mail_is_unusual=_is_unusual(names.mail(form.mail.data)),
        unprintable=letters.missing(form.family.data, form.given.data, form.organisation_name.data),
    )
    return page, status


def _is_unusual(address: str) -> bool:
    local_part, _, domain = address.rpartition("@")
    return ".." in local_part or local_part.endswith(".") or domain.endswith(SLIPS)


def _as_stored(form: ApplyForm) -> dict[str, str]:
    """What the confirm page shows: everything as it will be stored."""
    return {
        "group": dict(form.group.choices)[form.group.data],
        "profession": dict(form.profession.choices)[form.profession.data],
        "kana": f"{names.kana(form.family_kana.data)} {names.kana(form.given_kana.data)}".strip(),
        "mail": names.mail(form.mail.data),
        "phone": names.phone(form.phone.data),
        "licence_number": names.licence(form.licence_number.data),
        "heard_via": " ".join(
            filter(None, (dict(form.heard_via.choices).get(form.heard_via.data), form.heard_via_note.data))
        ),
    }


@bp.post("/e/<slug>/apply/send")
@keeps_typed
@public
@limited("apply", limit=60, minutes=15, target=Target("slug", 600), theme=ONE_NAME)
def send(slug: str) -> ResponseReturnValue:
    """Step 2 → 3: store the application; the same key again leads to the same receipt."""
    let_go_back()
    event = _event_or_404(slug)
    form = _sent_form(event)
    if not form.validate():
        return _confirm_page(event, form, 422) if only_late(form) else _input_page(event, form, "", 422)
    key = own_key(form.idempotency_key.data)
    statement = form.statement()
    earlier = form.held
    if earlier is not None and earlier.sent_edition != form.edition:
        return _correct(earlier.id, form)
    if earlier is not None:
        return redirect(url_for("guest.receipt", secret=application_secret(earlier)))
    mine = _mine(form, statement)
    if mine is not None and (standing := _standing_of(mine, event)) is not None:
        return _stands_page(standing, texts.OWN_STANDS)
    try:
        application = submit_application(
            event_id=event.id,
            statement=statement,
            channel=Channel.WEB,
            idempotency_key=key,
            own_person=mine.person if mine is not None else None,
            sent_edition=form.edition,
        )
    except Refused as refused:
        db.session.rollback()
        return _refused_page(slug, refused)
    return redirect(url_for("guest.receipt", secret=application_secret(application)))


def _correct(application_id: uuid.UUID, form: ApplyForm) -> ResponseReturnValue:
    """Back, something else typed, sent again: the correction of what this form has stored, or a sentence that says what
    stands. Nobody may believe that something was received which is dropped."""
    application = locked_application(application_id)
    actor.set_current(actor.Actor(actor.ActorKind.APPLICANT, str(application_id)))
    again = ResentForm().of(application).for_event(application.event).made_from_sent()
    if not again.validate_against(lambda: ResentForm.showing(application)):
        clash = again.clash_page(back=url_for("guest.my_application", secret=application_secret(application)))
        return clash or _input_page(application.event, form, "", 422)
    try:
        change_application(
            application_id=application_id, statement=again.statement(), sent_edition=form.edition
        )
    except Refused as refused:
        db.session.rollback()
        application = db.session.get_one(Application, application_id)
        return _stands_page(application, refused.sentence(texts.REFUSALS))
    flash(texts.SENT_CORRECTED)
    return redirect(url_for("guest.receipt", secret=application_secret(application)))


def _stands_page(application: Application, why: str) -> ResponseReturnValue:
    """What was typed, and that it is not stored, since this application stands."""
    stands = texts.STANDS.format(name=application.full_name, code=application.code, why=why)
    return _input_page(application.event, _sent_form(application.event), stands, 422)


def _standing_of(mine: History, event: Event) -> Application | None:
    """Their own application at an event, made with the address that they have confirmed."""
    return next((one for one in mine.opened if one.event_id == event.id and one.is_open), None)


def _mine(form: ApplyForm, statement: Statement) -> History | None:
    """What whoever came from their own page sees there; not when they typed a colleague's name."""
    address = address_by_person_secret(form.own.data) if form.own.data else None
    if address is None:
        return None
    mine = history_seen_by(address)
    return None if is_somebody_else(mine.opened[0].name_parts, statement.name_parts) else mine


def _refused_page(slug: str, refused: Refused) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = _sent_form(event)
    sentence = refused.sentence(texts.REFUSALS)
    if refused.code in FIELD_OF:
        form[FIELD_OF[refused.code]].errors = [sentence]
        return _input_page(event, form, "", 422)
    return _input_page(event, form, sentence, 422)


# -- send me my links -----------------------------------------------------------------------------------------


@bp.get("/links")
@public
def links() -> ResponseReturnValue:
    return render_template("registration/links.html", form=LinksForm(formdata=None))


@bp.post("/links")
@keeps_typed
@public
@limited("links", limit=10, minutes=15)
def send_my_links() -> ResponseReturnValue:
    """Always the same answer, whether the address is known or not; at most three mails an hour to one address."""
    form = LinksForm()
    if not form.validate():
        return render_template("registration/links.html", form=form), 422
    address = names.mail(form.mail.data)
    if not current_app.config["TSUDOI"].rate_limits or limits.is_within(LINKS_PER_ADDRESS, address):
        ask_for_links(mail=address)
    return redirect(url_for("registration.links_sent"))


@bp.get("/links/sent")
@public
def links_sent() -> ResponseReturnValue:
    return render_template("registration/links_sent.html")
