"""gunicorn reads this by itself: load the application once, share its memory among the workers."""

import gc
from typing import Any

from sqlalchemy.orm import configure_mappers

preload_app = True


def when_ready(server: Any) -> None:
    """Make in the master, once, what each worker would otherwise make for itself at its first page."""
    configure_mappers()
    templates = server.app.wsgi().jinja_env
    for name in templates.list_templates():
        templates.get_template(name)


def pre_fork(_server: Any, _worker: Any) -> None:
    """What the master loaded is never collected: without this the first collection in each worker would touch, and so
    copy, every page that it shares."""
    gc.collect()
    gc.freeze()
