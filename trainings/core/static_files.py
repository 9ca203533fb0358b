"""Static files: read once at the start, and given out under an address that changes with any of them.

`url_for("static", filename="css/base.css")` is `/static/<version>/css/base.css`. One version stands for all files together,
so modules that import one another by relative addresses, and styles that name pictures, always come from one and the same
set. What is given out is what was read at the start: files that an update puts in place meanwhile never come under the old
address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PREFIX = "/static/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
SERVED = (
    "css/*.css",
    "icons/*.png",
    "icons/*.svg",
    "js/*.js",
    "js/door/*.js",
    "vendor/tokens.css",
    "vendor/zxing/share.js",
    "vendor/zxing/zxing_reader.wasm",
    "vendor/zxing/reader/index.js",
)
"""What browsers may have; whatever else lies in the folder is for those who develop."""
INSIDE = frozenset({"js/door/sw.js"})
"""Read with the others, but given out by a page of its own."""
LENGTH_OF_VERSION = 16
OF_A_VERSION = re.compile(rf"^[0-9a-f]{{{LENGTH_OF_VERSION}}}/")


@dataclass(frozen=True)
class StaticFiles:
    """All files as they were at the start. contents: by name, such as "css/base.css"."""

    contents: Mapping[str, bytes]
    version: str

    def address(self, name: str) -> str:
        """Raises LookupError for a file that is not given out."""
        if name not in self.contents or name in INSIDE:
            raise LookupError(f"{name} is not among the static files")
        return f"{PREFIX}{self.version}/{name}"

    def given_out(self) -> list[str]:
        return sorted(self.contents.keys() - INSIDE)

    def missing(self) -> list[str]:
        """Which of others' files are not there."""
        return [name for name in SERVED if "*" not in name and name not in self.contents]


def read(folder: Path) -> StaticFiles:
    """Everything below a folder that browsers may have."""
    found = {path for part in SERVED for path in folder.glob(part) if path.is_file()}
    return _read(
        folder, tuple(sorted((path, path.stat().st_mtime_ns, path.stat().st_size) for path in found))
    )


@lru_cache(maxsize=4)
def _read(folder: Path, found: Iterable[tuple[Path, int, int]]) -> StaticFiles:
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path, _changed, _size in found}
    total = hashlib.sha256()
    for name, content in contents.items():
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return StaticFiles(contents, total.hexdigest()[:LENGTH_OF_VERSION])


def name_in(path: str) -> str:
    """The name of a file in its address, with version or without; empty for another address."""
    return OF_A_VERSION.sub("", path.removeprefix(PREFIX)) if path.startswith(PREFIX) else ""
