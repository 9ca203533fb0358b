"""A throw-away PostgreSQL server for one run of the tests (also for bench and rehearsal).

It lives in a temporary folder on a free port of the loopback address and dies with the process that started it (the
kernel sends it SIGINT when that process ends in whatever way). For tests it gives up durability for speed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

PATIENCE_SECONDS = 60.0
IN_MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 * 1024**3
UNPRIVILEGED = ("postgres", "nobody")
PREFIX = "tsudoi-postgresql-"
"""Of the server's folder; the process that made it follows."""
PR_SET_PDEATHSIG = 1

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "250",
    "shared_buffers": "256MB",
    "jit": "off",
}
# Nothing in the tests outlives a crash, and nothing has to.
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}


class NoPostgres(Exception):
    """The server's programs are missing, or it did not start; the message says which."""


def binaries() -> Path:
    """The folder of initdb and postgres. Raises NoPostgres."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if not versions:
        raise NoPostgres(
            "initdb is missing: install the Debian package postgresql (make test does it as root)"
        )
    return Path(max(versions, key=lambda path: int(path.split("/")[4]))).parent


@dataclass(frozen=True)
class Cluster:
    """A running server. Its only user is `postgres`, let in without a password on the loopback address."""

    port: int

    def url(self, database: str) -> str:
        """The address of a database as SQLAlchemy wants it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def create_database(self, name: str, template: str = "template1") -> None:
        """A new database; a copy of `template`, which nobody may be connected to."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


class Server:
    """A server's process over its data, on one port: it may be stopped and started again."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self._folder = folder
        self._options = options
        self._owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        _initialise(binaries(), folder / "data", self._owner)
        self.cluster = Cluster(free_port())

    def start(self) -> None:
        """Until it answers. Raises NoPostgres."""
        log = self._folder / "server.log"
        self._process = _launch(
            binaries(), self._folder / "data", self.cluster.port, self._options, log, self._owner
        )
        _wait_until_ready(self._process, self.cluster, log)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Until it has ended: at once with SIGQUIT, with SIGINT after saving everything. Whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None


@contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a server, stop it and remove its folder at the end. Raises NoPostgres.

    durable: on disk with the server's own defaults, as in production; for measuring.
    """
    with _served(OPTIONS if durable else OPTIONS | FORGETFUL, on_disk=durable) as server:
        yield server.cluster


@contextmanager
def stoppable() -> Iterator[Server]:
    """A server that a test stops and starts again: what it has committed is there then, however it ended."""
    with _served(OPTIONS | FORGETFUL | {"synchronous_commit": "on"}, on_disk=False) as server:
        yield server


@contextmanager
def _served(options: dict[str, str], *, on_disk: bool) -> Iterator[Server]:
    place = Path(tempfile.gettempdir()) if on_disk else _place()
    _remove_orphans(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    server: Server | None = None
    try:
        server = Server(folder, options)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_orphans(place: Path) -> None:
    """Folders of runs that were killed before they could remove them; in memory they would add up."""
    for folder in place.glob(f"{PREFIX}*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    """Memory where there is enough of it: copying a database takes 20 ms there and 300 ms on a slow disk."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM_NEEDED:
        return IN_MEMORY
    return Path(tempfile.gettempdir())


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as; None = ourselves. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(
        f"none of the users {', '.join(UNPRIVILEGED)} exists, and PostgreSQL refuses to run as root"
    )


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _initialise(programs: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        [
            *(programs / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
        ],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **_as(owner),
    )
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _launch(
    programs: Path,
    data: Path,
    port: int,
    options: dict[str, str],
    log: Path,
    owner: pwd.struct_passwd | None,
) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(ctypes.util.find_library("c"))

    def die_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    set_options = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), *set_options],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
            preexec_fn=die_with_parent,
            **_as(owner),
        )


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: Cluster, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            cluster.connect().close()
            return
        except psycopg.OperationalError as refused:
            if server.poll() is not None or time.monotonic() > give_up:
                raise NoPostgres(f"the server did not start: {log.read_text()[-2000:]}") from refused
            time.sleep(0.05)
