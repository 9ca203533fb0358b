"""What the desk's page consists of, for its service worker: the page, its scripts, styles and the reader of QR codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

PARTS = (
    "css/*.css",
    "icons/*",
    "js/focus_errors.js",
    "js/sha256.js",
    "js/door/*.js",
    "vendor/tokens.css",
    "vendor/zxing/**/*",
)
WORKER = "js/door/sw.js"
LENGTH_OF_VERSION = 12


def worker_script(static_dir: Path, *, page: str, addresses: Sequence[str]) -> str:
    """The service worker with its version and its list of files written above it.

    page: the page itself as HTML. addresses: the page's own, and others to be kept that are no static files. The version
    changes with any of the files or the page; a browser then fetches all of them anew.
    """
    files = _files(static_dir)
    digest = hashlib.sha256(page.encode())
    for name in files:
        digest.update(_fingerprint(static_dir / name, (static_dir / name).stat().st_mtime_ns))
    listed = json.dumps([*addresses, *(f"/static/{name}" for name in files)], indent=2)
    version = digest.hexdigest()[:LENGTH_OF_VERSION]
    return f'const VERSION = "{version}";\nconst FILES = {listed};\n\n' + (static_dir / WORKER).read_text(
        "utf-8"
    )


def _files(static_dir: Path) -> list[str]:
    found = {path for part in PARTS for path in static_dir.glob(part) if path.is_file()}
    return sorted(str(path.relative_to(static_dir)) for path in found if path != static_dir / WORKER)


@cache
def _fingerprint(path: Path, _changed_at: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
