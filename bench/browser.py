"""A small browser without JavaScript: pages, forms with their CSRF token, cookies. For the rehearsal."""

from __future__ import annotations

import html
import http.client
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.pages import Page

HIDDEN = re.compile(
    r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"|<input[^>]*value="([^"]+)"[^>]*name="csrf_token"'
)


class Refused(RuntimeError):
    """The server answered with another status than the step needs; the message holds the page's words."""


class Browser:
    """One visitor. Redirects are followed; `page` is the last page's text, `path` its address."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.page = ""
        self.path = ""
        self.content = b""
        self.patience_seconds = 60.0

    def get(self, path: str) -> str:
        """Fetch a page (a path, or a whole address of our own site)."""
        return self._travel("GET", _local(path), None)

    def post(self, path: str, fields: dict[str, str] | None = None) -> str:
        """Send a form with the CSRF token of the last page."""
        found = HIDDEN.search(self.page)
        if found is None:
            raise Refused(f"no form on {self.path}")
        token = found[1] or found[2]
        return self._travel("POST", _local(path), {"csrf_token": token, **(fields or {})})

    def press(self, button: str, **values: Any) -> str:
        """Fill in the form of the last page that has this button, all else as it stands there, and press it."""
        form = Page(self, self.path, 200, self.page).form(button=button)  # type: ignore[arg-type]
        form.fill(**values).submit(button)
        return self.page

    def send_form(self, path: str, data: dict[str, Any], *, status: int = 200) -> str:
        """What a filled-in form calls to send itself; other answers than `status` 200 raise Refused anyway."""
        assert status == 200
        return self._travel("POST", _local(path), data)

    def _travel(self, method: str, path: str, fields: dict[str, Any] | None) -> str:
        for _ in range(6):
            status, location = self._send(method, path, fields)
            if status not in (301, 302, 303, 307):
                break
            method, path, fields = "GET", _local(location), None
        if status != 200:
            raise Refused(f"{method} {path}: {status} {_words(self.page)[:600]}")
        self.path = path
        return self.page

    def _send(self, method: str, path: str, fields: dict[str, Any] | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience_seconds)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        self.content = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        self.page = self.content.decode("utf-8", "replace")
        connection.close()
        return answer.status, answer.getheader("Location") or ""


def _local(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _words(page: str) -> str:
    main = re.search(r"<main.*?</main>", page, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0] if main else page)).split())
