"""The product served over HTTP inside the test process, so that the test's clock and database are the server's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from config import Settings
from tests.support.hands import Outbox, Unit, unit_for
from tests.support.postgres import free_port
from trainings import create_app
from trainings.core.db import db


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


@contextmanager
def served(database_url: str, instance: Path, **overrides: Any) -> Iterator[Site]:
    """Serve on a free port of the loopback address, several requests at once, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    values = {"database_url": database_url, "instance_dir": str(instance), "public_url": url} | overrides
    app = create_app(Settings.for_tests(**values))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
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
