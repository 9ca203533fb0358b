"""Settings: everything wrong stops the start and is named."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from config import DEMO_KEYS, TEST_KEYS, BadSetting, Settings

ROOT = Path(__file__).resolve().parents[2]

GOOD = {
    "TSUDOI_SECRET_KEY": secrets.token_urlsafe(48),
    "TSUDOI_LINK_KEY": secrets.token_urlsafe(48),
    "TSUDOI_TICKET_KEY": secrets.token_urlsafe(48),
    "TSUDOI_PUBLIC_URL": "https://tsudoi.example.jp",
    "TSUDOI_MAIL_FROM": "tsudoi@example.jp",
}


def test_settings_of_a_production_installation_are_read() -> None:
    settings = Settings.from_environment(
        GOOD
        | {"TSUDOI_SMTP_PORT": "587", "TSUDOI_SMTP_TLS": "true", "PATH": "/bin", "TSUDOI_CITY_NAME": "欅市"}
    )

    assert (settings.environment, settings.smtp_port, settings.smtp_tls) == ("production", 587, True)
    assert settings.city_name == "欅市"
    assert settings.is_https
    assert settings.url("/a") == "https://tsudoi.example.jp/a"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_setting_stops_the_start_and_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        Settings.from_environment({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "s" * 31),
        ("LINK_KEY", "short"),
        ("TICKET_KEY", "short"),
        ("ENVIRONMENT", "staging"),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "tsudoi.example.jp"),
        ("PUBLIC_URL", "ftp://tsudoi.example.jp"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://tsudoi.example.jp/path"),
        ("PUBLIC_URL", "https://tsudoi.example.jp/?a=b"),
        ("PUBLIC_URL", "https://tsudoi.example.jp:99999"),
        ("PUBLIC_URL", "http://tsudoi.example.jp"),
        ("MAIL_FROM", "つどい@example.jp"),
        ("MAIL_FROM", "tsu..doi@example.jp"),
        ("MAIL_FROM", "tsudoi@example"),
        ("MAIL_FROM", "tsudoi@example.jp、"),
        ("MAIL_FROM", "つどい <tsudoi@localhost>"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://x"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("MAIL_FROM", ""),
        ("MAIL_FROM", "tsudoi"),
        ("MAIL_FROM", "a@b@"),
        ("SMTP_HOST", " "),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "65536"),
        ("SMTP_PORT", "smtp"),
        ("SMTP_TLS", "maybe"),
        ("SMTP_TIMEOUT_SECONDS", "0"),
        ("READ_TIMEOUT_SECONDS", "0"),
        ("SMTP_TIMEOUT_SECONDS", "nan"),
        ("SMTP_TIMEOUT_SECONDS", "inf"),
        ("SMTP_TIMEOUT_SECONDS", "soon"),
        ("MAIL_ATTEMPTS", "0"),
        ("MAIL_ATTEMPTS", "2.5"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("RATE_LIMITS", "on"),
        ("SESSION_HOURS", "0"),
        ("UPLOAD_MEGABYTES", "-3"),
        ("OFFER_HOURS", "0"),
        ("DOOR_ROSTER_DAYS", "-1"),
        ("DOOR_UPLOAD_DAYS", "0"),
        ("SMTP_TIMEOUT_SECONDS", "1e300"),
        ("PUBLIC_PAGE_SECONDS", "nan"),
        ("PUBLIC_PAGE_SECONDS", "inf"),
        ("SESSION_HOURS", "99999999999"),
        ("OFFER_HOURS", "99999999999"),
        ("UPLOAD_MEGABYTES", "1001"),
        ("DOOR_ROSTER_DAYS", "99999999999"),
        ("PUBLIC_URL", "https://user@tsudoi.example.jp"),
        ("CITY_NAME", ""),
        ("ASSOCIATION_NAME", " "),
        ("CONTACT_NAME", ""),
        ("CONTACT_PHONE", "　"),
        ("CONTACT_PHONE", "市役所の代表へ"),
        ("CONTACT_PHONE", "555-0143"),
        ("CONTACT_PHONE", "info@keyaki.example 000-555-0143"),
    ],
)
def test_unusable_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^TSUDOI_{name}: "):
        Settings.from_environment(GOOD | {f"TSUDOI_{name}": value})


@pytest.mark.parametrize(
    "phone", ["000-555-0143", "０００−５５５−０１４３", "(000) 555-0143（内線 12）", "0005550143 代表"]
)
def test_telephone_of_the_city_may_be_written_as_people_write_it(phone: str) -> None:
    assert Settings.from_environment(GOOD | {"TSUDOI_CONTACT_PHONE": phone}).contact_phone == phone


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("BACKUP_RECIPIENTS", {"TSUDOI_BACKUP_DIR": "/x"}),
        ("BACKUP_RECIPIENTS", {"TSUDOI_BACKUP_RECIPIENTS": "age1short"}),
        ("BACKUP_RECIPIENTS", {"TSUDOI_BACKUP_RECIPIENTS": f"AGE-SECRET-KEY-1{'A' * 58}"}),
        ("BACKUP_HOUR", {"TSUDOI_BACKUP_HOUR": "24"}),
        ("BACKUP_KEEP", {"TSUDOI_BACKUP_KEEP": "0"}),
    ],
)
def test_backup_that_could_not_be_made_or_would_stay_open_stops_the_start(
    name: str, given: dict[str, str]
) -> None:
    with pytest.raises(BadSetting, match=f"^TSUDOI_{name}: "):
        Settings.from_environment(GOOD | given)


@pytest.mark.parametrize("given", [{"TSUDOI_SMTP_USER": "u"}, {"TSUDOI_SMTP_PASSWORD": "p"}])
def test_half_of_the_mail_servers_credentials_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match=r"TSUDOI_SMTP_PASSWORD: .*TSUDOI_SMTP_USER"):
        Settings.from_environment(GOOD | given)


def test_keys_must_differ_from_one_another() -> None:
    with pytest.raises(BadSetting, match=r"^TSUDOI_LINK_KEY: .*differ"):
        Settings.from_environment(GOOD | {"TSUDOI_TICKET_KEY": GOOD["TSUDOI_SECRET_KEY"]})


def test_keys_that_everybody_can_read_stop_the_start() -> None:
    """Whatever stands in this repository where a key is named, or looks as if it did."""
    named = re.compile(r"""(?i)key["']?\s*(?::\s*str\s*)?[:=]\s*["']([^"'\n]{32,})["']""")
    files = [path for path in ROOT.rglob("*") if path.suffix in (".py", ".md") and not is_made(path)]
    found = {key for path in files for key in named.findall(path.read_text("utf-8"))}

    assert {*DEMO_KEYS.values(), *TEST_KEYS.values()} <= found
    for key in found:
        with pytest.raises(BadSetting, match=r"^TSUDOI_TICKET_KEY: "):
            Settings.from_environment(GOOD | {"TSUDOI_TICKET_KEY": key})


def is_made(path: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts)


@pytest.mark.parametrize("key", ["k" * 40, "0123456789" * 4, "abc" * 20])
def test_keys_of_few_different_signs_stop_the_start(key: str) -> None:
    with pytest.raises(BadSetting, match=r"^TSUDOI_LINK_KEY: must have at least 12 different"):
        Settings.from_environment(GOOD | {"TSUDOI_LINK_KEY": key})


@pytest.mark.parametrize(
    ("database", "owner"),
    [
        ("sqlite:///tsudoi.sqlite3", "postgresql+psycopg://owner@db/tsudoi"),
        ("postgresql+psycopg://tsudoi@db/tsudoi", "mysql://owner@db/tsudoi"),
    ],
)
def test_owner_of_the_tables_is_an_account_of_postgresql(database: str, owner: str) -> None:
    given = {"TSUDOI_DATABASE_URL": database, "TSUDOI_OWNER_DATABASE_URL": owner}
    with pytest.raises(BadSetting, match=r"^TSUDOI_OWNER_DATABASE_URL: "):
        Settings.from_environment(GOOD | given)


@pytest.mark.parametrize("name", ["TSUDOI_SECRET_KEYS", "TSUDOI_DATABSE_URL", "TSUDOI_"])
def test_misspelt_setting_stops_the_start_and_is_named(name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: there is no such setting"):
        Settings.from_environment(GOOD | {name: "x"})


def test_refusal_never_shows_a_secret() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment(GOOD | {"TSUDOI_SECRET_KEY": "hunter2"})

    assert "hunter2" not in str(refused.value)


def test_sample_city_needs_no_setting_and_stays_on_this_machine() -> None:
    settings = Settings.from_environment(
        {"TSUDOI_ENVIRONMENT": "demo", "TSUDOI_PUBLIC_URL": "http://127.0.0.1:8123"}
    )

    assert settings == Settings.for_demo(public_url="http://127.0.0.1:8123")
    with pytest.raises(BadSetting, match=r"^TSUDOI_PUBLIC_URL: .*this machine"):
        Settings.from_environment(
            {"TSUDOI_ENVIRONMENT": "demo", "TSUDOI_PUBLIC_URL": "http://tsudoi.example.jp"}
        )


def test_instance_folder_is_absolute() -> None:
    assert Settings.for_tests(instance_dir="instance").instance_path == Path.cwd() / "instance"


def test_every_setting_stands_in_the_operators_table() -> None:
    table = (Path(__file__).resolve().parents[2] / "docs" / "operators.md").read_text("utf-8")

    missing = [field.name for field in fields(Settings) if f"`TSUDOI_{field.name.upper()}`" not in table]
    assert missing == []


def test_settings_can_be_read_before_the_package() -> None:
    """As the server's entry and the benches do."""
    done = subprocess.run([sys.executable, "-c", "import config"], cwd=ROOT, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()
