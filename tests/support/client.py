"""The client of all integration tests: a browser without JavaScript that inspects every page it fetches."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, Response, request
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from tests.support.inspector import header_problems, page_problems
from tests.support.markup import Markup
from tests.support.pages import Page
from tests.support.printed_sheets import printing_problems
from trainings.core.db import READING_METHODS, db
from trainings.core.paper.sheets import XLSX

MOST_REDIRECTS = 5


class Client:
    """Fetches pages of one application and keeps its cookies, like one browser.

    Every answer is inspected: headers, the whole page if it is one, and that no database connection stays in use.
    The HTTP status must be the one that the test names (200 unless said), after following redirects.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.raw = app.test_client()
        """Flask's own client with the same cookies, for what no browser would do."""

    # -- pages ------------------------------------------------------------------------------------

    def get(self, path: str, *, status: int = 200) -> Page:
        return self._page(*self._travel("GET", path), status)

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, status: int = 200) -> Page:
        """Post without a form on a page before it, with a valid CSRF token."""
        return self.send_form(path, {"csrf_token": self.csrf_token(), **(data or {})}, status=status)

    def send_form(self, path: str, data: Mapping[str, Any], *, status: int = 200) -> Page:
        """Post exactly this data; `Form.submit` comes through here."""
        return self._page(*self._travel("POST", path, data=data), status)

    # -- everything else --------------------------------------------------------------------------

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        """One request, no redirect followed, any status; its headers are inspected, and it itself if a page."""
        with _no_connection_kept(self.app):
            answer = self.raw.open(path, method=method, **options)
        is_redirect = 300 <= answer.status_code < 400
        is_page = answer.mimetype == "text/html" and not is_redirect
        # The steps of applying, which the Back button leads to, unless the request was refused before it came to them.
        steps = method == "POST" and re.fullmatch(r"/e/[^/]+/apply(/send)?", path.partition("?")[0])
        may_go_back = bool(steps) and answer.status_code not in (400, 429)
        problems = header_problems(dict(answer.headers), is_page=is_page, may_go_back=may_go_back)
        if is_page and method != "HEAD":
            problems += page_problems(answer.get_data(as_text=True), answer.status_code)
        if answer.mimetype == XLSX:
            problems += printing_problems(answer.data)
        assert not problems, _report(method, path, answer.status_code, problems)
        return answer

    def download(self, path: str, *, status: int = 200) -> TestResponse:
        """A file: workbook, PDF, calendar, picture."""
        answer = self.open("GET", path)
        assert answer.status_code == status, _surprise("GET", path, answer, status)
        assert answer.mimetype != "text/html", f"{path} is a page, not a file"
        return answer

    def api(
        self, method: str, path: str, body: Any = None, *, bearer: str = "", status: int = 200
    ) -> dict[str, Any]:
        """One call of the device API, JSON both ways."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer = self.open(method, path, json=body, headers=headers)
        assert answer.status_code == status, _surprise(method, path, answer, status)
        found: dict[str, Any] = answer.get_json()
        return found

    def csrf_token(self) -> str:
        """A token that fits this client's session, as a page would carry it."""
        with self.raw.session_transaction() as session:
            seed = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(seed))

    # -- inside -----------------------------------------------------------------------------------

    def _travel(self, method: str, path: str, **options: Any) -> tuple[str, TestResponse]:
        for _ in range(MOST_REDIRECTS):
            answer = self.open(method, path, **options)
            if answer.status_code not in (301, 302, 303, 307, 308):
                return path, answer
            assert answer.status_code < 307, f"{path} answers {answer.status_code}, which posts again"
            target = urlsplit(urljoin(path, answer.headers["Location"]))
            assert target.netloc in ("", "localhost"), f"{path} leads to another host: {target.netloc}"
            method, options = "GET", {}
            path = target.path + (f"?{target.query}" if target.query else "")
        raise AssertionError(f"more than {MOST_REDIRECTS} redirects, last to {path}")

    def _page(self, path: str, answer: TestResponse, status: int) -> Page:
        assert answer.status_code == status, _surprise(answer.request.method, path, answer, status)
        assert answer.mimetype == "text/html", f"{path} is {answer.mimetype}, no page"
        return Page(self, path, answer.status_code, answer.get_data(as_text=True))


def _report(method: str, path: str, status: int, problems: list[str]) -> str:
    return "\n  ".join([f"{method} {path} ({status}) does not pass the inspection:", *problems])


def _surprise(method: str, path: str, answer: TestResponse, status: int) -> str:
    readable = str(answer.mimetype).startswith(("text/", "application/json"))
    shown = answer.get_data(as_text=True) if readable else ""
    if answer.mimetype == "text/html":
        shown = Markup(shown).one("body").text
    return f"{method} {path} answered {answer.status_code}, not {status}:\n{shown[:3000]}"


# -- sessions ---------------------------------------------------------------------------------------------


class UnsavedChange(AssertionError):
    """A reading request changed an object; the end of the request silently threw it away."""


def watch_sessions(app: Flask) -> None:
    """Make every reading request of this application fail that leaves something new or changed in the session."""

    def refuse_unsaved(response: Response) -> Response:
        if request.method in READING_METHODS:
            session = db.session()
            touched = [*session.new, *session.deleted]
            touched += [changed for changed in session.dirty if inspect(changed).modified]
            if touched:
                raise UnsavedChange(f"{request.method} {request.path} left in the session: {touched}")
        return response

    app.after_request(refuse_unsaved)


@contextmanager
def _no_connection_kept(app: Flask) -> Iterator[None]:
    with app.app_context():
        pool: Any = db.engine.pool
    before = pool.checkedout()
    yield
    kept = pool.checkedout() - before
    assert kept == 0, f"the request kept {kept} database connections"
