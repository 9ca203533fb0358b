"""Settings: typed, read from the environment, refusing to start on a bad value and saying which.

Every setting is one field of `Settings`. In the environment its name is `TSUDOI_` + the field in capitals
(`TSUDOI_DATABASE_URL`). A `TSUDOI_` variable that is no setting stops the start too: a misspelt setting
must not be silently ignored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "TSUDOI_"
ENVIRONMENTS = ("production", "demo", "test")
LOG_FORMATS = ("json", "text")
SHORTEST_KEY = 32
FEWEST_SIGNS = 12
FEWEST_DIGITS = 9
PHONE = re.compile(
    r"[\d\s()+./,\-\u2010-\u2015\u2212\u3001\u30fc\uff08\uff09\uff0b\uff0d\uff0f代表直通内線]+"
)
"""Digits of any width with what people put between and behind them: 内線 is an extension, 代表 the switchboard."""
"""Different signs that a key must have: a made one of 32 characters has about 20 or more, one that a hand has held down few."""
DEMO_KEYS = {
    "secret_key": "the sample city has nothing to hide: sessions",
    "link_key": "the sample city has nothing to hide: links",
    "ticket_key": "the sample city has nothing to hide: tickets",
}
TEST_KEYS = {
    "secret_key": "test secret key, long enough for the check",
    "link_key": "test link key, long enough for the check!",
    "ticket_key": "test ticket key, long enough for the check",
}
PUBLISHED_KEYS = frozenset([*DEMO_KEYS.values(), *TEST_KEYS.values()])
"""Everybody can read these; whoever knows the keys makes sessions, links and tickets of anybody."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST = {
    "smtp_timeout_seconds": 600,
    "read_timeout_seconds": 600,
    "statement_seconds": 3600,
    "long_statement_seconds": 24 * 3600,
    "mail_attempts": 100,
    "session_hours": 24 * 30,
    "idle_minutes": 24 * 60,
    "upload_megabytes": 1000,
    "offer_hours": 24 * 365,
    "door_upload_days": 365,
    "trusted_proxies": 10,
    "door_roster_days": 365,
    "public_page_seconds": 3600,
    "backup_hour": 23,
    "backup_keep": 1000,
}
"""Numbers beyond which a setting is a slip of the keyboard, and some of which a calendar cannot reckon with."""
MAY_BE_ZERO = frozenset({"trusted_proxies", "door_roster_days", "public_page_seconds", "backup_hour"})


class BadSetting(Exception):
    """A setting is unknown, missing or unusable; the message begins with its name."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{PREFIX}{name.upper()}: {why}")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one installation. Durations carry their unit in the name."""

    environment: str = "production"
    secret_key: str = ""
    """Signs sessions and forms; at least 32 characters."""
    link_key: str = ""
    """Makes the secret links of applicants and persons; changing it kills all links already mailed."""
    ticket_key: str = ""
    """Makes the codes in the tickets' QR; backed up, never changed during an event."""
    public_url: str = ""
    """Address at which guests reach the site, without a path: https://tsudoi.example.jp"""
    database_url: str = "sqlite:///tsudoi.sqlite3"
    """A relative SQLite path lies in the instance folder."""
    owner_database_url: str = ""
    """PostgreSQL: as whom `flask install` makes tables, so that the service itself owns none; empty = as the service."""
    instance_dir: str = "instance"
    """Folder of what the product writes outside the database: SQLite files, the worker's queue, survey keys."""
    redis_url: str = ""
    """Where Huey keeps its queue when several machines serve; empty = a SQLite file in the instance folder."""
    survey_key_dir: str = ""
    """Folder of the pairing keys of surveys, outside the database and its backups; empty = instance folder."""

    backup_dir: str = ""
    """Folder of the backups that the worker makes every night; empty = it makes none."""
    backup_recipients: str = ""
    """Public keys (age1…) that backups are sealed for, with blanks between; the secret ones are not on this machine."""
    backup_hour: int = 3
    """From this hour of the night on (local time) the worker makes the backup of the day."""
    backup_keep: int = 14
    """So many nightly backups stay in the folder."""

    log_format: str = "json"
    """How lines of the log look: one JSON object each, or "text" for a terminal."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: bool = False
    smtp_timeout_seconds: float = 20.0
    mail_from: str = ""
    mail_attempts: int = 8
    """After so many failed attempts a message is given up and shown to the organisers."""

    read_timeout_seconds: float = 20.0
    """So long the server waits for the next part of a request's body; a thread that waits for ever serves nobody else."""
    statement_seconds: float = 30.0
    """So long one statement of a page may run in the database before it is cut off."""
    long_statement_seconds: float = 900.0
    """The same for the worker, for commands, and for workbooks and sheets of staff."""
    trusted_proxies: int = 0
    """How many reverse proxies in front are trusted to name the visitor's address."""
    rate_limits: bool = True
    public_page_seconds: float = 2.0
    """An event's public page may be so old for a guest who has no session here; 0 makes it anew each time."""
    session_hours: int = 12
    idle_minutes: int = 60
    """Staff who have opened no page for so long are signed out; what they had typed is kept on the page."""
    upload_megabytes: int = 10

    city_name: str = "けやき市"
    association_name: str = "けやき市医師会"
    contact_name: str = "けやき市 在宅医療推進課"
    contact_phone: str = "000-555-0143"
    contact_fax: str = ""
    """The number to which FAX applications are sent; empty = none is named."""
    contact_mail: str = ""
    """The address for questions; empty = only the telephone is named."""
    contact_hours: str = "平日 8:30–17:15"

    door_roster_days: int = 3
    """So many days before an event a door device may load the roster."""
    door_upload_days: int = 14
    """So many days after closing a device may still upload its queue."""
    offer_hours: int = 48

    def __post_init__(self) -> None:
        self._check()

    # -- where settings come from ---------------------------------------------------------------

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from `TSUDOI_…` variables; for the sample city (`TSUDOI_ENVIRONMENT=demo`) none is required.

        Raises `BadSetting`, naming the variable, for one that is unknown, missing or unusable.
        """
        given = {
            name[len(PREFIX) :].lower(): value
            for name, value in (os.environ if environ is None else environ).items()
            if name.startswith(PREFIX)
        }
        known = {field.name: field for field in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in given.items():
            if name not in known:
                raise BadSetting(name, "there is no such setting")
            values[name] = _PARSERS[str(known[name].type)](name, text)
        return cls.for_demo(**values) if values.get("environment") == "demo" else cls(**values)

    @classmethod
    def for_demo(cls, **overrides: Any) -> Settings:
        """The sample city on this machine: fixed keys, mails to the mailbox page."""
        values: dict[str, Any] = {
            "environment": "demo",
            **DEMO_KEYS,
            "public_url": "http://127.0.0.1:8000",
            "mail_from": "tsudoi@city.keyaki.example",
            "smtp_port": 8025,
            "log_format": "text",
        }
        return cls(**(values | overrides))

    @classmethod
    def for_tests(cls, **overrides: Any) -> Settings:
        """Settings of the test suite; rate limits stay off unless a test is about them."""
        values: dict[str, Any] = {
            "environment": "test",
            **TEST_KEYS,
            "public_url": "http://localhost",
            "mail_from": "tsudoi@city.keyaki.example",
            "rate_limits": False,
            "public_page_seconds": 0.0,
            "idle_minutes": 24 * 60,
        }
        return cls(**(values | overrides))

    # -- what must hold -------------------------------------------------------------------------

    def _check(self) -> None:
        if self.environment not in ENVIRONMENTS:
            raise BadSetting("environment", f"must be one of {', '.join(ENVIRONMENTS)}")
        for name in DEMO_KEYS:
            self._check_key(name, getattr(self, name))
        if len({self.secret_key, self.link_key, self.ticket_key}) < 3:
            raise BadSetting("link_key", "the three keys must differ from one another")
        self._check_public_url()
        if not re.fullmatch(r"(sqlite:///|postgresql\+psycopg://)[^:].*", self.database_url):
            raise BadSetting("database_url", "must be sqlite:///… or postgresql+psycopg://…")
        if self.owner_database_url:
            if not self.database_url.startswith("postgresql"):
                raise BadSetting("owner_database_url", "is for PostgreSQL only")
            if not re.fullmatch(r"postgresql\+psycopg://[^:].*", self.owner_database_url):
                raise BadSetting("owner_database_url", "must be postgresql+psycopg://…")
        if self.redis_url and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise BadSetting("redis_url", "must begin with redis://, rediss:// or unix://")
        if self.log_format not in LOG_FORMATS:
            raise BadSetting("log_format", f"must be one of {', '.join(LOG_FORMATS)}")
        self._check_backups()
        self._check_mail()
        self._check_numbers()
        for name in ("city_name", "association_name", "contact_name", "contact_phone"):
            if not getattr(self, name).strip():
                raise BadSetting(name, "must not be empty")
        digits = sum(sign.isdigit() for sign in self.contact_phone)
        if digits < FEWEST_DIGITS or not PHONE.fullmatch(self.contact_phone):
            raise BadSetting("contact_phone", "must be a telephone number with its area code")

    def _check_key(self, name: str, key: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise BadSetting(name, f"is required and must have at least {SHORTEST_KEY} characters")
        if self.environment != "production":
            return
        if key in PUBLISHED_KEYS:
            raise BadSetting(name, "stands in the program for everybody to read; make one of your own")
        if any(sign.isspace() for sign in key):
            raise BadSetting(name, "must not hold blanks: words are no key; have it made")
        if len(set(key)) < FEWEST_SIGNS:
            raise BadSetting(name, f"must have at least {FEWEST_SIGNS} different characters; have it made")

    def _check_backups(self) -> None:
        keys = self.backup_recipients.replace(",", " ").split()
        if not all(re.fullmatch(r"age1[0-9a-z]{58}", key) for key in keys):
            raise BadSetting("backup_recipients", "must be public keys (age1…) with blanks between")
        if self.backup_dir and not keys:
            raise BadSetting(
                "backup_recipients", "is required with TSUDOI_BACKUP_DIR: a backup is never kept open"
            )

    def _check_mail(self) -> None:
        # Here, since the package reads the settings itself: whoever imports these first would meet it half made.
        from trainings.core import names
        from trainings.core.spellings import is_mail

        _, address = parseaddr(self.mail_from)
        if not address:
            raise BadSetting("mail_from", "is required: the address that mails come from")
        if address != names.mail(address) or not is_mail(address):
            raise BadSetting("mail_from", f"{address!r} is no mail address")
        if not self.smtp_host.strip():
            raise BadSetting("smtp_host", "must not be empty")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise BadSetting("smtp_password", "and TSUDOI_SMTP_USER must be given together, or neither")
        if not 0 < self.smtp_port < 65536:
            raise BadSetting("smtp_port", "must be between 1 and 65535")

    def _check_numbers(self) -> None:
        for name, most in MOST.items():
            value = getattr(self, name)
            if name not in MAY_BE_ZERO and not value > 0:
                raise BadSetting(name, "must be greater than 0")
            if not value >= 0:  # also what is no number at all
                raise BadSetting(name, "must not be negative")
            if value > most:
                raise BadSetting(name, f"must be at most {most}")

    def _check_public_url(self) -> None:
        try:
            parts = urlsplit(self.public_url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
            is_address = is_address and parts.username is None
        except ValueError:
            is_address = False
        if not is_address:
            raise BadSetting(
                "public_url", "is required: the address that guests use, such as https://tsudoi.example.jp"
            )
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise BadSetting("public_url", "must not have a path")
        if self.environment == "production" and parts.scheme != "https":
            # Camera, service worker and WebCrypto of the door work over HTTPS only.
            raise BadSetting("public_url", "must begin with https:// in production")
        if self.environment == "demo" and parts.hostname not in LOOPBACK:
            # Its keys are known to everybody, and everybody may read its mails.
            raise BadSetting("public_url", f"must be on this machine ({LOOPBACK[0]}) for the sample city")

    # -- derived --------------------------------------------------------------------------------

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keeps_mail_texts(self) -> bool:
        """Whether a mail's text stays after it was sent: only for the mailbox page of the sample city."""
        return self.environment == "demo"

    @property
    def instance_path(self) -> Path:
        return Path(self.instance_dir).resolve()

    def url(self, path: str) -> str:
        """The public address of a path that begins with "/"."""
        return self.public_url.rstrip("/") + path


def _whole_number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadSetting(name, f"must be a whole number, not {text!r}") from None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadSetting(name, f"must be a number, not {text!r}") from None


def _yes_or_no(name: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise BadSetting(name, f"must be true or false, not {text!r}")
    return words[text.lower()]


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "str": lambda _name, text: text,
    "int": _whole_number,
    "float": _number,
    "bool": _yes_or_no,
}
