"""Real servers on the loopback address, each with three sync workers, started and stopped by us."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 3
PRODUCT = "wsgi:app"


@dataclass(frozen=True)
class Server:
    """port: where it listens. pid: gunicorn's master; its workers are its children."""

    port: int
    pid: int

    def pss_mib(self) -> float:
        """Proportional set size of master and workers in MiB, from the kernel."""
        return sum(_pss_kib(pid) for pid in [self.pid, *_children(self.pid)]) / 1024


@contextmanager
def serving(
    module: str, environment: dict[str, str], workers: int = WORKERS, timeout_seconds: int = 120
) -> Iterator[Server]:
    """gunicorn with sync workers and the application preloaded; stops at the end. timeout_seconds: so long one request may
    take before its worker is ended."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", module, "--preload", "--workers", str(workers)),
            *(
                "--bind",
                f"127.0.0.1:{port}",
                "--log-level",
                "warning",
                "--backlog",
                "2048",
                "--timeout",
                str(timeout_seconds),
            ),
            # gunicorn.conf.py warms up the product; "hello" has nothing to be warmed up.
            *(() if module == PRODUCT else ("--config", f"python:{module.partition(':')[0]}")),
        ],
        cwd=ROOT,
        env=cleared(environment),
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def flask(environment: dict[str, str], *command: str) -> str:
    """What a command of the product writes. Raises RuntimeError with its last words if it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=cleared(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(command)}: {done.stderr}")
    return done.stdout


def cleared(environment: dict[str, str]) -> dict[str, str]:
    """Our own environment with these settings of the product, and no others."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")},
        **environment,
    }


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError(f"the kernel tells no PSS of {pid}")
