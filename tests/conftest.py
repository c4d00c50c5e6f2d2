"""Fixtures that everybody uses: a town with its people at their phones, and fresh databases on both engines."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import settings

from storage import ids
from storage.engine import Database
from storage.migrate import upgrade

from . import postgres, shaking
from .postgres import Server
from .town import Town, a_town

# No test asserts how long anything takes: a busy machine is no failure.
# Where CI=true every run draws the same data; elsewhere each draws its own.
settings.register_profile("linli", deadline=None, print_blob=True, derandomize=os.environ.get("CI") == "true")
settings.load_profile("linli")

ENGINES = ["sqlite", "postgres"]
_TOWNS = {"sqlite": "town_sqlite", "postgres": "town_pg"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every story can be told on each engine: `--engine postgres` runs all that happens in a town again, there."""
    parser.addoption("--engine", choices=ENGINES, default=ENGINES[0], help="what the towns of the stories stand on")
    parser.addoption("--shake", action="store_true", help="answers of the database and the network come late at random")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the other engine only the towns are of interest: the rest is tried on both, or knows no engine."""
    if config.getoption("--engine") == ENGINES[0]:
        return
    in_town = [one for one in items if "town" in getattr(one, "fixturenames", ())]
    in_town = [one for one in in_town if "any_town" not in getattr(one, "fixturenames", ())]
    config.hook.pytest_deselected(items=[one for one in items if one not in in_town])
    items[:] = in_town


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything can be had, nothing is skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def own_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that lives once never goes back in time; tests live many times, and ids follow the clock of each."""
    monkeypatch.setattr(ids, "_last", [0])


@pytest.fixture(autouse=True)
def shaken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--shake` what the bot waits for comes late at random."""
    if request.config.getoption("--shake"):
        shaking.shake(monkeypatch)


@pytest.fixture
async def town_sqlite(tmp_path: Path) -> AsyncIterator[Town]:
    """The sample community on SQLite, Monday 09:30."""
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3") as made:
        yield made


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Town:
    """The sample community, on the engine of this run."""
    made: Town = request.getfixturevalue(_TOWNS[request.config.getoption("--engine")])
    return made


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server of our own, with templates; started when the first test asks for it."""
    if postgres.programs() is None:
        postgres.absent("install postgresql")
    with postgres.folder() as folder:
        server = Server(folder)
        server.create()
        server.start()
        try:
            with ThreadPoolExecutor(1) as aside:  # a loop runs in this thread already
                aside.submit(asyncio.run, postgres.prepare(server)).result()
            yield server
        finally:
            server.stop()


@pytest.fixture
async def postgres_url(postgres_server: Server) -> AsyncIterator[str]:
    """A fresh PostgreSQL database with tables and nothing in them."""
    url = await postgres.copy(postgres_server, postgres.EMPTY)
    yield url
    await postgres.drop(url)


@pytest.fixture
async def town_pg(tmp_path: Path, postgres_server: Server) -> AsyncIterator[Town]:
    """The sample community on PostgreSQL."""
    url = await postgres.copy(postgres_server, postgres.FILLED)
    async with a_town(tmp_path, url, is_filled=True) as made:
        yield made
    await postgres.drop(url)


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file with tables and nothing in them."""
    url = f"sqlite:///{tmp_path}/linli.sqlite3"
    database = await Database.open(url)
    await upgrade(database)
    await database.close()
    return url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with tables, on each engine in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database with tables, on each engine in turn."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture(params=ENGINES)
def any_town(request: pytest.FixtureRequest) -> Town:
    """The sample community, on each engine in turn."""
    made: Town = request.getfixturevalue(_TOWNS[request.param])
    return made
