"""Forms whose CSRF token does not fit (no cookie, another session). Nothing is stored, nothing typed is lost.

A view marked with `keeps_typed` shows its own form again. Every other one is answered by a page that holds what was typed
and sends it again at the press of a button. A view's attribute `before_late` is asked first: its answer, if it has one,
is that of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, CSRFProtect

from trainings.core import db

View = TypeVar("View", bound=Callable[..., Any])

AGAIN = "pressed_again"
"""Hidden field of a form that is shown after its token did not fit."""

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Check the token of every posting request."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # checked below, by the same rule
    csrf.init_app(app)
    app.before_request(_check_token)
    app.context_processor(lambda: {"token_is_late": is_late(), "cookies_are_off": _cookies_are_off})


def keeps_typed(view: View) -> View:
    """Mark a view whose every write stands behind `form.validate()` of a form with a token: without a token that fits,
    the form is refused like any other wrong one (422) and shown again. The database refuses to write meanwhile."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def is_late() -> bool:
    """Whether this request's token did not fit."""
    return bool(g.get("token_is_late"))


def needs_no_token() -> None:
    """For a view that only shows a page this time."""
    g.token_is_late = False


def only_late(form: FlaskForm) -> bool:
    """Whether nothing but the token is wrong with a refused form."""
    return is_late() and set(form.errors) == {"csrf_token"}


def _check_token() -> Response | None:
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return None
    try:
        csrf.protect(apply_exemptions=True)
    except CSRFError:
        site = request.headers.get("Sec-Fetch-Site")
        if site not in (None, "same-origin"):
            raise  # another site's form: what it holds is not this person's words
        view = current_app.view_functions.get(request.endpoint or "")
        db.only_read()
        first: Response | None = getattr(view, "before_late", _nothing)()
        if first is not None:
            return first
        if getattr(view, "keeps_typed", False):
            g.token_is_late = True
            return None
        if not may_hold():
            raise
        return hold(400)
    return None


def _nothing() -> None:
    pass


def may_hold() -> bool:
    """Whether `hold` is for this request: the browser says that our own page sent it."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def hold(status: int, *, sign_in: str = "") -> Response:
    """A page with all that was typed and one button that sends it again to where it was sent. No page can hold a file: it
    names those that were chosen and asks for them once more.

    sign_in: the address of the sign-in page, for those whose session is over.
    """
    typed = typed_fields(leave_out=(AGAIN,))
    files = [
        (name, [one.filename for one in chosen if one.filename]) for name, chosen in request.files.lists()
    ]
    page = render_template("errors/again.html", typed=typed, files=files, sign_in=sign_in)
    return make_response(page, status)


def typed_fields(*, leave_out: Collection[str] = ()) -> list[tuple[str, str]]:
    """Names and values of what was sent, but for the token and those left out, for a page that holds them."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and name not in leave_out
    ]


def _cookies_are_off() -> bool:
    """Whether the token failed again right after a fresh one, and the browser brought no cookie at all."""
    return AGAIN in request.form and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
