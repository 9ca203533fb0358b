"""All static checks, one after another, each with its time; the first word of trouble makes the whole fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent

NODE = shutil.which("node") or str(TOOLS / "node")

CHECKS = (
    ("ruff", ("ruff", "check", "--quiet", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("types", ("mypy", "--no-error-summary")),
    ("floors", ("lint-imports", "--no-logo")),
    ("house", ("pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_house.py")),
    ("browser files", (NODE, "node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "static/js")),
    ("templates lint", ("djlint", "--lint", "--quiet", "templates")),
    ("templates format", ("djlint", "--check", "--quiet", "templates")),
)


def main() -> int:
    failed = []
    for name, (tool, *arguments) in CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            [str(TOOLS / tool), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:<18}{verdict:<8}{time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).rstrip(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
