"""One line of the log for each request, and the number by which an error page finds it."""

from __future__ import annotations

import logging
import secrets
import time

from flask import Flask, Response, current_app, g, request

from trainings.core.logs import tell

SECRET_WAYS = frozenset({"link", "device"})
"""Kinds of access by something that may be guessed: whoever is told that there is nothing may be trying."""
DEAD = frozenset({404, 410})


def init_app(app: Flask) -> None:
    """Number every request; write its line at the very end."""
    app.before_request(_begin)
    app.after_request(_end)
    app.context_processor(lambda: {"number": number()})


def number() -> str:
    """The number of the present request, eight signs."""
    if "number" not in g:
        g.number = secrets.token_hex(4)
    told: str = g.number
    return told


def _begin() -> None:
    number()
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "leaves_no_line", False) or request.endpoint == "static":
        return response
    event, level = _kind(response.status_code, getattr(getattr(view, "access", None), "kind", ""))
    if event == "request.done" and current_app.config["TSUDOI"].log_format == "text":
        return response  # nobody reads those on a terminal
    milliseconds = round(1000 * (time.perf_counter() - g.begun)) if "begun" in g else None
    words = "%s %s %s %s"
    told = (g.get("number", ""), request.method, request.endpoint, response.status_code)
    tell(event, words, *told, level=level, status=response.status_code, ms=milliseconds)
    return response


def _kind(status: int, access: str) -> tuple[str, int]:
    if status >= 500:
        return "request.failed", logging.ERROR
    if status in (401, 403) or (status in DEAD and access in SECRET_WAYS):
        return "access.refused", logging.WARNING
    return ("request.refused" if status >= 400 else "request.done"), logging.INFO
