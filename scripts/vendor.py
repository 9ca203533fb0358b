"""Copy the browser files that npm installed into static/vendor/, which is never committed."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

FILES = {
    "@digital-go-jp/design-tokens/dist/tokens.css": "tokens.css",
    "zxing-wasm/dist/es/reader/index.js": "zxing/reader/index.js",
    "zxing-wasm/dist/es/share.js": "zxing/share.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing/zxing_reader.wasm",
}
"""Where npm put it → where the pages look for it. The reader imports ../share.js, so both keep their places."""


def main() -> None:
    """Replace static/vendor/ as a whole; a missing file stops with its name."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        found = MODULES / source
        if not found.is_file():
            raise SystemExit(f"{source} is missing: run npm ci --ignore-scripts first")
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, VENDOR / target)


if __name__ == "__main__":
    main()
