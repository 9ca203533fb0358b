"""Fixtures of the tests in a real browser: a server, Debian's Chromium with a fake camera, watched pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import BytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.camera import Camera
from tests.support.databases import SqliteTemplate
from tests.support.hands import Clock
from tests.support.scanner import HOLD_TIMERS
from tests.support.site import Site, served
from tests.support.watching import Watch, axe_violations, layout_problems

SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


# -- server -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings that differ from `Settings.for_tests`; a test module defines its own fixture of this name."""
    return {}


@pytest.fixture
def site(
    template_database: SqliteTemplate,
    tmp_path: Path,
    overrides: dict[str, Any],
    clock: Clock,
    compiled_templates: BytecodeCache,
) -> Iterator[Site]:
    """The product on a fresh SQLite database behind a real HTTP server: `.url`, `.unit`, `.outbox`, `.app`.

    The clock is held (fixture `clock`) for the server too.
    """
    with (
        template_database.copied(tmp_path) as database,
        served(database.url, tmp_path / "instance", **overrides) as running,
    ):
        running.app.jinja_env.bytecode_cache = compiled_templates
        yield running


# -- browser ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """The camera of every page: `camera.show("text of a QR code")` before the page is loaded."""
    return Camera(tmp_path_factory.mktemp("camera") / "camera.mjpeg")


@pytest.fixture(scope="session")
def browser_type_launch_args(camera: Camera) -> dict[str, Any]:
    """How pytest-playwright starts the browser: Chromium of the system, nothing of its own talk to the outside."""
    program = shutil.which("chromium")
    assert program, "chromium is missing: install the Debian package chromium (make test does it as root)"
    return {
        "executable_path": program,
        "headless": True,
        "args": [*FLAGS, f"--use-file-for-fake-video-capture={camera.path}"],
    }


@pytest.fixture
def new_context(browser: Browser, site: Site) -> Iterator[Callable[..., tuple[BrowserContext, Watch]]]:
    """Makes a browser of its own cookies: `context, watch = new_context("phone")`; all must end without trouble."""
    made: list[tuple[BrowserContext, Watch]] = []

    def make(screen: str = "phone", **options: Any) -> tuple[BrowserContext, Watch]:
        usual: dict[str, Any] = {
            "base_url": site.url,
            "locale": "ja-JP",
            "timezone_id": "Asia/Tokyo",
            "viewport": SCREENS[screen],
            "has_touch": screen == "phone",
            "permissions": ["camera"],
        }
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(HOLD_TIMERS)
        watch = Watch(context)
        made.append((context, watch))
        return context, watch

    yield make
    for context, _watch in made:
        context.close()
    for _context, watch in made:
        watch.assert_quiet()


@pytest.fixture
def watched(new_context: Callable[..., tuple[BrowserContext, Watch]], screen: str) -> tuple[Page, Watch]:
    """A page and its watch, on the screen that the fixture `screen` names."""
    context, watch = new_context(screen)
    return context.new_page(), watch


@pytest.fixture(params=sorted(SCREENS))
def screen(request: pytest.FixtureRequest) -> str:
    """Both screens in turn; a test that needs one asks for `phone_page` or `desktop_page`."""
    name: str = request.param
    return name


@pytest.fixture
def watched_page(watched: tuple[Page, Watch]) -> Page:
    """A page on a phone and then on a desktop. Relative addresses go to the site; the clock in it is the real one."""
    return watched[0]


@pytest.fixture
def watch(watched: tuple[Page, Watch]) -> Watch:
    """The watch of `watched_page`: `watch.allow("status of 404")` for trouble that the test wants."""
    return watched[1]


@pytest.fixture
def phone_page(new_context: Callable[..., tuple[BrowserContext, Watch]]) -> Page:
    return new_context("phone")[0].new_page()


@pytest.fixture
def desktop_page(new_context: Callable[..., tuple[BrowserContext, Watch]]) -> Page:
    return new_context("desktop")[0].new_page()


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)`: axe finds nothing, nothing scrolls sideways, every target is large enough."""

    def check(page: Page) -> None:
        problems = axe_violations(page) + layout_problems(page)
        assert not problems, f"{page.url}:\n" + "\n".join(problems)

    return check
