"""The recipe of docs/operators.md carried out as it is written there, and the server that it makes, asked as by visitors."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import Cluster
from tests.support.recipe import NAME, PATIENCE_SECONDS, Answer, Machine, machine

pytestmark = pytest.mark.postgresql_only

SECRET = "K7hushhush9Q"
SECRETS = (
    *(f"/{word}/{SECRET}" for word in ("a", "p", "t", "T", "v/hyakunin", "verify", "s")),
    f"/a/{SECRET}/edit",
    f"/p/{SECRET}/apply/hyakunin",
    f"/staff/sign-in/{SECRET}",
    f"/door/enrol/{SECRET}",
    f"/s/hyakunin?code={SECRET}",
    # As mail programs, people and scanners write them.
    f"//a/{SECRET}",
    f"/%61/{SECRET}",
    f"/A/{SECRET}",
    f"/./p/{SECRET}",
    f"/staff/../a/{SECRET}",
    f"/staff?next=/a/{SECRET}",
    f"/?{SECRET}",
    f"/a%2F{SECRET}",
    f"/a/{SECRET}%zz",
    f"/{SECRET}",
    f"/static/../a/{SECRET}",
    f"/static/0123456789abcdef/{SECRET}",
)


@pytest.fixture
def server(project_root: Path, postgres_server: Cluster) -> Iterator[Machine]:
    """An empty machine, with a database server and nothing else."""
    database = f"recipe_{uuid.uuid4().hex[:8]}"
    folder = Path(tempfile.mkdtemp(prefix="tsudoi-server-"))
    folder.chmod(0o755)  # nginx works there as an account of its own
    try:
        yield machine(folder / "root", project_root, postgres_server, database)
    finally:
        shutil.rmtree(folder)
        for name in (database, f"{database}_given_up"):
            postgres_server.drop_database(name)
        with postgres_server.connect() as connection:
            for account in (database, f"{database}_owner"):
                connection.execute(f"DROP ROLE IF EXISTS {account}")


def written_command(project_root: Path) -> str:
    """The line of the operator's page that carries out the recipe."""
    page = (project_root / "docs/operators.md").read_text("utf-8")
    (line,) = re.findall(r"^    (scripts/server/recipe\.sh \S+ \S+)$", page, re.MULTILINE)
    return line


def test_recipe_makes_a_server_that_answers_and_tells_no_secret(project_root: Path, server: Machine) -> None:
    server.carry_out(written_command(project_root))
    first = snapshot(server)
    earlier = pretend_earlier_version(server)
    said = server.carry_out("scripts/server/recipe.sh")
    assert snapshot(server) == first, "carried out again it changes nothing"
    assert "the database is up to date" in said

    check_files(server)
    check_accounts(server)
    with server.nginx():
        with server.gunicorn():
            check_pages(server)
            check_encryption(server)
            check_static_files(server)
            known = ask_secrets(server)
            check_upgrade(server)
        check_pages_while_away(server)
        away = ask_secrets(server)
    assert {404, 413, 400, 500} <= known
    assert {502, 413, 400, 500} <= away
    check_logs(server)
    check_way_back(server, earlier)


def pretend_earlier_version(server: Machine) -> Path:
    """A folder with the same program, which was the one in use until now."""
    earlier = server.root / "srv/tsudoi/earlier"
    earlier.mkdir()
    (earlier / ".venv").symlink_to(server.program / ".venv")
    current = server.root / "srv/tsudoi/current"
    current.unlink()
    current.symlink_to(earlier)
    return earlier


def check_way_back(server: Machine, earlier: Path) -> None:
    """What stood before the upgrade stands again, for the same account with the same rights; what came later is kept aside."""
    current = server.root / "srv/tsudoi/current"
    assert current.resolve() == server.program
    later = "UPDATE district SET name = '後から' WHERE sort = (SELECT min(sort) FROM district)"
    names = "SELECT count(*) FROM district WHERE name = '後から'"
    address = server.settings("etc/tsudoi/tsudoi.env")["TSUDOI_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(address) as service:
        service.execute(later)

    server.carry_out(f"scripts/server/way_back.sh {earlier}")

    assert current.resolve() == earlier
    with psycopg.connect(address) as service:
        assert service.execute(names).fetchone() == (0,)
        assert service.execute("SELECT count(*) > 5 FROM profession").fetchone() == (True,)
    with psycopg.connect(server.cluster.url(f"{server.database}_given_up").replace("+psycopg", "")) as aside:
        assert aside.execute(names).fetchone() == (1,)
    check_accounts(server)
    assert not (server.root / "run/tsudoi-upgrade").exists()


def snapshot(server: Machine) -> dict[str, bytes]:
    kept = ("etc", "usr", "var/www")
    files = [path for part in kept for path in (server.root / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(server.root)): path.read_bytes() for path in files}


def check_files(server: Machine) -> None:
    modes = {
        name: stat.S_IMODE((server.root / name).stat().st_mode)
        for name in (
            "etc/tsudoi/tsudoi.env",
            "etc/tsudoi/owner.env",
            "etc/tsudoi/tls/key.pem",
            "var/lib/tsudoi",
            "var/lib/tsudoi/survey-keys",
            "var/log/tsudoi",
            "usr/local/sbin/tsudoi",
        )
    }
    assert list(modes.values()) == [0o600, 0o600, 0o600, 0o700, 0o700, 0o750, 0o755]
    left = [name for name, content in snapshot(server).items() if re.search(rb"@[A-Z_]+@", content)]
    assert left == [], "not filled in"
    parts = json.loads(server.file("usr/share/tsudoi/parts/python.json"))["installed"]
    listed = {(part["metadata"]["name"], part["metadata"]["version"]) for part in parts}
    assert listed >= {(name, version(name)) for name in ("Flask", "SQLAlchemy", "gunicorn", "weasyprint")}
    assert "zxing-wasm" in server.file("usr/share/tsudoi/parts/browser.json")
    assert re.search(r"^(libc6|libc6:\w+)\t", server.file("usr/share/tsudoi/parts/debian.txt"), re.MULTILINE)
    rotated = subprocess.run(
        [
            shutil.which("logrotate") or "/usr/sbin/logrotate",
            "--debug",
            server.root / "etc/logrotate.d/tsudoi",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "error" not in rotated.stderr


def check_accounts(server: Machine) -> None:
    """The service's account may not do what only an upgrade has to, and nothing of it lasts for ever."""
    address = server.settings("etc/tsudoi/tsudoi.env")["TSUDOI_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as service:
        for statement in (
            "ALTER TABLE application ADD COLUMN x int",
            "DROP TABLE application",
            "TRUNCATE application",
            "CREATE TABLE x ()",
            "UPDATE audit_entry SET id = id",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute(statement)
        limits = [
            service.execute(f"SHOW {name}").fetchone()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert limits == [("1min",), ("20s",), ("2min",)]


def check_pages(server: Machine) -> None:
    page = server.ask("/")
    assert page.status == 200
    assert "つどい" in page.text
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert server.ask("/health/live").status == 200
    plain = server.ask("/e/hyakunin", tls=False)
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{NAME}/e/hyakunin")
    assert server.ask("/", headers={"Host": "other.example"}).status == 421
    assert server.ask("/tsudoi-away/502.html").status == 404


def check_encryption(server: Machine) -> None:
    """TLS 1.2 with forward secrecy, or 1.3."""
    assert "alert protocol version" in shake_hands(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert "alert handshake failure" in shake_hands(server, "-tls1_2", "-cipher", "AES128-GCM-SHA256")
    assert "Cipher is ECDHE-RSA-" in shake_hands(server, "-tls1_2")
    assert "New, TLSv1.3, Cipher is TLS_" in shake_hands(server)


def shake_hands(server: Machine, *options: str) -> str:
    """What openssl says about a connection with these options."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.https}", "-servername", NAME, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.stdout + done.stderr


def check_static_files(server: Machine) -> None:
    (style,) = re.findall(r'href="(/static/[^"]+/css/base\.css)"', server.ask("/").text)
    first = server.ask(style, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.headers["Content-Encoding"] == "gzip"
    assert server.ask("/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] is None
    assert server.ask("/static/README.md").status == 404


def ask_secrets(server: Machine) -> set[int]:
    """Every address that is a secret, in every way that goes wrong, and the statuses answered."""
    answers: list[Answer] = []
    for path in SECRETS:
        answers.append(
            server.ask(path, headers={"Referer": f"https://{NAME}/a/{SECRET}", "Cookie": f"a={SECRET}"})
        )
    path = f"/a/{SECRET}"
    answers += [
        server.ask(path, "POST", body=b"x" * 600_000),
        server.ask(path, "POST", headers={"Content-Length": str(12 * 1024 * 1024)}),
        server.ask(path, "POST", headers={"Content-Length": SECRET}),
        server.ask(path, headers={"X-Long": "x" * 40_000}),
        server.ask(f"{path}/{'x' * 40_000}"),
        server.ask(path, headers={"Host": SECRET}),
        server.ask(path, "PROPFIND"),
        server.ask(path, tls=False),
        server.ask(f"/s/{SECRET}", tls=False),
    ]
    # A disk on which nginx cannot write: a fault that it would tell on a louder level than a missing program.
    bodies = server.root / "run/client_body"
    shutil.rmtree(bodies)
    answers.append(server.ask(path, "POST", body=b"x" * 600_000))
    bodies.mkdir()
    shutil.chown(bodies, "www-data") if bodies.owner() == "root" else None
    return {answer.status for answer in answers}


def check_upgrade(server: Machine) -> None:
    (server.root / "run/tsudoi-upgrade").touch()
    answer = server.ask("/e/hyakunin")
    (server.root / "run/tsudoi-upgrade").unlink()
    check_words(answer, 503, "ただいま更新しています")
    assert server.ask("/health/live").status == 200


def check_pages_while_away(server: Machine) -> None:
    check_words(server.ask("/e/hyakunin"), 502, "ただいまつながりません")
    check_words(server.ask("/links", "POST", body=b"mail=a"), 502, "ただいまつながりません")
    large = server.ask("/links", "POST", headers={"Content-Length": str(12 * 1024 * 1024)})
    assert (large.status, large.headers["Retry-After"]) == (413, None)
    assert "ファイルが大きすぎます" in large.text


def check_words(answer: Answer, status: int, heading: str) -> None:
    assert answer.status == status
    assert f"<h1>{heading}</h1>" in answer.text
    assert "000-555-0143" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def check_logs(server: Machine) -> None:
    logs = server.logs()
    assert SECRET not in logs
    assert SECRET not in (server.root / "run/start.log").read_text()
    lines = server.file("var/log/tsudoi/access.log").splitlines()
    said = [re.fullmatch(r'(\S+) \[\S+\] (\S+) "(\S+)" (\d{3}) \d+ [\d.]+ "[^"]*"', line) for line in lines]
    assert None not in said
    seen = {(one[3], one[4]) for one in said if one}
    # The lines are there: what is missing in them is not missing because nothing was written.
    assert "POST" in {one[2] for one in said if one and one[4] == "502"}
    wanted = {
        ("/a/...", "404"),
        ("/a/...", "413"),
        ("/a/...", "502"),
        ("/staff/...", "502"),
        ("/door/...", "404"),
        ("/", "200"),
    }
    assert wanted <= seen
    assert {one[1] for one in said if one and one[3] == "..."} == {"-"}, "strangers' addresses are not noted"
    assert {one[1] for one in said if one and one[3] == "/a/..."} == {"127.0.0.1"}
    assert not [line for line in lines if "/s/" in line]
