"""Pages of accounts: signing in and out, and the settings with the list of staff."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from flask import abort, flash, has_request_context, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.local import LocalProxy

from trainings.accounts import actions, queries, texts
from trainings.accounts.access import allowed, by_link, close_session, current_staff, open_session, public
from trainings.accounts.forms import PressForm, SignInForm, StaffForm
from trainings.accounts.models import Role, Staff
from trainings.accounts.navigation import first_page, nav_items
from trainings.accounts.refusals import AccountRefusal
from trainings.core.jobs import BACKUP, noted
from trainings.core.logs import tell
from trainings.core.refusal import Refused
from trainings.core.requests.limits import limited
from trainings.core.web import blueprint

bp = blueprint("accounts")

LONGEST_NEXT_PATH = 300


@bp.app_context_processor
def _who_is_here() -> dict[str, Any]:
    """`staff`: the signed-in member, or nothing. `nav_items`: (label, address, key). Both are worked out only where they
    are used: the page that says that something is broken must not ask a broken database who is here."""
    if not has_request_context():
        return {"staff": None, "nav_items": []}
    return {"staff": LocalProxy(current_staff), "nav_items": LocalProxy(nav_items)}


# -- in and out -------------------------------------------------------------------------------------------


@bp.get("/staff/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if current_staff() is not None:
        return render_template("accounts/signed_in.html", items=nav_items())
    form = SignInForm(formdata=None, next=own_path(request.args.get("next", "")))
    return render_template("accounts/sign_in.html", form=form)


@bp.post("/staff/sign-in")
@public
@limited("sign_in", limit=20, minutes=15)
def send_link() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    actions.ask_for_link(mail=form.mail.data or "", next_path=own_path(form.next.data or ""))
    return redirect(url_for("accounts.link_sent"), 303)


@bp.get("/staff/sign-in/sent")
@public
def link_sent() -> ResponseReturnValue:
    return render_template("accounts/link_sent.html", minutes=actions.LINK_MINUTES)


@bp.get("/staff/sign-in/<secret>")
@by_link("sign_in")
def open_link(secret: str) -> ResponseReturnValue:
    link = queries.link_by_secret(secret)
    if link is None:
        return _dead_link(secret)
    return render_template("accounts/open_link.html", link=link, form=PressForm())


@bp.post("/staff/sign-in/<secret>")
@by_link("sign_in")
def use_link(secret: str) -> ResponseReturnValue:
    try:
        link = actions.sign_in(secret=secret)
    except Refused:
        return _dead_link(secret)
    open_session(link.staff)
    return redirect(link.next_path or first_page(), 303)


def _dead_link(secret: str) -> ResponseReturnValue:
    why = queries.why_dead(secret)
    tell("sign_in.refused", "a sign-in link opened nothing: %s", why, level=logging.WARNING, why=why)
    return render_template("accounts/dead_link.html", minutes=actions.LINK_MINUTES), 410


@bp.post("/staff/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    staff = current_staff()
    if staff is not None:
        actions.sign_out(staff=staff)
    close_session()
    flash(texts.SIGNED_OUT)
    return redirect(url_for("accounts.sign_in"), 303)


def own_path(given: str) -> str:
    """A path of this site that may be opened after signing in; empty for anything else."""
    is_own = given.startswith("/") and not given.startswith("//")
    is_plain = given.isprintable() and "\\" not in given and len(given) <= LONGEST_NEXT_PATH
    return given if is_own and is_plain else ""


# -- settings ---------------------------------------------------------------------------------------------


@bp.get("/staff/settings")
@allowed(Role.ADMIN)
def settings() -> ResponseReturnValue:
    return render_template(
        "accounts/settings.html",
        active=queries.page_of_staff(active=True),
        former=queries.page_of_staff(active=False),
        roles=texts.ROLES,
        backup_at=noted(BACKUP),
    )


@bp.route("/staff/settings/staff/new", methods=["GET", "POST"])
@allowed(Role.ADMIN)
def add_staff() -> ResponseReturnValue:
    form = StaffForm()
    if request.method == "GET":
        return render_template("accounts/staff_form.html", form=form, member=None)
    if form.validate():
        try:
            member = actions.add_staff(**_typed(form))
        except Refused as refused:
            _explain(form, refused)
        else:
            flash(texts.ADDED.format(name=member.name))
            return redirect(url_for("accounts.settings"), 303)
    return render_template("accounts/staff_form.html", form=form, member=None), 422


@bp.route("/staff/settings/staff/<uuid:staff_id>", methods=["GET", "POST"])
@allowed(Role.ADMIN)
def change_staff(staff_id: uuid.UUID) -> ResponseReturnValue:
    member = queries.staff_by_id(staff_id) or abort(404)
    if request.method == "GET":
        return _change_page(StaffForm.showing(member), member)
    form = StaffForm().of(member)
    if form.validate_against(lambda: StaffForm.showing(actions.locked_staff(staff_id))):
        try:
            actions.change_staff(staff_id=staff_id, by=current_staff(), **_typed(form))
        except Refused as refused:
            _explain(form, refused)
        else:
            flash(texts.CHANGED.format(name=member.name))
            return redirect(url_for("accounts.settings"), 303)
    clash = form.clash_page(back=url_for("accounts.change_staff", staff_id=staff_id))
    return clash or _change_page(form, member, status=422)


def _change_page(
    form: StaffForm, member: Staff, *, status: int = 200, refusal: str = ""
) -> ResponseReturnValue:
    return render_template("accounts/staff_form.html", form=form, member=member, refusal=refusal), status


@bp.post("/staff/settings/staff/<uuid:staff_id>/deactivate")
@allowed(Role.ADMIN)
def deactivate_staff(staff_id: uuid.UUID) -> ResponseReturnValue:
    member = queries.staff_by_id(staff_id) or abort(404)
    try:
        actions.deactivate_staff(staff_id=staff_id, by=current_staff())
    except Refused as refused:
        refusal = refused.sentence(texts.REFUSALS)
        return _change_page(StaffForm.showing(member), member, status=422, refusal=refusal)
    flash(texts.DEACTIVATED.format(name=member.name))
    return redirect(url_for("accounts.settings"), 303)


@bp.post("/staff/settings/staff/<uuid:staff_id>/reactivate")
@allowed(Role.ADMIN)
def reactivate_staff(staff_id: uuid.UUID) -> ResponseReturnValue:
    member = queries.staff_by_id(staff_id) or abort(404)
    actions.reactivate_staff(staff_id=staff_id)
    flash(texts.REACTIVATED.format(name=member.name))
    return redirect(url_for("accounts.settings"), 303)


def _typed(form: StaffForm) -> dict[str, Any]:
    return {
        "mail": form.mail.data,
        "name": form.name.data,
        "department": form.department.data,
        "roles": form.chosen_roles(),
    }


def _explain(form: StaffForm, refused: Refused) -> None:
    """Put a refusal beside the field that it is about."""
    field = form.mail if refused.code == AccountRefusal.MAIL_TAKEN else form.roles
    field.errors = [*field.errors, refused.sentence(texts.REFUSALS)]
