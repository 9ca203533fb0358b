"""Acts that cannot be taken back ask first: one page says whom it touches, what is mailed and what is lost, and the button
on it does it.

A view marked with `asks_first` cannot write until that button was pressed; the database refuses. It answers meanwhile
with `ask`, or refuses what is wrong in what was typed. `asked_on` names a page that says all this already and sends SURE
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.core import db
from trainings.core.requests.late_forms import AGAIN, typed_fields

SURE = "sure"
"""Hidden field of the page that asks."""

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Question:
    """title: what is going to happen, as the heading. says: whom it touches, what is mailed, what is lost, a sentence each.
    button: the act in words. back: the address of the page before, and its words."""

    title: str
    says: Sequence[str]
    button: str
    back: tuple[str, str]


def init_app(app: Flask) -> None:
    """Let no marked view write before it has asked."""
    app.before_request(_only_read_unasked)


def asks_first(view: View) -> View:
    """Mark a view that does something that cannot be taken back."""
    view.asks_first = True  # type: ignore[attr-defined]
    return view


def asked_on(page: str) -> Callable[[View], View]:
    """Mark a view that does something that cannot be taken back, about which a page of its own asks. page: its endpoint,
    with the same address's parts; whoever comes from elsewhere is led there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs) if is_sure() else redirect(url_for(page, **kwargs))

        return asks_first(asked)  # type: ignore[return-value]

    return decorate


def is_sure() -> bool:
    """Whether the page that asks has been shown and its button pressed."""
    return bool(request.form.get(SURE))


def ask(question: Question) -> ResponseReturnValue:
    """The page that asks; it holds all that was typed."""
    typed = typed_fields(leave_out=(AGAIN, SURE))
    return render_template("errors/sure.html", question=question, typed=typed, sure=SURE)


def _only_read_unasked() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method == "POST" and getattr(view, "asks_first", False) and not is_sure():
        db.only_read()
