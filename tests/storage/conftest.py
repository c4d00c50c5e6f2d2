"""A desk at which things are booked, on each engine in turn; and neighbours who help."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.engine import Database
from tests import postgres
from tests.conftest import ENGINES
from tests.postgres import Server
from tests.town import MONDAY, copy_of_sample

from .desks import Counter
from .neighbours import Neighbours


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    """The sample community with the small catalogue, on SQLite."""
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Counter.at(tmp_path, database)
    await database.close()


@pytest.fixture
async def counter_pg(tmp_path: Path, postgres_server: Server) -> AsyncIterator[Counter]:
    """The same on PostgreSQL."""
    url = await postgres.copy(postgres_server, postgres.FILLED)
    database = await Database.open(url)
    yield await Counter.at(tmp_path, database)
    await database.close()
    await postgres.drop(url)


@pytest.fixture(params=ENGINES)
def any_counter(request: pytest.FixtureRequest) -> Counter:
    """The same on each engine in turn."""
    made: Counter = request.getfixturevalue({"sqlite": "counter", "postgres": "counter_pg"}[request.param])
    return made


@pytest.fixture
async def neighbours(tmp_path: Path) -> AsyncIterator[Neighbours]:
    """The sample community with somebody who asks and people who help, on SQLite."""
    await copy_of_sample(tmp_path / "linli.sqlite3", MONDAY)
    database = await Database.open(f"sqlite:///{tmp_path}/linli.sqlite3")
    yield await Neighbours.among(tmp_path, database)
    await database.close()
