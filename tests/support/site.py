"""The product served over HTTP inside the test process, so that the test's clock and database are the server's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from config import Settings
from tests.support.hands import Outbox, Unit, unit_for
from tests.support.postgres import free_port
from tests.support.remembering import share_compiled_sql
from trainings import create_app
from trainings.core.db import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Site:
    """A running server. `url` has no slash at its end."""

    url: str
    app: Flask
    unit: Unit
    outbox: Outbox

    def at(self, path: str) -> str:
        return self.url + path


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Requests are not worth a line; a broken one fails the test by its status."""


def _closing(app: WSGIApplication) -> WSGIApplication:
    """The application, with every body closed whatever becomes of the connection.

    A browser that leaves in the middle of a file resets the connection; the development server then fails before
    it closes the body, and the open file would be found later, in another test.
    """

    def closed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)

        def pieces() -> Iterator[bytes]:
            try:
                yield from body
            finally:
                if hasattr(body, "close"):
                    body.close()

        return pieces()

    return closed


@contextmanager
def served(database_url: str, instance: Path, **overrides: Any) -> Iterator[Site]:
    """Serve on a free port of the loopback address, several requests at once, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    values = {"database_url": database_url, "instance_dir": str(instance), "public_url": url} | overrides
    app = create_app(Settings.for_tests(**values))
    share_compiled_sql(app)
    server = make_server("127.0.0.1", port, _closing(app.wsgi_app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    unit = unit_for(app)
    try:
        yield Site(url, app, unit, Outbox(unit))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()
