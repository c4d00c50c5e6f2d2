"""Upward from every earlier version with data in it: nothing is lost on the way, and the bot goes on."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from storage import schema
from storage.backup import links
from storage.backup.rows import TableRows, Values, tables
from storage.engine import Database
from storage.migrate import revision_of, revisions, upgrade, upgrade_within
from storage.revising import FOLDER
from tests import postgres
from tests.backup.files import rows, tallies
from tests.faults.test_coming_in import report
from tests.town import Town

FIRST, *LATER = revisions()[:-1]
EARLIER = [FIRST, *(pytest.param(one, marks=pytest.mark.slow) for one in LATER)]
Held = list[tuple[TableRows, list[Values]]]


@pytest.fixture
async def older_url(any_town: Town, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A fresh database without a table, on the engine of `any_town`."""
    if any_town.app.database.is_sqlite:
        yield f"sqlite:///{tmp_path}/older.sqlite3"
        return
    url = await postgres.copy(request.getfixturevalue("postgres_server"), "template0")
    yield url
    await postgres.drop(url)


def read_as(connection: sa.Connection, revision: str) -> Held:
    """What an earlier version would have kept of it: the tables and columns it had."""
    return [(table, some) for table in tables(revision) for some in table.slices(connection)]


def fill_as(connection: sa.Connection, revision: str, held: Held) -> None:
    """A database of an earlier version, made by its own migrations, with these rows."""
    upgrade_within(connection, revision)
    if connection.dialect.name == "postgresql":
        links.leave_out(connection, revision)
    else:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table, some in held:
        table.insert(connection, some)
    if connection.dialect.name == "postgresql":
        links.put_back(connection, revision)


async def take_back(town: Town, to: str, revision: str) -> None:
    """Put the town into a database of an earlier version."""
    async with town.app.database.snapshot() as connection:
        held = await connection.run_sync(read_as, revision)
    older = await Database.open(to)
    await older.write(partial(fill_as, revision=revision, held=held))
    await older.close()


@pytest.mark.parametrize("revision", EARLIER)
async def test_it_upgrades_a_living_town_step_by_step(any_town: Town, older_url: str, revision: str) -> None:
    await report(any_town)
    await take_back(any_town, older_url, revision)
    await any_town.stop()
    before = await tallies(older_url, revision)
    assert before["history"][0] > 0
    database = await Database.open(older_url)
    for step in revisions()[revisions().index(revision) + 1 :]:
        await upgrade(database, step)
        assert await database.write(revision_of) == step
    await database.close()
    assert await tallies(older_url, revision) == before
    any_town.settings.database_url = older_url
    await any_town.start()
    await any_town.wei.presses("接单")
    await any_town.settle()
    assert any_town.rosa.sees("小魏 已接单")
    assert [row["state"] for row in await rows(older_url, schema.ticket)] == ["accepted"]


def test_its_files_are_named_by_their_revisions() -> None:
    scripts = ScriptDirectory(str(FOLDER)).walk_revisions()
    assert list(revisions()) == [one.revision for one in scripts][::-1]
