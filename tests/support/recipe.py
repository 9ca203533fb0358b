"""The operator's recipe carried out below a folder, and what it set up started: the shipped nginx before the shipped gunicorn."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path

from tests.support.postgres import Cluster, free_port

NAME = "tsudoi.example.jp"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Machine:
    """A folder that stands for a server's root, and the ports there."""

    root: Path
    program: Path
    database: str
    cluster: Cluster
    http: int
    https: int
    app: int

    def carry_out(self, command: str, *, code: int = 0) -> str:
        """One line of the operator's page, in the program's folder; what it said."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("TSUDOI_", "PG"))}
        done = subprocess.run(
            shlex.split(command),
            cwd=self.program,
            env=plain
            | {
                "ROOT": str(self.root),
                "DATABASE": self.database,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.cluster.port),
                "PGUSER": "postgres",
                "HTTP_PORT": str(self.http),
                "HTTPS_PORT": str(self.https),
                "APP_PORT": str(self.app),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr if code else done.stdout

    def file(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def settings(self, *files: str) -> dict[str, str]:
        """What systemd reads from these files."""
        lines = [line for file in files for line in self.file(file).splitlines()]
        pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
        return {name: shlex.split(value)[0] for name, value in pairs}

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        tls: bool = True,
        port: int | None = None,
    ) -> Answer:
        """One request, written as it is given, by a visitor who trusts the certificate that the recipe made; status 0 when the
        connection was closed without an answer."""
        given = {"Host": NAME, "Connection": "close", **(headers or {})}
        if method == "POST":
            given.setdefault("Content-Length", str(len(body)))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{one}: {value}\r\n" for one, value in given.items()
        )
        with socket.create_connection(
            ("127.0.0.1", port or (self.https if tls else self.http)), PATIENCE_SECONDS
        ) as line:
            wire = self.trusting().wrap_socket(line, server_hostname=NAME) if tls else line
            response = HTTPResponse(wire, method=method)
            try:
                with suppress(OSError):  # refused before all of it was sent
                    wire.sendall(head.encode() + b"\r\n" + body)
                response.begin()
                return Answer(response.status, response.headers, response.read())
            except OSError:
                return Answer(0, Message(), b"")
            finally:
                response.close()
                wire.close()

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.root / "etc/tsudoi/tls/certificate.pem"))

    def logs(self) -> str:
        """Everything that nginx and gunicorn wrote about requests."""
        return "\n".join(path.read_text() for path in sorted((self.root / "var/log").rglob("*.log")))

    @contextmanager
    def gunicorn(self) -> Iterator[None]:
        """The program as the unit starts it."""
        (command,) = re.findall(
            r"^ExecStart=(.+)$", self.file("etc/systemd/system/tsudoi-web.service"), re.MULTILINE
        )
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
        with (self.root / "var/log/web.log").open("ab") as log:
            process = subprocess.Popen(
                shlex.split(command),
                cwd=self.root / "srv/tsudoi/current",
                env=plain | self.settings("etc/tsudoi/tsudoi.env"),
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(self.app, process)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    @contextmanager
    def nginx(self) -> Iterator[None]:
        """Debian's nginx with Debian's own main file, in which every path is below the root."""
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        run = self.root / "run"
        text = Path("/etc/nginx/nginx.conf").read_text()
        text = re.sub(r"^pid .*;", f"pid {run}/nginx.pid;", text, flags=re.MULTILINE)
        text = text.replace("/var/log/nginx/", f"{self.root}/var/log/nginx/")
        text = re.sub(r"^include /etc/nginx/modules-enabled.*$", "daemon off;", text, flags=re.MULTILINE)
        text = re.sub(
            r"include /etc/nginx/(conf\.d|sites-enabled)/", rf"include {self.root}/etc/nginx/\1/", text
        )
        if os.geteuid() != 0:
            text = re.sub(r"^user .*$", "", text, flags=re.MULTILINE)
        temporary = "".join(
            f"{name}_temp_path {run}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.root / "etc/nginx/nginx.conf"
        main.write_text(text.replace("http {", "http {\n" + temporary, 1))
        (self.root / "var/log/nginx").mkdir(exist_ok=True)
        process = subprocess.Popen([program, "-c", main, "-e", run / "start.log"])
        try:
            wait_for(self.https, process)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, "it ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("it did not start")


def machine(root: Path, program: Path, cluster: Cluster, database: str) -> Machine:
    root.mkdir(mode=0o755)
    return Machine(root, program, database, cluster, free_port(), free_port(), free_port())
