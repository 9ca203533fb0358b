"""What every test shares: no skips, repeatable property tests, one PostgreSQL server a run."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from tests.support import postgres
from tests.support.hands import Clock
from tests.support.remembering import remember
from tests.support.smtp import MailServer
from trainings.core.clock import TOKYO

# The same examples at every run: what fails here fails everywhere. `--hypothesis-profile=explore` looks further.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("suite")

remember()

_started = pytest.StashKey[ExitStack]()
_port = pytest.StashKey[int]()


# -- memory ------------------------------------------------------------------------------------------------

# Each test makes an application of its own, and looking through thousands of live objects after every few of them took
# a fifth of the suite's time. So the collector looks at young objects seldom, never at what the modules hold, and at
# everything every so many tests, which keeps a worker below half a gigabyte.
TESTS_BETWEEN_COLLECTIONS = 100
gc.set_threshold(100_000, 20, 100)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _tests_done() -> list[int]:
    return [0]


@pytest.fixture(autouse=True)
def _collected_now_and_then(_tests_done: list[int]) -> Iterator[None]:
    yield
    _tests_done[0] += 1
    if _tests_done[0] % TESTS_BETWEEN_COLLECTIONS == 0:
        gc.collect()


# -- nothing is skipped ---------------------------------------------------------------------------------


def _refuse_skip(report: Any) -> None:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: nothing may be skipped here, but this was: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    _refuse_skip(report)
    return report


# -- one PostgreSQL server for all workers ---------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """With xdist the controller starts the server and hands its port to the workers."""
    is_controller = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if not is_controller or config.option.collectonly:
        return
    stack = ExitStack()
    try:
        cluster = stack.enter_context(postgres.running())
    except postgres.NoPostgres as missing:
        raise pytest.UsageError(str(missing)) from missing
    config.stash[_started] = stack
    config.stash[_port] = cluster.port


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgres_port"] = node.config.stash[_port]


def pytest_unconfigure(config: pytest.Config) -> None:
    stack = config.stash.get(_started, None)
    if stack is not None:
        stack.close()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[postgres.Cluster]:
    """The server of this run; without xdist it starts when the first test asks for it."""
    handed_on = getattr(request.config, "workerinput", {}).get("postgres_port")
    if handed_on:
        yield postgres.Cluster(handed_on)
        return
    with postgres.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Every test makes an application of its own; this spares each of them to compile the templates anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled_templates")))


# -- time and mail ----------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock, held at Monday 2027-01-18 10:00 in Tokyo until the test moves it."""
    held = Clock()
    with held.holding(datetime(2027, 1, 18, 10, 0, tzinfo=TOKYO)):
        yield held


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on a free port; it accepts until told otherwise."""
    with MailServer.running() as server:
        yield server


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parent.parent
