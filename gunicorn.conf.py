"""gunicorn reads this by itself: load the application once, share its memory among the workers."""

import gc
from typing import Any

preload_app = True


def pre_fork(_server: Any, _worker: Any) -> None:
    """What the master loaded is never collected: without this the first collection in each worker would touch, and so
    copy, every page that it shares."""
    gc.collect()
    gc.freeze()
