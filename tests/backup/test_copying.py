"""Moving a living community: both directions, everything, once, however often it is interrupted."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from storage import schema
from storage.backup.copying import copy
from storage.backup.problems import BackupProblem, Reason
from storage.backup.rows import SLICE
from storage.engine import Database
from storage.migrate import UnfinishedCopy, upgrade
from tests.faults.process import PATIENCE
from tests.faults.test_coming_in import report
from tests.town import MONDAY, Town

from .files import insert, linli, quietly, rows, start, tallies

pytestmark = pytest.mark.slow

MANY = 4 * SLICE + 5


class Interrupted(Exception):
    """Stands for whatever ends a copy in the middle."""


@pytest.fixture
def other_url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database on the other engine."""
    engine = request.node.callspec.params["any_town" if "any_town" in request.fixturenames else "database_url"]
    return str(request.getfixturevalue("postgres_url")) if engine == "sqlite" else f"sqlite:///{tmp_path}/other.sqlite3"


async def many(url: str, count: int = MANY) -> None:
    await insert(url, schema.audit, *({"id": n, "at": MONDAY, "what": "w"} for n in range(count)))


async def interrupted(source: str, target: str, at: int) -> None:
    """A copy that ends after so many rows of a table."""

    def watch(_table: str, done: int, _total: int) -> None:
        if done >= at:
            raise Interrupted

    with pytest.raises(Interrupted):
        await copy(source, target, watch)


@pytest.mark.slow
async def test_it_moves_a_living_town_and_the_bot_goes_on(any_town: Town, other_url: str) -> None:
    """The same people go on with the same matter on the other engine."""
    await report(any_town)
    await any_town.stop()
    source = any_town.settings.database_url
    assert not (await copy(source, other_url, quietly)).is_resumed
    assert await tallies(source) == await tallies(other_url)
    any_town.settings.database_url = other_url
    await any_town.start()
    await any_town.wei.presses("接单")
    await any_town.settle()
    assert any_town.rosa.sees("小魏 已接单")
    assert [row["state"] for row in await rows(other_url, schema.ticket)] == ["accepted"]


async def test_it_goes_on_where_it_was(database_url: str, other_url: str) -> None:
    await many(database_url)
    await interrupted(database_url, other_url, 2 * SLICE)
    seen: list[int] = []
    copied = await copy(database_url, other_url, lambda _table, done, _total: seen.append(done))
    assert (copied.is_resumed, seen[0]) == (True, 3 * SLICE)
    assert await tallies(database_url) == await tallies(other_url)


async def test_it_copies_anew_what_the_source_changed_between_two_tries(database_url: str, other_url: str) -> None:
    await many(database_url)
    await interrupted(database_url, other_url, 2 * SLICE)
    source = await Database.open(database_url)
    changed = sa.update(schema.audit).where(schema.audit.c.id == 1).values(what="later")
    await source.write(lambda connection: connection.execute(changed))
    await source.close()
    await copy(database_url, other_url, quietly)
    assert await tallies(database_url) == await tallies(other_url)


async def test_it_starts_no_bot_on_half_a_copy(town: Town, postgres_url: str) -> None:
    await town.stop()
    await interrupted(town.settings.database_url, postgres_url, 1)
    with pytest.raises(UnfinishedCopy):
        await App.open(town.settings.model_copy(update={"database_url": postgres_url}))
    await copy(town.settings.database_url, postgres_url, quietly)
    town.settings.database_url = postgres_url
    await town.start()


async def test_it_checks_the_links_it_left_out(sqlite_url: str, postgres_url: str) -> None:
    await copy(sqlite_url, postgres_url, quietly)
    database = await Database.open(postgres_url)
    with pytest.raises(sa.exc.IntegrityError):
        await database.write(
            lambda c: c.execute(sa.insert(schema.poster).values(id=1, code="a", place_id=7, created_at=MONDAY))
        )
    await database.close()


async def test_it_copies_an_older_schema_and_brings_it_up_to_date(postgres_url: str, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path}/old.sqlite3"
    database = await Database.open(old)
    await upgrade(database, "0001")
    await database.close()
    await insert(old, schema.setting, {"name": "a", "value": "b"})
    await copy(old, postgres_url, quietly)
    assert [row["value"] for row in await rows(postgres_url, schema.setting)] == ["b"]


async def test_it_refuses_a_target_with_something_in_it(database_url: str, other_url: str) -> None:
    await copy(database_url, other_url, quietly)
    await insert(other_url, schema.setting, {"name": "a", "value": "b"})
    with pytest.raises(BackupProblem, match=Reason.NOT_EMPTY):
        await copy(database_url, other_url, quietly)


async def test_it_refuses_a_part_of_another_copy(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    await many(sqlite_url)
    await interrupted(sqlite_url, postgres_url, SLICE)
    another = f"sqlite:///{tmp_path}/another.sqlite3"
    database = await Database.open(another)
    await upgrade(database)
    await database.close()
    with pytest.raises(BackupProblem, match=Reason.OTHER_COPY):
        await copy(another, postgres_url, quietly)


async def test_it_refuses_while_a_bot_runs_on_either(any_town: Town, tmp_path: Path) -> None:
    other, running = f"sqlite:///{tmp_path}/other.sqlite3", any_town.settings.database_url
    with pytest.raises(BackupProblem, match=Reason.RUNS):
        await copy(running, other, quietly)
    database = await Database.open(other)
    await upgrade(database)
    await database.close()
    with pytest.raises(BackupProblem, match=Reason.RUNS):
        await copy(other, running, quietly)


@pytest.mark.slow
async def test_it_is_killed_in_the_middle_and_never_doubles(database_url: str, other_url: str, tmp_path: Path) -> None:
    """kill -9 of a real process, twice, and the third comes to the end."""
    await many(database_url, 30 * SLICE)
    command = ("migrate", "--from", database_url, "--to", other_url)
    for part in (1, 3):
        process = await start(*command, cwd=tmp_path)
        await copied(other_url, part * SLICE)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
    code, said = await linli(*command, cwd=tmp_path)
    assert (code, "gone on with an earlier copy" in said) == (0, True), said
    assert await tallies(database_url) == await tallies(other_url)


async def copied(url: str, count: int) -> None:
    """Wait until so many rows are there."""
    database = await Database.open(url)
    query = sa.select(sa.func.count().label("n")).select_from(schema.audit)
    async with asyncio.timeout(PATIENCE):
        while await found(database, query) < count:
            await asyncio.sleep(0.01)
    await database.close()


async def found(database: Database, query: sa.Select[Any]) -> int:
    try:
        return int((await database.rows(query))[0]["n"])
    except sa.exc.DBAPIError:  # no table yet
        return 0
