"""The files of scripts/server/: whole, in step with the program, and told by the operator's page in the same words."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from config import Settings
from tests.support.inspector import page_problems
from trainings import create_app
from trainings.core.static_files import TYPES

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "scripts" / "server"
PAGE = (ROOT / "docs" / "operators.md").read_text("utf-8")
NGINX = (SERVER / "nginx.conf").read_text("utf-8")
UNITS = ("tsudoi-web.service", "tsudoi-worker.service")
AWAY = (SERVER / "nginx-away.conf").read_text("utf-8")
PAGES = sorted(page.name for page in (SERVER / "pages").glob("[0-9]*.html"))
OF_NGINX = {
    400,
    403,
    404,
    405,
    408,
    411,
    413,
    414,
    416,
    421,
    429,
    431,
    494,
    495,
    496,
    497,
    500,
    501,
    502,
    503,
    504,
    505,
    507,
}
"""What nginx may answer by itself; 497 is led to the encrypted address."""
SECRETS = {"a", "p", "t", "T", "s", "v", "verify"}
"""First words of addresses whose rest is a secret, or would tell who answered a survey."""
HARDENING = {
    "User": "tsudoi",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ReadWritePaths": "@ROOT@/var/lib/tsudoi",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "PrivateTmp": "true",
    "IPAddressDeny": "any",
    "IPAddressAllow": "localhost",
    "Restart": "always",
    "EnvironmentFile": "@ROOT@/etc/tsudoi/tsudoi.env",
}


def test_page_tells_the_steps_of_the_recipe_in_the_same_words() -> None:
    recipe = (SERVER / "recipe.sh").read_text("utf-8")

    steps = re.findall(r'^step "(.+)"$', recipe, re.MULTILINE)

    told = re.findall(r"^\d+\. \*\*(.+?)\.\*\*", PAGE.replace("\n   ", " "), re.MULTILINE)
    assert told[: len(steps)] == steps
    assert len(steps) == 10


@pytest.mark.parametrize("name", ["recipe.sh", "way_back.sh", "put_back.sh", "tsudoi"])
def test_script_is_one_that_stops_at_the_first_fault(name: str) -> None:
    script = SERVER / name

    text = script.read_text("utf-8")
    # With E a fault inside a function is told too.
    assert f"\nset -{'E' if 'trap' in text else ''}euo pipefail\n" in text
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)


def test_settings_of_the_recipe_are_settings_of_the_program() -> None:
    known = {f"TSUDOI_{field.name.upper()}" for field in fields(Settings)}

    for name in ("tsudoi.env", "owner.env"):
        given = re.findall(r"^(?:# )?(TSUDOI_\w+)=", (SERVER / name).read_text("utf-8"), re.MULTILINE)
        assert given
        assert set(given) <= known


@pytest.mark.parametrize("name", UNITS)
def test_unit_holds_the_service_in_one_folder_and_on_this_machine(name: str) -> None:
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(SERVER / name, "utf-8")

    service = dict(unit["Service"])

    assert HARDENING.items() <= service.items()
    assert "postgresql.service" in unit["Unit"]["After"].split()
    assert unit["Install"]["WantedBy"] == "multi-user.target"
    program = service["ExecStart"].split()[0].removeprefix("@ROOT@/srv/tsudoi/current/")
    assert (ROOT / program).exists()


@pytest.mark.parametrize("name", UNITS)
def test_unit_is_one_that_systemd_takes(name: str, tmp_path: Path) -> None:
    """By systemd's own words where it is installed; everywhere, each line is a section, a comment or a pair."""
    text = (SERVER / name).read_text("utf-8").replace("@APP_PORT@", "8000")
    command = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE)
    assert command
    text = (
        text.replace(command[1], "/bin/true").replace("@ROOT@/srv/tsudoi/current", "/").replace("@ROOT@", "")
    )
    unit = tmp_path / name
    unit.write_text(text)
    odd = [one for one in text.splitlines() if not re.fullmatch(r"|#.*|\[[A-Z]\w+\]|[A-Z]\w+=.*", one)]
    assert odd == []
    if not shutil.which("systemd-analyze"):
        return

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in checked.stderr.splitlines() if name in line] == []


def test_log_of_nginx_knows_the_first_words_of_all_addresses_and_nothing_more() -> None:
    rules = [rule.rule for rule in create_app(Settings.for_tests()).url_map.iter_rules()]
    first = {rule.split("/")[1] for rule in rules} - {""}
    (words,) = re.findall(r"\(\?<tsudoi_word>([^)]+)\)", NGINX)

    assert {word.replace("\\", "") for word in words.split("|")} == first - {"s"}
    # No secret stands where a log would have to know it: it is never the first word of an address.
    assert not [rule for rule in rules if rule.startswith("/<")]
    assert first >= SECRETS


def test_log_of_nginx_says_nothing_else() -> None:
    (form,) = re.findall(r"log_format tsudoi (.+?);", NGINX, re.DOTALL)
    said = re.findall(r"\$(\w+)", form)

    assert said == [
        *("tsudoi_sender", "time_iso8601", "tsudoi_method", "tsudoi_said", "status"),
        *("body_bytes_sent", "request_time", "upstream_status"),
    ]
    assert len(re.findall(r"access_log \S+ tsudoi if=\$tsudoi_noted;", NGINX)) == 2
    assert len(re.findall(r"\baccess_log\b", NGINX)) == 2
    # The only level on which no line is about a request.
    assert re.findall(r"^\s*error_log .*?(\w+);$", NGINX, re.MULTILINE) == ["emerg", "emerg"]
    assert len(re.findall(r"^server \{", NGINX, re.MULTILINE)) == 2


def test_nginx_lets_through_what_the_program_takes_and_packs_what_it_gives_out() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes) == Settings.for_tests().upload_megabytes + 1, "the program's own page says so first"
    (packed,) = re.findall(r"gzip_types ([^;]+);", NGINX)
    assert set(packed.split()) == {kind.split(";")[0] for name, kind in TYPES.items() if name != ".png"}


@pytest.mark.parametrize("name", PAGES)
def test_page_of_nginx_is_words_in_the_one_frame(name: str) -> None:
    words = (SERVER / "pages" / name).read_text("utf-8")
    frame = (SERVER / "pages" / "frame.html").read_text("utf-8")
    (title,) = re.findall("<h1>(.+)</h1>", words)

    html = frame.replace("@TITLE@", title).replace("@WORDS@", words)

    assert [one for one in page_problems(html, int(name[:3])) if "style" not in one] == []
    assert set(re.findall(r"<(\w+)", words)) == {"h1", "p"}
    assert "src=" not in html
    assert "href=" not in html


def test_whatever_nginx_says_by_itself_has_a_page() -> None:
    said = dict[int, str]()
    for codes, page in re.findall(r"^error_page ([\d ]+) (?:=\d+ )?(\S+);$", AWAY, re.MULTILINE):
        said |= {int(code): page for code in codes.split()}

    assert said.keys() >= OF_NGINX
    pages = {page.removeprefix("/tsudoi-away/") for code, page in said.items() if code != 497}
    assert pages == set(PAGES)
    assert said[497].startswith("https://")
    assert len(re.findall(r"include \S+/tsudoi-away\.conf;", NGINX)) == NGINX.count("server {")


def test_times_for_mending_are_promised() -> None:
    security = (ROOT / "docs" / "security.md").read_text("utf-8")
    (promise,) = re.findall(r"^## Times for mending\n(.+?)^## ", security, re.MULTILINE | re.DOTALL)

    assert re.findall(r"within (\d+) days", promise) == ["3", "14", "90"]
    assert "make lock" in promise
