"""gunicorn reads this by itself: load the application once, share its memory among the workers."""

import gc
import os
import re
import socket
import struct
import sys
from typing import Any

from gunicorn.glogging import Logger
from sqlalchemy.orm import configure_mappers

from trainings.core.logs import formatter
from trainings.core.readiness import NotReady
from trainings.desk.readiness import check_start

preload_app = True
# As long as what nginx lets through (and beyond which it says so in words): gunicorn's own word for it is English.
limit_request_line = 8190
# Addresses of ours are secrets, so an access log, where somebody switches it on, leaves them out.
access_log_format = "%(t)s %(m)s %(s)s %(B)s %(L)s"


class OurLogger(Logger):  # type: ignore[misc]
    """gunicorn writes the address of a request that broke, and the words of the fault: by our rules, like all else."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        chosen = os.environ.get(
            "TSUDOI_LOG_FORMAT", "text" if os.environ.get("TSUDOI_ENVIRONMENT") == "demo" else "json"
        )
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(chosen))


logger_class = OurLogger


def on_starting(server: Any) -> None:
    """Serve only where that can be done."""
    try:
        check_start(server.app.wsgi())
    except NotReady as reason:
        sys.exit(f"Tsudoi does not start: {reason}")


def when_ready(server: Any) -> None:
    """Make in the master, once, what each worker would otherwise make for itself at its first page."""
    configure_mappers()
    app = server.app.wsgi()
    settings = app.config["TSUDOI"]
    _stop_waiting(server, settings.read_timeout_seconds)
    if settings.environment == "production" and not settings.trusted_proxies:
        server.log.warning(
            "serving without a proxy in front: a few slow visitors can hold all threads. Put a proxy that buffers requests "
            "before it (docs/operators.md) and set TSUDOI_TRUSTED_PROXIES"
        )
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    _look_at_an_event(app)


def _stop_waiting(server: Any, seconds: float) -> None:
    """A visitor who sends a request's head or body by drops holds one thread of a few. Connections inherit this from the
    socket that they came in by; gunicorn has no setting of its own for it."""
    whole = int(seconds)
    limit = struct.pack("ll", whole, int((seconds - whole) * 1_000_000))
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


def _look_at_an_event(app: Any) -> None:
    """As a guest does: the statements of the busiest pages are compiled once for all workers. If the database is not
    there yet, the pages say so and nothing is lost but this."""
    guest = app.test_client()
    events = re.search(r'href="(/e/[^"/]+)"', guest.get("/").get_data(as_text=True))
    if events is not None:
        for page in (events[1], f"{events[1]}/apply"):
            guest.get(page)
    # A connection must not be shared with the workers that are born from this process.
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def pre_fork(_server: Any, _worker: Any) -> None:
    """What the master loaded is never collected: without this the first collection in each worker would touch, and so
    copy, every page that it shares."""
    gc.collect()
    gc.freeze()
