"""gunicorn reads this by itself: load the application once, share its memory among the workers."""

import gc
import re
from typing import Any

from sqlalchemy.orm import configure_mappers

preload_app = True


def when_ready(server: Any) -> None:
    """Make in the master, once, what each worker would otherwise make for itself at its first page."""
    configure_mappers()
    app = server.app.wsgi()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    _look_at_an_event(app)


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
