"""Who may reach a view. Every view carries one of these decorators; `create_app` refuses a route without one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from trainings.accounts.models import Role, Staff
from trainings.core import actor, clock
from trainings.core.db import db
from trainings.core.requests import late_forms

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """kind: who is meant. roles: for staff, any one of these is enough. secret: for links, which secret opens it."""

    kind: Literal["public", "staff", "link", "device"]
    roles: frozenset[Role] = frozenset()
    secret: str = ""


def public(view: View) -> View:
    """Anyone may."""
    view.access = Access("public")  # type: ignore[attr-defined]
    return view


def by_link(secret: str) -> Callable[[View], View]:
    """Whoever holds the secret in the address may; the view itself looks it up and answers 404 for a wrong one."""

    def decorate(view: View) -> View:
        view.access = Access("link", secret=secret)  # type: ignore[attr-defined]
        return view

    return decorate


def by_device(view: View) -> View:
    """An enrolled door device may, by its bearer token; the view itself checks it."""
    view.access = Access("device")  # type: ignore[attr-defined]
    return view


def allowed(*roles: Role) -> Callable[[View], View]:
    """Signed-in staff with any one of the roles may; guests are led to the sign-in page, others get 403.

    A system administrator manages staff and master data; she is not let into events by that alone.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            refusal = _refuse(frozenset(roles))
            return view(*args, **kwargs) if refusal is None else refusal

        checked.access = Access("staff", frozenset(roles))  # type: ignore[attr-defined]
        checked.before_late = _sign_in_first  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def _refuse(roles: frozenset[Role]) -> Response | None:
    staff = current_staff()
    if staff is None:
        if request.method == "GET":
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        return _sign_in_first() or abort(403)
    if not staff.roles & roles:
        abort(403)
    actor.set_current(actor.Actor(actor.ActorKind.STAFF, str(staff.id)))
    return None


def _sign_in_first() -> Response | None:
    """For a form whose sender is signed in no more: a page that keeps what was typed until she is."""
    if current_staff() is not None or not late_forms.may_hold():
        return None
    return late_forms.hold(403, sign_in=url_for("accounts.sign_in"))


def current_staff() -> Staff | None:
    """The signed-in staff member of this request, or None.

    Only `allowed` makes her the actor: on a guest's page she acts as the guest she plays.
    """
    if "staff" not in g:
        g.staff = _load_staff()
    staff: Staff | None = g.staff
    return staff


def signed_in() -> Staff:
    """The member of staff on whose behalf a view for staff only runs."""
    staff = current_staff()
    assert staff is not None, "the access table lets only staff in"
    return staff


def open_session(staff: Staff) -> None:
    """Sign this browser in; nothing of a session that somebody else may have begun stays (session fixation)."""
    session.clear()
    session.permanent = True
    now = clock.now()
    session["staff"] = {
        "id": str(staff.id),
        "version": staff.session_version,
        "until": (now + current_app.permanent_session_lifetime).timestamp(),
        "seen": now.timestamp(),
    }
    g.pop("staff", None)


def close_session() -> None:
    """Sign this browser out."""
    session.clear()
    g.pop("staff", None)


def _load_staff() -> Staff | None:
    known = session.get("staff")
    now = clock.now().timestamp()
    if not isinstance(known, dict) or float(known["until"]) < now:
        return None
    seen = float(known.get("seen", now))
    if now - seen > 60 * current_app.config["TSUDOI"].idle_minutes:
        return None
    staff = db.session.get(Staff, uuid.UUID(known["id"]))
    if staff is None or not staff.active or staff.session_version != known["version"]:
        return None
    if "seen" not in known or _is_somebody_there():
        session["staff"] = {**known, "seen": now}
    return staff


def _is_somebody_there() -> bool:
    """Whether a person opened this page or sent this form; a page that renews itself says nothing about that."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def may_open(endpoint: str, staff: Staff) -> bool:
    """Whether there is such a page for staff and one of her roles opens it."""
    access: Access | None = getattr(current_app.view_functions.get(endpoint), "access", None)
    return access is not None and bool(access.roles & staff.roles)


def init_app(app: Flask) -> None:
    """Ask search engines to forget every page that is not for everybody: its address may have been passed on."""
    app.after_request(_keep_out_of_search)


def _keep_out_of_search(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    access: Access | None = getattr(view, "access", None)
    if access is not None and access.kind != "public":
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def sees_drafts(staff: Staff | None) -> bool:
    """Whether somebody is shown events that are not published: who makes them, and who decides what they teach. Whoever only
    reads figures is not: a draft may hold anything."""
    return staff is not None and bool(staff.roles & {Role.PLANNER, Role.TRAINER})


def check_all_views(app: Flask) -> None:
    """Raise RuntimeError naming the first route whose view says nothing about access."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "access"):
            raise RuntimeError(f"route {rule.rule} ({rule.endpoint}) has no access rule")
