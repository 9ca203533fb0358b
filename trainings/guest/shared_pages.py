"""Pages that are the same for every guest, kept for a moment: when a flyer goes out, hundreds open the same event at once.

What is kept is bounded by time alone (`public_page_seconds`), so nothing has to remember to drop it. Whoever has a session
here (staff, or a guest on the way through a form) gets the page made anew, and so sees at once what they have changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import TypeVar

from flask import current_app, make_response, request, session
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

MOST = 200
"""Pages kept by one process; beyond that it starts again."""

_lock = Lock()


def shared_page(view: View) -> View:
    """Keep what the view answers with 200 to guests without a session."""

    @wraps(view)
    def kept(*args: object, **kwargs: object) -> ResponseReturnValue:
        seconds = current_app.config["TSUDOI"].public_page_seconds
        if not seconds or session:
            return view(*args, **kwargs)
        pages: dict[str, tuple[float, bytes]] = current_app.extensions.setdefault("shared_pages", {})
        now = time.monotonic()
        until, body = pages.get(request.path, (0.0, b""))
        if now < until:
            return make_response(body)
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:
            with _lock:
                if len(pages) >= MOST:
                    pages.clear()
                pages[request.path] = (now + seconds, response.get_data())
        return response

    return kept  # type: ignore[return-value]
