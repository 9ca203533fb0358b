"""How much one request may bring, looked at before any of it is read: the length of the address, the bytes of the body and
the number of its fields. What one field may hold is in `fields`, what a workbook may unpack to in `sheets`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, request

View = TypeVar("View", bound=Callable[..., object])

KB = 1000
FORM = 200 * KB
"""A body without files, unless its view says otherwise."""
MOST_FIELDS = 2000
LONGEST_ADDRESS = 8 * KB


def init_app(app: Flask) -> None:
    """Look before any other hook does: the check of the token reads the whole form."""
    app.before_request(_look)


def takes(*, kilobytes: int, fields: int = MOST_FIELDS) -> Callable[[View], View]:
    """Mark a view whose form grows with an event or holds long answers."""

    def decorate(view: View) -> View:
        view.takes_bytes = kilobytes * KB  # type: ignore[attr-defined]
        view.takes_fields = fields  # type: ignore[attr-defined]
        return view

    return decorate


def takes_file(view: View) -> View:
    """Mark a view that takes a file, as large as the settings allow; its other fields stay small."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def _look() -> None:
    if len(request.query_string) + len(request.path) > LONGEST_ADDRESS:
        abort(414)
    view = current_app.view_functions.get(request.endpoint or "")
    text: int = getattr(view, "takes_bytes", FORM)
    if getattr(view, "takes_file", False) and request.mimetype == "multipart/form-data":
        request.max_content_length = current_app.config["MAX_CONTENT_LENGTH"]
    else:
        request.max_content_length = text
    request.max_form_memory_size = text
    most: int = getattr(view, "takes_fields", MOST_FIELDS)
    request.max_form_parts = most
    if request.content_length is not None and request.content_length > request.max_content_length:
        abort(413)
    if sum(map(len, request.form.listvalues())) > most:
        abort(413)
