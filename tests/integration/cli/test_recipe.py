"""The recipe of docs/operators.md carried out as it is written there, and the server that it makes, asked as by visitors."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import stat
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.inspector import page_problems
from tests.support.postgres import Cluster
from tests.support.recipe import NAME, PATIENCE_SECONDS, Answer, Machine, machine
from trainings.desk.backups import archive

pytestmark = pytest.mark.postgresql_only

OWN_PAGES = list((Path(__file__).resolve().parents[3] / "scripts/server/pages").iterdir())

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


def written(project_root: Path, script: str, **filled_in: object) -> str:
    """The line of the operator's page that runs a script, with its examples filled in."""
    page = (project_root / "docs/operators.md").read_text("utf-8")
    (line,) = set[str](re.findall(rf"^    (scripts/server/{script} \S.*)$", page, re.MULTILINE))
    for example, value in filled_in.items():
        assert re.search(rf"\b{example}\b", line)
        line = re.sub(rf"\b{example}\b", str(value), line)
    return line


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """The file that lies in the operator's safe, and the public half."""
    secret, public = archive.new_key()
    file = tmp_path / "key.txt"
    file.write_text(f"# public key: {public}\n{secret}\n")
    return file, public


def test_recipe_makes_a_server_that_answers_and_tells_no_secret(
    project_root: Path, server: Machine, key: tuple[Path, str]
) -> None:
    server.carry_out(written(project_root, "recipe.sh", PUBLIC_KEY=key[1]))
    first = snapshot(server)
    earlier = pretend_earlier_version(server)
    with as_service(server) as service:
        queue_one_mail(service)
    said = server.carry_out("scripts/server/recipe.sh")
    assert snapshot(server) == first, "carried out again it changes nothing"
    assert "the database is up to date" in said

    check_files(server)
    check_accounts(server)
    with server.nginx():
        with server.gunicorn():
            check_pages(server)
            check_own_pages(server)
            check_encryption(server)
            check_static_files(server)
            known = ask_secrets(server)
            check_upgrade(server)
        check_pages_while_away(server)
        away = ask_secrets(server)
    assert {404, 413, 400, 414, 421, 431, 500} <= known
    assert {502, 413, 400, 414, 421, 431, 500} <= away
    check_logs(server)
    check_upgrade_that_breaks(server)
    check_way_back(server, earlier)
    check_backups(server, key[0], project_root)


PROGRAM = (".venv", "config.py", "migrations", "static", "templates", "trainings", "wsgi.py")
BROKEN = """
import os, sys, psycopg
with psycopg.connect(os.environ["TSUDOI_OWNER_DATABASE_URL"].replace("+psycopg", "")) as owner:
    owner.execute("UPDATE alembic_version SET version_num = 'later'")
sys.exit("the upgrade broke")
"""


def check_upgrade_that_breaks(server: Machine) -> None:
    """Though it broke after the schema was changed, what served before serves on what it knows."""
    later = server.root / "srv/tsudoi/later"
    later.mkdir()
    for part in (*PROGRAM, "scripts", "requirements.txt", "package-lock.json"):
        (later / part).symlink_to(server.program / part)
    (later / "wsgi.py").unlink()
    (later / "wsgi.py").write_text(BROKEN)
    schema = "SELECT version_num FROM alembic_version"
    with as_service(server) as service:
        before = service.execute(schema).fetchone()

    said = server.carry_out(f"{later}/scripts/server/recipe.sh", code=1)

    assert "the upgrade broke" in said
    assert said.count("stopped at line") == 1
    assert (server.root / "srv/tsudoi/current").resolve() == server.program
    assert not (server.root / "run/tsudoi-upgrade").exists()
    with as_service(server) as service:
        assert service.execute(schema).fetchone() == before
        assert service.execute(MAILS).fetchall() == [("queued", None)], "nobody could send it meanwhile"
    check_accounts(server)


def pretend_earlier_version(server: Machine) -> Path:
    """A folder with the same program, which was the one in use until now."""
    earlier = server.root / "srv/tsudoi/earlier"
    earlier.mkdir()
    for part in PROGRAM:
        (earlier / part).symlink_to(server.program / part)
    current = server.root / "srv/tsudoi/current"
    current.unlink()
    current.symlink_to(earlier)
    return earlier


@contextmanager
def as_service(server: Machine) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The database that serves, as the service's account."""
    address = server.settings("etc/tsudoi/tsudoi.env")["TSUDOI_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as service:
        yield service


def queue_one_mail(service: psycopg.Connection[tuple[Any, ...]]) -> None:
    service.execute(
        "INSERT INTO message (id, to_address, mailbox, subject, body, purpose, message_id, state, attempts,"
        " next_attempt_at, resent_after_crash, created_at) SELECT one, 'a@b.example', '', 's', 'b', 'test',"
        " '<' || one || '@x>', 'queued', 0, now(), false, now() FROM gen_random_uuid() AS one"
    )


LATER = "UPDATE district SET name = '後から' WHERE sort = (SELECT min(sort) FROM district)"
NAMES = "SELECT count(*) FROM district WHERE name = '後から'"
MAILS = "SELECT state, failure FROM message"
HELD = "SELECT count(*) FROM restoration WHERE released_at IS NULL"


def check_way_back(server: Machine, earlier: Path) -> None:
    """What stood before the upgrade stands again, for the same account with the same rights; what came later is kept aside, and
    the mail that waited meanwhile waits for somebody to say that it is sent."""
    current = server.root / "srv/tsudoi/current"
    assert current.resolve() == server.program
    with as_service(server) as service:
        service.execute(LATER)

    server.carry_out(f"scripts/server/way_back.sh {earlier}")

    assert current.resolve() == earlier
    check_that_it_is_as_before(server)


def check_that_it_is_as_before(server: Machine) -> None:
    with as_service(server) as service:
        assert service.execute(NAMES).fetchone() == (0,)
        assert service.execute("SELECT count(*) > 5 FROM profession").fetchone() == (True,)
        assert service.execute(MAILS).fetchall() == [("failed", "restored")]
        assert service.execute(HELD).fetchone() == (1,)
    with psycopg.connect(server.cluster.url(f"{server.database}_given_up").replace("+psycopg", "")) as aside:
        assert aside.execute(NAMES).fetchone() == (1,)
    check_accounts(server)
    assert not (server.root / "run/tsudoi-upgrade").exists()


def check_backups(server: Machine, key: Path, project_root: Path) -> None:
    """The recipe took one at the first time and one before each upgrade. The newest is put back, on a machine with other keys."""
    files = sorted((server.root / "var/lib/tsudoi/backups").iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3
    settings = server.root / "etc/tsudoi/tsudoi.env"
    before = server.settings("etc/tsudoi/tsudoi.env")
    settings.write_text(
        re.sub(r"(SECRET|LINK|TICKET)(_KEY=).*", rf"\1\2{'x' * 20}0123456789abcdef\1", settings.read_text())
    )
    with as_service(server) as service:
        service.execute(LATER)

    said = server.carry_out(written(project_root, "put_back.sh", FILE=files[-1], KEYFILE=key))

    assert "ok  audit_entry" in said
    check_that_it_is_as_before(server)
    after = server.settings("etc/tsudoi/tsudoi.env")
    secret = {"TSUDOI_SECRET_KEY": after["TSUDOI_SECRET_KEY"]}
    assert after == before | secret
    assert secret["TSUDOI_SECRET_KEY"] != before["TSUDOI_SECRET_KEY"], "is in no backup"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    secret_key = key.read_bytes().split()[-1]
    assert secret_key.startswith(b"AGE-SECRET-KEY-1")
    files = [path for path in server.root.rglob("*") if path.is_file()]
    assert [path for path in files if secret_key in path.read_bytes()] == []


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
            "var/lib/tsudoi/backups",
            "var/log/tsudoi",
            "usr/local/sbin/tsudoi",
        )
    }
    assert list(modes.values()) == [0o600, 0o600, 0o600, 0o700, 0o700, 0o700, 0o750, 0o755]
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
    with as_service(server) as service:
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
    assert json.loads(server.ask("/health/ready").body)["backup_hours"] == 0
    plain = server.ask("/e/hyakunin", tls=False)
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{NAME}/e/hyakunin")


def check_own_pages(server: Machine) -> None:
    """What nginx answers by itself is in the words of the site, on both ports."""
    pages = sorted((server.root / "usr/share/tsudoi/pages").iterdir())
    assert [page.name for page in pages] == sorted(page.name for page in OWN_PAGES if page.stem != "frame")
    for page in pages:
        assert page_problems(page.read_text("utf-8"), int(page.stem)) == ["the page has a style element"]
    for tls in (True, False):
        for status, heading, answer in (
            (400, "開けませんでした", server.ask("/", headers={"Content-Length": "x"}, tls=tls)),
            (405, "開けませんでした", server.ask("/", "TRACE", tls=tls)),
            (414, "アドレスが長すぎます", server.ask(f"/{'x' * 40_000}", tls=tls)),
            (
                431,
                "情報が大きすぎます",
                server.ask("/", headers={"X-Long": "x" * 40_000}, tls=tls),
            ),
        ):
            check_words(answer, status, heading, tls=tls)
    check_words(server.ask("/tsudoi-away/502.html"), 404, "開けませんでした")
    # What nginx lets through the program refuses in its own words, not gunicorn in English.
    assert "<h1>アドレスが長すぎます</h1>" not in (long := server.ask(f"/?q={'x' * 8_000}")).text
    assert (long.status, "｜つどい" in long.text) == (414, True)
    check_words(server.ask("/", headers={"Host": "other.example"}), 421, "このアドレスでは開けません")
    large = server.ask("/links", "POST", headers={"Content-Length": str(12 * 1024 * 1024)})
    check_words(large, 413, "ファイルが大きすぎます")
    astray = server.ask("/e/hyakunin", tls=False, port=server.https)
    assert (astray.status, astray.headers["Location"]) == (301, f"https://{NAME}/e/hyakunin")


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


def check_words(answer: Answer, status: int, heading: str, *, tls: bool = True) -> None:
    assert answer.status == status
    assert f"<h1>{heading}</h1>" in answer.text
    assert "000-555-0143" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Retry-After"] == ("30" if status in (429, 502, 503, 504) else None)
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Strict-Transport-Security"]
    assert policy == ("max-age=31536000; includeSubDomains" if tls else None)


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
