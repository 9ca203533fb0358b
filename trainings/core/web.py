"""What every page shares: headers, dates in Japanese, mails from templates, error pages, who is acting."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from trainings.core import actor, clock, names, small_numbers, texts
from trainings.core.db import db
from trainings.core.logs import tell
from trainings.core.paper import sheets
from trainings.core.patience import was_cut_off
from trainings.core.readiness import AWAY_AFTER_SECONDS, is_away
from trainings.core.requests import in_app, late_forms, lines

ERA_BEGINNINGS = ((date(2019, 5, 1), 2018), (date(1989, 1, 8), 1988))

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
DAYS_FROM_HOURS = 48
"""From so many hours on an age is told in days."""
FOR_GOING_BACK = "private, no-cache"
DOOR_POLICY = POLICY | {"script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self'"}


def init_app(app: Flask) -> None:
    """Hooks, filters and error pages of every application."""
    settings = app.config["TSUDOI"]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    late_forms.init_app(app)
    app.before_request(_refuse_nul)
    app.before_request(_forget_actor)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, error_page)
    app.register_error_handler(CSRFError, error_page)
    app.register_error_handler(Exception, _broken)
    app.log_exception = _tell_of_broken_end  # type: ignore[method-assign,assignment]
    app.jinja_env.filters.update(
        jdate=jdate,
        jday=jday,
        jtime=jtime,
        jdatetime=jdatetime,
        wareki=wareki,
        days_left=days_left,
        jago=jago,
        jmonthday=jmonthday,
        jweekday=jweekday,
        told=small_numbers.told,
        tel=names.dialled,
        phone_link=phone_link,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(
        lambda: {
            "settings": settings,
            "now": clock.now(),
            "today": clock.today(),
            "in_app": lambda: in_app.around(request.user_agent.string),
        }
    )


def _forget_actor() -> None:
    actor.set_current(actor.Actor(actor.ActorKind.GUEST))


def _refuse_nul() -> None:
    """No address of ours holds a NUL, and PostgreSQL breaks on one."""
    if "\0" in request.path:
        abort(404)
    if any("\0" in value for values in request.args.listvalues() for value in values):
        abort(400)


def _add_headers(response: Response) -> Response:
    policy = DOOR_POLICY if g.get("door_page") else POLICY
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items())
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy",
        f"camera={'(self)' if g.get('door_page') else '()'}, microphone=(), geolocation=()",
    )
    if current_app.config["TSUDOI"].is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static" or response.status_code >= 400:
        # Pages show what belongs to one person; a shared tablet or proxy must not keep them.
        headers.setdefault("Cache-Control", FOR_GOING_BACK if g.get("is_gone_back_to") else "no-store")
    return response


def let_go_back() -> None:
    """Let this browser, and no proxy, keep the answer to a form for its Back button: without that it shows an error of its
    own there, and what was typed is gone. Asked for anew in every other way."""
    g.is_gone_back_to = True


def door_page() -> None:
    """Give this page the door's rights: camera, WebAssembly, service worker."""
    g.door_page = True


# -- errors ---------------------------------------------------------------------------------------------


KNOWN_ERRORS = (400, 403, 404, 405, 410, 413, 500)


def error_page(error: HTTPException) -> ResponseReturnValue:
    """The answer to a refusal, or to what broke after the view had answered: in the commit."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    cause = getattr(error, "original_exception", None)
    if cause is not None and is_away(cause):
        return _away(cause, is_sure=False)
    if isinstance(error, CSRFError):
        tell("form.forged", "%s: a form came without its token", lines.number(), level=logging.WARNING)
    if cause is not None and was_cut_off(cause):
        return _cut_off()
    if request.path.startswith("/api/"):
        return {"error": error.name, "code": error.code, "fault": lines.number()}, error.code
    late_forms.needs_no_token()  # an error page has no form to press again
    known = error.code if error.code in KNOWN_ERRORS else (500 if error.code >= 500 else 400)
    return render_template(f"errors/{known}.html", error=error), error.code


def _broken(error: Exception) -> ResponseReturnValue:
    if is_away(error):
        return _away(error)
    if was_cut_off(error):
        return _cut_off()
    if current_app.testing:
        raise error
    _tell_of_fault()
    if request.path.startswith("/api/"):
        return {"error": "Internal Server Error", "code": 500, "fault": lines.number()}, 500
    return render_template("errors/500.html", error=None), 500


def _tell_of_fault() -> None:
    # The endpoint, not the path: that holds secrets.
    words = (lines.number(), request.method, request.endpoint)
    tell("fault", "fault %s: %s %s failed", *words, level=logging.ERROR, fault=True)


def _tell_of_broken_end(caught: tuple[Any, ...]) -> None:
    """In the place of Flask's own line, which holds the path. What has an event of its own is told there."""
    error = caught[1]
    if error is None or not (is_away(error) or was_cut_off(error)):
        _tell_of_fault()


def _away(error: Exception, *, is_sure: bool = True) -> ResponseReturnValue:
    """The database cannot be had just now: nothing is wrong with what was asked, and it may be asked again. is_sure: it was
    lost before the commit; lost in it, nobody knows whether anything was stored."""
    said = str(getattr(error, "orig", None) or error).partition("\n")[0]
    words = "%s: the database is away: %s: %s at %s"
    told = (lines.number(), type(error).__name__, said, request.endpoint)
    tell("database.away", words, *told, level=logging.ERROR)
    late_forms.needs_no_token()
    wait = {"Retry-After": str(AWAY_AFTER_SECONDS)}
    if request.path.startswith("/api/"):
        return {"error": "Service Unavailable", "code": 503, "fault": lines.number()}, 503, wait
    return render_template("errors/503.html", error=None, is_sure=is_sure), 503, wait


def _cut_off() -> ResponseReturnValue:
    """A statement took too long and was cancelled; what it stood in was rolled back."""
    db.session.rollback()
    words = "%s: a statement took too long and was cut off: %s %s"
    tell("database.too_long", words, lines.number(), request.method, request.endpoint, level=logging.ERROR)
    late_forms.needs_no_token()
    wait = {"Retry-After": str(AWAY_AFTER_SECONDS)}
    if request.path.startswith("/api/"):
        return {"error": "Service Unavailable", "code": 503, "fault": lines.number()}, 503, wait
    return render_template("errors/too_long.html", error=None), 503, wait


# -- dates as people read them ----------------------------------------------------------------------------


def _local(value: datetime | date) -> date:
    return clock.local(value) if isinstance(value, datetime) else value


def phone_link(number: str) -> Markup:
    """A telephone number that a telephone dials when it is touched."""
    return Markup('<a class="nb" href="tel:{}">{}</a>').format(names.dialled(number), number)


def jdate(value: datetime | date) -> str:
    """A date with year and weekday: 2027 / 2 / 14 (Sun) in the words of the screen's language."""
    day = _local(value)
    return texts.DATE.format(year=day.year, month=day.month, day=day.day) + _weekday(day)


def about(title: str) -> sheets.About:
    """What a workbook says of itself: its title and the city that made it."""
    return sheets.About(title, current_app.config["TSUDOI"].city_name)


def jday(value: datetime | date) -> str:
    """A date with weekday, without the year."""
    day = _local(value)
    return texts.DAY.format(month=day.month, day=day.day) + _weekday(day)


def _weekday(day: date) -> str:
    return texts.WEEKDAY.format(weekday=texts.WEEKDAYS[day.weekday()])


def jmonthday(value: datetime | date) -> str:
    """A date without year and weekday, as large figures on a page."""
    day = _local(value)
    return texts.DAY.format(month=day.month, day=day.day)


def jweekday(value: datetime | date) -> str:
    """The weekday as a word."""
    return texts.WEEKDAY_NAME.format(weekday=texts.WEEKDAYS[_local(value).weekday()])


def jtime(value: datetime) -> str:
    """13:30"""
    return f"{clock.local(value):%H:%M}".removeprefix("0")


def jdatetime(value: datetime) -> str:
    """Date, weekday and time; the year only when it is not this calendar year."""
    day = clock.local(value)
    return (jday(value) if day.year == clock.today().year else jdate(value)) + jtime(value)


def wareki(value: datetime | date) -> str:
    """A date by Japanese era, as certificates show it; western years before 1989."""
    day = _local(value)
    plain = date(day.year, day.month, day.day)
    rest = texts.DAY.format(month=plain.month, day=plain.day)
    for era, (begins, offset) in zip(texts.ERAS, ERA_BEGINNINGS, strict=True):
        if plain >= begins:
            year = plain.year - offset
            return texts.ERA_YEAR.format(era=era, year=texts.FIRST_YEAR if year == 1 else year) + rest
    return texts.ERA_YEAR.format(era=texts.WESTERN, year=plain.year) + rest


def days_left(value: datetime | date) -> int:
    """Whole local days from today until a date; negative when it has passed."""
    day = _local(value)
    return (date(day.year, day.month, day.day) - clock.today()).days


def jago(value: datetime) -> str:
    """How long ago an instant was, in whole hours, from two days on in days."""
    hours = max(0, int((clock.now() - value).total_seconds()) // 3600)
    if hours == 0:
        return texts.JUST_NOW
    return (
        texts.HOURS_AGO.format(hours=hours)
        if hours < DAYS_FROM_HOURS
        else texts.DAYS_AGO.format(days=hours // 24)
    )


# -- mails and downloads ------------------------------------------------------------------------------------


def render_mail(template: str, **context: Any) -> tuple[str, str]:
    """Subject and body of a mail template: its first line is the subject, the rest after a blank line the body."""
    text = render_template(template, **context)
    subject, _, body = text.lstrip().partition("\n")
    return names.as_typed(subject), body.strip() + "\n"


def download(content: bytes, name: str, mime: str) -> Response:
    """A file offered for saving under a Japanese name. mime: bare; a text is in UTF-8, and the header says so once."""
    response = Response(content, mimetype=mime)
    response.headers["Content-Disposition"] = sheets.disposition(name)
    return response


def beside_requests(app: Flask) -> RequestContext:
    """The context of the worker and of commands: `url_for` gives the same paths as in a request, so that mails written
    there carry the same links. `with beside_requests(app): …`"""
    return app.test_request_context(base_url=app.config["TSUDOI"].public_url)


def blueprint(name: str) -> Blueprint:
    """A feature's blueprint; templates and static files stay at the top level."""
    return Blueprint(name, f"trainings.{name}")
