"""What the desk's page consists of, for its service worker: the page, its scripts, styles and the reader of QR codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fnmatch import fnmatch

from trainings.core.static_files import PREFIX, StaticFiles

STYLES = ("base", "charts", "door", "forms", "furniture", "guest", "tables")
PARTS = (
    *(f"css/{name}.css" for name in STYLES),
    "icons/icon*",
    "js/focus_errors.js",
    "js/sha256.js",
    "js/door/*.js",
    "vendor/*",
)
WORKER = "js/door/sw.js"
OF_OTHER_PAGES = ("js/door/badge.js", "js/door/enrol.js")
LENGTH_OF_VERSION = 12


def worker_script(files: StaticFiles, *, page: str, addresses: Sequence[str]) -> str:
    """The service worker with its version and its list of files written above it.

    page: the page itself as HTML. addresses: the page's own, and others to be kept that are no static files. The version
    changes with any of the files (they stand in the page under their versioned addresses) or the page; a browser then
    fetches all of them anew.
    """
    version = hashlib.sha256(page.encode()).hexdigest()[:LENGTH_OF_VERSION]
    listed = [*addresses, *(files.address(name) for name in parts(files))]
    written = {"VERSION": version, "STATIC": f"{PREFIX}{files.version}/", "FILES": listed}
    head = "".join(f"const {name} = {json.dumps(value, indent=2)};\n" for name, value in written.items())
    return f"{head}\n{files.contents[WORKER].decode()}"


def parts(files: StaticFiles) -> list[str]:
    """The names of the files that the desk's page asks for."""
    return [
        name
        for name in files.given_out()
        if name not in OF_OTHER_PAGES and any(fnmatch(name, part) for part in PARTS)
    ]
