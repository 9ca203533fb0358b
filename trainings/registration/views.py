"""Applying: 入力 → 確認 → 完了, and asking for one's links.

What was typed travels from page to page inside the form itself, so that nothing expires and "back" loses nothing.
"""

from __future__ import annotations

import re
from enum import StrEnum

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import public
from trainings.core import limits, names
from trainings.core.db import db
from trainings.core.limits import limited
from trainings.core.refusal import Refused
from trainings.core.web import blueprint
from trainings.events.models import Event
from trainings.events.queries import event_by_slug
from trainings.registration import texts
from trainings.registration.actions import submit_application
from trainings.registration.forms import ApplyForm, LinksForm
from trainings.registration.links import send_links
from trainings.registration.models import Application, Channel
from trainings.registration.queries import application_by_link_secret
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.secrets import application_secret

bp = blueprint("registration")

UNUSUAL_MAIL = re.compile(r"\.\.|\.@|^\.|@.*(gmail\.co$|\.con$|\.ne\.j$|docomo\.ne\.com$)")
FIELD_OF: dict[StrEnum, str] = {
    RegistrationRefusal.PROFESSION_NOT_INVITED: "profession",
    RegistrationRefusal.PLEDGE_MISSING: "pledged",
    RegistrationRefusal.ALREADY_APPLIED: "family",
}


def _event_or_404(slug: str) -> Event:
    event = event_by_slug(slug)
    if event is None or not event.is_public:
        abort(404)
    return event


@bp.get("/e/<slug>/apply")
@public
def apply(slug: str) -> ResponseReturnValue:
    """Step 1. `again`: the link secret of an application whose office and contact are taken over."""
    event = _event_or_404(slug)
    if not event.takes_applications:
        return render_template("registration/not_open.html", event=event), 410
    form = ApplyForm(formdata=None).for_event(event)
    earlier = application_by_link_secret(request.args.get("again", ""))
    if earlier is not None:
        _take_office_over(form, earlier)
    return _input_page(event, form, "", 200)


def _take_office_over(form: ApplyForm, earlier: Application) -> None:
    form.organisation_id.data = str(earlier.organisation_id or "")
    form.organisation_name.data = earlier.organisation_name
    form.mail.data, form.phone.data = earlier.mail, earlier.phone
    form.heard_via.data = str(earlier.heard_via_id or "")


def _input_page(event: Event, form: ApplyForm, problem: str, status: int) -> ResponseReturnValue:
    return render_template("registration/apply.html", event=event, form=form, problem=problem), status


@bp.post("/e/<slug>/apply")
@public
@limited("apply", limit=240, minutes=15)
def check(slug: str) -> ResponseReturnValue:
    """Step 1 → 2: what was typed is checked and shown; 「修正する」 comes back here with `edit`."""
    event = _event_or_404(slug)
    form = ApplyForm().for_event(event)
    if "edit" in request.args:
        return _input_page(event, form, "", 200)
    if not form.validate():
        return _input_page(event, form, "", 422)
    return render_template(
        "registration/confirm.html",
        event=event,
        form=form,
        shown=_as_stored(form),
        mail_is_unusual=bool(UNUSUAL_MAIL.search(names.mail(form.mail.data))),
    )


def _as_stored(form: ApplyForm) -> dict[str, str]:
    """What the confirm page shows: everything as it will be stored."""
    return {
        "group": dict(form.group.choices)[form.group.data],
        "profession": dict(form.profession.choices)[form.profession.data],
        "kana": f"{names.kana(form.family_kana.data)} {names.kana(form.given_kana.data)}".strip(),
        "mail": names.mail(form.mail.data),
        "phone": names.phone(form.phone.data),
        "licence_number": names.number(form.licence_number.data),
        "heard_via": dict(form.heard_via.choices).get(form.heard_via.data, ""),
    }


@bp.post("/e/<slug>/apply/send")
@public
@limited("apply", limit=240, minutes=15)
def send(slug: str) -> ResponseReturnValue:
    """Step 2 → 3: store the application; the same key again leads to the same receipt."""
    event = _event_or_404(slug)
    form = ApplyForm().for_event(event)
    if not form.validate():
        return _input_page(event, form, "", 422)
    try:
        application = submit_application(
            event_id=event.id,
            statement=form.statement(),
            channel=Channel.WEB,
            idempotency_key=form.idempotency_key.data[:40],
        )
    except Refused as refused:
        db.session.rollback()
        return _refused_page(slug, refused)
    return redirect(url_for("guest.receipt", secret=application_secret(application)))


def _refused_page(slug: str, refused: Refused) -> ResponseReturnValue:
    event = _event_or_404(slug)
    form = ApplyForm().for_event(event)
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
@public
@limited("links", limit=10, minutes=15)
def send_my_links() -> ResponseReturnValue:
    """Always the same answer, whether the address is known or not; at most three mails an hour to one address."""
    form = LinksForm()
    if not form.validate():
        return render_template("registration/links.html", form=form), 422
    address = names.mail(form.mail.data)
    if not current_app.config["TSUDOI"].rate_limits or limits.count(
        "links_mail", address, limit=3, minutes=60
    ):
        send_links(mail=address)
    return redirect(url_for("registration.links_sent"))


@bp.get("/links/sent")
@public
def links_sent() -> ResponseReturnValue:
    return render_template("registration/links_sent.html")
